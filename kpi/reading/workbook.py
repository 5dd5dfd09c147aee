"""The cells of an XLSX workbook through openpyxl, without what else a workbook may make it build.

`openpyxl.load_workbook` makes an object for every place of a merged range or of a linked one (A1:XFD1048576 has 17 thousand
million), and opens pictures and charts. Here the merged ranges stay ranges, and links, comments, pictures, pivot tables
and other workbooks that this one refers to are not looked at.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import WorksheetReader

Place = tuple[int, int]
"""Row and column, 1-based."""
Range = tuple[int, int, int, int]
"""A merged range: first row, first column, last row, last column, 1-based."""


@dataclass(slots=True)
class SheetContents:
    """One sheet: values with their number formats by place, and merged ranges."""

    name: str
    visible: bool
    values: dict[Place, tuple[Any, str]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)


def read_workbook(source: io.BytesIO) -> list[SheetContents]:
    """All sheets of a workbook in order, as last calculated; raises what openpyxl raises on damage."""
    reader = ExcelReader(source, data_only=True, keep_links=False)
    try:
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        return [
            _read_sheet(reader, sheet, part.target)
            if "chartsheet" not in part.Type
            else SheetContents(sheet.name, visible=False)
            for sheet, part in reader.parser.find_sheets()
            if part.target in reader.valid_files
        ]
    finally:
        reader.archive.close()


def _read_sheet(reader: Any, sheet: Any, part: str) -> SheetContents:
    contents = SheetContents(sheet.name, sheet.state == "visible")
    if not contents.visible:
        return contents
    worksheet = reader.wb.create_sheet(sheet.name)
    with reader.archive.open(part) as stream:
        rows = WorksheetReader(worksheet, stream, reader.shared_strings, data_only=True, rich_text=False)
        rows.bind_cells()
    # the public iterators would make a cell for every empty place up to the last used one
    for place, cell in getattr(worksheet, "_cells", {}).items():
        if cell.value is not None:
            contents.values[place] = (cell.value, cell.number_format)
    merged = rows.parser.merged_cells
    for found in merged.mergeCell if merged is not None else ():
        bounds = (found.min_row, found.min_col, found.max_row, found.max_col)
        contents.merged.append(bounds)
    return contents


def merged_places(used: Collection[Place], merged: Iterable[Range]) -> int:
    """How many places the merged ranges of a sheet cover, as far as it is used."""
    last_row = max((row for row, _ in used), default=0)
    last_column = max((column for _, column in used), default=0)
    return sum(
        max(0, min(bottom, last_row) - top + 1) * max(0, min(right, last_column) - left + 1)
        for top, left, bottom, right in merged
    )
