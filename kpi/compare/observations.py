"""One target as it is compared (参比目标值): which family its number belongs to, where it stands, what it was printed as.

Only numbers of one family may meet in a figure: base units (元, %, 人) are families of their own, and so are changes
(较上年提高5%), dates, and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from kpi.model import OVERALL_SELF_EVALUATION, OVERALL_TARGETS
from kpi.targets.canonical import plain

LEVEL, CHANGE, DAY, WORDS, MISSING = "level", "change", "day", "words", "missing"

PROVINCIAL, PREFECTURAL, COUNTY, UNTOLD = "省级", "市级", "县级", "未注明"
ADMINISTRATIVE_LEVELS = (PREFECTURAL, COUNTY, PROVINCIAL, UNTOLD)
"""In the order of preference between equals."""

_DIRECTIONS = {"increase": "提高", "decrease": "下降"}
_OVERALL = frozenset({OVERALL_TARGETS, OVERALL_SELF_EVALUATION})
_CORRECTED = "corrected"


class Family(NamedTuple):
    """What a number may be compared with: the sort of target and its base unit; of a change also which way."""

    sort: str
    unit: str = ""
    direction: str = ""

    @property
    def title(self) -> str:
        """For people: `%`, `元`, `变化（提高，%）`, `日期`, `文字表述`."""
        if self.sort == LEVEL:
            return self.unit or "无单位"
        if self.sort == CHANGE:
            return f"变化（{_DIRECTIONS.get(self.direction, '方向不明')}，{self.unit or '无单位'}）"
        return {DAY: "日期", WORDS: "文字表述"}.get(self.sort, "无指标值")

    @property
    def numeric(self) -> bool:
        """Whether figures can be made of it."""
        return self.sort in (LEVEL, CHANGE, DAY)


class Place(NamedTuple):
    """The administrative body: names as in the record, "" where unknown."""

    province: str
    city: str
    county: str

    @property
    def title(self) -> str:
        """The name that people call it by."""
        return self.county or self.city or self.province or "未注明"

    @property
    def level(self) -> str:
        """省级, 市级, 县级; a city-state's own departments are 省级."""
        if self.county:
            return COUNTY
        if self.city and self.city != self.province:
            return PREFECTURAL
        return PROVINCIAL if self.province or self.city else UNTOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One indicator row as far as comparison needs it; the rest is in the record of `id`."""

    id: str
    cluster: str = ""
    name: str = ""
    place: Place
    department: str = ""
    year: int | None = None
    table: str = ""
    period: str = ""
    project: str = ""
    target: str = ""
    kind: str = ""
    comparator: str = ""
    family: Family
    low: float | None = None
    """The number, a range's lower end; of a date the day of the record's year, 1 = 1 January."""
    high: float | None = None
    """A range's upper end."""
    actual: str = ""
    level1: str = ""
    level2: str = ""
    category: str = ""
    unit: str = ""
    printed: str = ""
    """The figure without comparator and unit: `90`, `60–80`; "" where there is none. With `unit`, which a name or level
    may have completed (`0.8万` of a cost is 0.8 万元, `0.95` of a rate 95 %), it says the whole."""
    description: str = ""
    document: str = ""
    page: int | None = None
    publication: str = ""
    """Rows of one publication (公开件) share it."""
    corrected: bool = False

    @property
    def overall(self) -> bool:
        """Whether the row is of a whole department (整体) and not of a project."""
        return self.table in _OVERALL


def record_to_observation(record: Mapping[str, Any], *, cluster: str = "", publication: str = "") -> Observation:
    """An observation of a record (see `kpi.model.indicator_to_record`).

    Args:
        record: the record.
        cluster: id of its cluster.
        publication: what tells its publication from others; document, table kind and year when "".
    """
    family, low, high = _measure(record)
    printed, unit = _printed(record)
    kept = (
        "id", "name", "department", "year", "table", "period", "project", "target", "kind", "comparator", "actual", "level1",
        "level2", "category", "description", "document", "page",
    )  # fmt: skip
    return Observation(
        **{name: record[name] for name in kept},
        cluster=cluster, family=family, low=low, high=high,
        place=Place(record["province"], record["city"], record["county"]),
        publication=publication or f"{record['path']} {record['table']} {record['year']}",
        printed=printed, unit=unit,
        corrected=_CORRECTED in record["warnings"],
    )  # fmt: skip


def _measure(record: Mapping[str, Any]) -> tuple[Family, float | None, float | None]:
    """Family and number of a record's target."""
    kind, value = record["kind"], _number(record["base_value"])
    if kind == "deadline" and record["date_end"]:
        return Family(DAY), float(day_of_year(date.fromisoformat(record["date_end"]), record["year"])), None
    if kind == "relative" and value is not None:
        return Family(CHANGE, record["base_unit"], record["direction"]), value, _number(record["base_upper"])
    if kind in ("numeric", "range") and value is not None:
        return Family(LEVEL, record["base_unit"]), value, _number(record["base_upper"])
    return (Family(WORDS) if record["target"].strip() else Family(MISSING)), None, None


def _printed(record: Mapping[str, Any]) -> tuple[str, str]:
    """The figure and its unit as the record prints them, in base values where the implied unit is another one."""
    from kpi.targets import find_unit, to_base

    def words(first: str, second: str) -> str:
        return "–".join(plain(Decimal(record[name])) for name in (first, second) if record[name] is not None)

    unit, implied = record["unit"], record["implied_unit"]
    if implied and record["value"] is not None and record["base_value"] is not None:
        known = find_unit(implied)
        if known is not None and to_base(Decimal(record["value"]), known) == Decimal(record["base_value"]):
            return words("value", "upper"), implied
        if not unit:
            return words("base_value", "base_upper"), record["base_unit"]
    return words("value", "upper"), unit


def _number(text: str | None) -> float | None:
    return None if text is None else float(Decimal(text))


def day_of_year(day: date, year: int | None) -> int:
    """Days from 1 January of `year` (1 = that day), so that deadlines of different years compare; its own year if None."""
    return (day - date(year if year is not None else day.year, 1, 1)).days + 1
