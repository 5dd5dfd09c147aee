"""What is tried to make the store lose, double or falsify records, with counts: the table of docs/reliability.md.

    python -m benchmarks.faults [--short] [--json FILE] [--only WORD]

Everything is compared record by record with contents that are known beforehand. Bounded: 10 minutes on 2 quiet cores, 1 minute
with `--short`; nothing leaves this machine. Leaves with 1 when something was lost, doubled or wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from benchmarks import faults_decisions, faults_files, faults_remote, faults_store
from benchmarks.faults_truth import Tally

Experiment = Callable[[], "Tally | Iterable[Tally]"]


def experiments(short: bool) -> dict[str, Experiment]:
    """Name → what it does; counts of a full and of a short run."""

    def many(full: int, few: int) -> int:
        return few if short else full

    return {
        "hostile": partial(faults_files.hostile_files, short),
        "damaged-files": partial(faults_files.damaged_files, many(25, 2), many(25, 2)),
        "killed-workers": partial(faults_files.killed_workers, many(30, 4)),
        "killed-writers": partial(faults_store.killed_writers, many(30, 3)),
        "readers": partial(faults_store.readers, many(20, 4), many(8, 4)),
        "damaged-snapshots": partial(faults_store.damaged_snapshots, short),
        "full-disk": partial(faults_store.full_disk, many(8, 1)),
        "closed-folder": partial(faults_store.closed_folder, many(5, 1)),
        "second-writer": partial(faults_store.second_writer, many(10, 2), many(20, 5)),
        "clock": partial(faults_store.clock_backwards, many(10, 3)),
        "versions": faults_store.other_versions,
        "decisions": partial(faults_decisions.two_writers, many(250, 25)),
        "killed-deciders": partial(faults_decisions.killed_deciders, many(15, 2)),
        "damaged-decisions": faults_decisions.damaged_decisions,
        "decisions-clock": partial(faults_decisions.clock, many(100, 20)),
        "url-calls": partial(faults_remote.failing_calls, many(20, 2)),
        "url-writers": partial(faults_remote.killed_writers, many(10, 2)),
        "url-leases": partial(faults_remote.dead_leases, many(10, 2)),
    }


HEAD = ("what", "tried", "lost", "doubled", "wrong", "told", "")


def row(tally: Tally) -> str:
    """A row of the table in Markdown."""
    cells = (tally.what, tally.tried, tally.lost, tally.doubled, tally.wrong, tally.told or "", tally.remark)
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |"


def main() -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="small counts, a minute")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--only", default="", metavar="WORD", help="experiments whose name has it")
    options = parser.parse_args()
    results: list[dict[str, object]] = []
    start = time.monotonic()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    for name, experiment in experiments(options.short).items():
        if options.only not in name:
            continue
        begun = time.monotonic()
        made = experiment()
        for tally in [made] if isinstance(made, Tally) else made:
            print(row(tally), flush=True)
            results.append({"experiment": name, "seconds": round(time.monotonic() - begun, 1), **asdict(tally)})
            begun = time.monotonic()
            if options.json:
                Path(options.json).write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
            for text in tally.examples:
                print(f"  {name}: {text}", file=sys.stderr, flush=True)
    print(f"\n{time.monotonic() - start:.0f} s", flush=True)
    return int(any(entry["lost"] or entry["doubled"] or entry["wrong"] for entry in results))


if __name__ == "__main__":
    sys.exit(main())
