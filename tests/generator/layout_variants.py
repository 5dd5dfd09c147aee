"""Tables of one project whose indicator columns differ: split values, several years, half year, grades, typed.

Each is a list of columns with a key; a row of an indicator is a dictionary by these keys. So a further layout is one entry.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.generator.blocks import Grid, Section
from tests.generator.content import Department, Indicator, Project, Unit, make_department
from tests.generator.gold import gold_row
from tests.generator.layout_overall import actual_of, put_levels
from tests.generator.layout_project import BASES, each_project, head_central, leveled
from tests.generator.levels import LevelStyle, draw_level_style
from tests.generator.values import GRADE_SETS, Target


@dataclass(frozen=True)
class Column:
    """A column of the indicator table: key of the row's dictionary, header words to choose from, relative width."""

    key: str
    words: tuple[str, ...]
    width: float = 1.0


NAME = Column("name", ("三级指标", "三级指标", "绩效指标名称", "指标名称"), 2.6)
WEIGHT = Column("weight", ("权重", "指标权重", "分值权重（%）"), 0.8)
SPLIT = [
    Column("comparator", ("指标性质", "计算符号", "指标性质"), 0.9), Column("value", ("指标值", "绩效指标值"), 1.1),
    Column("unit", ("度量单位", "计量单位"), 0.9),
]  # fmt: skip
SPLIT_EXTRA = [WEIGHT, Column("direction", ("指标方向性", "指标方向"), 0.9)]
YEARS = [
    Column("past1", ("前年",), 1.0),
    Column("past2", ("上年",), 1.0),
    Column("target", ("预计当年实现", "预计当年实现值"), 1.2),
    Column("basis", ("绩效标准", "指标值确定依据"), 1.2),
]
HALVES = [
    Column("half", ("半年（程）目标值", "半年(程)目标值", "半年目标值"), 1.3),
    Column("target", ("全年（程）目标值", "全年(程)目标值", "全年目标值"), 1.3),
]
GRADES = [
    Column("description", ("绩效指标描述", "指标描述", "描述"), 2.0),
    Column("target", ("优",)),
    Column("good", ("良",)),
    Column("fair", ("中",)),
    Column("poor", ("差",)),
]
TYPED = [
    Column("type", ("指标值类型", "指标类型"), 0.9), Column("value", ("指标值", "目标值"), 1.0), Column("unit", ("计量单位", "度量单位"), 0.9),
    Column("description", ("指标解释", "指标内容"), 1.8), Column("basis", ("评（扣）分标准", "评/扣分标准", "评分标准"), 1.8), Column("note", ("备注",), 0.8),
]  # fmt: skip


def lower(target: Target, share: float, *, grade: bool = False) -> str:
    """A smaller value of the same form, for past years, half years and lower grades (larger where ≤ is the aim)."""
    kept_under = grade and target.comparator == "≤"
    if not target.split or not target.value.replace(".", "", 1).isdigit():
        return target.text
    value = float(target.value) * (2 - share if kept_under else share)
    text = f"{value:.2f}".rstrip("0").rstrip(".") if "." in target.value else str(max(1, round(value)))
    return f"{target.comparator}{text}{target.unit}"


def split_values(rng: random.Random, target: Target) -> dict[str, str]:
    """Comparator, value and unit in columns of their own; words are 定性."""
    if not target.split:
        text = rng.choice(GRADE_SETS) if rng.random() < 0.15 else target.text
        return {"comparator": "定性", "value": text, "unit": "", "target": text}
    comparator = target.comparator or rng.choice(["＝", "="])
    return {
        "comparator": comparator,
        "value": target.value,
        "unit": target.unit,
        "target": f"{comparator}{target.value}{target.unit}",
    }


def row_values(
    rng: random.Random, indicator: Indicator, basis: str, *, layout: str, unit_twice: bool
) -> dict[str, str]:
    """All columns' texts of one indicator; `target` is what the gold holds."""
    target = indicator.target
    values = {"name": indicator.name, "target": target.text, "basis": basis, "note": "", "half": lower(target, 0.5)}
    values |= {
        "past1": lower(target, 0.9),
        "past2": lower(target, 0.95),
        "description": f"反映{indicator.name}",
        "weight": str(rng.choice([5, 10, 15, 20])),
    }
    if layout in ("split", "self_split"):
        values |= split_values(rng, target)
        values |= {"actual": actual_of(rng, target), "score": values["weight"], "reason": ""}
        values["direction"] = rng.choice(["正向指标", "反向指标"]) if target.split else "正向指标"
    elif layout == "typed":
        values["type"] = "定量" if target.split else "定性"
        values["unit"] = target.unit
        if target.split:
            values["value"] = target.text if unit_twice else f"{target.comparator}{target.value}"
        else:
            values["value"] = target.text
        values["basis"] = "达到目标值计满分，未达到按比例扣分" if target.split else "根据完成情况酌情计分"
    elif layout == "grades":
        words = {"good": "较好", "fair": "一般", "poor": "较差"}
        if target.split:
            words = {"good": lower(target, 0.95, grade=True), "fair": lower(target, 0.9, grade=True)}
            words["poor"] = ("＞" if target.comparator == "≤" else "＜") + words["fair"].lstrip("≥≤=＝")
        values |= words
    return values


SELF = [
    Column("actual", ("完成值", "实际完成值", "全年完成值"), 1.0),
    WEIGHT,
    Column("score", ("得分", "自评得分"), 0.8),
    Column("reason", ("未完成原因分析", "备注"), 1.4),
]


def columns_of(rng: random.Random, layout: str) -> list[Column]:
    """The columns after the levels; the split ones in any order."""
    if layout == "self_split":
        return [NAME, *SPLIT, *SELF]
    if layout == "split":
        parts = list(SPLIT)
        if rng.random() < 0.5:
            rng.shuffle(parts)
        return [NAME, *parts, *rng.sample(SPLIT_EXTRA, rng.randint(0, 2))]
    if layout == "years":
        return [NAME, *YEARS[: rng.choice([3, 4])]]
    if layout == "half_year":
        return [NAME, *HALVES]
    if layout == "grades":
        return [Column("name", ("绩效指标", "三级指标"), 2.2), *GRADES[rng.choice([0, 0, 1]) :]]
    return [NAME, *TYPED[: rng.choice([5, 6])]]


def gold_values(layout: str, values: dict[str, str]) -> dict[str, str]:
    """The gold's columns of a row."""
    kept = {"name": values["name"], "target": values["target"]}
    if layout == "half_year":
        kept["half_target"] = values["half"]
    if layout == "self_split":
        kept |= {key: values[key] for key in ("actual", "score", "reason")}
    return kept


def header_rows(grid: Grid, rng: random.Random, columns: list[Column], layout: str, levels: int) -> int:
    """One header row, or two where a word stands over several columns; gives the first data row."""
    row = grid.row_count
    over = {
        "years": ("past1", "target", "指标值"),
        "grades": ("target", "poor", "评价标准"),
        "half_year": ("half", "target", "指标值"),
    }.get(layout)
    two = over is not None and (layout == "grades" or rng.random() < 0.5)
    depth = 2 if two else 1
    words = ["一级指标", "二级指标"][:levels]
    grid.header_start, grid.header_rows = row, depth
    for place, word in enumerate(words):
        grid.put(row, place, word, row_span=depth, bold=True)
    keys = [column.key for column in columns]
    if two and over:
        first, last = keys.index(over[0]), keys.index(over[1])
        grid.put(row, levels + first, over[2], column_span=last - first + 1, bold=True)
    for position, column in enumerate(columns):
        under = bool(two and over and keys.index(over[0]) <= position <= keys.index(over[1]))
        grid.put(
            row + int(under), levels + position, rng.choice(column.words), row_span=1 if under else depth, bold=True
        )
    return row + depth


def block_section(
    department: Department, unit: Unit, project: Project, layout: str, columns: list[Column], style: LevelStyle
) -> Section:
    """The block of the central template and the layout's indicator table under it."""
    rng = department.rng
    levels = 2
    rows = leveled(rng, project, cost_in_output=rng.random() < 0.4)
    grid = Grid(
        [0.9, 1.2, *(column.width for column in columns)],
        title=rng.choice(["项目支出绩效目标表", "项目绩效目标申报表", "部门预算项目绩效目标表"]),
        sheet="项目绩效",
    )
    grid.lines_above = [f"（{department.year}年度）"]
    grid.landscape = len(columns) > 4
    if layout == "self_split":
        grid.title = rng.choice(["项目支出绩效自评表", "部门预算项目支出绩效自评表"])
    head_central(grid, department, unit, project, coded=department.codes_printed)
    start = header_rows(grid, rng, columns, layout, levels)
    put_levels(grid, [(style.printed(row[0]), row[1]) for row in rows], start, (0, 1), vertical=style.vertical)
    basis, unit_twice = rng.choice(BASES), rng.random() < 0.15
    gold = []
    for offset, (level1, level2, indicator) in enumerate(rows):
        values = row_values(rng, indicator, basis, layout=layout, unit_twice=unit_twice)
        for position, column in enumerate(columns):
            grid.put(start + offset, levels + position, values[column.key])
        extra = {"weight": values["weight"]} if any(column.key == "weight" for column in columns) else {}
        kept = gold_values(layout, values) | extra
        table = "项目绩效自评" if layout == "self_split" else "项目绩效目标"
        gold.append(gold_row(department, table, unit, project, level1=style.word(level1), level2=level2, **kept))
    grid.fill()
    return Section([grid], gold)


def variant(layout: str, province: str, rng: random.Random) -> tuple[Department, list[Section]]:
    """A department of the province in which the layout is seen, mostly, with two to four projects."""
    department = make_department(
        rng, province=province if rng.random() < 0.6 else "", units=rng.randint(1, 2), projects=rng.randint(2, 3)
    )
    department.codes_printed = rng.random() < 0.5
    style = draw_level_style(rng) if rng.random() < 0.6 else LevelStyle()
    columns = columns_of(rng, layout)
    sections = each_project(
        department,
        lambda owner, unit, project: block_section(owner, unit, project, layout, columns, style),
        own_pages=rng.random() < 0.4,
        headed=rng.random() < 0.3,
    )
    return department, sections


def years(rng: random.Random) -> tuple[Department, list[Section]]:
    return variant("years", "湖北", rng)


def self_split(rng: random.Random) -> tuple[Department, list[Section]]:
    """四川 self-evaluation of a project: split values, 完成值, 权重, 得分."""
    return variant("self_split", "四川", rng)


def half_year(rng: random.Random) -> tuple[Department, list[Section]]:
    return variant("half_year", "江苏", rng)


def grades(rng: random.Random) -> tuple[Department, list[Section]]:
    return variant("grades", "河北", rng)


def typed(rng: random.Random) -> tuple[Department, list[Section]]:
    return variant("typed", "湖南", rng)
