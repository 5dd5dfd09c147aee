"""Findings on the given documents against the hand-judged list, and the errors that a reader finds in them."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import kpi
from kpi.model import Document, Finding
from kpi.review import review
from kpi.review.report import sort_for_people

HERE = Path(__file__).resolve()
CORPUS = HERE.parents[2] / "corpus"
DATA = HERE.parents[1] / "data" / "review"
LEAST_PRECISION = 0.9
"""Of errors and warnings together."""
LEAST_OF_A_RULE = 0.8
COPIES = {"jinzhou-2026.doc": "jinzhou-2026.docx", "xuchang-2026.xlsx": "xuchang-2026.pdf"}


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


JUDGED = read("judged.csv")
ERRORS = read("errors.csv")
DOCUMENTS = sorted({row["document"] for row in JUDGED})


@cache
def parsed(name: str) -> Document:
    path = CORPUS / name
    if not path.is_file():
        pytest.skip(f"corpus/{name} is not there")
    return kpi.parse(path)


def told(finding: Finding) -> tuple[str, ...]:
    row = str(finding.evidence.get("row", ""))
    return finding.rule, finding.severity, row, finding.project, finding.printed, finding.message


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_finding_is_judged(name: str) -> None:
    found = sorted(told(finding) for finding in sort_for_people(review(parsed(name))))
    judged = sorted(
        tuple(row[key] for key in ("rule", "severity", "row", "project", "printed", "message"))
        for row in JUDGED
        if row["document"] == name
    )
    assert found == judged


@pytest.mark.parametrize(("copy", "original"), COPIES.items())
def test_other_formats_have_the_same_findings(copy: str, original: str) -> None:
    found = [
        sorted((item.rule, item.project, item.printed, item.message) for item in review(parsed(name)))
        for name in (copy, original)
    ]
    assert found[0] == found[1]


def test_errors_and_warnings_are_right() -> None:
    verdicts = Counter(row["verdict"] for row in JUDGED if row["severity"] in {"E", "W"})
    assert verdicts["right"] >= LEAST_PRECISION * verdicts.total()
    assert verdicts.total() >= 40


def test_no_rule_is_often_wrong() -> None:
    by_rule: dict[tuple[str, str], list[bool]] = {}
    for row in JUDGED:
        by_rule.setdefault((row["rule"], row["severity"]), []).append(row["verdict"] == "right")
    # a single case among few says little: only rules with at least three findings are held to the share
    low = {
        key: sum(right) / len(right)
        for key, right in by_rule.items()
        if len(right) >= 3 and sum(right) < LEAST_OF_A_RULE * len(right)
    }
    assert low == {}


@pytest.mark.parametrize("error", ERRORS, ids=[f"{row['rule']}-{row['what']}" for row in ERRORS])
def test_errors_that_a_reader_finds_are_found(error: dict[str, str]) -> None:
    found = [
        item
        for item in review(parsed(error["document"]))
        if item.rule == error["rule"] and str(item.page or "") == error["page"]
    ]
    assert any(error["printed"] in item.printed for item in found), [item.printed for item in found]
