"""Grids and characters of a page → tables with their texts, and the lines of text between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import median

from kpi.model import Box, Cell, Page, Table
from kpi.reading.geometry import Frame, Glyph
from kpi.reading.glyphs import Line, glyphs_to_lines, glyphs_to_text
from kpi.reading.grid import Grid
from kpi.text import usual_characters

PAGE_NUMBER = re.compile(
    r"[-—–－·\s]*(第?\s*\d{1,4}\s*页?([,，/、]?\s*共\s*\d{1,4}\s*页?)?|\d{1,4}\s*/\s*\d{1,4})[-—–－·\s]*"
)
MARGIN = 0.1
"""Share of the page height at its top and bottom in which a bare number is a page number."""
OVERSIZE = 2.5
"""Times the page's usual character height: larger print that does not fit its cell is a watermark."""


def grids_to_page(number: int, frame: Frame, grids: Sequence[Grid], glyphs: Sequence[Glyph]) -> Page:
    """Share the characters out to the cells they stand in; the others become lines.

    A grid inside another's cell (a nested table) comes first, so its characters are not the outer cell's.
    """
    texts: list[dict[int, list[Glyph]]] = [{} for _ in grids]
    nested_first = sorted(range(len(grids)), key=lambda index: _area(grids[index]))
    usual = median(glyph.bottom - glyph.top for glyph in glyphs) if glyphs else 0.0
    outside: list[Glyph] = []
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        for index in nested_first:
            cell = grids[index].cell_at(x, y)
            if cell >= 0:
                if glyph.bottom - glyph.top < OVERSIZE * usual or _fits(glyph, grids[index], cell):
                    texts[index].setdefault(cell, []).append(glyph)
                break
        else:
            outside.append(glyph)
    lines = without_page_numbers(glyphs_to_lines(outside), frame.reading_size[1])
    tables = []
    above = 0.0
    for grid, found in zip(grids, texts, strict=True):
        before = tuple(line.text for line in lines if above <= (line.top + line.bottom) / 2 < grid.row_edges[0])
        tables.append(_grid_to_table(number, frame, grid, found, before))
        above = max(above, grid.row_edges[-1])
    return Page(number, tuple(tables), tuple(line.text for line in lines), frame.width, frame.height)


def _area(grid: Grid) -> float:
    return (grid.column_edges[-1] - grid.column_edges[0]) * (grid.row_edges[-1] - grid.row_edges[0])


def _fits(glyph: Glyph, grid: Grid, index: int) -> bool:
    left, top, right, bottom = grid.cell_box(grid.cells[index])
    slack = 0.2 * (glyph.bottom - glyph.top)
    return (
        left - slack <= glyph.x0
        and glyph.x1 <= right + slack
        and top - slack <= glyph.top
        and glyph.bottom <= bottom + slack
    )


def _grid_to_table(
    number: int, frame: Frame, grid: Grid, glyphs: dict[int, list[Glyph]], before: tuple[str, ...]
) -> Table:
    cells = tuple(
        Cell(
            cell.row, cell.column, glyphs_to_text(glyphs[index]) if index in glyphs else "", cell.row_span, cell.column_span,
            (Box(number, *frame.display_box(*grid.cell_box(cell))),),
        )
        for index, cell in enumerate(grid.cells)
    )  # fmt: skip
    return Table(
        cells, len(grid.row_edges) - 1, len(grid.column_edges) - 1, number, "ruled",
        tuple(round(edge, 2) for edge in grid.column_edges), tuple(round(edge, 2) for edge in grid.row_edges),
        grid.open_top, grid.open_bottom, before,
    )  # fmt: skip


def without_page_numbers(lines: Iterable[Line], height: float) -> list[Line]:
    """Lines without those that are nothing but a page number at the page's top or bottom."""
    return [
        line
        for line in lines
        if not (
            (line.bottom < MARGIN * height or line.top > (1 - MARGIN) * height) and PAGE_NUMBER.fullmatch(line.text)
        )
    ]


def text_to_lines(text: str) -> tuple[str, ...]:
    """The lines of a page that was not worked, in the order of the file, without a page number at either end."""
    lines = [line.strip() for line in usual_characters(text).splitlines()]
    lines = [line for line in lines if line]
    if lines and PAGE_NUMBER.fullmatch(lines[-1]):
        lines.pop()
    if lines and PAGE_NUMBER.fullmatch(lines[0]):
        lines.pop(0)
    return tuple(lines)
