"""A text without tabs as tokens: pieces between spaces, each knowing what separates it from the piece before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from kpi.text import usual_characters


class Gap(IntEnum):
    """What stands before a token."""

    SPACE = 0
    LINE = 1
    """A line break."""
    BLANK = 2
    """One or more empty lines."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line."""

    text: str
    gap: Gap
    line: int
    whole: bool
    """Whether the token is all of its line, as the lines of a wrapped cell are."""


_DATE_APART = re.compile(r"\d [年月日]")
_DATE_TOGETHER = re.compile(r"\d[年月日]")
_UNITS = "年月日天周个家户人次场期批套台辆座处篇份项条件起例名位所村只头株眼盏栋幢间床万亿元吨米亩公千平立方升度小分工人册本页张宗对支种类级岁"
"""First letters of units of measure after a number."""
_INSERTED = (
    re.compile(rf"(?<=\d) (?=[{_UNITS}][^\s\d]{{0,5}}(?:\s|$))"),
    re.compile(r"(?<=[年月]) (?=\d{1,2} ?[月日])"),
    re.compile(r"(?<=\d) (?=[年月日])"),
    re.compile(r"(?<=指标|目标) (?=\d{1,2}[:：])"),
)
"""Spaces that some extractors put between digits and Chinese letters: 2026 年, ≥5200 万亩, 12 月 31 日前, 指标 1：."""


def _without_inserted(lines: Sequence[str]) -> Sequence[str]:
    """The lines without the spaces of an extractor that parts digits from Chinese letters, told by its dates."""
    apart = sum(len(_DATE_APART.findall(line)) for line in lines)
    if not apart or apart <= sum(len(_DATE_TOGETHER.findall(line)) for line in lines):
        return lines
    joined = []
    for line in lines:
        text = line
        for pattern in _INSERTED:
            text = pattern.sub("", text)
        joined.append(text)
    return joined


def lines_to_tokens(lines: Sequence[str], start: int = 0) -> list[Token]:
    """The tokens of all lines; `start` is the number of the first line."""
    tokens: list[Token] = []
    gap = Gap.BLANK
    for number, line in enumerate(_without_inserted(lines), start):
        pieces = usual_characters(line).split()
        if not pieces:
            gap = Gap.BLANK
            continue
        for index, piece in enumerate(pieces):
            tokens.append(Token(piece, gap if index == 0 else Gap.SPACE, number, len(pieces) == 1))
        gap = Gap.LINE
    return tokens


def em_width(text: str) -> float:
    """Printed width in ems: Chinese letters 1, others one half."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in text)
