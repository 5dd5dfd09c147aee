"""How templates print the levels: with points, spaced or vertical letters, other words; the gold has them as printed.

The gold keeps additions such as （50分） because `level1` is "as printed, without inner spaces"; whoever compares may
take them off both sides with `without_points`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

POINTS = {"产出指标": "50", "成本指标": "20", "效益指标": "30", "满意度指标": "10"}


def without_points(level: str) -> str:
    """产出指标（50分） → 产出指标."""
    return re.sub(r"[（(]\d+分?[）)]$", "", level)


@dataclass(frozen=True)
class LevelStyle:
    """One template's manner: `points`, `spaced`, `stacked` (a letter a line by line breaks), `vertical` (text direction)."""

    manner: str = ""
    benefit: str = "效益指标"

    def word(self, level1: str) -> str:
        """The level without decoration of letters: what the gold holds."""
        word = self.benefit if level1 == "效益指标" else level1
        return f"{word}（{POINTS[level1]}分）" if self.manner == "points" and level1 in POINTS else word

    def printed(self, level1: str) -> str:
        word = self.word(level1)
        if self.manner == "spaced":
            return " ".join(word)
        if self.manner == "stacked":
            return "\n".join(word)
        if self.manner == "points":
            return word.replace("（", "\n（")
        return word

    @property
    def vertical(self) -> bool:
        return self.manner == "vertical"


def draw_level_style(rng: random.Random) -> LevelStyle:
    manner = rng.choice(["", "", "", "points", "spaced", "stacked", "vertical"])
    return LevelStyle(manner, "效果指标" if rng.random() < 0.08 else "效益指标")
