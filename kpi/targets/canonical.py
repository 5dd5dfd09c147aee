"""The canonical Chinese form (规范写法) of a target, as screens and exports show it."""

from __future__ import annotations

from decimal import Decimal

from kpi.model import Target
from kpi.targets.unit_table import SCALES
from kpi.targets.units import find_unit, to_base

_TREND_WORDS = {"increase": "提高", "decrease": "下降"}
_DISTANCES = {"higher": "高于", "lower": "低于"}
_COMPARED = {"≥": "不低于", "≤": "不超过", ">": "高于", "<": "低于"}
_EN_DASH = "–"
_PAIR = 2
_YEAR_ON_YEAR = ("同比", "环比")


def format_target(target: Target) -> str:
    """A target in one spelling: `≥90%`, `60%–80%`, `5–10万元`, `2026年12月31日前`, `较上年下降≥5%`, `不低于上年`.

    A unit that the name or level implied is written out (`2.5万` in a cost indicator → `2.5万元`). Deadlines without a
    date, and words, stay as they were printed, without spaces. Reading the result again gives the same normal form.
    """
    if target.kind == "deadline" and target.date_end is not None:
        day = target.date_end
        return f"{day.year}年{day.month}月{day.day}日前"
    if target.value is None:
        return _words(target)
    change = _change(target)
    about = "约" if target.approximate else ""
    if target.upper is not None:
        return change + about + _range(target)
    value, unit = _figure(target)
    told = target.comparator == "=" or (target.kind == "relative" and target.direction in {"higher", "lower"})
    mark = "" if told else target.comparator
    return change + about + mark + _number_with_unit(value, unit)


def _words(target: Target) -> str:
    if target.kind == "missing":
        return ""
    if target.kind == "relative" and target.baseline and target.comparator in _COMPARED:
        return _COMPARED[target.comparator] + target.baseline
    if target.kind == "relative" and target.baseline and target.comparator == "=":
        return f"{target.baseline}持平" if target.baseline in _YEAR_ON_YEAR else f"与{target.baseline}持平"
    return target.clean or target.text


def _change(target: Target) -> str:
    if target.kind != "relative":
        return ""
    baseline = target.baseline
    if target.direction in _DISTANCES:
        return _DISTANCES[target.direction] + baseline
    if baseline and baseline not in _YEAR_ON_YEAR:
        baseline = f"较{baseline}"
    return baseline + _TREND_WORDS.get(target.direction, "")


def _figure(target: Target) -> tuple[Decimal, str]:
    """The printed figure, or the base one where context had to complete the unit."""
    value = target.value if target.value is not None else Decimal(0)
    if target.implied_unit and target.base_value is not None:
        implied = find_unit(target.implied_unit)
        if implied is not None and implied.base == target.base_unit:
            if to_base(value, implied) == target.base_value:
                return value, target.implied_unit
            printed = find_unit(target.unit)
            if printed is None or printed.base != target.base_unit:
                return target.base_value, target.base_unit
    return value, target.unit


def _range(target: Target) -> str:
    low, unit = _figure(target)
    high = target.upper if target.upper is not None else low
    if unit != target.unit and low == target.base_value and target.base_upper is not None and unit == target.base_unit:
        high = target.base_upper
    if low == -high:
        return "±" + _number_with_unit(high, unit)
    first = plain(low) + ("%" if unit == "%" else "")
    return f"{first}{_EN_DASH}{_number_with_unit(high, unit)}"


def _number_with_unit(value: Decimal, unit: str) -> str:
    if unit == "比":
        return f"{plain(value)}:1"
    return plain(value) + _spelled(unit)


def _spelled(unit: str) -> str:
    """座（处） needs its brackets to be read again, 3个季度 its 个 to be no date."""
    if unit.startswith("季度"):
        return f"个{unit}"
    head, slash, rest = unit.partition("/")
    pair = head.lstrip("".join(SCALES))
    if len(pair) != _PAIR or find_unit(head) is not None:
        return unit
    both = find_unit(pair[0]) is not None and find_unit(pair[1]) is not None
    return f"{head[:-1]}({head[-1]}){slash}{rest}" if both else unit


def plain(value: Decimal) -> str:
    """A number without exponent and without trailing zeros after the point: `0.50` → `0.5`, `1E+3` → `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
