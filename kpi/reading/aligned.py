"""Tables without ruling lines (无线表): columns from the header's words, rows from the white between printed lines.

A header names the columns; what stands under one header word belongs to its column, and what reaches under several
spans them. Rows come from the columns that print in nearly every row (三级指标, 指标值); a level (一级, 二级) printed in
the middle of its rows spans them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from kpi.reading.aligned_cells import column_cells, level_cells, one_cell_a_place
from kpi.reading.aligned_header import NO_HEAD, Head, header_columns, header_lines, is_header
from kpi.reading.aligned_levels import BodyRows, is_outline, left_cells, own_row_cells, row_span, rows_alone
from kpi.reading.aligned_rows import (
    first_column_of_rows,
    gap_limit,
    grown_band,
    joined_bands,
    print_bands,
    stands_between,
)
from kpi.reading.aligned_upper import HeaderRows, block_bands, cells_above, header_rows
from kpi.reading.geometry import Glyph
from kpi.reading.glyphs import glyphs_to_rows
from kpi.reading.segments import TIGHT, AlignedCell, Line, Segment, column_of, row_to_segments, stacks
from kpi.text import fold

SUM = re.compile("总分|合计|总计|小计|合计得分|总得分")
NOTE = re.compile("(注|备注|说明)[0-9]?[:：]|填表说明|(填报|联系)人")
"""How a line under a table begins that is not part of it."""
TITLE_HEIGHT = 1.25
"""Times the usual character height: a line of larger print alone is a title, and a table ends there."""
MOVED_EDGE = 40.0
"""Points by which the middle of the white between two columns may differ from page to page."""
OVER_EDGE = 8.0
"""Points by which texts may reach over a column edge of the page before, whose texts may have been shorter."""
NUMBERED_COLUMNS = 4
"""Least columns of a row that numbers them."""
LABEL_LETTERS = 2
"""Most letters of one line of a label that runs down the table's left side."""
BLOCK_LINES = 2
"""Printed lines with two texts above a header from which they are a project's block: the table begins on this page."""
CONFORMING = 0.9
"""Share of lines that must fit the columns of the page before to continue a table without a header."""


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Cells with text, and the net they stand in (white between columns and rows halved)."""

    cells: tuple[AlignedCell, ...]
    column_edges: tuple[float, ...]
    row_edges: tuple[float, ...]
    head: Head
    """What its header said, for the next page."""


def glyphs_to_aligned(
    glyphs: Sequence[Glyph], previous: Sequence[float] = (), head: Head = NO_HEAD
) -> tuple[list[AlignedTable], list[Glyph]]:
    """Tables by alignment from top to bottom, and the characters that belong to none.

    `previous` are the column edges of an aligned table that the page before ended with, `head` is what its header said.
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
        table, goes_on = None, number == 0 and bool(previous)
        if header is not None:
            table = _chunk_to_table(
                body, header_columns(body, header, height), header, height, head, previous if goes_on else ()
            )
        elif number == 0 and previous and _conforms(inner := _without_side_label(body, previous), previous):
            body = inner
            while body and not _in_columns(body[0], previous, head):
                titles.append(body.pop(0))
            table = _chunk_to_table(
                body, [(a, b) for a, b in pairwise(previous)], -1, height, head, previous if goes_on else ()
            )
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
    fitting = []
    for segment in segments:
        slack = min(OVER_EDGE, 0.25 * (segment.x1 - segment.x0))
        if column_of(edges, segment.x0 + slack) == column_of(edges, segment.x1 - slack):
            fitting.append(segment)
    used = {column_of(edges, segment.middle) for segment in fitting}
    return len(fitting) >= CONFORMING * len(segments) and len(used) > 2 and not used & {-1, len(edges) - 1}


def _without_side_label(lines: list[Line], edges: Sequence[float]) -> list[Line]:
    """The lines without single letters left of the columns: a label without header word runs down there (绩效指标)."""
    kept = [[s for s in line if s.x1 > edges[0] + 1 or len(s.glyphs) > LABEL_LETTERS] for line in lines]
    return [line for line in kept if line]


def _in_columns(line: Line, edges: Sequence[float], head: Head) -> bool:
    """Whether a line at a page's top is a row of the table before: two texts or more, each in a column of its own,
    or a level alone in its column."""
    places = [(column_of(edges, segment.x0 + 1), column_of(edges, segment.x1 - 1)) for segment in line]
    fits = all(start == stop and 0 <= start < len(edges) - 1 for start, stop in places)
    return fits and (len(places) > 1 or places[0][0] in head.levels)


def _chunk_to_table(
    lines: list[Line],
    columns: list[tuple[float, float]],
    header: int,
    height: float,
    known: Head,
    previous: Sequence[float],
) -> AlignedTable | None:
    span = header_lines(lines, header, height) if header >= 0 else (0, 0)
    body = lines[span[1] :]
    if not body or len(columns) < 2:
        return None
    edges = _columns_to_edges(columns, body) if header >= 0 else [columns[0][0], *(right for _, right in columns)]
    count = len(edges) - 1
    by_column: list[list[Segment]] = [[] for _ in range(count)]
    for line in body:
        for segment in line:
            by_column[min(max(column_of(edges, segment.middle), 0), count - 1)].append(segment)
    above = header_rows(lines, header, span, edges, height) if header >= 0 else HeaderRows(head=known)
    head, block = replace(above.head, white=known.white), lines[: above.first]
    first, second = _columns_of_rows(by_column, head, height)
    sums = {segment for line in body if _is_apart(line) for segment in line if column_of(edges, segment.middle) < first}
    start = max((s.bottom for line in lines[: span[1]] for s in line), default=body[0][0].top - height)
    rows_from, bands, limit, alone = _rows_of_body(by_column, first, second, sums, edges, head, start, height)
    first = rows_from[0]
    upper = [*block_bands(block, limit, height), *above.bands()]
    everything = upper + sorted([*bands, *map(row_span, alone)])
    rows = [grown_band(everything, index) for index in range(len(everything))]
    row_edges = [rows[0][0], *(end for _, end in rows)]
    begin = len(upper)
    cells = cells_above(block, above, edges, row_edges[: begin + 1], height)
    for column in range(first):
        cells += column_cells([s for s in by_column[column] if s in sums], column, edges, row_edges, begin)
    sum_rows = {cell.row for cell in cells if cell.row >= begin}
    cells += own_row_cells(alone, edges, row_edges, begin)
    barriers = {cell.row for cell in cells if cell.row >= begin}
    for column in rows_from:
        cells += column_cells(by_column[column], column, edges, row_edges, begin)
    white = limit if limit > 0 else TIGHT * height
    for column in second:
        allowed = [row for row in range(begin, len(row_edges)) if row not in sum_rows or row == begin]
        cells += level_cells(stacks(by_column[column], white), column, row_edges, allowed, centred=True)
    taken = {id(segment) for row in alone for block in row for segment in block}
    levels = [
        stacks([s for s in by_column[column] if s not in sums and id(s) not in taken], white) for column in range(first)
    ]
    body_begin = next(row for row in range(begin, len(row_edges)) if row not in sum_rows)
    cut = bool(previous) and sum(len(line) > 1 for line in block) < BLOCK_LINES
    rows_below = BodyRows(everything[body_begin:], row_edges, body_begin, frozenset(barriers), cut)
    cells += left_cells(levels, head, rows_below, cells)
    if head.words == known.words and _nearly(edges, previous):
        edges = list(previous)  # the same header on the next page: its columns are as wide there
    return AlignedTable(
        tuple(one_cell_a_place(cells)), tuple(edges), tuple(row_edges), replace(head, white=max(limit, 0.0))
    )


def _nearly(edges: Sequence[float], previous: Sequence[float]) -> bool:
    """Whether column edges found on two pages, each midway between the texts of its page, may be the same."""
    return len(edges) == len(previous) and all(abs(a - b) < MOVED_EDGE for a, b in zip(edges, previous, strict=True))


def _columns_of_rows(by_column: list[list[Segment]], head: Head, height: float) -> tuple[int, list[int]]:
    """The first column that prints in nearly every row, and columns right of it that hold levels of a second half."""
    counts = [len(stacks(segments, TIGHT * height)) for segments in by_column]
    if head.wide:
        return head.names[0], []
    last = min([*head.names[:1], len(by_column)])
    first = first_column_of_rows(by_column, counts, head.levels, min(last, counts.index(max(counts))))
    second = [
        column
        for column in sorted(head.levels)
        if column > first and stands_between(by_column[column], by_column[first])
    ]  # 二级指标 in the middle of their rows right of the first names: the second half of 实施期 ‖ 年度
    return first, second


def _rows_of_body(
    by_column: list[list[Segment]], first: int, second: list[int], sums: set[Segment], edges: list[float], head: Head,
    start: float, height: float,
) -> tuple[list[int], list[tuple[float, float]], float, list[list[list[Segment]]]]:  # fmt: skip
    """Columns that tell the rows, the rows' stretches of print, the white that parts rows, texts on rows of their own."""
    columns = [column for column in range(first, len(by_column)) if column not in second]
    found = print_bands([*(segment for column in columns for segment in by_column[column]), *sums], edges)
    limit = gap_limit(found, height)
    if limit <= 0 and head.white:
        limit = head.white
    bands = [(band[0], band[1]) for band in joined_bands(found, limit, height)]
    white = limit if limit > 0 else TIGHT * height
    left = {c: stacks([s for s in by_column[c] if s not in sums], white) for c in range(first)}
    levels = [column for column in left if column in head.levels]
    own_levels = rows_alone([left[column] for column in levels], bands, start, height)
    if is_outline([left[column] for column in levels], own_levels):
        bands = sorted([*bands, *map(row_span, own_levels)])
        columns = [*range(min(levels), first), *columns]
    projects = [left[column] for column in left if column not in head.levels and column < columns[0]]
    return columns, bands, limit, rows_alone(projects, bands, start, height)


def _is_apart(line: Line) -> bool:
    """Whether a line is a row of its own, whatever else it prints: it begins with 合计 or 总分, or numbers the columns."""
    texts = ["".join(glyph.text for glyph in segment.glyphs) for segment in line]
    return SUM.fullmatch(texts[0]) is not None or (
        len(texts) >= NUMBERED_COLUMNS and all(text.isdigit() and len(text) < 3 for text in texts)
    )
