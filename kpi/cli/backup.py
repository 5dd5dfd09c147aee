"""`kpi backup`: keep a store elsewhere (备份)."""

from __future__ import annotations

from pathlib import Path

import click

from kpi.cli.options import log_option, quiet_option, store_option
from kpi.logs import as_json


@click.command(epilog="示例：kpi backup /mnt/backup/kpi --store .kpi；kpi backup kpi-2026-11.tar")
@click.argument("target")
@store_option
@log_option
@quiet_option
def command(target: str, store: Path | str, quiet: bool) -> int:
    """把指标库备份到目录或一个 .tar 文件；导入和检索可以照常进行。

    备份当前快照、解析结果、原文件、人工决定和参考指标库，每个文件都有校验和。目标是以前的备份目录时只复制新增的内容；
    中断后重新运行即可，原有备份在最后一步之前一直有效。用 kpi restore 恢复。
    """
    from kpi.ingestion.backup import back_up

    report = back_up(store, target)
    if not quiet and not as_json():
        click.echo(
            f"已备份快照 {report.snapshot}：文件 {report.files} 个，{report.bytes / 2**20:.1f} MB，"
            f"本次复制 {report.copied} 个，{report.copied_bytes / 2**20:.1f} MB，用时 {report.seconds:.1f} 秒",
            err=True,
        )
    if not as_json():
        for path in report.damaged:
            click.echo(f"注意：原文件已损坏，未备份（其指标不受影响）：{path}", err=True)
    return 1 if report.damaged else 0
