"""Layouts (版式): from header rows to the roles of columns, by words alone.

A layout is not chosen from a list of known files: the header's words give each column a role, columns with a 三级指标 open
a band (组), and what roles and bands there are decides the layout's name, see `definitions`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.model import ANNUAL, WHOLE_TERM
from kpi.tables import headers
from kpi.tables.bands import Band, Layout
from kpi.tables.crosswise import CROSSWISE, crosswise_header
from kpi.tables.definitions import LAYOUTS
from kpi.tables.grid import GridRow, collapsed
from kpi.tables.header_paths import column_groups, header_paths, header_texts
from kpi.text import fold, squeeze

__all__ = [
    "WHOLE_CODE", "Band", "Layout", "in_period", "in_year", "is_column_numbers", "layout_title", "recognise_header",
]  # fmt: skip

MAX_HEADER_ROWS = 5
"""Rows; three are usual (资金总额 / 成本指标 / 三级指标), four with a row of units."""

WHOLE_CODE = 15
"""Characters; project codes have 17–24 (21 in the national system), unit codes 3–12."""


THIRD_LEVEL, FOURTH_LEVEL = 2, 3
"""Ranks of 三级指标 and 四级指标 among the words for names."""
PROJECT_ROLES = ("code", "project", "unit", "goal", "amount", "fund")
FEWEST_PLACES = 2
"""Counties beside each other that make a table of shares."""
SCORED = "scored"
"""Id of the layout of tables that score or explain their indicators and print no values."""
VALUELESS = frozenset({CROSSWISE, SCORED})
"""Layouts without a column of 指标值."""


def layout_title(layout: str) -> str:
    """The Chinese title of a layout id; prose has no table."""
    return next((definition.title for definition in LAYOUTS if definition.id == layout), "文字叙述")


def recognise_header(rows: Sequence[GridRow], start: int) -> Layout | None:
    """The layout of a header that begins in `rows[start]`, or None.

    The smallest block of header rows that names both a 三级指标 and a 指标值 column is taken, then extended by rows that hold
    header words only (半年 | 全年 under 指标值). Where no block names a 指标值, levels across (横排) are looked for, then a
    table that scores its indicators or explains them.
    """
    if not _may_be_header(rows[start]):
        return None
    return (
        _header_of_levels(rows, start)
        or crosswise_header(rows, start)
        or _header_of_levels(rows, start, untargeted=True)
    )


def _header_of_levels(rows: Sequence[GridRow], start: int, *, untargeted: bool = False) -> Layout | None:
    for height in range(1, min(MAX_HEADER_ROWS, len(rows) - start) + 1):
        if height > 1 and not _may_be_header(rows[start + height - 1], words=1):
            return None
        layout = _layout_of(rows, start, height, untargeted=untargeted)
        if layout is None:
            continue
        while start + height < len(rows) and height < MAX_HEADER_ROWS and _extends(rows, start + height, layout):
            longer = _layout_of(rows, start, height + 1, untargeted=untargeted)
            if longer is None:
                break
            layout, height = longer, height + 1  # noqa: PLW2901 — the block grows
        return layout
    return None


def in_period(layout: Layout, period: str) -> Layout:
    """The layout with its targets in a period that only the table's title names."""
    bands = tuple(replace(band, periods=(period,)) if band.periods == (ANNUAL,) else band for band in layout.bands)
    return replace(layout, bands=bands)


def in_year(layout: Layout, year: int | None) -> Layout:
    """The layout with the target of a year, where 指标值 of several years or stages stand side by side (三年滚动, 一上 ‖ 二上).

    The year's own column is the target, of several stages the last one; the other columns become references.
    """
    layout = replace(layout, bands=tuple(_without_past(band, layout) for band in layout.bands))
    starts = [band.name for band in layout.bands]
    bands = []
    for band, stop in zip(layout.bands, [*starts[1:], len(layout.roles)], strict=True):
        beside = [c for c in range(band.name, stop) if layout.roles[c] == "target"]
        told = [
            c for c in beside if headers.year_of(layout.titles[c]) or headers.is_final(layout.titles[c].split("/")[-1])
        ]
        if len(beside) < 2 or len(band.targets) != 1 or not told:
            bands.append(band)
            continue
        best = max(
            beside,
            key=lambda c: (
                headers.year_of(layout.titles[c]) == year,
                headers.is_final(layout.titles[c].split("/")[-1]),
                -c,
            ),
        )
        others = sorted({*band.columns.get("history", ()), *(c for c in beside if c != best)})
        bands.append(replace(band, columns={**band.columns, "target": (best,), "history": tuple(others)}))
    return replace(layout, bands=tuple(bands))


def _without_past(band: Band, layout: Layout) -> Band:
    """2024年完成值 beside 2026年目标值 is what was reached before, not what this target came to."""
    year = max((of for column in band.targets if (of := headers.year_of(layout.titles[column]))), default=0)
    actual = band.columns.get("actual", ())
    past = [column for column in actual if (headers.year_of(layout.titles[column]) or year) < year]
    if not past:
        return band
    kept = tuple(column for column in actual if column not in past)
    columns = {role: own for role, own in band.columns.items() if role != "actual"}
    columns["history"] = tuple(sorted({*columns.get("history", ()), *past}))
    return replace(band, columns={**columns, "actual": kept} if kept else columns)


def _may_be_header(row: GridRow, words: int = 2) -> bool:
    texts = [slot.text for slot in row.slots if squeeze(slot.text)]
    known = sum(all(map(headers.is_header_word, header_texts(text))) for text in texts)
    places = sum(map(headers.is_place, texts)) if known >= words else 0
    return known >= words and known + places >= 0.6 * len(texts)


def _extends(rows: Sequence[GridRow], index: int, layout: Layout) -> bool:
    """Sub-headers (半年 | 全年); a level or half a level on a row of its own is data.

    Where the header's 三级指标 covers the row from above, whatever stands in it parts the columns (必保值 | 力争值).
    """
    texts = rows[index].filled()
    if len(texts) < 2:
        return False
    if all(headers.column_role(text) or headers.is_part_word(text) for text in texts):
        return True
    columns = [layout.groups[band.name].start for band in layout.bands]
    pairs = [(rows[index].slots[column], rows[index - 1].slots[column]) for column in columns]
    return all(not slot.begins and slot.key == above.key >= 0 for slot, above in pairs)


def is_column_numbers(row: GridRow) -> bool:
    """A row of column numbers or letters under the header (1 | 2 | 3, 栏次)."""
    texts = row.filled()
    if len(texts) < 2:
        return False
    short = [text for text in texts if text not in {"栏次", "行次"}]
    return all(
        text.strip("()（）").isdigit() or (len(text) == 1 and "A" <= text <= "Z") or text in "甲乙丙丁"
        for text in short
    ) and len(set(short)) == len(short)


def _role(path: Sequence[str]) -> str:
    if not path:
        return ""
    if len(path) > 1 and (role := headers.column_role("".join(path[-2:]))):
        return role
    for text in reversed(path):
        if role := headers.column_role(text):
            return role
    return ""


def _layout_of(rows: Sequence[GridRow], start: int, height: int, *, untargeted: bool = False) -> Layout | None:
    groups = column_groups(rows[start : start + height])
    paths = header_paths([collapsed(row, groups) for row in rows[start : start + height]])
    printed = [text for path in paths for text in path]
    roles = _settled_roles(paths)
    names = [column for column, role in enumerate(roles) if role == "name"]
    if not names:
        return None
    shared, bands = _split_columns(roles, paths, names)
    bands = [_with_own_value(band, paths) for band in bands]
    if len(bands) == 1 and not _has_values(bands[0]) and "level1" in shared:
        bands = _bands_of_places(bands[0], roles, paths) or bands
    if not bands or (not all(map(_has_values, bands)) and not (untargeted and _explains(paths, shared, bands))):
        return None
    known = sum(1 for role, path in zip(roles, paths, strict=True) if role or not path)
    return Layout(
        id=_name_of(shared, bands),
        roles=tuple(roles),
        titles=tuple("/".join(path) for path in paths),
        bands=tuple(bands),
        shared=shared,
        groups=groups,
        height=height,
        score=round(known / len(roles), 3),
        because=tuple(dict.fromkeys(printed)),
    )


def _with_own_value(band: Band, paths: Sequence[Sequence[str]]) -> Band:
    """三级指标及指标值: the column of the name is the values' as well."""
    if _has_values(band) or not headers.holds_name_and_value(paths[band.name][-1]):
        return band
    return replace(band, columns={**band.columns, "target": (band.name,)}, crosswise=True)


def _bands_of_places(band: Band, roles: Sequence[str], paths: Sequence[Sequence[str]]) -> list[Band]:
    """A band for each county where the header names them beside 三级指标 (区域绩效目标分解表), [] where it does not."""
    after = [c for c in range(band.name + 1, len(paths)) if paths[c] and roles[c] not in {"remark", "unit_of_measure"}]
    places = [column for column in after if headers.is_place(paths[column][-1])]
    sums = [column for column in after if headers.is_total(paths[column][-1])]
    if len(places) < FEWEST_PLACES or len(places) + len(sums) < len(after):
        return []
    kept = {role: columns for role, columns in band.columns.items() if role in {"name", "unit_of_measure"}}
    return [
        replace(
            band,
            columns={**kept, "target": (column,)},
            shared_out=True,
            unit="" if column in sums else "".join(paths[column][-1:]),
        )
        for column in after
    ]


def _has_values(band: Band) -> bool:
    return bool(band.targets or band.columns.get("half_target") or band.columns.get("actual"))


def _explains(paths: Sequence[Sequence[str]], shared: Mapping[str, tuple[int, ...]], bands: Sequence[Band]) -> bool:
    """三级指标 under both other levels, with their scores or explanations and no values: an evaluation's own indicators."""
    if len(bands) != 1 or not {"level1", "level2"} <= shared.keys() or _name_rank(paths[bands[0].name]) < THIRD_LEVEL:
        return False
    return any(bands[0].columns.get(role) for role in ("weight", "score", "description", "basis"))


def _settled_roles(paths: Sequence[Sequence[str]]) -> list[str]:
    """Roles by words, then by position where a word has two meanings."""
    roles = [_role(path) for path in paths]
    if "name" not in roles:
        roles = [
            "name" if path and headers.holds_name_and_value(path[-1]) else role
            for role, path in zip(roles, paths, strict=True)
        ]
    names = [column for column, role in enumerate(roles) if role == "name"]
    if not names:
        texts = {column: headers.bare_key(path[-1]) for column, path in enumerate(paths) if path}
        substitute = [c for c, text in texts.items() if roles[c] == "description" and text in {"指标内容", "内容"}]
        if not substitute:
            return roles
        roles[substitute[0]] = "name"
        names = substitute[:1]
    best = max(_name_rank(paths[column]) for column in names)
    for column in names:
        if _name_rank(paths[column]) < best:
            roles[column] = "level3" if best == FOURTH_LEVEL and "三级" in fold(paths[column][-1]) else ""
    signs = [c for c, role in enumerate(roles) if role == "comparator" and "符" in fold(paths[c][-1])]
    if signs:  # beside 计算符号 a column 指标性质 says 定量 or 定性 (内蒙古, 吉林)
        roles = ["value_type" if r == "comparator" and c not in signs else r for c, r in enumerate(roles)]
    first = next(column for column, role in enumerate(roles) if role == "name")
    for column, path in enumerate(paths):
        if column > first and path and (roles[column] == "goal" or (not roles[column] and _period(path))):
            roles[column] = "target"
        elif column < first and roles[column] == "unit_of_measure":
            roles[column] = "unit"
        elif column < first and roles[column] == "value_type" and "level1" not in roles and "类" in fold(path[-1]):
            roles[column] = "level1"  # 指标类型 and 指标类别 before 指标名称 are its levels
        elif column > first and roles[column] == "unit" and headers.bare_key(path[-1]) == "单位":
            roles[column] = "unit_of_measure"
    return roles


def _name_rank(path: Sequence[str]) -> int:
    """三级指标 is the name where both it and a wider word (绩效指标 down the side) are printed, 四级指标 where both are."""
    text = fold(path[-1])
    return FOURTH_LEVEL if "四级" in text else THIRD_LEVEL if "三级" in text else 1 if "名称" in text else 0


def _period(path: Sequence[str]) -> str:
    return next((period for text in reversed(path) if (period := headers.period_of(text))), "")


def _period_of_target(path: Sequence[str]) -> str:
    if period := _period(path):
        return period
    text = fold(path[-1]) if path else ""
    return "实施期" if any(word in text for word in ("实施期", "实施周期", "中长期", "中期", "总目标")) else ""


def _split_columns(
    roles: Sequence[str], paths: Sequence[Sequence[str]], names: Sequence[int]
) -> tuple[dict[str, tuple[int, ...]], list[Band]]:
    names = [column for column, role in enumerate(roles) if role == "name"]
    starts = [_band_start(roles, column) for column in names]
    shared: dict[str, list[int]] = {}
    own = False
    band_columns: list[dict[str, list[int]]] = [{} for _ in names]
    for column, role in enumerate(roles):
        if not role:
            continue
        number = max((index for index, begin in enumerate(starts) if begin <= column), default=-1)
        if role in PROJECT_ROLES or number < 0 or (role in {"level1", "level2"} and len(names) == 1):
            shared.setdefault(role, []).append(column)
        else:
            band_columns[number].setdefault(role, []).append(column)
    if band_columns and len(names) > 1:
        own = any("level2" in columns for columns in band_columns[1:])
        grouped = any(headers.group_of(text) for name in names for text in paths[name])
        for role in ("level1",) if own or grouped else ("level1", "level2"):  # the second half does not repeat it
            if role in band_columns[0]:
                shared.setdefault(role, []).extend(band_columns[0].pop(role))
    bands = []
    for columns, name in zip(band_columns, names, strict=True):
        groups = [group for text in paths[name] if (group := headers.group_of(text))]
        band = _band(columns, paths, groups[0] if groups else "", _period(paths[name]))
        bands.append(replace(band, level2=groups[-1] if len(groups) > 1 else ""))
    halves = len(bands) == 2 and (own or "level2" not in shared) and not any(band.level1 for band in bands)
    if halves and bands[0].periods == bands[1].periods:
        # The central application form names its halves only above the goals, and text exports move the names: left is 实施期.
        bands[1] = replace(bands[1], periods=(ANNUAL,))
        bands[0] = replace(bands[0], periods=(WHOLE_TERM,))
    return {role: tuple(columns) for role, columns in shared.items()}, bands


def _band_start(roles: Sequence[str], name: int) -> int:
    start = name
    while start > 0 and roles[start - 1] in {"level1", "level2", "number"}:
        start -= 1
    return start


def _band(columns: dict[str, list[int]], paths: Sequence[Sequence[str]], group: str, period: str) -> Band:
    targets = columns.get("target", [])
    periods = [_period_of_target(paths[column]) or period or ANNUAL for column in targets]
    kept: dict[str, int] = {}
    for column, of in zip(targets, periods, strict=True):
        if of not in kept or _span_of_year(paths[column]) > _span_of_year(paths[kept[of]]):
            kept[of] = column  # the first column of a period is its target, of quarters and 全年 the whole year's
    final = {role: tuple(cols) for role, cols in columns.items()}
    if kept:
        final["target"] = tuple(kept.values())
        others = [column for column in targets if column not in kept.values()]
        if others:
            final["history"] = tuple(sorted([*final.get("history", ()), *others]))
    return Band(columns=final, level1=group, periods=tuple(kept) or (period or ANNUAL,))


def _span_of_year(path: Sequence[str]) -> int:
    """How much of a year the values of a column are for: 2 of all of it in words, 0 of a quarter."""
    text = fold(path[-1])
    return 0 if "季度" in text or "半年" in text else 2 if re.search("全年|年度|年末|年底", text) else 1


def _features(shared: Mapping[str, tuple[int, ...]], bands: Sequence[Band]) -> set[str]:
    features = {role for band in bands for role in band.columns}
    if len(bands) > 1 and all(band.level1 for band in bands):
        features.add("groups")
    if not any(map(_has_values, bands)):
        return {"untargeted"}
    if len({period for band in bands for period in band.periods}) > 1:
        features.add("periods")
    if "level1" in shared or "level2" in shared or features & {"level1", "level2"}:
        features.add("levels")
    return features


def _name_of(shared: Mapping[str, tuple[int, ...]], bands: Sequence[Band]) -> str:
    features = _features(shared, bands)
    return next(definition.id for definition in LAYOUTS if definition.requires <= features)
