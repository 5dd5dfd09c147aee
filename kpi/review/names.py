"""Are the names those of indicators (指标名称): R11–R13, R37."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kpi.cluster import explain, normalise_name
from kpi.review.registry import ERROR, LEAD, SETTING, WARNING, Problem, rule
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import GENERAL_ASKED, IS_SATISFACTION, fold
from kpi.tables.headers import level_key
from kpi.targets import find_unit

_NUMBERED = re.compile(r"(?:[一二三]级)?指标(?:名称)?[\d一二三四五六七八九十]*[:：]?|指标名称")
_BARE_LEVELS = frozenset(
    f"{word}{tail}"
    for word in (
        "产出", "效益", "成本", "数量", "质量", "时效", "经济效益", "社会效益", "生态效益", "可持续影响", "经济成本", "社会成本",
        "生态环境成本", "服务对象满意度", "满意度",
    )
    for tail in ("", "指标")
) - {"指标"}  # fmt: skip
_NEARLY_LEVELS = frozenset(
    {"可持续性", "可持续", "可持续发展", "时效性", "质量情况", "数量情况", "社会影响", "经济影响"}
)
_SENTENCE = re.compile(r"[。；;！!]|，[^，、]*[，、].{0,200}(?:的|了|和)|[，,].{6,200}[，,]")
_SENTENCE_PARTS = re.compile(r"[，,。；;]")
_HOLDS_VALUE = re.compile(
    r"[≥≤><]=?\d|(?:不低于|不少于|不超过|不高于|达到|大于|小于|控制在)\d|\d{1,12}(?:\.\d{1,12})?(?:%|％|万?元(?:/人)?|万?人次?|名|次|场|个|台|套|公里|平方米|亩|吨)$"
)
_ENDS_IN_COUNT = re.compile(r"(?<![第\-~—–A-Za-z\d.])\d{1,12}(?:\.\d{1,12})?(万?[\u4e00-\u9fff]{1,4})$")
# Units that number a thing as often as they count it (第二批, 3类, 5级), and those of age and time.
_COUNTING = frozenset({"count", "length", "area", "mu", "volume", "weight"})
_NUMBERING = frozenset(
    "级 类 号 期 批 批次 档 层 线 路 区 县 市 站 点 段 标段 季度 季 章 条 款 等级 届 轮 代 班 版 节 步".split()
)
_GRADED = re.compile(r"满意[度率]?(?:较高|很高|高|良好|较好)$")


@rule(
    "R11", WARNING, "指标重复", topic=SETTING,
    advice="合并重复的指标，或写明各自的对象和口径",
    explained=(
        "同一项目、同一期间内同名指标出现两次（不计年份、括号里的单位和的、之等字）；说明不同的同名指标和意思相近的指标只作线索。"
    ),
)  # fmt: skip
def duplicates(view: ProjectView) -> Iterator[Problem]:
    """The same indicator is not set twice in a project."""
    for rows in view.periods:
        first: dict[str, Row] = {}
        distinct: list[Row] = []
        for row in rows:
            normal = normalise_name(row.indicator.name)
            if not normal:
                continue
            if normal in first:
                yield _duplicate(row, first[normal])
            else:
                first[normal] = row
                distinct.append(row)
        yield from _near(distinct)


def _duplicate(row: Row, other: Row) -> Problem:
    item, twin = row.indicator, other.indicator
    same = fold(item.target) == fold(twin.target)
    told_apart = bool(item.description and twin.description and fold(item.description) != fold(twin.description))
    more = "指标值也相同" if same else f"指标值分别为“{twin.target}”“{item.target}”"
    return Problem(
        indicator=item, message=f"与第 {twin.source.row} 行“{twin.name}”（{twin.level1}）重复，{more}", printed=item.name,
        expected="一个指标只列一次", severity=LEAD if told_apart and not same else "",
        evidence={"twin": twin.id, "twin_row": twin.source.row},
    )  # fmt: skip


def _near(rows: list[Row]) -> Iterator[Problem]:
    """Pairs that an evaluator would set side by side, with the same target: one of them is enough."""
    by_target: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if not row.managed:
            by_target.setdefault((row.group, fold(row.indicator.target)), []).append(row)
    for candidates in by_target.values():
        for number, row in enumerate(candidates):
            for other in candidates[:number]:
                if _alike(other.indicator.name, row.indicator.name):
                    yield Problem(
                        indicator=row.indicator, message=f"与第 {other.indicator.source.row} 行“{other.indicator.name}”意思相近，指标值相同",
                        printed=row.indicator.name, expected="意思相近的指标合并，或写明区别", severity=LEAD,
                        evidence={"twin": other.indicator.id, "twin_row": other.indicator.source.row},
                    )  # fmt: skip
                    break


_NEAR = 0.85
"""Likeness (0–1) of two names of one project that is worth a word; at the cut of clusters, 设备验收合格率 would be near
工程质量合格率."""


@lru_cache(maxsize=100_000)
def _alike(a: str, b: str) -> bool:
    found = explain(a, b)
    return found.alike and bool(found.common) and found.score >= _NEAR


@rule(
    "R12", ERROR, "指标名称不具体", topic=SETTING,
    advice="写出具体的三级指标名称：对象＋内容＋计量",
    explained="名称只是二级指标的名字（数量指标、服务对象满意度）或“指标1”；接近二级指标名字的（可持续性）只作线索。",
)  # fmt: skip
def bare_names(view: ProjectView) -> Iterator[Problem]:
    """A name is more than the 二级 or `指标1`."""
    for row in view.rows:
        key = level_key(row.indicator.name)
        own = {
            own_key
            for level in (row.indicator.level1, row.indicator.level2)
            if (own_key := level_key(level)).endswith("指标")
        }
        bare = _NUMBERED.fullmatch(fold(row.indicator.name)) or key in _BARE_LEVELS or key in own
        near = key in _NEARLY_LEVELS
        if bare or near:
            yield Problem(
                indicator=row.indicator, message=f"名称“{row.indicator.name}”没有说明考核什么", printed=row.indicator.name,
                expected="具体的指标名称", severity="" if bare else LEAD,
            )  # fmt: skip


@rule(
    "R13", LEAD, "指标名称是句子或含指标值", topic=SETTING, settings=("longest_name",),
    advice="名称只写考核什么；指标值写在指标值栏，要求写在说明栏",
    explained="名称是一句或几句话（有句号、分号，或含逗号且过长），或名称里写了指标值（≥95%、200人、满意度较高）。",
)  # fmt: skip
def sentence_names(view: ProjectView) -> Iterator[Problem]:
    """A name is no sentence and does not hold the value."""
    for row in view.rows:
        name = fold(row.indicator.name)
        what = ""
        if _SENTENCE.search(name) or (_SENTENCE_PARTS.search(name) and len(name) > view.settings.longest_name / 2):
            what = "是句子，不是指标名称"
        elif len(name) > view.settings.longest_name:
            what = f"过长（{len(name)} 字）"
        elif match := _HOLDS_VALUE.search(name) or _GRADED.search(name) or _counted_end(name):
            what = f"含有指标值“{match[0]}”"
        if what:
            yield Problem(
                indicator=row.indicator,
                message=f"名称{what}",
                printed=row.indicator.name,
                expected="对象＋内容＋计量的短语",
            )


def _counted_end(name: str) -> re.Match[str] | None:
    """培育家政企业3家: a number and the unit it is counted in close the name."""
    match = _ENDS_IN_COUNT.search(name)
    unit = find_unit(match[1]) if match is not None else None
    return match if unit is not None and unit.family in _COUNTING and unit.text not in _NUMBERING else None


@rule(
    "R37", LEAD, "满意度未说明对象", topic=SETTING,
    advice="写明谁的满意度，如参训学员满意度、受益农户满意度",
    explained="满意度指标的名称去掉“服务、工作、项目、对象”等泛称后没有剩下对象。",
)  # fmt: skip
def nameless_satisfaction(view: ProjectView) -> Iterator[Problem]:
    """A 满意度 says whose."""
    for row in view.rows:
        if not IS_SATISFACTION.search(row.name) or level_key(row.indicator.name) in _BARE_LEVELS:
            continue
        if level_key(row.indicator.name) == level_key(row.indicator.level2):
            continue
        if not GENERAL_ASKED.sub("", row.name):
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”没有说明是谁的满意度", printed=row.indicator.name,
                expected="写明服务对象",
            )  # fmt: skip
