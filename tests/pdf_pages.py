"""Small PDF pages for the tests of reading, drawn with reportlab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
ROWS = (
    ("一级指标", "二级指标", "三级指标", "指标值"),
    ("产出指标", "数量指标", "培训次数", "≥10次"),
    ("", "质量指标", "合格率", "≥95%"),
)
TEXTS = [text for row in ROWS for text in row]
WIDTH, HEIGHT = 80.0, 20.0
"""Points of a cell of `draw_rows`."""

Draw = Callable[[Canvas], Any]


def make_pdf(path: Path, *pages: Draw, size: tuple[float, float] = (600, 400)) -> Path:
    """A PDF with one page a drawing; the origin is at the lower left."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pagesize=size)
    for draw in pages:
        canvas.setFont(FONT, 9)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def draw_text(canvas: Canvas, x: float, y: float, text: str, size: float = 9) -> None:
    canvas.setFont(FONT, size)
    canvas.drawString(x, y, text)


def draw_rows(
    canvas: Canvas, x: float = 50, top: float = 300, rows: Sequence[Sequence[str]] = ROWS, *, lines: bool = True
) -> None:
    """Rows of texts from (x, top) downwards, each cell a stroked box unless `lines` is off."""
    for number, row in enumerate(rows):
        bottom = top - (number + 1) * HEIGHT
        for column, text in enumerate(row):
            if lines:
                canvas.rect(x + column * WIDTH, bottom, WIDTH, HEIGHT)
            draw_text(canvas, x + column * WIDTH + 3, bottom + 6, text)
