"""Tables that print indicators across (横排): 产出指标 and 数量指标 over columns, a project or a county a row.

Under the levels stands either the indicator's name, and the cells hold its values (区域绩效目标分解表), or nothing, and each
cell holds name and value in one (硬化产业路≥3.2公里, 衔接资金项目表).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from kpi.tables import headers
from kpi.tables.bands import Band, Layout
from kpi.tables.grid import GridRow, collapsed
from kpi.tables.header_paths import column_groups, header_paths
from kpi.text import squeeze

CROSSWISE = "crosswise"
"""Id of the layout."""
MOST_ROWS = 4
"""Rows of a header: 一级, 二级, 三级 and a row of units."""
FEWEST_COLUMNS = 3
"""Columns with indicators; with fewer the words may be those of some other table."""

_REGIONS = frozenset({
    "地区", "地市", "市县", "区县", "县区", "县市区", "市县区", "市州", "州市", "盟市", "旗县", "旗县区", "设区市", "市地", "市", "县", "省份", "乡镇", "乡镇街道",
    "县市", "地州市", "区域", "地区名称", "市县名称",
})  # fmt: skip
"""Where money is shared out over places, a column names them as others name units (各省资金分配表)."""


def crosswise_header(rows: Sequence[GridRow], start: int) -> Layout | None:
    """The layout of a header with levels across that begins in `rows[start]`, or None."""
    first = next((c for c, slot in enumerate(rows[start].slots) if headers.group_of(slot.text)), 0)
    if not first:
        return None
    below = takewhile(lambda row: row.filled() and not any(row.texts()[:first]), rows[start + 1 : start + MOST_ROWS])
    height = 1 + sum(1 for _ in below)
    groups = column_groups(rows[start : start + height])
    block = [collapsed(row, groups) for row in rows[start : start + height]]
    paths = header_paths(block)
    roles = [headers.column_role(path[-1]) if path else "" for path in paths]
    bands = _bands(block[0], paths, roles)
    across = {band.name for band in bands}
    if not {"project", "code", "unit"} & {*roles}:
        roles = [
            "unit" if path and headers.header_key(path[-1]) in _REGIONS else role
            for role, path in zip(roles, paths, strict=True)
        ]
    shared: dict[str, tuple[int, ...]] = {}
    for column, role in enumerate(roles):
        own = "unit" if role == "unit_of_measure" and column < min(across, default=0) else role
        if own and column not in across:
            shared[own] = (*shared.get(own, ()), column)
    if len(bands) < FEWEST_COLUMNS or not shared.keys() & {"project", "code", "unit"} or {"name", "target"} & {*roles}:
        return None
    return Layout(
        id=CROSSWISE,
        roles=tuple("target" if column in across else role for column, role in enumerate(roles)),
        titles=tuple("/".join(path) for path in paths),
        bands=tuple(bands),
        shared=shared,
        groups=groups,
        height=height,
        score=round(sum(1 for column, role in enumerate(roles) if role or column in across) / len(roles), 3),
        because=tuple(dict.fromkeys(text for path in paths for text in path)),
    )


def _bands(top: GridRow, paths: Sequence[Sequence[str]], roles: Sequence[str]) -> list[Band]:
    """A band for each column under a level; a column without own levels has its left neighbour's where the top row is blank."""
    bands: list[Band] = []
    covered = {slot.key for slot in top.slots if headers.group_of(slot.text)}
    for column, path in enumerate(paths):
        slot = top.slots[column]
        if not path or not (slot.key in covered or (bands and not squeeze(slot.text) and not roles[column])):
            continue
        levels = [headers.group_of(text) or text for text in path if _is_level(text)]
        if slot.key not in covered:
            levels = [bands[-1].level1, *(levels or [bands[-1].level2])]
        elif len(levels) == 1 and not headers.is_level1(levels[0]):
            levels = ["", *levels]
        bands.append(
            Band(
                columns={"name": (column,), "target": (column,)},
                level1=levels[0],
                level2="".join(levels[1:][-1:]),
                crosswise=True,
                printed="" if _is_level(path[-1]) else path[-1],
            )
        )
    return bands


def _is_level(text: str) -> bool:
    return bool(headers.group_of(text)) or headers.is_level1(text) or headers.is_level2(text)
