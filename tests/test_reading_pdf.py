"""PDF pages: what ends up in cells, where boxes are, which pages are worked, what is wrong with a file."""

from __future__ import annotations

import math
import random
import re
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

import kpi
from kpi.errors import BadInput
from kpi.model import Page
from kpi.reading import Settings, open_file, read_pages
from kpi.reading.pdf_streams import has_damaged_stream

from .pdf_pages import ROWS, TEXTS, draw_rows, draw_text, make_pdf

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


def read_one(path: Path) -> Page:
    (page,) = read_pages(path)
    return page


def texts(page: Page) -> list[str]:
    (table,) = page.tables
    return [cell.text for cell in table.cells]


# --- cells -------------------------------------------------------------------------------------------------------------


def test_cells_boxes_and_the_text_around(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_text(canvas, 200, 370, "2026年度项目绩效目标表", 14)
        draw_text(canvas, 50, 320, "部门名称：某局")
        draw_text(canvas, 300, 320, "单位：万元")
        draw_rows(canvas)
        draw_text(canvas, 50, 200, "注：空表表示没有。")
        draw_text(canvas, 290, 15, "第 3 页")

    page = read_one(make_pdf(tmp_path / "a.pdf", draw))
    (table,) = page.tables
    assert texts(page) == TEXTS
    assert table.before == ("2026年度项目绩效目标表", "部门名称：某局 单位：万元")
    assert page.lines == (*table.before, "注：空表表示没有。")
    assert table.cells[5].boxes == ((1, 130, 120, 210, 140),)
    assert (table.column_edges, table.row_edges) == ((50, 130, 210, 290, 370), (100, 120, 140, 160))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_turned_by_rotate_or_drawn_sideways(tmp_path: Path, rotation: int, turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(rotation)
        canvas.translate(*{0: (0, 0), 90: (450, 0), 180: (500, 400), 270: (50, 400)}[turn])
        canvas.rotate(turn)
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(132, 262, 76, 16, stroke=0, fill=1)  # inside the cell 数量指标
        canvas.setFillGray(0)
        draw_rows(canvas)

    path = make_pdf(tmp_path / "turned.pdf", draw)
    page = read_one(path)
    assert texts(page) == TEXTS
    # the box of the red cell, on the page as a viewer renders it
    _, x0, top, x1, bottom = page.tables[0].cells[5].boxes[0]
    document = pypdfium2.PdfDocument(path)
    image = document[0].render(scale=1).to_numpy()[:, :, :3]
    document.close()
    assert image.shape[:2] == (page.height, page.width)
    down, across = ((image == (0, 0, 255)).all(axis=2)).nonzero()  # blue, green, red
    assert len(down) > 300
    assert x0 <= across.min() <= across.max() <= x1
    assert top <= down.min() <= down.max() <= bottom


def test_watermarks_stay_out_of_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas)
        canvas.saveState()
        canvas.translate(120, 220)
        canvas.rotate(35)
        draw_text(canvas, 0, 0, "内部资料", 30)
        canvas.restoreState()
        canvas.setFillGray(0.85)
        draw_text(canvas, 60, 250, "征求意见稿", 40)
        canvas.setFillGray(0)
        draw_text(canvas, 60, 240, "大字", 60)
        canvas.setFillColorRGB(1, 0, 0, alpha=0.2)
        draw_text(canvas, 90, 262, "半透明", 24)

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw))) == TEXTS


def test_white_print_on_a_dark_header_is_read(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 280, 320, 20, fill=1)
        draw_rows(canvas, top=280, rows=ROWS[1:])
        canvas.setFillGray(1)
        draw_rows(canvas, rows=ROWS[:1])

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw))) == TEXTS


def test_overlaid_copies_are_one_character_and_doubled_ones_two(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas, rows=[("指标", "1100"), ("天天", "≥11")])
        for shift in (0.0, 0.3, 0.5):
            draw_text(canvas, 53 + shift, 286, "指标")
            draw_text(canvas, 133 + shift, 286, "1100")

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw))) == ["指标", "1100", "天天", "≥11"]


def test_print_turned_inside_a_cell(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas)
        canvas.rect(20, 240, 30, 60)
        canvas.saveState()
        canvas.translate(38, 248)
        canvas.rotate(90)
        draw_text(canvas, 0, 0, "绩效指标")
        canvas.restoreState()

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw)))[0] == "绩效指标"


def test_upright_letters_below_each_other_keep_their_lines(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_rows(canvas)
        canvas.rect(20, 240, 30, 60)
        for number, character in enumerate("产出指标"):
            draw_text(canvas, 30, 288 - 12 * number, character)

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw)))[0] == "产\n出\n指\n标"


def test_radicals_of_the_text_layer_become_usual_characters(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", lambda canvas: draw_rows(canvas, rows=[("指标", "⼈⺠满意度"), ("⼀", "⽉")]))
    assert texts(read_one(path)) == ["指标", "人民满意度", "一", "月"]


@pytest.mark.parametrize("width", [0.5, 1.4], ids=["hairline", "thick"])
def test_borders_drawn_as_thin_filled_boxes(tmp_path: Path, width: float) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(4):
            for column in range(4):
                canvas.rect(50 + 80 * column + width, 240 + 20 * row, 80 - width, width, stroke=0, fill=1)
        for row in range(3):
            for column in range(5):
                canvas.rect(50 + 80 * column, 240 + 20 * row + width, width, 20 - width, stroke=0, fill=1)
        draw_rows(canvas, lines=False)

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw))) == TEXTS


def test_cells_that_are_only_coloured_boxes(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(3):
            for column in range(4):
                canvas.setFillGray(0.9 if (row + column) % 2 else 0.8)
                canvas.rect(50 + 80 * column, 240 + 20 * row, 80, 20, stroke=0, fill=1)
        canvas.setFillGray(0)
        draw_rows(canvas, lines=False)

    assert texts(read_one(make_pdf(tmp_path / "a.pdf", draw))) == TEXTS


def test_a_marked_word_makes_no_column_in_a_ruled_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 0)
        canvas.rect(140, 264, 20, 12, stroke=0, fill=1)
        canvas.setFillGray(0)
        draw_rows(canvas)

    assert read_one(make_pdf(tmp_path / "a.pdf", draw)).tables[0].column_count == 4


def test_lines_and_text_inside_a_form(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("table")
        draw_rows(canvas, x=0, top=100)
        canvas.endForm()
        canvas.translate(100, 150)
        canvas.doForm("table")

    page = read_one(make_pdf(tmp_path / "a.pdf", draw))
    assert texts(page) == TEXTS
    assert page.tables[0].cells[0].boxes == ((1, 100, 150, 180, 170),)


# --- pages -------------------------------------------------------------------------------------------------------------


def test_only_pages_of_performance_tables_and_their_continuations_are_worked(tmp_path: Path) -> None:
    other = [("收入", "支出"), ("1", "2")]
    headless = [("1", "2", "3", "4"), ("5", "6", "7", "8")]
    path = make_pdf(
        tmp_path / "a.pdf",
        lambda canvas: draw_rows(canvas, rows=other),
        draw_rows,
        lambda canvas: draw_rows(canvas, x=62, rows=headless),  # margins of odd and even pages differ
        lambda canvas: draw_rows(canvas, rows=[(*row, "9", "9") for row in headless]),
        lambda canvas: draw_rows(canvas, rows=headless),
    )
    assert [len(page.tables) for page in read_pages(path)] == [0, 1, 1, 0, 0]
    assert [len(page.tables) for page in read_pages(path, settings=Settings(every_page=True))] == [1] * 5
    assert "".join(next(read_pages(path)).lines).replace(" ", "") == "收入支出12"


def test_a_scanned_page_is_named_so(tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "scan.png"
    Image.effect_noise((300, 200), 50).save(picture)

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(str(picture), 0, 0, 600, 400)
        draw_text(canvas, 290, 15, "- 7 -")

    page = read_one(make_pdf(tmp_path / "a.pdf", scan))
    assert (page.suspect, page.tables, page.lines) == ("scanned", (), ())


def test_a_picture_beside_text_is_no_scan(tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "logo.png"
    Image.new("RGB", (20, 20)).save(picture)
    path = make_pdf(
        tmp_path / "a.pdf",
        lambda canvas: canvas.drawImage(str(picture), 0, 0, 60, 40) and draw_text(canvas, 9, 99, "封面"),
    )
    assert read_one(path).suspect == ""


def test_letters_drawn_as_curves_are_named_so(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(400):
            x, y = 20 + number % 40 * 14, 20 + number // 40 * 30
            canvas.bezier(x, y, x + 3, y + 9, x + 6, y - 9, x + 9, y)

    path = make_pdf(tmp_path / "a.pdf", draw)
    assert [page.suspect for page in read_pages(path, settings=Settings(recognise=False))] == ["outlined"]
    assert read_one(path).suspect == "outlined"  # also where recognition finds nothing in it


def test_page_count_is_known_before_pages_are_read(tmp_path: Path) -> None:
    reading = open_file(make_pdf(tmp_path / "a.pdf", draw_rows, draw_rows))
    assert (reading.format, reading.page_count) == ("pdf", 2)
    assert [page.number for page in reading.pages] == [1, 2]


# --- files that are wrong ----------------------------------------------------------------------------------------------


def test_truncated(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", draw_rows, draw_rows)
    data = path.read_bytes()
    for share in (0.3, 0.6, 0.9, 0.99):
        path.write_bytes(data[: math.floor(len(data) * share)])
        with pytest.raises(BadInput) as caught:
            open_file(path)
        assert caught.value.code == "truncated_pdf"
        assert "a.pdf" in caught.value.where
        assert caught.value.advice


def test_truncated_fast_web_view_has_an_early_end_mark(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", draw_rows)
    data = path.read_bytes()
    path.write_bytes(b"%PDF-1.5\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n" + data[9 : len(data) // 2])
    with pytest.raises(BadInput, match="不完整"):
        open_file(path)


def test_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("user", "owner"))
    canvas.drawString(10, 10, "x")
    canvas.save()
    with pytest.raises(BadInput, match="密码") as caught:
        open_file(path)
    assert caught.value.code == "password_protected"


def test_a_file_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "owner.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("", "owner", canPrint=0))
    canvas.drawString(10, 10, "open")
    canvas.save()
    assert read_one(path).lines == ("open",)


def test_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    document = pypdfium2.PdfDocument.new()
    document.save(path)
    document.close()
    locked = tmp_path / "locked.pdf"  # pdfium still has this file's error when it fails to open the next one
    canvas = Canvas(str(locked), encrypt=StandardEncryption("user", "owner"))
    canvas.save()
    with pytest.raises(BadInput, match="密码"):
        open_file(locked)
    with pytest.raises(BadInput, match="没有页"):
        open_file(path)


def test_damaged(tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    path.write_bytes(b"%PDF-1.4\nnothing of use\n%%EOF\n")
    with pytest.raises(BadInput) as caught:
        open_file(path)
    assert caught.value.code == "damaged_pdf"


def test_a_damaged_page_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", draw_rows, draw_rows, draw_rows)
    data, count = re.subn(rb"(/Kids \[ \d+ 0 R )\d+ 0 R", rb"\g<1>99 0 R", path.read_bytes())
    assert count == 1
    path.write_bytes(data)
    found = [(page.number, page.suspect, len(page.tables)) for page in read_pages(path)]
    assert found == [(1, "", 1), (2, "damaged_page", 0), (3, "", 1)]


# --- the corpus --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["jiaozuo-2023-final", "jiaozuo-2026", "luoyang-2026", "xuchang-2026"])
def test_every_cell_is_what_pdfplumber_reads(name: str) -> None:
    """An independent reader of lines and characters as the oracle: the same cells at the same places."""
    import pdfplumber

    path = CORPUS / f"{name}.pdf"
    pages = [page for page in read_pages(path) if page.tables]
    assert len(pages) == {"jiaozuo-2023-final": 2, "jiaozuo-2026": 8, "luoyang-2026": 9, "xuchang-2026": 10}[name]
    with pdfplumber.open(path) as oracle:
        for page in pages:
            assert page.number is not None
            found = oracle.pages[page.number - 1].find_tables()
            assert len(found) == len(page.tables)
            for theirs, ours in zip(found, page.tables, strict=True):
                expected = sorted(
                    (*(round(edge / 4) for edge in box), "".join((text or "").split()))
                    for row, row_texts in zip(theirs.rows, theirs.extract(), strict=True)
                    for box, text in zip(row.cells, row_texts, strict=True)
                    if box
                )
                assert len(expected) == len(ours.cells)
                assert [item[-1] for item in sorted(expected, key=lambda item: (item[1], item[0]))] == [
                    "".join(cell.text.split())
                    for cell in sorted(ours.cells, key=lambda c: (round(c.boxes[0].top / 4), round(c.boxes[0].x0 / 4)))
                ]


def test_a_box_opens_the_right_place() -> None:
    """The characters that pdfium finds inside a cell's box are the cell's text."""
    path = CORPUS / "luoyang-2026.pdf"
    document = pypdfium2.PdfDocument(path)
    checked = 0
    for page in read_pages(path):
        for cell in (cell for table in page.tables for cell in table.cells if cell.text):
            number, x0, top, x1, bottom = cell.boxes[0]
            text_page = document[number - 1].get_textpage()
            inside = text_page.get_text_bounded(x0, page.height - bottom, x1, page.height - top)
            assert "".join(inside.split()) == "".join(cell.text.split())
            checked += 1
    document.close()
    assert checked == 498


@pytest.mark.parametrize("seed", range(6))
def test_changed_bits_of_a_pdf_are_told(seed: int, tmp_path: Path) -> None:
    """pdfium reads on over a damaged stream; its checksum tells, and the file is read as far as it goes."""
    data = bytearray((CORPUS / "jiaozuo-2026.pdf").read_bytes())
    streams = [found.end() for found in re.finditer(rb"/FlateDecode[^<>]*>>\s*stream\r?\n", data)]
    data[random.Random(seed).choice(streams) + 40] ^= 1 << seed
    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(data))
    told = [page.reason for page in kpi.parse(path).suspect_pages]
    assert "damaged_data" in told or "damaged_page" in told


def test_whole_files_are_not_told_as_damaged() -> None:
    for path in sorted(CORPUS.glob("*.pdf")):
        assert not has_damaged_stream(path.read_bytes())
