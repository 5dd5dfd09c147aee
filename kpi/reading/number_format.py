"""A cell's number as the sheet shows it: percentages, thousands, dates, text around the number (数字格式).

Covers what budget workbooks hold: General, fixed decimals, thousands, percent, accounting, dates and times, scientific,
literal text, sections for negative and zero. Fractions and conditions such as `[>=100]` show the General form.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

LONGEST_FORMAT = 255
"""Characters of a number format; Excel takes no longer one."""
_WIDE = Context(prec=800)
"""Digits for a float (up to 308 before the point) with as many decimals as a format can ask for."""
GENERAL_DIGITS = 15
"""Digits a sheet keeps of a number: 0.1 + 0.2 shows as 0.3."""
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_(.)|\*(.)|(\[[^\]]{0,60}\])|(General)|(E[+-]0+)|([0#?,.]+)|(%)|(.)', re.IGNORECASE | re.DOTALL
)
_DATE_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_(.)|\*(.)|(\[[^\]]{0,60}\])|(AM/PM|A/P|上午/下午)|(y+|m+|d+|h+|s+(?:\.0+)?|a{3,4})|(.)',
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAYS = "一二三四五六日"


def display_value(value: object, number_format: str) -> str:
    """Text that a sheet shows for a value: `0.95` with `0%` → `95%`."""
    number_format = number_format[:LONGEST_FORMAT]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time | timedelta):
        return _display_date(value, number_format)
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return _display_number(number, number_format) if number.is_finite() else "#NUM!"
    return str(value)


# --- numbers -----------------------------------------------------------------------------------------------------------


def general(value: Decimal) -> str:
    """A number without a format, in plain digits, without zeros that say nothing."""
    if value.is_nan() or value.is_infinite():
        return "#NUM!"
    rounded = value.normalize() if not value else Decimal(f"{value:.{GENERAL_DIGITS - 1}e}").normalize()
    return format(rounded, "f")


def _display_number(value: Decimal, number_format: str) -> str:
    sections = _sections(number_format or "General")
    if sections[0] == "@":
        return general(value)
    if len(sections) > 1 and value < 0:
        section, value = sections[1], -value
    elif len(sections) > 2 and value == 0:
        section = sections[2]
    else:
        section = sections[0]
    tokens = _TOKEN.findall(section)
    percents = sum(1 for token in tokens if token[8])
    value = value * 100**percents
    placeholders = [token[7] for token in tokens if token[7]]
    if "/" in {token[9] for token in tokens} and len(placeholders) > 1:
        return general(value)
    number = _digits(abs(value), "".join(placeholders), next((token[6] for token in tokens if token[6]), ""))
    parts = []
    shown = False
    for quoted, escaped, _, _, bracket, is_general, _, placeholder, percent, other in tokens:
        if placeholder or is_general:
            if not shown:
                parts.append(("-" if value < 0 else "") + (general(abs(value)) if is_general else number))
            shown = True
        elif bracket:
            parts.append(_currency(bracket))
        else:
            parts.append(quoted or escaped or percent or ("" if other == "@" else other))
    return "".join(parts).strip()


def _sections(number_format: str) -> list[str]:
    """The format's parts for positive, negative, zero and text; a semicolon in quotes does not part them."""
    sections, quoted = [""], False
    for character in number_format:
        quoted ^= character == '"'
        if character == ";" and not quoted:
            sections.append("")
        else:
            sections[-1] += character
    return sections


def _digits(value: Decimal, placeholder: str, exponent: str) -> str:
    whole, _, decimals = placeholder.partition(".")
    if exponent:
        mantissa, _, power = f"{value:.{len(decimals)}E}".partition("E")
        return f"{mantissa}E{int(power):+0{len(exponent) - 1}d}"
    scale = len(whole) - len(whole.rstrip(","))
    value = _WIDE.divide(value, Decimal(1000) ** scale)
    places = len(decimals.replace(",", ""))
    text = format(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE), "f")
    integer, _, fraction = text.partition(".")
    integer = integer.lstrip("0").rjust(whole.count("0"), "0")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and fraction.endswith("0"):
        fraction, optional = fraction[:-1], optional - 1
    if "," in whole.rstrip(","):
        integer = f"{int(integer):,}" if integer else ""
    return integer + ("." + fraction if fraction else "")


def _currency(bracket: str) -> str:
    """The sign in `[$¥-804]`; colours, conditions and languages show nothing."""
    return bracket[2:-1].split("-", maxsplit=1)[0] if bracket.startswith("[$") else ""


# --- dates -------------------------------------------------------------------------------------------------------------


def _display_date(value: datetime | date | time | timedelta, number_format: str) -> str:
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    section = _sections(number_format)[0]
    if section.lower() in {"mm-dd-yy", "m/d/yy", "m/d/yyyy", "general", ""}:
        # the format "short date" is shown in the reader's country's form
        return f"{value.year}/{value.month}/{value.day}"
    parts: list[str] = []
    after_hour = False
    twelve = re.search("AM/PM|A/P|上午/下午", section, re.IGNORECASE) is not None
    for quoted, escaped, _, _, _, half, letters, other in _DATE_TOKEN.findall(section):
        if half:
            parts.append(
                ("上午" if value.hour < 12 else "下午") if "上" in half else ("AM" if value.hour < 12 else "PM")
            )
        elif letters:
            parts.append(_date_part(value, letters.lower(), minutes=after_hour, twelve=twelve))
            after_hour = letters[0].lower() in "hs"
        else:
            parts.append(quoted or escaped or ("" if other == "@" else other))
    return "".join(parts).strip()


def _date_part(value: datetime, letters: str, *, minutes: bool, twelve: bool) -> str:
    kind, width = letters[0], len(letters)
    if kind == "a":
        return ("星期" if width == 4 else "") + _WEEKDAYS[value.weekday()]
    if kind == "y":
        return f"{value.year:04d}" if width > 2 else f"{value.year % 100:02d}"
    hour = (value.hour % 12 or 12) if twelve else value.hour
    number = {"m": value.minute if minutes else value.month, "d": value.day, "h": hour, "s": value.second}[kind]
    return f"{number:02d}" if width > 1 else str(number)
