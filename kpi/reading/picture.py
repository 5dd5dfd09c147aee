"""A picture of a page: put straight, its ruling lines, and the lines of print in a stretch of it (through OpenCV).

Pictures are grey (8 bit, black print on white); places are pixels from the upper left corner.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kpi.reading.geometry import Ruling

Grey = NDArray[np.uint8]

SEAL_RED, SEAL_DISTANCE = 110, 40
"""Grey levels: red of a seal's ink, and how far green and blue stay behind it; under black print red is less."""
STEEPEST = 6.0
"""Degrees that a page may lie askew in a scanner; more is a page put in sideways."""
LEVEL_KERNEL, UPRIGHT_KERNEL = 0.28, 0.12
"""Inches that a stretch of ink must run on to be a line: a character is 0.15 wide, a row 0.16 high."""
SKEW_KERNEL = 0.2
"""Inches that level ink must run on to tell how the page lies: at 2 degrees a line falls 1 pixel over it."""
SKEW_LINE = 1.2
"""Inches of a line that tells how the page lies."""
SHORTEST_LEVEL = 0.5
"""Inches. Of several strokes in a row (一 一) none is this long."""
BRIDGED = 0.07
"""Inches of a gap in a line that is bridged: faint print, a letter that was written over it."""
THICKEST = 0.05
"""Inches. A line is thinner on its whole length; filled boxes and stamps are not."""
END_REACH = 0.02
"""Inches by which an upright line may miss the level lines it must meet: strokes of letters meet one at most."""
WHOLE = 0.7
"""Share of the highest line of a cell from which a line is whole; what is lower may be a part of a letter."""
ONE_LINE = 1.15
"""Times the usual height that parts put together may have."""
LOWEST_LINE, HIGHEST_LINE = 0.11, 0.2
"""Inches of a line of 8 to 14 point print: the usual height where a cell holds nothing but parts."""
DASH = 0.03
"""Inches. A dash (no value) is at least this wide; specks are smaller."""
LONE_LINE = 0.35
"""Inches. A lone upright line lower than this is a letter's stroke."""
SAME_PLACE = 0.02
"""Inches by which pieces of one upright line may differ."""
LEAST_INK = 10
"""Dark pixels under which a stretch is empty."""
LINE_INK = 2
"""Dark pixels that a row of pixels must have to belong to print; noise has one."""
FLAT_LINE = 0.035
"""Inches. Lower than this a line of print is noise or a rest of a ruling line; a comma alone is 0.03."""


def to_grey(picture: NDArray[Any]) -> Grey:
    """The red part of a picture (RGB), clear red as white: black print stays, seals (公章) over it vanish."""
    if picture.ndim == 2:
        return np.ascontiguousarray(picture, dtype=np.uint8)
    red = np.array(picture[:, :, 0], dtype=np.uint8)
    others = picture[:, :, 1:3].max(axis=2).astype(np.int16)
    seal = ((red > SEAL_RED) & (red - others > SEAL_DISTANCE)).astype(np.uint8)
    # the pale rim of a seal is not clearly red; what is dark beside it is print
    rim = cv2.dilate(seal, np.ones((5, 5), np.uint8))
    red[(rim > 0) & (red > SEAL_RED)] = 255
    return red


def to_ink(grey: Grey, dots_an_inch: float) -> Grey:
    """255 where there is ink, judged against the brightness around it (shadows, yellowed paper)."""
    block = int(dots_an_inch * 0.2) | 1
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(
        cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 18), dtype=np.uint8
    )


def straighten(grey: Grey, dots_an_inch: float) -> Grey:
    """Turn the picture so that its ruling lines are level; pages without long lines stay as they are."""
    angle = skew(grey, dots_an_inch)
    if abs(angle) < 0.03:
        return grey
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255.0,))
    return np.asarray(turned, dtype=np.uint8)


def skew(grey: Grey, dots_an_inch: float) -> float:
    """Degrees by which long lines fall to the right; 0 without such lines."""
    ink = to_ink(grey, dots_an_inch)
    # only long level runs stay: fitting lines through all ink would take half a minute
    thickened = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones((1, int(SKEW_KERNEL * dots_an_inch)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs)
    angles, lengths = [], []
    for label, (x, y, w, h, _) in enumerate(stats):
        if label and w >= SKEW_LINE * dots_an_inch and h <= w * np.tan(np.radians(STEEPEST)) + 4:
            ys, xs = np.nonzero(labels[y : y + h, x : x + w] == label)
            angles.append(float(np.degrees(np.arctan(np.polyfit(xs, ys, 1)[0]))))
            lengths.append(float(w))
    if not angles:
        return 0.0
    order = np.argsort(angles)
    half = np.searchsorted(np.cumsum(np.asarray(lengths)[order]), sum(lengths) / 2)
    return angles[int(order[int(half)])]


def find_rulings(grey: Grey, dots_an_inch: float) -> list[Ruling]:
    """Level and upright lines of the picture, in pixels; upright ones only where they meet two level ones."""
    ink = to_ink(grey, dots_an_inch)
    thick, bridged = THICKEST * dots_an_inch, int(BRIDGED * dots_an_inch)
    level = [
        Ruling(x, middle, x + w, middle)
        for x, _, w, _, area, middle in _runs(ink, (int(LEVEL_KERNEL * dots_an_inch), 1), bridged)
        if area <= thick * w and w >= SHORTEST_LEVEL * dots_an_inch
    ]
    upright = [
        Ruling(middle, y, middle, y + h)
        for _, y, _, h, area, middle in _runs(ink, (1, int(UPRIGHT_KERNEL * dots_an_inch)), bridged)
        if area <= thick * h
    ]
    reach = END_REACH * dots_an_inch
    met = [cut for line in upright if (cut := _between(line, level, reach))]
    return level + [line for line in met if not _is_stroke(line, met, dots_an_inch)]


def _runs(ink: Grey, kernel: tuple[int, int], bridged: int) -> list[tuple[float, ...]]:
    """Runs of ink at least as long as the kernel: left, top, width, height, pixels, and the middle across.

    A pixel across is allowed for what is still askew. Letters that touch a line widen its box, hardly its pixels.
    """
    level = kernel[0] > 1
    joined = cv2.dilate(ink, _brush(level=not level, length=3))
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, _brush(level=level, length=3))
    opened = cv2.morphologyEx(joined, cv2.MORPH_OPEN, _brush(level=level, length=max(kernel)))
    whole = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _brush(level=level, length=bridged))
    _, _, stats, centres = cv2.connectedComponentsWithStats(whole)
    return [
        (*map(float, stat), float(centre[1 if level else 0]))
        for stat, centre in zip(stats[1:], centres[1:], strict=True)
    ]


def _brush(*, level: bool, length: int) -> NDArray[np.uint8]:
    return np.ones((1, length) if level else (length, 1), np.uint8)


def _between(line: Ruling, level: list[Ruling], reach: float) -> Ruling | None:
    """An upright line from the first level line that it meets to the last, None when it meets less than two."""
    met = [
        rule.top
        for rule in level
        if rule.x0 - reach <= line.x0 <= rule.x1 + reach and line.top - reach <= rule.top <= line.bottom + reach
    ]
    return Ruling(line.x0, min(met), line.x1, max(met)) if len(met) > 1 else None


def _is_stroke(line: Ruling, upright: list[Ruling], dots_an_inch: float) -> bool:
    """Whether a line as low as one row stands alone in its place: a stroke of a letter that fills its row."""
    near = [other for other in upright if abs(other.x0 - line.x0) <= SAME_PLACE * dots_an_inch]
    return line.bottom - line.top < LONE_LINE * dots_an_inch and len(near) == 1


def print_lines(ink: Grey, dots_an_inch: float) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each line of print in a stretch of ink without ruling lines."""
    if np.count_nonzero(ink) < LEAST_INK:
        return []
    rows = np.count_nonzero(ink, axis=1) >= LINE_INK
    lines = []
    least = FLAT_LINE * dots_an_inch
    for top, bottom in _merged(_stretches(rows), dots_an_inch):
        columns = np.flatnonzero(np.count_nonzero(ink[top:bottom], axis=0))
        # a dash is flat, but no speck
        if len(columns) and (bottom - top >= least or columns[-1] - columns[0] >= DASH * dots_an_inch):
            lines.append((int(columns[0]), top, int(columns[-1]) + 1, bottom))
    return _without_specks(lines)


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _merged(stretches: list[tuple[int, int]], dots_an_inch: float) -> list[tuple[int, int]]:
    """Parts of letters put together to lines as high as the others: the strokes of 三, the upper stroke of 元.

    A dash between two full lines fits to neither and stays alone.
    """
    highest = max((bottom - top for top, bottom in stretches), default=0)
    usual = min(max(highest, LOWEST_LINE * dots_an_inch), HIGHEST_LINE * dots_an_inch)
    merged: list[tuple[int, int]] = []
    for top, bottom in stretches:
        if merged:
            above = merged[-1]
            in_part = min(above[1] - above[0], bottom - top) < WHOLE * usual
            if in_part and bottom - above[0] <= ONE_LINE * usual:
                merged[-1] = (above[0], bottom)
                continue
        merged.append((top, bottom))
    return merged


def _without_specks(lines: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Lines less than a third as high as the others of the stretch are specks between them."""
    if len(lines) < 2:
        return lines
    usual = median(bottom - top for _, top, _, bottom in lines)
    return [line for line in lines if max(line[3] - line[1], line[2] - line[0]) >= usual / 3]
