"""xlsx: typed cells under Chinese headings, frozen and filtered, and a sheet that tells what it holds (工作簿)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, BinaryIO

from kpi.model import RECORD_FIELDS

if TYPE_CHECKING:
    from kpi.export.writing import About

ROWS_PER_SHEET = 1_048_575
"""Excel's 2**20 rows less the heading; further records go on to a further sheet."""
_CELL_CHARACTERS = 32_767
"""Excel's limit of a cell; XlsxWriter would leave a longer text out without a word."""
_EXACT_DIGITS = 15
"""Digits that a spreadsheet's number keeps; longer ones (project codes, 0.1234567890123456) are written as text."""

_EXTRA_TITLES = {
    "relevance": "相关度", "cluster": "同类指标编号", "cluster_name": "同类指标", "highlights": "命中位置", "also_in": "同一公开件的其他文件",
}  # fmt: skip
_TITLES = {item.name: item.title for item in RECORD_FIELDS} | _EXTRA_TITLES
_TYPES = {item.name: item.type for item in RECORD_FIELDS} | {"relevance": "float"}

# Widths in characters where the default does not fit; names and targets are what people read.
_WIDTHS = {
    "document": 28, "path": 28, "department": 20, "unit_name": 20, "project": 34, "name": 34, "target": 22, "description": 30,
    "basis": 24, "budget": 16, "level1": 12, "level2": 18, "cluster_name": 28, "also_in": 28, "id": 18, "boxes": 12,
}  # fmt: skip
_WIDTH = 10
_WARNING_WORDS = {"corrected": "已改"}
"""Warnings that people look for; the others are codes for programs, told in `kpi.ui` and by `kpi parse`."""
_HIDDEN = frozenset({"boxes", "highlights", "table_index", "row", "column"})
"""Columns for programs: there, but folded away."""


def write_workbook(records: Iterable[Mapping[str, Any]], stream: BinaryIO, about: About) -> int:
    """Write records to an xlsx; returns how many."""
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }  # fmt: skip
    with xlsxwriter.Workbook(stream, options) as book:
        sheets = _Sheets(book)
        count = 0
        for count, record in enumerate(records, 1):  # noqa: B007 - the last number is the count
            sheets.add(record)
        sheets.finish()
        _write_about(book, about, count, sheets.shortened)
    return count


class _Sheets:
    """The sheets of records, a new one whenever one is full."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._heading = book.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._sheet: Any = None
        self._number, self._row = 0, 0
        self._names: Sequence[str] = ()
        self.shortened = 0
        """Cells whose text is longer than a cell may be."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Write one record."""
        if self._sheet is None:
            self._begin(list(record))
        elif self._row == ROWS_PER_SHEET:
            self._filter()
            self._begin(list(record))
        self._row += 1
        for column, name in enumerate(self._names):
            self._write(column, name, record[name])

    def finish(self) -> None:
        """Close the last sheet; a workbook without records has a sheet with the heading."""
        if self._sheet is None:
            self._begin([item.name for item in RECORD_FIELDS])
        self._filter()

    def _filter(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._names) - 1)

    def _begin(self, names: Sequence[str]) -> None:
        self._number += 1
        self._sheet = self._book.add_worksheet("指标" if self._number == 1 else f"指标{self._number}")
        self._names, self._row = names, 0
        for column, name in enumerate(names):
            options = {"hidden": True} if name in _HIDDEN else {}
            self._sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH), None, options)
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            self._sheet.write_string(0, column, _TITLES.get(name, name), self._heading)

    def _write(self, column: int, name: str, value: Any) -> None:
        kind = _TYPES.get(name, "text")
        if value is None or value == "":
            return
        if kind in {"integer", "float"}:
            self._sheet.write_number(self._row, column, value)
        elif kind == "number" and _is_exact(value):
            self._sheet.write_number(self._row, column, float(value), self._money if name == "budget" else None)
        elif kind == "date":
            self._sheet.write_datetime(self._row, column, date.fromisoformat(value), self._date)
        elif kind == "flag":
            self._sheet.write_string(self._row, column, "是" if value else "否")
        else:
            self._sheet.write_string(self._row, column, self._text(value))

    def _text(self, value: Any) -> str:
        if isinstance(value, list):
            flat = all(isinstance(item, str) for item in value)
            value = (
                "、".join(_WARNING_WORDS.get(str(item), str(item)) for item in value)
                if flat
                else json.dumps(value, ensure_ascii=False)
            )
        text = str(value)
        if len(text) > _CELL_CHARACTERS:
            self.shortened += 1
            mark = f"……（全文 {len(text)} 字，见 csv 或 jsonl）"
            return text[: _CELL_CHARACTERS - len(mark)] + mark
        return text


def _is_exact(text: str) -> bool:
    return sum(character.isdigit() for character in text.lstrip("-0.")) <= _EXACT_DIGITS


def _write_about(book: Any, about: About, count: int, shortened: int) -> None:
    sheet = book.add_worksheet("说明")
    bold = book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    lines = about.lines(count)
    if shortened:
        lines.append(
            (
                "截短的单元格",
                f"{shortened} 个（超过 Excel 单元格 {_CELL_CHARACTERS} 字的上限，完整内容请导出 csv 或 jsonl）",
            )
        )
    for row, (title, text) in enumerate(lines):
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 1, text, wrap)
