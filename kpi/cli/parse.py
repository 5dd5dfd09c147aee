"""`kpi parse`: files and folders → indicators, with a summary that tells what was found and what was not (解析)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.cli.options import (
    TABLE,
    chosen_format,
    chosen_limits,
    format_option,
    limit_options,
    log_option,
    output_option,
    quiet_option,
)
from kpi.errors import BadInput, MissingDependency, error_parts, parts_line
from kpi.logs import as_json, failure_fields

if TYPE_CHECKING:
    from rich.console import Console

    from kpi.ingestion.parsed import Member
    from kpi.ingestion.sources import SourceFile
    from kpi.limits import Limits
    from kpi.model import Document

_log = logging.getLogger(__name__)

FORMATS = (TABLE, "jsonl", "json", "csv", "xlsx", "parquet")
SHOWN_ROWS = 20
"""Rows that a table for people shows; machine formats give everything."""


@dataclass(slots=True)
class Batch:
    """What became of all files."""

    documents: list[Document] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def take(self, path: str, outcome: Document | BaseException) -> None:
        """Sort one file's outcome in."""
        if isinstance(outcome, MissingDependency):
            self.skipped.append(error_parts(outcome, path))
            _log.warning("file_skipped", extra={"document": path, **failure_fields(self.skipped[-1])})
        elif isinstance(outcome, BaseException):
            self.fail(path, error_parts(outcome, path))
        else:
            self.documents.append(outcome)
            figures = {
                "indicators": outcome.indicators,
                "tables": outcome.tables,
                "suspect_pages": outcome.suspect_pages,
            }
            counts = {name: len(items) for name, items in figures.items()}
            _log.info("file_parsed", extra={"document": path, "sha256": outcome.sha256, **counts})

    def fail(self, path: str, parts: dict[str, str]) -> None:
        """Take in that a file failed, with the parts of its error."""
        self.failures.append(parts)
        _log.warning("file_failed", extra={"document": path, **failure_fields(parts)})


@click.command(
    epilog="示例：kpi parse 预算.pdf；kpi parse corpus/ -o 指标.xlsx；kpi parse 预算.pdf --format jsonl > out.jsonl"
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="解析进程数，0 为每个处理器核一个。")
@limit_options
@click.option("--explain", is_flag=True, help="说明每张表识别为哪种版式、依据哪些表头，以及哪些表未采用及原因。")
@click.option(
    "--limit", type=click.IntRange(min=0), default=None, help=f"表格输出的行数，默认 {SHOWN_ROWS}，其他格式为全部。"
)
@format_option(*FORMATS)
@output_option
@log_option
@quiet_option
def command(
    paths: tuple[Path, ...], jobs: int, wanted: str | None, output: Path | None, limit: int | None, **flags: Any
) -> int:
    """解析文件或目录，提取绩效指标。

    支持 PDF、Word、Excel、网页、文本及其 ZIP 压缩包；格式按内容判断。一个文件失败不影响其他文件。
    """
    chosen = chosen_format(wanted, output, FORMATS)
    batch = parse_batch(paths, jobs=jobs, limits=chosen_limits(flags), quiet=flags["quiet"])
    if chosen == TABLE:
        _show_table(batch.documents, SHOWN_ROWS if limit is None else limit)
    else:
        _write(batch.documents, chosen, output, limit)
    if flags["explain"]:
        for line in _explanations(batch.documents):
            click.echo(line, err=True)
    if not flags["quiet"] and not as_json():
        _show_summary(batch)
    show_parts("失败", batch.failures)
    return 1 if batch.failures else 0


def show_parts(title: str, failures: Sequence[Mapping[str, str]]) -> None:
    """Tell people what was skipped or failed; machines have it in the log."""
    for parts in () if as_json() else failures:
        click.echo(f"{title}：{parts_line(parts)}", err=True)


def parse_batch(paths: Sequence[Path], *, jobs: int, quiet: bool, limits: Limits | None = None) -> Batch:
    """Parse all files below the paths; documents come in the order of their paths whatever finished first."""
    from kpi.ingestion.executor import ProcessExecutor
    from kpi.ingestion.sources import find_files
    from kpi.limits import limits_from

    allowed = limits or limits_from()
    batch = Batch()
    files, problems = find_files(paths)
    for problem in problems:
        batch.take(problem.where, problem)
    for path in paths:
        if path.is_dir() and not any(Path(file.location).is_relative_to(path.resolve()) for file in files):
            batch.take(str(path), BadInput("目录中没有可解析的文件", where=str(path), advice="支持 PDF、Word、Excel、网页、文本和 ZIP",
                                           code="no_files"))  # fmt: skip
    outcomes: dict[str, Document | list[Member] | BaseException] = {}
    with _progress(len(files), quiet=quiet) as told:
        waiting = list(files)
        while waiting:
            inside: list[SourceFile] = []
            for file, outcome in ProcessExecutor(jobs, limits=allowed).run(partial(_parse, limits=allowed), waiting):
                outcomes[file.path] = outcome
                found = outcome if isinstance(outcome, list) else []
                inside += [file.inside(member.name) for member in found if member.sha256]
                told(file.path, len(found))
            waiting = inside
    for file in files:
        _take(batch, file, outcomes)
    return batch


def _parse(file: SourceFile, *, limits: Limits) -> Document | list[Member]:
    """The document, or what the archive holds; runs in a worker."""
    from kpi.ingestion.parsing import archive_members, is_archive
    from kpi.pipeline import parse

    with file.opened(limits) as path:
        if not file.member and is_archive(path):
            return archive_members(path, limits)
        return parse(path, shown=file.path, limits=limits)


def _take(batch: Batch, file: SourceFile, outcomes: Mapping[str, Document | list[Member] | BaseException]) -> None:
    """Sort the outcome of a file in, of an archive those of its documents in their order there."""
    outcome = outcomes[file.path]
    if not isinstance(outcome, list):
        batch.take(file.path, outcome)
        return
    for member in outcome:
        path = file.inside(member.name).path
        inner = outcomes.get(path)
        if isinstance(inner, list) or inner is None:  # it could not be taken out
            batch.fail(path, {**member.failure, "where": path})
        else:
            batch.take(path, inner)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """A progress bar on standard error: what to call with the path of each file that is done, and how many came up."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("解析"), BarColumn(), MofNCompleteColumn(), TextColumn("剩余"), TimeRemainingColumn(),
        TextColumn("{task.fields[path]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet or as_json()) as bar:
        task = bar.add_task("", total=total, path="")
        expected = total

        def told(path: str, found: int) -> None:
            nonlocal expected
            expected += found
            bar.update(task, advance=1, total=expected, path=path)

        yield told


def _records(documents: Sequence[Document], limit: int | None) -> Iterator[dict[str, Any]]:
    from itertools import islice

    from kpi.model import indicator_to_record

    every = (indicator_to_record(indicator) for document in documents for indicator in document.indicators)
    yield from every if limit is None else islice(every, limit)


def _write(documents: Sequence[Document], chosen: str, output: Path | None, limit: int | None) -> None:
    from kpi.export import About, export_file, write_records

    about = About(source="、".join(document.name for document in documents))
    if output is not None:
        count = export_file(_records(documents, limit), output, format=chosen, about=about)
        click.echo(f"已写入 {output}：{count} 条指标", err=True)
    else:
        write_records(_records(documents, limit), sys.stdout.buffer, chosen, about=about)
        sys.stdout.buffer.flush()


def _console() -> Console:
    from kpi.cli.results import console_for

    return console_for()


def _show_table(documents: Sequence[Document], limit: int) -> None:
    """Files with what was found in them, then the first indicators."""
    from rich.table import Table

    console = _console()
    files = Table(title="文件", title_justify="left", header_style="bold", box=None, pad_edge=False)
    for title in ("文件", "地区", "部门", "年度", "表", "项目", "指标", "修复", "可疑页"):
        files.add_column(title, justify="right" if title in {"表", "项目", "指标", "修复", "可疑页"} else "left")
    for document in documents:
        place = document.county or document.city or document.province
        counts = (document.tables, [p for p in document.projects if p.name], document.indicators, document.warnings,
                  document.suspect_pages)  # fmt: skip
        files.add_row(
            document.name, place, document.department, str(document.year or ""), *(str(len(items)) for items in counts)
        )
    if documents:
        console.print(files)
    indicators = [indicator for document in documents for indicator in document.indicators]
    if not indicators or not limit:
        return
    table = Table(title="\n指标", title_justify="left", header_style="bold", box=None, pad_edge=False)
    for title, ratio in (("项目", 3), ("一级指标", 1), ("三级指标", 3), ("指标值", 2), ("页", 0)):
        table.add_column(title, ratio=ratio or None, overflow="fold")
    for item in indicators[:limit]:
        table.add_row(item.project or item.unit_name, item.level1, item.name, item.target, str(item.source.page or ""))
    console.print(table)
    if len(indicators) > limit:
        console.print(f"… 共 {len(indicators)} 条，用 -o 指标.xlsx 导出全部", markup=False)


def _explanations(documents: Sequence[Document]) -> Iterator[str]:
    from kpi.tables.layouts import layout_title

    for document in documents:
        yield f"{document.name}（{document.format}）"
        for table in document.tables:
            pages = f"第{'、'.join(map(str, table.pages))}页" if table.pages else ""
            yield (
                f"  表{table.index} {table.kind} {pages}：版式“{layout_title(table.layout)}”，表头吻合 {table.score:.0%}，"
                + (f"依据：{'、'.join(table.because[:12])}" if table.because else "依据：文字叙述")
            )
        for passed in document.passed_over:
            place = f"第{passed.page}页" if passed.page else ""
            yield f"  未采用 {place} {passed.title}：{passed.reason}"


def _show_summary(batch: Batch) -> None:
    """The summary on standard error: counts, then what a person has to look at."""
    documents = batch.documents
    tables = sum(len(document.tables) for document in documents)
    indicators = sum(len(document.indicators) for document in documents)
    repairs = sum(len(document.warnings) for document in documents)
    suspects = sum(len(document.suspect_pages) for document in documents)
    count = len(documents) + len(batch.failures) + len(batch.skipped)
    click.echo(
        f"文件 {count} 个，绩效表 {tables} 张，指标 {indicators} 条，修复 {repairs} 处，可疑页 {suspects} 页，"
        f"跳过 {len(batch.skipped)} 个，失败 {len(batch.failures)} 个",
        err=True,
    )
    for document in documents:
        for suspect in document.suspect_pages:
            place = f"第{suspect.page}页" if suspect.page else "全文"
            click.echo(f"可疑：{document.name} {place}：{suspect.message}", err=True)
        if not document.indicators and not document.suspect_pages:
            click.echo(f"没有绩效目标表：{document.name}", err=True)
    show_parts("跳过", batch.skipped)
