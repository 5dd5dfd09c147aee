"""What the index holds of a text besides words: bigrams of all characters, and pinyin of words (全拼, 首字母)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_HAN_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
PINYIN_QUERY = re.compile(r"[a-z]{2,60}")
"""What is looked up as pinyin too: letters alone, two or more; names of twenty characters have 60."""


def bigrams(folded: str) -> list[str]:
    """All overlapping pairs of characters, punctuation and digits included, once each."""
    return list(dict.fromkeys(map("".join, pairwise(folded))))


def indexed_grams(folded: str) -> list[str]:
    """The pairs and the last character: every character then begins a gram, so one character is a prefix scan."""
    return [*bigrams(folded), folded[-1]] if folded else []


@lru_cache(maxsize=65536)
def pinyin_of(word: str) -> tuple[str, ...]:
    """Full pinyin and initials of a Chinese word (满意度 → manyidu, myd); nothing for single characters and other text."""
    if not _HAN_WORD.fullmatch(word):
        return ()
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(word)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def indexed_pinyin(words: list[str]) -> list[str]:
    """Pinyin of all words of a text, once each."""
    return list(dict.fromkeys(token for word in words for token in pinyin_of(word)))
