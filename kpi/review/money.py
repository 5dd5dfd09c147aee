"""Do amounts agree with each other (金额勾稽): R42–R45, R47."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from kpi.cluster import explain
from kpi.review.registry import (
    ARITHMETIC,
    ERROR,
    LEAD,
    PROJECT_TABLES,
    SETTING,
    TARGET_TABLES,
    WARNING,
    Problem,
    rule,
)
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import COST, SAVING, STANDARD, fold

_WHOLE_COST = "项目总成本"
_FUNDS_ASKED = re.compile(
    r"(?:申请|补助|补贴|专项|财政|项目|预算|安排|下达|使用)*(?:资金|经费|预算)(?:申请|安排|使用|支出|控制)*(?:总额|总量|总数|额度|规模|金额)"
)
_BRACKETS = re.compile(r"[（(\[【〔][^（()）\[\]【】〔〕]*[)）\]】〕]")
_TOTAL = re.compile("(.{2,})(?:总成本|总费用|总投资|总支出|总经费|成本总额|费用总额|经费总额)")
_POWERS = tuple(Decimal(10) ** power for power in range(-8, 9) if power)
_LOOSEST = Decimal("0.005")
"""Share of an amount that its rounding may be when a power of ten is recognised: 2万元 for 24,000元 is no slip."""
_NUMBER = re.compile(r"-?\d[\d,，]*(?:\.(\d+))?")
_TEN_THOUSAND = Decimal(10_000)


def yuan(amount: Decimal) -> str:
    """An amount for people: 万元 from 10,000 元 on, 亿元 never (tables print 万元)."""
    if abs(amount) >= _TEN_THOUSAND:
        return f"{(amount / _TEN_THOUSAND).normalize():f}万元"
    return f"{amount.normalize():f}元"


def half_step(amount: Decimal, printed: str) -> Decimal:
    """Half of the last printed digit, in 元: what rounding may account for (5 万 printed as 5.00 → 50 元)."""
    match = _NUMBER.search(printed)
    if match is None or not amount:
        return Decimal("0.005")
    number = Decimal(match[0].replace(",", "").replace("，", ""))
    if not number:
        return Decimal("0.005")
    scale = amount / number
    return abs(scale) * Decimal(10) ** -len(match[1] or "") / 2


@lru_cache(maxsize=100_000)
def _is_whole_cost(name: str) -> bool:
    return explain(_WHOLE_COST, name).alike or _FUNDS_ASKED.fullmatch(fold(name)) is not None


@lru_cache(maxsize=100_000)
def _project_key(name: str) -> str:
    return re.sub(r"[\W_]", "", _BRACKETS.sub("", fold(name)))


def _whole_cost_rows(view: ProjectView) -> Iterator[tuple[Row, Decimal]]:
    """Rows under 成本 that set the cost of the whole project, with the amount in 元.

    A name of the group 项目总成本, or one that repeats the project's name.
    """
    project = _project_key(view.project.name)
    budget = view.project.budget or Decimal(0)
    for row in view.annual:
        item = row.indicator
        if row.group != COST or item.base_unit != "元" or item.kind not in {"numeric", "range"} or not row.quantitative:
            continue
        value = item.base_upper if item.base_upper is not None else item.base_value
        if value is None:
            continue
        key = _project_key(item.name)
        if value > budget and (part := _TOTAL.fullmatch(key)) and part[1] in project:
            yield row, value  # 防治总成本 in 病虫害防治: what it totals, if above the amount, can only be the project
            continue
        repeats = len(key) >= 4 and (key == project or (len(key) >= 8 and key in project) or key == f"{project}总成本")
        if repeats or _is_whole_cost(item.name):
            yield row, value


def _slipped_power(value: Decimal, budget: Decimal, rounding: Decimal) -> Decimal | None:
    """The power of ten by which a value is off, None where it is off otherwise or not at all."""
    tolerance = min(rounding, abs(budget) * _LOOSEST)
    return next((power for power in _POWERS if abs(value / power - budget) <= tolerance), None)


@rule(
    "R42", ERROR, "总成本目标超过项目金额", topic="财预〔2015〕88号：绩效目标审核（资金匹配）", tables=PROJECT_TABLES,
    advice="核对项目金额和成本目标，二者应一致",
    explained=(
        "成本下的项目总成本目标大于项目金额（末位四舍五入以内不算）。小于项目金额只作线索；分项成本或其合计大于项目金额为提示。总成本目标指名称属于“项目总成本”一组，"
        "或与项目名称相同的指标。恰差 10 的若干次方的见 R42b。"
    ),
)  # fmt: skip
def cost_over_amount(view: ProjectView) -> Iterator[Problem]:
    """The total-cost target is not above the project's amount."""
    budget = view.project.budget
    if not budget or budget < 0:
        return
    rounding = half_step(budget, view.project.budget_printed)
    yield from _parts_over_amount(view, budget, rounding)
    for row, value in _whole_cost_rows(view):
        if abs(value - budget) <= rounding or _slipped_power(value, budget, rounding) is not None:
            continue
        item = row.indicator
        over = value > budget
        if not over and (item.comparator in {"≥", ">"} or len(view.in_group(COST)) > 1):
            continue
        message = f"总成本目标 {yuan(value)}{'超过' if over else '低于'}项目金额 {yuan(budget)}"
        yield Problem(
            indicator=item, message=message + _same_named(view, value), printed=item.target, expected=f"{yuan(budget)}（项目金额）",
            severity="" if over else LEAD, evidence={"target": str(value), "budget": str(budget)},
        )  # fmt: skip


_NO_PART = re.compile(
    f"{SAVING.pattern}|{STANDARD.pattern}|单人|人均|每人|单次|每次|次均|总|合计|控制数|成本指标|单价|均价"
)
"""Names that price one thing, or the whole once more."""


def _parts_over_amount(view: ProjectView, budget: Decimal, rounding: Decimal) -> Iterator[Problem]:
    """A part of the costs, or the parts together, above the amount: whatever they pay, the project cannot."""
    whole = {row.indicator.id for row, _ in _whole_cost_rows(view)}
    parts: list[tuple[Row, Decimal]] = []
    for row in view.annual:
        item = row.indicator
        value = item.base_upper if item.base_upper is not None else item.base_value
        money = (
            item.base_unit.startswith("元") and item.kind in {"numeric", "range"} and item.comparator not in {"≥", ">"}
        )
        if row.group != COST or not money or value is None or item.id in whole or _NO_PART.search(row.name):
            continue
        if value > budget + rounding:
            yield Problem(
                indicator=item, message=f"分项成本 {item.target} 超过项目金额 {yuan(budget)}", printed=item.target,
                expected=f"不超过 {yuan(budget)}", severity=WARNING, evidence={"target": str(value), "budget": str(budget)},
            )  # fmt: skip
        elif item.base_unit == "元" and value < budget and not _repeats_project(view, row):
            parts.append((row, value))
    total = sum((value for _, value in parts), Decimal(0))
    if len(parts) > 1 and total > budget + rounding:
        terms = " + ".join(f"{row.indicator.name} {yuan(value)}" for row, value in parts)
        first = parts[0][0].indicator
        yield Problem(
            indicator=first, message=f"{terms} = {yuan(total)}，超过项目金额 {yuan(budget)}", printed=first.target,
            expected=f"合计不超过 {yuan(budget)}", severity=WARNING, evidence={"sum": str(total), "budget": str(budget)},
        )  # fmt: skip


def _same_named(view: ProjectView, value: Decimal) -> str:
    """A hint where the target is what all projects of this name have together."""
    same = [
        other.project
        for other in view.document.projects
        if other.project.budget is not None and _project_key(other.project.name) == _project_key(view.project.name)
    ]
    total = sum((project.budget or Decimal(0) for project in same), Decimal(0))
    if len(same) > 1 and abs(total - value) <= half_step(total, same[0].budget_printed):
        return f"，与 {len(same)} 个同名项目的合计相同"
    return ""


@rule(
    "R42b", ERROR, "成本目标与项目金额差 10 的若干次方", topic=ARITHMETIC, tables=PROJECT_TABLES,
    advice="核对单位（元、万元）和小数点",
    explained="总成本目标恰为项目金额的 10、100、10000 …倍或分之一：单位或小数点错位。",
)  # fmt: skip
def cost_slipped(view: ProjectView) -> Iterator[Problem]:
    """The total-cost target is not the amount times a power of ten."""
    budget = view.project.budget
    if not budget or budget < 0:
        return
    rounding = half_step(budget, view.project.budget_printed)
    for row, value in _whole_cost_rows(view):
        power = None if abs(value - budget) <= rounding else _slipped_power(value, budget, rounding)
        if power is not None:
            times = f"{power:f} 倍" if power > 1 else f"{1 / power:f} 分之一"
            yield Problem(
                indicator=row.indicator, message=f"总成本目标 {yuan(value)} 是项目金额 {yuan(budget)} 的 {times}",
                printed=row.indicator.target, expected=f"{yuan(budget)}（项目金额）",
                evidence={"target": str(value), "budget": str(budget), "power": str(power)},
            )  # fmt: skip


@rule(
    "R43", LEAD, "成本指标只重复项目金额", topic=SETTING, tables=PROJECT_TABLES,
    advice="写单位成本、定额标准或分项成本，而不只是项目金额",
    explained="项目的成本指标只有一条，且就是项目金额。",
)  # fmt: skip
def cost_repeats_amount(view: ProjectView) -> Iterator[Problem]:
    """A cost target says more than the amount."""
    budget = view.project.budget
    costs = view.in_group(COST)
    if not budget or len(costs) != 1:
        return
    rounding = half_step(budget, view.project.budget_printed)
    for row, value in _whole_cost_rows(view):
        if abs(value - budget) <= rounding:
            yield Problem(
                indicator=row.indicator, message=f"唯一的成本指标就是项目金额 {yuan(budget)}", printed=row.indicator.target,
                expected="单位成本或分项成本",
            )  # fmt: skip


@rule(
    "R44", LEAD, "单位成本乘数量与金额不符", topic="财预〔2015〕88号：绩效目标审核（资金匹配）", tables=PROJECT_TABLES,
    settings=("unit_cost_tolerance",),
    advice="核对单位成本、数量和项目金额",
    explained=(
        "唯一的单位成本（元/人、元/次 …，或名称写单人、每人）乘以唯一的同单位数量，与项目金额相差超过 20%（默认）。"
        "补助标准、缴费标准由多级分担，不查；分项成本另有总额的不查。"
    ),
)  # fmt: skip
def unit_cost_times_quantity(view: ProjectView) -> Iterator[Problem]:
    """Unit cost × quantity is about the amount."""
    budget = view.project.budget
    if not budget:
        return
    priced = [(row, per) for row in view.in_group(COST) if (per := _priced_per(row))]
    if len(priced) != 1 or any(not _is_whole_cost(row.indicator.name) and not _repeats_project(view, row)
                               for row in view.in_group(COST) if row is not priced[0][0]):  # fmt: skip
        return
    row, per = priced[0]
    counted = [other for other in view.rows if other.group != COST and _counts(other, per)]
    if len(counted) != 1 or row.indicator.base_value is None or counted[0].indicator.base_value is None:
        return
    product = row.indicator.base_value * counted[0].indicator.base_value
    ratio = product / budget * 100 - 100
    if not budget / _PARTLY <= product <= budget * _PARTLY:
        return
    if abs(ratio) > Decimal(str(view.settings.unit_cost_tolerance)):
        other = counted[0].indicator
        yield Problem(
            indicator=row.indicator,
            message=f"{row.indicator.target} × {other.target}（{other.name}）= {yuan(product)}，项目金额 {yuan(budget)}，相差 {ratio:+.0f}%",
            printed=row.indicator.target, expected=f"相差不超过 {view.settings.unit_cost_tolerance:g}%",
            evidence={"product": str(product), "budget": str(budget), "quantity": other.id},
        )  # fmt: skip


_PARTLY = 5
"""How many times smaller or larger than the amount a product may be; beyond, the unit cost prices something else."""
_SINGLE = re.compile(r"单人|人均|每人|单次|每次|次均")


def _repeats_project(view: ProjectView, row: Row) -> bool:
    key = _project_key(row.indicator.name)
    project = _project_key(view.project.name)
    return bool(project) and key.removesuffix("总成本").removesuffix("成本") == project


def _priced_per(row: Row) -> str:
    """`人` or `次` …: what a unit cost is per, "" for other costs."""
    item = row.indicator
    if item.kind != "numeric" or STANDARD.search(row.name):
        return ""
    head, _, per = item.base_unit.partition("/")
    if head == "元" and per:
        # 元/人·年 in a year's budget is per 人; per month or day the number of months is not known
        noun, _, time = per.partition("·")
        return (
            noun.removesuffix("次") or noun if time in {"", "年", "次"} and noun not in {"年", "月", "天", "日"} else ""
        )
    if item.base_unit == "元" and (match := _SINGLE.search(row.name)):
        return "次" if "次" in match[0] else "人"
    return ""


def _counts(row: Row, per: str) -> bool:
    item = row.indicator
    return item.kind == "numeric" and item.base_unit in {per, f"{per}次"}


@rule(
    "R45", WARNING, "成本目标方向不当", topic=SETTING, tables=TARGET_TABLES,
    advice="成本目标用 ≤ 或 =，或直接写数",
    explained="成本下的金额指标用了 ≥ 或 ＞。节约额、补助标准、人均投入等可以越高越好的不查。",
)  # fmt: skip
def cost_direction(view: ProjectView) -> Iterator[Problem]:
    """A cost target has ≤ or =."""
    for row in view.rows:
        item = row.indicator
        money = item.base_unit.startswith("元") and item.kind == "numeric" and item.comparator in {"≥", ">"}
        if row.group == COST and money and not SAVING.search(row.name) and not STANDARD.search(row.name):
            yield Problem(
                indicator=item,
                message=f"成本目标用“{item.comparator}”，花得越多越算完成",
                printed=item.target,
                expected="≤ 或 =",
            )


__all__ = ["half_step", "yuan"]
