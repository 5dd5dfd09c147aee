"""A grid laid on pages: wrapped lines, row heights, rows and cells cut by a page's end, merged text on either side.

Both the PDF renderer and the text exports (which are exports of such pages) take their pages from here.
Lengths are points; `y` grows downwards.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field

from tests.generator.blocks import Cell, Grid

NARROW = 0.5
"""Width of a Latin letter or digit in ems, as STSong-Light has them."""


@dataclass(frozen=True)
class PageStyle:
    """How a word processor lays the table; drawn once a document."""

    size: float = 9.0
    padding: float = 2.0
    leading: float = 1.25
    least_height: float = 14.0
    top_aligned: bool = False
    cut_rows: bool = True
    """Rows may be cut by a page's end; otherwise the whole row moves to the next page."""
    cut_ruled: bool = True
    """A ruling line is drawn where a cell is cut (Writer, Word); otherwise none (spreadsheet print)."""
    merged: str = "first"
    """Where a merged cell's text stands that straddles pages: `first`, `largest` part, `middle` of the whole, `repeat`."""
    repeat_header: bool = False
    top_merged: bool = False
    """Text of merged cells stands beside their first row; drawn for tables without lines only."""
    whole_numbers: bool = False
    """Codes and amounts are never cut by a page's end: the given raw texts have no such cut."""
    break_anywhere: bool = False
    """Numbers are broken too (`≥9` ¦ `5%`), as some printers do."""


@dataclass
class Piece:
    """What one page shows of one cell: its rectangle and the lines with their baselines' tops."""

    cell: Cell
    x0: float
    x1: float
    top: float
    bottom: float
    lines: list[tuple[float, str]] = field(default_factory=list)
    open_top: bool = False
    open_bottom: bool = False
    row: int = 0
    """Row of the page piece, 0-based, header rows included."""
    row_span: int = 1


@dataclass
class PagePiece:
    """One page of a grid; `top` is where the first row begins."""

    pieces: list[Piece]
    row_count: int
    first: bool
    header_rows: int
    height: float


@dataclass
class Fragment:
    """A row or the part of a row that stands on a page."""

    row: int
    start: float
    end: float
    """Offsets within the row that the page shows."""
    row_height: float
    top: float = 0.0


def em_width(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else NARROW for letter in text)


def tokens(text: str) -> list[str]:
    """Pieces that a word processor keeps together: numbers with their sign and %, Latin words, closing marks with what they close."""
    return re.findall(r"(?:[≥≤＞<>=]*[A-Za-z0-9.,%+]+|.)[，。；：、）】〕”！？]*", text)


def wrap(text: str, width: float, size: float, *, vertical: bool = False, anywhere: bool = False) -> list[str]:
    """Break between Chinese letters; a number wider than the cell is broken too. Explicit line breaks are kept."""
    if not text:
        return []
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for token in list(part) if anywhere or vertical else tokens(part):
            whole = em_width(line + token) * size <= width + 0.01 and not (vertical and line)
            if line and not whole:
                lines.append(line)
                line = ""
            if em_width(token) * size <= width + 0.01 or len(token) == 1:
                line += token
                continue
            for letter in token:
                if line and em_width(line + letter) * size > width + 0.01:
                    lines.append(line)
                    line = ""
                line += letter
        lines.append(line)
    return lines


class Paginator:
    """Lays one grid; keeps the wrapped lines of each cell."""

    def __init__(self, grid: Grid, style: PageStyle, width: float) -> None:
        self.grid, self.style = grid, style
        scale = width / sum(grid.widths)
        self.edges = [0.0]
        for part in grid.widths:
            self.edges.append(self.edges[-1] + part * scale)
        self.step = style.size * style.leading
        self.lines = {id(cell): self.wrapped(cell) for cell in grid.cells}
        self.heights = self.row_heights()

    def wrapped(self, cell: Cell) -> list[str]:
        room = self.edges[cell.column + cell.column_span] - self.edges[cell.column] - 2 * self.style.padding
        return wrap(cell.text, room, self.style.size, vertical=cell.vertical, anywhere=self.style.break_anywhere)

    def needed(self, cell: Cell) -> float:
        return len(self.lines[id(cell)]) * self.step + 2 * self.style.padding

    def row_heights(self) -> list[float]:
        """Highest cell of each row; what a merged cell needs beyond its rows goes to its last row, as word processors do."""
        heights = [self.style.least_height] * self.grid.row_count
        for cell in self.grid.cells:
            if cell.row_span == 1:
                heights[cell.row] = max(heights[cell.row], self.needed(cell))
        for cell in sorted(self.grid.cells, key=lambda cell: cell.row_span):
            rows = range(cell.row, cell.row + cell.row_span)
            missing = self.needed(cell) - sum(heights[row] for row in rows)
            if missing > 0:
                heights[rows[-1]] += missing
        return heights

    def cut_at(self, row: int, room: float) -> float:
        """How much of a row a page of `room` points takes: whole lines, 0 where nothing sensible fits."""
        tallest = max(
            (len(self.lines[id(cell)]) for cell in self.grid.cells if cell.row == row and cell.row_span == 1), default=0
        )
        if not self.style.cut_rows or tallest < 2:
            return 0.0
        lines = int((room - self.style.padding) / self.step)
        lines = min(lines, tallest - 1)
        if lines < 1:
            return 0.0
        offset = self.style.padding
        if not self.style.top_aligned:
            offset = max(offset, (self.heights[row] - tallest * self.step) / 2)
        return min(offset + lines * self.step, self.heights[row] - 1) if offset + lines * self.step <= room else 0.0

    def fragments(self, first_room: float, room: float) -> list[list[Fragment]]:
        """Rows dealt to pages; header rows are put on each page again where the style says so."""
        header = list(range(self.grid.header_start, self.grid.header_start + self.grid.header_rows))
        repeated = header if self.style.repeat_header else []
        pages: list[list[Fragment]] = [[]]
        used, limit = 0.0, first_room
        row, start = 0, 0.0
        while row < self.grid.row_count:
            left = self.heights[row] - start
            if used + left <= limit + 0.01:
                pages[-1].append(Fragment(row, start, self.heights[row], self.heights[row], used))
                used, row, start = used + left, row + 1, 0.0
                continue
            part = self.cut_at(row, limit - used) if start == 0.0 and row not in header else 0.0
            if part > 0:
                pages[-1].append(Fragment(row, 0.0, part, self.heights[row], used))
                start = part
            elif not pages[-1] or all(fragment.row in repeated for fragment in pages[-1]):
                part = min(left, limit - used)
                pages[-1].append(Fragment(row, start, start + part, self.heights[row], used))
                row, start = (row + 1, 0.0) if part >= left - 0.01 else (row, start + part)
            pages.append([])
            used, limit = 0.0, room
            if row >= self.grid.row_count:
                pages.pop()
                break
            if row > header[-1] if header else False:
                for number in repeated:
                    pages[-1].append(Fragment(number, 0.0, self.heights[number], self.heights[number], used))
                    used += self.heights[number]
        return [page for page in pages if page]

    def pages(self, first_room: float, room: float) -> list[PagePiece]:
        dealt = self.fragments(first_room, room)
        header = set(range(self.grid.header_start, self.grid.header_start + self.grid.header_rows))
        result = []
        for number, page in enumerate(dealt):
            repeated = sum(1 for fragment in page if fragment.row in header) if number else 0
            height = max(fragment.top + fragment.end - fragment.start for fragment in page)
            result.append(PagePiece([], len(page), number == 0, repeated, height))
        for cell in self.grid.cells:
            self.place(cell, dealt, result)
        for page_piece in result:
            page_piece.pieces.sort(key=lambda piece: (piece.row, piece.x0))
        return result

    def place(self, cell: Cell, dealt: list[list[Fragment]], result: list[PagePiece]) -> None:
        """Give a cell its rectangle on each page it touches and share out its lines."""
        rows = range(cell.row, cell.row + cell.row_span)
        parts: list[tuple[int, Piece]] = []
        repeats: list[tuple[int, Piece]] = []
        seen_whole = False
        for number, page in enumerate(dealt):
            own = [(position, fragment) for position, fragment in enumerate(page) if fragment.row in rows]
            if not own:
                continue
            top = own[0][1].top
            bottom = own[-1][1].top + own[-1][1].end - own[-1][1].start
            piece = Piece(cell, self.edges[cell.column], self.edges[cell.column + cell.column_span], top, bottom)
            piece.row, piece.row_span = own[0][0], len(own)
            again = seen_whole and own[0][1].row == cell.row and own[0][1].start == 0.0
            (repeats if again else parts).append((number, piece))
            piece.open_top = not again and bool(parts[:-1])
            seen_whole = True
        for _, piece in parts[:-1]:
            piece.open_bottom = True
        self.share(cell, [piece for _, piece in parts])
        for _, piece in repeats:
            self.share(cell, [piece])
        for number, piece in parts + repeats:
            result[number].pieces.append(piece)

    def share(self, cell: Cell, pieces: list[Piece]) -> None:
        """Deal the lines of a cell to its parts on the pages."""
        lines = self.lines[id(cell)]
        if not lines or not pieces:
            return
        merged = cell.row_span > 1
        if len(pieces) > 1 and self.style.whole_numbers and cell.text.isascii():
            self.stack(pieces[0], lines, top_aligned=True)
            return
        mode = self.style.merged if merged else "flow"
        if merged and self.style.top_merged:
            self.flow(pieces, lines)
            return
        if len(pieces) == 1:
            self.stack(pieces[0], lines, top_aligned=self.style.top_merged or (self.style.top_aligned and not merged))
        elif mode == "repeat":
            for piece in pieces:
                self.flow([piece], lines)
        elif mode == "largest":
            best = max(pieces, key=lambda piece: piece.bottom - piece.top)
            if best.bottom - best.top >= len(lines) * self.step:
                self.stack(best, lines)
            else:
                self.flow(pieces, lines)
        elif mode == "middle" or (mode == "flow" and not self.style.top_aligned):
            self.middle(pieces, lines)
        else:
            self.flow(pieces, lines)

    def stack(self, piece: Piece, lines: list[str], *, top_aligned: bool = False) -> None:
        offset = self.style.padding
        if not top_aligned:
            offset = max(0.0, (piece.bottom - piece.top - len(lines) * self.step) / 2)
        piece.lines = [(piece.top + offset + number * self.step, line) for number, line in enumerate(lines)]

    def flow(self, pieces: list[Piece], lines: list[str]) -> None:
        """Fill the first part from its top, then the next (word processors)."""
        rest = list(lines)
        for position, piece in enumerate(pieces):
            room = int((piece.bottom - piece.top - self.style.padding + 0.5) / self.step)
            if position == len(pieces) - 1:
                room = max(room, len(rest))
            taken, rest = rest[:room], rest[room:]
            piece.lines = [
                (piece.top + self.style.padding + number * self.step, line) for number, line in enumerate(taken)
            ]

    def middle(self, pieces: list[Piece], lines: list[str]) -> None:
        """Centre over the whole cell; the page's end falls where it falls (spreadsheet print)."""
        whole = sum(piece.bottom - piece.top for piece in pieces)
        offset = (whole - len(lines) * self.step) / 2
        begin = 0.0
        for position, piece in enumerate(pieces):
            height = piece.bottom - piece.top
            for number, line in enumerate(lines):
                place = offset + number * self.step
                centre = place + self.step / 2
                if begin <= centre < begin + height or (position == len(pieces) - 1 and centre >= begin + height):
                    inside = min(max(place - begin, 0.5), max(0.5, height - self.step))
                    piece.lines.append((piece.top + inside, line))
            begin += height


def draw_page_style(rng: random.Random) -> PageStyle:
    """A style of a document."""
    size = rng.choice([7.5, 8.0, 9.0, 9.0, 10.5])
    top_aligned = rng.random() < 0.5
    return PageStyle(
        size=size,
        padding=rng.choice([1.5, 2.0, 3.5]),
        leading=rng.choice([1.15, 1.25, 1.5]),
        least_height=rng.choice([12.0, 16.0, 22.0]),
        top_aligned=top_aligned,
        cut_rows=rng.random() < 0.75,
        cut_ruled=rng.random() < 0.6,
        merged=rng.choice(
            ["first", "first", "largest", "middle", "middle"] + (["repeat"] if rng.random() < 0.3 else [])
        ),
        repeat_header=rng.random() < 0.4,
        break_anywhere=rng.random() < 0.15,
    )
