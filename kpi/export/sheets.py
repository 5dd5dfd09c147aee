"""Several tables as sheets of one workbook (多表工作簿): comparison and catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_ROWS = 1_048_575
"""Excel's 2**20 rows less the heading."""
_CELL_CHARACTERS = 32_767
_LINE_HEIGHT = 15.0
"""Points of a line in the default font."""
_MOST_LINES = 6
_A3 = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: key of the rows, heading, width in characters, and whether its text is broken."""

    key: str
    title: str
    width: int = 12
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: numbers stay numbers, text is never a formula, None is an empty cell."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    notes: Sequence[str] = ()
    """Lines above the heading."""


def write_sheets(sheets: Iterable[Sheet], stream: BinaryIO) -> None:
    """Write a workbook with one sheet each, headings frozen and filtered."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        heading = book.add_format(
            {
                "bold": True,
                "bg_color": "#E8EEF7",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
            }
        )
        plain = book.add_format({"valign": "top", "border": 1, "border_color": "#D0D7E2"})
        wrapped = book.add_format({"valign": "top", "text_wrap": True, "border": 1, "border_color": "#D0D7E2"})
        note = book.add_format({"font_color": "#5A6675"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            for row, text in enumerate(sheet.notes):
                page.write_string(row, 0, text, note)
            top = len(sheet.notes)
            formats = [wrapped if column.wrap else plain for column in sheet.columns]
            for number, column in enumerate(sheet.columns):
                page.set_column(number, number, column.width)
                page.write_string(top, number, column.title, heading)
            last = top
            for last, values in enumerate(sheet.rows, top + 1):
                if last > _ROWS:
                    break
                for number, column in enumerate(sheet.columns):
                    _write(page, last, number, values.get(column.key), formats[number])
                page.set_row(last, _LINE_HEIGHT * _lines(values, sheet.columns))
            page.freeze_panes(top + 1, 0)
            page.autofilter(top, 0, max(last, top), len(sheet.columns) - 1)
            page.set_landscape()
            page.set_paper(_A3)
            page.fit_to_pages(1, 0)
            page.repeat_rows(top)


def _write(page: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", style)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, style)
    else:
        page.write_string(row, column, str(value)[:_CELL_CHARACTERS], style)


def _lines(values: Mapping[str, Any], columns: Iterable[Column]) -> int:
    """Lines that a row needs, so that broken text is seen; programs do not all fit rows of themselves."""
    needed = (-(-_width(values.get(column.key)) // max(column.width - 1, 1)) for column in columns if column.wrap)
    return min(max(needed, default=1) or 1, _MOST_LINES)


def _width(value: Any) -> int:
    """Width of a text in half-width characters; Chinese ones are two wide."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in str(value)) if value not in (None, "") else 0
