"""Where things lie in a store (指标库目录), and the manifest of a snapshot (快照清单).

    STORE/CURRENT                   name of the snapshot that readers open, replaced as one small object
    STORE/snapshots/<name>/         immutable once it has this name; see `Manifest`
    STORE/parsed/<parser>/<sha256>/ results of parsing, by content
    STORE/files/<sha256>            originals
    STORE/decisions/                what people decided

Parts of a snapshot that did not change are hard links to the snapshot before it (copies where links are not possible).

A store at a URL has the same objects there, and on each machine a working copy (本地副本) that is itself laid out like this:
snapshots are opened and built in the copy, everything else is read and written where the store is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kpi.catalog.objects import LocalObjects, Objects
from kpi.catalog.places import masked, place_of, working_copy_folder
from kpi.catalog.remote import RemoteObjects
from kpi.durable import write_atomically
from kpi.errors import StoreError

SCHEMA_VERSION = 1
"""Version of the files of a snapshot; raised with every change that an older program could misread."""

PART_FOLDERS = {
    "indicators": "parquet",
    "facets": "parquet",
    "rows": "sqlite",
    "projects": "parquet",
    "tables": "parquet",
}
"""Folder → ending of what each part (分段) of a snapshot consists of."""

DOCUMENTS, SECTIONS, NAMES, CODES, CLUSTERS = (
    "documents.parquet",
    "sections.parquet",
    "names.parquet",
    "codes.parquet",
    "clusters.parquet",
)
DOCUMENTS_COPY = "documents.copy.parquet"
"""The list of documents once more: all else can be made anew from parsed results, but only for documents that are known."""
SEARCH = "search"
MANIFEST = "manifest.json"
BUILDING = ".building-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a snapshot: rows of whole documents, never changed after it was written."""

    name: str
    rows: int
    documents: int

    def files(self) -> dict[str, str]:
        """Folder → path inside the snapshot."""
        return {folder: f"{folder}/part-{self.name}.{ending}" for folder, ending in PART_FOLDERS.items()}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size and checksum of one file of a snapshot."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot holds; written last, so that a snapshot without one is no snapshot."""

    name: str
    sequence: int
    created: str
    previous: str = ""
    schema: int = SCHEMA_VERSION
    counts: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    next_part: int = 1
    search: Mapping[str, str | int] = field(default_factory=dict)
    """Of the text index: its `version`, and how many texts of each kind it holds."""
    decisions: str = ""
    """Stands for people's decisions that the snapshot was made with."""
    files: Mapping[str, Stamp] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of indicator rows over all parts."""
        return sum(part.rows for part in self.parts)


class Layout:
    """Paths inside one store (of a store at a URL: inside its working copy) and the small objects that are swapped atomically.

    Making one connects to nothing and copies nothing.
    """

    def __init__(self, store: str | os.PathLike[str]) -> None:
        place = place_of(store)
        self.store = str(place)
        """Folder or URL, as workers are told it: it may hold credentials."""
        self.shown = masked(self.store)
        """As messages name it."""
        self.remote = RemoteObjects(place) if isinstance(place, str) else None
        self.root = working_copy_folder(place) if isinstance(place, str) else place
        self.objects: Objects = self.remote or LocalObjects(self.root)
        self.snapshots = self.root / "snapshots"
        self.parsed = self.root / "parsed"
        self.files = self.root / "files"
        self.decisions = self.root / "decisions"
        self.current_file = self.root / "CURRENT"

    def create(self) -> None:
        """Make the folders of an empty store; harmless on one that exists.

        Raises:
            StoreError: the place cannot be written to (`read_only`).
        """
        try:
            for folder in (self.snapshots, self.parsed, self.files, self.decisions):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.not_writable(error) from error

    def not_writable(self, error: OSError) -> StoreError:
        """What to tell where the store, or the working copy of it, cannot be written to."""
        if self.remote is None:
            what, advice = "指标库目录不可写", "检查目录权限和磁盘空间"
        else:
            what, advice = "本地副本写不进去", "检查磁盘空间和权限，或用环境变量 KPI_CACHE 指定另一个目录"
        found = error.strerror or str(error)
        return StoreError(what, where=str(error.filename or self.root), found=found, advice=advice, code="read_only")

    def not_readable(self, error: OSError) -> StoreError:
        """What to tell where the system does not let the store be read."""
        return StoreError(
            "指标库暂时读不出来", where=str(error.filename or self.root), found=error.strerror or str(error),
            advice="检查磁盘、网络连接和访问权限", code="unreadable",
        )  # fmt: skip

    def current(self) -> str:
        """Name of the snapshot in force, as far as this machine knows; "" for a store that has none yet.

        Raises:
            StoreError: it cannot be read (`unreadable`).
        """
        try:
            return self.current_file.read_text("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self.not_readable(error) from error

    def set_current(self, name: str) -> None:
        """Put a snapshot in force for all who open the store from now on."""
        write_atomically(self.current_file, f"{name}\n".encode())

    def folder(self, name: str) -> Path:
        """Folder of the snapshot `name`."""
        return self.snapshots / name

    @staticmethod
    def file_key(sha256: str) -> str:
        """Key of the original with this content."""
        return f"files/{sha256}"

    def names(self, *, finished: bool = True) -> list[str]:
        """Names of all finished snapshots, oldest first; otherwise also of those that lost their manifest."""
        if not self.snapshots.is_dir():
            return []
        found = (folder for folder in self.snapshots.iterdir() if not folder.name.startswith("."))
        return sorted(folder.name for folder in found if not finished or (folder / MANIFEST).is_file())


def read_manifest(folder: Path) -> Manifest:
    """Read a snapshot's manifest.

    Raises:
        StoreError: no manifest, a damaged one (`damaged_snapshot`), or another schema version (`schema_version`).
    """
    path = folder / MANIFEST
    try:
        plain = json.loads(path.read_bytes())
        schema = int(plain["schema"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error)) from error
    if schema != SCHEMA_VERSION:
        newer = schema > SCHEMA_VERSION
        raise StoreError(
            "指标库由较新版本的程序写成" if newer else "指标库由较旧版本的程序写成",
            where=str(folder),
            found=f"格式版本 {schema}，本程序为 {SCHEMA_VERSION}",
            advice="请升级程序" if newer else "运行 kpi doctor --rebuild 按已解析的结果重建",
            code="schema_version",
        )
    if plain.pop(_OWN_SUM, _own_sum(plain)) != _own_sum(plain):
        raise _damaged(path, "清单的内容与自身的校验和不符")
    try:
        plain["parts"] = tuple(Part(**part) for part in plain["parts"])
        plain["files"] = {name: Stamp(**stamp) for name, stamp in plain["files"].items()}
        return Manifest(**plain)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error


_OWN_SUM = "own_sha256"
"""Key of the manifest's checksum of itself; manifests of earlier releases have none."""


def _own_sum(plain: Mapping[str, object]) -> str:
    rest = {key: value for key, value in plain.items() if key != _OWN_SUM}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")).hexdigest()


def _damaged(path: Path, found: str) -> StoreError:
    return StoreError(
        "快照清单缺失或损坏", where=str(path), found=found, advice="运行 kpi doctor 修复", code="damaged_snapshot"
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a snapshot's manifest, its last file."""
    plain = asdict(manifest)
    text = json.dumps({**plain, _OWN_SUM: _own_sum(plain)}, ensure_ascii=False, indent=1)
    write_atomically(folder / MANIFEST, text.encode())


def check_sizes(folder: Path, manifest: Manifest) -> list[str]:
    """Files of a snapshot that are missing or have another size than the manifest says."""
    return [name for name, stamp in manifest.files.items() if _size(folder / name) != stamp.bytes]


def check_sums(folder: Path, manifest: Manifest) -> list[str]:
    """Files of a snapshot whose content differs from the manifest's checksums; reads everything."""
    return [
        name
        for name, stamp in manifest.files.items()
        if _size(folder / name) != stamp.bytes or stamp_of(folder / name).sha256 != stamp.sha256
    ]


def stamp_of(path: Path) -> Stamp:
    """Size and sha256 of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Stamp(size, digest.hexdigest())


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files below `folder`, relative with `/`, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
