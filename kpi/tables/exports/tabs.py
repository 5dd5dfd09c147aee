"""Exports with one printed row a line and a tab between cells; page ends are blank lines or repeated titles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kpi.tables.exports.rows import Placed, RawRow
from kpi.tables.exports.schema import (
    BLOCK_ROLES,
    HEADER_ROWS,
    HEADER_SHARE,
    Schema,
    completes_header,
    is_header_row,
    is_leaf_header,
    is_upper_header,
    rows_to_schema,
)
from kpi.tables.headers import is_note, label_role, names_period
from kpi.text import fold, squeeze, usual_characters

_TAG = re.compile(r"</?(?:p|br|b|span|div)\s*/?>", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+-]*-{2,}[\s|:+-]*")
_TITLE = re.compile(
    "(?:表|情况)(?:[（(].{0,100}[)）])?$|^[（(]?20[0-9]{2}年?度?[)）]?$|^附[件表]|年.{0,60}(?:预算|决算)"
)
_PAGE_NUMBER = re.compile(r"[-—第\s]*\d{1,4}(?:/\d{1,4})?[-—页\s]*(?:共\d+页)?")
_OTHER_TABLE = frozenset({"科目编码", "科目名称", "单位代码", "类", "款", "功能科目", "支出功能分类科目", "经济分类"})
"""Header words of budget tables (预算表) that never stand in a performance table."""
LINES_BEFORE = 12
"""Lines of text above a table that are kept: title, year, department, unit of money."""


@dataclass(slots=True)
class Region:
    """One performance table of an export: the lines before it, its block, header and data rows."""

    line: int
    schema: Schema
    before: tuple[str, ...] = ()
    block: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[RawRow] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Numbers of the lines of its data."""
    header: list[tuple[str, ...]] = field(default_factory=list)
    numbering: tuple[str, ...] = ()
    """The row that numbers the columns (1 2 3 …) below the header."""

    def extends_header(self, cells: tuple[str, ...]) -> bool:
        """Take the row in as a further header row (前年 | 上年 | 预计当年实现 under 指标值); False when it is none."""
        if self.rows or self.schema.wide or not is_header_row(cells):
            return False
        longer = rows_to_schema([*self.header, cells])
        if longer is None:
            return False
        self.schema, self.header = longer, [*self.header, cells]
        return True

    def repeats_titles(self, texts: Sequence[str]) -> bool:
        """Whether lines of text are among the table's own titles, broken over lines in another way or not."""
        titles = fold("".join(self.before))
        return all(fold(text) in titles for text in texts)

    def repeats_header(self, cells: Sequence[str]) -> bool:
        """Whether the row is one of the header's rows again, or numbers the columns."""
        texts = [fold(cell) for cell in cells if cell.strip()]
        if len(texts) > 2 and all(text.isdigit() for text in texts) and _counts(texts):
            return True
        printed = {fold(cell) for row in self.header for cell in row}
        known = sum(text in printed for text in texts)
        return len(texts) > 1 and known >= HEADER_SHARE * len(texts) and known > 1


def _counts(texts: Sequence[str]) -> bool:
    numbers = [int(text) for text in texts]
    return all(two == one + 1 for one, two in pairwise(numbers))


def split_cells(line: str) -> tuple[str, ...]:
    """The cells of a line, tags gone and spaces at the ends."""
    return tuple(usual_characters(_TAG.sub("", cell)).strip() for cell in line.split("\t"))


def is_rule(line: str) -> bool:
    """Whether the line only draws a line (`--	-----`)."""
    return bool(_RULE.fullmatch(line))


def raw_row(cells: Sequence[str], *, page_start: bool) -> RawRow:
    """The non-empty cells of a row, inner spaces gone."""
    placed = tuple(Placed(position, squeeze(cell)) for position, cell in enumerate(cells) if cell.strip())
    return RawRow(placed, page_start)


class TabReader:
    """Walks over the lines and gathers regions."""

    def __init__(self) -> None:
        self.regions: list[Region] = []
        self._open: Region | None = None
        self._block: list[tuple[int, tuple[str, ...]]] = []
        self._before: list[str] = []
        self._break = False

    def read(self, lines: Sequence[str]) -> list[Region]:
        """All performance tables of the lines."""
        for number, line in enumerate(lines):
            if not line.strip():
                self._break = True
            elif is_rule(line):
                continue
            elif "\t" in line:
                self._row(number, split_cells(line))
            else:
                self._text(usual_characters(line).strip())
        return self.regions

    def _text(self, text: str) -> None:
        self._break = True
        if _PAGE_NUMBER.fullmatch(text):
            return
        if self._block and self._in_block(text):
            self._block.append((self._block[-1][0], (text,)))
            return
        if any(sum(map(bool, cells)) > 1 for _, cells in self._block):
            self._before.clear()
        self._block.clear()
        if self._open is not None and not self._open.repeats_titles([text]):
            self._open = None
        self._before = [*self._before[1 - LINES_BEFORE :], text]

    def _in_block(self, text: str) -> bool:
        """Whether a line without tabs is a merged row of the block of a project: 年度绩效目标, the goal's text."""
        if not any(label_role(cells[0]) in {*BLOCK_ROLES, "department"} for _, cells in self._block):
            return False
        return bool(names_period(text)) or not _TITLE.search(fold(text))

    def _row(self, number: int, cells: tuple[str, ...]) -> None:
        if not any(cells):
            self._break = True
            return
        page_start, self._break = self._break, False
        if is_leaf_header(cells) or (self._block and completes_header([self._block[-1][1], cells])):
            self._header(number, cells)
        elif self._open is not None and self._open.extends_header(cells):
            return
        elif self._open is None:
            title = len([cell for cell in cells if cell]) == 1
            if not (self._block or title or _first_label(cells) or is_upper_header(cells)):
                self._before.clear()
            self._block.append((number, cells))
        elif is_header_row(cells) or self._open.repeats_header(cells):
            self._block.append((number, cells))
            self._break = True
        elif _opens_other_table(cells, wide=self._open.schema.wide):
            self._open = None
            self._block = [(number, cells)]
        elif not is_note(next(cell for cell in cells if cell)):
            self._block.clear()
            self._open.rows.append(raw_row(cells, page_start=page_start))
            self._open.lines.append(number)

    def _header(self, number: int, cells: tuple[str, ...]) -> None:
        rows = [cells]
        while self._block and len(rows) < HEADER_ROWS and is_upper_header(self._block[-1][1]):
            rows.insert(0, self._block.pop()[1])
        schema = rows_to_schema(rows)
        if schema is None:
            return
        block = self._open_block()
        before = tuple(self._before)
        if not block and before and self.regions and names_period(before[-1]):
            # the same project's goals of another period
            block = [cells for cells in self.regions[-1].block if not names_period(cells[0])]
        if self._continues(schema, before, block):
            self._before.clear()
            self._break = True
            return
        self._open = Region(number, schema, before, block, header=list(rows))
        self.regions.append(self._open)
        self._before.clear()
        self._break = False

    def _continues(self, schema: Schema, before: tuple[str, ...], block: list[tuple[str, ...]]) -> bool:
        if not self.regions or block:
            return False
        last = self.regions[-1]
        if self._open is None and not last.repeats_titles(before):
            return False
        if not last.schema.same_layout(schema):
            return False
        self._open = last
        return True

    def _open_block(self) -> list[tuple[str, ...]]:
        """The rows of the block above the header: from the first label on."""
        rows = [cells for _, cells in self._block]
        self._block.clear()
        start = next((index for index, cells in enumerate(rows) if _first_label(cells)), len(rows))
        self._before += [
            text for cells in rows[:start] if len(texts := [cell for cell in cells if cell]) == 1 for text in texts
        ]
        return rows[start:]


def _opens_other_table(cells: Sequence[str], *, wide: bool) -> bool:
    """Whether the row opens another table: a block's label, or the header of a budget table."""
    texts = [cell for cell in cells if cell]
    if len(texts) > 2 and any(fold(text) in _OTHER_TABLE for text in texts):
        return True
    return label_role(texts[0]) in BLOCK_ROLES and (not wide or len(texts) > 1)


def _first_label(cells: Sequence[str]) -> str:
    first = next((cell for cell in cells if cell), "")
    head = re.split(r"[:：]", first)[0]
    return label_role(head)


def tab_regions(lines: Sequence[str]) -> list[Region]:
    """Performance tables of a tab-separated export."""
    return TabReader().read(lines)
