"""The noise of plain-text exports, one function a kind, each as the given raw texts show it.

`drop_empty_column`   a column that is empty on the whole page vanishes (13 tabs instead of 14; raw text 003, last pages)
`shift_project`       one project's rows on a page stand one column to the left from the first empty amount on (004)
`shift_continuation`  the rows of a project that goes on from the page before stand two columns to the left (000)
`last_row_left`       the last row of a page starts in one of the first columns (000, 003, 004 and their overall tables)
`extra_column`        every row of a page has one empty column more at its end (000, 003, 004)
`satisfaction_left`   满意度 stands in the empty columns of 效益 (003, once)
`spaced`              spaces at the line ends of wrapped cells, letters of narrow cells apart (000, 003)
`pangu`               a space between figures and Chinese letters (`≥10 人`, `2026 年`; 003, 004)

The rest is made elsewhere, out of the same pages as the PDF's (`pagination`, `render_text`):
empty lines at page breaks with the table going on without a header (000, 003) or with `## ` title, 部门名称 and header
again (004); rows and cells cut by a page end, their rest on the first line after it (`医保信息系统重` ¦ `大安全事件响应时间`,
003, 004); a merged project's text on the first, the second or both pages (000, 003); a space within long codes and amounts
(`41080022000 0000014331`, `264344.9 0`); `<p>…</p>` left in a long cell (000); a line of dashes after a table (004);
`单位：万` ¦ `元` on two lines (003); levels and broken cells on lines of their own, empty cells gone (001, `spaces`);
a tab and a cell a line, an empty line after each row, `[bookmark: …]` before titles (002, `lines`).
Not made, because nothing in the text tells what was meant: letters moved to another cell (`满意度` `度` in 004).

Columns are only moved where the invariants of the layout still tell what stood where: the row shows pairs of name and
target, a group that went blank does not start again within its project, and only one group is left where two columns go.
"""

from __future__ import annotations

import random
import re

Row = list[str]


def pangu(text: str) -> str:
    """`≥10人` → `≥10 人`, `2026年` → `2026 年`; before brackets and % nothing is put."""
    return re.sub(r"(?<=[0-9])(?=[一-鿿])|(?<=[一-鿿])(?=[0-9])", " ", text)


def spaced(lines: list[str], style: str) -> str:
    """Join wrapped lines: `none` without a trace, `ends` with spaces at the line ends."""
    return (" " if style == "ends" else "").join(lines)


def pairs(row: Row, groups: list[int]) -> list[int]:
    """Group columns in which the row has a name."""
    return [column for column in groups if row[column]]


def extra_column(rows: list[Row]) -> list[Row]:
    return [[*row, ""] for row in rows]


def drop_empty_column(rows: list[Row], amounts: tuple[int, ...], groups: list[int]) -> list[Row]:
    """Drop one column between the amounts and the first group that is filled, if it is empty on the page."""
    first = groups[0]
    empty = [column for column in [*amounts[1:], first, first + 1] if not any(row[column] for row in rows)]
    if not empty:
        return rows
    gone = empty[-1]
    return [row[:gone] + row[gone + 1 :] for row in rows]


def shift_project(row: Row, amounts: tuple[int, ...]) -> Row:
    """The first empty amount column of the row vanishes and the row is padded at its end."""
    empty = [column for column in amounts[1:] if not row[column]]
    if not empty:
        return row
    return row[: empty[0]] + row[empty[0] + 1 :] + [""]


def shift_continuation(row: Row, groups: list[int]) -> Row:
    """One remaining pair moves two columns to the left into the blank pair before it."""
    filled = pairs(row, groups)
    if len(filled) != 1 or filled[0] == groups[0]:
        return row
    column = filled[0]
    return [*row[: column - 2], row[column], row[column + 1], *row[column + 2 :], "", ""]


def last_row_left(row: Row, groups: list[int], place: int) -> Row:
    """The only pair of the row stands at column `place`."""
    filled = pairs(row, groups)
    if len(filled) != 1 or any(row[: groups[0]]):
        return row
    moved = [""] * len(row)
    moved[place], moved[place + 1] = row[filled[0]], row[filled[0] + 1]
    return moved


def satisfaction_left(row: Row, groups: list[int]) -> Row:
    """满意度 moves into the blank group before it; its name tells what it is."""
    last = groups[-1]
    if "满意" not in row[last] or row[last - 2] or row[last - 1]:
        return row
    return [*row[: last - 2], row[last], row[last + 1], "", ""]


def chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share
