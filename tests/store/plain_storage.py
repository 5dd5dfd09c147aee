"""A file system for tests that is no more than an object store: whole objects only, no rename, no append, no links, no folders.

Its objects are files below a folder, `plain:///folder/kpi`, so that several processes share them. It counts calls and bytes,
fails at a given call (before or after having done it), can be cut off and can be slow.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import fsspec
from fsspec.spec import AbstractFileSystem


class LostError(Exception):
    """What a backend raises that is no OSError, as botocore does."""


class Behaviour:
    """How the file system behaves in this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.calls: Counter[str] = Counter()
        self.sent = self.received = 0
        self.fail_at = 0
        """Number of the call that fails; 0 = none."""
        self.after = False
        """Whether the failing call is carried out and only its answer lost."""
        self.fail_on = ""
        """Part of the keys whose calls fail; "" = none."""
        self.gone_at = 0
        """Number of the call from which on nothing answers: what a killed writer does no more; 0 = never."""
        self.garbled = 0
        """How many downloads of parts of snapshots arrive with other bytes."""
        self.cut_off = False
        self.seconds = 0.0

    @property
    def total(self) -> int:
        return sum(self.calls.values())

    def spoil(self, path: str, data: bytes) -> bytes:
        with self.lock:
            if not self.garbled or "/part-" not in path:
                return data
            self.garbled -= 1
        return b"?" * len(data)

    def call(self, name: str, path: str, *, sent: int = 0) -> bool:
        """Count a call; returns whether to lose its answer."""
        with self.lock:
            self.calls[name] += 1
            self.sent += sent
            failing = self.fail_at == self.total
            gone = 0 < self.gone_at <= self.total
        if self.seconds:
            time.sleep(self.seconds)
        if self.cut_off or gone or (self.fail_on and self.fail_on in path) or (failing and not self.after):
            raise LostError(f"no answer: {name} plain://user:secret@host{path}")
        return failing


BEHAVIOUR = Behaviour()


def _answer(lost: bool, name: str) -> None:
    if lost:
        raise LostError(f"answer lost: {name}")


class PlainFileSystem(AbstractFileSystem):
    """See the module."""

    protocol = "plain"
    cachable = False

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        text = str(path).removeprefix("plain://")
        return "/" + text.strip("/")

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        _answer(BEHAVIOUR.call("list", path), "list")
        if not Path(path).is_dir():
            raise FileNotFoundError(path)
        found = [self._entry(item) for item in sorted(Path(path).iterdir()) if not item.name.startswith("~")]
        return found if detail else [item["name"] for item in found]

    def find(self, path: str, maxdepth: Any = None, withdirs: bool = False, detail: bool = False, **_: Any) -> Any:
        path = self._strip_protocol(path)
        _answer(BEHAVIOUR.call("list", path), "list")
        files = [Path(parent, name) for parent, _, names in os.walk(path) for name in names if not name.startswith("~")]
        found = {}
        for file in sorted(files):
            try:
                found[str(file)] = self._entry(file)
            except FileNotFoundError:
                continue
        return found if detail else list(found)

    @staticmethod
    def _entry(path: Path) -> dict[str, Any]:
        status = path.stat()
        if path.is_dir():
            return {"name": str(path), "size": 0, "type": "directory"}
        return {"name": str(path), "size": status.st_size, "type": "file", "mtime": status.st_mtime}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        path = self._strip_protocol(path)
        _answer(BEHAVIOUR.call("look", path), "look")
        return self._entry(Path(path))

    def exists(self, path: str, **_: Any) -> bool:
        path = self._strip_protocol(path)
        _answer(BEHAVIOUR.call("look", path), "look")
        return Path(path).is_file()

    def cat_file(self, path: str, start: Any = None, end: Any = None, **_: Any) -> bytes:
        path = self._strip_protocol(path)
        lost = BEHAVIOUR.call("get", path)
        data = Path(path).read_bytes()
        BEHAVIOUR.received += len(data)
        _answer(lost, "get")
        return BEHAVIOUR.spoil(path, data)

    def get_file(self, rpath: str, lpath: Any = None, **_: Any) -> None:
        Path(lpath).write_bytes(self.cat_file(rpath))

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        path = self._strip_protocol(path)
        lost = BEHAVIOUR.call("put", path, sent=len(value))
        self._place(Path(path), bytes(value), exclusive=mode == "create")
        _answer(lost, "put")

    @staticmethod
    def _place(path: Path, data: bytes, *, exclusive: bool) -> None:
        while True:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary = path.with_name(f"~{secrets.token_hex(6)}")
                temporary.write_bytes(data)
            except FileNotFoundError:  # the folder was empty for a moment and deleted
                continue
            try:
                if exclusive:
                    os.link(temporary, path)
                    temporary.unlink()
                else:
                    temporary.replace(path)
            except FileExistsError:
                temporary.unlink()
                raise
            return

    def put_file(self, lpath: Any, rpath: str, **_: Any) -> None:
        self.pipe_file(rpath, Path(lpath).read_bytes())

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        path1, path2 = self._strip_protocol(path1), self._strip_protocol(path2)
        lost = BEHAVIOUR.call("copy", path2)
        self._place(Path(path2), Path(path1).read_bytes(), exclusive=False)
        _answer(lost, "copy")

    def rm_file(self, path: str) -> None:
        path = self._strip_protocol(path)
        lost = BEHAVIOUR.call("delete", path)
        Path(path).unlink()
        for parent in Path(path).parents:
            try:
                parent.rmdir()  # object stores have no empty folders
            except OSError:
                break
        _answer(lost, "delete")

    def rm(self, path: Any, recursive: bool = False, maxdepth: Any = None) -> None:
        if not recursive:
            return self.rm_file(path)
        found = self.find(path)
        if not found:
            raise FileNotFoundError(path)
        for file in found:
            self.rm_file(file)
        return None

    def invalidate_cache(self, path: Any = None) -> None:
        """There is none."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("an object store can neither rename, append nor make folders")

    mv = mv_file = rename = move = touch = link = mkdir = makedirs = open = _open = _refuse


class FolderedFileSystem(PlainFileSystem):
    """What HDFS and file servers are like: folders have to be made, nothing is copied there, creating is not exclusive."""

    protocol = "foldered"

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        return "/" + str(path).removeprefix("foldered://").strip("/")

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        if not Path(self._strip_protocol(path)).parent.is_dir():
            raise FileNotFoundError(path)
        if mode == "create" and self.exists(path):
            raise FileExistsError(path)
        super().pipe_file(path, value)

    def put_file(self, lpath: Any, rpath: str, **_: Any) -> None:
        self.makedirs(rpath.rpartition("/")[0], exist_ok=True)
        super().put_file(lpath, rpath)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        Path(self._strip_protocol(path)).mkdir(parents=True, exist_ok=exist_ok)

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        raise NotImplementedError


fsspec.register_implementation("plain", PlainFileSystem, clobber=True)
fsspec.register_implementation("foldered", FolderedFileSystem, clobber=True)
