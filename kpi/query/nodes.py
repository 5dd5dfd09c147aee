"""The query tree (查询树): frozen nodes, printable back to the text they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi.query.folding import fold_for_search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

TEXT_KINDS = ("name", "project", "department")
"""Where free words are looked for (三级指标, 项目名称, 部门), a word at a time."""

EQUAL, PREFIX, CONTAINS = "equal", "prefix", "contains"


@dataclass(frozen=True, slots=True)
class Word:
    """A word (词): all its parts or all its overlapping bigrams occur in one text of one of `kinds`."""

    text: str
    kinds: tuple[str, ...] = TEXT_KINDS


@dataclass(frozen=True, slots=True)
class Phrase:
    """An exact phrase (原文短语): the folded text occurs as it stands in one text of one of `kinds`."""

    text: str
    kinds: tuple[str, ...] = TEXT_KINDS


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A field of the record has a value; `match` is `equal`, `prefix` or `contains`.

    An empty value asks for records without one, of number and date fields too. Of `warnings` one code must match; flags
    are `true` and `false`.
    """

    field: str
    value: str
    match: str = EQUAL

    def matches(self, text: str | None) -> bool:
        """Whether one stored value meets the condition; both sides are folded (width, case, traditional)."""
        wanted, stored = fold_for_search(self.value), fold_for_search(text or "")
        if self.match == EQUAL or not wanted:
            return stored == wanted
        return stored.startswith(wanted) if self.match == PREFIX else wanted in stored


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit it was typed with; with a unit, `base_value` is in `base_unit` (1万元 → 10000 元)."""

    value: Decimal
    unit: str = ""
    base_value: Decimal | None = None
    base_unit: str = ""

    def __str__(self) -> str:
        return f"{self.value:f}{self.unit}"

    @property
    def compared(self) -> Decimal:
        """The number to compare with: the base value if a unit was typed, else the value."""
        return self.value if self.base_value is None else self.base_value


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A number lies between two ends (数值条件); None leaves an end open, `low_open` excludes the end itself.

    Without a unit it compares `field` as printed, whatever the unit of the row. With one it compares `column`
    (`base_value` for `value`) of the rows whose base unit is `base_unit`. A target that is itself a range (60–80%)
    must lie inside with both ends, see `mask`.
    """

    field: str
    low: Quantity | None = None
    high: Quantity | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def base_unit(self) -> str:
        """The unit that rows must have (元), "" for any; amounts of `budget` are all in 元."""
        if self.field == "budget":
            return ""
        return next((end.base_unit for end in (self.low, self.high) if end is not None), "")

    @property
    def column(self) -> str:
        """The column that is compared: `base_value` where a unit, or a scale alone (1万), was typed with `value`."""
        scaled = any(end is not None and end.unit for end in (self.low, self.high))
        return _BASE_COLUMNS.get(self.field, self.field) if scaled else self.field

    @property
    def upper_column(self) -> str:
        """The column with the upper end of a range target for `column`, "" where there is none."""
        return _UPPER_COLUMNS.get(self.column, "")

    def mask(self, values: Any, uppers: Any = None) -> Any:
        """Which rows lie inside, for float arrays with NaN for unknown; the test of `base_unit` is the caller's.

        `uppers` holds the upper ends of range targets; NaN there means the row is a single number.
        """
        found = values == values  # noqa: PLR0124 - not NaN
        tops = values if uppers is None else _where(uppers, values)
        if self.low is not None:
            low = float(self.low.compared)
            found = found & (values > low if self.low_open else values >= low)
        if self.high is not None:
            high = float(self.high.compared)
            found = found & (tops < high if self.high_open else tops <= high)
        return found


_BASE_COLUMNS = {"value": "base_value", "upper": "base_upper"}
_UPPER_COLUMNS = {"value": "upper", "base_value": "base_upper"}


def _where(uppers: Any, values: Any) -> Any:
    import numpy as np

    return np.where(np.isnan(uppers), values, uppers)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A date lies between two ends, both included unless `low_open` or `high_open`."""

    field: str
    low: date | None = None
    high: date | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Exclusion (排除)."""

    item: Node


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the items, two or more of them."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of the items, two or more of them."""

    items: tuple[Node, ...]


Leaf = Word | Phrase | FieldIs | NumberRange | DateRange
Node = Leaf | Not | Or | And


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of the order of hits; `field` is a record field or `relevance`."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `root` None means everything."""

    root: Node | None = None
    sort: tuple[SortKey, ...] = ()

    def __str__(self) -> str:
        from kpi.query.printing import query_to_text

        return query_to_text(self)

    def terms(self) -> tuple[Word | Phrase, ...]:
        """Words and phrases that hits are ranked by and highlighted with: those that are not excluded."""
        return tuple(leaf for leaf in leaves(self.root) if isinstance(leaf, (Word, Phrase)))

    def where(self, *conditions: Node) -> Query:
        """The same query with further conditions that must hold as well (filters of the command line, facets)."""
        items = [*_conjuncts(self.root), *(item for each in conditions for item in _conjuncts(each))]
        return Query(all_of(items), self.sort)


def all_of(items: list[Node]) -> Node | None:
    """`And` of the items; the item itself when it is alone; None for none."""
    return And(tuple(items)) if len(items) > 1 else items[0] if items else None


def any_of(items: list[Node]) -> Node | None:
    """`Or` of the items; the item itself when it is alone; None for none."""
    return Or(tuple(items)) if len(items) > 1 else items[0] if items else None


def _conjuncts(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.items if isinstance(node, And) else (node,)


def leaves(node: Node | None, *, excluded: bool = False) -> Iterator[Leaf]:
    """The leaves in their order that are (`excluded` False) asked for or (True) excluded."""
    stack: list[tuple[Node, bool]] = [] if node is None else [(node, False)]
    while stack:
        current, negated = stack.pop()
        if isinstance(current, Not):
            stack.append((current.item, not negated))
        elif isinstance(current, (And, Or)):
            stack.extend((item, negated) for item in reversed(current.items))
        elif negated == excluded:
            yield current
