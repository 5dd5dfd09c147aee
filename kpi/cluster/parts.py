"""The parts of a name (名称结构): what closes it, the head measure, and the words of the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kpi.cluster.vocabulary import ACTION, NARROW, PLAIN, Entry, Vocabulary

PIECES = "数量/物"
COUNTERS = frozenset({PIECES, "数量/次"})
"""Families whose heads begin with a classifier, of which words end as well (样本数, 养殖场数)."""
LONG_WORD = 4
"""Characters of a word that no head may cut; shorter ones (残疾人) share their last one with heads (人数)."""

TASK_DONE = frozenset({"任务完成"})
"""Beside another aspect the task is no aspect of its own: 任务按时完成率, 任务完成及时率."""
TESTS = frozenset({"检测", "检验", "抽检"})
TESTED = "检测"
"""Of what share passes the ways to test are one: 监测合格率, 抽检合格率, 抽查合格率."""
COUNTED_SENTENCE = 12
"""Characters up to which a sentence may be a thing that is counted."""
COUNTED_ACTIONS = frozenset({"建设", "改造", "购置", "维修", "安装", "更换", "印刷", "放映", "演出", "拆除", "慰问"})

SATISFACTION = "满意"
SENTENCE = "状态/句"
PAID = frozenset({"金额", "成本"})

_NOTE = re.compile(r".+[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]")
_LATIN = re.compile(r"[a-z0-9.&]+")
_LONGEST_RUN = 40
"""Latin letters and digits that stay whole; longer runs are damage, and time would grow with the third power."""

OBJECT_FOLLOWS = Entry()
"""对: what a satisfaction is about follows."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A cleaned name taken apart."""

    head: str
    """The suffix that says what is measured, "" if the name is a sentence."""
    family: str
    body: str
    """The text before the head; in a satisfaction with one word for who answers."""
    entries: tuple[Entry, ...]
    """The words of the body."""
    closing: tuple[Entry, ...]
    """What head and ending say beside what is measured (下降 of 下降幅度)."""

    @property
    def tagged(self) -> tuple[Entry, ...]:
        """All words with tags."""
        return self.entries + self.closing


def split_name(text: str, folded: str, unit_family: str, words: Vocabulary) -> Parts:
    """Take a cleaned name apart.

    Args:
        text: the name without list numbers, units, years and places.
        folded: the name with all of them.
        unit_family: the family that a unit in brackets tells, "" without one.
        words: the vocabulary.
    """
    if note := _NOTE.fullmatch(folded):
        text = _note_first(text, note[1], words)
    before, ending = _without_ending(text, words)
    head, family = _head(before, words)
    if not head:
        before, ending = text, ""
        head, family = _head(text, words)
    if unit_family and (family == "数量" or (not head and unit_family.startswith("数量"))):
        family = unit_family
    if family in PAID and _states_aspect(text, words):
        before, head, ending, family = text, "", "", SENTENCE
    body = before.removesuffix(head)
    if family == SATISFACTION:
        body = _respondent(body, words)
    closing = words.said_by(head) + words.said_by(ending)
    entries = _of_one_kind(_segments(body, words), closing, words)
    if not head and _is_counted(entries, text):
        family = unit_family or "数量"
    return Parts(head, family, body, entries, closing)


def _without_ending(text: str, words: Vocabulary) -> tuple[str, str]:
    """The text before an ending and the adverbs in front of it (服务能力|显著|提升), and the ending."""
    ending = next((word for word in words.endings if len(text) > len(word) + 1 and text.endswith(word)), "")
    before = text.removesuffix(ending)
    while ending and (adverb := next((word for word in words.adverbs if before.endswith(word)), "")):
        before = before.removesuffix(adverb)
    return before, ending


@lru_cache(maxsize=1024)
def _tested(entry: Entry) -> Entry:
    """A word that tests (食品抽检) with the one action of testing in place of its own."""
    rest = tuple(token for token in entry.tokens if token[0] != ACTION)
    return replace(entry, tokens=(*rest, (ACTION, TESTED)), actions=frozenset({TESTED}))


def _of_one_kind(entries: Sequence[Entry], closing: Sequence[Entry], words: Vocabulary) -> tuple[Entry, ...]:
    """The words with what another aspect of the name makes one: 任务完成 beside any, ways to test beside 合格."""
    aspects = {aspect for entry in (*entries, *closing) for aspect in entry.strong}
    if len(aspects) > 1 and aspects & TASK_DONE:
        entries = [words.words["完成"] if entry.strong == TASK_DONE else entry for entry in entries]
    if "合格" in aspects:
        entries = [_tested(entry) if entry.actions & TESTS else entry for entry in entries]
    return tuple(entries)


def _states_aspect(text: str, words: Vocabulary) -> bool:
    """Whether a name tells how something is done and only ends in what looks like a measure: 及时发放补助资金."""
    first = next((words.words[text[:end]] for end in range(4, 1, -1) if text[:end] in words.words), None)
    return first is not None and "及时" in first.strong


def _respondent(body: str, words: Vocabulary) -> str:
    """Who answers by one word (参训人员 → 学员), without the place or service that goes with it (景区游客, 游客对旅游 → 游客)."""
    for wording, who in words.respondents:
        if wording in body:
            body = body.replace(wording, who)
            break
    for who, served in words.answering.items():
        if who in body:
            before, after = body.split(who, 1)
            for word in served:
                before, after = before.replace(word, ""), after.replace(word, "")
            body = before + who + after
    return body


def _is_counted(entries: Sequence[Entry], text: str) -> bool:
    """Whether a name without a head says what is made or given away, of which a target tells how many: 改造危桥, 新增停车位,
    完成危桥改造.
    """
    if len(text) > COUNTED_SENTENCE or not entries or not entries[-1].tokens:
        return False
    if entries[-1].tokens[-1][0] != PLAIN and not (text.startswith("完成") and entries[-1].actions & COUNTED_ACTIONS):
        return False
    done = [entry for entry in entries if entry.actions & COUNTED_ACTIONS or ("增量", "新增") in entry.contrasts]
    return bool(done) and not any(entry.strong for entry in entries)


def _note_first(text: str, note: str, words: Vocabulary) -> str:
    """The text with the note that closes it in front, where a head comes to its end by that: 检查单位数（消防） → 消防检查单位数."""
    rest = text.removesuffix(note)
    return note + rest if len(rest) < len(text) and _head(rest, words)[0] and not _head(text, words)[0] else text


def _head(text: str, words: Vocabulary) -> tuple[str, str]:
    """The longest known measure at the end, and its family."""
    for length in range(min(words.longest_head, len(text)), 0, -1):
        family = words.heads.get(text[-length:])
        if family and not _cuts_word(text, len(text) - length, words):
            return text[-length:], family
    return "", SENTENCE


def _cuts_word(text: str, cut: int, words: Vocabulary) -> bool:
    """Whether a long word lies over the place where a head would begin (违法建|筑面积 → 违法建筑|面积), or before a counter a
    word of which it is the end (样|本数 → 样本|数).
    """
    family = words.heads[text[cut:]]
    told = text[cut - 2 : cut] in words.words  # 分配|套数, 图书|册数; but 养殖场|数
    if 1 < cut < len(text) - 1 and family in COUNTERS and not (told and family == PIECES):
        least = 3 if told else 2
        for length in words.lengths.get(text[cut], ()):
            if least <= length <= cut + 1 and text[cut + 1 - length : cut + 1] in words.words:
                return True
    for end in range(cut + 1, len(text)):
        for length in words.lengths.get(text[end - 1], ()):
            if length >= LONG_WORD and 0 <= end - length < cut and text[end - length : end] in words.words:
                return True
    return False


def _segments(text: str, words: Vocabulary) -> list[Entry]:
    """The words of a text: as few characters as possible stand alone, then as few words as possible, long ones last
    (抗|体|检测, not 抗|体检|测). Runs of Latin letters and digits stay whole.
    """
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(text) + 1):
        best.append(min(_steps(text, end, best, words)))
    found: list[Entry] = []
    at = len(text)
    while at:
        start = best[at][2]
        found.append(_entry(text, start, at, words))
        at = start
    return found[::-1]


def _steps(text: str, end: int, best: list[tuple[int, int, int]], words: Vocabulary) -> Iterator[tuple[int, int, int]]:
    """Ways to reach `end`: characters that stand alone, words, and where the last one begins."""
    alone, count, _ = best[end - 1]
    yield alone + 1, count + 1, end - 1
    for length in words.lengths.get(text[end - 1], ()):
        if length <= end and text[end - length : end] in words.words:
            alone, count, _ = best[end - length]
            yield alone, count + 1, end - length
    if text[end - 1].isascii():
        for start in range(end - 1, max(end - 1 - _LONGEST_RUN, -1), -1):
            if not _LATIN.fullmatch(text, start, end):
                break
            alone, count, _ = best[start]
            yield alone, count + 1, start


def _entry(text: str, start: int, end: int, words: Vocabulary) -> Entry:
    part = text[start:end]
    entry = words.words.get(part)
    if entry is not None:
        return entry
    if part == "对":
        return OBJECT_FOLLOWS
    return _latin(part) if _LATIN.fullmatch(part) else _character(part)


@lru_cache(maxsize=65536)
def _character(character: str) -> Entry:
    return Entry(tokens=((PLAIN, character),)) if character.isalnum() else Entry()


@lru_cache(maxsize=4096)
def _latin(text: str) -> Entry:
    return Entry(tokens=((PLAIN if text.isdigit() else NARROW, text),))
