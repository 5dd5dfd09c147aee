"""Numerals (数字): Arabic with thousands marks, Chinese with units, positional Chinese years.

An own routine: `cn2an` reads 55,000 numerals a second and would take the whole time a target may cost; it is the oracle of
the tests instead.
"""

from __future__ import annotations

import re
from decimal import Decimal

ARABIC = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
CHINESE = re.compile(
    r"[〇零○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半廿]+(?:点[〇零一二三四五六七八九]+)?"
)

_DIGITS = {
    "〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
# More digits than any amount has; a longer run is extraction damage and stays unread.
LONGEST_NUMBER = 40
_ABOUT_DIGITS = 2


def arabic_value(text: str) -> Decimal:
    """The number of an `ARABIC` match."""
    return Decimal(text.replace(",", "") if "," in text else text)


def arabic_or_chinese(text: str) -> Decimal | None:
    """The number of a numeral of either writing (第3, 第三)."""
    return arabic_value(text) if text[0].isascii() else chinese_value(text)


def chinese_value(text: str) -> Decimal | None:
    """`九十五` → 95, `二〇二六` → 2026, `三万五千` → 35000, `一点五` → 1.5, `半` → 0.5; None where it is no numeral."""
    if text == "半":
        return Decimal("0.5")
    whole, _, decimals = text.partition("点")
    if "半" in whole or "廿" in whole or len(whole) > LONGEST_NUMBER:
        return None
    if all(mark in _DIGITS for mark in whole):
        # 八九 is "eight or nine"; only years and single digits are written without tens
        number = None if len(whole) == _ABOUT_DIGITS else _positional(whole)
    else:
        number = _grouped(whole)
    if number is None:
        return None
    if decimals:
        return Decimal(f"{number}." + "".join(str(_DIGITS[mark]) for mark in decimals))
    return Decimal(number)


def _positional(text: str) -> int | None:
    return int("".join(str(_DIGITS[mark]) for mark in text)) if text else None


def _grouped(text: str) -> int | None:
    """A numeral with 十百千万亿; None where the order is broken (千百, 万千)."""
    total = group = digit = 0
    smallest = 10**4
    have_digit = False
    for mark in text:
        if mark in _DIGITS:
            if have_digit and digit:
                return None
            digit, have_digit = _DIGITS[mark], True
        elif mark in _TENS:
            size = _TENS[mark]
            if size >= smallest or (not have_digit and mark not in "十拾"):
                return None
            group += (digit if have_digit else 1) * size
            digit, have_digit, smallest = 0, False, size
        else:
            size = _GROUPS[mark]
            group += digit
            if not group and not total:
                return None
            total = (total + group) * size if size > total else total + group * size
            group = digit = 0
            have_digit, smallest = False, 10**4
    return total + group + digit
