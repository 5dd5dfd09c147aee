"""`kpi export`: matching indicators as a file (导出)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kpi.cli.options import (
    chosen_filters,
    chosen_format,
    filter_options,
    format_option,
    output_option,
    quiet_option,
    store_option,
)
from kpi.cli.search import query_text

FORMATS = ("xlsx", "csv", "jsonl", "json", "parquet")
CATALOGUE_FORMATS = ("xlsx", "csv", "jsonl")


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="示例：kpi export level1:满意度指标 --year 2026 -o 满意度指标.xlsx；kpi export --catalogue -o 指标库.xlsx",
)
@click.argument("query", nargs=-1)
@store_option
@filter_options
@format_option(*FORMATS)
@output_option
@click.option("--sort", default="", help="排序，如 value、-year，多个用逗号分隔。")
@click.option("--copies", is_flag=True, help="同一公开件的其他格式和旧版也导出。")
@click.option("--catalogue", is_flag=True, help="导出指标库：每个同类指标一行，含典型值、范围、使用城市数和来源。")
@click.option("--csv-raw", "raw", is_flag=True, help="csv 不加公式保护和 BOM，供程序读取。")
@quiet_option
def command(
    query: tuple[str, ...], store: Path | str, wanted: str | None, output: Path | None, quiet: bool, **options: Any
) -> int:
    """导出符合条件的全部指标；不给 QUERY 和筛选则导出全库。

    csv 中以 = + - @ 等开头的文字前加 '，以免被表格软件当作公式执行；程序读取请用 --csv-raw。
    """
    from kpi.store import open_store

    if options["catalogue"]:
        return _export_catalogue(store, query_text(query), chosen_filters(options), wanted, output, quiet=quiet)
    text, filters, sort = query_text(query), chosen_filters(options), options["sort"]
    chosen = chosen_format(wanted, output, FORMATS)
    with open_store(store) as opened:
        about = {"query": text, "filters": filters, "sort": sort, "raw": options["raw"]}
        if output is not None:
            count = opened.export(output, format=chosen, copies=options["copies"], **about)
        else:
            from kpi.cli.results import write_hits

            count = write_hits(
                opened, opened.iterate(text, filters, sort=sort, copies=options["copies"]), chosen, **about
            )
    if not quiet:
        click.echo(f"已导出 {count} 条" + (f" → {output}" if output else ""), err=True)
    return 0


def _export_catalogue(
    store: Path | str, text: str, filters: dict[str, tuple[str, ...]], wanted: str | None, output: Path | None, *, quiet: bool
) -> int:  # fmt: skip
    import io

    from kpi.cli.flat import put
    from kpi.library import write_catalogue
    from kpi.store import open_store

    chosen = chosen_format(wanted, output, CATALOGUE_FORMATS)
    buffer = io.BytesIO()
    with open_store(store) as opened:
        profiles = opened.catalogue(text, filters=filters)
        count = write_catalogue(profiles, buffer, chosen, about=opened.about(text, filters))
    put(buffer.getvalue(), chosen, output)
    if not quiet:
        click.echo(f"已导出指标库 {count} 个指标" + (f" → {output}" if output else ""), err=True)
    return 0
