"""`kpi restore`: make a store of a backup (恢复)."""

from __future__ import annotations

from pathlib import Path

import click

from kpi.cli.options import log_option, quiet_option, store_option
from kpi.logs import as_json


@click.command(epilog="示例：kpi restore /mnt/backup/kpi --store .kpi；kpi restore kpi-2026-11.tar --check")
@click.argument("source", type=click.Path(path_type=Path))
@store_option
@click.option("--check", "only_check", is_flag=True, help="只核对备份，不恢复。")
@click.option("--force", is_flag=True, help="目标位置已有指标库时，先把它移到一旁（原名加 .before-时间）。")
@log_option
@quiet_option
def command(source: Path, store: Path | str, only_check: bool, force: bool, quiet: bool) -> int:
    """从备份恢复指标库，可以恢复到另一台机器、另一个目录。

    先逐个核对校验和，有一个文件损坏或缺失就不恢复，并指出是哪一个；全部完好才一次换上。
    """
    from kpi.ingestion.restore import check, restore

    told = ""
    if only_check:
        about, size = check(source)
        told = f"备份完好：快照 {about.snapshot}，{about.time} 备份，文件 {about.files} 个，{size / 2**20:.1f} MB"
    else:
        report = restore(source, store, force=force)
        told = (
            f"已恢复到 {report.store}：快照 {report.snapshot}，{report.time} 备份，文件 {report.files} 个，"
            f"{report.bytes / 2**20:.1f} MB，用时 {report.seconds:.1f} 秒"
        )
        if report.aside:
            told += f"\n原有指标库移到了 {report.aside}，确认无误后可删除"
    if not quiet and not as_json():
        click.echo(told, err=True)
    return 0
