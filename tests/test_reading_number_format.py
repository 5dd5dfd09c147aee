"""A sheet's numbers as the sheet shows them.

All expected texts are what LibreOffice Calc (Chinese) shows for the same values and formats, but for three that are
named in the table: fractions, the short date (Excel's Chinese form) and 上午/下午.
"""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from kpi.reading.number_format import display_value


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - sheets have no time zones


NUMBERS = [
    ("percent", 0.95, "0%", "95%"),
    ("percent with a decimal", 0.955, "0.0%", "95.5%"),
    ("percent rounds half up", 0.955, "0%", "96%"),
    ("thousands", 1299.82, "#,##0.00", "1,299.82"),
    ("general integer", 1610000, "General", "1610000"),
    ("general float of a whole number", 161.0, "General", "161"),
    ("general keeps 15 digits", 0.1 + 0.2, "General", "0.3"),
    ("general small", 1e-5, "General", "0.00001"),
    ("amount", 161, "0.00", "161.00"),
    ("unit behind", 1, '0"万元"', "1万元"),
    ("comparator before", 90, '"≥"0"%"', "≥90%"),
    ("year", 2026, '0"年"', "2026年"),
    ("negative section", -5, "0.00;(0.00)", "(5.00)"),
    ("negative without section", -5.5, "0.00", "-5.50"),
    ("accounting zero", 0, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
    ("accounting", 1234.5, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1,234.50"),
    ("accounting negative", -1234.5, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-1,234.50"),
    ("optional decimals", 5.5, "0.##", "5.5"),
    ("optional decimals of a whole number", 5, "0.##", "5"),
    ("leading zeros of a code", 507, "000000", "000507"),
    ("ten thousands", 12345678, "0,", "12346"),
    ("scientific", 12345.678, "0.00E+00", "1.23E+04"),
    ("colour is no text", 3, "[Red]0.0", "3.0"),
    ("currency", 3, "[$¥-804]#,##0.00", "¥3.00"),
    ("text format", 12, "@", "12"),
    ("fraction falls back", 1.5, "# ?/?", "1.5"),
]
DATES = [
    ("ISO", at(2026, 12, 31), "yyyy-mm-dd", "2026-12-31"),
    ("Chinese", at(2026, 2, 3), 'yyyy"年"m"月"d"日"', "2026年2月3日"),
    ("short date is the reader's", at(2026, 2, 3), "mm-dd-yy", "2026/2/3"),
    ("minutes after hours", at(2026, 2, 3, 4, 5), "yyyy/m/d h:mm", "2026/2/3 4:05"),
    ("month", at(2026, 2, 3), '[$-804]yyyy"年"m"月";@', "2026年2月"),
    ("a date without time", date(2026, 2, 3), "yyyy/mm/dd", "2026/02/03"),
    ("time", time(9, 30), "h:mm", "9:30"),
    ("afternoon", time(15, 30), "上午/下午h:mm", "下午3:30"),
]


@pytest.mark.parametrize(("value", "number_format", "shown"), [row[1:] for row in NUMBERS + DATES],
                         ids=[row[0] for row in NUMBERS + DATES])  # fmt: skip
def test_display_value(value: object, number_format: str, shown: str) -> None:
    assert display_value(value, number_format) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (True, "TRUE"), ("≥95%", "≥95%"), ("#REF!", "#REF!")])
def test_values_without_a_number(value: object, shown: str) -> None:
    assert display_value(value, "0.00") == shown
