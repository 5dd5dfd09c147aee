"""What a store holds and how it is (状态), quick enough to be asked every minute.

Counts come from the snapshot's lists, sizes of snapshots from their files (tens of them). Of the folders with a file or two a
document, at most `_MOST_FILES` are looked at; the rest is estimated by their mean and the number of documents.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kpi.catalog.decided import load_all
from kpi.catalog.documents import DocumentRow, Sections, read_sections
from kpi.catalog.layout import SEARCH, SECTIONS, Layout
from kpi.catalog.locks import writer_of
from kpi.catalog.publish import documents_of, usable
from kpi.catalog.remote import UNREACHABLE
from kpi.catalog.working_copy import prepare
from kpi.errors import StoreError
from kpi.ingestion.last import LastIngest, load_last
from kpi.library.references import REFERENCES

_MOST_FILES = 20_000
"""Files whose size is asked for one by one: 0.1 s."""
_LEAST_FREE_SNAPSHOTS = 2
"""Free disk space, in sizes of a snapshot, that a publishing may need: all parts anew, and the text index while it is merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A store in figures. Sizes in bytes; `health` lists what is wrong, empty when all is well."""

    path: str
    snapshot: str
    created: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    publications: int = 0
    copies: int = 0
    """Sections that are copies or older editions of a publication."""
    cities: int = 0
    years: tuple[int, ...] = ()
    last_ingest: str = ""
    suspect_pages: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    snapshots: int = 0
    parts: int = 0
    decisions: int = 0
    references: int = 0
    """Libraries of indicators that were read in (参考指标库)."""
    age_seconds: float | None = None
    """Since the snapshot was published."""
    last_run: LastIngest | None = None
    free_bytes: int | None = None
    """Of the disk on which the store (or its working copy) lies."""
    estimated: tuple[str, ...] = ()
    """Which of the `sizes` are estimates."""
    writer: Mapping[str, Any] | None = None
    """Host, process and start of who is publishing right now, on this machine's disk."""
    health: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def read_status(store: str | Path) -> tuple[Status, tuple[DocumentRow, ...]]:
    """The status of a store and its documents in the order of coming in.

    Raises:
        StoreError: there is no store, or no usable snapshot in it.
    """
    layout = Layout(store)
    told = prepare(layout)
    manifest, notes = usable(layout)
    decided = load_all(layout)
    told += [f"人工决定读不出来，发布会被拒绝：{problem.where}" for problem in decided.problems]
    common: dict[str, Any] = {
        "path": layout.shown, "decisions": len(decided.decisions), "references": _references(layout), "last_run": load_last(layout),
        "free_bytes": _free(layout.root), "writer": writer_of(layout),
    }  # fmt: skip
    if manifest is None:
        sizes, _ = _sizes(layout, 0)
        return Status(snapshot="", sizes=sizes, health=(*told, "还没有快照，先用 kpi ingest 导入文件"), **common), ()
    folder = layout.folder(manifest.name)
    rows = tuple(documents_of(layout, manifest).values())
    sections, problems = _sections(folder / SECTIONS)
    sizes, estimated = _sizes(layout, len(rows))
    size = sum(stamp.bytes for stamp in manifest.files.values())
    status = Status(
        snapshot=manifest.name, created=manifest.created, counts=dict(manifest.counts),
        publications=len({verdict.publication for verdict in sections.verdicts.values()}), copies=len(sections.uncounted()),
        cities=len({row.city for row in rows if row.city}), years=tuple(sorted({row.year for row in rows if row.year})),
        last_ingest=max((row.entry.added for row in rows), default=""),
        suspect_pages=sum(len(row.suspect_pages) for row in rows),
        sizes={"snapshot": size, **sizes}, estimated=estimated, age_seconds=_age(manifest.created),
        snapshots=len(layout.names()), parts=len(manifest.parts),
        health=(*told, *notes, *problems, *_index_problems(folder / SEARCH), *_space_problems(common["free_bytes"], size)), **common,
    )  # fmt: skip
    return status, rows


def _sections(path: Path) -> tuple[Sections, list[str]]:
    """The sections of a snapshot; none, and what to tell, where a byte of their file was changed."""
    import pyarrow as pa

    try:
        return read_sections(path), []
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
        return Sections(), [f"快照文件已损坏：{path.name}（运行 kpi doctor 修复）"]


def _age(created: str) -> float:
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds())


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _references(layout: Layout) -> int:
    try:
        return sum(1 for stored in layout.objects.stored(REFERENCES) if stored.key.endswith(".json"))
    except StoreError:  # the place does not answer, which `prepare` told
        return 0


def _index_problems(folder: Path) -> Iterator[str]:
    from index.stamp import check_stamp

    if folder.is_dir():
        try:
            check_stamp(folder)
        except StoreError as error:
            yield f"{error.what}（{error.advice}）"


def _space_problems(free: int | None, snapshot: int) -> Iterator[str]:
    if free is not None and free < snapshot * _LEAST_FREE_SNAPSHOTS:
        yield f"磁盘剩余空间 {free / 2**20:.0f} MB，不足当前快照的 {_LEAST_FREE_SNAPSHOTS} 倍，发布可能失败"


def _sizes(layout: Layout, documents: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Bytes by kind, and which are estimates. Results and originals of a store elsewhere are not counted: a million of them are thousands of requests."""
    if layout.remote is None:
        sizes, estimated = {}, []
        for name in ("snapshots", "parsed", "files", "decisions"):
            sizes[name], complete = _size(layout.root / name, documents)
            estimated += [] if complete else [name]
        return sizes, tuple(estimated)
    try:
        stored = {name: layout.remote.stored(name) for name in ("snapshots", "decisions")}
    except StoreError as error:
        if error.code != UNREACHABLE:
            raise
        stored = {}
    sizes = {name: sum(item.bytes for item in items) for name, items in stored.items()}
    return {**sizes, "working_copy": _size(layout.root, documents)[0]}, ()


def _size(folder: Path, documents: int) -> tuple[int, bool]:
    """Bytes below a folder, a file that is linked several times once; and whether all of it was looked at.

    Else it is as many files as there are documents, of the mean size of those that were.
    """
    seen: dict[tuple[int, int], int] = {}
    for entry in _files(folder):
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:  # pruned while we look
            continue
        seen[found.st_dev, found.st_ino] = found.st_size
        if len(seen) == _MOST_FILES and documents > _MOST_FILES:
            return sum(seen.values()) * documents // len(seen), False
    return sum(seen.values()), True


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry
    except OSError:  # not there, or pruned while we look
        return
