"""Signs and units that were misread (形近字): what can only stand for another sign in a column of comparators or of units.

Recognised text of scans prints ＝ as 二, ≥ as 2 or as > over a line, ‰ as %0. Inside a cell with words and numbers each of
these may be meant; alone in a column whose header says that it holds comparators or units it may not. Letters inside a number
(9O%, l00%) can only be digits; a number of a chemical or product name (H2O, O2O) begins with a letter.
"""

from __future__ import annotations

import re

from kpi.targets.cleaning import clean

# Alone in a comparator column (评价标准, 运算符号, 指标符号); 》 is left to the review, for it may be > or ≥.
_SIGNS: dict[str, str] = {
    "二": "＝", "2": "≥", "Z": "≥", "z": "≥", ">_": "≥", ">一": "≥", ">-": "≥", "_>": "≥",
    "<_": "≤", "<一": "≤", "<-": "≤", "S": "≤", "s": "≤", "_<": "≤",
}  # fmt: skip
# Alone in a unit column (计量单位, 度量单位).
_UNITS: dict[str, str] = {
    "%0": "‰", "%o": "‰", "%O": "‰", "0/00": "‰", "o/oo": "‰", "%。": "‰", "0/0": "%", "o/o": "%", "℅": "%", "c/o": "%",
    "兀": "元", "万兀": "万元", "亿兀": "亿元", "元/入": "元/人", "入": "人", "入次": "人次", "万入": "万人", "曰": "日",
    "工作曰": "工作日", "乎方米": "平方米", "干米": "千米", "干克": "千克", "干瓦": "千瓦", "干瓦时": "千瓦时",
}  # fmt: skip


def read_sign(printed: str) -> str:
    """The comparator that a cell of a comparator column stands for; the printed text where it may be anything else."""
    return _SIGNS.get(clean(printed), printed)


def read_unit_cell(printed: str) -> str:
    """The unit that a cell of a unit column stands for; the printed text where it is none of the known misreadings."""
    return _UNITS.get(clean(printed), printed)


_AS_DIGITS = str.maketrans("OolI", "0011")
_MIXED = re.compile(r"(?<![A-Za-z0-9.])(?:[lI]?[0-9][0-9.]*[Oo]|[lI][0-9Oo])[0-9Oo.]*(?=[%‰;,。)]|[一-龥]|$)")


_PER_MILLE = re.compile(r"(?<=[0-9])%[oO0](?![0-9A-Za-z])")


def may_hide_digits(cleaned: str) -> bool:
    """Whether a letter stands in the text that may be a misread digit; quicker than looking for the number it is in."""
    return "O" in cleaned or "o" in cleaned or "l" in cleaned or "I" in cleaned or "%0" in cleaned


def mend_digits(cleaned: str) -> str:
    """A cleaned target with the letters of its numbers as the digits, and %o as the ‰, that they were printed as."""
    return _MIXED.sub(lambda match: match[0].translate(_AS_DIGITS), _PER_MILLE.sub("‰", cleaned))
