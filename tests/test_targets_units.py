"""Units: spellings, families, scales, rates; numerals against an independent reader; canonical forms."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.model import Target
from kpi.targets import find_unit, format_target, normalize, to_base
from kpi.targets.numerals import chinese_value


@pytest.mark.parametrize(
    ("printed", "text", "family", "value", "base"),
    [
        ("万元", "万元", "money", "1.5", "15000 元"),
        ("亿元", "亿元", "money", "2", "200000000 元"),
        ("百万元", "百万元", "money", "3", "3000000 元"),
        ("万亿元", "万亿元", "money", "1", "1000000000000 元"),
        ("％", "%", "ratio", "95", "95 %"),
        ("‰", "‰", "ratio", "5", "0.5 %"),
        ("成", "成", "ratio", "9", "90 %"),
        ("/10万", "/10万", "ratio", "12", "0.012 %"),
        ("个百分点", "百分点", "points", "3", "3 百分点"),
        ("秒", "秒", "duration", "20", "0.333333 分钟"),
        ("h", "小时", "duration", "2", "120 分钟"),
        ("毫秒", "毫秒", "duration", "500", "0.008333 分钟"),
        ("周", "周", "days", "2", "14 天"),
        ("个工作日", "工作日", "working_days", "3", "3 工作日"),
        ("个月", "个月", "months", "6", "6 个月"),
        ("医保年度", "医保年度", "years", "1", "1 年"),
        ("km", "公里", "length", "3", "3000 米"),
        ("厘米", "厘米", "length", "30", "0.3 米"),
        ("㎡", "平方米", "area", "80", "80 平方米"),
        ("万m²", "万平方米", "area", "1.5", "15000 平方米"),
        ("公顷", "公顷", "area", "2", "20000 平方米"),
        ("万亩", "万亩", "mu", "3.5", "35000 亩"),
        ("m³", "立方米", "volume", "5", "5 立方米"),
        ("公斤", "公斤", "weight", "500", "0.5 吨"),
        ("万度", "万度", "energy", "4", "40000 千瓦时"),
        ("万千瓦时", "万千瓦时", "energy", "50", "500000 千瓦时"),
        ("千瓦", "千瓦", "power", "200", "200 千瓦"),
        ("千米", "千米", "length", "5", "5000 米"),
        ("Mbps", "Mbps", "data_rate", "100", "100 Mbps"),
        ("分", "分", "score", "90", "90 分"),
        ("万人次", "万人次", "count", "5", "50000 人次"),
        ("人（次）", "人次", "count", "5", "5 人次"),
        ("台（套）", "台套", "count", "20", "20 台套"),
        ("元/人/月", "元/人·月", "money", "650", "650 元/人·月"),
        ("元/人.月", "元/人·月", "money", "650", "650 元/人·月"),
        ("元/月·人", "元/月·人", "money", "650", "650 元/人·月"),
        ("万元/公里", "万元/公里", "money", "80", "800000 元/公里"),
        ("人均元/年", "人均元/年", "money", "1.3", "1.3 元/人·年"),
        ("度/年", "度/年", "energy", "40000", "40000 千瓦时/年"),
        ("次/季度", "次/季度", "count", "1", "1 次/季度"),
        ("元/㎡", "元/平方米", "money", "260", "260 元/平方米"),
        ("微克/立方米", "微克/立方米", "trace_weight", "35", "35 微克/立方米"),
    ],
)
def test_unit(printed: str, text: str, family: str, value: str, base: str) -> None:
    unit = find_unit(printed)
    assert unit is not None
    number, _, base_unit = base.partition(" ")
    assert (unit.text, unit.family, to_base(Decimal(value), unit), unit.base) == (
        text,
        family,
        Decimal(number),
        base_unit,
    )


@pytest.mark.parametrize("word", ["", "完成", "满意", "万一", "人员", "元旦", "%%", "abc"])
def test_other_words_are_no_units(word: str) -> None:
    assert find_unit(word) is None


@given(
    st.decimals(min_value=0, max_value=10**12, places=4),
    st.sampled_from(["万元", "秒", "‰", "公斤", "/10万", "毫秒", "斤", "元/人"]),
)
def test_base_values_are_exact_or_have_six_decimals(value: Decimal, printed: str) -> None:
    unit = find_unit(printed)
    assert unit is not None
    base = to_base(value, unit)
    error = abs(base * unit.divisor - value * unit.factor)
    assert error == 0 or (error <= Decimal("0.0000005") * unit.divisor and base == round(base, 6))


@given(st.integers(min_value=1, max_value=99_999_999))
def test_chinese_numerals_read_what_an_independent_writer_wrote(number: int) -> None:
    assert chinese_value(cn2an.an2cn(number, "low")) == number
    assert chinese_value(cn2an.an2cn(number, "up")) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("半", "0.5"),
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("一百零五", "105"),
        ("两千", "2000"),
        ("二〇二六", "2026"),
        ("一点五", "1.5"),
        ("三万五千", "35000"),
    ],
)
def test_chinese_numeral(text: str, value: str) -> None:
    assert chinese_value(text) == Decimal(value)


@pytest.mark.parametrize("text", ["百千", "万", "一二十三千", "半百"])
def test_broken_numerals_are_none(text: str) -> None:
    assert chinese_value(text) is None


@pytest.mark.parametrize(
    ("text", "context", "canonical"),
    [
        ("不低于百分之九十", {}, "≥90%"),
        ("60％～80％", {}, "60%–80%"),
        ("5万-10万元", {}, "5–10万元"),
        ("±5%", {}, "±5%"),
        ("12月底前", {"year": 2026}, "2026年12月31日前"),
        ("合同有效期内", {}, "合同有效期内"),
        ("2.5万", {"level1": "成本指标"}, "2.5万元"),
        ("0.95", {"name": "接种率"}, "95%"),
        ("6-9月", {"name": "可支配月数"}, "6–9个月"),
        ("每季度1次", {}, "1次/季度"),
        ("不超预算", {}, "不超过预算"),
        ("A级以上", {}, "不低于A级"),
        ("与上年持平", {}, "与上年持平"),
        ("较上年下降5%以上", {}, "较上年下降≥5%"),
        ("同比增长3个百分点", {}, "同比提高3百分点"),
        ("100余人", {}, "约>100人"),
        ("前三名", {}, "≤3名"),
        ("显著提升", {}, "显著提升"),
        ("90.50分", {}, "90.5分"),
        ("/", {}, ""),
    ],
)
def test_canonical_form(text: str, context: dict[str, str | int], canonical: str) -> None:
    target = normalize(text, **context)  # type: ignore[arg-type]
    assert format_target(target) == canonical


def test_a_target_made_elsewhere_can_be_printed() -> None:
    made = Target(
        text="",
        kind="numeric",
        comparator="≥",
        value=Decimal("1E+3"),
        unit="人",
        base_value=Decimal(1000),
        base_unit="人",
    )
    assert format_target(made) == "≥1000人"
