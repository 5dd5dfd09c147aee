"""The grammar (句法): tokens become clauses, each one figure or one date with all that was said about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kpi.targets.clauses import LOWER, Clause, Parse, join_bounds, join_periods
from kpi.targets.dates import Deadline
from kpi.targets.tokens import Token
from kpi.targets.units import NO_UNIT, find_unit, read_denominator
from kpi.targets.vocabulary import ABOUT_AFTER, INDICATOR_ENDS

_STRICT = {"≥": ">", "≤": "<"}
_MIRROR = {"≤": "≥", "<": ">", "≥": "≤", ">": "<"}
_RATIO = find_unit("比") or NO_UNIT
_YUAN = find_unit("元") or NO_UNIT
# 1:3 is printed with six decimals, as base values that do not terminate are.
_SIX_DECIMALS = Decimal("0.000001")
_LONGEST_WHOLE = 20
"""Digits before the point of a ratio; with six after it they fit the 28 of decimal arithmetic."""
# Sizes and amounts by which things are told apart.
_MEASURING = frozenset(("length", "area", "mu", "volume", "weight", "power", "money"))
_HOURS_A_DAY = 24
_DAYS_A_WEEK = 7
# Short words of comparison that also begin other words (达标, 超市): they must touch the figure.
_TOUCHING = frozenset(("达", "超", "达到"))
# An age or a voltage before a figure says what it counts (60岁以上老人1000人, 10kV线路56公里).
_OF_NAMES = frozenset(("age", "voltage"))
# 高于全省平均水平5个百分点: how far above or below.
DISTANCES = {">": "higher", "<": "lower"}
# Units a rank may have: 前三名, 前10位, 前5%.
_RANK_UNITS = frozenset(("名", "位", "名次", "%", "强", ""))


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
    compared: str = ""


class Parser:
    """One pass over the tokens; each token role has one method."""

    __slots__ = ("clause", "lead", "pending", "previous", "result", "text", "tokens", "words")

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens, self.text = tokens, text
        self.result = Parse()
        self.clause: Clause | None = None
        self.lead = _Lead(0)
        self.previous = ""
        self.words = ""
        """The words since the open clause."""
        self.pending = ""
        """What joins the next number to the open clause: `range`, `ratio`, `tolerance` (20±2℃), `days` (24×7小时)."""

    def parse(self) -> Parse:
        """Read all tokens; afterwards join the bounds of ranges and the periods of rates."""
        for index, token in enumerate(self.tokens):
            role = token.role
            _READERS[role](self, index, token)
            self.previous = role
        if len(self.result.clauses) > 1:
            self.result.clauses = join_bounds(join_periods(self.result.clauses, self.tokens), self.tokens)
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
            elif self.pending == "days":
                self.result.unread.append((clause.end, token.end))
                clause.end = self.lead.start = token.end
            else:
                clause.direction = clause.direction or DISTANCES.get(clause.comparator, "")
                clause.high = token.value
                clause.end = self.lead.start = token.end
                clause.comparator = "in"
            self.pending = ""
            return
        if clause is not None and (
            (clause.high_unit or clause.unit).family in _OF_NAMES
            or (not clause.marked and self.words.endswith(INDICATOR_ENDS))
            or self._describes(clause, index)
        ):
            self._into_name(clause)
        elif clause is not None and self.words.startswith("的") and self.words != "的" and clause.deadline is None:
            # 收入10万元以上的村达80%: the first figure says which
            self._into_name(clause)
        elif clause is not None and self.words == "的" and not lead.mark:
            # 不低于前三年的90%: the share is the figure, the comparison is about it
            lead.mark = clause.comparator
            self._into_name(clause)
        new = Clause(lead.start, token.end, lead.mark, token.value, per=lead.per, approximate=lead.about)
        new.marked = bool(lead.mark)
        new.direction, new.baseline = lead.direction, lead.baseline
        new.compared = lead.compared
        new.is_change = bool(lead.direction or lead.baseline) and not lead.level
        if lead.plus_minus:
            new.low, new.high, new.comparator = -token.value, token.value, "in"
        if lead.currency:
            new.unit = _YUAN
        if lead.top and (self._next_role(index) != "unit" or self.tokens[index + 1].value.text in _RANK_UNITS):
            new.comparator = new.comparator or "≤"
        new.closes = self._next_role(index) not in {"words", "named", "trend", "level"} or not token.value
        self._open(new, token.end)

    def _describes(self, clause: Clause, index: int) -> bool:
        """胸径8厘米以上苗木3000株, 500万元以上项目12个: a measure with 以上 right before what is counted says which."""
        if clause.marked or not clause.comparator or clause.unit.family not in _MEASURING or self.previous != "words":
            return False
        following = self.tokens[index + 1] if self._next_role(index) == "unit" else None
        touching = self.tokens[index].start - len(self.words) == clause.end
        return touching and following is not None and following.value.family == "count"

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
        if quotient.adjusted() > _LONGEST_WHOLE:
            self.result.unread.append((clause.start, token.end))
            return
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
            if clause.unit.family == "points" and clause.compared and clause.comparator in DISTANCES:
                clause.baseline, clause.direction = clause.compared, DISTANCES[clause.comparator]
                clause.is_change = True
        else:
            clause.high_unit = token.value
            if clause.high_unit.family == "points" and clause.compared and clause.direction in DISTANCES.values():
                clause.baseline, clause.is_change = clause.compared, True

    def _fraction(self, _index: int, token: Token) -> None:
        above, below = token.value
        quotient = above / below
        if quotient.adjusted() > _LONGEST_WHOLE:
            self.result.unread.append((self.lead.start, token.end))
            return
        new = Clause(self.lead.start, token.end, self.lead.mark, quotient.quantize(_SIX_DECIMALS), unit=_RATIO)
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
        of_name = self.clause is not None and (self.clause.high_unit or self.clause.unit).family in _OF_NAMES
        if self.clause is not None and not of_name and self.previous in {"unit", "after", "group"}:
            self.clause.per, self.clause.end = (*self.clause.per, *token.value), token.end
        else:
            self.lead.per = (*self.lead.per, *token.value)

    def _trend(self, _index: int, token: Token) -> None:
        self.lead.direction, self.lead.level = token.value, False

    def _level(self, _index: int, _token: Token) -> None:
        self.lead.level = True
        if self.clause is not None and not self.clause.comparator:
            # 由10天缩短至5天: where it starts from is no target
            self._into_name(self.clause)

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
        # 90%(不含)以上
        value = _STRICT.get(token.value, token.value) if self.previous == "strict" else token.value
        clause.comparator = clause.comparator or value
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
        """1/3 is a ratio; 55/45分贝 are two figures of one unit."""
        unit = self.tokens[index + 2] if self._next_role(index) == "number" and index + 2 < len(self.tokens) else None
        if self.clause is None or self.previous != "number" or unit is None or unit.role != "unit":
            self._colon(index, token)
            return
        self.clause.unit = unit.value
        self._separator(index, token)

    def _times(self, index: int, token: Token) -> None:
        """7×24小时, 24×7小时: the hours are the figure, the other factor is told as unread."""
        if self.clause is not None and self.previous in {"number", "unit"} and self._next_role(index) == "number":
            if self.clause.low == _HOURS_A_DAY and self.tokens[index + 1].value <= _DAYS_A_WEEK:
                self.pending = "days"
                return
            if self.clause.unit is not NO_UNIT:
                self._separator(index, token)  # 2.5万元×12个月: the price, and how often
                return
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
        if self.clause is None or self.previous == "words":
            return
        self.clause.end = self.lead.start = token.end
        if token.value.startswith("每"):
            found = read_denominator(token.value, 1)
            if found is not None and found[1] == len(token.value):
                self.clause.per = (*self.clause.per, found[0])

    def _words(self, _index: int, token: Token) -> None:
        lead = self.lead
        self.words = self.text[token.start : token.end]
        lead.about = lead.top = False
        if lead.touching:
            lead.mark, lead.touching = "", False
        lead.compared = self.words if lead.mark else ""

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


def parse_tokens(tokens: list[Token], text: str) -> Parse:
    """Clauses of a scanned target, in printed order."""
    return Parser(tokens, text).parse()
