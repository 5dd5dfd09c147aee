"""DOCX: tables as Word writes them, merged cells as `gridSpan` and `vMerge`, landscape sections, repeated header rows."""

from __future__ import annotations

import random
from pathlib import Path
from xml.sax.saxutils import escape

from tests.generator.archive import freeze_archive
from tests.generator.blocks import Block, Cell, Grid, PageBreak, Text

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TABLE_WIDTH = {False: 8600, True: 13600}
"""Twentieths of a point, portrait and landscape A4 less margins."""
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def paragraph_xml(text: str, align: str, bold: bool, size: int) -> str:
    marks = "<w:b/>" if bold else ""
    run = (
        f'<w:r><w:rPr>{marks}<w:sz w:val="{size}"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        if text
        else ""
    )
    return f'<w:p><w:pPr><w:jc w:val="{align}"/></w:pPr>{run}</w:p>'


def cell_xml(cell: Cell, widths: list[int], merge: str, size: int) -> str:
    width = sum(widths[cell.column : cell.column + cell.column_span])
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    if cell.column_span > 1:
        properties += f'<w:gridSpan w:val="{cell.column_span}"/>'
    properties += {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    if cell.vertical and merge != "continue":
        properties += '<w:textDirection w:val="tbRlV"/>'
    properties += '<w:vAlign w:val="center"/>'
    texts = [""] if merge == "continue" else cell.text.split("\n")
    body = "".join(paragraph_xml(text, cell.align, cell.bold, size) for text in texts)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{body}</w:tc>"


def table_xml(grid: Grid, *, repeat_header: bool, size: int) -> str:
    total = TABLE_WIDTH[grid.landscape]
    widths = [round(total * width / sum(grid.widths)) for width in grid.widths]
    owner: dict[tuple[int, int], Cell] = {
        (row, column): cell
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    }
    rows = []
    for row in range(grid.row_count):
        cells, column = [], 0
        while column < grid.column_count:
            cell = owner[row, column]
            merge = "" if cell.row_span == 1 else ("restart" if cell.row == row else "continue")
            cells.append(cell_xml(cell, widths, merge, size))
            column += cell.column_span
        in_header = grid.header_start <= row < grid.header_start + grid.header_rows
        head = "<w:trPr><w:tblHeader/></w:trPr>" if repeat_header and in_header else ""
        rows.append(f"<w:tr>{head}{''.join(cells)}</w:tr>")
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = f"<w:tblBorders>{BORDERS}</w:tblBorders>" if grid.ruled else ""
    look = f'<w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>{borders}<w:tblLayout w:type="fixed"/></w:tblPr>'
    return f"<w:tbl {NAMESPACE}>{look}<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def render_docx(blocks: list[Block], path: Path, seed: int) -> None:
    """Write the document as DOCX."""
    import docx
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn
    from docx.shared import Pt

    rng = random.Random(seed * 7919 + 2)
    repeat_header, size = rng.random() < 0.4, rng.choice([15, 18, 18, 21])
    document = docx.Document()
    document.styles["Normal"].font.name = "宋体"
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")

    def say(text: str, points: float, *, center: bool = False, bold: bool = False) -> None:
        paragraph = document.add_paragraph()
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(points), bold
        if center:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    for block in blocks:
        if isinstance(block, PageBreak):
            section = document.add_section(WD_SECTION.NEW_PAGE)
            wide = block.landscape
            section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
            section.page_width, section.page_height = (Pt(842), Pt(595)) if wide else (Pt(595), Pt(842))
            section.left_margin = section.right_margin = Pt(72 if wide else 82)
        elif isinstance(block, Text):
            points = {"cover": 22, "title": 16, "heading": 14}.get(block.kind, 12)
            say(
                block.text,
                points,
                center=block.kind in ("cover", "title"),
                bold=block.kind in ("cover", "title", "heading"),
            )
        else:
            if block.title:
                say(block.title, 16, center=True, bold=True)
            for line in block.lines_above:
                say(line, 10, center=line.startswith("（"))
            body = document.element.body
            body.insert(len(body) - 1, parse_xml(table_xml(block, repeat_header=repeat_header, size=size)))
            say("", 9)
    document.save(str(path))
    freeze_archive(path)
