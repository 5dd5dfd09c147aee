"""Parsed results by content (解析结果): `STORE/parsed/<parser version>/<sha256>/` with `document.json.gz`, or
`failure.json`, or `members.json` of an archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.catalog.layout import Layout
from kpi.errors import StoreError
from kpi.serial import DAMAGED_RESULT, bytes_to_document, bytes_to_plain, document_to_bytes

if TYPE_CHECKING:
    from kpi.catalog.documents import Entry
    from kpi.model import Document

RESULT, _FAILURE, _MEMBERS = "document.json.gz", "failure.json", "members.json"

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
    """The results of one version of the parser in one store. What cannot be written is a `StoreError` (`not_written`)."""

    def __init__(self, layout: Layout, parser: str = "") -> None:
        self.layout = layout
        self.parser = parser or parser_version()
        self._known: set[str] | None = None
        """Keys that are there, once they were listed."""

    def _key(self, sha256: str, name: str) -> str:
        return f"parsed/{self.parser}/{sha256}/{name}"

    def survey(self) -> None:
        """List once what is there, and look there no more: for a run over many files, where each look is a request."""
        known = {stored.key for stored in self.layout.objects.stored(f"parsed/{self.parser}")}
        self._known = known

    def _may_have(self, key: str) -> bool:
        return self._known is None or key in self._known

    def _write(self, key: str, data: bytes) -> None:
        try:
            self.layout.objects.write(key, data)
        except OSError as error:
            raise self._not_written(key, error) from error
        if self._known is not None:
            self._known.add(key)

    def _read_json(self, sha256: str, name: str) -> Any:
        """A small object; None if there is none, or no whole one."""
        key = self._key(sha256, name)
        try:
            return json.loads(self.layout.objects.read(key)) if self._may_have(key) else None
        except (OSError, ValueError):
            return None

    def has(self, sha256: str) -> bool:
        """Whether this content was parsed."""
        key = self._key(sha256, RESULT)
        return self._may_have(key) and (self._known is not None or self.layout.objects.exists(key))

    def save(self, document: Document) -> None:
        """Keep a result. Two workers that parse the same content write the same object."""
        self._write(self._key(document.sha256, RESULT), document_to_bytes(document))
        self.layout.objects.delete(self._key(document.sha256, _FAILURE))

    def save_failure(self, sha256: str, failure: Mapping[str, str]) -> None:
        """Keep that this content cannot be parsed, and why."""
        self._write(self._key(sha256, _FAILURE), json.dumps(dict(failure), ensure_ascii=False).encode())

    def failure(self, sha256: str) -> dict[str, str] | None:
        """Why this content could not be parsed; None if that is not known."""
        plain = self._read_json(sha256, _FAILURE)
        return {str(key): str(value) for key, value in plain.items()} if isinstance(plain, dict) else None

    def save_members(self, sha256: str, members: Sequence[Member]) -> None:
        """Keep what an archive with this content holds."""
        text = json.dumps([asdict(member) for member in members], ensure_ascii=False)
        self._write(self._key(sha256, _MEMBERS), text.encode())

    def members(self, sha256: str) -> list[Member] | None:
        """What an archive with this content holds; None if it was never taken apart."""
        try:
            plain = self._read_json(sha256, _MEMBERS)
            return None if plain is None else [Member(**member) for member in plain]
        except TypeError:
            return None

    def keep_original(self, sha256: str, path: Path) -> None:
        """Keep the file itself, for the view of its pages."""
        key = self.layout.file_key(sha256)
        try:
            if not self.layout.objects.exists(key):
                self.layout.objects.put_file(path, key)
        except OSError as error:
            raise self._not_written(key, error) from error

    def _not_written(self, key: str, error: OSError) -> StoreError:
        return StoreError(
            "指标库写不进去", where=self.layout.objects.where(key), found=error.strerror or str(error),
            advice="检查磁盘空间和权限后重新运行", code="not_written",
        )  # fmt: skip


def load_plain(layout: Layout, entry: Entry) -> dict[str, Any]:
    """The parsed result of a document of the store, as `kpi.serial` values.

    Raises:
        StoreError: it is missing or damaged.
    """
    return bytes_to_plain(_read(layout, entry))


def load_or_drop(layout: Layout, entry: Entry) -> dict[str, Any]:
    """As `load_plain`, for publishing: a damaged result is deleted, so that the next ingest parses the file again.

    Where objects are not put in place as a whole (HDFS, file servers), a worker that is killed leaves one that is cut off.

    Raises:
        StoreError: it is missing, damaged or of another version.
    """
    for attempt in range(2):  # what is damaged on the way here is whole the second time
        try:
            return load_plain(layout, entry)
        except StoreError as error:
            if error.code != DAMAGED_RESULT:
                raise
            if attempt:
                layout.objects.delete(_result_key(entry))
                raise StoreError(
                    "解析结果已损坏，已删除", where=entry.path, found=error.found, advice="重新运行 kpi ingest 导入该文件",
                    code=DAMAGED_RESULT,
                ) from error  # fmt: skip
    raise AssertionError("the second attempt returned or raised")


def _result_key(entry: Entry) -> str:
    return f"parsed/{entry.parser}/{entry.sha256}/{RESULT}"


def load_document(layout: Layout, entry: Entry) -> Document:
    """The parsed result of a document of the store."""
    return bytes_to_document(_read(layout, entry))


def _read(layout: Layout, entry: Entry) -> bytes:
    key = _result_key(entry)
    try:
        return layout.objects.read(key)
    except OSError as error:
        raise StoreError(
            "解析结果缺失", where=f"{entry.path}（{layout.objects.where(key)}）", found=str(error),
            advice="重新运行 kpi ingest 导入该文件", code="missing_result",
        ) from error  # fmt: skip
