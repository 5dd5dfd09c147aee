"""Backups (备份): what a store needs to live again, copied while others read and publish.

A snapshot never changes, so that holding one is all that consistency needs. What people decided is copied after the snapshot: the
backup may know more decisions than its snapshot, never less. See `kpi.ingestion.backup_form` for what a backup looks like.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from kpi.catalog.layout import MANIFEST, Layout, Manifest
from kpi.catalog.locks import hold
from kpi.catalog.places import is_url, masked
from kpi.catalog.publish import documents_of, usable
from kpi.catalog.working_copy import prepare
from kpi.errors import StoreError, UsageError
from kpi.ingestion.backup_form import (
    CURRENT,
    FORMAT,
    TAR,
    About,
    Item,
    Kept,
    is_backup,
    opened,
    sums_to_bytes,
)
from kpi.ingestion.parsed import parser_version
from kpi.library.references import REFERENCES

_log = logging.getLogger(__name__)

_ATTEMPTS = 3
"""Starts over when what is copied vanishes: a document was parsed anew and the old result deleted meanwhile."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What a backup holds now, and how much of it this run copied. Sizes in bytes."""

    target: str
    snapshot: str
    files: int
    bytes: int
    copied: int
    copied_bytes: int
    damaged: tuple[str, ...] = ()
    """Originals that are damaged in the store and were left out: their pages cannot be shown."""
    seconds: float = 0.0


def back_up(store: str | Path, target: str | Path, *, progress: Callable[[int], None] | None = None) -> BackupReport:
    """Copy the snapshot in force, the results and originals of its documents, decisions and references.

    Args:
        store: the store; writers and readers may go on.
        target: a folder (of an earlier backup: only what is new is copied), or a file ending in `.tar`.
        progress: called with the number of files done.

    Raises:
        UsageError: the target is something else, or lies in the store.
        StoreError: no store or snapshot, a damaged file in it (named), or the target cannot be written.
    """
    if is_url(target):
        raise UsageError(
            "备份的目标须在本机的文件系统上",
            found=masked(str(target)),
            advice="先备份到目录，再用对象存储自己的工具上传",
        )
    layout, place = Layout(store), Path(target)
    start = time.perf_counter()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _check_target(layout, place)
            with _held(layout) as manifest, opened(place) as kept:
                report = _copy(layout, manifest, kept, progress or (lambda _: None))
        except FileNotFoundError as error:
            if attempt == _ATTEMPTS:
                raise StoreError(
                    "指标库中的文件缺失，没有备份成", where=str(error.filename or ""), advice="运行 kpi doctor 检查后重试", code="missing_file"
                ) from error  # fmt: skip
            continue
        except OSError as error:
            own = layout.root in Path(error.filename or place).parents
            raise StoreError(
                "指标库中的文件读不出来，没有备份成" if own else "备份写不进去", where=str(error.filename or place),
                found=error.strerror or str(error), advice="检查磁盘和权限后重新运行", code="unreadable" if own else "not_written",
            ) from error  # fmt: skip
        break
    report = replace(report, target=str(place), seconds=time.perf_counter() - start)
    _log.info("backup_done", extra={**asdict(report), "store": layout.shown})
    return report


def _check_target(layout: Layout, place: Path) -> None:
    advice = "目标须是空目录、以前的备份目录，或以 .tar 结尾的文件"
    if place.suffix == TAR:
        if place.is_dir():
            raise UsageError("备份的目标是一个目录", found=str(place), advice=advice)
    elif place.exists() and not place.is_dir():
        raise UsageError("备份的目标不是目录", found=str(place), advice=advice)
    elif place.is_dir() and not is_backup(place):
        raise UsageError("目标目录不是空的，也不是以前的备份", found=str(place), advice=advice)
    if layout.remote is None and layout.root.resolve() in (place.resolve(), *place.resolve().parents):
        raise UsageError("备份不能放在指标库里面", found=str(place), advice="放到另一个磁盘上")


@contextlib.contextmanager
def _held(layout: Layout) -> Iterator[Manifest]:
    """The snapshot to keep, held so that nobody deletes it."""
    prepare(layout, strict=True)
    manifest, notes = usable(layout)
    if manifest is None:
        raise StoreError(
            "指标库还是空的，没有可备份的快照",
            where=layout.shown,
            advice="先用 kpi ingest 导入文件",
            code="no_snapshot",
        )
    if notes:
        raise StoreError(
            "当前快照已损坏",
            where=layout.shown,
            found="；".join(notes),
            advice="先运行 kpi doctor 修复",
            code="damaged_snapshot",
        )
    with hold(layout.folder(manifest.name)):
        yield manifest


# --- what belongs to it --------------------------------------------------------------------------------------------------


def items_of(layout: Layout, manifest: Manifest) -> Iterator[Item]:
    """Everything to keep, the manifest of the snapshot after its files, decisions last."""
    prefix = f"snapshots/{manifest.name}"
    for name, stamp in manifest.files.items():
        yield Item(f"{prefix}/{name}", stamp.bytes, sha256=stamp.sha256)
    status = (layout.folder(manifest.name) / MANIFEST).stat()
    yield Item(f"{prefix}/{MANIFEST}", status.st_size, status.st_mtime)
    documents = documents_of(layout, manifest)
    used = {(row.entry.parser, sha256) for sha256, row in documents.items()}
    for item in _listed(layout, "parsed"):
        parser, _, rest = item.path.removeprefix("parsed/").partition("/")
        sha256, inside, _ = rest.partition("/")
        if inside and ((parser, sha256) in used or parser == parser_version()):
            yield item
    for item in _listed(layout, "files"):
        sha256 = item.path.rpartition("/")[2]
        if sha256 in documents:
            yield Item(item.path, item.bytes, item.modified, sha256)
    yield from _listed(layout, REFERENCES)
    yield from _listed(layout, "decisions")


def _listed(layout: Layout, prefix: str) -> Iterator[Item]:
    for stored in layout.objects.stored(prefix):
        yield Item(stored.key, stored.bytes, stored.modified)


def _reading(layout: Layout, item: Item) -> BinaryIO:
    """The file's content; what may be replaced while it is read comes as a whole."""
    local = layout.root / item.path
    if item.sha256 and local.is_file():
        return local.open("rb")
    return io.BytesIO(layout.objects.read(item.path))


# --- copying -------------------------------------------------------------------------------------------------------------


def _copy(layout: Layout, manifest: Manifest, kept: Kept, progress: Callable[[int], None]) -> BackupReport:
    sums: dict[str, str] = {}
    damaged: list[str] = []
    total = copied = copied_bytes = 0
    for item in items_of(layout, manifest):
        found = kept.sum_of(item)
        if not found:
            with _reading(layout, item) as stream:
                actual = _measured(item, stream)
                if item.sha256 not in ("", actual.sha256):
                    _refuse_damaged(item)
                    damaged.append(item.path)
                    continue
                found = actual.sha256
                if kept.put(actual, stream):
                    copied, copied_bytes = copied + 1, copied_bytes + actual.bytes
        sums[item.path] = found
        total += item.bytes
        progress(len(sums))
    sums[CURRENT] = hashlib.sha256(f"{manifest.name}\n".encode()).hexdigest()
    about = About(
        format=FORMAT, time=datetime.now(UTC).isoformat(timespec="seconds"), snapshot=manifest.name, files=len(sums), bytes=total,
        sums=hashlib.sha256(sums_to_bytes(sums)).hexdigest(),
    )  # fmt: skip
    kept.finish(sums, about)
    return BackupReport(
        target="", snapshot=manifest.name, files=len(sums), bytes=total, copied=copied, copied_bytes=copied_bytes,
        damaged=tuple(damaged),
    )  # fmt: skip


def _measured(item: Item, stream: BinaryIO) -> Item:
    """The file as it is now, its size and checksum; the stream is at its beginning afterwards."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return replace(item, bytes=size, sha256=digest.hexdigest())


def _refuse_damaged(item: Item) -> None:
    """Raise unless the store lives without the file: an original only shows pages, its indicators are elsewhere."""
    if not item.path.startswith("files/"):
        raise StoreError(
            "指标库中的文件已损坏，没有备份成", where=item.path, advice="运行 kpi doctor 修复后重试", code="damaged_snapshot"
        )  # fmt: skip
