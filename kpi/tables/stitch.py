"""Pieces of tables in document order → logical tables (拼接): what belongs to one header stands under it.

A stream of rows is walked once. Rows before a header are its block (项目名称 …), rows under it are data until another header, a new
block or a piece with other columns comes. A repeated header is dropped; a piece without one goes on if its columns match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kpi.model import WHOLE_TERM, Page, PassedOver, Table
from kpi.tables import headers
from kpi.tables.grid import GridRow, aligned_rows, collapsed, collapsed_edges, same_columns, table_rows
from kpi.tables.layouts import Layout, in_period, is_column_numbers, recognise_header
from kpi.tables.side_by_side import parted_tables
from kpi.text import fold, squeeze

PERFORMANCE_WORDS = re.compile("绩效|指标值|目标值|三级指标")
"""A table is about performance when its header, title or block has one of these."""

_TITLE = re.compile("(?:表|情况|目标|自评|目录)(?:[（(].{0,100}[)）])?$|^附件|^附表|绩效")
_CONTINUED = re.compile("^[（(]?(?:续上?表|接上[页表]|上接|续)[\\d一二三四五六七八九十]*[)）]?$")
"""A line over a page's piece that says it goes on."""
TITLE_LINES = 8
"""Lines above a table that are looked at for its title, year and 部门名称; covers print few lines between tables."""


@dataclass(slots=True)
class Stretch:
    """A logical table while it grows: one header, its block above, its data rows from all pieces."""

    layout: Layout
    titles: list[str]
    block: list[GridRow]
    rows: list[GridRow] = field(default_factory=list)
    edges: tuple[float, ...] = ()
    column_count: int = 0
    style: str = ""
    pages: list[int] = field(default_factory=list)
    header_rows: list[GridRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    quality: float = 1.0

    def add_piece(self, table: Table) -> None:
        """Note a piece's page, warnings and quality."""
        if table.page is not None and table.page not in self.pages:
            self.pages.append(table.page)
        self.warnings.extend(code for code in table.warnings if code not in self.warnings)
        self.quality = min(self.quality, table.quality)


@dataclass(slots=True)
class _Pending:
    """Rows and lines seen since the last logical table ended: the next header's block and titles."""

    titles: list[str] = field(default_factory=list)
    block: list[GridRow] = field(default_factory=list)
    edges: tuple[float, ...] = ()
    tables: list[Table] = field(default_factory=list)

    def has_labels(self) -> bool:
        """Whether the rows look like the block of a project or a department: labels beside their values.

        The header of an ordinary table (项目编码 | 类型 | 项目名称 | 合计) has more labels than values.
        """
        for row in self.block:
            texts = row.filled()
            known = [bool(headers.label_role(text) or headers.is_header_word(text)) for text in texts]
            if len(texts) > 1 and known[0] and not known[1] and sum(known) <= len(texts) / 2:
                return True
        return False


@dataclass(slots=True)
class Stitcher:
    """The walk over all tables of a document; `finish` returns the logical tables."""

    stretches: list[Stretch] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    _open: Stretch | None = None
    _pending: _Pending = field(default_factory=_Pending)
    _piece: int = 0
    _piece_used: bool = False

    def add_page(self, page: Page) -> int:
        """Take a page's tables in; returns how many of its tables went into logical tables."""
        taken = 0
        for table in page.tables:
            taken += sum(self._add_table(part) for part in parted_tables(table))
        if page.tables:
            return taken
        if any(squeeze(line) for line in page.lines):
            self._close()
        return taken

    def _add_table(self, table: Table) -> bool:
        self._piece += 1
        goes_on = self._open is not None and _goes_on(table, self._open)
        rows = table_rows(table, self._piece)
        if not goes_on:
            self._close()
            if not self._block_goes_on(table):
                self._pass_over()
                self._pending = _Pending()
        self._pending.titles.extend(line for line in table.before[-TITLE_LINES:] if squeeze(line))
        self._pending.edges = table.column_edges
        self._pending.tables.append(table)
        before = len(self.stretches)
        self._walk(table, rows, data_first=goes_on)
        return len(self.stretches) > before or (self._open is not None and self._piece_used)

    def _walk(self, table: Table, rows: Sequence[GridRow], *, data_first: bool) -> None:
        """Rows of one piece: titles, block, header, data in any number of turns."""
        self._piece_used = False
        in_data = data_first
        in_columns = self._in_columns_of_open(table, rows) if data_first else rows
        index = 0
        while index < len(rows):
            layout = recognise_header(rows, index)
            if layout is not None and self._is_performance(layout):
                self._take_header(table, rows[index : index + layout.height], layout)
                in_columns = self._in_columns_of_open(table, rows)
                index += layout.height
                if index < len(rows) and is_column_numbers(rows[index]):
                    index += 1
                in_data = True
                self._piece_used = True
                continue
            row = rows[index]
            data = in_columns[index] if in_data else row
            index += 1
            if not row.filled():
                if in_data and self._open is not None:
                    self._open.rows.append(data)
                continue
            if in_data and self._open is not None and not _starts_block(row, data, self._open.layout):
                self._take_data(data, table)
                continue
            if in_data and (_is_title(row) or headers.names_period(row.filled()[0])):
                self._pending.titles.extend(row.filled())
                continue
            in_data = False
            self._close()
            self._pending.block.append(row)
            self._note_title(row)

    def _in_columns_of_open(self, table: Table, rows: Sequence[GridRow]) -> Sequence[GridRow]:
        """The piece's rows in the columns of the open table: by place where there are places, else by number."""
        stretch = self._open
        if stretch is None:
            return rows
        if stretch.edges and table.column_edges:
            return aligned_rows(table, self._piece, stretch.edges)
        return [collapsed(row, stretch.layout.groups) for row in rows]

    def _take_data(self, row: GridRow, table: Table) -> None:
        stretch = self._open
        if stretch is None:
            return
        if (_is_title(row) and not _is_level(row)) or (
            len(row.filled()) == 1 and headers.names_period(row.filled()[0])
        ):
            self._pending.titles.extend(row.filled())
            return
        stretch.rows.append(row)
        stretch.add_piece(table)
        self._piece_used = True

    def _note_title(self, row: GridRow) -> None:
        texts = row.filled()
        if len(texts) == 1 and not headers.is_header_word(texts[0]):
            self._pending.titles.append(texts[0])

    def _take_header(self, table: Table, rows: Sequence[GridRow], layout: Layout) -> None:
        pending = self._pending
        stretch = self._open
        if stretch is not None and _repeats(stretch, layout, pending):
            stretch.add_piece(table)
            self._pending = _Pending()
            return
        block = [
            row for row in pending.block if len(row.filled()) > 1 or _long_text(row) or _left_empty(row, pending.block)
        ]
        titles = pending.titles
        last = stretch or (self.stretches[-1] if self.stretches and titles else None)
        if last is not None and not block and last.rows and all(map(headers.names_period, titles)):
            block, titles = last.block, [*last.titles, *titles]  # the same project's goals of another period
        self._close()
        if any(headers.names_period(title) == WHOLE_TERM for title in titles[-1:]):
            layout = in_period(layout, WHOLE_TERM)
        self._open = Stretch(
            layout=layout,
            titles=titles,
            block=block,
            edges=collapsed_edges(table.column_edges, layout.groups),
            column_count=table.column_count,
            style=table.style,
            header_rows=[collapsed(row, layout.groups) for row in rows],
        )
        for piece in [*pending.tables, table]:
            self._open.add_piece(piece)
        self._pending = _Pending()

    def _is_performance(self, layout: Layout) -> bool:
        """Levels or groups speak for themselves; a bare list of names and values needs 绩效 above it."""
        if layout.id != "list":
            return True
        near = [*self._pending.titles, *layout.because]
        return any("绩效" in fold(text) for text in near)

    def _block_goes_on(self, table: Table) -> bool:
        """A block cut from its header by a page end, or printed as a table of its own right above it."""
        if table.style == "sheet" or not self._pending.has_labels():
            return False
        if any(map(_is_title_line, table.before)):
            return False
        if not (self._pending.edges and table.column_edges):
            return True
        left = abs(self._pending.edges[0] - table.column_edges[0])
        right = abs(self._pending.edges[-1] - table.column_edges[-1])
        return max(left, right) < 12.0  # points; blocks may be drawn a little wider than their indicators

    def _close(self) -> None:
        if self._open is not None:
            self.stretches.append(self._open)
            self._open = None

    def _pass_over(self) -> None:
        for table in self._pending.tables:
            texts = [squeeze(cell.text) for cell in table.cells]
            found = sorted({text for text in texts if PERFORMANCE_WORDS.search(text)}, key=len)
            if found and any(headers.column_role(text) in {"name", "target"} for text in found):
                reason = "没有同时含三级指标和指标值的表头：" + "、".join(found[:4])
                title = next((line for line in reversed(table.before) if squeeze(line)), "")
                self.passed_over.append(PassedOver(page=table.page, title=title.strip()[:60], reason=reason))

    def finish(self) -> tuple[Stretch, ...]:
        """Close the last table and return all."""
        self._close()
        self._pass_over()
        return tuple(self.stretches)


def stitch(pages: Iterable[Page]) -> tuple[tuple[Stretch, ...], tuple[PassedOver, ...]]:
    """All logical tables of a document and the tables that were looked at but not taken."""
    stitcher = Stitcher()
    for page in pages:
        stitcher.add_page(page)
    return stitcher.finish(), tuple(stitcher.passed_over)


def _is_title_line(line: str) -> bool:
    text = squeeze(line)
    return bool(_TITLE.search(text)) and not _CONTINUED.match(text)


def _goes_on(table: Table, stretch: Stretch) -> bool:
    if table.style == "text":
        return False
    titled = [line for line in table.before if _is_title_line(line)]
    if stretch.edges and table.column_edges:
        own_title = [line for line in titled if fold(line) not in {fold(title) for title in stretch.titles}]
        return same_columns(table, stretch.edges) and not own_title
    return table.style == stretch.style and table.column_count == stretch.column_count and not titled


def _repeats(stretch: Stretch, layout: Layout, pending: _Pending) -> bool:
    """A header printed again on the next page: same roles, no block and no other title in between."""
    if layout.roles != stretch.layout.roles or pending.has_labels():
        return False
    known = {fold(title) for title in stretch.titles}
    return not any(_is_title_line(title) and fold(title) not in known for title in pending.titles)


def _starts_block(row: GridRow, data: GridRow, layout: Layout) -> bool:
    """A row of labels in the middle of data: the next project's block begins without a header of its own.

    Args:
        row: the row in its own columns, where label and value are apart.
        data: the same row in the columns of the open table.
        layout: of the open table.
    """
    texts = row.filled()
    roles = [headers.label_role(text) for text in texts]
    if _is_level(row) or not texts:
        return False
    if len(texts) > 1 and _ends_in_colon(texts[0]) and (roles[0] or any(map(_ends_in_colon, texts[2:]))):
        return True
    if not roles[0]:
        return False
    if roles[0] in {"code", "project", "code_and_project", "department", "unit"}:
        return len(texts) <= 1 or not _has_indicator(data, layout)
    return roles[0] in {"goal", "amount"} and not _has_indicator(data, layout) and len(texts) <= 3


def _ends_in_colon(text: str) -> bool:
    """A label with its colon (单位信息：); names and levels end without one."""
    return text.endswith((":", "："))


def _has_indicator(row: GridRow, layout: Layout) -> bool:
    texts = row.texts()
    return any(texts[band.name] and any(texts[column] for column in band.targets) for band in layout.bands) and not any(
        headers.label_role(texts[band.name]) for band in layout.bands
    )


def _is_level(row: GridRow) -> bool:
    return any(headers.is_level1(text) or headers.is_level2(text) for text in row.filled())


def _is_title(row: GridRow) -> bool:
    """One cell over most of the table that reads like a table's title or its 部门名称 line."""
    slots = [slot for slot in row.slots if slot.text and squeeze(slot.text)]
    if len(slots) != 1 or slots[0].column_span < max(3, 0.6 * len(row.slots)):
        return False
    text = squeeze(slots[0].text)
    return bool(re.search("绩效.*表|^(?:部门|单位)[（(单位）)]*名称[:：]|^单位[:：]|^附[件表]", text))


def _left_empty(row: GridRow, block: Sequence[GridRow]) -> bool:
    """A label whose value was not filled in (绩效目标 beside an empty cell): in its place other rows have labels with values."""
    place = _label_place(row)
    return place is not None and any(len(other.filled()) > 1 and _label_place(other) == place for other in block)


def _label_place(row: GridRow) -> tuple[int, int] | None:
    """Column and width of a label that begins its row and leaves room for a value; None for other rows."""
    for column, slot in enumerate(row.slots):
        if squeeze(slot.text):
            room = column + slot.column_span < len(row.slots)
            return (column, slot.column_span) if room and headers.label_role(squeeze(slot.text)) else None
    return None


def _long_text(row: GridRow) -> bool:
    return any(len(text) > 12 for text in row.filled())
