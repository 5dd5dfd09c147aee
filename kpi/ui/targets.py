"""A record's target in canonical form, and explained (指标值释义)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kpi.model import Target
from kpi.targets import format_target
from kpi.ui.wording import COMPARATORS, DIRECTIONS, GRADES, KINDS, figure, measure, to_number

_LARGE = 10_000
"""元 from which an amount is easier to read in 万元."""


def record_to_target(record: Mapping[str, Any]) -> Target:
    """The target that a record holds."""
    end = record.get("date_end")
    return Target(
        text=record["target"], kind=record["kind"], comparator=record["comparator"],
        value=to_number(record["value"]), upper=to_number(record["upper"]), unit=record["unit"],
        base_value=to_number(record["base_value"]), base_upper=to_number(record["base_upper"]),
        base_unit=record["base_unit"], date_end=date.fromisoformat(end) if end else None,
        baseline=record["baseline"], direction=record["direction"], grade=record["grade"],
        approximate=bool(record["approximate"]), implied_unit=record["implied_unit"],
    )  # fmt: skip


def canonical(record: Mapping[str, Any]) -> str:
    """The target in its canonical form; as printed where there is none."""
    return format_target(record_to_target(record)) or str(record["target"])


def differs(record: Mapping[str, Any]) -> bool:
    """Whether the printed form is worth showing beside the canonical one."""
    printed = "".join(str(record["target"]).split())
    return bool(printed) and printed != canonical(record)


def in_ten_thousands(record: Mapping[str, Any]) -> str:
    """A large amount that was printed in 元, in 万元; "" for everything else."""
    value = to_number(record["base_value"])
    if record["unit"] != "元" or record["base_unit"] != "元" or value is None or abs(value) < _LARGE:
        return ""
    upper = measure(record["base_upper"], "元")
    return f"{measure(value, '元')}{f' – {upper}' if upper else ''}"


def explain(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Titles and texts that say how a target was read; unknown parts fall out."""
    lines = [
        ("原文", str(record["target"]) or "（空）"),
        ("类型", KINDS.get(record["kind"], record["kind"])),
        ("比较符", COMPARATORS.get(record["comparator"], record["comparator"]) if record["comparator"] else ""),
        ("数值", _range(record["value"], record["upper"])),
        ("计量单位", record["unit"]),
        ("推定单位", f"{record['implied_unit']}（原文未写，由指标名称或级别推定）" if record["implied_unit"] else ""),
        ("换算", _conversion(record)),
        ("折合", in_ten_thousands(record)),
        ("截止日期", f"不晚于 {record['date_end']}" if record["date_end"] else ""),
        ("比较基准", record["baseline"]),
        ("变化方向", DIRECTIONS.get(record["direction"], "")),
        ("程度", GRADES.get(record["grade"], "")),
        ("约数", "原文写有“约”“左右”等" if record["approximate"] else ""),
    ]
    return [(title, str(text)) for title, text in lines if text]


def _range(value: Any, upper: Any) -> str:
    if value is None:
        return ""
    low = figure(value)
    return f"{low} 至 {figure(upper)}" if upper is not None else low


def _conversion(record: Mapping[str, Any]) -> str:
    base = _range(record["base_value"], record["base_upper"])
    if not base or (record["base_value"] == record["value"] and record["base_unit"] == record["unit"]):
        return ""
    own = f"{_range(record['value'], record['upper'])} {record['unit'] or record['implied_unit']}".strip()
    return f"{own} = {base} {record['base_unit']}"
