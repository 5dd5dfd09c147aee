"""The query language: tables of examples for trees, errors, printing, folding and evaluation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import KpiError, UsageError
from kpi.model import RECORD_FIELDS
from kpi.query import (
    And,
    DateRange,
    FieldIs,
    Not,
    NumberRange,
    Or,
    Phrase,
    Quantity,
    Query,
    SortKey,
    Word,
    evaluate,
    find_field,
    fold_for_search,
    fold_with_offsets,
    leaves,
    parse_condition,
    parse_query,
    query_to_text,
)

UNITS = {"元": (1, "元"), "万元": (10_000, "元"), "%": (1, "%"), "天": (1, "天"), "人": (1, "人")}


def to_base(value: Decimal, unit: str) -> tuple[Decimal, str] | None:
    return (value * UNITS[unit][0], UNITS[unit][1]) if unit in UNITS else None


def parse(text: str) -> Query:
    return parse_query(text, to_base=to_base)


def number(value: str, unit: str = "") -> Quantity:
    return Quantity(Decimal(value), unit, *to_base(Decimal(value), unit)) if unit else Quantity(Decimal(value))


TREES = {
    "nothing": ("  \u3000 ", None),
    "one word": ("满意度", Word("满意度")),
    "words are joined by and": ("离休干部 满意度", And((Word("离休干部"), Word("满意度")))),
    "full-width space parts words": ("离休\u3000满意度", And((Word("离休"), Word("满意度")))),
    "phrase": ('"参保群众 满意度"', Phrase("参保群众 满意度")),
    "doubled quote in a phrase": ('"a""b"', Phrase('a"b')),
    "curly quotes are text": ("“三公经费”控制率", Word("“三公经费”控制率")),
    "quote inside a word is text": ('5"管道', Word('5"管道')),
    "≥ is text": ("覆盖率≥90%", Word("覆盖率≥90%")),
    "≥ after a Chinese field name is text": ("预算≥100", Word("预算≥100")),
    "inner - is text": ("1-6月", Word("1-6月")),
    "- before a digit is text": ("-5%", Word("-5%")),
    "- alone is text": ("a - b", And((Word("a"), Word("-"), Word("b")))),
    "brackets are text": ("（万人） (人次)", And((Word("（万人）"), Word("(人次)")))),
    "or in small letters is text": ("a or b", And((Word("a"), Word("or"), Word("b")))),
    "clock time is text": ("8:30前", Word("8:30前")),
    "unknown name with a full-width colon is text": ("其中：贫困人口", Word("其中：贫困人口")),
    "exclusion": ("满意度 -离休", And((Word("满意度"), Not(Word("离休"))))),
    "phrase excluded": ('-"离休干部"', Not(Phrase("离休干部"))),
    "field excluded": ("-city:焦作市", Not(FieldIs("city", "焦作市", "contains"))),
    "only one level of exclusion": ("--x", Not(Word("-x"))),
    "or": ("离休 OR 退休", Or((Word("离休"), Word("退休")))),
    "brackets beside or are text": ("（万人） OR (人次)", Or((Word("（万人）"), Word("(人次)")))),
    "!= after a word is text": ("满意度!=高", Word("满意度!=高")),
    "or binds before and": (
        "满意度 city:焦作市 OR city:许昌市 -离休",
        And((
            Word("满意度"),
            Or((FieldIs("city", "焦作市", "contains"), FieldIs("city", "许昌市", "contains"))),
            Not(Word("离休")),
        )),
    ),
    "or mixes text, exclusion and fields": (
        "离休 OR -year:2026 OR value>=90",
        Or((
            Word("离休"),
            Not(NumberRange("year", number("2026"), number("2026"))),
            NumberRange("value", number("90")),
        )),
    ),
    "or in three": ("a OR b OR c d", And((Or((Word("a"), Word("b"), Word("c"))), Word("d")))),
    "name is asked in names only": ("name:满意度", Word("满意度", ("name",))),
    "project phrase": ('项目:"医保 信息"', Phrase("医保 信息", ("project",))),
    "= is the whole value": ("project=医保信息化", FieldIs("project", "医保信息化", "equal")),
    "short alias": ("dept:医疗保障局", Word("医疗保障局", ("department",))),
    "Chinese alias": ("城市:焦作市", FieldIs("city", "焦作市", "contains")),
    "Chinese alias with a full-width colon": ("城市：焦作市", FieldIs("city", "焦作市", "contains")),
    "title of the record": ("三级指标:满意度", Word("满意度", ("name",))),
    "unit is 计量单位": ("计量单位:万元", FieldIs("unit", "万元", "equal")),
    "unit_name is 预算单位": ("预算单位:医保局", FieldIs("unit_name", "医保局", "contains")),
    "no value": ('city:""', FieldIs("city", "", "equal")),
    "comparator in ASCII": ("cmp:>=", FieldIs("comparator", "≥", "equal")),
    "kind in Chinese": ("kind:定性", FieldIs("kind", "qualitative", "equal")),
    "category with its ending": ("类别:社会效益指标", FieldIs("category", "社会效益", "equal")),
    "part of a table kind": ("table:自评", FieldIs("table", "自评", "contains")),
    "warning is one of a list": ("warning:ocr", FieldIs("warnings", "ocr", "equal")),
    "flag": ("approximate:是", FieldIs("approximate", "true", "equal")),
    "cluster": ("cluster:参保群众满意度", FieldIs("cluster", "参保群众满意度", "contains")),
    "at least": ("value>=90", NumberRange("value", number("90"))),
    "at least after a colon": ("value:>=90", NumberRange("value", number("90"))),
    "at least in Chinese": ("数值>=90", NumberRange("value", number("90"))),
    "full-width digits": ("value>=９０", NumberRange("value", number("90"))),
    "more than": ("value>90", NumberRange("value", number("90"), low_open=True)),
    "less than": ("value<5", NumberRange("value", None, number("5"), high_open=True)),
    "equal": ("value:90", NumberRange("value", number("90"), number("90"))),
    "range": ("value:90..95", NumberRange("value", number("90"), number("95"))),
    "range open above": ("value:90..", NumberRange("value", number("90"))),
    "range open below": ("value:..95", NumberRange("value", None, number("95"))),
    "negative": ("value>=-5", NumberRange("value", number("-5"))),
    "thousands marks": ("value>=1,200.5", NumberRange("value", number("1200.5"))),
    "unit": ("value>=1万元", NumberRange("value", number("1", "万元"))),
    "unit of one end is that of both": ("value:5..10万元", NumberRange("value", number("5", "万元"), number("10", "万元"))),
    "units of one base": ("value:5000元..1万元", NumberRange("value", number("5000", "元"), number("1", "万元"))),
    "budget in 元": ("budget>=100万元", NumberRange("budget", number("100", "万元"))),
    "year": ("年度:2026年", NumberRange("year", number("2026"), number("2026"))),
    "last day of a month": ("date_end<=2026-06", DateRange("date_end", None, date(2026, 6, 30))),
    "days of a year": ("date_end:2026", DateRange("date_end", date(2026, 1, 1), date(2026, 12, 31))),
    "after a month": ("date_end>2026年6月", DateRange("date_end", date(2026, 6, 30), low_open=True)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "root"), TREES.values(), ids=TREES.keys())
def test_text_to_tree(text: str, root: object) -> None:
    assert parse(text) == Query(root)


@pytest.mark.parametrize("text", [text for text, _ in TREES.values()], ids=TREES.keys())
def test_printed_tree_parses_to_itself(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query


def test_sort() -> None:
    query = parse("满意度 sort:-year,value 排序:相关度")
    assert query == Query(Word("满意度"), (SortKey("year", descending=True), SortKey("value"), SortKey("relevance")))
    assert str(query) == "满意度 sort:-year sort:value sort:relevance"


ERRORS = {
    "unknown field": ("满意度 foo:1", "unknown_field", 5, "city"),
    "unknown field, near miss": ("ctiy:焦作市", "unknown_field", 1, "是不是 city"),
    "unknown Chinese field": ("城镇:焦作市", "unknown_field", 1, "英文引号"),
    "comparison with a name": ("满意度>=90", "unknown_field", 1, "value"),
    "bare 单位": ("a 单位:万元", "ambiguous_field", 3, "计量单位: 或 预算单位:"),
    "bare 单位 as sort key": ("sort:单位", "ambiguous_field", 1, "计量单位 或 预算单位"),
    "unbalanced quote": ('满意度 "离休', "unbalanced_quote", 5, "补上引号"),
    "unbalanced quote in a value": ('city:"焦作市', "unbalanced_quote", 1, "补上引号"),
    "empty quote": ('""', "bad_value", 1, "引号内"),
    "word for a number": ("value>=ninety", "bad_number", 1, "value>=90"),
    "unknown unit": ("value>=3光年", "bad_number", 1, "value>=90"),
    "too many digits": ("value>=" + "9" * 40, "bad_number", 1, "value>=90"),
    "empty range": ("value:..", "bad_number", 1, "90..95"),
    "range the wrong way round": ("value:95..90", "bad_number", 1, "90..95"),
    "ends that do not compare": ("value:1天..2元", "bad_number", 1, "同一种单位"),
    "unit where there is none": ("confidence>=90%", "bad_number", 1, "confidence>=90"),
    "budget in people": ("budget>=3人", "bad_number", 1, "100万元"),
    "half a year": ("year:2026.5", "bad_number", 1, "2026"),
    "no such month": ("date_end:2026-13", "bad_number", 1, "2026-06-30"),
    "dates the wrong way round": ("date_end:2026..2025", "bad_number", 1, "2026-01"),
    "unknown kind": ("kind:numerik", "bad_value", 1, "numeric"),
    "unknown table": ("table:决算", "bad_value", 1, "项目绩效自评"),
    "cities do not compare": ("city>=3", "bad_value", 1, "value"),
    "no value": ("city: 焦作市", "bad_value", 1, '""'),
    "or without a left side": ("OR a", "dangling_or", 1, '"OR"'),
    "or without a right side": ("a OR", "dangling_or", 3, '"OR"'),
    "or twice": ("a OR OR b", "dangling_or", 6, '"OR"'),
    "unknown sort key": ("sort:nothing", "unknown_field", 1, "year"),
    "sort excluded": ("-sort:year", "bad_sort", 1, "sort:"),
    "sort in or": ("a OR sort:year", "bad_sort", 6, "sort:"),
    "brackets for a group": ("a (离休 OR 退休)", "brackets", 7, "OR 先与左右结合"),
    "not equal": ("a city!=焦作市", "bad_value", 3, "-city:"),
    "year in words": ("year>=ninety", "bad_number", 1, "year:2025..2026"),
    "too long": ("满" * 2001, "query_too_long", None, "2000"),
}


@pytest.mark.parametrize(("text", "code", "position", "advice"), ERRORS.values(), ids=ERRORS.keys())
def test_errors_tell_where_and_what_is_allowed(text: str, code: str, position: int | None, advice: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.code == code
    assert advice in caught.value.advice
    assert position is None or f"第 {position} 个字符" in caught.value.where


def test_every_record_field_can_be_asked() -> None:
    for item in RECORD_FIELDS:
        assert (find_field(item.name) is None) == (item.name == "boxes")
        assert find_field(item.title.partition("（")[0]) is not None or item.name == "boxes"


FRAGMENTS = st.sampled_from([
    "满意度", "离休", '"', '""', "-", "OR", " ", "\u3000", "city:", "value", ">=", ":", "：", "..", "90", "万元", "单位:", "sort:", "year",
    "≥", "“", "(", "kind:", "numeric", "date_end", "2026-06", "=", "name:", "project=", "a", ",", "\u200b", "０",
])  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(FRAGMENTS, max_size=12).map("".join)))
def test_any_text_parses_or_is_refused_and_prints_to_itself(text: str) -> None:
    try:
        query = parse(text)
    except KpiError:
        return
    assert parse(str(query)) == query


def test_a_tree_without_words_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="And"):
        query_to_text(Query(Or((Word("a"), And((Word("b"), Word("c")))))))


def test_where_adds_conditions() -> None:
    query = parse("离休 OR 退休").where(FieldIs("city", "焦作市"), parse("year:2026 a").root)
    assert str(query) == "离休 OR 退休 city=焦作市 year:2026 a"
    assert parse("").where() == Query()


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("城市", "焦作市", "city:焦作市"),
        ("value", ">=1万元", "value>=1万元"),
        ("year", "2025..2026", "year:2025..2026"),
        ("project", '医保 "信息"', 'project:"医保 ""信息"""'),
        ("city", "", 'city:""'),
        ("value", "", 'value:""'),
    ],
)
def test_a_filter_is_a_condition(field: str, value: str, text: str) -> None:
    assert parse_condition(field, value, to_base=to_base) == parse(text).root


def test_a_filter_of_no_field_is_refused() -> None:
    for field in ("foo", "sort", "a b", "", "-city"):
        with pytest.raises(UsageError):
            parse_condition(field, "year")


def test_terms_leave_out_what_is_excluded() -> None:
    query = parse("满意度 -离休 OR 退休 city:焦作市 -name:干部")
    assert query.terms() == (Word("满意度"), Word("退休"))
    assert list(leaves(query.root, excluded=True)) == [Word("离休"), Word("干部", ("name",))]


# --- folding ------------------------------------------------------------------------------------------------------------

FOLDS = {
    "traditional": ("離休幹部滿意度", "离休干部满意度"),
    "traditional, two steps": ("薴", "苎"),
    "full width": ("ＰＭ２．５（％）", "pm2.5(%)"),
    "curly quotes": ("“三公”经费", '"三公"经费'),
    "dashes": ("1—6月–", "1-6月-"),
    "radicals": ("⼀级⺠生", "一级民生"),
    "≥ of three kinds": ("≧⩾≥", "≥≥≥"),
    "unit signs": ("㎡℃", "m2°c"),
    "spaces": ("满 意\u3000度\u200b", "满意度"),
}


@pytest.mark.parametrize(("text", "folded"), FOLDS.values(), ids=FOLDS.keys())
def test_folding(text: str, folded: str) -> None:
    assert fold_for_search(text) == folded


@given(st.text(max_size=20), st.text(max_size=20))
def test_folding_is_by_character_and_settled(left: str, right: str) -> None:
    assert fold_for_search(left + right) == fold_for_search(left) + fold_for_search(right)
    once = fold_for_search(left)
    assert fold_for_search(once) == once


@given(st.text(max_size=20))
def test_offsets_lead_back_to_the_character(text: str) -> None:
    folded, origins = fold_with_offsets(text)
    assert folded == fold_for_search(text)
    assert len(origins) == len(folded)
    assert all(folded[i] in fold_for_search(text[origin]) for i, origin in enumerate(origins))


# --- values and rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "stored", "expected"),
    [
        (FieldIs("city", "焦作", "contains"), "焦作市", True),
        (FieldIs("city", "焦作", "equal"), "焦作市", False),
        (FieldIs("city", "焦作市", "equal"), "焦 作市", True),
        (FieldIs("unit_code", "309", "prefix"), "309101", True),
        (FieldIs("unit_code", "101", "prefix"), "309101", False),
        (FieldIs("city", "", "equal"), None, True),
        (FieldIs("city", "", "contains"), "焦作市", False),
        (FieldIs("unit", "萬元", "equal"), "万元", True),
    ],
)
def test_field_values(condition: FieldIs, stored: str | None, expected: bool) -> None:
    assert condition.matches(stored) is expected


NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("value>=90", [True, False, False, True, False]),
        ("value>90", [False, False, False, True, False]),
        ("value<=95", [True, True, True, False, False]),
        ("value<95", [True, True, False, False, False]),
        ("value:60..95", [True, True, True, False, False]),
        ("value:90..100", [True, False, False, True, False]),
    ],
)
def test_a_range_target_must_lie_inside(text: str, expected: list[bool]) -> None:
    """Rows: 90; 60–80; 80–95; 98; unknown."""
    condition = parse(text).root
    found = condition.mask(np.array([90, 60, 80, 98, NAN]), np.array([NAN, 80, 95, NAN, NAN]))
    assert found.tolist() == expected


def test_a_unit_compares_base_values() -> None:
    condition = parse("value>=1万元").root
    assert (condition.column, condition.upper_column, condition.base_unit) == ("base_value", "base_upper", "元")
    assert condition.mask(np.array([9999.0, 10000.0])).tolist() == [False, True]
    bare = parse("value>=1").root
    assert (bare.column, bare.upper_column, bare.base_unit) == ("value", "upper", "")
    budget = parse("budget>=1万元").root
    assert (budget.column, budget.upper_column, budget.base_unit, str(budget.low)) == ("budget", "", "", "1万元")


@pytest.mark.parametrize(
    ("text", "compared", "base_unit", "column"),
    [
        ("value>=1万元", "10000", "元", "base_value"),
        ("value>=95％", "95", "%", "base_value"),
        ("value>=2小时", "120", "分钟", "base_value"),
        ("value>=5元/人·月", "5", "元/人·月", "base_value"),
        ("value>=1.5万", "15000", "", "base_value"),
        ("upper<=3公里", "3000", "米", "base_upper"),
        ("budget>=1亿元", "100000000", "", "budget"),
        ("budget>=100万", "1000000", "", "budget"),
    ],
)
def test_units_are_those_of_targets(text: str, compared: str, base_unit: str, column: str) -> None:
    condition = parse_query(text).root
    end = condition.low or condition.high
    assert (end.compared, condition.base_unit, condition.column) == (Decimal(compared), base_unit, column)
    assert parse_query(str(parse_query(text))) == parse_query(text)


ROWS = [("离休干部满意度", "焦作市", 90), ("群众满意度", "许昌市", 85), ("离休医疗费", "焦作市", NAN)]


class Rows:
    """Rows of a small table, resolved the plain way."""

    def everything(self) -> np.ndarray:
        return np.ones(len(ROWS), bool)

    def text(self, term: Word | Phrase) -> np.ndarray:
        return np.array([term.text in name for name, _, _ in ROWS])

    def field(self, condition: FieldIs) -> np.ndarray:
        return np.array([condition.matches(city) for _, city, _ in ROWS])

    def number(self, condition: NumberRange) -> np.ndarray:
        return condition.mask(np.array([value for _, _, value in ROWS], float))

    def date(self, condition: DateRange) -> np.ndarray:
        return np.zeros(len(ROWS), bool)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2]),
        ("满意度", [0, 1]),
        ("满意度 离休", [0]),
        ("满意度 -离休", [1]),
        ("离休 OR city:许昌市", [0, 1, 2]),
        ("离休 OR city:许昌市 value>=85", [0, 1]),
        ("-满意度 OR value>=90", [0, 2]),
        ("-date_end:2026", [0, 1, 2]),
        ("date_end:2026", []),
    ],
)
def test_leaves_are_joined(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(evaluate(parse(text), Rows())).tolist() == rows
