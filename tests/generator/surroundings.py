"""What stands around the 绩效 tables in a real file: cover, contents, narrative, ordinary budget tables, notes."""

from __future__ import annotations

from tests.generator.blocks import Block, Grid, PageBreak, Text
from tests.generator.content import Department, money_text

TABLES = [
    "部门收支总体情况表",
    "部门收入总体情况表",
    "财政拨款收支总体情况表",
    "一般公共预算支出情况表",
    "项目支出表",
    "部门整体绩效目标表",
    "项目绩效目标表",
]


def cover(department: Department, *, final: bool) -> list[Block]:
    kind = department.rng.choice(["部门预算", "单位预算", "部门预算公开"]) if not final else "部门决算"
    return [
        Text(department.name, "cover"),
        Text(f"{department.year}年度{kind}", "cover"),
        Text(f"{department.year}年{department.rng.randint(1, 9)}月", "right"),
    ]


def contents(department: Department) -> list[Block]:
    """A contents page that names the 绩效 tables, with dots and page numbers."""
    rng = department.rng
    lines: list[Block] = [
        PageBreak(),
        Text("目  录", "title"),
        Text("第一部分 部门概况", "toc"),
        Text("第二部分 预算情况说明", "toc"),
    ]
    for number, name in enumerate(TABLES):
        dots = "." * rng.randint(12, 40)
        numeral = "一二三四五六七八九十"[number]
        lines.append(Text(f"{numeral}、{department.year}年{name}{dots}{number * 2 + 5}", "toc"))
    return lines


def narrative(department: Department) -> list[Block]:
    """Text about the department, with the words of the 绩效 tables in it."""
    count = len(department.projects)
    return [
        PageBreak(), Text("第一部分 部门概况", "title"), Text("一、主要职责", "heading"),
        Text(f"{department.name}负责贯彻执行有关法律法规，{department.topic.goal}，承担市委、市政府交办的其他工作。"),
        Text("二、机构设置", "heading"), Text(f"纳入本次公开范围的单位共{len(department.units)}个：{'、'.join(unit.name for unit in department.units)}。"),
        Text("第二部分 预算情况说明", "title"), Text("一、收支预算总体情况说明", "heading"),
        Text(f"{department.name}{department.year}年收入总计{department.total}万元，支出总计{department.total}万元，与{department.year - 1}年相比有所增长。"),
        Text("二、预算绩效情况说明", "heading"),
        Text(f"{department.year}年按要求编制了绩效目标，从成本、产出、效益、满意度等方面设置了绩效指标，综合反映项目预期完成的数量、质量、时效。"
             f"纳入预算绩效管理的项目{count}个，涉及资金{department.total}万元，部门整体绩效目标和项目绩效目标见附表。"),
    ]  # fmt: skip


def balance_grid(department: Department) -> Grid:
    """部门收支总体情况表: income on the left, spending on the right."""
    rng = department.rng
    grid = Grid(
        [3, 1.4, 3, 1.4],
        title=f"{department.year}年部门收支总体情况表",
        lines_above=["单位：万元"],
        sheet="收支总表",
        header_rows=2,
    )
    grid.put(0, 0, "收入", column_span=2)
    grid.put(0, 2, "支出", column_span=2)
    grid.row(["项目", "预算数", "项目", "预算数"])
    functions = [
        "一、一般公共服务支出",
        "二、教育支出",
        "三、社会保障和就业支出",
        "四、卫生健康支出",
        "五、节能环保支出",
        "六、城乡社区支出",
        "七、农林水支出",
        "八、住房保障支出",
    ]
    incomes = [
        "一、一般公共预算拨款收入",
        "二、政府性基金预算拨款收入",
        "三、财政专户管理资金收入",
        "四、事业收入",
        "五、其他收入",
        "",
        "",
        "",
    ]
    for income, function in zip(incomes, functions, strict=True):
        grid.row(
            [
                income,
                department.total if income.startswith("一") else "",
                function,
                money_text(rng.uniform(1, 900)) if rng.random() < 0.5 else "",
            ]
        )
    grid.row(["本年收入合计", department.total, "本年支出合计", department.total])
    grid.fill()
    return grid


def spending_grid(department: Department, *, coded: bool) -> Grid:
    """项目支出表: project names and amounts without any indicator, the trap of every reader."""
    grid = Grid(
        ([2.2] if coded else []) + [1.2, 3.4, 2.2, 1.3, 1.3, 1.1, 1.1],
        title=f"{department.year}年项目支出表",
        sheet="项目支出表",
        header_rows=2,
        landscape=True,
    )
    grid.lines_above = ["单位：万元"]
    shift = int(coded)
    if coded:
        grid.put(0, 0, "项目编码", row_span=2)
    for column, word in enumerate(["类型", "项目名称", "项目单位", "合计"]):
        grid.put(0, shift + column, word, row_span=2)
    grid.put(0, shift + 4, "本年拨款", column_span=3)
    for column, word in enumerate(["一般公共预算", "政府性基金预算", "单位资金"]):
        grid.put(1, shift + 4 + column, word)
    grid.row([""] * shift + ["合计", "", "", department.total, department.total, "", ""])
    for unit, project in department.projects:
        kind = department.rng.choice(["特定目标类", "其他运转类"])
        cells = [project.code] * shift + [
            kind,
            project.name,
            unit.name,
            project.amount,
            project.sources[0],
            project.sources[1],
            project.sources[2],
        ]
        grid.row(cells)
    grid.fill()
    return grid


def front(department: Department, *, final: bool, coded: bool) -> list[Block]:
    """All that comes before the 绩效 tables."""
    blocks = cover(department, final=final) + contents(department) + narrative(department)
    blocks += [
        PageBreak(),
        Text("第三部分 预算表" if not final else "第三部分 决算表", "title"),
        balance_grid(department),
    ]
    if not final:
        blocks += [PageBreak(landscape=True), spending_grid(department, coded=coded)]
    return blocks


def back(department: Department) -> list[Block]:
    """Notes after the tables."""
    rng = department.rng
    if rng.random() < 0.5:
        return [Text("注：本表金额单位转换时可能存在四舍五入尾数误差。", "note")]
    return [
        PageBreak(), Text("第四部分 名词解释", "title"),
        Text("一、财政拨款收入：指本级财政当年拨付的资金。"), Text("二、绩效目标：指财政资金计划在一定期限内达到的产出和效果，分为产出指标、效益指标和满意度指标。"),
    ]  # fmt: skip
