"""Targets in all the forms that departments print, each with its parts where a split layout needs them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

WORDS = [
    "显著提升", "有所提高", "稳步提高", "有效保障", "明显改善", "持续提升", "不断完善", "良好", "长期", "逐步提高", "有效提升", "稳定", "较好",
    "明显", "提高", "全覆盖", "不低于上年", "健全", "完善", "优", "基本保障", "持续优化", "显著", "有效", "达到预期效果", "可持续",
]  # fmt: skip
LONG_WORDS = [
    "完成年度全部任务，并按规定公开结果",
    "每季度至少开展1次，每次不少于20人",
    "优秀率≥30%，合格率100%",
    "按照要求落实和执行",
    "保障各项工作正常开展，提升服务效能",
    "较上年有明显提升",
    "为事业发展提供有力支撑",
    "确保不发生系统性风险",
]
GRADE_SETS = ["优良中低差", "高中低", "好坏", "优良中差"]
COUNT_RANGES = {
    "万": (1, 400),
    "公里": (5, 900),
    "千米": (5, 900),
    "平方米": (200, 9000),
    "份": (200, 9000),
    "人": (10, 9000),
    "户": (20, 5000),
    "亩": (50, 9000),
}


@dataclass(frozen=True)
class Target:
    """A target as printed; `comparator`, `value`, `unit` are its parts where it has any."""

    text: str
    comparator: str = ""
    value: str = ""
    unit: str = ""

    @property
    def split(self) -> bool:
        return bool(self.value)


def join(comparator: str, value: str, unit: str) -> Target:
    return Target(f"{comparator}{value}{unit}", comparator, value, unit)


def rate(rng: random.Random, low: int = 80) -> Target:
    """A rate to reach: mostly ≥N%, the rest in other wordings."""
    value = rng.choice([low, 85, 90, 90, 95, 95, 98, 99, 100, 92, 97])
    if value == 100 and rng.random() < 0.8:
        return join(rng.choice(["", "", "=", "≥"]), "100", "%")
    if rng.random() < 0.88:
        return join("≥", str(value), "%")
    return Target(rng.choice([
        f"{value}%以上", f"不低于{value}%", f"达到{value}%", f"≥{value}%以上", f"{value}%（含）以上", f"＞{value}%", f"≥{value}.5%", f"大于等于{value}%",
        "百分之九十五以上", f"{value - 10}-{value}%", f">={value}%",
    ]))  # fmt: skip


def ceiling(rng: random.Random) -> Target:
    return rng.choice(
        [join("≤", str(rng.choice([1, 2, 3, 5, 10])), "%"), Target("控制在5%以内"), join("≤", "0.5", "%")]
    )


def count(rng: random.Random, unit: str) -> Target:
    """A number of things with its unit."""
    low, high = next((bounds for key, bounds in COUNT_RANGES.items() if key in unit), (1, 60))
    value = rng.randint(low, high)
    if value > 300:
        value -= value % 10
    text = f"{value + rng.random():.2f}" if "万" in unit and rng.random() < 0.4 else str(value)
    if unit == "亿元":
        text = f"{rng.random() * 9 + 1:.1f}"
    if rng.random() < 0.86:
        return join(rng.choice(["≥", "≥", "≥", "=", "", "", "≤"]), text, unit)
    forms = [f"{text}{unit}以上", f"不少于{text}{unit}", f"约{text}{unit}", f"{text}{unit}左右", f"至少{text}{unit}"]
    if unit in ("次", "场", "期", "个"):
        forms += [
            f"≥{text}{unit}/年",
            f"每季度{text}{unit}",
            f"三{unit}",
            f"{text}-{value + 3}{unit}",
            f"每年不少于{text}{unit}",
        ]
    if value >= 1000:
        forms.append(f"≥{value:,}{unit}")
    return Target(rng.choice(forms))


def deadline(rng: random.Random, year: int) -> Target:
    return Target(rng.choice([
        "12月底前", f"{year}年12月31日前", f"{year}年12月底", f"{year}年内", "第四季度", "合同约定时间内", f"{year}年11月30日前完成", "年底前", f"{year}.12.31",
        "1年", "上半年", "三个工作日内", "收到资金后30日内", "按计划完成", f"{year}年度", "10月底前完成",
    ]))  # fmt: skip


def money(rng: random.Random, amount: str) -> Target:
    """A cost target out of the project's amount (万元, as printed)."""
    plain = amount.rstrip("0").rstrip(".")
    if rng.random() < 0.8:
        return join(rng.choice(["≤", "≤", "≤", "", "="]), plain, "万元")
    return Target(
        rng.choice(
            [
                f"≤{plain}万",
                f"不超过{plain}万元",
                f"控制在{plain}万元以内",
                "不超过预算",
                f"{plain}万元以内",
                "不超出该项目预算资金",
            ]
        )
    )


def unit_price(rng: random.Random) -> Target:
    value = rng.choice(["50", "120", "300", "730", "1200", "15.5", "80"])
    unit = rng.choice(["元/人", "元/人次", "元/平方米", "元/人·月", "元/人/年", "万元/公里", "元/亩", "元/批次"])
    return join(rng.choice(["≤", "", "="]), value, unit)


def words(rng: random.Random) -> Target:
    return Target(rng.choice(LONG_WORDS if rng.random() < 0.08 else WORDS))


def satisfaction(rng: random.Random) -> Target:
    return join("≥", str(rng.choice([80, 85, 90, 90, 92, 95, 95, 98])), "%") if rng.random() < 0.92 else rate(rng, 85)


def target_of(rng: random.Random, form: str, year: int, amount: str) -> Target:
    """A target of the form that `topics` names."""
    if form.startswith("!"):
        return Target(form[1:])
    if form.startswith("#"):
        return count(rng, form[1:])
    makers: dict[str, Callable[[random.Random], Target]] = {
        "%": rate, "%<": ceiling, "w": words, "s": satisfaction, "u": unit_price,
        "t": lambda chance: deadline(chance, year), "m": lambda chance: money(chance, amount),
    }  # fmt: skip
    return makers[form](rng)
