"""Characters of a PDF page with their places, and characters → printed lines of text."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from pypdfium2 import raw

from kpi.reading.drawing import DrawnText, object_address
from kpi.reading.geometry import Frame, Glyph
from kpi.text import usual_characters

SAMPLE = 96
"""Characters whose direction is looked at to find how the page is turned."""
END_OF_LINE_HYPHEN = 0x02
"""What pdfium gives for a hyphen that ends a printed line; in Chinese cells it is a dash of the text."""
SAME_LINE = 0.5
"""Share of the smaller character's height by which centres of one printed line may differ."""
WORD_GAP = 0.45
"""Share of the character height: a wider gap on a line is a printed space (a Chinese character is about 1 high)."""


FLAT = 0.6
"""Share of its neighbour's height, or its own width, under which a character's box is only its ink (、 。 - “)."""
ABOVE_BASELINE = 0.88
"""Share of a Chinese character's height that stands above the baseline."""
SPACED = 0.08
"""Times the character width: letters of a line that are all this far apart are not one horizontal text."""
SOLID_PITCH = 1.06
"""As below, for letters set solid; lines of horizontal print are at least 1.15 apart."""
VERTICAL_PITCH = 1.2
"""Times the character width: letters under each other in vertical print are at most this far apart."""
VERTICAL_ROWS = 3
"""Rows of letters from which print may be vertical."""


class Line(NamedTuple):
    """One printed line of text outside tables, in the reading frame."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


def text_direction(text_page: Any) -> int:
    """Degrees clockwise, a multiple of 90, in which most sampled characters run before the page's /Rotate."""
    count = text_page.count_chars()
    angles: Counter[int] = Counter()
    for index in range(0, count, max(1, count // SAMPLE)):
        if raw.FPDFText_GetUnicode(text_page.raw, index) <= ord(" "):
            continue
        angle = raw.FPDFText_GetCharAngle(text_page.raw, index)
        if angle >= 0:
            quarter = round(math.degrees(angle) / 90)
            if abs(math.degrees(angle) - 90 * quarter) < 5:
                angles[quarter * 90 % 360] += 1
    return angles.most_common(1)[0][0] if angles else 0


def page_glyphs(text_page: Any, frame: Frame, special_text: Mapping[int, DrawnText]) -> list[Glyph]:
    """All visible characters in the reading frame, without watermarks and without overlaid copies (fake bold)."""
    handle, rectangle = text_page.raw, raw.FS_RECTF()
    get_unicode, get_box, to_reading = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, frame.to_reading
    seen: set[tuple[int, int, int]] = set()
    glyphs: list[Glyph] = []
    before = Glyph("", 0, 0, 0, 0)
    for index in range(text_page.count_chars()):
        code = get_unicode(handle, index)
        if code == END_OF_LINE_HYPHEN:
            code = ord("-")
        if _blank(code):
            continue
        get_box(handle, index, rectangle)
        if rectangle.left == rectangle.right:
            continue
        turned = 0
        if special_text:
            special = special_text.get(object_address(raw.FPDFText_GetTextObject(handle, index)))
            if special and special.watermark:
                continue
            turned = special.turned if special else 0
        x0, top, x1, bottom = to_reading.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        if not turned and (height := _height_if_flat(before, x1 - x0, top, bottom)):
            top, bottom = _full_height(handle, index, frame, height)
        step = max(0.25 * min(x1 - x0, bottom - top), 0.3)
        rounded, floored = (code, round(x0 / step), round(top / step)), (-code, int(x0 / step), int(top / step))
        before = Glyph(chr(code), x0, top, x1, bottom, turned)
        if rounded not in seen and floored not in seen:
            glyphs.append(before)
        seen.add(rounded)
        seen.add(floored)
    return glyphs


def _height_if_flat(before: Glyph, width: float, top: float, bottom: float) -> float:
    """How high a character is whose box is only its ink, 0 where the box is as high as the character.

    Wide ones (、 。 一) are as high as wide, narrow ones (- . “) as the character before on the line.
    """
    if bottom - top < FLAT * width:
        return width
    tall = before.bottom - before.top
    if max(width, bottom - top) < FLAT * tall and top < before.bottom and bottom > before.top:
        return tall
    return 0.0


def _full_height(handle: Any, index: int, frame: Frame, height: float) -> tuple[float, float]:
    """Top and bottom of a character as high as its neighbours, from its baseline.

    Fonts without ascent and descent have boxes as high as the ink: a comma would stand on a line of its own.
    """
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(handle, index, x, y)
    _, baseline = frame.to_reading.point(x.value, y.value)
    return baseline - ABOVE_BASELINE * height, baseline + (1 - ABOVE_BASELINE) * height


def _blank(code: int) -> bool:
    """Spaces, controls, line ends that pdfium makes up, and halves of surrogate pairs."""
    return code <= 0x20 or 0x7F <= code <= 0xA0 or code in (0x3000, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF


def glyphs_to_text(glyphs: Iterable[Glyph]) -> str:
    """The text of one cell: characters by printed line, `\\n` between lines."""
    rows = glyphs_to_rows(glyphs)
    if len(rows) > 1:
        rows = _vertical_columns(rows) or rows
    return "\n".join(usual_characters(_join(line)) for line in rows)


def _vertical_columns(rows: list[list[Glyph]]) -> list[list[Glyph]] | None:
    """Vertical print in several columns, each from top to bottom, the right one first; None when it is not that.

    In vertical print letters touch the ones under them and are apart from those beside them. Spread letters of a short
    horizontal text nearly do that too: where the text is not higher than wide, the letters must be set without any lead.
    """
    higher = len(rows) >= VERTICAL_ROWS and max(map(len, rows)) < len(rows)
    pitch = VERTICAL_PITCH if higher else SOLID_PITCH
    for row in rows:
        if any(b.x0 - a.x1 < SPACED * (a.x1 - a.x0) for a, b in pairwise(row)):
            return None
    columns: list[list[Glyph]] = []
    for glyph in sorted((glyph for row in rows for glyph in row), key=lambda g: (-g.x0 - g.x1, g.top)):
        if columns and abs(columns[-1][0].x0 + columns[-1][0].x1 - glyph.x0 - glyph.x1) < glyph.x1 - glyph.x0:
            columns[-1].append(glyph)
        else:
            columns.append([glyph])
    for column in columns:
        column.sort(key=lambda g: g.top)
        for above, below in pairwise(column):
            if below.top - above.top > pitch * (above.x1 - above.x0):
                return None
    if len(columns) < 2 or all(len(column) == 1 for column in columns):
        return None
    return [[glyph] for column in columns for glyph in column]


def glyphs_to_lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Printed lines of text from top to bottom."""
    return [
        Line(
            usual_characters(_join(row)),
            row[0].x0, min(g.top for g in row), max(g.x1 for g in row), max(g.bottom for g in row),
        )
        for row in glyphs_to_rows(glyphs)
    ]  # fmt: skip


def glyphs_to_rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters grouped into printed lines, each from left to right."""
    upright = sorted((_upright(glyph) for glyph in glyphs), key=lambda g: g.top + g.bottom)
    rows: list[list[Glyph]] = []
    centre = height = 0.0
    for glyph in upright:
        middle, tall = (glyph.top + glyph.bottom) / 2, glyph.bottom - glyph.top
        if rows and middle - centre <= SAME_LINE * min(height, tall):
            rows[-1].append(glyph)
            count = len(rows[-1])
            centre += (middle - centre) / count
            height = max(height, tall)
        else:
            rows.append([glyph])
            centre, height = middle, tall
    for row in rows:
        row.sort(key=lambda g: g.x0)
    return rows


def _upright(glyph: Glyph) -> Glyph:
    """A character printed sideways or upside down, in the frame in which it stands upright."""
    text, x0, top, x1, bottom, turned = glyph
    if turned == 0:
        return glyph
    if turned == 90:
        return Glyph(text, top, -x1, bottom, -x0)
    if turned == 180:
        return Glyph(text, -x1, -bottom, -x0, -top)
    return Glyph(text, -bottom, x0, -top, x1)


def _join(row: list[Glyph]) -> str:
    """The characters of one printed line; a wide gap becomes a space."""
    if len(row) == 1:
        return row[0].text
    parts = [row[0].text]
    for left, right in pairwise(row):
        if right.x0 - left.x1 > WORD_GAP * min(left.bottom - left.top, right.bottom - right.top):
            parts.append(" ")
        parts.append(right.text)
    return "".join(parts)
