"""Year on year (年度变化): what the same department set for the same indicator in consecutive years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpi.compare.observations import Family, Observation, Place
from kpi.compare.rules import MIDDLE, SOFTEST, STRICTEST, Rule, stand_in, value_of
from kpi.compare.strictness import LOWER, UNKNOWN, find_strictness

TIGHTER, LOOSER, SAME, CHANGED = "收紧", "放宽", "不变", "变化"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A department's target in two years; `difference` is after − before in base units (days for deadlines)."""

    cluster: str
    family: Family
    place: Place
    department: str
    before: Observation
    after: Observation
    value_before: float
    value_after: float
    verdict: str
    """收紧, 放宽, 不变; 变化 where the direction of strictness is unknown."""

    @property
    def difference(self) -> float:
        """After − before, in base units."""
        return self.value_after - self.value_before


def find_changes(observations: Iterable[Observation], rule: Rule) -> tuple[Change, ...]:
    """Changes between each pair of consecutive years that a department printed.

    Only targets of one sort of table are set side by side: whole departments (整体) with whole departments, projects with
    projects; plans and self-evaluations state the same targets. One value a year, see `Rule.value`.
    """
    bodies: dict[tuple[object, ...], list[Observation]] = {}
    for row in observations:
        if row.family.numeric and row.year is not None:
            key = row.cluster, row.family, row.place, row.department, row.overall, row.period
            bodies.setdefault(key, []).append(row)
    changes = []
    for rows in bodies.values():
        years = sorted({row.year for row in rows if row.year is not None})
        if len(years) < 2:
            continue
        strictness = find_strictness(rows[0].family, (row.comparator for row in rows), [rows[0].name])
        wanted = rule.value if rule.value in (STRICTEST, SOFTEST) else MIDDLE
        chosen = [stand_in([row for row in rows if row.year == year], strictness, wanted) for year in years]
        values = [value_of(row, strictness) for row in chosen]
        changes += [
            _change(chosen[n : n + 2], values[n : n + 2], strictness.direction) for n in range(len(chosen) - 1)
        ]  # fmt: skip
    changes.sort(key=lambda item: (item.cluster, item.place, item.department, item.after.year or 0, item.family))
    return tuple(changes)


def _change(pair: Sequence[Observation], values: Sequence[float], direction: str) -> Change:
    (before, after), (old, new) = pair, values
    if old == new:
        verdict = SAME
    elif direction == UNKNOWN:
        verdict = CHANGED
    else:
        verdict = TIGHTER if (new > old) != (direction == LOWER) else LOOSER
    return Change(
        cluster=after.cluster, family=after.family, place=after.place, department=after.department, before=before, after=after,
        value_before=old, value_after=new, verdict=verdict,
    )  # fmt: skip
