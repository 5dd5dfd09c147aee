"""Does a self-evaluation's score fit what was reached (自评): R49, R50."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from kpi.model import Indicator, Target
from kpi.review.registry import EVALUATION, LEAD, SELF_EVALUATIONS, WARNING, Problem, rule
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import fold
from kpi.review.weights import decimal_of
from kpi.targets import normalize

_HUNDRED = Decimal(100)
_LEAST_SHARE = Decimal(50)
"""Percent; an actual value of 100% for a smaller target is taken for the degree of completion."""
_FULL_RATE = Decimal("0.9")
"""Execution rate that earns full marks in places that score rate ÷ 90 %."""


@lru_cache(maxsize=50_000)
def _read(text: str, name: str, level1: str, year: int | None) -> Target:
    return normalize(text, name=name, level1=level1, year=year)


def reached(item: Indicator) -> tuple[bool, Decimal] | None:
    """Whether the actual value meets the target, and actual ÷ target in percent; None where they cannot be compared."""
    if not item.actual or item.kind != "numeric" or item.base_value is None:
        return None
    actual = _read(item.actual, item.name, item.level1, item.year)
    if actual.kind != "numeric" or actual.base_value is None or actual.base_unit != item.base_unit:
        return None
    value, goal = actual.base_value, item.base_value
    if item.warnings and "several_targets" in item.warnings:
        return None
    if actual.comparator not in {"=", ""}:  # a copy of the target tells nothing but that it was met
        return (True, _HUNDRED) if (actual.comparator, value) == (item.comparator, goal) else None
    if value == _HUNDRED and item.base_unit == "%" and (item.comparator in {"≤", "<"} or goal < _LEAST_SHARE):
        return None  # 100% is how far it was done, not the value
    if item.comparator in {"≤", "<"}:
        met = value <= goal if item.comparator == "≤" else value < goal
    elif item.comparator in {"≥", ">"}:
        met = value >= goal if item.comparator == "≥" else value > goal
    else:
        met = value >= goal if goal else value == goal
    return met, value / goal * _HUNDRED if goal else _HUNDRED


@rule(
    "R49", WARNING, "自评得分与完成情况不符", topic=EVALUATION, tables=SELF_EVALUATIONS, settings=("sum_tolerance", "over_target"),
    advice="核对实际完成值、得分和总分",
    explained=(
        "得分高于分值；没有达到目标却得满分；达到目标而扣分又没有说明；总分不等于各行得分加预算执行率得分；印出的执行率、预算调整率、"
        "结转结余率与表头资金不符。执行率得分按 执行率÷90% 折算的只作线索。"
    ),
)  # fmt: skip
def scores_fit(view: ProjectView) -> Iterator[Problem]:
    """Scores fit weights, completion and the printed total."""
    tolerance = Decimal(str(view.settings.sum_tolerance))
    scores: list[Decimal] = []
    for row in view.rows:
        weight, score = decimal_of(row.indicator.weight), decimal_of(row.indicator.score)
        if score is not None:
            scores.append(score)
        if weight is not None and score is not None:
            yield from _row_problem(view, row, weight, score)
    execution, total = view.project.execution, view.project.score_total
    extra = execution.score if execution is not None and execution.score is not None else Decimal(0)
    if total is not None and scores and len(scores) == len(view.rows):
        found = sum(scores, Decimal(0))
        if abs(found + extra - total) > tolerance and abs(found - total) > tolerance:
            more = f"，加预算执行率得分 {extra:f} 为 {found + extra:f}" if extra else ""
            yield Problem(
                message=f"各行得分合计 {found:f}{more}，印出的总分是 {total:f}", printed=f"{total:f}", expected=f"{found + extra:f}",
                evidence={"sum": str(found + extra), "total": str(total)},
            )  # fmt: skip
    yield from _execution_problems(view, tolerance)
    yield from _rates_of_money(view)


def _row_problem(view: ProjectView, row: Row, weight: Decimal, score: Decimal) -> Iterator[Problem]:
    item = row.indicator
    if score > weight:
        yield Problem(
            indicator=item,
            message=f"得分 {score:f} 高于分值 {weight:f}",
            printed=item.score,
            expected=f"不超过 {weight:f}",
        )
        return
    result = reached(item)
    if result is None or not weight:
        return
    met, ratio = result
    if not met and score == weight:
        yield Problem(
            indicator=item, message=f"目标 {item.target}，实际 {item.actual}，没有达到却得满分 {score:f}", printed=item.score,
            expected=f"低于 {weight:f}", evidence={"ratio": f"{ratio:.1f}"},
        )  # fmt: skip
    elif met and score < weight and not fold(item.reason) and ratio <= Decimal(str(view.settings.over_target)):
        yield Problem(
            indicator=item, message=f"目标 {item.target}，实际 {item.actual}，已达到却只得 {score:f}/{weight:f}，没有说明原因",
            printed=item.score, expected=f"{weight:f} 分，或说明扣分原因",
        )  # fmt: skip


def _execution_problems(view: ProjectView, tolerance: Decimal) -> Iterator[Problem]:
    execution = view.project.execution
    if execution is None or execution.rate is None:
        return
    rate = execution.rate
    bases = [base for base in (execution.adjusted, execution.budget) if base]
    if execution.spent is not None and bases:
        computed = [execution.spent / base * _HUNDRED for base in bases]
        if all(abs(rate - value) > Decimal("0.1") for value in computed):
            yield Problem(
                message=f"印出的预算执行率 {rate:f}%，按资金算是 {computed[0]:.2f}%",
                printed=f"{rate:f}%",
                expected=f"{computed[0]:.2f}%",
            )
    if execution.weight and execution.score is not None:
        straight = min(rate, _HUNDRED) / _HUNDRED * execution.weight
        converted = min(rate / _FULL_RATE / _HUNDRED, Decimal(1)) * execution.weight
        if abs(execution.score - straight) <= tolerance:
            return
        known = abs(execution.score - converted) <= tolerance
        how = "，是按执行率÷90%折算的" if known else ""
        yield Problem(
            message=f"预算执行率 {rate:f}%、{execution.weight:f} 分，应得 {straight:.2f}，印出的得分是 {execution.score:f}{how}",
            printed=f"{execution.score:f}", expected=f"{straight:.2f}", severity=LEAD if known else "",
            advice="核对评分办法是否允许折算" if known else "",
        )  # fmt: skip


def _rates_of_money(view: ProjectView) -> Iterator[Problem]:
    """预算调整率 and 结转结余率 against the execution block."""
    execution = view.project.execution
    if execution is None or not execution.budget or not execution.adjusted:
        return
    changed = abs(execution.adjusted - execution.budget) / execution.budget * _HUNDRED
    left = None
    if execution.spent is not None:
        left = (execution.adjusted - execution.spent) / execution.adjusted * _HUNDRED
    for row in view.rows:
        item = row.indicator
        actual = _read(item.actual, item.name, item.level1, item.year) if item.actual else None
        if actual is None or actual.kind != "numeric" or actual.comparator != "=" or actual.base_value is None:
            continue
        value = abs(actual.base_value)
        for word, computed, severity in (("预算调整率", changed, ""), ("结转结余率", left, LEAD)):
            if row.name.endswith(word) and computed is not None and abs(computed - value) > 1:
                yield Problem(
                    indicator=item, message=f"实际完成值 {item.actual}，按表头资金算{word}约 {computed:.1f}%", printed=item.actual,
                    expected=f"约 {computed:.1f}%，或说明口径", severity=severity,
                )  # fmt: skip


@rule(
    "R50", LEAD, "实际远超目标", topic=EVALUATION, tables=SELF_EVALUATIONS, settings=("over_target",),
    advice="说明超额原因；目标偏低的，下一年度调高",
    explained="越高越好的指标，实际完成值超过目标值的 130%（默认）：目标可能定得太低。",
)  # fmt: skip
def far_over_target(view: ProjectView) -> Iterator[Problem]:
    """The actual value is not far above the target."""
    limit = Decimal(str(view.settings.over_target))
    for row in view.rows:
        item = row.indicator
        if item.comparator in {"≤", "<"}:
            continue
        result = reached(item)
        if result is not None and result[0] and result[1] > limit:
            yield Problem(
                indicator=item, message=f"目标 {item.target}，实际 {item.actual}，为目标的 {result[1]:.0f}%", printed=item.actual,
                expected=f"不超过目标的 {limit:f}%，或说明原因",
            )  # fmt: skip
