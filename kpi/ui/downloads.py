"""Files that are made when they are asked for (下载): a button each, whose file stays until the browser has fetched it.

The framework makes the file when the button is clicked and gives the browser its address, but keeps no note of who wants it: two
pages that any other session finishes meanwhile take it away, and the download fails. It is noted for the session here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_ANY = "application/octet-stream"


def show_download(label: str, make: Callable[[], bytes], file_name: str, *, key: str, **options: Any) -> None:
    """A button that gives what `make` returns, in a thread of its own, as a file; the page is not drawn again."""
    mime = MIMES.get(file_name.rpartition(".")[2].lower(), _ANY)
    st.download_button(
        label, _noted(make, file_name, mime, key), file_name=file_name, mime=mime, key=key, on_click="ignore", **options
    )


def _noted(make: Callable[[], bytes], file_name: str, mime: str, key: str) -> Callable[[], bytes]:
    context = get_script_run_ctx()

    def made() -> bytes:
        data = make()
        if context is not None and runtime.exists():
            note = threading.Thread(target=_note, args=(data, file_name, mime, key))
            add_script_run_ctx(note, context)  # says whose file it is
            note.start()
            note.join()
        return data

    return made


def _note(data: bytes, file_name: str, mime: str, key: str) -> None:
    files = runtime.get_instance().media_file_mgr
    files.add(data, mime, f"download-{key}", file_name=file_name, is_for_static_download=True)
