"""Small tables for tests, written as rows of texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kpi.extract import extract
from kpi.model import Cell, Document, Page, Table

ABOVE = "^"
"""A text that means: the cell above covers this place too."""
LEFT = "<"
"""A text that means: the cell to the left covers this place too."""


def make_table(
    rows: Sequence[Sequence[str]], *, page: int | None = None, edges: tuple[float, ...] = (), before: tuple[str, ...] = (),
    style: str = "ruled",
) -> Table:  # fmt: skip
    """A table of rows of equal length; "" is an empty cell of its own, see `ABOVE` and `LEFT` for merged ones."""
    cells = []
    width = len(rows[0])
    for row, texts in enumerate(rows):
        assert len(texts) == width, texts
        for column, text in enumerate(texts):
            if text in {ABOVE, LEFT}:
                continue
            down = 1
            while row + down < len(rows) and rows[row + down][column] == ABOVE:
                down += 1
            right = 1
            while column + right < width and texts[column + right] == LEFT:
                right += 1
            cells.append(Cell(row, column, text, down, right))
    return Table(tuple(cells), len(rows), width, page=page, style=style, column_edges=edges, before=before)


def make_document(*pages: Page, name: str = "某某市教育局2026年部门预算.pdf", file_format: str = "pdf") -> Document:
    """The document that extraction makes of these pages."""
    return extract(iter(pages), path=Path(name), sha256="0" * 64, file_format=file_format)


def even_edges(columns: int, width: float = 50.0) -> tuple[float, ...]:
    """Edges of columns of one width."""
    return tuple(30.0 + width * column for column in range(columns + 1))
