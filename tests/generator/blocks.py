"""The neutral form of a document: a list of blocks which every renderer draws in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Cell:
    """A cell of a grid on its anchor (top left), row and column 0-based."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    align: str = "center"
    bold: bool = False
    vertical: bool = False
    """Letters below each other (竖排), as 一级指标 in narrow columns."""
    number: bool = False
    """Amount or code that a spreadsheet may hold as a number."""


@dataclass
class Grid:
    """A table; `widths` are relative, `header_rows` counts the rows that a page may repeat."""

    widths: list[float]
    header_rows: int = 0
    header_start: int = 0
    """First row of the header: rows above it are blocks such as 项目名称 that are never repeated."""
    landscape: bool = False
    drawn: str = "all"
    """Which lines are drawn: `all`, `none`, `rows` (under each row), `three` (三线表: around the header and at the end),
    `zebra` (every second row grey). Word, HTML and workbooks draw all lines or none."""
    title: str = ""
    repeat_title: bool = False
    """The sheet's title and 部门名称 lines come again with the header on each page."""
    lines_above: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    row_count: int = 0
    groups: dict[int, int] = field(default_factory=dict)
    """First column → width of each 绩效 group of a wide table (成本, 产出 …); empty otherwise."""
    amount_columns: tuple[int, ...] = ()
    sheet: str = ""

    @property
    def ruled(self) -> bool:
        """Whether all cells have lines around them."""
        return self.drawn == "all"

    @property
    def column_count(self) -> int:
        return len(self.widths)

    def put(self, row: int, column: int, text: str, **options: object) -> None:
        """Add a cell; a span of zero rows or columns is a programming error of a layout."""
        cell = Cell(row, column, text, **options)  # type: ignore[arg-type]
        if cell.row_span < 1 or cell.column_span < 1 or column + cell.column_span > self.column_count:
            raise ValueError(f"bad cell {cell}")
        self.cells.append(cell)
        self.row_count = max(self.row_count, row + cell.row_span)

    def row(self, texts: list[str], **options: object) -> int:
        """Append a row of single cells and give its number."""
        number = self.row_count
        for column, text in enumerate(texts):
            self.put(number, column, text, **options)
        return number

    def matrix(self) -> list[list[Cell | None]]:
        """Row × column → the anchored cell, None where a span covers the place."""
        rows: list[list[Cell | None]] = [[None] * self.column_count for _ in range(self.row_count)]
        for cell in self.cells:
            rows[cell.row][cell.column] = cell
        return rows

    def check(self) -> None:
        """Every place is covered once: what a renderer relies on."""
        seen: set[tuple[int, int]] = set()
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    if (row, column) in seen:
                        raise ValueError(f"two cells at {row},{column} of {self.title}: {cell}")
                    seen.add((row, column))
        if len(seen) != self.row_count * self.column_count:
            missing = {(r, c) for r in range(self.row_count) for c in range(self.column_count)} - seen
            raise ValueError(f"no cell at {sorted(missing)[:5]} of {self.title}")

    def fill(self) -> None:
        """Put empty cells where nothing stands."""
        seen = {
            (row, column)
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        }
        for row in range(self.row_count):
            for column in range(self.column_count):
                if (row, column) not in seen:
                    self.cells.append(Cell(row, column, ""))
        self.cells.sort(key=lambda cell: (cell.row, cell.column))
        self.check()


@dataclass(frozen=True)
class Text:
    """A paragraph: kinds are `cover`, `heading`, `title`, `body`, `note`, `toc`, `right`."""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class PageBreak:
    landscape: bool = False


Block = Text | PageBreak | Grid


@dataclass
class Section:
    """Blocks that belong together and the indicators that they print."""

    blocks: list[Block]
    gold: list[dict[str, str]] = field(default_factory=list)


def with_text(cell: Cell, text: str) -> Cell:
    """The same cell with another text."""
    return replace(cell, text=text)
