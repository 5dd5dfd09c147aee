"""Counts over a set of rows (分面与分布): facets, a histogram of base values, the first rows in an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi.catalog.snapshot import Rows, Snapshot

FACETS = ("city", "province", "year", "department", "level1", "category", "unit", "kind", "comparator")
"""Fields that answers count, in the order of the screen's side."""

_BINS = 24
_DOMINANT_SHARE = 0.6
"""Share of the valued rows one base unit must have for the histogram to mean something."""
_LEAST_VALUES = 2
_LOG_SPAN = 1000.0
"""Positive values that span more than this factor get bins of equal ratio (amounts: 1 万元 beside 10 亿元)."""
_TAIL = 0.5
"""Percent cut from each end before bins are laid: one misprinted amount must not squeeze all others into a bin."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet ("" or None: not stated) and in how many rows it stands."""

    value: str | int | None
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """Values of one field, most frequent first; `distinct` tells how many there are in all."""

    field: str
    values: tuple[FacetValue, ...]
    distinct: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Distribution of base values in `unit`; `edges` has one entry more than `counts`.

    `below` and `above` count the values beyond the outer edges, `others` the valued rows of other units.
    """

    unit: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int
    above: int
    others: int
    minimum: float
    median: float
    maximum: float
    logarithmic: bool


def count_facet(snapshot: Snapshot, field: str, rows: Rows | None, *, limit: int | None) -> Facet:
    """Count the values of a coded field over `rows` (None: all rows)."""
    codes = snapshot.columns[field]
    chosen = codes if rows is None else codes[rows]
    if field == "year":
        low = int(chosen.min()) if len(chosen) else 0
        counts = np.bincount(chosen.astype(np.int32) - low) if len(chosen) else np.zeros(0, np.int64)
    else:
        low, counts = 0, np.bincount(chosen, minlength=1)
    present = np.flatnonzero(counts)
    order = present[np.lexsort((present, -counts[present]))]
    shown = order if limit is None else order[:limit]
    values: list[str | int | None]
    if field == "year":
        values = [None if number + low < 0 else int(number + low) for number in shown]
    else:
        values = list(snapshot.texts(field, shown)) if len(shown) else []
    pairs = zip(values, counts[shown], strict=True)
    return Facet(field, tuple(FacetValue(value, int(count)) for value, count in pairs), len(present))


def make_histogram(snapshot: Snapshot, rows: Rows | None) -> Histogram | None:
    """Histogram of base values over `rows` (None: all); None when no unit dominates or there are too few values."""
    values = snapshot.columns["base_value"]
    units = snapshot.columns["base_unit"]
    if rows is not None:
        values, units = values[rows], units[rows]
    valued = ~np.isnan(values) & (units > 0)
    values, units = values[valued], units[valued]
    if len(values) < _LEAST_VALUES:
        return None
    counts = np.bincount(units)
    unit = int(counts.argmax())
    if counts[unit] < _DOMINANT_SHARE * len(values):
        return None
    own = values[units == unit]
    edges, logarithmic = _edges(own)
    binned, _ = np.histogram(own, edges)
    return Histogram(
        unit=snapshot.texts("base_unit", [unit])[0],
        edges=tuple(float(edge) for edge in edges),
        counts=tuple(int(count) for count in binned),
        below=int((own < edges[0]).sum()), above=int((own > edges[-1]).sum()), others=len(values) - len(own),
        minimum=float(own.min()), median=float(np.median(own)), maximum=float(own.max()), logarithmic=logarithmic,
    )  # fmt: skip


def _edges(values: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], bool]:
    low, high = (float(end) for end in np.percentile(values, [_TAIL, 100 - _TAIL]))
    if low == high:
        low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low, high]), False
    if low > 0 and high / low > _LOG_SPAN:
        edges = np.geomspace(low, high, _BINS + 1)
        edges[0], edges[-1] = low, high  # rounding of the powers must not push the ends inwards
        return edges, True
    return np.linspace(low, high, _BINS + 1), False


def first_rows(rows: Rows, keys: Sequence[np.ndarray[Any, Any]], count: int) -> Rows:
    """The first `count` of `rows` by `keys` (most significant first, ascending, no NaN), then by row number.

    Only rows that can be among the first are sorted: a million hits cost a selection, not a sort.
    """
    places, remaining = np.arange(len(rows)), count
    sure = []
    for key in keys:
        if len(places) <= remaining or not remaining:
            break
        own = key[places]
        limit = np.partition(own, remaining - 1)[remaining - 1]
        before = places[own < limit]
        sure.append(before)
        remaining -= len(before)
        places = places[own == limit]  # only these are left for the next key to tell apart
    chosen = np.concatenate([*sure, places[:remaining]])
    order = np.lexsort((rows[chosen], *(key[chosen] for key in reversed(keys))))
    first: Rows = rows[chosen[order]]
    return first
