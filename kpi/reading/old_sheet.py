"""XLS (Excel 97 to 2003, BIFF) → a page a sheet, its cells as the sheet shows them."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from kpi.errors import BadInput
from kpi.limits import Limits
from kpi.model import Page
from kpi.reading import Reading, Settings
from kpi.reading.number_format import display_value
from kpi.reading.sheet import sheet_to_page
from kpi.reading.workbook import Place, merged_places
from kpi.text import usual_characters

_DAMAGE = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, NotImplementedError, OSError,
    EOFError, struct.error,
)  # fmt: skip
"""What xlrd raises on a damaged workbook beside its own error."""
_SECTOR_SIZES = 30
"""Where an OLE container gives the sizes of its sectors and mini sectors as powers of two ([MS-CFB] 2.2)."""
_KNOWN_SECTOR_SIZES = {(9, 6), (12, 6)}
"""All that [MS-CFB] allows; olefile goes on with others and reads sectors of up to 2^65535 bytes."""


def open_old_sheet(path: Path, settings: Settings) -> Reading:
    """Open an XLS workbook; hidden sheets are not read.

    Raises:
        BadInput: the workbook is damaged or has a password.
        LimitReached: it has more cells than allowed.
    """
    import xlrd

    try:
        # what xlrd has to say of odd records goes nowhere: a library does not print
        # ragged: one cell at the far corner must not make sixteen million empty ones
        book = xlrd.open_workbook(
            file_contents=_workbook_stream(path), formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise BadInput(
                "Excel 文件有打开密码", where=path.name, found="加密的 XLS",
                advice="请用密码打开后另存为不加密的文件", code="password_protected",
            ) from error  # fmt: skip
        raise _damaged(path, error) from error
    except _DAMAGE as error:
        raise _damaged(path, error) from error
    return Reading("xls", book.nsheets, _pages(book, settings.limits, path.name))


def _workbook_stream(path: Path) -> bytes:
    """The workbook's records out of the OLE container: xlrd's own reader of containers runs in circles on damaged ones."""
    import olefile

    with path.open("rb") as file:
        file.seek(_SECTOR_SIZES)
        sizes = struct.unpack("<2H", file.read(4))
    if sizes not in _KNOWN_SECTOR_SIZES:
        raise ValueError(f"sector sizes 2^{sizes[0]} and 2^{sizes[1]}")
    with olefile.OleFileIO(path) as container:
        for name in ("Workbook", "Book"):
            if container.exists(name):
                stream: bytes = container.openstream(name).read()
                return stream
    raise ValueError("no workbook stream")


def _damaged(path: Path, error: BaseException) -> BadInput:
    return BadInput(
        "XLS 文件已损坏，无法读取", where=path.name, found=str(error) or type(error).__name__,
        advice="请用 Excel 或 WPS 打开修复后另存为 XLSX", code="damaged_xls",
    )  # fmt: skip


def _pages(book: Any, limits: Limits, where: str) -> Iterator[Page]:
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        if sheet.visibility == 0:
            merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
            texts = _texts(book, sheet)
            limits.check("cells", len(texts) + merged_places(texts, merged), f"{where} 中的工作表 {sheet.name}")
            yield sheet_to_page(texts, merged, index + 1, sheet.name)


def _texts(book: Any, sheet: Any) -> dict[Place, str]:
    import xlrd

    texts: dict[Place, str] = {}
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            text = _cell_text(book, sheet.cell(row, column))
            text = usual_characters(text).replace("\r\n", "\n").replace("\r", "\n").strip()
            if text:
                texts[row + 1, column + 1] = text
    return texts


def _cell_text(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return display_value(bool(cell.value), "")
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    number_format = _number_format(book, cell)
    if cell.ctype == xlrd.XL_CELL_DATE:
        value = _date(cell.value, book.datemode)
        return display_value(value, number_format) if value is not None else display_value(cell.value, "General")
    return display_value(cell.value, number_format)


def _number_format(book: Any, cell: Any) -> str:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return "General"
    found = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return str(found.format_str) if found else "General"


def _date(value: float, mode: int) -> datetime | time | None:
    import xlrd

    try:
        moment: datetime = xlrd.xldate_as_datetime(value, mode)
    except (ValueError, OverflowError):
        return None
    return moment.time() if 0 <= value < 1 else moment
