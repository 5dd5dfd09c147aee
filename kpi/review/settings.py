"""Thresholds of the rules (阈值): each has a name, a unit, a title for people and the bounds a profile must keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from kpi.errors import UsageError


def _setting(default: float, title: str, unit: str, *, least: float = 0, most: float = 1_000_000) -> Any:
    kind = {"title": title, "unit": unit, "least": least, "most": most}
    return field(default=default, metadata=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All thresholds; a rule names those that it uses.

    Defaults are those of 财预〔2020〕10号 and 财预〔2021〕101号 where they give figures (shares of the weights), else
    figures at which no finding on the judged documents was wrong (docs/review.md).
    """

    fewest_indicators: int = _setting(4, "一个项目的指标数下限", "条")
    most_indicators: int = _setting(20, "一个项目的指标数上限", "条")
    longest_name: int = _setting(32, "指标名称的字数上限", "字", least=8)
    qualitative_share: float = _setting(50, "定性指标占比上限", "%", most=100)
    qualitative_least: int = _setting(6, "判断定性占比所需的指标数", "条", least=1)
    least_satisfaction: float = _setting(80, "满意度目标值下限", "%", most=100)
    block_share: float = _setting(80, "视为照搬的相同指标行占比", "%", least=1, most=100)
    block_rows: int = _setting(5, "比较指标块所需的行数", "行", least=2)
    unit_cost_tolerance: float = _setting(20, "单位成本×数量与金额的允许偏差", "%")
    over_target: float = _setting(130, "实际值与目标值之比的上限", "%", least=100)
    weight_tolerance: float = _setting(10, "分值比重与模板比重的允许偏差", "个百分点", most=100)
    sum_tolerance: float = _setting(0.05, "分值、得分合计的允许误差", "分")
    task_overlap: int = _setting(1, "任务与产出指标至少共有的词", "个", least=1)
    fewest_peers: int = _setting(8, "同类指标比较所需的样本数", "条", least=3)
    low_percentile: float = _setting(10, "同类指标目标值的低分位", "%", most=50)
    high_percentile: float = _setting(90, "同类指标目标值的高分位", "%", least=50, most=100)
    shown_peers: int = _setting(50, "列出的同类指标条数", "条", least=1)


SETTING_FIELDS = {item.name: item for item in fields(Settings)}


def change_settings(settings: Settings, changes: Mapping[str, Any], *, where: str = "") -> Settings:
    """Settings with some of them changed.

    Raises:
        UsageError: an unknown name, not a number, or outside the bounds.
    """
    checked: dict[str, Any] = {name: _checked(name, value, where) for name, value in changes.items()}
    return replace(settings, **checked)


def _checked(name: str, value: Any, where: str) -> float:
    if name not in SETTING_FIELDS:
        near = get_close_matches(name, SETTING_FIELDS, n=1)
        advice = f"是否为 {near[0]}？" if near else ""
        raise UsageError(
            "没有这个阈值", where=where, found=str(name), advice=f"{advice}可用：{'、'.join(SETTING_FIELDS)}"
        )
    item = SETTING_FIELDS[name].metadata
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(
            f"阈值“{item['title']}”应为数字", where=where, found=f"{name}: {value!r}", advice="不加引号和单位"
        )
    if not item["least"] <= value <= item["most"]:
        bounds = f"{item['least']}–{item['most']} {item['unit']}"
        raise UsageError(f"阈值“{item['title']}”超出范围", where=where, found=f"{name}: {value}", advice=f"取 {bounds}")
    return value
