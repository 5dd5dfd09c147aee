"""Tab-separated tables without a column of targets (横排指标, 评分指标表) → grids as they are printed, nothing repaired."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kpi.model import Cell, Table
from kpi.tables.exports.tabs import LINES_BEFORE, split_cells
from kpi.tables.grid import table_rows
from kpi.tables.layouts import VALUELESS, recognise_header

FEWEST_ROWS = 2
"""A header and a row of data."""
HEADER_WITHIN = 12
"""Rows at the top of a table in which its header is looked for, below the block of the project."""


def plain_tables(lines: Sequence[str], used: Collection[int]) -> Iterator[Table]:
    """Tables of lines that no other reading took and whose header names levels across, or scores instead of targets."""
    before: list[str] = []
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate([*lines, ""]):
        if "\t" in line and number not in used:
            rows.append(split_cells(line))
            continue
        if len(rows) >= FEWEST_ROWS and (table := _table(rows, before)) is not None:
            yield table
            before = []
        rows = []
        if line.strip() and "\t" not in line:
            before = [*before[1 - LINES_BEFORE :], line.strip()]


def _table(rows: Sequence[Sequence[str]], before: Sequence[str]) -> Table | None:
    width = max(map(len, rows))
    cells = tuple(
        Cell(row, column, text) for row, texts in enumerate(rows) for column, text in enumerate(texts) if text.strip()
    )
    table = Table(cells, len(rows), width, None, "text", before=tuple(before))
    printed = table_rows(table, 0)
    found = (recognise_header(printed, start) for start in range(min(HEADER_WITHIN, len(printed))))
    layout = next(filter(None, found), None)
    wanted = layout is not None and (
        layout.id in VALUELESS or any(band.crosswise or band.shared_out for band in layout.bands)
    )
    return table if wanted else None
