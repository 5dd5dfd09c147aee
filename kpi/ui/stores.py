"""The store that all sessions of this server share (共用的库): opened once a snapshot, followed when a newer one is published."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.catalog.layout import Layout

if TYPE_CHECKING:
    from kpi.store import Store

STORE_VARIABLE = "KPI_STORE"
DEFAULT_STORE = ".kpi"
_SNAPSHOTS_OPEN = 2
"""The newest snapshot and the one that sessions may still be drawing from."""


def store_path() -> Path:
    """Folder of the store that this server shows."""
    return Path(os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def _close(store: Store) -> None:
    store.close()


@st.cache_resource(max_entries=_SNAPSHOTS_OPEN, on_release=_close, show_spinner=False)
def _opened(path: str, name: str) -> Store:
    from kpi.store import open_store

    store = open_store(path)
    if name and store.snapshot.rows:
        # the dictionary takes 0.7 s to load; better now than with someone's first query
        threading.Thread(target=store.index.warm, daemon=True).start()
    return store


def current_store() -> Store | None:
    """The store on its newest snapshot; None when there is none or it holds nothing yet.

    Raises:
        StoreError: the store is damaged or of another version.
    """
    path = store_path()
    name = Layout(path).current()
    if not name:
        return None
    store: Store = _opened(str(path), name)
    return store if store.snapshot.rows or store.documents else None


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
    for note in store.notes:
        st.warning(note, icon=":material/info:")
    return store


@st.cache_data(max_entries=64, show_spinner=False)
def parsed_document(path: str, snapshot: str, sha256: str) -> Any:
    """A parsed document of the store, kept between reruns; `path` and `snapshot` are its key."""
    del path, snapshot
    store = current_store()
    if store is None:
        raise LookupError(sha256)
    return store.document(sha256)


def document_of(store: Store, sha256: str) -> Any:
    """The parsed document (`kpi.model.Document`) of a hit."""
    return parsed_document(str(store.path), store.name, sha256)
