"""The copy that a machine has of a store elsewhere (本地副本): itself laid out like a store, brought up to date when opened.

Snapshots never change, so that only what the copy does not hold yet is fetched, each file checked by the manifest's checksum;
what the snapshots before hold already is linked. A copy may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.catalog.head import number_of, read_head
from kpi.catalog.layout import MANIFEST, Layout, Manifest, Stamp, check_sizes, read_manifest, stamp_of
from kpi.catalog.locks import prune_superseded
from kpi.catalog.remote import UNREACHABLE, RemoteObjects
from kpi.durable import share, temporary_beside, write_atomically
from kpi.errors import StoreError

if TYPE_CHECKING:
    from filelock import FileLock

THREADS = 8
"""Objects that are fetched or put at a time: one request waits 20–100 ms on object stores, whatever its size."""
_TRIES = 3
"""Downloads of a file whose checksum does not fit, before it is taken for damaged where it lies."""
_ATTEMPTS = 5
"""Snapshots may be superseded and deleted while they are fetched."""
_FETCHING = ".fetching-"
_CUT_OFF = "连接不上指标库"
_LOOKED = ".looked"
LOOK_SECONDS = 5.0
"""How long readers do without looking again at what others may have changed."""


def prepare(layout: Layout, *, strict: bool = False) -> list[str]:
    """Make a store ready to be opened on this machine; returns notes that readers have to be told, see `catch_up`.

    Raises:
        StoreError: there is no store (`no_store`), it may not be read, or it is elsewhere, cannot be reached and was never
            opened here.
    """
    if layout.remote is None:
        try:
            found = layout.root.is_dir()
        except OSError as error:
            raise layout.not_readable(error) from error
        if not found:
            raise StoreError(
                "没有这个指标库", where=str(layout.root), advice="先用 kpi ingest 导入文件", code="no_store"
            )
        return []
    notes = catch_up(layout, strict=strict)
    if not notes and not layout.current() and layout.remote.is_empty():
        raise StoreError("没有这个指标库", where=layout.shown, advice="先用 kpi ingest 导入文件", code="no_store")
    return notes


def catch_up(layout: Layout, *, strict: bool = False) -> list[str]:
    """Bring the working copy to the snapshot in force; nothing to do for a store on this machine.

    Args:
        layout: the store.
        strict: whether a place that does not answer is an error even if there is a copy.

    Returns:
        Notes: that the place does not answer and how old the copy is.

    Raises:
        StoreError: the place does not answer (`unreachable`), or the copy cannot be written (`read_only`).
    """
    remote = layout.remote
    if remote is None:
        return []
    try:
        with _writable(layout):
            _follow(layout, remote)
    except StoreError as error:
        if strict or error.code != UNREACHABLE or not layout.current():
            raise
        return [_told_old(layout, error)]
    return []


def _follow(layout: Layout, remote: RemoteObjects) -> None:
    name = read_head(remote).name
    if name == layout.current() and (not name or _is_whole(layout.folder(name))):
        if name:
            os.utime(layout.current_file)  # when the copy was last seen to be up to date
        return
    layout.create()
    with fetching_lock(layout):
        for _ in range(_ATTEMPTS):
            name = read_head(remote).name
            try:
                _bring(layout, remote, name)
                break
            except FileNotFoundError:  # superseded and deleted meanwhile, if there is a newer one now
                if read_head(remote).name == name:
                    _bring_earlier(layout, remote, name)
                    break
        layout.set_current(name)
        for left in layout.snapshots.glob(f"{_FETCHING}*"):
            shutil.rmtree(left, ignore_errors=True)
        prune_superseded(layout)


def fetching_lock(layout: Layout) -> FileLock:
    """Lock of those who change which snapshots the copy holds; not of those who build one in it."""
    from filelock import FileLock

    return FileLock(layout.root / ".fetch.lock")


def _bring(layout: Layout, remote: RemoteObjects, name: str) -> None:
    """Fetch a snapshot, and where files of it are damaged also the one before it, which readers fall back to."""
    if not name or _is_whole(layout.folder(name)):
        return
    if not _fetch(layout, remote, name):
        _bring_earlier(layout, remote, name)


def _bring_earlier(layout: Layout, remote: RemoteObjects, name: str) -> None:
    for earlier in reversed([found for found in remote.folders("snapshots") if number_of(found) < number_of(name)]):
        with contextlib.suppress(FileNotFoundError):
            if _is_whole(layout.folder(earlier)) or _fetch(layout, remote, earlier):
                return


def _fetch(layout: Layout, remote: RemoteObjects, name: str) -> bool:
    """Fetch one snapshot, put in place as one; returns whether all of it is whole. Goes on where a killed run stopped.

    Raises:
        FileNotFoundError: it has no manifest.
    """
    folder, fetching = layout.folder(name), layout.snapshots / f"{_FETCHING}{name}"
    data = remote.read(f"snapshots/{name}/{MANIFEST}")
    if fetching.exists():
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.is_dir():
        folder.rename(fetching)  # damaged on this machine: what is whole of it stays
    fetching.mkdir(parents=True, exist_ok=True)
    write_atomically(fetching / MANIFEST, data)
    try:
        manifest = read_manifest(fetching)
    except StoreError as error:
        if error.code != "schema_version":
            return False
        raise
    held = _held(layout)
    missing = partial(_fetch_file, remote, f"snapshots/{name}", fetching, held)
    with ThreadPoolExecutor(THREADS, "kpi-fetch") as pool:
        whole = all(list(pool.map(missing, manifest.files.items())))
    if not whole and read_head(remote).name != name:
        raise FileNotFoundError(name)
    fetching.rename(folder)
    return whole


def _fetch_file(
    remote: RemoteObjects, prefix: str, folder: Path, held: dict[Stamp, Path], item: tuple[str, Stamp]
) -> bool:  # fmt: skip
    """Have one file with its checksum; returns False if there is none that fits."""
    name, stamp = item
    path = folder / name
    if path.is_file():
        if stamp_of(path) == stamp:
            return True
        path.unlink()
    if (source := held.get(stamp)) is not None:
        with contextlib.suppress(FileNotFoundError):  # pruned meanwhile
            share(source, path)
            return True
    for _ in range(_TRIES):
        try:
            remote.get_file(f"{prefix}/{name}", path)
        except FileNotFoundError:
            break
        if stamp_of(path) == stamp:
            return True
    path.unlink(missing_ok=True)
    return False


def _held(layout: Layout) -> dict[Stamp, Path]:
    """Files of the snapshots that the copy holds, by content; those whose size does not fit are left out."""
    found = {}
    for manifest, folder in _manifests(layout):
        broken = set(check_sizes(folder, manifest))
        found.update({stamp: folder / name for name, stamp in manifest.files.items() if name not in broken})
    return found


def _manifests(layout: Layout) -> Iterator[tuple[Manifest, Path]]:
    for name in layout.names():
        with contextlib.suppress(StoreError):
            yield read_manifest(layout.folder(name)), layout.folder(name)


def _is_whole(folder: Path) -> bool:
    try:
        return not check_sizes(folder, read_manifest(folder))
    except StoreError:
        return False


@contextlib.contextmanager
def _writable(layout: Layout) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StoreError(
            "指标库正在频繁更新，未能取到快照", where=layout.shown, found=str(error), advice="稍后重试", code="busy"
        ) from error
    except OSError as error:
        raise layout.not_writable(error) from error


def _told_old(layout: Layout, error: StoreError) -> str:
    minutes = int(max(0.0, time.time() - layout.current_file.stat().st_mtime) // 60)
    age = (
        f"{minutes} 分钟"
        if minutes < 120
        else f"{minutes // 60} 小时"
        if minutes < 48 * 60
        else f"{minutes // 1440} 天"
    )
    return f"{_CUT_OFF} {layout.shown}，正在使用本机副本，{age}前与其一致（{error.found or error.what}）"


def is_about_connection(note: str) -> bool:
    """Whether a note of `catch_up` tells that the store does not answer: it holds as long as that lasts."""
    return note.startswith(_CUT_OFF)


# --- single objects ------------------------------------------------------------------------------------------------------


def mirror(layout: Layout, kind: str, *, strict: bool = False) -> Path:
    """A folder of small objects (`decisions`, `references`) as a folder on this machine.

    Readers see objects of others a few seconds late, and what the copy holds where the place does not answer.

    Args:
        layout: the store.
        kind: the folder.
        strict: whether it has to be as it is now.

    Raises:
        StoreError: `strict`, and the place does not answer.
    """
    folder = layout.root / kind
    if layout.remote is None or (not strict and _was_looked_at(folder)):
        return folder
    try:
        _mirror(layout, layout.remote, kind, folder)
    except StoreError as error:
        if strict or error.code != UNREACHABLE or not folder.is_dir():
            raise
    return folder


def _was_looked_at(folder: Path) -> bool:
    try:
        return 0 <= time.time() - (folder / _LOOKED).stat().st_mtime < LOOK_SECONDS
    except OSError:
        return False


def _mirror(layout: Layout, remote: RemoteObjects, kind: str, folder: Path) -> None:
    stored = {item.key.rpartition("/")[2]: item for item in remote.stored(kind)}
    with _writable(layout):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.json"):
            if path.name not in stored:
                path.unlink(missing_ok=True)  # another process may do the same

        def bring(name: str) -> None:
            item, path = stored[name], folder / name
            if _fits(path, item.bytes, item.modified):
                return
            with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                write_atomically(path, remote.read(item.key))
                if item.modified:
                    os.utime(path, (item.modified, item.modified))

        with ThreadPoolExecutor(THREADS, "kpi-mirror") as pool:
            list(pool.map(bring, stored))
        (folder / _LOOKED).touch()


def _fits(path: Path, size: int, modified: float) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return status.st_size == size and status.st_mtime >= modified - 0.001


def original(layout: Layout, sha256: str) -> Path | None:
    """The original with this content as a file on this machine; None if the store does not keep it.

    Raises:
        StoreError: the place does not answer.
    """
    path = layout.files / sha256
    if path.is_file() or layout.remote is None:
        return path if path.is_file() else None
    with _writable(layout):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(path)
        try:
            layout.remote.get_file(layout.file_key(sha256), temporary)
            if stamp_of(temporary).sha256 != sha256:
                return None
            temporary.replace(path)
        except FileNotFoundError:
            return None
        finally:
            temporary.unlink(missing_ok=True)
    return path
