"""Files made to harm: small makers of bombs, loops and depths, each a function name → bytes in `HOSTILE`."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.pdf_objects import pdf

WORD_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = ("一级指标", "二级指标", "三级指标", "指标值")
BOMB = 450_000_000
"""Bytes: more than the limit on unpacked XML, 440 KB packed."""


def packed(members: dict[str, bytes | int]) -> bytes:
    """A ZIP file; a number stands for that many zeros, which are never held in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            with archive.open(name, "w") as target:
                if isinstance(data, bytes):
                    target.write(data)
                else:
                    for _ in range(data // 1_000_000):
                        target.write(b" " * 1_000_000)
    return buffer.getvalue()


def docx(body: str, *, prolog: str = "", **extra: bytes) -> bytes:
    """A Word file with this XML in its body."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<w:document xmlns:w="{WORD_NS}"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode(), **extra})


def word_row(*texts: str, properties: str = "") -> str:
    """A table row with a cell for each text."""
    cells = (f"<w:tc>{properties}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in texts)
    return f"<w:tr>{''.join(cells)}</w:tr>"


def word_table(*rows: str) -> str:
    """A table of rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(sheet: str | int, *, prolog: str = "", relations: str = "", **extra: bytes | int) -> bytes:
    """A workbook of one sheet with this XML inside `worksheet` (a number: so many blanks instead)."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<worksheet xmlns="{SHEET_NS}" xmlns:r="{_RELATION}">'
    data: bytes | int = sheet if isinstance(sheet, int) else f"{head}{sheet}</worksheet>".encode()
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    members: dict[str, bytes | int] = {
        "[Content_Types].xml": _TYPES.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET_NS}" xmlns:r="{_RELATION}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": data,
        **extra,
    }
    if relations:
        members["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{package}">{relations}</Relationships>'.encode()
        )
    return packed(members)


def sheet_row(number: int, *texts: str) -> str:
    """A row of texts."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'


ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a0 "绩效指标">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))
    + "]>"
)
"""绩效指标 ten thousand million times."""


def lying_zip(name: str) -> bytes:
    """A package whose directory says that a part has 10 bytes, and that unpacks to 450 million."""
    data = bytearray(packed({name: BOMB}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def nested_zip(depth: int, width: int = 10) -> bytes:
    """Archives in archives, each with `width` copies of the next: width ** depth documents."""
    data = packed({"绩效.txt": b" " * 1_000_000})
    for _ in range(depth):
        data = packed({f"{number}.zip": data for number in range(width)})
    return data


# --- PDF --------------------------------------------------------------------------------------------------------------


def pdf_page(content: bytes, resources: str = "", box: str = "0 0 595 842", extra: list[bytes] | None = None) -> bytes:
    """A PDF of one page with this content stream; `extra` objects are numbered from 5."""
    packed_content = zlib.compress(content)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<{resources}>>>>".encode(),
            b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed_content) + packed_content + b"\nendstream",
            *(extra or []),
        ]
    )


def form(content: bytes, resources: str = "") -> bytes:
    """A form XObject."""
    head = f"<</Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<<{resources}>>/Length {len(content)}>>stream\n"
    return head.encode() + content + b"\nendstream"


def pdf_looped_pages() -> bytes:
    """A page tree that contains itself."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 100000/Parent 3 0 R>>",
            b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 100000/Parent 2 0 R>>",
        ]
    )


def pdf_self_referencing_form() -> bytes:
    """A form that draws itself."""
    return pdf_page(b"/F Do", "/XObject<</F 5 0 R>>", extra=[form(b"0 0 m 9 9 l S /F Do", "/XObject<</F 5 0 R>>")])


def pdf_forms_in_forms(depth: int = 5, width: int = 30) -> bytes:
    """Forms that draw the next form many times: width ** depth lines."""
    forms = [
        form(b"/F Do " * width, f"/XObject<</F {6 + level} 0 R>>") if level < depth else form(b"0 0 m 9 9 l S")
        for level in range(depth + 1)
    ]
    return pdf_page(b"/F Do", "/XObject<</F 5 0 R>>", extra=forms)


def pdf_many_objects(count: int = 300_000) -> bytes:
    """A page that draws very many lines."""
    return pdf_page(b"BT /F1 9 Tf (x) Tj ET\n" + b"0 0 m 9 9 l S\n" * count)


def pdf_many_rulings(count: int = 8_000) -> bytes:
    """A net of so many level and so many upright lines."""
    lines = [b"%d 0 m %d 842 l S\n" % (n % 595, n % 595) for n in range(count)]
    lines += [b"0 %.2f m 595 %.2f l S\n" % (n * 842 / count, n * 842 / count) for n in range(count)]
    return pdf_page(b"".join(lines))


def pdf_huge_object_count(count: int = 300_000) -> bytes:
    """A file of very many objects that nobody refers to."""
    return pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
         b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>", *([b"null"] * count)]
    )  # fmt: skip


def html_table(cells: str) -> bytes:
    """A page with one table."""
    return f"<html><body><table>{cells}</table></body></html>".encode()


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    # name → (ending, maker)
    "word_bomb": (".docx", lambda: packed({"word/document.xml": BOMB})),
    "word_bomb_with_a_false_size": (".docx", lambda: lying_zip("word/document.xml")),
    "word_entities": (".docx", lambda: docx("<w:p><w:r><w:t>&a10;</w:t></w:r></w:p>", prolog=ENTITIES)),
    "word_entities_in_attributes": (
        ".docx", lambda: docx('<w:tbl w:x="&a10;"><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>', prolog=ENTITIES)
    ),
    "word_external_entity": (
        ".docx",
        lambda: docx(
            "<w:p><w:r><w:t>绩效&x;</w:t></w:r></w:p>",
            prolog='<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        ),
    ),
    "word_depth": (".docx", lambda: docx("<w:sdt><w:sdtContent>" * 700 + "</w:sdtContent></w:sdt>" * 700)),
    "word_nested_tables": (
        ".docx", lambda: docx("<w:tbl><w:tr><w:tc>" * 300 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 300)
    ),
    "word_wide_span": (
        ".docx",
        lambda: docx(
            word_table(word_row(*HEADER), *[word_row("x", properties='<w:tcPr><w:gridSpan w:val="999999"/></w:tcPr>')] * 9)
        ),
    ),
    "word_endless_span": (
        ".docx",
        lambda: docx(word_table(word_row("x", properties=f'<w:tcPr><w:gridSpan w:val="{"9" * 5000}"/></w:tcPr>'))),
    ),
    "word_long_cell": (".docx", lambda: docx(word_table(word_row(*HEADER), word_row("长" * 3_000_000)))),
    "sheet_bomb": (".xlsx", lambda: xlsx(BOMB)),
    "sheet_bomb_in_styles": (".xlsx", lambda: xlsx("<sheetData/>", **{"xl/styles.xml": BOMB})),
    "sheet_entities": (
        ".xlsx",
        lambda: xlsx(
            '<sheetData><row><c t="inlineStr"><is><t>&a10;</t></is></c></row></sheetData>', prolog=ENTITIES
        ),
    ),
    "sheet_20000_columns": (
        ".xlsx",
        lambda: xlsx("<sheetData>" + "".join(sheet_row(n, *["绩效"] * 20_000) for n in range(1, 4)) + "</sheetData>"),
    ),
    "sheet_16384_columns": (
        ".xlsx",
        lambda: xlsx("<sheetData>" + "".join(sheet_row(n, *["绩效"] * 16_384) for n in range(1, 4)) + "</sheetData>"),
    ),
    "sheet_merged_whole": (
        ".xlsx",
        lambda: xlsx(
            f"<sheetData>{sheet_row(1, *HEADER)}{sheet_row(2, '产出', '数量', '数', '1')}</sheetData>"
            '<mergeCells><mergeCell ref="A3:XFD1048576"/><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        ),
    ),
    "sheet_linked_whole": (
        ".xlsx",
        lambda: xlsx(
            f"<sheetData>{sheet_row(1, *HEADER)}{sheet_row(2, '产出', '数量', '数', '1')}</sheetData>"
            '<hyperlinks><hyperlink ref="A1:XFD1048576" r:id="rId9"/></hyperlinks>',
            relations='<Relationship Id="rId9" TargetMode="External" Type="x" Target="http://127.0.0.1:9/"/>',
        ),
    ),
    "sheet_overlapping_merges": (
        ".xlsx",
        lambda: xlsx(
            "<sheetData>" + "".join(sheet_row(n, *["绩效"] * 50) for n in range(1, 600)) + "</sheetData><mergeCells>"
            + '<mergeCell ref="A1:AX599"/>' * 300 + "</mergeCells>"
        ),
    ),
    "sheet_100_mb_cell": (
        ".xlsx", lambda: xlsx(f"<sheetData>{sheet_row(1, *HEADER)}{sheet_row(2, 'x' * 100_000_000)}</sheetData>")
    ),
    "sheet_open_tags": (".xlsx", lambda: xlsx("<sheetData>" + "<c " * 1_000_000)),
    "html_depth": (".html", lambda: b"<html><body>" + b"<div>" * 100_000 + "绩效".encode()),
    "html_nested_tables": (".html", lambda: b"<html><body>" + b"<table><tr><td>" * 100_000 + "绩效".encode()),
    "html_nested_fonts_in_cells": (
        ".html", lambda: html_table("<tr><td>" + "<font>" * 20_000 + "绩效" + "</td><td>x</td></tr>")
    ),
    "html_spans": (".html", lambda: html_table('<tr><td colspan="1000" rowspan="1000">x</td></tr>' * 20_000)),
    "html_overlapping_spans": (
        ".html", lambda: html_table('<tr><td>x<td rowspan="0" colspan="999">x</tr>' + "<tr><td colspan=1000>x</tr>" * 400)
    ),
    "html_entities": (
        ".html", (ENTITIES + '<html xmlns="http://www.w3.org/1999/xhtml"><body>&a10;</body></html>').encode
    ),
    "html_long_number": (".html", lambda: html_table(f'<tr><td colspan="{"9" * 100_000}">x</td></tr>')),
    "svg_entities": (".html", (ENTITIES + '<svg xmlns="http://www.w3.org/2000/svg"><text>&a10;</text></svg>').encode),
    "pdf_looped_pages": (".pdf", pdf_looped_pages),
    "pdf_self_referencing_form": (".pdf", pdf_self_referencing_form),
    "pdf_forms_in_forms": (".pdf", pdf_forms_in_forms),
    "pdf_many_lines": (".pdf", pdf_many_objects),
    "pdf_many_rulings": (".pdf", pdf_many_rulings),
    "pdf_many_objects": (".pdf", pdf_huge_object_count),
    "pdf_huge_page": (".pdf", lambda: pdf_page(b"(x) Tj", box="0 0 14400000 14400000")),
    "pdf_digits_after_the_end": (".pdf", lambda: pdf_page(b"") + b"1" * 400_000),
    "pdf_open_kids": (".pdf", lambda: b"%PDF-1.4\n" + b"/Kids[" * 200_000 + b"\n%%EOF"),
    "text_one_line": (".txt", ("绩效指标 " * 100_000).encode),
    "text_tabs": (".txt", ("一级指标\t二级指标\t三级指标\t指标值\n" + "\t" * 500_000).encode),
    "text_digits": (".txt", lambda: b"1" * 2_000_000),
    "text_open_brackets": (".txt", ("绩效目标（" * 60_000).encode),
    "mht_deep": (
        ".mht", lambda: b"MIME-Version: 1.0\n" + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000)
        )
    ),
}  # fmt: skip
