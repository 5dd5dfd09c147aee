"""Wide summaries: the sequence of readings of all rows that fits best together (Viterbi search with a beam).

What holds in every such table and lets drifted columns be restored:

* the n-th indicator of each group (成本, 产出, 效益, 满意度) shares the n-th row of a project, so a group that has gone
  blank never starts again inside the project;
* a project's first row holds its code, unless a page ends inside of the project: then the code may stand on the first row
  of the next page, while the project's indicators begin on the last rows of this page;
* the columns of a block of rows have drifted together;
* the first row of a page may be the second half of the row above.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kpi.tables.exports.content import (
    cut_name_cost,
    cut_target_cost,
    ends_like_name,
    is_project_code,
    target_likeness,
)
from kpi.tables.exports.parts import MARGIN, Reading, charged, row_readings
from kpi.tables.exports.rows import CUT, DRIFT, GridRow, RawRow
from kpi.tables.exports.schema import MONEY, Schema
from kpi.text import fold, squeeze

BEAM = 48
"""States kept after each row."""
NEW_DRIFT = 2.5
"""Cost of a drift that changes between two rows of a page."""
NEW_DRIFT_AT_START = 1.0
"""As above, at a page's or a project's first row, where drifts do change."""
DEAD_GROUP = 6.0
"""Cost of a group that starts again inside of a project."""
UNPRINTED_START = 4.5
"""Cost of a project that begins without a code."""
UNRESOLVED = 8.0
"""Cost of a project whose code is never printed."""
CUT_AT_PAGE = 1.0
CUT_INSIDE = 6.0
"""Cost of a row that continues the row above: at a page's start, and elsewhere."""
NO_OTHER_READING = 0.5
"""Most that joining a target without a name costs: it cannot be a row of its own."""
CUT_DRIFT = 0.6
"""Cost of each column by which a half cell has drifted: a fragment fits to any text, so its place says more."""
MISSING_GROUP = 0.3
"""Cost of each group that a project does not have."""
NAME_GOES_ON = 0.5
NAME_GOES_ON_INSIDE = 2.5

Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _State:
    """What the next row must fit to."""

    alive: int
    """Groups that the last row of the project held, as a bit mask."""
    drift: int
    pending: bool
    """Whether the project began without a code."""
    code: str


@dataclass(frozen=True, slots=True)
class _Node:
    cost: float
    state: _State
    last: Cells
    """Name and target of each group in the last row."""
    action: str
    reading: Reading | None
    before: _Node | None


def wide_grid(rows: Sequence[RawRow], schema: Schema) -> list[GridRow]:
    """The rows of a wide table with every cell in its proper column, cut rows and cells rejoined."""
    context = _Context(rows, schema)
    empty: Cells = (("", ""),) * len(schema.groups)
    nodes = [_Node(0.0, _State(0, 0, pending=False, code=""), empty, "", None, None)]
    for index, row in enumerate(rows):
        best: dict[_State, _Node] = {}
        readings = row_readings(row, schema, context.names)
        bound = nodes[0].cost + min((reading.cost for reading in readings), default=0.0) + 2 * MARGIN
        for reading in readings:
            for node in nodes:
                if node.cost + reading.cost > bound:
                    break
                for following in context.extend(node, row, reading, index):
                    rival = best.get(following.state)
                    if rival is None or following.cost < rival.cost:
                        best[following.state] = following
        if best:
            nodes = sorted(best.values(), key=lambda node: node.cost)[:BEAM]
            nodes = [node for node in nodes if node.cost <= nodes[0].cost + MARGIN]
        else:
            nodes = [_Node(node.cost, node.state, node.last, "as_printed", None, node) for node in nodes]
    final = min(nodes, key=lambda node: node.cost + (UNRESOLVED if node.state.pending else 0.0))
    return _path_to_rows(final, rows, schema)


class _Context:
    """What is known of the whole table while its rows are read."""

    def __init__(self, rows: Sequence[RawRow], schema: Schema) -> None:
        self.schema = schema
        self.roles = schema.roles()
        self.has_code = "code" in self.roles
        self.names, self.targets = _vocabulary(rows)
        lengths = Counter(len(squeeze(text)) for row in rows for text in row.texts[:2] if is_project_code(text))
        self.code_length = lengths.most_common(1)[0][0] if lengths else 0

    def extend(self, node: _Node, row: RawRow, reading: Reading, index: int) -> list[_Node]:
        """All states that the reading may lead to."""
        roles = {self.roles[column]: text for column, text in reading.prefix}
        code, named = roles.get("code", ""), "project" in roles or "unit" in roles
        money = any(role in roles for role in MONEY)
        found: list[_Node] = []
        if code or (named and (money or not self.has_code)):
            found += self._beginnings(node, row, reading, code, index)
            if named and not code and row.page_start:
                found += self._goes_on(node, row, reading, 1.5 if money else 0.5)
            return found
        if named:
            found += self._goes_on(node, row, reading, NAME_GOES_ON if row.page_start else NAME_GOES_ON_INSIDE)
            found.append(self._start(node, row, reading, UNPRINTED_START - 2.0, "", pending=True))
            return found
        penalty = 3.0 if reading.prefix else 0.0
        found += self._goes_on(node, row, reading, penalty)
        if reading.pairs:
            full = reading.groups == (1 << len(self.schema.groups)) - 1
            cost = UNPRINTED_START + penalty - 0.5 * (len(reading.pairs) - 1) - (1.0 if full else 0.0)
            found.append(self._start(node, row, reading, cost, "", pending=True))
        return found

    def _beginnings(self, node: _Node, row: RawRow, reading: Reading, code: str, index: int) -> list[_Node]:
        found = [self._start(node, row, reading, UNRESOLVED if node.state.pending else 0.0, code, pending=False)]
        if row.page_start and index:
            if node.state.pending:
                found += self._goes_on(node, row, reading, 0.0, code)
            elif code and code == node.state.code:
                found += self._goes_on(node, row, reading, -2.0, code)
            elif self._is_rest_of_code(node.state.code, code):
                found += self._goes_on(node, row, reading, 0.0, node.state.code + code)
        return found

    def _is_rest_of_code(self, head: str, tail: str) -> bool:
        lengths = len(squeeze(head)), len(squeeze(tail))
        return bool(head and tail) and sum(lengths) == self.code_length and max(lengths) < self.code_length

    def _start(self, node: _Node, row: RawRow, reading: Reading, cost: float, code: str, *, pending: bool) -> _Node:
        if pending and node.state.pending:
            cost += UNRESOLVED
        missing = len(self.schema.groups) - len(reading.pairs) if reading.pairs else 0
        total = (
            node.cost + reading.cost + cost + MISSING_GROUP * missing + self._drift_cost(node, row, reading, start=True)
        )
        drift = reading.drifts[-1] if reading.drifts else node.state.drift
        state = _State(reading.groups, drift, pending, code)
        return _Node(total, state, self._cells(reading), "pending" if pending else "start", reading, node)

    def _goes_on(self, node: _Node, row: RawRow, reading: Reading, cost: float, code: str = "") -> list[_Node]:
        code = code or node.state.code
        pending = node.state.pending and not code
        base = node.cost + reading.cost + cost
        if not reading.pairs:
            state = _State(node.state.alive, node.state.drift, pending, code)
            return [_Node(base, state, node.last, "goes_on", reading, node)]
        dead = (reading.groups & ~node.state.alive).bit_count()
        drift = reading.drifts[0] if reading.drifts else node.state.drift
        state = _State(reading.groups, drift, pending, code)
        price = base + DEAD_GROUP * dead + self._drift_cost(node, row, reading, start=False)
        found = [_Node(price, state, self._cells(reading), "goes_on", reading, node)]
        if not dead and node.state.alive:
            joined, cut = self._cut(node.last, reading)
            price = base + cut + (CUT_AT_PAGE if row.page_start else CUT_INSIDE)
            price += self._drift_cost(node, row, reading, start=True) + CUT_DRIFT * sum(map(abs, reading.drifts))
            state = _State(node.state.alive, drift, pending, code)
            found.append(_Node(price, state, joined, "cut", reading, node))
        return found

    def _drift_cost(self, node: _Node, row: RawRow, reading: Reading, *, start: bool) -> float:
        if not reading.drifts or reading.drifts[0] == node.state.drift:
            return 0.0
        return NEW_DRIFT_AT_START if start or row.page_start else NEW_DRIFT

    def _cells(self, reading: Reading) -> Cells:
        cells = [("", "")] * len(self.schema.groups)
        for group, pair in reading.pairs:
            cells[group] = (pair.name, pair.target)
        return tuple(cells)

    def _cut(self, last: Cells, reading: Reading) -> tuple[Cells, float]:
        cells, cost = list(last), 0.0
        for group, pair in reading.pairs:
            name, target = cells[group]
            target_price = cut_target_cost(target, pair.target, self.targets)
            if not pair.name and target_likeness(target + pair.target) >= 0.9:
                target_price = min(target_price, NO_OTHER_READING)
            cost += cut_name_cost(name, pair.name, self.names) + target_price
            cost -= charged(pair)
            cells[group] = (name + pair.name, target + pair.target)
        return tuple(cells), cost


def _vocabulary(rows: Sequence[RawRow]) -> tuple[Collection[str], Collection[str]]:
    """Folded names and targets that stand whole in the table: rows beside a page's end are left out."""
    names: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    for index, row in enumerate(rows):
        if row.page_start or (index + 1 < len(rows) and rows[index + 1].page_start):
            continue
        for text in row.texts:
            if target_likeness(text) >= 0.3:
                targets[fold(text)] += 1
            elif ends_like_name(text):
                names[fold(text)] += 1
    return names, targets


def _path_to_rows(final: _Node, rows: Sequence[RawRow], schema: Schema) -> list[GridRow]:
    path: list[_Node] = []
    node: _Node | None = final
    while node is not None and node.before is not None:
        path.append(node)
        node = node.before
    grid: list[GridRow] = []
    anchor: GridRow | None = None
    names = [index for index, column in enumerate(schema.columns) if column.role == "name" and column.group >= 0]
    for node, row in zip(reversed(path), rows, strict=True):
        reading = node.reading
        if reading is None:
            grid.append(GridRow({max(cell.position, 0): cell.text for cell in row.cells}, {DRIFT}))
            continue
        if node.action == "cut" and grid:
            current = grid[-1]
            current.warnings.add(CUT)
        else:
            current = GridRow()
            if reading.pairs or node.action != "goes_on" or anchor is None:
                grid.append(current)
        if node.action in {"start", "pending"} or anchor is None:
            anchor = current
            _put_prefix(anchor, reading, joined=False)
        else:
            _put_prefix(anchor, reading, joined=True)
        for group, pair in reading.pairs:
            current.append(names[group], pair.name)
            current.append(names[group] + 1, pair.target)
        if any(reading.drifts):
            current.warnings.add(DRIFT)
    return grid


def _put_prefix(anchor: GridRow, reading: Reading, *, joined: bool) -> None:
    for column, text in reading.prefix:
        if not joined or column not in anchor.texts:
            anchor.texts[column] = text
        elif squeeze(anchor.texts[column]) != squeeze(text):
            anchor.append(column, text)
        if joined:
            anchor.warnings.add(CUT)
