"""Writing the index: a Whoosh document for each distinct text, with the fields of its kind.

Layout of the folder: Whoosh's own files; `numbers.npy`, the number of each Whoosh document in its kind; for each kind
`<kind>.txt`, the folded texts in the order of their numbers, a line each, and `<kind>.printed.txt`, the printed ones;
`stamp.json`. Files beside Whoosh's are
replaced, never changed in place, and Whoosh only adds and removes files: a new snapshot may start from hard links.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.segmentation import search_words
from index.stamp import check_stamp, remove_stamp, write_stamp
from index.tokens import indexed_grams, indexed_pinyin
from kpi.query import TEXT_KINDS, fold_for_search
from kpi.text import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

WORDS, GRAMS, PINYIN = "words", "grams", "pinyin"
FIELDS = (WORDS, GRAMS, PINYIN)

NUMBERS_FILE = "numbers.npy"

SEGMENT_TEXTS = 50_000
"""Texts of a segment. Their postings are sorted in memory (250 MB); letting Whoosh spill them to disk takes twice the
time, and each further segment costs a look-up some 20 µs."""

_MEMORY_MEGABYTES = 2048
"""By Whoosh's estimate, above what `SEGMENT_TEXTS` need, so that nothing is spilled."""

SMALL_SEGMENT = 10_000
"""Texts below which a segment is joined with its neighbours: 3 s of work at most, within a publication of 15 s."""

MAX_SMALL_SEGMENTS = 8
"""Small segments at the end (one an addition) before they are joined into one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One distinct text: `kind` is `name`, `project` or `department`; `number` is dense from 0 within the kind."""

    kind: str
    number: int
    text: str


def field_name(kind: str, field: str) -> str:
    """The Whoosh field of a kind."""
    return f"{kind}_{field}"


def _schema() -> Any:
    """Fields that hold only whether a token occurs. Tokens are cut outside: a pickled schema names no class of ours."""
    from whoosh.fields import ID, Schema

    return Schema(**{field_name(kind, field): ID() for kind in TEXT_KINDS for field in FIELDS})


def build_index(folder: Path, entries: Iterable[Entry]) -> None:
    """Write a new index into `folder`, which is made if needed; what an older index left there is removed.

    Raises:
        ValueError: the numbers of a kind are not 0, 1, 2 …
    """
    from whoosh.index import create_in

    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    index = create_in(str(folder), _schema())
    _write(folder, index, entries, texts={kind: ([], []) for kind in TEXT_KINDS})


def extend_index(folder: Path, entries: Iterable[Entry]) -> None:
    """Add further texts, numbered on from those that are there, by an incremental commit.

    Raises:
        StoreError: the index is missing, unfinished or of another version.
        ValueError: the numbers of a kind do not go on from those that are there.
    """
    from whoosh.index import open_dir

    check_stamp(folder)
    index = open_dir(str(folder))
    remove_stamp(folder)
    texts = {kind: (_lines(texts_file(folder, kind)), _lines(printed_file(folder, kind))) for kind in TEXT_KINDS}
    _write(folder, index, entries, texts=texts)


def _write(
    folder: Path, index: Any, entries: Iterable[Entry], *, texts: dict[str, tuple[list[str], list[str]]]
) -> None:
    import numpy as np

    numbers: list[NDArray[np.int32]] = []
    if (folder / NUMBERS_FILE).exists():
        numbers.append(np.load(folder / NUMBERS_FILE))
    ordered = sorted(entries, key=lambda entry: (entry.kind, entry.number))
    for start in range(0, len(ordered), SEGMENT_TEXTS):
        _write_segment(index, ordered[start : start + SEGMENT_TEXTS], texts)
    _join_small_segments(index)
    numbers.append(np.array([entry.number for entry in ordered], np.int32))
    _replace(folder / NUMBERS_FILE, lambda file: np.save(file, np.concatenate(numbers)))
    for kind, (folded, printed) in texts.items():
        _write_lines(texts_file(folder, kind), folded)
        _write_lines(printed_file(folder, kind), printed)
    write_stamp(folder)


def _write_segment(index: Any, entries: list[Entry], texts: dict[str, tuple[list[str], list[str]]]) -> None:
    writer = index.writer(limitmb=_MEMORY_MEGABYTES)
    try:
        for entry in entries:
            _add(writer, entry, texts)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(merge=False)


def _add(writer: Any, entry: Entry, texts: dict[str, tuple[list[str], list[str]]]) -> None:
    all_folded, all_printed = texts[entry.kind]
    if entry.number != len(all_folded):
        raise ValueError(f"{entry.kind} number {entry.number} follows {len(all_folded) - 1}")
    folded = fold_for_search(entry.text)
    all_folded.append(folded)
    all_printed.append(squeeze(entry.text))
    words = search_words(folded)
    tokens = {WORDS: words, GRAMS: indexed_grams(folded), PINYIN: indexed_pinyin(words)}
    writer.add_document(**{field_name(entry.kind, field): found for field, found in tokens.items() if found})


def _join_small_segments(index: Any) -> None:
    """Join the small segments at the end when there are many; documents keep their order, `numbers.npy` counts on it."""
    from whoosh.reading import SegmentReader

    def joined(writer: Any, segments: list[Any]) -> list[Any]:
        kept = len(segments)
        while kept and segments[kept - 1].doc_count_all() < SMALL_SEGMENT:
            kept -= 1
        if len(segments) - kept <= MAX_SMALL_SEGMENTS:
            return segments
        for segment in segments[kept:]:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        return segments[:kept]

    index.writer(limitmb=_MEMORY_MEGABYTES).commit(mergetype=joined)


def _replace(path: Path, write: Callable[[Any], object]) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        write(file)
    part.replace(path)


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode().split("\n")[:-1]


def _write_lines(path: Path, lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    _replace(path, lambda file: file.write(content))


def texts_file(folder: Path, kind: str) -> Path:
    """Holds the folded texts of a kind by number, each followed by a line end."""
    return folder / f"{kind}.txt"


def printed_file(folder: Path, kind: str) -> Path:
    """Holds the printed texts of a kind by number, without spaces, each followed by a line end."""
    return folder / f"{kind}.printed.txt"
