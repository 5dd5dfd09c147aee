"""Small things of a store as objects by key (对象): written once or replaced as a whole, never renamed, never appended to.

What the product keeps beside its snapshots (parsed results, originals, libraries) needs no more than this of the place
where the store is, so that the place may be a folder, an object store or HDFS.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kpi.durable import copy_atomically, write_atomically


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of a listing."""

    key: str
    """Path inside the store, with `/`."""
    bytes: int
    modified: float
    """Seconds since 1970; 0 where the place does not tell."""


class Objects(Protocol):
    """The objects of one store. A missing object is a `FileNotFoundError` everywhere."""

    def where(self, key: str) -> str:
        """How messages name an object; without credentials."""
        ...

    def read(self, key: str) -> bytes:
        """An object's content."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Make or replace an object as a whole."""
        ...

    def put_file(self, path: Path, key: str) -> None:
        """Make or replace an object with a file's content."""
        ...

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        ...

    def stored(self, prefix: str) -> list[Stored]:
        """All objects in a folder and the folders in it, by key, as they are now; those whose name begins with a dot are not told."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object; harmless when there is none."""
        ...

    def delete_below(self, prefix: str) -> None:
        """Delete all objects in a folder; harmless when there is none."""
        ...


class LocalObjects:
    """Objects that are files of a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def where(self, key: str) -> str:
        """See `Objects.where`."""
        return str(self.root / key)

    def read(self, key: str) -> bytes:
        """See `Objects.read`."""
        return (self.root / key).read_bytes()

    def write(self, key: str, data: bytes) -> None:
        """See `Objects.write`."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)

    def put_file(self, path: Path, key: str) -> None:
        """See `Objects.put_file`."""
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_atomically(path, target)

    def exists(self, key: str) -> bool:
        """See `Objects.exists`."""
        return (self.root / key).is_file()

    def stored(self, prefix: str) -> list[Stored]:
        """See `Objects.stored`."""
        found = []
        for parent, _, names in os.walk(self.root / prefix):
            for path in (Path(parent, name) for name in names if not name.startswith(".")):
                try:
                    status = path.stat()
                except OSError:  # deleted since it was listed
                    continue
                found.append(Stored(path.relative_to(self.root).as_posix(), status.st_size, status.st_mtime))
        return sorted(found, key=lambda stored: stored.key)

    def delete(self, key: str) -> None:
        """See `Objects.delete`."""
        (self.root / key).unlink(missing_ok=True)

    def delete_below(self, prefix: str) -> None:
        """See `Objects.delete_below`."""
        shutil.rmtree(self.root / prefix, ignore_errors=True)
