"""Ruling lines → grids of cells. One table of walls for every source of lines: PDF paths and lines seen in a picture.

A grid is the net of all its line positions; two neighbouring fields of the net are one cell unless a line runs between
them. So a merged cell needs no rule of its own, a short gap in a line loses no cell, and a table that a page end cuts
without a closing line keeps its last row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kpi.reading.geometry import Ruling

SNAP = 2.0
"""Points. Lines closer together than this are one border (double lines, borders drawn by both neighbours)."""
JOIN = 5.0
"""Points. A gap of this length in a line is bridged: dashes, corners that Word leaves out."""
TOUCH = 3.0
"""Points by which a line may miss the line it ends on."""
SHORTEST_LINE = 4.0
"""Points. What is shorter after joining is no border: an underlined character is 10 points wide, a row 8 high."""
WALL_SHARE = 0.5
"""Share of a field's side that a line must cover to part it from its neighbour."""
MOST_CROSSINGS, MOST_FIELDS = 4_000_000, 100_000
"""Pairs of lines, and fields of a net: pages of tables have under 50,000 and 5,000, hatchings and maps millions. Beyond, the
lines are no table."""
OVERHANG = 5.0
"""Points by which at least two lines must stick out beyond the last crossing line to make a row or column there."""


class Rule(NamedTuple):
    """A merged line: its position across, and where it starts and ends."""

    at: float
    start: float
    end: float


class GridCell(NamedTuple):
    """A cell of a grid: anchor, spans (both in fields of the net)."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A net of lines and its cells, in the coordinates of its lines."""

    column_edges: tuple[float, ...]
    row_edges: tuple[float, ...]
    cells: tuple[GridCell, ...]
    owners: tuple[tuple[int, ...], ...]
    """For each row and column of the net: the index of the cell in `cells`, -1 where there is none."""
    open_top: tuple[int, ...] = ()
    open_bottom: tuple[int, ...] = ()

    def cell_at(self, x: float, y: float) -> int:
        """Index of the cell at a point, -1 outside."""
        column, row = bisect_right(self.column_edges, x) - 1, bisect_right(self.row_edges, y) - 1
        if 0 <= column < len(self.column_edges) - 1 and 0 <= row < len(self.row_edges) - 1:
            return self.owners[row][column]
        return -1

    def cell_box(self, cell: GridCell) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a cell."""
        return (
            self.column_edges[cell.column],
            self.row_edges[cell.row],
            self.column_edges[cell.column + cell.column_span],
            self.row_edges[cell.row + cell.row_span],
        )


def rulings_to_grids(rulings: Iterable[Ruling]) -> list[Grid]:
    """All grids of a page with two or more cells, from top to bottom, left to right."""
    level, upright = [], []
    for x0, top, x1, bottom in rulings:
        if x1 - x0 >= bottom - top:
            level.append(Rule(top, x0, x1))
        else:
            upright.append(Rule(x0, top, bottom))
    grids: list[Grid] = []
    level, upright = _merge(level), _merge(upright)
    if len(level) * len(upright) > MOST_CROSSINGS:
        return grids
    for group_level, group_upright in _touching(level, upright):
        grid = _rules_to_grid(group_level, group_upright)
        if grid is not None and len(grid.cells) > 1:
            grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.row_edges[0], grid.column_edges[0]))


# --- lines -------------------------------------------------------------------------------------------------------------


def _merge(rules: list[Rule]) -> list[Rule]:
    """Snap lines that lie together onto one position, join their pieces, drop what stays short."""
    merged: list[Rule] = []
    for group in _groups(sorted(rules)):
        weight = sum(rule.end - rule.start for rule in group)
        at = sum(rule.at * (rule.end - rule.start) for rule in group) / weight if weight else group[0].at
        pieces: list[Rule] = []
        for _, start, end in sorted(group, key=lambda rule: rule.start):
            if pieces and start <= pieces[-1].end + JOIN:
                if end > pieces[-1].end:
                    pieces[-1] = pieces[-1]._replace(end=end)
            else:
                pieces.append(Rule(at, start, end))
        merged.extend(piece for piece in pieces if piece.end - piece.start >= SHORTEST_LINE)
    return merged


def _groups(rules: Sequence[Rule]) -> Iterable[list[Rule]]:
    """Lines sorted by position, in groups of which each lies within `SNAP` of the one before."""
    group: list[Rule] = []
    for rule in rules:
        if group and rule.at - group[-1].at > SNAP:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _touching(level: list[Rule], upright: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines that touch each other directly or through others, as (level, upright) pairs."""
    parents = list(range(len(level) + len(upright)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for number, (x, top, bottom) in enumerate(upright, start=len(level)):
        for index, (y, left, right) in enumerate(level):
            if left - TOUCH <= x <= right + TOUCH and top - TOUCH <= y <= bottom + TOUCH:
                parents[root(number)] = root(index)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index, rule in enumerate(level):
        groups.setdefault(root(index), ([], []))[0].append(rule)
    for number, rule in enumerate(upright, start=len(level)):
        groups.setdefault(root(number), ([], []))[1].append(rule)
    return [pair for pair in groups.values() if pair[0] and pair[1]]


# --- cells -------------------------------------------------------------------------------------------------------------


def _rules_to_grid(level: list[Rule], upright: list[Rule]) -> Grid | None:
    columns = _with_overhang(sorted({rule.at for rule in upright}), level)
    rows = _with_overhang(sorted({rule.at for rule in level}), upright)
    if len(columns) < 2 or len(rows) < 2 or len(columns) * len(rows) > MOST_FIELDS:
        return None
    # walls[line][field]: whether the line parts the fields on its two sides there
    upright_walls = _walls(columns, rows, upright)
    level_walls = _walls(rows, columns, level)
    cells = [
        piece
        for region in _regions(len(rows) - 1, len(columns) - 1, level_walls, upright_walls)
        for piece in _rectangles(region)
    ]
    cells = sorted(cell for cell in cells if _exists(cell, level_walls, upright_walls))
    owners = [[-1] * (len(columns) - 1) for _ in range(len(rows) - 1)]
    for index, cell in enumerate(cells):
        for row in range(cell.row, cell.row + cell.row_span):
            owners[row][cell.column : cell.column + cell.column_span] = [index] * cell.column_span
    return Grid(
        tuple(columns), tuple(rows), tuple(cells), tuple(map(tuple, owners)),
        tuple(c for c, index in enumerate(owners[0]) if index >= 0 and not level_walls[0][c]),
        tuple(c for c, index in enumerate(owners[-1]) if index >= 0 and not level_walls[-1][c]),
    )  # fmt: skip


def _with_overhang(edges: list[float], across: list[Rule]) -> list[float]:
    """Add an outer edge where at least two lines stick out together beyond the last line that crosses them.

    Tables without side lines (三线表) and pieces that a page end cuts without a closing line end like this.
    """
    first, last = edges[0], edges[-1]
    starts = sorted(rule.start for rule in across if rule.start < first - OVERHANG)
    ends = sorted((rule.end for rule in across if rule.end > last + OVERHANG), reverse=True)
    if len(starts) > 1 and starts[1] - starts[0] <= OVERHANG:
        edges = [starts[0], *edges]
    if len(ends) > 1 and ends[0] - ends[1] <= OVERHANG:
        edges = [*edges, ends[0]]
    return edges


def _walls(positions: list[float], fields: list[float], rules: list[Rule]) -> list[list[bool]]:
    places = {at: number for number, at in enumerate(positions)}
    covered = [[0.0] * (len(fields) - 1) for _ in positions]
    for at, start, end in rules:
        line = covered[places[at]]
        for index in range(max(0, bisect_right(fields, start) - 1), len(line)):
            low, high = fields[index], fields[index + 1]
            if low >= end:
                break
            line[index] += min(end, high) - max(start, low)
    return [
        [length >= WALL_SHARE * (fields[index + 1] - fields[index]) for index, length in enumerate(line)]
        for line in covered
    ]


def _regions(
    row_count: int, column_count: int, level_walls: list[list[bool]], upright_walls: list[list[bool]]
) -> Iterable[set[tuple[int, int]]]:
    """Fields of the net that no line parts."""
    seen: set[tuple[int, int]] = set()
    for start in ((row, column) for row in range(row_count) for column in range(column_count)):
        if start in seen:
            continue
        region, todo = {start}, [start]
        while todo:
            row, column = todo.pop()
            neighbours = (
                (row - 1, column, row > 0 and not level_walls[row][column]),
                (row + 1, column, row + 1 < row_count and not level_walls[row + 1][column]),
                (row, column - 1, column > 0 and not upright_walls[column][row]),
                (row, column + 1, column + 1 < column_count and not upright_walls[column + 1][row]),
            )
            for next_row, next_column, joined in neighbours:
                if joined and (next_row, next_column) not in region:
                    region.add((next_row, next_column))
                    todo.append((next_row, next_column))
        seen |= region
        yield region


def _rectangles(region: set[tuple[int, int]]) -> Iterable[GridCell]:
    """A region as rectangles: one, unless a line is missing somewhere."""
    left = set(region)
    for row, column in sorted(region):
        if (row, column) not in left:
            continue
        column_span = 1
        while (row, column + column_span) in left:
            column_span += 1
        row_span = 1
        while all((row + row_span, c) in left for c in range(column, column + column_span)):
            row_span += 1
        left -= {(r, c) for r in range(row, row + row_span) for c in range(column, column + column_span)}
        yield GridCell(row, column, row_span, column_span)


def _exists(cell: GridCell, level_walls: list[list[bool]], upright_walls: list[list[bool]]) -> bool:
    """Whether a rectangle at the rim is a cell: open on two adjoining sides it is the outside (a notch)."""
    last_row, last_column = len(level_walls) - 1, len(upright_walls) - 1
    rows = range(cell.row, cell.row + cell.row_span)
    columns = range(cell.column, cell.column + cell.column_span)

    def is_open(walls: list[list[bool]], line: int, fields: range) -> bool:
        return any(walls[line]) and not any(walls[line][field] for field in fields)

    left = cell.column == 0 and is_open(upright_walls, 0, rows)
    right = columns.stop == last_column and is_open(upright_walls, last_column, rows)
    top = cell.row == 0 and is_open(level_walls, 0, columns)
    bottom = rows.stop == last_row and is_open(level_walls, last_row, columns)
    return not ((left or right) and (top or bottom))
