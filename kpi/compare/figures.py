"""Figures of one family of targets (统计): order statistics, distribution, rank and percentile."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpi.compare.strictness import LOWER

_MOST_DISTINCT = 12
"""Up to so many different values are counted one by one; more are counted in bins."""
_BINS = 10
LOG_SPAN = 1000.0
"""Positive values that span more than this factor get bins of equal ratio and a logarithmic axis (1 万元 beside 10 亿元)."""
_TOLERANCE = 1e-9
"""Relative difference below which two figures are one: 0.1 + 0.2 is not stricter than 0.3."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Values from `low` to `high` (both included; one value when equal) and how many there are."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Statistics in base units. Percentiles interpolate linearly between neighbours (as numpy and pandas do)."""

    n: int
    cities: int
    """Administrative bodies; one may have several values (several publications)."""
    median: float
    p10: float
    p90: float
    minimum: float
    maximum: float
    modes: tuple[float, ...]
    """The most frequent values; () when every value occurs once and there are several."""
    mode_count: int
    distribution: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a target stands: rank 1 is the strictest; percentile (0–100) is the share of values that are softer, equal
    ones counting half (50 = in the middle)."""

    rank: int
    percentile: float


def make_figures(values: Sequence[float], *, cities: int) -> Figures:
    """Figures of at least one value."""
    import numpy as np

    numbers = np.sort(np.asarray(values, np.float64))
    p10, median, p90 = (float(value) for value in np.percentile(numbers, [10, 50, 90]))
    counts = Counter(numbers.tolist())
    most = max(counts.values())
    modes = tuple(sorted(value for value, count in counts.items() if count == most))
    return Figures(
        n=len(numbers), cities=cities, median=median, p10=p10, p90=p90, minimum=float(numbers[0]), maximum=float(numbers[-1]),
        modes=modes if most > 1 or len(modes) == 1 else (), mode_count=most, distribution=_distribution(counts),
    )  # fmt: skip


def _distribution(counts: Counter[float]) -> tuple[Bin, ...]:
    import numpy as np

    if len(counts) <= _MOST_DISTINCT:
        return tuple(Bin(value, value, counts[value]) for value in sorted(counts))
    values = np.array(list(counts.elements()))
    low, high = float(values.min()), float(values.max())
    wide = low > 0 and high / low > LOG_SPAN
    edges = np.geomspace(low, high, _BINS + 1) if wide else np.linspace(low, high, _BINS + 1)
    edges[0], edges[-1] = low, high  # rounding of the powers must not push the ends inwards
    binned, _ = np.histogram(values, edges)
    return tuple(
        Bin(float(low), float(high), int(count))
        for low, high, count in zip(edges[:-1], edges[1:], binned, strict=True)
    )  # fmt: skip


class Positions:
    """Ranks and percentiles among given values, each found by bisection."""

    def __init__(self, values: Iterable[float], direction: str) -> None:
        self._sorted = sorted(values)
        self._lower = direction == LOWER

    def of(self, value: float) -> Position:
        """Rank and percentile of a value, which may be among them; without a direction the highest has rank 1."""
        near = _TOLERANCE * max(1.0, abs(value))
        below = bisect_left(self._sorted, value - near)
        above = len(self._sorted) - bisect_right(self._sorted, value + near)
        stricter, softer = (below, above) if self._lower else (above, below)
        equal = len(self._sorted) - stricter - softer
        share = (softer + equal / 2) / len(self._sorted) if self._sorted else 0.5
        return Position(stricter + 1, round(100 * share, 1))
