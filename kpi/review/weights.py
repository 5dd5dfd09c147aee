"""Do weights add up and keep to the template's shares (分值权重): R27–R29."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from kpi.model import PROJECT_SELF_EVALUATION
from kpi.review.registry import (
    ARITHMETIC,
    ERROR,
    EVALUATION,
    PROJECT_TABLES,
    RULED_TABLES,
    T2015,
    T2021,
    WARNING,
    Problem,
    rule,
)
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import BENEFIT, COST, OUTPUT, SATISFACTION, fold

_FULL, _WITHOUT_EXECUTION = Decimal(100), Decimal(90)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEVEL_WEIGHT = re.compile(r"[（(]\s*(\d+(?:\.\d+)?)\s*(?:(?:分|%)\s*)?[)）]")

# Shares of 90 (the other 10 are 预算执行率), 财预〔2020〕10号 and 财预〔2021〕101号.
_SHARES = {
    T2015: {OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10},
    T2021: {COST: 20, OUTPUT: 40, BENEFIT: 20, SATISFACTION: 10},
}


def decimal_of(text: str) -> Decimal | None:
    """The number that a 分值 or 得分 cell prints, None for none or several."""
    if not text:
        return None
    found = _NUMBER.findall(fold(text).replace(",", ""))
    try:
        return Decimal(found[0]) if len(found) == 1 else None
    except InvalidOperation:
        return None


def weights_of(rows: Sequence[Row]) -> list[Decimal] | None:
    """Weights of all rows; None where some row prints none."""
    found = [decimal_of(row.indicator.weight) for row in rows]
    known = [weight for weight in found if weight is not None]
    return known if known and len(known) == len(rows) else None


def _execution_weight(view: ProjectView) -> Decimal:
    execution = view.project.execution
    return execution.weight if execution is not None and execution.weight is not None else Decimal(0)


@rule(
    "R27", ERROR, "分值合计不是 100", topic=EVALUATION, tables=RULED_TABLES, settings=("sum_tolerance",),
    advice="核对各指标分值；预算执行率 10 分时其余合计 90 分",
    explained="每条指标都印有分值时，合计应为 100，或 90（另有预算执行率 10 分），或与预算执行率的分值合为 100。",
)  # fmt: skip
def weights_add_up(view: ProjectView) -> Iterator[Problem]:
    """Weights are 100 together, or 90 beside 预算执行率."""
    tolerance = Decimal(str(view.settings.sum_tolerance))
    if view.project.weight_total is not None:
        return  # R29 compares with the printed total
    for rows in view.periods:
        weights = weights_of(rows)
        if weights is None or len(weights) < 3:
            continue
        total = sum(weights, Decimal(0))
        right = (_FULL, _WITHOUT_EXECUTION, _FULL - _execution_weight(view), Decimal(1))
        if all(abs(total - expected) > tolerance for expected in right):
            yield Problem(
                message=f"{len(weights)} 条指标的分值合计 {total:f}", printed=f"{total:f}", expected="100，或 90 加预算执行率 10",
                evidence={"sum": str(total)},
            )  # fmt: skip


@rule(
    "R28", WARNING, "分值比重与模板不符", topic=EVALUATION, tables=PROJECT_TABLES | {PROJECT_SELF_EVALUATION},
    settings=("weight_tolerance",),
    advice="按产出 50、效益 30、满意度 10（设成本的：成本 20、产出 40、效益 20、满意度 10）安排，或说明理由",
    explained="各类指标的分值比重与所用模板相差超过 10 个百分点（默认）。地方另有规定的可在配置里放宽或关闭。",
)  # fmt: skip
def usual_shares(view: ProjectView) -> Iterator[Problem]:
    """Shares of the weights are those of the template."""
    weights = weights_of(view.annual)
    if weights is None or len(weights) < 3:
        return
    total = sum(weights, Decimal(0))
    shares = _SHARES[T2021 if view.template == T2021 and COST in view.groups else T2015]
    found: dict[str, Decimal] = {}
    for row, weight in zip(view.annual, weights, strict=True):
        group = OUTPUT if row.group == COST and COST not in shares else row.group
        found[group] = found.get(group, Decimal(0)) + weight
    if not total or not set(found) <= set(shares):
        return
    for group, expected in shares.items():
        share = found.get(group, Decimal(0)) / total * 90
        if group in found and abs(share - expected) > Decimal(str(view.settings.weight_tolerance)):
            yield Problem(
                message=f"{group}占 {found[group]:f} 分（合计 {total:f}），模板为 {expected} 分（合计 90）", printed=f"{found[group]:f}",
                expected=f"约 {expected * total / 90:.0f} 分",
            )  # fmt: skip


@rule(
    "R29", ERROR, "分值小计不符", topic=ARITHMETIC, tables=RULED_TABLES, settings=("sum_tolerance",),
    advice="核对小计、总分与各行",
    explained="一级指标里印的分数（产出指标（50分））不等于其下各行分值之和；印出的总分不等于各行分值之和（加预算执行率）。",
)  # fmt: skip
def sub_sums(view: ProjectView) -> Iterator[Problem]:
    """Printed sub-sums and totals of weights agree with the rows."""
    tolerance = Decimal(str(view.settings.sum_tolerance))
    for rows in view.periods:
        weights = weights_of(rows)
        if weights is None:
            continue
        by_level: dict[str, Decimal] = {}
        for row, weight in zip(rows, weights, strict=True):
            by_level[row.indicator.level1] = by_level.get(row.indicator.level1, Decimal(0)) + weight
        for level, total in by_level.items():
            match = _LEVEL_WEIGHT.search(level)
            if match and abs(Decimal(match[1]) - total) > tolerance:
                yield Problem(message=f"“{level}”下各行分值合计 {total:f}", printed=level, expected=f"{total:f} 分")
        printed = view.project.weight_total
        found = sum(weights, Decimal(0))
        if printed is not None and all(
            abs(found + more - printed) > tolerance for more in {Decimal(0), _execution_weight(view)}
        ):
            yield Problem(
                message=f"各行分值合计 {found:f}，加预算执行率 {_execution_weight(view):f}，与总分值 {printed:f} 不符",
                printed=f"{printed:f}", expected=f"{found + _execution_weight(view):f}",
                evidence={"sum": str(found), "total": str(printed)},
            )  # fmt: skip
