"""Clusters with their figures (指标目录): counted once a snapshot on coded columns; details only for those on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from kpi.ui.wording import measure

if TYPE_CHECKING:
    from kpi.store import Store

SORTS = {"cities": "城市最多", "count": "出现最多", "name": "按名称"}
_UNITS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ClusterTable:
    """All clusters in columns of equal length; place 0 is for names in no cluster."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    counts: Any
    cities: Any
    categories: tuple[str, ...]
    rows: Any
    """Cluster place of every row of the snapshot; 0 also for rows that figures leave out."""


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """What a cluster's targets look like."""

    typical: str
    span: str
    units: str


def cluster_table(store: Store) -> ClusterTable | None:
    """All clusters of the snapshot; None where it has none."""
    return _cluster_table(str(store.path), store.name, _store=store)


@st.cache_resource(max_entries=2, show_spinner=False)
def _cluster_table(path: str, snapshot: str, *, _store: Store) -> ClusterTable | None:
    del path, snapshot
    clusters = _store.snapshot.clusters
    if clusters is None or not _store.snapshot.rows:
        return None
    columns = _store.snapshot.columns
    rows = np.where(_store.snapshot.counted, clusters.numbers[columns["name"]], 0)
    size = len(clusters.titles)
    counts = np.bincount(rows, minlength=size)
    return ClusterTable(
        ids=tuple(identity for identity, _ in clusters.titles), titles=tuple(title for _, title in clusters.titles), counts=counts,
        cities=_distinct(rows, columns["city"], size), rows=rows,
        categories=tuple(_usual(_store, rows, "category", size)),
    )  # fmt: skip


def _distinct(rows: Any, codes: Any, size: int) -> Any:
    """How many different non-empty codes each cluster has."""
    valued = codes > 0
    pairs = np.unique(rows[valued].astype(np.int64) << 32 | codes[valued].astype(np.int64))
    return np.bincount((pairs >> 32).astype(np.int64), minlength=size)


def _usual(store: Store, rows: Any, column: str, size: int) -> list[str]:
    """The most frequent text of a column for each cluster."""
    pairs, counts = np.unique(
        rows.astype(np.int64) << 32 | store.snapshot.columns[column].astype(np.int64), return_counts=True
    )
    owners, codes = pairs >> 32, pairs & 0xFFFFFFFF
    best = np.zeros(size, np.int64)
    for place in np.argsort(counts, kind="stable"):
        best[owners[place]] = codes[place]
    return store.snapshot.texts(column, best)


def find_clusters(
    table: ClusterTable, words: str, *, category: str = "", sort: str = "cities", least: int = 1
) -> list[int]:
    """Places of the clusters whose name has all words, of a category, in at least so many cities, in order."""
    wanted = [word.lower() for word in words.split()]
    chosen = [
        place
        for place in range(1, len(table.ids))
        if table.counts[place]
        and table.cities[place] >= (least if least > 1 else 0)
        and (not category or table.categories[place] == category)
        and all(word in table.titles[place].lower() for word in wanted)
    ]
    first = {"cities": table.cities, "count": table.counts}.get(sort)
    if first is None:
        return sorted(chosen, key=lambda place: table.titles[place])
    return sorted(chosen, key=lambda place: (-first[place], -table.counts[place], table.titles[place]))


def describe(store: Store, table: ClusterTable, place: int) -> ClusterDetail:
    """Typical target, range in the usual unit, and units of one cluster."""
    own = np.flatnonzero(table.rows == place)
    columns = store.snapshot.columns
    targets, counts = np.unique(columns["target"][own], return_counts=True)
    typical = store.snapshot.texts("target", [targets[counts.argmax()]])[0] if len(targets) else ""
    units, unit_counts = np.unique(columns["base_unit"][own], return_counts=True)
    order = np.argsort(-unit_counts, kind="stable")
    named = [text for text in store.snapshot.texts("base_unit", units[order]) if text]
    span = ""
    if named:
        unit = store.snapshot.number_of("base_unit", named[0])
        values = columns["base_value"][own][columns["base_unit"][own] == unit]
        values = values[~np.isnan(values)]
        if len(values):
            low, high = measure(f"{values.min():.6f}", named[0]), measure(f"{values.max():.6f}", named[0])
            span = low if low == high else f"{low} – {high}"
    more = "…" if len(named) > _UNITS_SHOWN else ""
    return ClusterDetail(typical, span, "、".join(named[:_UNITS_SHOWN]) + more)
