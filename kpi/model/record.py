"""The record (一条指标): one indicator for other programs, every key always there, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from kpi.model.documents import Indicator, Source
from kpi.model.pages import Box


@dataclass(frozen=True, slots=True)
class RecordField:
    """One key of the record: its type for stores and its heading for people."""

    name: str
    type: str
    """`text`, `number` (Decimal as JSON string), `integer`, `float`, `flag`, `date`, `list`."""
    title: str


RECORD_FIELDS: tuple[RecordField, ...] = (
    RecordField("id", "text", "编号"),
    RecordField("document", "text", "文件"),
    RecordField("path", "text", "路径"),
    RecordField("table", "text", "表类型"),
    RecordField("table_index", "integer", "表序号"),
    RecordField("row", "integer", "行"),
    RecordField("column", "integer", "列"),
    RecordField("page", "integer", "页"),
    RecordField("boxes", "list", "位置"),
    RecordField("province", "text", "省份"),
    RecordField("city", "text", "城市"),
    RecordField("county", "text", "区县"),
    RecordField("department", "text", "部门"),
    RecordField("year", "integer", "年度"),
    RecordField("unit_code", "text", "单位编码"),
    RecordField("unit_name", "text", "预算单位"),
    RecordField("project_code", "text", "项目编码"),
    RecordField("project", "text", "项目名称"),
    RecordField("budget", "number", "预算金额（元）"),
    RecordField("period", "text", "目标期间"),
    RecordField("level1", "text", "一级指标"),
    RecordField("level2", "text", "二级指标"),
    RecordField("name", "text", "三级指标"),
    RecordField("category", "text", "类别"),
    RecordField("category_inferred", "flag", "类别为推断"),
    RecordField("description", "text", "指标说明"),
    RecordField("basis", "text", "指标值依据"),
    RecordField("target", "text", "指标值"),
    RecordField("kind", "text", "目标类型"),
    RecordField("comparator", "text", "比较符"),
    RecordField("value", "number", "数值"),
    RecordField("upper", "number", "上限"),
    RecordField("unit", "text", "计量单位"),
    RecordField("base_value", "number", "换算值"),
    RecordField("base_upper", "number", "换算上限"),
    RecordField("base_unit", "text", "换算单位"),
    RecordField("date_end", "date", "截止日期"),
    RecordField("baseline", "text", "比较基准"),
    RecordField("direction", "text", "变化方向"),
    RecordField("grade", "text", "程度"),
    RecordField("approximate", "flag", "约数"),
    RecordField("implied_unit", "text", "推定单位"),
    RecordField("half_target", "text", "半年目标值"),
    RecordField("actual", "text", "实际完成值"),
    RecordField("weight", "text", "分值"),
    RecordField("score", "text", "得分"),
    RecordField("deviation", "text", "偏差度"),
    RecordField("reason", "text", "偏差原因"),
    RecordField("confidence", "float", "可信度"),
    RecordField("warnings", "list", "提示"),
)
"""Every key of a record in its order. These names are also query fields, csv and Parquet columns."""

_SOURCE_KEYS = ("id", "document", "path", "table", "table_index", "row", "column", "page", "boxes")


def indicator_to_record(indicator: Indicator) -> dict[str, Any]:
    """One indicator as a JSON-ready dict with every key of `RECORD_FIELDS`; decimals are strings, dates ISO."""
    record: dict[str, Any] = {}
    for item in RECORD_FIELDS:
        owner: object = indicator.source if item.name in _SOURCE_KEYS else indicator
        record[item.name] = _to_plain(getattr(owner, item.name))
    return record


def _to_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    return value


def record_to_indicator(record: Mapping[str, Any], *, sha256: str) -> Indicator:
    """The inverse of `indicator_to_record`; `sha256` is the document's (a record does not repeat it)."""
    source = Source(
        document=record["document"], path=record["path"], sha256=sha256, table=record["table"],
        table_index=record["table_index"], row=record["row"], column=record["column"], page=record["page"],
        boxes=tuple(Box(*box) for box in record["boxes"]),
    )  # fmt: skip
    types = {item.name: item.type for item in RECORD_FIELDS}
    values = {
        item.name: _from_plain(record[item.name], types[item.name])
        for item in fields(Indicator)
        if item.name != "source"
    }
    return Indicator(source=source, **values)


def _from_plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "number":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "list":
        return tuple(value)
    return value
