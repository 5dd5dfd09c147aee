"""`kpi doctor`: check a store and put it right (体检)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from kpi.cli.options import TABLE, format_option, log_option, store_option


@click.command(epilog="示例：kpi doctor --check")
@store_option
@click.option("--check", is_flag=True, help="只检查，不修复。")
@click.option("--rebuild", is_flag=True, help="按已解析的结果全部重建，不论有无问题。")
@format_option(TABLE, "json")
@log_option
def command(store: Path | str, check: bool, rebuild: bool, wanted: str | None) -> int:
    """逐个核对快照文件的校验和、索引版本、解析结果和原文件，并修复能修复的问题。

    损坏的快照按 parsed/ 中的解析结果重建，人工决定会重新应用。仍有问题时退出码为 1。
    """
    from kpi.ingestion.doctor import examine, mend

    problems = examine(store)
    if wanted == TABLE or wanted is None:
        for problem in problems:
            click.echo(f"{'可修复' if problem.mendable else '需处理'}：{problem.message}（{problem.where}）")
        click.echo(f"检查完毕，问题 {len(problems)} 个")
    published = None if check else mend(store, problems, rebuild=rebuild)
    left = problems if check or not problems else examine(store)
    if wanted == "json":
        plain = {"problems": [asdict(item) for item in problems], "left": [asdict(item) for item in left]}
        click.echo(
            json.dumps({**plain, "snapshot": published.name if published else None}, ensure_ascii=False, indent=1)
        )
    elif not check and (problems or published is not None):
        told = f"，快照 {published.name} 已发布" if published is not None else ""
        click.echo(f"已修复{told}；剩余问题 {len(left)} 个")
    return 1 if left else 0
