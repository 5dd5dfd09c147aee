"""`kpi status`: what the store holds (状态)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpi.cli.options import TABLE, format_option, store_option

if TYPE_CHECKING:
    from kpi.catalog.documents import DocumentRow
    from kpi.ingestion.status import Status

_COUNTS = {
    "documents": "文件", "indicators": "指标", "counted": "计数指标", "projects": "项目", "tables": "表", "name_texts": "不同指标名称",
    "project_texts": "不同项目名称", "department_texts": "不同部门",
}  # fmt: skip
_SIZES = {
    "snapshot": "当前快照",
    "snapshots": "全部快照",
    "parsed": "解析结果",
    "files": "原文件",
    "decisions": "人工决定",
    "working_copy": "本地副本",
}


_SHOWN_FAILURES = 10


@click.command(epilog="示例：kpi status --documents；kpi status --check --format json")
@store_option
@click.option("--documents", is_flag=True, help="列出库中的文件。")
@click.option("--check", is_flag=True, help="健康状况不正常时退出码为 1，供监控使用。")
@format_option(TABLE, "json", "jsonl")
def command(store: Path | str, documents: bool, check: bool, wanted: str | None) -> int:
    """查看库的内容、大小和健康状况；很快，可以每分钟查一次。

    文件逐个核对校验和请用 kpi doctor --check。
    """
    from kpi.ingestion.status import read_status

    status, rows = read_status(store)
    if wanted == "json":
        plain = status.to_plain() | ({"documents": [_plain(row) for row in rows]} if documents else {})
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
    elif wanted == "jsonl":
        for item in [_plain(row) for row in rows] if documents else [status.to_plain()]:
            click.echo(json.dumps(item, ensure_ascii=False))
    elif documents:
        _show_documents(rows)
    else:
        _show(status)
    return 1 if check and status.health else 0


def _show(status: Status) -> None:
    lines = [("指标库", status.path), ("快照", f"{status.snapshot or '（还没有）'}  {status.created}")]
    lines += [(title, f"{status.counts[name]:,}") for name, title in _COUNTS.items() if name in status.counts]
    years = f"{status.years[0]}–{status.years[-1]}" if status.years else "—"
    lines += [
        ("城市", str(status.cities)), ("年度", years), ("公开件", f"{status.publications}（另有 {status.copies} 份副本或旧版不计数）"),
        ("可疑页", str(status.suspect_pages)), ("人工决定", str(status.decisions)), ("参考指标库", str(status.references)),
        ("最近导入", _last_run(status)), ("大小", "，".join(_sizes(status))),
        ("健康", "；".join(status.health) or "正常（kpi doctor 可作完整检查）"),
    ]  # fmt: skip
    for title, text in lines:
        click.echo(f"{title}：{text}")
    last = status.last_run
    for failure in last.failures[:_SHOWN_FAILURES] if last else ():
        click.echo(f"　失败：{failure['path']}：{failure['reason']}")
    if last and last.failed > _SHOWN_FAILURES:
        click.echo(f"　……共 {last.failed} 个失败，用 --format json 查看")


def _last_run(status: Status) -> str:
    from kpi.ingestion.report import STATUS_TITLES

    last = status.last_run
    if last is None:
        return status.last_ingest or "—"
    counts = "，".join(f"{STATUS_TITLES.get(name, name)} {count}" for name, count in sorted(last.counts.items()))
    return f"{last.time}，用时 {last.seconds:.1f} 秒（{counts}）"


def _sizes(status: Status) -> Iterator[str]:
    for name, size in status.sizes.items():
        yield f"{_SIZES[name]} {'约 ' if name in status.estimated else ''}{size / 2**20:.1f} MB"
    if status.free_bytes is not None:
        yield f"磁盘剩余 {status.free_bytes / 2**30:.1f} GB"


def _show_documents(rows: tuple[DocumentRow, ...]) -> None:
    from rich.table import Table

    from kpi.cli.results import console_for

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("编号", "文件", "城市", "年度", "部门", "指标", "可疑页", "导入时间"):
        table.add_column(title, overflow="fold", justify="right" if title in {"指标", "可疑页"} else "left")
    for row in rows:
        table.add_row(
            row.entry.sha256[:12], row.entry.path, row.county or row.city, str(row.year or ""), row.department, str(row.indicators),
            str(len(row.suspect_pages) or ""), row.entry.added,
        )  # fmt: skip
    console_for().print(table)


def _plain(row: DocumentRow) -> dict[str, object]:
    from dataclasses import asdict

    plain = asdict(row)
    return {**plain.pop("entry"), **plain}
