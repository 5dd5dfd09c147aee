"""Escaping, figures, addresses, names of uploads: the small parts that every page relies on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import UsageError
from kpi.model import Repair
from kpi.ui.address import changed
from kpi.ui.correcting import changes_for
from kpi.ui.imports import repair_lines
from kpi.ui.markup import escape, mark
from kpi.ui.navigation import to_params
from kpi.ui.targets import in_ten_thousands
from kpi.ui.uploads import keep, safe_name
from kpi.ui.wording import amount, figure, measure, milliseconds, place

_MARKS = set("\\`*_{}[]()#+-.!|~<>$:&^=\"'")


def _unescaped(text: str) -> str:
    """What a reader of Markdown sees of escaped text."""
    shown, index = [], 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text) and text[index + 1] in _MARKS:
            index += 1
        shown.append(text[index])
        index += 1
    return "".join(shown).replace("\u2060", "")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\u2060")))
def test_escaped_text_reads_as_the_text(text: str) -> None:
    assert _unescaped(escape(text)) == " ".join(text.split())


@given(st.text(alphabet="ab 满意度<*[]:$\\_"))
def test_escaped_text_has_no_bare_mark(text: str) -> None:
    shown = escape(text)
    bare = [c for place, c in enumerate(shown) if c in _MARKS - {"\\"} and (place == 0 or shown[place - 1] != "\\")]
    assert not bare


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        pytest.param("参保群众满意度", [(4, 7)], "参保群众:orange-background[满意度]", id="end"),
        pytest.param("a*b满意", [(3, 5)], "a\\*b:orange-background[满意]", id="marks beside"),
        pytest.param("[x]y", [(0, 3)], ":orange-background[\\[x\\]]y", id="marks inside"),
        pytest.param("A B", [(0, 1)], ":orange-background[A] B", id="space kept"),
        pytest.param("满意度", [(0, 2), (1, 3)], ":orange-background[满意]度", id="overlap"),
        pytest.param("满意度", [], "满意度", id="none"),
    ],
)
def test_marked_text(text: str, spans: list[tuple[int, int]], expected: str) -> None:
    assert mark(text, spans) == expected


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [("12548400", "1,254.84 万元"), ("500", "0.05 万元"), (None, ""), ("", ""), ("1285420000", "128,542.00 万元")],
)
def test_amounts_are_in_ten_thousands(yuan: str | None, shown: str) -> None:
    assert amount(yuan) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("15000", "元", "1.5万元"),
        ("730", "元", "730元"),
        ("90.50", "%", "90.5%"),
        ("602500", "人", "602,500人"),
        (None, "元", ""),
    ],
)
def test_measures(value: str | None, unit: str, shown: str) -> None:
    assert measure(value, unit) == shown


def test_figures_keep_their_digits() -> None:
    assert [figure(text) for text in ("1000", "0.50", "1E+3", "-1234.5", None)] == [
        "1,000",
        "0.5",
        "1,000",
        "-1,234.5",
        "",
    ]


def test_times_are_not_zero() -> None:
    assert [milliseconds(took) for took in (0.2, 12.4, 1234.0)] == ["1 毫秒", "12 毫秒", "1.2 秒"]


def test_place_is_the_body_closest_to_the_people() -> None:
    assert place({"province": "河北省", "city": "石家庄市", "county": "晋州市"}) == "晋州市"
    assert place({"province": "河北省", "city": "", "county": ""}) == "河北省"
    assert place({}) == "未注明"


def test_changes_of_an_address() -> None:
    state = {"q": ["满意度"], "city": ["焦作市"], "page": ["3"]}
    assert changed(state, {"city": ["焦作市", "许昌市"]}) == {"q": ["满意度"], "city": ["焦作市", "许昌市"]}
    assert changed(state, {"page": "4"}) == {"q": ["满意度"], "city": ["焦作市"], "page": ["4"]}
    assert changed(state, {"q": None, "city": []}) == {}


def test_parameters_of_a_link() -> None:
    assert to_params({"q": "满意度", "id": ["a", "b"], "sort": "", "n": 0}) == [
        ("q", "满意度"),
        ("id", "a"),
        ("id", "b"),
        ("n", "0"),
    ]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        pytest.param("../../etc/passwd", "passwd", id="climbing"),
        pytest.param("..\\..\\boot.ini", "boot.ini", id="climbing with backslashes"),
        pytest.param("/abs/预算.pdf", "预算.pdf", id="absolute"),
        pytest.param("....pdf", "pdf", id="only dots"),
        pytest.param("", "未命名", id="empty"),
        pytest.param("a\x00b\n.pdf", "a_b_.pdf", id="control characters"),
        pytest.param("C:\\x\\con|?.pdf", "con__.pdf", id="Windows"),
    ],
)
def test_upload_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_upload_names_never_leave_their_folder(name: str) -> None:
    kept = safe_name(name)
    assert kept
    assert len(kept.encode("utf-8", "replace")) <= 255
    assert Path(kept).name == kept
    assert kept not in {".", ".."}


class _File(io.BytesIO):
    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


def test_uploads_of_equal_names_are_kept_apart(tmp_path: Path) -> None:
    uploads = keep([_File("../a.txt", b"1"), _File("a.txt", b"2")], tmp_path)
    assert [upload.path.read_bytes() for upload in uploads] == [b"1", b"2"]
    assert all(tmp_path in upload.path.parents for upload in uploads)


_RECORD = {
    "target": "≥80%", "name": "知晓率", "level1": "效益指标", "year": 2026, "budget": "100000", "category": "产出",
    "category_inferred": True, "kind": "numeric", "comparator": "≥", "value": "80", "upper": None, "unit": "%", "base_value": "80",
    "base_upper": None, "base_unit": "%", "date_end": None, "baseline": "", "direction": "", "grade": "", "approximate": False,
    "implied_unit": "",
}  # fmt: skip


def test_corrected_target_is_read_anew() -> None:
    assert changes_for(_RECORD, "target", "≤2万元") == {
        "target": "≤2万元", "comparator": "≤", "value": "2", "unit": "万元", "base_value": "20000", "base_unit": "元",
    }  # fmt: skip


def test_corrected_amount_is_typed_in_ten_thousands() -> None:
    assert changes_for(_RECORD, "budget", "1,254.84") == {"budget": "12548400"}


def test_corrected_category_is_no_guess_any_more() -> None:
    assert changes_for(_RECORD, "category", "质量") == {"category": "质量", "category_inferred": False}


@pytest.mark.parametrize(
    ("field", "typed"), [("budget", "很多"), ("year", "今年"), ("target", "≥80%"), ("budget", "NaN")]
)
def test_corrections_that_say_nothing_are_refused(field: str, typed: str) -> None:
    with pytest.raises(UsageError):
        changes_for(_RECORD, field, typed)


@pytest.mark.parametrize(
    ("value", "upper", "unit", "shown"),
    [
        pytest.param("167611000", None, "元", "16,761.1万元", id="large"),
        pytest.param("9999", None, "元", "", id="small"),
        pytest.param("20000", "30000", "元", "2万元 – 3万元", id="range"),
        pytest.param("20000", None, "元/人", "", id="a rate"),
        pytest.param(None, None, "元", "", id="unknown"),
    ],
)
def test_large_amounts_are_told_in_ten_thousands(value: str | None, upper: str | None, unit: str, shown: str) -> None:
    assert in_ten_thousands({"base_value": value, "base_upper": upper, "unit": unit, "base_unit": unit}) == shown


def test_equal_repairs_stand_in_one_line_with_their_pages() -> None:
    repairs = [Repair("joined_over_page", page, 1, "一行被截断，已拼接") for page in (5, 3, 5)] + [
        Repair("x", None, None, "串列，已归位")
    ]
    assert repair_lines(repairs) == ["一行被截断，已拼接（第 3、5 页）", "串列，已归位"]
