"""Scanned pages: straightening, lines, seals, recognised cells. Needs the extra `kpi-atlas[ocr]` for the second half."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from kpi.errors import MissingDependency
from kpi.model import Page
from kpi.reading import Settings, open_file, read_pages, suspect_message
from kpi.reading.extras import OCR_INSTALL, ocr_is_installed

from .pdf_pages import ROWS, TEXTS, draw_rows, make_pdf

needs_ocr = pytest.mark.skipif(not ocr_is_installed(), reason='the extra "ocr" is not installed')
OTHER = [("收入", "支出", "说明", "备注"), ("1", "2", "3", "4")]


def scan(folder: Path, *, angle: float = 0.0, seal: bool = False, rows: object = ROWS) -> Image.Image:
    """A page with the test rows as an office scanner gives it, 200 dots an inch."""
    import numpy as np

    path = make_pdf(folder / "source.pdf", lambda canvas: draw_rows(canvas, rows=rows))  # type: ignore[arg-type]
    document = pypdfium2.PdfDocument(path)
    picture = document[0].render(scale=200 / 72).to_pil().convert("RGB")
    document.close()
    if seal:
        from PIL import ImageChops, ImageDraw

        ink = Image.new("RGB", picture.size, (255, 255, 255))
        ImageDraw.Draw(ink).ellipse((450, 260, 750, 560), outline=(220, 40, 40), width=9)
        picture = ImageChops.multiply(picture, ink)  # what is printed under a seal stays dark
    picture = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    noise = np.random.default_rng(1).normal(0, 10, (*picture.size[::-1], 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def as_pdf(folder: Path, *pictures: Image.Image) -> Path:
    path = folder / "scan.pdf"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], resolution=200)
    return path


def texts(page: Page) -> list[str]:
    (table,) = page.tables
    return [cell.text for cell in table.cells]


def test_without_the_extra_scanned_pages_are_named_with_the_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpi.reading.pdf.ocr_is_installed", lambda: False)
    monkeypatch.setattr("kpi.reading.extras.ocr_is_installed", lambda: False)
    (page,) = read_pages(as_pdf(tmp_path, scan(tmp_path)))
    assert (page.suspect, page.tables) == ("scanned", ())
    assert OCR_INSTALL in suspect_message(page.suspect)
    assert OCR_INSTALL not in suspect_message("damaged_page")


def test_an_image_file_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cv2", reason="the module that opens images needs OpenCV")
    monkeypatch.setattr("kpi.reading.ocr.ocr_is_installed", lambda: False)
    path = tmp_path / "a.png"
    Image.new("RGB", (10, 10)).save(path)
    with pytest.raises(MissingDependency) as caught:
        open_file(path)
    assert OCR_INSTALL in caught.value.advice


@needs_ocr
@pytest.mark.parametrize("angle", [0.0, 0.5, -1.5, 3.0])
def test_skew_is_found_and_taken_out(tmp_path: Path, angle: float) -> None:
    import numpy as np

    from kpi.reading.picture import skew, straighten, to_grey

    grey = to_grey(np.asarray(scan(tmp_path, angle=angle)))
    assert skew(grey, 200) == pytest.approx(-angle, abs=0.1)
    assert abs(skew(straighten(grey, 200), 200)) < 0.1


@needs_ocr
@pytest.mark.parametrize(("angle", "seal"), [(0.0, False), (0.5, False), (-1.2, True)])
def test_a_scanned_page_gives_the_grid_and_texts_of_the_ruled_one(tmp_path: Path, angle: float, seal: bool) -> None:
    (page,) = read_pages(as_pdf(tmp_path, scan(tmp_path, angle=angle, seal=seal)))
    (table,) = page.tables
    assert texts(page) == TEXTS
    assert (table.row_count, table.column_count, table.style, table.warnings) == (3, 4, "ocr", ("ocr",))
    assert page.suspect == ""
    assert all(cell.confidence is None or cell.confidence > 0.8 for cell in table.cells)
    assert [cell.confidence for cell in table.cells if not cell.text] == [None]
    if not angle:
        # the cell of 数量指标 on the page: 130 to 210 across, 120 to 140 down
        assert table.cells[5].boxes[0][1:] == pytest.approx((130, 120, 210, 140), abs=1.5)


@needs_ocr
def test_other_tables_are_not_read_and_pages_with_text_are_not_recognised(tmp_path: Path) -> None:
    (page,) = read_pages(as_pdf(tmp_path, scan(tmp_path, rows=OTHER)))
    assert (page.tables, page.suspect) == ((), "")
    (page,) = read_pages(make_pdf(tmp_path / "text.pdf", draw_rows))
    assert [table.style for table in page.tables] == ["ruled"]


@needs_ocr
def test_recognition_can_be_switched_off(tmp_path: Path) -> None:
    path = as_pdf(tmp_path, scan(tmp_path))
    (page,) = read_pages(path, settings=Settings(recognise=False))
    assert page.suspect == "scanned"


@needs_ocr
def test_an_image_file_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "页面.dat"
    scan(tmp_path).save(path, format="PNG")
    reading = open_file(path)
    assert (reading.format, reading.page_count) == ("image", 1)
    (page,) = reading.pages
    assert texts(page) == TEXTS
