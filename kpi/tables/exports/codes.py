"""Rows of other tables that print a project's code beside its name (项目支出表): one-table-a-project layouts leave codes out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kpi.model import Cell, Table
from kpi.tables.exports.content import is_project_code
from kpi.tables.headers import label_role
from kpi.text import squeeze, usual_characters

_NAME = re.compile("[一-鿿]{2}")


def code_rows(lines: Iterable[str]) -> Table | None:
    """The rows of some lines that hold exactly one project code and a name, as one table; None when there are none.

    Rows with a label (项目编码 | … | 项目名称 | …) belong to the block of a performance table, which tells its code itself.
    """
    rows: list[list[str]] = []
    for line in lines:
        pieces = usual_characters(line).split("\t") if "\t" in line else usual_characters(line).split()
        texts = [squeeze(piece) for piece in pieces if piece.strip()]
        if sum(map(is_project_code, texts)) == 1 and any(map(_NAME.search, texts)) and not any(map(label_role, texts)):
            rows.append(texts)
    if not rows:
        return None
    cells = tuple(Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    return Table(cells, len(rows), max(map(len, rows)), style="text")
