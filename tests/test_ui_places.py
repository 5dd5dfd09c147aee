"""The box on the page picture is the right one: the text under it is the target, on every PDF of the corpus."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

import kpi
from kpi.reading.pdf import PDFIUM_LOCK
from kpi.text import fold, squeeze
from kpi.ui.page_image import page_picture
from tests.app_samples import CORPUS

PDFS = sorted(path.name for path in CORPUS.glob("*.pdf"))


def _text_under(document: pypdfium2.PdfDocument, box: tuple[float, ...]) -> str:
    page_number, x0, top, x1, bottom = box
    with closing(document[int(page_number) - 1]) as page, closing(page.get_textpage()) as text:
        height = page.get_height()
        return str(text.get_text_bounded(left=x0, bottom=height - bottom, right=x1, top=height - top))


@pytest.mark.parametrize("name", PDFS)
def test_text_under_the_box_is_the_target(name: str) -> None:
    document = kpi.parse(CORPUS / name)
    wrong = []
    with PDFIUM_LOCK, closing(pypdfium2.PdfDocument(CORPUS / name)) as opened:
        for item in document.indicators:
            assert item.source.boxes, item.name
            under = squeeze("".join(_text_under(opened, tuple(box)) for box in item.source.boxes))
            if fold(squeeze(item.target)) not in fold(under):
                wrong.append((item.source.page, item.name, item.target, under))
    assert not wrong


@pytest.mark.parametrize("enlarged", [False, True])
def test_box_is_drawn_where_it_is_said_to_be(enlarged: bool) -> None:
    path = CORPUS / PDFS[0]
    item = kpi.parse(path).indicators[0]
    box = tuple(item.source.boxes[0])
    picture = Image.open(io.BytesIO(page_picture.__wrapped__(str(path), int(box[0]), (box[1:],), enlarged=enlarged)))
    reds = [
        (x, y)
        for y in range(picture.height)
        for x in range(picture.width)
        if (pixel := picture.getpixel((x, y)))[0] > 190 and pixel[1] < 80 and pixel[2] < 60
    ]
    assert reds
    if not enlarged:
        with closing(pypdfium2.PdfDocument(path)) as document, closing(document[int(box[0]) - 1]) as page:
            scale = picture.width / page.get_width()
        xs, ys = [x / scale for x, _ in reds], [y / scale for _, y in reds]
        drawn = (min(xs), min(ys), max(xs), max(ys))
        assert all(abs(own - wanted) < 4 for own, wanted in zip(drawn, box[1:], strict=True))


def test_a_page_of_an_odd_size_is_drawn_small(tmp_path: Path) -> None:
    path = tmp_path / "tall.pdf"
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 14_400)
    document.save(path)
    document.close()
    picture = Image.open(io.BytesIO(page_picture.__wrapped__(str(path), 1, ())))
    assert picture.width * picture.height <= 12_100_000
