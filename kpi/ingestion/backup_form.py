"""The form of a backup (备份的形式): a folder or one `.tar`, laid out like a store, each file with its checksum.

    TARGET/backup.json      format, time, snapshot, number and checksum of what follows
    TARGET/SHA256SUMS       `<sha256>  <path>` of every file, as `sha256sum --check` reads it
    TARGET/CURRENT, snapshots/<name>/, parsed/, files/, decisions/, references/   as in a store

A run into the folder of the run before copies only what is new; until its last step the folder is the backup that it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from kpi.durable import sync_file, temporary_beside, write_atomically
from kpi.errors import StoreError

FORMAT = 1
ABOUT, SUMS, CURRENT = "backup.json", "SHA256SUMS", "CURRENT"
TAR = ".tar"
_CHUNK = 1 << 20
_SAME_TIME = 1e-3
"""Seconds; file systems keep times of change to the microsecond or worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a backup says of itself."""

    format: int
    time: str
    snapshot: str
    files: int
    bytes: int
    sums: str
    """sha256 of `SHA256SUMS`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file to keep: its path in store and backup, size, time of change (seconds, 0 unknown), checksum where known."""

    path: str
    bytes: int
    modified: float = 0.0
    sha256: str = ""


class Kept(Protocol):
    """The backup being written."""

    def sum_of(self, item: Item) -> str:
        """Checksum of the same file where an earlier run kept it; "" if it has to be copied."""
        ...

    def put(self, item: Item, stream: BinaryIO) -> bool:
        """Keep a file, whose size and checksum are known; returns whether it had to be copied."""
        ...

    def finish(self, sums: dict[str, str], about: About) -> None:
        """Put the backup in force."""
        ...


def sums_to_bytes(sums: dict[str, str]) -> bytes:
    """`SHA256SUMS`: a line each, by path."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def bytes_to_sums(data: bytes) -> dict[str, str]:
    """The inverse of `sums_to_bytes`; lines that are none are left out, which the checksum of the whole tells."""
    pairs = (line.partition("  ") for line in data.decode("utf-8", "replace").splitlines())
    return {path: found for found, gap, path in pairs if gap and path}


@contextlib.contextmanager
def opened(place: Path) -> Iterator[Kept]:
    """A backup to write; a `.tar` appears under its name when it is complete.

    Raises:
        StoreError: another process writes to the same folder (`locked`).
    """
    if place.suffix == TAR:
        partial = temporary_beside(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive:
                yield _TarKept(archive)
            sync_file(partial)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
    else:
        with _alone(place):
            yield _FolderKept(place)


LOCK = ".lock"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others from writing to a folder: each would delete what only the other one needs."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError(
            "另一个备份正在写入同一个目录", where=str(folder), advice="等它完成后重试，或换一个目录", code="locked"
        ) from error
    try:
        yield
    finally:
        lock.release()


UNFINISHED = ".unfinished"
"""In a folder while a backup is being written, and after one was interrupted."""


def is_backup(folder: Path) -> bool:
    """Whether a folder holds a backup, be it one that was interrupted, or nothing."""
    names = {path.name for path in folder.iterdir()}
    return not names - {LOCK} or bool(names & {ABOUT, UNFINISHED})


class _FolderKept:
    """A folder: files of the run before stay where they are; what has the same content is linked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        interrupted = (root / UNFINISHED).exists()
        (root / UNFINISHED).touch()
        sums = root / SUMS
        self.before = bytes_to_sums(sums.read_bytes()) if sums.is_file() else {}
        self.trusted = {} if interrupted else self.before
        """An interrupted run may have put files in place that the list does not know, or that never reached the disk."""
        self.by_sum = {found: path for path, found in self.before.items() if path.startswith("snapshots/")}
        self.changed: dict[Path, Path] = {}

    def sum_of(self, item: Item) -> str:
        """See `Kept.sum_of`: the rule of rsync, same size and same time of change; snapshots go by their checksums."""
        try:
            status = (self.root / item.path).stat()
        except OSError:
            return self._link(item)
        known = self.trusted.get(item.path, "")
        unchanged = known == item.sha256 if item.sha256 else abs(status.st_mtime - item.modified) < _SAME_TIME
        return known if unchanged and status.st_size == item.bytes else ""

    def _link(self, item: Item) -> str:
        """Have a snapshot's file from the snapshot kept before, if it is the same."""
        earlier = self.by_sum.get(item.sha256)
        if not item.sha256 or earlier is None:
            return ""
        path = self.root / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self.root / earlier, path)
        except OSError:  # a file system without links, or the earlier one is gone: copied
            return ""
        return item.sha256

    def put(self, item: Item, stream: BinaryIO) -> bool:
        """See `Kept.put`. A file with other content than before waits until the end: until then the old list is true."""
        target = self.root / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.stat().st_size == item.bytes and _sum_of_file(target) == item.sha256:
            _set_time(target, item)
            return False
        temporary = target.with_name(f".{target.name}.tmp")
        with temporary.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _CHUNK)
        _set_time(temporary, item)
        if self.before.get(item.path, item.sha256) == item.sha256:
            temporary.replace(target)
        else:
            self.changed[temporary] = target
        return True

    def finish(self, sums: dict[str, str], about: About) -> None:
        """See `Kept.finish`; then what this backup no longer needs is deleted."""
        sync_everything()
        for temporary, target in self.changed.items():
            temporary.replace(target)
        for name, data in (
            (SUMS, sums_to_bytes(sums)), (CURRENT, f"{about.snapshot}\n".encode()), (ABOUT, about_to_bytes(about)),
        ):  # fmt: skip
            write_atomically(self.root / name, data)
        for path in self.before.keys() - sums.keys():
            (self.root / path).unlink(missing_ok=True)
        for folder in (self.root / "snapshots").iterdir():
            if folder.name != about.snapshot:
                shutil.rmtree(folder)
        (self.root / UNFINISHED).unlink(missing_ok=True)


class _TarKept:
    """One tar file, written anew as a whole."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self.archive = archive

    def sum_of(self, item: Item) -> str:
        """See `Kept.sum_of`: nothing is kept from before."""
        del item
        return ""

    def put(self, item: Item, stream: BinaryIO) -> bool:
        """See `Kept.put`."""
        member = tarfile.TarInfo(item.path)
        member.size, member.mtime, member.mode = item.bytes, item.modified, 0o644
        self.archive.addfile(member, stream)
        return True

    def finish(self, sums: dict[str, str], about: About) -> None:
        """See `Kept.finish`."""
        for name, data in (
            (CURRENT, f"{about.snapshot}\n".encode()), (SUMS, sums_to_bytes(sums)), (ABOUT, about_to_bytes(about)),
        ):  # fmt: skip
            self.put(Item(name, len(data), time.time()), io.BytesIO(data))


def sync_everything() -> None:
    """Force what was written to disk, where the platform can: once, for one file each takes 11 ms, two files a document."""
    if hasattr(os, "sync"):
        os.sync()


def _set_time(path: Path, item: Item) -> None:
    if item.modified:
        os.utime(path, (item.modified, item.modified))


def _sum_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def about_to_bytes(about: About) -> bytes:
    """`backup.json`."""
    return (json.dumps(asdict(about), ensure_ascii=False, indent=1) + "\n").encode()
