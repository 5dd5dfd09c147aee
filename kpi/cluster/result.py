"""What clustering gives (聚类结果): clusters with an id, a canonical name and members; and how ids stay stable."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kpi.cluster.normal import display_name, normalise_name

ID_LENGTH = 12
"""Hex digits of sha1: 150,000 clusters collide with a chance of 1 in 25,000, and a collision is resolved."""


@dataclass(frozen=True, slots=True)
class Member:
    """One normalised name of a cluster."""

    normal: str
    names: tuple[tuple[str, int], ...]
    """Printed wordings with how often each occurs, most frequent first."""

    @property
    def count(self) -> int:
        """Occurrences of all wordings."""
        return sum(count for _, count in self.names)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Names that are the same indicator."""

    id: str
    canonical: str
    """The most frequent, then shortest member, without place, year and unit; or what a person renamed it to."""
    members: tuple[Member, ...]
    """Most frequent first, then shortest."""
    weakest: float = 1.0
    """Lowest average similarity (0–1) at which two parts of the cluster met: its weakest link. Joins by decision
    do not count."""
    decided: bool = False
    """Whether a person's decision had a part in it (已改)."""

    @property
    def count(self) -> int:
        """Occurrences of all members."""
        return sum(member.count for member in self.members)

    @property
    def normals(self) -> tuple[str, ...]:
        """Normalised names of the members."""
        return tuple(member.normal for member in self.members)


@dataclass(frozen=True)
class Conflict:
    """Two rules that could not both be kept, and which one was (`kept` ranks above `dropped`)."""

    names: tuple[str, ...]
    kept: str
    dropped: str
    decision: str = ""
    """Id of the decision that gave way, if it is one."""

    def __str__(self) -> str:
        return f"{'、'.join(self.names)}：{self.kept} 优先于 {self.dropped}"


@dataclass(frozen=True)
class Clustering:
    """All clusters, by id; look-ups are built on first use."""

    clusters: tuple[Cluster, ...]
    conflicts: tuple[Conflict, ...] = ()

    @cached_property
    def _by_normal(self) -> dict[str, Cluster]:
        return {member.normal: cluster for cluster in self.clusters for member in cluster.members}

    @cached_property
    def _by_id(self) -> dict[str, Cluster]:
        return {cluster.id: cluster for cluster in self.clusters}

    @cached_property
    def _by_printed(self) -> dict[str, Cluster]:
        return {
            printed: cluster for cluster in self.clusters for member in cluster.members for printed, _ in member.names
        }

    def find(self, name: str) -> Cluster | None:
        """The cluster of a name as printed, else of its normalised name."""
        found = self._by_printed.get(name)
        return found if found is not None else self._by_normal.get(normalise_name(name))

    def get(self, cluster_id: str) -> Cluster | None:
        """The cluster of an id."""
        return self._by_id.get(cluster_id)

    def ids(self) -> dict[str, str]:
        """Normalised name → cluster id."""
        return {normal: cluster.id for normal, cluster in self._by_normal.items()}


def clustering_to_rows(clustering: Clustering) -> list[dict[str, object]]:
    """One row a wording, for tables: `cluster`, `canonical`, `weakest`, `decided`, `normal`, `name`, `count`."""
    return [
        {
            "cluster": cluster.id, "canonical": cluster.canonical, "weakest": cluster.weakest, "decided": cluster.decided,
            "normal": member.normal, "name": printed, "count": count,
        }
        for cluster in clustering.clusters for member in cluster.members for printed, count in member.names
    ]  # fmt: skip


def rows_to_clustering(rows: Iterable[Mapping[str, Any]]) -> Clustering:
    """The inverse of `clustering_to_rows`; conflicts are not in the rows."""
    clusters: dict[str, Mapping[str, Any]] = {}
    wordings: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for row in rows:
        clusters.setdefault(row["cluster"], row)
        wordings.setdefault(row["cluster"], {}).setdefault(row["normal"], []).append((row["name"], row["count"]))
    return Clustering(
        clusters=tuple(
            Cluster(
                id=cluster_id, canonical=row["canonical"], weakest=row["weakest"], decided=row["decided"],
                members=tuple(Member(normal, tuple(names)) for normal, names in wordings[cluster_id].items()),
            )
            for cluster_id, row in sorted(clusters.items())
        )
    )  # fmt: skip


def make_cluster(cluster_id: str, members: Iterable[Member], *, weakest: float = 1.0) -> Cluster:
    """A cluster with its members in order and its canonical name."""
    ordered = tuple(sorted(members, key=lambda member: (-member.count, len(member.normal), member.normal)))
    return Cluster(id=cluster_id, canonical=_canonical(ordered), members=ordered, weakest=weakest)


def _canonical(members: Sequence[Member]) -> str:
    shown: dict[str, int] = {}
    for printed, count in members[0].names:
        text = display_name(printed)
        shown[text] = shown.get(text, 0) + count
    return min(shown, key=lambda text: (-shown[text], len(text), text))


def founder(normals: Iterable[str]) -> str:
    """The member that a new cluster is named by where no order of arrival is known: the shortest, then the first."""
    return min(normals, key=lambda normal: (len(normal), normal))


def hash_id(normal: str) -> str:
    """Cluster id of a founding member."""
    return hashlib.sha1(normal.encode(), usedforsecurity=False).hexdigest()[:ID_LENGTH]


def assign_ids(groups: Sequence[Sequence[str]], previous: Mapping[str, str], *, taken: Iterable[str] = ()) -> list[str]:
    """One id for each group of normalised names; none of `taken`.

    An id of `previous` (normalised name → id) moves with the largest overlap; between equal overlaps to the group that
    holds the name the id was made from, then to the group whose founder comes first. Other groups get the hash of their
    founder, or of the next member if that id is taken.
    """
    claims: list[tuple[int, bool, str, str, int]] = []
    for number, normals in enumerate(groups):
        overlaps: dict[str, int] = {}
        for normal in normals:
            old = previous.get(normal)
            if old is not None:
                overlaps[old] = overlaps.get(old, 0) + 1
        hashes = {hash_id(normal) for normal in normals} if len(overlaps) > 0 else set()
        first = founder(normals)
        claims.extend((-count, old not in hashes, first, old, number) for old, count in overlaps.items())
    ids: list[str] = [""] * len(groups)
    used = set(taken)
    for _, _, _, old, number in sorted(claims):
        if not ids[number] and old not in used:
            ids[number] = old
            used.add(old)
    for number in sorted((n for n, found in enumerate(ids) if not found), key=lambda n: founder(groups[n])):
        ordered = sorted(groups[number], key=lambda normal: (len(normal), normal))
        candidates = itertools.chain(ordered, (f"{ordered[0]}#{n}" for n in itertools.count(2)))
        ids[number] = next(found for found in map(hash_id, candidates) if found not in used)
        used.add(ids[number])
    return ids
