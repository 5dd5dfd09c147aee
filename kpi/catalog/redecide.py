"""A snapshot that differs from the one before only in what people decided about clusters (只换聚类决定).

Everything else is linked, so that a merge or its undo shows within two seconds however large the store is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kpi.catalog.layout import CLUSTERS, Manifest, stamp_of
from kpi.catalog.publish import Plan, Tools
from kpi.catalog.schema import INDEXED
from kpi.durable import share, sync_file


def only_clusters_decided(plan: Plan, tools: Tools, base_folder: Path) -> bool:
    """Whether no document, record or name changes: then the clusters that were found can be kept."""
    base, writer = plan.base, tools.clusters
    if base is None or writer is None or plan.made or plan.gone or plan.moved or plan.reindex or plan.recluster:
        return False
    return writer.can_decide(base_folder) and _index_fits(base, tools)


def _index_fits(base: Manifest, tools: Tools) -> bool:
    if tools.index is None:
        return not base.search
    numbered = {kind: base.counts[f"{kind}_texts"] + 1 for kind in INDEXED}
    return base.search == {"version": tools.index.version, **numbered}


def decide_snapshot(
    base: Manifest, base_folder: Path, folder: Path, tools: Tools, *, name: str, sequence: int
) -> Manifest:
    """Write every file of the snapshot but its manifest, which is returned."""
    assert tools.clusters is not None  # noqa: S101 - see `only_clusters_decided`
    for path in base.files:
        if path != CLUSTERS:
            share(base_folder / path, folder / path)
    tools.clusters.decide(folder)
    sync_file(folder / CLUSTERS)
    return replace(
        base, name=name, sequence=sequence, created=datetime.now(UTC).isoformat(timespec="seconds"), previous=base.name,
        decisions=tools.decisions, files={**base.files, CLUSTERS: stamp_of(folder / CLUSTERS)},
    )  # fmt: skip
