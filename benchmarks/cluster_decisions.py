"""How soon a decision about clusters is seen by a reader that searches, on a store of 150,000 names and a million rows.

    python -m benchmarks.cluster_decisions [--store DIR] [--names 150000] [--rows 1000000] [--earlier 0 100 1000]

`--store` takes a store that `benchmarks/search.py --store DIR` left; it is linked, not changed. Seconds run from the call to
the reader's answer: publishing, opening the new snapshot, one search. `kpi` is the command with its start.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import synthetic
from benchmarks.synthetic import Size
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.decisions import Decision, make_decision, save_decision
from kpi.durable import share
from kpi.ingestion.publishing import publish_change, republish
from kpi.store import Store, open_store

RUNS = 5
_SHORT = 5
"""Characters of a name that stands in many others, so that it may not be among the first hits."""


def make_store(folder: Path, size: Size) -> None:
    """A new store of made-up documents."""
    layout = Layout(folder)
    layout.create()
    entries = tuple(synthetic.keep_parsed(layout, plain, "benchmark") for plain in synthetic.make_documents(size, 7))
    publish_change(layout, Change(put=entries))


def link_store(source: Path, folder: Path) -> None:
    """The snapshot in force of another store."""
    theirs, layout = Layout(source), Layout(folder)
    layout.create()
    current = theirs.current()
    for path in theirs.folder(current).rglob("*"):
        if path.is_file():
            share(path, layout.folder(current) / path.relative_to(theirs.folder(current)))
    layout.set_current(current)


def earlier_decisions(folder: Path, names: list[str], count: int) -> None:
    """So many decisions of all kinds, taken before."""
    layout, chooser = Layout(folder), random.Random(count)
    shutil.rmtree(layout.decisions)
    layout.create()
    made: list[Decision] = []
    for _ in range(count):
        kind = chooser.choice(("merge", "merge", "forbid", "rename"))
        decision = Decision(kind=kind, names=tuple(chooser.sample(names, 2)), name="新名称" if kind == "rename" else "")
        made.append(make_decision(decision, existing=made[-1:], author="benchmark"))
        save_decision(layout.decisions, made[-1])
    republish(folder)


def cluster_of(reader: Store, name: str) -> str:
    """The cluster that a search for a name shows."""
    answer = reader.search(f'"{name}"', limit=None if len(name) < _SHORT else 100)
    return next(hit.cluster for hit in answer.hits if hit.record["name"] == name)


def seen(reader: Store, decide: Callable[[], object], names: tuple[str, str], together: bool) -> tuple[float, float]:
    """Seconds, and those of the processor, until the reader's search shows the decision."""
    start, used = time.perf_counter(), time.process_time()
    decide()
    reader.refresh()
    ids = {cluster_of(reader, name) for name in names}
    seconds = time.perf_counter() - start, time.process_time() - used
    if (len(ids) == 1) is not together:
        raise SystemExit("the reader does not see the decision")
    return seconds


def measure(folder: Path, earlier: int) -> None:
    """Merges and undos through the library, then the command."""
    with open_store(folder) as store, open_store(folder) as reader:
        titles = [one.canonical for one in store.clusters(sort="name")]
        earlier_decisions(folder, store.snapshot.all_texts("name")[1:], earlier)
        store.refresh()
        reader.refresh()
        reader.search(f'"{titles[0]}"', limit=1)
        chooser = random.Random(1)
        times: dict[str, list[tuple[float, float]]] = {"merge": [], "undo": []}
        for _ in range(RUNS):
            a, b = (store.cluster_list.wording(title) for title in chooser.sample(titles, 2))
            times["merge"].append(seen(reader, lambda a=a, b=b: store.merge(a, b), (a, b), together=True))
            times["undo"].append(seen(reader, store.undo, (a, b), together=False))
        for title, values in times.items():
            clock, processor = zip(*values, strict=True)
            print(
                f"{earlier:>6} decisions before  {title:>6}  median {statistics.median(clock):.2f} s  max {max(clock):.2f} s  "
                f"(CPU {statistics.median(processor):.2f} s)",
                flush=True,
            )
    start = time.perf_counter()
    kpi = Path(sys.executable).with_name("kpi")
    subprocess.run(
        [kpi, "clusters", "merge", *titles[:2], "--store", str(folder), "--quiet"],
        check=True,
        env={**os.environ, "KPI_AUTHOR": "benchmark"},
    )
    print(f"{earlier:>6} decisions before  kpi clusters merge {time.perf_counter() - start:.2f} s", flush=True)


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--names", type=int, default=150_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--earlier", type=int, nargs="+", default=[0, 100, 1000])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.store.parent if arguments.store else None) as scratch:
        folder = Path(scratch, "store")
        if arguments.store:
            link_store(arguments.store, folder)
        else:
            make_store(folder, Size(arguments.rows, arguments.names))
        with open_store(folder) as store:
            print(
                f"{store.snapshot.rows} rows, {store.snapshot.text_count('name') - 1} names, {len(store.cluster_list)} clusters"
            )
        for earlier in arguments.earlier:
            measure(folder, earlier)
    return 0


if __name__ == "__main__":
    sys.exit(main())
