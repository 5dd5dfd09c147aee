"""Ruling lines → cells: merged cells, gaps, double and dashed lines, tables cut by a page end."""

from __future__ import annotations

import pytest

from kpi.reading.geometry import Ruling
from kpi.reading.grid import Grid, GridCell, rulings_to_grids


def level(y: float, x0: float, x1: float) -> Ruling:
    return Ruling(x0, y, x1, y)


def upright(x: float, top: float, bottom: float) -> Ruling:
    return Ruling(x, top, x, bottom)


def net(columns: tuple[float, ...] = (0, 50, 100), rows: tuple[float, ...] = (0, 20, 40)) -> list[Ruling]:
    return [level(y, columns[0], columns[-1]) for y in rows] + [upright(x, rows[0], rows[-1]) for x in columns]


def one(rulings: list[Ruling]) -> Grid:
    (grid,) = rulings_to_grids(rulings)
    return grid


WHOLE = tuple(GridCell(row, column, 1, 1) for row in (0, 1) for column in (0, 1))


def test_plain_net() -> None:
    grid = one(net())
    assert grid.cells == WHOLE
    assert (grid.column_edges, grid.row_edges) == ((0, 50, 100), (0, 20, 40))
    assert grid.open_top == grid.open_bottom == ()
    assert [grid.cell_at(x, y) for x, y in ((10, 10), (60, 10), (10, 30), (60, 30), (101, 10), (10, -1))] == [
        0,
        1,
        2,
        3,
        -1,
        -1,
    ]


def test_merged_cells_over_rows_and_columns() -> None:
    rulings = [
        level(0, 0, 150), level(60, 0, 150), upright(0, 0, 60), upright(150, 0, 60),
        level(20, 50, 150), level(40, 50, 150), upright(50, 0, 60), upright(100, 20, 60),
    ]  # fmt: skip
    assert one(rulings).cells == (
        GridCell(0, 0, 3, 1), GridCell(0, 1, 1, 2), GridCell(1, 1, 1, 1), GridCell(1, 2, 1, 1),
        GridCell(2, 1, 1, 1), GridCell(2, 2, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    "rulings",
    [
        pytest.param([*net(), level(1.2, 0, 100), upright(51.5, 0, 40)], id="double lines"),
        pytest.param([*net((0, 100)), *(upright(50, y, y + 2) for y in range(0, 40, 4))], id="dashed line"),
        pytest.param([*net((0, 100)), *(upright(50, y, y + 1) for y in range(0, 40, 5))], id="dotted line"),
        pytest.param([*net((0, 100)), upright(50, 2, 18), upright(50, 22.5, 38)], id="lines that end before the corners"),
        pytest.param([*net((0, 100)), upright(50, 0, 20), upright(50.9, 20, 40)], id="pieces a little apart"),
        pytest.param(
            [Ruling(*box) for x in (0, 50) for y in (0, 20)
             for box in ((x, y, x + 50, y), (x, y + 20, x + 50, y + 20), (x, y, x, y + 20), (x + 50, y, x + 50, y + 20))],
            id="each cell a box of its own",
        ),
        pytest.param([*net(), level(10, 60, 63), upright(70, 5, 8)], id="specks"),
    ],
)  # fmt: skip
def test_the_same_net_drawn_in_other_ways(rulings: list[Ruling]) -> None:
    assert one(rulings).cells == WHOLE


def test_a_line_with_a_hole_parts_no_cells_wrongly_and_loses_none() -> None:
    # half of the line between the two lower cells is missing
    rulings = [*net((0, 100)), upright(50, 0, 20), upright(50, 20, 26)]
    assert one(rulings).cells == (GridCell(0, 0, 1, 1), GridCell(0, 1, 1, 1), GridCell(1, 0, 1, 2))


def test_a_missing_line_inside_a_corner_makes_rectangles() -> None:
    # the upper right cell runs into the lower right and that into the lower left: three fields in an L
    rulings = [
        level(0, 0, 100),
        level(40, 0, 100),
        upright(0, 0, 40),
        upright(100, 0, 40),
        level(20, 0, 50),
        upright(50, 0, 20),
    ]
    assert one(rulings).cells == (GridCell(0, 0, 1, 1), GridCell(0, 1, 2, 1), GridCell(1, 0, 1, 1))


def test_a_table_without_side_lines_keeps_its_outer_columns() -> None:
    rulings = [level(y, 0, 150) for y in (0, 20, 40)] + [upright(50, 0, 40), upright(100, 0, 40)]
    grid = one(rulings)
    assert grid.column_edges == (0, 50, 100, 150)
    assert len(grid.cells) == 6


def test_a_piece_cut_without_a_closing_line_is_open_below() -> None:
    rulings = [level(y, 0, 100) for y in (0, 20)] + [upright(x, 0, 38) for x in (0, 50, 100)]
    grid = one(rulings)
    assert grid.cells == WHOLE
    assert (grid.open_top, grid.open_bottom) == ((), (0, 1))


def test_a_piece_that_begins_without_a_line_is_open_above() -> None:
    rulings = [level(y, 0, 100) for y in (20, 40)] + [upright(x, 0, 40) for x in (0, 50, 100)]
    assert one(rulings).open_top == (0, 1)


def test_only_the_merged_column_is_open() -> None:
    # a merged project cell without a line where the page cuts it, indicator cells closed
    rulings = [level(0, 0, 100), level(20, 50, 100), level(40, 50, 100), *(upright(x, 0, 40) for x in (0, 50, 100))]
    grid = one(rulings)
    assert grid.cells == (GridCell(0, 0, 2, 1), GridCell(0, 1, 1, 1), GridCell(1, 1, 1, 1))
    assert grid.open_bottom == (0,)


def test_a_notch_at_a_corner_is_no_cell() -> None:
    # the header's first column is missing: the title stands there
    rulings = [
        level(0, 50, 100), level(20, 0, 100), level(40, 0, 100), upright(0, 20, 40), upright(50, 0, 40), upright(100, 0, 40),
    ]  # fmt: skip
    grid = one(rulings)
    assert grid.cells == (GridCell(0, 1, 1, 1), GridCell(1, 0, 1, 1), GridCell(1, 1, 1, 1))
    assert grid.cell_at(10, 10) == -1


def test_tables_apart_stay_apart_and_frames_are_none() -> None:
    below = [Ruling(x0, top + 60, x1, bottom + 60) for x0, top, x1, bottom in net()]
    frame = net((-20, 200), (-20, 300))
    grids = rulings_to_grids([*below, *net(), *frame, level(150, 0, 100)])
    assert [grid.row_edges for grid in grids] == [(0, 20, 40), (60, 80, 100)]


def test_nothing_from_nothing() -> None:
    assert rulings_to_grids([]) == []
    assert rulings_to_grids([level(0, 0, 100), level(20, 0, 100)]) == []
