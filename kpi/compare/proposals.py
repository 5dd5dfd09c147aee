"""Near indicators and suggestions as flat JSON-ready rows (推荐结果的输出)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kpi.compare.observations import Observation
from kpi.compare.profile import Profile
from kpi.compare.references import reference_rows
from kpi.compare.similar import Similar
from kpi.compare.suggest import Suggestion


def profile_fields(profile: Profile) -> dict[str, Any]:
    """What is usual for an indicator, with where it is printed."""
    typical = profile.typical
    return {
        "cluster": profile.cluster.id, "name": profile.cluster.name, "category": profile.category, "level1": profile.level1,
        "level2": profile.level2, "target": typical.target, "comparator": typical.comparator, "value": typical.printed,
        "unit": typical.unit, "family": profile.family.title, "range": profile.range_words,
        "strictness": profile.strictness.direction if profile.strictness else "", "cities": profile.cities,
        "projects": profile.projects, "rows": profile.rows, "explanation": profile.explanation, "remark": profile.remark,
        "sources": [_source(row) for row in profile.examples],
    }  # fmt: skip


def _source(row: Observation) -> dict[str, Any]:
    return {
        "id": row.id, "place": row.place.title, "department": row.department, "year": row.year, "project": row.project,
        "name": row.name, "target": row.target, "document": row.document, "page": row.page,
    }  # fmt: skip


def similar_rows(found: Iterable[Similar]) -> list[dict[str, Any]]:
    """One row a near indicator."""
    return [
        {
            "nearest": item.near.name, "score": item.near.score, "text": item.near.text, "same": item.near.same,
            "differences": list(item.near.differences), **profile_fields(item.profile),
        }
        for item in found
    ]  # fmt: skip


def suggestion_rows(suggestion: Suggestion) -> list[dict[str, Any]]:
    """One row a suggested indicator."""
    return [{"share": round(item.share, 4), **profile_fields(item.profile)} for item in suggestion.indicators]


def suggestion_to_plain(suggestion: Suggestion) -> dict[str, Any]:
    """The whole suggestion."""
    return {
        "project": suggestion.project, "core": suggestion.core, "cities": suggestion.cities, "bodies": suggestion.bodies,
        "projects": [{"name": item.name, "likeness": item.likeness} for item in suggestion.projects],
        "indicators": suggestion_rows(suggestion), "references": reference_rows(suggestion.references), "notes": list(suggestion.notes),
    }  # fmt: skip
