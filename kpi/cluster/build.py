"""Names → clusters (聚类): the full run and the incremental one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.cluster.linkage import Group, average_linkage
from kpi.cluster.names import NameForm, parse_name
from kpi.cluster.neighbours import Shape, Veto, shape_of, shapes_to_edges
from kpi.cluster.normal import normalise_name
from kpi.cluster.result import Cluster, Clustering, Member, assign_ids, make_cluster
from kpi.cluster.score import CUT
from kpi.cluster.vocabulary import Vocabulary, load_vocabulary


def cluster_names(names: Sequence[str], *, vocabulary: Vocabulary | None = None) -> list[str]:
    """One cluster id a name, in the order of the names; the same names give the same ids in whatever order."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    ids: dict[str, str] = {}
    for cluster in cluster_counts(counts, vocabulary=vocabulary).clusters:
        for member in cluster.members:
            ids.update((printed, cluster.id) for printed, _ in member.names)
    return [ids[name] for name in names]


def cluster_counts(
    counts: Mapping[str, int],
    *,
    listed: Iterable[Iterable[str]] = (),
    previous: Clustering | None = None,
    vocabulary: Vocabulary | None = None,
) -> Clustering:
    """The full run (全量聚类).

    Args:
        counts: printed name → how often it occurs.
        listed: the names that one project lists side by side, one collection a project: different indicators, unless
            their normalised names are identical.
        previous: an earlier result, whose ids move to the groups with the largest overlap.
        vocabulary: the words to use, built-in when None.
    """
    words = vocabulary or load_vocabulary()
    members = _members(counts, words)
    units = _units(members, _projects(listed, words), words)
    groups = link_units(units, words)
    return _clustering(units, groups, members, previous.ids() if previous else {})


def add_names(
    clustering: Clustering,
    counts: Mapping[str, int],
    *,
    listed: Iterable[Iterable[str]] = (),
    vocabulary: Vocabulary | None = None,
) -> Clustering:
    """The incremental run (增量归类): new names join clusters or form new ones; no cluster is joined, split or renumbered.

    Args:
        clustering: the result so far.
        counts: printed name → how often it occurs in the added documents.
        listed: as in `cluster_counts`, of old and new projects.
        vocabulary: the words to use, built-in when None.
    """
    words = vocabulary or load_vocabulary()
    members = {member.normal: member for cluster in clustering.clusters for member in cluster.members}
    added = _members(counts, words)
    fresh = {normal: member for normal, member in added.items() if normal not in members}
    members.update({normal: _joined(members.get(normal), member) for normal, member in added.items()})
    projects = _projects(listed, words)
    shapes = _shapes(members, words)
    units = [
        replace(_unit(cluster.normals, shapes, projects), fixed=True, weakest=cluster.weakest)
        for cluster in clustering.clusters
    ]
    units += _units(fresh, projects, words)
    groups = link_units(units, words) if fresh else [Group((number,), 1.0) for number in range(len(units))]
    return _clustering(units, groups, members, clustering.ids())


@dataclass(frozen=True, slots=True)
class Unit:
    """Names that are put together before linkage begins: of one shape, or of one cluster that stays."""

    normals: tuple[str, ...]
    shapes: tuple[Shape, ...]
    """The shape of each name."""
    projects: frozenset[int] = frozenset()
    fixed: bool = False
    """A fixed unit is not joined with another fixed one."""
    weakest: float = 1.0
    apart: frozenset[int] = frozenset()
    """Numbers of units that it must not meet."""


def link_units(units: Sequence[Unit], words: Vocabulary, *, cut: float = CUT) -> list[Group]:
    """Average linkage of units over the edges of their shapes, under vetoes, co-listing and what is fixed or apart."""
    veto = Veto(words)
    rows: dict[Shape, int] = {}
    holders: list[dict[int, int]] = []
    for number, unit in enumerate(units):
        for shape in unit.shapes:
            row = rows.setdefault(shape, len(rows))
            if row == len(holders):
                holders.append({})
            holders[row][number] = holders[row].get(number, 0) + 1
    partial = any(unit.fixed for unit in units)
    fresh = [any(not units[number].fixed for number in held) for held in holders] if partial else None
    sums: dict[tuple[int, int], float] = {}
    same = ((row, row, 1.0) for row, held in enumerate(holders) if len(held) > 1)
    for a, b, score in (*same, *shapes_to_edges(list(rows), veto, fresh=fresh)):
        for i, size_i in holders[a].items():
            for j, size_j in holders[b].items():
                if i < j or (i > j and a != b):
                    pair = (min(i, j), max(i, j))
                    sums[pair] = sums.get(pair, 0.0) + score * size_i * size_j
    state = _State(units, veto)
    edges = ((i, j, sums[i, j]) for i, j in sorted(sums))
    return average_linkage(
        [len(unit.normals) for unit in units], edges, cut=cut, may_join=state.may_join, on_join=state.on_join
    )


class _State:
    """What the groups hold while they grow: tags, projects, refusals; groups are known by their lowest unit."""

    def __init__(self, units: Sequence[Unit], veto: Veto) -> None:
        self._veto = veto
        self._tags = [{veto.number(shape.tags) for shape in unit.shapes} for unit in units]
        self._projects = [set(unit.projects) for unit in units]
        self._fixed = [unit.fixed for unit in units]
        self._apart = [set(unit.apart) for unit in units]
        self._units: list[set[int]] = [{number} for number in range(len(units))]

    def may_join(self, a: int, b: int) -> bool:
        if self._fixed[a] and self._fixed[b]:
            return False
        if not self._projects[a].isdisjoint(self._projects[b]) or not self._apart[a].isdisjoint(self._units[b]):
            return False
        return not any(self._veto.between(x, y) for x in self._tags[a] for y in self._tags[b])

    def on_join(self, a: int, b: int) -> None:
        self._tags[a] |= self._tags[b]
        self._fixed[a] |= self._fixed[b]
        for sets in (self._projects, self._apart, self._units):
            small, large = sorted((sets[a], sets[b]), key=len)
            large |= small
            sets[a] = large
            sets[b] = set()


def _members(counts: Mapping[str, int], words: Vocabulary) -> dict[str, Member]:
    """Members by normalised name, in its order."""
    wordings: dict[str, list[tuple[str, int]]] = {}
    for printed, count in counts.items():
        wordings.setdefault(normalise_name(printed, words), []).append((printed, count))
    return {normal: _member(normal, wordings[normal]) for normal in sorted(wordings)}


def _member(normal: str, wordings: Iterable[tuple[str, int]]) -> Member:
    return Member(normal, tuple(sorted(wordings, key=lambda item: (-item[1], len(item[0]), item[0]))))


def _joined(old: Member | None, new: Member) -> Member:
    if old is None:
        return new
    counts = dict(old.names)
    for printed, count in new.names:
        counts[printed] = counts.get(printed, 0) + count
    return _member(new.normal, counts.items())


def _projects(listed: Iterable[Iterable[str]], words: Vocabulary) -> dict[str, set[int]]:
    """Normalised name → numbers of the projects that list it."""
    projects: dict[str, set[int]] = {}
    normals: dict[str, str] = {}
    for number, names in enumerate(listed):
        for name in names:
            if name not in normals:
                normals[name] = normalise_name(name, words)
            projects.setdefault(normals[name], set()).add(number)
    return projects


def _units(members: Mapping[str, Member], projects: Mapping[str, set[int]], words: Vocabulary) -> list[Unit]:
    """Names of one shape as one unit, unless a project lists two of them side by side."""
    shapes = _shapes(members, words)
    alike: dict[Shape, list[str]] = {}
    for normal, shape in shapes.items():
        alike.setdefault(shape, []).append(normal)
    units: list[Unit] = []
    for normals in alike.values():
        numbers = [number for normal in normals for number in projects.get(normal, ())]
        parts = [normals] if len(numbers) == len(set(numbers)) else [[normal] for normal in normals]
        units.extend(_unit(part, shapes, projects) for part in parts)
    return units


def _unit(normals: Iterable[str], shapes: Mapping[str, Shape], projects: Mapping[str, set[int]]) -> Unit:
    kept = tuple(sorted(normals))
    return Unit(
        normals=kept,
        shapes=tuple(shapes[normal] for normal in kept),
        projects=frozenset(number for normal in kept for number in projects.get(normal, ())),
    )


def _shapes(members: Mapping[str, Member], words: Vocabulary) -> dict[str, Shape]:
    return {normal: shape_of(member_form(member, words)) for normal, member in members.items()}


def member_form(member: Member, words: Vocabulary) -> NameForm:
    """The form of a member: of its longest wording, which has the 对 and the unit that shorter ones leave out."""
    return parse_name(max((printed for printed, _ in member.names), key=lambda name: (len(name), name)), words)


def _clustering(
    units: Sequence[Unit], groups: Sequence[Group], members: Mapping[str, Member], previous: Mapping[str, str]
) -> Clustering:
    normals = [sorted(normal for node in group.nodes for normal in units[node].normals) for group in groups]
    ids = assign_ids(normals, previous)
    clusters: list[Cluster] = []
    for cluster_id, names, group in zip(ids, normals, groups, strict=True):
        weakest = min(group.weakest, *(units[node].weakest for node in group.nodes))
        clusters.append(make_cluster(cluster_id, (members[normal] for normal in names), weakest=weakest))
    return Clustering(clusters=tuple(sorted(clusters, key=lambda cluster: cluster.id)))
