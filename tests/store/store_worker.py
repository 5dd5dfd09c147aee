"""What the fault tests run in processes of their own: `python store_worker.py ingest|read|publish STORE …`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from store_samples import make_document, parse_sample

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.ingestion import ParsedResults, SerialExecutor, ingest, parsed
from kpi.ingestion.publishing import publish_change
from kpi.model import Document
from kpi.store import open_store

ROWS = 4
"""Indicators of each sample document."""


PARSER = "test"
"""Version of the parser in these tests: the code of the real one may change between two processes."""


def slow_parse(path: Path) -> Document:
    """A parser that takes a moment, so that kills fall into it."""
    time.sleep(0.01)
    return parse_sample(path)


def run_ingest(store: Path, folder: Path) -> None:
    """Ingest a folder; says when it begins."""
    parsed.parser_version = lambda: PARSER
    open_store_once(store)
    print("begin", flush=True)
    report = ingest([folder], store, executor=SerialExecutor(), parse=slow_parse)
    print(f"done {report.counts}", flush=True)


def open_store_once(store: Path) -> None:
    """Import what a run needs, so that kills fall into the work and not into imports."""
    import pyarrow.parquet  # noqa: F401

    import index.building  # noqa: F401

    if store.is_dir():
        with open_store(store) as opened:
            opened.search("满意度")


def publish_one(store: Path, number: int) -> None:
    """Publish the sample document with this number."""
    layout = Layout(store)
    layout.create()
    document = make_document(f"n{number}", city="焦作市", year=2000 + number, name=f"n{number}.pdf")
    ParsedResults(layout, "test").save(document)
    path = f"in/{document.name}"
    entry = Entry(sha256=document.sha256, path=path, location=f"/{path}", parser="test")
    publish_change(layout, Change(put=(entry,)))


def read_until(store: Path, stop: Path) -> None:
    """Search in a loop until `stop` exists; every answer must be of one snapshot: its number tells how many rows."""
    answers, snapshots, parent = 0, set(), os.getppid()
    following = open_store(store)
    check(following)
    print("begin", flush=True)
    while not stop.exists() and os.getppid() == parent:  # whoever started this may have been killed
        with open_store(store) as opened:
            check(opened)
        following.refresh()
        check(following)
        answers += 2
        snapshots.add(following.name)
    following.close()
    print(f"done {answers} {len(snapshots)}", flush=True)


def check(opened: object) -> None:
    """Raise AssertionError unless everything an answer says fits its snapshot."""
    from kpi.store import Store

    assert isinstance(opened, Store)
    documents = int(opened.name.split("-")[0])
    answer = opened.search("满意度", limit=None)
    assert answer.snapshot == opened.name
    assert answer.total == documents, (answer.total, documents)
    assert len(answer.hits) == documents
    assert {hit.record["name"] for hit in answer.hits} == {"参保群众满意度"}
    assert sum(item.count for item in answer.facets["year"].values) == documents
    assert opened.count() == documents * ROWS


if __name__ == "__main__":
    if sys.argv[1] == "ingest":
        run_ingest(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        read_until(Path(sys.argv[2]), Path(sys.argv[3]))
