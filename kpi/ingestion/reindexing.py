"""Opening the text index, made anew when another version of the program wrote it (索引重建)."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.catalog.schema import INDEXED
from kpi.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index import Entry, TextIndex
    from kpi.catalog.snapshot import Snapshot


def open_or_rebuild(snapshot: Snapshot) -> tuple[TextIndex, str]:
    """The text index of a snapshot, and a note when it had to be made anew from the names in Parquet.

    A snapshot is never written to: the new index lives in a temporary folder until this process ends. `kpi doctor`
    publishes a snapshot with a new one.
    """
    from index import OUTDATED, build_index, open_index

    try:
        found = open_index(snapshot.search_folder)
    except StoreError as error:
        if error.code != OUTDATED:
            raise
        note = "检索索引与程序版本不符，已按 Parquet 临时重建；运行 kpi doctor 可更新库"
    else:
        if all(found.count(kind) == snapshot.text_count(kind) for kind in INDEXED):
            return found, ""
        found.close()
        note = "检索索引已损坏，已按 Parquet 临时重建；运行 kpi doctor 可修复库"
    folder = Path(tempfile.mkdtemp(prefix="kpi-index-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build_index(folder, _entries(snapshot))
    return open_index(folder), note


def _entries(snapshot: Snapshot) -> Iterator[Entry]:
    from index import Entry

    for kind in INDEXED:
        for number, text in enumerate(snapshot.all_texts(kind)):
            yield Entry(kind, number, text)
