"""Text that a spreadsheet would run is written so that it cannot, and comes back unchanged."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi.export import protect, unprotect


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=100%", "'=100%"),  # the target of a self-evaluation in 河南
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+5", "'+5"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("'=1", "''=1"),
        ("≥90%", "≥90%"),
        ("'单引号", "'单引号"),
        ("", ""),
    ],
)
def test_cells(text: str, cell: str) -> None:
    assert protect(text) == cell
    assert unprotect(cell) == text


@given(st.text(alphabet="'=+-@\t\r\n＝a9"))
@example("''==")
def test_protected_text_comes_back(text: str) -> None:
    assert unprotect(protect(text)) == text


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert protect(text)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}
