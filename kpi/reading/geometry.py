"""Places on a page: characters, ruling lines, and how the file's coordinates, the reading frame and the screen relate.

The *reading frame* is in points with the origin at the upper left, turned so that the page's main text runs from left
to right. The *display* is the page as a viewer shows it; `Box`es of cells are given in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Glyph(NamedTuple):
    """One printed character in the reading frame; `turned` is its direction in degrees clockwise (0, 90, 180, 270)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turned: int = 0


class Ruling(NamedTuple):
    """A horizontal (`top == bottom`) or vertical (`x0 == x1`) line in the reading frame."""

    x0: float
    top: float
    x1: float
    bottom: float


class Matrix(NamedTuple):
    """x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """One point through the matrix."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, other: Matrix) -> Matrix:
        """This matrix first, then `other`."""
        a, b = other.a * self.a + other.c * self.b, other.b * self.a + other.d * self.b
        c, d = other.a * self.c + other.c * self.d, other.b * self.c + other.d * self.d
        e, f = other.point(self.e, self.f)
        return Matrix(a, b, c, d, e, f)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A box through a matrix of quarter turns: left, top, right, bottom."""
        a, b, c, d, e, f = self
        px, py, qx, qy = a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f
        return min(px, qx), min(py, qy), max(px, qx), max(py, qy)


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def quarter_turn(degrees: int, width: float, height: float) -> Matrix:
    """The matrix that turns an upper-left page of this size clockwise by 0, 90, 180 or 270 degrees."""
    return {
        0: IDENTITY,
        90: Matrix(0, 1, -1, 0, height, 0),
        180: Matrix(-1, 0, 0, -1, width, height),
        270: Matrix(0, -1, 1, 0, 0, width),
    }[degrees % 360]


@dataclass(frozen=True, slots=True)
class Frame:
    """How the file's own coordinates, the displayed page and the reading frame hang together."""

    width: float
    height: float
    """Size of the displayed page in points."""
    to_reading: Matrix
    """From the file's own coordinates (origin at the lower left)."""
    to_display: Matrix
    """From the reading frame."""
    turn: int
    """Degrees clockwise by which the file's own page is turned to be read."""

    @property
    def reading_size(self) -> tuple[float, float]:
        """Width and height of the reading frame in points."""
        sideways = self.to_display.a == 0
        return (self.height, self.width) if sideways else (self.width, self.height)

    def display_box(self, x0: float, top: float, x1: float, bottom: float) -> tuple[float, float, float, float]:
        """A box of the reading frame on the displayed page, rounded to hundredths of a point."""
        left, up, right, down = self.to_display.box(x0, top, x1, bottom)
        return round(left, 2), round(up, 2), round(right, 2), round(down, 2)


def page_frame(crop: tuple[float, float, float, float], rotation: int, text_direction: int) -> Frame:
    """The frame of a page.

    `crop` is left, bottom, right, top of the visible box; `rotation` the page's /Rotate and `text_direction` the
    direction of its main text before that, both in degrees clockwise, multiples of 90.
    """
    left, bottom, right, top = crop
    width, height = right - left, top - bottom
    shown = Matrix(1, 0, 0, -1, -left, top).then(quarter_turn(rotation, width, height))
    if rotation % 180 == 90:
        width, height = height, width
    turn = -(text_direction + rotation) % 360
    read_width, read_height = (height, width) if turn % 180 == 90 else (width, height)
    return Frame(
        width, height,
        shown.then(quarter_turn(turn, width, height)),
        quarter_turn(-turn, read_width, read_height),
        (rotation + turn) % 360,
    )  # fmt: skip
