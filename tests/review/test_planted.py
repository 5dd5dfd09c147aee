"""Tables with planted errors, from the file to the findings; and sound tables, on which rules keep still."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.pipeline import parse
from kpi.review import review
from tests.review import planted, planted_more
from tests.review.handed_in import Planted

TABLES = (*planted.TABLES, *planted_more.TABLES)
WRONG = [table for table in TABLES if table.found]
SOUND = [table for table in TABLES if not table.found]


@pytest.mark.parametrize("table", WRONG, ids=lambda table: table.id)
def test_planted_errors_are_found(table: Planted, tmp_path: Path) -> None:
    document = parse(table.write(tmp_path))
    names = {item.id: item.name for item in document.indicators}
    said = [
        (finding.rule, f"{names.get(finding.indicator_id, '')} {finding.message} {finding.printed} {finding.project}")
        for finding in review(document)
    ]
    missed = [error for error in table.found if not any(rule == error[0] and error[1] in text for rule, text in said)]
    assert missed == []


@pytest.mark.parametrize("table", SOUND, ids=lambda table: table.id)
def test_sound_tables_raise_no_alarm(table: Planted, tmp_path: Path) -> None:
    document = parse(table.write(tmp_path))
    assert len(document.indicators) >= 5
    assert [(finding.rule, finding.message) for finding in review(document)] == []
