"""Left columns of a table without ruling lines: levels and projects over several rows, and texts on rows of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from kpi.reading.aligned_cells import centred_columns, level_cells, level_row, off_rows
from kpi.reading.aligned_header import Head
from kpi.reading.segments import AlignedCell, Segment, column_of, segment_glyphs

Block = list[Segment]
Span = tuple[float, float]
BreaksOf = Callable[[Sequence[AlignedCell]], Callable[[int, int], float]]
OWN_WHITE = 0.7
"""Times the usual white between rows that a text alone must have above and below it to be a row of its own."""
OFF_ROWS = 0.15
"""Share of the projects' texts that begin with no row and stand in the middle of none, from which they are centred: of an odd
number of rows the middle is a row, and a row that is high for the project's name alone is off too."""
EARLY_WORDS, LATE_WORDS = re.compile("产出"), re.compile("满意度?(?:指标)?$")
"""A 一级指标 that never follows texts of 满意度 in the same project."""
LONGEST_LEVEL = 16
"""Letters of the longest 一级指标."""
ALL_LEVELS = 0.8
"""Share of the levels that must stand alone for a table to be an outline (levels on rows of their own)."""


def block_span(block: Block) -> Span:
    """Top and bottom of a text."""
    return min(s.top for s in block), max(s.bottom for s in block)


def row_span(row: Sequence[Block]) -> Span:
    """Top and bottom of the texts of a row."""
    return min(block_span(block)[0] for block in row), max(block_span(block)[1] for block in row)


def rows_alone(
    columns: Sequence[Sequence[Block]], bands: Sequence[Span], start: float, height: float
) -> list[list[Block]]:
    """Texts that stand in the white between the rows with room for a row: units and sub-totals, projects in outlines.

    A text in the middle of an even number of rows stands in the white too, but that is no wider there than elsewhere.

    Args:
        columns: texts of each column left of the rows.
        bands: stretches of print of the rows.
        start: where the body begins.
        height: of a character.
    """
    blocks = sorted((block for column in columns for block in column), key=block_span)
    slack = 0.2 * height
    gaps: dict[int, list[Block]] = {}
    for block in blocks:
        top, bottom = block_span(block)
        below = next((number for number, band in enumerate(bands) if bottom <= band[0] + slack), len(bands))
        if below == 0 or bands[below - 1][1] <= top + slack:
            gaps.setdefault(below, []).append(block)
    whites = [bands[number][0] - bands[number - 1][1] for number in range(1, len(bands)) if number not in gaps]
    usual = max(median(whites), 0.0) if whites else 0.5 * height
    rows: list[list[Block]] = []
    for gap, inside in gaps.items():
        found: list[list[Block]] = []
        for block in inside:
            if found and block_span(block)[0] < max(block_span(other)[1] for other in found[-1]) - slack:
                found[-1].append(block)
            else:
                found.append([block])
        top = bands[gap - 1][1] if gap else start
        bottom = bands[gap][0] if gap < len(bands) else float("inf")
        tall = sum(row_span(row)[1] - row_span(row)[0] for row in found)
        if bottom - top >= tall + (len(found) + 1) * OWN_WHITE * usual:
            rows += found
    return rows


def is_outline(columns: Sequence[Sequence[Block]], alone: Sequence[Sequence[Block]]) -> bool:
    """Whether the levels (texts of `columns`) stand on rows of their own."""
    blocks = [block for column in columns for block in column if not _is_number(block)]
    own = {id(block) for row in alone for block in row}
    return bool(blocks) and sum(1 for block in blocks if id(block) in own) >= ALL_LEVELS * len(blocks)


def _is_number(block: Block) -> bool:
    """The number of a column in the row under the header."""
    return all(glyph.text.isdigit() for segment in block for glyph in segment.glyphs)


@dataclass(frozen=True, slots=True)
class _Section:
    """Rows between two barriers."""

    levels: Sequence[Sequence[Block]]
    projects: Sequence[int]
    centred: Sequence[bool]
    level: int
    """The column of the 一级指标, -1 where there is none."""
    breaks_of: BreaksOf
    beside: list[AlignedCell]

    def cells(self, row_edges: list[float], begin: int, *, cut: bool, ends_page: bool) -> list[AlignedCell]:
        """Cells of the rows from `begin` to the last edge; a level ends nowhere inside the level to its right."""
        levels, projects, centred, level = self.levels, self.projects, self.centred, self.level
        breaks_of, beside = self.breaks_of, self.beside
        inside = [
            [block for block in column if row_edges[begin] <= sum(block_span(block)) / 2 < row_edges[-1]]
            for column in levels
        ]
        allowed = list(range(begin, len(row_edges)))
        end = len(row_edges) - 1 if ends_page else -1
        if level >= len(levels):  # an outline: projects begin with a 一级指标 on a row of its own
            rows = {cell.row for cell in beside if cell.column == level}
            allowed = [row for row in allowed if row in rows or row in (begin, len(row_edges) - 1)]
        key = max(projects, key=lambda column: (len(inside[column]), -column), default=-1)
        cells: list[AlignedCell] = []
        order = [column for column in range(len(levels) - 1, -1, -1) if column not in projects]
        for column in [*order, *([key] if key >= 0 else [])]:
            right = [cell for cell in [*beside, *cells] if cell.column == column + 1]
            if column in projects:
                breaks = breaks_of([*beside, *cells])
                placed = level_cells(
                    inside[column], column, row_edges, allowed, centred=centred[column], breaks=breaks, cut=cut
                )
            else:
                placed = level_cells(
                    inside[column], column, row_edges, allowed, centred=centred[column], beside=right, cut=cut
                )
            if centred[column]:
                placed = _with_blanks(placed, column, begin if cut else -1, end)
            crossed = {row for cell in placed for row in range(cell.row + 1, cell.row + cell.row_span)}
            allowed = [edge for edge in allowed if edge not in crossed]
            cells += placed
        spans = [(cell.row, cell.row + cell.row_span) for cell in cells if cell.column == key and cell.glyphs]
        if ends_page and projects and not spans:
            return cells + _blank_projects(breaks_of([*beside, *cells]), projects, begin, len(row_edges) - 1, cut=cut)
        for column in projects:
            if column != key:
                beside_key = _beside_project(inside[column], column, spans, row_edges, allowed, centred=centred[column])
                if centred[column] and inside[column]:
                    beside_key = _with_blanks(beside_key, column, begin if cut else -1, end)
                cells += beside_key
        return cells


@dataclass(frozen=True, slots=True)
class BodyRows:
    """The rows of a table's body on one page."""

    bands: Sequence[Span]
    """Stretches of print of the rows."""
    row_edges: list[float]
    """Edges of all rows, those above the body included."""
    begin: int
    """First row of the body."""
    barriers: frozenset[int]
    """Rows that no cell spans (units, sums)."""
    cut: bool
    """Whether the first rows may go on from the page before."""


def left_cells(
    levels: Sequence[Sequence[Block]], head: Head, rows: BodyRows, beside: list[AlignedCell]
) -> list[AlignedCell]:
    """Cells of the columns left of the rows.

    Args:
        levels: texts of each column, rows of their own left out.
        head: what the header says of the columns.
        rows: the body's rows.
        beside: cells of the other columns.
    """
    named, groups = head.levels, head.names if head.wide else []
    row_edges, begin, cut, bands = rows.row_edges, rows.begin, rows.cut, list(rows.bands)
    centred = centred_columns([list(column) for column in levels], bands)
    projects = [column for column in range(len(levels)) if column not in named]
    texts = [block for column in projects for block in levels[column]]
    off = sum(off_rows(block, bands) for block in texts) > (OFF_ROWS * len(texts) if groups else 0)
    centred = [(off or (flag and not groups)) if column in projects else flag for column, flag in enumerate(centred)]
    level = min(named, default=-1)
    section = _Section(levels, projects, centred, level, partial(_breaks, groups, level), beside)
    cells: list[AlignedCell] = []
    stops = [*sorted(row for row in rows.barriers if row >= begin), len(row_edges) - 1]
    for stop in stops:
        if stop > begin:
            cells += section.cells(row_edges[: stop + 1], begin, cut=cut, ends_page=stop == len(row_edges) - 1)
        cut = False
        begin = stop + 1
    return cells


def _blank_projects(
    breaks: Callable[[int, int], float], projects: Sequence[int], begin: int, end: int, *, cut: bool
) -> list[AlignedCell]:
    """Blank cells of projects whose names stand on the next page: under a unit, and where rows begin anew."""
    starts = [begin]
    starts += [row for row in range(begin + 1, end) if breaks(begin, row + 1) > breaks(begin, row)]
    if len(starts) == 1 and cut:
        return []  # rows of the project of the page before
    return [
        AlignedCell(start, column, stop - start, 1, ())
        for column in projects
        for start, stop in zip(starts, [*starts[1:], end], strict=True)
    ]


def _with_blanks(placed: list[AlignedCell], column: int, begin: int, end: int) -> list[AlignedCell]:
    """The cells of a column with blank ones for rows at the top and bottom whose text stands on another page."""
    if not placed:
        return placed
    first = min(cell.row for cell in placed)
    last = max(cell.row + cell.row_span for cell in placed)
    blanks = [
        AlignedCell(start, column, stop - start, 1, ())
        for start, stop in ((begin, first), (last, end))
        if 0 <= start < stop
    ]
    return [*placed, *blanks]


def _breaks(groups: Sequence[int], level: int, cells: Sequence[AlignedCell]) -> Callable[[int, int], float]:
    """How often the rows of a span begin a project anew: a group of a wide table starts again after a blank, or a text of
    the column `level`, a 一级指标, comes again."""
    starts: set[int] = set()
    for group in groups:
        rows = {cell.row for cell in cells if cell.column == group}
        starts |= {row for row in rows if row - 1 not in rows}
    levels = {cell.row: cell.text for cell in cells if cell.column == level}
    once = {row: text.replace("\n", "") for row, text in levels.items() if len(text) <= LONGEST_LEVEL}

    late = sorted({cell.row for cell in cells if cell.column >= level >= 0 and LATE_WORDS.search(cell.text)})
    early = [row for row, text in once.items() if EARLY_WORDS.search(text)]

    def breaks(start: int, stop: int) -> float:
        again = [text for row, text in once.items() if start <= row < stop]
        turned = sum(start < row < stop and any(start <= before < row for before in late) for row in early)
        return sum(start < row < stop for row in starts) + len(again) - len(set(again)) + turned

    return breaks


def _beside_project(
    blocks: Sequence[Block], column: int, spans: Sequence[tuple[int, int]], row_edges: list[float], allowed: list[int], *,
    centred: bool,
) -> list[AlignedCell]:  # fmt: skip
    """Money, goal and name of the projects whose rows are known; another column's own levels where they do not fit."""
    if not centred or not spans:
        return level_cells(list(blocks), column, row_edges, allowed, centred=centred)
    cells = []
    for block in blocks:
        middle = sum(block_span(block)) / 2
        start, stop = min(spans, key=lambda span: abs((row_edges[span[0]] + row_edges[span[1]]) / 2 - middle))
        if not row_edges[start] <= middle <= row_edges[stop]:
            start = level_row(block, row_edges, allowed[0])
            stop = start + 1
        cells.append(AlignedCell(start, column, stop - start, 1, segment_glyphs(block)))
    return cells


def own_row_cells(
    rows: Sequence[Sequence[Block]], edges: Sequence[float], row_edges: list[float], first: int
) -> list[AlignedCell]:
    """Cells of the texts on rows of their own."""
    cells = []
    for row in rows:
        for block in row:
            column = min(max(column_of(edges, block[0].middle), 0), len(edges) - 2)
            cells.append(AlignedCell(level_row(block, row_edges, first), column, 1, 1, segment_glyphs(block)))
    return cells
