"""Targets: tables of examples with their normal form, and the rules that the tables cannot show."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kpi.model import Target
from kpi.targets import format_target, normalize

HERE = Path(__file__).resolve().parent
TABLES = HERE / "data" / "targets"
JUDGED = HERE.parents[1] / "shared" / "gold" / "targets.csv"
NUMBERS = ("value", "upper", "base_value", "base_upper")
FIELDS = ("kind", "comparator", *NUMBERS, "unit", "base_unit", "date_end", "baseline", "direction", "grade")


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table; lines that begin with `# ` tell where it comes from."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("# ")))


def read_target(row: dict[str, str]) -> Target:
    year = int(row["year"]) if row["year"] else None
    return normalize(row["target"], name=row["name"], level1=row["level1"], year=year)


def differences(row: dict[str, str], target: Target) -> dict[str, tuple[str, str]]:
    """Field → (found, expected) where they differ; numbers are compared as numbers. Later tables also hold `approx` and `warnings`."""
    found: dict[str, tuple[str, str]] = {}
    for field in FIELDS:
        value = getattr(target, field)
        expected = row[field]
        if field in NUMBERS:
            same = value == (Decimal(expected) if expected else None)
        else:
            same = (value.isoformat() if isinstance(value, date) else value or "") == expected
        if not same:
            found[field] = (str(value), expected)
    if "approx" in row and target.approximate != bool(row["approx"]):
        found["approx"] = (str(target.approximate), row["approx"])
    if row.get("warnings") and row["warnings"] not in target.warnings:
        found["warnings"] = (str(target.warnings), row["warnings"])
    return found


ROWS = [
    pytest.param(row, id=f"{path.stem}-{number}-{row['origin']}-{row['target'][:16]}")
    for path in sorted(TABLES.glob("*.csv"))
    for number, row in enumerate(read_rows(path), start=2)
]


@pytest.mark.parametrize("row", ROWS)
def test_example_of_a_department(row: dict[str, str]) -> None:
    assert differences(row, read_target(row)) == {}


@pytest.mark.parametrize("row", ROWS)
def test_canonical_form_of_an_example_reads_the_same(row: dict[str, str]) -> None:
    target = read_target(row)
    again = normalize(format_target(target), year=int(row["year"]) if row["year"] else None)
    compared = (
        "kind",
        "comparator",
        "base_value",
        "base_upper",
        "base_unit",
        "date_end",
        "baseline",
        "direction",
        "grade",
    )
    assert {f: getattr(again, f) for f in compared} == {f: getattr(target, f) for f in compared}


def test_the_table_is_wide() -> None:
    rows = [row for path in TABLES.glob("*.csv") for row in read_rows(path)]
    assert len({row["target"] for row in rows}) >= 900
    assert {row["kind"] for row in rows} == {"numeric", "range", "deadline", "relative", "qualitative", "missing"}


@pytest.mark.skipif(
    not JUDGED.exists(), reason="the hand-judged targets of the five documents are not beside the checkout"
)
def test_hand_judged_targets_of_the_given_documents() -> None:
    rows = [row for row in read_rows(JUDGED) if row["ambig"] != "1"]
    wrong = {row["target"]: found for row in rows if (found := differences(row, read_target(row)))}
    implied = {row["target"] for row in rows if read_target(row).implied_unit != row["implied_unit"]}
    assert len(rows) > 150
    assert (wrong, implied) == ({}, set())


# --- several targets, unread numbers, damage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "others"),
    [
        ("≥90%，≤3天", "90", ("≤3天",)),
        ("优秀率≥30%、合格率100%", "30", ("合格率100%",)),
        ("1.优秀率≥30%；2.合格率100%", "30", ("2.合格率100%",)),
        ("①优秀率≥30%②合格率100%", "30", ("合格率100%",)),
        ("每季度1次，每次不少于2小时，参加率100%", "1", ("每次不少于2小时", "参加率100%")),
    ],
)
def test_several_targets_give_the_first_and_tell_the_rest(text: str, value: str, others: tuple[str, ...]) -> None:
    target = normalize(text)
    assert target.value == Decimal(value)
    assert target.unread == others
    assert target.warnings == ("several_targets",)


@pytest.mark.parametrize("text", ["≥3次，全部完成", "100%，按时完成", "2个以上", "1.5万元（含税）", "2026年培训100人"])
def test_words_beside_a_figure_are_no_second_target(text: str) -> None:
    assert normalize(text, year=2026).warnings == ()


@pytest.mark.parametrize(
    ("text", "value", "part"),
    [
        ("7×24小时", "24", "7×"),
        ("按照3号方案执行", None, "3"),
        ("1:1:2", "1", "1:1:2"),
        ("9" * 60 + "元", None, "9" * 60),
    ],
    ids=["service-hours", "number-inside-a-sentence", "three-part-ratio", "sixty-digits"],
)
def test_a_number_that_no_rule_reads_is_told(text: str, value: str | None, part: str) -> None:
    target = normalize(text)
    assert target.kind != "qualitative"
    assert target.value == (None if value is None else Decimal(value))
    assert "unread_number" in target.warnings
    assert part in "".join(target.unread)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("292%", "城乡居民参保率"),
        ("≥1995%", "群众满意度"),
        ("参保率≥292%", ""),
        ("≥9 5%", "合格率"),
        ("350%", "预算执行率"),
    ],
)
def test_what_damage_looks_like_is_flagged_and_not_changed(text: str, name: str) -> None:
    target = normalize(text, name=name)
    assert "suspicious_value" in target.warnings
    assert target.value == Decimal("".join(c for c in text if c.isdigit()))


@pytest.mark.parametrize(
    ("text", "name"),
    [("105%", "任务完成率"), ("120%", "营业收入增长率"), ("≥100%", "合格率"), ("1 200 000元", "补助资金"), ("150%", "拨备覆盖收益率"),
     ("≥ 95 %", "满意度"), ("292", "参保人数"), ("较上年增长120%", "就业率")],
)  # fmt: skip
def test_a_plausible_figure_is_not_flagged(text: str, name: str) -> None:
    assert "suspicious_value" not in normalize(text, name=name).warnings


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("[90,100]", "90", "100", ""),
        ("［80%，90%）", "80", "90", "%"),
        ("[5，10]万元", "5", "10", "万元"),
        ("(1,200)", "1200", None, ""),
    ],
)
def test_a_square_bracket_opens_an_interval_and_a_round_one_does_not(
    text: str, low: str, high: str | None, unit: str
) -> None:
    target = normalize(text)
    assert (target.value, target.upper, target.unit) == (Decimal(low), None if high is None else Decimal(high), unit)


def test_an_overlong_cell_is_read_at_its_beginning_and_the_rest_is_told() -> None:
    target = normalize("≥90%" + "，详见附件" * 400 + "共17项")
    assert (target.comparator, target.value) == ("≥", Decimal(90))
    assert "共17项" in target.unread[-1]
    assert "unread_number" in target.warnings


@pytest.mark.parametrize(
    "text", ["13月45日", "13月45日前", "2026年2月30日", "2026.2.30", "2026-13-01前", "6月31日前完成"]
)
def test_a_day_that_no_calendar_holds_is_told_and_not_guessed(text: str) -> None:
    target = normalize(text, year=2026)
    assert (target.kind, target.date_end, target.value) == ("deadline", None, None)
    assert target.warnings == ("unread_number",)
    assert target.unread
    assert text.startswith(target.unread[0])


@pytest.mark.parametrize(
    ("text", "value", "unit", "others"),
    [
        ("3万5000人", "35000", "人", ()),
        ("3万5人", "3", "万", ("5人",)),
        ("2亿3000万元", "230000000", "元", ()),
        ("1千200户", "1200", "户", ()),
        ("改造24栋/1200户", "24", "栋", ("1200户",)),
        ("2100元/人/月×12个月", "2100", "元/人·月", ("12个月",)),
    ],
)
def test_what_stands_after_a_scale_or_a_slash_is_part_of_the_number_only_where_it_must_be(
    text: str, value: str, unit: str, others: tuple[str, ...]
) -> None:
    target = normalize(text)
    assert (target.value, target.unit, target.unread) == (Decimal(value), unit, others)


# --- context ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "level1", "unit", "implied", "base"),
    [
        ("510", "参保人数（万人）", "产出指标", "", "万人", "5100000 人"),
        ("≥510万人", "基本医保参保人数（万人）", "产出指标", "万人", "万人", "5100000 人"),
        ("2.5万", "宣传成本", "成本指标", "万", "万元", "25000 元"),
        ("2.5万", "宣传册印制费", "产出指标", "万", "万元", "25000 元"),
        ("2.5万", "发放宣传册", "产出指标", "万", "", "25000 "),
        ("12万", "采购成本（万元）", "成本指标", "万", "万元", "120000 元"),
        ("≤1.5万/人次", "人均费用", "成本指标", "万/人次", "万元/人次", "15000 元/人次"),
        ("≤150元", "公务接待单人成本", "成本指标", "元", "元/人", "150 元"),
        ("0.95", "疫苗接种率", "产出指标", "", "%", "95.00 %"),
        ("95", "疫苗接种率", "产出指标", "", "%", "95 %"),
        ("1", "合格率", "产出指标", "", "%", "100 %"),
        ("≤1", "事故率", "产出指标", "", "", "1 "),
        ("0.95", "采样频率", "产出指标", "", "", "0.95 "),
        ("6-9月", "基金可支配月数", "产出指标", "月", "个月", "6 个月"),
        ("3", "督导次数（次）", "产出指标", "", "次", "3 次"),
    ],
)
def test_what_name_and_level_imply(text: str, name: str, level1: str, unit: str, implied: str, base: str) -> None:
    target = normalize(text, name=name, level1=level1)
    assert (target.unit, target.implied_unit) == (unit, implied)
    number, _, base_unit = base.partition(" ")
    assert (target.base_value, target.base_unit) == (Decimal(number), base_unit)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("项目完成时限", "deadline"), ("宣传时效性", "deadline"), ("完成时间", "deadline"), ("栽植株数", "numeric"), ("响应时间（分钟）", "numeric"), ("", "numeric")],
)  # fmt: skip
def test_a_bare_year_is_a_deadline_only_under_a_time_name(name: str, kind: str) -> None:
    target = normalize("2026", name=name)
    assert target.kind == kind
    assert target.date_end == (date(2026, 12, 31) if kind == "deadline" else None)


# --- names that hold digits, idioms with numerals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "一站式服务",
        "一户一策",
        "统一管理",
        "进一步规范",
        "按照豫财〔2025〕12号文件执行",
        "三公经费公开",
        "执行GB18466-2005标准",
        "5G网络覆盖",
        "第3标段通过验收",
    ],
)
def test_digits_and_numerals_of_names_are_no_figures(text: str) -> None:
    target = normalize(text, year=2026)
    assert (target.kind, target.value, target.warnings) == ("qualitative", None, ())


@pytest.mark.parametrize(
    ("word", "mark"),
    [("不低于", "≥"), ("低于", "<"), ("不高于", "≤"), ("高于", ">"), ("不少于", "≥"), ("少于", "<"), ("不超过", "≤"), ("超过", ">"), ("不得低于", "≥"),
     ("至少", "≥"), ("最多", "≤"), ("达到", "≥"), ("大于等于", "≥"), ("小于等于", "≤"), ("不大于", "≤"), ("不小于", "≥"), ("等于", "=")],
)  # fmt: skip
def test_the_longest_word_of_comparison_wins(word: str, mark: str) -> None:
    target = normalize(f"{word}90%")
    assert (target.comparator, target.value, target.unit) == (mark, Decimal(90), "%")


# --- spans ----------------------------------------------------------------------------------------------------------------


def test_spans_tell_what_was_read_from_where() -> None:
    target = normalize("优良率 ≥ 95％（含）以上")
    assert target.clean == "优良率≥95%(含)以上"
    roles = [(span.role, span.text) for span in target.spans]
    assert roles == [
        ("words", "优良率"),
        ("comparator", "≥"),
        ("value", "95"),
        ("unit", "%"),
        ("remark", "(含)"),
        ("comparator", "以上"),
    ]
    assert all(target.clean[span.start : span.end] == span.text for span in target.spans)


def test_a_figure_inside_a_name_is_marked_as_name() -> None:
    target = normalize("65岁及以上老年人体检率≥70%")
    assert (target.value, target.warnings) == (Decimal(70), ())
    assert ("named", "65") in [(span.role, span.text) for span in target.spans]


def test_the_printed_text_stays_as_it_was() -> None:
    assert normalize(" ≥ ９０ ％\n").text == " ≥ ９０ ％\n"


def test_a_year_of_any_fund_is_a_year() -> None:
    target = normalize("1缴费年度")
    assert (target.value, target.unit, target.base_unit) == (Decimal(1), "缴费年度", "年")
