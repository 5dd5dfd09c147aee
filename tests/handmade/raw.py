"""Documents written cell by cell with the disorder of real files; each with its gold in the form of the other handmade ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.handmade.form import gold_to_records


@dataclass(frozen=True)
class Raw:
    """One file: what its disorder is, how it is written, what is in it."""

    id: str
    origin: str
    """The disorder, and where it is seen."""
    suffix: str
    write: Callable[[Path], None]
    gold: str

    def records(self) -> list[dict[str, str]]:
        """The gold as records."""
        return gold_to_records(self.gold)
