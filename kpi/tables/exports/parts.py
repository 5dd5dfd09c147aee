"""The ways in which one printed row of a wide table can be read: prefix cells, then pairs of name and target by group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from kpi.tables.exports.content import (
    ends_like_name,
    is_amount,
    is_code,
    is_project_code,
    name_cost,
    target_cost,
    target_likeness,
)
from kpi.tables.exports.rows import NOWHERE, Placed, RawRow
from kpi.tables.exports.schema import MONEY, Schema
from kpi.text import KEPT_TEXTS, fold

SHIFT_INSIDE = 1.5
"""Cost of a drift that changes inside a row (one of 170 rows of the given exports)."""
SHIFT_STEP = 0.25
"""Cost of each column of drift; of two explanations the nearer one is taken."""
PREFIX_STEP = 0.5
"""As above, of a project's code, name or amount."""
NAME_ALONE = 1.5
"""Cost of a name without a target (2 of 552 indicators)."""
TARGET_ALONE = 10.0
"""Cost of a target without a name: only the rest of a cut cell is so."""
GAP = 1.5
"""Cost of an empty cell between a name and its target."""
BROKEN_NAME = 4.0
"""Cost of a name that stands in two cells of one row (1 of 592)."""
SEGMENTATIONS = 6
POSSIBLE_DRIFTS = (0, 1, -1, 2, -2)
MARGIN = 16.0
"""Readings and states that cost so much more than the best are not followed further."""
CANDIDATES = 40
"""How many readings of one row are kept; the right one was never below the tenth."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and a target side by side; one of them may be missing."""

    name: str
    target: str
    name_position: int
    target_position: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a row: prefix cells by column, pairs by group, the drift of each pair, and what it costs."""

    prefix: tuple[tuple[int, str], ...]
    pairs: tuple[tuple[int, Pair], ...]
    drifts: tuple[int, ...]
    cost: float
    groups: int
    """The groups of the pairs as a bit mask."""


def row_readings(row: RawRow, schema: Schema, known: Collection[str]) -> list[Reading]:
    """All sensible readings of a row, cheapest first."""
    first = next(index for index, column in enumerate(schema.columns) if column.group >= 0)
    places = _group_places(schema)
    row, trailing = _without_trailing(row, schema)
    readings: list[Reading] = []
    printed: list[Reading] = []
    for split in range(min(len(row.cells), first) + 1):
        prefix = _prefix(row.cells[:split], schema, first)
        if prefix is None:
            continue
        prefix = (prefix[0], prefix[1] + trailing)
        prefix_cost, assigned = prefix
        for pairs_cost, pairs in _segmentations(row.cells[split:], known):
            if len(pairs) > len(places):
                continue
            for chosen in combinations(range(len(places)), len(pairs)):
                drifts = tuple(
                    drift for group, pair in zip(chosen, pairs, strict=True) for drift in _drifts(pair, places[group])
                )
                cost = prefix_cost + pairs_cost + _inner_cost(drifts)
                cost += sum(
                    affinity(pair.name, schema.groups[group]) for group, pair in zip(chosen, pairs, strict=True)
                )
                mask = sum(1 << group for group in chosen)
                readings.append(Reading(assigned, tuple(zip(chosen, pairs, strict=True)), drifts, cost, mask))
        printed += _positional(row.cells[split:], schema, places, prefix)
    readings.sort(key=lambda reading: reading.cost)
    bound = readings[0].cost + MARGIN if readings else 0.0
    return [*printed, *(reading for reading in readings[:CANDIDATES] if reading.cost <= bound)]


def _positional(
    cells: Sequence[Placed],
    schema: Schema,
    places: list[tuple[int, int]],
    prefix: tuple[float, tuple[tuple[int, str], ...]],
) -> list[Reading]:
    """The row as printed, all columns moved alike: how the rest of a cut row stands, whatever its cells look like."""
    if not cells or cells[0].position == NOWHERE:
        return []
    group_at = {column: (group, column == place[0]) for group, place in enumerate(places) for column in place}
    found = []
    for drift in POSSIBLE_DRIFTS:
        if any(cell.position + drift not in group_at for cell in cells):
            continue
        texts: dict[int, dict[bool, Placed]] = {}
        for cell in cells:
            group, is_name = group_at[cell.position + drift]
            texts.setdefault(group, {})[is_name] = cell
        nothing = Placed(NOWHERE, "")
        pairs = tuple(
            (group, _pair(parts.get(True, nothing), parts.get(False, nothing))) for group, parts in texts.items()
        )
        cost = prefix[0] + sum(charged(pair) + affinity(pair.name, schema.groups[group]) for group, pair in pairs)
        drifts = (drift,) * len(pairs)
        mask = sum(1 << group for group, _ in pairs)
        found.append(Reading(prefix[1], pairs, drifts, cost + _inner_cost(drifts), mask))
    return found


def _without_trailing(row: RawRow, schema: Schema) -> tuple[RawRow, tuple[tuple[int, str], ...]]:
    """A row without the cells that stand right of all groups, and these (备注)."""
    last = max(index for index, column in enumerate(schema.columns) if column.group >= 0)
    trailing = tuple((cell.position, cell.text) for cell in row.cells if last < cell.position < len(schema.columns))
    if not trailing or all(target_likeness(text) >= 0.8 for _, text in trailing):
        return row, ()
    return RawRow(tuple(cell for cell in row.cells if cell.position <= last), row.page_start), trailing


def _pair(name: Placed, target: Placed) -> Pair:
    return Pair(name.text, target.text, name.position, target.position)


def charged(pair: Pair) -> float:
    """What a pair costs by the looks of its texts."""
    if not pair.name:
        return TARGET_ALONE + target_cost(pair.target)
    return name_cost(pair.name) + (target_cost(pair.target) if pair.target else NAME_ALONE)


@lru_cache(maxsize=KEPT_TEXTS)
def affinity(name: str, group: str) -> float:
    """How ill a name fits its group: 满意度 belongs to 满意度指标. Weak, for documents put indicators anywhere."""
    folded = fold(name)
    satisfied, satisfaction = "满意" in folded, "满意" in group
    if satisfied != satisfaction:
        return 0.7 if satisfaction or folded.endswith(("满意度", "满意率")) else 0.0
    if "成本" in group and not any(word in folded for word in _COST_WORDS):
        return 0.8
    return 0.0


_COST_WORDS = ("成本", "费", "金", "支出", "标准", "价", "元", "投入", "预算", "控制", "补助", "补贴", "节约", "经济")


def _group_places(schema: Schema) -> list[tuple[int, int]]:
    """Columns of name and target of each group."""
    names = [index for index, column in enumerate(schema.columns) if column.role == "name" and column.group >= 0]
    places = []
    for index in names:
        target = next(
            (i for i in range(index + 1, len(schema.columns)) if schema.columns[i].role == "target"), index + 1
        )
        places.append((index, target))
    return places


def _drifts(pair: Pair, place: tuple[int, int]) -> tuple[int, ...]:
    if pair.name_position == NOWHERE and pair.target_position == NOWHERE:
        return ()
    if pair.name:
        return (place[0] - pair.name_position,)
    return (place[1] - pair.target_position,)


def _inner_cost(drifts: Sequence[int]) -> float:
    changes = sum(SHIFT_INSIDE for one, two in pairwise(drifts) if one != two)
    return changes + sum(SHIFT_STEP * abs(drift) + (0.4 if drift < 0 else 0.0) for drift in drifts)


def _prefix(cells: Sequence[Placed], schema: Schema, first: int) -> tuple[float, tuple[tuple[int, str], ...]] | None:
    """The cheapest increasing placing of cells in the columns before the groups; None when none is sensible."""
    best: dict[int, tuple[float, tuple[tuple[int, str], ...]]] = {-1: (0.0, ())}
    for cell in cells:
        following: dict[int, tuple[float, tuple[tuple[int, str], ...]]] = {}
        for last, (cost, assigned) in best.items():
            for column in range(last + 1, first):
                price = cost + prefix_cost(cell.text, schema.columns[column].role)
                if cell.position == NOWHERE:
                    price += 0.05 * (column - last - 1)
                elif cell.position != column:
                    price += 1.0 + PREFIX_STEP * abs(cell.position - column)
                if column not in following or price < following[column][0]:
                    following[column] = (price, (*assigned, (column, cell.text)))
        best = following
    if not best:
        return None
    cheapest = min(best.values(), key=lambda entry: entry[0])
    return cheapest if cheapest[0] < 12.0 else None


@lru_cache(maxsize=KEPT_TEXTS)
def prefix_cost(text: str, role: str) -> float:
    """Cost of reading a text as the code, project, amount … of a project's row."""
    if role == "code":
        return 0.0 if is_code(text) else 6.0
    if role in MONEY:
        return 0.0 if is_amount(text) else 8.0
    if role == "number":
        return 0.0 if fold(text).isdigit() and len(fold(text)) <= 3 else 5.0
    if is_amount(text) or is_project_code(text):
        return 4.0
    return 3.0 if target_likeness(text) >= 0.9 else 0.0


def _segmentations(cells: Sequence[Placed], known: Collection[str]) -> list[tuple[float, tuple[Pair, ...]]]:
    """The cheapest ways to cut a run of cells into pairs of name and target."""
    best: list[list[tuple[float, tuple[Pair, ...]]]] = [[(0.0, ())], *([] for _ in cells)]
    for end in range(1, len(cells) + 1):
        found: list[tuple[float, tuple[Pair, ...]]] = []
        for size in (1, 2, 3):
            if size > end:
                break
            for price, pair in _pairs_of(cells[end - size : end], known):
                found += [(cost + price, (*pairs, pair)) for cost, pairs in best[end - size]]
        best[end] = sorted(found, key=lambda entry: entry[0])[:SEGMENTATIONS]
    return best[-1]


def _pairs_of(cells: Sequence[Placed], known: Collection[str]) -> list[tuple[float, Pair]]:
    one = cells[0]
    if len(cells) == 1:
        return [
            (NAME_ALONE + name_cost(one.text), Pair(one.text, "", one.position, NOWHERE)),
            (TARGET_ALONE + target_cost(one.text), Pair("", one.text, NOWHERE, one.position)),
        ]
    last = cells[-1]
    cost = target_cost(last.text) + (GAP if last.position - cells[-2].position > 1 else 0.0)
    if len(cells) == 2:
        return [(name_cost(one.text) + cost, Pair(one.text, last.text, one.position, last.position))]
    two = cells[1]
    if two.position == NOWHERE or target_likeness(one.text) >= 0.9 or target_likeness(two.text) >= 0.8:
        return []
    name = join_fragments(one.text, two.text, known)
    return [(BROKEN_NAME + cost, Pair(name, last.text, one.position, last.position))]


def join_fragments(one: str, two: str, known: Collection[str]) -> str:
    """Two cells of one broken name in the order that makes a name: `度` + `服务群众满意` → `服务群众满意度`."""
    if fold(one + two) in known:
        return one + two
    if fold(two + one) in known:
        return two + one
    turned = not ends_like_name(two) and ends_like_name(two + one) and len(fold(one)) <= 3
    return two + one if turned else one + two
