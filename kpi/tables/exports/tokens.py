"""A text without tabs as tokens: pieces between spaces, each knowing what separates it from the piece before."""

from __future__ import annotations

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


def lines_to_tokens(lines: Sequence[str], start: int = 0) -> list[Token]:
    """The tokens of all lines; `start` is the number of the first line."""
    tokens: list[Token] = []
    gap = Gap.BLANK
    for number, line in enumerate(lines, start):
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
