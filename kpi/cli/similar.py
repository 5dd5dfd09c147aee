"""`kpi similar`: indicators whose names are near to a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kpi.cli.options import (
    TABLE,
    chosen_filters,
    chosen_format,
    filter_options,
    format_option,
    output_option,
    store_option,
)

FORMATS = (TABLE, "json", "jsonl", "csv", "xlsx")


@click.command(epilog="示例：kpi similar 参保人员满意度；kpi similar 危房改造户数 --limit 5 --format jsonl")
@click.argument("name", metavar="指标名称")
@store_option
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="最多列出多少个。")
@filter_options
@format_option(*FORMATS)
@output_option
def command(name: str, store: Path | str, limit: int, wanted: str | None, output: Path | None, **options: Any) -> None:
    """查找名称相近的指标：先是同一指标，再是相近的，最后是所指不同的（列出不同之处）。"""
    form = chosen_format(wanted, output, FORMATS)
    from kpi.compare.proposals import similar_rows
    from kpi.store import open_store

    with open_store(store) as opened:
        rows = similar_rows(opened.similar(name, limit=limit, filters=chosen_filters(options)))
    if form == TABLE:
        _show(rows)
        return
    from kpi.cli.flat import write_flat
    from kpi.cli.proposal_text import to_sheet

    write_flat(rows, form, output, sheets=[to_sheet("相近指标", rows, (f"与“{name}”相近的指标",))])


def _show(rows: list[dict[str, Any]]) -> None:
    from kpi.cli.proposal_text import show_table, sources_words

    if not rows:
        click.echo("库中没有相近的指标。", err=True)
        return
    shown = [
        (
            row["name"], f"{row['score']:.2f}", f"{row['text']:.2f}", "同一指标" if row["same"] else "；".join(row["differences"]) or "相近",
            row["target"], row["range"], str(row["cities"]), sources_words(row, most=1),
        )
        for row in rows
    ]  # fmt: skip
    titles = ("指标", "指标相似", "文字相似", "关系", "典型指标值", "范围", "城市数", "出处")
    show_table(titles, shown, right=(1, 2, 6))
