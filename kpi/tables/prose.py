"""Targets in running text (文字绩效目标): `绩效指标：参保率达到95%以上。`, `（1）数量指标：培训人数≥100人；`.

Only clauses behind a label that announces indicators are read, and only those that end in a number with its unit; a
labelled clause without a number is counted as unread, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kpi.tables import headers
from kpi.text import squeeze

_LABEL = re.compile(
    r"(?P<label>(?:[\u4e00-\u9fff]{0,8}?绩效指标|(?:年度|具体|主要|核心|考核)?指标|(?:产出|效益|效果|成本|满意度|数量|质量|时效|经济效益|社会效益|生态效益|"
    r"可持续影响|服务对象满意度|经济成本|社会成本|生态环境成本)指标)(?:[一二三四五六七八九十\d]{0,2}))[:：]"
)
_STOP = re.compile(
    r"(?:绩效目标|工作举措|保障措施|实施措施|主要措施|总体目标|年度目标)[一二三四五六七八九十\d]{0,2}[:：]"
)
_PARAGRAPH = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．)）]|[①-⑳]|[（(][一二三四五六七八九十\d]{1,2}[)）]|第[一二三四五六七八九十]+[部章节])"
)
_CLAUSE = re.compile(r"[；;。\n]")
_INNER = re.compile(r"[，,、](?=[^，,、；;。]*\d)")
_NUMBERING = re.compile(r"^(?:[（(]?[\d一二三四五六七八九十]{1,2}[)）、.．](?!\d)|[①-⑳])+")
_LEAD = re.compile(r"^(?:确保|力争|保证|保障|实现|争取|努力实现|使|其中|全年|预计|计划|年内|年度内)(?=[\u4e00-\u9fff])")
_NUMBER = r"\d[\d,]*(?:\.\d+)?[%％‰万亿]?(?:[-~～—–至到]\d[\d,]*(?:\.\d+)?)?"
_UNIT = r"(?:[%％‰]|个?百分点|[\u4e00-\u9fff㎡]{1,5}(?:/[\u4e00-\u9fff·]{1,6})?)?"
_TARGET = re.compile(
    rf"^(?P<name>.*?[\u4e00-\u9fff）)”\"a-zA-Z.\d])(?P<link>达到|达|为|保持在|稳定在|控制在|是|[:：])?"
    rf"(?P<target>(?:[≥≤<>=＝≧≦＞＜]+|不低于|不少于|不小于|不超过|不高于|不大于|大于等于|小于等于|大于|小于|高于|低于|超过|至少|最多|约)?"
    rf"{_NUMBER}{_UNIT}(?:以上|以内|以下|左右|之内|及以上|\(含\)|（含）)?)$"
)
_SHORTEST_NAME = 2
"""Characters; a single one is a unit or a particle, not an indicator."""
PROSE_LINE = 400
"""Characters of a joined paragraph that are read; longer ones are cut tables or whole pages without breaks."""


@dataclass(frozen=True, slots=True)
class ProseTarget:
    """One indicator in a sentence: its name, target, levels, and the sentence it stands in."""

    name: str
    target: str
    level1: str
    level2: str
    sentence: str
    page: int | None


@dataclass(frozen=True, slots=True)
class ProseResult:
    """What the text says and which labelled clauses had no number."""

    targets: tuple[ProseTarget, ...]
    unread: tuple[str, ...]


def read_prose(lines: Iterable[tuple[int | None, str]]) -> ProseResult:
    """Targets of all paragraphs of a document.

    Args:
        lines: page number and text of each line outside tables, in reading order.
    """
    targets: list[ProseTarget] = []
    unread: list[str] = []
    heading = ""
    for page, paragraph in _paragraphs(lines):
        labels = list(_LABEL.finditer(paragraph))
        if not labels:
            heading = _level_heading(paragraph) or (heading if _PARAGRAPH.match(paragraph) else "")
        for number, label in enumerate(labels):
            end = labels[number + 1].start() if number + 1 < len(labels) else len(paragraph)
            if stop := _STOP.search(paragraph, label.end(), end):
                end = stop.start()
            level1, level2 = _levels([heading, *(match["label"] for match in labels[: number + 1])])
            text = paragraph[label.end() : end]
            for clause in _clauses(text):
                if len(clause) <= PROSE_LINE and (match := _TARGET.match(clause)):
                    name = _name(match["name"])
                    if len(name) >= _SHORTEST_NAME:
                        targets.append(ProseTarget(name, match["target"], level1, level2, paragraph[:PROSE_LINE], page))
                        continue
                if re.search(r"[\u4e00-\u9fff]{3}", clause):
                    unread.append(clause[:60])
    return ProseResult(tuple(targets), tuple(unread))


_CELL_LABEL = re.compile(r"^([\u4e00-\u9fff]{2,11})[\d一二三四五六七八九十]{0,2}[:：]")


def split_label(text: str) -> tuple[str, str]:
    """数量指标：巡河次数≥2400次 → the level and the rest; ("", text) where no level stands in front."""
    match = _CELL_LABEL.match(text)
    if match and (headers.is_level1(match[1]) or headers.is_level2(match[1])):
        return match[1], text[match.end() :]
    return "", text


_DAY = r"(?:20\d\d年)?(?:\d{1,2}月(?:\d{1,2}日|底|末|[上中下]旬)?|年底|年末|[上下]半年|[一二三四]季度末?)(?:底|末)?(?:以?之?前|以?内)?"
_NAMED = re.compile(r"(?P<name>[^:：\d≥≤<>=]{2,30})[:：](?P<target>[^:：]+)$")
_DUE = re.compile(rf"(?P<name>[^\d≥≤<>=]{{2,30}})(?P<target>{_DAY})$")
_DUE_FIRST = re.compile(rf"(?P<target>{_DAY})(?P<name>[\u4e00-\u9fff]{{2,30}})$")


def split_clause(text: str) -> tuple[str, str]:
    """A clause that holds name and value in one (硬化产业路≥3.2公里) → both; the value is "" where it has none.

    A deadline may stand in front (2026年11月底前完工), a colon may part the two.
    """
    if len(text) > PROSE_LINE:
        return text, ""
    if match := _NAMED.match(text) or _DUE.match(text) or _DUE_FIRST.match(text):
        return match["name"], match["target"]
    if match := _TARGET.match(text):
        name = _without_link(match["name"])
        if len(name) >= _SHORTEST_NAME:
            return name, match["target"]
    return text, ""


def _paragraphs(lines: Iterable[tuple[int | None, str]]) -> Iterator[tuple[int | None, str]]:
    """Printed lines joined to paragraphs; a numbered line or a finished sentence ends the one before."""
    page: int | None = None
    text = ""
    for number, line in lines:
        piece = squeeze(line.strip("|*# "))
        if not piece or "\t" in line.strip():
            if text:
                yield page, text
            text = ""
            continue
        if text and (_PARAGRAPH.match(line) or len(text) > PROSE_LINE):
            yield page, text
            text = ""
        if not text:
            page = number
        text += piece
    if text:
        yield page, text


def _level_heading(paragraph: str) -> str:
    """A level on a line of its own: （一）产出指标."""
    text = _NUMBERING.sub("", paragraph).rstrip("：:。")
    return text if headers.is_level1(text) or headers.is_level2(text) else ""


def _levels(labels: Sequence[str]) -> tuple[str, str]:
    """一级 and 二级 that the labels up to here name: 产出指标：数量指标：…"""
    level1 = level2 = ""
    for label in labels:
        text = label.rstrip("一二三四五六七八九十0123456789")
        if headers.is_level2(text) and (level1 or not headers.is_level1(text)):
            level2 = text
        elif headers.is_level1(text):
            level1, level2 = text, ""
    return level1, level2


def _clauses(text: str) -> Iterator[str]:
    for sentence in _CLAUSE.split(text):
        for part in _INNER.split(sentence):
            clause = _NUMBERING.sub("", part.strip("，,、 "))
            if clause:
                yield clause


def _name(text: str) -> str:
    name = _LEAD.sub("", text.strip('“”"，,：:'))
    return _without_link(name)


def _without_link(text: str) -> str:
    """A name without the words between it and its value."""
    return re.sub(r"(?:达到|达|为|保持在|控制在|不低于|需)$", "", text.strip("，,：:"))
