"""Tables without ruling lines (无线表): columns from the header's words, rows from the white between printed lines.

A header names the columns; what stands under one header word belongs to its column, and what reaches under several
spans them. Rows come from the columns that print in nearly every row (三级指标, 指标值); a level (一级, 二级) printed in
the middle of its rows spans them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kpi.reading.aligned_cells import centred_columns, column_cells, level_cells, one_cell_a_place, upper_cells
from kpi.reading.aligned_rows import (
    first_column_of_rows,
    gap_limit,
    grown_band,
    joined_bands,
    print_bands,
    stands_between,
    upper_bands,
)
from kpi.reading.geometry import Glyph
from kpi.reading.glyphs import glyphs_to_rows
from kpi.reading.segments import TIGHT, AlignedCell, Line, Segment, column_of, row_to_segments, stacks
from kpi.text import fold

HEADER_WORDS = re.compile(
    "^(一级|二级|三级|四级)?(绩效)?指标(名称|内容|值)?$|^(一|二|三)级(指标|目标)|指标值|目标值|完成值|^指标名称|^绩效指标|^(分值|权重|得分)"
)
"""Header cells of layouts.md; two of them on one printed line make a header."""
CENTRAL_WORDS = re.compile("三级(?:指标|目标)|指标值|目标值|指标名称|^绩效指标|完成值")
NAME_WORDS = re.compile("三级(?:指标|目标)|^指标(?:名称|内容)")
SUM = re.compile("总分|合计|总计|小计|合计得分|总得分")
LEVEL_WORDS = re.compile("^[一二]级")
UPPER_HEADER = re.compile(
    "^(项目|单位|预算|部门|绩效|资金)*(编码|代码|名称|金额|总额|合计|目标)|^序号|^备注|指标$|资金$"
)
"""Words in the upper lines of a header of several lines."""
NOTE = re.compile("(注|备注|说明)[0-9]?[:：]|填表说明|(填报|联系)人")
"""How a line under a table begins that is not part of it."""
TITLE_HEIGHT = 1.25
"""Times the usual character height: a line of larger print alone is a title, and a table ends there."""
HEADER_REACH = 4.0
"""Times the character height: lines this near above the header's last line may be its upper lines."""
CONFORMING = 0.9
"""Share of lines that must fit the columns of the page before to continue a table without a header."""


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
    lines = [row_to_segments(row) for row in glyphs_to_rows(glyphs)]
    if not lines:
        return [], []
    height = median(glyph.bottom - glyph.top for glyph in glyphs)
    tables: list[AlignedTable] = []
    others: list[Glyph] = []
    for number, chunk in enumerate(_chunks(lines, height)):
        titles, body = chunk
        for _ in range(_note_lines(body)):
            titles.append(body.pop())
        header = next((index for index, line in enumerate(body) if is_header(line)), None)
        table = None
        if header is not None:
            table = _chunk_to_table(body, _header_columns(body, header, height), header, height)
        elif number == 0 and previous and _conforms(body, previous):
            while body and not _in_columns(body[0], previous):
                titles.append(body.pop(0))
            table = _chunk_to_table(body, [(a, b) for a, b in pairwise(previous)], -1, height)
        others += [glyph for line in titles for segment in line for glyph in segment.glyphs]
        if table is None:
            others += [glyph for line in body for segment in line for glyph in segment.glyphs]
        else:
            tables.append(table)
    return tables, others


def _note_lines(body: list[Line]) -> int:
    """How many printed lines at the end are notes: `备注：` with its text below it, or around it where it stands centred."""
    count = 0
    for number, line in enumerate(reversed(body), start=1):
        if NOTE.match("".join(glyph.text for glyph in line[0].glyphs)):
            count = number
        elif len(line) > 1:
            break
    if not count:
        return 0
    left = max(line[-1].x0 for line in body[-count:])
    above = body[: len(body) - count]
    return count + next((n for n, line in enumerate(reversed(above)) if len(line) > 1 or abs(line[0].x0 - left) > 1), 0)


def is_header(line: Line) -> bool:
    """Whether a printed line names columns of a performance table."""
    words = [fold("".join(glyph.text for glyph in segment.glyphs)) for segment in line]
    named = sum(1 for word in words if HEADER_WORDS.search(word))
    return named > 1 and any(CENTRAL_WORDS.search(word) for word in words)


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
    fitting = [segment for segment in segments if column_of(edges, segment.x0 + 1) == column_of(edges, segment.x1 - 1)]
    used = {column_of(edges, segment.middle) for segment in fitting}
    return len(fitting) >= CONFORMING * len(segments) and len(used) > 2 and not used & {-1, len(edges) - 1}


def _in_columns(line: Line, edges: Sequence[float]) -> bool:
    """Whether a line at a page's top is a row of the table before: two texts or more, each in a column of its own."""
    places = [(column_of(edges, segment.x0 + 1), column_of(edges, segment.x1 - 1)) for segment in line]
    return len(places) > 1 and all(start == stop and 0 <= start < len(edges) - 1 for start, stop in places)


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
            by_column[min(max(column_of(edges, segment.middle), 0), count - 1)].append(segment)
    counts = [len(stacks(segments, TIGHT * height)) for segments in by_column]
    head = [segment for line in lines[top:bottom] for segment in line]
    words = {column_of(edges, s.middle): fold("".join(glyph.text for glyph in s.glyphs)) for s in head}
    named = {column for column, word in words.items() if LEVEL_WORDS.search(word)}
    names = min((column for column, word in words.items() if NAME_WORDS.search(word)), default=count)
    first = first_column_of_rows(by_column, counts, named, min(names, counts.index(max(counts))))
    second = [
        column for column in sorted(named) if column > first and stands_between(by_column[column], by_column[first])
    ]  # 二级指标 in the middle of their rows right of the first names: the second half of 实施期 ‖ 年度
    rows_from = [column for column in range(first, count) if column not in second]
    sums = {
        segment for line in body if _is_sum(line[0]) for segment in line if column_of(edges, segment.middle) < first
    }
    by_rows = [segment for column in rows_from for segment in by_column[column]]
    found = print_bands([*by_rows, *sums], edges)
    limit = gap_limit(found, height)
    bands = [(band[0], band[1]) for band in joined_bands(found, limit, height)]
    blocks = upper_bands(lines[:top], limit if limit > 0 else TIGHT * height)
    upper = blocks + ([(min(s.top for s in head), max(s.bottom for s in head))] if head else [])
    rows = [grown_band(upper + bands, index) for index in range(len(upper) + len(bands))]
    row_edges = [rows[0][0], *(end for _, end in rows)]
    cells = upper_cells(lines[:top], edges, row_edges[: len(blocks) + 1], height)
    cells += upper_cells([head], edges, row_edges[len(blocks) : len(upper) + 1], height, first_row=len(blocks))
    white = limit if limit > 0 else TIGHT * height
    levels = [stacks([s for s in segments if s not in sums], white) for segments in by_column[:first]]
    centred = centred_columns(levels, bands)
    for column in range(first):
        cells += column_cells([s for s in by_column[column] if s in sums], column, edges, row_edges, len(upper))
    sum_rows = {cell.row for cell in cells if cell.row >= len(upper)}
    begin, end = len(upper), len(row_edges) - 1
    while begin in sum_rows:
        begin += 1
    while end - 1 in sum_rows and end > begin + 1:
        end -= 1
    # where a level may begin and end: nowhere inside the level to its right, nor over a row of sums
    allowed = list(range(begin, end + 1))
    for column in rows_from:
        cells += column_cells(by_column[column], column, edges, row_edges, len(upper))
    for column in second:
        blocks_of_level = stacks(by_column[column], white)
        cells += level_cells(blocks_of_level, column, row_edges, allowed, centred=True)
    for column in range(first - 1, -1, -1):
        beside = [cell for cell in cells if cell.column == column + 1 and cell.row >= len(upper)]
        placed = level_cells(
            levels[column], column, row_edges[: end + 1], allowed, centred=centred[column], beside=beside
        )
        inside = {row for cell in placed for row in range(cell.row + 1, cell.row + cell.row_span)}
        allowed = [edge for edge in allowed if edge not in inside]
        cells += placed
    return AlignedTable(tuple(one_cell_a_place(cells)), tuple(edges), tuple(row_edges))


def _is_sum(segment: Segment) -> bool:
    """Whether a line begins with 合计 or 总分: a row of its own, whatever else it prints."""
    return SUM.fullmatch("".join(glyph.text for glyph in segment.glyphs)) is not None


def _header_lines(lines: list[Line], header: int, height: float) -> tuple[int, int]:
    """First and one past the last printed line of the header: words of two lines stand around words of one."""
    top, bottom = header, header + 1
    while top > 0 and _close(lines[top - 1], lines[top], height) and len(lines[top - 1]) < len(lines[header]):
        top -= 1
    while bottom < len(lines) and _close(lines[bottom - 1], lines[bottom], height):
        below = lines[bottom]
        if len(below) > 0.65 * len(lines[header]) or any(len(s.glyphs) > 8 for s in below):
            break
        bottom += 1
    return top, bottom


def _close(above: Line, below: Line, height: float) -> bool:
    return min(s.top for s in below) - max(s.bottom for s in above) < TIGHT * height
