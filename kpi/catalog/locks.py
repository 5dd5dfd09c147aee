"""One writer at a time, any number of readers, and no snapshot taken away under a reader (锁与清理)."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kpi.catalog.layout import BUILDING, MANIFEST, Layout, read_manifest
from kpi.errors import StoreError

_log = logging.getLogger(__name__)
_LONG_WAIT = 1.0
"""Seconds of waiting for another writer that are worth a line in the log."""
_LEFT_ALONE_SECONDS = 24 * 3600.0
"""Where the platform has no file locks: age from which a superseded snapshot counts as unread."""


@contextlib.contextmanager
def writing(layout: Layout, *, wait: float = 600.0) -> Iterator[None]:
    """Hold the store's only right to publish; waits up to `wait` seconds for another writer to finish.

    Raises:
        StoreError: another process kept it (`locked`), or the place cannot be written to (`read_only`).
    """
    from filelock import FileLock, Timeout

    lock_file, holder = layout.root / ".lock", layout.root / ".writer.json"
    lock = FileLock(lock_file)
    try:
        layout.create()
        began = time.monotonic()
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise StoreError(
            "另一个进程正在写入指标库",
            where=str(layout.root),
            found=_describe(holder),
            advice="等它完成后重试；检索不受影响",
            code="locked",
        ) from error
    except OSError as error:
        raise StoreError(
            "指标库目录不可写",
            where=str(layout.root),
            found=str(error),
            advice="检查目录权限和磁盘空间",
            code="read_only",
        ) from error
    waited = time.monotonic() - began
    if waited > _LONG_WAIT:
        _log.info("lock_waited", extra={"store": str(layout.root), "seconds": round(waited, 3)})
    try:
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": time.time()}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        plain = json.loads(holder.read_text("utf-8"))
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(plain["since"]))
        return f"主机 {plain['host']} 进程 {plain['pid']}，自 {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return "写入者未知"


def hold(folder: Path) -> IO[bytes]:
    """Mark a snapshot as being read; closing the file (or the end of the process) lets go.

    Raises:
        FileNotFoundError: the snapshot was pruned in the meantime; read `CURRENT` again.
    """
    stream = (folder / MANIFEST).open("rb")
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # it is being pruned right now
            stream.close()
            raise FileNotFoundError(folder) from None
        except OSError:  # a file system without locks: the age rule of `prune` protects the reader
            return stream
        if not (folder / MANIFEST).exists():  # pruned between opening and locking
            stream.close()
            raise FileNotFoundError(folder)
    return stream


def prune(layout: Layout) -> list[str]:
    """Delete superseded snapshots that nobody reads, and what killed writers left; returns the deleted names.

    The snapshot in force and the one before it stay, the latter to fall back to when files of the newest are damaged.
    Only for the holder of `writing`.
    """
    for folder in layout.snapshots.glob(f"{BUILDING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    current = layout.current()
    try:
        kept = {current, read_manifest(layout.folder(current)).previous}
    except StoreError:  # damaged, or CURRENT is: whatever there is may be needed to mend it
        return []
    return [name for name in layout.names() if name not in kept and _delete_unread(layout.folder(name))]


def _delete_unread(folder: Path) -> bool:
    with (folder / MANIFEST).open("rb") as stream:
        if not _take_for_deletion(stream, folder):
            return False
        grave = folder.with_name(f"{BUILDING}pruned-{folder.name}")
        folder.rename(grave)  # readers never see half a snapshot
    shutil.rmtree(grave, ignore_errors=True)
    return True


def _take_for_deletion(stream: IO[bytes], folder: Path) -> bool:
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return _is_old(folder)
        return True
    return _is_old(folder)


def _is_old(folder: Path) -> bool:
    return time.time() - (folder / MANIFEST).stat().st_mtime > _LEFT_ALONE_SECONDS
