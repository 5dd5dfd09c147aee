"""Near indicators and suggestions on the terminal and as sheets (推荐结果的显示)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.cli.results import console_for
from kpi.export.sheets import Column, Sheet

COLUMNS = (
    Column("category", "类别", 10), Column("level1", "一级指标", 12), Column("level2", "二级指标", 16), Column("name", "三级指标", 30, wrap=True),
    Column("target", "典型指标值", 18, wrap=True), Column("comparator", "计算符号", 9), Column("value", "数值", 10), Column("unit", "计量单位", 10),
    Column("range", "范围", 18), Column("cities", "城市数", 8), Column("projects", "项目数", 8), Column("share_words", "占相近项目", 10),
    Column("score", "指标相似度", 10), Column("text", "文字相似度", 10), Column("differences_words", "不同之处", 26, wrap=True),
    Column("explanation", "指标解释", 30, wrap=True), Column("remark", "备注", 22, wrap=True), Column("sources_words", "出处", 60, wrap=True),
)  # fmt: skip


def sources_words(row: Mapping[str, Any], *, most: int = 3) -> str:
    """Where the examples are printed."""
    told = []
    for source in row["sources"][:most]:
        page = f" 第{source['page']}页" if source["page"] else ""
        told.append(f"{source['place']}《{source['document']}》{page} {source['target']}".replace("》 ", "》"))
    return "；".join(told)


def to_sheet(title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> Sheet:
    """Rows as a sheet with the columns that they have."""
    filled = [
        {
            **row, "sources_words": sources_words(row), "differences_words": "；".join(row.get("differences", ())),
            "share_words": f"{row['share']:.0%}" if "share" in row else None,
        }
        for row in rows
    ]  # fmt: skip
    has = {"score", "text", "differences_words"} if rows and "score" in rows[0] else {"share_words"}
    optional = {"score", "text", "differences_words", "share_words"}
    return Sheet(
        title, [column for column in COLUMNS if column.key not in optional or column.key in has], filled, notes
    )


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A table without lines."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, title in enumerate(titles):
        table.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console_for().print(table)
