"""Rows that print several indicators in one cell (一格多指标) → a row each.

Central forms give each 二级指标 one row, and offices write 指标1：…, 指标2：… as paragraphs of it, their values as paragraphs of
the next cell. A row is parted only where names are numbered from 1 on and the values are as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kpi.tables.bands import Layout
from kpi.tables.grid import GridRow
from kpi.tables.prose import split_clause, split_label
from kpi.text import squeeze

_NUMBER = re.compile(
    r"(?:^|(?<=[\n；;。]))\s*(?:(?:三级)?指标\s*(\d{1,2})\s*[:：、.．]|(\d{1,2})\s*(?:[、)）]|[.．](?!\d))|[（(](\d{1,2})[)）])|"
    r"(?<!^)(?:三级)?指标\s*(\d{1,2})\s*[:：]"
)
"""Numbering before an indicator: at the start of a line, or 指标2： anywhere, where a line's end was lost."""
_CIRCLED = re.compile("[①-⑳]")
_LINE_NUMBER = re.compile(r"\s*(\d{1,2})[.．、)）]")
_SEPARATOR = re.compile("[；;。\n]")
_DETAILS = (
    "half_target",
    "actual",
    "weight",
    "score",
    "deviation",
    "reason",
    "description",
    "basis",
    "remark",
    "history",
)
"""Columns that may print as many texts as there are names; where they do not, theirs is the text of all."""


def parted_rows(rows: Sequence[GridRow], layout: Layout) -> list[GridRow]:
    """The rows with those parted that print several numbered indicators in one cell."""
    return [part for row in rows for part in _parts_of(row, layout)]


def _parts_of(row: GridRow, layout: Layout) -> Iterator[GridRow]:
    texts: dict[int, list[str]] = {}
    for band in layout.bands:
        printed = row.slots[band.name].text
        if band.crosswise:
            texts[band.name] = _clauses(printed) if not band.printed else [printed]
            continue
        names = numbered_parts(printed)
        values = [_parted(row.slots[column].text, len(names)) for column in band.targets]
        if len(names) < 2 or not values or not all(values):
            continue
        texts[band.name] = names
        texts.update(zip(band.targets, values, strict=True))
        for role in _DETAILS:
            for column in band.columns.get(role, ()):
                if own := _parted(row.slots[column].text, len(names)):
                    texts[column] = own
    count = max(map(len, texts.values()), default=1)
    if count < 2:
        yield row
        return
    for number in range(count):
        slots = []
        for column, slot in enumerate(row.slots):
            parts = texts.get(column, [])
            if parts:
                slots.append(replace(slot, text=parts[number] if number < len(parts) else "", row_span=1))
            else:
                slots.append(slot if number == 0 else replace(slot, text="", begins=False))
        yield replace(row, slots=tuple(slots))


def numbered_parts(text: str) -> list[str]:
    """Texts behind the numbers 1, 2, 3 … of a cell, numbers left out; [] where it is not numbered so from its beginning."""
    circled = [match.start() for match in _CIRCLED.finditer(text)]
    found = [(match.start(), match.end(), int(next(filter(None, match.groups())))) for match in _NUMBER.finditer(text)]
    if not found and circled:
        found = [(start, start + 1, ord(text[start]) - ord("①") + 1) for start in circled]
    if not found or squeeze(text[: found[0][0]]) or [number for _, _, number in found] != [*range(1, len(found) + 1)]:
        return []
    ends = [*(start for start, _, _ in found[1:]), len(text)]
    parts = [text[end:stop].strip().rstrip("；;。") for (_, end, _), stop in zip(found, ends, strict=True)]
    return parts if all(map(squeeze, parts)) else []


def _parted(text: str, count: int) -> list[str]:
    """The cell's text in as many parts as there are names: numbered, by lines, or by semicolons; [] where it has others."""
    lines = [part for part in text.split("\n") if squeeze(part)]
    pieces = [part for part in _SEPARATOR.split(text) if squeeze(part)]
    counted = [
        line[match.end() :]
        for number, line in enumerate(lines, 1)
        if (match := _LINE_NUMBER.match(line)) and int(match[1]) == number
    ]  # 1.26人 is the first line's 26人 where the others are numbered as well
    return next((parts for parts in (numbered_parts(text), counted, lines, pieces) if len(parts) == count), [])


def _clauses(text: str) -> list[str]:
    """Clauses of a cell that holds names with values, where each of several has its own value; else the cell as it is."""
    numbered = numbered_parts(text)
    clauses = numbered or [part for part in re.split("[；;。]", squeeze(text)) if part]
    labelled: list[str] = []
    level = ""
    for clause in clauses:
        own, rest = split_label(squeeze(clause))
        level = own or level
        if not split_clause(rest)[1] and not own:
            return [text]
        labelled.append(f"{level}：{rest}" if level else rest)
    return labelled if len(labelled) > 1 else [text]
