"""The store that all sessions of this server share (共用的库): opened once a snapshot, followed when another one is in force.

A page draws from one snapshot inside `reading`; the snapshot stays open until the page is drawn, however many are published
meanwhile. While a newer one is being opened, pages go on with the one before.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.catalog.layout import MANIFEST, Layout
from kpi.catalog.places import place_of
from kpi.catalog.working_copy import is_about_connection
from kpi.errors import StoreError, UsageError
from kpi.ui.following import Follower
from kpi.ui.shelf import Held, Key, Shelf
from kpi.ui.waiting import looked_up, wait_for

if TYPE_CHECKING:
    from kpi.catalog.documents import Entry
    from kpi.store import Store

STORE_VARIABLE = "KPI_STORE"
DEFAULT_STORE = ".kpi"
_PATIENCE_SECONDS = 2.0
"""A page waits so long for a newer snapshot before it is drawn from the one before."""
_SEEN = "store-seen"
_LOOKING, _OPENING = "正在读取指标库…", "正在打开指标库…"


def store_path() -> Path | str:
    """Folder or URL of the store that this server shows."""
    return place_of(os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def _open(key: Key) -> Store:
    from kpi.store import open_store

    return open_store(key.path)


def _warm(store: Store) -> None:
    # the dictionary takes 0.7 s to load; better now than with someone's first query
    if store.name and store.snapshot.rows:
        store.index.warm()


_shelf = Shelf(_open, _warm)
_follower = Follower()


class _Run(threading.local):
    """What the page that this thread draws has taken from the shelf."""

    def __init__(self) -> None:
        self.taken: list[Held] | None = None


_run = _Run()


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """While a page is drawn: the stores that it takes stay open."""
    outer, _run.taken = _run.taken, []
    try:
        yield
    finally:
        taken, _run.taken = _run.taken, outer
        for held in taken or ():
            _shelf.give_back(held)


def newest() -> Key | None:
    """The snapshot in force; None where there was never a store.

    Raises:
        StoreError: `CURRENT` cannot be read, or a store that was open has gone.
    """
    path = store_path()
    layout = Layout(path)
    _follower.follow(layout)
    name = layout.current()
    if not name:
        if _shelf.knows(str(path)):
            raise StoreError(
                "指标库不在原来的位置了", where=layout.shown, found="没有当前快照的记录（CURRENT）",
                advice="检查磁盘或网络连接，或把指标库放回原处；要从头开始请在“导入”页加入文件", code="gone",
            )  # fmt: skip
        return None
    return Key(str(path), name, _stamp(layout.folder(name) / MANIFEST))


def _stamp(manifest: Path) -> tuple[int, int]:
    try:
        status = manifest.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns


def current_store() -> Store | None:
    """The store on its newest snapshot; None when there is none or it holds nothing yet.

    Raises:
        StoreError: the store cannot be read, is damaged or of another version.
    """
    key = looked_up(newest, _LOOKING)
    if key is None:
        return None
    store = None
    while store is None:  # again where it was let go between being opened and being taken, as a newer one came
        held = _shelf.ask(key)
        before = None if held.opened.done() else _shelf.before(key)
        if before is not None and not wait([held.opened], _PATIENCE_SECONDS).done:
            held = before
        wait_for(held.opened, _OPENING)
        store = _shelf.take(held)
    if _run.taken is None:
        _shelf.give_back(held)
    else:
        _run.taken.append(held)
    return store if store.snapshot.rows or store.documents else None


@contextlib.contextmanager
def borrowed() -> Iterator[Store]:
    """The store on its newest snapshot, for work outside a page: an export that is made while it is downloaded.

    Raises:
        StoreError: see `current_store`, or there is none.
    """
    held, store = None, None
    while held is None or store is None:
        key = newest()
        if key is None:
            raise StoreError("指标库是空的", where=Layout(store_path()).shown, advice="先导入文件")
        held = _shelf.ask(key)
        held.opened.result()
        store = _shelf.take(held)
    try:
        yield store
    finally:
        _shelf.give_back(held)


def open_newest() -> None:
    """Open the snapshot in force and wait for it, so that the next page is drawn from it; for any thread.

    Raises:
        StoreError: see `current_store`.
    """
    key = newest()
    if key is not None:
        _shelf.ask(key).opened.result()


def answers() -> bool:
    """Whether the store can be opened, after it could not be."""
    try:
        open_newest()
    except StoreError:
        return False
    return True


def moved_on() -> bool:
    """Whether what this page was drawn from is no longer in force: published over, replaced or gone."""
    try:
        now = newest()
    except StoreError:
        return True
    return any(held.key != now for held in _run.taken or ())


def require_store() -> Store:
    """The store; where there is none the page ends with what to do."""
    store = current_store()
    if store is None:
        from kpi.ui.navigation import link

        with st.container(key="empty-store", horizontal_alignment="center"):
            st.space("large")
            st.markdown("### 指标库还是空的", text_alignment="center")
            st.caption(
                "导入公开的预算文件（PDF、Word、Excel、网页、文本），其中的绩效指标就会出现在这里。",
                text_alignment="center",
            )
            link("imports", "去导入文件", icon=":material/upload_file:")
        st.stop()
    # Whether the store answers may have changed since it was opened.
    notes = [note for note in store.notes if not is_about_connection(note)]
    for note in [*_follower.notes(Layout(store_path())), *notes]:
        st.warning(note, icon=":material/info:")
    _tell_replaced(store)
    return store


def _tell_replaced(store: Store) -> None:
    """Say once when another store, or an earlier state of it, has taken the place of the one seen before."""
    manifest = store.snapshot.manifest
    name, sequence = st.session_state.get(_SEEN, ("", 0))
    st.session_state[_SEEN] = manifest.name, manifest.sequence
    if name and name != manifest.name and manifest.sequence <= sequence:
        st.info(
            f"指标库已换成另一份，或恢复到了较早的状态：{len(store.documents):,} 个文件，{store.snapshot.rows:,} 条指标。原来打开的内容可能不在其中。",
            icon=":material/swap_horiz:",
        )


@st.cache_data(max_entries=64, show_spinner="正在读取文件…")
def parsed_document(path: str, parser: str, sha256: str, *, _layout: Layout, _entry: Entry) -> Any:
    """A parsed document of the store, kept between reruns and snapshots; the content and its parser are the key."""
    from kpi.ingestion.parsed import load_document

    del path, parser, sha256
    return load_document(_layout, _entry)


def loader_of(store: Store, sha256: str) -> Callable[[], Any]:
    """What reads a parsed document (`kpi.model.Document`); it keeps nothing of the store, so a session may keep it.

    Raises:
        UsageError: the store does not hold it.
    """
    row = store.documents.get(sha256)
    if row is None:
        raise UsageError("库中没有这个文件", found=sha256, advice="可能已被移除；请重新检索")
    layout, entry = store.snapshot.layout, row.entry
    return partial(parsed_document, str(store.path), entry.parser, sha256, _layout=layout, _entry=entry)


def document_of(store: Store, sha256: str) -> Any:
    """The parsed document of a hit.

    Raises:
        UsageError: the store does not hold it.
        StoreError: its parsed result is missing or damaged.
    """
    return loader_of(store, sha256)()
