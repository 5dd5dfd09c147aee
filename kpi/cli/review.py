"""`kpi review`: what is wrong with tables, as a report to read, records, a workbook or a Word document (审核)."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.cli.options import TABLE, StorePlace, chosen_format, format_option, log_option, output_option, quiet_option
from kpi.logs import as_json

if TYPE_CHECKING:
    from kpi.model import Finding
    from kpi.review.report import Report

_log = logging.getLogger(__name__)

FORMATS = (TABLE, "jsonl", "xlsx", "docx")
NEVER = "never"
_STYLES = {"E": "bold red", "W": "yellow", "I": "cyan"}


@click.command(
    epilog="示例：kpi review 预算.pdf；kpi review corpus/ --fail-on W -o 审核意见.xlsx；kpi review 预算.pdf --store .kpi --profile 本市.yaml"
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--store", type=StorePlace(), default=None, envvar="KPI_STORE", show_envvar=True,
    help="指标库目录；有库才与同类指标、上年目标和其他文件比较。",
)  # fmt: skip
@click.option("--profile", default=None, metavar="口径", help="T2015、T2021 或一个 YAML 文件；缺省按表识别模板。")
@format_option(*FORMATS)
@output_option
@click.option(
    "--fail-on", type=click.Choice(["E", "W", "I", NEVER]), default="E", show_default=True,
    help="有此等级及以上的意见时退出码为 3（E 强制、W 提示、I 线索）。",
)  # fmt: skip
@click.option(
    "--severity", type=click.Choice(["E", "W", "I"]), default="I", show_default=True, help="只列此等级及以上的意见。"
)
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="解析进程数，0 为每个处理器核一个。")
@log_option
@quiet_option
def command(
    paths: tuple[Path, ...],
    store: Path | str | None,
    wanted: str | None,
    output: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """审核文件或目录中的绩效目标表。

    指出哪里有问题、为什么、应为什么、怎么改；E 强制为应当改正，W 提示为建议核对，I 线索供参考。
    """
    from kpi.cli.parse import parse_batch, show_parts
    from kpi.review.profiles import read_profile
    from kpi.review.report import make_report

    chosen = chosen_format(wanted, output, FORMATS)
    if chosen == "docx" and output is None and sys.stdout.isatty():
        raise click.UsageError("Word 文档请用 -o 指定文件，如 -o 审核意见.docx")
    profile = read_profile(options["profile"])
    batch = parse_batch(paths, jobs=options["jobs"], quiet=quiet)
    with _opened(store) as opened:
        report = make_report(batch.documents, profile=profile, store=opened)
    failed = options["fail_on"] != NEVER and report.reaches(options["fail_on"])
    if batch.documents:
        _write(_kept(report, options["severity"]), chosen, output)
    fields = {"documents": len(report.documents), "findings": report.by_severity(), "with_store": report.with_store}
    _log.info("review_done", extra=fields)
    if not quiet and not as_json() and batch.documents:
        _tell(report, output)
    show_parts("跳过", batch.skipped)
    show_parts("失败", batch.failures)
    if batch.failures:
        return 1
    return 3 if failed else 0


@contextmanager
def _opened(store: Path | str | None) -> Iterator[Any]:
    if store is None:
        yield None
        return
    from kpi.store import open_store

    with open_store(store) as opened:
        yield opened


def _kept(report: Report, severity: str) -> Report:
    """The report with the findings at or above a severity."""
    from dataclasses import replace

    from kpi.review.registry import SEVERITIES

    order = list(SEVERITIES)
    kept = order[: order.index(severity) + 1]
    return replace(report, findings=tuple(finding for finding in report.findings if finding.severity in kept))


def _write(report: Report, chosen: str, output: Path | None) -> None:
    if chosen == TABLE:
        if output is not None:
            raise click.UsageError("表格只输出到屏幕；写文件请用 --format jsonl、xlsx 或 docx")
        _show(report)
        return
    if output is None:
        _to_stream(report, chosen, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    from io import BytesIO

    from kpi.errors import UsageError

    content = BytesIO()
    _to_stream(report, chosen, content)
    try:
        output.write_bytes(content.getvalue())
    except OSError as error:
        raise UsageError(
            "审核意见无法写入",
            where=str(output),
            found=error.strerror or str(error),
            advice="检查路径和权限；文件可能正被打开",
        ) from error


def _to_stream(report: Report, chosen: str, stream: Any) -> None:
    if chosen == "xlsx":
        from kpi.export.review_workbook import write_review_workbook

        write_review_workbook(report, stream)
    elif chosen == "docx":
        from kpi.export.review_document import write_review_document

        write_review_document(report, stream)
    else:
        from kpi.review.report import finding_to_record

        for finding in report.findings:
            stream.write((json.dumps(finding_to_record(finding), ensure_ascii=False) + "\n").encode())


def _show(report: Report) -> None:
    """The report for people: by document and project, what is wrong, where, and what to do."""
    from rich.text import Text

    from kpi.cli.results import console_for
    from kpi.review.registry import SEVERITIES

    console = console_for()
    for name, of_document in groupby(report.findings, lambda finding: finding.document):
        console.print(Text(name, style="bold underline"))
        for project, of_project in groupby(of_document, lambda finding: finding.project):
            console.print(Text(f"\n{project or '全表'}", style="bold"))
            for finding in of_project:
                head = Text(f"  {SEVERITIES[finding.severity]} {finding.rule:<4} ", style=_STYLES[finding.severity])
                console.print(head + Text(_place(finding) + finding.message))
                console.print(Text(f"            应为：{finding.expected or '—'}；建议：{finding.advice}", style="dim"))
        console.print()


def _place(finding: Finding) -> str:
    parts = [
        f"第{finding.page}页" if finding.page else "",
        f"第{finding.evidence['row']}行" if finding.evidence.get("row") else "",
    ]
    name = str(finding.evidence.get("indicator", ""))
    shown = f"{name}：" if name and name not in finding.message else ""
    return "".join(parts) + (" " if any(parts) else "") + shown


def _tell(report: Report, output: Path | None) -> None:
    from kpi.review.registry import SEVERITIES

    counts = "，".join(f"{SEVERITIES[code]} {count} 条" for code, count in report.by_severity().items())
    where = f"已写入 {output}；" if output is not None else ""
    click.echo(f"{where}文件 {len(report.documents)} 个，审核意见 {len(report.findings)} 条：{counts}", err=True)
    if not report.with_store:
        click.echo("未指定 --store，未与同类指标和上年目标比较", err=True)
