"""Files that are whole or not there (可靠写入): replaced as one, forced to disk, shared without copying."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from pathlib import Path

_NOT_FOR_FOLDERS = frozenset({errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.ENOSYS})
"""Answers of file systems that know no forcing of folders (some network shares): their server sees to it."""


def temporary_beside(path: Path) -> Path:
    """A hidden name in the same folder that no other thread, process or machine uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def share(source: Path, target: Path) -> None:
    """Give `target` the content of `source` without copying where the file system can (hard link)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # other device, or a file system without links
        shutil.copyfile(source, target)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a small file as a whole: readers see the old content or the new, also after a power cut."""
    temporary = temporary_beside(path)
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:  # also an interruption: the name is never used again
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def copy_atomically(source: Path, path: Path) -> None:
    """Replace a file as a whole with a copy of another, as `write_atomically` does."""
    temporary = temporary_beside(path)
    try:
        shutil.copyfile(source, temporary)
        sync_file(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Force a finished file to disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to disk, where the platform and the file system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise
    finally:
        os.close(descriptor)
