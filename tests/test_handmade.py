"""Forms written by hand as budgets publish them: every indicator of each, in every format."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kpi.model import indicator_to_record
from kpi.pipeline import parse
from tests.generator.content import Department
from tests.generator.document import SUFFIXES, SyntheticDocument
from tests.generator.evaluate import FULL, keys
from tests.generator.layout_overall import overall as any_layout
from tests.handmade import FORMS
from tests.handmade.form import Form

FORMATS = ("pdf", "docx", "xlsx", "html", "tabs")


def department_named(name: str) -> Department:
    """A department whose name the renderers print on pages."""
    import random

    department, _ = any_layout(random.Random(1))
    department.name = name
    return department


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_indicator_is_read(form: Form, tmp_path: Path) -> None:
    gold = form.records()
    filled = [column for column in FULL if any(row.get(column) for row in gold)]
    wanted = Counter(keys(row, filled)[1] for row in gold)
    document = SyntheticDocument(form.id, sum(map(ord, form.id)), department_named(form.department), form.blocks())
    wrong = {}
    for suffix in FORMATS[:-1] if form.lines_matter else FORMATS:
        path = tmp_path / f"{form.id}-{suffix}{SUFFIXES[suffix]}"
        document.render(suffix, path)
        records = [indicator_to_record(item) for item in parse(path).indicators]
        had = Counter(keys(row, filled)[1] for row in records)
        if had != wanted:
            wrong[suffix] = {"missing": wanted - had, "extra": had - wanted}
    assert not wrong
