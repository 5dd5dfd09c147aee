"""From printed text to the normal form (规范形式): the one function that puts scanner, grammar and context together."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from kpi.model import Span, Target
from kpi.targets import vocabulary as words
from kpi.targets.clauses import Clause, Parse, clause_unit
from kpi.targets.cleaning import clean
from kpi.targets.context import Context, base_of, read_context
from kpi.targets.dates import bound_term
from kpi.targets.grammar import parse_tokens
from kpi.targets.lookalikes import may_hide_digits, mend_digits
from kpi.targets.plausibility import is_beyond_bound, is_split
from kpi.targets.scanner import scan
from kpi.targets.simple import read_simple
from kpi.targets.tokens import Token
from kpi.targets.units import NO_UNIT, Unit, per_unit, to_base
from kpi.targets.wording import read_wording

SEVERAL_TARGETS = "several_targets"
UNREAD_NUMBER = "unread_number"
SUSPICIOUS_VALUE = "suspicious_value"

_BLANK_MARKS = "-/~.…_·*,、。;|"
# [90,100], [80%,90%): an interval as mathematics writes it (科技, 统计 tables); in round brackets 1,200 may be one number.
_SQUARE = frozenset("[［]］")
_INTERVAL = re.compile(
    r"\(([0-9]{1,6}(?:\.[0-9]{1,4})?%?)[,;、]([0-9]{1,6}(?:\.[0-9]{1,4})?[^0-9()]{0,6})\)([^0-9()]{0,6})"
)
_OUTER = re.compile(r"\(([^()]*)\)")
# 指标性质 printed into the same cell (四川, 云南: 定性 优).
_NATURE = re.compile(r"^(?:定性|定量)(?:指标)?[:,]?(?=.)")
# A year in a sentence is a deadline only where the sentence is about finishing (2026年内全部完成).
_FINISHING = re.compile(
    r"(?:自|从|在|于|到|至|截至|截止到?|截止|不晚于|不迟于|最迟|最晚|预计|计划|力争|确保|全部|全面|基本|按时|按期|及时|完成|竣工|交付|使用|投入|验收|建成|开工|启动|"
    r"实施|结束|完毕|办结|执行|合格|通过|到位|支付|拨付|发放|落实|前|底|内|起|止|\.|完工|工作|任务|项目|所有|并|≤|<|=|,|。|之|目标|年度|上线|运行|全年|结项|投用|整改|改造|建设|工程|主体|日期|时间|时限|期限|开展|进行|推进|组织|举办|召开|提交|报送|上报|公开|公示|公布|印发|出台|发布|签订|采购|下达|兑付|兑现|结算|清算|移交|供货|到货|安装|调试|缴纳|偿还|持续|服务|为|:)*"
)  # fmt: skip
_LISTING = ("、", ",", "和", "及", "与", ";")
_DEADLINE_LEADS = ("截至", "截止", "截止到", "不晚于", "不迟于", "最迟", "最晚", "≤", "<", "不超过")
# Longest deadline phrase in words; a longer text is a sentence.
_LONGEST_TERM = 40
_WHOLE = Decimal(100)
# A printed target has fewer characters (the longest of the five documents: 23); more is a page that was cut as one cell.
_LONGEST_CELL = 1000
_ROLE_NAMES = {
    "before": "comparator", "after": "comparator", "mark": "comparator", "strict": "comparator", "about": "approximate",
    "more": "approximate", "number": "value", "fraction": "value", "unreadable": "unread", "group": "remark", "versus": "baseline",
}  # fmt: skip


_new = tuple.__new__


def normalize(text: str, *, name: str = "", level1: str = "", year: int | None = None) -> Target:
    """Read a printed target (指标值) into its normal form.

    Args:
        text: the target as printed; may hold spaces, full-width marks, line breaks.
        name: the indicator (三级指标); gives implied units and tells a time limit from a number.
        level1: 一级指标 as printed; a bare 万 in 成本指标 is 万元.
        year: the document's year, for dates that print none.

    Returns:
        The target; what could not be read is in `unread`, with a code in `warnings` (`several_targets`,
        `unread_number`, `suspicious_value`). Never raises for any text.
    """
    cleaned = clean(text)
    if cleaned.startswith("("):
        if not _SQUARE.isdisjoint(text) and (interval := _INTERVAL.fullmatch(cleaned)):
            cleaned = f"{interval[1]}-{interval[2]}{interval[3]}"  # no thousands mark: [90,100], (0,5]
        outer = _OUTER.fullmatch(cleaned)
        cleaned = outer[1] if outer is not None and outer[1] else cleaned
    if cleaned in words.MISSING or not cleaned or (cleaned[0] in _BLANK_MARKS and not cleaned.strip(_BLANK_MARKS)):
        return Target(text=text, kind="missing", clean=cleaned)
    body = _NATURE.sub("", cleaned) if cleaned.startswith("定") else cleaned
    context = read_context(name, level1)
    simple = None if context.time_name else read_simple(body)
    if simple is not None:
        return _figure(text, body, simple[0], context, _spans(simple[1], body), (), ())
    if may_hide_digits(body) and (mended := mend_digits(body)) != body:
        target = normalize(mended, name=name, level1=level1, year=year)
        told = () if SUSPICIOUS_VALUE in target.warnings else (SUSPICIOUS_VALUE,)
        return replace(target, text=text, warnings=(*target.warnings, *told))
    if len(body) > _LONGEST_CELL:
        return _with_rest(_read_tokens(text, body[:_LONGEST_CELL], context, year), body[_LONGEST_CELL:])
    return _read_tokens(text, body, context, year)


def _with_rest(target: Target, rest: str) -> Target:
    """The beginning of an overlong cell was read; the rest is told as unread."""
    unread_number = any(character.isdigit() for character in rest) and UNREAD_NUMBER not in target.warnings
    warnings = (*target.warnings, UNREAD_NUMBER) if unread_number else target.warnings
    return replace(target, unread=(*target.unread, rest), warnings=warnings)


def _spans(tokens: list[Token], body: str) -> tuple[Span, ...]:
    return tuple(
        [_new(Span, (start, end, _ROLE_NAMES.get(role, role), body[start:end])) for role, start, end, _ in tokens]
    )


def _read_tokens(text: str, body: str, context: Context, year: int | None) -> Target:
    """Any target, by scanner and grammar."""
    tokens = scan(body, year=year, time_name=context.time_name)
    parse = parse_tokens(tokens, body)
    clauses, notes = _choose(parse, tokens, body, context)
    if not clauses and not parse.unread and not notes:
        inner = _figure_in_remark(tokens, body, year, context)
        if inner is not None:
            tokens, clauses, parse, body = inner
    first = clauses[0] if clauses else None
    unread = _unread_parts(clauses, parse, body) if len(clauses) > 1 or parse.unread else ()
    warnings: tuple[str, ...] = ()
    if len(clauses) > 1:
        warnings += (SEVERAL_TARGETS,)
    if parse.unread:
        warnings += (UNREAD_NUMBER,)
    spans = _spans([_renamed(token, parse) for token in tokens] if parse.named else tokens, body)
    if first is None:
        if parse.unread:
            dated = any(token.role == "unreadable" and token.value == "date" for token in tokens)
            kind = "deadline" if dated and not parse.named else "numeric"
            return Target(text=text, kind=kind, clean=body, spans=spans, unread=unread, warnings=warnings)
        return _in_words(text, body, tokens, spans)
    if first.deadline is not None:
        return Target(
            text=text, kind="deadline", date_end=first.deadline.last_day, clean=body, spans=spans, unread=unread,
            warnings=warnings,
        )  # fmt: skip
    return _figure(text, body, first, context, spans, unread, warnings)


def _renamed(token: Token, parse: Parse) -> Token:
    inside = any(start <= token.start and token.end <= end for start, end in parse.named)
    return token._replace(role="named") if inside else token


def _in_words(text: str, body: str, tokens: list[Token], spans: tuple[Span, ...]) -> Target:
    if len(body) <= _LONGEST_TERM and bound_term(body):
        return Target(text=text, kind="deadline", clean=body, spans=spans)
    wording = read_wording(body, tokens)
    return Target(
        text=text, kind=wording.kind, comparator=wording.comparator, baseline=wording.baseline,
        direction=wording.direction, grade=wording.grade, clean=body, spans=spans,
    )  # fmt: skip


def _figure(
    text: str, body: str, clause: Clause, context: Context, spans: tuple[Span, ...], unread: tuple[str, ...],
    warnings: tuple[str, ...],
) -> Target:  # fmt: skip
    low, high = clause.low, clause.high
    if low is None:
        raise AssertionError("a figure clause without a figure")
    unit = clause_unit(clause)
    comparator = clause.comparator or "="
    high_unit = unit
    if high is not None:
        high_unit = per_unit(clause.high_unit or clause.unit, clause.per)
        low, high, unit, high_unit = _one_unit(low, high, clause.unit, unit, high_unit)
    base = base_of(low, high, unit, high_unit, comparator, context)
    highest = base.low if base.high is None else base.high
    # clean text of another length: spaces were dropped, perhaps inside a number
    split = len(text) != len(body) and is_split(text)
    beyond = (
        base.unit == "%" and highest > _WHOLE and not clause.is_change and is_beyond_bound(context.name + body, highest)
    )
    if split or beyond:
        warnings += (SUSPICIOUS_VALUE,)
    kind = "relative" if clause.is_change else "range" if high is not None else "numeric"
    return Target(
        text=text, kind=kind, comparator=comparator, value=low, upper=high, unit=unit.text, base_value=base.low,
        base_upper=base.high, base_unit=base.unit, approximate=clause.approximate, implied_unit=base.implied,
        baseline=clause.baseline if clause.is_change else "", direction=clause.direction if clause.is_change else "",
        clean=body, spans=spans, unread=unread, warnings=warnings,
    )  # fmt: skip


def _one_unit(
    low: Decimal, high: Decimal, low_unit: Unit, unit: Unit, high_unit: Unit
) -> tuple[Decimal, Decimal, Unit, Unit]:
    """Both ends in one unit: 5-10万元 shares the second's, 5千元-1万元 is told in the first's."""
    if low_unit is NO_UNIT or (low_unit.money_scale and high_unit.family == "money"):
        return low, high, high_unit, high_unit
    if high_unit.text == unit.text or high_unit is NO_UNIT:
        return low, high, unit, unit
    if high_unit.base == unit.base:
        return low, to_base(high, high_unit) * unit.divisor / unit.factor, unit, unit
    return low, high, high_unit, high_unit


def _choose(parse: Parse, tokens: list[Token], body: str, context: Context) -> tuple[list[Clause], bool]:
    """The clauses that are targets; dates that only frame a figure and unread numbers fall out."""
    if len(parse.clauses) == 1:
        only = parse.clauses[0]
        if only.deadline is None and (
            only.closes or only.comparator or only.unit is not NO_UNIT or only.high is not None
        ):
            return parse.clauses, False
    figures: list[Clause] = []
    dates: list[Clause] = []
    for clause in parse.clauses:
        if clause.deadline is not None:
            dates.append(clause)
        elif not clause.closes and clause.unit is NO_UNIT and not clause.comparator and clause.high is None:
            parse.unread.append((clause.start, clause.end))
        else:
            figures.append(clause)
    if not dates:
        return figures, False
    if figures:
        closing = [clause for clause in dates if clause.deadline is not None and _is_closing(clause, body)]
        return sorted([*figures, *closing], key=lambda clause: clause.start), True
    if parse.unread:
        return [], True
    reading = dates[0].deadline
    if reading is None:
        return [], True
    rest, chain = _without_dates(body, tokens, dates[0].end)
    if context.time_name or reading.bound or reading.recurring or _FINISHING.fullmatch(rest):
        if chain and not reading.bound:
            dates = dates[-1:]  # 2026年上半年、下半年: the last one meets all
        return dates[:1] if len(dates) == 1 else _distinct(dates), True
    return [], True


def _distinct(dates: list[Clause]) -> list[Clause]:
    return [dates[0], *[clause for clause in dates[1:] if clause.deadline is not None and clause.deadline.bound]]


def _without_dates(body: str, tokens: list[Token], end: int) -> tuple[str, bool]:
    """The text around the first date, which ends at `end`, and those listed with it (上半年、下半年); whether there are such."""
    dates = [token for token in tokens if token.role == "date"]
    start = dates[0].start
    listed = False
    for token in dates[1:]:
        if body[end : token.start] not in _LISTING:
            break
        end, listed = token.end, True
    return body[:start] + body[end:], listed


def _is_closing(clause: Clause, body: str) -> bool:
    """A date that must be met, not the year a figure belongs to."""
    reading = clause.deadline
    return reading is not None and (reading.bound or body[clause.start : clause.end].startswith(_DEADLINE_LEADS))


def _figure_in_remark(
    tokens: list[Token], body: str, year: int | None, context: Context
) -> tuple[list[Token], list[Clause], Parse, str] | None:
    """优秀（90分以上）: the only figure stands in brackets."""
    remark = next((t for t in tokens if t.role == "group" and any(c.isdigit() for c in t.value)), None)
    if remark is None:
        return None
    # ≥(90%): the mark belongs to what the brackets hold
    joint = "" if tokens[0].role in {"mark", "before"} and tokens[0].end == remark.start else ";"
    opened = body[: remark.start] + joint + remark.value + ";" + body[remark.end :]
    inner = scan(opened, year=year, time_name=context.time_name)
    parse = parse_tokens(inner, opened)
    clauses, _ = _choose(parse, inner, opened, context)
    limit = next((t.value for t in tokens if t.role in {"before", "mark"} and t.end <= remark.start), "")
    if clauses and not clauses[0].comparator and clauses[0].low is not None:
        clauses[0].comparator = limit  # 不超过预算(50万元)
    return (inner, clauses, parse, opened) if clauses else None


def _unread_parts(clauses: list[Clause], parse: Parse, body: str) -> tuple[str, ...]:
    parts = [(clause.start, clause.end) for clause in clauses[1:]]
    return tuple(body[start:end].strip(",;。、/") for start, end in sorted([*parts, *parse.unread]))
