"""Targets in sentences (文字绩效目标) in the styles of county disclosures, and tables without ruling lines."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.generator.blocks import Block, Grid, PageBreak, Section, Text
from tests.generator.content import LEVELS, Department, make_department
from tests.generator.gold import gold_row
from tests.generator.layout_overall import overall, overall_self
from tests.generator.layout_project import central_section, each_project
from tests.generator.layout_self import project_self
from tests.generator.topics import COMMON

NUMERALS = "一二三四五六七八九十"


def pick_rates(department: Department, number: int) -> list[str]:
    """Names of rates that a sentence can set: from the department's 质量 and the common ones."""
    entries = department.topic.indicators["质量"] + COMMON["质量"] + COMMON["时效"]
    names = [entry.partition("=")[0] for entry in entries if entry.endswith("=%")]
    return department.rng.sample(names, min(number, len(names)))


def sentence(rng: random.Random, name: str) -> tuple[str, str]:
    """A sentence that sets a target and the target as printed: 达到 and 确保 are not part of it, comparators are."""
    value = rng.choice(["90%", "95%", "98%", "100%"])
    if value == "100%":
        return rng.choice([(f"{name}达到100%", "100%"), (f"{name}100%", "100%"), (f"确保{name}100%", "100%")])
    return rng.choice([
        (f"{name}达到{value}以上", f"{value}以上"), (f"{name}不低于{value}", f"不低于{value}"), (f"{name}≥{value}", f"≥{value}"),
        (f"{name}达{value}以上", f"{value}以上"),
    ])  # fmt: skip


def listed(department: Department) -> tuple[list[Block], list[dict[str, str]]]:
    """`1、任务。绩效目标：…。绩效指标：…达到95%以上。` one line a task."""
    rng = department.rng
    blocks: list[Block] = [Text("（二）分项绩效目标", "heading")]
    gold = []
    mark = rng.choice(["{n}、", "{n}.", "（{n}）", "({n})"])
    tasks = department.topic.projects
    for number, name in enumerate(pick_rates(department, rng.randint(3, 6)), start=1):
        text, target = sentence(rng, name)
        goal = f"绩效目标：{department.topic.goal}。"
        blocks.append(Text(f"{mark.format(n=number)}{tasks[number % len(tasks)]}。{goal}绩效指标：{text}。"))
        gold.append(gold_row(department, "文字绩效目标", name=name, target=target))
    return blocks, gold


def several(department: Department) -> tuple[list[Block], list[dict[str, str]]]:
    """Tasks with headings; their 绩效指标 are parted by ； or ① ②."""
    rng = department.rng
    blocks: list[Block] = [Text("（二）分项绩效目标", "heading")]
    gold = []
    names = pick_rates(department, 6)
    circled = rng.random() < 0.5
    for number in range(len(names) // 2):
        pair = [sentence(rng, name) for name in names[2 * number : 2 * number + 2]]
        gold += [
            gold_row(department, "文字绩效目标", name=name, target=target)
            for name, (_, target) in zip(names[2 * number :], pair, strict=False)
        ]
        texts = [text for text, _ in pair]
        joined = "；".join(f"{'①②③'[position]}{text}" if circled else text for position, text in enumerate(texts))
        blocks += [
            Text(f"{number + 1}.{department.topic.projects[number % len(department.topic.projects)]}"),
            Text(f"绩效目标：{department.topic.goal}。"), Text(f"绩效指标：{joined}。"),
        ]  # fmt: skip
    return blocks, gold


def by_level(department: Department) -> tuple[list[Block], list[dict[str, str]]]:
    """`产出指标：数量指标：…` by level, each indicator a clause."""
    rng = department.rng
    blocks: list[Block] = [Text("三、部门绩效指标", "heading")]
    gold = []
    parts = [("产出指标", ["质量", "时效"]), ("满意度指标", ["满意"])]
    for number, (level1, kinds) in enumerate(parts):
        blocks.append(Text(f"（{NUMERALS[number]}）{level1}"))
        for position, kind in enumerate(kinds, start=1):
            entries = department.topic.indicators.get(kind, []) if kind != "时效" else COMMON["时效"]
            names = [entry.partition("=")[0] for entry in entries if entry.endswith("=%") or "=" not in entry][:2]
            level2 = LEVELS[kind][1]
            clauses = []
            for name in names:
                text, target = sentence(rng, name)
                clauses.append(text)
                gold.append(
                    gold_row(department, "文字绩效目标", level1=level1, level2=level2, name=name, target=target)
                )
            blocks.append(Text(f"{position}.{level2}：{'；'.join(clauses)}。"))
    return blocks, gold


def prose(rng: random.Random) -> tuple[Department, list[Section]]:
    """A narrative with goals in words, numbered targets, and the measures that follow (no targets)."""
    department = make_department(rng, units=1, projects=2)
    maker: Callable[[Department], tuple[list[Block], list[dict[str, str]]]] = rng.choice(
        [listed, listed, several, by_level]
    )
    blocks, gold = maker(department)
    lead: list[Block] = [
        PageBreak(), Text("五、部门整体绩效目标", "title"), Text("（一）总体绩效目标", "heading"),
        Text(f"贯彻落实上级决策部署，{department.topic.goal}，不断提升服务水平。"),
    ]  # fmt: skip
    tail: list[Block] = [
        Text("（三）工作保障措施", "heading"), Text("完善制度建设。制定完善预算绩效管理制度、资金管理办法，为全年预算绩效目标的实现奠定制度基础。"),
        Text("加强绩效运行监控。按要求开展绩效运行监控，发现问题及时采取措施，确保绩效目标如期保质实现。"),
    ]  # fmt: skip
    return department, [Section(lead + blocks + tail, gold)]


def borderless(rng: random.Random) -> tuple[Department, list[Section]]:
    """Another layout without any ruling line; columns only by alignment."""
    makers = [overall, overall_self, project_self, central_only]
    department, sections = rng.choice(makers)(rng)
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                block.drawn = "none"
    return department, sections


def central_only(rng: random.Random) -> tuple[Department, list[Section]]:
    department = make_department(rng, units=1, projects=2)
    return department, each_project(department, central_section, own_pages=True, headed=False)
