"""What the name (三级指标) and the level (一级指标) add: units in brackets, money behind a bare 万, 0.95 under a 率."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kpi.targets.cleaning import clean
from kpi.targets.dates import names_time
from kpi.targets.units import NO_UNIT, Unit, as_money, find_unit, to_base

_LAST_MARK = re.compile(r"[^()][%‰]$")  # 设备完好率%
# 采购数量/台, 培训天数:天
_AFTER_SLASH = re.compile(r"(?:数|量|额|面积|长度|里程|时间|时长|时限|率|成本|费用?|标准)[/:]([^/:()]{1,6})$")
_BRACKET = re.compile(r"\((?:单位[:为]?)?([^()]{1,12})\)")
# Shares in percent; 频率, 汇率 and the like are no shares.
_SHARE_NAME = re.compile(r"(?:(?<![频速汇功心倍积利辨])率|比例|比重|占比|满意度)(?:\([^()]*\))*$")
_COST_NAME = re.compile(r"成本|(?:费|费用|经费|资金|金额|投资|支出|预算)(?:总?数|总?额|控制数|标准)?$")
_EACH_PERSON = re.compile(r"单人|人均|每人")
_HUNDRED = Decimal(100)
_PERCENT = find_unit("%") or NO_UNIT
_MONTHS = find_unit("个月") or NO_UNIT
_YUAN_EACH = "元/人"
_COST = "成本"


class Context(NamedTuple):
    """What can be known before the target is read."""

    name: str
    """Cleaned."""
    time_name: bool
    cost: bool
    share: bool
    unit: Unit | None
    """The unit in the name's brackets."""
    each_person: bool


class Base(NamedTuple):
    """Base values with the unit that context added ("" where it added none)."""

    low: Decimal
    high: Decimal | None
    unit: str
    implied: str


@lru_cache(maxsize=8192)
def read_context(name: str, level1: str) -> Context:
    """Context of an indicator; the same few thousand names recur in every document."""
    folded = clean(name)
    printed = [
        *_BRACKET.findall(folded),
        *(folded[-1] for _ in _LAST_MARK.findall(folded)),
        *_AFTER_SLASH.findall(folded),
    ]
    units = [unit for unit in map(find_unit, printed) if unit is not None and unit.family]
    return Context(
        name=folded,
        time_name=names_time(folded),
        cost=_COST in level1 or _COST_NAME.search(folded) is not None,
        share=_SHARE_NAME.search(folded) is not None,
        unit=units[-1] if units else None,
        each_person=_EACH_PERSON.search(folded) is not None,
    )


def base_of(low: Decimal, high: Decimal | None, unit: Unit, high_unit: Unit, comparator: str, context: Context) -> Base:
    """Base values of a figure; where the target prints no unit, of the unit that context gives."""
    complete = unit is not NO_UNIT and not unit.money_scale and unit.text != "月"
    implied = None if complete else _implied(low, high, unit, comparator, context)
    if implied is None:
        base = to_base(low, unit), None if high is None else to_base(high, high_unit), unit.base
        return Base(*base, context.unit.text if context.unit is not None else _stated(unit, context))
    if implied is _PERCENT and unit is NO_UNIT and context.unit is None and max(low, high or low) <= 1:
        return Base(low * _HUNDRED, None if high is None else high * _HUNDRED, "%", "%")
    return Base(to_base(low, implied), None if high is None else to_base(high, implied), implied.base, implied.text)


def _implied(low: Decimal, high: Decimal | None, unit: Unit, comparator: str, context: Context) -> Unit | None:
    """The unit that replaces the printed one in base values; None where the printed one is complete."""
    if unit.money_scale:
        if context.unit is not None:
            scale = unit.text
            if context.unit.text.startswith(scale):
                return context.unit
            return find_unit(scale + context.unit.text)
        return as_money(unit) if context.cost else None
    if unit is not NO_UNIT:
        return _MONTHS
    if context.unit is not None:
        return context.unit
    highest = low if high is None else high
    # 1 under a 率 is 100 % in a spreadsheet, but ≤1 may be one per cent: not decided here.
    undecided = highest == 1 and comparator in {"≤", "<"}
    return _PERCENT if context.share and 0 < highest <= _HUNDRED and not undecided else None


def _stated(unit: Unit, context: Context) -> str:
    """公务接待单人成本 ≤150元 is 元/人 by its name; the printed 元 stays in the base."""
    return _YUAN_EACH if context.each_person and unit.text == "元" else ""
