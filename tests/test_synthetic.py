"""Synthetic documents of other cities, every layout in every format that it is published in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kpi.model import indicator_to_record
from kpi.pipeline import parse
from tests.generator.document import FORMATS, LAYOUTS, SUFFIXES, make_document
from tests.generator.evaluate import FULL, keys

SEED = 41
TEXT_FORMATS = frozenset({"tabs", "spaces", "lines"})
CASES = [(layout, form) for layout in LAYOUTS for form in FORMATS if make_document(layout, SEED).offers(form)]


@pytest.mark.parametrize(("layout", "form"), CASES, ids=[f"{layout}-{form}" for layout, form in CASES])
def test_layout_in_format(layout: str, form: str, tmp_path: Path) -> None:
    document = make_document(layout, SEED)
    path = tmp_path / f"{document.stem(form)}{SUFFIXES[form]}"
    document.render(form, path)
    records = [indicator_to_record(item) for item in parse(path).indicators]
    filled = [column for column in FULL if any(row.get(column) for row in document.gold)]
    placed, full = (
        2 * sum((wanted & had).values()) / (len(document.gold) + len(records))
        for wanted, had in (
            (
                Counter(keys(row, filled)[index] for row in document.gold),
                Counter(keys(row, filled)[index] for row in records),
            )
            for index in (0, 1)
        )
    )
    ruleless = form == "pdf" and (layout == "borderless" or layout.startswith("ruleless"))
    wide = layout == "ruleless_wide"  # columns of wide tables without lines are told by the header alone
    assert placed >= (0.85 if wide else 0.9 if form in TEXT_FORMATS or ruleless else 0.95)
    assert full >= (0.8 if form in TEXT_FORMATS or wide else 0.9)  # a text does not say where a merged 二级 began
