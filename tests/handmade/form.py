"""A form by hand: rows as text, `|` between cells, `<` and `^` where the cell at the left or above covers the place.

Rows that begin with `#` are the header of the indicators. Gold rows are written apart, in the order of `GOLD`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.generator.blocks import Block, Grid, PageBreak, Text

LEFT, ABOVE, LINE = "<", "^", "\\"
GOLD = ("project", "level1", "level2", "name", "target", "period", "actual", "weight", "score")


@dataclass(frozen=True)
class Form:
    """One document with one table."""

    id: str
    origin: str
    """Where such forms are published."""
    title: str
    department: str
    table: str
    gold: str
    lines: tuple[str, ...] = ()
    widths: str = ""
    """Relative widths; equal ones where not given."""
    landscape: bool = False
    vertical: str = ""
    """Texts that run downwards, a letter a line, parted by spaces."""
    notes: tuple[str, ...] = ()
    lines_matter: bool = False
    """What stands in a cell is parted by line ends only, which tab-separated exports lose."""

    def blocks(self) -> list[Block]:
        """Cover line, table, notes."""
        blocks: list[Block] = [Text(self.department, "cover"), PageBreak(self.landscape), table_to_grid(self)]
        return blocks + [Text(note, "note") for note in self.notes]

    def records(self) -> list[dict[str, str]]:
        """The gold as records."""
        return gold_to_records(self.gold)


def gold_to_records(text: str) -> list[dict[str, str]]:
    """Rows of gold in the order of `GOLD`; empty trailing fields may be left out, `"` repeats the field above."""
    records: list[dict[str, str]] = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        values = [value.strip() for value in line.split("|")]
        values += [""] * (len(GOLD) - len(values))
        record = dict(zip(GOLD, values, strict=True))
        if records:
            record = {key: records[-1][key] if value == '"' else value for key, value in record.items()}
        records.append(record)
    return [record | {"period": record["period"] or "年度"} for record in records]


def table_to_grid(form: Form) -> Grid:
    """The cells of the text with their spans."""
    lines = [line.strip() for line in form.table.splitlines() if line.strip()]
    heads = [number for number, line in enumerate(lines) if line.startswith("#")]
    rows = [[cell.strip() for cell in line.removeprefix("#").split("|")] for line in lines]
    count = max(map(len, rows))
    if wrong := [row for row in rows if len(row) != count]:
        raise ValueError(f"{form.id}: not {count} cells: {wrong[0]}")
    widths = [float(width) for width in form.widths.split()] or [1.0] * count
    grid = Grid(widths, landscape=form.landscape, title=form.title, lines_above=list(form.lines), sheet="绩效目标")
    grid.header_start, grid.header_rows = (heads[0], len(heads)) if heads else (0, 0)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text not in (LEFT, ABOVE):
                across, down = 1, 1
                while column + across < count and row[column + across] == LEFT:
                    across += 1
                while number + down < len(rows) and rows[number + down][column] == ABOVE:
                    down += 1
                vertical = text in form.vertical.split()
                long = len(text) > 24
                grid.put(
                    number, column, text.replace(LINE, "\n"), column_span=across, row_span=down, vertical=vertical,
                    align="left" if long else "center",
                )  # fmt: skip
    grid.fill()
    return grid
