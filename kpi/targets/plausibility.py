"""What extraction damage looks like (数值存疑): told, never changed."""

from __future__ import annotations

import re
from decimal import Decimal

# Shares that cannot pass 100 %, by the words of the indicator or of the cell itself.
_BOUNDED = re.compile(r"率|满意度|比例|占比|比重|覆盖|达标|知晓度|认可度")
# 率 that can: growth, returns, turnover, work over plan.
_UNBOUNDED = re.compile(
    r"增长|增幅|增速|增加|提升|提高|上升|收益|回报|周转|投入产出|贡献|毛利|利润|拨备|负债|保值|增值|产销|超额|杠杆|流动|速动|偿付|同比|变动"
)
# 完成率 105% is work over plan; nearly three times the plan is a glued digit (2 and 92%).
_OVER_PLAN = re.compile(r"完成率|执行率|利用率|使用率|实现率|达成率")
_WHOLE = Decimal(100)
_HIGHEST_OVER_PLAN = Decimal(200)
# Digits with a space between them (9 5%): a cell cut by an export, or two cells glued.
_SPLIT_NUMBER = re.compile(r"\d\s+\d")
_SPACED_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:\s\d{3})+(?!\d)")


def is_split(printed: str) -> bool:
    """Whether a number of the printed text has a gap in it that no thousands mark explains."""
    return _SPLIT_NUMBER.search(printed) is not None and _SPACED_THOUSANDS.search(printed) is None


def is_beyond_bound(name: str, highest: Decimal) -> bool:
    """Whether a percentage passes what the indicator can reach.

    Args:
        name: cleaned name of the indicator with the cell's own words.
        highest: the percentage, or the upper end of a range.
    """
    if highest <= _WHOLE or not _BOUNDED.search(name) or _UNBOUNDED.search(name):
        return False
    return not _OVER_PLAN.search(name) or highest > _HIGHEST_OVER_PLAN
