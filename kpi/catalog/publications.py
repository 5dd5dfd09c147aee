"""Publications (公开件): the same table published in two formats, or again in a revised edition, is counted once.

What is compared is a section (部分): all rows of one table kind and year in one document. Two sections are

- the same (`same`) when nearly all their indicators agree in project, name, period and target, or nearly all of the
  smaller one's stand in the larger (a workbook that holds a part of the PDF's tables);
- editions of one another (`revision`) when most indicators agree in project, name and period but not in targets.

Only sections of one place, department, year and table kind are compared; what one of them leaves unsaid (a workbook
without a city) may be anything, if the rest is telling enough.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from kpi.text import fold

SAME, REVISION = "same", "revision"
REPLACED = "replaced"

_SAME_SHARE = 0.8
"""Share of agreeing rows (of both together) from which two sections are one; two readings of one table in two formats
differ in few cells, two years' editions of a table in most targets."""
_PART_SHARE = 0.9
"""Share of the smaller section's rows that must stand in the larger for it to be a part of it."""
_REVISION_SHARE = 0.6
"""Share of common indicators, whatever their targets, that makes an edition of the same table."""
_LEAST_ROWS = 3
"""Sections with fewer rows agree by chance."""
_TELLING_ROWS = 8
"""Rows a section needs when place or department is unsaid on one side: overall tables of neighbours share a few."""
_SKETCH = 8
"""How many of the smallest row hashes stand for a section when candidates are looked up."""

_REVISED = re.compile("调整|修订|修正|更正|更新|变更|补充公开")
_UINT = np.uint64
Hashes = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table kind and year of one document. `order` grows with the time of ingest."""

    number: int
    sha256: str
    table: str
    year: int | None
    province: str
    city: str
    county: str
    department: str
    title: str
    order: int
    rows: int
    paged: bool
    """Whether the rows have places on pages: the copy that can be shown is the one to count."""
    sketch: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SectionRows:
    """Distinct row hashes of a section, sorted: without and with the targets."""

    places: Hashes
    contents: Hashes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a section is: `publication` is the section that counts for it; `relation` "" (it counts), same, replaced."""

    publication: int
    relation: str = ""


def row_hashes(columns: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> SectionRows:
    """Hashes of all given rows (not yet distinct) from the coded columns name, project, period, target."""
    places = _mix(
        _mix(_hashes(columns, texts, "name"), _hashes(columns, texts, "project")), _hashes(columns, texts, "period")
    )
    return SectionRows(places, _mix(places, _hashes(columns, texts, "target")))


def distinct(rows: SectionRows) -> SectionRows:
    """The same without repetitions, sorted."""
    return SectionRows(np.unique(rows.places), np.unique(rows.contents))


def sketch_of(rows: SectionRows) -> tuple[int, ...]:
    """The smallest row hashes of a section (`rows` distinct)."""
    return tuple(int(value) for value in rows.places[:_SKETCH])


def _hashes(columns: Mapping[str, Any], texts: Mapping[str, Sequence[str]], name: str) -> Hashes:
    numbers, inverse = np.unique(columns[name], return_inverse=True)
    own = np.fromiter((_text_hash(texts[name][number]) for number in numbers), _UINT, len(numbers))
    return own[inverse] if len(own) else np.zeros(0, _UINT)


@lru_cache(maxsize=200_000)
def _text_hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(fold(text).encode(), digest_size=8).digest(), "little")


def _mix(a: Hashes, b: Hashes) -> Hashes:
    # Multiplication by an odd constant (of splitmix64) keeps the order of fields significant; wrapping is meant.
    with np.errstate(over="ignore"):
        mixed: Hashes = (a ^ (a >> _UINT(31))) * _UINT(0x9E3779B97F4A7C15) + b
    return mixed


def relate(a: Section, b: Section, rows_a: SectionRows, rows_b: SectionRows) -> str:
    """How two sections are related: `same`, `revision` or ""."""
    least = min(len(rows_a.places), len(rows_b.places))
    if least < _LEAST_ROWS or not compatible(a, b, rows=least):
        return ""
    common = len(np.intersect1d(rows_a.contents, rows_b.contents, assume_unique=True))
    smaller, larger = sorted((len(rows_a.contents), len(rows_b.contents)))
    if common >= _SAME_SHARE * (smaller + larger - common) or common >= _PART_SHARE * smaller:
        return SAME
    places = len(np.intersect1d(rows_a.places, rows_b.places, assume_unique=True))
    union = len(rows_a.places) + len(rows_b.places) - places
    return REVISION if places >= _REVISION_SHARE * union else ""


def compatible(a: Section, b: Section, *, rows: int) -> bool:
    """Whether two sections may be of one publication by what they say of themselves."""
    if a.sha256 == b.sha256 or a.table != b.table:
        return False
    own, other = _identity(a), _identity(b)
    if any(x and y and x != y for x, y in zip(own, other, strict=True)):
        return False
    told = [bool(x and y) for x, y in zip(own, other, strict=True)]
    *_, department, year = told
    return (department and year and any(told[:3])) or rows >= _TELLING_ROWS


def _identity(section: Section) -> tuple[str, str, str, str, int]:
    department = fold(section.department)
    for place in (section.province, section.city, section.county):
        department = department.removeprefix(fold(place)) or department
    return section.province, section.city, section.county, department, section.year or 0


def candidates(sections: Iterable[Section], touched: set[int]) -> Iterator[tuple[Section, Section]]:
    """Pairs of sections worth comparing, at least one of which is in `touched`; each pair once, lower number first."""
    every = list(sections)
    by_identity: dict[tuple[Any, ...], list[Section]] = defaultdict(list)
    by_hash: dict[tuple[Any, ...], list[Section]] = defaultdict(list)
    unsaid = []
    for section in every:
        identity = (section.table, *_identity(section)[1:])
        by_identity[identity].append(section)
        for value in section.sketch:
            by_hash[section.table, value].append(section)
        if not all((section.city, section.department, section.year)):
            unsaid.append(section)
    buckets = [bucket for bucket in by_identity.values() if len(bucket) > 1]
    pairs = {
        _ordered(a, b) for bucket in buckets for i, a in enumerate(bucket) for b in bucket[i + 1 :]
        if a.number in touched or b.number in touched
    }  # fmt: skip
    for section in unsaid:
        for value in section.sketch:
            pairs.update(
                _ordered(section, other) for other in by_hash[section.table, value]
                if other.number != section.number and (section.number in touched or other.number in touched)
            )  # fmt: skip
    by_number = {section.number: section for section in every}
    for first, second in sorted(pairs):
        yield by_number[first], by_number[second]


def _ordered(a: Section, b: Section) -> tuple[int, int]:
    return (a.number, b.number) if a.number < b.number else (b.number, a.number)


def find_relations(
    sections: Sequence[Section], touched: set[int], rows_of: Callable[[int], SectionRows]
) -> dict[tuple[int, int], str]:
    """Relations of all pairs with a member in `touched`."""
    found = {}
    for a, b in candidates(sections, touched):
        relation = relate(a, b, rows_of(a.number), rows_of(b.number))
        if relation:
            found[a.number, b.number] = relation
    return found


def decide(sections: Sequence[Section], relations: Mapping[tuple[int, int], str]) -> dict[int, Verdict]:
    """Which section counts for each: of one table in several formats the fullest, of several editions the latest."""
    by_number = {section.number: section for section in sections}
    editions = _components(by_number, [pair for pair, relation in relations.items() if relation == SAME])
    edition_of = {number: index for index, edition in enumerate(editions) for number in edition}
    links = [(edition_of[a], edition_of[b]) for (a, b), relation in relations.items() if relation == REVISION]
    verdicts = {}
    for group in _components(range(len(editions)), links):
        chosen = max(group, key=lambda index: _age(by_number[number] for number in editions[index]))
        counting = min(
            (by_number[number] for number in editions[chosen]), key=lambda s: (-s.rows, not s.paged, s.order, s.number)
        )
        for index in group:
            relation = SAME if index == chosen else REPLACED
            for number in editions[index]:
                verdicts[number] = Verdict(counting.number, relation if number != counting.number else "")
    return verdicts


def _age(edition: Iterable[Section]) -> tuple[bool, int]:
    members = list(edition)
    return any(_REVISED.search(member.title) for member in members), min(member.order for member in members)


def _components(numbers: Iterable[int], links: Iterable[tuple[int, int]]) -> list[list[int]]:
    parent = {number: number for number in numbers}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for number in parent:
        groups[root(number)].append(number)
    return list(groups.values())
