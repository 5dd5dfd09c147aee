"""`kpi compare`: what each city set for the same indicator, who is strict, what is usual."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.cli.options import (
    TABLE,
    chosen_filters,
    chosen_format,
    filter_options,
    format_option,
    output_option,
    quiet_option,
    store_option,
)

if TYPE_CHECKING:
    from kpi.compare import Comparison

FORMATS = (TABLE, "json", "jsonl", "csv", "xlsx")
GROUPS = ("city", "department", "year", "project")
PARTS = ("table", "period", "level", "year")
VALUES = ("middle", "strictest", "softest", "each")


@click.command(
    epilog="示例：kpi compare 参保群众满意度 --by city --chart 满意度.svg；kpi compare 参保群众满意度 参保群众政策知晓率 -o 对比.xlsx"
)
@click.argument("names", nargs=-1, required=True, metavar="指标名称|同类指标编号…")
@store_option
@click.option(
    "--by", type=click.Choice(GROUPS), default="city", show_default=True, help="按城市、部门、年度或项目分组。"
)
@click.option("--query", default="", metavar="检索式", help="只比较检索式找到的行。")
@click.option(
    "--mix",
    multiple=True,
    type=click.Choice(PARTS),
    help="这一项不限定为一种：表类型、目标期间、行政层级、年度（可重复）。",
)
@click.option(
    "--value",
    type=click.Choice(VALUES),
    default="middle",
    show_default=True,
    help="一份公开件有多条时取哪条：中间、最严、最宽、每条都计。",
)
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="另存对比图，扩展名 .svg 或 .png。")
@filter_options
@format_option(*FORMATS)
@output_option
@quiet_option
def command(names: tuple[str, ...], store: Path | str, wanted: str | None, output: Path | None, **options: Any) -> None:
    """跨城市比较同一指标：中位、P10、P90、严宽名次、年度变化、目标与实际。

    给出多个指标时，先显示城市与指标的矩阵。数值按换算单位比较，单位不同的分开列出。
    """
    form = chosen_format(wanted, output, FORMATS)
    from kpi.compare import Rule
    from kpi.store import open_store

    with open_store(store) as opened:
        comparison = opened.compare(
            *names,
            by=options["by"],
            query=options["query"],
            filters=chosen_filters(options),
            rule=Rule(mix=frozenset(options["mix"]), value=options["value"]),
        )
    chart: Path | None = options["chart"]
    if chart is not None:
        from kpi.compare.chart import comparison_chart, save_chart

        save_chart(comparison_chart(comparison), chart)
        if not options["quiet"]:
            click.echo(f"图已保存：{chart}", err=True)
    _write(comparison, form, output)


def _write(comparison: Comparison, form: str, output: Path | None) -> None:
    if form == TABLE:
        from kpi.cli.comparison_text import show_comparison

        show_comparison(comparison)
        return
    from kpi.cli.flat import put, write_flat
    from kpi.compare.plain import comparison_to_plain, target_rows

    if form == "xlsx":
        from kpi.export.comparison import write_comparison

        buffer = io.BytesIO()
        write_comparison(comparison, buffer)
        put(buffer.getvalue(), form, output)
    elif form == "json":
        put((json.dumps(comparison_to_plain(comparison), ensure_ascii=False, indent=2) + "\n").encode(), form, output)
    else:
        write_flat(list(target_rows(comparison)), form, output)
