"""Values that hold for several rows (合并单元格): levels and projects, carried down and across page ends.

A merged cell is drawn once a page; its text stands on the first page, the second, or is split over both. Where cells are not merged,
a blank cell means "as above".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kpi.tables import headers
from kpi.tables.crosswise import CROSSWISE
from kpi.tables.grid import GridRow
from kpi.tables.layouts import WHOLE_CODE, Layout
from kpi.text import squeeze

LONGEST_CODE = 24
"""Characters of the longest project codes seen."""


@dataclass(slots=True)
class Segment:
    """Rows `[start, end)` under one merged cell, or one blank or filled cell of its own."""

    start: int
    end: int
    texts: tuple[str, ...]
    top: bool
    """Begins with its piece, so it may continue a cell of the piece before."""
    bottom: bool
    """Ends with its piece, so it may go on in the next piece."""

    @property
    def blank(self) -> bool:
        """Whether nothing is printed in it."""
        return not any(self.texts)


def segments(rows: Sequence[GridRow], columns: Sequence[int]) -> list[Segment]:
    """Runs of rows under the same cells of the given columns."""
    runs: list[Segment] = []
    for index, row in enumerate(rows):
        previous = rows[index - 1] if index else None
        same_piece = previous is not None and previous.piece == row.piece
        goes_on = same_piece and columns and all(
            not row.slots[column].begins and row.slots[column].key == previous.slots[column].key  # type: ignore[union-attr]
            for column in columns
        )  # fmt: skip
        if goes_on:
            runs[-1].end = index + 1
            continue
        if runs and not same_piece:
            runs[-1].bottom = True
        runs.append(
            Segment(
                start=index,
                end=index + 1,
                texts=tuple(squeeze(row.slots[column].text) for column in columns),
                top=not same_piece and index > 0,
                bottom=False,
            )
        )
    return runs


# --- levels ------------------------------------------------------------------------------------------------------------


def level_values(rows: Sequence[GridRow], column: int, reset: Sequence[int] = ()) -> tuple[list[str], list[int]]:
    """The level's text of every row and the number of the run it belongs to.

    Args:
        rows: data rows of one logical table.
        column: the level's column.
        reset: run numbers of the level above; a blank under a new one does not carry down.
    """
    runs = segments(rows, (column,))
    merged = any(run.end - run.start > 1 for run in runs)
    values = [""] * len(rows)
    numbers = [0] * len(rows)
    number = 0
    position = 0
    while position < len(runs):
        group = [runs[position]]
        while position + 1 < len(runs) and _same_level(group, runs[position + 1], merged=merged):
            position += 1
            group.append(runs[position])
        position += 1
        text = _joined([run.texts[0] for run in group])
        start, end = group[0].start, group[-1].end
        new_parent = bool(reset) and start > 0 and reset[start] != reset[start - 1]
        if not text and start > 0 and not new_parent:
            text = values[start - 1]
        else:
            number += 1
        for index in range(start, end):
            if text and reset and index > start and reset[index] != reset[start] and not group[0].texts[0]:
                text = ""
            values[index], numbers[index] = text, number
    if not reset:
        _fill_first_page(rows, values, numbers)
    return values, numbers


def _fill_first_page(rows: Sequence[GridRow], values: list[str], numbers: list[int]) -> None:
    """A table that begins without a level has the first one of the next page: it stands in the middle of rows of both."""
    first = next((index for index, text in enumerate(values) if text), 0)
    if first and rows[first].piece != rows[first - 1].piece:
        values[:first] = [values[first]] * first
        numbers[:first] = [numbers[first]] * first


def _same_level(group: Sequence[Segment], after: Segment, *, merged: bool) -> bool:
    before = group[-1]
    if not (before.bottom and after.top):
        return False
    text = _joined([run.texts[0] for run in group])
    if not text:
        return merged or after.blank
    if after.blank:
        return merged and after.end - after.start > 0
    tail = after.texts[0]
    if text == tail:
        return True
    known = headers.is_level1(text + tail) or headers.is_level2(text + tail)
    whole = (headers.is_level1(text) or headers.is_level2(text)) and (
        headers.is_level1(tail) or headers.is_level2(tail)
    )
    return known and not whole


def _joined(texts: Sequence[str]) -> str:
    """Parts of one cell in order; a part printed again on the next page counts once."""
    parts: list[str] = []
    for text in texts:
        if text and text not in parts:
            parts.append(text)
    return "".join(parts)


# --- projects ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectRun:
    """The rows of one project or unit row, and the texts of its project columns joined over pages."""

    start: int
    end: int
    texts: dict[int, str]
    """Column → text."""
    joined_over_page: bool


def project_runs(rows: Sequence[GridRow], layout: Layout, cuts: frozenset[int]) -> list[ProjectRun]:
    """Rows by project; one run of all rows where the table has no project columns.

    Rows at a page end whose project is printed on the next page only are that project's; see `_same_project`.
    """
    keys = _keys(layout)
    columns = layout.columns("code", "project", "unit", "amount", "fund", "goal")
    if not keys:
        return [ProjectRun(0, len(rows), dict.fromkeys(columns, ""), joined_over_page=False)] if rows else []
    runs = segments(rows, keys)
    merged = any(run.end - run.start > 1 and not run.blank for run in runs)
    whole = _code_length(rows, layout)
    groups: list[list[Segment]] = []
    for run in runs:
        if groups and _same_project(groups[-1], run, rows, layout, cuts, merged=merged, whole=whole):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_project_run(group, rows, columns) for group in groups]


def _keys(layout: Layout) -> tuple[int, ...]:
    """The columns that tell one project from the next; the counties' where a fund is shared out over them."""
    return layout.columns("code", "project") or (layout.columns("unit") if layout.id == CROSSWISE else ())


def _code_length(rows: Sequence[GridRow], layout: Layout) -> int:
    """The usual length of a whole project code in this table, 0 when there are no codes."""
    lengths = Counter(
        len(text) for row in rows for column in layout.columns("code") if len(text := row.texts()[column]) >= WHOLE_CODE
    )
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _same_project(
    group: Sequence[Segment], after: Segment, rows: Sequence[GridRow], layout: Layout, cuts: frozenset[int], *,
    merged: bool, whole: int,
) -> bool:  # fmt: skip
    """Whether the rows of `after` belong to the project of `group` above them."""
    if group[-1].bottom and after.top:
        return after.start in cuts or _same_over_page(group, after, rows, layout, cuts, merged=merged, whole=whole)
    if not after.blank or after.start in cuts:
        return after.blank
    if _name_follows(rows, after.start, layout, cuts):
        return False
    return not (merged and after.bottom and _is_project_start(rows, after.start, layout, cuts))


def _same_over_page(
    group: Sequence[Segment], after: Segment, rows: Sequence[GridRow], layout: Layout, cuts: frozenset[int], *,
    merged: bool, whole: int,
) -> bool:  # fmt: skip
    """A page end lies between `group` and `after`: one merged cell cut in two, or two."""
    if _restarts(rows, after.start, layout, cuts):
        return False
    if after.blank or all(run.blank for run in group):
        return True
    if not merged or _levels_restart(rows, after.start, layout) or _is_heading(group, rows, layout):
        return False  # where cells are not merged a name cut in two is a row cut in two, and that is settled above
    codes = layout.columns("code")
    if codes:
        position = _keys(layout).index(codes[0])
        head = "".join(run.texts[position] for run in group)
        tail = after.texts[position]
        if head and tail:
            return head == tail or _is_cut_code(head, tail, whole)
    return not _two_amounts(group, after, rows, layout)


def _is_cut_code(head: str, tail: str, whole: int) -> bool:
    """Whether two texts are the halves of one project code; `whole` is the usual length, 0 where no code stands whole."""
    if whole and len(head) + len(tail) == whole and len(tail) < WHOLE_CODE:
        return True
    longest = whole or LONGEST_CODE
    both_parts = max(len(head), len(tail)) < (whole - 1 if whole else WHOLE_CODE)
    return both_parts and WHOLE_CODE <= len(head) + len(tail) <= longest + 1


def _is_project_start(rows: Sequence[GridRow], start: int, layout: Layout, cuts: frozenset[int]) -> bool:
    """A blank merged cell at a page end is a project whose name comes on the next page, unless it is a row of the last one.

    In a table with groups the first row of a project fills the groups anew; under a unit's heading any row does.
    """
    keys = _keys(layout)
    if rows[start].slots[keys[0]].row_span > 1:
        return True
    levels = layout.columns("level1", "goal")
    if len(layout.bands) == 1:  # a project begins with its goal and its first level; other rows go on below
        return not levels or any(rows[start].texts()[column] for column in levels)
    under_heading = (
        start > 0 and not any(_names(rows, start - 1, layout, cuts)) and any(_names(rows, start, layout, cuts))
    )
    return under_heading or _restarts(rows, start, layout, cuts)


def _name_follows(rows: Sequence[GridRow], start: int, layout: Layout, cuts: frozenset[int]) -> bool:
    """The row is cut by a page end, and its project's code or name stands behind the cut."""
    keys = _keys(layout)
    return start + 1 in cuts and any(squeeze(rows[start + 1].slots[column].text) for column in keys)


def _names(rows: Sequence[GridRow], index: int, layout: Layout, cuts: frozenset[int]) -> list[str]:
    """Names of each group in the printed row at `index`, its part behind a page end included."""
    texts = [squeeze(rows[index].slots[band.name].text) for band in layout.bands]
    following = index + 1
    while following in cuts:
        texts = [
            text or squeeze(rows[following].slots[band.name].text)
            for text, band in zip(texts, layout.bands, strict=True)
        ]
        following += 1
    return texts


def _restarts(rows: Sequence[GridRow], index: int, layout: Layout, cuts: frozenset[int]) -> bool:
    """A group that had gone blank never starts again inside the same project."""
    if len(layout.bands) < 2 or index == 0:
        return False
    previous = index - 1
    while previous in cuts and previous > 0:
        previous -= 1
    last, now = _names(rows, previous, layout, cuts), _names(rows, index, layout, cuts)
    return any(last) and any(new and not old for old, new in zip(last, now, strict=True))


def _levels_restart(rows: Sequence[GridRow], index: int, layout: Layout) -> bool:
    """The first 一级指标 of the table begins again behind another one: the next project."""
    columns = layout.columns("level1")
    if not columns:
        return False
    texts = [row.texts()[columns[0]] for row in rows]
    first = next((text for text in texts if text), "")
    before = next((text for text in reversed(texts[:index]) if text), "")
    return bool(first) and texts[index] == first and before != first


def _is_heading(group: Sequence[Segment], rows: Sequence[GridRow], layout: Layout) -> bool:
    """A row with nothing but a name is a unit's heading; a cut project has indicators beside its name."""
    if len(group) > 1 or group[0].end - group[0].start > 1:
        return False
    texts = rows[group[0].start].texts()
    return not any(
        texts[column] for band in layout.bands for columns in band.columns.values() for column in columns
    ) and not any(texts[column] for column in layout.columns("level1", "level2", "goal"))


def _two_amounts(group: Sequence[Segment], after: Segment, rows: Sequence[GridRow], layout: Layout) -> bool:
    """Both sides of a page end print an amount, and not the same one: two projects."""
    for column in layout.columns("amount"):
        head = [text for run in group for row in rows[run.start : run.end] if (text := row.texts()[column])]
        tail = [text for row in rows[after.start : after.end] if (text := row.texts()[column])]
        if head and tail and head[-1] != tail[0]:
            return True
    return False


def _project_run(group: Sequence[Segment], rows: Sequence[GridRow], columns: Sequence[int]) -> ProjectRun:
    start, end = group[0].start, group[-1].end
    texts = {column: _joined([row.texts()[column] for row in rows[start:end]]) for column in columns}
    printed_pages = sum(1 for run in group if not run.blank)
    return ProjectRun(start=start, end=end, texts=texts, joined_over_page=printed_pages > 1)
