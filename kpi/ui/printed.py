"""Logical tables as printed (原表): which rows belong to a project, and the rows as a table on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.ui.markup import escape

if TYPE_CHECKING:
    from kpi.model import Document, LogicalTable, Project

_ABOVE = frozenset({"header", "block"})
"""Rows that `Source.row` does not count: headers, and the block with project, funds and goal above the indicators."""
_BLANK = "\u200b"
"""Column titles must differ and not be empty."""


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row: its texts, its role, and its number as `Source.row` counts (0 for headers and blocks)."""

    texts: tuple[str, ...]
    role: str
    number: int
    page: int | None


def numbered(table: LogicalTable) -> list[PrintedRow]:
    """The rows of a table with their numbers."""
    rows, number = [], 0
    for row in table.rows:
        above = row.role in _ABOVE
        number += not above
        rows.append(PrintedRow(row.texts, row.role, 0 if above else number, row.page))
    return rows


def find_table(document: Document, index: int) -> LogicalTable | None:
    """The table with a 1-based index."""
    return next((table for table in document.tables if table.index == index), None)


def project_rows(document: Document, project: Project) -> list[PrintedRow]:
    """Header and rows of one project, as printed; a project alone in its table has all rows."""
    table = find_table(document, project.source.table_index)
    if table is None:
        return []
    rows = numbered(table)
    starts = sorted({item.source.row for item in document.projects if item.source.table_index == table.index})
    if len(starts) < 2:
        return rows
    start = project.source.row
    end = next((other for other in starts if other > start), None)
    own = [row for row in rows if row.number >= start and (end is None or row.number < end)]
    return [row for row in rows if row.role == "header"] + [row for row in own if row.role != "unit"]


def around(rows: Sequence[PrintedRow], number: int, *, before: int = 6, after: int = 6) -> list[PrintedRow]:
    """The header and the rows next to one row."""
    head = [row for row in rows if row.role == "header"]
    near = [row for row in rows if row.number and number - before <= row.number <= number + after]
    return head + near


def show_rows(rows: Sequence[PrintedRow], *, number: int = 0, column: int = -1, key: str) -> None:
    """Rows as a table; the cell at (`number`, `column`) is marked, columns that are empty throughout are left out."""
    if not rows:
        st.caption("没有可显示的表")
        return
    width = max(len(row.texts) for row in rows)
    body = [row for row in rows if row.role != "header"]
    used = [
        place
        for place in range(width)
        if any(place < len(row.texts) and row.texts[place].strip() for row in body or rows)
    ]
    head = _heading(rows, used)
    with st.container(key=f"printed-{key}"):
        st.table(_styled(body, used, head, number, column), border=True, hide_index=True)


def _heading(rows: Sequence[PrintedRow], used: Sequence[int]) -> list[str]:
    """One title a column: header cells of all header rows, spans carried to the right."""
    headers = [_carried(row.texts) for row in rows if row.role == "header"]
    titles: list[str] = []
    for place in used:
        words = dict.fromkeys("".join(row[place].split()) for row in headers if place < len(row) and row[place].strip())
        title = escape(" · ".join(list(words)[-2:]))
        while title in titles or not title:
            title += _BLANK
        titles.append(title)
    return titles


def _carried(texts: Sequence[str]) -> list[str]:
    result, last = [], ""
    for text in texts:
        last = text if text.strip() else last
        result.append(last)
    return result


def _styled(body: Sequence[PrintedRow], used: Sequence[int], head: Sequence[str], number: int, column: int) -> Any:
    import pandas as pd

    texts = [[_cell(row, place) for place in used] for row in body]
    frame = pd.DataFrame(texts, columns=list(head))
    marked = {
        (place, used.index(column))
        for place, row in enumerate(body)
        if number and row.number == number and column in used
    }

    def paint(values: Any) -> Any:
        colours = pd.DataFrame("", index=values.index, columns=values.columns)
        for place, row in enumerate(body):
            if row.role != "data":
                colours.iloc[place, :] = "background-color: rgba(120, 140, 165, 0.10)"
            elif number and row.number == number:
                colours.iloc[place, :] = "background-color: rgba(255, 196, 0, 0.12)"
        for place, column_ in marked:
            colours.iloc[place, column_] = "background-color: rgba(255, 176, 0, 0.45); font-weight: 600"
        return colours

    return frame.style.apply(paint, axis=None)


def _cell(row: PrintedRow, place: int) -> str:
    return escape(row.texts[place].replace("\n", "")) if place < len(row.texts) else ""
