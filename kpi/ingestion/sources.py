"""Which files are meant, and what of them is known already (文件清点)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kpi.catalog.documents import DocumentRow
from kpi.errors import BadInput
from kpi.limits import Limits

SUFFIXES = frozenset(
    {
        ".pdf", ".doc", ".docx", ".wps", ".xls", ".xlsx", ".xlsm", ".et", ".html", ".htm", ".mht", ".mhtml", ".txt", ".csv",
        ".tsv", ".rtf", ".zip", ".odt", ".ods",
    }
)  # fmt: skip
"""Endings of files that are taken from a folder; a file given by name is taken whatever it is called."""

LISTS = frozenset({"manifest.csv"})
"""Names, in lower case, of a folder's own list of its files: not a publication."""

UNREADABLE = "unreadable"
"""Code of a folder that is there but may not be read."""
_STORE_FILE, _STORE_FOLDER = "CURRENT", "snapshots"
"""By what a store, or a backup of one, is known."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to ingest: path as given, absolute path, size in bytes, modification time in nanoseconds.

    A document in an archive has the archive's path with its name there: `全市.zip/医保局/预算.docx`.
    """

    path: str
    location: str
    size: int
    modified: int
    member: str = ""
    """Its name in the archive; "" for a file of its own."""

    @property
    def shown(self) -> str:
        """How reports name it."""
        return self.path

    @contextmanager
    def opened(self, limits: Limits) -> Iterator[Path]:
        """The file itself; a member of an archive is there while the context lasts.

        Raises:
            BadInput: the member cannot be taken out.
        """
        if not self.member:
            yield self.on_disk
            return
        from kpi.reading.archive import opened_member

        with opened_member(self.on_disk, self.member, limits=limits) as path:
            yield path

    @property
    def on_disk(self) -> Path:
        """The file to read; for a document in an archive the archive."""
        return Path(self.path.removesuffix(f"/{self.member}") if self.member else self.path)

    def inside(self, name: str) -> SourceFile:
        """A document in this archive as a source of its own."""
        return replace(self, path=f"{self.path}/{name}", location=f"{self.location}/{name}", member=name)


def find_files(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[SourceFile], list[BadInput]]:
    """Files below the given paths, sorted, each once; and the given paths that do not exist (`not_found`) and the folders that
    may not be read (`unreadable`), each named by `where`.

    Folders are searched with all their sub-folders; hidden files, `~$` lock files of Office, links, and stores and backups of
    stores (their indexes hold texts, too) are left out.
    """
    found: dict[str, SourceFile] = {}
    problems: list[BadInput] = []

    def refuse(error: OSError) -> None:
        where, told = str(error.filename), error.strerror or str(error)
        problems.append(BadInput("目录无法读取", where=where, found=told, advice="检查权限和磁盘", code=UNREADABLE))

    for given in paths:
        path = Path(given)
        try:
            if path.is_dir():
                for file in _walk(path, refuse):
                    _add(found, file)
            elif path.is_file():
                _add(found, path)
            else:
                problems.append(BadInput("文件不存在", where=str(given), advice="检查路径", code="not_found"))
        except OSError as error:
            refuse(error)
    return sorted(found.values(), key=lambda file: file.path), problems


def _walk(folder: Path, refuse: Callable[[OSError], None]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=False):
        if _STORE_FILE in names and _STORE_FOLDER in folders:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if (
                path.suffix.lower() in SUFFIXES
                and not name.startswith((".", "~$"))
                and name.lower() not in LISTS
                and not path.is_symlink()
            ):
                yield path


def _add(found: dict[str, SourceFile], path: Path) -> None:
    try:
        status = path.stat()
    except OSError:  # it vanished since it was listed
        return
    location = str(path.resolve())
    found.setdefault(location, SourceFile(str(path), location, status.st_size, status.st_mtime_ns))


def is_there(location: str) -> bool:
    """Whether an absolute path is a file; of a document in an archive, whether the archive is."""
    path = Path(location)
    return any(place.is_file() for place in (path, *path.parents))


def content_hash(path: str | os.PathLike[str]) -> str:
    """sha256 of a file's content."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def known_content(file: SourceFile, held: Mapping[str, DocumentRow]) -> str:
    """The content of a file that the store holds and that was not modified since; "" if it has to be read."""
    row = held.get(file.location)
    if row is None or (row.entry.size, row.entry.modified) != (file.size, file.modified):
        return ""
    return row.entry.sha256


def tells_nothing(problem: BadInput) -> bool:
    """Whether a problem of `find_files` leaves open what became of the files there: a folder that may not be read, or that is
    not there at all, as one of a disk that is not mounted. A file that is not there has gone."""
    return problem.code == UNREADABLE or Path(problem.where).suffix.lower() not in SUFFIXES


def below(location: str, folders: Iterable[str | os.PathLike[str]]) -> bool:
    """Whether an absolute path lies in one of the given folders (or is one of the given files)."""
    path = Path(location)
    return any(path == folder or folder in path.parents for folder in (Path(given).resolve() for given in folders))
