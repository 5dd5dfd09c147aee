"""Clusters of a snapshot (聚类): what the program found, kept and extended; people's decisions on top.

Two files: `clusters_found.parquet` holds what the program found for every name that the store ever knew, so that ids stay
when documents come and go; `clusters.parquet` holds the names in use with decisions applied, which readers see. A publishing
makes objects only of the clusters that new names are near to, whose counts changed, or that a decision names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kpi.catalog.layout import CLUSTERS
from kpi.catalog.parts import read_parquet
from kpi.ingestion.cluster_table import (
    READ_COLUMNS,
    READ_SCHEMA,
    SCHEMA,
    MemberWords,
    clustering_to_table,
    clusters_where,
    in_use,
    near_rows,
    recount,
    replace_rows,
    sort_by_cluster,
    table_to_clustering,
    with_clusters,
    words_in,
)

if TYPE_CHECKING:
    from kpi.catalog.publish import NameUse
    from kpi.cluster import Clustering, Member
    from kpi.decisions import Decision

FOUND = "clusters_found.parquet"


class Clusterer:
    """Writes the clusters of a snapshot, see `kpi.catalog.publish.ClusterWriter`."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        from kpi.decisions import CLUSTER_KINDS, active_decisions

        self._decisions = [item for item in active_decisions(decisions) if item.kind in CLUSTER_KINDS]

    def __call__(self, building: Path, base: Path | None, use: NameUse) -> None:
        """Extend what was found for the base, or find everything anew, then apply the decisions."""
        held = None if base is None or not (base / FOUND).is_file() else read_parquet(base / FOUND)
        if held is None or not use.first_new or not held.schema.equals(SCHEMA):
            found, held = find_all(use, held), None
        else:
            found = extend(held, use)
        found = recount(found, use.counts, every=held is None)
        pq.write_table(found, building / FOUND, compression="zstd")
        self._write_decided(found.select(list(READ_COLUMNS)), building)

    def can_decide(self, base: Path) -> bool:
        """See `kpi.catalog.publish.ClusterWriter`."""
        return (base / FOUND).is_file()

    def decide(self, building: Path) -> None:
        """See `kpi.catalog.publish.ClusterWriter`."""
        self._write_decided(read_parquet(building / FOUND, READ_COLUMNS), building)

    def _write_decided(self, found: pa.Table, building: Path) -> None:
        table = decide(in_use(found), self._decisions)
        # In one piece and with no traces of reading: the same clusters are the same bytes whichever way they were made.
        table = table.cast(READ_SCHEMA).combine_chunks()
        pq.write_table(table, building / CLUSTERS, compression="zstd")


def find_all(use: NameUse, previous: pa.Table | None = None) -> pa.Table:
    """The full run over all names; clusters of `previous` that keep their members keep their ids."""
    from kpi.cluster import cluster_counts

    names = [name for name in use.names[1:] if name]
    earlier = None if previous is None else table_to_clustering(previous)
    clustering = cluster_counts(dict.fromkeys(names, 1), listed=use.listed(), previous=earlier)
    return sort_by_cluster(clustering_to_table(clustering, _numbers(use), words_of))


def extend(found: pa.Table, use: NameUse) -> pa.Table:
    """The incremental run: new names join clusters or form new ones; only clusters near to them are looked at."""
    from kpi.cluster import add_names, normalise_name
    from kpi.cluster.neighbours import FEW_WORDS, LEAST_COSINE, NEIGHBOURS
    from kpi.cluster.result import Member

    normals = {name: normalise_name(name) for name in use.names[max(1, use.first_new) :] if name}
    if not normals:
        return found
    fresh = [words_of(Member(normal, ((name, 1),))) for name, normal in normals.items()]
    near = near_rows(found, fresh, nearest=NEIGHBOURS + 1, least_cosine=LEAST_COSINE, few_words=FEW_WORDS)
    near |= pc.is_in(found["normal"], pa.array(sorted(set(normals.values())))).to_numpy()
    listed = list(use.listed())
    for concerned in (with_clusters(found, clusters_where(found, near)), np.ones(found.num_rows, np.bool_)):
        part = found.filter(pa.array(concerned))
        extended = add_names(table_to_clustering(part), dict.fromkeys(normals, 1), listed=listed)
        words = Words(part, without=normals.values())
        result = replace_rows(found, concerned, clustering_to_table(extended, _numbers(use), words))
        if result is not None:  # else a new id is one that a cluster elsewhere has: all of them must be looked at
            return result
    raise AssertionError("a clustering of all names has distinct ids")


def decide(table: pa.Table, decisions: Sequence[Decision]) -> pa.Table:
    """The clusters with people's decisions applied, in the columns that readers need."""
    from kpi.cluster import apply_decisions

    table = table.select(list(READ_COLUMNS))
    if not decisions:
        return table
    for rows in (decided_rows(table, decisions), np.ones(table.num_rows, np.bool_)):
        part = table.filter(pa.array(rows))
        numbers = dict(zip(part["name"].to_pylist(), part["number"].to_pylist(), strict=True))
        decided = apply_decisions(table_to_clustering(part), decisions)
        new = clustering_to_table(decided, numbers, lambda _: MemberWords()).select(list(READ_COLUMNS))
        result = replace_rows(table, rows, new)
        if result is not None:
            return result
    raise AssertionError("a clustering of all names has distinct ids")


def decided_rows(table: pa.Table, decisions: Iterable[Decision]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows are of the clusters that decisions name."""
    from kpi.cluster import normalise_name

    named = sorted({name for item in decisions for name in (*item.names, *item.others)})
    normals = sorted({normalise_name(name) for name in named})
    concerned = pc.or_(
        pc.is_in(table["name"], pa.array(named, pa.string())), pc.is_in(table["normal"], pa.array(normals, pa.string()))
    ).to_numpy()
    return with_clusters(table, clusters_where(table, concerned))


def replay(snapshot: Path, decisions: Sequence[Decision]) -> Clustering:
    """The clusters that decisions name, as they are with the decisions applied, and the conflicts between them."""
    from kpi.cluster import apply_decisions

    if not decisions or not (snapshot / FOUND).is_file():
        return table_to_clustering(READ_SCHEMA.empty_table())
    table = in_use(read_parquet(snapshot / FOUND, READ_COLUMNS))
    return apply_decisions(table_to_clustering(table.filter(pa.array(decided_rows(table, decisions)))), decisions)


class Words:
    """The words of members: those that the rows have, else found anew."""

    def __init__(self, rows: pa.Table, *, without: Iterable[str] = ()) -> None:
        self._known = words_in(rows)
        for normal in without:  # a further, longer wording may tell more
            self._known.pop(normal, None)

    def __call__(self, member: Member) -> MemberWords:
        """Keys and weights."""
        return self._known.get(member.normal) or words_of(member)


def words_of(member: Member) -> MemberWords:
    """The words by which a member's neighbours are found."""
    from kpi.cluster import load_vocabulary
    from kpi.cluster.build import member_form
    from kpi.cluster.neighbours import shape_of
    from kpi.cluster.score import group_of

    shape = shape_of(member_form(member, load_vocabulary()))
    tokens = shape.tokens
    return MemberWords(group_of(shape.tags.family), [token.key for token in tokens], [token.weight for token in tokens])


def read_clustering(path: Path) -> Clustering:
    """The clusters of a snapshot."""
    return table_to_clustering(read_parquet(path, READ_COLUMNS))


def _numbers(use: NameUse) -> dict[str, int]:
    return {name: number for number, name in enumerate(use.names)}
