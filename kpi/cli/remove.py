"""`kpi remove`: take documents out of the store (移除)."""

from __future__ import annotations

from pathlib import Path

import click

from kpi.cli.options import quiet_option, store_option


@click.command(epilog="示例：kpi remove corpus/xuchang-2026.pdf")
@click.argument("documents", nargs=-1, required=True)
@store_option
@quiet_option
def command(documents: tuple[str, ...], store: Path | str, quiet: bool) -> int:
    """从库中移除文件或参考指标库（按文件名、路径或内容编号的前几位）；原文件不受影响。"""
    from kpi.ingestion import remove
    from kpi.library.references import remove_library

    left = tuple(name for name in documents if not remove_library(store, name))
    if not quiet and len(left) < len(documents):
        click.echo(f"已移除参考指标库 {len(documents) - len(left)} 个", err=True)
    if not left:
        return 0
    published = remove(store, left)
    if not quiet:
        click.echo(f"已移除 {published.removed} 个文件，快照 {published.name} 已发布", err=True)
    return 0
