"""What is left of a printed name (规范化): without list numbers, units, years and places, which say nothing about the indicator."""

from __future__ import annotations

import re
from functools import lru_cache

from kpi.cluster.places import without_places
from kpi.cluster.vocabulary import Vocabulary, load_vocabulary
from kpi.targets import find_unit
from kpi.targets.unit_table import SCALES
from kpi.text import fold

UNIT_FAMILIES = {
    "area": "面积", "mu": "面积", "length": "长度", "weight": "数量/重", "volume": "数量/体积", "money": "金额", "days": "天数",
    "working_days": "天数", "duration": "时间",
}  # fmt: skip
"""Family of a unit's measure → family of heads."""

_LEAD = re.compile(r"(?:(?:三级)?指标\d*[:：、.]|[(（]?[0-9一二三四五六七八九十]{1,2}[)）、.:：](?!\d)|[①-⑳])")
_BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-—~至到](?:19|20)?\d\d)?年度?")
_TAIL = re.compile(r"(?:[≥≤<>=±]+[\d.]*|\d{1,12}(?:\.\d{1,12})?%|%|‰)+")
_PLACE = re.compile(r"^(?:全(?:市|省|县|区|州|旗|镇)|[本我](?:市|省|县|区))")
_AGAINST = r"对(?!象|外|口|比|接|应|标|账|照)"
_NOISE = re.compile(rf"[^\w.&]|_|[的之]|(?<=[一-鿿]){_AGAINST}|^{_AGAINST}")


def normalise_name(name: str, vocabulary: Vocabulary | None = None) -> str:
    """The text by which two names are identical: without width, leading `指标1：`, units in brackets, years, places, 的, 对.

    Normalising twice is normalising once. A name of which nothing would be left keeps its folded text.
    """
    words = vocabulary or load_vocabulary()
    return normal_text(name, clean_name(name, words)[0], words)


def display_name(name: str, vocabulary: Vocabulary | None = None) -> str:
    """A name as it can be shown for a group: without list number, unit, year and 全市, but with 的 and 对."""
    return clean_name(name, vocabulary or load_vocabulary())[0] or name.strip()


def normal_text(name: str, text: str, words: Vocabulary) -> str:
    """A cleaned name without 的, 之, 对 and signs; the folded name where nothing would be left."""
    while (quiet := _NOISE.sub("", text)) != text:  # what stood behind a sign is cleaned too (-对参保, -全市参保)
        text = clean_name(quiet, words)[0]
    return text or fold(name)


def clean_name(name: str, words: Vocabulary) -> tuple[str, str]:
    """Folded text without list numbers, units and years; and the family that its unit in brackets tells."""
    text, family = fold(name), ""

    def unit(match: re.Match[str]) -> str:
        nonlocal family
        inner = match[1]
        if inner in words.units:
            family = words.units[inner] or family
            return ""
        measured = _family_of_unit(inner)
        if measured is not None:
            family = measured or family
            return ""
        if len(inner) <= 1 or _TAIL.fullmatch(inner) or _YEAR.fullmatch(inner):  # 文化馆(站), 件(套)数, (≥90%)
            return ""
        return inner

    while True:
        before = text
        lead = _LEAD.match(text)
        if lead:
            text = text[lead.end() :]
        text = without_places(_PLACE.sub("", _YEAR.sub("", _without_tail(_BRACKETS.sub(unit, text)))))
        if text == before:
            return text, family


@lru_cache(maxsize=4096)
def _family_of_unit(text: str) -> str | None:
    """The family of a unit that no list of the vocabulary holds (万尾, 万标箱, 吨标准煤); None for other words.

    Plain classifiers are words as well (社区, 基地), so a counted unit must have a scale.
    """
    unit = find_unit(text)
    if unit is None:
        return None
    if unit.family == "count":
        return "数量" if unit.text[0] in SCALES and unit.text not in SCALES else None
    return UNIT_FAMILIES.get(unit.family, "")


def _without_tail(text: str) -> str:
    """Without `%`, `≥90%` at the end."""
    end = len(text)
    while end and text[end - 1] in "%‰≥≤<>=±.0123456789":
        end -= 1
    tail = _TAIL.search(text, end)
    return text[: tail.start()] if tail and tail.end() == len(text) else text
