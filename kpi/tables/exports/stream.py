"""A stream of tokens → rows of cells: the cheapest way to join tokens to cells and to put the cells into columns.

Exports of printed pages by a text extractor put one space between cells, print nothing for empty cells, and break a
wrapped cell into lines of its own. Dynamic programming over (token, column): a cell is a run of tokens, the next cell
stands further right or opens a row. Linear in the number of tokens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from operator import attrgetter

from kpi.tables.exports.content import ends_like_name, is_code, is_leftover, target_likeness
from kpi.tables.exports.level import cell_cost
from kpi.tables.exports.levels import LEVELS
from kpi.tables.exports.parts import prefix_cost
from kpi.tables.exports.schema import BEGINNING, MONEY, OF_PROJECT, SIDE, Schema
from kpi.tables.exports.tokens import Gap, Token, em_width
from kpi.tables.headers import is_level2, is_total
from kpi.text import KEPT_TEXTS

LONGEST_CELL = 16
"""Most tokens of one cell (reasons and goals in narrow columns have most)."""
LONGEST_TEXT = 160
"""Most letters of one cell."""
REWARD = -3.0
"""Of a row with a name and a target; the table ends where further rows cost more than they bring."""
ROW_AFTER_LINE = 2.5
"""Cost of a row that begins without a blank line above it."""
ON_AFTER_BLANK = 2.0
"""Cost of a blank line inside of a row, unless the cell before is broken over lines or is a merged level."""
MISSING = {"name": 4.0, "target": 3.0, "actual": 1.0, "weight": 1.0, "score": 1.0, "comparator": 1.0, "basis": 0.5}
DESCRIBED = 2.0
"""Cost of an empty description left of the targets, where every row has one (河北); right of them most are empty (河南)."""
SKIPPED = 0.05
"""Cost of each empty column; decides only between equals."""
DESCRIBES = -2.0
"""Gain of a description that repeats the name before it: 反映经济成本指标的情况 after 经济成本指标 (河北)."""
PROJECT_ALONE = 1.5
"""Cost of a row with nothing but a unit or a project, as outlines have (云南)."""
LEVEL_ALONE = 1.5
"""Cost of a 一级 that begins without a 二级: 成本指标 and 满意度指标 are either."""
REPEATED = 0.5
"""Gain of joining two lines that stand below each other more than once: the same cell again."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The best way to reach (token, column)."""

    cost: float
    column: int
    start: int
    text: str
    new_row: bool
    broken: bool
    before: _Step | None


def tokens_to_rows(tokens: Sequence[Token], schema: Schema) -> tuple[list[list[tuple[int, str]]], int]:
    """Rows of (column, text), and how many tokens belong to the table."""
    roles = schema.roles()
    start = _Step(0.0, len(roles), 0, "", new_row=False, broken=False, before=None)
    best: list[dict[int, _Step]] = [{len(roles): start}, *({} for _ in tokens)]
    final, final_cost, final_index = start, 0.0, 0
    repeated = Counter((one.text, two.text) for one, two in pairwise(tokens) if one.whole and two.whole)
    for index, token in enumerate(tokens):
        steps = list(best[index].values())
        if not steps:
            continue
        ways = {broken: _ways(steps, token.gap, roles, broken=broken) for broken in (False, True)}
        for end, text, joining, broken in _cells_from(tokens, index, repeated):
            for column, role in enumerate(roles):
                price = joining + _cost(text, role, listed="project" in roles)
                for way in ways[broken][column]:
                    cost = way.cost + price + (DESCRIBES if way.to_description and way.before.text in text else 0.0)
                    rival = best[end].get(column)
                    if rival is None or cost < rival.cost:
                        best[end][column] = _Step(cost, column, index, text, way.new_row, broken, way.before)
        best[index] = {} if index else best[index]
        _prune(best[index + 1])
        for step in best[index + 1].values():
            total = step.cost + _row_end(step, roles)
            if total <= final_cost:
                final, final_cost, final_index = step, total, index + 1
        if index + 1 - final_index > PATIENCE:
            break
    return _to_rows(final), final_index


PATIENCE = 200
"""Tokens after which a table that brought no further row has ended."""
_MARGIN = 25.0


def _prune(steps: dict[int, _Step]) -> None:
    if not steps:
        return
    bound = min(step.cost for step in steps.values()) + _MARGIN
    for column in [column for column, step in steps.items() if step.cost > bound]:
        del steps[column]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way from the cells before to a column, whatever the cell there says."""

    cost: float
    before: _Step
    new_row: bool = False
    to_description: bool = False
    """From the name to its description, which may repeat it."""


def _ways(steps: Sequence[_Step], gap: Gap, roles: tuple[str, ...], *, broken: bool) -> list[list[_Way]]:
    """For each column the cheapest way in the row, all from a name to its description, and the cheapest to a new row there."""
    empty = _empty_columns(roles)
    ended = [_Way(step.cost + _row_end(step, roles), step, new_row=True) for step in steps]
    ways: list[list[_Way]] = []
    for column, in_row in enumerate(_in_row(steps, gap, roles, broken=broken)):
        openers = [] if gap == Gap.SPACE else [way for way in ended if way.before.column >= column]
        if openers:
            opener = min(openers, key=attrgetter("cost"))
            start = empty[0][column] + (ROW_AFTER_LINE if gap == Gap.LINE else 0.0)
            in_row.append(replace(opener, cost=opener.cost + start))
        ways.append(in_row)
    return ways


def _in_row(steps: Sequence[_Step], gap: Gap, roles: tuple[str, ...], *, broken: bool) -> list[list[_Way]]:
    """For each column the cheapest way to it from further left in the row, and all from a name to its description."""
    empty = _empty_columns(roles)
    cheapest: list[tuple[float, _Step] | None] = [None] * len(roles)
    described: list[list[_Way]] = [[] for _ in roles]
    for step in steps:
        if step.before is None:
            continue
        so_far = step.cost + _gap_cost(step, gap, roles, broken=broken)
        total = is_total(step.text)
        for column in range(step.column + 1, len(roles)):
            cost = so_far
            if not total:
                cost += empty[step.column + 1][column] + _level_alone(step, roles[column], roles)
                if roles[step.column] == "name" and roles[column] == "description":
                    described[column].append(_Way(cost, step, to_description=True))
                    continue
            known = cheapest[column]
            if known is None or cost < known[0]:
                cheapest[column] = (cost, step)
    return [ways + ([_Way(*best)] if best else []) for ways, best in zip(described, cheapest, strict=True)]


def _level_alone(step: _Step, following: str, roles: tuple[str, ...]) -> float:
    return LEVEL_ALONE if roles[step.column] == "level1" and following != "level2" and "level2" in roles else 0.0


def _gap_cost(step: _Step, gap: Gap, roles: tuple[str, ...], *, broken: bool) -> float:
    if gap == Gap.SPACE:
        return 1.0 if step.broken else 0.0
    if roles[step.column] in {*LEVELS, SIDE, *OF_PROJECT}:
        return 0.0
    if gap == Gap.LINE:
        return 0.3 if broken or step.broken else 1.0
    return 0.7 if step.broken else ON_AFTER_BLANK


@lru_cache(maxsize=64)
def _empty_columns(roles: tuple[str, ...]) -> list[list[float]]:
    """Cost of leaving columns empty, by the first and the one behind the last of them."""
    count = len(roles)
    return [[_missing(start, stop, roles) for stop in range(count + 1)] for start in range(count + 1)]


def _missing(start: int, stop: int, roles: tuple[str, ...]) -> float:
    """Cost of leaving the columns `start` to `stop` empty."""
    cost = SKIPPED * (stop - start)
    if _is_wide(roles):
        if start < stop and roles[start] == "target":
            cost += MISSING["target"]
        if start < stop and roles[stop - 1] == "name":
            cost += MISSING["name"]
        return cost
    cost += sum(MISSING.get(role, 0.0) for role in roles[start:stop])
    described = "description" in roles[start:stop] and "target" in roles[roles.index("description") :]
    return cost + (DESCRIBED if described else 0.0)


@cache
def _is_wide(roles: tuple[str, ...]) -> bool:
    return roles.count("name") > 1


def _row_end(step: _Step, roles: tuple[str, ...]) -> float:
    """What a row lacks when it ends at this step, less the reward of a complete row."""
    if step.before is None:
        return 0.0
    held: set[str] = set()
    node: _Step | None = step
    total = unused = False
    while node is not None and node.before is not None:
        held.add(roles[node.column])
        total = total or is_total(node.text)
        unused = unused or is_leftover(node.text)
        if node.new_row:
            break
        node = node.before
    if total or unused:
        return -2.0 if total else 0.0
    if _is_wide(roles):
        cost = MISSING["target"] if roles[step.column] == "name" else 0.0
        return cost + (REWARD if "target" in held or held & {*MONEY} else 0.0)
    cost = sum(MISSING.get(role, 0.0) for role in roles[step.column + 1 :])
    if "name" in held and held & {"target", "grade_best"}:
        return cost + REWARD
    if held <= OF_PROJECT and "unit" not in roles:
        return PROJECT_ALONE
    if held <= {*LEVELS, SIDE}:
        return 2.0 + _level_alone(step, "", roles)
    return cost


UNIT_NAME, NO_UNIT = -1.0, 4.0
"""Cost of a public body's name, and of anything else, as the unit of a project."""
GOAL, NO_GOAL = -1.0, 3.0
"""Cost of a sentence, and of anything else, as the goal of a project."""
CODED = 6.0
"""Cost of a text that begins with a project's code, or is of sentences, as an indicator's name."""
CODE_AND_NAME = 2.0
"""Gain of reading a code with a name behind it as a project."""
_UNIT_END = re.compile(
    "(?:局|委|办|厅|院|会|部|队|所|站|处|校|园|馆|社|台|团|镇|乡|街道|中心|机关|大学|中学|小学|公司|政府|本级[）)]?|单位)$"
)
_GOAL = re.compile("[。；]$|^(?:目标)?1[.、].{8}")
SENTENCE = 0.7
"""Likeness under which a text with a comma is no target."""
_TYPED = re.compile("定[量性]|[正反]向")
_CODED = re.compile("[0-9]{6}[0-9A-Z]{9,20}")


@lru_cache(maxsize=KEPT_TEXTS)
def _cost(text: str, role: str, *, listed: bool) -> float:
    """Cost of reading a text as a cell; `listed`: the table lists projects, whose goals are sentences among the cells."""
    if is_total(text):
        return -1.0 if role in {"level1", SIDE} else 5.0
    if role in MONEY or role in BEGINNING or role == "number":
        sentence = NO_GOAL if role == "project" and "。" in text else 0.0
        return sentence + prefix_cost(text, role) - (CODE_AND_NAME if role == "project" and _CODED.match(text) else 0.0)
    if role == "unit":
        return UNIT_NAME if _UNIT_END.search(text) and not is_code(text) else NO_UNIT
    if role == "goal":
        return GOAL if _GOAL.search(text) else NO_GOAL
    cost = cell_cost(text, role)
    if role == "unit_of_measure" and _TYPED.search(text):
        return cost + CODED
    if listed and role == "target" and ("。" in text or ("，" in text and target_likeness(text) < SENTENCE)):
        return cost + NO_GOAL
    if role == "name":
        cost += CODED if listed and (_CODED.match(text) or "。" in text) else 0.0
        return cost + (0.0 if ends_like_name(text) else 0.5)
    if role == "level2" and not is_level2(text):
        cost += 0.5 + 0.1 * max(0, len(text) - 8)
    return cost


def _cells_from(
    tokens: Sequence[Token], start: int, repeated: Counter[tuple[str, str]]
) -> list[tuple[int, str, float, bool]]:
    """All cells that begin at a token: (end, text, cost of joining, broken over lines)."""
    text, cost, broken = tokens[start].text, 0.0, False
    found = [(start + 1, text, 0.0, False)]
    width = em_width(text)
    for end in range(start + 1, min(len(tokens), start + LONGEST_CELL)):
        token, before = tokens[end], tokens[end - 1]
        if token.gap == Gap.SPACE:
            cost += _space_cost(before.text, token.text)
        else:
            cost += 0.2 if token.gap == Gap.BLANK else 0.8
            cost += (0.0 if before.whole else 2.0) + (0.0 if token.whole else 1.5)
            cost -= REPEATED if repeated[before.text, token.text] > 1 else 0.0
            following = em_width(token.text)
            if following > width + 1.5 and target_likeness(text + token.text) < 0.9:
                cost += 2.0
            cost += 1.5 if before.text.endswith("。") else 0.0
            width = max(width, following)
            broken = True
        text += token.text
        if len(text) > LONGEST_TEXT or cost > _MARGIN / 2:
            break
        found.append((end + 1, text, cost, broken))
    return found


def _space_cost(head: str, tail: str) -> float:
    """Cost of a space inside of a cell: beside Latin letters it is usual, between numbers it parts two cells."""
    if target_likeness(tail) >= 0.9 or target_likeness(head) >= 0.9:
        return 6.0
    return 1.0 if _latin(tail[0]) or _latin(head[-1]) else 2.5


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _to_rows(final: _Step) -> list[list[tuple[int, str]]]:
    rows: list[list[tuple[int, str]]] = []
    cells: list[tuple[int, str]] = []
    step: _Step | None = final
    while step is not None and step.before is not None:
        cells.append((step.column, step.text))
        if step.new_row:
            rows.append(cells[::-1])
            cells = []
        step = step.before
    return rows[::-1]
