"""The folded texts of a kind in memory: one string, cut by offsets (150,000 names take 6 MB)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Texts:
    """Folded texts by number; each is followed by a line end, which no folded text holds."""

    def __init__(self, folded: Path, printed: Path) -> None:
        self._joined = joined = folded.read_bytes().decode()
        self._printed = printed
        codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        self._ends = np.flatnonzero(codes == ord("\n"))
        self._starts = np.concatenate(([0], self._ends[:-1] + 1)) if len(self._ends) else self._ends
        self.lengths: NDArray[np.float32] = (self._ends - self._starts).astype(np.float32)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        return self._joined[self._starts[number] : self._ends[number]]

    def printed(self, number: int) -> str:
        """The text as printed, without spaces; read when asked, for the few texts that fold to the same."""
        return self._printed_lines[number]

    @cached_property
    def _printed_lines(self) -> list[str]:
        return self._printed.read_bytes().decode().split("\n")

    def having(self, numbers: NDArray[np.int32], parts: tuple[str, ...]) -> NDArray[np.int32]:
        """Those of `numbers` whose text holds every one of `parts`."""
        joined, starts, ends = self._joined, self._starts[numbers].tolist(), self._ends[numbers].tolist()
        held = (
            all(joined.find(part, start, end) >= 0 for part in parts) for start, end in zip(starts, ends, strict=True)
        )
        kept: NDArray[np.int32] = numbers[np.fromiter(held, bool, len(numbers))]
        return kept

    def equal_to(self, text: str) -> list[int]:
        """The numbers of the texts that are `text`: several where they differ only in what folding takes away."""
        found: list[int] = []
        position = 0 if self._joined.startswith(f"{text}\n") else self._joined.find(f"\n{text}\n") + 1
        while position or (not found and self._joined.startswith(f"{text}\n")):
            found.append(int(np.searchsorted(self._starts, position)))
            position = self._joined.find(f"\n{text}\n", position + len(text)) + 1
        return found
