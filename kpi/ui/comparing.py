"""What the comparison page compares (对比口径): indicators and rule out of the address, rows out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from kpi.compare import GROUPS, PARTS, VALUES, Comparison, Observation, Rule, compare_observations
from kpi.comparing import cluster_observations, find_clusters
from kpi.ui import address

if TYPE_CHECKING:
    from kpi.store import Store

MOST_INDICATORS = 8
"""Indicators side by side; a matrix of more columns is not readable at 1280 pixels."""
_MIDDLE = "middle"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks to compare."""

    ids: tuple[str, ...]
    by: str
    mix: tuple[str, ...]
    value: str

    @property
    def rule(self) -> Rule:
        """The rule in the comparison's own terms."""
        return Rule(mix=frozenset(self.mix), value=self.value)


def read_wanted() -> Wanted:
    """The state that the address holds."""
    return Wanted(
        ids=tuple(address.texts("id")[:MOST_INDICATORS]), by=address.choice("by", list(GROUPS), "city"),
        mix=tuple(part for part in address.texts("mix") if part in PARTS),
        value=address.choice("value", list(VALUES), _MIDDLE),
    )  # fmt: skip


def compare(store: Store, wanted: Wanted) -> tuple[Comparison, tuple[Observation, ...]]:
    """The comparison and the rows that it was made of; kept until the snapshot or the question changes."""
    return _compare(str(store.path), store.name, wanted.ids, wanted.by, wanted.mix, wanted.value, _store=store)


@st.cache_data(max_entries=32, show_spinner="正在比较…")
def _compare(
    path: str, snapshot: str, ids: tuple[str, ...], by: str, mix: tuple[str, ...], value: str, *, _store: Store
) -> tuple[Comparison, tuple[Observation, ...]]:  # fmt: skip
    del path, snapshot
    clusters = find_clusters(_store, ids)
    rows = tuple(cluster_observations(_store, clusters, _store.select().mask))
    return compare_observations(rows, clusters, by=by, rule=Rule(mix=frozenset(mix), value=value)), rows
