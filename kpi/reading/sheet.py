"""XLSX → a page a sheet, its cells as the sheet shows them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from kpi.errors import BadInput
from kpi.model import Cell, Page, Table
from kpi.reading import Reading, Settings
from kpi.reading.number_format import display_value
from kpi.text import usual_characters

SLIM_ABOVE = 2_000_000
"""Bytes of a sheet's XML from which its empty cells are cut out before it is read: formatted but empty rows down to
row 200,000 are 100 MB of XML and 40 s in openpyxl, 1 s without them."""
LARGEST_SHEET = 300_000_000
"""Bytes of a sheet's XML."""
_EMPTY_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*/>|<(?:\w+:)?c\b[^>]*[^/>]></(?:\w+:)?c>")
_EMPTY_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*/>|<(?:\w+:)?row\b[^>]*[^/>]>\s*</(?:\w+:)?row>")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_DAMAGE = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, RuntimeError, OSError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl raises on a damaged workbook (its XML errors are SyntaxErrors)."""

DENSE_CELLS = 300_000
"""Places of a used area up to which its empty cells are given too; beyond, only cells with text or spans."""

Place = tuple[int, int]
"""Row and column, 1-based."""
Range = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column, 1-based."""


def open_sheet(path: Path, settings: Settings) -> Reading:  # noqa: ARG001
    """Open an XLSX workbook; hidden sheets (drop-down lists, drafts) are not read, hidden rows and columns are.

    Raises:
        BadInput: the workbook or one of its sheets is damaged or too large.
    """
    import openpyxl

    source = _slim(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drop-downs and pictures that it leaves out
            # from memory: openpyxl leaves the file open when a part of it is damaged
            data = source if isinstance(source, io.BytesIO) else io.BytesIO(source.read_bytes())
            workbook = openpyxl.load_workbook(data, data_only=True)
    except _DAMAGE as error:
        raise BadInput(
            "Excel 文件中的工作表已损坏", where=f"{path.name}{_broken_sheet(path)}", found=str(error) or type(error).__name__,
            advice="请用 Excel 或 WPS 打开修复后另存", code="damaged_xlsx",
        ) from error  # fmt: skip
    return Reading("xlsx", len(workbook.sheetnames), _pages(workbook))


def _slim(path: Path) -> Path | io.BytesIO:
    """The workbook itself, or a copy in memory without the empty cells of its large sheets."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            sheets = [info for info in infos if _SHEET_PART.fullmatch(info.filename)]
            largest = max((info.file_size for info in sheets), default=0)
            if largest > LARGEST_SHEET:
                raise BadInput(
                    "Excel 工作表过大",
                    where=path.name,
                    found=f"{largest} 字节",
                    advice="请拆分后再解析",
                    code="too_large",
                )
            if largest <= SLIM_ABOVE:
                return path
            copy = io.BytesIO()
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
                for info in infos:
                    data = archive.read(info)
                    if info in sheets:
                        data = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", data))
                    target.writestr(info.filename, data)
    except _DAMAGE as error:
        raise BadInput(
            "Excel 文件已损坏，不是完整的 XLSX", where=path.name, found=str(error),
            advice="请用 Excel 或 WPS 打开修复后另存", code="damaged_xlsx",
        ) from error  # fmt: skip
    copy.seek(0)
    return copy


def _broken_sheet(path: Path) -> str:
    """Which part of the workbook is not well-formed, for the message."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                try:
                    etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, huge_tree=True))
                except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error):
                    return f" 中的 {name}"
    return ""


def _pages(workbook: Any) -> Iterator[Page]:
    for number, name in enumerate(workbook.sheetnames, start=1):
        sheet = workbook[name]
        if sheet.sheet_state == "visible":
            yield sheet_to_page(*_contents(sheet), number, name)


def _contents(sheet: Any) -> tuple[dict[Place, str], list[Range]]:
    """Texts by place, and merged ranges."""
    texts: dict[Place, str] = {}
    # the public iterators would make a cell for every empty place up to the last used one
    for place, cell in getattr(sheet, "_cells", {}).items():
        text = display_value(cell.value, getattr(cell, "number_format", "General"))
        text = usual_characters(text).replace("_x000D_", "").replace("\r\n", "\n").strip()
        if text:
            texts[place] = text
    return texts, [(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges]


def sheet_to_page(texts: dict[Place, str], merged: list[Range], number: int, name: str) -> Page:
    """A sheet's texts and merged ranges as one table; titles above it become the lines before it.

    Of several blank rows in a row one is kept.
    """
    if not texts:
        return Page(number, name=name)
    titles = _title_rows(texts)
    lines = tuple(line for row in titles for _, text in _row_texts(texts, row) for line in text.split("\n"))
    body = {place: text for place, text in texts.items() if place[0] not in titles}
    if not body:
        return Page(number, lines=lines, name=name)
    first, last = min(c for _, c in body), max(c for _, c in body)
    if first == last:
        # one column holds prose (封面, 目录, 情况说明)
        return Page(
            number, lines=(*lines, *(line for _, text in sorted(body.items()) for line in text.split("\n"))), name=name
        )
    rows = _kept_rows(body, merged)
    cells = tuple(sorted(_cells(body, merged, rows, (first, last)), key=lambda cell: (cell.row, cell.column)))
    table = Table(cells, len(rows), last - first + 1, number, "sheet", before=lines)
    return Page(number, (table,), lines, name=name)


def _cells(body: dict[Place, str], merged: list[Range], rows: list[int], columns: Place) -> Iterator[Cell]:
    """The cells of the kept rows, merged ones cut to the used area; rows and columns counted from its corner."""
    first, last = columns
    places = {row: index for index, row in enumerate(rows)}
    covered: set[Place] = set()
    for top, left, bottom, right in merged:
        inside = [row for row in range(top, min(bottom, rows[-1]) + 1) if row in places]
        start, stop = max(left, first), min(right, last) + 1
        if inside and start < stop:
            yield Cell(places[inside[0]], start - first, body.get((top, left), ""), len(inside), stop - start)
            covered.update((row, column) for row in inside for column in range(start, stop))
    dense = len(rows) * (last - first + 1) <= DENSE_CELLS
    wanted = ((row, column) for row in rows for column in range(first, last + 1)) if dense else body
    for row, column in wanted:
        if (row, column) not in covered:
            yield Cell(places[row], column - first, body.get((row, column), ""))


def _title_rows(texts: dict[Place, str]) -> set[int]:
    """Rows at the top that hold a single text: title, year, 部门名称, 单位：万元."""
    counts: dict[int, int] = {}
    for row, _ in texts:
        counts[row] = counts.get(row, 0) + 1
    titles: set[int] = set()
    for row in sorted(counts):
        if counts[row] > 1:
            return titles
        titles.add(row)
    return set()


def _row_texts(texts: dict[Place, str], row: int) -> list[tuple[Place, str]]:
    return sorted((place, text) for place, text in texts.items() if place[0] == row)


def _kept_rows(body: dict[Place, str], merged: list[Range]) -> list[int]:
    """Rows from the first text to the last, of a run of blank ones only the first."""
    used = {row for row, _ in body}
    last = max(used)
    for top, left, bottom, _ in merged:
        if (top, left) in body:
            used.update(range(top, min(bottom, last) + 1))
    return sorted(used | {row + 1 for row in used if row < last})
