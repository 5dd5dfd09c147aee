"""Reference libraries of a store (参考指标库): kept by content in `references/`, matched with clusters and projects."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from kpi.catalog.layout import Layout
from kpi.catalog.working_copy import mirror
from kpi.cluster import explain, normalise_name
from kpi.compare import ClusterName, record_to_observation
from kpi.compare.projects import project_core, project_similarity
from kpi.compare.references import ReferenceTarget
from kpi.compare.suggest import LEAST_SIMILARITY
from kpi.errors import StoreError
from kpi.library.reading import Library
from kpi.library.rows import WORDED, CatalogueRow
from kpi.model import Indicator, Source, indicator_to_record

REFERENCES = "references"
FORMAT = 1
_WORDINGS_COMPARED = 5
"""Wordings of a cluster that a library's name is compared with; a name equal to any wording matches anyhow."""


def save_library(store: str | os.PathLike[str], sha256: str, library: Library) -> None:
    """Keep a library; the same content again changes nothing.

    Raises:
        StoreError: the store cannot be written.
    """
    objects, key = Layout(store).objects, f"{REFERENCES}/{sha256}.json"
    plain = {"format": FORMAT, "name": library.name, "rows": [asdict(row) for row in library.rows]}
    try:
        objects.write(key, json.dumps(plain, ensure_ascii=False).encode())
    except OSError as error:
        raise StoreError(
            "参考指标库写不进去", where=objects.where(key), found=error.strerror or "", advice="检查磁盘和权限"
        ) from error


def load_libraries(store: str | os.PathLike[str]) -> list[Library]:
    """All libraries of a store, by name.

    Raises:
        StoreError: one is damaged.
    """
    found = []
    for path in sorted(mirror(Layout(store), REFERENCES).glob("*.json")):
        try:
            plain = json.loads(path.read_bytes())
            found.append(Library(plain["name"], tuple(CatalogueRow(**row) for row in plain["rows"])))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                "参考指标库已损坏",
                where=str(path),
                found=str(error),
                advice="删除该文件后重新导入",
                code="damaged_reference",
            ) from error
    return sorted(found, key=lambda library: library.name)


def remove_library(store: str | os.PathLike[str], wanted: str) -> int:
    """Forget the libraries with this name (the file's, with or without its ending); returns how many."""
    count = 0
    layout = Layout(store)
    for path in sorted(mirror(layout, REFERENCES, strict=True).glob("*.json")):
        try:
            name = json.loads(path.read_bytes()).get("name", "")
        except (OSError, ValueError):
            continue
        if name and name in {Path(wanted).name, Path(wanted).stem}:
            layout.objects.delete(f"{REFERENCES}/{path.name}")
            path.unlink(missing_ok=True)
            count += 1
    return count


def references_of_clusters(
    libraries: Iterable[Library], clusters: Sequence[ClusterName]
) -> tuple[ReferenceTarget, ...]:
    """Rows of libraries that are the same indicator as one of the clusters."""
    normals = {normalise_name(text): cluster.id for cluster in clusters for text in (*cluster.wordings, cluster.name)}
    found = []
    for library in libraries:
        for row in library.rows:
            identity = normals.get(normalise_name(row.name)) or _alike(row.name, clusters)
            if identity:
                found.append(to_reference(library.name, row, cluster=identity))
    return tuple(found)


def _alike(name: str, clusters: Sequence[ClusterName]) -> str:
    for cluster in clusters:
        if any(explain(name, text).alike for text in (cluster.name, *cluster.wordings[:_WORDINGS_COMPARED])):
            return cluster.id
    return ""


def references_of_project(libraries: Iterable[Library], project: str) -> tuple[ReferenceTarget, ...]:
    """Rows of libraries that are meant for projects like this one, by 资金用途/项目类型."""
    core = project_core(project)
    return tuple(
        to_reference(library.name, row)
        for library in libraries for row in library.rows
        if max((project_similarity(core, project_core(part)) for part in row.purpose.split("、") if part), default=0.0)
        >= LEAST_SIMILARITY
    )  # fmt: skip


def to_reference(library: str, row: CatalogueRow, *, cluster: str = "") -> ReferenceTarget:
    """A row with its target read as the targets of documents are."""
    from kpi.targets import normalize

    target = row_target(row)
    read = normalize(target, name=row.name, level1=row.level1)
    source = Source(document=library, path=library, sha256="", table="", table_index=0, row=0, column=0)
    indicator = Indicator(
        source=source, name=row.name, target=target, kind=read.kind, comparator=read.comparator, value=read.value,
        upper=read.upper, unit=read.unit, base_value=read.base_value, base_upper=read.base_upper, base_unit=read.base_unit,
        date_end=read.date_end, direction=read.direction,
    )  # fmt: skip
    observed = record_to_observation(indicator_to_record(indicator))
    return ReferenceTarget(
        library=library, cluster=cluster, name=row.name, field=row.field, purpose=row.purpose, level1=row.level1,
        level2=row.level2, explanation=row.explanation, target=target, range=row.range, source=row.source,
        family=observed.family, value=observed.low,
    )  # fmt: skip


def row_target(row: CatalogueRow) -> str:
    """Sign, value and unit of a row as one text, as budgets print it."""
    if not row.value:
        return ""
    sign = "" if row.comparator in ("", "=", WORDED, "区间", "定量") else row.comparator
    sign = "" if sign and row.value.startswith(sign) else sign
    unit = "" if not row.unit or row.value.endswith(row.unit) or row.unit in ("无", "—", "-", "/") else row.unit
    return f"{sign}{row.value}{unit}"
