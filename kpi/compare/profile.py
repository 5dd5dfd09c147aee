"""What is usual for one indicator (指标画像): where it is listed, its typical target, range, and examples with sources.

Everything here was printed somewhere: the typical target is a real one, the one in the middle of those that cities set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kpi.compare.comparison import ClusterName, strictness_of
from kpi.compare.figures import Figures, make_figures
from kpi.compare.observations import MISSING, WORDS, Family, Observation
from kpi.compare.projects import department_field, project_core
from kpi.compare.rules import MIDDLE, stand_in, value_of
from kpi.compare.strictness import Strictness
from kpi.compare.wording import figure_words
from kpi.model import CATEGORIES
from kpi.text import fold, squeeze

Value = TypeVar("Value")

OVERALL = "部门整体"
_PURPOSES = 3
"""Project types that a profile names."""
_EXAMPLES = 3
_ENOUGH_FOR_PERCENTILES = 10
"""Values from which the range is P10–P90 and no longer the smallest and the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One cluster as a catalogue shows it."""

    cluster: ClusterName
    category: str
    field: str
    """行业领域, by the departments' names."""
    purposes: tuple[str, ...]
    """资金用途/项目类型: what the projects are about, most frequent first."""
    level1: str
    level2: str
    explanation: str
    """指标解释 as printed somewhere, the most frequent; "" where none is."""
    family: Family
    strictness: Strictness | None
    typical: Observation
    figures: Figures | None
    """None for targets in words."""
    cities: int
    """Administrative bodies that use the indicator, in whatever unit."""
    rows: int
    projects: int
    """Different projects and departments that list it."""
    family_rows: int
    """Rows of the family that `typical` and `figures` are of."""
    examples: tuple[Observation, ...]
    """One a body, different bodies first."""

    @property
    def range_words(self) -> str:
        """The usual range for people: `85%–95%`; "" for words and for a single value."""
        if self.figures is None or self.figures.minimum == self.figures.maximum:
            return ""
        wide = self.figures.n >= _ENOUGH_FOR_PERCENTILES
        low, high = (self.figures.p10, self.figures.p90) if wide else (self.figures.minimum, self.figures.maximum)
        return f"{figure_words(low, self.family)}–{figure_words(high, self.family)}"

    @property
    def remark(self) -> str:
        """What the typical target leaves out."""
        others = self.rows - self.family_rows
        return f"另有 {others} 条为其他单位或文字表述" if others else ""


def make_profile(cluster: ClusterName, observations: Sequence[Observation]) -> Profile:
    """The profile of a cluster from at least one of its rows."""
    family = _usual_family(observations)
    own = [row for row in observations if row.family == family]
    chosen, strictness = _one_each(cluster, family, own)
    figures = None
    if strictness is not None:
        values = [value_of(row, strictness) for row in chosen]
        figures = make_figures(values, cities=len({row.place for row in own}))
    typical = stand_in(chosen, strictness, MIDDLE) if strictness is not None else _usual_words(own)
    level1, level2 = _usual_levels(observations)
    fields = (department_field(row.department, row.place) for row in observations if row.department)
    purposes = Counter(project_core(row.project) if row.project else OVERALL for row in observations)
    return Profile(
        cluster=cluster, category=_usual(row.category for row in observations), field=_usual(fields, ""),
        purposes=tuple(text for text, _ in purposes.most_common(_PURPOSES)), level1=level1, level2=level2,
        explanation=_usual((row.description for row in observations if _explains(row)), ""), family=family,
        strictness=strictness, typical=typical, figures=figures, cities=len({row.place for row in observations}),
        rows=len(observations), projects=len({(row.place, row.department, row.project) for row in observations}),
        family_rows=len(own), examples=_examples(typical, own),
    )  # fmt: skip


def by_category(profiles: Iterable[Profile]) -> list[Profile]:
    """In the order of categories, then the most widely used first."""
    order = {category: number for number, category in enumerate(CATEGORIES)}
    return sorted(
        profiles, key=lambda item: (order.get(item.category, len(order)), -item.cities, -item.projects, -item.rows, item.cluster.name)
    )  # fmt: skip


def _usual_family(rows: Iterable[Observation]) -> Family:
    """The family that most bodies use; a family without a target only where there is nothing else."""
    places: dict[Family, set[object]] = {}
    counts: Counter[Family] = Counter()
    for row in rows:
        places.setdefault(row.family, set()).add(row.place)
        counts[row.family] += 1
    return min(
        counts,
        key=lambda family: (
            family.sort == MISSING,
            -len(places[family]),
            -counts[family],
            family.sort == WORDS,
            family,
        ),
    )


def _usual_levels(rows: Sequence[Observation]) -> tuple[str, str]:
    """The most frequent pair of levels, of rows that print both where there are any."""
    pairs = [(row.level1, row.level2) for row in rows]
    return _usual([pair for pair in pairs if pair[1]] or pairs)


def _explains(row: Observation) -> bool:
    """Whether an explanation says more than the name does."""
    return bool(squeeze(row.description)) and fold(row.description) != fold(row.name)


def _one_each(
    cluster: ClusterName, family: Family, rows: Sequence[Observation]
) -> tuple[list[Observation], Strictness | None]:  # fmt: skip
    """One value a body and publication, as in a comparison; all rows of a family without numbers."""
    if not family.numeric:
        return list(rows), None
    strictness = strictness_of(cluster, family, rows)
    groups: dict[object, list[Observation]] = {}
    for row in rows:
        groups.setdefault((row.place, row.publication), []).append(row)
    return [stand_in(group, strictness, MIDDLE) for group in groups.values()], strictness


def _usual_words(rows: Sequence[Observation]) -> Observation:
    text = _usual(row.target for row in rows)
    return next(row for row in rows if row.target == text)


def _usual(values: Iterable[Value], default: Value | None = None) -> Value:
    counts = Counter(values)
    if not counts:
        assert default is not None  # noqa: S101 - callers without a default have values
        return default
    most = max(counts.values())
    return min((value for value, count in counts.items() if count == most), key=str)


def _examples(typical: Observation, rows: Sequence[Observation]) -> tuple[Observation, ...]:
    chosen = {typical.place: typical}
    for row in rows:
        chosen.setdefault(row.place, row)
        if len(chosen) == _EXAMPLES:
            break
    return tuple(chosen.values())
