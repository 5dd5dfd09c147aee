"""Project self-evaluation (项目支出绩效自评表, central template) and the two halves side by side (实施期 ‖ 年度)."""

from __future__ import annotations

import random

from tests.generator.blocks import Grid, Section
from tests.generator.content import Department, Indicator, Project, Unit, make_department, make_indicators, money_text
from tests.generator.gold import gold_row
from tests.generator.layout_overall import actual_of, plain, put_levels, weights_of
from tests.generator.layout_project import each_project, leveled
from tests.generator.levels import LevelStyle, draw_level_style

PREFIXES = ["指标{n}：", "指标{n}：", "指标{n}:", "{n}.", "{n}、", "（{n}）"]
"""Numbering before a name; it is not part of the name."""
FUND_WORDS = ["年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]


def numbered(prefix: str, number: int, name: str) -> str:
    """`指标1：` or the like before a name; never `1.2026年…`, which nobody could read."""
    if name[0].isdigit():
        prefix = prefix.replace(".", "、")
    return prefix.format(n=number) + name


def fund_rows(grid: Grid, rng: random.Random, project: Project, widths: list[int]) -> float:
    """项目资金（万元）: a header row and the sums by source; gives the execution's score."""
    row = grid.row_count
    budget = float(project.sources[0])
    spent = round(budget * rng.choice([1.0, 1.0, rng.uniform(0.5, 1.0)]), 2)
    score = round(10 * spent / budget, 2) if budget else 10.0
    labels = ["", "年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金"]
    grid.put(row, 0, "项目资金（万元）", row_span=len(labels))
    mark = rng.choice(["—", "-", "/"])
    figures = [money_text(budget), money_text(budget), money_text(spent)]
    for offset, label in enumerate(labels):
        grid.put(row + offset, 1, label, column_span=widths[0], align="left")
        texts = FUND_WORDS
        if offset == 1:
            texts = [*figures, "10", f"{spent / budget if budget else 1:.2%}", plain(score)]
        elif offset == 2:
            texts = [*figures, mark, mark, mark]
        elif offset > 2:
            texts = ["", "", "", mark, mark, mark]
        column = 1 + widths[0]
        for text, span in zip(texts, widths[1:], strict=True):
            grid.put(row + offset, column, text, column_span=span)
            column += span
    return score


def self_head(grid: Grid, department: Department, unit: Unit, project: Project) -> float:
    """The block above the indicators over ten columns."""
    rng = department.rng
    grid.put(0, 0, "项目名称")
    grid.put(0, 1, f"{project.code}-{project.name}" if department.codes_printed else project.name, column_span=9)
    grid.put(1, 0, "主管部门")
    grid.put(1, 1, department.name, column_span=4)
    grid.put(1, 5, rng.choice(["实施单位", "项目实施单位"]), column_span=2)
    grid.put(1, 7, unit.name, column_span=3)
    score = fund_rows(grid, rng, project, [2, 1, 1, 2, 1, 1, 1])
    row = grid.row_count
    grid.put(row, 0, rng.choice(["年度总体目标", "年度总体\n目标"]), row_span=2)
    grid.put(row, 1, "预期目标", column_span=4)
    grid.put(row, 5, "实际完成情况", column_span=5)
    grid.put(row + 1, 1, project.goal, column_span=4, align="left")
    grid.put(row + 1, 5, f"已完成年度目标，{department.topic.goal[:12]}。", column_span=5, align="left")
    return score


def with_leftovers(
    rng: random.Random, rows: list[tuple[str, str, Indicator | None, str]]
) -> list[tuple[str, str, Indicator | None, str]]:
    """Template rows that nobody filled: `……` or an empty `指标2：` after the last indicator of some 二级."""
    result = []
    for position, row in enumerate(rows):
        result.append(row)
        end = position + 1 == len(rows) or rows[position + 1][:2] != row[:2]
        if end and rng.random() < 0.25:
            result.append((row[0], row[1], None, rng.choice(["……", "指标2：", "……", "指标3：", "..."])))
    return result


def self_section(
    department: Department,
    unit: Unit,
    project: Project,
    style: LevelStyle,
    *,
    prefix: str,
    leftovers: bool,
    outer: bool,
) -> Section:
    """Ten columns: 绩效指标 (vertical, optional), 一级, 二级, 三级 (two), 年度指标值, 实际完成值, 分值, 得分, 偏差原因."""
    rng = department.rng
    grid = Grid(
        [0.8, 0.9, 1.2, 1.3, 1.2, 1.2, 1.2, 0.8, 0.8, 1.6],
        title=rng.choice(["项目支出绩效自评表", "{year}年度项目支出绩效自评表"]).format(year=department.year),
        sheet="项目自评",
    )
    grid.lines_above = [f"（{department.year}年度）"]
    total = self_head(grid, department, unit, project)
    leveled_rows = leveled(rng, project, cost_in_output=rng.random() < 0.4)
    rows: list[tuple[str, str, Indicator | None, str]] = [
        (level1, level2, indicator, "") for level1, level2, indicator in leveled_rows
    ]
    if leftovers:
        rows = with_leftovers(rng, rows)
    header = grid.row_count
    grid.header_start, grid.header_rows = header, 1
    words = [
        "一级指标",
        "二级指标",
        "三级指标",
        rng.choice(["年度指标值", "年度\n指标值"]),
        rng.choice(["实际完成值", "实际\n完成值"]),
        "分值",
        "得分",
        rng.choice(["偏差原因分析及改进措施", "未完成原因分析"]),
    ]
    columns = [(1, 1), (2, 1), (3, 2), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1)]
    if outer:
        grid.put(header, 0, "绩效指标", row_span=len(rows) + 1, vertical=True)
    else:
        columns[0] = (0, 2)
    for (column, span), word in zip(columns, words, strict=True):
        grid.put(header, column, word, column_span=span, bold=True)
    start = header + 1
    levels = Grid([1.0, 1.0])
    put_levels(levels, [(style.printed(row[0]), row[1]) for row in rows], 0, (0, 1))
    for cell in levels.cells:
        column, span = columns[cell.column]
        grid.put(
            start + cell.row,
            column,
            cell.text,
            row_span=cell.row_span,
            column_span=span,
            vertical=style.vertical and cell.column == 0,
        )
    weights = iter(weights_of(rng, len(leveled_rows), 90))
    gold, number, run = [], 0, ("", "")
    for offset, (level1, level2, indicator, leftover) in enumerate(rows):
        number = number + 1 if (level1, level2) == run else 1
        run = (level1, level2)
        texts = [leftover, "", "", "", "", ""]
        if indicator is not None:
            weight = next(weights)
            missed = rng.random() < 0.08
            score = round(weight * 0.6, 2) if missed else weight
            total += score
            actual = actual_of(rng, indicator.target)
            reason = "项目推进较慢，将加快实施进度。" if missed else ""
            shown = numbered(prefix, number, indicator.name)
            texts = [shown, indicator.target.text, actual, plain(weight), plain(score), reason]
            extra = {"actual": actual, "weight": plain(weight), "score": plain(score), "reason": reason}
            gold.append(
                gold_row(
                    department,
                    "项目绩效自评",
                    unit,
                    project,
                    level1=style.word(level1),
                    level2=level2,
                    name=indicator.name,
                    target=indicator.target.text,
                    **extra,
                )
            )
        for (column, span), text in zip(columns[2:], texts, strict=True):
            grid.put(start + offset, column, text, column_span=span)
    row = grid.row_count
    grid.put(row, 0, "总分", column_span=7)
    grid.put(row, 7, "100")
    grid.put(row, 8, plain(total))
    grid.fill()
    return Section([grid], gold)


def project_self(rng: random.Random) -> tuple[Department, list[Section]]:
    """Two to four projects' self-evaluations in the central template."""
    department = make_department(rng, units=rng.randint(1, 2), projects=rng.randint(1, 3))
    department.codes_printed = rng.random() < 0.25
    style = draw_level_style(rng)
    prefix = rng.choice(PREFIXES) if rng.random() < 0.4 else ""
    leftovers, outer = rng.random() < 0.4, rng.random() < 0.7
    sections = each_project(
        department,
        lambda owner, unit, project: self_section(
            owner, unit, project, style, prefix=prefix, leftovers=leftovers, outer=outer
        ),
        own_pages=rng.random() < 0.6,
        headed=rng.random() < 0.15,
    )
    return department, sections


def halves_section(
    department: Department, unit: Unit, project: Project, style: LevelStyle, *, prefix: str, titled: bool
) -> Section:
    """实施期 at the left, 年度 at the right; both halves have their own indicators under a shared 一级."""
    rng = department.rng
    year = department.year
    grid = Grid(
        [0.9, 1.1, 2.3, 1.2, 1.1, 2.3, 1.2],
        title=rng.choice(["项目支出绩效目标申报表", "项目绩效目标表"]),
        sheet="项目绩效",
    )
    grid.lines_above = [f"（{year}年度）"]
    grid.put(0, 0, "项目名称")
    grid.put(0, 1, f"{project.code}-{project.name}" if department.codes_printed else project.name, column_span=6)
    grid.put(1, 0, "主管部门")
    grid.put(1, 1, department.name, column_span=3)
    grid.put(1, 4, "实施单位")
    grid.put(1, 5, unit.name, column_span=2)
    grid.put(2, 0, "项目资金（万元）")
    grid.put(2, 1, "实施期资金总额")
    grid.put(2, 2, money_text(float(project.amount) * 3), column_span=2)
    grid.put(2, 4, "年度资金总额")
    grid.put(2, 5, project.amount, column_span=2)
    grid.put(3, 0, "总体目标", row_span=2)
    term = rng.choice([f"实施期目标（{year}年—{year + 2}年）", "实施期目标", "中期目标（20××年—20××+n年）"])
    grid.put(3, 1, term, column_span=3)
    grid.put(3, 4, "年度目标", column_span=3)
    grid.put(4, 1, project.goal, column_span=3, align="left")
    grid.put(4, 4, project.goal, column_span=3, align="left")
    header = 5
    if titled:
        grid.put(5, 0, "一级指标", row_span=2)
        grid.put(5, 1, "实施期绩效指标", column_span=3)
        grid.put(5, 4, "年度绩效指标", column_span=3)
        header = 6
    for column, word in enumerate(["一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"]):
        if column or not titled:
            grid.put(header, column, word)
    grid.header_start, grid.header_rows = 5, header - 4
    return halves_rows(grid, department, unit, project, style, prefix=prefix)


def halves_rows(
    grid: Grid, department: Department, unit: Unit, project: Project, style: LevelStyle, *, prefix: str
) -> Section:
    """The indicators of both halves, run by run of equal 二级."""
    rng = department.rng
    year_rows = leveled(rng, project, cost_in_output=True)
    term = Project(project.code, project.name, money_text(float(project.amount) * 3), project.sources, project.goal)
    term.indicators = make_indicators(rng, department.topic, department.year, term.amount, 0.8)
    term_rows = leveled(rng, term, cost_in_output=True)
    runs = list(
        dict.fromkeys(
            [
                row[:2]
                for row in sorted(
                    term_rows + year_rows, key=lambda row: ["产出指标", "效益指标", "满意度指标"].index(row[0])
                )
            ]
        )
    )
    order = {
        "数量指标": 0,
        "质量指标": 1,
        "时效指标": 2,
        "成本指标": 3,
        "经济效益指标": 4,
        "社会效益指标": 5,
        "生态效益指标": 6,
        "可持续影响指标": 7,
        "服务对象满意度指标": 8,
    }
    runs.sort(key=lambda run: order[run[1]])
    gold: list[dict[str, str]] = []
    starts: dict[str, tuple[int, int]] = {}
    for level1, level2 in runs:
        halves = [[row[2] for row in rows if row[:2] == (level1, level2)] for rows in (term_rows, year_rows)]
        depth, start = max(len(half) for half in halves), grid.row_count
        first, _ = starts.get(level1, (start, 0))
        starts[level1] = (first, start + depth - first)
        for half, column, period in zip(halves, (1, 4), ("实施期", "年度"), strict=True):
            grid.put(start, column, level2, row_span=depth)
            for offset in range(depth):
                name = target = ""
                if offset < len(half):
                    name, target = half[offset].name, half[offset].target.text
                    values = {
                        "level1": style.word(level1),
                        "level2": level2,
                        "name": name,
                        "target": target,
                        "period": period,
                    }
                    gold.append(gold_row(department, "项目绩效目标", unit, project, **values))
                shown = numbered(prefix, offset + 1, name) if name else ""
                grid.put(start + offset, column + 1, shown)
                grid.put(start + offset, column + 2, target)
    for level1, (first, depth) in starts.items():
        grid.put(first, 0, style.printed(level1), row_span=depth, vertical=style.vertical)
    grid.fill()
    return Section([grid], gold)


def two_halves(rng: random.Random) -> tuple[Department, list[Section]]:
    """Application form with both periods (山西, 安徽, central form)."""
    department = make_department(rng, province=rng.choice(["山西", "安徽", ""]), units=1, projects=rng.randint(2, 3))
    department.codes_printed = rng.random() < 0.3
    style = draw_level_style(rng)
    prefix = rng.choice(PREFIXES) if rng.random() < 0.4 else ""
    titled = rng.random() < 0.5
    sections = each_project(
        department,
        lambda owner, unit, project: halves_section(owner, unit, project, style, prefix=prefix, titled=titled),
        own_pages=rng.random() < 0.6,
        headed=rng.random() < 0.2,
    )
    return department, sections
