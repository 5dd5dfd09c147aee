"""Overall targets (部门整体绩效目标表) and their self-evaluation (部门整体绩效自评表)."""

from __future__ import annotations

import random

from tests.generator.blocks import Grid, PageBreak, Section
from tests.generator.content import LEVELS, Department, make_department, make_indicators, money_text
from tests.generator.gold import gold_row
from tests.generator.values import Target, rate, satisfaction, target_of

MANAGEMENT = {
    "工作目标管理": ["年度履职目标相关性=!相关", "工作任务科学性=!科学", "绩效指标合理性=!合理"],
    "预算和财务管理": [
        "预算编制完整性=!完整", "专项资金细化率=%", "预算执行率=%", "预算调整率=%<", "结转结余率=%<", "“三公经费”控制率=!≤100%", "政府采购执行率=%",
        "决算真实性=!真实", "资金使用合规性=!合规", "管理制度健全性=!健全", "预决算信息公开性=!公开", "资产管理规范性=!规范",
    ],
    "绩效管理": ["绩效目标编制完成率=!100%", "绩效监控完成率=!100%", "绩效自评完成率=!100%", "部门绩效评价完成率=!100%", "评价结果应用率=!100%"],
}  # fmt: skip
TITLES = [
    "部门整体绩效目标表",
    "整体绩效目标表",
    "本级部门(单位)整体绩效目标表",
    "部门（单位）整体支出绩效目标表",
    "{year}年部门整体绩效目标申报表",
]
SELF_TITLES = ["部门整体绩效自评表", "{year}年度部门整体支出绩效自评表", "部门（单位）整体绩效自评情况表"]
LEVEL_WORDS = ("一级指标", "二级指标", "三级指标")

Row = tuple[str, str, str, Target]


def overall_indicators(department: Department) -> list[Row]:
    """一级, 二级, 三级, target: 投入管理 of the template, then what the department does."""
    rng, topic = department.rng, department.topic
    rows: list[Row] = []
    for level2, entries in MANAGEMENT.items():
        kept = [entry for entry in entries if rng.random() < 0.9] or entries[:1]
        for entry in kept:
            name, _, form = entry.partition("=")
            rows.append(("投入管理指标", level2, name, target_of(rng, form, department.year, "10.00")))
    outputs = rng.sample(topic.indicators["数量"], rng.randint(2, 4))
    for position, entry in enumerate(outputs + rng.sample(topic.indicators["质量"], 3)):
        name, _, form = entry.partition("=")
        target = target_of(rng, form, department.year, "10.00")
        if rng.random() < 0.3:
            name, target = f"{name}任务完成率", rate(rng)
        rows.append(("产出指标", "重点工作任务完成" if position < len(outputs) else "履职目标实现", name, target))
    benefits = rng.sample(topic.indicators["社会"], rng.randint(1, 3)) + topic.indicators["可持续"][: rng.randint(0, 2)]
    for entry in benefits:
        name, _, form = entry.partition("=")
        rows.append(("效益指标", "履职效益", name, target_of(rng, form, department.year, "10.00")))
    rows += [
        ("效益指标", "满意度", name, satisfaction(rng))
        for name in rng.sample(topic.indicators["满意"], rng.randint(1, 2))
    ]
    return list({row[2]: row for row in reversed(rows)}.values())[::-1]


def central_indicators(department: Department) -> list[Row]:
    """The scheme of most other provinces: 产出 by 数量, 质量, 时效, 成本; 满意度 a 一级 of its own; no 投入管理."""
    rng = department.rng
    rows: list[Row] = []
    for indicator in make_indicators(rng, department.topic, department.year, department.total, 1.5):
        level1, level2 = LEVELS[indicator.kind]
        rows.append((level1, level2, indicator.name, indicator.target))
    order = ["产出指标", "成本指标", "效益指标", "满意度指标"]
    return sorted(rows, key=lambda row: order.index(row[0]))


def central_block(grid: Grid, department: Department) -> None:
    """年度预算申请 by income and by spending, 年度总体目标 (部门整体支出绩效目标申报表 of the centre)."""
    rng, width = department.rng, grid.column_count
    whole = float(department.total)
    basic = round(rng.uniform(200, 3000), 2)
    lines = [
        ("资金总额", money_text(whole + basic)), ("按收入性质分：一般公共预算", money_text(whole + basic)), ("政府性基金拨款", ""),
        ("按支出性质分：基本支出", money_text(basic)), ("项目支出", money_text(whole)),
    ]  # fmt: skip
    row = grid.row_count
    grid.put(row, 0, "年度预算申请（万元）", row_span=len(lines))
    for offset, (label, value) in enumerate(lines):
        grid.put(row + offset, 1, label, column_span=2, align="left")
        grid.put(row + offset, 3, value, column_span=width - 3, number=True)
    goals = "\n".join(
        f"目标{number}：{text}。" for number, text in enumerate(department.topic.goal.split("，"), start=1)
    )
    grid.put(grid.row_count, 0, rng.choice(["年度总体目标", "年度绩效目标"]))
    grid.put(grid.row_count - 1, 1, goals, column_span=width - 1, align="left")


def put_levels(
    grid: Grid, rows: list[tuple[str, str]], start: int, columns: tuple[int, int], *, vertical: bool = False
) -> None:
    """Merged 一级 and 二级 cells over the runs of equal levels."""
    for depth, column in enumerate(columns):
        position = 0
        while position < len(rows):
            end = position + 1
            while end < len(rows) and rows[end][: depth + 1] == rows[position][: depth + 1]:
                end += 1
            grid.put(
                start + position,
                column,
                rows[position][depth],
                row_span=end - position,
                vertical=vertical and depth == 0,
            )
            position = end


def tasks(department: Department) -> list[tuple[str, str]]:
    """任务名称 and 主要内容."""
    rng = department.rng
    names = rng.sample(department.topic.projects, min(len(department.topic.projects), rng.randint(2, 5)))
    verbs = ["落实", "推进", "完成", "持续强化"]
    return [
        (
            f"{position + 1}、{rng.choice(verbs)}{name}" if rng.random() < 0.5 else name,
            f"{rng.choice(verbs)}{name}各项任务，{department.topic.goal[:16]}",
        )
        for position, name in enumerate(names)
    ]


def goal_block(grid: Grid, department: Department, *, actual: bool) -> None:
    """年度履职目标, 年度主要任务, 预算情况 above the indicators; `actual` adds 实际完成情况."""
    rng, width = department.rng, grid.column_count
    half = width // 2 if not actual else width // 3
    goal = f"{department.topic.goal}。围绕中心工作，{department.topic.goal}，确保全年目标任务完成。"
    row = grid.row_count
    grid.put(row, 0, "年度履职目标")
    if actual:
        grid.put(row, 1, goal, column_span=half, align="left")
        grid.put(
            row,
            1 + half,
            f"一是{department.topic.goal}；二是各项重点任务按期完成。",
            column_span=width - 1 - half,
            align="left",
        )
    else:
        grid.put(row, 1, goal, column_span=width - 1, align="left")
    listed = tasks(department)
    row += 1
    grid.put(row, 0, "年度主要任务", row_span=len(listed) + 1)
    for offset, (name, content) in enumerate([("任务名称", "主要内容"), *listed]):
        if actual:
            done = "实际完成情况" if offset == 0 else rng.choice(["全部完成年度任务。", "已按计划完成，成效较好。"])
            grid.put(row + offset, 1, name, column_span=half)
            grid.put(row + offset, 1 + half, content, column_span=half, align="left")
            grid.put(row + offset, 1 + 2 * half, done, column_span=width - 1 - 2 * half, align="left")
        else:
            grid.put(row + offset, 1, name, column_span=half, align="left" if offset else "center")
            grid.put(
                row + offset, 1 + half, content, column_span=width - 1 - half, align="left" if offset else "center"
            )
    if not actual:
        budget_block(grid, department, half)


def budget_block(grid: Grid, department: Department, half: int) -> None:
    """预算情况: total, sources, structure."""
    rng, width, row = department.rng, grid.column_count, grid.row_count
    whole = float(department.total)
    basic = round(rng.uniform(200, 3000), 2)
    lines = [
        ("部门预算总额（万元）", money_text(whole + basic)), ("1、资金来源：（1）政府预算资金", money_text(whole + basic)), ("（2）财政专户管理资金", ""),
        ("（3）单位资金", ""), ("2、资金结构：（1）基本支出", money_text(basic)), ("（2）项目支出", money_text(whole)),
    ]  # fmt: skip
    grid.put(row, 0, "预算情况", row_span=len(lines))
    for offset, (label, value) in enumerate(lines):
        grid.put(row + offset, 1, label, column_span=half, align="left" if offset in (0, 1, 4) else "right")
        grid.put(row + offset, 1 + half, value, column_span=width - 1 - half, number=True)


def overall_section(department: Department) -> Section:
    rng = department.rng
    central = rng.random() < 0.35
    rows = central_indicators(department) if central else overall_indicators(department)
    explained = rng.random() < 0.75
    year = department.year - 1 if rng.random() < 0.12 else department.year
    grid = Grid([1.2, 1.4, 2.4, 1.2, 1.1] if explained else [1.2, 1.5, 2.6, 1.4], sheet="整体绩效目标表")
    grid.title = rng.choice(TITLES).format(year=year)
    grid.lines_above = [f"（{year}年度）"] + ([f"部门名称：{department.name}"] if rng.random() < 0.5 else [])
    grid.landscape = rng.random() < 0.3
    if len(grid.lines_above) == 1:
        grid.put(0, 0, "部门（单位）名称")
        grid.put(0, 1, department.name, column_span=grid.column_count - 1)
    if central:
        central_block(grid, department)
    else:
        goal_block(grid, department, actual=False)
    header = [
        *LEVEL_WORDS,
        rng.choice(["指标值", "指标值", "年度指标值", "目标值"]),
        rng.choice(["指标值说明", "指标说明", "备注"]),
    ]
    grid.header_start = grid.row_count
    grid.header_rows = 1
    grid.row(header[: grid.column_count], bold=True)
    start = grid.row_count
    put_levels(grid, [row[:2] for row in rows], start, (0, 1))
    gold = []
    for offset, (level1, level2, name, target) in enumerate(rows):
        described = f"考核{name}情况" if explained and rng.random() < 0.15 else ""
        grid.put(start + offset, 2, name)
        grid.put(start + offset, 3, target.text)
        if explained:
            grid.put(start + offset, 4, described)
        values = {"level1": level1, "level2": level2, "name": name, "target": target.text, "description": described}
        gold.append(gold_row(department, "整体绩效目标", year=str(year), **values))
    grid.fill()
    return Section([PageBreak(landscape=grid.landscape), grid], gold)


def actual_of(rng: random.Random, target: Target) -> str:
    """实际完成值 that a department would report for a target."""
    if target.unit == "%" and target.value:
        return f"{min(100, int(float(target.value)) + rng.choice([0, 0, 1, 2, -3]))}%"
    if target.value:
        return f"{target.value}{target.unit}"
    return rng.choice(["100%", target.text or "100%", "已完成"])


def weights_of(rng: random.Random, number: int, total: float) -> list[float]:
    """Weights with at most one decimal that add up to `total`."""
    each = round(total / number, 1)
    weights = [each] * number
    weights[-1] = round(total - each * (number - 1), 2)
    rng.shuffle(weights)
    return weights


def plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def fund_block(grid: Grid, rng: random.Random, department: Department) -> float:
    """预算执行情况 with 年初预算数 … 得分; gives the score of the execution."""
    width, row = grid.column_count, grid.row_count
    budget = float(department.total)
    spent = round(budget * rng.uniform(0.8, 1.0), 2)
    score = round(10 * spent / budget, 2)
    words = ["年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
    columns = [2, 3, 4, 5, 6, 7] if width >= 8 else []
    last = width - 1
    grid.put(row, 0, "预算执行情况（万元）", row_span=3, column_span=1)
    label_span = 1
    for offset, label in enumerate(["", "年度资金总额", "其中：财政拨款"]):
        grid.put(row + offset, 1, label, column_span=label_span)
    for position, column in enumerate(columns):
        span = width - column if column == columns[-1] else 1
        values = [
            words[position],
            [money_text(budget), money_text(budget), money_text(spent), "10", f"{spent / budget:.2%}", plain(score)][
                position
            ],
            "",
        ]
        if position < 3:
            values[2] = values[1]
        for offset, value in enumerate(values):
            grid.put(row + offset, column, value, column_span=max(1, span), number=offset > 0)
    del last
    return score


def overall_self_section(department: Department) -> Section:
    rng = department.rng
    rows = overall_indicators(department)
    outer = rng.random() < 0.6
    deviation = rng.random() < 0.7
    shift = 1 if outer else 0
    widths = [0.6] * shift + [1.1, 1.3, 2.6, 1.1, 1.1, 0.8, 0.8] + ([1.0] if deviation else []) + [1.6]
    grid = Grid(widths, sheet="整体绩效自评表", title=rng.choice(SELF_TITLES).format(year=department.year))
    grid.lines_above = [f"（{department.year}年度）"]
    grid.landscape = rng.random() < 0.3
    grid.put(0, 0, "部门（单位）名称", column_span=2)
    grid.put(0, 2, department.name, column_span=grid.column_count - 2)
    execution = fund_block(grid, rng, department)
    goal_block(grid, department, actual=True)
    header = [
        *LEVEL_WORDS,
        rng.choice(["年度指标值", "指标值", "年初目标值"]),
        rng.choice(["实际完成值", "全年实际值", "实际完成指标值"]),
        rng.choice(["分值", "权重"]),
        rng.choice(["得分", "自评得分"]),
    ]
    header += (["偏差度"] if deviation else []) + [rng.choice(["偏差原因分析及改进措施", "未完成原因及拟采取的措施"])]
    grid.header_start = grid.row_count
    grid.header_rows = 1
    start = grid.row_count + 1
    if outer:
        grid.put(grid.row_count, 0, "绩效指标", row_span=len(rows) + 1, vertical=rng.random() < 0.5)
    for position, word in enumerate(header):
        grid.put(start - 1, shift + position, word, bold=True)
    put_levels(grid, [row[:2] for row in rows], start, (shift, shift + 1))
    gold, total = [], execution
    for offset, ((level1, level2, name, target), weight) in enumerate(
        zip(rows, weights_of(rng, len(rows), 90), strict=True)
    ):
        missed = rng.random() < 0.08
        actual = "0%" if missed else actual_of(rng, target)
        score = 0.0 if missed else weight
        total += score
        gap = "-100.00%" if missed else "0.00%"
        reason = "受客观因素影响未开展，下一步加快推进。" if missed else ""
        values = [name, target.text, actual, plain(weight), plain(score)] + ([gap] if deviation else []) + [reason]
        for position, text in enumerate(values):
            grid.put(start + offset, shift + 2 + position, text, align="left" if position == 0 else "center")
        extra = {
            "actual": actual,
            "weight": plain(weight),
            "score": plain(score),
            "deviation": gap if deviation else "",
            "reason": reason,
        }
        gold.append(
            gold_row(department, "整体绩效自评", level1=level1, level2=level2, name=name, target=target.text, **extra)
        )
    sum_row(grid, shift + 5, plain(total))
    grid.fill()
    return Section([PageBreak(landscape=grid.landscape), grid], gold)


def sum_row(grid: Grid, column: int, total: str) -> None:
    """总分 under the indicators; `column` is that of the weights."""
    row = grid.row_count
    grid.put(row, 0, "总分", column_span=column)
    grid.put(row, column, "100")
    grid.put(row, column + 1, total)


def overall(rng: random.Random) -> tuple[Department, list[Section]]:
    department = make_department(rng, units=rng.randint(1, 2), projects=rng.randint(2, 5))
    return department, [overall_section(department)]


def overall_self(rng: random.Random) -> tuple[Department, list[Section]]:
    department = make_department(rng, units=rng.randint(1, 2), projects=rng.randint(2, 5))
    return department, [overall_self_section(department)]
