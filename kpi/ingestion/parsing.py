"""One file or archive in a worker (解析任务): parse, keep the result and the original, tell what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.catalog.layout import Layout
from kpi.errors import BadInput, KpiError, MissingDependency
from kpi.ingestion.parsed import Member, ParsedResults
from kpi.ingestion.report import EMPTY, FAILED, KNOWN, PARSED, SKIPPED, FileReport
from kpi.ingestion.sources import SourceFile, content_hash

if TYPE_CHECKING:
    from kpi.model import Document

Parser = Callable[[Path], "Document"]

_ZIP = b"PK\x03\x04"
_OFFICE = frozenset({".docx", ".xlsx", ".xlsm", ".odt", ".ods"})
"""ZIP files that are documents themselves."""
_CHANGED = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class ParseTask:
    """One file for a worker."""

    file: SourceFile
    sha256: str
    store: str
    parser: str
    parse: Parser


def parse_task(task: ParseTask) -> list[FileReport]:
    """Parse a file, or each document of an archive; one report each."""
    results = ParsedResults(Layout(task.store), task.parser)
    path = Path(task.file.path)
    if is_archive(path):
        return _parse_archive(task, results)
    return [_parse_file(path, task.file.path, task.sha256, results, task.parse)]


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive of documents; Office files are ZIP files too and are not."""
    if path.suffix.lower() in _OFFICE:
        return False
    with path.open("rb") as stream:
        if stream.read(len(_ZIP)) != _ZIP:
            return False
    from kpi.reading import detect_format

    return detect_format(path) == "zip"


def _parse_file(path: Path, shown: str, sha256: str, results: ParsedResults, parse: Parser) -> FileReport:
    start = time.perf_counter()
    document = parse(path)
    if document.sha256 != sha256:
        raise BadInput("文件在导入过程中被修改", where=shown, advice="重新运行 kpi ingest", code=_CHANGED)
    results.keep_original(sha256, path)
    results.save(document)
    return FileReport(
        path=shown, status=PARSED if document.indicators else EMPTY, sha256=sha256, indicators=len(document.indicators),
        tables=len(document.tables), repairs=len(document.warnings), suspect_pages=len(document.suspect_pages),
        seconds=time.perf_counter() - start,
    )  # fmt: skip


def _parse_archive(task: ParseTask, results: ParsedResults) -> list[FileReport]:
    """Each document of an archive by its own content; what they are is kept, so that it is not taken apart again."""
    from kpi.reading.archive import expand

    reports: list[FileReport] = []
    members: list[Member] = []
    for member in expand(Path(task.file.path)):
        shown = f"{task.file.path}/{member.name}"
        if member.path is None:
            report = failed(shown, member.error or BadInput("压缩包内的文件无法取出", where=shown))
        else:
            report = _parse_member(Path(member.path), shown, task, results)
        reports.append(report)
        members.append(Member(member.name, report.sha256, {} if report.sha256 else dict(report.failure)))
    if not any(report.status == SKIPPED for report in reports):
        results.save_members(task.sha256, members)
    return reports


def _parse_member(path: Path, shown: str, task: ParseTask, results: ParsedResults) -> FileReport:
    sha256 = content_hash(path)
    if results.has(sha256):
        return FileReport(path=shown, status=KNOWN, sha256=sha256)
    try:
        return _parse_file(path, shown, sha256, results, task.parse)
    except KpiError as error:
        report = failed(shown, error, sha256)
        if is_lasting(error):
            results.save_failure(sha256, report.failure)
        return report


def failed(path: str, error: BaseException, sha256: str = "") -> FileReport:
    """The report of a file that could not be parsed."""
    if isinstance(error, KpiError):
        parts = {
            "code": error.code,
            "what": error.what,
            "where": error.where,
            "found": error.found,
            "advice": error.advice,
        }
    else:
        found = f"{type(error).__name__}: {error}"
        parts = {
            "code": "bug",
            "what": "程序内部错误",
            "where": path,
            "found": found,
            "advice": "请把文件和此信息报告给维护者",
        }
    status = SKIPPED if isinstance(error, MissingDependency) else FAILED
    return FileReport(path=path, status=status, sha256=sha256, failure=parts)


def is_lasting(error: BaseException) -> bool:
    """Whether the same content will fail again; what depends on the machine (memory, programs) may go well next time."""
    return isinstance(error, BadInput) and error.code != _CHANGED


def member_file(archive: SourceFile, name: str) -> SourceFile:
    """A member of an archive as a source of its own."""
    return replace(archive, path=f"{archive.path}/{name}", location=f"{archive.location}/{name}")


def lost_member(archive: SourceFile, member: Member) -> FileReport:
    """The report of a member whose parsed result is gone."""
    shown = f"{archive.path}/{member.name}"
    return failed(
        shown,
        BadInput(
            "压缩包成员的解析结果缺失", where=shown, advice="用 kpi ingest --retry 重新解析", code="missing_result"
        ),
    )
