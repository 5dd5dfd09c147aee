"""Indicator names → forms (名称解析): the normalised text, the head measure, weighted tokens and the tags of vetoes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kpi.cluster.places import without_places
from kpi.cluster.vocabulary import (
    ACTION,
    ASPECT,
    FILLER,
    NARROW,
    NEUTRAL,
    PERSON,
    PLAIN,
    WEAK,
    Entry,
    Vocabulary,
    load_vocabulary,
)
from kpi.targets import find_unit
from kpi.targets.unit_table import SCALES
from kpi.text import fold

# Weight of a word in the score, in plain characters. Set on the given names and tests/data/clusters/dev.csv.
WEIGHTS = {NEUTRAL: 0.0, FILLER: 0.25, WEAK: 0.25, PLAIN: 1.0, PERSON: 0.25, ACTION: 1.0, ASPECT: 1.0, NARROW: 4.0}
GENERAL_PERSON_WEIGHT = 2.0
"""群众, 公众 … when no word before says who: then it is the respondent."""
WEAK_ALONE = 1.2
"""Weight of a weak word in a name that has nothing else (设备故障率 is not 系统故障率); falls to `WEIGHTS[WEAK]`…"""
SUBSTANCE_ENOUGH = 8.0
"""… when the other words of the name weigh this much (two words of two characters)."""
OBJECT_FACTOR = 2.0
"""What a satisfaction is about (对…的满意度) weighs this much more than in other names."""

UNIT_FAMILIES = {
    "area": "面积", "mu": "面积", "length": "长度", "weight": "数量/重", "volume": "数量/体积", "money": "金额", "days": "天数",
    "working_days": "天数", "duration": "时间",
}  # fmt: skip
"""Family of a unit's measure → family of heads."""

COUNTERS = frozenset({"数量/物", "数量/次"})
LONG_WORD = 4
"""Characters of a word that no head may cut; shorter ones (残疾人) share their last one with heads (人数)."""

TASK_DONE = frozenset({"任务完成"})
"""Beside another aspect the task is no aspect of its own: 任务按时完成率, 任务完成及时率."""
TESTS = frozenset({"检测", "检验", "抽检"})
TESTED = Entry(tokens=((ACTION, "检测"),), actions=frozenset({"检测"}))
"""Of what share passes the ways to test are one: 监测合格率, 抽检合格率."""
COUNTED_SENTENCE = 12
"""Characters up to which a sentence may be a thing that is counted."""
COUNTED_ACTIONS = frozenset({"建设", "改造", "购置", "维修", "安装", "更换", "印刷", "放映", "演出", "拆除", "慰问"})
STEM = 2
"""Characters of the word that a rate is of."""

SATISFACTION = "满意"
AWARENESS = "知晓"
SENTENCE = "状态/句"
STATES = frozenset({"状态", "状态/率"})
# Families in which it matters who answers or is served, even if it is everybody.
ANSWERED = frozenset({SATISFACTION, AWARENESS, SENTENCE, "状态", "状态/成效"})
# Families whose names are made of weak words, so that these always weigh: 保障经办管理体系实施 is not 服务体系优化情况.
WORDY = frozenset({SATISFACTION, SENTENCE, "状态/成效", "能力", "水平"})

_LEAD = re.compile(r"(?:(?:三级)?指标\d*[:：、.]|[(（]?[0-9一二三四五六七八九十]{1,2}[)）、.:：](?!\d)|[①-⑳])")
_BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_NOTE = re.compile(r".+[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-—~至到](?:19|20)?\d\d)?年度?")
_TAIL = re.compile(r"(?:[≥≤<>=±]+[\d.]*|\d{1,12}(?:\.\d{1,12})?%|%|‰)+")
_PLACE = re.compile(r"^(?:全(?:市|省|县|区|州|旗|镇)|[本我](?:市|省|县|区))")
_AGAINST = r"对(?!象|外|口|比|接|应|标|账|照)"
_NOISE = re.compile(rf"[^\w.&]|_|[的之]|(?<=[一-鿿]){_AGAINST}|^{_AGAINST}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]+(?=年(?![级度制]))")
_LATIN = re.compile(r"[a-z0-9.&]+")

_OBJECT_FOLLOWS = Entry()
_JOINING = frozenset({"和", "与", "及", "以及"})
_SAYING_WHO = frozenset({PLAIN, NARROW, ACTION, ASPECT})


@dataclass(frozen=True, slots=True)
class Token:
    """One word or character of a name with its weight in plain characters."""

    kind: str
    text: str
    weight: float

    @property
    def key(self) -> str:
        """Equal keys are the same token in two names."""
        return f"{self.kind}:{self.text}"

    @property
    def shown(self) -> str:
        """The token for people; 人员, 群众, 对象 after a word that says who are one."""
        return self.text or "（人）"

    @property
    def substance(self) -> float:
        """The part of the weight that another word cannot replace: all but the least of light words."""
        if self.kind in (FILLER, WEAK) or (self.kind == PERSON and not self.text):
            return max(self.weight - WEIGHTS[WEAK], 0.0)
        return self.weight


@dataclass(frozen=True, slots=True)
class Tags:
    """What vetoes look at."""

    family: str
    """Family of the head (`数量/人`)."""
    actions: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()
    """Aspects that must agree (及时, 合格)."""
    weak: frozenset[str] = frozenset()
    """Aspects that one name may leave out (完成, 覆盖)."""
    contrasts: frozenset[tuple[str, str]] = frozenset()
    numbers: frozenset[str] = frozenset()
    stem: str = ""
    """What a rate or degree is of, where no action or aspect says it: 巩固 of 巩固率."""
    subject: bool = True
    """Whether a word of substance says what is measured: 公务接待总成本 has a subject, 项目总成本 has none."""


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name as the clustering sees it."""

    normal: str
    """Normalised text: equal normal texts are one indicator."""
    head: str
    """The suffix that says what is measured, "" if the name is a sentence."""
    tokens: tuple[Token, ...]
    """Words before the head in order of appearance, each once."""
    tags: Tags


def normalise_name(name: str, vocabulary: Vocabulary | None = None) -> str:
    """The text by which two names are identical: without width, leading `指标1：`, units in brackets, years, places, 的, 对.

    Normalising twice is normalising once. A name of which nothing would be left keeps its folded text.
    """
    return _normal(name, _clean(name, vocabulary or load_vocabulary())[0])


def display_name(name: str, vocabulary: Vocabulary | None = None) -> str:
    """A name as it can be shown for a group: without list number, unit, year and 全市, but with 的 and 对."""
    return _clean(name, vocabulary or load_vocabulary())[0] or name.strip()


def _normal(name: str, text: str) -> str:
    while (quiet := _NOISE.sub("", text)) != text:  # what stood behind a dash may be noise itself (-对参保)
        text = quiet
    return text or fold(name)


def _clean(name: str, words: Vocabulary) -> tuple[str, str]:
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


def parse_name(name: str, vocabulary: Vocabulary | None = None) -> NameForm:
    """Read one name; the result depends on the name and the vocabulary alone."""
    words = vocabulary or load_vocabulary()
    text, unit_family = _clean(name, words)
    if note := _NOTE.fullmatch(fold(name)):
        text = _note_first(text, note[1], words)
    ending = next((word for word in words.endings if len(text) > len(word) + 1 and text.endswith(word)), "")
    before = text[: len(text) - len(ending)]
    while ending and (adverb := next((word for word in words.adverbs if before.endswith(word)), "")):
        before = before[: -len(adverb)]
    head, family = _head(before, words)
    if head:
        text = before + ending
    else:
        ending = ""
        head, family = _head(text, words)
    if unit_family and (family == "数量" or (not head and unit_family.startswith("数量"))):
        family = unit_family
    if head and _states_aspect(text, family, words):
        head, ending, family = "", "", SENTENCE
    body = text[: len(text) - len(ending) - len(head)]
    if family == SATISFACTION:
        body = _respondent(body, words)
    entries = _segments(body, words)
    tagged = [*entries, *words.said_by(head), *words.said_by(ending)]
    if len({aspect for entry in tagged for aspect in entry.strong}) > 1:
        entries = [words.words["完成"] if entry.strong == TASK_DONE else entry for entry in entries]
        tagged = [*entries, *words.said_by(head), *words.said_by(ending)]
    if "合格" in {aspect for entry in tagged for aspect in entry.strong}:
        entries = [TESTED if entry.actions & TESTS else entry for entry in entries]
    if not head and _is_counted(entries, text):
        family = unit_family or "数量"
    tokens = _weigh(entries, family, words, body)
    told = any(entry.actions or entry.strong or entry.weak for entry in tagged)
    return NameForm(
        normal=_normal(name, text),
        head=head,
        tokens=tokens,
        tags=Tags(
            family=family,
            actions=frozenset().union(*(entry.actions for entry in entries)),
            strong=frozenset().union(*(entry.strong for entry in tagged)),
            weak=frozenset().union(*(entry.weak for entry in tagged)),
            contrasts=frozenset(contrast for entry in tagged for contrast in entry.contrasts),
            numbers=frozenset(_NUMBER.findall(body)),
            stem="" if told or family not in STATES else body[-STEM:],
            subject=_has_subject(tokens, family, words),
        ),
    )


def _states_aspect(text: str, family: str, words: Vocabulary) -> bool:
    """Whether a name tells how something is done and only ends in what looks like a measure: 及时发放补助资金."""
    first = next((words.words[text[:end]] for end in range(4, 1, -1) if text[:end] in words.words), None)
    return family in ("金额", "成本") and first is not None and "及时" in first.strong


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
    """Whether a name without a head says what is made or given away, of which a target tells how many: 改造危桥, 新增停车位, 完成危桥改造."""
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


def _has_subject(tokens: Sequence[Token], family: str, words: Vocabulary) -> bool:
    """For an awareness (知晓率) whether it says of what, for others whether a word of substance stands in the name, or an
    action that says of what it is (造林).
    """
    if family == AWARENESS:
        return any(token.kind != PERSON for token in tokens)
    return any(
        (token.kind in (PLAIN, NARROW) and token.text not in words.vague)
        or (token.kind == ACTION and token.text in words.telling)
        for token in tokens
    )


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
    if 1 < cut < len(text) - 1 and words.heads[text[cut:]] in COUNTERS and text[cut - 2 : cut] not in words.words:
        for length in words.lengths.get(text[cut], ()):
            if 1 < length <= cut + 1 and text[cut + 1 - length : cut + 1] in words.words:
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
        for start in range(end - 1, -1, -1):
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
        return _OBJECT_FOLLOWS
    return _latin(part) if _LATIN.fullmatch(part) else _character(part)


@lru_cache(maxsize=65536)
def _character(character: str) -> Entry:
    return Entry(tokens=((PLAIN, character),)) if character.isalnum() else Entry()


@lru_cache(maxsize=4096)
def _latin(text: str) -> Entry:
    return Entry(tokens=((PLAIN if text.isdigit() else NARROW, text),))


def _weigh(entries: Sequence[Entry], family: str, words: Vocabulary, body: str) -> tuple[Token, ...]:
    """Tokens with weights, each once. Weak words weigh more where nothing else tells the names apart, narrowing ones
    less where another word of the name says the same (高龄 beside 老年人).
    """
    weights: dict[tuple[str, str], float] = {}
    skipped = words.whole.get(family, frozenset())
    before, factor = "", 1.0
    for entry in entries:
        if entry is _OBJECT_FOLLOWS and family == SATISFACTION and weights:
            factor = OBJECT_FACTOR
            _weak_respondent(weights)
        for kind, text in entry.tokens:
            if text in skipped or kind == NEUTRAL:
                continue
            weight = (
                WEIGHTS[kind]
                * (len(text) if kind == PLAIN and not text.isdigit() else 1)
                * (1.0 if kind == WEAK else factor)
            )
            value = text
            if kind == NARROW and any(hint in body for hint in words.implied.get(text, ())):
                weight = WEIGHTS[FILLER]
            if kind == PERSON:
                value, weight = _person(weight, before, family)
            weights[kind, value] = max(weight, weights.get((kind, value), 0.0))
        before = _kind_before(entry, before)
    if family == SATISFACTION and factor == 1.0:
        _weak_respondent(weights)
    weak = [token for token, weight in weights.items() if token[0] == WEAK and weight <= WEIGHTS[WEAK]]
    rest = 0.0 if family in WORDY else sum(weights.values()) - len(weak) * WEIGHTS[WEAK]
    raised = max(WEIGHTS[WEAK], WEAK_ALONE - (WEAK_ALONE - WEIGHTS[WEAK]) * rest / SUBSTANCE_ENOUGH)
    weights.update(dict.fromkeys(weak, raised))
    return tuple(Token(kind, text, weight) for (kind, text), weight in weights.items())


def _person(weight: float, before: str, family: str) -> tuple[str, float]:
    """The token of 群众, 人员 …: nothing of its own after a word that says who, the general respondent otherwise."""
    if before in _SAYING_WHO or family not in ANSWERED:
        return "", weight
    return "群众", GENERAL_PERSON_WEIGHT


def _weak_respondent(weights: dict[tuple[str, str], float]) -> None:
    """In a satisfaction weak words beside 群众, 人员 say who answers (受益群众), so they get the weight of a respondent."""
    everybody = (PERSON, "群众")
    weak = [token for token in weights if token[0] == WEAK]
    if weak and (everybody in weights or (PERSON, "") in weights):
        weights.update(dict.fromkeys(weak, GENERAL_PERSON_WEIGHT))
        if weights.pop(everybody, None):
            weights[PERSON, ""] = WEIGHTS[PERSON]


def _kind_before(entry: Entry, before: str) -> str:
    """What stands before the next word: nothing after 和, 与 and punctuation, the last telling word otherwise."""
    if not entry.tokens or entry.tokens[-1][1] in _JOINING:
        return ""
    return before if entry.tokens[-1][0] == NEUTRAL else entry.tokens[-1][0]
