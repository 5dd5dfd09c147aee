"""Can each target be checked, and does its direction fit (指标值): R18–R22, R24, R48."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from kpi.review.measures import is_share
from kpi.review.registry import APPROPRIATE, ARITHMETIC, LEAD, TARGET_TABLES, VALUES, WARNING, Problem, rule
from kpi.review.views import ProjectView
from kpi.review.vocabulary import (
    BAD_RATE,
    BENEFIT,
    GOOD_RATE,
    IS_SATISFACTION,
    NO_SHARE,
    NOT_GOOD,
    OUTPUT,
    SLOGAN,
    STATES,
    UNBOUNDED,
    fold,
)

_FULL = Decimal(100)
_NUMBER_FORMS = {"numeric", "range"}
_UNCLEAR = re.compile(r"^[》《〉〈]|约|左右|上下|大概|近(?=\d)|(?<=\d)余|(?<=\d)多(?=[个人次户家件])|若干")


_ACT = re.compile(
    "(?:培训|检查|督导|督查|宣传|审查|监测|抽检|巡查|演练|调研|救助|资助|体检|检测|集中(?:带量)?采购|执法|走访|慰问|演出|讲座|招聘)(?:活动|工作)?"
    "(?:次数|人次|人数|场次|批次|批数|份数|数量|户数)?$"
)
_CONTROLLED = re.compile("公务|接待|会议|差旅|出差|出国|办公|用车|车辆|维修|保养|耗材|事故|投诉|违|诉讼")


@rule(
    "R18", WARNING, "比较方向与名称不符", topic=VALUES,
    advice="越低越好的用 ≤，越高越好的用 ≥",
    explained="投诉率、事故率、故障率一类越低越好而用 ≥；合格率、覆盖率、满意度一类越高越好而用 ≤。培训、检查一类工作量用 ≤ 的只作线索（公务接待、会议等需控制的不查）。成本的方向见 R45。",
)  # fmt: skip
def wrong_direction(view: ProjectView) -> Iterator[Problem]:
    """The comparator fits the name."""
    for row in view.rows:
        item = row.indicator
        if item.kind != "numeric" or item.comparator not in {"≥", ">", "≤", "<"}:
            continue
        up = item.comparator in {"≥", ">"}
        if up and BAD_RATE.search(row.name) and item.value != 0:
            expected = "≤"
        elif not up and GOOD_RATE.search(row.name) and not NOT_GOOD.search(row.name):
            expected = "≥"
        elif (
            not up
            and row.group == OUTPUT
            and item.value
            and _ACT.search(row.name)
            and not _CONTROLLED.search(f"{row.name}{view.project.name}")
        ):
            yield Problem(
                indicator=item, message=f"“{item.name}”用“{item.comparator}”，一件不做也算完成", printed=item.target, expected="≥",
                severity=LEAD,
            )  # fmt: skip
            continue
        else:
            continue
        word = "越低越好" if expected == "≤" else "越高越好"
        yield Problem(
            indicator=item,
            message=f"“{item.name}”{word}，指标值却用“{item.comparator}”",
            printed=item.target,
            expected=expected,
        )


@rule(
    "R19", WARNING, "比率超过 100%", topic=ARITHMETIC,
    advice="不可能超过 100% 的比率写“=100%”或“100%”",
    explained="合格率、覆盖率、满意度一类有上限的比率大于 100%，或写成“≥100%”“＞100%”。增长率、收益率、毛入学率等可超过 100% 的不查；任务完成率等可超额的，超过 200% 才查。",
)  # fmt: skip
def share_over_full(view: ProjectView) -> Iterator[Problem]:
    """A bounded ratio is at most 100 %."""
    for row in view.rows:
        item = row.indicator
        if (
            item.kind not in _NUMBER_FORMS
            or item.base_unit != "%"
            or UNBOUNDED.search(row.name)
            or NO_SHARE.search(row.name)
        ):
            continue
        largest = item.base_upper if item.base_upper is not None else item.base_value
        bounded = is_share(row) and not _OVERFULFILLED.search(row.name)
        if largest is None or largest < _FULL:
            continue
        if largest > (_FULL if bounded else _BEYOND_BELIEF):
            yield Problem(
                indicator=item,
                message=f"“{item.name}”不可能达到“{item.target}”",
                printed=item.target,
                expected="不超过 100%",
            )
        elif bounded and largest == _FULL and item.comparator in {"≥", ">"}:
            yield Problem(
                indicator=item,
                message=f"“{item.name}”至多 100%，不宜写“{item.target}”",
                printed=item.target,
                expected="=100%",
            )


_BEYOND_BELIEF = Decimal(200)
"""Percent; above it even what can be overfulfilled, or a name that is no ratio, is taken for a slip."""
_OVERFULFILLED = re.compile("(?:任务|计划|目标|指标|收入|产值|税收|投资)(?:的)?完成率")
"""What is planned can be done more than once over."""


@rule(
    "R20", WARNING, "比较符不明确", topic=VALUES,
    advice="用 ≥、≤、= 写明，不用约数",
    explained="指标值有约、左右、近、余一类约数词，或误用书名号“》”作比较符。",
)  # fmt: skip
def unclear_comparator(view: ProjectView) -> Iterator[Problem]:
    """A comparator is one of ≥ ≤ = and the like."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in _NUMBER_FORMS | {"deadline"}:
            continue
        match = _UNCLEAR.search(fold(item.target))
        if match and not ("《" in item.target and "》" in item.target):
            yield Problem(
                indicator=item, message=f"“{match[0]}”不能据以判断是否完成", printed=item.target, expected="≥、≤ 或 ="
            )


@rule(
    "R21", WARNING, "一格两个指标值", topic=VALUES,
    advice="拆成两条指标",
    explained="一个指标值格里写了两个以上互不相干的目标（“100人，2次”）。区间不算。",
)  # fmt: skip
def several_targets(view: ProjectView) -> Iterator[Problem]:
    """One target in one cell."""
    for row in view.rows:
        if "several_targets" in row.indicator.warnings:
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.target}”含不止一个目标", printed=row.indicator.target,
                expected="每条指标一个指标值",
            )  # fmt: skip


@rule(
    "R22", WARNING, "定性指标值无法判断", topic=f"{APPROPRIATE}；101号：指标值",
    advice="写出可以判断的标准：程度分级、对照基准或具体事实",
    explained=(
        "指标值是口号（厉行节约、维护社会稳定），或只是把名称重复一遍。名称“…性”配同一个状态词（及时性—及时）只作线索；"
        "通过、完成、合格一类可核实的事实和整体表投入管理部分的模板用语不查。"
    ),
)  # fmt: skip
def cannot_be_judged(view: ProjectView) -> Iterator[Problem]:
    """Words of a 定性 target can be judged."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in {"qualitative", "relative"} or row.managed or item.value is not None:
            continue
        value, name = fold(item.target).strip("。.;；,，"), row.name
        if match := SLOGAN.search(value):
            yield Problem(
                indicator=item,
                message=f"“{match[0]}”是口号，无法判断是否达到",
                printed=item.target,
                expected="可以判断的标准",
            )
        elif len(value) >= 2 and (repeat := _repeats(value, name)):
            if value in STATES and not name.endswith("性"):
                continue
            yield Problem(
                indicator=item, message=f"指标值“{item.target}”{repeat}", printed=item.target, expected="可以判断的标准",
                severity=LEAD if value in STATES else "",
            )  # fmt: skip


def _repeats(value: str, name: str) -> str:
    """How a value repeats its name, "" where it says something of its own."""
    plain = re.sub("长期|切实|进一步|的|地|性|得到|有效", "", value)
    if value == name:
        return "与名称相同"
    if value in name or (len(plain) >= 3 and plain in re.sub("长期|切实|进一步|的|地|性|得到|有效", "", name)):
        return "只重复了名称"
    stem = name.removesuffix("性").removesuffix("情况")
    if len(stem) >= 2 and value.startswith(stem) and value.removeprefix(stem) in {"", "发展", "进行", "开展", "性"}:
        return "只重复了名称"
    if len(value) > 6 and _common_share(value, name) >= _REPEATED_SHARE:
        return "基本是重复名称"
    return ""


_REPEATED_SHARE = 0.75
"""Share of a value's pairs of characters that stand in the name; 落实情况 — 按要求落实 has 0.3."""


def _common_share(value: str, name: str) -> float:
    pairs = {value[at : at + 2] for at in range(len(value) - 1)}
    return sum(pair in name for pair in pairs) / len(pairs)


@rule(
    "R24", LEAD, "定性指标过多", topic=APPROPRIATE, tables=TARGET_TABLES,
    settings=("qualitative_share", "qualitative_least"),
    advice="能量化的改为定量指标，尤其是效益",
    explained="定性指标超过半数（默认），或两条以上的效益指标全是定性。整体表投入管理部分不计。",
)  # fmt: skip
def mostly_qualitative(view: ProjectView) -> Iterator[Problem]:
    """Most indicators, and some of 效益, are numbers."""
    rows = [row for row in view.rows if not row.managed and row.indicator.kind != "missing"]
    if not rows:
        return
    words = [row for row in rows if not row.quantitative and row.indicator.kind != "deadline"]
    share = 100 * len(words) / len(rows)
    if len(rows) >= view.settings.qualitative_least and share > view.settings.qualitative_share:
        yield Problem(
            message=f"{len(rows)} 条指标中 {len(words)} 条定性（{share:.0f}%）", printed=f"{len(words)}/{len(rows)}",
            expected=f"定性指标不超过 {view.settings.qualitative_share:g}%",
        )  # fmt: skip
        return
    benefits = [row for row in rows if row.group == BENEFIT]
    if len(benefits) >= 2 and all(row in words for row in benefits):
        names = "、".join(row.indicator.name for row in benefits[:3])
        yield Problem(message=f"{len(benefits)} 条效益指标全部定性", printed=names, expected="至少一条效益指标可以量化")


@rule(
    "R48", LEAD, "满意度目标偏低", topic=VALUES, settings=("least_satisfaction",), tables=TARGET_TABLES,
    advice="提高满意度目标，或说明历史水平",
    explained="满意度目标值低于下限（默认 80%）。",
)  # fmt: skip
def low_satisfaction(view: ProjectView) -> Iterator[Problem]:
    """A 满意度 of at least 80 %."""
    least = Decimal(str(view.settings.least_satisfaction))
    for row in view.rows:
        item = row.indicator
        share = item.base_unit in {"%", "分"} and item.kind in _NUMBER_FORMS and item.comparator not in {"<", "≤"}
        if share and IS_SATISFACTION.search(row.name) and item.base_value is not None and item.base_value < least:
            yield Problem(
                indicator=item,
                message=f"满意度目标 {item.target} 低于 {least:f}%",
                printed=item.target,
                expected=f"≥{least:f}%",
            )
