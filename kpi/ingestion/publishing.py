"""Publishing with everything plugged in (发布): the text index, the clusters and people's decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from kpi.catalog.decided import load_all
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change, NameEntry, Published, Tools, publish
from kpi.catalog.snapshot import open_snapshot
from kpi.catalog.working_copy import THREADS
from kpi.errors import UsageError
from kpi.ingestion.parsed import load_or_drop


class WhooshWriter:
    """Writes `search/` of a snapshot with the package `index`."""

    @property
    def version(self) -> str:
        """Fingerprint of the index's form."""
        from index.stamp import fingerprint

        return fingerprint()

    def build(self, folder: Path, entries: Iterable[NameEntry]) -> None:
        """See `TextIndexWriter.build`."""
        from index import Entry, build_index

        build_index(folder, (Entry(*entry) for entry in entries))

    def extend(self, folder: Path, entries: Iterable[NameEntry]) -> None:
        """See `TextIndexWriter.extend`."""
        from index import Entry, extend_index

        extend_index(folder, (Entry(*entry) for entry in entries))


def tools_for(layout: Layout) -> Tools:
    """What publishing to a store uses.

    Raises:
        BadInput: a decision that cannot be read; publishing without it would undo it silently.
    """
    from kpi.corrections import Corrections
    from kpi.decisions import decisions_to_jsonl
    from kpi.ingestion.clustering import Clusterer

    log = load_all(layout, strict=True)
    for problem in log.problems:
        raise problem
    told = decisions_to_jsonl(log.decisions)
    return Tools(
        load=partial(load_or_drop, layout), index=WhooshWriter(), clusters=Clusterer(log.decisions),
        amendments=Corrections(log.decisions), decisions=hashlib.sha256(told.encode()).hexdigest() if told else "",
        ahead=THREADS if layout.remote is not None else 0,
    )  # fmt: skip


def publish_change(layout: Layout, change: Change, *, wait: float = 600.0) -> Published:
    """Publish a change with the usual tools."""
    return publish(layout, change, partial(tools_for, layout), wait=wait)


def republish(store: str | Path, *, rebuild: bool = False, reindex: bool = False, recluster: bool = False) -> Published:
    """Publish what decisions changed.

    `rebuild` makes everything anew from the parsed results, `reindex` the text index, `recluster` the clusters.
    """
    return publish_change(Layout(store), Change(rebuild=rebuild, reindex=reindex, recluster=recluster))


def remove(store: str | Path, documents: Iterable[str]) -> Published:
    """Take documents out of the store; they are named by file name, path, or the first digits of their sha256.

    Raises:
        UsageError: a name fits no document of the store, or several.
    """
    snapshot = open_snapshot(store)
    try:
        drop = frozenset(_find(snapshot.documents.values(), wanted) for wanted in documents)
    finally:
        snapshot.close()
    return publish_change(Layout(store), Change(drop=drop))


_LEAST_DIGITS = 6


def _find(rows: Iterable[object], wanted: str) -> str:
    from kpi.catalog.documents import DocumentRow

    held = [row for row in rows if isinstance(row, DocumentRow)]
    location = str(Path(wanted).resolve())
    found = [row for row in held if wanted in {row.entry.path, row.entry.sha256} or location == row.entry.location]
    found = found or [row for row in held if row.name == wanted]
    if not found and len(wanted) >= _LEAST_DIGITS:
        found = [row for row in held if row.entry.sha256.startswith(wanted.lower())]
    if len(found) != 1:
        raise UsageError(
            "库中没有这个文件" if not found else "有多个文件符合",
            found=wanted if not found else "、".join(row.entry.path for row in found[:5]),
            advice="用 kpi status --documents 查看库中文件的路径和编号",
            code="usage",
        )
    return found[0].entry.sha256
