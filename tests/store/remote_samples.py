"""Stores at URLs for tests: machines with a working copy each, and publishing without index and clusters, which is quick."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from store_samples import make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change, Published, Tools, publish
from kpi.catalog.snapshot import open_snapshot
from kpi.ingestion import ParsedResults
from kpi.ingestion.parsed import load_plain

PARSER = "test"
ROWS = 4
"""Indicators of each sample document."""


class Machines:
    """Names machines: a store opened `on` one of them has its working copy there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self.url = f"plain://{folder}/remote"
        self._fresh = 0

    def use(self, name: str) -> str:
        """Work on a machine from now on; returns the store's URL."""
        self._monkeypatch.setenv("KPI_CACHE", str(self.folder / "machines" / name))
        return self.url

    def on(self, name: str) -> Layout:
        return Layout(self.use(name))

    def fresh(self) -> Layout:
        """The store on a machine that never opened it."""
        self._fresh += 1
        return self.on(f"fresh-{self._fresh}")


def publish_number(layout: Layout, number: int, *, wait: float = 5.0) -> Published:
    """Keep and publish the sample document with this number."""
    document = make_document(f"n{number}", year=2000 + number, name=f"n{number}.pdf")
    ParsedResults(layout, PARSER).save(document)
    path = f"in/{document.name}"
    entry = Entry(sha256=document.sha256, path=path, location=f"/{path}", parser=PARSER)
    return publish(layout, Change(put=(entry,)), Tools(load=partial(load_plain, layout)), wait=wait)


def numbers_in(layout: Layout) -> set[int]:
    """Numbers of the documents that a reader finds, once it is sure that each is whole and there once."""
    snapshot = open_snapshot(layout.store)
    try:
        records = snapshot.records(range(snapshot.rows))
        found = [int(Path(record["document"]).stem.removeprefix("n")) for record in records]
        assert len({record["id"] for record in records}) == len(records), "a row is there twice"
        assert all(found.count(number) == ROWS for number in found), "rows of a document are missing"
        assert len(snapshot.documents) == len(set(found))
        return set(found)
    finally:
        snapshot.close()
