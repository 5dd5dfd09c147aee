"""One file in a worker (解析任务): parse, keep the result and the original, tell what came of it; take archives apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kpi.catalog.layout import Layout
from kpi.errors import BadInput, MissingDependency, error_parts
from kpi.ingestion.parsed import Member, ParsedResults
from kpi.ingestion.report import EMPTY, FAILED, LIBRARY, PARSED, SKIPPED, FileReport
from kpi.ingestion.sources import SUFFIXES, SourceFile, content_hash
from kpi.limits import Limits, limit_in_force

if TYPE_CHECKING:
    from kpi.model import Document

Parser = Callable[[Path], "Document"]

_ZIP = b"PK\x03\x04"
_OFFICE = frozenset({".docx", ".xlsx", ".xlsm", ".odt", ".ods"})
"""ZIP files that are documents themselves."""
_CHANGED = "changed_meanwhile"
_PASSING = frozenset({_CHANGED, "no_member", "limit_memory"})
"""Codes of failures that may not happen the next time."""


@dataclass(frozen=True, slots=True)
class ParseTask:
    """One file for a worker."""

    file: SourceFile
    sha256: str
    store: str
    parser: str
    parse: Parser
    limits: Limits

    @property
    def shown(self) -> str:
        """How reports name it."""
        return self.file.path


def parse_task(task: ParseTask) -> FileReport | list[Member]:
    """Parse a file and keep the result; of an archive, find and keep what it holds: each document is a task of its own.

    So one document that takes too long, or ends its worker, does no harm to its neighbours.
    """
    results = ParsedResults(Layout(task.store), task.parser)
    with task.file.opened(task.limits) as path:
        if not task.file.member and is_archive(path):
            members = archive_members(path, task.limits)
            results.save_members(task.sha256, members)
            return members
        return _take_library(path, task) or _parse_file(path, task, results)


def _take_library(path: Path, task: ParseTask) -> FileReport | None:
    """Keep a library of indicators as a reference; its rows are nobody's targets and count in no figure."""
    from kpi.library.reading import read_library
    from kpi.library.references import save_library

    library = read_library(path)
    if library is None:
        return None
    save_library(task.store, task.sha256, library)
    note = f"读入参考指标 {len(library.rows)} 条，在对比和推荐中与各地并列显示"
    return FileReport(path=task.shown, status=LIBRARY, sha256=task.sha256, notes=(note,))


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive of documents; Office files are ZIP files too and are not."""
    if path.suffix.lower() in _OFFICE:
        return False
    with path.open("rb") as stream:
        if stream.read(len(_ZIP)) != _ZIP:
            return False
    from kpi.reading import detect_format

    return detect_format(path) == "zip"


def _parse_file(path: Path, task: ParseTask, results: ParsedResults) -> FileReport:
    start = time.perf_counter()
    document = task.parse(path)
    if document.sha256 != task.sha256:
        raise BadInput("文件在导入过程中被修改", where=task.shown, advice="重新运行 kpi ingest", code=_CHANGED)
    results.keep_original(task.sha256, path)
    results.save(document)
    return FileReport(
        path=task.shown, status=PARSED if document.indicators else EMPTY, sha256=task.sha256,
        indicators=len(document.indicators), tables=len(document.tables), repairs=len(document.warnings),
        suspect_pages=len(document.suspect_pages), seconds=time.perf_counter() - start,
    )  # fmt: skip


def archive_members(path: Path, limits: Limits) -> list[Member]:
    """The documents in an archive by their content; files of other kinds are left out, as in folders.

    Raises:
        BadInput: the archive is damaged or over a limit, or holds no document.
    """
    from kpi.reading.archive import expand

    found: list[Member] = []
    for member in expand(path, limits=limits):
        if PurePosixPath(member.name).suffix.lower() not in SUFFIXES:
            continue
        if member.path is not None:
            found.append(Member(member.name, content_hash(member.path)))
        else:
            error = member.error or BadInput("压缩包内的文件无法取出", where=member.name)
            failure = failed(member.name, error).failure
            found.append(Member(member.name, failure={**failure, **limit_in_force(failure, limits)}))
    if not found:
        raise BadInput(
            "压缩包中没有可解析的文件",
            where=path.name,
            advice="支持 PDF、Word、Excel、网页、文本和 ZIP",
            code="no_files",
        )
    return found


def failed(path: str, error: BaseException, sha256: str = "") -> FileReport:
    """The report of a file that could not be parsed."""
    parts = error_parts(error, path)
    status = SKIPPED if isinstance(error, MissingDependency) else FAILED
    return FileReport(path=path, status=status, sha256=sha256, failure=parts)


def is_lasting(error: BaseException) -> bool:
    """Whether the same content will fail again; what depends on the machine (memory, programs) may go well next time."""
    return isinstance(error, BadInput) and error.code not in _PASSING
