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
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

from kpi.catalog.layout import BUILDING, MANIFEST, Layout, Manifest, read_manifest
from kpi.durable import sync_folder
from kpi.errors import StoreError

_log = logging.getLogger(__name__)
WRITER = ".writer.json"
"""File of a store that says who publishes."""
_LONG_WAIT = 1.0
"""Seconds of waiting for another writer that are worth a line in the log."""
_LEFT_ALONE_SECONDS = 24 * 3600.0
"""Where the platform has no file locks: age from which a superseded snapshot counts as unread."""


class Writer(Protocol):
    """What the holder of the right to publish may do: on this machine, or where the store is."""

    def next_name(self) -> tuple[str, int]:
        """Name and number of the next snapshot. A running number first: names sort by it even when the clock goes back."""
        ...

    def put_in_force(self, building: Path, manifest: Manifest) -> list[str]:
        """Give a built snapshot its name and put it in force; returns notes."""
        ...

    def prune(self) -> list[str]:
        """Delete what no one needs any more; returns the deleted snapshots."""
        ...


class LocalWriter:
    """Publishes to a folder of this machine or a shared disk: by rename and one swap."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def next_name(self) -> tuple[str, int]:
        """See `Writer.next_name`."""
        numbers = (name.split("-")[0] for name in self.layout.names(finished=False))
        last = max((int(number) for number in numbers if number.isdecimal()), default=0)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        return f"{last + 1:08d}-{stamp}", last + 1

    def put_in_force(self, building: Path, manifest: Manifest) -> list[str]:
        """See `Writer.put_in_force`."""
        building.rename(self.layout.folder(manifest.name))
        sync_folder(self.layout.snapshots)
        self.layout.set_current(manifest.name)
        return []

    def prune(self) -> list[str]:
        """See `Writer.prune`."""
        return prune(self.layout)


@contextlib.contextmanager
def writing(layout: Layout, *, wait: float = 600.0) -> Iterator[Writer]:
    """Hold the store's only right to publish; waits up to `wait` seconds for another writer to finish.

    Of a store elsewhere, the working copy is up to date then.

    Raises:
        StoreError: another process kept it (`locked`), or the place cannot be written to (`read_only`, `unreachable`).
    """
    start = time.monotonic()
    with _locked(layout, wait):
        if layout.remote is None:
            yield LocalWriter(layout)
            return
        from kpi.catalog.lease import leased
        from kpi.catalog.remote_writer import RemoteWriter
        from kpi.catalog.working_copy import catch_up

        with leased(layout.remote, wait=max(0.0, wait - (time.monotonic() - start))) as lease:
            catch_up(layout, strict=True)
            yield RemoteWriter(layout, layout.remote, lease)


@contextlib.contextmanager
def _locked(layout: Layout, wait: float) -> Iterator[None]:
    """Hold the lock file of a folder: against the writers of this machine, or of those that share the disk."""
    from filelock import FileLock, Timeout

    lock_file, holder = layout.root / ".lock", layout.root / WRITER
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
        raise layout.not_writable(error) from error
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


def writer_of(layout: Layout) -> dict[str, Any] | None:
    """Host, process and start of who publishes on this machine's disk now; None for nobody, as after one was killed."""
    try:
        plain = json.loads((layout.root / WRITER).read_bytes())
    except (OSError, ValueError):
        return None
    return plain if isinstance(plain, dict) and not is_gone(plain.get("host"), plain.get("pid")) else None


def is_gone(host: object, pid: object) -> bool:
    """Whether a process is known to have ended: it ran on this machine, where none has its number now."""
    if host != socket.gethostname() or not isinstance(pid, int) or os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        return False
    return False


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

    Only for the holder of `writing`.
    """
    for folder in layout.snapshots.glob(f"{BUILDING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    return prune_superseded(layout)


def prune_superseded(layout: Layout) -> list[str]:
    """Delete superseded snapshots that nobody reads; returns their names.

    The snapshot in force and the one before it stay, the latter to fall back to when files of the newest are damaged.
    """
    current = layout.current()
    try:
        kept = {current, read_manifest(layout.folder(current)).previous}
    except StoreError:  # damaged, or CURRENT is: whatever there is may be needed to mend it
        return []
    return [name for name in layout.names() if name not in kept and _delete_unread(layout.folder(name))]


def _delete_unread(folder: Path) -> bool:
    grave = folder.with_name(f"{BUILDING}pruned-{folder.name}")
    try:
        with (folder / MANIFEST).open("rb") as stream:
            if not _take_for_deletion(stream, folder):
                return False
            folder.rename(grave)  # readers never see half a snapshot
    except FileNotFoundError:  # another process that uses the same working copy was first
        return False
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
