"""Tables printed beside each other in one grid (左右并列两张表), parted by a blank column → tables of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kpi.model import Table
from kpi.tables import headers
from kpi.text import squeeze


def parted_tables(table: Table) -> tuple[Table, ...]:
    """The tables of a grid: itself, or those at both sides of a blank column when each has a header of its own.

    Both headers must be whole, from 一级指标 on: the halves of one table (实施期 ‖ 年度) share their 一级指标.
    """
    heads = [cell for cell in table.cells if headers.column_role(cell.text) == "level1"]
    if len(heads) < 2 or len({cell.column for cell in heads}) < 2:
        return (table,)
    titles = _rows_of_one_text(table)
    used = {
        column
        for cell in table.cells
        if cell.row not in titles and (squeeze(cell.text) or cell.column_span > 1)
        for column in range(cell.column, cell.column + cell.column_span)
    }
    parts = list(_stretches(used))
    if len(parts) < 2 or not all(any(cell.column in part for cell in heads) for part in parts):
        return (table,)
    lines = [squeeze(cell.text) for cell in table.cells if cell.row in titles and squeeze(cell.text)]
    return tuple(_part(table, part, titles, lines) for part in parts)


def _rows_of_one_text(table: Table) -> set[int]:
    """Rows that hold one text at the most: a title over both tables."""
    texts = Counter(cell.row for cell in table.cells if squeeze(cell.text))
    return {row for row in range(table.row_count) if texts[row] < 2}


def _stretches(columns: set[int]) -> Iterator[range]:
    """Runs of columns that follow each other."""
    for column in sorted(columns):
        if column - 1 not in columns:
            stop = column
            while stop in columns:
                stop += 1
            yield range(column, stop)


def _part(table: Table, columns: range, titles: set[int], lines: Sequence[str]) -> Table:
    """The table's cells in these columns."""
    cells = tuple(
        replace(cell, column=cell.column - columns.start)
        for cell in table.cells
        if cell.row not in titles and cell.column in columns
    )
    return replace(
        table,
        cells=cells,
        column_count=len(columns),
        column_edges=table.column_edges[columns.start : columns.stop + 1],
        open_top=tuple(column - columns.start for column in table.open_top if column in columns),
        open_bottom=tuple(column - columns.start for column in table.open_bottom if column in columns),
        before=(*table.before, *lines),
    )
