"""Words of a folded text (分词): jieba with the own dictionary, loaded once, quietly, without files in shared folders.

jieba caches its dictionary in the folder for temporary files and reads it back with `marshal`: anybody who can write
there could put code in the way, and it saves little (0.61 s instead of 0.69 s). So the dictionary is read directly. Unknown words are not guessed
(`HMM=False`): the guess depends on the neighbours, and the same word would be cut differently in name and query.
"""

from __future__ import annotations

import threading
import warnings
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_LOADING = threading.Lock()

_EMPTY_WORDS = frozenset("的地得对和与及或等之在是了为于中")
"""Words that one office prints and another leaves out (群众对医保服务的满意度): not asked for beside other words."""


def dictionary_words() -> tuple[str, ...]:
    """The words of `dictionary.txt`, one a line; `#` starts a comment."""
    text = (files("index") / "dictionary.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return tuple(word for line in lines for word in line.split())


def _load() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources and escapes in regular expressions, jieba 0.42
        import jieba
    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as source:
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(source)
    tokenizer.initialized = True
    for word in dictionary_words():
        tokenizer.add_word(word)
    return tokenizer


@cache
def _loaded() -> Any:
    return _load()


def _tokenizer() -> Any:
    with _LOADING:
        return _loaded()


def load_words() -> None:
    """Load the dictionary now (0.7 s) instead of with the first word that is cut."""
    _tokenizer()


def _is_word(token: str) -> bool:
    return any(character.isalnum() for character in token)


def word_spans(folded: str) -> list[tuple[str, int, int]]:
    """Words of a text to be indexed with their places `[start, end)`: each long word after the shorter ones inside it.

    As jieba's search mode (搜索引擎模式), which offers words of two and three characters only: with 老旧小区 inside
    老旧小区改造, 改造老旧小区 is found too.
    """
    tokenizer = _tokenizer()
    spans: list[tuple[str, int, int]] = []
    start = 0
    for word in tokenizer.cut(folded, HMM=False):
        if _is_word(word):
            spans.extend((part, start + low, start + high) for part, low, high in _inner_words(word))
            spans.append((word, start, start + len(word)))
        start += len(word)
    return spans


def search_words(folded: str) -> list[str]:
    """Words of a text to be indexed, once each."""
    return list(dict.fromkeys(word for word, _, _ in word_spans(folded)))


@lru_cache(maxsize=65536)
def _inner_words(word: str) -> tuple[tuple[str, int, int], ...]:
    """Words of two characters or more inside a longer word, with their places in it."""
    known = _tokenizer().FREQ
    length = len(word)
    return tuple(
        (word[low:high], low, high)
        for size in range(2, length)
        for low in range(length - size + 1)
        if known.get(word[low : (high := low + size)])
    )


@lru_cache(maxsize=4096)
def query_words(folded: str) -> tuple[str, ...]:
    """Words of a query that must all be found: compounds are taken apart (应急物资储备 → 应急, 物资, 储备).

    A name with 应急救援物资储备 shall be found too; that 应急物资储备 as it stands is closer, ranking knows from
    `query_compounds`. A word is taken apart only if its parts cover it, so 满意度 and 覆盖率 stay whole.
    """
    words = dict.fromkeys(part for word in query_compounds(folded) for part in _parts(word))
    return tuple(word for word in words if word not in _EMPTY_WORDS) or tuple(words)


@lru_cache(maxsize=4096)
def query_compounds(folded: str) -> tuple[str, ...]:
    """The longest words of a query; the index holds them beside their parts."""
    return tuple(word for word in dict.fromkeys(_tokenizer().cut(folded, HMM=False)) if _is_word(word))


def _parts(word: str) -> tuple[str, ...]:
    """The most words of two characters or more, all of them inside the word, that make it up; else the word."""
    inner = _inner_words(word)
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(2, len(word) + 1):
        ways = ((*before, part) for part, low, high in inner if high == end and (before := best[low]) is not None)
        best[end] = max(ways, key=len, default=None)
    return best[-1] or (word,)
