"""XLSX: a sheet a table with its title and 部门名称 above, merged ranges, amounts as numbers or text."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from tests.generator.archive import freeze_archive
from tests.generator.blocks import Block, Cell, Grid, PageBreak, Text
from tests.generator.pagination import PageStyle, Paginator

CHARACTER = 5.2
"""Points of one unit of column width, on the safe side so that rows are high enough for their text."""


def sheet_name(taken: list[str], wanted: str) -> str:
    """A name of at most 31 letters that no other sheet has."""
    name, number = wanted[:28], 1
    while name in taken:
        number += 1
        name = f"{wanted[:26]}{number}"
    return name


def as_number(cell: Cell) -> tuple[float, str] | None:
    """The number that a spreadsheet would hold for the cell and its format, if it is one: amounts, 95%, 10."""
    if cell.number and re.fullmatch(r"\d+\.\d\d", cell.text):
        return float(cell.text), "0.00"
    if re.fullmatch(r"\d{1,3}(\.\d{1,2})?%", cell.text):
        decimals = len(cell.text.partition(".")[2].rstrip("%"))
        return round(float(cell.text[:-1]) / 100, decimals + 2), f"0.{'0' * decimals}%" if decimals else "0%"
    if re.fullmatch(r"[1-9]\d{0,2}(\.\d*[1-9])?", cell.text):
        return float(cell.text), "General"
    return None


def write_grid(sheet: Any, grid: Grid, top: int, *, as_numbers: bool) -> int:
    """Write title, lines and cells from row `top` (1-based); gives the first free row."""
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    for line, size in [(grid.title, 16)] * bool(grid.title) + [(text, 10) for text in grid.lines_above]:
        sheet.cell(top, 1, line).font = Font(size=size)
        sheet.cell(top, 1).alignment = Alignment(
            horizontal="center" if size == 16 or line.startswith("（") else "left", vertical="center"
        )
        sheet.merge_cells(start_row=top, start_column=1, end_row=top, end_column=grid.column_count)
        top += 1
    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for cell in grid.cells:
        row, column = top + cell.row, 1 + cell.column
        number = as_number(cell) if as_numbers else None
        value: object = number[0] if number else cell.text or None
        target = sheet.cell(row, column, value)
        if isinstance(value, str):
            target.data_type = "s"  # `=58台` is a text, not a formula
        if number:
            target.number_format = number[1]
        target.alignment = Alignment(
            horizontal=cell.align, vertical="center", wrap_text=True, text_rotation=255 if cell.vertical else 0
        )
        target.font = Font(size=9, bold=cell.bold)
        if cell.row_span > 1 or cell.column_span > 1:
            end_row, end_column = row + cell.row_span - 1, column + cell.column_span - 1
            sheet.merge_cells(start_row=row, start_column=column, end_row=end_row, end_column=end_column)
        if grid.ruled:
            for spanned_row in range(row, row + cell.row_span):
                for spanned_column in range(column, column + cell.column_span):
                    sheet.cell(spanned_row, spanned_column).border = border
    scale = sum(max(4.0, width * 9) for width in grid.widths) * CHARACTER
    for row, height in enumerate(Paginator(grid, PageStyle(), scale).heights):
        sheet.row_dimensions[top + row].height = height
    for place, width in enumerate(grid.widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(4.0, width * 9)
    return top + grid.row_count


def render_xlsx(blocks: list[Block], path: Path, seed: int) -> None:
    """Write the document as a workbook; text before the tables stands on sheets of its own."""
    import openpyxl
    from openpyxl.worksheet.properties import PageSetupProperties

    rng = random.Random(seed * 7919 + 3)
    as_numbers, stacked = rng.random() < 0.6, rng.random() < 0.4
    book = openpyxl.Workbook()
    text_sheet, row = book.active, 1
    text_sheet.title = "封面"
    grid_sheet: Any = None
    grid_row = 1
    for block in blocks:
        if isinstance(block, PageBreak):
            continue
        if isinstance(block, Text):
            if block.kind == "title" or (grid_sheet is not None and block.kind == "heading" and not stacked):
                text_sheet, row = (
                    book.create_sheet(
                        sheet_name(book.sheetnames, re.sub(r"[\\/*?:\[\]]", "", block.text.replace(" ", "")))
                    ),
                    1,
                )
            if grid_sheet is not None and block.kind in ("note", "heading"):
                grid_sheet.cell(grid_row + 1, 1, block.text)
                grid_row += 2
                continue
            text_sheet.cell(row, 1, block.text)
            row += 1
            continue
        own_kind = grid_sheet is not None and stacked and grid_sheet.title.startswith(block.sheet)
        if not own_kind:
            grid_sheet, grid_row = book.create_sheet(sheet_name(book.sheetnames, block.sheet)), 1
            grid_sheet.page_setup.orientation = "landscape" if block.landscape else "portrait"
            grid_sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            grid_sheet.page_setup.fitToHeight = 0
        grid_row = write_grid(grid_sheet, block, grid_row, as_numbers=as_numbers) + 1
    for name in [sheet.title for sheet in book if sheet.max_row == 1 and sheet["A1"].value is None]:
        del book[name]
    book.save(path)
    freeze_archive(path)
