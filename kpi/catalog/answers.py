"""What a search gives back (检索结果): hits, counts and where they come from; plain values for every face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi.catalog.counts import Facet, Histogram


@dataclass(frozen=True, slots=True)
class Copy:
    """Another document with the same publication: `relation` is `same` (other format) or `replaced` (older edition)."""

    document: str
    path: str
    sha256: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One indicator that was found. `highlights` are stretches `[start, end)` of the printed texts of fields."""

    record: Mapping[str, Any]
    """All record fields as `indicator_to_record` gives them."""
    row: int
    sha256: str
    project_index: int
    relevance: float = 0.0
    cluster: str = ""
    cluster_name: str = ""
    highlights: tuple[tuple[str, int, int], ...] = ()
    copies: tuple[Copy, ...] = ()
    counted: bool = True
    """False for a row of a copy or an older edition, which figures leave out."""

    def to_plain(self) -> dict[str, Any]:
        """The record with `relevance`, `cluster`, `cluster_name`, `highlights`, `also_in`, JSON-ready."""
        return {
            **self.record,
            "relevance": round(self.relevance, 4),
            "cluster": self.cluster,
            "cluster_name": self.cluster_name,
            "highlights": [list(span) for span in self.highlights],
            "also_in": [copy.path for copy in self.copies],
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another query for one that found nothing, and how much it finds; `reason` is `spelling` or `fewer_words`."""

    query: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of hits with the counts over all of them."""

    query: str
    """The query as it was understood."""
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet] = field(default_factory=dict)
    histogram: Histogram | None = None
    suggestions: tuple[Proposal, ...] = ()
    copies_left_out: int = 0
    """Matching rows of copies and older editions, which are not in `total`."""
    offset: int = 0
    limit: int | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    snapshot: str = ""
    took_ms: float = 0.0
    notes: tuple[str, ...] = ()
