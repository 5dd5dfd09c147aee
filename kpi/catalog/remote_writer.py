"""Publishing to a store elsewhere (远程发布): what is new goes up, what is not is copied there, one object decides.

Every snapshot folder there is complete, so that any program reads `snapshots/<name>/indicators/*.parquet`.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from kpi.catalog.head import commit, number_of, point, read_head
from kpi.catalog.layout import MANIFEST, Layout, Manifest, Stamp, read_manifest, stamp_of
from kpi.catalog.lease import Lease
from kpi.catalog.locks import prune
from kpi.catalog.remote import UNREACHABLE, RemoteObjects
from kpi.catalog.working_copy import THREADS, fetching_lock
from kpi.durable import sync_folder
from kpi.errors import StoreError

_UNFINISHED_SECONDS = 24 * 3600.0
"""Age from which objects of a publishing that was never decided were left by a writer that was killed."""


class RemoteWriter:
    """What publishing does where the store is; see `kpi.catalog.locks.Writer`."""

    def __init__(self, layout: Layout, remote: RemoteObjects, lease: Lease) -> None:
        self.layout, self.remote, self.lease = layout, remote, lease
        self._head = read_head(remote)
        if self._head.name:
            point(remote, self._head.name)

    def next_name(self) -> tuple[str, int]:
        """Name and number of the next snapshot; names of two writers differ even if the numbers do not."""
        number = self._head.number + 1
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        return f"{number:08d}-{stamp}-{secrets.token_hex(3)}", number

    def put_in_force(self, building: Path, manifest: Manifest) -> list[str]:
        """Upload a built snapshot, decide it, and take it into the working copy; returns notes.

        Raises:
            StoreError: another writer published meanwhile (`locked`), or the place does not answer.
        """
        name = manifest.name
        self._upload(building, manifest)
        notes = []
        with fetching_lock(self.layout):  # readers of this machine need not fetch what was built on it
            self.lease.check()
            if not commit(self.remote, name):
                raise StoreError(
                    "另一个进程已先发布，本次没有发布", where=self.layout.shown, advice="重新运行；已解析的文件不会再次解析",
                    code="locked",
                )  # fmt: skip
            try:
                point(self.remote, name)
            except (StoreError, FileNotFoundError) as error:  # the commit decides; the next writer lets CURRENT follow
                notes.append(f"快照已生效，但 CURRENT 暂未更新（{error}），下次写入时补上")
            try:
                building.rename(self.layout.folder(name))
                sync_folder(self.layout.snapshots)
                self.layout.set_current(name)
            except OSError as error:  # it is in force all the same; the next reader fetches it
                notes.append(f"快照已生效，但本机副本未能更新（{error.strerror}）")
        return notes

    def _upload(self, building: Path, manifest: Manifest) -> None:
        held = self._held(manifest.previous)
        prefix = f"snapshots/{manifest.name}"

        def put(name: str) -> None:
            key = f"{prefix}/{name}"
            source = held.get(manifest.files[name])
            if source is None or not self.remote.copy(source, key):
                self.remote.put_file(building / name, key)

        with ThreadPoolExecutor(THREADS, "kpi-put") as pool:
            list(pool.map(put, manifest.files))
        sizes = {stored.key.removeprefix(f"{prefix}/"): stored.bytes for stored in self.remote.stored(prefix)}
        wrong = [name for name, stamp in manifest.files.items() if sizes.get(name) != stamp.bytes]
        if wrong:
            raise StoreError(
                "上传不完整", where=self.remote.where(f"{prefix}/{wrong[0]}"), found=f"{len(wrong)} 个文件缺失或大小不符",
                advice="重新运行", code=UNREACHABLE,
            )  # fmt: skip
        self.remote.put_file(building / MANIFEST, f"{prefix}/{MANIFEST}")

    def _held(self, previous: str) -> dict[Stamp, str]:
        """Content → key of the files of the snapshot before, which need not be uploaded again."""
        if not previous:
            return {}
        files = read_manifest(self.layout.folder(previous)).files
        return {stamp: f"snapshots/{previous}/{name}" for name, stamp in files.items()}

    def prune(self) -> list[str]:
        """Delete what no one needs there: all snapshots but the one in force and the one before, and abandoned uploads.

        What cannot be deleted now is left for the next writer.
        """
        prune(self.layout)
        try:
            return self._prune()
        except StoreError:
            return []

    def _prune(self) -> list[str]:
        deleted = unneeded(self.layout, self.remote)
        for name in deleted:
            self.remote.delete(f"snapshots/{name}/{MANIFEST}")  # first, so that no one takes the rest for whole
            self.remote.delete_below(f"snapshots/{name}")
        return deleted


def unneeded(layout: Layout, remote: RemoteObjects) -> list[str]:
    """Snapshots that may be deleted there. The working copy must be up to date.

    A folder with a number that is decided can never come into force; with a later one only while its writer lives.

    Raises:
        StoreError: the place does not answer, or the manifest in force is damaged: then all may be needed to mend it.
    """
    head = read_head(remote)
    kept = {head.name, read_manifest(layout.folder(head.name)).previous} if head.name else set()

    def is_abandoned(name: str) -> bool:
        newest = max((stored.modified for stored in remote.stored(f"snapshots/{name}")), default=0.0)
        return 0 < newest < time.time() - _UNFINISHED_SECONDS

    found = [name for name in remote.folders("snapshots") if name not in kept]
    return [name for name in found if 0 < number_of(name) <= head.number or is_abandoned(name)]


def damaged_objects(layout: Layout, remote: RemoteObjects) -> Iterator[str]:
    """Keys of the files of the snapshots that are missing there or differ from the manifest's checksums; reads everything."""
    for name in layout.names():
        try:
            files = read_manifest(layout.folder(name)).files
        except StoreError:
            continue
        with tempfile.TemporaryDirectory(prefix="kpi-doctor-") as folder:
            path = Path(folder, "object")
            for file, stamp in files.items():
                key = f"snapshots/{name}/{file}"
                try:
                    remote.get_file(key, path)
                except FileNotFoundError:
                    yield key
                    continue
                if stamp_of(path) != stamp:
                    yield key
