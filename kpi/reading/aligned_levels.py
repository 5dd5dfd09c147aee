"""Left columns of a table without ruling lines: levels and projects over several rows, and texts on rows of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from kpi.reading.aligned_cells import centred_columns, level_cells, level_row, off_rows
from kpi.reading.segments import AlignedCell, Segment, column_of, segment_glyphs

Block = list[Segment]
Span = tuple[float, float]
BreaksOf = Callable[[Sequence[AlignedCell]], Callable[[int, int], float]]
OWN_WHITE = 0.7
"""Times the usual white between rows that a text alone must have above and below it to be a row of its own."""
OFF_ROWS = 0.15
"""Share of the projects' texts that begin with no row and stand in the middle of none, from which they are centred: of an odd
number of rows the middle is a row, and a row that is high for the project's name alone is off too."""
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


def left_cells(
    levels: Sequence[Sequence[Block]], named: set[int], bands: list[Span], row_edges: list[float], barriers: Sequence[int],
    begin: int, beside: list[AlignedCell], groups: Sequence[int], *, cut: bool,
) -> list[AlignedCell]:  # fmt: skip
    """Cells of the columns left of the rows.

    Args:
        levels: texts of each column, rows of their own left out.
        named: columns of levels; the others hold projects.
        bands: stretches of print of the rows.
        row_edges: edges of all rows.
        barriers: rows that no cell spans (units, sums).
        begin: first row of the body.
        beside: cells of the other columns.
        groups: columns of names of wide tables.
        cut: whether the first rows may go on from the page before.
    """
    centred = centred_columns([list(column) for column in levels], bands)
    projects = [column for column in range(len(levels)) if column not in named]
    texts = [block for column in projects for block in levels[column]]
    off = sum(off_rows(block, bands) for block in texts) > (OFF_ROWS * len(texts) if groups else 0)
    centred = [(off or (flag and not groups)) if column in projects else flag for column, flag in enumerate(centred)]
    breaks_of = partial(_breaks, groups, min(named, default=-1))
    cells: list[AlignedCell] = []
    stops = [*sorted(row for row in barriers if row >= begin), len(row_edges) - 1]
    for stop in stops:
        if stop > begin:
            cells += _section_cells(
                levels, projects, centred, row_edges[: stop + 1], begin, beside, breaks_of, cut=cut,
                ends_page=stop == len(row_edges) - 1,
            )  # fmt: skip
            cut = False
        begin = stop + 1
    return cells


def _section_cells(
    levels: Sequence[Sequence[Block]], projects: Sequence[int], centred: Sequence[bool], row_edges: list[float],
    begin: int, beside: list[AlignedCell], breaks_of: BreaksOf, *, cut: bool, ends_page: bool,
) -> list[AlignedCell]:  # fmt: skip
    """Cells of the rows from `begin` to the last edge; a level ends nowhere inside the level to its right."""
    inside = [
        [block for block in column if row_edges[begin] <= sum(block_span(block)) / 2 < row_edges[-1]]
        for column in levels
    ]
    allowed = list(range(begin, len(row_edges)))
    end = len(row_edges) - 1 if ends_page else -1
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
    for column in projects:
        if column != key:
            beside_key = _beside_project(inside[column], column, spans, row_edges, allowed, centred=centred[column])
            if centred[column] and inside[column]:
                beside_key = _with_blanks(beside_key, column, begin if cut else -1, end)
            cells += beside_key
    return cells


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

    def breaks(start: int, stop: int) -> float:
        again = [text for row, text in once.items() if start <= row < stop]
        return sum(start < row < stop for row in starts) + len(again) - len(set(again))

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
