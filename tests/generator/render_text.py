"""The three plain-text exports: `tabs` (a row a line), `spaces` (cells broken over lines), `lines` (a cell a line).

`tabs` and `spaces` are exports of printed pages, so they take their pages from `pagination`, cuts and straddling merges
included; `lines` is an export of a word processor's file and knows no pages.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from tests.generator import noise
from tests.generator.blocks import Block, Cell, Grid, PageBreak, Text
from tests.generator.pagination import PagePiece, PageStyle, Paginator, Piece, em_width

WIDTHS = {False: 480.0, True: 740.0}
HEIGHTS = {False: 740.0, True: 430.0}
NARROW_CELL = 1.6
"""Ems: cells narrower than this come out with their letters apart."""


def render_text(blocks: list[Block], path: Path, seed: int, form: str) -> None:
    """Write one of the three text styles as UTF-8."""
    rng = random.Random(f"{seed}-{form}")
    writer = {"tabs": TabsWriter, "spaces": SpacesWriter, "lines": LinesWriter}[form](rng)
    for block in blocks:
        if isinstance(block, Text):
            writer.text(block)
        elif isinstance(block, Grid):
            writer.grid(block)
        elif isinstance(block, PageBreak):
            writer.gap()
    text = "\n".join(writer.out).rstrip("\n") + "\n"
    path.write_text(text, encoding="utf-8")


class Writer:
    """Collects output lines."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.out: list[str] = []

    def text(self, block: Text) -> None:
        self.out += [block.text, ""]

    def gap(self) -> None:
        if self.out and self.out[-1]:
            self.out.append("")

    def grid(self, grid: Grid) -> None:
        raise NotImplementedError

    def lead(self, grid: Grid) -> None:
        """Title and 部门名称 above a table."""
        self.gap()
        for line in [grid.title, *grid.lines_above]:
            if line:
                self.out += [line, ""]


class TabsWriter(Writer):
    """Style of raw texts 000, 003 and 004."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.markdown = rng.random() < 0.6
        self.repeat = rng.random() < 0.35
        self.pangu = rng.random() < 0.4
        self.tagged = rng.random() < 0.15
        self.drifting = rng.random() < 0.75
        self.merged = rng.choice(["first", "first", "middle"])

    def lead(self, grid: Grid) -> None:
        self.gap()
        mark = "## " if self.markdown else ""
        for line in ([mark + grid.title] if grid.title else []) + grid.lines_above:
            broken = line.startswith("单位：") and self.rng.random() < 0.3
            self.out += [line[:-1] + "  ", line[-1], ""] if broken else [line, ""]

    def text(self, block: Text) -> None:
        mark = {"title": "# ", "heading": "## "}.get(block.kind, "") if self.markdown else ""
        self.out += [mark + block.text, ""]

    def grid(self, grid: Grid) -> None:
        style = PageStyle(
            size=9.0,
            cut_rows=self.rng.random() < 0.8,
            merged=self.merged,
            repeat_header=self.repeat and bool(grid.groups),
            least_height=18.0,
            top_aligned=True,
            whole_numbers=True,
        )
        paginator = Paginator(grid, style, WIDTHS[grid.landscape])
        pages = paginator.pages(HEIGHTS[grid.landscape] * 0.8, HEIGHTS[grid.landscape])
        self.lead(grid)
        for number, page in enumerate(pages):
            if number:
                self.gap()
                if style.repeat_header:
                    self.lead(grid)
            self.page(grid, page, style, last=number == len(pages) - 1)
        self.gap()

    def page(self, grid: Grid, page: PagePiece, style: PageStyle, *, last: bool) -> None:
        wrapped = "ends" if self.rng.random() < 0.3 else "none"
        rows = [[""] * grid.column_count for _ in range(page.row_count)]
        starts: dict[int, Piece] = {}
        for piece in page.pieces:
            rows[piece.row][piece.cell.column] = self.cell_text(piece, style, wrapped)
            if piece.cell.column == 0:
                starts[piece.row] = piece
        if grid.groups and self.drifting:
            rows = self.drift(grid, page, rows, starts)
        elif self.drifting and not last and len(rows) > 3 and self.rng.random() < 0.5:
            rows[-1] = self.overall_left(grid, page, rows[-1])
        self.out += ["\t".join(row) for row in rows]
        if last and self.markdown and self.rng.random() < 0.2:
            self.out.append("\t".join("-" * self.rng.randint(2, 8) for _ in range(grid.column_count)))

    def cell_text(self, piece: Piece, style: PageStyle, wrapped: str) -> str:
        lines = [line for _, line in piece.lines]
        text = noise.spaced(lines, wrapped)
        if self.tagged and piece.cell.align == "left" and len(text) > 60:
            text = f"<p>{text}</p>"
        width = (piece.x1 - piece.x0) / style.size
        if (len(lines) > 1 and width < NARROW_CELL + 1 and all(em_width(line) <= NARROW_CELL for line in lines)) or (
            piece.cell.column == 0 and len(lines) > 1 and piece.cell.text.isascii()
        ):
            text = " ".join(lines)
        return noise.pangu(text) if self.pangu else text

    def overall_left(self, grid: Grid, page: PagePiece, row: list[str]) -> list[str]:
        """The last row of a page loses its leading empty cells (000: 资产管理规范性 in the first column)."""
        pieces = [piece for piece in page.pieces if piece.row == page.row_count - 1 and piece.row_span == 1]
        if (
            row[0]
            or len(pieces) < 2
            or any(piece.open_bottom or piece.open_top for piece in pieces)
            or not row[2]
            or grid.column_count > 6
        ):
            return row
        kept = row[2:] if not row[1] else row[1:]
        return kept + [""] * (len(row) - len(kept))

    def drift(self, grid: Grid, page: PagePiece, rows: list[list[str]], starts: dict[int, Piece]) -> list[list[str]]:
        """At most one kind of column noise a block of a page, none in the header."""
        rng, groups = self.rng, sorted(grid.groups)
        head = grid.header_rows if page.first else page.header_rows
        cut = {piece.row for piece in page.pieces if piece.row_span == 1 and (piece.open_top or piece.open_bottom)}
        kind = rng.choice(["", "", "", "drop", "extra", "blocks", "blocks", "last", "satisfaction"])
        body = list(range(head, len(rows)))
        if not body:
            return rows
        if kind == "drop" and head == 0:
            return noise.drop_empty_column(rows, grid.amount_columns, groups)
        if kind == "extra":
            return noise.extra_column(rows)
        if kind == "last" and body[-1] not in cut:
            rows[-1] = noise.last_row_left(rows[-1], groups, 2)
        if kind == "satisfaction":
            place = rng.choice(body)
            rows[place] = rows[place] if place in cut else noise.satisfaction_left(rows[place], groups)
        if kind == "blocks":
            self.shift_blocks(grid, rows, starts, cut)
        return rows

    def shift_blocks(self, grid: Grid, rows: list[list[str]], starts: dict[int, Piece], cut: set[int]) -> None:
        groups = sorted(grid.groups)
        for begin, piece in starts.items():
            block = range(begin, begin + piece.row_span)
            if piece.cell.row < grid.header_start + grid.header_rows or cut & set(block):
                continue
            if (
                piece.open_top
                and not any(rows[begin][: groups[0]])
                and all(len(noise.pairs(rows[row], groups)) == 1 for row in block)
            ):
                for row in block:
                    rows[row] = noise.shift_continuation(rows[row], groups)
            elif not piece.open_top and piece.row_span > 1 and self.rng.random() < 0.4:
                shifted = noise.shift_project(rows[begin], grid.amount_columns)
                if shifted != rows[begin]:
                    rows[begin] = shifted
                    for row in block[1:]:
                        rows[row] = [*rows[row][1:], ""]


class SpacesWriter(Writer):
    """Style of raw text 001: one space between cells; a cell of several lines stands on lines of its own."""

    def grid(self, grid: Grid) -> None:
        style = PageStyle(size=9.0, cut_rows=False, merged="first", least_height=16.0)
        paginator = Paginator(replace_vertical(grid), style, WIDTHS[grid.landscape])
        for line in [grid.title, *grid.lines_above]:
            if line:
                self.out += [line, ""]
        for page in paginator.pages(HEIGHTS[grid.landscape], HEIGHTS[grid.landscape]):
            for row in range(page.row_count):
                self.row([piece for piece in page.pieces if piece.row == row])

    def row(self, pieces: list[Piece]) -> None:
        """Level cells on lines of their own, then the cells; broken cells interrupt the line."""
        waiting: list[str] = []

        def flush() -> None:
            if waiting:
                self.out.append(" ".join(waiting))
                waiting.clear()

        for piece in pieces:
            lines = [line for _, line in piece.lines]
            if not lines:
                continue
            if piece.row_span > 1:
                flush()
                self.out += [line for part in lines for line in (part, "")]
            elif len(lines) == 1:
                waiting.append(lines[0])
            else:
                flush()
                for part in lines[:-1]:
                    self.out += [part, ""]
                self.out.append(lines[-1])
        flush()
        self.gap()


def replace_vertical(grid: Grid) -> Grid:
    """Vertical and spaced letters come out as one word: 001 has no letters apart."""
    short = 16  # letters of the longest level word with spaces and points
    cells = [
        replace(cell, vertical=False, text="".join(cell.text.split()) if len(cell.text) <= short else cell.text)
        for cell in grid.cells
    ]
    return replace(grid, cells=cells)


class LinesWriter(Writer):
    """Style of raw text 002: a tab and a cell a line, an empty line after each row, merged cells as blank lines."""

    def text(self, block: Text) -> None:
        mark = f"[bookmark: _Toc_{self.rng.randint(1, 9)}_{len(self.out):010d}]" if block.kind == "title" else ""
        self.out.append(mark + block.text)

    def grid(self, grid: Grid) -> None:
        if grid.title:
            self.out.append(grid.title)
        for line in grid.lines_above:
            self.out += ["\t" + line, ""] if line.startswith("单位：") else [line]
        owner: dict[tuple[int, int], Cell] = {}
        for cell in grid.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                owner[row, cell.column] = cell
        for row in range(grid.row_count):
            if row == grid.header_start and row:
                self.out += ["", " "]
            for column in range(grid.column_count):
                found = owner.get((row, column))
                if found is not None:
                    text = found.text if found.row == row else ""
                    self.out.append("\t" + text)
            self.out.append("")
        self.out += ["", ""]
