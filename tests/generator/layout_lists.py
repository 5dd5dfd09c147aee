"""Lists in which the project stands in columns at the left: split values (四川, 重庆) and the outline (云南 05-2)."""

from __future__ import annotations

import random

from tests.generator.blocks import Grid, PageBreak, Section
from tests.generator.content import Department, Project, Unit, make_department
from tests.generator.gold import gold_row
from tests.generator.layout_overall import put_levels
from tests.generator.layout_project import leveled
from tests.generator.layout_variants import columns_of, split_values, variant


def project_label(project: Project, *, joined: bool) -> str:
    """`51140026T000011870341-义务教育…` in one cell, or the name alone."""
    return f"{project.code}-{project.name}" if joined else project.name


def split_list_section(department: Department) -> Section:
    """单位名称, 项目名称, (预算数), 年度目标 merged at the left, levels and split values at the right."""
    rng = department.rng
    joined = department.codes_printed
    with_budget, with_goal = rng.random() < 0.7, rng.random() < 0.8
    left = ["单位名称", "项目名称"] + ["预算数（万元）"] * with_budget + ["年度目标"] * with_goal
    columns = columns_of(rng, "split")
    widths = [1.2, 1.8] + [0.9] * with_budget + [2.0] * with_goal + [0.9, 1.1, *(column.width for column in columns)]
    grid = Grid(
        widths,
        landscape=True,
        title=rng.choice(["部门预算项目绩效目标表", "{year}年部门预算项目支出绩效目标表"]).format(year=department.year),
        sheet="项目绩效目标表",
    )
    grid.lines_above = rng.choice([["单位：万元"], [f"部门：{department.name}", "单位：万元"]])
    words = [*left, "一级指标", "二级指标", *(rng.choice(column.words) for column in columns)]
    if rng.random() < 0.3:
        for place, word in enumerate(words[: len(left)]):
            grid.put(0, place, word, row_span=2)
        grid.put(0, len(left), "绩效指标", column_span=len(words) - len(left))
        for place, word in enumerate(words[len(left) :], start=len(left)):
            grid.put(1, place, word)
        grid.header_rows = 2
    else:
        grid.row(words, bold=True)
        grid.header_rows = 1
    section = Section([PageBreak(landscape=True), grid])
    for unit, project in department.projects:
        rows = leveled(rng, project, cost_in_output=rng.random() < 0.4)
        start = grid.row_count
        label = project_label(project, joined=joined)
        texts = [unit.name, label] + [project.amount] * with_budget + [project.goal] * with_goal
        for place, text in enumerate(texts):
            grid.put(start, place, text, row_span=len(rows))
        put_levels(grid, [row[:2] for row in rows], start, (len(left), len(left) + 1))
        for offset, (level1, level2, indicator) in enumerate(rows):
            values = {
                "name": indicator.name,
                "weight": str(rng.choice([5, 10, 15, 20])),
                "direction": "正向指标",
            } | split_values(rng, indicator.target)
            for position, column in enumerate(columns):
                grid.put(start + offset, len(left) + 2 + position, values[column.key])
            extra = {"weight": values["weight"]} if any(column.key == "weight" for column in columns) else {}
            section.gold.append(
                gold_row(
                    department,
                    "项目绩效目标",
                    unit,
                    project,
                    level1=level1,
                    level2=level2,
                    name=indicator.name,
                    target=values["target"],
                    **extra,
                )
            )
    grid.fill()
    return section


def split(rng: random.Random) -> tuple[Department, list[Section]]:
    """Split value columns, as a list of all projects or one table a project."""
    if rng.random() < 0.4:
        return variant("split", "四川", rng)
    department = make_department(
        rng, province="四川" if rng.random() < 0.6 else "", units=rng.randint(1, 3), projects=rng.randint(2, 4)
    )
    department.codes_printed = rng.random() < 0.5
    return department, [split_list_section(department)]


OUTLINE_WORDS = [
    "单位名称、项目名称",
    "项目年度绩效目标",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "指标值",
    "度量单位",
    "指标属性",
    "指标内容",
]


def outline_rows(
    grid: Grid, department: Department, unit: Unit, project: Project, *, merged: bool
) -> list[dict[str, str]]:
    """One project: levels are rows of their own, 三级 rows follow; name and goal merged or on the first row only."""
    rng = department.rng
    rows = leveled(rng, project, cost_in_output=rng.random() < 0.5)
    lines: list[tuple[str, str, dict[str, str]]] = []
    previous = ("", "")
    gold = []
    for level1, level2, indicator in rows:
        if level1 != previous[0]:
            lines.append((level1, "", {}))
        if (level1, level2) != previous:
            lines.append(("", level2, {}))
        previous = (level1, level2)
        values = split_values(rng, indicator.target) | {"name": indicator.name}
        lines.append(("", "", values))
        gold.append(
            gold_row(
                department,
                "项目绩效目标",
                unit,
                project,
                level1=level1,
                level2=level2,
                name=indicator.name,
                target=values["target"],
            )
        )
    start = grid.row_count
    label = project_label(project, joined=department.codes_printed)
    if merged:
        grid.put(start, 0, label, row_span=len(lines), align="left")
        grid.put(start, 1, project.goal, row_span=len(lines), align="left")
    else:
        grid.put(start, 0, label, align="left")
        grid.put(start, 1, project.goal, align="left")
        start += 1
    for offset, (level1, level2, values) in enumerate(lines):
        quantity = "定量指标" if values.get("comparator") not in (None, "定性") else "定性指标"
        texts = [
            level1,
            level2,
            values.get("name", ""),
            values.get("comparator", ""),
            values.get("value", ""),
            values.get("unit", ""),
        ]
        texts += [quantity, f"反映{values['name']}"] if values else ["", ""]
        for column, text in enumerate(texts, start=2):
            grid.put(start + offset, column, text)
    return gold


def outline(rng: random.Random) -> tuple[Department, list[Section]]:
    """云南 05-2: header with a row of column numbers, repeated on each page; units on rows of their own."""
    department = make_department(
        rng, province="云南" if rng.random() < 0.7 else "", units=rng.randint(1, 2), projects=rng.randint(2, 4)
    )
    department.codes_printed = rng.random() < 0.3
    grid = Grid(
        [2.2, 2.6, 1.0, 1.0, 2.2, 0.8, 1.1, 0.8, 0.9, 2.4],
        landscape=True,
        title="项目支出绩效目标表（本次下达）",
        sheet="项目支出绩效目标表05-2",
    )
    grid.lines_above = [f"单位名称：{department.name}", "单位：万元"]
    grid.repeat_title = rng.random() < 0.3
    grid.row(OUTLINE_WORDS)
    grid.header_rows = 1
    if rng.random() < 0.8:
        grid.row([str(number + 1) for number in range(10)])
        grid.header_rows = 2
    merged = rng.random() < 0.5
    section = Section([PageBreak(landscape=True), grid])
    for unit in department.units:
        grid.row([unit.name] + [""] * 9)
        for project in unit.projects:
            section.gold += outline_rows(grid, department, unit, project, merged=merged)
    grid.fill()
    return department, [section]
