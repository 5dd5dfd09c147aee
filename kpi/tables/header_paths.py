"""Header rows → the texts over each column, top down (表头路径), with merged cells spread over what they cover."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kpi.tables import headers
from kpi.tables.grid import GridRow
from kpi.text import squeeze


def header_texts(text: str) -> list[str]:
    """A header cell's words: one, or several under each other where no lines part upper and lower header rows."""
    whole = squeeze(text)
    lines = [line for part in text.split("\n") if (line := squeeze(part))]
    if len(lines) < 2 or headers.is_header_word(whole) or not all(map(headers.is_header_word, lines)):
        return [whole]
    return lines


def column_groups(block: Sequence[GridRow]) -> tuple[range, ...]:
    """Grid columns that the lowest header cell above them joins."""
    lowest: list[int] = []
    for column in range(len(block[0].slots)):
        keys = [row.slots[column].key for row in block if row.slots[column].key >= 0]
        lowest.append(keys[-1] if keys else -1 - column)
    starts = [column for column, key in enumerate(lowest) if column == 0 or key != lowest[column - 1]]
    return tuple(range(begin, end) for begin, end in pairwise([*starts, len(lowest)]))


def header_paths(block: Sequence[GridRow]) -> list[list[str]]:
    """Header texts over each column, top down, spans expanded, side labels that reach into the data left out."""
    height = len(block)
    texts: dict[int, list[str]] = {}
    for row in block:
        for slot in row.slots:
            if slot.text:
                texts[slot.key] = texts.get(slot.key) or header_texts(slot.text)
    paths: list[list[str]] = []
    for column in range(len(block[0].slots)):
        path: list[str] = []
        seen: set[int] = set()
        for offset, row in enumerate(block):
            slot = row.slots[column]
            reaches_below = slot.begins and slot.row_span > height - offset + 1
            if slot.key in seen or slot.key not in texts or reaches_below:
                continue
            seen.add(slot.key)
            path.extend(texts[slot.key])
        paths.append(path)
    return paths
