"""`kpi normalize`: targets as typed, or a csv of them, in normal form."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.errors import BadInput, UsageError
from kpi.model import RECORD_FIELDS, Target

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.table import Table

_NAMES = [item.name for item in RECORD_FIELDS]
# The keys of a record from `target` to `implied_unit`, so that both commands speak of a target alike.
TARGET_KEYS = tuple(_NAMES[_NAMES.index("target") : _NAMES.index("implied_unit") + 1])
KEYS = (*TARGET_KEYS, "unread", "warnings")
COLUMNS = ("target", "name", "level1", "year")

_KINDS = {
    "numeric": "数值", "range": "区间", "deadline": "时限", "relative": "相对", "qualitative": "定性", "missing": "空缺",
}  # fmt: skip
_DIRECTIONS = {
    "increase": "上升", "decrease": "下降", "not_lower": "不低于", "not_higher": "不高于", "higher": "高于", "lower": "低于",
    "equal": "持平",
}  # fmt: skip
_GRADES = {"none": "无", "some": "有所", "moderate": "较", "significant": "显著", "full": "全部"}
_WARNINGS = {"several_targets": "一格多个目标", "unread_number": "数字未读懂", "suspicious_value": "数值存疑"}


@click.command(
    epilog="示例：kpi normalize ≥90% 730元/人 12月底前 --year 2026；kpi normalize --input targets.csv --format jsonl"
)
@click.argument("texts", nargs=-1, metavar="TEXT...")
@click.option("--name", default="", help="三级指标名称，用来推定单位和时限。")
@click.option("--level1", default="", help="一级指标，成本指标中的“万”按万元。")
@click.option("--year", type=int, help="文件年度，补全日期。")
@click.option(
    "--input", "source", metavar="FILE.csv", help="csv 文件，列 target，可有 name、level1、year；- 为标准输入。"
)
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "json", "csv"]), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="写入文件，默认标准输出。")
def command(
    texts: tuple[str, ...], name: str, level1: str, year: int | None, source: str | None, form: str, output: str | None
) -> None:
    """把指标值文字化为比较符、数值、单位、日期、程度。

    参数为指标值文字，例如 ≥90%；也可用 --input 读取整列。
    """
    if bool(texts) == (source is not None):
        raise UsageError(
            "请给出指标值文字，或用 --input 指定 csv 文件（二选一）", advice="kpi normalize --help 查看示例"
        )
    rows = (
        _read_rows(source, name, level1, year) if source is not None else ((text, name, level1, year) for text in texts)
    )
    from kpi.targets import normalize

    targets = [normalize(text, name=given, level1=level, year=when) for text, given, level, when in rows]
    if form == "table":
        _write(_table_text(targets, width=None if output is None else _FILE_WIDTH), output)
    else:
        _write(_machine_text([target_to_record(target) for target in targets], form), output)


# Width of a table that goes to a file instead of a screen, in columns.
_FILE_WIDTH = 160


def target_to_record(target: Target) -> dict[str, Any]:
    """A target as the batch form prints it: decimals as strings, dates ISO, unknown null."""
    record: dict[str, Any] = {"target": target.text}
    for key in TARGET_KEYS[1:]:
        value = getattr(target, key)
        if value is not None and not isinstance(value, (str, bool)):
            value = format(value, "f") if key in {"value", "upper", "base_value", "base_upper"} else value.isoformat()
        record[key] = value
    record["unread"] = list(target.unread)
    record["warnings"] = list(target.warnings)
    return record


def _read_rows(source: str, name: str, level1: str, year: int | None) -> Iterator[tuple[str, str, str, int | None]]:
    where = "标准输入" if source == "-" else source
    reader = csv.DictReader(io.StringIO(_decode(_read_bytes(source), where)))
    if "target" not in (reader.fieldnames or ()):
        raise BadInput(
            "csv 没有 target 列", where=where, found="、".join(reader.fieldnames or ()) or "空文件",
            advice=f"首行写列名：{', '.join(COLUMNS)}",
        )  # fmt: skip
    for number, row in enumerate(reader, start=2):
        printed = (row.get("year") or "").strip()
        if printed and not printed.isdecimal():
            raise BadInput(
                "year 不是年份", where=f"{where} 第 {number} 行", found=printed, advice="写四位数字，例如 2026"
            )
        when = int(printed) if printed else year
        yield row["target"] or "", row.get("name") or name, row.get("level1") or level1, when


def _read_bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise BadInput("文件打不开", where=source, found=error.strerror or "", advice="检查路径和权限") from error


def _decode(content: bytes, where: str) -> str:
    """UTF-8, else GB 18030, which spreadsheets on Chinese systems still write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("文件编码无法识别", where=where, advice="另存为 UTF-8 编码的 csv")


def _machine_text(records: Sequence[dict[str, Any]], form: str) -> str:
    if form == "jsonl":
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if form == "json":
        return json.dumps(records, ensure_ascii=False, indent=2) + "\n"
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, KEYS, lineterminator="\n")
    writer.writeheader()
    for record in records:
        joined = {key: "；".join(value) if isinstance(value, list) else value for key, value in record.items()}
        writer.writerow({**joined, "approximate": "true" if record["approximate"] else "false"})
    return buffer.getvalue()


def _table_text(targets: Iterable[Target], width: int | None) -> str:
    from rich.console import Console

    buffer = io.StringIO()
    Console(file=buffer, width=width, highlight=False, markup=False).print(_table(targets))
    return buffer.getvalue()


def _table(targets: Iterable[Target]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from kpi.targets import format_target

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("指标值", "规范写法", "类型", "比较", "数值", "单位", "换算值", "说明"):
        table.add_column(title, overflow="fold")
    for target in targets:
        base = _span(target.base_value, target.base_upper)
        table.add_row(
            target.text, format_target(target), _KINDS[target.kind], target.comparator, _span(target.value, target.upper),
            target.unit, base + target.base_unit if base else "", _remarks(target),
        )  # fmt: skip
    return table


def _span(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return ""
    return f"{low:f}" if high is None else f"{low:f}–{high:f}"


def _remarks(target: Target) -> str:
    """What has no column of its own, in words; most targets have none of it."""
    remarks = [
        f"截止 {target.date_end.isoformat()}" if target.date_end else "",
        f"基准 {target.baseline}" if target.baseline else "",
        f"方向 {_DIRECTIONS[target.direction]}" if target.direction else "",
        f"程度 {_GRADES[target.grade]}" if target.grade else "",
        "约数" if target.approximate else "",
        f"推定单位 {target.implied_unit}" if target.implied_unit else "",
        *(_WARNINGS.get(code, code) for code in target.warnings),
        *(f"其余 {part}" for part in target.unread),
    ]
    return "；".join(remark for remark in remarks if remark)


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput("文件写不进去", where=output, found=error.strerror or "", advice="检查路径和权限") from error
