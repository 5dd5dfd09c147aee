"""Publishing (发布): a new snapshot beside the old one, sharing what did not change, put in force by one swap.

Only what changed is written: new documents make new parts; a part that loses documents is written anew without them;
names are added to the text index; everything else is linked. A writer killed at any moment leaves the old snapshot.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kpi.catalog.documents import DocumentRow, Entry, fingerprint
from kpi.catalog.layout import BUILDING, Layout, Manifest, check_sizes, read_manifest, write_manifest
from kpi.catalog.locks import prune, writing
from kpi.durable import sync_folder
from kpi.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np


_log = logging.getLogger(__name__)


class NameEntry(NamedTuple):
    """One text for the text index: `kind` name, project or department, and its number."""

    kind: str
    number: int
    text: str


class TextIndexWriter(Protocol):
    """Writes the text index (`search/`) of a snapshot."""

    @property
    def version(self) -> str:
        """Version of the index's form; another one makes it be built anew."""
        ...

    def build(self, folder: Path, entries: Iterable[NameEntry]) -> None:
        """Write a new index to an empty folder."""
        ...

    def extend(self, folder: Path, entries: Iterable[NameEntry]) -> None:
        """Add entries by an incremental commit. Files that exist are shared with other snapshots: never changed."""
        ...


class Amendments(Protocol):
    """People's decisions about documents and indicators (更正), replayed whenever a document's rows are made."""

    def fingerprint(self, sha256: str) -> str:
        """Changes whenever `apply` would give something else; "" for none."""
        ...

    def apply(self, plain: dict[str, Any]) -> dict[str, Any]:
        """A parsed document with its corrections applied."""
        ...


@dataclass(frozen=True, kw_only=True)
class NameUse:
    """The indicator names of a snapshot being built, for clustering."""

    names: Sequence[str]
    """All names that the snapshot knows; the place is the number, 0 the empty name."""
    counts: np.ndarray[Any, np.dtype[np.int64]]
    """How many rows have each name, shape (names,); 0 for names whose documents left."""
    first_new: int
    """Names from here on are not in the base; 0 asks for a full run, in which clusters keep their ids where they can."""
    listed: Callable[[], Iterable[list[str]]]
    """The names of each project that lists a new name: different indicators, since one project lists them."""


class ClusterWriter(Protocol):
    """Writes clusters.parquet of a snapshot being built: one row a name in use with `number`, `cluster`, `canonical`."""

    def __call__(self, building: Path, base: Path | None, use: NameUse) -> None:
        """Assign the names to clusters; `base` is the snapshot before, None for the first or a rebuilt one."""
        ...

    def can_decide(self, base: Path) -> bool:
        """Whether the snapshot keeps the clusters as they were found, beneath people's decisions."""
        ...

    def decide(self, building: Path) -> None:
        """Write clusters.parquet anew: people's decisions over what was found, which is in the folder already."""
        ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What publishing needs from layers above the catalog."""

    load: Callable[[Entry], dict[str, Any]]
    """The parsed result of a document, see `kpi.serial`."""
    ahead: int = 0
    """How many results to load at a time, ahead of their use: where each of them is a request."""
    index: TextIndexWriter | None = None
    clusters: ClusterWriter | None = None
    amendments: Amendments | None = None
    decisions: str = ""
    """Stands for all decisions; a snapshot made with others is made anew."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the new snapshot is to hold other than the one in force."""

    put: tuple[Entry, ...] = ()
    drop: frozenset[str] = frozenset()
    rebuild: bool = False
    """Make everything anew from the parsed results: after damage, or for a new schema version."""
    reindex: bool = False
    """Publish even if no document changed, with the text index made anew from the names."""
    recluster: bool = False
    """Publish even if no document changed, with the clusters of all names made anew."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What publishing did; `name` is the snapshot in force afterwards."""

    name: str
    changed: bool
    added: int = 0
    replaced: int = 0
    removed: int = 0
    rows_written: int = 0
    pruned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Plan:
    """The difference between the snapshot in force and the one to be."""

    base: Manifest | None
    kept: dict[str, DocumentRow] = field(default_factory=dict)
    made: list[tuple[Entry, str]] = field(default_factory=list)
    """Documents whose rows are made now, with their fingerprints."""
    gone: frozenset[str] = frozenset()
    """Documents of the base whose rows do not stay as they are."""
    touched: bool = False
    """Whether anything changed at all, be it only where a file lies."""
    moved: bool = False
    """Whether a document lies elsewhere now."""
    reindex: bool = False
    recluster: bool = False
    added: int = 0
    replaced: int = 0


def publish(layout: Layout, change: Change, tools: Tools | Callable[[], Tools], *, wait: float = 600.0) -> Published:
    """Publish a change; does nothing when the snapshot in force already holds it.

    Args:
        layout: the store.
        change: what is to be other than it is.
        tools: what makes it; a function is called once no other writer is at work, so that it sees all decisions.
        wait: seconds to wait for another writer.

    Raises:
        StoreError: another writer holds the store, the place is not writable, a parsed result is missing.
    """
    with writing(layout, wait=wait) as writer:
        start = time.perf_counter()
        tools = tools() if callable(tools) else tools
        base, notes = _base(layout, change)
        plan = make_plan(layout, base, change, tools)
        if not plan.touched:
            return Published(name=layout.current(), changed=False, notes=tuple(notes))
        name, sequence = writer.next_name()
        building = layout.snapshots / f"{BUILDING}{name}"
        try:
            prune(layout)
            building.mkdir(parents=True)
            manifest, rows_written = _build(layout, building, plan, tools, name=name, sequence=sequence)
            write_manifest(building, manifest)
            sync_folder(building)
            notes += writer.put_in_force(building, manifest)
        except OSError as error:
            raise _not_written(layout, error) from error
        finally:
            shutil.rmtree(building, ignore_errors=True)  # of a failed build; a finished one has its name by now
        removed = len(plan.gone) - plan.replaced
        published = Published(
            name=name, changed=True, added=plan.added, replaced=plan.replaced, removed=removed, rows_written=rows_written,
            pruned=tuple(writer.prune()), notes=tuple(notes),
        )  # fmt: skip
        _log_published(published, manifest, time.perf_counter() - start)
        return published


def _log_published(published: Published, manifest: Manifest, seconds: float) -> None:
    fields = {
        "snapshot": published.name, "added": published.added, "replaced": published.replaced, "removed": published.removed,
        "rows_written": published.rows_written, "pruned": len(published.pruned), "documents": manifest.counts.get("documents", 0),
        "indicators": manifest.rows, "bytes": sum(stamp.bytes for stamp in manifest.files.values()), "seconds": round(seconds, 3),
        "passed_over": list(published.notes),
    }  # fmt: skip
    _log.info("snapshot_published", extra=fields)


def _build(
    layout: Layout, building: Path, plan: Plan, tools: Tools, *, name: str, sequence: int
) -> tuple[Manifest, int]:  # fmt: skip
    from kpi.catalog.redecide import decide_snapshot, only_clusters_decided

    base = plan.base
    if base is not None and only_clusters_decided(plan, tools, layout.folder(base.name)):
        return decide_snapshot(base, layout.folder(base.name), building, tools, name=name, sequence=sequence), 0
    from kpi.catalog.build import build_snapshot

    return build_snapshot(layout, building, plan, tools, name=name, sequence=sequence)


def usable(layout: Layout) -> tuple[Manifest | None, list[str]]:
    """The snapshot to read: the one in force, or the newest whole one before it, with notes on what was passed over.

    Raises:
        StoreError: the store has snapshots but none is usable.
    """
    current = layout.current()
    names = readable_names(layout, current)
    if not current and not names:
        return None, []
    lost = _is_lost(layout, current)
    notes = [f"CURRENT 缺失或损坏（{current or '空'}）"] if lost else []
    for name in names if lost else dict.fromkeys([current, *names]):
        try:
            manifest = read_manifest(layout.folder(name))
        except StoreError as error:
            if error.code == "schema_version":
                raise
            notes.append(f"快照 {name} 不可用（{error.what}）")
            continue
        broken = check_sizes(layout.folder(name), manifest)
        if not broken:
            return manifest, notes
        notes.append(f"快照 {name} 有 {len(broken)} 个文件缺失或不完整（{broken[0]} 等）")
    if layout.current() != current:  # superseded and pruned since it was read
        return usable(layout)
    raise StoreError(
        "指标库没有可用的快照", where=layout.shown, found="；".join(notes), advice="运行 kpi doctor --rebuild 重建",
        code="damaged_snapshot",
    )  # fmt: skip


def readable_names(layout: Layout, current: str, *, whole: bool = True) -> list[str]:
    """Finished snapshots, newest first: none newer than the one in force; all where `CURRENT` is lost or names no snapshot.

    `whole=False` takes in those whose manifest was lost. Of a store elsewhere that was deleted, what the working copy still
    holds is no part.
    """
    lost = _is_lost(layout, current)
    names = sorted((name for name in layout.names(finished=whole) if lost or name <= current), reverse=True)
    if names and not current and layout.remote is not None and not layout.remote.folders("snapshots"):
        return []
    return names


def _is_lost(layout: Layout, current: str) -> bool:
    """Whether what `CURRENT` holds is the name of no snapshot."""
    return not current or "/" in current or not layout.folder(current).is_dir()


def _base(layout: Layout, change: Change) -> tuple[Manifest | None, list[str]]:
    try:
        manifest, notes = usable(layout)
        if manifest is not None and change.rebuild:
            documents_of(layout, manifest)
    except StoreError:
        if change.rebuild:
            return None, ["没有可用的快照，全部重建"]
        raise
    return manifest, notes


def registered(layout: Layout) -> dict[str, DocumentRow]:
    """The documents of the store by the newest list of them that is whole, be other files of its snapshot damaged."""
    for name in readable_names(layout, layout.current(), whole=False):
        found = _listed(layout.folder(name))
        if found is not None:
            return found
    return {}


def documents_of(layout: Layout, manifest: Manifest) -> dict[str, DocumentRow]:
    """The documents of a snapshot, by the copy of the list where a byte of the list was changed.

    Raises:
        StoreError: both are damaged.
    """
    found = _listed(layout.folder(manifest.name))
    if found is None:
        raise StoreError(
            "快照的文件清单已损坏", where=str(layout.folder(manifest.name)), advice="运行 kpi doctor 修复",
            code="damaged_snapshot",
        )  # fmt: skip
    return found


def _listed(folder: Path) -> dict[str, DocumentRow] | None:
    """The documents of a snapshot by its list or the copy of it; None if both are damaged."""
    import pyarrow as pa

    from kpi.catalog.documents import read_documents
    from kpi.catalog.layout import DOCUMENTS, DOCUMENTS_COPY, stamp_of

    for file in (DOCUMENTS, DOCUMENTS_COPY):
        try:
            stamp = read_manifest(folder).files.get(file)
        except StoreError:
            stamp = None  # without a manifest a list that can be read is taken as it is
        try:
            if stamp is None or stamp_of(folder / file) == stamp:
                return read_documents(folder / file)
        except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
            continue
    return None


def make_plan(layout: Layout, base: Manifest | None, change: Change, tools: Tools) -> Plan:
    """Compare what is wanted with what `base` holds."""
    held = documents_of(layout, base) if base else {}
    fallen_back = base is None or base.name != layout.current()
    known = (registered(layout) or held) if fallen_back or change.rebuild else held
    wanted = {sha256: row.entry for sha256, row in known.items() if sha256 not in change.drop}
    order = max((row.entry.order for row in known.values()), default=0)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for entry in change.put:
        old = wanted.get(entry.sha256)
        if old is None:
            order += 1
            wanted[entry.sha256] = replace(entry, order=entry.order or order, added=entry.added or now)
        else:
            attributes = {**old.attributes, **entry.attributes}
            wanted[entry.sha256] = replace(entry, order=old.order, added=old.added, attributes=attributes)
    amendments = tools.amendments
    forced = change.rebuild or change.reindex or change.recluster
    forced |= base is not None and (fallen_back or base.decisions != tools.decisions)
    plan = Plan(
        base=None if change.rebuild else base, touched=forced, reindex=change.reindex, recluster=change.recluster
    )
    for sha256, entry in wanted.items():
        mark = fingerprint(entry, amendments.fingerprint(sha256) if amendments else "")
        row = held.get(sha256)
        if row is not None and row.fingerprint == mark and not change.rebuild:
            plan.kept[sha256] = replace(row, entry=entry)
            plan.moved |= row.entry.location != entry.location
        else:
            plan.made.append((entry, mark))
            plan.added += row is None
            plan.replaced += row is not None
    plan.gone = frozenset(held) - frozenset(plan.kept)
    plan.touched |= bool(plan.made or plan.gone or plan.moved)
    return plan


def _not_written(layout: Layout, error: OSError) -> StoreError:
    return StoreError(
        "快照没有写成，原有快照继续有效", where=str(error.filename or layout.shown), found=error.strerror or str(error),
        advice="检查磁盘空间和权限后重新运行", code="not_written",
    )  # fmt: skip
