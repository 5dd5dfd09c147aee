"""One run over many files (一次导入): take stock, parse what is new, publish."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from kpi.catalog.documents import ATTRIBUTES, DocumentRow, Entry, contradicted
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change, Published, documents_of, usable
from kpi.catalog.working_copy import catch_up
from kpi.errors import BadInput, UsageError
from kpi.ingestion.executor import Executor, executor_for
from kpi.ingestion.last import save_last
from kpi.ingestion.parsed import Member, ParsedResults, load_plain
from kpi.ingestion.parsing import Parser, ParseTask, failed, is_lasting, parse_task
from kpi.ingestion.publishing import publish_change
from kpi.ingestion.report import DUPLICATE, EMPTY, FAILED, KNOWN, PARSED, FileReport, IngestReport, Progress, log_file
from kpi.ingestion.sources import SourceFile, below, content_hash, find_files, is_there, known_content, tells_nothing
from kpi.limits import Limits, limit_changed, limit_in_force, limits_from

_log = logging.getLogger(__name__)

_LISTED_AT_ONCE = 300
"""Documents whose results one request of an object store lists (1,000 objects); to look for one document takes one or more."""


def ingest(  # noqa: PLR0913 - keyword-only settings of a run
    paths: Iterable[str | os.PathLike[str]],
    store: str | os.PathLike[str] = ".kpi",
    *,
    jobs: int = 0,
    attributes: Mapping[str, str | int] | None = None,
    sync: bool = False,
    retry: bool = False,
    scheduler: str = "",
    executor: Executor | None = None,
    limits: Limits | None = None,
    progress: Callable[[Progress], None] | None = None,
    parse: Parser | None = None,
) -> IngestReport:
    """Parse files and publish them to a store; what is known already is not parsed again.

    Args:
        paths: files and folders (with all their sub-folders); of ZIP archives the documents in them.
        store: folder or URL of the store; it is made if needed.
        jobs: worker processes, 0 = one a core.
        attributes: province, city, county, department, year of documents that do not say it themselves.
        sync: documents whose files vanished from the given folders leave the store; not those of places that cannot be read.
        retry: parse again what failed before.
        scheduler: address of a Dask scheduler, whose workers parse; files and store must lie where all of them see them.
        executor: where to parse; worker processes of this machine by default.
        limits: what a file may cost, as the environment says by default.
        progress: called after each file.
        parse: the parser, `kpi.parse` by default; must be picklable for worker processes.

    Raises:
        UsageError: an unknown attribute, or more than one of jobs, scheduler and executor.
        StoreError: the store cannot be written, or another writer does not finish.
        ClusterError: the scheduler cannot be reached or was lost; nothing is published, what was parsed is kept.
        MissingDependency: the library for clusters is not installed.
    """
    start = time.perf_counter()
    stated = _checked(attributes or {})
    allowed = limits or limits_from()
    workers = executor_for(jobs=jobs, scheduler=scheduler, executor=executor, limits=allowed)
    layout = Layout(store)
    layout.create()
    catch_up(layout, strict=True)
    results = ParsedResults(layout)
    files, problems = find_files(paths)
    held = _held(layout)
    if layout.remote is not None and len(files) * _LISTED_AT_ONCE > len(held):
        results.survey()
    make_task = partial(
        ParseTask, store=layout.store, parser=results.parser, parse=parse or _parser(allowed), limits=allowed
    )
    run = _Run(layout, results, held, allowed, make_task, progress or _silent, retry=retry)
    run.total = len(files) + len(problems)
    _log.info("ingest_started", extra={"store": layout.shown, "files": len(files), "missing": len(problems)})
    for problem in problems:
        run.tell(failed(problem.where, problem))
    run.unread += [problem.where for problem in problems if tells_nothing(problem)]
    tasks = run.take_stock(files)
    while tasks:
        following: list[ParseTask] = []
        for task, outcome in workers.run(parse_task, tasks):
            following += run.take(task, outcome)
        tasks = following
    published, gone = run.publish(paths if sync else (), stated)
    report = IngestReport(
        files=tuple(sorted((run.annotated(report, stated) for report in run.reports), key=lambda report: report.path)),
        published=published, removed=gone, seconds=time.perf_counter() - start,
    )  # fmt: skip
    report.log()
    save_last(layout, report)
    return report


class _Run:
    """State of one run: what each file turned out to be."""

    def __init__(
        self, layout: Layout, results: ParsedResults, held: Mapping[str, DocumentRow], limits: Limits,
        make_task: Callable[[SourceFile, str], ParseTask], progress: Callable[[Progress], None], *, retry: bool,
    ) -> None:  # fmt: skip
        self.layout, self.results, self.progress, self.retry = layout, results, progress, retry
        self.make_task, self.total = make_task, 0
        self.held, self.limits = held, limits
        self.by_location = {row.entry.location: row for row in held.values()}
        self.reports: list[FileReport] = []
        self.files: list[SourceFile] = []
        """Files and members of archives whose content is known."""
        self.first_path: dict[str, str] = {}
        """Content → the first given path that has it."""
        self.content: dict[str, str] = {}
        """Absolute path → sha256 of every given file that could be read."""
        self.unread: list[str | os.PathLike[str]] = []
        """Files and folders of which cannot be told what they hold now."""

    def tell(self, report: FileReport) -> None:
        self.reports.append(report)
        log_file(report)
        self.progress(Progress(len(self.reports), self.total, report.path, report.status))

    def take_stock(self, files: Iterable[SourceFile]) -> list[ParseTask]:
        """Sort out what needs no parsing; returns the rest as tasks."""
        tasks: list[ParseTask] = []
        for file in files:
            try:
                sha256 = known_content(file, self.by_location) or content_hash(file.path)
            except OSError as error:
                self.unread.append(file.path)
                self.tell(
                    failed(file.path, BadInput("文件无法读取", where=file.path, found=error.strerror or str(error)))
                )
                continue
            members = None if self.retry else self.results.members(sha256)
            if members is not None and not any(limit_changed(member.failure, self.limits) for member in members):
                tasks += self._take_members(file, members)
            elif not self._settled(file, sha256):
                tasks.append(self.make_task(file, sha256))
        return tasks

    def _settled(self, file: SourceFile, sha256: str) -> bool:
        """Whether this content needs no parsing; if so it is told."""
        self.found(file, sha256)
        failure = None if self.retry else self.results.failure(sha256)
        first = self.first_path[sha256]
        if first != file.path:
            self.tell(FileReport(path=file.path, status=DUPLICATE, sha256=sha256, notes=(f"与 {first} 内容相同",)))
        elif self.results.has(sha256):
            self.tell(FileReport(path=file.path, status=KNOWN, sha256=sha256))
        elif failure is not None and not limit_changed(failure, self.limits):
            self.tell(FileReport(path=file.path, status=FAILED, sha256=sha256, failure=failure))
        else:
            return False
        return True

    def found(self, file: SourceFile, sha256: str) -> None:
        """Remember which content a file has."""
        self.files.append(file)
        self.content[file.location] = sha256
        self.first_path.setdefault(sha256, file.path)

    def _take_members(self, archive: SourceFile, members: Iterable[Member]) -> list[ParseTask]:
        """The documents of an archive: those that need parsing as tasks."""
        tasks = []
        self.total -= 1
        for member in members:
            self.total += 1
            file = archive.inside(member.name)
            if not member.sha256:
                self.tell(FileReport(path=file.path, status=FAILED, failure=member.failure))
            elif not self._settled(file, member.sha256):
                tasks.append(self.make_task(file, member.sha256))
        return tasks

    def take(self, task: ParseTask, outcome: FileReport | list[Member] | BaseException) -> list[ParseTask]:
        """What became of a task; returns the tasks that it led to."""
        if isinstance(outcome, FileReport):
            self.tell(outcome)
        elif isinstance(outcome, list):
            return self._take_members(task.file, outcome)
        else:
            report = failed(task.file.path, outcome, task.sha256)
            if is_lasting(outcome):
                self.results.save_failure(
                    task.sha256, {**report.failure, **limit_in_force(report.failure, task.limits)}
                )
            self.tell(report)
        return []

    def publish(
        self, synced: Iterable[str | os.PathLike[str]], stated: Mapping[str, str | int]
    ) -> tuple[Published, tuple[str, ...]]:
        """Publish what could be parsed; documents that were replaced (or, when syncing, vanished) leave the store."""
        usable_content = {report.sha256 for report in self.reports if report.status in {PARSED, KNOWN, EMPTY}}
        put: dict[str, Entry] = {}
        for file in sorted(self.files, key=lambda file: file.path):
            sha256 = self.content[file.location]
            if sha256 in usable_content and sha256 not in put:
                put[sha256] = self._entry(file, sha256, stated)
        present = set(self.content.values())
        folders = list(synced)
        gone = {
            sha256: row.entry.path
            for sha256, row in self.held.items()
            if sha256 not in present and self._is_gone(row.entry.location, usable_content, folders)
        }
        change = Change(put=tuple(put.values()), drop=frozenset(gone))
        return publish_change(self.layout, change), tuple(sorted(gone.values()))

    def _is_gone(self, location: str, usable_content: set[str], folders: list[str | os.PathLike[str]]) -> bool:
        if self.content.get(location) in usable_content:
            return True  # replaced
        return location not in self.content and below(location, folders) and not below(location, self.unread)

    def _entry(self, file: SourceFile, sha256: str, stated: Mapping[str, str | int]) -> Entry:
        old = self.held.get(sha256)
        entry = Entry(
            sha256=sha256, path=file.path, location=file.location, parser=self.results.parser, size=file.size,
            modified=file.modified, attributes=stated,
        )  # fmt: skip
        if old is not None and old.entry.location != file.location and is_there(old.entry.location):
            # A further copy of a document that the store holds: it stays where it was.
            return replace(old.entry, parser=self.results.parser, attributes=stated)
        return entry

    def annotated(self, report: FileReport, stated: Mapping[str, str | int]) -> FileReport:
        """A report with a note where a stated attribute contradicts what the document says."""
        if not stated or report.status not in {PARSED, KNOWN}:
            return report
        entry = Entry(sha256=report.sha256, path=report.path, location="", parser=self.results.parser)
        differing = contradicted(load_plain(self.layout, entry), stated)
        notes = tuple(
            f"文件自述{_TITLES[name]}为{printed}，未采用{value}（可用 kpi correct 更正）"
            for name, (value, printed) in differing.items()
        )
        return replace(report, notes=report.notes + notes)


_TITLES = {"province": "省份", "city": "城市", "county": "区县", "department": "部门", "year": "年度"}


def _held(layout: Layout) -> dict[str, DocumentRow]:
    manifest, _ = usable(layout)
    return documents_of(layout, manifest) if manifest else {}


def _checked(attributes: Mapping[str, Any]) -> dict[str, str | int]:
    unknown = sorted(set(attributes) - set(ATTRIBUTES))
    if unknown:
        raise UsageError("不能为文件指定这些属性", found="、".join(unknown), advice=f"可用：{'、'.join(ATTRIBUTES)}")
    return {name: value for name, value in attributes.items() if value not in ("", None)}


def _parser(limits: Limits) -> Parser:
    import kpi

    return partial(kpi.parse, limits=limits)


def _silent(_progress: Progress) -> None:
    """No one asked to be told."""
