"""Hits and facets on the terminal, or as a file on standard output (结果输出)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from kpi.catalog.answers import Answer, Hit
    from kpi.store import Store

_FACET_TITLES = {
    "city": "城市", "province": "省份", "year": "年度", "department": "部门", "level1": "一级指标", "category": "类别", "unit": "单位",
    "kind": "类型", "comparator": "比较符",
}  # fmt: skip
_SHOWN_FACET_VALUES = 8
_PIPE_WIDTH = 160
"""Width of tables that go into a pipe or a file, where no terminal says how wide it is."""


def console_for() -> Console:
    """A console on standard output that does not break lines at 80 columns in a pipe."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def show_answer(answer: Answer, *, facets: bool) -> None:
    """The table for people: hits with highlighted words, then facets if wanted; totals go to standard error."""
    from rich.table import Table

    console = console_for()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, ratio in (
        ("#", 0),
        ("三级指标", 3),
        ("指标值", 2),
        ("城市", 0),
        ("年度", 0),
        ("项目 / 部门", 3),
        ("编号", 0),
    ):
        table.add_column(title, overflow="fold", ratio=ratio or None, no_wrap=not ratio)
    for number, hit in enumerate(answer.hits, answer.offset + 1):
        record = hit.record
        place = "project" if record["project"] else "department"
        table.add_row(
            str(number), _marked(hit, "name"), record["target"] + _changed(record), record["county"] or record["city"], str(record["year"] or ""),
            _marked(hit, place), record["id"],
        )  # fmt: skip
    if answer.hits:
        console.print(table)
    if facets:
        show_facets(answer, console)


def _changed(record: Mapping[str, Any]) -> str:
    return "（已改）" if "corrected" in record["warnings"] else ""


def _marked(hit: Hit, field: str) -> Text:
    from rich.text import Text

    text = Text(str(hit.record[field]))
    for name, start, end in hit.highlights:
        if name == field:
            text.stylize("bold red", start, end)
    return text


def show_facets(answer: Answer, console: Console) -> None:
    """Counts of each facet, a line each."""
    for name, facet in answer.facets.items():
        shown = "  ".join(f"{item.value or '（空）'} {item.count}" for item in facet.values[:_SHOWN_FACET_VALUES])
        more = f"  …共 {facet.distinct} 种" if facet.distinct > _SHOWN_FACET_VALUES else ""
        console.print(f"{_FACET_TITLES.get(name, name)}：{shown}{more}", markup=False)
    if answer.histogram is not None:
        numbers = answer.histogram
        console.print(
            f"换算值（{numbers.unit}）：最小 {numbers.minimum:g}  中位 {numbers.median:g}  最大 {numbers.maximum:g}",
            markup=False,
        )


def tell_totals(answer: Answer) -> None:
    """How much was found, and what else could be asked, on standard error."""
    copies = (
        f"，另有 {answer.copies_left_out} 条为同一公开件的其他格式或旧版（--copies 可列出）"
        if answer.copies_left_out
        else ""
    )
    click.echo(f"共 {answer.total} 条，用时 {answer.took_ms:.0f} 毫秒{copies}", err=True)
    if answer.suggestions:
        click.echo("您是否要找：", err=True)
        for item in answer.suggestions:
            click.echo(f"  {item.query}（{item.count} 条）", err=True)
    tell_notes(answer.notes)


def tell_notes(notes: Iterable[str]) -> None:
    """Notes of the store on standard error."""
    for note in notes:
        click.echo(f"注意：{note}", err=True)


def facets_to_plain(answer: Answer) -> Iterable[dict[str, object]]:
    """One JSON-ready object a facet."""
    for name, facet in answer.facets.items():
        values = [{"value": item.value, "count": item.count} for item in facet.values]
        yield {"facet": name, "distinct": facet.distinct, "values": values}


def write_hits(
    store: Store, hits: Iterable[Hit], format: str, *, query: str, filters: dict[str, tuple[str, ...]], sort: str,  # noqa: A002
    raw: bool,
) -> int:  # fmt: skip
    """Write hits in a machine's format to standard output.

    Raises:
        click.UsageError: a workbook or Parquet file would go to a terminal.
    """
    from kpi.export import write_records

    stream: BinaryIO = sys.stdout.buffer
    binary = format in {"xlsx", "parquet"}
    buffer = io.BytesIO()
    if binary and stream.isatty():
        raise click.UsageError(f"{format} 不能显示在终端上，请用 -o 指定文件")
    records = (hit.to_plain() for hit in hits)
    target: BinaryIO = buffer if binary else stream
    count = write_records(records, target, format, about=store.about(query, filters, sort=sort), raw=raw)
    stream.write(buffer.getvalue())
    stream.flush()
    return count
