"""Numbers, units and dates as typed in conditions (value>=1万元, date_end<=2026-06)."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from kpi.query.nodes import Quantity

BaseReader = Callable[[Decimal, str], tuple[Decimal, str] | None]
"""(number, unit as typed) → (number in the base unit, base unit); None for a unit that is not known."""

MAX_DIGITS = 24
"""Digits of a typed number, well above DECIMAL(38,10) columns' 28 before the point less a unit's scale (亿)."""

_NUMBER = re.compile(rf"([+-]?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,{MAX_DIGITS}}})(?:\.\d{{1,10}})?)(.*)", re.DOTALL)
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")


def read_quantity(text: str, to_base: BaseReader) -> Quantity | None:
    """A number with an optional unit; None if it is not one (`ninety`, an unknown unit)."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    value, unit = Decimal(match[1].replace(",", "")), match[2]
    if not unit:
        return Quantity(value)
    base = to_base(value, unit)
    return None if base is None else Quantity(value, unit, *base)


def read_date(text: str, *, last: bool) -> date | None:
    """A day, month or year (2026-06-30, 2026-06, 2026年6月, 2026): its last or first day; None if it is not one."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if day:
            return date(year, int(month), int(day))
        first = date(year, int(month or 1), 1)
        end_month = int(month or 12)
        return date(year, end_month, calendar.monthrange(year, end_month)[1]) if last else first
    except ValueError:
        return None
