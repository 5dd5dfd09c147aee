"""A document beside a store's snapshot (指标库): peers of its indicators, last year's tables, the same project elsewhere.

Everything is looked up in the snapshot's coded columns; whole records are fetched only for the few rows that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from kpi.cluster import normalise_name
from kpi.review.settings import Settings
from kpi.review.vocabulary import fold

if TYPE_CHECKING:
    from kpi.catalog.snapshot import Snapshot
    from kpi.model import Indicator
    from kpi.review.views import DocumentView, ProjectView

Rows = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


class HasSnapshot(Protocol):
    """An open store, as far as rules need it."""

    snapshot: Snapshot


class Figures(NamedTuple):
    """What peers' targets are: base values in ascending order with their rows, and the figures of them."""

    values: Floats
    rows: Rows
    low: float
    median: float
    high: float


def percentiles(values: Floats, shares: Sequence[float]) -> list[float]:
    """Percentiles (0–100) of ascending values, between two values by linear interpolation; empty values give NaN."""
    if not len(values):
        return [float("nan")] * len(shares)
    return [float(found) for found in np.percentile(values, shares)]


_NO_GROUP = -1


class PeerTable:
    """All numeric targets of a snapshot by group of names and base unit, sorted by value.

    A target that one document prints several times under one group counts once. Groups are the snapshot's clusters; where
    it has none, names that are equal after normalisation.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        columns = snapshot.columns
        self._group_of_name = _name_groups(snapshot)
        kinds = [number for kind in ("numeric",) if (number := snapshot.number_of("kind", kind)) is not None]
        values = columns["base_value"]
        usable = np.isin(columns["kind"], kinds) & ~np.isnan(values) & snapshot.counted
        rows = np.flatnonzero(usable)
        units = max(snapshot.text_count("base_unit"), 1)
        keys = self._group_of_name[columns["name"][rows]].astype(np.int64) * units + columns["base_unit"][rows]
        sections = columns["section"][rows]
        order = np.lexsort((sections, values[rows], keys))
        keys, rows, sections = keys[order], rows[order], sections[order]
        ordered = values[rows]
        fresh = np.ones(len(rows), np.bool_)
        fresh[1:] = (keys[1:] != keys[:-1]) | (ordered[1:] != ordered[:-1]) | (sections[1:] != sections[:-1])
        self._units = units
        self._keys: Rows = keys[fresh]
        self._rows: Rows = rows[fresh]
        self._values: Floats = ordered[fresh]

    @cached_property
    def owners(self) -> Rows:
        """One number for each department of a place, a row each: rows of one owner are not peers of each other."""
        columns, snapshot = self.snapshot.columns, self.snapshot
        number: Rows = columns["city"].astype(np.int64)
        for name in ("county", "department"):
            number = number * max(snapshot.text_count(name), 1) + columns[name]
        return number

    def owner(self, city: str, county: str, department: str) -> int:
        """The number of a department in `owners`, -1 when the store has no row of it."""
        snapshot = self.snapshot
        found = 0
        for name, text in (("city", city), ("county", county), ("department", department)):
            number = snapshot.number_of(name, text)
            if number is None:
                return -1
            found = found * max(snapshot.text_count(name), 1) + number
        return found

    @cached_property
    def _groups_by_normal(self) -> Mapping[str, int]:
        names = self.snapshot.all_texts("name")
        return {
            normalise_name(name): int(group) for name, group in zip(names, self._group_of_name, strict=True) if name
        }

    def group(self, name: str) -> int:
        """The group of a name, -1 when the store has none."""
        number = self.snapshot.number_of("name", name)
        if number is not None:
            return int(self._group_of_name[number])
        return self._groups_by_normal.get(normalise_name(name), _NO_GROUP)

    def group_numbers(self, rows: Rows) -> Rows:
        """Groups of rows."""
        found: Rows = self._group_of_name[self.snapshot.columns["name"][rows]]
        return found

    def peers(self, group: int, unit: str, *, owner: int, sha256: str, settings: Settings) -> Figures | None:
        """Targets of other departments in a group with a base unit; None when there are too few."""
        number = self.snapshot.number_of("base_unit", unit)
        if group < 0 or number is None:
            return None
        key = group * self._units + number
        start, end = np.searchsorted(self._keys, [key, key + 1])
        if end - start < settings.fewest_peers:
            return None
        rows = self._rows[start:end]
        own = self.owners[rows] == owner
        stored = self.snapshot.number_of("sha256", sha256)
        if stored is not None:
            own |= self.snapshot.columns["sha256"][rows] == stored
        values = self._values[start:end][~own]
        if len(values) < settings.fewest_peers:
            return None
        low, median, high = percentiles(values, (settings.low_percentile, 50, settings.high_percentile))
        return Figures(values, rows[~own], low, median, high)


def _name_groups(snapshot: Snapshot) -> Rows:
    """Group of each name number; 0 is the empty name's."""
    clusters = snapshot.clusters
    names = snapshot.all_texts("name")
    if clusters is None:
        known: dict[str, int] = {}
        return np.fromiter((known.setdefault(normalise_name(name), len(known)) for name in names), np.int64, len(names))
    groups = np.asarray(clusters.numbers, np.int64).copy()
    alone = groups == 0  # names that no cluster holds are groups of their own
    groups[alone] = len(clusters.titles) + np.flatnonzero(alone)
    return groups


_TABLES: WeakKeyDictionary[Snapshot, PeerTable] = WeakKeyDictionary()


@dataclass(frozen=True)
class StoreView:
    """A document beside a snapshot."""

    document: DocumentView
    snapshot: Snapshot
    table: PeerTable

    @property
    def settings(self) -> Settings:
        """The thresholds in force."""
        return self.document.settings

    @cached_property
    def owner(self) -> int:
        """The document's department among the store's."""
        own = self.document.document
        return self.table.owner(own.city, own.county, own.department)

    def peers(self, item: Indicator) -> Figures | None:
        """Targets of the same group and base unit in other departments."""
        if not self.snapshot.rows:
            return None
        return self.table.peers(
            self.table.group(item.name),
            item.base_unit,
            owner=self.owner,
            sha256=item.source.sha256,
            settings=self.settings,
        )

    def records(self, rows: Sequence[int] | Rows) -> list[dict[str, Any]]:
        """Whole records of rows."""
        return self.snapshot.records(rows)

    @cached_property
    def last_year(self) -> Mapping[tuple[str, int], list[int]]:
        """Rows of the department's tables of the year before, by project without its year, and group of names."""
        year = self.document.document.year
        if year is None or self.owner < 0 or not self.snapshot.rows:
            return {}
        columns = self.snapshot.columns
        rows = np.flatnonzero((columns["year"] == year - 1) & (self.table.owners == self.owner) & self.snapshot.counted)
        found: dict[tuple[str, int], list[int]] = {}
        titles = self.snapshot.texts("project", columns["project"][rows]) if len(rows) else []
        for row, title, group in zip(rows, titles, self.table.group_numbers(rows), strict=True):
            found.setdefault((project_key(title), int(group)), []).append(int(row))
        return found

    def same_project(self, view: ProjectView) -> Iterator[dict[str, Any]]:
        """Records of the same project of the same year in other documents, copies left out.

        The same is: equal name and place, and equal code, or where one prints no code, equal unit.
        """
        project, own = view.project, self.document.document
        number = self.snapshot.number_of("project", project.name) if project.name and self.snapshot.rows else None
        if number is None or own.year is None:
            return
        columns = self.snapshot.columns
        mask = (columns["project"] == number) & (columns["year"] == own.year) & self.snapshot.counted
        for name, text in (("city", own.city), ("county", own.county)):
            mask &= columns[name] == (self.snapshot.number_of(name, text) or 0)
        stored = self.snapshot.number_of("sha256", own.sha256)
        if stored is not None:
            mask &= columns["sha256"] != stored
        for record in self.records(np.flatnonzero(mask)):
            codes = project.code, record["project_code"]
            same = codes[0] == codes[1] if all(codes) else fold(project.unit_name) == fold(record["unit_name"])
            if same and record["table"] == view.table:
                yield record


_YEAR = re.compile(r"20\d\d年?度?")


def project_key(title: str) -> str:
    """A project's name without its year: what stays from year to year."""
    return re.sub(r"[\W_]", "", _YEAR.sub("", fold(title)))


def store_view(document: DocumentView, snapshot: Snapshot) -> StoreView:
    """A document beside a snapshot; the snapshot's table of peers is made once and kept as long as it is open."""
    table = _TABLES.get(snapshot)
    if table is None:
        table = _TABLES[snapshot] = PeerTable(snapshot)
    return StoreView(document, snapshot, table)
