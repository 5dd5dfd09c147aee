"""Rows as they stand in an exported text, and rows whose cells stand in their proper columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

NOWHERE = -1
"""Position of a cell in a style that prints no empty cells."""

DRIFT = "column_drift_repaired"
CUT = "joined_over_page"


class Placed(NamedTuple):
    """A non-empty cell and its printed position (0-based), `NOWHERE` when the style does not tell."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """The non-empty cells of one printed row."""

    cells: tuple[Placed, ...]
    page_start: bool = False
    """Whether a page may end right above the row: a blank line, a repeated title or header."""

    @property
    def texts(self) -> list[str]:
        """The texts of the cells in order."""
        return [cell.text for cell in self.cells]


@dataclass(slots=True)
class GridRow:
    """One row of the restored grid: column → text. Mutable while rows are being joined."""

    texts: dict[int, str] = field(default_factory=dict)
    warnings: set[str] = field(default_factory=set)
    page_start: bool = False
    """As `RawRow.page_start`."""

    def append(self, column: int, text: str) -> None:
        """Put a text into a column, after what already stands there."""
        self.texts[column] = self.texts.get(column, "") + text
