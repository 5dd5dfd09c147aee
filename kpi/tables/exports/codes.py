"""Rows of other tables that print a project's code beside its name (项目支出表): one-table-a-project layouts leave codes out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kpi.model import Cell, Table
from kpi.tables.exports.content import is_amount, is_project_code, target_likeness
from kpi.tables.headers import label_role
from kpi.text import squeeze, usual_characters

LIKELY = 0.9
"""Likeness of a figure with its unit or comparator."""
_NAME = re.compile("[一-鿿]{2}")


def code_rows(lines: Sequence[str]) -> Table | None:
    """The rows of a text that hold exactly one project code and a name, as one table; None when there are none.

    Rows with a label or a target belong to performance tables, which tell their codes themselves.
    """
    rows: list[list[str]] = []
    for line in lines:
        pieces = usual_characters(line).split("\t") if "\t" in line else usual_characters(line).split()
        texts = [squeeze(piece) for piece in pieces if piece.strip()]
        if sum(map(is_project_code, texts)) == 1 and any(map(_NAME.search, texts)) and not any(map(_is_told, texts)):
            rows.append(texts)
    if not rows:
        return None
    cells = tuple(Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    return Table(cells, len(rows), max(map(len, rows)), style="text")


def _is_told(text: str) -> bool:
    return bool(label_role(text)) or (not is_amount(text) and not is_project_code(text) and target_likeness(text) >= LIKELY)
