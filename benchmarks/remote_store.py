"""What a store at a URL costs: requests, bytes and seconds of publishing, opening and following, beside a store in a folder.

    python -m benchmarks.remote_store [--indicators 100000] [--latency 0.02] [--folder DIR]

The place is the tests' object store on this machine, in which every request takes `latency` seconds; 20 ms is what an object
store in the same region takes. Bytes are exact, seconds hold for this machine and latency.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import synthetic
from benchmarks.synthetic import Size

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "store"))

from plain_storage import BEHAVIOUR

from kpi.catalog.decided import load_all
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.catalog.working_copy import catch_up
from kpi.ingestion.publishing import publish_change
from kpi.store import open_store

PARSER = "benchmark"
_ROWS_OF_DOCUMENT = 200


def measured(title: str, work: Callable[[], Any]) -> None:
    """Print one line: requests by kind, megabytes sent and received, seconds."""
    BEHAVIOUR.calls.clear()
    BEHAVIOUR.sent = BEHAVIOUR.received = 0
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    calls = ", ".join(f"{name} {count}" for name, count in sorted(BEHAVIOUR.calls.items()))
    print(
        f"{title:44} {BEHAVIOUR.total:6} requests ({calls or 'none'}), "
        f"{BEHAVIOUR.sent / 1e6:.2f} MB sent, {BEHAVIOUR.received / 1e6:.2f} MB received, {seconds:.2f} s"
    )


def opened(store: str | Path) -> None:
    """Open a store and close it."""
    with open_store(store):
        pass


def run(folder: Path, indicators: int, latency: float) -> None:
    """All figures for one size."""
    documents = indicators // _ROWS_OF_DOCUMENT
    size = Size(rows=indicators, names=max(1000, indicators * 3 // 20), cities=max(2, documents // 5), years=5)
    url = f"plain://{folder}/remote"
    os.environ["KPI_CACHE"] = str(folder / "a")
    *many, last = synthetic.make_documents(size, 7)
    for place in (folder / "local", url):
        Layout(place).create()
        entries = [synthetic.keep_parsed(Layout(place), plain, PARSER) for plain in many]
        BEHAVIOUR.seconds = latency
        measured(f"{'URL' if place == url else 'folder'}: first publishing", lambda: publish(place, entries))  # noqa: B023
        entry = synthetic.keep_parsed(Layout(place), last, PARSER)
        measured("  one more document", lambda: publish(place, [entry]))  # noqa: B023
        measured("  opening, up to date", lambda: opened(place))  # noqa: B023
        if place == url:
            measured("  looking for a newer snapshot", lambda: catch_up(Layout(url)))
            measured("  decisions of others", lambda: load_all(Layout(url), strict=True))
            os.environ["KPI_CACHE"] = str(folder / "b")
            measured("  opening on another machine", lambda: opened(url))
            os.environ["KPI_CACHE"] = str(folder / "a")
            publish(url, [], drop=entry.sha256)
            os.environ["KPI_CACHE"] = str(folder / "b")
            measured("  opening there after the next publishing", lambda: opened(url))
        BEHAVIOUR.seconds = 0.0


def publish(place: str | Path, entries: list[Any], drop: str = "") -> None:
    """Publish entries, or a removal."""
    publish_change(Layout(place), Change(put=tuple(entries), drop=frozenset([drop] if drop else [])))


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--indicators", type=int, default=100_000)
    parser.add_argument("--latency", type=float, default=0.02, help="seconds of each request")
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kpi-remote-") as folder:
        run(chosen.folder or Path(folder), chosen.indicators, chosen.latency)


if __name__ == "__main__":
    main()
