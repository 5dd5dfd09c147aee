"""Where a query is found in a text (高亮), right to the character of the text as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.segmentation import query_words, word_spans
from index.tokens import PINYIN_QUERY, bigrams, pinyin_of
from kpi.query import TEXT_KINDS, Phrase, fold_for_search, fold_with_offsets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi.query import Query, Word


def highlights(query: Query, text: str, kind: str | None = None) -> list[tuple[int, int]]:
    """Stretches `[start, end)` of `text` that the words and phrases of a query find, ascending, not touching.

    Args:
        query: excluded words are left out.
        text: as printed; folding may change its length (㎡, spaces), the stretches count in the printed text.
        kind: `name`, `project` or `department`: words that are asked elsewhere are left out; None takes all.
    """
    folded, origins = fold_with_offsets(text)
    kinds = TEXT_KINDS if kind is None else (kind,)
    found = sorted(
        span
        for term in query.terms()
        if any(each in term.kinds for each in kinds)
        for span in _term_spans(term, folded)
    )
    return list(_joined((origins[start], origins[end - 1] + 1) for start, end in found))


def _term_spans(term: Word | Phrase, folded: str) -> list[tuple[int, int]]:
    """The term as it stands; else all its words; else all its bigrams; else words that sound like it."""
    asked = fold_for_search(term.text)
    whole = list(_occurrences(folded, asked)) if asked else []
    if whole or isinstance(term, Phrase):
        return whole
    for parts in (query_words(asked), tuple(bigrams(asked))):
        places = [list(_occurrences(folded, part)) for part in parts]
        if places and all(places):
            return [span for each in places for span in each]
    return _pinyin_spans(asked, folded) if PINYIN_QUERY.fullmatch(asked) else []


def _pinyin_spans(asked: str, folded: str) -> list[tuple[int, int]]:
    spans = [(start, end, pinyin) for word, start, end in word_spans(folded) for pinyin in pinyin_of(word)]
    whole = [(start, end) for start, end, pinyin in spans if pinyin.startswith(asked)]
    return whole or [(start, end) for start, end, pinyin in spans if pinyin in asked]


def _occurrences(text: str, part: str) -> Iterator[tuple[int, int]]:
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + 1)


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches that overlap or touch become one."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is None:
            current = start, end
        elif start <= current[1]:
            current = current[0], max(current[1], end)
        else:
            yield current
            current = start, end
    if current is not None:
        yield current
