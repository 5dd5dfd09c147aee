"""Rows of a table without ruling lines, out of the white between its printed lines."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from statistics import median

from kpi.reading.segments import Band, Line, Segment, column_of

TWO_GAPS = 1.15
"""Times the pitch of lines within cells that the pitch of rows must be to tell the two apart."""
WITHIN_CELL = 0.6
"""Times the character height: more white than this is never within a cell (double line spacing is 1)."""
DENSE = 0.5
"""Share of the fullest column's texts from which a column takes part in finding rows."""


def first_column_of_rows(by_column: list[list[Segment]], counts: list[int], named: Collection[int], last: int) -> int:
    """The first column that prints in nearly every row; levels, codes and names stand left of it.

    A column with fewer texts than rows of which one stands between two rows is a level in the middle of its rows.

    Args:
        by_column: segments of each column.
        counts: texts of each column, lines of one cell counted once.
        named: columns that the header calls levels.
        last: the column of names, else the one with most texts: rows are found there at the latest.
    """
    most = max(counts)
    for column in range(last):
        merged = column in named or stands_between(by_column[column], by_column[last])
        if counts[column] == most or (counts[column] >= DENSE * most and not merged):
            return column
    return last


def stands_between(texts: list[Segment], rows: list[Segment]) -> bool:
    """Whether one of the texts stands in the white between two lines of a column that prints in every row."""
    printed = sorted((segment.top, segment.bottom) for segment in rows)
    middles = [(segment.top + segment.bottom) / 2 for segment in texts]
    return any(above[1] < middle < below[0] for middle in middles for above, below in pairwise(printed))


def print_bands(segments: list[Segment], edges: list[float]) -> list[Band]:
    """Top, bottom and columns of each stretch of print: lines that overlap are one, but for a little of tall boxes."""
    bands: list[Band] = []
    for segment in sorted(segments, key=lambda s: (s.top, s.x0)):
        column = column_of(edges, segment.middle)
        if bands and segment.top < bands[-1][1] - 0.25 * (segment.bottom - segment.top):
            top, bottom, used = bands[-1]
            bands[-1] = (top, max(bottom, segment.bottom), used | {column})
        else:
            bands.append((segment.top, segment.bottom, frozenset({column})))
    return bands


def joined_bands(bands: list[Band], limit: float, height: float) -> list[Band]:
    """Stretches with less white between than `limit` are one row; without a limit, one that prints only one column
    of the row above continues it."""
    merged = bands[:1]
    for band in bands[1:]:
        above = merged[-1]
        near = band[0] - above[1] < WITHIN_CELL * height
        continues = near and band[2] <= above[2] and len(band[2]) == 1 and len(above[2]) > 1
        if band[0] - above[1] < limit or (limit == float("-inf") and continues):
            merged[-1] = (above[0], band[1], above[2] | band[2])
        else:
            merged.append(band)
    return merged


def gap_limit(bands: list[Band], height: float) -> float:
    """White that parts rows from lines within a cell; minus infinity where the white does not tell.

    The first jump among the whites counts, from one small enough to be within a cell; tall level words beside the
    rows make larger ones. What follows a small white must look like the rest of a cell, not like whole rows.
    """
    whites = sorted((below[0] - above[1], len(below[2])) for above, below in pairwise(bands))
    for index in range(len(whites) - 1):
        small, large = whites[index][0], whites[index + 1][0]
        if small > WITHIN_CELL * height:
            break
        if large - small > 0.2 * height and large + height > TWO_GAPS * (small + height):
            usual = median(used for _, used in whites[index + 1 :])
            whole = sum(1 for _, used in whites[: index + 1] if used >= 0.75 * usual)
            if whole <= 0.5 * (index + 1):
                return (small + large) / 2
    return float("-inf")


def grown_band(bands: list[tuple[float, float]], index: int) -> tuple[float, float]:
    """A band grown to the middle of the white around it."""
    top, bottom = bands[index]
    above = (bands[index - 1][1] + top) / 2 if index else top - 2
    below = (bottom + bands[index + 1][0]) / 2 if index + 1 < len(bands) else bottom + 2
    return above, max(above, below)


def upper_bands(lines: list[Line], limit: float) -> list[tuple[float, float]]:
    """Rows of the block above the header (项目名称, 年度目标 …): lines with little white between are one row.

    Labels at the left edge stand in the middle of several rows and do not take part.
    """
    segments = [segment for line in lines for segment in line]
    if not segments:
        return []
    left = min(segment.x0 for segment in segments)
    label_end = max(
        (s.x1 for s in segments if s.x0 < left + 2 * (s.bottom - s.top) and len(s.glyphs) <= 8), default=left
    )
    inner = [segment for segment in segments if segment.middle > label_end] or segments
    bands: list[tuple[float, float]] = []
    for segment in sorted(inner, key=lambda s: s.top):
        if bands and segment.top - bands[-1][1] < limit:
            bands[-1] = (bands[-1][0], max(bands[-1][1], segment.bottom))
        else:
            bands.append((segment.top, segment.bottom))
    for segment in sorted(segments, key=lambda s: s.top):
        middle = (segment.top + segment.bottom) / 2
        if bands and middle < bands[0][0] - limit:
            bands.insert(0, (segment.top, segment.bottom))
        elif bands and middle > bands[-1][1] + limit:
            bands.append((segment.top, segment.bottom))
    return bands
