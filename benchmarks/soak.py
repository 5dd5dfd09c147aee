"""Mixed load on the app for half an hour: three browser sessions that read, one that imports; errors and memory.

    python -m benchmarks.soak [--minutes 30] [--rows 100000] [--store DIR] [--output FILE]

The store is made of the corpus and synthetic rows, new for each run (`--store` keeps it for the next). Everything runs on
127.0.0.1 and ends by itself. Errors and memory are what is measured; times are of a machine that others may use as well.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.soak_sessions import Known, Session, import_along, read_along
from benchmarks.soak_watch import Sample, Seen, Watch, growth, percentile

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

DOCUMENTS = ("jiaozuo-2023-final.pdf", "jiaozuo-2026.pdf", "jinzhou-2026.docx", "luoyang-2026.pdf", "xuchang-2026.xlsx")
PICTURED = ("jiaozuo-2026.pdf", "luoyang-2026.pdf", "jiaozuo-2023-final.pdf")
READERS = 3
_INTERVAL = 10.0
"""Seconds between samples of the server."""
_ALLOWED_GROWTH = 0.10
_LET_GO_SECONDS = 160.0
"""After the last browser has gone: the server keeps a session that lost its connection for 120 seconds."""
_MOST_ACTIONS = 20_000
_SEED = 9


def make_store(folder: Path, rows: int) -> None:
    """The corpus and synthetic documents."""
    import kpi
    from benchmarks import synthetic
    from kpi.catalog.layout import Layout
    from kpi.catalog.publish import Change
    from kpi.ingestion import SerialExecutor
    from kpi.ingestion.publishing import publish_change

    kpi.ingest([ROOT / "corpus" / name for name in DOCUMENTS], folder, executor=SerialExecutor())
    size = synthetic.Size(rows=rows, names=max(rows // 7, 10), cities=60, years=5)
    layout = Layout(folder)
    entries = tuple(
        synthetic.keep_parsed(layout, plain, "benchmark") for plain in synthetic.make_documents(size, _SEED)
    )
    publish_change(layout, Change(put=entries))


def read_known(folder: Path) -> Known:
    """Answers that imports of other cities do not change."""
    import kpi

    totals = {}
    with kpi.open_store(folder) as store:
        cities = [item.value for item in store.search(limit=0).facets["city"].values]
        for city in cities[:8]:
            totals[f"/?q=满意度&city={city}"] = store.count("满意度", {"city": city})
        documents = [row.entry.sha256 for row in store.documents.values() if row.name in PICTURED]
        clusters = [item.id for item in store.clusters("率", cities=2) if item.canonical.endswith("率")][:40]
    return Known(
        totals={path: total for path, total in totals.items() if total},
        documents=[sha256[:16] for sha256 in documents],
        names=list(PICTURED),
        clusters=clusters,
    )


@dataclass
class Outcome:
    """Everything that was measured."""

    seen: Seen
    samples: list[Sample]
    at_rest: Sample
    temporary: list[str]
    """Files that lay in the server's folder for temporary files when all sessions had gone."""
    store_megabytes: tuple[float, float]
    log: str


async def load(url: str, store: Path, known: Known, minutes: float, folder: Path) -> tuple[Seen, Watch, Sample]:
    """Run all sessions and watch the server; the last sample is taken when they have gone."""
    from playwright.async_api import async_playwright

    from tests.app_samples import CHROMIUM, CHROMIUM_ARGUMENTS

    seen, watch = Seen(), Watch(int(url.rsplit(":", 1)[1]))
    end = time.perf_counter() + minutes * 60
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS))
        sessions = []
        for number in range(READERS + 1):
            context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
            sessions.append(Session(await context.new_page(), url, seen, _SEED + number))
        sampling = asyncio.create_task(_sample(watch, end))
        await asyncio.gather(
            *(read_along(session, known, end, _MOST_ACTIONS) for session in sessions[:-1]),
            import_along(sessions[-1], store, folder, end, _MOST_ACTIONS),
        )
        await sampling
        for session in sessions:
            await session.page.context.close()
        await asyncio.sleep(_LET_GO_SECONDS)
        await _visit(browser, url)  # the framework looks for sessions that are over when one comes or goes
        await browser.close()
    return seen, watch, Watch(int(url.rsplit(":", 1)[1])).take()


async def _visit(browser: Any, url: str) -> None:
    page = await browser.new_page()
    await Session(page, url, Seen(), _SEED).open("/")
    await page.close()
    await asyncio.sleep(_INTERVAL)


async def _sample(watch: Watch, end: float) -> None:
    while time.perf_counter() < end:
        watch.take()
        await asyncio.sleep(_INTERVAL)


def megabytes(folder: Path) -> float:
    """Size of a folder, files with several names counted once."""
    sizes = {}
    for path in folder.rglob("*"):
        try:
            stat = path.stat()
        except OSError:
            continue
        sizes[stat.st_ino] = stat.st_size if path.is_file() else 0
    return sum(sizes.values()) / 2**20


def measure(store: Path, minutes: float, work: Path) -> Outcome:
    """Serve, load, watch, stop."""
    from tests.app_samples import serving

    known = read_known(store)
    temporary, files = work / "tmp", work / "files"
    temporary.mkdir()
    files.mkdir()
    before = megabytes(store)
    with serving(store, environment={"TMPDIR": str(temporary)}, arguments=("--host", "127.0.0.1")) as url:
        address = url.replace("localhost", "127.0.0.1")
        seen, watch, at_rest = asyncio.run(load(address, store, known, minutes, files))
        left = sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_file())
    logs = "".join(path.read_text("utf-8", "replace") for path in store.parent.glob("serve-*.log"))
    return Outcome(seen, watch.samples, at_rest, left, (before, megabytes(store)), logs)


def report(outcome: Outcome, minutes: float, rows: int) -> tuple[list[str], bool]:
    """The summary as lines of Markdown, and whether everything held."""
    seen, samples, rest = outcome.seen, outcome.samples, outcome.at_rest
    early, late = growth(samples)
    grown = late / early - 1
    first, last = samples[min(2, len(samples) - 1)], samples[-1]
    actions = sum(len(values) for kind, values in seen.seconds.items() if not kind.startswith("round: "))
    errors = sum(seen.errors.values())
    good = not errors and grown <= _ALLOWED_GROWTH and not outcome.temporary and len(rest.snapshots) <= 1
    lines = [
        f"# Load on the app: {minutes:g} minutes, {READERS} sessions reading, 1 importing, {rows:,} synthetic rows",
        "", "Errors and memory were measured; the machine was shared, so times say little.", "",
        "| | |", "|---|---|",
        f"| actions | {actions:,} |",
        f"| answers checked | {seen.checked:,} |",
        f"| errors | {errors} {dict(seen.errors) if errors else ''} |",
        f"| memory of the server, second fifth | {early:.0f} MB |",
        f"| memory of the server, last fifth | {late:.0f} MB ({grown:+.1%}, allowed {_ALLOWED_GROWTH:+.0%}) |",
        f"| largest | {max(item.megabytes for item in samples):.0f} MB, workers {max(item.workers_megabytes for item in samples):.0f} MB |",
        f"| after all sessions had gone | {rest.megabytes:.0f} MB |",
        f"| open snapshots: begin, most, end, at rest | {len(first.snapshots)}, {max(len(item.snapshots) for item in samples)}, {len(last.snapshots)}, {len(rest.snapshots)} |",
        f"| file descriptors: begin, most, end, at rest | {first.files}, {max(item.files for item in samples)}, {last.files}, {rest.files} |",
        f"| threads: begin, most, end, at rest | {first.threads}, {max(item.threads for item in samples)}, {last.threads}, {rest.threads} |",
        f"| temporary files left | {len(outcome.temporary)} {', '.join(outcome.temporary[:5])} |",
        f"| store | {outcome.store_megabytes[0]:.0f} → {outcome.store_megabytes[1]:.0f} MB |",
        f"| hosts asked | {', '.join(sorted(seen.hosts))} |",
        "", "| action | n | p50 s | p95 s | max s |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {kind} | {len(values)} | {percentile(values, 0.5):.2f} | {percentile(values, 0.95):.2f} | {max(values):.2f} |"
        for kind, values in sorted(seen.seconds.items())
        if not kind.startswith("round: ")
    ]
    lines += ["", "Memory over time, MB: " + " ".join(f"{item.megabytes:.0f}" for item in _thinned(samples))]
    lines += ["", *(f"- {line}" for line in seen.told)] if seen.told else []
    warned = [line for line in outcome.log.splitlines() if "Traceback" in line or "incident" in line or "Error" in line]
    lines += ["", "Of the server's log:", *(f"- {line}" for line in warned[:20])] if warned else []
    return lines, good and not warned


def _thinned(samples: list[Sample], most: int = 60) -> list[Sample]:
    return samples[:: max(len(samples) // most, 1)]


def main() -> None:
    """Measure, print, and end with 1 if anything did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--store", type=Path, help="a store that an earlier run made here; made if it is not there")
    parser.add_argument("--output", type=Path, help="write the summary to this file as well")
    chosen = parser.parse_args()
    minutes = min(max(chosen.minutes, 1.0), 120.0)
    with tempfile.TemporaryDirectory(prefix="kpi-soak-") as temporary:
        work = Path(temporary)
        if chosen.store is None or not chosen.store.exists():
            make_store(chosen.store or work / "store", chosen.rows)
        if chosen.store is not None:
            shutil.copytree(chosen.store, work / "store")
        lines, good = report(measure(work / "store", minutes, work), minutes, chosen.rows)
    text: Any = "\n".join(lines)
    print(text)
    if chosen.output is not None:
        chosen.output.write_text(f"{text}\n", "utf-8")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
