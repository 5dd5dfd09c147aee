"""Rows of other tables that print a project's code beside its name (项目支出表): one-table-a-project layouts leave codes out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kpi.model import Cell, Table
from kpi.tables.exports.content import is_project_code
from kpi.tables.headers import label_role
from kpi.text import squeeze

_NAME = re.compile("[一-鿿]{2}")


LONGEST_NAME = 120
"""Letters of a project's name that is broken over lines of its own."""


def code_rows(lines: Iterable[str]) -> Table | None:
    """The rows of some lines that hold exactly one project code and a name, as one table; None when there are none.

    Rows with a label (项目编码 | … | 项目名称 | …) belong to the block of a performance table, which tells its code itself.
    """
    rows: list[list[str]] = []
    wrapped = False
    for line in lines:
        tabbed = "\t" in line
        texts = [squeeze(piece) for piece in (line.split("\t") if tabbed else line.split()) if piece.strip()]
        if sum(map(is_project_code, texts)) == 1 and not any(map(label_role, texts)):
            rows.append([*texts, ""])
            wrapped = not tabbed
        elif wrapped and len(texts) == 1 and len(rows[-1][-1]) < LONGEST_NAME:
            rows[-1][-1] += texts[0]
        elif texts:
            wrapped = False
    rows = [texts for row in rows if any(map(_NAME.search, texts := [text for text in row if text]))]
    if not rows:
        return None
    cells = tuple(Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    return Table(cells, len(rows), max(map(len, rows)), style="text")
