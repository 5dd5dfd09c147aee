"""Every page in states of its address, without a browser: what is shown, what a change writes back, what is escaped."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.ui.navigation import PAGES
from tests.app_samples import HOSTILE_ROWS, SCRIPT_NAME, address_of, make_store, open_page, words


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def hostile(store: Path) -> dict[str, str]:
    """Name of each hostile indicator → its id."""
    import kpi

    with kpi.open_store(store) as opened:
        found = {hit.record["name"]: hit.record["id"] for hit in opened.iterate("document:测试市民政局")}
    assert len(found) == len(HOSTILE_ROWS)
    return found


@pytest.mark.parametrize("module", PAGES)
def test_page_opens_without_any_state(module: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(module, store, monkeypatch)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("module", PAGES)
def test_page_of_an_empty_store_says_what_to_do(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(module, tmp_path / "none", monkeypatch)
    assert not page.exception
    assert not page.error
    assert words(page).strip()


def test_search_takes_everything_from_the_address(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(
        "search", store, monkeypatch, q="满意度", city=["焦作市", "许昌市"], sort="-year", unit="%", min="86"
    )
    assert page.text_input(key="address-q").value == "满意度"
    assert page.selectbox(key="address-sort").value == "-year"
    assert page.number_input(key="address-min").value == 86
    assert {"城市：焦作市", "城市：许昌市", "数值 ≥ 86"} <= {button.label for button in page.button}


def test_typing_writes_the_address_and_leads_back_to_the_first_page(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("search", store, monkeypatch, q="满意度", city="焦作市", page="2")
    page.text_input(key="address-q").set_value("参保率").run()
    assert address_of(page) == {"q": ["参保率"], "city": ["焦作市"]}


def test_changed_address_overwrites_the_widgets(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("search", store, monkeypatch, q="满意度")
    page.query_params["q"] = "参保率"
    page.run()
    assert page.text_input(key="address-q").value == "参保率"


def test_chip_takes_its_condition_away(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("search", store, monkeypatch, city=["焦作市", "许昌市"])
    page.button(key="chip-city-焦作市").click().run()
    assert address_of(page) == {"city": ["许昌市"]}


def test_range_counts_only_what_lies_inside(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    with kpi.open_store(store) as opened:
        expected = opened.count("满意度 value>=90%", {"unit": "%"})
    page = open_page("search", store, monkeypatch, q="满意度", unit="%", min="90")
    assert f"共 **{expected}** 条" in words(page)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        pytest.param({"q": 'name:"未闭合'}, "引号", id="open quote"),
        pytest.param({"q": "没有的字段:1 value>=abc"}, "", id="bad number"),
        pytest.param(
            {"page": "abc", "size": "7", "sort": "drop table", "min": "inf"}, "共 **", id="nonsense falls back"
        ),
    ],
)
def test_nonsense_in_the_address_is_told_or_ignored(
    address: dict[str, str], message: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("search", store, monkeypatch, **address)
    assert not page.exception
    assert "出了点问题" not in words(page), "an incident number means a bug"
    assert message in words(page)


def test_nothing_found_offers_other_words(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("search", store, monkeypatch, q="参保群众满意渡")
    assert "没有找到" in words(page)
    assert page.get("page_link"), "no suggestion"


def test_unknown_indicator_is_told_in_words(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("detail", store, monkeypatch, id="0123456789abcdef")
    assert "库中没有这个编号的指标" in page.error[0].value


def test_bug_shows_a_number_and_logs_the_rest(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("kpi.ui.search.read_asked", fail)
    page = open_page("search", store, monkeypatch)
    assert not page.exception
    (error,) = page.error
    assert "编号" in error.value
    assert "secret detail" not in error.value
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("view", ["page", "project", "cities", "fields", "correct"])
def test_detail_shows_hostile_names_as_text(
    view: str, store: Path, hostile: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("detail", store, monkeypatch, id=hostile[SCRIPT_NAME], view=view)
    assert not page.exception
    assert not page.error
    assert "### \\<img/src\\=x/onerror\\=alert\\(1\\)\\>" in words(page)
    for text in [*(item.value for item in page.markdown), *(item.value for item in page.caption)]:
        assert "<img" not in text.replace("\\<img", "")


def test_detail_explains_the_target_in_chinese(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    with kpi.open_store(store) as opened:
        hit = opened.search("", filters={"target": "≤10万元"}, limit=1).hits[0]
    page = open_page("detail", store, monkeypatch, id=hit.record["id"])
    (facts, explained) = (table.value for table in page.table[:2])
    told = dict(explained.itertuples(index=False))
    assert told["比较符"].startswith("不超过")
    assert told["换算"].replace("\\", "") == "10 万元 = 100,000 元"
    assert "万元" in dict(facts.itertuples(index=False))["预算"]


def test_correction_changes_the_target_and_undo_brings_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    store = make_store(tmp_path, names=())
    with kpi.open_store(store) as opened:
        identity = opened.search("群众知晓率").hits[0].record["id"]
    page = open_page("detail", store, monkeypatch, id=identity, view="correct")
    page.text_input(key="correct-to-target").set_value("≥85.5%")
    page.button[[button.label for button in page.button].index("保存更正")].click().run()
    with kpi.open_store(store) as opened:
        record = opened.hit(identity).record
    assert (record["target"], record["base_value"], record["comparator"]) == ("≥85.5%", "85.5", "≥")
    assert "已改" in words(page)
    next(button for button in page.button if button.label == "撤销").click().run()
    with kpi.open_store(store) as opened:
        assert opened.hit(identity).record["target"] == "≥80%"


def test_rejected_indicator_leaves_search_and_can_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    store = make_store(tmp_path, names=())
    with kpi.open_store(store) as opened:
        total, identity = opened.count(), opened.search("群众知晓率").hits[0].record["id"]
    page = open_page("detail", store, monkeypatch, id=identity, view="correct")
    page.button(key="reject").click().run()
    with kpi.open_store(store) as opened:
        assert opened.count() == total - 1
    assert "已被剔除" in words(page)
    next(button for button in page.button if button.label == "撤销").click().run()
    with kpi.open_store(store) as opened:
        assert opened.count() == total


def test_project_page_names_what_is_missing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    with kpi.open_store(store) as opened:
        sha256 = next(row.entry.sha256 for row in opened.documents.values() if "测试市" in row.name)
    page = open_page("projects", store, monkeypatch, doc=sha256[:16], n="1")
    assert not page.exception
    assert "**成本** 未设" in words(page)
    assert "**满意度** 1 条" in words(page)


def test_overview_counts_what_figures_count(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kpi

    with kpi.open_store(store) as opened:
        expected = opened.count()
    page = open_page("overview", store, monkeypatch)
    assert {metric.label: metric.value for metric in page.metric}["指标"] == f"{expected:,}"
