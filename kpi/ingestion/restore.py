"""Restoring (恢复): a backup becomes a store again, every file checked before anything is put in place."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import BinaryIO, Protocol

from kpi.catalog.layout import Layout
from kpi.catalog.locks import writing
from kpi.catalog.places import is_url, masked
from kpi.errors import BadInput, StoreError, UsageError
from kpi.ingestion.backup_form import ABOUT, FORMAT, SUMS, About, bytes_to_sums, sync_everything

_log = logging.getLogger(__name__)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was restored; `aside` is where a store that was there before lies now, "" if there was none."""

    store: str
    snapshot: str
    time: str
    """When the backup was made."""
    files: int
    bytes: int
    aside: str = ""
    seconds: float = 0.0


def restore(
    source: str | Path, store: str | Path, *, force: bool = False, progress: Callable[[int], None] | None = None
) -> RestoreReport:
    """Make a store of a backup. It appears as a whole when every file was copied and has its checksum.

    Args:
        source: a folder or `.tar` that `kpi.ingestion.backup.back_up` made.
        store: folder of the store to be; it must not exist or be empty.
        force: put a store that is there aside (`<name>.before-<time>`) instead of refusing.
        progress: called with the number of files done.

    Raises:
        BadInput: no backup, or a file in it is damaged or missing (named).
        UsageError: there is a store already.
        StoreError: the place cannot be written.
    """
    if is_url(store):
        raise UsageError(
            "只能恢复到本机的目录",
            found=masked(str(store)),
            advice="恢复到本机后，用对象存储自己的工具把整个目录上传到空的位置，CURRENT 最后",
        )
    start, place = time.perf_counter(), Path(store).resolve()  # also of `.`, and beside what a link leads to
    if is_taken(place) and not force:
        raise UsageError(
            "目标位置已有内容，没有恢复", found=str(place), advice="换一个目录，或用 --force 把原有指标库移到一旁"
        )
    growing = place.with_name(f".{place.name}.restoring")
    try:
        shutil.rmtree(growing, ignore_errors=True)
        about, size = check(source, growing, progress=progress)
        Layout(growing).create()
        sync_everything()
        aside = _put_in_place(growing, place)
    except OSError as error:
        raise StoreError(
            "恢复写不进去", where=str(error.filename or place), found=error.strerror or str(error), advice="检查磁盘空间和权限后重新运行",
            code="not_written",
        ) from error  # fmt: skip
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    report = RestoreReport(
        store=str(store), snapshot=about.snapshot, time=about.time, files=about.files, bytes=size, aside=aside,
        seconds=time.perf_counter() - start,
    )  # fmt: skip
    _log.info("restore_done", extra=asdict(report))
    return report


def check(
    source: str | Path, copy_to: Path | None = None, *, progress: Callable[[int], None] | None = None
) -> tuple[About, int]:
    """Check every file of a backup against its checksum, copying it on the way if asked to; returns the size in bytes.

    Raises:
        BadInput: no backup, or a file in it is damaged or missing (named).
    """
    with _opened(Path(source)) as backup:
        about, sums = _about(backup, str(source))
        size = 0
        for number, (path, wanted) in enumerate(sums.items(), 1):
            with _stream(backup, path, str(source)) as stream:
                found, length = _take(stream, None if copy_to is None else copy_to / path)
            if found != wanted:
                raise _damaged("备份中的文件已损坏", source, path, found=f"校验和 {found[:12]}，应为 {wanted[:12]}")
            size += length
            if progress is not None:
                progress(number)
    return about, size


def is_taken(place: Path) -> bool:
    """Whether a restored store would meet something there."""
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


def _put_in_place(growing: Path, place: Path) -> str:
    aside = ""
    if is_taken(place):
        named = f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        aside = str(place.with_name(named))
        with writing(Layout(place)):  # no publishing is cut in two
            place.rename(aside)
    elif place.is_dir():
        place.rmdir()
    try:
        growing.rename(place)
    except OSError:
        if aside:
            Path(aside).rename(place)  # where even that fails the error names it
        raise
    return aside


def _take(stream: BinaryIO, target: Path | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with contextlib.ExitStack() as stack:
        copy = None
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = stack.enter_context(target.open("wb"))
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copy is not None:
                copy.write(chunk)
    return digest.hexdigest(), size


# --- the backup ----------------------------------------------------------------------------------------------------------


class _Backup(Protocol):
    """The files of a backup by path; a missing one is a `KeyError`."""

    def open(self, path: str) -> BinaryIO:
        """A file's content."""
        ...


class _Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, path: str) -> BinaryIO:
        """See `_Backup.open`."""
        try:
            return (self.root / path).open("rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise KeyError(path) from None
        except OSError as error:
            raise _unreadable(self.root / path, error) from error


class _Archive:
    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive
        self.members = {member.name: member for member in archive}  # the archive itself looks a name up in all of them

    def open(self, path: str) -> BinaryIO:
        """See `_Backup.open`."""
        stream = self.archive.extractfile(self.members[path])
        if stream is None:
            raise KeyError(path)
        return stream  # type: ignore[return-value]


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[_Backup]:
    try:
        is_folder = source.is_dir()
        stream = None if is_folder else source.open("rb")
    except FileNotFoundError:
        raise BadInput(
            "没有这个备份", where=str(source), advice="给出 kpi backup 的目标目录或 .tar 文件", code="no_backup"
        ) from None
    except OSError as error:
        raise _unreadable(source, error) from error
    if stream is None:
        yield _Folder(source)
        return
    try:
        with stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            yield _Archive(archive)
    except tarfile.TarError as error:
        raise BadInput(
            "备份文件已损坏或不是备份", where=str(source), found=str(error), code="damaged_backup"
        ) from error


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(
        "备份读不出来", where=str(path), found=error.strerror or str(error), advice="检查权限和磁盘", code="unreadable"
    )


@contextlib.contextmanager
def _stream(backup: _Backup, path: str, source: str) -> Iterator[BinaryIO]:
    try:
        stream = backup.open(path)
    except KeyError:
        raise _damaged("备份中缺少文件", source, path) from None
    with stream:
        yield stream


def _about(backup: _Backup, source: str) -> tuple[About, dict[str, str]]:
    with _stream(backup, ABOUT, source) as stream:
        told = stream.read()
    try:
        plain = json.loads(told)
        if plain.get("format") != FORMAT:
            raise BadInput("备份的版本不符", where=source, found=str(plain.get("format")), advice="更新程序后再试")
        about = About(**plain)
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged("备份说明已损坏", source, ABOUT, found=str(error)) from error
    with _stream(backup, SUMS, source) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != about.sums:
        raise _damaged("备份的校验和清单已损坏", source, SUMS)
    sums = bytes_to_sums(data)
    for path in sums:
        named = PureWindowsPath(path)  # takes `/` as well as what leads out on Windows: `\\`, `C:`
        if named.anchor or ".." in named.parts:
            raise _damaged("备份清单中有不合规定的路径", source, path)
    return about, sums


def _damaged(what: str, source: str | Path, path: str, *, found: str = "") -> BadInput:
    return BadInput(
        what,
        where=f"{source}：{path}",
        found=found,
        advice="用另一份备份；原指标库还在时重新备份",
        code="damaged_backup",
    )
