"""Money as budgets print it (金额): 1,234.50 万元, 元 or 亿元 as the header says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from kpi.text import fold

_NUMBER = re.compile(r"^[¥￥]?(-?\d+(?:\.\d+)?)(万元|亿元|千元|元|万|亿)?$")
_SCALES = {"元": Decimal(1), "千元": Decimal(1000), "万": Decimal(10_000), "万元": Decimal(10_000), "亿": Decimal(10**8),
           "亿元": Decimal(10**8)}  # fmt: skip
_UNIT = re.compile(
    r"(?:单位|金额单位|计量单位)[:：]?(?:人民币)?(万元|亿元|千元|元)|[（(](?:单位[:：])?(万元|亿元|千元|元)[)）]"
)


def printed_scale(texts: Iterable[str]) -> Decimal | None:
    """元 per printed unit of the first text that names one (`项目金额（万元）`, `单位：元`), None when none does."""
    for text in texts:
        if match := _UNIT.search(fold(text)):
            return _SCALES[match[1] or match[2]]
    return None


def amount_in_yuan(text: str, scale: Decimal) -> Decimal | None:
    """The amount in 元; None when the text is not a number. A unit in the text itself wins over `scale`."""
    match = _NUMBER.match(fold(text).replace(",", "").replace("，", ""))
    if not match:
        return None
    factor = _SCALES[match[2]] if match[2] else scale
    return (Decimal(match[1]) * factor).normalize() + 0


def plain_number(text: str) -> Decimal | None:
    """A bare number or percentage as printed (`8.49`, `76.37%`), else None."""
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)[%分]?", fold(text).replace(",", ""))
    return Decimal(match[1]) if match else None
