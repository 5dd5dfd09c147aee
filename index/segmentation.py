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


def search_words(folded: str) -> list[str]:
    """Words of a text to be indexed, with the shorter words inside long ones (搜索引擎模式), once each."""
    return [word for word in dict.fromkeys(_tokenizer().cut_for_search(folded, HMM=False)) if _is_word(word)]


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
    """The fewest words of two or three characters (those of search mode) that make up a word; else the word."""
    known = _tokenizer().FREQ
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(2, len(word) + 1):
        ways = (
            (*before, word[end - length : end])
            for length in (3, 2)
            if length <= end
            and length < len(word)
            and (before := best[end - length]) is not None
            and known.get(word[end - length : end])
        )
        best[end] = min(ways, key=len, default=None)
    return best[-1] or (word,)


def word_spans(folded: str) -> list[tuple[str, int, int]]:
    """All search words of a text with their places `[start, end)`."""
    return [item for item in _tokenizer().tokenize(folded, mode="search", HMM=False) if _is_word(item[0])]
