"""What reading gives (页面与表格): pages, tables, cells, as they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a page: page number (1-based) and points from the upper left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid; a merged cell is one `Cell` on its anchor (top left) with spans.

    `text` keeps the printed line breaks as `\\n`. `boxes` is empty where the format has no places.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None
    """Mean confidence of optical recognition, 0–1; None where the text was not recognised optically."""


@dataclass(frozen=True, slots=True)
class Table:
    """One grid as it stands in the file: a PDF page's piece, a Word table, a sheet, a repaired text block."""

    cells: tuple[Cell, ...]
    row_count: int
    column_count: int
    page: int | None = None
    style: str = "ruled"
    """`ruled`, `aligned` (no lines), `word`, `sheet`, `html`, `text` (repaired plain-text export), `ocr`."""
    column_edges: tuple[float, ...] = ()
    """`column_count + 1` x positions in points; empty where the format has none."""
    row_edges: tuple[float, ...] = ()
    """`row_count + 1` y positions in points; empty where the format has none."""
    open_top: tuple[int, ...] = ()
    """Columns whose first cell has no ruling line above it: a cell cut by the page before."""
    open_bottom: tuple[int, ...] = ()
    """Columns whose last cell has no ruling line below it: a cell cut by this page's end."""
    before: tuple[str, ...] = ()
    """Lines of text between the table above (or the page's top) and this one: titles, 部门名称, 单位：万元."""
    quality: float = 1.0
    """0–1: share of the table that was read without a repair."""
    warnings: tuple[str, ...] = ()
    row_warnings: tuple[tuple[int, str], ...] = ()
    """Repairs of single rows: (row, code)."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page (PDF), one sheet (Excel), or the whole of a Word, HTML or text file, in reading order."""

    number: int | None
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
    """All text outside tables, a line each; for plain text every line of the file."""
    width: float = 0.0
    height: float = 0.0
    suspect: str = ""
    """Why the page could not be read though it may hold a table (`scanned` …); empty when all is well."""
    name: str = ""
    """The sheet's name."""
