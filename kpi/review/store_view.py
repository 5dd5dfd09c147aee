"""A document beside a store's snapshot (指标库): peers of its indicators, last year's tables, the same project elsewhere.

Everything is looked up in the snapshot's coded columns; whole records are fetched only for the few rows that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary, proxy

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
_SHOWN = ("sha256", "city", "county", "department", "project", "name", "target")


class PeerTable:
    """All numeric targets of a snapshot by group of names and base unit, sorted by value.

    A target that one document prints several times under one group counts once. Groups are the snapshot's clusters; where
    it has none, names that are equal after normalisation.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot: Snapshot = proxy(snapshot)
        """Not held: the table is kept for as long as its snapshot lives, and must not be what keeps it alive."""
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
        self._texts: dict[str, list[str]] = {}
        self._most_of_an_owner: dict[int, int] = {}
        self._documents: dict[str, int] = {}

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
    def _names(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self.texts("name"))}

    @cached_property
    def _units_by_text(self) -> Mapping[str, int]:
        return {unit: number for number, unit in enumerate(self.texts("base_unit"))}

    @cached_property
    def _groups_by_normal(self) -> Mapping[str, int]:
        names = self.texts("name")
        return {
            normalise_name(name): int(group) for name, group in zip(names, self._group_of_name, strict=True) if name
        }

    def texts(self, column: str) -> list[str]:
        """All texts of a coded column, kept: 150,000 names are 20 MB."""
        if column not in self._texts:
            self._texts[column] = self.snapshot.all_texts(column)
        return self._texts[column]

    def group(self, name: str) -> int:
        """The group of a name, -1 when the store has none."""
        number = self._names.get(name)
        if number is not None:
            return int(self._group_of_name[number])
        return self._groups_by_normal.get(normalise_name(name), _NO_GROUP)

    @cached_property
    def _project_order(self) -> tuple[Mapping[str, int], Rows, Rows]:
        codes = self.snapshot.columns["project"]
        numbers = {name: number for number, name in enumerate(self.texts("project"))}
        order: Rows = np.argsort(codes, kind="stable")
        starts: Rows = np.searchsorted(codes[order], np.arange(len(numbers) + 1))
        return numbers, order, starts

    def project_rows(self, name: str) -> Rows:
        """All rows of projects of a name."""
        numbers, order, starts = self._project_order
        number = numbers.get(name)
        return order[:0] if number is None else order[starts[number] : starts[number + 1]]

    def group_numbers(self, rows: Rows) -> Rows:
        """Groups of rows."""
        found: Rows = self._group_of_name[self.snapshot.columns["name"][rows]]
        return found

    def peers(
        self, group: int, unit: str, value: float, *, owner: int, sha256: str, settings: Settings
    ) -> Figures | None:
        """Targets of other departments in a group with a base unit; None when they are too few or the value lies among them.

        Which values are certainly inside is known without looking who the peers are: leaving out the rows of one owner
        moves an order statistic by no more places than the owner has rows.
        """
        number = self._units_by_text.get(unit)
        if group < 0 or number is None:
            return None
        key = group * self._units + number
        start, end = (int(found) for found in np.searchsorted(self._keys, (key, key + 1)))
        if end - start < settings.fewest_peers:
            return None
        values, rows = self._values[start:end], self._rows[start:end]
        if self._inside(key, values, value, start, settings):
            return None
        others = (self.owners[rows] != owner) & (self.snapshot.columns["sha256"][rows] != self._document(sha256))
        values, rows = values[others], rows[others]
        if len(values) < settings.fewest_peers:
            return None
        low, median, high = percentiles(values, (settings.low_percentile, 50, settings.high_percentile))
        return None if low <= value <= high else Figures(values, rows, low, median, high)

    def _inside(self, key: int, values: Floats, value: float, start: int, settings: Settings) -> bool:
        most = self._most_of_an_owner.get(key)
        if most is None:
            rows = self._rows[start : start + len(values)]
            most = self._most_of_an_owner[key] = int(np.unique(self.owners[rows], return_counts=True)[1].max())
        last = len(values) - 1
        low = int(np.ceil(settings.low_percentile / 100 * last)) + most
        high = int(settings.high_percentile / 100 * last) - most
        return low <= high and bool(values[low] <= value <= values[high])

    def _document(self, sha256: str) -> int:
        if sha256 not in self._documents:
            number = self.snapshot.number_of("sha256", sha256)
            self._documents[sha256] = -1 if number is None else number
        return self._documents[sha256]


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
        """Targets of the same group and base unit in other departments, where the indicator's lies outside of them."""
        if not self.snapshot.rows or item.base_value is None:
            return None
        return self.table.peers(
            self.table.group(item.name), item.base_unit, float(item.base_value), owner=self.owner, sha256=item.source.sha256,
            settings=self.settings,
        )  # fmt: skip

    def shown(self, rows: Rows) -> list[dict[str, Any]]:
        """What a link to each row needs, from the coded columns alone."""
        columns, documents = self.snapshot.columns, self.snapshot.documents
        found = []
        for row in rows.tolist():
            item = {name: self.table.texts(name)[columns[name][row]] for name in _SHOWN}
            year = int(columns["year"][row])
            found.append({
                "id": f"{int(columns['id'][row]):016x}", "document": documents[item.pop("sha256")].name, **item,
                "year": year if year >= 0 else None,
            })  # fmt: skip
        return found

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

    @cached_property
    def _own_number(self) -> int:
        number = self.snapshot.number_of("sha256", self.document.document.sha256)
        return -1 if number is None else number

    @cached_property
    def _place_numbers(self) -> Mapping[str, int]:
        own = self.document.document
        return {
            name: self.snapshot.number_of(name, text) or 0
            for name, text in (("city", own.city), ("county", own.county))
        }

    def same_project(self, view: ProjectView) -> Iterator[dict[str, Any]]:
        """Records of the same project of the same year in other documents, copies left out.

        The same is: equal name and place, and equal code, or where one prints no code, equal unit.
        """
        project, own = view.project, self.document.document
        if not project.name or own.year is None or not self.snapshot.rows:
            return
        columns = self.snapshot.columns
        rows = self.table.project_rows(project.name)
        mask = (
            (columns["year"][rows] == own.year)
            & self.snapshot.counted[rows]
            & (columns["sha256"][rows] != self._own_number)
        )
        for name in ("city", "county"):
            mask &= columns[name][rows] == self._place_numbers[name]
        for record in self.records(rows[mask]):
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
