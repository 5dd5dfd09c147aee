"""Rows of a logical table → indicators (三级指标 with targets) by the bands of its layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.extract.names import (
    clean_level,
    clean_name,
    is_leftover,
    is_sign,
    joined_target,
    parted_levels,
    unused_number,
)
from kpi.model import Box
from kpi.tables import headers
from kpi.tables.amounts import plain_number
from kpi.tables.carry import level_values
from kpi.tables.grid import GridRow, Slot
from kpi.tables.layouts import Band, Layout
from kpi.tables.prose import split_clause, split_label
from kpi.text import squeeze

JOINED = "joined_over_page"
REPAIRED = 0.95
"""Factor of the confidence for each kind of repair; joined rows were right in 99 % of the synthetic documents."""
NO_TARGET_NAME = "target_without_name"
_TEXT_ROLES = ("description", "basis", "half_target", "actual", "weight", "score", "deviation", "reason", "remark")
_OWN_CELL_ONLY = frozenset({"weight", "score"})
"""A merged 分值 counts once, for the row it begins in; other merged cells hold for all their rows."""


@dataclass(frozen=True, slots=True)
class RawIndicator:
    """An indicator as printed, before project, place names and target are added."""

    row: int
    """1-based data row of the logical table."""
    column: int
    page: int | None
    boxes: tuple[Box, ...]
    period: str
    level1: str
    level2: str
    name: str
    target: str
    unit: str
    """The county that the column is for, "" for the table's own unit."""
    texts: Mapping[str, str]
    warnings: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class DataRow:
    """One printed row put together from its parts on one or two pages."""

    number: int
    parts: tuple[int, ...]
    """Indexes of the physical rows."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a 总分 or 合计 row prints."""

    weight: Decimal | None = None
    score: Decimal | None = None


def data_rows(rows: Sequence[GridRow], cuts: frozenset[int]) -> list[DataRow]:
    """Physical rows joined to printed ones; numbers are 1-based and count printed rows."""
    joined: list[list[int]] = []
    for index in range(len(rows)):
        if index in cuts and joined:
            joined[-1].append(index)
        else:
            joined.append([index])
    return [DataRow(number, tuple(parts)) for number, parts in enumerate(joined, start=1)]


class TableReader:
    """Reads the indicators of one logical table, run by run; holds its rows, layout and carried levels."""

    def __init__(self, rows: Sequence[GridRow], layout: Layout, cuts: frozenset[int]) -> None:
        self.rows = rows
        self.layout = layout
        self.data_rows = data_rows(rows, cuts)
        self.cover = {
            (row.piece, slot.key, column): slot for row in rows for column, slot in enumerate(row.slots) if slot.text
        }
        self.levels = {band.name: self._levels(band) for band in layout.bands}
        self.totals = Totals()
        self.unnamed: list[int] = []
        """Data rows that print a target without a name; told, never guessed."""

    def _levels(self, band: Band) -> tuple[list[str], list[str]]:
        """一级 and 二级 of every physical row for a band."""
        first = band.columns.get("level1") or self.layout.shared.get("level1", ())
        second = band.columns.get("level2") or self.layout.shared.get("level2", ())
        blank = [""] * len(self.rows)
        ones, numbers = level_values(self.rows, first[0]) if first else (blank, [])
        twos = level_values(self.rows, second[0], numbers)[0] if second else blank
        if first and second:
            both = {
                index for index, row in enumerate(self.rows) if row.slots[first[0]].key == row.slots[second[0]].key >= 0
            }
            twos = ["" if index in both else text for index, text in enumerate(twos)]
        return ones, twos

    def read(self, start: int, end: int) -> Iterator[RawIndicator]:
        """Indicators of the physical rows `[start, end)`."""
        stated: dict[int, tuple[str, str]] = {}
        for row in self.data_rows:
            if not start <= row.parts[0] < end:
                continue
            if self.is_total_row(row):
                self._note_totals(row)
                continue
            if self._states_level(row, stated) or self._is_note(row) or self._is_subtotal(row):
                continue
            for band in self.layout.bands:
                yield from self._read_band(row, band, stated.get(band.name, ("", "")))

    def _texts(self, row: DataRow, column: int) -> str:
        return "".join(squeeze(self.rows[part].slots[column].text) for part in row.parts)

    def _filled(self, row: DataRow) -> list[tuple[int, str]]:
        return [(column, text) for column in range(len(self.layout.roles)) if (text := self._texts(row, column))]

    def is_total_row(self, row: DataRow) -> bool:
        """A row that sums up (总分, 合计); a unit's sub-total in a wide table is not one, it has a code."""
        filled = self._filled(row)
        return bool(filled) and headers.is_total(filled[0][1]) and not self.layout.columns("code", "project")

    def _is_note(self, row: DataRow) -> bool:
        """A row at the foot of the form (备注：…), not an indicator."""
        filled = self._filled(row)
        return bool(filled) and headers.is_note(filled[0][1])

    def _is_subtotal(self, row: DataRow) -> bool:
        """A row that sums up a level (数量指标小计) or is one with values of its own (预算执行率（10分）)."""
        filled = self._filled(row)
        first, text = filled[0] if filled else (-1, "")
        scored = first == self.layout.bands[0].name and headers.is_scored_level(text)
        return scored or any(headers.is_subtotal(text) for _, text in filled[:2])

    def _note_totals(self, row: DataRow) -> None:
        numbers = {self.layout.roles[column]: plain_number(text) for column, text in self._filled(row)[1:]}
        weight, score = numbers.get("weight"), numbers.get("score")
        self.totals = Totals(
            weight=self.totals.weight if weight is None else weight, score=self.totals.score if score is None else score
        )

    def _states_level(self, row: DataRow, stated: dict[int, tuple[str, str]]) -> bool:
        """A level on a row of its own, outside the level columns (outline tables, lists of names)."""
        column, text = self._alone(row)
        if not text:
            return False
        if self.layout.roles[column] in {"level1", "level2"} and column in self.layout.columns("level1", "level2"):
            stated.clear()
            return True
        level = clean_level(text)
        if not (headers.is_level1(level) or headers.is_level2(level)):
            return False
        for band in self.layout.bands:
            above = stated.get(band.name, ("", ""))
            either = headers.is_level1(level) and headers.is_level2(level)
            second = headers.is_level2(level) and not (either and (not above[0] or self._heads_level2(row)))
            stated[band.name] = (above[0], level) if second else (level, "")
        return True

    def _alone(self, row: DataRow) -> tuple[int, str]:
        """Column and text of the only cell that a row prints beside its 序号; (-1, "") for other rows."""
        filled = [(column, text) for column, text in self._filled(row) if self.layout.roles[column] != "number"]
        return filled[0] if len(filled) == 1 else (-1, "")

    def _heads_level2(self, row: DataRow) -> bool:
        """Whether the next row states a 二级: 满意度指标 over 服务对象满意度指标 is a 一级."""
        following = self.data_rows[row.number : row.number + 1]
        return bool(following) and headers.is_level2(clean_level(self._alone(following[0])[1]))

    def _read_band(self, row: DataRow, band: Band, stated: tuple[str, str]) -> Iterator[RawIndicator]:
        name, from_description = self._name(row, band)
        first = row.parts[0]
        columns = band.targets or band.columns.get("half_target") or band.columns.get("actual") or (band.name,)
        if not name:
            if any(not is_leftover(self._texts(row, column)) for column in band.targets):
                self.unnamed.append(row.number)
            return
        level1 = band.level1 or stated[0] or clean_level(self.levels[band.name][0][first])
        level2 = band.level2 or stated[1] or clean_level(self.levels[band.name][1][first])
        if band.crosswise and not band.printed:
            level2 = split_label(self._covering_text(row, band.name))[0] or level2
        level1, level2 = parted_levels(level1, level2)
        for column, period in zip(columns, band.periods, strict=False):
            target, boxes, confidence = self._target(row, band, column)
            if headers.column_role(target) in {"target", "half_target"} and headers.column_role(name) == "name":
                continue  # a header row that was printed again inside the data
            if band.shared_out and is_leftover(target):
                continue
            repairs = [code for part in row.parts for code in self.rows[part].warnings]
            codes = tuple(dict.fromkeys([JOINED, *repairs] if len(row.parts) > 1 else repairs))
            yield RawIndicator(
                row=row.number,
                column=column,
                page=self.rows[first].page,
                boxes=boxes,
                period=period,
                level1=level1,
                level2=level2,
                name=name,
                target=target,
                unit=band.unit,
                texts=self._other_texts(row, band) | ({"description": ""} if from_description else {}),
                warnings=codes,
                confidence=confidence * REPAIRED ** len(codes),
            )

    def _name(self, row: DataRow, band: Band) -> tuple[str, bool]:
        """The row's name, and whether it stands in the description: beside 指标1 (绩效内容), or 三级 where 四级 is blank."""
        if band.crosswise:
            cell = self._covering_text(row, band.name)
            return (
                "" if is_leftover(cell) else clean_name(band.printed or split_clause(split_label(cell)[1])[0])
            ), False
        printed = self._texts(row, band.name)
        name = clean_name(printed)
        described = band.columns.get("description", ())
        if not name and (number := unused_number(printed)):
            content = clean_name(self._texts(row, described[0])) if described else ""
            filled = any(not is_leftover(self._texts(row, column)) for column in band.targets)
            return (content, True) if content else (number if filled else "", False)
        third = band.columns.get("level3", ())
        if not printed and third and any(self._texts(row, column) for column in band.targets):
            return clean_name(self._covering_text(row, third[0])), False
        return name, False

    def _slot(self, part: int, column: int) -> Slot:
        """The cell at a physical row and column, looked up at its beginning when it only covers the row."""
        row = self.rows[part]
        slot = row.slots[column]
        if slot.begins or slot.key < 0:
            return slot
        return self.cover.get((row.piece, slot.key, column), slot)

    def _covering_text(self, row: DataRow, column: int, *, own: bool = False) -> str:
        if own:
            return self._texts(row, column)
        return "".join(squeeze(self._slot(part, column).text) for part in row.parts)

    def _value(self, row: DataRow, band: Band, column: int) -> str:
        """The printed value: the cell, in a cell with name and value what follows the name, without a column of values nothing."""
        text = self._covering_text(row, column)
        if band.crosswise:
            return text if band.printed else split_clause(split_label(text)[1])[1]
        return "" if column == band.name else text

    def _target(self, row: DataRow, band: Band, column: int) -> tuple[str, tuple[Box, ...], float]:
        index = band.targets.index(column) if column in band.targets else 0
        comparators = band.columns.get("comparator", ()) or tuple(
            c for c in band.columns.get("direction", ()) if is_sign(self._covering_text(row, c))
        )  # some print ≥ and ≤ as 指标方向
        units = band.columns.get("unit_of_measure", ())
        comparator = _pick(comparators, index)
        unit = _pick(units, index)
        value = self._value(row, band, column)
        texts = [self._covering_text(row, c) if c is not None else "" for c in (comparator, unit)]
        target = joined_target(texts[0], value, texts[1])
        boxes: list[Box] = []
        sure = 1.0
        for used, text in ((comparator, texts[0]), (column, value), (unit, texts[1])):
            if used is None or (used != column and not (text and text in target)):
                continue
            parts = [self._slot(part, used) for part in row.parts]
            printed = [slot for slot in parts if slot.text] or parts[:1]
            boxes.extend(box for slot in printed for box in slot.boxes)
            sure = min([sure, *(slot.confidence for slot in printed if slot.confidence is not None)])
        return target, tuple(boxes), sure

    def _other_texts(self, row: DataRow, band: Band) -> dict[str, str]:
        texts = {}
        for role in _TEXT_ROLES:
            columns = _columns_of_figure(role, band.columns.get(role, ()))
            texts[role] = "；".join(
                text for column in columns if (text := self._covering_text(row, column, own=role in _OWN_CELL_ONLY))
            )
        references = [
            *(column for role in ("grade_other", "history") for column in band.columns.get(role, ())),
            *(
                column
                for role in ("actual", "score")
                for column in band.columns.get(role, ())
                if column not in _columns_of_figure(role, band.columns[role])
            ),
        ]
        others = [
            f"{self.layout.titles[column].rsplit('/', 1)[-1]}：{text}"
            for column in references
            if (text := self._covering_text(row, column))
        ]
        texts["basis"] = "；".join(filter(None, [texts["basis"], *others]))
        above = [text for column in band.columns.get("level3", ()) if (text := self._covering_text(row, column))]
        texts["description"] = "；".join(filter(None, [*(f"三级指标：{text}" for text in above), texts["description"]]))
        return texts


def _columns_of_figure(role: str, columns: tuple[int, ...]) -> tuple[int, ...]:
    """Which of several columns of a role counts: of 自评得分 and 复核得分 the body's own, of what came about by March, June and September the last."""
    if role in {"weight", "score"}:
        return columns[:1]
    return columns[-1:] if role == "actual" else columns


def _pick(columns: Sequence[int], index: int) -> int | None:
    return columns[min(index, len(columns) - 1)] if columns else None
