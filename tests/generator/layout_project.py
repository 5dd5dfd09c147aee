"""One table a project: a block 项目编码 / 项目名称 / 预算 / 绩效目标, then the indicators by level (河北, central template)."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.generator.blocks import Grid, PageBreak, Section, Text
from tests.generator.content import LEVELS, Department, Indicator, Project, Unit, make_department
from tests.generator.gold import gold_row
from tests.generator.layout_overall import put_levels
from tests.generator.levels import LevelStyle, draw_level_style

BASES = [
    "年度工作计划",
    "项目实施方案",
    "关于拨付财政补助资金的请示",
    "财社〔2025〕45号",
    "行业标准",
    "合同约定",
    "历史数据",
]


def leveled(
    rng: random.Random, project: Project, *, cost_in_output: bool, plain_words: bool = False
) -> list[tuple[str, str, Indicator]]:
    """一级, 二级, indicator in the order of the template; 成本 a 二级 of 产出 or a 一级 of its own."""
    rows = []
    for indicator in project.indicators:
        level1, level2 = LEVELS[indicator.kind]
        if indicator.kind == "成本" and cost_in_output:
            level1, level2 = "产出指标", "成本指标"
        if plain_words and indicator.kind == "满意":
            level2 = "满意度指标"
        rows.append((level1, level2, indicator))
    order = (
        ["产出指标", "成本指标", "效益指标", "满意度指标"]
        if cost_in_output or rng.random() < 0.5
        else ["成本指标", "产出指标", "效益指标", "满意度指标"]
    )
    if cost_in_output:
        cost = [row for row in rows if row[1] == "成本指标"]
        rows = [row for row in rows if row[1] != "成本指标"]
        end = len([row for row in rows if row[0] == "产出指标"])
        rows = rows[:end] + cost + rows[end:]
    return sorted(rows, key=lambda row: order.index(row[0]))


def head_hebei(grid: Grid, rng: random.Random, project: Project) -> None:
    """项目编码, 预算规模及资金用途, 资金支出计划, 绩效目标 (河北); seven columns, of which the indicators use six."""
    row = grid.row_count
    grid.put(row, 0, "项目编码")
    grid.put(row, 1, project.code, column_span=2)
    grid.put(row, 3, "项目名称")
    grid.put(row, 4, project.name, column_span=3)
    grid.put(row + 1, 0, rng.choice(["预算规模及资金用途", "预算规模"]), row_span=2)
    grid.put(row + 1, 1, "预算数")
    grid.put(row + 1, 2, project.amount, number=True)
    grid.put(row + 1, 3, "其中：财政资金")
    grid.put(row + 1, 4, project.sources[0], number=True)
    grid.put(row + 1, 5, "其他资金")
    grid.put(row + 1, 6, project.sources[2])
    grid.put(row + 2, 1, f"用于{project.name}支出。", column_span=6, align="left")
    row += 3
    if rng.random() < 0.7:
        grid.put(row, 0, "资金支出计划（%）", row_span=2)
        for offset, words in enumerate((["3月底", "6月底", "10月底", "12月底"], ["25%", "50%", "75%", "100%"])):
            for column, span, text in zip((1, 2, 4, 6), (1, 2, 2, 1), words, strict=True):
                grid.put(row + offset, column, text, column_span=span)
        row += 2
    grid.put(row, 0, "绩效目标")
    grid.put(row, 1, project.goal, column_span=6, align="left")


def hebei_section(department: Department, unit: Unit, project: Project) -> Section:
    rng = department.rng
    rows = leveled(rng, project, cost_in_output=True)
    grid = Grid(
        [1.3, 1.3, 1.0, 1.2, 2.0, 1.2, 1.5],
        title=f"{project.name}绩效目标表",
        lines_above=["单位：万元"],
        sheet="项目绩效",
    )
    head_hebei(grid, rng, project)
    grid.header_start, grid.header_rows = grid.row_count, 1
    row = grid.row_count
    words = [
        "一级指标",
        "二级指标",
        "三级指标",
        rng.choice(["绩效指标描述", "指标解释"]),
        "指标值",
        rng.choice(["指标值确定依据", "指标确定依据"]),
    ]
    columns, spans = (0, 1, 2, 4, 5, 6), (1, 1, 2, 1, 1, 1)
    for column, span, word in zip(columns, spans, words, strict=True):
        grid.put(row, column, word, column_span=span, bold=True)
    put_levels(grid, [item[:2] for item in rows], row + 1, (0, 1))
    basis = rng.choice(BASES)
    gold = []
    for offset, (level1, level2, indicator) in enumerate(rows):
        described = indicator.name if rng.random() < 0.5 else f"反映{indicator.name}的情况"
        texts = [indicator.name, described, indicator.target.text, basis]
        for column, span, text in zip(columns[2:], spans[2:], texts, strict=True):
            grid.put(row + 1 + offset, column, text, column_span=span)
        values = {
            "level1": level1,
            "level2": level2,
            "name": indicator.name,
            "target": indicator.target.text,
            "description": described,
            "basis": basis,
        }
        gold.append(gold_row(department, "项目绩效目标", unit, project, **values))
    grid.fill()
    return Section([grid], gold)


def head_central(grid: Grid, department: Department, unit: Unit, project: Project, *, coded: bool = True) -> None:
    """项目名称, 主管部门, 实施单位, 项目资金, 年度目标 of the central template, over any number of columns ≥ 4."""
    width, row = grid.column_count, grid.row_count
    half = width // 2
    grid.put(row, 0, "项目名称")
    grid.put(row, 1, project.name, column_span=half - 1)
    grid.put(row, half, "项目编码" if coded else "项目类别")
    grid.put(row, half + 1, project.code if coded else "特定目标类", column_span=width - half - 1)
    grid.put(row + 1, 0, "主管部门")
    grid.put(row + 1, 1, department.name, column_span=half - 1)
    grid.put(row + 1, half, "实施单位")
    grid.put(row + 1, half + 1, unit.name, column_span=width - half - 1)
    grid.put(row + 2, 0, "项目资金（万元）", row_span=3)
    for offset, (label, value) in enumerate(
        [("年度资金总额", project.amount), ("其中：财政拨款", project.sources[0]), ("其他资金", project.sources[2])]
    ):
        grid.put(row + 2 + offset, 1, label, column_span=half - 1)
        grid.put(row + 2 + offset, half, value, column_span=width - half, number=True)
    grid.put(row + 5, 0, "年度目标")
    grid.put(row + 5, 1, project.goal, column_span=width - 1, align="left")


def central_section(department: Department, unit: Unit, project: Project) -> Section:
    """The central application form: four or five columns of indicators under the block."""
    rng = department.rng
    rows = leveled(rng, project, cost_in_output=rng.random() < 0.4)
    width = rng.choice([4, 5])
    style = department.level_style or LevelStyle()
    grid = Grid(
        [1.1, 1.4, 2.6, 1.4, 1.2][:width],
        title=rng.choice(["项目支出绩效目标表", "项目绩效目标申报表", "部门预算项目绩效目标表"]),
        sheet="项目绩效",
    )
    grid.lines_above = [f"（{department.year}年度）"]
    head_central(grid, department, unit, project, coded=department.codes_printed)
    grid.header_start, grid.header_rows = grid.row_count, 1
    start = (
        grid.row(
            ["一级指标", "二级指标", "三级指标", rng.choice(["指标值", "年度指标值", "目标值"]), "备注"][:width],
            bold=True,
        )
        + 1
    )
    put_levels(grid, [(style.printed(item[0]), item[1]) for item in rows], start, (0, 1), vertical=style.vertical)
    gold = []
    for offset, (level1, level2, indicator) in enumerate(rows):
        grid.put(start + offset, 2, indicator.name)
        grid.put(start + offset, 3, indicator.target.text)
        values = {
            "level1": style.word(level1),
            "level2": level2,
            "name": indicator.name,
            "target": indicator.target.text,
        }
        gold.append(gold_row(department, "项目绩效目标", unit, project, **values))
    grid.fill()
    return Section([grid], gold)


SectionMaker = Callable[[Department, Unit, Project], Section]


def each_project(department: Department, maker: SectionMaker, *, own_pages: bool, headed: bool) -> list[Section]:
    """One section a project, each on its own page or one under the other with a numbered heading."""
    sections = []
    for number, (unit, project) in enumerate(department.projects, start=1):
        section = maker(department, unit, project)
        grid = next(block for block in section.blocks if isinstance(block, Grid))
        if own_pages or number == 1:
            section.blocks.insert(0, PageBreak(landscape=grid.landscape))
        if headed:
            section.blocks.insert(-1, Text(f"{number}、{project.name}绩效目标表", "heading"))
            grid.title = ""
        sections.append(section)
    return sections


def one_project(rng: random.Random) -> tuple[Department, list[Section]]:
    """One table a project, in the 河北 or the central form."""
    hebei = rng.random() < 0.6
    department = make_department(
        rng, province="河北" if hebei else "", units=rng.randint(1, 2), projects=rng.randint(2, 4)
    )
    maker = hebei_section if hebei else central_section
    if not hebei:
        department.codes_printed = rng.random() < 0.6
        department.level_style = draw_level_style(rng)
    return department, each_project(department, maker, own_pages=rng.random() < 0.4, headed=hebei)
