"""What is drawn on a PDF page beside its text: ruling lines, pictures, watermarks (through pypdfium2)."""

from __future__ import annotations

import ctypes
import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pypdfium2 import raw

from kpi.reading.geometry import Frame, Matrix, Ruling

if TYPE_CHECKING:
    from collections.abc import Iterator

THIN = 3.0
"""Points. A filled box thinner than this is a ruling line (Word and WPS draw borders as boxes of 0.5 to 1.5 points)."""
SHORTEST = 0.8
"""Points. A dash of a dotted border; dashes that do not add up to a line are dropped where lines are merged."""
STRAIGHT = 0.6
"""Points by which a line may deviate over its length and still be level or upright."""
MOST_SEGMENTS = 40_000
"""Path segments read a page: a map or a chart must not hold up a batch."""
DEEPEST_FORM = 6
"""Nesting of form XObjects that is followed; viewers draw deeper ones, writers of office files make 1 or 2."""
LIGHT, WHITE = 0.75, 0.985
"""Luminance from which a fill is a watermark's grey; lighter than `WHITE` is white print on a dark cell."""
FAINT_ALPHA = 110
"""Of 255: more transparent text than this is a watermark."""
WATERMARK_SIZE = 16.0
"""Points. Light text of smaller print is body text in grey (template hints), not a watermark."""

Point = tuple[float, float]

_FORM, _IMAGE, _PATH, _TEXT = 5, 3, 2, 1
_LINE_TO, _MOVE_TO = 0, 2


class DrawnText(NamedTuple):
    """A text object that is not ordinary: a watermark, or print turned against the page's text."""

    watermark: bool
    turned: int


@dataclass(slots=True)
class Drawing:
    """Lines and pictures of a page, in the reading frame."""

    rulings: list[Ruling] = field(default_factory=list)
    faint_rulings: list[Ruling] = field(default_factory=list)
    """Borders of filled boxes, and white strokes: ruling lines only on a page that has no others."""
    picture_share: float = 0.0
    """Share of the page that its largest picture covers, 0–1."""
    path_count: int = 0
    special_text: dict[int, DrawnText] = field(default_factory=dict)
    """Address of the text object → what is special about it."""
    segment_count: int = 0
    object_count: int = 0


def page_to_drawing(page: Any, frame: Frame, *, most: int = 0) -> Drawing:
    """Read all objects of a page, those inside form XObjects included; ends after `most` of them (0 = no limit)."""
    drawing = Drawing()
    area = frame.width * frame.height
    for kind, handle, matrix in _objects(page):
        drawing.object_count += 1
        if most and drawing.object_count > most:
            break
        if kind == _PATH:
            drawing.path_count += 1
            if drawing.segment_count < MOST_SEGMENTS:
                _add_path(drawing, handle, matrix.then(frame.to_reading))
        elif kind == _TEXT:
            special = _special_text(handle, matrix, frame.turn)
            if special:
                drawing.special_text[object_address(handle)] = special
        elif kind == _IMAGE and area:
            # an image fills the unit square of its matrix
            own = _own_matrix(handle).then(matrix)
            drawing.picture_share = max(drawing.picture_share, abs(own.a * own.d - own.b * own.c) / area)
    return drawing


def object_address(handle: Any) -> int:
    """Address of a page object: the identity by which a character finds its text object."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _objects(page: Any) -> Iterator[tuple[int, Any, Matrix]]:
    """Kind, handle and the matrix to page coordinates of what lies around, depth first, of every drawn object."""

    def walk(count: int, get: Any, parent: Any, matrix: Matrix, depth: int) -> Iterator[tuple[int, Any, Matrix]]:
        for index in range(count):
            handle = get(parent, index)
            if not handle:
                continue
            kind = raw.FPDFPageObj_GetType(handle)
            if kind == _FORM and depth < DEEPEST_FORM:
                inner = _own_matrix(handle).then(matrix)
                yield from walk(
                    raw.FPDFFormObj_CountObjects(handle), raw.FPDFFormObj_GetObject, handle, inner, depth + 1
                )
            else:
                yield kind, handle, matrix

    identity = Matrix(1, 0, 0, 1, 0, 0)
    yield from walk(raw.FPDFPage_CountObjects(page.raw), raw.FPDFPage_GetObject, page.raw, identity, 0)


def _own_matrix(handle: Any) -> Matrix:
    values = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(handle, values)
    return Matrix(values.a, values.b, values.c, values.d, values.e, values.f)


# --- text objects ------------------------------------------------------------------------------------------------------


def _special_text(handle: Any, matrix: Matrix, page_turn: int) -> DrawnText | None:
    """What is special about a text object; None for ordinary print, which is nearly all."""
    own = _own_matrix(handle).then(matrix)
    direction = -math.degrees(math.atan2(own.b, own.a)) + page_turn
    quarter = round(direction / 90)
    if abs(direction - 90 * quarter) > 4:
        return DrawnText(watermark=True, turned=0)
    turned = quarter * 90 % 360
    luminance, alpha = _fill(handle)
    if alpha < FAINT_ALPHA or LIGHT < luminance < WHITE:
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(handle, size)
        if size.value * math.hypot(own.c, own.d) >= WATERMARK_SIZE:
            return DrawnText(watermark=True, turned=turned)
    return DrawnText(watermark=False, turned=turned) if turned else None


def _fill(handle: Any) -> tuple[float, int]:
    """Luminance (0–1) and alpha (0–255) of an object's fill; black where it has none."""
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
        return 0.0, 255
    return (0.299 * red.value + 0.587 * green.value + 0.114 * blue.value) / 255, alpha.value


# --- paths -------------------------------------------------------------------------------------------------------------


def _add_path(drawing: Drawing, handle: Any, matrix: Matrix) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(handle, fill, stroke) or not (fill.value or stroke.value):
        return
    to_reading = _own_matrix(handle).then(matrix)
    stroked = bool(stroke.value) and not _white_stroke(handle)
    for points, curved in _outlines(handle, to_reading, drawing):
        if stroke.value and not curved:
            target = drawing.rulings if stroked else drawing.faint_rulings
            target.extend(_lines(points))
        elif fill.value and not curved:
            _add_filled(drawing, points)


def _white_stroke(handle: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not raw.FPDFPageObj_GetStrokeColor(handle, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= 255 * WHITE


def _outlines(handle: Any, matrix: Matrix, drawing: Drawing) -> Iterator[tuple[list[Point], bool]]:
    """The path's outlines as points in the reading frame, each with whether it has curves."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[Point] = []
    curved = False
    count = raw.FPDFPath_CountSegments(handle)
    drawing.segment_count += count
    for index in range(min(count, MOST_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == _MOVE_TO:
            if len(points) > 1:
                yield points, curved
            points, curved = [], False
        elif kind != _LINE_TO:
            curved = True
        points.append(matrix.point(x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment) and points[-1] != points[0]:
            points.append(points[0])
    if len(points) > 1:
        yield points, curved


def _lines(points: list[Point]) -> Iterator[Ruling]:
    """The level and upright lines of a stroked outline; a thin stroked box is one line."""
    x0, top, x1, bottom = _bounds(points)
    if len(points) > 2 and min(x1 - x0, bottom - top) < THIN:
        yield from _thin_box(x0, top, x1, bottom)
        return
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        if abs(ay - by) <= STRAIGHT and abs(ax - bx) >= SHORTEST:
            yield Ruling(min(ax, bx), (ay + by) / 2, max(ax, bx), (ay + by) / 2)
        elif abs(ax - bx) <= STRAIGHT and abs(ay - by) >= SHORTEST:
            yield Ruling((ax + bx) / 2, min(ay, by), (ax + bx) / 2, max(ay, by))


def _add_filled(drawing: Drawing, points: list[Point]) -> None:
    """A filled box: a ruling line when it is thin, else its borders are kept as faint."""
    x0, top, x1, bottom = _bounds(points)
    if min(x1 - x0, bottom - top) < THIN:
        drawing.rulings.extend(_thin_box(x0, top, x1, bottom))
    elif all(min(abs(ax - bx), abs(ay - by)) <= STRAIGHT for (ax, ay), (bx, by) in itertools.pairwise(points)):
        drawing.faint_rulings.extend(
            [
                Ruling(x0, top, x1, top),
                Ruling(x0, bottom, x1, bottom),
                Ruling(x0, top, x0, bottom),
                Ruling(x1, top, x1, bottom),
            ]
        )


def _thin_box(x0: float, top: float, x1: float, bottom: float) -> Iterator[Ruling]:
    width, height = x1 - x0, bottom - top
    if width >= max(SHORTEST, 1.5 * height):
        yield Ruling(x0, (top + bottom) / 2, x1, (top + bottom) / 2)
    elif height >= max(SHORTEST, 1.5 * width):
        yield Ruling((x0 + x1) / 2, top, (x0 + x1) / 2, bottom)


def _bounds(points: list[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
