"""What codes are called on screens (用语), and how figures are written there: amounts in 万元, counts with separators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = {
    "numeric": "数值", "range": "区间", "deadline": "时限", "relative": "相对变化", "qualitative": "定性", "missing": "未填写",
}  # fmt: skip
COMPARATORS = {
    "≥": "不低于（≥）", "≤": "不超过（≤）", "=": "等于", ">": "高于（>）", "<": "低于（<）", "in": "区间", "": "无",
}  # fmt: skip
DIRECTIONS = {
    "increase": "上升", "decrease": "下降", "not_lower": "不低于", "not_higher": "不高于", "higher": "高于", "lower": "低于",
    "equal": "持平",
}  # fmt: skip
GRADES = {"none": "无", "some": "有所", "moderate": "较为", "significant": "显著", "full": "全部"}
NOT_STATED = "未注明"

# What a repair or doubt means for the reader, and what to look at.
WARNINGS = {
    "column_drift_repaired": "原文文字串列，已按表格结构归位，请对照原页核对",
    "joined_over_page": "单元格被分页截断，已拼接",
    "suspicious_value": "数值可疑（如百分比超过 100%，或数字中有空格），请对照原页核对",
    "several_targets": "一格写了多个目标，只取第一个作为数值，其余保留在原文中",
    "unread_number": "文字中的数字没有读懂，未参与数值比较",
    "ocr": "由扫描页识别得到，文字可能有误",
    "target_without_name": "有指标值而没有指标名称，请对照原页核对",
    "unread_prose": "文字叙述中的目标没有完全读懂，请对照原文核对",
    "corrected": "已由人工更正",
}
_WARNING_ELSE = "解析时有一处需要留意，请对照原文核对"

SUSPECTS = {
    "scanned": "扫描页，没有文字层", "outlined": "文字已转为曲线，无法读取", "unreadable_text": "文字编码无法识别",
    "damaged_page": "页面已损坏", "damaged_data": "文件部分数据已损坏", "too_much_drawn": "页面内容超出解析上限", "no_table": "有表头文字，但没有识别出表格",
}  # fmt: skip

FORMATS = {
    "pdf": "PDF", "docx": "Word", "doc": "Word（旧版）", "xlsx": "Excel", "xls": "Excel（旧版）", "html": "网页", "mht": "网页归档",
    "text": "文本", "rtf": "RTF", "odt": "ODT", "ods": "ODS",
}  # fmt: skip

_VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS, "comparator": COMPARATORS, "direction": DIRECTIONS, "grade": GRADES,
}  # fmt: skip

_TEN_THOUSAND = Decimal(10_000)


def value_word(field: str, value: object) -> str:
    """A stored value of a field as screens show it."""
    text = "" if value is None else str(value)
    return _VALUE_WORDS.get(field, {}).get(text) or text or NOT_STATED


def warning_words(code: str) -> str:
    """A warning code in words."""
    return WARNINGS.get(code, _WARNING_ELSE)


def to_number(value: object) -> Decimal | None:
    """A record's number; None for unknown."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def amount(yuan: object) -> str:
    """An amount in 元 as 万元 with separators and two decimals: `1,254.84 万元`; "" for unknown."""
    number = to_number(yuan)
    return "" if number is None else f"{number / _TEN_THOUSAND:,.2f} 万元"


def figure(value: object) -> str:
    """A number with separators and without trailing zeros: `602,500`, `0.5`."""
    number = to_number(value)
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure(value: object, unit: str) -> str:
    """A number with its unit; money from 1 万元 on in 万元."""
    number = to_number(value)
    if number is None:
        return ""
    if unit == "元" and abs(number) >= _TEN_THOUSAND:
        return f"{figure(number / _TEN_THOUSAND)}万元"
    return f"{figure(number)}{unit}"


def count(number: int) -> str:
    """A count with separators."""
    return f"{number:,}"


def place(record: Mapping[str, Any]) -> str:
    """Where a record comes from: the county, else the city, else the province."""
    return str(record.get("county") or record.get("city") or record.get("province") or NOT_STATED)


def day(stamp: str) -> str:
    """An ISO time as day and minute in local time; "" stays ""."""
    if not stamp:
        return ""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp


def milliseconds(took: float) -> str:
    """How long something took, without false precision."""
    return f"{took / 1000:.1f} 秒" if took >= 1000 else f"{max(round(took), 1)} 毫秒"
