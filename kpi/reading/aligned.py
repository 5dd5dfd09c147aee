"""Tables without ruling lines (无线表): columns from the header's words, rows from the white between printed lines.

A header names the columns; what stands under one header word belongs to its column, and what reaches under several
spans them. Rows come from the columns that print in nearly every row (三级指标, 指标值); a level (一级, 二级) printed in
the middle of its rows spans them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kpi.reading.geometry import Glyph
from kpi.reading.glyphs import glyphs_to_rows, glyphs_to_text
from kpi.text import fold

HEADER_WORDS = re.compile(
    "^(一级|二级|三级|四级)?(绩效)?指标(名称|内容|值)?$|^(一|二|三)级指标|指标值|目标值|完成值|^指标名称|^绩效指标|^(分值|权重|得分)"
)
"""Header cells of layouts.md; two of them on one printed line make a header."""
CENTRAL_WORDS = re.compile("三级指标|指标值|目标值|指标名称|^绩效指标|完成值")
UPPER_HEADER = re.compile(
    "^(项目|单位|预算|部门|绩效|资金)*(编码|代码|名称|金额|总额|合计|目标)|^序号|^备注|指标$|资金$"
)
"""Words in the upper lines of a header of several lines."""
NOTE = re.compile("(注|备注|说明)[0-9]?[:：]|填表说明|(填报|联系)人")
"""How a line under a table begins that is not part of it."""
SEGMENT_GAP = 0.6
"""Times the character height: wider white on a line parts two cells. Padding of borderless cells is 7 to 11 points."""
TITLE_HEIGHT = 1.25
"""Times the usual character height: a line of larger print alone is a title, and a table ends there."""
DENSE = 0.5
"""Share of the fullest column's lines from which a column takes part in finding rows."""
TWO_GAPS = 1.15
"""Times the pitch of lines within cells that the pitch of rows must be to tell the two apart."""
HEADER_REACH = 4.0
"""Times the character height: lines this near above the header's last line may be its upper lines."""
TIGHT = 0.45
"""Times the character height: less white than this parts lines of one cell, where the table itself does not tell."""
WITHIN_CELL = 0.6
"""Times the character height: more white than this is never within a cell (double line spacing is 1)."""
CENTRE_ERROR = 0.6
"""Times the row height by which the end of a level's rows, measured from its middle, may miss an edge between rows."""
CONFORMING = 0.9
"""Share of lines that must fit the columns of the page before to continue a table without a header."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters of one printed line without wide white between them."""

    glyphs: tuple[Glyph, ...]
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> float:
        """Centre across."""
        return (self.x0 + self.x1) / 2


Line = list[Segment]
Band = tuple[float, float, frozenset[int]]
"""Top and bottom of print, and the columns that it is in."""


@dataclass(frozen=True, slots=True)
class AlignedCell:
    """Text of one cell with its fields in the net."""

    row: int
    column: int
    row_span: int
    column_span: int
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        """Printed lines joined by `\\n`."""
        return glyphs_to_text(self.glyphs)


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Cells with text, and the net they stand in (white between columns and rows halved)."""

    cells: tuple[AlignedCell, ...]
    column_edges: tuple[float, ...]
    row_edges: tuple[float, ...]


def glyphs_to_aligned(
    glyphs: Sequence[Glyph], previous: Sequence[float] = ()
) -> tuple[list[AlignedTable], list[Glyph]]:
    """Tables by alignment from top to bottom, and the characters that belong to none.

    `previous` are the column edges of an aligned table that the page before ended with.
    """
    lines = [_segments(row) for row in glyphs_to_rows(glyphs)]
    if not lines:
        return [], []
    height = median(glyph.bottom - glyph.top for glyph in glyphs)
    tables: list[AlignedTable] = []
    others: list[Glyph] = []
    for number, chunk in enumerate(_chunks(lines, height)):
        titles, body = chunk
        while body and NOTE.match("".join(glyph.text for glyph in body[-1][0].glyphs)):
            titles.append(body.pop())
        header = next((index for index, line in enumerate(body) if is_header(line)), None)
        table = None
        if header is not None:
            table = _chunk_to_table(body, _header_columns(body, header, height), header, height)
        elif number == 0 and previous and _conforms(body, previous):
            while body and len(body[0]) < 3:
                titles.append(body.pop(0))
            table = _chunk_to_table(body, [(a, b) for a, b in pairwise(previous)], -1, height)
        others += [glyph for line in titles for segment in line for glyph in segment.glyphs]
        if table is None:
            others += [glyph for line in body for segment in line for glyph in segment.glyphs]
        else:
            tables.append(table)
    return tables, others


def is_header(line: Line) -> bool:
    """Whether a printed line names columns of a performance table."""
    words = [fold("".join(glyph.text for glyph in segment.glyphs)) for segment in line]
    named = sum(1 for word in words if HEADER_WORDS.search(word))
    return named > 1 and any(CENTRAL_WORDS.search(word) for word in words)


def _segments(row: list[Glyph]) -> Line:
    groups: list[list[Glyph]] = []
    for glyph in row:
        if groups and glyph.x0 - groups[-1][-1].x1 <= SEGMENT_GAP * (glyph.bottom - glyph.top):
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    return [
        Segment(tuple(g), g[0].x0, min(c.top for c in g), max(c.x1 for c in g), max(c.bottom for c in g))
        for g in groups
    ]


def _chunks(lines: list[Line], height: float) -> list[tuple[list[Line], list[Line]]]:
    """Titles and what stands under them, until the next title; the first chunk may have none."""
    chunks: list[tuple[list[Line], list[Line]]] = [([], [])]
    for line in lines:
        text = fold("".join(glyph.text for segment in line for glyph in segment.glyphs))
        size = median(glyph.bottom - glyph.top for segment in line for glyph in segment.glyphs)
        titled = size > TITLE_HEIGHT * height or (len(line) == 1 and re.search("表$|^[(（]?[0-9]{4}年度?[)）]?$", text))
        if titled and chunks[-1][1]:
            chunks.append(([], []))
        chunks[-1][0 if titled else 1].append(line)
    return chunks


# --- columns -----------------------------------------------------------------------------------------------------------


def _header_columns(lines: list[Line], header: int, height: float) -> list[tuple[float, float]]:
    """Left and right of each column's header words: the header's last line, and what stands beside it in others."""
    columns = [(segment.x0, segment.x1) for segment in lines[header]]
    top, bottom = _header_lines(lines, header, height)
    beside = [*lines[top:header], *lines[header + 1 : bottom]]
    for line in lines[:top][::-1]:
        if lines[header][0].top - line[0].top > HEADER_REACH * height or not all(map(_is_upper_header, line)):
            break
        beside.append(line)
    for segment in (segment for line in beside for segment in line):
        if all(segment.x1 < left or segment.x0 > right for left, right in columns):
            columns.append((segment.x0, segment.x1))
    return sorted(columns)


def _is_upper_header(segment: Segment) -> bool:
    return UPPER_HEADER.search(fold("".join(glyph.text for glyph in segment.glyphs))) is not None


def _columns_to_edges(columns: list[tuple[float, float]], body: list[Line]) -> list[float]:
    """Grow the columns by the segments under them, add columns that no header word names, and part them midway."""
    extents = [list(column) for column in columns]
    loose: list[Segment] = []
    for line in body:
        for segment in line:
            under = [n for n, (left, right) in enumerate(columns) if segment.x0 < right and segment.x1 > left]
            if len(under) == 1:
                extents[under[0]][0] = min(extents[under[0]][0], segment.x0)
                extents[under[0]][1] = max(extents[under[0]][1], segment.x1)
            elif not under:
                loose.append(segment)
    for segment in sorted(loose, key=lambda s: s.x0):
        if all(segment.x1 <= left or segment.x0 >= right for left, right in extents):
            extents.append([segment.x0, segment.x1])
        else:
            for extent in extents:
                if segment.x0 < extent[1] and segment.x1 > extent[0]:
                    extent[0], extent[1] = min(extent[0], segment.x0), max(extent[1], segment.x1)
                    break
    extents = _joined_where_never_together(sorted(extents), columns, body)
    inner = [(left[1] + right[0]) / 2 for left, right in pairwise(extents)]
    return [extents[0][0] - 2, *inner, extents[-1][1] + 2]


def _joined_where_never_together(
    extents: list[list[float]], columns: list[tuple[float, float]], body: list[Line]
) -> list[list[float]]:
    """A column without a header word joins its neighbour unless both print on one line (right-aligned figures)."""
    result: list[list[float]] = []
    for extent in extents:
        named = any(extent[0] <= left and right <= extent[1] for left, right in columns)
        if named or not result:
            result.append(extent)
            continue
        before = result[-1]
        together = any(
            any(before[0] <= s.middle <= before[1] for s in line)
            and any(extent[0] <= s.middle <= extent[1] for s in line)
            for line in body
        )
        if together:
            result.append(extent)
        else:
            before[1] = extent[1]
    return result


def _conforms(lines: list[Line], edges: Sequence[float]) -> bool:
    """Whether lines without a header fit the columns of the page before: no text across an edge, several columns used."""
    segments = [segment for line in lines for segment in line]
    fitting = [segment for segment in segments if _column(edges, segment.x0 + 1) == _column(edges, segment.x1 - 1)]
    used = {_column(edges, segment.middle) for segment in fitting}
    return len(fitting) >= CONFORMING * len(segments) and len(used) > 2 and not used & {-1, len(edges) - 1}


def _column(edges: Sequence[float], x: float) -> int:
    return bisect_right(edges, x) - 1


# --- rows --------------------------------------------------------------------------------------------------------------


def _chunk_to_table(
    lines: list[Line], columns: list[tuple[float, float]], header: int, height: float
) -> AlignedTable | None:
    top, bottom = _header_lines(lines, header, height) if header >= 0 else (0, 0)
    body = lines[bottom:]
    if not body or len(columns) < 2:
        return None
    edges = _columns_to_edges(columns, body) if header >= 0 else [columns[0][0], *(right for _, right in columns)]
    count = len(edges) - 1
    by_column: list[list[Segment]] = [[] for _ in range(count)]
    for line in body:
        for segment in line:
            by_column[min(max(_column(edges, segment.middle), 0), count - 1)].append(segment)
    fullest = max(map(len, by_column))
    # levels, codes and names stand left of the first column that prints in nearly every row
    first = next(column for column, segments in enumerate(by_column) if len(segments) >= DENSE * fullest)
    found = _bands([segment for segments in by_column[first:] for segment in segments], edges)
    limit = _gap_limit(found, height)
    bands = [(band[0], band[1]) for band in _joined(found, limit)]
    blocks = _upper_bands(lines[:top], limit if limit > 0 else TIGHT * height)
    head = [segment for line in lines[top:bottom] for segment in line]
    upper = blocks + ([(min(s.top for s in head), max(s.bottom for s in head))] if head else [])
    rows = [_half(upper + bands, index) for index in range(len(upper) + len(bands))]
    row_edges = [rows[0][0], *(end for _, end in rows)]
    cells = _upper_cells(lines[:top], edges, row_edges[: len(blocks) + 1], height)
    cells += _upper_cells([head], edges, row_edges[len(blocks) : len(upper) + 1], height, first_row=len(blocks))
    centred = any(_off_rows(segments, bands) for segments in by_column[:first])
    # where a level may begin and end: nowhere inside the level to its right
    allowed = list(range(len(upper), len(row_edges)))
    for column in range(count - 1, -1, -1):
        level = centred and column < first
        found_cells = _column_cells(by_column[column], column, edges, row_edges, allowed, centred=level)
        if level:
            inside = {row for cell in found_cells for row in range(cell.row + 1, cell.row + cell.row_span)}
            allowed = [edge for edge in allowed if edge not in inside]
        cells += found_cells
    return AlignedTable(tuple(_same_place(cells)), tuple(edges), tuple(row_edges))


def _header_lines(lines: list[Line], header: int, height: float) -> tuple[int, int]:
    """First and one past the last printed line of the header: words of two lines stand around words of one."""
    top, bottom = header, header + 1
    while top > 0 and _close(lines[top - 1], lines[top], height) and len(lines[top - 1]) < len(lines[header]):
        top -= 1
    while bottom < len(lines) and _close(lines[bottom - 1], lines[bottom], height):
        below = lines[bottom]
        if len(below) >= len(lines[header]) - 1 or any(len(s.glyphs) > 8 for s in below):
            break
        bottom += 1
    return top, bottom


def _close(above: Line, below: Line, height: float) -> bool:
    return min(s.top for s in below) - max(s.bottom for s in above) < TIGHT * height


def _upper_bands(lines: list[Line], limit: float) -> list[tuple[float, float]]:
    """Rows of the block above the header (项目名称, 年度目标 …): lines with little white between are one row.

    Labels at the left edge stand in the middle of several rows and do not take part.
    """
    segments = [segment for line in lines for segment in line]
    if not segments:
        return []
    left = min(segment.x0 for segment in segments)
    label_end = max(
        (s.x1 for s in segments if s.x0 < left + 2 * (s.bottom - s.top) and len(s.glyphs) <= 8), default=left
    )
    inner = [segment for segment in segments if segment.middle > label_end] or segments
    bands: list[tuple[float, float]] = []
    for segment in sorted(inner, key=lambda s: s.top):
        if bands and segment.top - bands[-1][1] < limit:
            bands[-1] = (bands[-1][0], max(bands[-1][1], segment.bottom))
        else:
            bands.append((segment.top, segment.bottom))
    for segment in sorted(segments, key=lambda s: s.top):
        middle = (segment.top + segment.bottom) / 2
        if bands and middle < bands[0][0] - limit:
            bands.insert(0, (segment.top, segment.bottom))
        elif bands and middle > bands[-1][1] + limit:
            bands.append((segment.top, segment.bottom))
    return bands


def _upper_cells(
    lines: list[Line], edges: list[float], row_edges: list[float], height: float, first_row: int = 0
) -> list[AlignedCell]:
    """Cells above the first indicator: lines that stand under each other in one row are one cell, however wide."""
    by_row: dict[int, list[list[Segment]]] = {}
    for segment in sorted((s for line in lines for s in line), key=lambda s: (s.top, s.x0)):
        row = min(max(bisect_right(row_edges, (segment.top + segment.bottom) / 2) - 1, 0), len(row_edges) - 2)
        stacks = by_row.setdefault(row, [])
        for stack in stacks:
            if any(segment.x0 < s.x1 and segment.x1 > s.x0 for s in stack):
                stack.append(segment)
                break
        else:
            stacks.append([segment])
    cells = []
    count = len(edges) - 1
    for row, stacks in by_row.items():
        for stack in stacks:
            first = min(max(_column(edges, min(s.x0 for s in stack) + 0.2 * height), 0), count - 1)
            last = min(max(_column(edges, max(s.x1 for s in stack) - 0.2 * height), first), count - 1)
            glyphs = tuple(glyph for segment in stack for glyph in segment.glyphs)
            cells.append(AlignedCell(first_row + row, first, 1, last - first + 1, glyphs))
    return cells


def _bands(segments: list[Segment], edges: list[float]) -> list[Band]:
    """Top, bottom and columns of each stretch of print: lines that overlap are one, but for a little of tall boxes."""
    bands: list[Band] = []
    for segment in sorted(segments, key=lambda s: (s.top, s.x0)):
        column = _column(edges, segment.middle)
        if bands and segment.top < bands[-1][1] - 0.25 * (segment.bottom - segment.top):
            top, bottom, used = bands[-1]
            bands[-1] = (top, max(bottom, segment.bottom), used | {column})
        else:
            bands.append((segment.top, segment.bottom, frozenset({column})))
    return bands


def _joined(bands: list[Band], limit: float) -> list[Band]:
    """Stretches with less white between than `limit` are one row; without a limit, one that prints only one column
    of the row above continues it."""
    merged = bands[:1]
    for band in bands[1:]:
        above = merged[-1]
        continues = band[2] <= above[2] and len(band[2]) == 1 and len(above[2]) > 1
        if band[0] - above[1] < limit or (limit == float("-inf") and continues):
            merged[-1] = (above[0], band[1], above[2] | band[2])
        else:
            merged.append(band)
    return merged


def _gap_limit(bands: list[Band], height: float) -> float:
    """White that parts rows from lines within a cell; minus infinity where the white does not tell.

    The first jump among the whites counts, from one small enough to be within a cell; tall level words beside the
    rows make larger ones. What follows a small white must look like the rest of a cell, not like whole rows.
    """
    whites = sorted((below[0] - above[1], len(below[2])) for above, below in pairwise(bands))
    for index in range(len(whites) - 1):
        small, large = whites[index][0], whites[index + 1][0]
        if small > WITHIN_CELL * height:
            break
        if large - small > 0.2 * height and large + height > TWO_GAPS * (small + height):
            usual = median(used for _, used in whites[index + 1 :])
            whole = sum(1 for _, used in whites[: index + 1] if used >= 0.75 * usual)
            if whole <= 0.5 * (index + 1):
                return (small + large) / 2
    return float("-inf")


def _half(bands: list[tuple[float, float]], index: int) -> tuple[float, float]:
    """A band grown to the middle of the white around it."""
    top, bottom = bands[index]
    above = (bands[index - 1][1] + top) / 2 if index else top - 2
    below = (bottom + bands[index + 1][0]) / 2 if index + 1 < len(bands) else bottom + 2
    return above, max(above, below)


# --- cells -------------------------------------------------------------------------------------------------------------


def _column_cells(
    segments: list[Segment],
    column: int,
    edges: list[float],
    row_edges: list[float],
    allowed: list[int],
    *,
    centred: bool,
) -> list[AlignedCell]:
    """Cells of one column under the header; `centred`: levels stand in the middle of rows between `allowed` edges."""
    first_row = allowed[0]
    groups: dict[int, list[Segment]] = {}
    for segment in segments:
        row = min(max(bisect_right(row_edges, (segment.top + segment.bottom) / 2) - 1, first_row), len(row_edges) - 2)
        groups.setdefault(row, []).append(segment)
    blocks = _stacked(groups, row_edges)
    spans = _centred_spans(blocks, row_edges, allowed) if centred and blocks else None
    cells = []
    for index, (row, block) in enumerate(blocks):
        glyphs = tuple(glyph for segment in block for glyph in segment.glyphs)
        right = max(segment.x1 for segment in block)
        across = max(1, min(_column(edges, right - 1), len(edges) - 2) - column + 1)
        start, stop = spans[index] if spans else (row, row + 1)
        cells.append(AlignedCell(start, column, stop - start, across, glyphs))
    return cells


def _stacked(groups: dict[int, list[Segment]], row_edges: list[float]) -> list[tuple[int, list[Segment]]]:
    """Segments of neighbouring rows that stand as close as lines of one cell are one text: a level in the middle of its rows."""
    blocks: list[tuple[int, list[Segment]]] = []
    for row in sorted(groups):
        segments = sorted(groups[row], key=lambda s: s.top)
        if blocks:
            above = blocks[-1][1][-1]
            tall = segments[0].bottom - segments[0].top
            if segments[0].top - above.bottom < 0.3 * tall and row_edges[row + 1] - row_edges[row] > 1.3 * tall:
                blocks[-1][1].extend(segments)
                continue
        blocks.append((row, segments))
    return blocks


def _off_rows(segments: list[Segment], bands: list[tuple[float, float]]) -> bool:
    """Whether a sparse column's text stands between rows: the sign that levels are in the middle of their rows."""
    for segment in segments:
        tall = 0.35 * (segment.bottom - segment.top)
        middle = (segment.top + segment.bottom) / 2
        if not any(abs(segment.top - top) < tall or abs(middle - (top + bottom) / 2) < tall for top, bottom in bands):
            return True
    return False


def _centred_spans(
    blocks: list[tuple[int, list[Segment]]], row_edges: list[float], allowed: list[int]
) -> list[tuple[int, int]] | None:
    """Rows of each level when every level stands in the middle of its rows, None when it does not.

    Where the first level begins, its middle tells where it ends; there the next begins, and so on. The first rows of
    a page may belong to a level printed on the page before, the last ones to a sum: what leaves fewest out is taken.
    """
    middles = [(min(s.top for s in block) + max(s.bottom for s in block)) / 2 for _, block in blocks]
    best: tuple[float, list[tuple[int, int]]] | None = None
    for start in allowed[:-1]:
        if row_edges[start] >= middles[0]:
            break
        spans, error = _chain(middles, row_edges, allowed, start)
        if spans:
            left_out = start - allowed[0] + len(row_edges) - 1 - spans[-1][1] + error / len(middles)
            if best is None or left_out < best[0]:
                best = (left_out, spans)
    return best[1] if best else None


def _chain(
    middles: list[float], row_edges: list[float], allowed: list[int], start: int
) -> tuple[list[tuple[int, int]], float]:
    """Rows of each level from a first row on, and the sum of what their ends miss in row heights; empty if too much."""
    spans: list[tuple[int, int]] = []
    errors = 0.0
    for middle in middles:
        wanted = 2 * middle - row_edges[start]
        stop = min(allowed, key=lambda index: abs(row_edges[index] - wanted))
        if stop <= start:
            return [], 0.0
        error = abs(row_edges[stop] - wanted) / (row_edges[stop] - row_edges[stop - 1])
        if error > CENTRE_ERROR:
            return [], 0.0
        errors += error
        spans.append((start, stop))
        start = stop
    return spans, errors


def _same_place(cells: list[AlignedCell]) -> list[AlignedCell]:
    """One cell a place: two segments of a line in one column are one text, and no cell covers another."""
    by_place: dict[tuple[int, int], AlignedCell] = {}
    for cell in cells:
        place = (cell.row, cell.column)
        old = by_place.get(place)
        if old is not None:
            cell = AlignedCell(  # noqa: PLW2901 - the two become one
                cell.row, cell.column, max(old.row_span, cell.row_span), max(old.column_span, cell.column_span),
                (*old.glyphs, *cell.glyphs),
            )  # fmt: skip
        by_place[place] = cell
    taken: set[tuple[int, int]] = set(by_place)
    result = []
    for (row, column), cell in sorted(by_place.items()):
        across = 1
        while across < cell.column_span and (row, column + across) not in taken:
            across += 1
        down = 1
        while down < cell.row_span and not any((row + down, c) in taken for c in range(column, column + across)):
            down += 1
        taken.update((r, c) for r in range(row, row + down) for c in range(column, column + across))
        result.append(AlignedCell(row, column, down, across, cell.glyphs))
    return result
