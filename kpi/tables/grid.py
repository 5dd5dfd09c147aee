"""A table as a matrix of covering cells, aligned to the columns of a header that may stand on another page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kpi.model import Box, Cell, Table
from kpi.text import squeeze

EDGE_TOLERANCE = 4.0
"""Points by which the same column may move between two pages: word processors round widths per page (seen: ≤ 1.5)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands at one row and one header column: the covering cell and whether it begins here."""

    text: str = ""
    """Text of the cells that begin in this row and column, page line breaks kept; "" for what a span only covers."""
    key: int = -1
    """Identity of the covering cell inside its piece, -1 where no cell exists."""
    begins: bool = True
    """Whether the covering cell begins in this row (its first row is here)."""
    row_span: int = 1
    column_span: int = 1
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None


EMPTY_SLOT = Slot()


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a piece aligned to a set of columns."""

    slots: tuple[Slot, ...]
    page: int | None
    piece: int
    """Number of the table piece (index in the sequence of tables)."""
    index: int
    """Row number inside the piece, 0-based."""
    warnings: tuple[str, ...] = ()
    """Codes of repairs that were made to this row."""

    def texts(self) -> list[str]:
        """Squeezed text of each column's beginning cell."""
        return [squeeze(slot.text) for slot in self.slots]

    def filled(self) -> list[str]:
        """The non-empty texts of the row in order."""
        return [text for text in self.texts() if text]


def table_rows(table: Table, piece: int) -> list[GridRow]:
    """Rows of a table in its own columns."""
    columns = [range(cell.column, cell.column + cell.column_span) for cell in table.cells]
    return _rows(table, piece, columns, table.column_count)


def aligned_rows(table: Table, piece: int, edges: tuple[float, ...]) -> list[GridRow]:
    """Rows of a table piece in the columns of another piece, matched by their x positions.

    A column that vanished on this page (an empty column whose lines were not drawn) comes back empty; a cell that covers
    several of the reference columns becomes a span over them.
    """
    return _rows(table, piece, [_columns_of(cell, table, edges) for cell in table.cells], len(edges) - 1)


def _rows(table: Table, piece: int, columns: list[range], count: int) -> list[GridRow]:
    matrix: list[list[Slot]] = [[EMPTY_SLOT] * count for _ in range(table.row_count)]
    for key, (cell, covered) in enumerate(zip(table.cells, columns, strict=True)):
        for row in range(cell.row, min(cell.row + cell.row_span, table.row_count)):
            for column in covered:
                if not 0 <= column < count:
                    continue
                begins = row == cell.row
                anchor = begins and column == covered.start
                slot = Slot(
                    text=cell.text if anchor else "",
                    key=key,
                    begins=begins,
                    row_span=cell.row_span,
                    column_span=len(covered),
                    boxes=cell.boxes,
                    confidence=cell.confidence,
                )
                matrix[row][column] = _merged(matrix[row][column], slot)
    repaired: dict[int, list[str]] = {}
    for index, code in table.row_warnings:
        repaired.setdefault(index, []).append(code)
    return [
        GridRow(tuple(slots), table.page, piece, index, tuple(repaired.get(index, ())))
        for index, slots in enumerate(matrix)
    ]


def collapsed(row: GridRow, groups: Sequence[range]) -> GridRow:
    """The row with each group of columns made one: a header cell over two columns heads one column."""
    if len(groups) == len(row.slots):
        return row
    slots = []
    for group in groups:
        slot = row.slots[group.start]
        for column in group[1:]:
            if row.slots[column].key != slot.key:
                slot = _merged(slot, row.slots[column])
        slots.append(slot)
    return replace(row, slots=tuple(slots))


def collapsed_edges(edges: tuple[float, ...], groups: Sequence[range]) -> tuple[float, ...]:
    """Column edges of the groups."""
    return (*(edges[group.start] for group in groups), edges[groups[-1].stop]) if edges and groups else edges


def _merged(old: Slot, new: Slot) -> Slot:
    """Two cells that fall into one reference column of one row: their texts stand side by side."""
    if old.key < 0 or not old.text:
        return new if new.text or old.key < 0 else old
    if not new.text:
        return old
    return Slot(
        text=f"{old.text}\n{new.text}",
        key=old.key,
        begins=old.begins and new.begins,
        row_span=max(old.row_span, new.row_span),
        column_span=max(old.column_span, new.column_span),
        boxes=old.boxes + new.boxes,
        confidence=old.confidence,
    )


def _columns_of(cell: Cell, table: Table, edges: tuple[float, ...]) -> range:
    x0 = table.column_edges[cell.column]
    x1 = table.column_edges[min(cell.column + cell.column_span, len(table.column_edges) - 1)]
    covered = [
        index
        for index, (left, right) in enumerate(pairwise(edges))
        if min(x1, right) - max(x0, left) > 0.5 * min(right - left, x1 - x0)
    ]
    return range(covered[0], covered[-1] + 1) if covered else range(0)


def same_columns(table: Table, edges: tuple[float, ...]) -> bool:
    """Whether a piece has the columns of a reference: outer edges equal and most inner ones found among them."""
    if len(edges) < 2 or len(table.column_edges) < 2:
        return False
    outer = (abs(table.column_edges[0] - edges[0]), abs(table.column_edges[-1] - edges[-1]))
    if max(outer) > 2 * EDGE_TOLERANCE:
        return False
    found = sum(1 for x in table.column_edges if any(abs(x - edge) <= EDGE_TOLERANCE for edge in edges))
    return found >= 0.8 * len(table.column_edges)
