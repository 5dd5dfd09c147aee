"""Reading the index: token → the numbers of the texts that hold it, as sorted arrays, the last used ones kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from index.building import NUMBERS_FILE, field_name
from index.stamp import outdated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int32]

KEPT_NUMBERS = 8_000_000
"""Numbers (4 bytes) that are kept decoded, 32 MB. Decoding costs 0.3 µs a number: 10 ms for 满意度 in 150,000 names."""


class Postings:
    """Postings of all fields; safe to use from several threads (Whoosh's files have one reading position each)."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        from whoosh.index import IndexError as WhooshIndexError
        from whoosh.index import open_dir

        try:
            self._numbers: Numbers = np.load(folder / NUMBERS_FILE)
            index: Any = open_dir(str(folder), readonly=True)
            self._reader: Any = index.reader()
        except (WhooshIndexError, OSError, ValueError) as error:
            raise outdated("检索索引损坏", folder, str(error)) from error
        if len(self._numbers) != self._reader.doc_count_all():
            self._reader.close()
            raise outdated("检索索引损坏", folder, f"{self._reader.doc_count_all()} / {len(self._numbers)}")
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, ...], Numbers] = OrderedDict()
        self._kept_size = 0

    def close(self) -> None:
        """Close Whoosh's files."""
        with self._lock:
            self._reader.close()

    def count(self, kind: str, field: str, token: str) -> int:
        """How many texts hold a token."""
        with self._lock:
            return int(self._reader.doc_frequency(field_name(kind, field), token))

    def numbers(self, kind: str, field: str, token: str) -> Numbers:
        """Numbers of the texts that hold a token, ascending; not to be written to."""
        return self._keep((kind, field, token), lambda: self._decode(field_name(kind, field), token))

    def numbers_with_prefix(self, kind: str, field: str, prefix: str) -> Numbers:
        """Numbers of the texts that hold a token beginning with `prefix`, ascending."""
        return self._keep((kind, field, prefix, "*"), lambda: self._decode_prefix(field_name(kind, field), prefix))

    def near_tokens(self, kind: str, field: str, token: str, distance: int) -> list[str]:
        """Tokens within an edit distance, nearest and most frequent first."""
        name = field_name(kind, field)
        with self._lock:
            found: dict[str, int] = {}
            for allowed in range(1, distance + 1):
                tokens = set(self._reader.terms_within(name, token, allowed)) - found.keys()
                found.update(dict.fromkeys(tokens, allowed))
            return sorted(found, key=lambda near: (found[near], -self._reader.doc_frequency(name, near), near))

    def _keep(self, key: tuple[str, ...], read: Callable[[], Numbers]) -> Numbers:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = read()
                found.flags.writeable = False
                self._kept_size += len(found) + 32
                while self._kept_size > KEPT_NUMBERS and len(self._kept) > 1:
                    self._kept_size -= len(self._kept.popitem(last=False)[1]) + 32
            else:
                self._kept.move_to_end(key)
            return found

    def _decode(self, name: str, token: str | bytes) -> Numbers:
        import numpy as np
        from whoosh.reading import TermNotFound

        try:
            documents = np.fromiter(self._reader.postings(name, token).all_ids(), np.int32)
        except TermNotFound:
            return np.empty(0, np.int32)
        return self._numbers[documents]

    def _decode_prefix(self, name: str, prefix: str) -> Numbers:
        import numpy as np

        found = [self._decode(name, token) for token in self._reader.expand_prefix(name, prefix)]
        if not found:
            return np.empty(0, np.int32)
        # Marking is 20 times faster than sorting the many short lists of a common character.
        marks = np.zeros(len(self._numbers), bool)
        for numbers in found:
            marks[numbers] = True
        return np.flatnonzero(marks).astype(np.int32)
