"""Grids and characters of a page → tables with their texts, and the lines of text between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from kpi.model import Box, Cell, Page, Table
from kpi.reading.aligned import AlignedTable, glyphs_to_aligned
from kpi.reading.aligned_header import NO_HEAD, Head
from kpi.reading.geometry import Frame, Glyph
from kpi.reading.glyphs import glyphs_to_lines, glyphs_to_rows, glyphs_to_text
from kpi.reading.grid import Grid
from kpi.reading.segments import row_to_segments
from kpi.text import fold, usual_characters

PAGE_NUMBER = re.compile(
    r"[-—–－·\s]{0,60}(第?\s*\d{1,4}\s*页?([,，/、]?\s*共\s*\d{1,4}\s*页?)?|\d{1,4}\s*/\s*\d{1,4})[-—–－·\s]{0,60}"
)
MARGIN = 0.1
"""Share of the page height at its top and bottom in which a bare number is a page number."""
LONGEST_HEAD = 40
"""Characters of a running head: department, year and kind of document."""
OVERSIZE = 2.5
"""Times the page's usual character height: larger print that does not fit its cell is a watermark."""


@dataclass(slots=True)
class Surroundings:
    """What the pages before tell about a page."""

    column_edges: tuple[float, ...] = ()
    """Of the table at the end of the page before, where it may go on."""
    head: Head = NO_HEAD
    """What the header of that table says, where it has no ruling lines."""
    line_counts: Counter[str] = field(default_factory=Counter)
    """Short lines of pages without tables, figures left out: how many pages print each."""

    def add_plain_page(self, lines: Iterable[str]) -> None:
        """Remember a page without tables: what several of them print is a running head, a table's title is not."""
        self.column_edges = ()
        self.line_counts.update({_folded(line) for line in lines if len(line) <= LONGEST_HEAD})

    def is_running_head(self, line: str) -> bool:
        """Whether at least two pages without tables print the line."""
        return self.line_counts[_folded(line)] > 1


def _folded(line: str) -> str:
    return re.sub("[0-9]+", "#", fold(line))


def grids_to_page(
    number: int, frame: Frame, grids: Sequence[Grid], glyphs: Sequence[Glyph], surroundings: Surroundings
) -> Page:
    """Share the characters out to the cells they stand in; the others become tables by alignment, or lines.

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
    height = frame.reading_size[1]
    aligned, rest = glyphs_to_aligned(
        _without_furniture(outside, height, surroundings), () if grids else surroundings.column_edges, surroundings.head
    )
    surroundings.head = aligned[-1].head if aligned else NO_HEAD
    lines = glyphs_to_lines(rest)
    found = [_grid_to_table(number, frame, grid, text) for grid, text in zip(grids, texts, strict=True)]
    found += [_aligned_to_table(number, frame, table) for table in aligned]
    tables = []
    above = 0.0
    for table in sorted(found, key=lambda table: (table.row_edges[0], table.column_edges[0])):
        before = tuple(line.text for line in lines if above <= (line.top + line.bottom) / 2 < table.row_edges[0])
        tables.append(replace(table, before=before))
        above = max(above, table.row_edges[-1])
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


def _grid_to_table(number: int, frame: Frame, grid: Grid, glyphs: dict[int, list[Glyph]]) -> Table:
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
        grid.open_top, grid.open_bottom,
    )  # fmt: skip


def _aligned_to_table(number: int, frame: Frame, table: AlignedTable) -> Table:
    columns, rows = table.column_edges, table.row_edges
    cells = []
    for cell in table.cells:
        # print that reaches over the white around its cell (levels, long figures) is inside its box
        x0, top = (
            min([columns[cell.column], *(g.x0 for g in cell.glyphs)]),
            min([rows[cell.row], *(g.top for g in cell.glyphs)]),
        )
        x1 = max([columns[cell.column + cell.column_span], *(g.x1 for g in cell.glyphs)])
        bottom = max([rows[cell.row + cell.row_span], *(g.bottom for g in cell.glyphs)])
        box = Box(number, *frame.display_box(x0, top, x1, bottom))
        cells.append(Cell(cell.row, cell.column, cell.text, cell.row_span, cell.column_span, (box,)))
    return Table(
        tuple(cells), len(rows) - 1, len(columns) - 1, number, "aligned",
        tuple(round(edge, 2) for edge in columns), tuple(round(edge, 2) for edge in rows),
    )  # fmt: skip


def _without_furniture(glyphs: Sequence[Glyph], height: float, surroundings: Surroundings) -> list[Glyph]:
    """Characters without those of page numbers and running heads (页眉) at the page's top or bottom."""
    kept: list[Glyph] = []
    for row in glyphs_to_rows(glyphs):
        (line,) = glyphs_to_lines(row)
        outer = line.bottom < MARGIN * height or line.top > (1 - MARGIN) * height
        if outer and (PAGE_NUMBER.fullmatch(line.text) or surroundings.is_running_head(line.text)):
            continue
        # a table that reaches down to the page number may print on its line
        parts = [segment.glyphs for segment in row_to_segments(row)] if outer else [row]
        kept.extend(glyph for part in parts if not (outer and _is_marked_number(part)) for glyph in part)
    return kept


def _is_marked_number(glyphs: Sequence[Glyph]) -> bool:
    """- 6 -, 第6页: a number that is no figure of a table."""
    text = "".join(glyph.text for glyph in glyphs)
    return bool(PAGE_NUMBER.fullmatch(text)) and (text[0] in "-—–－·第" and text[-1] in "-—–－·页")


def text_to_lines(text: str) -> tuple[str, ...]:
    """The lines of a page that was not worked, in the order of the file, without a page number at either end."""
    lines = [line.strip() for line in usual_characters(text).splitlines()]
    lines = [line for line in lines if line]
    if lines and PAGE_NUMBER.fullmatch(lines[-1]):
        lines.pop()
    if lines and PAGE_NUMBER.fullmatch(lines[0]):
        lines.pop(0)
    return tuple(lines)
