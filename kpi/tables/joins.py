"""Rows that a page end has cut in two (跨页断行): the first row of a piece that continues the last row of the piece before.

Word processors draw a line at both sides of the cut, so lines prove nothing; the texts do. Each kind of evidence has a weight,
for (+) or against (−) the cut, and the row is joined when the sum is positive. The weights were set on the given documents
and on synthetic ones in which every row may be cut at every printed line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kpi.tables import headers
from kpi.tables.grid import GridRow
from kpi.tables.layouts import Band, Layout
from kpi.text import squeeze

INCOMPLETE = 3.0
"""One side lacks a cell that nearly all rows of this table have."""
DANGLING = 4.0
"""An open bracket that is closed behind the cut, or a text that begins with closing punctuation."""
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
DECISIVE = 20.0
"""Before the cut a target stands without a name, behind it the name: no whole row looks like this."""
STARTS_ANEW = -4.0
"""A group that was blank before the cut, a new code or a new level: something begins behind the cut."""
MANDATORY_SHARE = 0.8
"""A column that at least this share of the rows fills is expected in every row."""

_CLOSING = tuple("）)】]》”’，。、；：,;:%％的")
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
    widths = _line_widths(rows)
    expected = [_mandatory(rows, band) for band in layout.bands]
    found = set()
    for index in range(1, len(rows)):
        if rows[index].piece == rows[index - 1].piece:
            continue
        before, after = rows[index - 1], rows[index]
        if not before.filled() or not after.filled():
            continue
        if _evidence(before, after, layout, expected, widths) > 0:
            found.add(index)
    return frozenset(found)


def _mandatory(rows: Sequence[GridRow], band: Band) -> tuple[int, ...]:
    columns = [
        column for role, cols in band.columns.items() if role not in {"level1", "level2", "remark"} for column in cols
    ]
    named = [row.texts() for row in rows if squeeze(row.slots[band.name].text)]
    if len(named) < 4:
        return (band.name, *band.targets)
    filled = [
        column for column in columns if sum(1 for texts in named if texts[column]) >= MANDATORY_SHARE * len(named)
    ]
    return tuple(sorted({band.name, *band.targets, *filled}))


def _evidence(
    before: GridRow, after: GridRow, layout: Layout, expected: Sequence[tuple[int, ...]], widths: Sequence[int]
) -> float:
    first, second = before.texts(), after.texts()
    columns = {column for band in layout.bands for cols in band.columns.values() for column in cols}
    if not any(first[column] or second[column] for column in columns):
        return _heading_evidence(before, first, second, layout, widths)
    total = _begins_anew(first, second, layout)
    for band, mandatory in zip(layout.bands, expected, strict=True):
        columns = {column for cols in band.columns.values() for column in cols}
        if any(second[column] for column in columns):
            total += _band_evidence(before, first, second, band, mandatory, widths)
    return total


def _begins_anew(first: Sequence[str], second: Sequence[str], layout: Layout) -> float:
    total = 0.0
    for column in layout.columns("code"):
        if len(second[column]) >= 15 and len(first[column]) != len(second[column]) - 1:  # a whole project code
            total += STARTS_ANEW
    for column in layout.columns("level1", "level2"):
        text = second[column]
        whole = headers.is_level1(text) or headers.is_level2(text)
        if text and whole and text != first[column]:
            total += STARTS_ANEW
    return total


def _heading_evidence(
    before: GridRow, first: Sequence[str], second: Sequence[str], layout: Layout, widths: Sequence[int]
) -> float:
    """Rows that only name a project and its goal (outline tables)."""
    total = 0.0
    for column in layout.columns("project", "goal"):
        if not (first[column] and second[column]):
            continue
        total += _name_evidence(first[column], second[column])
        total += _line_evidence(before.slots[column].text, widths[column])
        if first[column].endswith(("。", "；", ";")):
            total += STARTS_ANEW
    return total


def _band_evidence(
    before: GridRow, first: Sequence[str], second: Sequence[str], band: Band, mandatory: Sequence[int], widths: Sequence[int]
) -> float:  # fmt: skip
    name, tail = first[band.name], second[band.name]
    if tail and not name and any(first[column] for column in band.targets):
        return DECISIVE
    if not any(first[column] for column in mandatory):
        return STARTS_ANEW
    total = 0.0
    lacks_after = any(first[column] and not second[column] for column in mandatory)
    lacks_before = any(second[column] and not first[column] for column in mandatory)
    if lacks_after or lacks_before:
        total += INCOMPLETE
    else:
        total += COMPLETE
    if tail:
        total += _name_evidence(name, tail)
        total += _line_evidence(before.slots[band.name].text, widths[band.name])
    for column in band.targets:
        value, rest = first[column], second[column]
        if value and rest and (_is_tail(rest) or _is_open(value, rest, band)):
            total += TAIL
    return total


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
