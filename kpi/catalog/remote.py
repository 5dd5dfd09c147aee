"""The objects of a store at a URL (远程指标库): any file system of fsspec, used as if it had neither rename nor append.

What is asked of it: read, write and delete whole objects, list, copy on the server where it can. Creating an object only if
there is none has to be exclusive for two writers to be kept apart for certain, as it is on S3, Azure and Google; where it is
not (HDFS, SMB), the writers' lease has to suffice.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from kpi.catalog.objects import Stored
from kpi.catalog.places import masked
from kpi.errors import KpiError, MissingDependency, StoreError, UsageError

UNREACHABLE = "unreachable"
"""Code of the error when a store elsewhere does not answer, or refuses."""

# Protocol → package. fsspec's own words for what is missing do not always name it.
_PACKAGES = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "oss": "ossfs",
    "oci": "ocifs", "hdfs": "pyarrow", "webhdfs": "requests", "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol",
}  # fmt: skip
_WITHOUT_FOLDERS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "oci"})
"""Object stores: keys need no folders, and making a folder could make a bucket."""
_ON_THIS_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Errors of the disk that an object is fetched to."""
_TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")
"""Keys of a listing under which backends tell when an object was written (S3, Azure, HDFS, HTTP, Google, memory)."""


class RemoteObjects:
    """See `kpi.catalog.objects.Objects`; connects at the first use. May be shared by threads."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the store's root there."""
        return _connect(self.url)

    def _path(self, key: str) -> str:
        root = self._place[1]
        return f"{root}/{key}" if key else root

    def where(self, key: str) -> str:
        """See `Objects.where`."""
        return masked(f"{self.url}/{key}" if key else self.url)

    def read(self, key: str) -> bytes:
        """See `Objects.read`."""
        with self._told(key):
            return bytes(self._place[0].cat_file(self._path(key)))

    def write(self, key: str, data: bytes) -> None:
        """See `Objects.write`."""
        with self._told(key):
            self._pipe(key, data)

    def create(self, key: str, data: bytes) -> bool:
        """Make an object unless there is one; returns whether it was made."""
        with self._told(key):
            try:
                self._pipe(key, data, mode="create")
            except FileExistsError:
                return False
            return True

    def _pipe(self, key: str, data: bytes, **options: str) -> None:
        self._in_folder(key, lambda system, path: system.pipe_file(path, data, **options))

    def _in_folder(self, key: str, make: Callable[[Any, str], object]) -> None:
        """Make an object, and where it needs one and there is none, its folder."""
        system, path = self._place[0], self._path(key)
        try:
            make(system, path)
        except FileNotFoundError:
            if self.url.partition("://")[0].lower() in _WITHOUT_FOLDERS:
                raise
            system.makedirs(path.rpartition("/")[0], exist_ok=True)
            make(system, path)

    def put_file(self, path: Path, key: str) -> None:
        """See `Objects.put_file`."""
        with self._told(key):
            self._in_folder(key, lambda system, target: system.put_file(str(path), target))

    def get_file(self, key: str, path: Path) -> None:
        """Fetch an object to a file of this machine, which is whole only when this returns."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._told(key):
            self._place[0].get_file(self._path(key), str(path))

    def copy(self, source: str, target: str) -> bool:
        """Copy an object without fetching it; returns False where that cannot be done."""
        try:
            with self._told(target):
                self._place[0].cp_file(self._path(source), self._path(target))
        except FileNotFoundError:
            return False
        except StoreError as error:
            if error.code != _CANNOT:
                raise
            return False
        return True

    def exists(self, key: str) -> bool:
        """See `Objects.exists`."""
        with self._told(key):
            return bool(self._place[0].exists(self._path(key)))

    def stored(self, prefix: str) -> list[Stored]:
        """See `Objects.stored`."""
        with self._told(prefix):
            system, root = self._place
            system.invalidate_cache()
            try:
                found = system.find(self._path(prefix), detail=True)
            except FileNotFoundError:
                return []
            length = len(root) + 1
            files = ((str(info["name"]), info) for info in found.values() if info.get("type") == "file")
            plain = [(name[length:], info) for name, info in files if not name.rpartition("/")[2].startswith(".")]
            stored = (Stored(key, int(info["size"] or 0), _modified(info)) for key, info in plain)
            return sorted(stored, key=lambda item: item.key)

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly in a folder, sorted."""
        with self._told(prefix):
            system = self._place[0]
            system.invalidate_cache()
            try:
                found = system.ls(self._path(prefix), detail=True)
            except FileNotFoundError:
                return []
            names = (str(info["name"]).rstrip("/") for info in found if info.get("type") == "directory")
            return sorted({name.rpartition("/")[2] for name in names if name != self._path(prefix)})

    def is_empty(self) -> bool:
        """Whether nothing at all lies there."""
        with self._told(""):
            system = self._place[0]
            system.invalidate_cache()
            try:
                return not system.ls(self._path(""), detail=False)
            except FileNotFoundError:
                return True

    def delete(self, key: str) -> None:
        """See `Objects.delete`."""
        with self._told(key), contextlib.suppress(FileNotFoundError):
            self._place[0].rm_file(self._path(key))

    def delete_below(self, prefix: str) -> None:
        """See `Objects.delete_below`."""
        with self._told(prefix), contextlib.suppress(FileNotFoundError):
            system = self._place[0]
            system.invalidate_cache()
            system.rm(self._path(prefix), recursive=True)

    @contextlib.contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Errors of a backend in the product's words: which types it raises is its own affair (botocore's are no OSError)."""
        try:
            yield
        except (FileNotFoundError, FileExistsError, KpiError):
            raise
        except NotImplementedError:
            raise StoreError("存储后端不支持这个操作", where=self.where(key), code=_CANNOT) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _ON_THIS_MACHINE:
                raise
            # Not `from error`: what it holds may show credentials in a traceback.
            raise StoreError(
                "存储位置无法访问", where=self.where(key), found=masked(f"{type(error).__name__}: {error}", self.url),
                advice="检查网络、地址、权限和凭据（凭据按该存储的惯例由环境变量或配置文件给出），然后重试", code=UNREACHABLE,
            ) from None  # fmt: skip


_CANNOT = "not_supported"


def _connect(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    protocol = url.partition("://")[0].lower()
    try:
        system, root = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        package = _PACKAGES.get(protocol)
        raise MissingDependency(
            f"读写 {protocol}:// 的指标库需要另外安装程序包", where=masked(url), found=str(error),
            advice=f"pip install {package}" if package else "安装上面所说的程序包",
        ) from None  # fmt: skip
    except ValueError as error:
        raise UsageError(
            "指标库的地址不对",
            where=masked(url),
            found=masked(str(error), url),
            advice="目录，或如 s3://桶/路径、hdfs://主机:端口/路径",
        ) from None
    except Exception as error:  # noqa: BLE001 - backends connect here, each with errors of its own
        raise StoreError(
            "存储位置连接不上", where=masked(url), found=masked(f"{type(error).__name__}: {error}", url),
            advice="检查网络、地址和凭据，然后重试", code=UNREACHABLE,
        ) from None  # fmt: skip
    return system, str(root).rstrip("/")


def _modified(info: dict[str, Any]) -> float:
    """When an object of a listing was written, seconds since 1970; 0 if that is not told."""
    value = next((info[name] for name in _TIMES if info.get(name)), None)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return 0.0
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, (int, float)) else 0.0
