"""The header of an exported table → its columns: roles, groups, and the header rows laid out on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kpi.tables.headers import (
    bare_key,
    column_role,
    group_of,
    header_key,
    is_header_word,
    label_role,
    period_of,
    roles_of_header,
)

HEADER_ROWS = 5
"""Most rows that a header has (河南 summaries: 3; two more for a title row inside of the table and a cut row)."""
HEADER_SHARE = 0.6
"""Least share of header words in a header row: a department's own column names are not all known."""

MONEY = ("amount", "fund")
BEGINNING = ("code", "project")
OF_PROJECT = frozenset({"code", "project", "unit", "goal", *MONEY})
"""Roles of columns that are merged over the rows of a project."""
FREE = "free"
"""Role of a column with no header of its own."""
TARGETS = frozenset({"target", "half_target", "grade_best"})
"""Roles of columns that hold targets."""
SIDE = "side"
"""Role of a column left of the levels that holds one label for the whole table (绩效指标, written downwards)."""
_MONEY_WORDS = re.compile("资金|金额|经费|预算|拨款|元")
_TRAILING = frozenset({"remark", "reason", "description", "basis", "goal"})
"""Roles of columns that may stand right of the groups of a wide table."""
BLOCK_ROLES = frozenset({"code", "project", "code_and_project", "unit", "department"})
"""Labels that open the block above a table's indicators."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its role (see `kpi.tables.headers`) and, in wide tables, the number of its group, else -1."""

    role: str
    group: int = -1


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One cell of the header on the restored columns."""

    row: int
    column: int
    span: int
    text: str


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of a table and its header."""

    columns: tuple[Column, ...]
    cells: tuple[HeaderCell, ...]
    row_count: int
    groups: tuple[str, ...] = ()
    """一级指标 of each group of a wide table, in order; empty for tables with levels in columns."""

    @property
    def wide(self) -> bool:
        """Whether 成本, 产出, 效益, 满意度 stand side by side."""
        return len(self.groups) > 1

    @property
    def split(self) -> bool:
        """Whether values stand in several columns or projects in a column: few rows fill all columns, positions tell more."""
        return bool({"comparator", "unit_of_measure", "value_type", "project", "goal"} & set(self.roles()))

    def roles(self) -> tuple[str, ...]:
        """The roles of the columns in order."""
        return tuple(column.role for column in self.columns)

    def same_layout(self, other: Schema) -> bool:
        """Whether a header seen later belongs to the same table (an empty column more or less does not count)."""
        return self.groups == other.groups and self._words() == other._words()

    def _words(self) -> tuple[str, ...]:
        return tuple(role for role in self.roles() if role not in {FREE, *MONEY})


def is_leaf_header(cells: Sequence[str]) -> bool:
    """Whether the row names an indicator's column and a target's column, as the lowest header row does."""
    texts = [cell for cell in cells if cell.strip()]
    if len(texts) < 2 or sum(map(is_header_word, texts)) < HEADER_SHARE * len(texts):
        return False
    roles = roles_of_header(texts)
    return "name" in roles and bool(TARGETS & set(roles))


def completes_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether header rows name an indicator's column above and a target's column in the last one (评价标准: 优 | 良 | 中 | 差)."""
    above = {column_role(text) for row in rows[:-1] for text in row if text.strip()}
    last = {column_role(text) for text in rows[-1] if text.strip()}
    return "name" in above and "level1" in above and bool(TARGETS & last) and is_header_row(rows[-1])


def is_upper_header(cells: Sequence[str]) -> bool:
    """Whether the row can stand above the lowest header row."""
    texts = [cell for cell in cells if cell.strip()]
    known = sum(is_header_word(text) for text in texts)
    if not texts or known < HEADER_SHARE * len(texts):
        return False
    first = texts[0]
    return not (label_role(first) and len(texts) == 2 and not is_header_word(texts[1]))


def is_header_row(cells: Sequence[str]) -> bool:
    """Whether the row is nothing but header words: two or more columns, or two or more groups of columns."""
    texts = [cell for cell in cells if cell.strip()]
    if not texts or not all(is_header_word(text) for text in texts):
        return False
    groups = sum(bool(group_of(text)) for text in texts)
    return groups > 1 or (len(texts) - groups > 1 and groups == 0)


def rows_to_schema(rows: Sequence[Sequence[str]]) -> Schema | None:
    """The header's rows, cells in their printed positions → the schema; None when no indicator column is named."""
    leaf_index = next((index for index in reversed(range(len(rows))) if is_leaf_header(rows[index])), None)
    if leaf_index is None:
        return _level_schema(_spread(rows), len(rows) - 1) if completes_header(rows) else None
    leaf = rows[leaf_index]
    if "level1" in map(column_role, leaf):
        return _level_schema(_spread(rows), leaf_index)
    names = [position for position, text in enumerate(leaf) if column_role(text) == "name"]
    groups = [found for row in rows for text in row if (found := group_of(text))]
    if len(names) > 1 and len(groups) == len(names):
        return _wide_schema(rows, leaf_index, names, groups)
    return _level_schema(rows, leaf_index)


def words_to_schema(words: Sequence[str]) -> Schema | None:
    """The header's words in reading order, without positions → the schema."""
    roles = [column_role(word) for word in words]
    groups = [word for word in words if group_of(word)]
    if roles.count("name") <= 1 or len(groups) != roles.count("name"):
        return _list_schema(words, roles) or rows_to_schema([list(words)])
    before_groups = next(number for number, word in enumerate(words) if group_of(word))
    beginning = [
        word
        for number, (word, role) in enumerate(zip(words, roles, strict=True))
        if role
        and role not in {"name", "target", *MONEY}
        and not group_of(word)
        and not (role == "goal" and number == before_groups - 1)
    ]
    money = [word for word, role in zip(words, roles, strict=True) if role in MONEY]
    over = [
        word
        for word in words
        if header_key(word) not in map(header_key, beginning)
        and (not column_role(word) or column_role(word) == "goal")
        and not group_of(word)
    ]
    if len(money) > 1 and bare_key(money[0]) == "项目金额":
        over.insert(0, money.pop(0))
    leaves = [word for word, role in zip(words, roles, strict=True) if role in {"name", "target"}]
    prefix = [*beginning, *money]
    upper = [
        *beginning,
        *([over[0]] + [""] * (len(money) - 1) if len(over) > 1 and money else [""] * len(money)),
        *over[1:],
    ]
    per_group = len(leaves) // len(groups)
    middle = [""] * len(prefix) + [text for group in groups for text in (group, *[""] * (per_group - 1))]
    lowest = [*[""] * len(beginning), *money, *leaves]
    return rows_to_schema([upper, middle, lowest])


def _list_schema(words: Sequence[str], roles: Sequence[str]) -> Schema | None:
    """The schema of a list with the project in columns left of the levels; the word over the levels (绩效指标) is none."""
    first = roles.index("level1") if "level1" in roles else 0
    if "project" not in roles[:first]:
        return None
    kept = [n for n, role in enumerate(roles) if n >= first or role != "name"]
    schema = rows_to_schema([[words[n] for n in kept]])
    if schema is None:
        return None
    columns = tuple(
        Column("goal") if roles[n] == "goal" and n < first else column
        for n, column in zip(kept, schema.columns, strict=True)
    )
    return Schema(columns, schema.cells, schema.row_count)


def with_side_label(schema: Schema) -> Schema:
    """The schema with one more column at its left for a label that the header does not name."""
    cells = tuple(HeaderCell(cell.row, cell.column + 1, cell.span, cell.text) for cell in schema.cells)
    return Schema((Column(SIDE), *schema.columns), cells, schema.row_count, schema.groups)


def _spread(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Upper rows that name a cell over several columns once (one cell a line) get the width of the row below."""
    spread = [list(row) for row in rows]
    for upper, lower in zip(reversed(spread[:-1]), reversed(spread[1:]), strict=True):
        in_place = len(upper) >= len(lower) or not all(text.strip() for text in upper)
        if not in_place:
            upper[:] = _spread_over(upper, [bool(text.strip()) for text in lower])
    return spread


def _spread_over(upper: Sequence[str], filled: Sequence[bool]) -> list[str]:
    """An upper row over the columns below: a blank below is a cell merged down, a run of texts is shared by the cells over it."""
    spread: list[str] = []
    rest = list(upper)
    position = 0
    while rest and position < len(filled):
        if not filled[position]:
            spread.append(rest.pop(0))
            position += 1
            continue
        end = next((p for p in range(position, len(filled)) if not filled[p]), len(filled))
        later = sum(1 for p in range(end, len(filled)) if not filled[p] or not filled[p - 1])
        sharing = min(max(1, len(rest) - later), end - position, len(rest))
        width = (end - position) // sharing
        for text in rest[:sharing]:
            spread += [text, *[""] * (width - 1)]
        rest = rest[sharing:]
        position = end
    return spread + rest


def _wide_schema(rows: Sequence[Sequence[str]], leaf_index: int, names: list[int], groups: list[str]) -> Schema:
    leaf = rows[leaf_index]
    first = names[0]
    width = max((position for position, text in enumerate(leaf) if text.strip()), default=0) + 1
    columns = [Column(_prefix_role(rows, position)) for position in range(first)]
    group = -1
    for position in range(first, width):
        group += position in names
        columns.append(Column(column_role(leaf[position]) or FREE, group))
    stacked = {index for index, row in enumerate(rows) if index != leaf_index and len(row) < len(leaf)}
    ends = [*names[1:], width]
    trailing: list[str] = []
    cells: list[HeaderCell] = []
    number = 0
    for row_index, row in enumerate(rows):
        placed: dict[int, tuple[int, str]] = {}
        for position, text in enumerate(row):
            if not text.strip():
                continue
            column, span = min(position, width - 1), 1
            role = column_role(text)
            free = position < first and first - 1 not in placed and columns[first - 1].role in {FREE, "goal"}
            if role == "goal" and free:
                column = first - 1
                columns[column] = Column(role)
            elif row_index != leaf_index and role in _TRAILING and _after_groups(row, position):
                column = width + len(trailing)
                trailing.append(role)
            elif row_index != leaf_index and group_of(text):
                column, span = names[number], ends[number] - names[number]
                number += 1
            elif row_index != leaf_index and (position >= first or (row_index in stacked and role in {"name", "goal"})):
                column, span = first, width - first
            elif row_index < leaf_index and column_role(text) not in BEGINNING:
                span = _span(row, position, first)
            placed[column] = (span, placed[column][1] + text if column in placed else text)
        cells += [HeaderCell(row_index, column, span, text) for column, (span, text) in sorted(placed.items())]
    columns += [Column(role) for role in trailing]
    return Schema(tuple(columns), tuple(cells), len(rows), tuple(groups))


def _after_groups(row: Sequence[str], position: int) -> bool:
    """Whether a cell stands right of the groups or of the word above them (绩效目标, 绩效指标)."""
    return any(
        group_of(text) or (is_header_word(text) and column_role(text) in {"", "name"} and not _MONEY_WORDS.search(text))
        for text in row[:position]
    )


def _level_schema(rows: Sequence[Sequence[str]], leaf_index: int) -> Schema:
    last = max((position for row in rows for position, text in enumerate(row) if text.strip()), default=0)
    roles = [_role_at(rows, position) or FREE for position in range(last + 1)]
    if "name" not in roles:
        leaf = [text for row in rows[leaf_index : leaf_index + 1] for text in row]
        roles = ["name" if of == "name" else role for role, of in zip(roles, roles_of_header(leaf), strict=False)]
    if "level1" in roles:
        first = roles.index("level1")
        roles[:first] = [SIDE if role in {"name", "description", FREE} else role for role in roles[:first]]
    columns = [Column(role) for role in roles]
    cells = [
        HeaderCell(
            row_index,
            position,
            _span(row, position, last + 1) if row_index < leaf_index else _parts_below(rows, row_index, position),
            text,
        )
        for row_index, row in enumerate(rows)
        for position, text in enumerate(row)
        if text.strip()
    ]
    return Schema(tuple(columns), tuple(cells), len(rows))


def _parts_below(rows: Sequence[Sequence[str]], row_index: int, position: int) -> int:
    """How many columns of lower header rows a cell stands over: 实际完成值 over 一季度 … 全年."""
    row = rows[row_index]
    below = {column for lower in rows[row_index + 1 :] for column, text in enumerate(lower) if text.strip()}
    stop = position + 1
    while position in below and stop in below and not (stop < len(row) and row[stop].strip()):
        stop += 1
    return stop - position


def _prefix_role(rows: Sequence[Sequence[str]], position: int) -> str:
    """As `_role_at` left of the groups, where columns of unknown name that speak of money hold amounts."""
    role = _role_at(rows, position)
    texts = [row[position] for row in rows if position < len(row)]
    return "amount" if role in {"", FREE} and any(map(_MONEY_WORDS.search, texts)) else role or FREE


def _role_at(rows: Sequence[Sequence[str]], position: int) -> str:
    """The role that the lowest header cell of a position gives."""
    for row in reversed(rows):
        if position < len(row) and row[position].strip() and not period_of(row[position]):
            return column_role(row[position]) or FREE
    return ""


def _span(row: Sequence[str], position: int, stop: int) -> int:
    following = next((p for p in range(position + 1, min(len(row), stop)) if row[p].strip()), min(len(row), stop))
    return max(1, following - position)
