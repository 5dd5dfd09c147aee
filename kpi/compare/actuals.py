"""Target against actual (目标与实际) where self-evaluations print what was reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.compare.observations import CHANGE, DAY, LEVEL, Family, Observation, day_of_year
from kpi.compare.strictness import HIGHER, LOWER, find_strictness
from kpi.model import Target
from kpi.text import squeeze

MET, MISSED, UNTOLD = "达到", "未达到", "无法判断"
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of a self-evaluation: its target, what was reached (base units, None if not a number), and whether."""

    observation: Observation
    value: float | None
    reached: float | None
    verdict: str
    """达到, 未达到, 无法判断 (units differ, words, no number)."""


def find_outcomes(observations: Iterable[Observation]) -> tuple[Outcome, ...]:
    """Outcomes of all rows that print an actual value, by place, year and project."""
    rows = [row for row in observations if squeeze(row.actual)]
    rows.sort(key=lambda row: (row.place, row.department, row.year or 0, row.project, row.id))
    return tuple(_outcome(row) for row in rows)


def _outcome(row: Observation) -> Outcome:
    from kpi.targets import normalize

    actual = normalize(row.actual, name=row.name, level1=row.level1, year=row.year)
    reached = _reached(actual, row.family, row.year)
    if not row.family.numeric:
        same = squeeze(row.actual) == squeeze(row.target)
        return Outcome(row, None, None, MET if same else UNTOLD)
    if reached is None or row.low is None:
        return Outcome(row, row.low, reached, UNTOLD)
    return Outcome(row, row.low, reached, MET if _meets(row, reached) else MISSED)


def _reached(actual: Target, family: Family, year: int | None) -> float | None:
    """The actual figure if it is of the target's family."""
    if family.sort == DAY:
        return None if actual.date_end is None else float(day_of_year(actual.date_end, year))
    if actual.base_value is None or family.sort not in (LEVEL, CHANGE):
        return None
    if family.sort == CHANGE and (actual.kind != "relative" or actual.direction != family.direction):
        return None
    return float(actual.base_value) if actual.base_unit == family.unit else None


def _meets(row: Observation, reached: float) -> bool:
    low = row.low if row.low is not None else 0.0
    near = _TOLERANCE * max(1.0, abs(low))
    if row.family.sort == DAY:
        return reached <= low
    if row.high is not None:
        return low - near <= reached <= row.high + near
    if row.comparator in ("≥", ">"):
        return reached > low + near if row.comparator == ">" else reached >= low - near
    if row.comparator in ("≤", "<"):
        return reached < low - near if row.comparator == "<" else reached <= low + near
    # 100%, 2次: an exact figure; more than it is met where more is better.
    direction = find_strictness(row.family, (), [row.name]).direction
    beyond = {HIGHER: reached > low, LOWER: reached < low}.get(direction, False)
    return abs(reached - low) <= near or beyond
