"""The app while its store is slow, replaced, gone or damaged: what is told, that sessions go on, that nothing is done twice."""

from __future__ import annotations

import gc
import shutil
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from kpi.catalog.layout import Layout
from kpi.errors import StoreError
from kpi.ui import stores
from kpi.ui.navigation import PAGES
from kpi.ui.shelf import Key, Shelf
from tests.app_samples import make_store, open_page, words


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("trouble"), names=())


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Path:
    """A store that a test may do harm to."""
    return Path(shutil.copytree(original, tmp_path / "store"))


def publish_again(store: Path) -> str:
    """One more snapshot of the same documents."""
    from kpi.ingestion import republish

    return republish(store, reindex=True).name


# --- replaced, gone, damaged


def test_missing_store_is_told_and_the_session_goes_on(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("search", store, monkeypatch)
    total = words(page)
    away = store.rename(store.with_name("away"))
    page.run()
    assert not page.exception
    (error,) = page.error
    assert "不在原来的位置" in error.value
    assert "放回原处" in error.value
    assert "自动继续" in words(page)
    away.rename(store)
    page.run()
    assert not page.error
    assert _without_time(words(page)) == _without_time(total)


def test_other_store_in_its_place_is_opened_and_told(
    store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish_again(store)
    page = open_page("search", store, monkeypatch)
    assert "共 **5** 条" in words(page)
    other = make_other(tmp_path / "other")
    shutil.rmtree(store)
    other.rename(store)
    page.run()
    assert not page.error
    assert "已换成另一份" in words(page)
    assert "共 **2** 条" in words(page)
    page.run()
    assert "已换成另一份" not in words(page), "told once"


def test_other_store_under_the_same_name_is_noticed(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that was put back: the same names of snapshots, other files."""
    page = open_page("search", store, monkeypatch)
    before = stores.newest()
    copied = shutil.copytree(store, store.with_name("copied"))
    shutil.rmtree(store)
    copied.rename(store)
    page.run()
    assert not page.error
    assert stores.newest() != before


def make_other(folder: Path) -> Path:
    """A store that holds one other file."""
    import openpyxl

    import kpi
    from kpi.ingestion import SerialExecutor

    book = openpyxl.Workbook()
    for row in (
        ["2026年另一市林业局项目支出绩效目标表"],
        ["项目名称", "湿地保护", "", ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "湿地保护面积", "≥30亩"],
        ["满意度指标", "服务对象满意度指标", "居民满意度", "≥90%"],
    ):
        book.active.append(row)
    folder.mkdir()
    book.save(folder / "另一市林业局.xlsx")
    kpi.ingest([folder / "另一市林业局.xlsx"], folder / "store", executor=SerialExecutor())
    return folder / "store"


def _without_time(text: str) -> str:
    return text.partition("用时")[0]


def deny(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def read_text(path: Path, *rest: Any, **more: Any) -> str:
        if path == store / "CURRENT":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *rest, **more)

    monkeypatch.setattr(Path, "read_text", read_text)


def truncate(store: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    for snapshot in (store / "snapshots").iterdir():
        (snapshot / "documents.parquet").write_bytes(b"")


def empty(store: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(store / "snapshots")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param(deny, "读不出来", id="CURRENT unreadable"),
        pytest.param(truncate, "没有可用的快照", id="files of the snapshot truncated"),
        pytest.param(empty, "没有可用的快照", id="snapshot deleted while open"),
    ],
)
def test_damage_is_told_with_advice(
    harm: Callable[[Path, pytest.MonkeyPatch], None], message: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("search", store, monkeypatch)
    assert not page.error
    with monkeypatch.context() as context:
        harm(store, context)
        if harm is truncate:
            (store / "CURRENT").write_text("00000009-20260101T000000\n")
        page.run()
    assert not page.exception
    (error,) = page.error
    assert message in error.value
    assert "建议" in error.value
    assert "编号" not in error.value, "an incident number means a bug"


def test_page_that_is_drawn_while_its_store_goes_is_drawn_once_more(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files vanish in the middle of a query: the reader gets the page of the new snapshot, not an incident number."""
    page = open_page("projects", store, monkeypatch)
    from kpi.catalog.snapshot import Snapshot

    connect, failed = Snapshot.connect, []

    def vanish_once(self: Snapshot) -> Any:
        if not failed:
            failed.append(publish_again(store))
            raise OSError(2, "No such file or directory")
        return connect(self)

    monkeypatch.setattr(Snapshot, "connect", vanish_once)
    page.run()
    assert failed
    assert not page.error
    assert "慰问" in str([frame.value for frame in page.dataframe])


def test_bug_is_not_drawn_again_and_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("search", store, monkeypatch)
    runs = []

    def fail(*_: object) -> None:
        runs.append(publish_again(store))
        raise ZeroDivisionError

    monkeypatch.setattr("kpi.ui.search.read_asked", fail)
    page.run()
    assert len(runs) == 2
    assert "编号" in page.error[0].value


# --- slow


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """Opening a snapshot takes long, as on a network disk; gives the names of those that were opened."""
    from kpi.catalog import snapshot

    whole, opened = snapshot.Snapshot.__init__, []

    def late(self: Any, layout: Layout, manifest: Any, *rest: Any, **more: Any) -> None:
        time.sleep(seconds)
        opened.append(manifest.name)
        whole(self, layout, manifest, *rest, **more)

    monkeypatch.setattr(snapshot.Snapshot, "__init__", late)
    return opened


def test_waiting_is_told_and_over_in_the_end(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    slow(monkeypatch, 1.3)
    real = stores.wait_for
    monkeypatch.setattr(stores, "wait_for", lambda future, text: (told.append(text), real(future, text))[1])
    page = open_page("search", store, monkeypatch)
    assert "正在打开指标库…" in told
    assert not page.error
    assert "共 **5** 条" in words(page)
    assert "已等待" not in words(page), "the text must go when the wait is over"


def test_pages_go_on_with_the_snapshot_before_while_the_next_is_opened(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("search", store, monkeypatch)
    publish_again(store)
    opened = slow(monkeypatch, 1.0)
    monkeypatch.setattr(stores, "_PATIENCE_SECONDS", 0.05)
    began = time.perf_counter()
    page.run()
    assert not page.error
    assert not opened, f"the page waited ({time.perf_counter() - began:.1f} s)"
    stores.open_newest()
    page.run()
    assert len(opened) == 1
    assert not page.error


# --- the shelf


class Kept:
    """Stands for a store."""

    def __init__(self, name: str) -> None:
        self.name, self.closed = name, False

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def _no_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Giving memory back looks at every object of this process, which holds more than a server."""
    monkeypatch.setattr("kpi.ui.shelf.give_back", lambda: None)


def shelf_of(made: list[Kept], before: Callable[[], object] = lambda: None) -> Shelf:
    def make(key: Key) -> Any:
        before()
        made.append(Kept(key.snapshot))
        return made[-1]

    return Shelf(make, lambda store: None)


def key(name: str) -> Key:
    return Key("there", name, (0, 0))


def settle(condition: Callable[[], bool]) -> bool:
    """Whether it holds within a second: threads that open stores end a moment after they told so."""
    end = time.monotonic() + 1.0
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_a_store_is_opened_once_for_all_who_ask() -> None:
    made: list[Kept] = []
    go = threading.Event()
    shelf = shelf_of(made, lambda: go.wait(5))
    held = [shelf.ask(key("a")) for _ in range(20)]
    go.set()
    assert len({item.opened.result(5) for item in held}) == 1
    assert len(made) == 1


def test_a_store_stays_open_while_it_is_read_and_no_longer() -> None:
    made: list[Kept] = []
    shelf = shelf_of(made)
    first = shelf.ask(key("a"))
    first.opened.result(5)
    shelf.take(first)
    for name in "bcd":
        shelf.ask(key(name)).opened.result(5)
    assert settle(lambda: [store.closed for store in made] == [False, True, True, False])
    shelf.give_back(first)
    assert settle(lambda: [store.closed for store in made] == [True, True, True, False])


def test_a_failure_is_tried_again_and_the_store_before_stays() -> None:
    made: list[Kept] = []
    refuse = [False]

    def fail() -> None:
        if refuse[0]:
            raise StoreError("坏了")

    shelf = shelf_of(made, fail)
    shelf.ask(key("a")).opened.result(5)
    refuse[0] = True
    failed = shelf.ask(key("b"))
    with pytest.raises(StoreError):
        failed.opened.result(5)
    assert shelf.knows("there")
    refuse[0] = False
    assert shelf.ask(key("b")).opened.result(5).name == "b"
    assert settle(lambda: made[0].closed)


def test_readers_of_many_threads_never_see_a_closed_store() -> None:
    made: list[Kept] = []
    shelf = shelf_of(made)
    seen: list[bool] = []

    def read(worker: int) -> None:
        for number in range(40):
            held = shelf.ask(key(str(number // 4)))
            held.opened.result(5)
            store: Any = shelf.take(held)
            if store is not None:
                time.sleep(0)
                seen.append(store.closed)
                shelf.give_back(held)

    threads = [threading.Thread(target=read, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(seen) > 100
    assert not any(seen)
    assert settle(lambda: sum(not store.closed for store in made) == 1)


def test_wait_ends_when_the_session_asks_for_something_else(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step of a wait is a call of the framework, at which it may end the run."""
    from concurrent.futures import Future

    from kpi.ui import waiting

    class Ended(Exception):  # noqa: N818 - stands for the framework's own
        pass

    class Place:
        steps = 0

        def info(self, text: str, icon: str) -> None:
            Place.steps += 1
            assert "正在" in text
            if Place.steps == 2:
                raise Ended

    monkeypatch.setattr(waiting, "_UNNOTICED_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "_STEP_SECONDS", 0.01)
    monkeypatch.setattr(waiting.st, "empty", Place)
    with pytest.raises(Ended):
        waiting.wait_for(Future(), "正在打开")


def test_export_reads_the_shared_store_and_gives_it_back(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.query import parse_query
    from kpi.ui.search import exported

    monkeypatch.setenv("KPI_STORE", str(store))
    stores.open_newest()
    opened = slow(monkeypatch, 0)
    text = exported(parse_query("知晓率"), {}, "", "csv", copies=False).decode("utf-8-sig")
    assert "群众知晓率" in text
    assert not opened, "the export opened a store of its own"
    publish_again(store)
    stores.open_newest()
    publish_again(store)
    stores.open_newest()
    assert settle(lambda: len(list((store / "snapshots").iterdir())) == 2), "a snapshot was held by the export"


@pytest.mark.parametrize("module", PAGES)
def test_session_that_stays_on_a_page_keeps_no_closed_store(
    module: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns of a snapshot are its largest part; a session that is kept for minutes must not keep them."""
    kept: list[object] = []
    button = st.download_button

    def keep(label: str, data: object, *rest: Any, **more: Any) -> bool:
        kept.append(data)  # as the framework does until the session ends
        return button(label, data, *rest, **more)

    monkeypatch.setattr(st, "download_button", keep)
    page = open_page(module, store, monkeypatch)
    assert not page.error
    with stores.borrowed() as opened:
        before = weakref.ref(opened)
    del opened
    publish_again(store)
    stores.open_newest()
    assert settle(lambda: bool(gc.collect() + 1) and before() is None), gc.get_referrers(before())
    assert page.main is not None
