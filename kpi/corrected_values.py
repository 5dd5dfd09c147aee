"""What people type as a correction → values of the record (更正值): types, allowed words, and what follows from them.

Setting the target, the name, the level or the year reads the target anew, because a name can imply its unit; parts that
are set by hand (comparator, value …) stay as set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kpi.decisions import DOCUMENT_FIELDS, FIXED_FIELDS
from kpi.errors import UsageError
from kpi.model import CATEGORIES, RECORD_FIELDS, Indicator, Source, Target, indicator_to_record

_TYPES = {item.name: item.type for item in RECORD_FIELDS}
_TARGET_PARTS = tuple(item.name for item in fields(Target) if item.name in _TYPES and item.name not in FIXED_FIELDS)
"""Record fields that a target's text decides."""
_READ_BY = frozenset({"target", "name", "level1", "year"})
"""Fields that decide how a target is read."""
_FLAGS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}
_AMOUNT = re.compile(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)(亿元|万元|元|亿|万)?")
_SCALES = {"亿元": 8, "亿": 8, "万元": 4, "万": 4}
_KINDS = ("numeric", "range", "deadline", "relative", "qualitative", "missing")
_ALLOWED = {"category": CATEGORIES, "kind": _KINDS}


def correctable_fields() -> tuple[str, ...]:
    """Record fields that a correction may set."""
    return tuple(name for name in _TYPES if name not in FIXED_FIELDS)


def find_correctable(typed: str, *, document: bool = False) -> str:
    """The field that people mean: its own name or a Chinese one.

    Raises:
        UsageError: there is none, or it cannot be corrected.
    """
    from kpi.query import find_field

    allowed = DOCUMENT_FIELDS if document else correctable_fields()
    found = find_field(typed.strip())
    name = found.name if found is not None else typed.strip()
    if name not in allowed:
        raise UsageError("没有这个可更正的字段", found=typed, advice=f"可用：{', '.join(allowed)}")
    return name


def changes_of(record: Mapping[str, Any], typed: Mapping[str, str | None]) -> dict[str, Any]:
    """The changes to a record that typed values mean, with the parts of the target that follow from them.

    Args:
        record: the record as it is now.
        typed: field → text; "" or None empties the field.

    Raises:
        UsageError: an unknown field, a value that does not fit it, or nothing that changes.
    """
    given = {find_correctable(name): text for name, text in typed.items()}
    changes = {name: value_of_text(name, text) for name, text in given.items()}
    if _READ_BY & changes.keys():
        changes = {**_read_target({**record, **changes}), **changes}
    if "category" in changes and "category_inferred" not in changes:
        changes["category_inferred"] = False
    kept = {name: value for name, value in changes.items() if record[name] != value}
    if not kept:
        raise UsageError(
            "与现在的内容相同，没有可更正的", found="；".join(f"{name}={text}" for name, text in typed.items())
        )
    return kept


def value_of_text(name: str, text: str | None) -> Any:
    """A field's value of what was typed.

    Raises:
        UsageError: it does not fit.
    """
    kind, typed = _TYPES[name], (text or "").strip()
    if not typed:
        return "" if kind == "text" else False if kind == "flag" else None
    if kind == "flag":
        if typed.lower() not in _FLAGS:
            raise UsageError("应为 是 或 否", where=name, found=typed)
        return _FLAGS[typed.lower()]
    if kind in ("number", "integer"):
        return _number(name, typed, whole=kind == "integer")
    if kind == "date":
        return _date(name, typed)
    if name in _ALLOWED and typed not in _ALLOWED[name]:
        raise UsageError("没有这个值", where=name, found=typed, advice=f"可用：{'、'.join(_ALLOWED[name])}")
    return typed


def _number(name: str, text: str, *, whole: bool) -> Any:
    match = _AMOUNT.fullmatch(text.replace(",", "").replace("，", "").removesuffix("年" if name == "year" else "\n"))
    try:
        number = Decimal(match[1]).scaleb(_SCALES.get(match[2], 0)) if match else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or (whole and number != number.to_integral_value()):
        raise UsageError("应为整数" if whole else "应为数字", where=name, found=text, advice="金额可写 120万元")
    return int(number) if whole else format(number, "f")


def _date(name: str, text: str) -> str:
    try:
        return date.fromisoformat(re.sub("[年月/.]", "-", text).removesuffix("日")).isoformat()
    except ValueError as error:
        raise UsageError("应为日期", where=name, found=text, advice="如 2026-12-31") from error


def _read_target(record: Mapping[str, Any]) -> dict[str, Any]:
    from kpi.targets import normalize

    text = record["target"]
    target = normalize(text, name=record["name"], level1=record["level1"], year=record["year"])
    source = Source(document="", path="", sha256="", table="", table_index=0, row=0, column=0)
    values = {name: getattr(target, name) for name in _TARGET_PARTS}
    plain = indicator_to_record(Indicator(source=source, target=text, **values))
    return {name: plain[name] for name in _TARGET_PARTS}
