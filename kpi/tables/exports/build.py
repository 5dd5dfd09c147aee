"""Restored rows → `Table`."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.model import Cell, Table
from kpi.tables.exports.rows import GridRow
from kpi.tables.exports.schema import Schema


def build_table(
    schema: Schema, rows: Sequence[GridRow], *, before: Sequence[str] = (), block: Sequence[Sequence[str]] = ()
) -> Table:
    """One table: the block's rows, the header's rows, then the data rows."""
    width = max([len(schema.columns), *(len(cells) for cells in block)])
    cells = [Cell(row, column, text) for row, texts in enumerate(block) for column, text in enumerate(texts) if text]
    start = len(block)
    cells += [Cell(start + cell.row, cell.column, cell.text, 1, cell.span) for cell in schema.cells]
    start += schema.row_count
    warnings: list[tuple[int, str]] = []
    for number, row in enumerate(rows):
        cells += [Cell(start + number, column, text) for column, text in sorted(row.texts.items()) if text]
        width = max([width, *(column + 1 for column in row.texts)])
        warnings += [(start + number, code) for code in sorted(row.warnings)]
    repaired = len({row for row, _ in warnings})
    return Table(
        cells=tuple(cells),
        row_count=start + len(rows),
        column_count=width,
        style="text",
        before=tuple(before),
        quality=1.0 - repaired / max(len(rows), 1),
        warnings=tuple(sorted({code for _, code in warnings})),
        row_warnings=tuple(warnings),
    )
