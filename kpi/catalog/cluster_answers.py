"""What a store tells about clusters (同类指标的答复): figures of one, and its wordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SORTS: Mapping[str, str] = {
    "cities": "城市最多",
    "count": "条数最多",
    "members": "名称最多",
    "weakest": "最松",
    "name": "按名称",
}
"""Orders of the list → what they put first."""


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """One cluster in figures."""

    id: str
    canonical: str
    category: str
    """The most frequent category of its rows."""
    cities: int
    count: int
    """Rows."""
    members: int
    """Different normalised names."""
    wordings: int
    """Different names as printed."""
    weakest: float
    """Lowest average similarity (0–1) at which two parts of it met."""
    decided: bool
    """Whether a person's decision had a part in it (已改)."""

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values; the weakest link with four digits."""
        return {**asdict(self), "weakest": round(self.weakest, 4)}


@dataclass(frozen=True, slots=True)
class MemberSummary:
    """One wording of a cluster."""

    name: str
    """As printed."""
    normal: str
    count: int
    cities: tuple[str, ...]
    """Where it is used, in the order of their names."""
    likeness: float
    """Average similarity (0–1) to the other normalised names of the cluster, 1 for a lone one: the lowest is the first to
    look at when a cluster holds too much."""


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """One cluster with its wordings, most frequent first."""

    summary: ClusterSummary
    names: tuple[MemberSummary, ...]
    cities: tuple[tuple[str, int], ...]
    """City → rows, most first."""
    categories: tuple[tuple[str, int], ...]
    """Category → rows, most first."""

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            **self.summary.to_plain(),
            "names": [
                {**asdict(item), "cities": list(item.cities), "likeness": round(item.likeness, 4)} for item in self.names
            ],
            "by_city": dict(self.cities), "by_category": dict(self.categories),
        }  # fmt: skip
