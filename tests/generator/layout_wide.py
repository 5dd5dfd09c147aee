"""Wide summary (项目绩效目标汇总表, 河南 and others): the n-th indicators of all groups share the n-th row of a project."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.generator.blocks import Grid, PageBreak, Section
from tests.generator.content import GROUPS, Department, Indicator, Project, Unit, make_department, money_text
from tests.generator.gold import gold_row
from tests.generator.values import Target

CODE_HEADERS = [
    "单位编码（项目编码）",
    "单位编码(项目编码)",
    "项目编码",
    "项目代码",
    "单位编码（项目编号）",
    "单位代码（项目代码）",
    "编码",
]
NAME_HEADERS = ["项目单位（项目名称）", "项目单位 (项目名称)", "单位（项目）名称", "单位名称（项目名称）", "项目名称"]
AMOUNT_GROUPS = [
    "项目金额（{unit}）",
    "项目金额({unit})",
    "预算金额（{unit}）",
    "项目资金（{unit}）",
    "资金情况（{unit}）",
]
AMOUNTS = ["资金总额", "政府预算资金", "财政专户管理资金", "单位资金", "上年结转资金"]
AMOUNT_SYNONYMS = {
    "资金总额": ["资金总额", "合计", "预算总额", "小计"],
    "政府预算资金": ["政府预算资金", "财政拨款", "一般公共预算资金", "财政资金"],
    "单位资金": ["单位资金", "其他资金"],
}
TITLES = [
    "{year}年部门预算项目绩效目标表",
    "{year}年预算项目绩效目标汇总表",
    "单位预算项目绩效目标表",
    "项目绩效目标表",
    "部门预算项目支出绩效目标汇总表",
    "{year}年度市级预算项目绩效目标",
]
GROUP_ORDERS = [
    ["成本指标", "产出指标", "效益指标", "满意度指标"], ["成本指标", "产出指标", "效益指标", "满意度指标"],
    ["产出指标", "效益指标", "满意度指标"], ["产出指标", "成本指标", "效益指标", "满意度指标"], ["产出指标", "效益指标", "满意度指标", "成本指标"],
]  # fmt: skip


@dataclass(frozen=True)
class Style:
    """What one city decides about its wide table."""

    groups: list[str]
    amounts: list[str]
    name_word: str
    value_word: str
    unit: str
    two_level_header: bool
    amounts_in_second_row: bool
    numbers_row: bool


def draw_style(rng: random.Random) -> Style:
    amounts = AMOUNTS[: rng.choice([1, 2, 3, 4, 4, 4, 5])]
    if rng.random() < 0.08:
        amounts = ["资金总额", "单位资金"]
    return Style(
        groups=rng.choice(GROUP_ORDERS),
        amounts=amounts,
        name_word=rng.choice(["三级指标", "三级指标", "指标名称", "绩效指标"]),
        value_word=rng.choice(["指标值", "指标值", "目标值", "年度指标值"]),
        unit=rng.choice(["万元"] * 5 + ["元"]),
        two_level_header=rng.random() < 0.15,
        amounts_in_second_row=rng.random() < 0.5,
        numbers_row=rng.random() < 0.1,
    )


def widths_of(rng: random.Random, style: Style) -> list[float]:
    """Relative widths: names wide or narrow, the last group often so narrow that letters stand below each other."""
    widths = [rng.choice([1.6, 2.0, 2.6]), rng.choice([1.8, 2.4, 3.0])]
    widths += [
        rng.choice([1.3, 1.5]) if number < 2 else rng.choice([0.55, 0.8, 1.0]) for number in range(len(style.amounts))
    ]
    narrow_last = rng.random() < 0.25
    for number, _ in enumerate(style.groups):
        last = narrow_last and number == len(style.groups) - 1
        widths += [0.5, 0.6] if last else [rng.choice([1.8, 2.2, 3.0]), rng.choice([0.95, 1.2])]
    return widths


def header(grid: Grid, rng: random.Random, style: Style) -> None:
    """Two or three header rows; amounts' names in the second or the third."""
    amounts, groups = len(style.amounts), style.groups
    first = 2 + amounts
    top = 0 if style.two_level_header else 1
    depth = 2 + top
    bold = rng.random() < 0.4
    grid.put(0, 0, rng.choice(CODE_HEADERS), row_span=depth, bold=bold)
    grid.put(0, 1, rng.choice(NAME_HEADERS), row_span=depth, bold=bold)
    unit_text = rng.choice(AMOUNT_GROUPS).format(unit=style.unit)
    if amounts == 1:
        grid.put(0, 2, unit_text, row_span=depth, bold=bold)
    else:
        own_row = 1 if (style.amounts_in_second_row or not top) else depth - 1
        grid.put(0, 2, unit_text, column_span=amounts, row_span=own_row, bold=bold)
        for number, word in enumerate(style.amounts):
            words = AMOUNT_SYNONYMS.get(word, [word])
            grid.put(
                own_row, 2 + number, rng.choice(words[:2] if number else words), row_span=depth - own_row, bold=bold
            )
    if top:
        grid.put(
            0,
            first,
            rng.choice(["绩效目标", "绩效目标", "绩效指标", "项目绩效目标"]),
            column_span=2 * len(groups),
            bold=bold,
        )
    for number, group in enumerate(groups):
        column = first + 2 * number
        grid.put(top, column, group, column_span=2, bold=bold)
        grid.put(top + 1, column, style.name_word, bold=bold)
        grid.put(top + 1, column + 1, style.value_word, bold=bold)
        grid.groups[column] = 2
    grid.header_rows = depth
    grid.amount_columns = tuple(range(2, first))


def shown(style: Style, amount: str) -> str:
    """An amount (万元) in the table's unit."""
    if not amount or style.unit == "万元":
        return amount
    return money_text(float(amount) * 10000)


def amounts_of(style: Style, whole: str, sources: tuple[str, str, str]) -> list[str]:
    values = {
        "资金总额": whole,
        "政府预算资金": sources[0],
        "财政专户管理资金": sources[1],
        "单位资金": sources[2],
        "上年结转资金": "",
    }
    return [shown(style, values[word]) for word in style.amounts]


def unit_row(grid: Grid, style: Style, code: str, name: str, total: str) -> None:
    row = grid.row_count
    grid.put(row, 0, code)
    grid.put(row, 1, name)
    for number, value in enumerate(amounts_of(style, total, (total, "", ""))):
        grid.put(row, 2 + number, value, number=True)
    for column in range(2 + len(style.amounts), grid.column_count):
        grid.put(row, column, "")


def project_rows(
    grid: Grid, style: Style, department: Department, unit: Unit, project: Project
) -> list[dict[str, str]]:
    """The rows of one project and its gold."""
    columns: list[list[Indicator]] = [project.of(GROUPS[group]) for group in style.groups]
    depth = max(1, *(len(column) for column in columns))
    start = grid.row_count
    grid.put(start, 0, project.code, row_span=depth)
    grid.put(start, 1, project.name, row_span=depth)
    for number, value in enumerate(amounts_of(style, project.amount, project.sources)):
        grid.put(start, 2 + number, value, row_span=depth, number=True)
    gold = []
    first = 2 + len(style.amounts)
    for offset in range(depth):
        for number, indicators in enumerate(columns):
            name = target = ""
            if offset < len(indicators):
                name, target = indicators[offset].name, indicators[offset].target.text
                values = {"level1": style.groups[number], "name": name, "target": target}
                gold.append(gold_row(department, "项目绩效目标", unit, project, **values))
            grid.put(start + offset, first + 2 * number, name)
            grid.put(start + offset, first + 2 * number + 1, target)
    return gold


def blank_some_targets(rng: random.Random, department: Department) -> None:
    """About one indicator in two hundred has no target at all, as in published tables."""
    for _, project in department.projects:
        for number, indicator in enumerate(project.indicators):
            if rng.random() < 0.005:
                project.indicators[number] = replace(indicator, target=Target(""))


def wide_section(department: Department) -> Section:
    """The section with the wide table; one unit's projects may stand in two blocks, each with its own sub-total."""
    rng = department.rng
    style = draw_style(rng)
    blank_some_targets(rng, department)
    title = rng.choice(TITLES).format(year=department.year)
    grid = Grid(widths_of(rng, style), landscape=True, title=title, sheet="项目绩效目标表")
    grid.repeat_title = rng.random() < 0.25
    above = rng.choice(
        [
            [f"部门名称：{department.name}"],
            [f"单位名称：{department.name}", f"单位：{style.unit}"],
            [f"单位：{style.unit}"],
            [],
        ]
    )
    grid.lines_above = above
    header(grid, rng, style)
    if style.numbers_row:
        grid.row([str(number + 1) for number in range(grid.column_count)])
    section = Section([PageBreak(landscape=True), grid])
    blocks: list[tuple[str, list[tuple[Unit, list[Project]]]]] = [
        (department.name, [(unit, unit.projects) for unit in department.units])
    ]
    if rng.random() < 0.35:
        split = [
            (unit, unit.projects[len(unit.projects) // 2 :]) for unit in department.units if len(unit.projects) > 1
        ]
        kept = [
            (unit, unit.projects[: len(unit.projects) // 2] if len(unit.projects) > 1 else unit.projects)
            for unit in department.units
        ]
        if split:
            blocks = [(department.name, kept), (f"{department.name}管理的待分项目", split)]
    with_department_row = rng.random() < 0.7
    with_unit_rows = rng.random() < 0.9 or len(department.units) > 1
    for name, units in blocks:
        total = money_text(sum(float(project.amount) for _, projects in units for project in projects))
        if with_department_row:
            unit_row(grid, style, department.code, name, total)
        for unit, projects in units:
            if with_unit_rows:
                unit_row(
                    grid, style, unit.code, unit.name, money_text(sum(float(project.amount) for project in projects))
                )
            for project in projects:
                section.gold += project_rows(grid, style, department, unit, project)
    if rng.random() < 0.12:
        unit_row(grid, style, "", "合计", department.total)
    grid.fill()
    return section


def wide(rng: random.Random) -> tuple[Department, list[Section]]:
    """A department with five to twenty projects in one wide table."""
    department = make_department(rng, projects=0, richness=rng.choice([0.6, 1.0, 1.6, 2.2]))
    while len(department.projects) < 4:
        department = make_department(rng)
    return department, [wide_section(department)]
