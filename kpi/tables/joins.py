"""Rows that a page end has cut in two (跨页断行): the first row of a piece that continues the last row of the piece before.

Word processors draw a line at both sides of the cut, so lines prove nothing; the texts do. Each kind of evidence has a weight,
for (+) or against (−) the cut, and the row is joined when the sum is positive. The weights were set on the given documents
and on synthetic ones in which every row may be cut at every printed line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from kpi.tables import headers
from kpi.tables.grid import GridRow
from kpi.tables.layouts import WHOLE_CODE, Band, Layout
from kpi.text import squeeze

INCOMPLETE = 3.0
"""One side lacks a cell that nearly all rows of this table have."""
DANGLING = 4.0
"""An open bracket that is closed behind the cut, or a text that begins with closing punctuation."""
NAMELESS = 9.0
"""Behind the cut a target stands without a name, and the row before has both: only a merged name could look like this."""
FRAGMENT = 3.0
"""A name of one or two characters."""
TAIL = 4.0
"""A target that is only the tail of one (钟, %, 万元, 升), or one that ends in the middle of a number."""
FULL_LINE = 1.5
"""The text before the cut fills its last printed line, as it does in the middle of a wrapped text."""
SHORT_LINE = -2.0
"""The text before the cut ends well before the cell's right edge: it is finished."""
COMPLETE = -1.5
"""Both sides are complete pairs of name and target."""
WHOLE_ELSEWHERE = 6.0
"""The joined text stands whole in another row of the same column: projects repeat their indicators."""
DECISIVE = 20.0
"""Before the cut a target stands without a name, behind it the name: no whole row looks like this."""
STARTS_ANEW = -4.0
"""A group that was blank before the cut, a new code or a new level: something begins behind the cut."""
FEW_ROWS = 4
"""Rows with a name below which shares say nothing."""
MANDATORY_SHARE = 0.8
"""A column that at least this share of the rows fills is expected in every row."""

_NUMBERED = re.compile(r"^(?:指标\d|\d{1,2}[、.．](?!\d)|[①-⑳])")
_LEFTOVER = re.compile(r"^(?:[.…·]+|指标\d*[:：]?[.…]*)$")
_ROW_ROLES = ("half_target", "actual", "weight", "score", "value_type")
_CLOSING = tuple("）)】]》”’，。、；：,;:%％的")
_OPENING = tuple("，、,（(“：:和及与的")
_TAIL_TARGET = re.compile(r"^(?:[%％‰]|[\u4e00-\u9fff]|[元人次个天日月年时分秒钟家户万亿米吨件份项期批]{1,3})$")
_WHOLE_WORDS = frozenset("是否有无好优良高低中")
"""Single characters that are a whole 指标值."""
_OPEN_TARGET = re.compile(r"(?:[≥≤<>=＝≧≦＜＞.]|[大小等不]于)$")
_DIGITS_END = re.compile(r"\d$")
_REST_OF_NUMBER = re.compile(
    r"^(?:[\d.]+(?:[%％‰]|[\u4e00-\u9fff/]{1,6})?|[%％‰]|[元人次个天日月年分秒钟家户万亿米吨件份项期批工小公平立百千头只台辆/]{1,6})(?:以上|以内|以下)?$"
)
_PAIRS = {"）": "（", ")": "(", "】": "【", "》": "《", "”": "“"}


def cut_rows(rows: Sequence[GridRow], layout: Layout) -> frozenset[int]:
    """Indexes of rows that continue the row before them across a page end."""
    judge = _Judge(rows, layout)
    return frozenset(
        index
        for index in range(1, len(rows))
        if rows[index].piece != rows[index - 1].piece
        and rows[index - 1].filled()
        and rows[index].filled()
        and judge.evidence(rows[index - 1], rows[index]) > 0
    )


class _Judge:
    """Weighs the evidence at a page end with what the whole table shows: usual columns, line widths, whole texts."""

    def __init__(self, rows: Sequence[GridRow], layout: Layout) -> None:
        self.layout = layout
        texts = [row.texts() for row in rows]
        self.mandatory = {band.name: _mandatory(texts, band) for band in layout.bands}
        self.widths = _line_widths(rows)
        self.whole = [Counter(row[column] for row in texts if row[column]) for column in range(len(layout.roles))]

    def evidence(self, before: GridRow, after: GridRow) -> float:
        """Sum of the evidence that `after` continues `before`."""
        first, second = before.texts(), after.texts()
        filled = after.filled()
        if headers.is_total(filled[0]) or all(_LEFTOVER.match(text) for text in filled):
            return STARTS_ANEW  # 总分, or ……: rows of their own
        own = {band.name: _own_columns(band) for band in self.layout.bands}
        if not any(first[column] or second[column] for columns in own.values() for column in columns):
            return self._heading_evidence(before, first, second)
        if self._completes(first, second):
            return DECISIVE
        total = self._begins_anew(first, second)
        for band in self.layout.bands:
            if any(second[column] for column in own[band.name]):
                total += self._band_evidence(before, first, second, band)
        return total

    def _completes(self, first: Sequence[str], second: Sequence[str]) -> bool:
        """Before the cut no name has its target, behind it stands one: the whole row was cut between its cells."""
        pairs = [(band.name, column) for band in self.layout.bands for column in band.targets]
        if any(first[name] and first[column] for name, column in pairs):
            return False
        return any(first[name] and second[column] for name, column in pairs)

    def _begins_anew(self, first: Sequence[str], second: Sequence[str]) -> float:
        total = 0.0
        for column in self.layout.columns("code"):
            if len(second[column]) >= WHOLE_CODE and not first[column]:
                total += STARTS_ANEW
        for column in self.layout.columns("level1", "level2"):
            text = second[column]
            whole = headers.is_level1(text) or headers.is_level2(text)
            if text and whole and text != first[column]:
                total += STARTS_ANEW
        return total

    def _heading_evidence(self, before: GridRow, first: Sequence[str], second: Sequence[str]) -> float:
        """Rows that only name a project and its goal (outline tables)."""
        others = self.layout.columns("goal", "level1", "level2")
        if not any(first[column] for column in others) and any(second[column] for column in others):
            return STARTS_ANEW  # a unit's heading, then its first project
        total = 0.0
        for column in self.layout.columns("project", "goal"):
            if first[column] and second[column]:
                total += _name_evidence(first[column], second[column])
                total += _line_evidence(before.slots[column].text, self.widths[column])
                if first[column].endswith(("。", "；", ";")):
                    total += STARTS_ANEW
        return total

    def _band_evidence(self, before: GridRow, first: Sequence[str], second: Sequence[str], band: Band) -> float:
        name, tail = first[band.name], second[band.name]
        mandatory = self.mandatory[band.name]
        if tail and not name and any(first[column] for column in band.targets):
            return DECISIVE
        if not any(first[column] for column in mandatory):
            return STARTS_ANEW
        complete = all(bool(first[column]) == bool(second[column]) for column in mandatory)
        total = COMPLETE if complete else INCOMPLETE
        if name and not tail and any(first[column] and second[column] for column in band.targets):
            total = NAMELESS
        if tail:
            total += _name_evidence(name, tail)
            total += _line_evidence(before.slots[band.name].text, self.widths[band.name])
            total += self._whole_elsewhere(band.name, name, tail)
        for column in band.targets:
            value, rest = first[column], second[column]
            if value and rest:
                total += DANGLING if value.endswith(_OPENING) or rest.startswith(_CLOSING) else 0.0
                total += TAIL if _is_tail(rest) or _is_open(value, rest, band) else 0.0
                total += self._whole_elsewhere(column, value, rest)
        return total

    def _whole_elsewhere(self, column: int, head: str, tail: str) -> float:
        """Evidence from other rows that print the joined text whole; numbers join to numbers by chance."""
        if not (head and tail) or head.isascii():
            return 0.0
        return WHOLE_ELSEWHERE if self.whole[column][head + tail] else 0.0


def _own_columns(band: Band) -> tuple[int, ...]:
    """A band's columns without its levels, whose merged cells are cut apart from their rows."""
    return tuple(
        column for role, columns in band.columns.items() if role not in {"level1", "level2"} for column in columns
    )


def _mandatory(texts: Sequence[Sequence[str]], band: Band) -> tuple[int, ...]:
    """Columns that a whole row fills: name and target, and what nearly all rows of this table fill (分值, 实际完成值).

    Comparators and units are not among them: a row with a 定性 value has none.
    """
    named = [row for row in texts if row[band.name]]
    if len(named) < FEW_ROWS:
        return (band.name, *band.targets)
    usual = [
        column
        for role in _ROW_ROLES
        for column in band.columns.get(role, ())
        if sum(1 for row in named if row[column]) >= MANDATORY_SHARE * len(named)
    ]
    return tuple(sorted({band.name, *band.targets, *usual}))


def _is_tail(text: str) -> bool:
    return bool(_TAIL_TARGET.match(text)) and text not in _WHOLE_WORDS


def _is_open(value: str, rest: str, band: Band) -> bool:
    """Whether a target stops in the middle of a number; with a unit column of its own a bare number is whole."""
    if _OPEN_TARGET.search(value):
        return True
    split = "unit_of_measure" in band.columns
    return not split and bool(_DIGITS_END.search(value) and _REST_OF_NUMBER.match(rest)) and not _is_number(value, rest)


def _is_number(value: str, rest: str) -> bool:
    """Two bare numbers one under the other are two rows (15 ¦ 20), unless the first shows a comparator (≥1 ¦ 5)."""
    return value.isdigit() and rest.isdigit()


def _name_evidence(name: str, tail: str) -> float:
    if _NUMBERED.match(tail):
        return STARTS_ANEW
    total = 0.0
    for closing, opening in _PAIRS.items():
        if name.count(opening) > name.count(closing) and tail.count(closing) > tail.count(opening):
            total += DANGLING
    if tail.startswith(_CLOSING):
        total += DANGLING
    if name and len(tail) <= 2:
        total += FRAGMENT
    return total


def _line_evidence(text: str, width: int) -> float:
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or not width:
        return 0.0
    return FULL_LINE if display_width(squeeze(lines[-1])) >= width - 3 else SHORT_LINE


def _line_widths(rows: Sequence[GridRow]) -> list[int]:
    """Widest printed line of each column, in half-width characters; 0 where no text wraps."""
    widths = []
    for column in range(len(rows[0].slots) if rows else 0):
        lines = [row.slots[column].text.split("\n") for row in rows if row.slots[column].text]
        wraps = any(len(printed) > 1 for printed in lines)
        widths.append(
            max((display_width(squeeze(line)) for printed in lines for line in printed), default=0) if wraps else 0
        )
    return widths


def display_width(text: str) -> int:
    """Width in half-width characters: Chinese counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
