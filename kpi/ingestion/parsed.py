"""Parsed results by content (解析结果): `STORE/parsed/<parser version>/<sha256>/` with `document.json.gz`, or
`failure.json`, or `members.json` of an archive."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.catalog.layout import Layout, write_atomically
from kpi.errors import StoreError
from kpi.serial import bytes_to_document, bytes_to_plain, document_to_bytes

if TYPE_CHECKING:
    from kpi.catalog.documents import Entry
    from kpi.model import Document

_RESULT, _FAILURE, _MEMBERS = "document.json.gz", "failure.json", "members.json"

# What decides how a file is read. A change in any of them makes every file be parsed again.
_PARSING_SOURCES = (
    "model",
    "text.py",
    "serial.py",
    "pipeline*",
    "extract*",
    "regions*",
    "tables",
    "targets",
    "reading",
    "data",
)
_VERSION_DIGITS = 10


@cache
def parser_version() -> str:
    """Version of the parser: its number and a checksum of the code and data that parsing consists of."""
    from kpi.pipeline import PARSER_VERSION

    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for pattern in _PARSING_SOURCES:
        for found in sorted(package.glob(pattern)):
            for path in sorted(found.rglob("*")) if found.is_dir() else [found]:
                if path.is_file() and "__pycache__" not in path.parts:
                    digest.update(path.relative_to(package).as_posix().encode())
                    digest.update(path.read_bytes())
    return f"{PARSER_VERSION}-{digest.hexdigest()[:_VERSION_DIGITS]}"


@dataclass(frozen=True, slots=True)
class Member:
    """One document of an archive: its name there and its content; `failure` tells why it could not be taken out."""

    name: str
    sha256: str = ""
    failure: Mapping[str, str] = field(default_factory=dict)


class ParsedResults:
    """The results of one version of the parser in one store."""

    def __init__(self, layout: Layout, parser: str = "") -> None:
        self.layout = layout
        self.parser = parser or parser_version()

    def folder(self, sha256: str) -> Path:
        """Where the result for this content lies."""
        return self.layout.parsed / self.parser / sha256

    def has(self, sha256: str) -> bool:
        """Whether this content was parsed."""
        return (self.folder(sha256) / _RESULT).is_file()

    def save(self, document: Document) -> None:
        """Keep a result."""
        folder = self.folder(document.sha256)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _RESULT, document_to_bytes(document))
        (folder / _FAILURE).unlink(missing_ok=True)

    def save_failure(self, sha256: str, failure: Mapping[str, str]) -> None:
        """Keep that this content cannot be parsed, and why."""
        folder = self.folder(sha256)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _FAILURE, json.dumps(dict(failure), ensure_ascii=False).encode())

    def failure(self, sha256: str) -> dict[str, str] | None:
        """Why this content could not be parsed; None if that is not known."""
        try:
            plain = json.loads((self.folder(sha256) / _FAILURE).read_bytes())
        except (OSError, ValueError):
            return None
        return {str(key): str(value) for key, value in plain.items()}

    def save_members(self, sha256: str, members: Sequence[Member]) -> None:
        """Keep what an archive with this content holds."""
        folder = self.folder(sha256)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(member) for member in members], ensure_ascii=False)
        write_atomically(folder / _MEMBERS, text.encode())

    def members(self, sha256: str) -> list[Member] | None:
        """What an archive with this content holds; None if it was never taken apart."""
        try:
            plain = json.loads((self.folder(sha256) / _MEMBERS).read_bytes())
            return [Member(**member) for member in plain]
        except (OSError, ValueError, TypeError):
            return None

    def keep_original(self, sha256: str, path: Path) -> None:
        """Keep the file itself, for the view of its pages."""
        target = self.layout.file_of(sha256)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{sha256}.{self.parser}.tmp")
        shutil.copyfile(path, temporary)
        temporary.replace(target)


def load_plain(layout: Layout, entry: Entry) -> dict[str, Any]:
    """The parsed result of a document of the store, as `kpi.serial` values.

    Raises:
        StoreError: it is missing or damaged.
    """
    return bytes_to_plain(_read(layout, entry))


def load_document(layout: Layout, entry: Entry) -> Document:
    """The parsed result of a document of the store."""
    return bytes_to_document(_read(layout, entry))


def _read(layout: Layout, entry: Entry) -> bytes:
    path = layout.parsed / entry.parser / entry.sha256 / _RESULT
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            "解析结果缺失", where=f"{entry.path}（{path}）", found=str(error), advice="重新运行 kpi ingest 导入该文件",
            code="missing_result",
        ) from error  # fmt: skip
