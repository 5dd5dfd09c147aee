"""What cities change about any table: levels not merged, additional columns, spaced header words, names of forms above.

Each is a transformation of a finished grid; the gold stays as it is.
"""

from __future__ import annotations

import random
from dataclasses import replace

from tests.generator.blocks import Block, Cell, Grid

LONG_TEXT = 60
"""Letters: nobody puts a longer text into the first of several unmerged rows."""
FORM_NAMES = ["公开{n}表", "预算公开{n}表", "表{n}", "附件{n}", "附表{n}：", "部门公开表{n}"]


def unmerged(grid: Grid, mode: str) -> None:
    """Take vertical merges of the data rows apart: `blank` leaves the lower cells empty, `repeat` prints the text again.

    Seen in workbooks and in Word tables that were filled by programs. Tables with long merged texts (goals) keep them.
    """
    first = grid.header_start + grid.header_rows
    merged = [cell for cell in grid.cells if cell.row >= first and cell.row_span > 1 and not cell.vertical]
    if any(len(cell.text) > LONG_TEXT for cell in merged):
        return
    cells = [cell for cell in grid.cells if cell not in merged]
    for cell in merged:
        cells.append(replace(cell, row_span=1))
        below = replace(cell, row_span=1, text=cell.text if mode == "repeat" else "")
        cells += [replace(below, row=row) for row in range(cell.row + 1, cell.row + cell.row_span)]
    grid.cells = sorted(cells, key=lambda cell: (cell.row, cell.column))
    grid.check()


def spaced_header(grid: Grid) -> None:
    """Short header words with a space between the letters: 三 级 指 标, 指 标 值."""
    rows = range(grid.header_start, grid.header_start + grid.header_rows)
    longest = 5  # letters; longer words are never spaced
    grid.cells = [
        replace(cell, text=" ".join(cell.text))
        if cell.row in rows and cell.text.isalpha() and len(cell.text) <= longest
        else cell
        for cell in grid.cells
    ]


def with_serial_column(grid: Grid) -> None:
    """序号 before all columns: counts the projects, merged over their rows as the codes are; nothing beside units."""
    cells = [replace(cell, column=cell.column + 1) for cell in grid.cells]
    cells.append(Cell(0, 0, "序号", row_span=grid.header_rows))
    number = 0
    for cell in grid.cells:
        if cell.column == 0 and cell.row >= grid.header_rows:
            project = len(cell.text) > 12
            number += int(project)
            cells.append(Cell(cell.row, 0, str(number) if project else "", row_span=cell.row_span))
    shift_columns(grid, 1, 0.6)
    grid.cells = sorted(cells, key=lambda cell: (cell.row, cell.column))
    grid.check()


def with_remark_column(grid: Grid) -> None:
    """An empty 备注 after all columns."""
    grid.widths.append(0.8)
    grid.cells.append(Cell(0, len(grid.widths) - 1, "备注", row_span=grid.header_rows))
    grid.fill()


def with_goal_column(grid: Grid, goals: dict[str, str]) -> None:
    """年度绩效目标 between the amounts and the groups, merged over a project's rows; `goals` by project code."""
    place = min(grid.groups)
    cells = [replace(cell, column=cell.column + 1) if cell.column >= place else cell for cell in grid.cells]
    cells.append(Cell(0, place, "年度绩效目标", row_span=grid.header_rows))
    cells += [
        Cell(cell.row, place, goals.get(cell.text, ""), row_span=cell.row_span, align="left")
        for cell in grid.cells
        if cell.column == 0 and cell.row >= grid.header_rows
    ]
    grid.widths.insert(place, 2.4)
    grid.groups = {column + 1: width for column, width in grid.groups.items()}
    grid.cells = sorted(cells, key=lambda cell: (cell.row, cell.column))
    grid.check()


def shift_columns(grid: Grid, by: int, width: float) -> None:
    """Room for columns at the left; the places that noise needs move along."""
    for _ in range(by):
        grid.widths.insert(0, width)
    grid.groups = {column + by: size for column, size in grid.groups.items()}
    grid.amount_columns = tuple(column + by for column in grid.amount_columns)


def vary(rng: random.Random, blocks: list[Block], goals: dict[str, str]) -> None:
    """Change the 绩效 tables of a document in place; all of one document in the same way."""
    grids = [block for block in blocks if isinstance(block, Grid)]
    manner = rng.choice([""] * 6 + ["blank", "blank", "repeat"])
    spaced, named = rng.random() < 0.1, rng.random() < 0.3
    extra = rng.choice([""] * 6 + ["serial", "remark", "goal"])
    form = rng.choice(FORM_NAMES)
    for number, grid in enumerate(grids, start=12):
        if grid.groups and extra == "serial":
            with_serial_column(grid)
        elif grid.groups and extra == "remark":
            with_remark_column(grid)
        elif grid.groups and extra == "goal":
            with_goal_column(grid, goals)
        if manner == "blank" or (manner == "repeat" and not grid.groups):
            unmerged(grid, manner)
        if spaced:
            spaced_header(grid)
        if named:
            grid.lines_above = [form.format(n=number), *grid.lines_above]
