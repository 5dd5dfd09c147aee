"""The grammar (句法): tokens become clauses, each one figure or one date with all that was said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from kpi.targets.dates import Deadline
from kpi.targets.scanner import Token
from kpi.targets.units import NO_UNIT, Unit, find_unit, per_unit, to_base
from kpi.targets.vocabulary import ABOUT_AFTER, INDICATOR_ENDS

LOWER = ("≥", ">")
UPPER = ("≤", "<")
_STRICT = {"≥": ">", "≤": "<"}
_MIRROR = {"≤": "≥", "<": ">", "≥": "≤", ">": "<"}
_RATIO = find_unit("比") or NO_UNIT
_YUAN = find_unit("元") or NO_UNIT
# 1:3 is printed with six decimals, as base values that do not terminate are.
_SIX_DECIMALS = Decimal("0.000001")
# Short words of comparison that also begin other words (达标, 超市): they must touch the figure.
_TOUCHING = frozenset(("达", "超", "达到"))
# Periods that make a rate of the count that follows (一年两次).
_PERIODS = frozenset(("年", "个月", "月", "周", "天", "日", "学期", "学年", "季度", "旬", "星期"))
# Roles that may stand between two bounds of one range (≥90%且≤100%).
_BETWEEN_BOUNDS = frozenset(("and", "separator", "before", "mark"))
# Units a rank may have: 前三名, 前10位, 前5%.
_RANK_UNITS = frozenset(("名", "位", "名次", "%", "强", ""))


@dataclass(slots=True)
class Clause:
    """One figure (or date) of a cell: `[start, end)` of the cleaned text, and what was said about it."""

    start: int
    end: int
    comparator: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    unit: Unit = NO_UNIT
    high_unit: Unit | None = None
    per: tuple[str, ...] = ()
    approximate: bool = False
    direction: str = ""
    baseline: str = ""
    is_change: bool = False
    deadline: Deadline | None = None
    marked: bool = False
    """A word or mark of comparison stood before it."""
    closes: bool = True
    """Nothing but a known word follows the figure: it was not cut out of a sentence."""


@dataclass(slots=True)
class _Lead:
    """What was said before a figure and waits for it."""

    start: int
    mark: str = ""
    touching: bool = False
    about: bool = False
    per: tuple[str, ...] = ()
    direction: str = ""
    baseline: str = ""
    level: bool = False
    top: bool = False
    currency: bool = False
    plus_minus: bool = False


@dataclass(slots=True)
class Parse:
    """All clauses of a cell in order, the stretches with numbers that no rule could read, and those inside names."""

    clauses: list[Clause] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)
    named: list[tuple[int, int]] = field(default_factory=list)


class Parser:
    """One pass over the tokens; each token role has one method."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens, self.text = tokens, text
        self.result = Parse()
        self.clause: Clause | None = None
        self.lead = _Lead(0)
        self.previous = ""
        self.words = ""
        """The words since the open clause."""
        self.pending = ""
        """What joins the next number to the open clause: `range`, `ratio`, `tolerance` (20±2℃)."""

    def parse(self) -> Parse:
        """Read all tokens; afterwards join the bounds of ranges and the periods of rates."""
        for index, token in enumerate(self.tokens):
            role = token.role
            _READERS[role](self, index, token)
            self.previous = role
        if len(self.result.clauses) > 1:
            self.result.clauses = _join_bounds(_join_periods(self.result.clauses, self.tokens), self.tokens)
        return self.result

    def _next_role(self, index: int) -> str:
        return self.tokens[index + 1].role if index + 1 < len(self.tokens) else ""

    # --- figures ----------------------------------------------------------------------------------------------------------

    def _number(self, index: int, token: Token) -> None:
        clause, lead = self.clause, self.lead
        if clause is not None and clause.low is not None and self.pending:
            if self.pending == "ratio":
                self._ratio(clause, token)
            elif self.pending == "tolerance":
                clause.low, clause.high = clause.low - token.value, clause.low + token.value
                clause.comparator, clause.end = "in", token.end
            else:
                clause.high = token.value
                clause.end = self.lead.start = token.end
                clause.comparator = "in"
            self.pending = ""
            return
        if clause is not None and not clause.marked and self.words.endswith(INDICATOR_ENDS):
            self._into_name(clause)
        new = Clause(lead.start, token.end, lead.mark, token.value, per=lead.per, approximate=lead.about)
        new.marked = bool(lead.mark)
        new.direction, new.baseline = lead.direction, lead.baseline
        new.is_change = bool(lead.direction or lead.baseline) and not lead.level
        if lead.plus_minus:
            new.low, new.high, new.comparator = -token.value, token.value, "in"
        if lead.currency:
            new.unit = _YUAN
        if lead.top and (self._next_role(index) != "unit" or self.tokens[index + 1].value.text in _RANK_UNITS):
            new.comparator = new.comparator or "≤"
        new.closes = self._next_role(index) not in {"words", "named", "trend", "level"} or not token.value
        self._open(new, token.end)

    def _into_name(self, clause: Clause) -> None:
        """65岁及以上老年人体检率≥70%: the first figure belongs to the indicator's name."""
        if clause.deadline is None and clause in self.result.clauses:
            self.result.clauses.remove(clause)
            self.result.named.append((clause.start, clause.end))

    def _ratio(self, clause: Clause, token: Token) -> None:
        if clause.unit is _RATIO or not token.value or clause.low is None:
            self.result.unread.append((clause.start, token.end))
            return
        quotient = clause.low / token.value
        short = quotient.quantize(_SIX_DECIMALS)
        clause.low, clause.unit, clause.end = (quotient if quotient == short else short), _RATIO, token.end

    def _open(self, clause: Clause, end: int) -> None:
        self.clause = clause
        self.words = ""
        self.result.clauses.append(clause)
        self.lead = _Lead(end)
        self.pending = ""

    def _unit(self, _index: int, token: Token) -> None:
        clause = self.clause
        if clause is None:
            return
        clause.end = self.lead.start = token.end
        if clause.high is None or (clause.low is not None and clause.low == -clause.high):
            scaled = find_unit(token.value.text + "元") if clause.unit is _YUAN and token.value.money_scale else None
            clause.unit = scaled or token.value
        else:
            clause.high_unit = token.value

    def _fraction(self, _index: int, token: Token) -> None:
        above, below = token.value
        new = Clause(self.lead.start, token.end, self.lead.mark, (above / below).quantize(_SIX_DECIMALS), unit=_RATIO)
        self._open(new, token.end)

    def _date(self, index: int, token: Token) -> None:
        reading: Deadline = token.value
        following = self.text[token.end : token.end + 2]
        is_baseline = self.lead.mark in LOWER and reading.bare_year and self.previous in {"before", "mark"}
        if (
            is_baseline
            or following in {"水平", "同期", "标准", "平均"}
            or (reading.recurring and self._next_role(index) == "number")
        ):
            return
        self._open(Clause(self.lead.start, token.end, deadline=reading), token.end)

    def _unreadable(self, _index: int, token: Token) -> None:
        self.result.unread.append((token.start, token.end))
        self.clause = None
        self.lead = _Lead(token.end)

    # --- words before a figure ----------------------------------------------------------------------------------------------

    def _mark(self, index: int, token: Token) -> None:
        clause = self.clause
        bare = clause is not None and not clause.comparator and clause.high is None and clause.low is not None
        if bare and clause is not None and token.value in _MIRROR and self.previous in {"number", "unit", "group"}:
            rest = [other.role for other in self.tokens[index + 1 : index + 4]]
            if "number" in rest and ("mark" in rest or "before" in rest or rest[0] == "number"):
                clause.comparator, clause.marked = _MIRROR[token.value], True
                self.lead = _Lead(token.end)
                if rest[0] == "number":
                    self.lead.mark = ""
                return
            if not rest:
                clause.comparator, clause.end = token.value, token.end
                return
        self._before(index, token)

    def _before(self, _index: int, token: Token) -> None:
        word = self.text[token.start : token.end]
        if not self.lead.mark or token.value != "=":
            self.lead.mark = token.value
            self.lead.touching = word in _TOUCHING
        if token.value == "=" and word == "≈":
            self.lead.about = True

    def _about(self, _index: int, token: Token) -> None:
        after = self.text[token.start : token.end] in ABOUT_AFTER
        if after and self.clause is not None:
            self.clause.approximate = True
            self.clause.end = self.lead.start = token.end
        elif not after:
            self.lead.about = True

    def _per(self, _index: int, token: Token) -> None:
        if self.clause is not None and self.previous == "unit":
            self.clause.per, self.clause.end = (*self.clause.per, *token.value), token.end
        else:
            self.lead.per = (*self.lead.per, *token.value)

    def _trend(self, _index: int, token: Token) -> None:
        self.lead.direction, self.lead.level = token.value, False

    def _level(self, _index: int, _token: Token) -> None:
        self.lead.level = True

    def _versus(self, _index: int, token: Token) -> None:
        self.lead.baseline = token.value

    def _top(self, index: int, _token: Token) -> None:
        self.lead.top = self._next_role(index) == "number"

    def _ordinal(self, _index: int, _token: Token) -> None:
        """第3名: the rank is the figure."""

    def _currency(self, _index: int, _token: Token) -> None:
        self.lead.currency = True

    def _plus_minus(self, index: int, _token: Token) -> None:
        if self.clause is not None and self.previous in {"number", "unit"} and self.clause.high is None:
            self.pending = "tolerance" if self._next_role(index) == "number" else ""
            return
        self.lead.plus_minus = self._next_role(index) == "number"

    # --- words after a figure, joints, the rest -------------------------------------------------------------------------------

    def _after(self, _index: int, token: Token) -> None:
        clause = self.clause
        if clause is None or clause.deadline is not None:
            return
        inside = self.text[token.start : token.end] == "内"
        if inside and self.previous not in {"number", "unit", "group", "about"}:
            return
        clause.comparator = clause.comparator or token.value
        clause.end = self.lead.start = token.end
        clause.closes = True

    def _strict(self, _index: int, token: Token) -> None:
        if self.clause is not None:
            self.clause.comparator = _STRICT.get(self.clause.comparator, self.clause.comparator)
            self.clause.end = self.lead.start = token.end

    def _more(self, _index: int, token: Token) -> None:
        if self.clause is not None:
            self.clause.approximate, self.clause.comparator = True, self.clause.comparator or ">"
            self.clause.end = self.lead.start = token.end

    def _range(self, index: int, _token: Token) -> None:
        clause = self.clause
        joins = clause is not None and clause.low is not None and clause.high is None
        if (
            joins
            and self.previous in {"number", "unit", "more", "group", "about"}
            and self._next_role(index) == "number"
        ):
            self.pending = "range"

    def _colon(self, index: int, _token: Token) -> None:
        if self.clause is not None and self.previous == "number" and self._next_role(index) == "number":
            self.pending = "ratio"

    def _slash(self, index: int, token: Token) -> None:
        self._colon(index, token)

    def _times(self, index: int, token: Token) -> None:
        """7×24小时: the first factor is told as unread, the second is the figure."""
        if self.clause is not None and self.previous in {"number", "unit"} and self._next_role(index) == "number":
            self.result.unread.append((self.clause.start, token.end))
            self.result.clauses.remove(self.clause)
            self.clause = None
            self.lead = _Lead(token.end)

    def _separator(self, _index: int, token: Token) -> None:
        self.clause = None
        self.lead = _Lead(token.end)

    def _and(self, _index: int, _token: Token) -> None:
        self.pending = ""

    def _group(self, _index: int, token: Token) -> None:
        if self.clause is not None and self.previous != "words":
            self.clause.end = self.lead.start = token.end

    def _words(self, _index: int, token: Token) -> None:
        lead = self.lead
        self.words = self.text[token.start : token.end]
        lead.about = lead.top = False
        if lead.touching:
            lead.mark, lead.touching = "", False

    def _named(self, index: int, token: Token) -> None:
        self._words(index, token)

    def _flat(self, index: int, token: Token) -> None:
        self._words(index, token)


_READERS = {
    role: getattr(Parser, f"_{role}")
    for role in (
        "number", "unit", "fraction", "date", "unreadable", "mark", "before", "about", "per", "trend", "level", "versus", "top",
        "ordinal", "currency", "plus_minus", "after", "strict", "more", "range", "colon", "slash", "times", "separator", "and",
        "group", "words", "named", "flat",
    )
}  # fmt: skip


def _roles_between(tokens: list[Token], start: int, end: int) -> list[str]:
    return [token.role for token in tokens if token.start >= start and token.end <= end]


def _join_periods(clauses: list[Clause], tokens: list[Token]) -> list[Clause]:
    """一年两次, 2年1次: a bare period right before a count is the denominator of its rate."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.low is not None
            and before.high is None
            and not before.comparator
            and before.unit.text in _PERIODS
            and clause.low is not None
            and clause.unit.family == "count"
            and set(_roles_between(tokens, before.end, clause.end)) <= {"before", "mark", "number", "unit", "after"}
            and clause.start == before.end
        ):
            clause.per = (_period(before.low, before.unit.text), *clause.per)
            clause.start = before.start
            joined[-1] = clause
        else:
            joined.append(clause)
    return joined


def _period(count: Decimal, word: str) -> str:
    short = "月" if word == "个月" else word
    if count == 1:
        return short
    return f"半{short}" if count == Decimal("0.5") else f"{count}{word}"


def _join_bounds(clauses: list[Clause], tokens: list[Token]) -> list[Clause]:
    """≥90%且≤100%, 10≤x≤20: two bounds of one quantity are a range."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if before is not None and _are_bounds(before, clause, tokens):
            first, second = (before, clause) if before.comparator in LOWER else (clause, before)
            before.low, before.high = first.low, second.low
            before.unit, before.high_unit = first.unit, second.unit
            before.comparator, before.end = "in", clause.end
        else:
            joined.append(clause)
    return joined


def _are_bounds(first: Clause, second: Clause, tokens: list[Token]) -> bool:
    if first.low is None or second.low is None or first.high is not None or second.high is not None:
        return False
    opposite = (first.comparator in LOWER and second.comparator in UPPER) or (
        first.comparator in UPPER and second.comparator in LOWER
    )
    same_unit = first.unit.base == second.unit.base or NO_UNIT in (first.unit, second.unit)
    if not opposite or not same_unit:
        return False
    low, high = (first, second) if first.comparator in LOWER else (second, first)
    if low.low is None or high.low is None or to_base(low.low, low.unit) > to_base(high.low, high.unit):
        return False
    between = _roles_between(tokens, first.end, second.end)
    separated = "separator" in between
    allowed = _BETWEEN_BOUNDS | {"number", "unit", "after", "group"} | (set() if separated else {"words"})
    return set(between) <= allowed


def parse_tokens(tokens: list[Token], text: str) -> Parse:
    """Clauses of a scanned target, in printed order."""
    return Parser(tokens, text).parse()


def clause_unit(clause: Clause) -> Unit:
    """The clause's unit with the denominators that were said before it (每季度1次 → 次/季度)."""
    unit = clause.high_unit if clause.unit is NO_UNIT and clause.high_unit is not None else clause.unit
    return per_unit(unit, clause.per)
