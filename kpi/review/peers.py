"""How do targets compare with other departments', last year's and other documents' (横向、纵向比较): R40, R41, R46."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from kpi.compare.strictness import HIGHER, LOWER, name_to_direction
from kpi.model import Indicator
from kpi.review.money import yuan
from kpi.review.registry import APPROPRIATE, ARITHMETIC, LEAD, STORE, WARNING, Problem, rule
from kpi.review.store_view import Figures, StoreView, project_key
from kpi.review.views import Row
from kpi.review.vocabulary import COST, TIME_FAMILIES, fold
from kpi.targets import find_unit

_SHARES = frozenset({"%", "‰", "百分点", "分", "比"})
_UP, _DOWN = frozenset({"≥", ">"}), frozenset({"≤", "<"})


def _comparable(row: Row) -> bool:
    """Whether a target does not grow with the size of the place: shares, times, scores, and money or counts per something."""
    item = row.indicator
    if item.kind != "numeric" or item.base_value is None or row.managed:
        return False
    unit = find_unit(item.base_unit)
    return item.base_unit in _SHARES or "/" in item.base_unit or (unit is not None and unit.family in TIME_FAMILIES)


@rule(
    "R40", LEAD, "目标值偏离同类指标", topic=APPROPRIATE, view=STORE,
    settings=("fewest_peers", "low_percentile", "high_percentile", "shown_peers"),
    advice="对照同类指标的目标值，说明理由或调整",
    explained=(
        "目标值在其他部门同类指标（同组、同单位）的 P10–P90 之外，至少 8 个样本（默认）；列出样本数、中位数、分位数和各样本。"
        "只比较不随规模变化的值：比率、得分、时间和按人、按次的标准。同一文件里重复的值只计一次，本部门的不计。"
    ),
)  # fmt: skip
def outside_peers(view: StoreView) -> Iterator[Problem]:
    """A target lies within P10–P90 of its peers."""
    for project in view.document.projects:
        for row in project.rows:
            if not _comparable(row):
                continue
            figures = view.peers(row.indicator)
            if figures is None:
                continue
            value = float(row.indicator.base_value or 0)
            unit = row.indicator.base_unit
            word = "低于" if value < figures.low else "高于"
            yield Problem(
                indicator=row.indicator, printed=row.indicator.target,
                message=(
                    f"目标 {row.indicator.target} {word}同类指标的 P10–P90（{_shown(figures.low)}–{_shown(figures.high)}{unit}，"
                    f"中位数 {_shown(figures.median)}{unit}，{len(figures.values)} 个样本）"
                ),
                expected=f"{_shown(figures.low)}–{_shown(figures.high)}{unit}", evidence=_peer_evidence(view, figures, unit),
            )  # fmt: skip


def _shown(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _peer_evidence(view: StoreView, figures: Figures, unit: str) -> Mapping[str, Any]:
    """n, median, percentiles and the peers themselves: all of them, or as many as the setting says, evenly over the values."""
    count = min(len(figures.rows), int(view.settings.shown_peers))
    chosen = figures.rows[np.unique(np.linspace(0, len(figures.rows) - 1, count).round().astype(np.int64))]
    return {
        "n": len(figures.values), "median": figures.median, "p10": figures.low, "p90": figures.high, "unit": unit,
        "low_percentile": view.settings.low_percentile, "high_percentile": view.settings.high_percentile, "peers": view.shown(chosen),
    }  # fmt: skip


@rule(
    "R41", WARNING, "目标低于上年", topic="财预〔2021〕101号：指标值（历史标准）", view=STORE,
    advice="说明调低的原因，或不低于上年目标",
    explained="同一部门同一项目（不计年份）上一年的同一指标、同一单位，今年的目标更松：≥ 的值变小，≤ 的值变大；没有比较符的看名称。项目总成本随预算变化，不比。",
)  # fmt: skip
def softer_than_last_year(view: StoreView) -> Iterator[Problem]:
    """A target is not softer than last year's."""
    if not view.last_year:
        return
    for project in view.document.projects:
        key = project_key(project.project.name)
        for row in project.rows:
            item = row.indicator
            if item.kind != "numeric" or item.base_value is None or (row.group == COST and item.base_unit == "元"):
                continue
            values = view.snapshot.columns["base_value"]
            rows = [
                row
                for row in view.last_year.get((key, view.table.group(item.name)), [])
                if values[row] != float(item.base_value)
            ]
            for record in view.records(rows):
                if record["table"] == project.table and _softer(item, record):
                    yield _softened(item, record)
                    break


def _softer(item: Indicator, record: Mapping[str, Any]) -> bool:
    if record["kind"] != "numeric" or record["base_value"] is None or record["base_unit"] != item.base_unit:
        return False
    before, now = Decimal(record["base_value"]), item.base_value or Decimal(0)
    signs = {record["comparator"], item.comparator} & (_UP | _DOWN)
    if signs <= _UP and signs:
        return now < before
    if signs <= _DOWN and signs:
        return now > before
    direction, _ = name_to_direction(item.name) if not signs else ("", "")
    return (direction == HIGHER and now < before) or (direction == LOWER and now > before)


def _softened(item: Indicator, record: Mapping[str, Any]) -> Problem:
    return Problem(
        indicator=item, message=f"{record['year']} 年目标 {record['target']}，今年 {item.target}，放松了", printed=item.target,
        expected=f"不松于 {record['target']}", evidence={"last_year": _reference(record)},
    )  # fmt: skip


def _reference(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("id", "document", "page", "year", "project", "name", "target")}


@rule(
    "R46", WARNING, "同一项目在两份文件中不一致", topic=ARITHMETIC, view=STORE,
    advice="核对两份文件，以批复的为准",
    explained="同一年度、同一项目（编码相同，或没有编码而单位、名称相同）在两份文件中，同名指标的目标值不同，或项目金额不同。同一公开件的其他格式不比。",
)  # fmt: skip
def differs_elsewhere(view: StoreView) -> Iterator[Problem]:
    """The same project has the same targets in two documents."""
    for project in view.document.projects:
        elsewhere: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for record in view.same_project(project):
            elsewhere.setdefault((record["period"], fold(record["name"])), []).append(record)
        for row in project.rows:
            item = row.indicator
            others = elsewhere.get((item.period, fold(item.name)), [])
            if others and all(not _same_target(item, record) for record in others):
                record = others[0]
                yield Problem(
                    indicator=item, message=f"这里是 {item.target or '（空）'}，《{record['document']}》里是 {record['target'] or '（空）'}",
                    printed=item.target, expected=record["target"], evidence={"elsewhere": _reference(record)},
                )  # fmt: skip
        amounts = {record["budget"]: record for records in elsewhere.values() for record in records if record["budget"]}
        budget = project.project.budget
        if budget is not None and amounts and all(Decimal(amount) != budget for amount in amounts):
            amount, record = next(iter(amounts.items()))
            yield Problem(
                source=project.project.source, project=project.title, printed=project.project.budget_printed,
                message=f"这里的项目金额是 {yuan(budget)}，《{record['document']}》里是 {yuan(Decimal(amount))}",
                expected=yuan(Decimal(amount)), evidence={"elsewhere": _reference(record)},
            )  # fmt: skip


def _same_target(item: Indicator, record: Mapping[str, Any]) -> bool:
    if fold(item.target) == fold(record["target"]):
        return True
    if item.base_value is None or record["base_value"] is None:
        return False
    return (
        item.base_value == Decimal(record["base_value"]) and item.base_unit == record["base_unit"]
        and item.comparator == record["comparator"]
    )  # fmt: skip
