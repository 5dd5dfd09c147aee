"""Rows above the body of a table without ruling lines: the block of a project, and the header's one to three rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpi.reading.aligned_cells import upper_cells
from kpi.reading.aligned_header import (
    NAME_WORDS,
    NO_HEAD,
    Head,
    first_of_wide,
    over_words,
    segment_text,
    words_of_columns,
)
from kpi.reading.aligned_rows import upper_bands
from kpi.reading.segments import TIGHT, AlignedCell, Line, Segment, column_of

ROW_WHITE = 0.65
"""Times the character height: white that parts rows of a header; lines of one word have 0.15 to 0.5."""
GROUP_WORDS = re.compile("(?:投入|成本|产出|效益|效果|满意度|过程|管理|影响力|服务对象满意度|投入管理)指标")
"""Groups of wide tables, where no white parts them from the columns' words."""
OVER_WORDS = re.compile("(?:年度|项目|年度项目)?绩效(?:指标|目标)(?:指标)?")
"""Words that stand over all columns from 一级指标 on."""
BESIDE_GROUPS = frozenset({"备注", "备", "注"})
"""Words right of the groups that stand in the middle of all header rows."""


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """A header's rows and what they say."""

    first: int = 0
    """Number of its first printed line; lines above are the block."""
    parts: Sequence[Sequence[Segment]] = ()
    """Pieces of each row."""
    head: Head = NO_HEAD
    over: Mapping[int, list[AlignedCell]] = field(default_factory=dict)
    """Cells over several columns by number of the row; their pieces are in no part."""

    def bands(self) -> list[tuple[float, float]]:
        """Top and bottom of the print of each row."""
        found = []
        for number, part in enumerate(self.parts):
            spans = [(s.top, s.bottom) for s in part]
            spans += [(glyph.top, glyph.bottom) for cell in self.over.get(number, ()) for glyph in cell.glyphs]
            found.append((min(top for top, _ in spans), max(bottom for _, bottom in spans)))
        return found


def block_bands(block: list[Line], limit: float, height: float) -> list[tuple[float, float]]:
    """Top and bottom of the print of each row above the header."""
    return upper_bands(block, limit if limit > 0 else TIGHT * height)


def cells_above(
    block: list[Line], rows: HeaderRows, edges: list[float], row_edges: list[float], height: float
) -> list[AlignedCell]:
    """The cells of the block and of the header; `row_edges` are those of their rows."""
    first = len(row_edges) - 1 - len(rows.parts)
    cells = upper_cells(block, edges, row_edges[: first + 1], height) if first else []
    for row, part in enumerate(rows.parts, start=first):
        over = rows.over.get(row - first, ())
        cells += [AlignedCell(row, cell.column, 1, cell.column_span, cell.glyphs) for cell in over]
        cells += upper_cells([list(part)], edges, row_edges[row : row + 2], height, first_row=row)
    return cells


def header_rows(lines: list[Line], header: int, span: tuple[int, int], edges: list[float], height: float) -> HeaderRows:
    """The rows of the header whose lines are `span`."""
    top, bottom = span
    wide = _wide_rows(lines, header, bottom, edges, height)
    if wide is not None:
        return wide
    below = over_words(lines, top, bottom)
    head = words_of_columns([s for line in lines[top:bottom] for s in line if s not in below], edges)
    if not below:
        words = [s for line in lines[top:header] for s in line if OVER_WORDS.fullmatch(segment_text(s))]
        pieces = [s for line in lines[top:bottom] for s in line if s not in words]
        if len(words) != 1:
            return HeaderRows(top, [[*pieces, *words]], head)
        head = words_of_columns(pieces, edges)
        first = min([*head.levels, *head.names], default=0)
        cell = AlignedCell(0, first, 1, len(edges) - 1 - first, words[0].glyphs)
        return HeaderRows(top, [[], pieces], head, {0: [cell]})
    parts: list[list[Segment]] = [
        [s for line in lines[top : bottom - 1] for s in line if s not in below],
        lines[bottom - 1],
    ]
    over = [_over(word, words[0], words[-1], edges) for word, words in below.items()]
    return HeaderRows(top, parts, head, {0: over})


def _over(word: Segment, first: Segment, last: Segment, edges: Sequence[float]) -> AlignedCell:
    start, stop = column_of(edges, first.middle), column_of(edges, last.middle) + 1
    return AlignedCell(0, start, 1, stop - start, word.glyphs)


def _wide_rows(lines: list[Line], header: int, bottom: int, edges: list[float], height: float) -> HeaderRows | None:
    """The header of a wide table; None where groups do not stand side by side.

    Its rows are what stands over all groups (may be missing), the groups, the columns' words; code, name and money stand
    in the middle of all rows and go to the last.
    """
    named = [s for s in lines[header] if NAME_WORDS.search(segment_text(s))]
    if len(named) < 2:
        return None
    left = edges[column_of(edges, min(s.middle for s in named))]
    first = first_of_wide(lines, header, height)
    zone = [segment for line in lines[first:bottom] for segment in line]
    region = [s for s in zone if s.middle > left and segment_text(s) not in BESIDE_GROUPS]
    bands = _bands(region, height)
    named_groups = [s for s in region if GROUP_WORDS.fullmatch(segment_text(s))]
    if len(bands) < 2 and len(named_groups) >= len(named):
        bands = [named_groups, [s for s in region if s not in named_groups and s.top > named_groups[0].top]]
    head = words_of_columns([*bands[-1], *(s for s in zone if s.middle < left)], edges)
    names = head.names
    if len(bands) < 2 or len(names) < 2 or head.levels:
        return None
    end = min(names[-1] + names[1] - names[0], len(edges) - 1)
    groups = [
        AlignedCell(0, a, 1, b - a, _glyphs(bands[-2], edges[a], edges[b]))
        for a, b in zip(names, [*names[1:], end], strict=True)
    ]
    if not all(cell.glyphs for cell in groups):
        return None
    rest = [s for s in zone if s not in region]
    upper = [s for s in rest if s.middle < left and _stands_over(s, rest, height)]
    parts = [[], upper, [s for s in [*rest, *bands[-1]] if s not in upper]]
    over = {1: groups}
    if len(bands) > 2:
        everything = tuple(glyph for band in bands[:-2] for segment in band for glyph in segment.glyphs)
        over[0] = [AlignedCell(0, names[0], 1, end - names[0], everything)]
    else:
        parts, over = parts[1:], {0: groups}
    return HeaderRows(first, parts, head, over)


def _bands(segments: Sequence[Segment], height: float) -> list[list[Segment]]:
    """Pieces by stretches of print with a row's white between."""
    bands: list[list[Segment]] = []
    low = float("-inf")
    for segment in sorted(segments, key=lambda s: s.top):
        if not bands or segment.top - low > ROW_WHITE * height:
            bands.append([])
        bands[-1].append(segment)
        low = max(low, segment.bottom)
    return bands


def _glyphs(segments: Sequence[Segment], left: float, right: float) -> tuple:  # type: ignore[type-arg]
    return tuple(glyph for segment in segments if left <= segment.middle < right for glyph in segment.glyphs)


def _stands_over(word: Segment, others: Sequence[Segment], height: float) -> bool:
    """Whether a word has others in the next row below it (项目金额 over 资金总额 | 财政拨款)."""
    below = [s for s in others if s.top > word.top and s.x0 < word.x1 and s.x1 > word.x0]
    return bool(below) and min(s.top for s in below) - word.bottom > ROW_WHITE * height
