"""The original page as a picture with cells boxed (原页图): PDF only, rendered when asked for, kept in a cache."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

_WIDTH = 1600
"""Pixels across: 8-point print of a landscape page stays readable when enlarged."""
_MOST_PIXELS = 12_000_000
"""Pages of odd sizes (14,400 points) are drawn smaller instead of filling the memory."""
_LINE, _MARGIN = 3, 3
_FILL, _OUTLINE = (255, 196, 0, 70), (210, 50, 30, 255)
_AROUND_X, _AROUND_Y = 130.0, 80.0
"""Points shown around the boxed cell in the enlarged view."""

Place = tuple[float, float, float, float]


@st.cache_data(max_entries=200, show_spinner="正在绘制原页…")
def page_picture(path: str, page: int, boxes: tuple[Place, ...], *, enlarged: bool = False) -> bytes:
    """A page as PNG.

    Args:
        path: the PDF; its name is its content's hash, so that the cache never shows an older file.
        page: 1-based.
        boxes: x0, top, x1, bottom in points of the displayed page.
        enlarged: only the surroundings of the boxes.
    """
    picture, scale = _render(path, page, _WIDTH * 2 if enlarged else _WIDTH)
    marked = _draw(picture, boxes, scale)
    if enlarged and boxes:
        marked = marked.crop(_surroundings(boxes, scale, marked.size))
    buffer = io.BytesIO()
    marked.convert("RGB").save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _render(path: str, page: int, across: int) -> tuple[Image, float]:
    import pypdfium2

    from kpi.reading.pdf import PDFIUM_LOCK

    with PDFIUM_LOCK, closing(pypdfium2.PdfDocument(path)) as document, closing(document[page - 1]) as drawn:
        width, height = drawn.get_size()
        scale = min(across / width, (_MOST_PIXELS / (width * height)) ** 0.5)
        picture = drawn.render(scale=scale).to_pil()
        return picture.convert("RGBA"), scale


def _draw(picture: Image, boxes: tuple[Place, ...], scale: float) -> Any:
    from PIL import Image as Images
    from PIL import ImageDraw

    layer = Images.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for x0, top, x1, bottom in boxes:
        corners = (x0 * scale - _MARGIN, top * scale - _MARGIN, x1 * scale + _MARGIN, bottom * scale + _MARGIN)
        pen.rectangle(corners, fill=_FILL, outline=_OUTLINE, width=_LINE)
    return Images.alpha_composite(picture, layer)


def _surroundings(boxes: tuple[Place, ...], scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left = min(box[0] for box in boxes) - _AROUND_X
    up = min(box[1] for box in boxes) - _AROUND_Y
    right = max(box[2] for box in boxes) + _AROUND_X
    down = max(box[3] for box in boxes) + _AROUND_Y
    width, height = size
    return (
        max(int(left * scale), 0), max(int(up * scale), 0), min(int(right * scale), width), min(int(down * scale), height)
    )  # fmt: skip


def show_pages(path: Path, boxes: list[list[float]], page: int | None) -> None:
    """The pages of a record's boxes (two when a page end cuts the cell): the whole page, and the cell's surroundings."""
    pages = sorted({int(box[0]) for box in boxes}) or ([page] if page else [])
    for number in pages:
        own = tuple((box[1], box[2], box[3], box[4]) for box in boxes if int(box[0]) == number)
        picture = page_picture(str(path), number, own)
        if not own:
            st.image(picture, width="stretch", caption=f"第 {number} 页", alt=f"原文第 {number} 页")
            continue
        whole, near = st.columns([3, 2], gap="medium")
        whole.image(
            picture, width="stretch", caption=f"第 {number} 页，框内为指标值所在单元格", alt=f"原文第 {number} 页"
        )
        enlarged = page_picture(str(path), number, own, enlarged=True)
        near.image(enlarged, width="stretch", caption="局部放大", alt=f"原文第 {number} 页局部")
