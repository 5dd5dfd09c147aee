"""How well texts answer a query (相关度): BM25 over words, bigrams and pinyin, the whole name first.

Every token counts once in a text (names of a dozen characters hardly repeat a word), so BM25 becomes idf times a factor
of the length. Words weigh most; bigrams order what words cannot tell apart; a text that holds the term as it stands is
closer than one that holds its words somewhere; pinyin comes last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.building import GRAMS, WORDS
from index.segmentation import query_compounds, query_words
from index.tokens import PINYIN_QUERY, bigrams
from kpi.query import fold_for_search
from kpi.text import squeeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.matching import Matcher
    from index.postings import Numbers
    from kpi.query import Phrase, Word

    Scores = NDArray[np.float32]

# Weights and BM25's own constants (k1, b), set on tests/data/search: see docs/decisions.md.
K1, B = 1.2, 0.6
WORD_WEIGHT = 1.0
GRAM_WEIGHT = 0.4
WHOLE_WEIGHT = 1.0
PINYIN_WEIGHT = 0.2


def rank(matcher: Matcher, terms: tuple[Word | Phrase, ...], numbers: Numbers | None) -> Scores:
    """Scores of `numbers` (all texts of the kind when None), 0 for a text that has nothing of the query.

    A text that is the query scores above every other, one that is printed like it above its doubles: （人次） and (人次).
    """
    scores = np.zeros(len(matcher.texts), np.float32)
    asked = [term.text for term in terms if matcher.kind in term.kinds and fold_for_search(term.text)]
    if len(scores) and asked:
        shortness = _shortness(matcher)
        for text in asked:
            _add_term(matcher, fold_for_search(text), shortness, scores)
        _lift_whole(matcher, asked, scores)
    return scores if numbers is None else scores[numbers]


def _lift_whole(matcher: Matcher, asked: list[str], scores: Scores) -> None:
    """Texts that are the whole query go first."""
    printed = squeeze("".join(asked))
    same = matcher.texts.equal_to(fold_for_search(printed))
    if same:
        top = scores.max()
        for number in same:
            alike = len(same) > 1 and matcher.texts.printed(number) == printed
            scores[number] = top + (2 if alike else 1)


def _shortness(matcher: Matcher) -> Scores:
    """BM25's factor of the length for a token that occurs once."""
    lengths = matcher.texts.lengths
    return ((K1 + 1) / (1 + K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0)))).astype(np.float32)


def _add_term(matcher: Matcher, folded: str, shortness: Scores, scores: Scores) -> None:
    total = len(scores)
    words_asked = dict.fromkeys((*query_words(folded), *query_compounds(folded)))
    words = [matcher.postings.numbers(matcher.kind, WORDS, word) for word in words_asked]
    grams = [matcher.postings.numbers(matcher.kind, GRAMS, gram) for gram in bigrams(folded)]
    for found in words:
        _add(scores, found, WORD_WEIGHT * _rarity(len(found), total), shortness)
    for found in grams:
        _add(scores, found, GRAM_WEIGHT * _rarity(len(found), total), shortness)
    if len(folded) > 1:
        whole = matcher.containing(folded)
        _add(scores, whole, WHOLE_WEIGHT * _rarity(len(whole), total), shortness)
    if PINYIN_QUERY.fullmatch(folded):
        spoken = matcher.by_pinyin(folded)
        _add(scores, spoken, PINYIN_WEIGHT * _rarity(len(spoken), total), shortness)


def _rarity(count: int, total: int) -> float:
    """BM25's inverse document frequency."""
    return float(np.log1p((total - count + 0.5) / (count + 0.5)))


def _add(scores: Scores, numbers: Numbers, weight: float, shortness: Scores) -> None:
    scores[numbers] += np.float32(weight) * shortness[numbers]
