"""Figures in base units as people write them (数值写法): 万元 and 亿元, days as dates, no false digits."""

from __future__ import annotations

from datetime import date, timedelta

from kpi.compare.observations import CHANGE, DAY, Family

_TEN_THOUSAND, _HUNDRED_MILLION = 1e4, 1e8
_WITHOUT_LEAP_DAY = 2025
"""Days of the year are shown by a year of 365 days; 29 February of another year becomes 1 March."""
_DAYS = 365
_DIGITS = 4


def figure_words(value: float, family: Family) -> str:
    """A figure with its unit: `90%`, `201万元`, `60.25万人`, `12月31日`, `次年3月31日`, `下降5%`."""
    if family.sort == DAY:
        return day_words(value)
    sign = {"increase": "提高", "decrease": "下降"}.get(family.direction, "") if family.sort == CHANGE else ""
    number, scale = value, ""
    if family.unit != "%" and abs(value) >= _HUNDRED_MILLION:
        number, scale = value / _HUNDRED_MILLION, "亿"
    elif family.unit != "%" and abs(value) >= _TEN_THOUSAND:
        number, scale = value / _TEN_THOUSAND, "万"
    return f"{sign}{number_words(number)}{scale}{family.unit}"


def number_words(number: float) -> str:
    """A number with at most four decimals, without trailing zeros."""
    text = f"{number:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def day_words(value: float) -> str:
    """A day of the year: `12月31日`, of other years `上年11月30日`, `次年3月31日`, `后2年6月30日`."""
    years, day = divmod(round(value) - 1, _DAYS)
    found = date(_WITHOUT_LEAP_DAY, 1, 1) + timedelta(days=day)
    when = {-1: "上年", 0: "", 1: "次年"}.get(years, f"后{years}年" if years > 0 else f"前{-years}年")
    return f"{when}{found.month}月{found.day}日"
