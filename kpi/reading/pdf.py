"""PDF → pages and tables. Only pages whose text speaks of performance targets, and what continues them, are worked."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
from pypdfium2 import raw

from kpi.errors import BadInput
from kpi.model import Page
from kpi.reading.drawing import Drawing, page_to_drawing
from kpi.reading.extras import ocr_is_installed
from kpi.reading.geometry import Ruling, page_frame
from kpi.reading.glyphs import page_glyphs, text_direction
from kpi.reading.grid import Grid, rulings_to_grids
from kpi.reading.layout import Surroundings, grids_to_page, text_to_lines
from kpi.reading.pdf_streams import has_damaged_stream
from kpi.reading.words import WANTED_WORDS
from kpi.text import squeeze, usual_characters

if TYPE_CHECKING:
    from kpi.limits import Limits
    from kpi.reading import Reading, Settings

PDFIUM_LOCK = threading.RLock()
"""pdfium is not safe for threads: whoever calls it beside this module in one process holds this lock."""

SAME_EDGE = 4.0
"""Points by which column edges of a table may differ from page to page (许昌's print: under 1)."""
CONTINUES_SHARE = 0.6
"""Share of a headless table's column edges that must lie on edges of the table before."""
FAINT_ROWS = 2
"""Rows that a table drawn by filled boxes must exceed: a grey header alone is no table."""
LOST_SHARE = 0.9
"""Share of a table's column edges that must lie on edges of the table before to give it that table's outer columns."""
SCANNED_PICTURE = 0.4
"""Share of the page that a picture must cover for a page without text to count as scanned."""
FEW_CHARACTERS = 40
"""A scanned page may still carry a printed page number or stamp of this many characters."""
OUTLINED_PATHS = 300
"""Drawn shapes on a page without any text: letters turned into curves."""
UNREADABLE_SHARE = 0.3
"""Share of characters without a meaning (private use, U+FFFD) from which a text layer is of no use."""
TOO_MUCH = "too_much_drawn"
"""A page over the limit `page_objects` or `pixels`: it is named, the others are read."""
DAMAGED_DATA = "damaged_data"
"""The file is read, but some of its data do not fit their checksums."""
_NO_KIDS = re.compile(rb"/Kids\s*\[\s*\]")
_OBJECT = re.compile(rb"\d{1,10} \d{1,5} obj\b")
_PAGE_OBJECT = re.compile(rb"/Type\s*/Page\b")


def open_pdf(path: Path, settings: Settings) -> Reading:
    """Open a PDF.

    Raises:
        BadInput: truncated, damaged, password-protected, or without pages.
    """
    from kpi.reading import Reading

    data = path.read_bytes()
    document = _open(path, data)
    pages = _pages(document, settings)
    return Reading("pdf", len(document), _told_damaged(pages) if has_damaged_stream(data) else pages)


def _told_damaged(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages, the first with the note that data of the file are damaged: which page they belong to is not known."""
    for page in pages:
        yield page if page.suspect or page.number != 1 else replace(page, suspect=DAMAGED_DATA)


def _open(path: Path, data: bytes) -> Any:
    if _is_truncated(data):
        raise BadInput(
            "PDF 文件不完整，结尾缺失", where=path.name, found=f"{len(data)} 字节，没有 %%EOF 结尾",
            advice="请重新下载或重新导出该文件", code="truncated_pdf",
        )  # fmt: skip
    with PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise _why_not(path, data, error) from error
        if len(document) == 0:
            document.close()
            raise _no_pages(path)
    return document


def _why_not(path: Path, data: bytes, error: pypdfium2.PdfiumError) -> BadInput:
    """What is wrong with a file that pdfium does not open; its error number alone may be that of an earlier file."""
    if error.err_code == raw.FPDF_ERR_PASSWORD and b"/Encrypt" in data:
        return BadInput(
            "PDF 文件有打开密码", where=path.name, found="加密的 PDF",
            advice="请用密码打开后另存为不加密的文件", code="password_protected",
        )  # fmt: skip
    if _NO_KIDS.search(data) and not _PAGE_OBJECT.search(data):
        return _no_pages(path)
    return BadInput(
        "PDF 文件已损坏，无法打开", where=path.name, found=str(error),
        advice="请重新下载，或用阅读器打开后另存为新的 PDF", code="damaged_pdf",
    )  # fmt: skip


def _no_pages(path: Path) -> BadInput:
    return BadInput("PDF 文件没有页", where=path.name, found="0 页", advice="请重新导出该文件", code="no_pages")


def _is_truncated(data: bytes) -> bool:
    """Whether the end mark is missing, or objects follow the last one (a fast web view PDF has one near its start)."""
    end = data.rfind(b"%%EOF")
    return end < 0 or _OBJECT.search(data, end) is not None


def _pages(document: Any, settings: Settings) -> Iterator[Page]:
    surroundings = Surroundings()
    try:
        for number in range(1, len(document) + 1):
            with PDFIUM_LOCK:
                try:
                    page = _read_page(document, number, surroundings, settings)
                except pypdfium2.PdfiumError:
                    # one damaged page is named; the pages around it are read
                    page = Page(number, suspect="damaged_page")
            if page.tables:
                surroundings.column_edges = page.tables[-1].column_edges
            else:
                surroundings.add_plain_page(page.lines)
            yield page
    finally:
        with PDFIUM_LOCK:
            document.close()


def _read_page(document: Any, number: int, surroundings: Surroundings, settings: Settings) -> Page:
    limits = settings.limits
    with closing(document[number - 1]) as page, closing(page.get_textpage()) as text_page:
        if limits.exceeded("page_objects", text_page.count_chars()):
            return Page(number, suspect=TOO_MUCH)
        text = text_page.get_text_range()
        wanted = settings.every_page or WANTED_WORDS.search(squeeze(usual_characters(text))) is not None
        previous = surroundings.column_edges
        if not (wanted or previous or len(squeeze(text)) < FEW_CHARACTERS):
            return _plain_page(number, text, page)
        frame = page_frame(page.get_cropbox(), page.get_rotation(), text_direction(text_page))
        drawing = page_to_drawing(page, frame, most=limits.page_objects)
        if limits.exceeded("page_objects", drawing.object_count):
            return Page(number, (), text_to_lines(text), frame.width, frame.height, TOO_MUCH)
        suspect = _suspect(text, drawing)
        if suspect:
            if settings.recognise and ocr_is_installed():
                return _recognised(page, number, previous, suspect, limits)
            return Page(number, (), text_to_lines(text), frame.width, frame.height, suspect)
        grids = rulings_to_grids(drawing.rulings)
        if not grids and wanted:
            # grey rows (every second one, or the header) are no cells: boxes of a table part columns too
            faint = rulings_to_grids(drawing.rulings + drawing.faint_rulings)
            grids = [grid for grid in faint if len(grid.column_edges) > 2 and len(grid.row_edges) > FAINT_ROWS]
        if grids and (lines := _lost_outer_lines(grids[0], previous)):
            grids = rulings_to_grids(drawing.rulings + lines)
        if not wanted and not (previous and (not grids or _continues(grids[0].column_edges, previous))):
            return _plain_page(number, text, page)
        glyphs = page_glyphs(text_page, frame, drawing.special_text)
        return grids_to_page(number, frame, grids, glyphs, surroundings)


def _recognised(page: Any, number: int, previous: Sequence[float], reason: str, limits: Limits) -> Page:
    """A page without usable text, read optically as it is displayed."""
    from kpi.reading.ocr import DOTS_AN_INCH, POINTS_AN_INCH, picture_to_page

    width, height = page.get_size()
    scale = DOTS_AN_INCH / POINTS_AN_INCH
    if limits.exceeded("pixels", round(width * height * scale * scale)):
        return Page(number, (), (), width, height, TOO_MUCH)
    picture = page.render(scale=scale).to_numpy()
    return picture_to_page(picture[:, :, ::-1], number, (width, height), previous, reason)


def _plain_page(number: int, text: str, page: Any) -> Page:
    width, height = page.get_size()
    return Page(number, (), text_to_lines(text), width, height)


def _suspect(text: str, drawing: Drawing) -> str:
    """Why the page's text cannot be read: `scanned`, `outlined` (letters as curves), `unreadable_text`, or ""."""
    characters = squeeze(text)
    if len(characters) < FEW_CHARACTERS and drawing.picture_share >= SCANNED_PICTURE:
        return "scanned"
    if not characters and drawing.path_count >= OUTLINED_PATHS:
        return "outlined"
    strange = sum(1 for c in characters if c == "\ufffd" or "\ue000" <= c <= "\uf8ff")
    if len(characters) >= FEW_CHARACTERS and strange >= UNREADABLE_SHARE * len(characters):
        return "unreadable_text"
    return ""


def _lost_outer_lines(grid: Grid, previous: Sequence[float]) -> list[Ruling]:
    """Side lines of a table without any whose outer column shows no line on this page: it stands where it stood before."""
    if len(previous) < 2:
        return []
    left, right, own = previous[0], previous[-1], grid.column_edges
    met = sum(1 for edge in own if any(abs(edge - other) <= SAME_EDGE for other in previous))
    if met < LOST_SHARE * len(own) or not (own[0] > left + SAME_EDGE or own[-1] < right - SAME_EDGE):
        return []
    top, bottom = grid.row_edges[0], grid.row_edges[-1]
    return [
        Ruling(left, top, left, bottom),
        Ruling(right, top, right, bottom),
        Ruling(left, top, right, top),
        Ruling(left, bottom, right, bottom),
    ]


def _continues(edges: Sequence[float], previous: Sequence[float]) -> bool:
    """Whether a table without header has the columns of the one before, margins of odd and even pages aside."""
    shift = previous[0] - edges[0]
    if abs(edges[-1] + shift - previous[-1]) > SAME_EDGE:
        return False
    met = sum(1 for edge in edges[1:] if any(abs(edge + shift - other) <= SAME_EDGE for other in previous[1:]))
    return met >= CONTINUES_SHARE * (len(edges) - 1)
