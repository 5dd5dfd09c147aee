"""Planted errors are found, and nothing is found on what was not touched."""

from __future__ import annotations

from collections import Counter

import pytest

from kpi.review import review
from tests.review.clean import CLEAN
from tests.review.mutations import all_planted, is_found

LEAST_RECALL = 0.95


@pytest.mark.parametrize("name", CLEAN)
def test_clean_tables_have_no_findings(name: str) -> None:
    assert [(item.rule, item.severity, item.printed, item.message) for item in review(CLEAN[name]())] == []


def test_planted_errors_are_found() -> None:
    planted = all_planted()
    kinds = Counter(one.kind for _, one in planted)
    assert set(kinds) == {"unit", "power", "year", "level", "duplicate", "blank", "sum"}
    assert min(kinds.values()) >= 10
    missed = [(name, one.kind, one.what) for name, one in planted if not is_found(one)]
    assert len(missed) <= (1 - LEAST_RECALL) * len(planted), missed


def test_each_kind_is_found() -> None:
    by_kind: dict[str, list[bool]] = {}
    for _, one in all_planted():
        by_kind.setdefault(one.kind, []).append(is_found(one))
    assert {kind: sum(found) / len(found) for kind, found in by_kind.items() if sum(found) < 0.9 * len(found)} == {}
