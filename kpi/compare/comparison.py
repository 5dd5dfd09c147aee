"""Comparable rows → figures (比较): one set a cluster and family, with each target's place in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kpi.compare.actuals import Outcome, find_outcomes
from kpi.compare.figures import Figures, Position, Positions, make_figures
from kpi.compare.observations import MISSING, WORDS, Family, Observation, Place
from kpi.compare.references import ReferenceTarget
from kpi.compare.rules import (
    BY_YEAR,
    CITY,
    DEPARTMENT,
    EACH,
    GROUPS,
    MIDDLE,
    PROJECT,
    Comparable,
    Left,
    Rule,
    choose_comparable,
    stand_in,
    value_of,
)
from kpi.compare.strictness import Strictness, find_strictness
from kpi.compare.years import Change, find_changes
from kpi.errors import UsageError


class ClusterName(NamedTuple):
    """A cluster that is compared: id, canonical name, and its members' wordings, most frequent first."""

    id: str
    name: str
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """One target and where it stands among the values of its set."""

    observation: Observation
    value: float
    group: str
    position: Position
    chosen: bool
    """Whether its value counts in the figures; the others are rows that it stands for."""
    rows: int = 1
    """How many rows the value stands for."""
    opposes: bool = False
    """Its comparator points against the set's direction: a ceiling among floors."""


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one city, department, year or project, see `Comparison.by`."""

    title: str
    figures: Figures
    rows: int
    typical: Observation
    """The target that stands for the group: of several values the middle one (the lower of two)."""
    value: float
    position: Position
    """Among the groups."""


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """The targets of one cluster and one family: all numbers in it may be set side by side."""

    cluster: ClusterName
    family: Family
    strictness: Strictness
    figures: Figures
    groups: tuple[Group, ...]
    """Strictest first."""
    targets: tuple[Ranked, ...]
    """Every row, strictest first."""

    @property
    def chosen(self) -> tuple[Ranked, ...]:
        """The targets whose values count."""
        return tuple(target for target in self.targets if target.chosen)


@dataclass(frozen=True, slots=True)
class Wording:
    """A target in words (定性), how many rows and bodies say it, and an example."""

    text: str
    rows: int
    cities: int
    example: Observation


@dataclass(frozen=True, slots=True)
class WordGroup:
    """What one city, department, year or project says most often in words, in how many rows."""

    title: str
    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class Words:
    """Targets without a number of one cluster."""

    cluster: ClusterName
    rows: int
    cities: int
    share: float
    """Share of all comparable rows with a target, 0–1."""
    wordings: tuple[Wording, ...]
    groups: tuple[WordGroup, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What `compare` found."""

    clusters: tuple[ClusterName, ...]
    by: str
    rule: tuple[str, ...]
    """The rule in words, a part a line."""
    left_out: tuple[Left, ...]
    sets: tuple[ComparedSet, ...]
    """Of each cluster the family with most bodies first."""
    words: tuple[Words, ...]
    missing: int
    """Comparable rows without any target."""
    changes: tuple[Change, ...]
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    references: tuple[ReferenceTarget, ...] = ()
    """Rows of reference libraries (参考指标库) for the same indicators, see `kpi.library`."""

    @property
    def rows(self) -> int:
        """Comparable rows, with or without a target."""
        return sum(len(item.targets) for item in self.sets) + sum(item.rows for item in self.words) + self.missing


def compare_observations(
    observations: Sequence[Observation],
    clusters: Sequence[ClusterName],
    *,
    by: str = CITY,
    rule: Rule | None = None,
    notes: Iterable[str] = (),
    references: Iterable[ReferenceTarget] = (),
) -> Comparison:
    """Compare the targets of clusters.

    Args:
        observations: rows of the clusters, each publication once.
        clusters: what is compared; `Observation.cluster` is one of their ids.
        by: `city`, `department`, `year` or `project`.
        rule: what is comparable, see `Rule`.
        notes: told with the result.
        references: rows of libraries for the same indicators; they are shown beside and count in no figure.

    Raises:
        UsageError: `by` is none of the four.
    """
    if by not in GROUPS:
        raise UsageError("不能按此分组", found=by, advice=f"可用：{'、'.join(GROUPS)}")
    rule = rule or Rule()
    comparable = choose_comparable(observations, rule, by=by)
    sets, words = [], []
    for cluster in clusters:
        own = [row for row in comparable.observations if row.cluster == cluster.id]
        families = Counter(row.family for row in own)
        told = [_compared(cluster, family, own, by, rule) for family in families if family.numeric]
        sets += sorted(told, key=lambda item: (-item.figures.cities, -item.figures.n, item.family))
        words += _words(cluster, own, by)
    return Comparison(
        clusters=tuple(clusters), by=by, rule=comparable.told, left_out=comparable.left_out, sets=tuple(sets),
        words=tuple(words), missing=sum(row.family.sort == MISSING for row in comparable.observations),
        changes=find_changes(observations, rule), outcomes=find_outcomes(observations),
        notes=(*notes, *_family_notes(sets)), references=tuple(references),
    )  # fmt: skip


def _compared(
    cluster: ClusterName, family: Family, rows: Iterable[Observation], by: str, rule: Rule
) -> ComparedSet:  # fmt: skip
    own = [row for row in rows if row.family == family]
    strictness = strictness_of(cluster, family, own)
    group_of = group_title(by, own)
    stood_for: dict[object, list[Observation]] = {}
    for row in own:
        stood_for.setdefault(row.id if rule.value == EACH else _value_key(row, by), []).append(row)
    chosen = {
        stand_in(members, strictness, rule.value).id: len(members)
        for members in stood_for.values()
    }  # fmt: skip
    values = [value_of(row, strictness) for row in own if row.id in chosen]
    positions = Positions(values, strictness.direction)
    targets = [
        Ranked(
            row, value_of(row, strictness), group_of(row), positions.of(value_of(row, strictness)), row.id in chosen,
            chosen.get(row.id, 1), strictness.opposes(row.comparator),
        )
        for row in own
    ]  # fmt: skip
    targets.sort(key=lambda item: (item.position.rank, not item.chosen, item.group, item.observation.id))
    places = {item.observation.place for item in targets if item.chosen}
    return ComparedSet(
        cluster, family, strictness, make_figures(values, cities=len(places)),
        _groups(targets, strictness), tuple(targets),
    )  # fmt: skip


def strictness_of(cluster: ClusterName, family: Family, rows: Iterable[Observation]) -> Strictness:
    """Direction of strictness of a cluster's targets of one family."""
    return find_strictness(family, (row.comparator for row in rows), (*cluster.wordings, cluster.name))


def _value_key(row: Observation, by: str) -> tuple[object, ...]:
    """What has one value: a body's publication; a department's or project's in it when these are compared."""
    own = {DEPARTMENT: row.department, PROJECT: (row.department, row.project)}.get(by, "")
    return row.place, row.publication, own


def group_title(by: str, rows: Iterable[Observation]) -> Callable[[Observation], str]:
    """Titles of groups; places of one name (鼓楼区) get their city or province in front."""
    if by == BY_YEAR:
        return lambda row: "未注明" if row.year is None else str(row.year)
    if by == PROJECT:
        return lambda row: f"{row.place.title} {row.project or '（部门整体）'}"
    shared = {
        title for title, count in Counter(place.title for place in {row.place for row in rows}).items() if count > 1
    }

    def city(row: Observation) -> str:
        return _full_title(row.place) if row.place.title in shared else row.place.title

    if by == DEPARTMENT:
        return lambda row: (
            row.department if row.department.startswith(row.place.title) else f"{city(row)} {row.department}"
        )
    return city


def _full_title(place: Place) -> str:
    above = place.city if place.county else place.province
    return f"{above}{place.title}" if above != place.title else place.title


def _groups(targets: Sequence[Ranked], strictness: Strictness) -> tuple[Group, ...]:
    members: dict[str, list[Ranked]] = {}
    for target in targets:
        members.setdefault(target.group, []).append(target)
    chosen = {title: [target for target in own if target.chosen] for title, own in members.items()}
    typical = {
        title: stand_in([target.observation for target in own], strictness, MIDDLE) for title, own in chosen.items()
    }
    values = {title: value_of(row, strictness) for title, row in typical.items()}
    positions = Positions(values.values(), strictness.direction)
    groups = [
        Group(
            title,
            make_figures(
                [target.value for target in chosen[title]],
                cities=len({target.observation.place for target in chosen[title]}),
            ),
            len(own),
            typical[title],
            values[title],
            positions.of(values[title]),
        )
        for title, own in members.items()
    ]
    return tuple(sorted(groups, key=lambda group: (group.position.rank, group.title)))


def _words(cluster: ClusterName, rows: Sequence[Observation], by: str) -> list[Words]:
    told = [row for row in rows if row.family.sort == WORDS]
    if not told:
        return []
    with_target = sum(row.family.sort != MISSING for row in rows)
    group_of = group_title(by, told)
    texts: dict[str, list[Observation]] = {}
    groups: dict[str, Counter[str]] = {}
    for row in told:
        texts.setdefault(row.target, []).append(row)
        groups.setdefault(group_of(row), Counter())[row.target] += 1
    wordings = [Wording(text, len(own), len({row.place for row in own}), own[0]) for text, own in texts.items()]
    wordings.sort(key=lambda item: (-item.cities, -item.rows, item.text))
    usual = [WordGroup(title, *counts.most_common(1)[0]) for title, counts in sorted(groups.items())]
    cities = len({row.place for row in told})
    return [Words(cluster, len(told), cities, len(told) / with_target, tuple(wordings), tuple(usual))]


def _family_notes(sets: Iterable[ComparedSet]) -> list[str]:
    titles: dict[ClusterName, list[str]] = {}
    notes = []
    for item in sets:
        titles.setdefault(item.cluster, []).append(item.family.title)
        opposed = sum(target.opposes for target in item.targets)
        if opposed:
            notes.append(f"{item.cluster.name}：{opposed} 条的比较符与多数相反（标 ↔），名次仅供参考")
    notes += [
        f"{cluster.name}：单位不同，分为 {len(own)} 组各自比较（{'、'.join(own)}）" for cluster, own in titles.items() if len(own) > 1
    ]  # fmt: skip
    return notes


__all__ = [
    "ClusterName", "Comparable", "ComparedSet", "Comparison", "Group", "Ranked", "Wording", "Words", "compare_observations",
]  # fmt: skip
