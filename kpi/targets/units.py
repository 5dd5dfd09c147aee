"""Units of targets (计量单位): one place to look a unit up, its family, base and scale, in all its spellings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from functools import lru_cache

from kpi.targets.cleaning import clean
from kpi.targets.unit_table import (
    BASE_DENOMINATORS,
    CLOSED_DENOMINATORS,
    COUNTERS,
    DENOMINATORS,
    FILLED_BY_GE,
    MEASURES,
    OWN_BASE,
    SCALES,
    SYMBOLS,
    TIME_DENOMINATORS,
)
from kpi.targets.vocabulary import COUNTING_VERBS

# Base values that do not terminate (20 秒 = 0.333333 分钟) have this many decimals, as the normal form says.
BASE_DECIMALS = 6
_SIX = Decimal(1).scaleb(-BASE_DECIMALS)
# Products must be exact however many digits are printed; quotients that do not terminate are cut afterwards.
_EXACT = Context(prec=400)
_ROUND = Context(prec=MAX_PREC)
_ONE = Decimal(1)
# A unit with its scale and denominators is never longer; bounds the work on damaged cells.
_LONGEST_UNIT = 32
_LONGEST_NOUN = 6
_PEOPLE = frozenset("名位个")
# Digits of a denominator that need not be round.
_LONGEST_ODD = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure (计量单位).

    Attributes:
        text: the printed unit with symbols spelled out and denominators joined: `万元`, `元/人·月`, `平方米`.
        family: `money`, `ratio`, `duration` (分钟), `days`, `working_days`, `length` … `count`; of a rate, its numerator's.
        base: the unit of base values: `元`, `%`, `元/人·月`.
        factor, divisor: base value = value × factor ÷ divisor.
        per: denominators in printed order, `("人", "月")`.
        money_scale: the unit is a bare scale word (`万`, `亿/年`) that is money in a cost indicator.
    """

    text: str
    family: str
    base: str
    factor: Decimal = _ONE
    divisor: int = 1
    per: tuple[str, ...] = ()
    money_scale: bool = False


def _atoms() -> dict[str, Unit]:
    # any classifier may be counted in times: 轮次, 校次, 艘次
    times = [word + "次" for word in COUNTERS if len(word) == 1 and word != "次"]
    atoms = {word: Unit(word, "count", word) for word in (*times, *COUNTERS)}
    atoms.update({word: Unit(word, family, word) for word, family in OWN_BASE.items()})
    for family in MEASURES:
        for word, (factor, divisor) in family.spellings.items():
            atoms[word] = Unit(word, family.name, family.base, Decimal(factor), divisor)
    atoms["百分比"] = Unit("%", "ratio", "%")
    atoms["个百分点"] = Unit("百分点", "points", "百分点")
    atoms["人均元"] = Unit("人均元", "money", "元", per=("人",))
    for symbol, word in SYMBOLS.items():
        known = atoms[word]
        atoms[symbol] = Unit(word, known.family, known.base, known.factor, known.divisor)
    for word in FILLED_BY_GE:
        if word in atoms:
            atoms.setdefault("个" + word, atoms[word])
    return atoms


_ATOMS = _atoms()
_LENGTHS: dict[str, tuple[int, ...]] = {}
for _word in sorted({*_ATOMS, *DENOMINATORS}, key=len, reverse=True):
    _known = _LENGTHS.get(_word[0], ())
    if len(_word) not in _known:
        _LENGTHS[_word[0]] = (*_known, len(_word))

# Words that begin like a unit and are something else: read as the noun that is counted, or not at all.
_NOT_UNITS = (
    "成功", "成果", "成员", "成立", "成本", "成效", "成绩", "成型", "成灾", "成年", "成活", "成交", "人民币", "年级", "分公司",
    "分局", "日常", "月报", "度假", "家庭", "方面", "方案", "点前", "时效", "时间", "元旦", "天然", "级别", "线上", "线下", "条例",
    "件套", "号文", "区域", "区间", "点左", "分之", "类型", "种类", "米饭", "升级", "升学", "生活", "生产", "对象", "期间", "期末",
    "期内", "路面", "门诊", "口径", "市级", "县级", "区级", "乡级", "村级", "镇级", "校级", "市区", "市县", "街道办", "点多", "面积", "星级",
)  # fmt: skip
_NOT_UNIT_HEADS = frozenset(word[0] for word in _NOT_UNITS)
# Verbs after a denominator noun: 每千警力配备2台 is per 千警力.
_VERBS = frozenset(
    (*COUNTING_VERBS, "配备", "补助", "补贴", "配置", "拥有", "平均", "奖励", "巡查", "巡逻", "清扫", "给予")
)
_JOINERS = "/·.*"
# Where a denominator noun or an unlisted unit ends: words of comparison, marks, brackets.
_NOUN_STOPS = "以及之内左上下约余多不超达≥≤<>=~-,;、。:()/·每至到且为的含和与或是全完"


def _atom_at(text: str, position: int, stop: int) -> tuple[Unit, int] | None:
    for length in _LENGTHS.get(text[position], ()):
        end = position + length
        if end <= stop:
            unit = _ATOMS.get(text[position:end])
            if unit is not None and not _cut_word(text, position, end, stop):
                return unit, end
    return None


def _cut_word(text: str, position: int, end: int, stop: int) -> bool:
    """A Latin symbol inside a longer Latin word, or a unit's first character of another word (成功)."""
    if text[end - 1].isdigit() and end < stop and text[end].isdigit():
        return True
    if text[end - 1].isascii():
        return end < stop and text[end].isascii() and text[end].isalpha() and text[end - 1].isalpha()
    return (
        end - position == 1 and text[position] in _NOT_UNIT_HEADS and text.startswith(_NOT_UNITS, position)
    )  # fmt: skip


def read_unit(text: str, position: int) -> tuple[Unit, int] | None:
    """The longest unit that starts at `position` of a cleaned text, with its end; None where no unit stands."""
    if position >= len(text):
        return None
    found = _read_tail(text[position : position + _LONGEST_UNIT])
    return None if found is None else (found[0], position + found[1])


@lru_cache(maxsize=16384)
def _read_tail(tail: str) -> tuple[Unit, int] | None:
    stop = len(tail)
    if tail[0] in "wW" and (tail == "w" or (tail[1:2] > "一" and _scaled_atom(tail, 1, stop) is not None)):
        tail = "万" + tail[1:]  # 2w人次, typed for 万 in publicity tables; a bare W is watts
    start = len("人民币") if tail.startswith("人民币") else 0
    head = _scaled_atom(tail, start, stop) if start < stop else None
    if head is None:
        return None
    unit, end = head
    unit, end = _with_bracket(tail, unit, end, stop)
    if tail.startswith("人民币", end):
        end += len("人民币")
    if unit.family == "age":  # 60-79周岁每月补贴30元: the month belongs to the money
        return unit, end
    parts, end = _denominators(tail, end, stop)
    return (_rate(unit, parts) if parts else unit), end


def _scaled_atom(tail: str, start: int, stop: int) -> tuple[Unit, int] | None:
    atom = _atom_at(tail, start, stop)
    if atom is not None:
        return atom
    end, scale = start, 1
    while end < stop and tail[end] in SCALES and atom is None:
        scale *= SCALES[tail[end]]
        end += 1
        atom = _atom_at(tail, end, stop) if end < stop else None
    if end == start:
        return None
    word = tail[start:end]
    if atom is None:
        return Unit(word, "count", "", Decimal(scale), money_scale=scale >= SCALES["千"]), end
    unit, end = atom
    scaled = Unit(word + unit.text, unit.family, unit.base, unit.factor * scale, unit.divisor, unit.per)
    return scaled, end


def _with_bracket(tail: str, unit: Unit, end: int, stop: int) -> tuple[Unit, int]:
    """人（次） is 人次, 台（套） is 台套: a classifier in brackets belongs to the unit."""
    if end < stop and tail[end] == "(" and not unit.per:
        close = tail.find(")", end)
        inner = tail[end + 1 : close] if close > 0 else ""
        if inner in _ATOMS and _ATOMS[inner].family == "count":
            joined = _scaled_atom(unit.text + inner, 0, len(unit.text) + len(inner))
            if joined is not None and joined[1] == len(unit.text) + len(inner):
                return joined[0], close + 1
            return Unit(unit.text + inner, "count", unit.base + inner, unit.factor, unit.divisor), close + 1
    return unit, end


def _denominators(tail: str, end: int, stop: int) -> tuple[tuple[str, ...], int]:
    parts: list[str] = []
    while end < stop:
        mark = tail[end]
        product = mark == "*" and tail[end + 1 : end + 2].isdigit()  # 0.3元/生·天*200天
        if mark not in "/每" and (not parts or mark not in _JOINERS or product):
            break
        found = _in_brackets(tail, end + 1, stop) or read_denominator(tail, end + 1)
        if found is None:
            break
        word, end = found
        parts.append(word)
        if tail.startswith("(次)", end) and word == "人":
            parts[-1], end = "人次", end + 3
    return tuple(parts), end


def _in_brackets(tail: str, position: int, stop: int) -> tuple[str, int] | None:
    """元/(人·月), 元/(吨·公里): the brackets only hold the denominators together."""
    close = tail.find(")", position, stop)
    if tail[position : position + 1] != "(" or close < 0:
        return None
    parts, end = _denominators("/" + tail[position + 1 : close], 0, close - position)
    return ("·".join(parts), close + 1) if parts and end == close - position else None


def read_denominator(text: str, position: int) -> tuple[str, int] | None:
    """What stands after / or 每: a unit, `10万人`, or a short noun (`元/学员`); with its end."""
    stop = min(len(text), position + _LONGEST_UNIT)
    start = position
    while position < stop and (text[position].isdigit() or text[position] in "十百千万"):
        position += 1
    if position >= stop or text[position] in _NOUN_STOPS:
        # 5例/10万: a bare number of people
        return (text[start:position], position) if position > start and text[position - 1] in "百千万" else None
    if position > start and _atom_at(text, start, stop) is not None:
        position = start
    count = text[start:position]
    if count.isdigit() and not _is_round(count):
        return None
    for length in _LENGTHS.get(text[position], ()):
        end = position + length
        word = text[position:end]
        if end > stop or (word not in DENOMINATORS and word not in _ATOMS) or _cut_word(text, position, end, stop):
            continue
        # 每百名学生配备12台: a round number of people says whom
        closed_by_itself = word in CLOSED_DENOMINATORS and not (count and word in _PEOPLE)
        if length == 1 and end < stop and not closed_by_itself and text[end] not in _NOUN_STOPS:
            noun = _noun_end(text, position, stop)
            closed = noun == stop or text[noun] in _NOUN_STOPS or text[noun : noun + 2] in _VERBS
            closed = closed or (bool(count) and text[noun].isdigit())
            if noun - position <= _LONGEST_NOUN and closed:
                return count + text[position:noun], noun
        known = _ATOMS.get(word)
        return count + (DENOMINATORS.get(word) or (known.text if known else word)), end
    end = _noun_end(text, position, stop)
    return (count + text[position:end], end) if end > position else None


def _is_round(digits: str) -> bool:
    """Whether a rate may be printed per so many (次/2年, 元/50公斤, 例/1000人); 24栋/1200户 are two figures."""
    return len(digits) <= _LONGEST_ODD or digits.rstrip("0") in {"1", "2", "5"}


def _noun_end(text: str, position: int, stop: int) -> int:
    end = position
    while end < min(stop, position + _LONGEST_NOUN) and "一" <= text[end] <= "龥" and text[end] not in _NOUN_STOPS:
        if end > position and text[end : end + 2] in _VERBS:
            break
        end += 1
    return end


@lru_cache(maxsize=16384)
def _rate(unit: Unit, parts: tuple[str, ...]) -> Unit:
    """The unit divided by further denominators; none of them is annualised or converted."""
    per = unit.per + parts
    plain = [BASE_DENOMINATORS.get(part, part) for part in per]
    people = [part for part in plain if part not in TIME_DENOMINATORS]
    times = [part for part in plain if part in TIME_DENOMINATORS]
    base = unit.base.split("/", 1)[0] + "/" + "·".join(people + times)
    joined = "·" if "/" in unit.text[1:] else "/"
    text = unit.text + joined + "·".join(parts)
    return Unit(text, unit.family, base, unit.factor, unit.divisor, per, unit.money_scale)


# 年均浓度, 年均增长: an average over time of these is no rate per time.
_NOT_AVERAGED = frozenset(
    ("ratio", "points", "trace_weight", "temperature", "sound", "score", "multiple", "proportion")
)


# 人均能耗下降1.5%, 人均预期寿命79岁: a share of an average has no denominator of its own.
_PURE = frozenset(("ratio", "points", "multiple", "age"))


def per_unit(unit: Unit | None, parts: tuple[str, ...]) -> Unit:
    """The rate of a unit per `parts` (每季度1次 → 次/季度); without a unit the bare denominators."""
    unit = unit or NO_UNIT
    # 车均3000元/辆: the thing is said twice
    told = any(part not in TIME_DENOMINATORS for part in unit.per)
    fresh = tuple(part for part in parts if part not in unit.per and not (told and part not in TIME_DENOMINATORS))
    if not fresh or unit.family in _PURE or (unit.family in _NOT_AVERAGED and set(fresh) <= TIME_DENOMINATORS):
        return unit
    bare = Unit(unit.text.split("/", 1)[0], unit.family, unit.base.split("/", 1)[0], unit.factor, unit.divisor)
    parts = (*fresh, *unit.per)
    times = tuple(part for part in parts if part in TIME_DENOMINATORS)
    things = tuple(part for part in parts if part not in TIME_DENOMINATORS)
    return _rate(bare, things + times)


def as_money(unit: Unit) -> Unit:
    """A bare scale word read as money: 万 → 万元, 万/人次 → 万元/人次."""
    head, _, rest = unit.text.partition("/")
    found = find_unit(head + "元" + ("/" + rest if rest else ""))
    return found or unit


NO_UNIT = Unit("", "", "")


def noun_unit(noun: str, per: str = "") -> Unit:
    """An unlisted thing that is counted (`3示范区`, `2示范户/村`): its own unit; any kind of 年度 is a year."""
    if per:
        return Unit(f"{noun}/{per}", "count", f"{noun}/{per}", per=(per,))
    if noun.endswith("年度"):
        return Unit(noun, "years", "年")
    if noun == "平":  # 3000平, as floor space is spoken of
        return Unit(noun, "area", "平方米")
    return Unit(noun, "count", noun)


def find_unit(text: str) -> Unit | None:
    """Look a unit up by any of its spellings: `万元`, `m²`, `元/人/月`, `人（次）`, `工作日`.

    Args:
        text: the unit alone; width and spaces do not matter.

    Returns:
        The unit, or None where the whole text is not a known unit. `per` and an unlisted denominator are allowed
        (`元/学员`), an unlisted numerator is not.
    """
    folded = clean(text)
    found = read_unit(folded, 0)
    return found[0] if found is not None and found[1] == len(folded) else None


def to_base(value: Decimal, unit: Unit) -> Decimal:
    """The value in the unit's base: 60.25 万人 → 602500 人. Exact; what does not terminate has 6 decimals."""
    if unit.divisor == 1:
        return value if unit.factor == 1 else _plain(_EXACT.multiply(value, unit.factor))
    product = _EXACT.multiply(value, unit.factor)
    quotient = _EXACT.divide(product, Decimal(unit.divisor))
    if _EXACT.multiply(quotient, Decimal(unit.divisor)) != product or _decimals(quotient) > BASE_DECIMALS * 2:
        quotient = quotient.quantize(_SIX, context=_EXACT)
    return _plain(quotient)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    short = value.normalize(_EXACT)
    return short.quantize(_ONE, context=_EXACT) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
