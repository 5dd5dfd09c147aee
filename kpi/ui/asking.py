"""What a person asks for on the search page (检索条件): read from the address, turned into a query and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi.ui import address

if TYPE_CHECKING:
    from kpi.query import NumberRange, Query

FACETS: Mapping[str, str] = {
    "province": "省份", "city": "城市", "year": "年度", "department": "部门", "level1": "一级指标", "category": "类别",
    "unit": "计量单位", "kind": "定量／定性", "comparator": "比较符",
}  # fmt: skip
"""Fields that can be chosen at the side, in their order there."""

FILTERS: Mapping[str, str] = {
    **FACETS,
    "project": "项目",
    "unit_name": "预算单位",
    "level2": "二级指标",
    "name": "三级指标",
    "cluster": "同类指标",
}
"""Fields that an address may filter by: the side's, and what links of other pages use."""

SORTS: Mapping[str, str] = {
    "": "按相关度", "-year": "年度从新到旧", "-base_value": "数值从高到低", "base_value": "数值从低到高", "-budget": "预算从高到低",
    "city": "按城市", "name": "按指标名称",
}  # fmt: skip
SIZES = (20, 50, 100)
_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of the search page."""

    words: str
    filters: Mapping[str, tuple[str, ...]]
    low: float | None
    high: float | None
    sort: str
    page: int
    size: int
    copies: bool

    @property
    def offset(self) -> int:
        """Hits before this page."""
        return (self.page - 1) * self.size

    @property
    def single_unit(self) -> bool:
        """Whether one unit is chosen, so that its numbers can be compared."""
        return len(self.filters.get("unit", ())) == 1 and bool(self.filters["unit"][0])

    def query(self, base_unit: str = "") -> Query:
        """The words as a query, with the range of base values in `base_unit` where one is asked for.

        Raises:
            UsageError: the words cannot be understood.
        """
        from kpi.query import parse_query

        query = parse_query(self.words)
        wanted = value_range(self.low, self.high, base_unit)
        return query.where(wanted) if wanted is not None else query


def value_range(low: float | None, high: float | None, base_unit: str) -> NumberRange | None:
    """A condition on base values in their unit; None when nothing is asked or there is no unit."""
    if not base_unit or (low is None and high is None):
        return None
    from kpi.query import NumberRange, Quantity

    def end(value: float | None) -> Quantity | None:
        if value is None:
            return None
        number = Decimal(str(value))
        return Quantity(number, base_unit, number, base_unit)

    return NumberRange("value", end(low), end(high))


def read_asked() -> Asked:
    """The state that the address holds; what makes no sense falls back to the default."""
    filters = {name: tuple(address.texts(name)) for name in FILTERS}
    return Asked(
        words=address.text("q").strip(),
        filters={name: values for name, values in filters.items() if values},
        low=address.number("min"), high=address.number("max"),
        sort=address.choice("sort", list(SORTS)),
        page=address.whole(address.PAGE, 1, low=1, high=_PAGES),
        size=address.whole("size", SIZES[0], low=1, high=SIZES[-1]) if address.text("size") in map(str, SIZES) else SIZES[0],
        copies=address.text("copies") == "1",
    )  # fmt: skip
