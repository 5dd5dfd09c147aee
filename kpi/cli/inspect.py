"""`kpi inspect`: what each stage made of a file (逐阶段查看)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kpi.model import Document, Page

STAGES = ("pages", "tables", "layout", "rows")


@click.command(epilog="示例：kpi inspect 预算.pdf --stage tables --page 22")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--stage", type=click.Choice(STAGES), default="layout", show_default=True, help="查看哪一阶段的结果。")
@click.option("--page", type=click.IntRange(min=1), default=None, help="只看这一页（或工作表）。")
def command(path: Path, stage: str, page: int | None) -> int:
    """查看一个文件在各阶段的结果。

    pages：各页的文字行数和表数；tables：各页表格的单元格；layout：拼接后的表及版式；rows：逐行的内容。
    """
    from kpi.pipeline import pages_of, parse

    if stage in {"pages", "tables"}:
        pages = (item for item in pages_of(path) if page is None or item.number == page)
        lines = _page_lines(pages) if stage == "pages" else _table_lines(pages)
    else:
        document = parse(path)
        lines = _layout_lines(document, page) if stage == "layout" else _row_lines(document, page)
    for line in lines:
        click.echo(line)
    return 0


def _page_lines(pages: Iterable[Page]) -> Iterator[str]:
    for item in pages:
        cells = sum(len(table.cells) for table in item.tables)
        name = f" {item.name}" if item.name else ""
        suspect = f"，可疑：{item.suspect}" if item.suspect else ""
        yield f"页 {item.number or '-'}{name}：文字 {len(item.lines)} 行，表 {len(item.tables)} 张，单元格 {cells} 个{suspect}"


def _table_lines(pages: Iterable[Page]) -> Iterator[str]:
    for item in pages:
        for number, table in enumerate(item.tables, start=1):
            yield (
                f"页 {item.number or '-'} 表 {number}（{table.style}，{table.row_count} 行 × {table.column_count} 列，质量 {table.quality:.2f}）"
            )
            for line in table.before:
                yield f"  上文：{line}"
            for cell in table.cells:
                span = f" 跨 {cell.row_span}×{cell.column_span}" if cell.row_span * cell.column_span > 1 else ""
                if cell.text.strip():
                    yield f"  [{cell.row},{cell.column}]{span} {cell.text.replace(chr(10), '⏎')}"


def _layout_lines(document: Document, page: int | None) -> Iterator[str]:
    from kpi.tables.layouts import layout_title

    for table in document.tables:
        if page is not None and page not in table.pages:
            continue
        rows = sum(1 for row in table.rows if row.role == "data")
        yield f"表 {table.index} {table.kind} 版式 {table.layout}（{layout_title(table.layout)}） 页 {table.pages} 数据行 {rows} 表头吻合 {table.score:.2f}"
        yield f"  标题：{table.title}"
        yield f"  列：{' | '.join(role or '·' for role in table.roles)}"
    for passed in document.passed_over:
        yield f"未采用 页 {passed.page or '-'} {passed.title}：{passed.reason}"


def _row_lines(document: Document, page: int | None) -> Iterator[str]:
    for table in document.tables:
        yield f"表 {table.index} {table.kind}"
        for number, row in enumerate(table.rows, start=1):
            if page is None or row.page == page:
                texts = " | ".join(text.replace("\n", "") for text in row.texts)
                yield f"  {number:>4} 页 {row.page or '-'} {row.role:<6} {texts}"
