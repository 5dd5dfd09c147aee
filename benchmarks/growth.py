"""How a store grows: build, sizes, opening, query times and memory from 10⁴ to 10⁶ indicators and more, with the exponents.

    python -m benchmarks.growth [--sizes 1e4,3e4,1e5,3e5,1e6] [--folder DIR] [--json FILE]

A document has about 200 indicators; every seventh indicator brings a new name, at every size. (Names repeat the more, the more
departments there are: five documents of the corpus have 338 names in 587 indicators.) Each phase is a process of its own, see
`benchmarks.search`.

The exponent is the slope of a straight line through the logarithms of size and figure by least squares, with the share of the
variance that the line explains (R²): 1 is proportional to the size; n log n from 10⁴ to 10⁶ has 1.09. What costs the same at every
size (loading the dictionary of words, 1.5 s) hides growth among small sizes, so the slope between the two largest stands beside
it. Processor seconds count where others use the machine.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.search import run_phase
from benchmarks.synthetic import Size

SEED = 7
_ROWS_OF_DOCUMENT = 200
_ROWS_OF_NAME = 1_000_000 / 150_000
_MOST_CITIES = 300
"""The country has 333 prefectures; more rows than these publish in five years become more departments of each."""
_YEARS = 5


class Figure(NamedTuple):
    """One line of the table: title, and where the figure stands in what the phases told."""

    title: str
    phase: str
    key: str


FIGURES = (
    Figure("documents", "make", "documents"),
    Figure("build, processor s", "build", "cpu_seconds"),
    Figure("of it clusters, processor s", "build", "clusters_cpu_seconds"),
    Figure("build, peak MB", "build", "peak_mb"),
    Figure("text index, MB", "build", "index_mb"),
    Figure("snapshot, MB", "build", "size_total_mb"),
    Figure("parsed results, MB", "build", "parsed_mb"),
    Figure("open, s", "search", "open_seconds"),
    Figure("start to first answer, processor s", "search", "process_seconds_until_then"),
    Figure("query p50, ms", "search", "p50_ms"),
    Figure("query p95, ms", "search", "p95_ms"),
    Figure("query p50, processor ms", "search", "processor_p50_ms"),
    Figure("query p95, processor ms", "search", "processor_p95_ms"),
    Figure("reader, MB", "search", "memory_mb"),
    Figure("one more document, s", "add_one", "publish_one_seconds"),
)


class Fit(NamedTuple):
    """figure ≈ factor · size^exponent."""

    exponent: float
    r_squared: float


def fit(sizes: Sequence[float], values: Sequence[float]) -> Fit | None:
    """Least squares in the logarithms; None for fewer than three points or figures that are 0."""
    if len(sizes) < 3 or min(values) <= 0:
        return None
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in values]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread
    left = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    total = sum((y - middle_y) ** 2 for y in ys)
    return Fit(slope, 1 - left / total if total else 1.0)


def last_step(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent between the two largest sizes."""
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def size_of(rows: int) -> Size:
    """A store of so many indicators, made as the one of a country grows: cities first, then departments."""
    documents = max(1, rows // _ROWS_OF_DOCUMENT)
    cities = max(1, min(_MOST_CITIES, documents // _YEARS))
    departments = max(1, round(documents / (cities * _YEARS)))
    return Size(rows, int(rows / _ROWS_OF_NAME), cities, _YEARS, departments)


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """All phases for one size."""
    size = size_of(rows)
    told: dict[str, Any] = {}
    for phase in ("make", "build", "search", "add_one"):
        told[phase] = run_phase(phase, folder, size, SEED)
        print(f"{rows:,} {phase}: {json.dumps(told[phase], ensure_ascii=False)}", file=sys.stderr, flush=True)
    told["build"]["index_mb"] = told["build"]["size_mb"]["search"]
    told["build"]["parsed_mb"] = round(
        sum(path.stat().st_size for path in (folder / "parsed").rglob("*.gz")) / 2**20, 1
    )
    for name in ("p50_ms", "p95_ms"):
        told["search"][f"processor_{name}"] = told["search"]["processor"][name]
    return told


def table(found: dict[int, dict[str, Any]]) -> str:
    """The figures as a table of Markdown, with the exponents."""
    sizes = sorted(found)
    lines = [f"| indicators | {' | '.join(f'{size:,}' for size in sizes)} | exponent | R² | last step |"]
    lines.append("|---|" + "---|" * (len(sizes) + 3))
    for title, phase, key in FIGURES:
        values = [found[size][phase][key] for size in sizes]
        fitted = fit(sizes, values)
        slopes = (
            f"{fitted.exponent:.2f} | {fitted.r_squared:.3f} | {last_step(sizes, values):.2f}"
            if fitted
            else "— | — | —"
        )
        lines.append(f"| {title} | {' | '.join(f'{value:,}' for value in values)} | {slopes} |")
    return "\n".join(lines)


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e4,3e4,1e5,3e5,1e6", help="numbers of indicators, with commas")
    parser.add_argument("--folder", type=Path, help="keep the stores here")
    parser.add_argument("--json", type=Path, help="add the figures to this file, and fit over all sizes in it")
    chosen = parser.parse_args()
    kept = chosen.json.read_text() if chosen.json and chosen.json.is_file() else "{}"
    found = {int(size): told for size, told in json.loads(kept).items()}
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="kpi-growth-"))
    try:
        for rows in (int(float(text)) for text in chosen.sizes.split(",") if text):
            found[rows] = measure(rows, (folder / str(rows)).resolve())
            if chosen.json:
                chosen.json.write_text(json.dumps(found, ensure_ascii=False, indent=1))
            if chosen.folder is None:
                shutil.rmtree(folder / str(rows))
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(found))


if __name__ == "__main__":
    main()
