"""Indicator names → forms (名称解析): the normalised text, the head measure, weighted tokens and the tags of vetoes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kpi.cluster.normal import clean_name, normal_text
from kpi.cluster.parts import OBJECT_FOLLOWS, SATISFACTION, SENTENCE, Parts, split_name
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

STEM = 2
"""Characters of the word that a rate is of."""

AWARENESS = "知晓"
STATES = frozenset({"状态", "状态/率"})
# Families in which it matters who answers or is served, even if it is everybody.
ANSWERED = frozenset({SATISFACTION, AWARENESS, SENTENCE, "状态", "状态/成效"})
# Families whose names are made of weak words, so that these always weigh: 保障经办管理体系实施 is not 服务体系优化情况.
WORDY = frozenset({SATISFACTION, SENTENCE, "状态/成效", "能力", "水平"})

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]{1,6}(?=年(?![级度制]))")

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


def parse_name(name: str, vocabulary: Vocabulary | None = None) -> NameForm:
    """Read one name; the result depends on the name and the vocabulary alone."""
    words = vocabulary or load_vocabulary()
    text, unit_family = clean_name(name, words)
    parts = split_name(text, fold(name), unit_family, words)
    tokens = _weigh(parts.entries, parts.family, words, parts.body)
    return NameForm(normal_text(name, text, words), parts.head, tokens, _tags(parts, tokens, words))


def _tags(parts: Parts, tokens: Sequence[Token], words: Vocabulary) -> Tags:
    told = any(entry.actions or entry.strong or entry.weak for entry in parts.tagged)
    return Tags(
        family=parts.family,
        actions=frozenset().union(*(entry.actions for entry in parts.entries)),
        strong=frozenset().union(*(entry.strong for entry in parts.tagged)),
        weak=frozenset().union(*(entry.weak for entry in parts.tagged)),
        contrasts=frozenset(contrast for entry in parts.tagged for contrast in entry.contrasts),
        numbers=frozenset(_NUMBER.findall(parts.body)),
        stem="" if told or parts.family not in STATES else parts.body[-STEM:],
        subject=_has_subject(tokens, parts.family, words),
    )


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


def _weigh(entries: Sequence[Entry], family: str, words: Vocabulary, body: str) -> tuple[Token, ...]:
    """Tokens with weights, each once. Weak words weigh more where nothing else tells the names apart, narrowing ones
    less where another word of the name says the same (高龄 beside 老年人).
    """
    weights: dict[tuple[str, str], float] = {}
    skipped = words.whole.get(family, frozenset())
    before, factor = "", 1.0
    for entry in entries:
        if entry is OBJECT_FOLLOWS and family == SATISFACTION and weights:
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
