"""Files made at a click stay until the browser has them, whatever pages other sessions finish meanwhile."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.scriptrunner import add_script_run_ctx

from kpi.ui import downloads


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MediaFileManager:
    """The framework's store of files, as a running server has one."""
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr(downloads.runtime, "exists", lambda: True)
    monkeypatch.setattr(downloads.runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    return manager


def in_session(run: Any) -> Any:
    """What `run` returns in a thread of a session's page."""
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(run()))
    add_script_run_ctx(thread, SimpleNamespace(session_id="reader"))  # type: ignore[arg-type]
    thread.start()
    thread.join()
    return result[0]


@pytest.mark.parametrize("noted", [True, False])
def test_made_file_survives_the_pages_of_others(noted: bool, files: MediaFileManager) -> None:
    def make() -> bytes:
        return b"rows"

    def register() -> str:
        made = downloads._noted(make, "a.csv", "text/csv", "export") if noted else make
        return files.add_deferred(made, "text/csv", "1.0", file_name="a.csv")

    address = files.execute_deferred(in_session(register))
    for _ in range(3):
        files.remove_orphaned_files()
    kept = files.read_file(address.rpartition("/")[2].partition(".")[0])
    if noted:
        assert kept is not None
        assert kept.content == b"rows"
        files.clear_session_refs("reader")  # the reader's next page
        files.remove_orphaned_files()
        files.remove_orphaned_files()
        assert files.read_file(address.rpartition("/")[2].partition(".")[0]) is None, "kept for ever"
    else:
        assert kept is None, "the framework keeps such files by now: the note is no longer needed"
