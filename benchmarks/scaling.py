"""Ingest throughput of one and of two worker processes on the corpus many times over, and the memory of a worker.

    python -m benchmarks.scaling [--copies 50] [--jobs 1,2] [--json FILE]

Every copy has another content, as another file of the same make: a PDF gets a comment after its end, a workbook or Word file a
comment of its ZIP directory. The `.doc` is left out: LibreOffice, which converts it, would be what is measured. Each run is
a program of its own with an empty store. Parsing is the time from the first task to the last answer, the start of the
processes included; what comes before (reading the files' content hashes) and after it (publishing) is serial and is told apart.
Beside the time stands the processor time of the workers: where it grows with their number, they slow each other down
(memory, caches, other programs), and no program can scale beyond that. `parse (bound)` is the throughput of as many programs
that parse a share of the files each and have nothing in common: the same machine's best at that time.
Expect about 4 minutes with 50 copies on 2 quiet cores, less than 1 with 5. Bar: 1.8 times the documents a second with two processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FORMATS = frozenset({".pdf", ".docx", ".xlsx"})
BAR = 1.8
_RUN_SECONDS = 600
"""No run may take longer."""


def make_copies(folder: Path, copies: int) -> int:
    """The corpus `copies` times, each file with a content of its own; returns how many files."""
    count = 0
    for source in sorted(path for path in CORPUS.iterdir() if path.suffix in FORMATS):
        for number in range(copies):
            target = folder / f"{number:03d}" / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            told = f"copy {number}"
            if source.suffix == ".pdf":
                with target.open("ab") as stream:
                    stream.write(f"\n% {told}\n".encode())
            else:
                with zipfile.ZipFile(target, "a") as archive:
                    archive.comment = told.encode()
            count += 1
    return count


class Timed:
    """Worker processes, and the time from the first task to the last answer."""

    def __init__(self, jobs: int) -> None:
        from kpi.ingestion import ProcessExecutor

        self.inner = ProcessExecutor(jobs)
        self.started = self.seconds = 0.0

    def run(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """See `Executor.run`."""
        self.started = self.started or time.perf_counter()
        start = time.perf_counter()
        yield from self.inner.run(function, tasks)
        self.seconds += time.perf_counter() - start


def ingest_once(folder: Path, store: Path, jobs: int) -> dict[str, float]:
    """One ingest into an empty store: seconds of each step, pages, peak memory of the largest worker."""
    from kpi.ingestion import ingest
    from kpi.store import open_store

    executor = Timed(jobs)
    start = time.perf_counter()
    own = time.process_time()
    report = ingest([folder], store, executor=executor)
    seconds = time.perf_counter() - start
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert set(report.counts) == {"parsed"}, report.counts
    with open_store(store) as opened:
        pages = sum(row.page_count or 0 for row in opened.snapshot.documents.values())
    stock = executor.started - start
    return {
        "documents": len(report.files), "pages": pages, "seconds": seconds, "stock": stock, "parse": executor.seconds,
        "publish": seconds - stock - executor.seconds, "worker_cpu": workers.ru_utime + workers.ru_stime,
        "own_cpu": time.process_time() - own, "worker_mb": workers.ru_maxrss / 1024,
    }  # fmt: skip


def parse_share(folder: Path, share: int, shares: int) -> None:
    """Parse every `shares`-th file and keep nothing."""
    import kpi

    for path in sorted(path for path in folder.rglob("*") if path.suffix in FORMATS)[share::shares]:
        kpi.parse(path)


def bound(folder: Path, jobs: int) -> float:
    """Seconds in which as many separate programs parse all files."""
    start = time.perf_counter()
    commands = [
        [sys.executable, "-m", "benchmarks.scaling", "--share", f"{n}/{jobs}", "--folder", str(folder)]
        for n in range(jobs)
    ]
    programs = [subprocess.Popen(command) for command in commands]
    try:
        for program in programs:
            assert program.wait(_RUN_SECONDS) == 0
    finally:
        for program in programs:
            program.kill()
    return time.perf_counter() - start


def measure(folder: Path, jobs: int) -> dict[str, float]:
    """`ingest_once` in a program of its own."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--run", str(jobs), "--folder", str(folder)]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=_RUN_SECONDS).stdout
    return {**json.loads(shown), "bound": bound(folder, jobs)}


COLUMNS = (
    ("documents/s", lambda run: run["documents"] / run["seconds"]),
    ("pages/s", lambda run: run["pages"] / run["seconds"]),
    ("parse documents/s", lambda run: run["documents"] / run["parse"]),
    ("parse pages/s", lambda run: run["pages"] / run["parse"]),
    ("parse (bound) documents/s", lambda run: run["documents"] / run["bound"]),
)  # fmt: skip
DETAILS = {
    "stock": "before parsing, s", "parse": "parsing, s", "publish": "publishing, s", "seconds": "in all, s",
    "worker_cpu": "processor time of the workers, s", "own_cpu": "processor time of the program itself, s",
    "worker_mb": "peak memory of a worker, MB",
}  # fmt: skip


def show(runs: dict[int, dict[str, float]]) -> None:
    """Print the table with ratios to the first run."""
    first, *_ = runs.values()
    print(f"{first['documents']:.0f} documents, {first['pages']:.0f} pages; load {os.getloadavg()[0]:.1f} at the end")
    print(f"{'':38}" + "".join(f"{jobs:>6} process(es)" for jobs in runs) + "   ratio of the last")
    *_, last = runs.values()
    for title, rate in COLUMNS:
        print(
            f"{title:38}"
            + "".join(f"{rate(run):18.2f}" for run in runs.values())
            + f"{rate(last) / rate(first):15.2f} x"
        )
    for key, title in DETAILS.items():
        print(f"{title:38}" + "".join(f"{run[key]:18.1f}" for run in runs.values()))
    if max(runs) == 2:
        ratio = first["parse"] / last["parse"]
        print(f"bar {BAR} x: parsing {'met' if ratio >= BAR else 'MISSED'} ({ratio:.2f} x)")


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--copies", type=int, default=50)
    parser.add_argument("--jobs", default="1,2", help="numbers of processes, with commas")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--share", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.share:
        share, _, shares = options.share.partition("/")
        parse_share(options.folder, int(share), int(shares))
    elif options.run:
        with tempfile.TemporaryDirectory() as store:
            print(json.dumps(ingest_once(options.folder, Path(store), options.run)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            make_copies(Path(folder), options.copies)
            runs = {int(jobs): measure(Path(folder), int(jobs)) for jobs in options.jobs.split(",")}
        show(runs)
        if options.json:
            options.json.write_text(json.dumps(runs, indent=1), "utf-8")


if __name__ == "__main__":
    main()
