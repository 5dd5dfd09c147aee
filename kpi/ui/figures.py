"""Figures over a whole snapshot (概况数字): counted once for each snapshot on its coded columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    from kpi.store import Store

_UNREAD = "unread_number"
_PLACES = 40
"""Places of the coverage matrix: as many as a page shows without scrolling far; the table below has all."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well targets were understood: counts of rows that figures count."""

    rows: int
    printed: int
    """With a target printed."""
    read: int
    """Of these, without a number that was not understood."""
    numeric: int
    """Of these, with a comparable number or date."""
    warned: int
    """Rows with any warning."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Indicators by place and year."""

    rows: tuple[tuple[str, int | None, int], ...]
    places: int
    """How many places there are in all."""


def _key(store: Store) -> tuple[str, str]:
    return str(store.path), store.name


def quality(store: Store) -> Quality:
    """Quality of the snapshot."""
    return _quality(*_key(store), _store=store)


@st.cache_data(max_entries=4, show_spinner=False)
def _quality(path: str, snapshot: str, *, _store: Store) -> Quality:
    del path, snapshot
    columns, counted = _store.snapshot.columns, _store.snapshot.counted
    kinds = np.array([text in {"", "missing"} for text in _store.snapshot.all_texts("kind")], np.bool_)
    warnings = _store.snapshot.all_texts("warnings")
    unread = np.array([_UNREAD in text.split() for text in warnings], np.bool_)
    warned = np.array([bool(text) for text in warnings], np.bool_)
    printed = counted & ~kinds[columns["kind"]]
    read = printed & ~unread[columns["warnings"]]
    known = ~np.isnan(columns["base_value"]) | (columns["date_end"] > 0)
    return Quality(
        rows=int(counted.sum()), printed=int(printed.sum()), read=int(read.sum()), numeric=int((read & known).sum()),
        warned=int((counted & warned[columns["warnings"]]).sum()),
    )  # fmt: skip


def coverage(store: Store) -> Coverage:
    """Indicators of the places with most of them, by year."""
    return _coverage(*_key(store), _store=store)


@st.cache_data(max_entries=4, show_spinner=False)
def _coverage(path: str, snapshot: str, *, _store: Store) -> Coverage:
    del path, snapshot
    columns, counted = _store.snapshot.columns, _store.snapshot.counted
    cities, years = columns["city"][counted].astype(np.int64), columns["year"][counted].astype(np.int64)
    if not len(cities):
        return Coverage((), 0)
    totals = np.bincount(cities)
    chosen = [int(number) for number in np.argsort(-totals, kind="stable") if totals[number]][:_PLACES]
    names = _store.snapshot.texts("city", chosen)
    rows = []
    for number, name in zip(chosen, names, strict=True):
        found, counts = np.unique(years[cities == number], return_counts=True)
        rows += [(name, int(year) if year > 0 else None, int(total)) for year, total in zip(found, counts, strict=True)]
    return Coverage(tuple(rows), int(np.count_nonzero(totals)))
