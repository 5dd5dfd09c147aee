"""`kpi suggest`: indicators that projects of this kind use elsewhere."""

from __future__ import annotations

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
    store_option,
)

if TYPE_CHECKING:
    from kpi.compare.suggest import Suggestion

FORMATS = (TABLE, "json", "jsonl", "csv", "xlsx")
_PROJECTS_SHOWN = 5


@click.command(
    epilog="示例：kpi suggest 2026年城乡医疗救助补助；kpi suggest 农村公路养护 --without 许昌市 -o 建议指标.xlsx"
)
@click.argument("project_name", metavar="项目名称")
@store_option
@click.option("--query", default="", metavar="检索式", help="只看检索式找到的行。")
@click.option("--without", multiple=True, metavar="城市", help="不看这个市县自己的项目（可重复）。")
@click.option("--least-cities", type=click.IntRange(min=1), default=1, show_default=True, help="至少有这么多城市使用。")
@filter_options
@format_option(*FORMATS)
@output_option
def command(
    project_name: str, store: Path | str, query: str, without: tuple[str, ...], wanted: str | None, output: Path | None, **options: Any
) -> None:  # fmt: skip
    """按项目名称推荐指标：同类项目在各地使用的指标、典型的比较符、数值、单位，使用城市数和出处。

    推荐的指标都有出处，不作编造；年度、级次、文号和资金字样不影响匹配。
    """
    form = chosen_format(wanted, output, FORMATS)
    from dataclasses import replace

    from kpi.compare.proposals import suggestion_rows, suggestion_to_plain
    from kpi.store import open_store

    with open_store(store) as opened:
        found = opened.suggest(project_name, query=query, filters=chosen_filters(options), without=without)
    kept = tuple(item for item in found.indicators if item.profile.cities >= options["least_cities"])
    found = replace(found, indicators=kept)
    if form == TABLE:
        _show(found)
        return
    from kpi.cli.flat import put, write_flat
    from kpi.cli.proposal_text import to_sheet

    if form == "json":
        put((json.dumps(suggestion_to_plain(found), ensure_ascii=False, indent=2) + "\n").encode(), form, output)
        return
    rows = suggestion_rows(found)
    write_flat(rows, form, output, sheets=[to_sheet("建议指标", rows, _heading(found))])


def _heading(found: Suggestion) -> list[str]:
    alike = "、".join(f"{item.name}（{item.likeness:.2f}）" for item in found.projects[:_PROJECTS_SHOWN])
    more = f" 等 {len(found.projects)} 个" if len(found.projects) > _PROJECTS_SHOWN else ""
    return [
        f"项目：{found.project}（按“{found.core}”匹配）",
        f"相近项目：{alike or '无'}{more}；{found.cities} 个地区的 {found.bodies} 个项目",
    ]


def _show(found: Suggestion) -> None:
    from itertools import groupby

    from kpi.cli.proposal_text import show_table, sources_words
    from kpi.compare.proposals import suggestion_rows

    for line in (*_heading(found), *(f"注意：{note}" for note in found.notes)):
        click.echo(line)
    for category, rows in groupby(suggestion_rows(found), key=lambda row: row["category"]):
        click.echo(f"\n{category}")
        shown = [
            (row["name"], row["target"], row["range"], str(row["cities"]), f"{row['projects']}（{row['share']:.0%}）", sources_words(row, most=2))
            for row in rows
        ]  # fmt: skip
        show_table(("三级指标", "典型指标值", "范围", "城市", "项目", "出处"), shown, right=(3, 4))
    if found.references:
        click.echo("\n参考指标库")
        known = [
            (item.library, item.level1, item.level2, item.name, item.target, item.purpose) for item in found.references
        ]
        show_table(("指标库", "一级指标", "二级指标", "三级指标", "指标值", "资金用途/项目类型"), known)
