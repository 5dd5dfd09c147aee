"""The index opened for reading: match, rank, highlight, suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from index.building import printed_file, texts_file
from index.highlighting import highlights
from index.matching import Matcher
from index.postings import Postings
from index.ranking import rank
from index.segmentation import load_words
from index.stamp import check_stamp, outdated
from index.suggesting import suggest
from index.texts import Texts
from kpi.query import TEXT_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.postings import Numbers
    from index.ranking import Scores
    from index.suggesting import Suggestion
    from kpi.query import Phrase, Query, Word


class TextIndex:
    """One snapshot's index; immutable, usable from several threads, to be closed."""

    def __init__(self, folder: Path) -> None:
        check_stamp(folder)
        try:
            texts = {kind: Texts(texts_file(folder, kind), printed_file(folder, kind)) for kind in TEXT_KINDS}
        except UnicodeDecodeError as error:
            raise outdated("检索索引的文件已损坏", folder, str(error)) from error
        self._postings = Postings(folder)
        self._matchers = {kind: Matcher(kind, self._postings, texts[kind]) for kind in TEXT_KINDS}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files of the index."""
        self._postings.close()

    def warm(self) -> None:
        """Load the dictionary (0.7 s) now, perhaps in a thread, instead of with the first query."""
        load_words()

    def count(self, kind: str = "name") -> int:
        """How many distinct texts of a kind there are."""
        return len(self._matchers[kind].texts)

    def match(self, term: Word | Phrase, kind: str = "name") -> Numbers:
        """Numbers of all texts of `kind` that a term finds, ascending, int32; empty if the term asks other kinds."""
        return self._matchers[kind].match(term)

    def rank(self, query: Query, kind: str = "name", numbers: Numbers | None = None) -> Scores:
        """Scores of `numbers` (of all texts of the kind when None) for the words that the query asks for, float32.

        Not negative; 0 for a text that has nothing of them. A text that is the query scores above every other.
        """
        return rank(self._matchers[kind], query.terms(), numbers)

    def highlights(self, query: Query, text: str, kind: str | None = None) -> list[tuple[int, int]]:
        """Stretches of a printed text that the query finds, see `index.highlights`."""
        return highlights(query, text, kind)

    def suggest(self, query: Query, *, count: Callable[[Query], int] | None = None, limit: int = 5) -> list[Suggestion]:
        """Other queries for one that finds nothing: nearly the same spelling, or without its rarest word or a condition.

        Args:
            query: what found nothing.
            count: counts the hits of a query; when left out, names that its words find are counted.
            limit: how many at most; those without a hit are left out.
        """
        return suggest(query, self._matchers, count=count, limit=limit)


def open_index(folder: Path) -> TextIndex:
    """Open an index that `build_index` wrote.

    Raises:
        StoreError: code `index_outdated`: missing, unfinished, cut or of another version; building it again heals it.
    """
    return TextIndex(folder)
