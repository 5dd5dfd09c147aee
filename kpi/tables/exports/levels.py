"""Merged level cells (一级, 二级) that a page's end cuts: their text lands on either side of it, or on both."""

from __future__ import annotations

import re

from kpi.tables.exports.rows import CUT, GridRow
from kpi.tables.exports.schema import Schema
from kpi.tables.headers import is_level1, is_level2, is_total

LEVELS = ("level1", "level2")
OUTLINE_SHARE = 0.2
"""Share of rows with nothing but levels from which on the levels are rows on purpose (云南 05-2)."""

# Words of a 二级指标 → words of the 一级指标 that it can stand under. Central templates of 2015 and 2021, 整体 templates of
# 河南 (重点工作任务完成, 履职目标实现, 履职效益) and 河北 (成本 under 产出).
_UNDER: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(second), re.compile(first))
    for second, first in (
        ("数量|质量|时效|重点工作|履职目标", "产出"),
        ("成本", "成本|产出"),
        ("效益|可持续|影响", "效益|效果|影响"),
        ("满意", "满意|效益|效果"),
        ("工作目标|预算|财务|绩效管理|资金管理|资产管理", "投入|管理|过程|决策"),
    )
)


def settle_levels(grid: list[GridRow], schema: Schema) -> list[GridRow]:
    """Put every level text on the first row of its indicators; rows that held only the rest of a level vanish."""
    columns = {role: column for column, role in enumerate(schema.roles()) if role in LEVELS}
    alone = sum(set(row.texts) <= set(columns.values()) for row in grid)
    if alone > OUTLINE_SHARE * len(grid):
        return grid
    totals = [row for row in grid if any(map(is_total, row.texts.values()))]
    mended = _mend(grid, columns, totals)
    data = [row for row in mended if row not in totals]
    if "level2" in columns and any(columns["level2"] in row.texts for row in data):
        _raise_second(data, columns)
    if "level1" in columns:
        _raise_first(data, columns)
    return mended


def is_level(text: str) -> bool:
    """Whether the text is a known 一级 or 二级指标."""
    return is_level1(text) or is_level2(text)


def fits_under(second: str, first: str) -> bool:
    """Whether a 二级指标 can stand under a 一级指标, as far as known."""
    return all(above.search(first) for below, above in _UNDER if below.search(second)) or not first


def _mend(grid: list[GridRow], columns: dict[str, int], totals: list[GridRow]) -> list[GridRow]:
    """Join the rest of a cut level to its head: 履职目标实 + 现, 投入管理 + 指标."""
    last: dict[int, GridRow] = {}
    mended: list[GridRow] = []
    for row in grid:
        for column in columns.values():
            text = row.texts.get(column, "")
            if not text or row in totals:
                continue
            head = next(
                (c for c in (column, *columns.values()) if c in last and _cut(last[c].texts.get(c, ""), text)), None
            )
            if head is None:
                last[column] = row
                continue
            last[head].append(head, text)
            last[head].warnings.add(CUT)
            del row.texts[column]
        if row.texts:
            mended.append(row)
    return mended


def _cut(head: str, tail: str) -> bool:
    return bool(head) and is_level(head + tail) and not is_level(tail) and not is_level(head)


def _raise_second(grid: list[GridRow], columns: dict[str, int]) -> None:
    """A 二级 that is printed below the first row of its 一级 belongs to that row: every 一级 begins with a 二级."""
    first, second = columns.get("level1", -1), columns["level2"]
    opened: GridRow | None = grid[0] if grid else None
    for row in grid:
        if row.texts.get(first):
            opened = row
        if row.texts.get(second):
            if opened is not None and opened is not row and row.page_start:
                _move(row, opened, second)
            opened = None


def _raise_first(grid: list[GridRow], columns: dict[str, int]) -> None:
    """A 一级 that is printed on the page after its first rows goes up to them."""
    first, second = columns["level1"], columns.get("level2", -1)
    starts: list[GridRow] = []
    """Rows since the last 一级 on which a 二级 begins."""
    current = ""
    for row in grid:
        text = row.texts.get(first, "")
        if text and not current:
            if row is not grid[0]:
                _move(row, grid[0], first)
            current, starts = text, []
        elif text:
            if row.page_start and starts and len(row.texts) > len(columns):
                misfits = [start for start in starts if not fits_under(start.texts[second], current)]
                open_level = not row.texts.get(second)
                if misfits and fits_under(misfits[0].texts[second], text):
                    _move(row, misfits[0], first)
                elif open_level:
                    _move(row, starts[-1], first)
            current, starts = text, []
        elif row.texts.get(second):
            starts.append(row)


def _move(row: GridRow, target: GridRow, column: int) -> None:
    target.texts[column] = row.texts.pop(column)
    target.warnings.add(CUT)
