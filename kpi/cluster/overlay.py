"""People's decisions on top of the clusters (人工决定的套用): replayed in order, without a full run.

The clusters that the program found stay as they are beneath, so that an undo gives back the same bytes. A decision names
members; a name that is not there (yet) has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from kpi.cluster.normal import normalise_name
from kpi.cluster.result import Cluster, Clustering, Conflict, Member, assign_ids, make_cluster
from kpi.decisions import (
    CLUSTER_KINDS,
    FORBID,
    KIND_TITLES,
    MERGE,
    REMOVE,
    RENAME,
    SPLIT,
    Decision,
    active_decisions,
)


def apply_decisions(base: Clustering, decisions: Iterable[Decision]) -> Clustering:
    """Clusters with merge, split, rename, remove and forbid decisions replayed; other kinds and undone ones are passed over.

    * merge unites the clusters of the names;
    * split takes the names out of their clusters into one of their own;
    * remove takes each name out into a cluster of its own;
    * forbid takes the rarer names out where two of them are together;
    * rename sets the canonical name of the cluster that holds the first name that is there.

    A later decision ranks above an earlier one; what no longer holds is told in `conflicts`. Two wordings with identical
    normalised names are parted by a decision, and by nothing else.
    """
    active = [decision for decision in active_decisions(decisions) if decision.kind in CLUSTER_KINDS]
    if not active:
        return base
    replay = _Replay(base, active)
    for decision in active:
        replay.apply(decision)
    return replay.result(active)


class _Atom(NamedTuple):
    """What a decision moves: all wordings of a normalised name, or one wording that a decision parts from the others."""

    normal: str
    printed: str = ""


class _Replay:
    """The clusters that decisions touch, while they change."""

    def __init__(self, base: Clustering, active: Sequence[Decision]) -> None:
        self._base = base
        self._parted = frozenset(name for decision in active for name in _parted_wordings(decision))
        self._members: dict[_Atom, Member] = {}
        self._home: dict[_Atom, int] = {}
        self._groups: dict[int, list[_Atom]] = {}
        self._origin: dict[_Atom, Cluster] = {}
        self._adopted: dict[str, Cluster] = {}
        for decision in active:
            for name in (*decision.names, *decision.others):
                cluster = base.find(name)
                if cluster is not None and cluster.id not in self._adopted:
                    self._adopt(cluster)
        self._next = len(self._groups)

    def _adopt(self, cluster: Cluster) -> None:
        number = len(self._groups)
        self._adopted[cluster.id] = cluster
        self._groups[number] = []
        for member in cluster.members:
            together = tuple(item for item in member.names if item[0] not in self._parted)
            parts = [(_Atom(member.normal), together)] if together else []
            parts += [(_Atom(member.normal, item[0]), (item,)) for item in member.names if item[0] in self._parted]
            for atom, names in parts:
                self._members[atom] = Member(member.normal, names)
                self._home[atom] = number
                self._origin[atom] = cluster
                self._groups[number].append(atom)

    def _atoms(self, names: Iterable[str]) -> list[_Atom]:
        """The atoms of names that are there, each once, in the order given."""
        found: dict[_Atom, None] = {}
        for name in names:
            normal = normalise_name(name)
            atom = _Atom(normal, name) if name in self._parted else _Atom(normal)
            if atom in self._home:
                found[atom] = None
        return list(found)

    def apply(self, decision: Decision) -> None:
        """Carry out one decision on the groups as they are now."""
        atoms = self._atoms(decision.names)
        if decision.kind == MERGE:
            self._unite(atoms)
        elif decision.kind == SPLIT:
            self._take_out(atoms)
        elif decision.kind == REMOVE:
            for atom in atoms:
                self._take_out([atom])
        elif decision.kind == FORBID:
            kept: dict[int, _Atom] = {}
            for atom in sorted(atoms, key=lambda atom: (-self._members[atom].count, len(atom.normal), atom)):
                if self._home[atom] in kept:
                    self._take_out([atom])
                else:
                    kept[self._home[atom]] = atom

    def _unite(self, atoms: Sequence[_Atom]) -> None:
        numbers = sorted({self._home[atom] for atom in atoms})
        for number in numbers[1:]:
            for atom in self._groups.pop(number):
                self._home[atom] = numbers[0]
                self._groups[numbers[0]].append(atom)

    def _take_out(self, atoms: Sequence[_Atom]) -> None:
        """Atoms leave their groups for a new one, unless they are all of one group already."""
        homes = {self._home[atom] for atom in atoms}
        if not atoms or (len(homes) == 1 and len(self._groups[min(homes)]) == len(atoms)):
            return
        number, self._next = self._next, self._next + 1
        for atom in atoms:
            home = self._groups[self._home[atom]]
            home.remove(atom)
            if not home:
                del self._groups[self._home[atom]]
            self._home[atom] = number
        self._groups[number] = list(atoms)

    def result(self, active: Sequence[Decision]) -> Clustering:
        """All clusters: the untouched as they were, the touched with ids that follow the largest overlap."""
        untouched = [cluster for cluster in self._base.clusters if cluster.id not in self._adopted]
        groups = [sorted(atoms) for atoms in self._groups.values()]
        keys = [["".join(atom) for atom in atoms] for atoms in groups]
        previous = {"".join(atom): cluster.id for atom, cluster in self._origin.items()}
        ids = assign_ids(keys, previous, taken=(cluster.id for cluster in untouched))
        renamed = self._renamed(active)
        clusters = []
        for cluster_id, atoms in zip(ids, groups, strict=True):
            made = make_cluster(
                cluster_id,
                _joined(self._members[atom] for atom in atoms),
                weakest=min(self._origin[atom].weakest for atom in atoms),
            )
            canonical = renamed.get(self._home[atoms[0]], made.canonical)
            origin = self._origin[atoms[0]]
            same = origin.members == made.members and canonical == origin.canonical
            clusters.append(origin if same else replace(made, canonical=canonical, decided=True))
        ordered = tuple(sorted([*untouched, *clusters], key=lambda cluster: cluster.id))
        return Clustering(clusters=ordered, conflicts=(*self._base.conflicts, *self._conflicts(active)))

    def _renamed(self, active: Sequence[Decision]) -> dict[int, str]:
        """Group → name that a person gave; the latest of several."""
        renamed: dict[int, str] = {}
        for decision in active:
            atoms = self._atoms(decision.names) if decision.kind == RENAME else []
            if atoms:
                renamed[self._home[atoms[0]]] = decision.name
        return renamed

    def _conflicts(self, active: Sequence[Decision]) -> list[Conflict]:
        """Decisions that do not hold in the end, because later ones rank above them."""
        renamed = self._renamed(active)
        return [
            Conflict(
                decision.names,
                kept="较新的决定",
                dropped=f"{KIND_TITLES[decision.kind]}（{decision.id}）",
                decision=decision.id,
            )
            for decision in active
            if not self._holds(decision, renamed)
        ]

    def _holds(self, decision: Decision, renamed: dict[int, str]) -> bool:
        atoms = self._atoms(decision.names)
        homes = [self._home[atom] for atom in atoms]
        if decision.kind in (MERGE, SPLIT) and len(set(homes)) > 1:
            return False
        if decision.kind in (FORBID, REMOVE) and len(set(homes)) < len(homes):
            return False
        if decision.kind in (SPLIT, REMOVE):
            return set(homes).isdisjoint(self._home[atom] for atom in self._atoms(decision.others))
        return decision.kind != RENAME or not homes or renamed[homes[0]] == decision.name


def _parted_wordings(decision: Decision) -> set[str]:
    """Names that the decision parts from others with an identical normalised name."""
    if decision.kind not in (SPLIT, REMOVE, FORBID):
        return set()
    pairs = [(name, other) for name in decision.names for other in decision.others]
    if decision.kind in (FORBID, REMOVE):
        pairs += list(combinations(decision.names, 2))
    return {name for pair in pairs if normalise_name(pair[0]) == normalise_name(pair[1]) for name in pair}


def _joined(members: Iterable[Member]) -> list[Member]:
    """Members with the wordings of one normalised name together again."""
    wordings: dict[str, list[tuple[str, int]]] = {}
    for member in members:
        wordings.setdefault(member.normal, []).extend(member.names)
    return [
        Member(normal, tuple(sorted(names, key=lambda item: (-item[1], len(item[0]), item[0]))))
        for normal, names in wordings.items()
    ]
