"""Scanned pages → the same grids as ruled PDF pages, with optically recognised text (extra `kpi-atlas[ocr]`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.errors import BadInput, MissingDependency
from kpi.model import Box, Cell, Page, Table
from kpi.reading.extras import OCR_INSTALL, ocr_is_installed
from kpi.reading.words import WANTED_WORDS
from kpi.text import squeeze, usual_characters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kpi.reading import Reading as FileReading
    from kpi.reading import Settings
    from kpi.reading.grid import Grid

DOTS_AN_INCH = 200.0
"""Resolution at which pages are looked at; finer ones took twice the time for the same characters."""
POINTS_AN_INCH = 72.0
BORDER = 0.025
"""Inches left out at a cell's rim: its ruling lines."""
PADDING = 4
"""Pixels of white around a line of print: the recogniser reads letters at the rim badly."""
LINE_HEIGHT = 0.11
"""Inches of a line of 8 point print."""
HEADER_ROWS = 6
"""Rows of a grid that are read first: when neither they nor the lines above speak of performance the rest is not read."""
A4_HEIGHT = 842.0
"""Points."""
LEAST_CONFIDENCE = 0.35
"""What is recognised with less is a stain."""


class Reading(NamedTuple):
    """A recognised text and its confidence, 0–1."""

    text: str
    confidence: float


@cache
def _engine() -> Any:
    """The recogniser with the models of its wheel, loaded once a process; nothing is downloaded."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})


def recognise(crops: Sequence[NDArray[np.uint8]]) -> list[Reading]:
    """Text of each picture of one line of print."""
    if not crops:
        return []
    import numpy as np
    from rapidocr.ch_ppocr_rec import TextRecInput

    engine = _engine()
    recogniser = engine.text_rec or engine._load_rec_model()  # noqa: SLF001 - the public call takes one picture at a time
    result = recogniser(TextRecInput(img=[np.stack([crop] * 3, axis=-1) for crop in crops]))
    return [
        Reading(usual_characters(text), float(score)) if score >= LEAST_CONFIDENCE else Reading("", float(score))
        for text, score in zip(result.txts or (), result.scores, strict=True)
    ]


def picture_to_page(
    picture: NDArray[Any],
    number: int,
    size: tuple[float, float],
    previous: Sequence[float] = (),
    reason: str = "scanned",
) -> Page:
    """A scanned page.

    Args:
        picture: RGB or grey, rows first, at any resolution.
        number: page number for the boxes.
        size: width and height of the displayed page in points.
        previous: column edges in points of the table at the end of the page before.
        reason: why the page has no text of its own, kept in `Page.suspect` where no grid with texts is found.
    """
    from kpi.reading.geometry import Ruling
    from kpi.reading.grid import rulings_to_grids
    from kpi.reading.picture import find_rulings, straighten, to_grey

    dots = picture.shape[1] / (size[0] / POINTS_AN_INCH)
    scale = POINTS_AN_INCH / dots
    grey = straighten(to_grey(picture), dots)
    rulings = find_rulings(grey, dots)
    grids = rulings_to_grids([Ruling(*(value * scale for value in ruling)) for ruling in rulings])
    reader = _PageReader(grey, dots, number)
    tables: list[Table] = []
    lines: list[str] = []
    above, read = 0.0, False
    for grid in grids:
        before = reader.lines_between(above, grid.row_edges[0])
        lines += before
        header = reader.texts(grid, range(min(HEADER_ROWS, len(grid.row_edges) - 1)))
        spoken = squeeze("".join([*before, *(reading.text for reading in header.values())]))
        read = read or len(header) > 1
        if WANTED_WORDS.search(spoken) or _continues(grid.column_edges, previous):
            rest = reader.texts(grid, range(HEADER_ROWS, len(grid.row_edges) - 1))
            tables.append(reader.table(grid, header | rest, tuple(before)))
        above = grid.row_edges[-1]
    suspect = "" if read else reason
    return Page(number, tuple(tables), tuple(lines), *size, suspect)


def _continues(edges: Sequence[float], previous: Sequence[float]) -> bool:
    """Whether a scanned table has the width and about the columns of the one on the page before; scans shift."""
    if len(previous) < 2 or abs(len(edges) - len(previous)) > 2:
        return False
    width, before = edges[-1] - edges[0], previous[-1] - previous[0]
    return abs(width - before) < 0.02 * before


class _PageReader:
    """Cuts a straightened page into lines of print and has them recognised."""

    def __init__(self, grey: NDArray[np.uint8], dots: float, number: int) -> None:
        from kpi.reading.picture import to_ink

        self.grey, self.dots, self.number = grey, dots, number
        self.ink = to_ink(grey, dots)
        self.scale = dots / POINTS_AN_INCH

    def _crops(self, x0: float, top: float, x1: float, bottom: float) -> list[NDArray[np.uint8]]:
        """Lines of print in a stretch given in points, from top to bottom."""
        import numpy as np

        from kpi.reading.picture import print_lines

        rim = BORDER * self.dots
        left, up = int(x0 * self.scale + rim), int(top * self.scale + rim)
        right, down = int(x1 * self.scale - rim), int(bottom * self.scale - rim)
        if right - left < 4 or down - up < 4:
            return []
        found = print_lines(self.ink[up:down, left:right], self.dots)
        stretch = self.grey[up:down, left:right]
        least = int(LINE_HEIGHT * self.dots)
        crops = []
        for a, b, c, d in found:
            crop = stretch[max(0, b - 2) : d + 2, max(0, a - 3) : c + 3]
            # a dash gets the height of a line, else it would be read as a block
            tall = PADDING + max(0, least - crop.shape[0]) // 2
            crops.append(np.pad(crop, ((tall, tall), (PADDING, PADDING)), constant_values=255))
        return crops

    def texts(self, grid: Grid, rows: range) -> dict[int, Reading]:
        """Recognised text by cell for the cells that begin in some rows of a grid."""
        owners: list[int] = []
        crops: list[NDArray[np.uint8]] = []
        for index, cell in enumerate(grid.cells):
            if cell.row in rows:
                found = self._crops(*grid.cell_box(cell))
                owners += [index] * len(found)
                crops += found
        by_cell: dict[int, list[Reading]] = {}
        for index, reading in zip(owners, recognise(crops), strict=True):
            if reading.text:
                by_cell.setdefault(index, []).append(reading)
        return {
            index: Reading("\n".join(r.text for r in readings), sum(r.confidence for r in readings) / len(readings))
            for index, readings in by_cell.items()
        }

    def lines_between(self, top: float, bottom: float) -> list[str]:
        """Lines of print over the page's width between two heights in points."""
        width = self.grey.shape[1] / self.scale
        return [reading.text for reading in recognise(self._crops(0, top, width, bottom)) if reading.text]

    def table(self, grid: Grid, texts: dict[int, Reading], before: tuple[str, ...]) -> Table:
        """A grid with its texts."""
        cells = []
        for index, cell in enumerate(grid.cells):
            reading = texts.get(index)
            box = Box(self.number, *(round(value, 2) for value in grid.cell_box(cell)))
            text, confidence = (reading.text, round(reading.confidence, 3)) if reading else ("", None)
            cells.append(Cell(cell.row, cell.column, text, cell.row_span, cell.column_span, (box,), confidence))
        found = [cell.confidence for cell in cells if cell.confidence is not None]
        return Table(
            tuple(cells), len(grid.row_edges) - 1, len(grid.column_edges) - 1, self.number, "ocr",
            grid.column_edges, grid.row_edges, grid.open_top, grid.open_bottom, before,
            round(sum(found) / len(found), 3) if found else 0.0, ("ocr",),
        )  # fmt: skip


def open_picture(path: Path, settings: Settings) -> FileReading:
    """Open an image file: a photograph or scan of one page.

    Raises:
        BadInput: the image is damaged.
        LimitReached: it has more pixels than allowed.
        MissingDependency: the extra is not installed.
    """
    from kpi.reading import Reading as FileReading

    if not ocr_is_installed():
        raise MissingDependency(
            "读取图片需要文字识别组件",
            where=path.name,
            found="图片文件",
            advice=f"请安装：{OCR_INSTALL}",
            code="ocr_missing",
        )
    settings.limits.check("pixels", _pixels(path), path.name)
    picture = _decode(path)
    if picture is None:
        raise BadInput(
            "图片已损坏，无法读取",
            where=path.name,
            found="不是完整的图片",
            advice="请重新扫描或导出",
            code="damaged_image",
        )
    # an image tells no size on paper: its longer side is taken for that of an A4 sheet
    scale = A4_HEIGHT / max(picture.shape[:2])
    size = (picture.shape[1] * scale, picture.shape[0] * scale)
    return FileReading("image", 1, iter([picture_to_page(picture, 1, size)]))


def _pixels(path: Path) -> int:
    """What the image's header says of its size; 0 where it has none that can be read."""
    import struct
    import warnings

    from PIL import Image

    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # the limit here is ours
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it has to say of odd tags
            with Image.open(path) as image:
                return int(image.width * image.height)
    except (OSError, ValueError, SyntaxError, struct.error, EOFError, TypeError, KeyError, IndexError):
        return 0
    finally:
        Image.MAX_IMAGE_PIXELS = most


def _decode(path: Path) -> NDArray[np.uint8] | None:
    """An image file as RGB, None when it is damaged."""
    import cv2
    import numpy as np

    try:
        decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if decoded is None else np.ascontiguousarray(decoded[:, :, ::-1], dtype=np.uint8)
