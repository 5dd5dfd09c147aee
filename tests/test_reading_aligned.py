"""Tables without ruling lines: columns from the header, rows from the white, levels in the middle of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from kpi.model import Page, Table
from kpi.reading import read_pages

from .pdf_pages import FONT, draw_text, make_pdf

HEADER = ("一级指标", "二级指标", "三级指标", "指标值")
COLUMNS = (60, 150, 290, 450)
"""Middles of the columns."""


def centred(canvas: Canvas, x: float, y: float, text: str) -> None:
    draw_text(canvas, x - stringWidth(text, FONT, 9) / 2, y, text)


def draw(canvas: Canvas, rows: Sequence[Sequence[str]], top: float = 300, pitch: float = 20) -> None:
    for number, row in enumerate(rows):
        for x, text in zip(COLUMNS, row, strict=True):
            for line, part in enumerate(text.split("\n")):
                centred(canvas, x, top - number * pitch - 10 * line, part)


def read(path: Path) -> list[Page]:
    return list(read_pages(path))


def texts(table: Table) -> list[list[str]]:
    grid = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def one(path: Path) -> Table:
    (page,) = read(path)
    (table,) = page.tables
    return table


ROWS = [
    HEADER,
    ("产出指标", "数量指标", "培训次数", "≥10次"),
    ("", "", "参加培训的人数", "≥200人"),
    ("", "质量指标", "合格率", "≥95%"),
    ("满意度指标", "服务对象满意度", "群众满意度", "≥90%"),
]


def test_columns_rows_title_and_note(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        draw_text(canvas, 200, 360, "项目绩效目标表", 16)
        draw(canvas, ROWS)
        draw_text(canvas, 40, 190, "注：本表为空表示没有。")
        draw_text(canvas, 290, 15, "12")

    path = make_pdf(tmp_path / "a.pdf", page)
    table = one(path)
    assert texts(table) == [list(row) for row in ROWS]
    assert (table.style, table.before) == ("aligned", ("项目绩效目标表",))
    assert read(path)[0].lines == ("项目绩效目标表", "注：本表为空表示没有。")


def test_wrapped_cells_stay_one_row(tmp_path: Path) -> None:
    rows = [
        *ROWS[:2],
        ("", "", "公共数据资源登记\n平台接入的部门数", "≥20个"),
        ("", "时效指标", "完成时间", "12月底"),
        *ROWS[3:],
    ]

    def page(canvas: Canvas) -> None:
        draw(canvas, rows, pitch=32)

    table = one(make_pdf(tmp_path / "a.pdf", page))
    assert texts(table) == [list(row) for row in rows]


def test_levels_in_the_middle_of_their_rows_span_them(tmp_path: Path) -> None:
    names = ["培训次数", "参加人数", "发放资料份数", "检查次数", "合格率", "优良率", "群众满意度", "企业满意度"]

    def page(canvas: Canvas) -> None:
        draw(canvas, [HEADER], top=300)
        for number, name in enumerate(names):
            centred(canvas, COLUMNS[2], 280 - 20 * number, name)
            centred(canvas, COLUMNS[3], 280 - 20 * number, "≥90%")
        for column, text, first, last in (
            (0, "产出指标", 0, 5), (0, "满意度指标", 6, 7), (1, "数量指标", 0, 3), (1, "质量指标", 4, 5), (1, "满意度", 6, 7),
        ):  # fmt: skip
            centred(canvas, COLUMNS[column], 280 - 10 * (first + last), text)

    table = one(make_pdf(tmp_path / "a.pdf", page))
    spans = {(cell.text, cell.row, cell.row_span) for cell in table.cells if cell.column < 2 and cell.row}
    assert spans == {("产出指标", 1, 6), ("满意度指标", 7, 2), ("数量指标", 1, 4), ("质量指标", 5, 2), ("满意度", 7, 2)}


def test_spread_header_letters_are_words(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for x, word in zip(COLUMNS, HEADER, strict=True):
            for number, letter in enumerate(word):
                draw_text(canvas, x - 30 + 18 * number, 300, letter)
        draw(canvas, ROWS[1:], top=280)

    table = one(make_pdf(tmp_path / "a.pdf", page))
    assert [cell.text.replace(" ", "") for cell in table.cells if cell.row == 0] == list(HEADER)
    assert texts(table)[1:] == [list(row) for row in ROWS[1:]]


def test_the_next_page_goes_on_without_a_header(tmp_path: Path) -> None:
    rest = [("", "", "审批事项数", "≥30项"), ("", "时效指标", "按时完成率", "100%")]
    path = make_pdf(
        tmp_path / "a.pdf", lambda canvas: draw(canvas, ROWS), lambda canvas: draw(canvas, rest),
        lambda canvas: draw_text(canvas, 40, 300, "下一部分是一段很长的文字，从左到右写满一行，不属于任何一列，也没有任何一张表。"),
    )  # fmt: skip
    pages = read(path)
    assert [len(page.tables) for page in pages] == [1, 1, 0]
    assert texts(pages[1].tables[0]) == [list(row) for row in rest]
    assert pages[1].tables[0].column_edges == pages[0].tables[0].column_edges


def test_running_heads_are_no_rows(tmp_path: Path) -> None:
    def head(canvas: Canvas) -> None:
        draw_text(canvas, 40, 385, "某某局2026年度部门预算")

    def plain(canvas: Canvas) -> None:
        head(canvas)
        draw_text(canvas, 40, 200, "概况")

    def page(canvas: Canvas) -> None:
        head(canvas)
        draw(canvas, ROWS, top=370)

    table = read(make_pdf(tmp_path / "a.pdf", plain, plain, page))[2].tables[0]
    assert texts(table) == [list(row) for row in ROWS]
    assert table.before == ()


def test_prose_about_indicators_is_no_table(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        draw_text(canvas, 40, 300, "绩效指标：参保率达到95%以上；群众满意度达到90%以上。")
        draw_text(canvas, 40, 280, "三级指标共12个，指标值按年度工作计划确定。")

    (only,) = read(make_pdf(tmp_path / "a.pdf", page))
    assert only.tables == ()
    assert len(only.lines) == 2


def test_boxes_hold_the_print_of_their_cell(tmp_path: Path) -> None:
    table = one(make_pdf(tmp_path / "a.pdf", lambda canvas: draw(canvas, ROWS)))
    cell = next(cell for cell in table.cells if cell.text == "合格率")
    _, x0, top, x1, bottom = cell.boxes[0]
    assert x0 < 280
    assert x1 > 300
    assert top < 400 - 240 < bottom + 1
    assert bottom - top < 25


def test_levels_beside_a_row_in_the_middle_of_theirs(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ("成本指标", "经济成本指标", "补贴标准", "≤9元"),
        ("", "数量指标", "培训人数", "≥9人"),
        ("产出指标", "质量指标", "合格率", "≥95%"),
        ("", "时效指标", "完成时限", "12月"),
        ("满意度指标", "服务对象满意度", "群众满意度", "≥90%"),
        ("总分", "", "", "100"),
    ]

    def page(canvas: Canvas) -> None:
        draw_text(canvas, 200, 360, "项目绩效目标表", 16)
        draw(canvas, rows)

    table = one(make_pdf(tmp_path / "a.pdf", page))
    spans = [(cell.text, cell.row, cell.row_span) for cell in table.cells if cell.column == 0]
    assert spans == [("一级指标", 0, 1), ("成本指标", 1, 1), ("产出指标", 2, 3), ("满意度指标", 5, 1), ("总分", 6, 1)]
