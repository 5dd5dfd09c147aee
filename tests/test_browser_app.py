"""The app in a browser: what a person does on each page, with the store of some corpus documents."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest

from tests.app_samples import (
    CHROMIUM,
    CHROMIUM_ARGUMENTS,
    CORPUS,
    NO_BROWSER,
    SCRIPT_NAME,
    make_store,
    serving,
    write_hostile_workbook,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(NO_BROWSER, reason="needs /usr/bin/chromium (apt-get install chromium)"),
    pytest.mark.xdist_group("browser"),
]
WAIT = 20_000
"""Milliseconds that anything may take on a busy machine."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    with serving(store) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", base_url=address)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.on("dialog", lambda dialog: pytest.fail(f"a script of a document ran: {dialog.message}"))
    yield page
    context.close()


def settle(page: Any) -> None:
    """Wait until the server has had nothing more to draw for a while."""
    quiet = 0
    for _ in range(WAIT // 100):
        idle = page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').count()
        drawn = page.locator("[data-testid='stMainBlockContainer'] [data-testid='stElementContainer']").count()
        quiet = quiet + 1 if idle and drawn else 0
        if quiet == 4:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page did not come to rest")


def open_at(page: Any, path: str) -> None:
    page.goto(path)
    page.wait_for_selector('[data-testid="stMainBlockContainer"]')
    settle(page)


def total_of(page: Any) -> int:
    found = re.search(r"共 ([\d,]+) 条", page.locator(".st-key-toolbar").inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def search(page: Any, words: str) -> None:
    box = page.locator("input[type='search']").first
    box.fill(words)
    box.press("Enter")
    page.wait_for_url(re.compile("q="))
    settle(page)


def test_search_filter_open_and_see_the_box(page: Any) -> None:
    open_at(page, "/")
    everything = total_of(page)
    search(page, "满意度")
    found = total_of(page)
    assert 0 < found < everything
    page.get_by_role("button", name=re.compile("焦作市")).first.click()
    page.wait_for_url(re.compile("city="))
    settle(page)
    assert 0 < total_of(page) < found
    page.locator("[class*='st-key-row-'] a").first.click()
    page.wait_for_url(re.compile("/detail"))
    settle(page)
    pictures = page.get_by_role("img", name=re.compile("原文第"))
    pictures.first.wait_for()
    assert pictures.first.evaluate("e => e.naturalWidth") >= 1000
    page.get_by_text("指标值释义").wait_for()


def test_address_restores_the_view_in_a_fresh_browser(page: Any, chromium: Any, address: str) -> None:
    open_at(page, "/")
    search(page, "满意度")
    page.get_by_role("button", name=re.compile("许昌市")).first.click()
    page.wait_for_url(re.compile("city="))
    settle(page)
    told, link = total_of(page), page.url
    other = chromium.new_context(viewport={"width": 1280, "height": 800})
    fresh = other.new_page()
    open_at(fresh, link)
    assert total_of(fresh) == told
    assert fresh.locator("input[type='search']").first.input_value() == "满意度"
    assert fresh.get_by_role("button", name=re.compile("城市：许昌市")).count() == 1
    other.close()


def test_back_and_forward_change_the_view(page: Any) -> None:
    open_at(page, "/")
    everything = total_of(page)
    search(page, "满意度")
    first = total_of(page)
    search(page, "参保率")
    second = total_of(page)
    page.go_back()
    page.wait_for_timeout(400)
    settle(page)
    assert (total_of(page), page.locator("input[type='search']").first.input_value()) == (first, "满意度")
    page.go_back()
    page.wait_for_timeout(400)
    settle(page)
    assert (total_of(page), page.locator("input[type='search']").first.input_value()) == (everything, "")
    page.go_forward()
    page.go_forward()
    page.wait_for_timeout(400)
    settle(page)
    assert total_of(page) == second


def test_export_holds_exactly_the_result(page: Any) -> None:
    open_at(page, "/?q=满意度&city=焦作市")
    told = total_of(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    heading, *rows = book["指标"].iter_rows(values_only=True)
    assert len(rows) == told
    assert {row[heading.index("城市")] for row in rows} == {"焦作市"}
    assert waiting.value.suggested_filename.endswith(".xlsx")


def test_following_an_indicator_to_its_comparison(page: Any) -> None:
    open_at(page, "/compare")
    page.get_by_role("button", name=re.compile("满意度")).first.click()
    page.wait_for_url(re.compile("id="))
    settle(page)
    page.get_by_text("中位数", exact=True).first.wait_for()
    page.locator("[data-testid='stVegaLiteChart'] canvas, [data-testid='stVegaLiteChart'] svg").first.wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert {"统计", "取值", "说明"} <= set(book.sheetnames)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="图 PNG").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")


def test_comparison_is_reached_from_a_hit(page: Any) -> None:
    open_at(page, "/?q=参保群众满意度&city=焦作市")
    page.locator("[class*='st-key-row-'] a").first.click()
    page.wait_for_url(re.compile("/detail"))
    settle(page)
    page.get_by_role("link", name="跨城市对比").click()
    page.wait_for_url(re.compile("/compare"))
    settle(page)
    page.get_by_text("中位数", exact=True).first.wait_for()


def test_hostile_name_is_text_on_every_page(page: Any) -> None:
    open_at(page, "/?q=document:测试市民政局")
    page.get_by_text(SCRIPT_NAME).first.click()
    page.wait_for_url(re.compile("/detail"))
    settle(page)
    page.get_by_role("heading", name=SCRIPT_NAME).wait_for()
    here = page.url
    for view in ("project", "cities", "fields", "correct"):
        open_at(page, f"{here}&view={view}")
    for path in ("/clusters?q=img", "/compare?q=img", "/projects?q=慰问", "/review", "/overview"):
        open_at(page, path)
        assert page.locator("img[src='x']").count() == 0
        assert page.locator("[data-testid='stMainBlockContainer'] script").count() == 0


def test_upload_is_parsed_added_and_found(page: Any, tmp_path: Path) -> None:
    source = tmp_path / "洛阳 2026 <预算>.pdf"
    shutil.copyfile(CORPUS / "luoyang-2026.pdf", source)
    open_at(page, "/imports")
    page.locator("input[type='file']").set_input_files(str(source))
    add = page.get_by_role("button", name=re.compile("加入库"))
    add.wait_for(timeout=60_000)
    settle(page)
    add.click()
    page.get_by_text("已加入库").wait_for(timeout=60_000)
    settle(page)
    page.get_by_role("link", name=re.compile("查看")).first.click()
    page.wait_for_url(re.compile("q="))
    settle(page)
    assert total_of(page) > 100
    page.get_by_text("洛阳市").first.wait_for()


def test_upload_that_cannot_be_read_says_why(page: Any, tmp_path: Path) -> None:
    broken = tmp_path / "坏文件.pdf"
    broken.write_bytes(b"%PDF-1.4\nnothing")
    open_at(page, "/imports")
    page.locator("input[type='file']").set_input_files(str(broken))
    page.get_by_text("PDF 文件不完整").first.wait_for(timeout=60_000)
    page.get_by_text("怎么办").first.wait_for()
    assert page.get_by_role("button", name=re.compile("加入库")).count() == 0


def test_merge_and_undo(page: Any, store: Path) -> None:
    import kpi

    with kpi.open_store(store) as opened:
        before = len(opened.clustering.clusters)
        cluster = opened.clustering.find("群众满意度")
        other = opened.clustering.find("群众知晓率")
        assert cluster is not None
        assert other is not None
    open_at(page, f"/clusters?id={cluster.id}")
    page.get_by_text("合并其他指标").click()
    words = page.get_by_label("查找要合并进来的指标")
    words.fill(other.canonical)
    words.press("Enter")
    page.get_by_text(re.compile(f"^{re.escape(other.canonical)} ")).first.click()
    settle(page)
    page.get_by_role("button", name="合并", exact=True).click()
    page.get_by_text("已改").first.wait_for(timeout=60_000)
    settle(page)
    with kpi.open_store(store) as opened:
        assert len(opened.clustering.clusters) == before - 1
    page.get_by_role("button", name="撤销").first.click()
    page.get_by_text("已改").first.wait_for(state="detached", timeout=60_000)
    settle(page)
    with kpi.open_store(store) as opened:
        assert len(opened.clustering.clusters) == before


def test_uploaded_file_is_reviewed(page: Any, tmp_path: Path) -> None:
    source = write_hostile_workbook(tmp_path / "待审.xlsx")
    open_at(page, "/review")
    page.get_by_text("审核未入库的文件").click()
    page.locator("input[type='file']").set_input_files(str(source))
    page.get_by_text(re.compile("条审核意见")).first.wait_for(timeout=60_000)
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出审核意见").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    heading, *rows = book["审核意见"].iter_rows(values_only=True)
    assert {row[heading.index("文件")] for row in rows} == {"待审.xlsx"}


@pytest.mark.parametrize("path", ["/", "/compare", "/clusters", "/projects", "/review", "/imports", "/overview"])
def test_narrow_screen_does_not_scroll_sideways(path: str, chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=address)
    narrow = context.new_page()
    open_at(narrow, path)
    width = narrow.evaluate("document.scrollingElement.scrollWidth")
    assert width <= 390
    context.close()


def test_password_is_asked_and_checked(store: Path, chromium: Any) -> None:
    with serving(store, environment={"KPI_PASSWORD": "correct horse"}) as url:
        context = chromium.new_context(base_url=url)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto("/")
        box = page.get_by_label("访问密码")
        box.fill("wrong horse")
        box.press("Enter")
        page.get_by_text("密码不正确").wait_for()
        assert page.get_by_text("三级指标").count() == 0
        box.fill("correct horse")
        box.press("Enter")
        page.get_by_text("三级指标").first.wait_for()
        context.close()


def test_pages_ask_no_other_host_and_break_no_rule_of_the_page(chromium: Any, address: str) -> None:
    """Fonts, maps, telemetry: everything comes from the app's own server; the browser refuses nothing by its policy."""
    context = chromium.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    hosts: set[str] = set()
    refused: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc or request.url[:5]))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for path in ("/?q=满意度&unit=%25", "/compare", "/overview", "/imports"):
        open_at(page, path)
    page.locator("[data-testid='stAppViewContainer']").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "绩标通" in page.title()
    assert hosts <= {urlsplit(address).netloc, "data:", "blob:"}
    assert not refused
    context.close()


def test_sessions_go_on_by_themselves_when_the_store_is_back(store: Path, chromium: Any, tmp_path: Path) -> None:
    own = Path(shutil.copytree(store, tmp_path / "store"))
    with serving(own) as url:
        context = chromium.new_context(base_url=url)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        open_at(page, "/")
        everything = total_of(page)
        away = own.rename(own.with_name("away"))
        open_at(page, "/")
        page.get_by_text("指标库不在原来的位置了").wait_for()
        away.rename(own)
        page.locator(".st-key-toolbar").wait_for(timeout=2 * WAIT)
        settle(page)
        assert total_of(page) == everything
        context.close()
