"""`python -m tests.generator.evaluate --count 3`: parse synthetic documents, print placed and full F1 a layout and format.

The keys are those of the hand-checked gold's scorer: white space and width ignored, numbers compared as numbers.
`placed`: project code (or name), level1, name, target; `full`: also level2, period, half_target, actual, weight, score
where the gold fills them. Points behind a level (产出指标（50分）) are taken off both sides, since either reading is fair.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.generator.document import ALL_FORMATS, LAYOUTS, SyntheticDocument, make_document
from tests.generator.levels import without_points
from tests.generator.office import render_all
from tests.generator.render_pdf import describe_look

FOLD = str.maketrans(
    {"≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "“": '"', "”": '"', "‘": "'", "’": "'", "，": ",", "；": ";", "：": ":"}
)
FULL = ("level2", "period", "half_target", "actual", "weight", "score")


def squash(value: object) -> str:
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return re.sub(r"\s+", "", text).translate(FOLD)


def number(value: object) -> str:
    text = squash(value)
    try:
        return str(Decimal(text.rstrip("%")).normalize()) + ("%" if text.endswith("%") else "")
    except InvalidOperation:
        return text


def keys(row: Mapping[str, Any], filled: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The placed and the full key of a row."""
    project = squash(row.get("project_code") or row.get("project"))
    level1 = without_points(squash(row.get("level1")))
    placed = (project, level1, squash(row.get("name")), squash(row.get("target")))
    return placed, placed + tuple(number(row.get(column)) for column in filled)


@dataclass
class Score:
    """Counts of hits over documents, and the first differences."""

    gold: int = 0
    got: int = 0
    placed: int = 0
    full: int = 0
    perfect: int = 0
    documents: int = 0
    worst: float = 1.0
    errors: list[str] = field(default_factory=list)

    @property
    def placed_f1(self) -> float:
        return 2 * self.placed / (self.gold + self.got) if self.gold + self.got else 1.0

    @property
    def full_f1(self) -> float:
        return 2 * self.full / (self.gold + self.got) if self.gold + self.got else 1.0

    def add(self, gold: list[dict[str, str]], got: list[Mapping[str, Any]], name: str, limit: int) -> None:
        """Compare one document's rows."""
        filled = [column for column in FULL if any(row.get(column) for row in gold)]
        wanted, found = [keys(row, filled) for row in gold], [keys(row, filled) for row in got]
        hits = []
        for position in (0, 1):
            left, right = Counter(key[position] for key in wanted), Counter(key[position] for key in found)
            hits.append(sum((left & right).values()))
            for what, rows in (("missing", left - right), ("extra", right - left)):
                self.errors += [
                    f"{name}: {what} {'placed' if position == 0 else 'full'} {key}"
                    for key in list(rows.elements())[:limit]
                ]
        self.gold, self.got = self.gold + len(gold), self.got + len(got)
        self.placed, self.full = self.placed + hits[0], self.full + hits[1]
        both = len(gold) + len(got)
        self.worst = min(self.worst, 2 * hits[0] / both if both else 1.0)
        self.documents += 1
        self.perfect += hits[1] == len(gold) == len(got)


def parsed(path: Path) -> list[Mapping[str, Any]]:
    """The records of a file as the command prints them."""
    from kpi.model import indicator_to_record
    from kpi.pipeline import parse

    return [indicator_to_record(indicator) for indicator in parse(path).indicators]


def evaluate(documents: list[SyntheticDocument], form: str, folder: Path, limit: int) -> Score:
    """Render, parse and score the documents of one layout and format."""
    from kpi.errors import KpiError

    score = Score()
    for document, path in render_all(documents, form, folder):
        prose = document.layout == "prose"
        gold = [row for row in document.gold if (row["table"] == "文字绩效目标") == prose]
        try:
            rows = parsed(path)
        except KpiError as error:
            score.errors.append(f"{path.name}: {type(error).__name__} {error}")
            rows = []
        before = score.perfect
        score.add(gold, [row for row in rows if (row["table"] == "文字绩效目标") == prose], path.name, limit)
        if form in ("pdf", "scan") and score.perfect == before:
            score.errors.append(f"{path.name}: look: {describe_look(document.seed, document.department.name)}")
    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--layout", default="all")
    parser.add_argument("--format", default="pdf,docx,xlsx,html,tabs,spaces,lines")
    parser.add_argument("--errors", type=int, default=2, help="differences to print a document")
    parser.add_argument("--keep", type=Path, help="folder for the files; otherwise a temporary one")
    options = parser.parse_args()
    layouts = list(LAYOUTS) if options.layout == "all" else options.layout.split(",")
    formats = list(ALL_FORMATS) if options.format == "all" else options.format.split(",")
    print("layout        format   docs perfect  gold  placed   full  worst  seconds")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for layout in layouts:
            for form in formats:
                documents = [make_document(layout, seed) for seed in range(options.seed, options.seed + options.count)]
                documents = [document for document in documents if document.offers(form)]
                if not documents:
                    continue
                start = time.perf_counter()
                score = evaluate(documents, form, folder, options.errors)
                seconds = time.perf_counter() - start
                print(
                    f"{layout:13s} {form:8s} {score.documents:4d} {score.perfect:7d} {score.gold:5d}  {score.placed_f1:.4f} {score.full_f1:.4f} {score.worst:.3f} {seconds:7.1f}",
                    flush=True,
                )
                for error in score.errors:
                    print("     ", error)


if __name__ == "__main__":
    main()
