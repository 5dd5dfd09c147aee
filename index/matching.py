"""Which texts a word or phrase finds (匹配), complete and unscored.

A word finds a text if all its words of the dictionary do or all its overlapping bigrams do. Bigrams alone make sure that
every part of a text finds it; words alone find 离休满意度 in 离休干部医疗满意度. Letters are looked up as pinyin too.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from index.building import GRAMS, PINYIN, WORDS
from index.segmentation import query_words
from index.tokens import PINYIN_QUERY, bigrams
from kpi.query import Phrase, fold_for_search

if TYPE_CHECKING:
    from index.postings import Numbers, Postings
    from index.texts import Texts
    from kpi.query import Word

FEW = 3000
"""Candidates that are faster read (0.4 µs each and part) than narrowed down by a further list of postings."""

PREFIX_LETTERS = 4
"""Letters from which pinyin may be the beginning of a word's (manyi → manyidu); fewer begin too many words."""

NOTHING: Numbers = np.empty(0, np.int32)


class Matcher:
    """Finds the numbers of one kind of texts."""

    def __init__(self, kind: str, postings: Postings, texts: Texts) -> None:
        self.kind, self.postings, self.texts = kind, postings, texts

    def match(self, term: Word | Phrase) -> Numbers:
        """Numbers of all texts that the term finds, ascending."""
        folded = fold_for_search(term.text)
        if self.kind not in term.kinds or not folded:
            return NOTHING
        if len(folded) == 1:
            return self.postings.numbers_with_prefix(self.kind, GRAMS, folded)
        if isinstance(term, Phrase):
            return self.containing(folded)
        found = union(self.by_grams(folded), self.by_words(folded))
        return union(found, self.by_pinyin(folded)) if PINYIN_QUERY.fullmatch(folded) else found

    def by_words(self, folded: str) -> Numbers:
        """Texts that hold every word."""
        words = query_words(folded)
        return self._all_of(WORDS, words) if words else NOTHING

    def by_grams(self, folded: str) -> Numbers:
        """Texts that hold every overlapping pair of characters, wherever."""
        parts = tuple(bigrams(folded))
        return self._narrowed(parts, parts)

    def containing(self, folded: str) -> Numbers:
        """Texts that hold the folded text (two characters or more) as it stands."""
        return self._narrowed(tuple(bigrams(folded)), (folded,))

    def by_pinyin(self, folded: str) -> Numbers:
        """Texts with words whose full pinyin or initials, one after the other, are the letters."""
        whole = self._pinyin_word(folded)
        parts = self._split_pinyin(folded)
        return union(whole, self._all_of(PINYIN, parts)) if parts else whole

    def _pinyin_word(self, letters: str) -> Numbers:
        if len(letters) >= PREFIX_LETTERS:
            return self.postings.numbers_with_prefix(self.kind, PINYIN, letters)
        return self.postings.numbers(self.kind, PINYIN, letters)

    def _split_pinyin(self, letters: str) -> tuple[str, ...]:
        """Letters cut into the fewest tokens, two or more (qunzhongmanyidu → qunzhong, manyidu); () if impossible."""
        best: list[tuple[str, ...] | None] = [()]
        for end in range(1, len(letters) + 1):
            ways = (
                (*before, letters[start:end])
                for start in range(max(0, end - _LONGEST_PINYIN), end - 1)
                if end - start < len(letters)
                and (before := best[start]) is not None
                and self.postings.count(self.kind, PINYIN, letters[start:end])
            )
            best.append(min(ways, key=len, default=None))
        return best[-1] or ()

    def _all_of(self, field: str, tokens: tuple[str, ...]) -> Numbers:
        counts = [self.postings.count(self.kind, field, token) for token in tokens]
        if not all(counts):
            return NOTHING
        rarest_first = [token for _, token in sorted(zip(counts, tokens, strict=True))]
        return reduce(intersection, (self.postings.numbers(self.kind, field, token) for token in rarest_first))

    def _narrowed(self, grams: tuple[str, ...], parts: tuple[str, ...]) -> Numbers:
        """Texts that hold all `parts`, of which `grams` are all pairs: the rarest pairs first, the rest by reading."""
        counts = [self.postings.count(self.kind, GRAMS, gram) for gram in grams]
        if not all(counts):
            return NOTHING
        rarest_first = [gram for _, gram in sorted(zip(counts, grams, strict=True))]
        found = self.postings.numbers(self.kind, GRAMS, rarest_first[0])
        unread = rarest_first[1:]
        while unread and len(found) > FEW:
            found = intersection(found, self.postings.numbers(self.kind, GRAMS, unread.pop(0)))
        return self.texts.having(found, parts) if unread or parts != grams else found


_LONGEST_PINYIN = 24
"""Letters of the longest words of the dictionary."""


def union(left: Numbers, right: Numbers) -> Numbers:
    """Numbers in at least one of two ascending arrays."""
    if not len(left) or not len(right):
        return right if not len(left) else left
    return np.union1d(left, right)


def intersection(left: Numbers, right: Numbers) -> Numbers:
    """Numbers in both of two ascending arrays."""
    return np.intersect1d(left, right, assume_unique=True)
