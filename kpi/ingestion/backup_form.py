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

FORMAT = 1
ABOUT, SUMS, CURRENT = "backup.json", "SHA256SUMS", "CURRENT"
TAR = ".tar"
_CHUNK = 1 << 20


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

    def put(self, item: Item, stream: BinaryIO) -> None:
        """Keep a file."""
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
    """A backup to write; a `.tar` appears under its name when it is complete."""
    if place.suffix == TAR:
        partial = place.with_name(f".{place.name}.partial")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive:
                yield _TarKept(archive)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
    else:
        yield _FolderKept(place)


UNFINISHED = ".unfinished"
"""In a folder whose first backup was interrupted."""


class _FolderKept:
    """A folder: files of the run before stay where they are; what has the same content is linked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        (root / UNFINISHED).touch()
        sums = root / SUMS
        self.before = bytes_to_sums(sums.read_bytes()) if sums.is_file() else {}
        self.by_sum = {found: path for path, found in self.before.items() if path.startswith("snapshots/")}
        self.changed: dict[Path, Path] = {}

    def sum_of(self, item: Item) -> str:
        """See `Kept.sum_of`: the rule of rsync, same size and same time of change; snapshots go by their checksums."""
        path = self.root / item.path
        try:
            status = path.stat()
        except OSError:
            return self._link(item)
        same = status.st_size == item.bytes and (bool(item.sha256) or abs(status.st_mtime - item.modified) < 1e-3)
        return (self.before.get(item.path) or _sum_of_file(path)) if same else ""

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

    def put(self, item: Item, stream: BinaryIO) -> None:
        """See `Kept.put`. A file with other content than before waits until the end: until then the old list is true."""
        target = self.root / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.tmp")
        with temporary.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _CHUNK)
        if item.modified:
            os.utime(temporary, (item.modified, item.modified))
        if self.before.get(item.path, item.sha256) == item.sha256:
            temporary.replace(target)
        else:
            self.changed[temporary] = target

    def finish(self, sums: dict[str, str], about: About) -> None:
        """See `Kept.finish`; then what this backup no longer needs is deleted."""
        sync_everything()
        for temporary, target in self.changed.items():
            temporary.replace(target)
        for name, data in (
            (SUMS, sums_to_bytes(sums)), (CURRENT, f"{about.snapshot}\n".encode()), (ABOUT, about_to_bytes(about)),
        ):  # fmt: skip
            temporary = self.root / f".{name}.tmp"
            temporary.write_bytes(data)
            temporary.replace(self.root / name)
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

    def put(self, item: Item, stream: BinaryIO) -> None:
        """See `Kept.put`."""
        member = tarfile.TarInfo(item.path)
        member.size, member.mtime, member.mode = item.bytes, item.modified, 0o644
        self.archive.addfile(member, stream)

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


def _sum_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def about_to_bytes(about: About) -> bytes:
    """`backup.json`."""
    return (json.dumps(asdict(about), ensure_ascii=False, indent=1) + "\n").encode()
