"""XLSX → a page a sheet, its cells as the sheet shows them."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from kpi.errors import BadInput
from kpi.limits import Limits
from kpi.model import Cell, Page, Table
from kpi.reading import Reading, Settings
from kpi.reading.bounds import check_package
from kpi.reading.number_format import display_value
from kpi.reading.workbook import Place, Range, SheetContents, merged_places, read_workbook
from kpi.text import usual_characters

SLIM_ABOVE = 2_000_000
"""Bytes of a sheet's XML from which its empty cells are cut out before it is read: formatted but empty rows down to
row 200,000 are 100 MB of XML and 40 s in openpyxl, 1 s without them."""
WIDEST_GAP = 30
"""Blank columns in a row that are kept: a stray character at the far right of a sheet must not make 16,384 columns."""
# a tag holds no "<", so that every search ends at the next one
_EMPTY_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*/>|<(?:\w+:)?c\b(?:[^<>]*[^<>/])?></(?:\w+:)?c>")
_EMPTY_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*/>|<(?:\w+:)?row\b(?:[^<>]*[^<>/])?>\s*</(?:\w+:)?row>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_LEFT_OUT = re.compile(
    r"xl/(?:media|drawings|charts|embeddings|externalLinks|printerSettings|pivot\w+)/", re.IGNORECASE
)
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
DAMAGE = (
    LookupError, ValueError, TypeError, AttributeError, SyntaxError, EOFError, RuntimeError, OSError,
    zipfile.BadZipFile, zlib.error, ArithmeticError,
)  # fmt: skip
"""What openpyxl raises on a damaged workbook (its XML errors are SyntaxErrors, an unknown encoding is a LookupError)."""

DENSE_CELLS = 300_000
"""Places of a used area up to which its empty cells are given too; beyond, only cells with text or spans."""


def open_sheet(path: Path, settings: Settings) -> Reading:
    """Open an XLSX workbook; hidden sheets (drop-down lists, drafts) are not read, hidden rows and columns are.

    Raises:
        BadInput: the workbook or one of its sheets is damaged.
        LimitReached: it unpacks to more, or has more cells, than allowed.
    """
    try:
        check_package(path, settings.limits, xml_only=True)
        source = _slim(path, settings.limits)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drop-downs and pictures that it leaves out
            sheets = read_workbook(source)
    except DAMAGE as error:
        raise BadInput(
            "Excel 文件中的工作表已损坏", where=f"{path.name}{_broken_sheet(path)}", found=str(error) or type(error).__name__,
            advice="请用 Excel 或 WPS 打开修复后另存", code="damaged_xlsx",
        ) from error  # fmt: skip
    return Reading("xlsx", len(sheets), _pages(sheets, settings.limits, path.name))


def _slim(path: Path, limits: Limits) -> io.BytesIO:
    """The workbook in memory (openpyxl leaves a file open when a part is damaged), large sheets without empty cells."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        sheets = [info for info in infos if _SHEET_PART.fullmatch(info.filename)]
        if max((info.file_size for info in sheets), default=0) <= SLIM_ABOVE:
            return io.BytesIO(path.read_bytes())
        copy = io.BytesIO()
        cells = 0
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
            for info in infos:
                if _LEFT_OUT.match(info.filename):
                    continue
                data = archive.read(info)
                if info in sheets:
                    data = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", data))
                    cells += sum(1 for _ in _CELL.finditer(data))
                    limits.check("cells", cells, f"{path.name} 中的 {info.filename}")
                target.writestr(info.filename, data)
    copy.seek(0)
    return copy


def _broken_sheet(path: Path) -> str:
    """Which part of the workbook is not well-formed, for the message."""
    name = ""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".xml"):
                    etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, huge_tree=True))
    except (*DAMAGE, struct.error):  # an XML error is a SyntaxError
        return f" 中的 {name}" if name else ""
    return ""


def _pages(sheets: list[SheetContents], limits: Limits, where: str) -> Iterator[Page]:
    for number, sheet in enumerate(sheets, start=1):
        if sheet.visible:
            places = len(sheet.values) + merged_places(sheet.values, sheet.merged)
            limits.check("cells", places, f"{where} 中的工作表 {sheet.name}")
            yield sheet_to_page(_texts(sheet), sheet.merged, number, sheet.name)


def _texts(sheet: SheetContents) -> dict[Place, str]:
    texts: dict[Place, str] = {}
    for place, (value, number_format) in sheet.values.items():
        text = display_value(value, number_format)
        text = usual_characters(text).replace("_x000D_", "").replace("\r\n", "\n").strip()
        if text:
            texts[place] = text
    return texts


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
    columns = _kept_columns(body, merged)
    if len(columns) == 1:
        # one column holds prose (封面, 目录, 情况说明)
        return Page(
            number, lines=(*lines, *(line for _, text in sorted(body.items()) for line in text.split("\n"))), name=name
        )
    rows = _kept_rows(body, merged)
    cells = tuple(sorted(_cells(body, merged, rows, columns), key=lambda cell: (cell.row, cell.column)))
    table = Table(cells, len(rows), len(columns), number, "sheet", before=lines)
    return Page(number, (table,), lines, name=name)


def _cells(body: dict[Place, str], merged: list[Range], rows: list[int], columns: list[int]) -> Iterator[Cell]:
    """The cells of the kept rows and columns, merged ones cut to them."""
    row_places = {row: index for index, row in enumerate(rows)}
    column_places = {column: index for index, column in enumerate(columns)}
    covered: set[Place] = set()
    for top, left, bottom, right in merged:
        down = rows[bisect_left(rows, top) : bisect_right(rows, bottom)]
        across = columns[bisect_left(columns, left) : bisect_right(columns, right)]
        if down and across:
            text = body.get((top, left), "")
            yield Cell(row_places[down[0]], column_places[across[0]], text, len(down), len(across))
            covered.update((row, column) for row in down for column in across)
    dense = len(rows) * len(columns) <= DENSE_CELLS
    wanted = ((row, column) for row in rows for column in columns) if dense else body
    for row, column in wanted:
        if (row, column) not in covered:
            yield Cell(row_places[row], column_places[column], body.get((row, column), ""))


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


def _kept_columns(body: dict[Place, str], merged: list[Range]) -> list[int]:
    """Columns from the first text to the last, of a run of blank ones the first `WIDEST_GAP`."""
    used = {column for _, column in body}
    last = max(used)
    for top, left, _, right in merged:
        if (top, left) in body:
            used.update(range(left, min(right, last) + 1))
    return sorted({near for column in used for near in range(column, min(column + WIDEST_GAP, last) + 1)})
