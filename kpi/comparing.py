"""What a store answers about clusters (比较): the part of `Store` beside search and export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kpi.errors import UsageError

if TYPE_CHECKING:
    from kpi.catalog.snapshot import Mask, Snapshot
    from kpi.cluster import Clustering
    from kpi.compare import ClusterName, Comparison, Observation, Rule

Filters = Mapping[str, Any]

_LOOKED_AT = 50
"""Names that are looked at for one that is not there."""
_OFFERED = 5
"""Names that are offered for one that is not there."""
_RULED_FIELDS = {"table": "table", "period": "period", "county": "level", "year": "year"}
"""Filter → part of the rule that a filter on several values of it switches off: who names them wants them together."""


class Selected(Protocol):
    """The rows of a query."""

    @property
    def mask(self) -> Mask:
        """Rows that count and match."""
        ...


class Held(Protocol):
    """What of a store is needed here."""

    path: Path | str

    @property
    def snapshot(self) -> Snapshot:
        """The open snapshot."""
        ...

    @property
    def clustering(self) -> Clustering:
        """Clusters of the names in use."""
        ...

    def select(self, query: str = "", filters: Filters | None = None) -> Selected:
        """Rows that match."""
        ...


class Comparing:
    """Methods of a store that compare clusters."""

    def compare(
        self: Held, *names: str, by: str = "city", query: str = "", filters: Filters | None = None, rule: Rule | None = None
    ) -> Comparison:  # fmt: skip
        """Compare the targets of one or several indicators across cities.

        Args:
            names: indicator names as printed, canonical names or cluster ids; each stands for its whole cluster.
            by: groups of the result: `city`, `department`, `year`, `project`.
            query: only rows that this finds as well.
            filters: field → value or values. Several values of table, period or year are compared together.
            rule: what is comparable, see `kpi.compare.Rule`.

        Raises:
            UsageError: a name that no indicator has (with near ones), an unknown `by`, filter or rule.
        """
        from dataclasses import replace

        from kpi.compare import Rule as Ruling
        from kpi.compare import compare_observations
        from kpi.library.references import load_libraries, references_of_clusters

        if not names:
            raise UsageError("请给出要比较的指标名称", advice="如 kpi compare 参保群众满意度")
        clusters = find_clusters(self, names)
        given = filters or {}
        chosen = rule or Ruling()
        several = {
            part
            for name, part in _RULED_FIELDS.items()
            if _is_several(given.get(name)) or (given.get(name) and name == "county")
        }
        chosen = replace(chosen, mix=chosen.mix | several)
        observations = cluster_observations(self, clusters, self.select(query, filters).mask)
        notes = _other_names(names, clusters)
        notes += [] if observations else ["没有符合条件的指标：检查筛选条件，或用 kpi similar 查找相近的名称"]
        known = references_of_clusters(load_libraries(self.path), clusters)
        return compare_observations(observations, clusters, by=by, rule=chosen, notes=notes, references=known)


def _other_names(names: Iterable[str], clusters: Iterable[ClusterName]) -> list[str]:
    """What is compared in place of names that nobody printed."""
    known = {text: cluster for cluster in clusters for text in (cluster.id, cluster.name, *cluster.wordings)}
    if all(name.strip() in known for name in names):
        return []
    told = "、".join(name for name in names if name.strip() not in known)
    return [f"库中没有“{told}”的原名，按同一指标比较：{'、'.join(cluster.name for cluster in clusters)}"]


def _is_several(values: Any) -> bool:
    return not isinstance(values, (str, int)) and values is not None and len(list(values)) > 1


def find_clusters(store: Held, names: Iterable[str]) -> tuple[ClusterName, ...]:
    """The clusters that names stand for, each once.

    Raises:
        UsageError: no cluster has the name; near names are offered.
    """
    found: dict[str, ClusterName] = {}
    for name in names:
        number = _cluster_number(store, name.strip())
        cluster = cluster_name(store.snapshot, number)
        found.setdefault(cluster.id, cluster)
    return tuple(found.values())


def _cluster_number(store: Held, name: str) -> int:
    """Place of a cluster in `NameClusters.titles`."""
    snapshot = store.snapshot
    clusters = snapshot.clusters
    if clusters is None or snapshot.rows == 0:
        raise UsageError("库中还没有指标", advice="先用 kpi ingest 导入文件")
    text = snapshot.number_of("name", name) if name else None
    if text is not None and clusters.numbers[text]:
        return int(clusters.numbers[text])
    for number, title in enumerate(clusters.titles):
        if number and name in title:
            return number
    known = store.clustering.find(name) if name else None
    if known is not None:
        return next(number for number, (identity, _) in enumerate(clusters.titles) if identity == known.id)
    return _same_indicator(name, [canonical for _, canonical in clusters.titles])


def _same_indicator(name: str, titles: Sequence[str]) -> int:
    """Place of the cluster that a name nobody printed would join by itself.

    Raises:
        UsageError: there is none; near names are offered.
    """
    from rapidfuzz import fuzz, process

    from kpi.compare.similar import nearest

    near = process.extract(name, titles, scorer=fuzz.WRatio, limit=_LOOKED_AT, score_cutoff=40) if name else []
    places = {title: number for title, _, number in near if number}
    best = nearest(name, places)
    if best and best[0].same:
        return places[best[0].name]
    offered = [item.name for item in best[:_OFFERED]] or list(places)[:_OFFERED]
    advice = f"您是否要找：{'、'.join(offered)}" if offered else "用 kpi search 查找名称"
    raise UsageError("库中没有这个名称的指标", found=name, advice=advice)


def cluster_name(snapshot: Snapshot, number: int) -> ClusterName:
    """A cluster by its place in `NameClusters.titles`, with its wordings, most frequent first."""
    from kpi.compare import ClusterName as Named

    clusters = snapshot.clusters
    assert clusters is not None  # noqa: S101 - the caller found the number in them
    own = np.flatnonzero(clusters.numbers == number)
    counts = np.bincount(snapshot.columns["name"], minlength=snapshot.text_count("name"))[own]
    order = np.lexsort((own, -counts))
    return Named(*clusters.titles[number], tuple(snapshot.texts("name", own[order])))


def cluster_observations(store: Held, clusters: Sequence[ClusterName], mask: Mask) -> list[Observation]:
    """Rows of clusters among those of `mask`, in the order of the store."""
    from kpi.compare import record_to_observation

    snapshot = store.snapshot
    held = snapshot.clusters
    if held is None or not snapshot.rows:
        return []
    ids = {cluster.id for cluster in clusters}
    flags = np.array([identity in ids for identity, _ in held.titles], np.bool_)
    numbers = np.flatnonzero(flags[held.numbers])
    rows = np.flatnonzero(mask & snapshot.rows_with("name", numbers))
    owners = held.numbers[snapshot.columns["name"][rows]]
    sections = snapshot.columns["section"][rows]
    return [
        record_to_observation(record, cluster=held.titles[owner][0], publication=str(section))
        for record, owner, section in zip(snapshot.records(rows), owners, sections, strict=True)
    ]
