"""Hand-checked indicators of the given documents and their raw text exports (../shared/gold); skipped without them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from kpi.model import indicator_to_record
from kpi.pipeline import parse
from tests.generator.evaluate import FULL, keys

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
GOLD = SHARED / "gold" / "indicators.csv"
pytestmark = pytest.mark.skipif(not GOLD.exists(), reason="the hand-checked indicators (../shared/gold) are not here")

PROSE = "文字绩效目标"
DOCUMENTS = ("jiaozuo-2023-final.pdf", "jiaozuo-2026.pdf", "jinzhou-2026.docx", "luoyang-2026.pdf", "xuchang-2026.pdf",
             "xuchang-2026.xlsx")  # fmt: skip
TEXTS = ("000", "001", "002", "003", "004")


def scores(path: Path, label: str, *, prose: bool = False) -> tuple[float, float]:
    with GOLD.open(encoding="utf-8") as stream:
        gold = [
            row for row in csv.DictReader(stream) if label in row["file"].split() and (row["table"] == PROSE) is prose
        ]
    records = [indicator_to_record(item) for item in parse(path).indicators]
    got = [record for record in records if (record["table"] == PROSE) is prose]
    filled = [column for column in FULL if any(row.get(column) for row in gold)]
    found = []
    for index in (0, 1):
        wanted = Counter(keys(row, filled)[index] for row in gold)
        had = Counter(keys(row, filled)[index] for row in got)
        found.append(2 * sum((wanted & had).values()) / (len(gold) + len(got)))
    return found[0], found[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document(name: str) -> None:
    placed, full = scores(ROOT / "corpus" / name, name.rsplit(".", 1)[0])
    assert placed >= 0.99
    assert full >= 0.98


@pytest.mark.parametrize("number", TEXTS)
def test_text_export(number: str) -> None:
    path = next((SHARED / "seeds").glob(f"{number}_*.txt"))
    placed, _ = scores(path, number)
    assert placed >= 0.98


def test_prose_targets() -> None:
    path = next((SHARED / "seeds").glob("002_*.txt"))
    assert scores(path, "002", prose=True)[0] == 1.0
