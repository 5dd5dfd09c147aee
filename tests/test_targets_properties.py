"""Properties of reading targets that hold for any text made of the vocabulary's pieces."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.targets import format_target, normalize
from kpi.targets.cleaning import clean
from kpi.targets.context import read_context
from kpi.targets.normal_form import _read_tokens
from kpi.targets.simple import read_simple
from kpi.targets.unit_table import COUNTERS, DENOMINATORS, MEASURES, OWN_BASE, SYMBOLS
from kpi.targets.vocabulary import AFTER, BEFORE, GRADES, IDIOMS, MARKS, NOT_GRADES, PER_WORDS, TRENDS

UNITS = sorted({*COUNTERS, *SYMBOLS, *OWN_BASE, *(word for family in MEASURES for word in family.spellings)})
WORDS = sorted(
    {
        *BEFORE,
        *AFTER,
        *MARKS,
        *TRENDS,
        *PER_WORDS,
        *IDIOMS,
        *NOT_GRADES,
        *DENOMINATORS,
        *(w for g in GRADES.values() for w in g),
    }
)
JOINTS = [
    "-",
    "~",
    "至",
    "，",
    "；",
    "、",
    "且",
    "(",
    ")",
    "/",
    ":",
    "每",
    "年",
    "月",
    "日",
    "底",
    "前",
    "季度",
    "上年",
    "较",
    "同比",
    "合格率",
    "不含",
    "第",
    "±",
    "×",
    " ",
]
numbers = st.one_of(
    st.integers(0, 10**7).map(str),
    st.decimals(min_value=0, max_value=10**6, places=2).map(str),
    st.sampled_from(["十二", "两", "九十五", "半", "三万", "1,200", "2026", "0"]),
)
pieces = st.one_of(numbers, st.sampled_from(UNITS), st.sampled_from(WORDS), st.sampled_from(JOINTS))
texts = st.lists(pieces, min_size=1, max_size=8).map("".join)
simple_texts = st.builds(
    lambda head, number, unit, tail: head + str(number) + unit + tail,
    st.sampled_from(["", *BEFORE, *MARKS]),
    st.one_of(st.integers(0, 10**6), st.decimals(min_value=0, max_value=1000, places=1)),
    st.one_of(st.just(""), st.sampled_from(UNITS)),
    st.sampled_from(["", *AFTER]),
)  # fmt: skip
YEAR = 2026


@given(st.one_of(texts, st.text(max_size=30)))
@settings(max_examples=500, deadline=None)
def test_no_text_raises_and_every_digit_stays_accounted_for(text: str) -> None:
    target = normalize(text, year=YEAR)
    if target.kind == "missing":
        assert not re.search(r"[0-9]", clean(text))
        return
    told = "".join(span.text for span in target.spans) + "".join(target.unread)
    assert all(run in told for run in re.findall(r"[0-9]+", target.clean))
    assert "".join(span.text for span in target.spans) == target.clean[: target.spans[-1].end]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_full_width_and_spaces_do_not_matter(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c not in "\"'" else c for c in text)
    if unicodedata.normalize("NFKC", wide) == unicodedata.normalize("NFKC", text):
        assert _form(wide) == _form(text)
    assert _form(" ".join(text)) == _form(text)
    assert _form("\u3000" + text + "\n") == _form(text)


def _form(text: str) -> tuple[object, ...]:
    target = normalize(text, year=YEAR)
    return (
        target.kind, target.comparator, target.value, target.upper, target.unit, target.base_value, target.base_unit, target.date_end,
        target.baseline, target.direction, target.grade, target.approximate, target.unread,
    )  # fmt: skip


@given(simple_texts)
@settings(max_examples=500, deadline=None)
def test_the_short_way_gives_what_scanner_and_grammar_give(text: str) -> None:
    body = clean(text)
    if read_simple(body) is None:
        return
    quick = normalize(text, year=YEAR)
    slow = _read_tokens(text, body, read_context("", ""), YEAR)
    assert (quick, quick.unread, quick.warnings) == (slow, slow.unread, slow.warnings)
    assert [span.text for span in quick.spans] == [span.text for span in slow.spans]


@given(simple_texts)
@settings(max_examples=500, deadline=None)
def test_the_canonical_form_of_a_figure_reads_the_same(text: str) -> None:
    target = normalize(text, year=YEAR)
    if target.warnings or target.value is None:
        return
    again = normalize(format_target(target), year=YEAR)
    assert (again.kind, again.comparator, again.base_value, again.base_unit) == (
        target.kind, target.comparator, target.base_value, target.base_unit,
    )  # fmt: skip
    assert format_target(again) == format_target(target)


@given(texts)
@settings(max_examples=200, deadline=None)
def test_reading_is_deterministic(text: str) -> None:
    first, second = normalize(text, year=YEAR), normalize(text, year=YEAR)
    assert (first, first.spans, first.unread, first.warnings) == (second, second.spans, second.unread, second.warnings)
