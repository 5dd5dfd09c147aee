"""HTML and single-file archives: encodings, nested layout tables, spans, what is not page text."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.errors import BadInput
from kpi.model import Page, Table
from kpi.reading import detect_format, open_file

TABLE = """<table><tr><th>一级指标</th><th>二级指标</th><th>三级指标</th><th>指标值</th></tr>
<tr><td rowspan="2">产出指标</td><td>数量指标</td><td>培训次数</td><td>&ge;10次</td></tr>
<tr><td>质量指标</td><td>合格率</td><td>≥95%</td></tr></table>"""


def read(folder: Path, html: str, encoding: str = "utf-8", name: str = "page.html") -> Page:
    path = folder / name
    path.write_bytes(html.encode(encoding))
    (page,) = open_file(path).pages
    return page


def places(table: Table) -> dict[tuple[int, int], tuple[str, int, int]]:
    return {(cell.row, cell.column): (cell.text, cell.row_span, cell.column_span) for cell in table.cells}


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "gbk", "big5", "iso-8859-1", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
def test_bytes_decide_the_encoding_not_the_declaration(tmp_path: Path, encoding: str, declared: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    page = read(tmp_path, f"<html><head>{meta}<title>绩效目标表</title></head><body>{TABLE}</body></html>", encoding)
    assert places(page.tables[0])[2, 2] == ("合格率", 1, 1)
    assert page.lines[0] == "绩效目标表"


def test_xml_declaration_with_a_wrong_encoding(tmp_path: Path) -> None:
    page = read(tmp_path, f'<?xml version="1.0" encoding="gb2312"?><html><body>{TABLE}</body></html>')
    assert len(page.tables) == 1


def test_rowspan_colspan_and_entities(tmp_path: Path) -> None:
    html = """<table><tr><td colspan=2>a&nbsp;b</td><td rowspan="9">长</td></tr>
    <tr><td rowspan=0>c</td><td>d<br>e</td></tr><tr><td>f</td></tr></table>"""
    found = places(read(tmp_path, html).tables[0])
    assert found == {
        (0, 0): ("a b", 1, 2), (0, 2): ("长", 3, 1),
        (1, 0): ("c", 2, 1), (1, 1): ("d\ne", 1, 1), (2, 1): ("f", 1, 1),
    }  # fmt: skip


def test_layout_tables_are_text_and_their_tables_are_found_in_order(tmp_path: Path) -> None:
    html = f"""<table><tr><td>导航</td><td><table><tr><td><p>表一</p>{TABLE}<p>说明</p></td></tr></table></td></tr>
    <tr><td>页脚</td></tr></table>"""
    page = read(tmp_path, html)
    assert [table.row_count for table in page.tables] == [3]
    assert page.tables[0].before == ("导航", "表一")
    assert page.lines == ("导航", "表一", "说明", "页脚")


def test_a_small_table_inside_a_data_cell_stands_after_the_data_table(tmp_path: Path) -> None:
    html = TABLE.replace("培训次数", "培训次数<table><tr><td>内</td></tr></table>")
    page = read(tmp_path, html)
    assert [table.row_count for table in page.tables] == [3, 1]
    assert places(page.tables[0])[1, 2][0] == "培训次数"


def test_script_style_comments_and_hidden_parts_are_no_text(tmp_path: Path) -> None:
    html = f"""<script>var 绩效=1</script><style>td{{}}</style><!-- 注释 --><p>单位：万元<script>x</script></p>
    <div style="display: none">隐藏</div>{TABLE.replace("培训次数", "培训<span hidden>无</span>次数")}"""
    page = read(tmp_path, html)
    assert page.lines == ("单位：万元",)
    assert places(page.tables[0])[1, 2][0] == "培训次数"


def test_head_body_and_foot_are_in_the_order_shown(tmp_path: Path) -> None:
    html = "<table><tfoot><tr><td>合计</td></tr></tfoot><tbody><tr><td>行</td></tr></tbody><thead><tr><th>头</th></tr></thead></table>"
    assert [cell.text for cell in read(tmp_path, html).tables[0].cells] == ["头", "行", "合计"]


def test_a_fragment_without_html_element(tmp_path: Path) -> None:
    assert len(read(tmp_path, TABLE, name="表.doc").tables) == 1
    assert detect_format(tmp_path / "表.doc") == "html"


def test_hundreds_of_unclosed_elements(tmp_path: Path) -> None:
    page = read(tmp_path, "<font><span>" * 700 + TABLE)
    assert places(page.tables[0])[2, 3][0] == "≥95%"


def test_absurd_spans_are_cut(tmp_path: Path) -> None:
    (table,) = read(tmp_path, '<table><tr><td colspan="999999999">a<td>b</td></tr><tr><td rowspan="x">c</table>').tables
    assert table.column_count == 1001
    assert table.row_count == 2


@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_page_saved_as_single_file(tmp_path: Path, charset: str) -> None:
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    message = MIMEMultipart("related")
    message.attach(MIMEText(f"<html><body>{TABLE.replace('&ge;', '大于')}</body></html>", "html", charset))
    message.attach(MIMEText("body{}", "css"))
    path = tmp_path / "page.mht"
    path.write_bytes(message.as_bytes())
    reading = open_file(path)
    assert reading.format == "mht"
    (page,) = reading.pages
    assert places(page.tables[0])[1, 3][0] == "大于10次"


def test_archive_without_html_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "page.mht"
    path.write_text("MIME-Version: 1.0\nContent-Type: text/plain\n\nx")
    with pytest.raises(BadInput, match="没有 HTML 正文"):
        open_file(path)


def test_tables_nested_hundreds_deep_are_an_error_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<table><tr><td>" * 600 + "x", encoding="utf-8")
    with pytest.raises(BadInput, match="嵌套层数"):
        open_file(path)
