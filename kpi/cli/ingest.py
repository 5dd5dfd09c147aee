"""`kpi ingest`: parse files and publish them (导入)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.cli.options import (
    TABLE,
    chosen_limits,
    format_option,
    limit_options,
    log_option,
    output_option,
    quiet_option,
    store_option,
)
from kpi.cli.output import write_bytes
from kpi.errors import parts_line
from kpi.logs import as_json

if TYPE_CHECKING:
    from kpi.ingestion import FileReport, IngestReport
    from kpi.ingestion.report import Progress

_ATTRIBUTES = ("province", "city", "county", "department", "year")


@click.command(epilog="示例：kpi ingest corpus/ --jobs 2 --city 焦作市")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@store_option
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="解析进程数，0 为每个处理器核一个。")
@click.option(
    "--scheduler", default="", envvar="KPI_SCHEDULER", show_envvar=True, metavar="地址",
    help="多机解析：Dask 调度器的地址，如 tcp://HOST:8786；文件和指标库须在所有机器可见。须 pip install 'kpi-atlas[cluster]'。",
)  # fmt: skip
@limit_options
@click.option("--sync", is_flag=True, help="所给目录中已不存在的文件从库中移除。")
@click.option("--retry", is_flag=True, help="重新解析以前失败的文件。")
@click.option("--province", default="", help="文件自身未写明时的省份。")
@click.option("--city", default="", help="文件自身未写明时的城市。")
@click.option("--county", default="", help="文件自身未写明时的区县。")
@click.option("--department", "--dept", default="", help="文件自身未写明时的部门。")
@click.option("--year", type=click.IntRange(1990, 2100), default=None, help="文件自身未写明时的年度。")
@format_option(TABLE, "json", "jsonl")
@output_option
@log_option
@quiet_option
def command(
    paths: tuple[Path, ...], store: Path, wanted: str | None, output: Path | None, quiet: bool, **options: Any
) -> int:
    """解析文件或目录并发布到指标库。

    内容未变的文件不会再次解析；一个文件失败不影响其他文件；中断后重新运行即可继续。
    """
    from kpi.ingestion import ingest

    stated = {name: options[name] for name in _ATTRIBUTES if options[name]}
    with _progress_bar(hidden=quiet or as_json()) as told:
        report = ingest(
            paths,
            store,
            jobs=options["jobs"],
            scheduler=options["scheduler"],
            attributes=stated,
            sync=options["sync"],
            retry=options["retry"],
            limits=chosen_limits(options),
            progress=told,
        )
    _show(report, wanted or _format_of(output), output, quiet=quiet)
    return 1 if report.failures else 0


@contextlib.contextmanager
def _progress_bar(*, hidden: bool) -> Iterator[Callable[[Progress], None] | None]:
    if hidden:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        """Files a second."""

        def render(self, task: Any) -> Text:
            """The rate, once there is one."""
            return Text(f"{task.speed:.1f} 个/秒" if task.speed else "")

    columns = (
        TextColumn("解析"), BarColumn(), MofNCompleteColumn(), Rate(), TextColumn("剩余"), TimeRemainingColumn(),
        TextColumn("{task.fields[path]}", markup=False),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, path="")

        def told(progress: Progress) -> None:
            name = progress.path if progress.done < progress.total else "正在发布快照…"
            bar.update(task, completed=progress.done, total=progress.total, path=name)

        yield told


def _format_of(output: Path | None) -> str:
    """The format that the ending of a file stands for; what people read in any other."""
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return ending if ending in ("json", "jsonl") else TABLE


def _show(report: IngestReport, wanted: str, output: Path | None, *, quiet: bool) -> None:
    if wanted == "json":
        text = json.dumps(report.to_plain(), ensure_ascii=False, indent=1) + "\n"
    elif wanted == "jsonl":
        text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in report.to_plain()["files"])
    else:
        text = "".join(f"{line}\n" for line in _lines(report))
    if output is not None:
        write_bytes(output, text.encode())
    elif wanted != TABLE:
        click.echo(text, nl=False)
    elif not quiet and not as_json():
        click.echo(text, nl=False, err=True)
    if quiet and not as_json():
        for file in report.failures:
            click.echo(_failure_line(file), err=True)


def _lines(report: IngestReport) -> Iterator[str]:
    from kpi.ingestion.report import EMPTY, FAILED, SKIPPED, STATUS_TITLES

    for file in report.files:
        if file.status in {FAILED, SKIPPED}:
            yield _failure_line(file)
        elif file.status == EMPTY:
            yield f"没有绩效目标表：{file.path}"
        if file.suspect_pages:
            yield f"可疑页 {file.suspect_pages} 页（可能有表但未能读出）：{file.path}"
        for note in file.notes:
            yield f"{file.path}：{note}"
    for path in report.removed:
        yield f"已移除：{path}"
    counts = "，".join(f"{STATUS_TITLES[status]} {count}" for status, count in sorted(report.counts.items()))
    indicators = sum(file.indicators for file in report.files)
    yield f"文件 {len(report.files)} 个（{counts}），新解析指标 {indicators} 条，用时 {report.seconds:.1f} 秒"
    published = report.published
    yield (
        f"快照 {published.name} 已发布" if published.changed else f"内容没有变化，快照仍为 {published.name or '（无）'}"
    )
    yield from (f"注意：{note}" for note in published.notes)


def _failure_line(file: FileReport) -> str:
    title = "失败" if file.status == "failed" else "跳过"
    return f"{title}：{file.path}：{parts_line(file.failure)}"
