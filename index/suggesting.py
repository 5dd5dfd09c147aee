"""What to ask instead when a query finds nothing (建议): spelling by edit distance and by sound, or one word less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from index.building import GRAMS, PINYIN, WORDS
from index.segmentation import query_words, word_spans
from index.tokens import PINYIN_QUERY, bigrams, pinyin_of
from kpi.query import And, Or, Phrase, Query, Word, evaluate, fold_for_search, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from index.matching import Matcher
    from index.postings import Numbers
    from kpi.query import DateRange, FieldIs, Node, NumberRange

    Found = NDArray[np.bool_]

TRIED = 12
"""Suggestions whose hits are counted before the best are shown."""

READ = 40
"""Texts that are read for words that sound the same."""

LONGEST_WORD = 16
"""Characters of words whose neighbours are looked for; no word of the dictionary is longer, and the work grows fast."""

SHARED_GRAMS = 0.5
"""Share of the pairs of characters of a word that a name must hold to be offered in its place."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query with how much it finds; `reason`: `spelling`, `fewer_words`, `fewer_conditions`."""

    query: Query
    count: int
    reason: str

    def __str__(self) -> str:
        return str(self.query)


def suggest(
    query: Query, matchers: Mapping[str, Matcher], *, count: Callable[[Query], int] | None, limit: int
) -> list[Suggestion]:
    """See `TextIndex.suggest`."""
    counted = count or (
        lambda other: int(evaluate(other, Names(matchers["name"].match, len(matchers["name"].texts))).sum())
    )
    tried: dict[Query, str] = {}
    for other, reason in (*_respelled(query, matchers), *_shortened(query, matchers)):
        if other != query and other.terms() and len(tried) < TRIED:
            tried.setdefault(other, reason)
    found = [Suggestion(other, counted(other), reason) for other, reason in tried.items()]
    return [suggestion for suggestion in found if suggestion.count][:limit]


def _respelled(query: Query, matchers: Mapping[str, Matcher]) -> Iterator[tuple[Query, str]]:
    for term in query.terms():
        if any(len(matchers[kind].match(term)) for kind in term.kinds):
            continue
        for text in dict.fromkeys(text for kind in term.kinds for text in _near_texts(matchers[kind], term)):
            yield _with_term(query, term, replace(term, text=text)), "spelling"


def _near_texts(matcher: Matcher, term: Word | Phrase) -> list[str]:
    folded = fold_for_search(term.text)
    words = query_words(folded)
    whole = [*_same_sound(matcher, folded), *_near_words(matcher, folded)]
    unknown = [word for word in words if not matcher.postings.count(matcher.kind, WORDS, word)]
    by_word = [
        folded.replace(word, near, 1)
        for word in unknown
        if word != folded
        for near in (*_same_sound(matcher, word), *_near_words(matcher, word))
    ]
    return [*whole[:3], *by_word[:3], *_near_names(matcher, folded)[:2]]


def _near_words(matcher: Matcher, word: str) -> list[str]:
    """Words of the index one edit away (two in long letters); two characters hold too little to be edited."""
    if not 3 <= len(word) <= LONGEST_WORD:
        return []
    if PINYIN_QUERY.fullmatch(word) and len(word) > 3:
        tokens = matcher.postings.near_tokens(matcher.kind, PINYIN, word, 2 if len(word) > 6 else 1)
        return [text for token in tokens[:3] for text in _words_of_pinyin(matcher, token)]
    return matcher.postings.near_tokens(matcher.kind, WORDS, word, 1)


def _same_sound(matcher: Matcher, word: str) -> list[str]:
    pinyin = pinyin_of(word)
    return [near for near in _words_of_pinyin(matcher, pinyin[0]) if near != word] if pinyin else []


def _words_of_pinyin(matcher: Matcher, token: str) -> list[str]:
    """Words that a token of pinyin stands for, read from some texts that hold it; most frequent first."""
    numbers = matcher.postings.numbers(matcher.kind, PINYIN, token)[:READ]
    words = {
        word
        for number in numbers.tolist()
        for word, _, _ in word_spans(matcher.texts[number])
        if token in pinyin_of(word)
    }
    return sorted(words, key=lambda word: (-matcher.postings.count(matcher.kind, WORDS, word), word))


def _near_names(matcher: Matcher, folded: str) -> list[str]:
    """Texts that share the most pairs of characters with the word, at least half of them."""
    grams = bigrams(folded)
    if len(grams) < 3 or not len(matcher.texts):
        return []
    shared = np.zeros(len(matcher.texts), np.int16)
    for gram in grams:
        shared[matcher.postings.numbers(matcher.kind, GRAMS, gram)] += 1
    near = np.flatnonzero(shared >= max(2, SHARED_GRAMS * len(grams)))
    order = np.lexsort((near, matcher.texts.lengths[near], -shared[near]))
    return [matcher.texts[number] for number in near[order[:2]].tolist()]


def _shortened(query: Query, matchers: Mapping[str, Matcher]) -> Iterator[tuple[Query, str]]:
    """The query without one of its words, the rarest first; then without one of its conditions on fields."""
    root = query.root
    if not isinstance(root, And):
        return

    def hits(node: Node) -> int:
        return sum(len(matchers[kind].match(term)) for term in Query(node).terms() for kind in term.kinds)

    words = [item for item in root.items if any(isinstance(leaf, (Word, Phrase)) for leaf in leaves(item))]
    for item in sorted(words, key=hits):
        yield replace(query, root=_without(root, item)), "fewer_words"
    for item in root.items:
        if item not in words:
            yield replace(query, root=_without(root, item)), "fewer_conditions"


def _without(root: And, item: Node) -> Node:
    rest = tuple(each for each in root.items if each is not item)
    return And(rest) if len(rest) > 1 else rest[0]


def _with_term(query: Query, old: Word | Phrase, new: Word | Phrase) -> Query:
    def changed(node: Node) -> Node:
        if isinstance(node, (And, Or)):
            return replace(node, items=tuple(changed(item) for item in node.items))
        return new if node is old else node

    return query if query.root is None else replace(query, root=changed(query.root))


class Names:
    """Resolves a query over names alone: conditions on fields hold for every name."""

    def __init__(self, match: Callable[[Word | Phrase], Numbers], count: int) -> None:
        self._match, self._count = match, count

    def everything(self) -> Found:
        """All names."""
        return np.ones(self._count, bool)

    def text(self, term: Word | Phrase) -> Found:
        """Names that a term finds."""
        found = np.zeros(self._count, bool)
        found[self._match(term)] = True
        return found

    def field(self, _condition: FieldIs) -> Found:
        """All names."""
        return self.everything()

    def number(self, _condition: NumberRange) -> Found:
        """All names."""
        return self.everything()

    def date(self, _condition: DateRange) -> Found:
        """All names."""
        return self.everything()
