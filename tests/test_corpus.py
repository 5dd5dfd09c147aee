"""The given documents in corpus/: their own arithmetic, counts of projects, and places that open the right cell."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pdfplumber
import pytest

from kpi.model import Document, Indicator
from kpi.pipeline import parse
from kpi.text import fold

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
PDFS = ("jiaozuo-2023-final", "jiaozuo-2026", "luoyang-2026", "xuchang-2026")


@cache
def document(name: str) -> Document:
    return parse(CORPUS / name)


def manifest() -> list[dict[str, str]]:
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_manifest_names_every_file_with_its_content() -> None:
    rows = manifest()
    files = {path.name for path in CORPUS.iterdir()} - {"README.md", "MANIFEST.csv"}
    assert {row["file"] for row in rows} == files
    for row in rows:
        assert hashlib.sha256((CORPUS / row["file"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.parametrize(
    "row",
    [row for row in manifest() if not row["file"].endswith(".doc")],  # the .docx has the same content
    ids=lambda row: row["file"],
)
def test_manifest_counts(row: dict[str, str]) -> None:
    found = document(row["file"])
    kinds = [indicator.source.table for indicator in found.indicators]
    assert (found.city, str(found.year)) == (row["city"], row["year"])
    assert {kind: str(kinds.count(kind)) for kind in sorted(set(kinds))} == {
        kind: row[kind] for kind in sorted(row) if kind in set(kinds)
    }


@pytest.mark.parametrize(
    ("name", "projects"),
    [
        ("jiaozuo-2026.pdf", 14),
        ("luoyang-2026.pdf", 22),
        ("xuchang-2026.pdf", 8),
        ("xuchang-2026.xlsx", 8),
        ("jinzhou-2026.docx", 5),
    ],
)
def test_projects(name: str, projects: int) -> None:
    named = [project for project in document(name).projects if project.name]
    assert len(named) == projects
    assert all(project.code and project.budget for project in named)


def test_scores_and_execution_add_up_to_the_printed_total() -> None:
    found = document("jiaozuo-2023-final.pdf")
    project = found.projects[0]
    assert project.execution is not None
    assert project.execution.score == Decimal("8.49")
    assert project.score_total == Decimal("96.99")
    scores = sum(Decimal(indicator.score) for indicator in found.indicators)
    assert scores + project.execution.score == project.score_total
    weights = sum(Decimal(indicator.weight) for indicator in found.indicators)
    assert project.execution.weight is not None
    assert weights + project.execution.weight == project.weight_total == 100


@pytest.mark.parametrize("name", ["jiaozuo-2026.pdf", "luoyang-2026.pdf", "xuchang-2026.pdf", "xuchang-2026.xlsx"])
def test_a_units_sub_total_is_the_sum_of_its_block(name: str) -> None:
    found = document(name)
    sums: dict[int, Decimal] = {}
    for project in found.projects:
        if project.block is not None and project.budget is not None:
            sums[project.block] = sums.get(project.block, Decimal(0)) + project.budget
    checked = 0
    for number, unit in enumerate(found.units, start=1):
        if number in sums:
            assert sums[number] == unit.budget, unit.name
            checked += 1
    assert checked >= 1


def test_one_unit_printed_in_two_blocks() -> None:
    units = [unit.code for unit in document("xuchang-2026.pdf").units]
    assert units.count("507001") == 2
    blocks = {project.block for project in document("xuchang-2026.pdf").projects if project.unit_code == "507001"}
    assert len(blocks) == 2


def test_the_same_content_in_two_formats_gives_equal_indicators() -> None:
    assert document("xuchang-2026.pdf").indicators == document("xuchang-2026.xlsx").indicators


def boxed(indicators: tuple[Indicator, ...], path: Path) -> Iterator[tuple[Indicator, str]]:
    """Each indicator with the text that an independent reader finds in its boxes."""
    with pdfplumber.open(path) as pdf:
        pages: dict[int, pdfplumber.page.Page] = {}
        for indicator in indicators:
            texts = []
            for box in indicator.source.boxes:
                page = pages.setdefault(box.page, pdf.pages[box.page - 1])
                chars = [
                    char
                    for char in page.chars
                    if box.x0 <= (char["x0"] + char["x1"]) / 2 <= box.x1
                    and box.top <= (char["top"] + char["bottom"]) / 2 <= box.bottom
                ]
                texts.append("".join(char["text"] for char in chars))
            yield indicator, "".join(texts)


@pytest.mark.parametrize("stem", PDFS)
def test_the_boxes_of_a_target_open_the_right_place(stem: str) -> None:
    path = CORPUS / f"{stem}.pdf"
    for indicator, text in boxed(document(path.name).indicators, path):
        assert fold(text) == fold(indicator.target), (indicator.name, indicator.source.boxes)
        assert indicator.source.boxes, indicator.name
        assert indicator.source.boxes[0].page == indicator.source.page


@pytest.mark.parametrize("name", [f"{stem}.pdf" for stem in PDFS])
def test_nothing_is_suspect_and_ids_are_unique(name: str) -> None:
    found = document(name)
    assert found.suspect_pages == ()
    assert len({indicator.id for indicator in found.indicators}) == len(found.indicators)
