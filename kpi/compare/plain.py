"""A comparison as JSON-ready values (比较结果的输出): one nested object, or one flat row a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from kpi.compare.comparison import ComparedSet, Comparison, Group, Words
from kpi.compare.observations import Family, Observation
from kpi.compare.references import reference_rows
from kpi.compare.wording import figure_words

_SHOWN = (
    "id", "name", "department", "year", "table", "period", "project", "target", "comparator", "actual", "document", "page",
)  # fmt: skip


def comparison_to_plain(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; figures in base units, texts for people beside them."""
    return {
        "clusters": [{"cluster": item.id, "name": item.name, "wordings": list(item.wordings)} for item in comparison.clusters],
        "by": comparison.by,
        "rule": list(comparison.rule),
        "left_out": [asdict(item) for item in comparison.left_out],
        "rows": comparison.rows,
        "missing": comparison.missing,
        "sets": [_set(item) for item in comparison.sets],
        "words": [_words(item) for item in comparison.words],
        "changes": change_rows(comparison),
        "outcomes": outcome_rows(comparison),
        "references": reference_rows(comparison.references),
        "notes": list(comparison.notes),
    }  # fmt: skip


def _set(item: ComparedSet) -> dict[str, Any]:
    figures = asdict(item.figures)
    figures["modes"] = list(item.figures.modes)
    figures["distribution"] = [asdict(part) for part in item.figures.distribution]
    return {
        "cluster": item.cluster.id, "cluster_name": item.cluster.name, **_family(item.family),
        "strictness": item.strictness.direction, "strictness_because": item.strictness.because, "figures": figures,
        "groups": [_group(group, item.family) for group in item.groups],
        "targets": list(target_rows_of(item)),
    }  # fmt: skip


def _family(family: Family) -> dict[str, str]:
    return {"sort": family.sort, "unit": family.unit, "change": family.direction, "family": family.title}


def _group(group: Group, family: Family) -> dict[str, Any]:
    return {
        "group": group.title, "n": group.figures.n, "rows": group.rows, "median": group.figures.median,
        "minimum": group.figures.minimum, "maximum": group.figures.maximum, "value": group.value,
        "shown": figure_words(group.value, family), "target": group.typical.target, "id": group.typical.id,
        "rank": group.position.rank, "percentile": group.position.percentile,
    }  # fmt: skip


def _words(item: Words) -> dict[str, Any]:
    return {
        "cluster": item.cluster.id, "rows": item.rows, "cities": item.cities, "share": round(item.share, 4),
        "wordings": [
            {"text": said.text, "rows": said.rows, "cities": said.cities, "example": said.example.id} for said in item.wordings
        ],
    }  # fmt: skip


def _place(row: Observation) -> dict[str, Any]:
    return {**row.place._asdict(), **{name: getattr(row, name) for name in _SHOWN}}


def target_rows_of(item: ComparedSet) -> Iterator[dict[str, Any]]:
    """One flat row a target of a set, strictest first."""
    for target in item.targets:
        yield {
            "cluster": item.cluster.id, "cluster_name": item.cluster.name, "unit": item.family.unit, "family": item.family.title,
            "strictness": item.strictness.direction, "group": target.group, **_place(target.observation),
            "value": target.value, "rank": target.position.rank, "percentile": target.position.percentile,
            "counted": target.chosen, "stands_for": target.rows if target.chosen else 0, "opposes": target.opposes,
            "corrected": target.observation.corrected,
        }  # fmt: skip


def target_rows(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """One flat row a target with a number, set by set."""
    for item in comparison.sets:
        yield from target_rows_of(item)


def change_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One row a year-on-year change."""
    return [
        {
            "cluster": item.cluster, "family": item.family.title, **item.place._asdict(), "department": item.department,
            "year_before": item.before.year, "target_before": item.before.target, "value_before": item.value_before,
            "year": item.after.year, "target": item.after.target, "value": item.value_after,
            "difference": item.difference, "verdict": item.verdict, "id_before": item.before.id, "id": item.after.id,
        }
        for item in comparison.changes
    ]  # fmt: skip


def outcome_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One row a target with an actual value."""
    return [
        {
            "cluster": item.observation.cluster, **_place(item.observation), "value": item.value, "reached": item.reached,
            "verdict": item.verdict,
        }
        for item in comparison.outcomes
    ]  # fmt: skip
