"""Tables with the levels (一级, 二级, 三级) in columns: every row on its own, cells placed by content and printed position."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kpi.tables.exports.content import (
    cut_name_cost,
    cut_target_cost,
    ends_like_name,
    is_amount,
    is_leftover,
    name_cost,
    target_cost,
    target_likeness,
)
from kpi.tables.exports.levels import LEVELS, is_level, settle_levels
from kpi.tables.exports.parts import SHIFT_STEP, join_fragments
from kpi.tables.exports.rows import CUT, DRIFT, NOWHERE, GridRow, Placed, RawRow
from kpi.tables.exports.schema import FREE, SIDE, Schema
from kpi.tables.headers import is_level1, is_level2, is_total
from kpi.text import KEPT_TEXTS, fold

CUT_AT_PAGE = 1.0
CUT_INSIDE = 6.0
MISSING = {"name": 3.0, "target": 2.0}
"""Cost of a row without a cell that every indicator has."""
NEW_DRIFT = 1.5
SPLIT_WEIGHT = 4.0
"""How much more a printed position says where values are split over columns (四川, 云南): rows there are rarely full."""
TOGETHER = 3.0
"""Cost of two cells of one row being one broken cell."""

SIDE_LABELS = frozenset(
    {"绩效指标", "年度绩效指标", "指标", "绩效", "年度指标", "绩效目标", "项目绩效指标", "履职效能"}
)
"""Labels that run down the left edge of self-evaluation tables (central template, 河南)."""
_NUMBERS = frozenset({"weight", "score", "amount", "fund"})
_ORDINAL = re.compile(r"[（(]?(?:[\d.]{1,8}|[一二三四五六七八九十]{1,3}|[①-⑳])[)）]?[、.．]?")
"""序号: 1, 1.2, 一, （一）, ①."""
_COMPARATORS = frozenset(
    {
        "≥",
        "≤",
        "=",
        ">",
        "<",
        "＞",
        "＜",
        "定性",
        "定量",
        "正向",
        "反向",
        "定量指标",
        "定性指标",
        "正向指标",
        "反向指标",
        "≧",
        "≦",
        "文字描述",
        ">=",
        "<=",
    }
)


@lru_cache(maxsize=KEPT_TEXTS)
def cell_cost(text: str, role: str) -> float:
    """Cost of reading a text as a cell of a column with the role."""
    if is_leftover(text):
        return 0.0 if role == "name" else 6.0
    cost = _COSTS.get(role)
    if cost is not None:
        return cost(text)
    if target_likeness(text) >= 0.9:
        return 3.0 if not text[0].isdigit() else 1.5
    return 1.0 if role == FREE else 0.3


def _level1_cost(text: str) -> float:
    if is_level1(text):
        return -1.5 if is_level2(text) else -2.0
    return 5.0 if target_likeness(text) >= 0.9 else 2.0


def _level2_cost(text: str) -> float:
    if is_level2(text):
        return -1.5 if is_level1(text) else -2.0
    return 4.0 if target_likeness(text) >= 0.9 or len(text) < 2 else 1.0


def _number_cost(text: str) -> float:
    return 0.0 if is_amount(text) else 4.0


def _ordinal_cost(text: str) -> float:
    return 0.0 if _ORDINAL.fullmatch(text) else 4.0


def _comparator_cost(text: str) -> float:
    return 0.0 if fold(text) in _COMPARATORS else 3.0


def _unit_cost(text: str) -> float:
    if is_amount(text):
        return 3.0
    return 0.3 if len(text) <= 6 else 2.0


_COSTS: dict[str, Callable[[str], float]] = {
    "level1": _level1_cost,
    "level2": _level2_cost,
    SIDE: lambda text: -1.0 if fold(text) in SIDE_LABELS else 4.0,
    "name": lambda text: name_cost(text) + (2.0 if is_level1(text) and text.endswith("指标") else 0.0),
    "deviation": lambda text: 0.0 if is_amount(text.rstrip("%％")) or len(text) <= 2 else 2.0,
    "unit_of_measure": _unit_cost,
    **dict.fromkeys(("target", "actual", "half_target", "history", "grade_best", "grade_other"), target_cost),
    **dict.fromkeys(_NUMBERS, _number_cost),
    "number": _ordinal_cost,
    **dict.fromkeys(("comparator", "direction", "value_type"), _comparator_cost),
}
"""Role of a column → what a text costs there; other columns hold free text."""


def level_grid(rows: Sequence[RawRow], schema: Schema) -> list[GridRow]:
    """The rows with every cell in its proper column; rows and cells cut by a page's end rejoined."""
    names = {
        fold(text)
        for row in rows
        if not row.page_start
        for text in row.texts
        if ends_like_name(text) and not is_level(text)
    }
    grid: list[GridRow] = []
    for row in rows:
        placing = place_cells(row.cells, schema, names)
        current = GridRow(dict(placing.texts), {DRIFT} if placing.drifted else set(), row.page_start)
        if not (grid and _joined(grid, row, current, schema, names)):
            grid.append(current)
    return settle_levels(grid, schema)


@dataclass(frozen=True, slots=True)
class Placing:
    """Cells of one row by column."""

    cost: float
    texts: tuple[tuple[int, str], ...]
    drift: int
    drifted: bool


def place_cells(cells: Sequence[Placed], schema: Schema, known: Collection[str]) -> Placing:
    """The cheapest increasing placing of a row's cells in the columns."""
    roles = schema.roles()
    if any(is_total(cell.text) for cell in cells[:2]):
        return _as_printed(cells, len(roles))
    states: dict[int, Placing] = {-1: Placing(0.0, (), 0, drifted=False)}
    for cell in cells:
        following: dict[int, Placing] = {}
        for last, placing in states.items():
            for column in range(last + 1, len(roles)):
                _keep(following, column, _extend(placing, last, column, cell, schema))
            if last >= 0 and roles[last] in {"name", *LEVELS} and cell.position != NOWHERE:
                _keep(following, last, _together(placing, last, cell, roles, known))
        states = following
    if not states:
        return _as_printed(cells, len(roles))
    totals = [
        (placing.cost + _missing(last + 1, len(roles), roles) / _weight(schema), placing)
        for last, placing in states.items()
    ]
    return min(totals, key=lambda entry: entry[0])[1]


def _weight(schema: Schema) -> float:
    return SPLIT_WEIGHT if schema.split else 1.0


def _keep(states: dict[int, Placing], column: int, placing: Placing | None) -> None:
    if placing is not None and (column not in states or placing.cost < states[column].cost):
        states[column] = placing


def _extend(placing: Placing, last: int, column: int, cell: Placed, schema: Schema) -> Placing:
    roles, weight = schema.roles(), _weight(schema)
    cost = placing.cost + cell_cost(cell.text, roles[column]) + _missing(last + 1, column, roles) / weight
    drift, drifted = 0, placing.drifted
    if cell.position != NOWHERE:
        drift = column - cell.position
        before = placing.drift if placing.texts else 0
        cost += (NEW_DRIFT * weight if drift != before else 0.0) + SHIFT_STEP * abs(drift)
        drifted = drifted or drift != 0
    else:
        cost += 0.05 * (column - last - 1)
    return Placing(cost, (*placing.texts, (column, cell.text)), drift, drifted)


def _together(
    placing: Placing, last: int, cell: Placed, roles: tuple[str, ...], known: Collection[str]
) -> Placing | None:
    head = placing.texts[-1][1]
    if target_likeness(cell.text) >= 0.8 or target_likeness(head) >= 0.9:
        return None
    joined = join_fragments(head, cell.text, known)
    cost = placing.cost + TOGETHER - cell_cost(head, roles[last]) + cell_cost(joined, roles[last])
    return Placing(cost, (*placing.texts[:-1], (last, joined)), placing.drift, drifted=True)


def _missing(start: int, stop: int, roles: tuple[str, ...]) -> float:
    return sum(MISSING.get(role, 0.0) for role in roles[start:stop])


def _as_printed(cells: Sequence[Placed], width: int) -> Placing:
    texts: dict[int, str] = {}
    for number, cell in enumerate(cells):
        column = min(cell.position if cell.position != NOWHERE else number, max(width - 1, 0))
        texts[column] = texts.get(column, "") + cell.text
    return Placing(0.0, tuple(sorted(texts.items())), 0, drifted=False)


def _joined(grid: list[GridRow], row: RawRow, current: GridRow, schema: Schema, names: Collection[str]) -> bool:
    """Join a row that continues the row above to it; False when it is a row of its own."""
    above = grid[-1]
    if not current.texts or not above.texts or any(is_total(text) for text in current.texts.values()):
        return False
    if schema.split and any(is_level(text) for text in current.texts.values()):
        return False
    readings = [(NEW_DRIFT if DRIFT in current.warnings else 0.0, current.texts)]
    if row.page_start and all(0 <= cell.position < len(schema.columns) for cell in row.cells):
        readings.append((0.0, {cell.position: cell.text for cell in row.cells}))
    cost, texts = min(
        ((price + _cut_cost(above.texts, texts, schema, names), texts) for price, texts in readings),
        key=lambda entry: entry[0],
    )
    if cost + (CUT_AT_PAGE if row.page_start else CUT_INSIDE) >= 0.0:
        return False
    for column, text in texts.items():
        above.append(column, text)
    above.warnings.add(CUT)
    return True


def _cut_cost(above: dict[int, str], below: dict[int, str], schema: Schema, names: Collection[str]) -> float:
    """Cost (below 0: a gain) of reading a row as the rest of the row above."""
    cost = 0.0
    roles = schema.roles()
    if not any(roles[column] in {"name", "target"} for column in below):
        cost -= 4.0
    for column, role in enumerate(roles):
        head, tail = above.get(column, ""), below.get(column, "")
        if role == "name":
            cost += cut_name_cost(head, tail, names) if tail else 0.0
        elif role == "target":
            cost += cut_target_cost(head, tail, ()) if tail or head else 0.0
        elif tail and role in LEVELS:
            cost += (
                0.3 if not head and is_level(tail) else -2.0 if is_level(head + tail) and not is_level(tail) else 6.0
            )
        elif tail and (role in _NUMBERS or role == "deviation"):
            cost += 8.0
        elif tail and role != SIDE:
            cost += 3.0 if not head else 2.0 if head.endswith("。") else -1.5
    return cost
