"""Speed of the rules: projects a second of one core, and the rules that compare over a store of a million indicators.

    python benchmarks/review.py --store DIR [--documents 1500]

`DIR` is a store as `benchmarks/search.py --store DIR` leaves it; every document in it is reviewed. Processor time is told beside the
clock, because the machine may be shared.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from kpi.model import Document
from kpi.review import Profile, all_rules
from kpi.review.engine import _document_findings, _store_findings
from kpi.review.registry import STORE
from kpi.review.settings import Settings
from kpi.review.store_view import store_view
from kpi.review.views import document_view
from kpi.store import open_store


def main() -> None:
    """Read, review, compare; one line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=1_000_000, help="at most so many documents")
    options = parser.parse_args()
    rules = tuple(all_rules().values())
    profile = Profile()
    with open_store(options.store) as store:
        chosen = list(store.documents)[: options.documents]
        clock, cpu = time.perf_counter(), time.process_time()
        first = store.document(chosen[0])
        store_view(document_view(first, Settings()), store.snapshot)
        table = time.process_time() - cpu
        print(
            f"{store.snapshot.rows:,} indicators; table of peers {table:.1f} s cpu, {time.perf_counter() - clock:.1f} s"
        )
        spent = {"rules": 0.0, "store": 0.0}
        counts: Counter[str] = Counter()
        projects = indicators = 0
        for sha256 in chosen:
            document: Document = store.document(sha256)
            projects += len(document.projects)
            indicators += len(document.indicators)
            cpu = time.process_time()
            view = document_view(document, Settings())
            counts.update(
                finding.rule for _, finding in _document_findings(view, [r for r in rules if r.view != STORE], profile)
            )
            spent["rules"] += time.process_time() - cpu
            cpu = time.process_time()
            counts.update(finding.rule for _, finding in _store_findings(view, rules, profile, store))
            spent["store"] += time.process_time() - cpu
    print(f"{len(chosen):,} documents, {projects:,} projects, {indicators:,} indicators")
    print(
        f"document rules {spent['rules']:.1f} s cpu: {projects / spent['rules']:,.0f} projects a second, {indicators / spent['rules']:,.0f} indicators"
    )
    print(f"store rules {spent['store'] + table:.1f} s cpu: {indicators / spent['store']:,.0f} indicators a second")
    print(dict(sorted(counts.items())))


if __name__ == "__main__":
    main()
