"""PDF by reportlab, every line and letter placed by hand: cut cells, straddling merges, rotation, watermark, no lines."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

from reportlab.lib.pagesizes import A3, A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.generator.blocks import Block, Grid, PageBreak, Text
from tests.generator.pagination import PagePiece, PageStyle, Paginator, Piece, draw_page_style, em_width, wrap

FONT = "STSong-Light"
CONTINUED_HEIGHT = 14.0
"""Points that the line 续表 takes."""
SIZES = {"cover": 22.0, "title": 16.0, "heading": 13.0, "body": 12.0, "toc": 12.0, "note": 9.0, "right": 12.0}
FOOTERS = ["{page}", "- {page} -", "第 {page} 页", "— {page} —", "第{page}页"]


@dataclass(frozen=True)
class Look:
    """What is not the table: drawn once a document."""

    style: PageStyle
    margin: float
    footer: str
    running_head: str
    watermark: str
    rotate: bool
    lines: str
    """`stroke`, `fill` (thin rectangles, as spreadsheets print them), `rect` (a rectangle a cell)."""
    paper: tuple[float, float]
    top_merged: bool
    """In tables without lines: level words beside their first row instead of the middle of their rows."""
    fake_bold: bool
    """Bold letters are printed twice, a third of a point apart, as word processors do without a bold font."""
    header_fill: float
    """Grey of the header cells, 1.0 for none."""
    continued: str
    """What continuing pages print above the table (续表), empty for nothing."""
    sides: bool
    """Whether the outer vertical lines are drawn; some forms leave them open."""
    spread: bool
    """Short texts of header cells are spread over the cell (分散对齐)."""
    tight: bool
    """A table may begin at a page's end, its header on one page and its rows on the next."""


def draw_look(rng: random.Random, name: str) -> Look:
    return Look(
        style=draw_page_style(rng),
        margin=rng.choice([36.0, 50.0, 62.0]),
        footer=rng.choice(FOOTERS),
        running_head=rng.choice(["", "", "", f"{name}预算公开"]),
        watermark=rng.choice(["", "", "", "", name, "公开"]),
        rotate=rng.random() < 0.15,
        lines=rng.choice(["stroke", "stroke", "fill", "rect"]),
        paper=A3 if rng.random() < 0.05 else A4,
        top_merged=rng.random() < 0.6,
        fake_bold=rng.random() < 0.25,
        header_fill=rng.choice([1.0, 1.0, 1.0, 0.85]),
        continued=rng.choice(["", "", "", "", "续表", "（续）", "续上表"]),
        sides=rng.random() > 0.1,
        spread=rng.random() < 0.1,
        tight=rng.random() < 0.2,
    )


def describe_look(seed: int, name: str = "") -> str:
    """The unusual of a document's look in a few words, to tell what a reader stumbled over."""
    look = draw_look(random.Random(seed * 7919 + 1), name)
    style = look.style
    words = [f"merged text {style.merged}", f"lines {look.lines}"]
    told = {
        "rotated": look.rotate, "open sides": not look.sides, "spread words": look.spread, "printed twice": look.fake_bold, "filled header": look.header_fill < 1,
        "header apart": look.tight, "rows cut": style.cut_rows, "cut without line": not style.cut_ruled, "header repeated": style.repeat_header,
        "numbers broken": style.break_anywhere, f"says {look.continued}": bool(look.continued), f"watermark {look.watermark}": bool(look.watermark),
    }  # fmt: skip
    return ", ".join(words + [word for word, holds in told.items() if holds])


class PdfRenderer:
    """Holds the canvas, the page and the pen's place."""

    def __init__(self, path: Path, look: Look) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.look = look
        self.canvas = Canvas(str(path), pagesize=look.paper, invariant=True)
        self.page = 0
        self.landscape = False
        self.y = 0.0
        self.open = False

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.look.paper
        return (height, width) if self.landscape else (width, height)

    @property
    def bottom(self) -> float:
        return self.size[1] - self.look.margin

    def begin(self) -> None:
        """Start a page with its furniture; a rotated page has its content turned in the stream and /Rotate 90."""
        width, height = self.size
        self.page += 1
        self.open = True
        if self.landscape and self.look.rotate:
            self.canvas.setPageSize((width, height))  # reportlab swaps the sides of turned pages
            self.canvas.setPageRotation(90)
            self.canvas.translate(height, 0)
            self.canvas.rotate(90)
        else:
            self.canvas.setPageSize((width, height))
            self.canvas.setPageRotation(0)
        if self.look.watermark and self.page > 1:
            self.watermark()
        self.y = self.look.margin
        if self.look.running_head and self.page > 1:
            self.text((width - em_width(self.look.running_head) * 8) / 2, 24, self.look.running_head, 8)
        if self.page > 1:
            footer = self.look.footer.format(page=self.page)
            self.text((width - em_width(footer) * 9) / 2, height - 28, footer, 9)

    def watermark(self) -> None:
        width, height = self.size
        self.canvas.saveState()
        self.canvas.setFillGray(0.85)
        self.canvas.setFont(FONT, 40)
        self.canvas.translate(width / 2, height / 2)
        self.canvas.rotate(40)
        self.canvas.drawCentredString(0, 0, self.look.watermark)
        self.canvas.restoreState()

    def end(self) -> None:
        if self.open:
            self.canvas.showPage()
            self.open = False

    def text(self, x: float, top: float, text: str, size: float) -> None:
        """Draw text whose line begins `top` points under the page's upper edge."""
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, self.size[1] - top - size * 0.88, text)

    def break_page(self, landscape: bool) -> None:
        self.end()
        self.landscape = landscape
        self.begin()

    def paragraph(self, block: Text) -> None:
        size = SIZES[block.kind]
        width = self.size[0] - 2 * self.look.margin
        text = "　　" + block.text if block.kind == "body" else block.text
        if block.kind == "cover":
            self.y += 90
        for line in wrap(text, width, size):
            if self.y + size * 1.6 > self.bottom:
                self.break_page(self.landscape)
            x = self.look.margin
            if block.kind in ("cover", "title"):
                x = (self.size[0] - em_width(line) * size) / 2
            elif block.kind == "right":
                self.y += 40
                x = (self.size[0] - em_width(line) * size) / 2
            self.text(x, self.y, line, size)
            self.y += size * 1.6

    def grid(self, grid: Grid) -> None:
        width = self.size[0] - 2 * self.look.margin
        drawn = self.look.style
        if not grid.ruled:
            drawn = replace(drawn, cut_rows=False, top_merged=self.look.top_merged, padding=3.5)
        paginator = Paginator(grid, drawn, width)
        head = self.head_height(grid)
        least = sum(paginator.heights[: grid.header_start + grid.header_rows + 1])
        if self.look.tight:
            least = sum(paginator.heights[: grid.header_rows])
        if self.y > self.look.margin and self.y + head + least > self.bottom:
            self.break_page(self.landscape)
        self.head(grid)
        room = (
            self.bottom
            - self.look.margin
            - (head if grid.repeat_title else CONTINUED_HEIGHT * bool(self.look.continued))
        )
        pages = paginator.pages(self.bottom - self.y, room)
        for number, page in enumerate(pages):
            if number:
                self.break_page(self.landscape)
                if grid.repeat_title:
                    self.head(grid)
                elif self.look.continued:
                    self.text(self.size[0] - self.look.margin - 40, self.y, self.look.continued, 9)
                    self.y += CONTINUED_HEIGHT
            self.pieces(page, drawn, grid)
            if grid.drawn in ("rows", "three"):
                self.level_lines(page, grid, last=number == len(pages) - 1)
            self.y += page.height
        self.y += 10

    def head_height(self, grid: Grid) -> float:
        return (24 if grid.title else 0) + 15 * len(grid.lines_above)

    def head(self, grid: Grid) -> None:
        if grid.title:
            self.text(max(self.look.margin, (self.size[0] - em_width(grid.title) * 15) / 2), self.y, grid.title, 15)
            self.y += 24
        for line in grid.lines_above:
            x = self.look.margin
            if line.startswith("单位："):
                x = self.size[0] - self.look.margin - em_width(line) * 10
            elif line.startswith("（"):
                x = (self.size[0] - em_width(line) * 10) / 2
            self.text(x, self.y, line, 10)
            self.y += 15

    def pieces(self, page: PagePiece, style: PageStyle, grid: Grid) -> None:
        ruled = grid.ruled
        if grid.drawn == "zebra":
            self.zebra(page)
        edges: set[tuple[float, float, float, float]] = set()
        right = self.look.margin + max(piece.x1 for piece in page.pieces)
        for piece in page.pieces:
            if ruled and piece.cell.bold and self.look.header_fill < 1:
                self.fill(piece)
            self.letters(piece, style)
            x0, x1 = self.look.margin + piece.x0, self.look.margin + piece.x1
            top, bottom = self.y + piece.top, self.y + piece.bottom
            if self.look.sides or x0 > self.look.margin + 1:
                edges.add((x0, top, x0, bottom))
            if self.look.sides or x1 < right - 1:
                edges.add((x1, top, x1, bottom))
            if style.cut_ruled or not piece.open_top:
                edges.add((x0, top, x1, top))
            if style.cut_ruled or not piece.open_bottom:
                edges.add((x0, bottom, x1, bottom))
        if ruled:
            self.rule(sorted(edges))

    def level_lines(self, page: PagePiece, grid: Grid, *, last: bool) -> None:
        """Lines from side to side: under each row, or above and under the header and under the last row."""
        x0 = self.look.margin
        x1 = x0 + max(piece.x1 for piece in page.pieces)
        head = [p for p in page.pieces if grid.header_start <= p.cell.row < grid.header_start + grid.header_rows]
        ends = {0.0, page.height} if last else {0.0}
        if grid.drawn == "rows":
            edges = {(x0 + p.x0, self.y + y, x0 + p.x1, self.y + y) for p in page.pieces for y in (p.top, p.bottom)}
        else:
            ends |= {piece.bottom for piece in head if piece.row == max(p.row + p.row_span for p in head) - 1}
            edges = {(x0, self.y + y, x1, self.y + y) for y in ends}
        self.rule(sorted(edges))

    def zebra(self, page: PagePiece) -> None:
        """Every second row in grey from side to side, without a line."""
        x1 = max(piece.x1 for piece in page.pieces)
        rows = {piece.row: (piece.top, piece.bottom) for piece in page.pieces if piece.row_span == 1}
        self.canvas.setFillGray(0.92)
        for row, (top, bottom) in rows.items():
            if row % 2:
                self.canvas.rect(self.look.margin, self.size[1] - self.y - bottom, x1, bottom - top, stroke=0, fill=1)
        self.canvas.setFillGray(0)

    def fill(self, piece: Piece) -> None:
        """Grey behind a header cell."""
        self.canvas.setFillGray(self.look.header_fill)
        height = self.size[1]
        self.canvas.rect(
            self.look.margin + piece.x0,
            height - self.y - piece.bottom,
            piece.x1 - piece.x0,
            piece.bottom - piece.top,
            stroke=0,
            fill=1,
        )
        self.canvas.setFillGray(0)

    def rule(self, edges: list[tuple[float, float, float, float]]) -> None:
        height = self.size[1]
        self.canvas.setLineWidth(0.5)
        for x0, top, x1, bottom in edges:
            if self.look.lines == "fill":
                self.canvas.rect(x0 - 0.25, height - bottom - 0.25, x1 - x0 + 0.5, bottom - top + 0.5, stroke=0, fill=1)
            else:
                self.canvas.line(x0, height - top, x1, height - bottom)

    def letters(self, piece: Piece, style: PageStyle) -> None:
        for top, line in piece.lines:
            room = piece.x1 - piece.x0
            used = em_width(line) * style.size
            x = piece.x0 + style.padding
            if piece.cell.align == "center":
                x = piece.x0 + max(style.padding / 2, (room - used) / 2)
            elif piece.cell.align == "right":
                x = piece.x1 - style.padding - used
            place, height = self.look.margin + x, self.y + top + style.size * 0.1
            if self.look.spread and piece.cell.bold and 1 < len(line) < 6 and room > used * 1.6:
                gap = (room - 2 * style.padding - style.size) / (len(line) - 1)
                for number, letter in enumerate(line):
                    self.text(self.look.margin + piece.x0 + style.padding + number * gap, height, letter, style.size)
                continue
            self.text(place, height, line, style.size)
            if piece.cell.bold and self.look.fake_bold:
                self.text(place + 0.3, height, line, style.size)

    def render(self, blocks: list[Block]) -> None:
        for number, block in enumerate(blocks):
            if isinstance(block, PageBreak):
                self.break_page(block.landscape)
                continue
            if number == 0:
                self.begin()
            if isinstance(block, Grid):
                self.grid(block)
            else:
                self.paragraph(block)
        self.end()
        self.canvas.save()


def render_pdf(blocks: list[Block], path: Path, seed: int, name: str) -> None:
    """Write the document as PDF; the look depends on the seed alone."""
    PdfRenderer(path, draw_look(random.Random(seed * 7919 + 1), name)).render(blocks)
