"""`kpi search`: find indicators (检索)."""

from __future__ import annotations

import json
from itertools import islice
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
    quiet_option,
    store_option,
)

FORMATS = (TABLE, "jsonl", "json", "csv", "xlsx", "parquet")
PEOPLE_ROWS = 20


def query_text(words: tuple[str, ...]) -> str:
    """The words of a command line as one query; an unknown option among them is an error, `-离休` is not."""
    for word in words:
        if word.startswith("--"):
            raise click.NoSuchOption(word)
    return " ".join(words)


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="示例：kpi search 满意度 'value>=90' -离休 --city 许昌市 --format xlsx -o 满意度.xlsx",
)
@click.argument("query", nargs=-1)
@store_option
@filter_options
@format_option(*FORMATS)
@output_option
@click.option("--facets", is_flag=True, help="显示各字段的分布。")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="跳过前若干条。")
@click.option("--limit", type=click.IntRange(min=0), default=None, help="最多多少条；表格缺省 20，其他格式缺省全部。")
@click.option("--sort", default="", help="排序，如 value、-year，多个用逗号分隔。")
@click.option("--copies", is_flag=True, help="同一公开件的其他格式和旧版也列出。")
@click.option("--csv-raw", "raw", is_flag=True, help="csv 不加公式保护和 BOM，供程序读取。")
@quiet_option
def command(
    query: tuple[str, ...], store: Path | str, wanted: str | None, output: Path | None, quiet: bool, **options: Any
) -> int:
    """检索指标。

    QUERY 由词、"短语"、-排除词、OR 和 字段:值 组成，例如：满意度 city:焦作市 value>=85 -离休。
    """
    from kpi.store import open_store

    text, chosen = query_text(query), chosen_format(wanted, output, FORMATS)
    filters = chosen_filters(options)
    sort, offset, limit, copies = options["sort"], options["offset"], options["limit"], options["copies"]
    with open_store(store) as opened:
        if chosen == TABLE or options["facets"]:
            rows = PEOPLE_ROWS if limit is None else limit
            answer = opened.search(text, filters=filters, limit=rows, offset=offset, sort=sort, copies=copies)
            _show(answer, chosen, output, facets=options["facets"])
            if not quiet:
                _tell(answer)
            return 0
        about = {"query": text, "filters": filters, "sort": sort, "raw": options["raw"]}
        if output is not None:
            count = opened.export(output, format=chosen, limit=limit, offset=offset, copies=copies, **about)
        else:
            from kpi.cli.results import write_hits

            hits = opened.iterate(text, filters, sort=sort, copies=copies)
            count = write_hits(opened, islice(hits, offset, None if limit is None else offset + limit), chosen, **about)
        if not quiet:
            click.echo(f"已输出 {count} 条", err=True)
    return 0


def _show(answer: Any, chosen: str, output: Path | None, *, facets: bool) -> None:
    from kpi.cli.results import console_for, facets_to_plain, show_answer, show_facets

    if chosen != TABLE:
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in facets_to_plain(answer))
        if output is None:
            click.echo(lines, nl=False)
        else:
            output.write_text(lines, "utf-8")
    elif answer.hits or not facets:
        show_answer(answer, facets=facets)
    else:
        show_facets(answer, console_for())


def _tell(answer: Any) -> None:
    from kpi.cli.results import tell_totals

    tell_totals(answer)
