"""Rows of other tables that print a project's code beside its name (项目支出表): one-table-a-project layouts leave codes out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kpi.model import Cell, Table
from kpi.tables.exports.content import is_project_code
from kpi.text import squeeze, usual_characters

_NAME = re.compile("[一-鿿]{2}")


def code_rows(lines: Sequence[str]) -> Table | None:
    """The rows of a text that hold exactly one project code and a name, as one table; None when there are none.

    Performance tables are among them too: they tell nothing else than they do themselves.
    """
    rows: list[list[str]] = []
    for line in lines:
        pieces = usual_characters(line).split("\t") if "\t" in line else usual_characters(line).split()
        texts = [squeeze(piece) for piece in pieces if piece.strip()]
        if sum(map(is_project_code, texts)) == 1 and any(_NAME.search(text) for text in texts):
            rows.append(texts)
    if not rows:
        return None
    cells = tuple(Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    return Table(cells, len(rows), max(map(len, rows)), style="text")
