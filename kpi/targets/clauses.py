"""Clauses (分句): what one figure or date of a cell says, and how two of them are one quantity."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from kpi.targets.dates import Deadline
from kpi.targets.tokens import Token
from kpi.targets.units import NO_UNIT, Unit, per_unit, to_base

LOWER = ("≥", ">")
UPPER = ("≤", "<")
# Periods that make a rate of the count that follows (一年两次).
_PERIODS = frozenset(("年", "个月", "月", "周", "天", "日", "学期", "学年", "季度", "旬", "星期"))
# Roles that may stand between two bounds of one range (≥90%且≤100%).
_BETWEEN_BOUNDS = frozenset(("and", "separator", "before", "mark"))


@dataclass(slots=True)
class Clause:
    """One figure (or date) of a cell: `[start, end)` of the cleaned text, and what was said about it."""

    start: int
    end: int
    comparator: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    unit: Unit = NO_UNIT
    high_unit: Unit | None = None
    per: tuple[str, ...] = ()
    approximate: bool = False
    direction: str = ""
    baseline: str = ""
    is_change: bool = False
    compared: str = ""
    """What stands between the comparison and the figure (高于全省平均水平5个百分点)."""
    deadline: Deadline | None = None
    marked: bool = False
    """A word or mark of comparison stood before it."""
    closes: bool = True
    """Nothing but a known word follows the figure: it was not cut out of a sentence."""


@dataclass(slots=True)
class Parse:
    """All clauses of a cell in order, the stretches with numbers that no rule could read, and those inside names."""

    clauses: list[Clause] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)
    named: list[tuple[int, int]] = field(default_factory=list)


def _roles_between(tokens: list[Token], start: int, end: int) -> list[str]:
    return [token.role for token in tokens if token.start >= start and token.end <= end]


def join_periods(clauses: list[Clause], tokens: list[Token]) -> list[Clause]:
    """一年两次, 2年1次, 一周不少于56小时: a bare period right before a count is the denominator of its rate."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.low is not None
            and before.high is None
            and not before.comparator
            and before.unit.text in _PERIODS
            and clause.low is not None
            and (clause.unit.family == "count" or (clause.unit.family == "duration" and before.low == 1))
            and set(_roles_between(tokens, before.end, clause.end)) <= {"before", "mark", "number", "unit", "after"}
            and clause.start == before.end
        ):
            clause.per = (_period(before.low, before.unit.text), *clause.per)
            clause.start = before.start
            joined[-1] = clause
        else:
            joined.append(clause)
    return joined


def _period(count: Decimal, word: str) -> str:
    short = "月" if word == "个月" else word
    if count == 1:
        return short
    return f"半{short}" if count == Decimal("0.5") else f"{count}{word}"


def join_bounds(clauses: list[Clause], tokens: list[Token]) -> list[Clause]:
    """≥90%且≤100%, 10≤x≤20: two bounds of one quantity are a range."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if before is not None and _are_bounds(before, clause, tokens):
            first, second = (before, clause) if before.comparator in LOWER else (clause, before)
            before.low, before.high = first.low, second.low
            before.unit, before.high_unit = first.unit, second.unit
            before.comparator, before.end = "in", clause.end
        else:
            joined.append(clause)
    return joined


def _are_bounds(first: Clause, second: Clause, tokens: list[Token]) -> bool:
    if first.low is None or second.low is None or first.high is not None or second.high is not None:
        return False
    opposite = (first.comparator in LOWER and second.comparator in UPPER) or (
        first.comparator in UPPER and second.comparator in LOWER
    )
    same_unit = first.unit.base == second.unit.base or NO_UNIT in (first.unit, second.unit)
    if not opposite or not same_unit:
        return False
    low, high = (first, second) if first.comparator in LOWER else (second, first)
    if low.low is None or high.low is None or to_base(low.low, low.unit) > to_base(high.low, high.unit):
        return False
    between = _roles_between(tokens, first.end, second.end)
    separated = "separator" in between
    allowed = _BETWEEN_BOUNDS | {"number", "unit", "after", "group"} | (set() if separated else {"words"})
    return set(between) <= allowed


def clause_unit(clause: Clause) -> Unit:
    """The clause's unit with the denominators that were said before it (每季度1次 → 次/季度)."""
    unit = clause.high_unit if clause.unit is NO_UNIT and clause.high_unit is not None else clause.unit
    return per_unit(unit, clause.per) if clause.per else unit
