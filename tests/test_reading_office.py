"""Word and Excel files, new and old, and files that are not what their name says."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from kpi.errors import BadInput, MissingDependency
from kpi.model import Page, Table
from kpi.reading import detect_format, open_file, read_pages
from kpi.reading.office import find_libreoffice

CORPUS = Path(__file__).resolve().parents[1] / "corpus"

needs_libreoffice = pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed")


def read_one(path: Path) -> Page:
    (page,) = read_pages(path)
    return page


def places(table: Table) -> dict[tuple[int, int], tuple[str, int, int]]:
    return {(cell.row, cell.column): (cell.text, cell.row_span, cell.column_span) for cell in table.cells}


def rows(table: Table) -> list[list[str]]:
    grid = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


# --- Word --------------------------------------------------------------------------------------------------------------


def word(folder: Path, body: str) -> Page:
    """A Word file whose body is the given XML."""
    document: Any = docx.Document()
    element = document.element.body
    for child in list(element):
        element.remove(child)
    for child in parse_xml(f"<w:body {nsdecls('w')} xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math' xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' xmlns:v='urn:schemas-microsoft-com:vml'>{body}</w:body>"):  # fmt: skip
        element.append(child)
    path = folder / "a.docx"
    document.save(path)
    return read_one(path)


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*parts: str) -> str:
    return f"<w:tbl>{''.join(parts)}</w:tbl>"


DOWN, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_word_spans(tmp_path: Path) -> None:
    page = word(
        tmp_path,
        p("项目绩效目标表")
        + tbl(
            tr(tc("一级", DOWN), tc("二级和三级", '<w:gridSpan w:val="2"/>'), tc("值")),
            tr(tc("", ON), tc("二级", DOWN), tc("三级"), tc("≥1")),
            tr(tc("", ON), tc("", ON), tc("三级乙"), tc("≥2")),
            tr(tc("满意度", DOWN), tc("群众"), tc("满意"), tc("≥90%")),
        ),
    )
    (table,) = page.tables
    assert places(table) == {
        (0, 0): ("一级", 3, 1), (0, 1): ("二级和三级", 1, 2), (0, 3): ("值", 1, 1),
        (1, 1): ("二级", 2, 1), (1, 2): ("三级", 1, 1), (1, 3): ("≥1", 1, 1),
        (2, 2): ("三级乙", 1, 1), (2, 3): ("≥2", 1, 1),
        (3, 0): ("满意度", 1, 1), (3, 1): ("群众", 1, 1), (3, 2): ("满意", 1, 1), (3, 3): ("≥90%", 1, 1),
    }  # fmt: skip
    assert (table.row_count, table.column_count, table.page, table.style) == (4, 4, None, "word")
    assert table.before == ("项目绩效目标表",)
    assert page.lines == ("项目绩效目标表",)


def test_word_rows_that_begin_late_and_old_merges_across(tmp_path: Path) -> None:
    page = word(
        tmp_path,
        tbl(
            tr(tc("a"), tc("b", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("d")),
            tr(tc("x"), properties='<w:gridBefore w:val="2"/>'),
        ),
    )
    assert places(page.tables[0]) == {
        (0, 0): ("a", 1, 1), (0, 1): ("b", 1, 2), (0, 3): ("d", 1, 1), (1, 2): ("x", 1, 1)
    }  # fmt: skip


def test_word_tracked_changes_show_the_final_text(tmp_path: Path) -> None:
    changed = "<w:p><w:r><w:t>≥</w:t></w:r><w:del><w:r><w:delText>90</w:delText></w:r></w:del><w:ins><w:r><w:t>95</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:r><w:t>%</w:t></w:r></w:p>"
    page = word(
        tmp_path,
        changed + tbl(tr(tc("留")), tr(tc("删"), properties="<w:del/>"), tr(f"<w:tc><w:tcPr/>{changed}</w:tc>")),
    )
    assert page.lines == ("≥95%",)
    assert rows(page.tables[0]) == [["留"], ["≥95%"]]


def test_word_content_controls_hidden_text_breaks_symbols_and_formulas(tmp_path: Path) -> None:
    cell = (
        "<w:tc><w:tcPr/><w:sdt><w:sdtContent><w:p><w:r><w:t>培训</w:t><w:br/><w:t>次数</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>可见</w:t></w:r></w:p></w:tc>"
    )
    target = (
        '<w:tc><w:tcPr/><w:p><w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>5</w:t></w:r></w:p>'
        "<w:p><m:oMath><m:r><m:t>≤</m:t></m:r></m:oMath><w:r><w:t>8</w:t><w:noBreakHyphen/><w:t>9</w:t></w:r></w:p></w:tc>"
    )
    page = word(
        tmp_path,
        f"<w:sdt><w:sdtContent>{tbl(f'<w:sdt><w:sdtContent>{tr(cell, target)}</w:sdtContent></w:sdt>')}</w:sdtContent></w:sdt>",
    )
    assert rows(page.tables[0]) == [["培训\n次数\n可见", "≥5\n≤8-9"]]


def test_word_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('框内标题')}{tbl(tr(tc('甲'), tc('乙')))}</w:txbxContent>"
    page = word(
        tmp_path,
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
        f"{box}</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    assert page.lines == ("框内标题",)
    assert [rows(table) for table in page.tables] == [[["甲", "乙"]]]


def test_word_nested_tables_follow_the_outer(tmp_path: Path) -> None:
    inner = tbl(tr(tc("内甲"), tc("内乙")))
    page = word(tmp_path, p("前") + tbl(tr(tc("外"), f"<w:tc><w:tcPr/>{p('格')}{inner}</w:tc>")) + p("后"))
    assert [rows(table) for table in page.tables] == [[["外", "格"]], [["内甲", "内乙"]]]
    assert page.lines == ("前", "后")


def test_word_corpus() -> None:
    page = read_one(CORPUS / "jinzhou-2026.docx")
    tables = [table for table in page.tables if any("三级指标" in cell.text for cell in table.cells)]
    assert len(tables) == 5
    assert {table.before[-1] for table in tables} >= {"4、医疗保险专项经费绩效目标表"}
    assert places(tables[-1])[8, 0] == ("产出指标", 4, 1)
    # eight rows of block and header above the indicators: the document prints 32 indicators of 5 projects
    assert sum(table.row_count - 8 for table in tables) == 32


# --- workbooks ---------------------------------------------------------------------------------------------------------


def workbook(folder: Path, fill: Any, name: str = "a.xlsx") -> Path:
    book = openpyxl.Workbook()
    fill(book)
    path = folder / name
    book.save(path)
    return path


def test_sheet_titles_merged_cells_and_shown_numbers(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.title = "绩效"
        for row in (
            ["项目绩效目标表"],
            ["单位：万元"],
            ["名称", "指标", None, "值"],
            ["甲", "数量", "次数", 0.95],
            [None, "质量", "合格率", 12.5],
        ):
            sheet.append(row)
        for area in ("A1:D1", "B3:C3", "A4:A5"):
            sheet.merge_cells(area)
        sheet["D4"].number_format = "0%"
        sheet["D5"].number_format = "0.00"

    page = read_one(workbook(tmp_path, fill))
    (table,) = page.tables
    assert (page.number, page.name, table.style) == (1, "绩效", "sheet")
    assert table.before == page.lines == ("项目绩效目标表", "单位：万元")
    assert places(table) == {
        (0, 0): ("名称", 1, 1), (0, 1): ("指标", 1, 2), (0, 3): ("值", 1, 1),
        (1, 0): ("甲", 2, 1), (1, 1): ("数量", 1, 1), (1, 2): ("次数", 1, 1), (1, 3): ("95%", 1, 1),
        (2, 1): ("质量", 1, 1), (2, 2): ("合格率", 1, 1), (2, 3): ("12.50", 1, 1),
    }  # fmt: skip


def test_hidden_sheets_are_left_out_and_numbers_stay(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.append(["封面"])
        book.create_sheet("选项").append(["是", "否"])
        book["选项"].sheet_state = "hidden"
        book.create_sheet("表").append(["a", "b"])

    path = workbook(tmp_path, fill)
    assert [(page.number, page.name) for page in read_pages(path)] == [(1, "Sheet"), (3, "表")]
    assert open_file(path).page_count == 3
    assert next(read_pages(path)).lines == ("封面",)


def test_blank_rows_shrink_to_one_and_a_far_cell_does_no_harm(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.append(["a", "b"])
        book.active["A900000"] = "注"

    (table,) = read_one(workbook(tmp_path, fill)).tables
    assert rows(table) == [["a", "b"], ["", ""], ["注", ""]]


def test_hundreds_of_thousands_of_formatted_empty_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda book: book.active.append(["三级指标", "指标值"]))
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"></c></row>' for n in range(2, 200_002))
    _replace_in_zip(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("</sheetData>", blank + "</sheetData>"))
    (table,) = read_one(path).tables
    assert rows(table) == [["三级指标", "指标值"]]


def _replace_in_zip(path: Path, member: str, change: Any) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_broken_sheet_is_named(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.append(["a"])
        book.create_sheet().append(["b"])

    path = workbook(tmp_path, fill)
    _replace_in_zip(path, "xl/worksheets/sheet2.xml", lambda xml: xml[: len(xml) // 2])
    with pytest.raises(BadInput) as caught:
        open_file(path)
    assert caught.value.code == "damaged_xlsx"
    assert "sheet2.xml" in caught.value.where
    assert caught.value.advice


def test_workbook_corpus() -> None:
    pages = list(read_pages(CORPUS / "xuchang-2026.xlsx"))
    (table,) = pages[-1].tables
    assert (len(pages), pages[-1].name, table.column_count) == (17, "14项目绩效目标汇总表", 14)
    assert places(table)[5, 0] == ("411000260000000020402", 20, 1)
    assert table.before[0] == "2026年预算项目绩效目标汇总表"


# --- old files ---------------------------------------------------------------------------------------------------------


def convert(path: Path, target: str) -> Path:
    program = find_libreoffice()
    assert program is not None
    profile = path.parent / "profile"
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(path.parent),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.with_suffix("." + target)


@needs_libreoffice
def test_old_workbook_is_the_new_one(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["名称", "指标", "值"])
        sheet.append(["甲", "合格率", 0.95])
        sheet.append([None, "金额", 1234.5])
        sheet.append([None, "完成", None])
        sheet.merge_cells("A2:A4")
        sheet["C2"].number_format = "0%"
        sheet["C3"].number_format = "#,##0.00"
        sheet["C4"] = date(2026, 12, 31)
        sheet["C4"].number_format = 'yyyy"年"m"月"d"日"'
        book.create_sheet("藏").append(["x", "y"])
        book["藏"].sheet_state = "hidden"

    path = workbook(tmp_path, fill)
    old = convert(path, "xls")
    assert detect_format(old) == "xls"
    (theirs,), (ours,) = list(read_pages(path)), list(read_pages(old))
    assert places(ours.tables[0]) == places(theirs.tables[0])
    assert rows(ours.tables[0]) == [
        ["名称", "指标", "值"],
        ["甲", "合格率", "95%"],
        ["", "金额", "1,234.50"],
        ["", "完成", "2026年12月31日"],
    ]
    data = old.read_bytes()
    for size, code in ((3000, "unsupported_format"), (len(data) - 3000, "damaged_xls")):
        old.write_bytes(data[:size] if size == 3000 else data[:1024] + bytes(3000) + data[4024:])
        with pytest.raises(BadInput) as caught:
            list(read_pages(old))
        assert caught.value.code == code


@needs_libreoffice
def test_old_word_file_of_the_corpus_is_the_new_one() -> None:
    old, new = (read_one(CORPUS / f"jinzhou-2026{suffix}") for suffix in (".doc", ".docx"))
    assert old.tables == new.tables
    assert old.lines == new.lines


@needs_libreoffice
@pytest.mark.parametrize("target", ["rtf", "odt"])
def test_other_text_documents(tmp_path: Path, target: str) -> None:
    page = word(tmp_path, p("标题") + tbl(tr(tc("三级指标"), tc("指标值")), tr(tc("次数"), tc("≥1"))))
    other = convert(tmp_path / "a.docx", target)
    renamed = other.rename(other.with_suffix(".wps"))
    assert detect_format(renamed) == target
    assert [rows(table) for table in read_one(renamed).tables] == [rows(table) for table in page.tables]


def test_without_libreoffice_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_SOFFICE", "no-such-program")
    with pytest.raises(MissingDependency) as caught:
        open_file(CORPUS / "jinzhou-2026.doc")
    assert "libreoffice-writer" in caught.value.advice
    assert caught.value.where == "jinzhou-2026.doc"


def test_old_word_file_with_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpi.reading.office.find_libreoffice", lambda: "soffice")
    data = bytearray((CORPUS / "jinzhou-2026.doc").read_bytes())
    start = next(n for n in range(512, len(data), 512) if data[n : n + 2] == b"\xec\xa5")
    data[start + 11] |= 1
    path = tmp_path / "locked.doc"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="密码"):
        open_file(path)


# --- what a file is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "renamed", "expected"),
    [
        ("xuchang-2026.xlsx", "表.pdf", "xlsx"),
        ("jinzhou-2026.docx", "表.doc", "docx"),
        ("jinzhou-2026.doc", "表.docx", "doc"),
        ("jiaozuo-2026.pdf", "表.xlsx", "pdf"),
        ("jiaozuo-2026.pdf", "没有扩展名", "pdf"),
    ],
)
def test_content_decides_not_the_name(tmp_path: Path, name: str, renamed: str, expected: str) -> None:
    path = tmp_path / renamed
    shutil.copyfile(CORPUS / name, path)
    assert detect_format(path) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param("一级指标\t指标值\n".encode("gbk"), "text", id="GBK"),
        pytest.param("一级指标\t指标值\n".encode("utf-16"), "text", id="UTF-16"),
        pytest.param(b"{\\rtf1\\ansi x}", "rtf", id="RTF"),
        pytest.param(b"Rar!\x1a\x07\x00xxxx", "rar", id="RAR"),
        pytest.param(b"7z\xbc\xaf\x27\x1cxxxx", "7z", id="7z"),
        pytest.param(b"\x89PNG\r\n\x1a\nxxxx", "image", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0xxxx", "image", id="JPEG"),
        pytest.param(b"\x00\x01\x02\x03" * 9, "binary", id="unknown"),
        pytest.param(b"\r\n<!-- x --><TABLE border=1><tr><td>a", "html", id="HTML fragment"),
        pytest.param("1 < 2, 不是网页".encode(), "text", id="text with a smaller sign"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage\0".encode("utf-16-le"),
                     "encrypted_office", id="Office file with a password"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Book\0".encode("utf-16-le"), "xls", id="Excel 5"),
    ],
)  # fmt: skip
def test_formats_by_content(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    assert detect_format(path) == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty_file", id="empty"),
        pytest.param(b" \r\n\x00\x00", "empty_file", id="blank"),
        pytest.param(b"PK\x03\x04" + b"x" * 200, "damaged_archive", id="DOCX that is no ZIP"),
        pytest.param(b"Rar!\x1a\x07\x00xxxx", "unsupported_format", id="RAR"),
        pytest.param(b"\x00\x01\x02\x03" * 9, "unsupported_format", id="binary"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage\0".encode("utf-16-le"),
                     "password_protected", id="Office file with a password"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "坏文件.docx"
    path.write_bytes(data)
    with pytest.raises(BadInput) as caught:
        open_file(path)
    error = caught.value
    assert error.code == code
    assert error.where == "坏文件.docx"
    assert error.found
    assert error.advice
    assert re.search("[\u4e00-\u9fff]", error.what)


def test_missing_path_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="文件不存在") as caught:
        open_file(tmp_path / "无.pdf")
    assert caught.value.code == "missing_path"
    with pytest.raises(BadInput, match="不是文件"):
        open_file(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_lines_unchanged(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(" 一级指标\t≥95%\r\n\r\n第二行　\x0c\n末行".encode(encoding))
    page = read_one(path)
    assert page.lines == (" 一级指标\t≥95%", "", "第二行　\x0c", "末行")
    assert (page.number, page.tables) == (None, ())


def test_text_with_damaged_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("绩效目标".encode("gbk") * 50 + b"\xff\xff" + "指标值".encode("gbk"))
    assert "绩效目标绩效目标" in read_one(path).lines[0]
