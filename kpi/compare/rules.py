"""What may stand side by side (可比口径): one table kind, one period, one administrative level, one value a publication.

The rule is told with every comparison, with what it left out, and every part of it can be switched off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from kpi.compare.observations import ADMINISTRATIVE_LEVELS, Observation
from kpi.compare.strictness import LOWER, Strictness
from kpi.errors import UsageError
from kpi.model import ANNUAL, TABLE_KINDS, WHOLE_TERM

TABLE, PERIOD, ADMINISTRATIVE_LEVEL, YEAR = "table", "period", "level", "year"
PARTS = {TABLE: "表类型", PERIOD: "目标期间", ADMINISTRATIVE_LEVEL: "行政层级", YEAR: "年度"}

MIDDLE, STRICTEST, SOFTEST, EACH = "middle", "strictest", "softest", "each"
VALUES = {
    MIDDLE: "取中间的一条（偶数条时取两条中间值里数值较小的）",
    STRICTEST: "取最严的一条",
    SOFTEST: "取最宽的一条",
    EACH: "每条都计",
}
CITY, DEPARTMENT, BY_YEAR, PROJECT = "city", "department", "year", "project"
GROUPS = {CITY: "城市", DEPARTMENT: "部门", BY_YEAR: "年度", PROJECT: "项目"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a comparable set is made."""

    mix: frozenset[str] = frozenset()
    """Parts that are not restricted to one: `table`, `period`, `level`, `year`."""
    value: str = MIDDLE
    """Which target stands for a place in a publication: `middle`, `strictest`, `softest`, `each`."""

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            UsageError: an unknown part or value.
        """
        unknown = sorted(self.mix - set(PARTS))
        if unknown:
            raise UsageError("口径没有这一项", found="、".join(unknown), advice=f"可用：{'、'.join(PARTS)}")
        if self.value not in VALUES:
            raise UsageError("没有这种取值方法", found=self.value, advice=f"可用：{'、'.join(VALUES)}")


@dataclass(frozen=True, slots=True)
class Left:
    """Rows that a rule left out, and how to take them in."""

    reason: str
    count: int
    part: str


@dataclass(frozen=True, slots=True)
class Comparable:
    """What is left after the rule, the rule in words, and what it left out."""

    observations: tuple[Observation, ...]
    told: tuple[str, ...]
    left_out: tuple[Left, ...]


def choose_comparable(observations: Sequence[Observation], rule: Rule, *, by: str = CITY) -> Comparable:
    """Restrict rows to one table kind, period and administrative level, and each body to its latest year.

    Of each part the value is kept that most bodies have; between equals the order of `TABLE_KINDS`, 年度 before 实施期,
    市级 before 县级 before 省级. Compared by year, all years stay.
    """
    kept, told, left = list(observations), [], []
    parts: tuple[tuple[str, Callable[[Observation], str], Sequence[str]], ...] = (
        (TABLE, lambda row: row.table, TABLE_KINDS),
        (PERIOD, lambda row: row.period, (ANNUAL, WHOLE_TERM)),
        (ADMINISTRATIVE_LEVEL, lambda row: row.place.level, ADMINISTRATIVE_LEVELS),
    )
    for part, value_of, order in parts:
        values = Counter(map(value_of, kept))
        if part in rule.mix:
            told.append(f"{PARTS[part]}：不限（{'、'.join(_ordered(values, order))}）")
            continue
        chosen = _widest(kept, value_of, order)
        told.append(f"{PARTS[part]}：{chosen or '未注明'}")
        left += [
            Left(f"{PARTS[part]}为{value or '未注明'}", values[value], part)
            for value in _ordered(values, order) if value != chosen
        ]  # fmt: skip
        kept = [row for row in kept if value_of(row) == chosen]
    kept = _latest(kept, rule, by, told, left)
    unit = {DEPARTMENT: "每部门", PROJECT: "每项目"}.get(by, "每地")
    told.append(
        f"取值：{unit}每份公开件每类单位一个值，{VALUES[rule.value]}" if rule.value != EACH else "取值：每条都计"
    )
    return Comparable(tuple(kept), tuple(told), tuple(left))


def _widest(rows: Iterable[Observation], value_of: Callable[[Observation], str], order: Sequence[str]) -> str:
    """The value that most places have, then most rows, then the first in `order`."""
    places: dict[str, set[Hashable]] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        places.setdefault(value_of(row), set()).add(row.place)
        counts[value_of(row)] += 1
    ranked = _ordered(counts, order)
    return min(ranked, key=lambda value: (-len(places[value]), -counts[value], ranked.index(value)), default="")


def _ordered(values: Iterable[str], order: Sequence[str]) -> list[str]:
    return sorted(values, key=lambda value: (order.index(value) if value in order else len(order), value))


def _latest(rows: list[Observation], rule: Rule, by: str, told: list[str], left: list[Left]) -> list[Observation]:
    years = sorted({row.year for row in rows if row.year is not None})
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}" if years else "未注明"
    if by == BY_YEAR or YEAR in rule.mix:
        told.append(f"年度：全部（{span}）")
        return rows
    newest: dict[Hashable, int] = {}
    for row in rows:
        body = row.place, row.department
        newest[body] = max(newest.get(body, 0), row.year or 0)
    kept = [row for row in rows if (row.year or 0) == newest[row.place, row.department]]
    used = sorted({row.year for row in kept if row.year is not None})
    told.append(f"年度：各部门最近一年（{'、'.join(map(str, used)) or '未注明'}）")
    if len(kept) < len(rows):
        left.append(Left("较早年度（见年度变化）", len(rows) - len(kept), YEAR))
    return kept


def value_of(row: Observation, strictness: Strictness) -> float:
    """The number by which a row is compared: of a range the end that binds."""
    return strictness.binding(row.low if row.low is not None else 0.0, row.high)


def stand_in(rows: Sequence[Observation], strictness: Strictness, wanted: str) -> Observation:
    """The row that stands for several: the middle one (the lower of two), the strictest or the softest.

    Between equal values the row that comes first by document and page.
    """
    ordered = sorted(rows, key=lambda row: (value_of(row, strictness), row.document, row.page or 0, row.id))
    if wanted in (STRICTEST, SOFTEST):
        top = (wanted == STRICTEST) != (strictness.direction == LOWER)
        return next(
            row for row in ordered if value_of(row, strictness) == value_of(ordered[-1 if top else 0], strictness)
        )
    middle = value_of(ordered[(len(ordered) - 1) // 2], strictness)
    return next(row for row in ordered if value_of(row, strictness) == middle)
