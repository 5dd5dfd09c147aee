"""Headers of tables without ruling lines: which printed lines they take, what they call the columns, and their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpi.reading.segments import TIGHT, Line, Segment, column_of
from kpi.text import fold

HEADER_WORDS = re.compile(
    "^(一级|二级|三级|四级)?(绩效)?指标(名称|内容|值)?$|^(一|二|三)级(指标|目标)|指标值|目标值|完成值|^指标名称|^绩效指标|^(分值|权重|得分)"
)
"""Header cells of layouts.md; two of them on one printed line make a header."""
CENTRAL_WORDS = re.compile("三级(?:指标|目标)|指标值|目标值|指标名称|^绩效指标|完成值")
NAME_WORDS = re.compile("三级(?:指标|目标)|^指标(?:名称|内容)|^绩效指标(?:名称)?$")
LEVEL_WORDS = re.compile("^[一二]级")
UPPER_HEADER = re.compile(
    "^(项目|单位|预算|部门|绩效|资金)*(编码|代码|名称|金额|总额|合计|目标)|^序号|^备注|指标$|资金$"
)
"""Words in the upper lines of a header of several lines."""
WHOLE_WORDS = re.compile(
    "(?:[一二三四]级)?(?:绩效)?(?:指标|目标)(?:名称|内容|值|性质|说明|解释|单位|方向性?|属性|类型)?|"
    ".*(?:指标值|目标值|完成值|实际值|得分|分值|权重|偏差度|单位|依据|标准|措施|原因)"
)
"""Whole header words, to see that a printed line ends words of the line above."""
LOWER_HEADER = re.compile(
    "(前年|上年|本年|当年|预计|预期|半年|上半年|全年|优|良|中|差|符号|数值|单位|20[0-9]{2}年|实际|目标值|指标值|计划|历史|行业)[^:]{0,12}$"
)
"""Words that stand under 指标值 (湖北, 江苏, 海南) and 评价标准 (河北)."""
LONGEST_END = 8
"""Most letters of the end of a header word."""
HALF_LINE = 0.8
"""Times the character height: white between the lines of one header word, at most."""
WIDE_REACH = 8.0
"""As below, for headers of three rows (绩效目标 / 产出指标 / 三级指标)."""
HEADER_REACH = 4.0
"""Times the character height: lines this near above the header's last line may be its upper lines."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a header says of the columns; also kept for the next page, where the table may go on without one."""

    words: Mapping[int, str] = field(default_factory=dict)
    """Folded header text by column."""
    white: float = 0.0
    """Points that parted rows on the page before, 0 where they did not tell."""

    @property
    def levels(self) -> set[int]:
        """Columns of 一级 and 二级."""
        return {column for column, word in self.words.items() if LEVEL_WORDS.search(word)}

    @property
    def names(self) -> list[int]:
        """Columns of the 三级指标, several in wide tables and in halves side by side."""
        found = sorted(column for column, word in self.words.items() if NAME_WORDS.search(word))
        return [column for column in found if self.words[column] == self.words[found[0]]]

    @property
    def wide(self) -> bool:
        """Whether groups of columns (成本, 产出 …) stand side by side with the project at their left."""
        return len(self.names) > 1 and not self.levels


NO_HEAD = Head()


def is_header(line: Line) -> bool:
    """Whether a printed line names columns of a performance table."""
    words = [segment_text(segment) for segment in line]
    named = sum(1 for word in words if HEADER_WORDS.search(word))
    return named > 1 and any(CENTRAL_WORDS.search(word) for word in words)


def segment_text(segment: Segment) -> str:
    """The folded text of a piece of a line."""
    return fold("".join(glyph.text for glyph in segment.glyphs))


def header_columns(lines: list[Line], header: int, height: float) -> list[tuple[float, float]]:
    """Left and right of each column's header words: the header's last line, and what stands beside it in others."""
    top, bottom = header_lines(lines, header, height)
    over = over_words(lines, top, bottom)
    columns = [(segment.x0, segment.x1) for segment in lines[header] if segment not in over]
    beside = [*lines[top:header], *lines[header + 1 : bottom]]
    for line in lines[:top][::-1]:
        if lines[header][0].top - line[0].top > HEADER_REACH * height or not all(map(_is_upper_header, line)):
            break
        beside.append(line)
    for segment in (segment for line in beside for segment in line):
        if segment not in over and all(segment.x1 < left or segment.x0 > right for left, right in columns):
            columns.append((segment.x0, segment.x1))
    return sorted(columns)


def _is_upper_header(segment: Segment) -> bool:
    return UPPER_HEADER.search(segment_text(segment)) is not None


def header_lines(lines: list[Line], header: int, height: float) -> tuple[int, int]:
    """First and one past the last printed line of the header: words of two lines stand around words of one."""
    top, bottom = header, header + 1
    while top > 0 and _close(lines[top - 1], lines[top], height):
        if len(lines[top - 1]) >= len(lines[header]) and not _stands_beside(lines[top - 1], lines[header]):
            break
        top -= 1
    if bottom < len(lines) and _is_lower(lines[bottom]):
        return top, bottom + 1
    while bottom < len(lines) and _close(lines[bottom - 1], lines[bottom], height, HALF_LINE):
        below = lines[bottom]
        close = _close(lines[bottom - 1], below, height)
        if _completes(lines[top:bottom], below) or (close and _are_ends(below)):
            bottom += 1
            continue
        if not close or len(below) > 0.65 * len(lines[header]) or any(len(s.glyphs) > 8 for s in below):
            break
        bottom += 1
    return top, bottom


def _close(above: Line, below: Line, height: float, white: float = TIGHT) -> bool:
    return min(s.top for s in below) - max(s.bottom for s in above) < white * height


def _stands_beside(line: Line, other: Line) -> bool:
    """Whether no text of a line stands above or below one of another: words broken over lines beside whole ones."""
    return all(a.x1 <= b.x0 or a.x0 >= b.x1 for a in line for b in other)


def _are_ends(line: Line) -> bool:
    """Whether a line holds ends of words only (标 | 值 | 资金): data have longer texts or figures."""
    texts = [segment_text(segment) for segment in line]
    return all(len(text) <= 3 and not any(letter.isdigit() or letter in "≥≤=%" for letter in text) for text in texts)


def _is_lower(line: Line) -> bool:
    """Whether a line is nothing but words that stand under 指标值 or 评价标准."""
    return len(line) > 1 and all(LOWER_HEADER.match(segment_text(segment)) for segment in line)


def over_words(lines: list[Line], top: int, bottom: int) -> dict[Segment, list[Segment]]:
    """The header word in the middle over the words of the last line (指标值 over 前年 | 上年 | 预计当年实现), with these."""
    if bottom - top < 2 or not _is_lower(lines[bottom - 1]):
        return {}
    below = sorted(lines[bottom - 1], key=lambda segment: segment.x0)
    words = [segment for line in lines[top : bottom - 1] for segment in line]
    inside = [word for word in words if below[0].x0 < word.middle < below[-1].x1]
    return {inside[0]: below} if len(inside) == 1 else {}


def _completes(above: list[Line], below: Line) -> bool:
    """Whether a line ends header words that the lines above began (年初目 ¦ 标值) and prints nothing longer."""
    ended = 0
    for segment in below:
        tail = segment_text(segment)
        over = [s for line in above for s in line if s.x0 < segment.x1 and s.x1 > segment.x0]
        head = "".join(segment_text(s) for s in over)
        if not over or len(tail) > LONGEST_END:
            return False
        ended += WHOLE_WORDS.fullmatch(head) is None and WHOLE_WORDS.fullmatch(head + tail) is not None
    return ended > 0


def words_of_columns(head: Sequence[Segment], edges: Sequence[float]) -> Head:
    """Header texts by column, words broken over lines put together."""
    texts: dict[int, str] = {}
    for segment in sorted(head, key=lambda s: (s.top, s.x0)):
        column = column_of(edges, segment.middle)
        texts[column] = texts.get(column, "") + segment_text(segment)
    return Head(texts)


def first_of_wide(lines: list[Line], header: int, height: float) -> int:
    """First line of the header of a wide table: code and name are broken over lines beside the groups."""
    first = header
    while first > 0:
        line = lines[first - 1]
        far = lines[header][0].top - line[0].top > WIDE_REACH * height
        if far or any(":" in segment_text(s) for s in line) or not any(map(_is_upper_header, line)):
            break
        first -= 1
    return first
