"""Printed cell texts → names and targets of the record (三级指标, 指标值)."""

from __future__ import annotations

import re

from kpi.tables import headers
from kpi.targets.lookalikes import read_sign, read_unit_cell
from kpi.text import fold, squeeze

# 指标1：  1、  （1）  ①  — not 2026年…, 12345热线, 3岁以下…
_PREFIX = re.compile(
    r"^(?:\d{1,2}(?:[.．]\d{1,2}){2,3}(?=[\u4e00-\u9fff“])|(?:三级)?指标\d{0,2}[:：.、]|\d{1,2}[、)）](?!\d{1,2}(?:\D|$))|\d{1,2}[.．](?!\d{1,3}(?:\D|$))|[（(]\d{1,2}[)）]|[①-⑳]|[·•▪◆●]|[-—](?=[\u4e00-\u9fff]))"
)
_MARK = re.compile(r"(?<=.)(?:[①-⑳]|[\[〔]\d{1,2}[\]〕]|[（(]?注[\d①-⑳]{1,2}[)）]?|\*{1,3})$")
"""A footnote's mark behind a name."""
_BETWEEN_LEVELS = re.compile(r"[-—–－/／\\_>＞→·|]+")
_OPEN_BOXES = "□○◯☐"
_OPTION = re.compile("([□○◯☐☑☒■●√✓✔])([^□○◯☐☑☒■●√✓✔]+)")
"""An option of a form behind its box."""
_LEVEL_NUMBER = re.compile(
    r"^(?:\d{1,2}(?:[.．]\d{1,2}){1,3}|[\dA-Za-z]{1,2}|[一二三四五六七八九十]+|[（(][一二三四五六七八九十\d]+[)）])[、.．)）:：]?|[:：]$"
)
_LEFTOVER = re.compile(r"^(?:[.…·。\-—/／]+|(?:三级)?指标[\d一二三四五六七八九十]{0,3}[:：.、]?[.…]*|…+|无|/)$")
_PLACEHOLDER = re.compile(r"^[/／\-—–―\\]+$")
_NUMBER_ONLY = re.compile(r"^(?:三级)?指标[\d一二三四五六七八九十]{1,3}[:：.、]?$")
_SIGN = re.compile("^[≥≤=<>≧≦]{1,2}$")
_QUALITATIVE = frozenset(
    {
        "正向",
        "反向",
        "正向指标",
        "反向指标",
        "逆向",
        "逆向指标",
        "适度",
        "适度指标",
        "定性",
        "定量",
        "定性指标",
        "定量指标",
        "其他",
        "文字描述",
        "无",
    }
)


def clean_name(text: str) -> str:
    """A 三级指标 without inner spaces, `指标1：` and numbering; "" for template leftovers (`……`, an empty `指标2：`)."""
    name = squeeze(text)
    if _LEFTOVER.match(name):
        return ""
    while match := _PREFIX.match(name):
        name = name[match.end() :]
    name = _MARK.sub("", name)
    return "" if _LEFTOVER.match(name) else name


def unused_number(text: str) -> str:
    """`指标1：` → 指标1, "" for anything else.

    Forms with 绩效内容 beside print nothing else in 三级指标; where only a target stands beside it, somebody filled in a row
    without naming it, which is kept under its number.
    """
    name = squeeze(text)
    return name.rstrip(":：.、") if _NUMBER_ONLY.match(name) else ""


def is_leftover(text: str) -> bool:
    """Whether a cell says nothing: blank, `……`, `/`, 无."""
    printed = squeeze(text)
    return not printed or bool(_LEFTOVER.match(printed))


def is_sign(text: str) -> bool:
    """Whether the text is a comparator and nothing else."""
    return bool(_SIGN.match(fold(text)))


def clean_level(text: str) -> str:
    """A level as printed, without inner spaces and numbering: 一、产出指标 → 产出指标, 产出指标（50分） stays."""
    level = squeeze(text)
    bare = _LEVEL_NUMBER.sub("", level)
    return bare if headers.is_level1(bare) or headers.is_level2(bare) else level


def parted_levels(level1: str, level2: str) -> tuple[str, str]:
    """一级 and 二级 where one column prints both (产出指标-数量指标), or the column of the 二级 holds a 一级 alone."""
    if level1 and level2:
        return level1, level2
    printed = level1 or level2
    upper, _, lower = (_BETWEEN_LEVELS.sub("\n", printed, count=1)).partition("\n")
    if lower and headers.is_level1(upper) and headers.is_level2(lower):
        return upper, lower
    if level2 and headers.is_level1(level2) and not headers.is_level2(level2):
        return level2, ""
    return level1, level2


def chosen(text: str) -> str:
    """☑显著改善□有所改善 → 显著改善; a text without both ticked and open boxes as it is."""
    options = _OPTION.findall(text)
    ticked = [squeeze(option).rstrip("；;，,、") for mark, option in options if mark not in _OPEN_BOXES]
    return "、".join(ticked) if 0 < len(ticked) < len(options) else text


def joined_target(comparator: str, value: str, unit: str) -> str:
    """Comparator, value and unit columns joined in this order; words such as 定性 and placeholders fall away.

    A comparator or unit that the value column repeats is not doubled; one that was misread (二 for ＝, %0 for ‰) is mended,
    as nothing else can stand alone in its column.
    """
    value = chosen(squeeze(value))
    comparator = read_sign(squeeze(comparator))
    unit = read_unit_cell(squeeze(unit))
    if comparator in _QUALITATIVE or _PLACEHOLDER.match(comparator):
        comparator = ""
    if _PLACEHOLDER.match(unit) or unit in _QUALITATIVE:
        unit = ""
    if not value:
        return ""
    if comparator and fold(value).startswith(fold(comparator)):
        comparator = ""
    if unit and fold(value).endswith(fold(unit)):
        unit = ""
    if unit and not re.search(r"[\d一二三四五六七八九十百千万零两]", value):
        unit = ""  # a 定性 value is words; its unit column is not part of it
    return f"{comparator}{value}{unit}"
