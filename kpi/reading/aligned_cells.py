"""Cells of a table without ruling lines: texts of columns, levels over several rows, what stands above the header."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from kpi.reading.aligned_spans import best_spans, misfits
from kpi.reading.segments import AlignedCell, Line, Segment, column_of, segment_glyphs


def upper_cells(
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
            first = min(max(column_of(edges, min(s.x0 for s in stack) + 0.2 * height), 0), count - 1)
            last = min(max(column_of(edges, max(s.x1 for s in stack) - 0.2 * height), first), count - 1)
            glyphs = tuple(glyph for segment in stack for glyph in segment.glyphs)
            cells.append(AlignedCell(first_row + row, first, 1, last - first + 1, glyphs))
    return cells


def column_cells(
    segments: list[Segment], column: int, edges: list[float], row_edges: list[float], first_row: int
) -> list[AlignedCell]:
    """Cells of a column that prints in nearly every row."""
    groups: dict[int, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(level_row([segment], row_edges, first_row), []).append(segment)
    cells = []
    for row, block in groups.items():
        right = max(segment.x1 for segment in block)
        across = max(1, min(column_of(edges, right - 1), len(edges) - 2) - column + 1)
        cells.append(AlignedCell(row, column, 1, across, segment_glyphs(block)))
    return cells


def level_cells(
    blocks: list[list[Segment]], column: int, row_edges: list[float], allowed: list[int], *, centred: bool,
    beside: Sequence[AlignedCell] = (), breaks: Callable[[int, int], float] = lambda *_: 0.0, cut: bool = True,
) -> list[AlignedCell]:  # fmt: skip
    """Cells of a column of levels, codes or names; `centred`: they stand in the middle of rows between `allowed` edges.

    Args:
        blocks: texts of the column.
        column: its number.
        row_edges: edges of all rows.
        allowed: numbers of the edges where a level may begin and end.
        centred: whether the places of the texts say that they stand in the middle of their rows.
        beside: the column to the right; where places fit both readings, the one that agrees with its texts is taken.
        breaks: how often rows from one to before another begin a project anew.
        cut: whether the rows at the top may go on from the page before.
    """
    texts = [_text(block) for block in blocks]
    words = {cell.row: cell.text.replace("\n", "") for cell in beside}
    wrong = [{row for row, word in words.items() if misfits(text, word)} for text in texts]
    printed = [(row, row + 1) for row in (level_row(block, row_edges, allowed[0]) for block in blocks)]
    spans = printed
    if blocks and (centred or beside):
        middles = [(min(s.top for s in block) + max(s.bottom for s in block)) / 2 for block in blocks]
        middle = best_spans(middles, row_edges, allowed, lambda *_: 0.0, breaks, strict=True, cut=cut)
        if middle is None and centred:
            middle = best_spans(
                middles, row_edges, allowed, lambda number, row: row in wrong[number], breaks, strict=False, cut=cut
            )
        carried = [(start, end) for (start, _), end in zip(printed, [*(s for s, _ in printed[1:]), 10**6], strict=True)]
        if middle is not None and (centred or _disagreements(wrong, middle) < _disagreements(wrong, carried)):
            spans = middle
    return [
        AlignedCell(start, column, stop - start, 1, segment_glyphs(block))
        for block, (start, stop) in zip(blocks, spans, strict=True)
    ]


def _disagreements(wrong: Sequence[Collection[int]], spans: Sequence[tuple[int, int]]) -> int:
    """How many texts of the column to the right stand beside a level that they cannot belong to."""
    return sum(start <= row < stop for rows, (start, stop) in zip(wrong, spans, strict=True) for row in rows)


def level_row(block: list[Segment], row_edges: list[float], first_row: int) -> int:
    """Row in which the first line of a text stands."""
    middle = (block[0].top + block[0].bottom) / 2
    return min(max(bisect_right(row_edges, middle) - 1, first_row), len(row_edges) - 2)


def off_rows(block: list[Segment], bands: list[tuple[float, float]]) -> bool:
    """Whether a level's text begins with no row and is in the middle of none: the sign that it is centred over several."""
    tall = 0.35 * (block[0].bottom - block[0].top)
    middle = (block[0].top + block[-1].bottom) / 2
    return not any(abs(block[0].top - top) < tall or abs(middle - (top + bottom) / 2) < tall for top, bottom in bands)


def centred_columns(levels: list[list[list[Segment]]], bands: list[tuple[float, float]]) -> list[bool]:
    """For each column of levels whether its texts stand in the middle of their rows, not beside the first of them.

    A level beside its first row begins where the level to its right begins a text; one in the middle seldom does.
    """
    apart = []
    for left, right in pairwise(levels):
        apart.append(bool(right) and not all(any(_level_with(block, other) for other in right) for block in left))
    if levels:
        drawn_in = any(apart[column] for column in range(len(apart)) if len(levels[column]) > 1)
        apart.append(drawn_in or any(off_rows(block, bands) for block in levels[-1]))
    for column in reversed(range(len(apart) - 1)):
        # code, name and money of a project stand level with its goal, and in the middle of its rows if that does
        apart[column] = apart[column] or (apart[column + 1] and len(levels[column]) == len(levels[column + 1]))
    return apart


def _level_with(block: list[Segment], other: list[Segment]) -> bool:
    """Whether two texts stand side by side: their tops or, where one is broken over lines, their middles."""
    middles = [(texts[0].top + texts[-1].bottom) / 2 for texts in (block, other)]
    return abs(block[0].top - other[0].top) < 2 or abs(middles[0] - middles[1]) < 2


def _text(block: list[Segment]) -> str:
    return "".join(glyph.text for glyph in segment_glyphs(block))


def one_cell_a_place(cells: list[AlignedCell]) -> list[AlignedCell]:
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
