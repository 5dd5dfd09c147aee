"""Targets of reference libraries (参考指标库): what a bureau or ministry sets, shown beside what cities printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kpi.compare.observations import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTarget:
    """One row of a library, for one cluster or one project."""

    library: str
    """The library's name: its file name without ending."""
    cluster: str = ""
    name: str
    field: str = ""
    purpose: str = ""
    level1: str = ""
    level2: str = ""
    explanation: str = ""
    target: str = ""
    """Sign, value and unit as one text; "" where the library sets none."""
    range: str = ""
    source: str = ""
    family: Family
    value: float | None = None
    """In base units."""


def reference_rows(references: Iterable[ReferenceTarget]) -> list[dict[str, Any]]:
    """One flat JSON-ready row a reference."""
    return [
        {
            "library": item.library, "cluster": item.cluster, "name": item.name, "field": item.field, "purpose": item.purpose,
            "level1": item.level1, "level2": item.level2, "explanation": item.explanation, "target": item.target,
            "range": item.range, "family": item.family.title, "value": item.value, "source": item.source,
        }
        for item in references
    ]  # fmt: skip
