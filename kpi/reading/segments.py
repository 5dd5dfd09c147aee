"""Printed lines in segments: the pieces of a line between wide white, the stuff of tables without ruling lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kpi.reading.geometry import Glyph
from kpi.reading.glyphs import glyphs_to_text

SPREAD_WORDS = re.compile("[一二三]级指标|指标名称|指标值|目标值|实际完成值|完成值|分值|得分|权重|偏差度|备注|指标说明")
"""Header words short enough to be spread."""
SEGMENT_GAP = 0.6
"""Times the character height: wider white on a line parts two cells. Padding of borderless cells is 7 to 11 points."""
TIGHT = 0.45
"""Times the character height: less white than this parts lines of one cell, where the table itself does not tell."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters of one printed line without wide white between them."""

    glyphs: tuple[Glyph, ...]
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> float:
        """Centre across."""
        return (self.x0 + self.x1) / 2


Line = list[Segment]
Band = tuple[float, float, frozenset[int]]
"""Top and bottom of print, and the columns that it is in."""


@dataclass(frozen=True, slots=True)
class AlignedCell:
    """Text of one cell with its fields in the net."""

    row: int
    column: int
    row_span: int
    column_span: int
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        """Printed lines joined by `\\n`."""
        return glyphs_to_text(self.glyphs)


def row_to_segments(row: list[Glyph]) -> Line:
    """One printed line in pieces; letters of a header word that are spread over its cell are one piece."""
    groups: list[list[Glyph]] = []
    for glyph in row:
        if groups and glyph.x0 - groups[-1][-1].x1 <= SEGMENT_GAP * (glyph.bottom - glyph.top):
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    return [
        Segment(tuple(g), g[0].x0, min(c.top for c in g), max(c.x1 for c in g), max(c.bottom for c in g))
        for g in _spread_words(groups)
    ]


def _spread_words(groups: list[list[Glyph]]) -> list[list[Glyph]]:
    """Header words whose letters are spread over the cell (分散对齐) put together again."""
    letters = "".join(group[0].text if len(group) == 1 else " " for group in groups)
    for match in reversed(list(SPREAD_WORDS.finditer(letters))):
        groups[match.start() : match.end()] = [[group[0] for group in groups[match.start() : match.end()]]]
    return groups


def column_of(edges: Sequence[float], x: float) -> int:
    """Number of the column at x, -1 left of the first and the number of columns right of the last."""
    return bisect_right(edges, x) - 1


def stacks(segments: list[Segment], white: float) -> list[list[Segment]]:
    """Texts of a column: lines with less than `white` between them are one."""
    stacks: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.top):
        if stacks and segment.top - stacks[-1][-1].bottom < white:
            stacks[-1].append(segment)
        else:
            stacks.append([segment])
    return stacks


def segment_glyphs(block: list[Segment]) -> tuple[Glyph, ...]:
    """Characters of several pieces."""
    return tuple(glyph for segment in block for glyph in segment.glyphs)
