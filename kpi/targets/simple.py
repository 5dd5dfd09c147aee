"""The commonest cell in one match: comparison, one number, unit (≥90%, 不少于12次, 30天以内).

Four of five printed targets have this form. Reading them without tokens doubles the speed of a whole document; the result
must be the one that scanner and grammar give, which a property test holds them to.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kpi.targets.clauses import Clause
from kpi.targets.numerals import LONGEST_NUMBER, arabic_value
from kpi.targets.tokens import Token
from kpi.targets.units import NO_UNIT, Unit, read_unit
from kpi.targets.vocabulary import AFTER, BEFORE, MARKS

_SIMPLE = re.compile(r"([^0-9]*)([0-9]+(?:\.[0-9]+)?)([^0-9]*)")
_HEADS = {"": "", **BEFORE, **{mark: meaning for mark, meaning in MARKS.items() if mark != "≈"}}
# 2026年 and 12月 may be dates, 3号 a number: the grammar decides.
_MAYBE_DATES = frozenset("年月日号季前第")
# 120平台 may be the emergency line.
_MAYBE_NAMES = ("平台", "系统")


@lru_cache(maxsize=16384)
def _read_tail(tail: str) -> tuple[Unit, int, str] | None:
    """Unit, its end and the comparison after it; None where anything else stands."""
    if not tail:
        return NO_UNIT, 0, ""
    if tail[0] in _MAYBE_DATES or tail.startswith(_MAYBE_NAMES):
        return None
    unit, end = read_unit(tail, 0) or (NO_UNIT, 0)
    rest = tail[end:]
    if not rest:
        return unit, end, ""
    return (unit, end, AFTER[rest]) if rest in AFTER else None


def read_simple(text: str) -> tuple[Clause, list[Token]] | None:
    """The clause and tokens of a cleaned target of the simple form; None for every other."""
    match = _SIMPLE.fullmatch(text)
    if match is None:
        return None
    head, number, tail = match.groups()
    comparator = _HEADS.get(head)
    if comparator is None or len(number) > LONGEST_NUMBER:
        return None
    found = _read_tail(tail)
    if found is None:
        return None
    unit, unit_end, after = found
    start, end, stop = len(head), len(head) + len(number), len(text)
    unit_end += end
    tokens = [Token("before", 0, start)] if head else []
    tokens.append(Token("number", start, end))
    if unit_end > end:
        tokens.append(Token("unit", end, unit_end))
    if stop > unit_end:
        tokens.append(Token("after", unit_end, stop))
    return Clause(0, stop, comparator or after, arabic_value(number), unit=unit), tokens
