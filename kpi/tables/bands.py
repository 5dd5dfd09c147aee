"""What a header says about the table under it (版面): bands of columns that print one indicator a row, and the columns they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.model import ANNUAL


@dataclass(frozen=True, slots=True)
class Band:
    """A set of columns that prints one indicator a row: a 成本指标 group, a period, or the whole table."""

    columns: Mapping[str, tuple[int, ...]]
    """Role → columns, from left to right."""
    level1: str = ""
    level2: str = ""
    periods: tuple[str, ...] = (ANNUAL,)
    """One period a target column."""
    crosswise: bool = False
    """One column holds the indicator; its name stands in the header or before the value in each cell."""
    printed: str = ""
    """The indicator's name where the header prints it."""
    shared_out: bool = False
    """One of several columns of places that share one name; a blank means that the place has no part in it."""
    unit: str = ""
    """The place whose values these are."""

    @property
    def name(self) -> int:
        """Column of the 三级指标."""
        return self.columns["name"][0]

    @property
    def targets(self) -> tuple[int, ...]:
        """Columns of the 指标值; one a period where several are printed."""
        return self.columns.get("target") or self.columns.get("grade_best") or ()


@dataclass(frozen=True, slots=True)
class Layout:
    """What a header says about the table under it."""

    id: str
    roles: tuple[str, ...]
    titles: tuple[str, ...]
    """Header text of each column, upper rows first, joined with `/`."""
    bands: tuple[Band, ...]
    shared: Mapping[str, tuple[int, ...]]
    groups: tuple[range, ...]
    """Grid columns of each column: a header cell over two grid columns heads one."""
    height: int
    score: float
    because: tuple[str, ...]

    def columns(self, *roles: str) -> tuple[int, ...]:
        """All shared columns of these roles, left to right."""
        return tuple(sorted(column for role in roles for column in self.shared.get(role, ())))
