"""Query text → query tree (检索式解析). Only ASCII quotes, `-`, `OR` and `field:` at the start of a word are syntax.

`OR` binds its two neighbours before the rest is joined by "and": `满意度 city:焦作市 OR city:许昌市` means 满意度 in one of
two cities. There are no brackets, because names hold them: （万人）, (人次) are text.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

from kpi.errors import UsageError
from kpi.model import TABLE_KINDS
from kpi.query.fields import (
    AMBIGUOUS,
    RELEVANCE,
    SORT_NAMES,
    QueryField,
    allowed_fields,
    find_field,
    query_fields,
    table_kinds_like,
)
from kpi.query.folding import fold_for_search
from kpi.query.nodes import (
    EQUAL,
    DateRange,
    FieldIs,
    Node,
    Not,
    NumberRange,
    Phrase,
    Quantity,
    Query,
    SortKey,
    Word,
    all_of,
    any_of,
)
from kpi.query.quantities import BaseReader, read_date, read_quantity

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

MAX_CHARACTERS = 2000
"""Length of a query; the longest indicator names that were seen are below 200 characters."""

_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*|[\u3400-\u9fff]+)(:|：|>=|<=|=>|=<|!=|≥|≤|>|<|=)")
_COMPARATOR = re.compile(r">=|<=|=>|=<|≥|≤|>|<|=")
_SAME_COMPARATOR = {"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", ":": "=", "：": "="}
_RELEVANCE_NAMES = frozenset({RELEVANCE, "相关", "相关度"})
_UNIT_FIELDS = frozenset({"value", "upper", "base_value", "base_upper", "budget"})

_End = TypeVar("_End")


def parse_query(text: str, *, to_base: BaseReader | None = None) -> Query:
    """Read a query.

    Args:
        text: what an evaluator typed.
        to_base: reads units of numeric conditions; that of `kpi.targets` when left out.

    Raises:
        UsageError: unknown field, bad number, unbalanced quote …; says where and what is allowed.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            "查询太长", where=f"共 {len(text)} 个字符", advice=f"不超过 {MAX_CHARACTERS} 个字符", code="query_too_long"
        )
    return _Parser(text, to_base or _base_of_targets).parse()


def parse_condition(field: str, value: str, *, to_base: BaseReader | None = None) -> Node:
    """One condition as a filter states it (`--city 焦作市`, `--value ">=1万元"`, a facet's value).

    Args:
        field: name or alias of a field.
        value: as after `field:`; spaces and quotes need no care; "" asks for records without a value.
        to_base: as for `parse_query`.

    Raises:
        UsageError: as `parse_query`.
    """
    quoted = value.replace('"', '""')
    if find_field(field) is not None or field in AMBIGUOUS:
        root = parse_query(f'{field}:"{quoted}"', to_base=to_base).root
        if root is not None:
            return root
    raise UsageError(f"没有字段“{field}”", advice=f"可用的字段：{allowed_fields()}", code="unknown_field")


class _Parser:
    """Walks over the text once; `position` is the 0-based offset of the next character."""

    def __init__(self, text: str, to_base: BaseReader) -> None:
        self.text = text
        self.to_base = to_base
        self.position = 0
        self.start = 0
        self.groups: list[list[Node]] = []
        self.sort: list[SortKey] = []
        self.joining = False

    def parse(self) -> Query:
        while self._skip_spaces():
            self.start = self.position
            if self._at_or():
                self._take_or()
            else:
                self._take_term()
        if self.joining:
            self._fail("OR 后面没有条件", "dangling_or", '在 OR 后写另一个条件；要检索 OR 这个词，请写 "OR"')
        alternatives = (any_of(group) for group in self.groups)
        return Query(all_of([node for node in alternatives if node is not None]), tuple(self.sort))

    def _skip_spaces(self) -> bool:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1
        return self.position < len(self.text)

    def _at_or(self) -> bool:
        after = self.text[self.position + 2 : self.position + 3]
        return self.text.startswith("OR", self.position) and (not after or after.isspace())

    def _take_or(self) -> None:
        self.position += 2
        if self.joining or not self.groups:
            self._fail("OR 前面没有条件", "dangling_or", '在 OR 前写一个条件；要检索 OR 这个词，请写 "OR"')
        before = self.groups[-1][-1]
        if isinstance(before, Word) and before.text.startswith("(") and ")" not in before.text:
            self._fail(
                "括号是文字，不能用来分组",
                "brackets",
                "OR 先与左右结合：离休 OR 退休 满意度 是（离休或退休）并且满意度",
            )
        self.joining = True

    def _take_term(self) -> None:
        """One term; `-` before a word excludes it, before a digit it is text (-5%, 1-6月 cut in two)."""
        following = self.text[self.position + 1 : self.position + 2]
        excluded = (
            self.text[self.position] == "-" and bool(following) and not (following.isspace() or following.isdigit())
        )
        self.position += excluded
        node = self._phrase_or_field() or self._word()
        if isinstance(node, tuple):
            if excluded or self.joining:
                self._fail("排序不是条件，不能排除，也不能与 OR 连用", "bad_sort", "把 sort: 单独写在最后")
            self.sort.extend(node)
        elif node is not None:
            found = Not(node) if excluded else node
            if self.joining:
                self.groups[-1].append(found)
            else:
                self.groups.append([found])
            self.joining = False

    def _word(self) -> Node | None:
        text = self._until_space()
        return Word(text) if fold_for_search(text) else None

    def _phrase_or_field(self) -> Node | tuple[SortKey, ...] | None:
        if self.text[self.position] == '"':
            return Phrase(self._filled_quote())
        match = _FIELD.match(self.text, self.position)
        if match is None:
            return None
        name, operator = match[1], match[2]
        field = find_field(name)
        after = self.text[match.end() : match.end() + 1]
        if not _is_syntax(name, operator, after, field):
            return None
        self.position = match.end()
        if name in AMBIGUOUS:
            both = " 或 ".join(f"{each}:" for each in AMBIGUOUS[name])
            self._fail(f"“{name}”有两种意思", "ambiguous_field", f"请写 {both}")
        if name.lower() in SORT_NAMES:
            return self._sort_keys()
        if field is None:
            self._unknown_field(name)
        if operator == "!=":
            self._fail("没有 != 这种条件", "bad_value", f"要排除，请在条件前加减号：-{name}:…")
        return self._condition(field, operator)

    # --- pieces of text ---------------------------------------------------------------------------------------------

    def _until_space(self) -> str:
        start = self.position
        while self.position < len(self.text) and not self.text[self.position].isspace():
            self.position += 1
        return self.text[start : self.position]

    def _quoted(self) -> str:
        """The text between quotes, a doubled quote is one; `position` is on the opening quote."""
        pieces: list[str] = []
        self.position += 1
        while True:
            end = self.text.find('"', self.position)
            if end < 0:
                self.position = len(self.text)
                self._fail('引号没有配对：缺少后一个 "', "unbalanced_quote", '补上引号；文字中的引号写成 ""')
            pieces.append(self.text[self.position : end])
            self.position = end + 1
            if not self.text.startswith('"', self.position):
                return "".join(pieces)
            pieces.append('"')
            self.position += 1

    def _filled_quote(self) -> str:
        text = self._quoted()
        if not fold_for_search(text):
            self._fail("引号内没有文字", "bad_value", "在引号内写要原样检索的文字")
        return text

    def _value(self) -> tuple[str, bool]:
        """The value of a field and whether it was quoted."""
        if self.text.startswith('"', self.position):
            return self._quoted(), True
        value = self._until_space()
        if not value:
            self._fail("字段后没有值", "bad_value", '冒号后紧接着写值，中间不留空格；要找没有值的记录，写 ""')
        return value, False

    # --- conditions -------------------------------------------------------------------------------------------------

    def _condition(self, field: QueryField, operator: str) -> Node:
        value, quoted = self._value()
        comparator = _SAME_COMPARATOR.get(operator, operator)
        if field.is_range and not (quoted and not value):
            if operator in ":：" and (inner := _COMPARATOR.match(value)):
                comparator, value = _SAME_COMPARATOR.get(inner[0], inner[0]), value[inner.end() :]
            value = "".join(value.split())
            if field.type == "date":
                return self._date_range(field, comparator, value)
            return self._number_range(field, comparator, value)
        if comparator != "=":
            ranges = "、".join(item.name for item in query_fields().values() if item.is_range)
            self._fail(f"{field.name}（{field.title}）不能比较大小", "bad_value", f"能比较大小的字段：{ranges}")
        return self._field_is(field, value, exact=operator == "=", quoted=quoted)

    def _field_is(self, field: QueryField, value: str, *, exact: bool, quoted: bool) -> Node:
        if not fold_for_search(value):
            return FieldIs(field.name, "")
        if field.is_free_text and not exact:
            return Phrase(value, (field.name,)) if quoted else Word(value, (field.name,))
        if field.allowed:
            stored = field.allowed.get(unicodedata.normalize("NFKC", value).strip().lower())
            if stored is None:
                choices = "、".join(dict.fromkeys(field.allowed.values()))
                self._fail(f"{field.name}（{field.title}）没有这个值", "bad_value", f"可用：{choices}")
            return FieldIs(field.name, stored, EQUAL)
        if field.name == "table" and not table_kinds_like(value):
            self._fail("没有这种表", "bad_value", f"可用：{'、'.join(TABLE_KINDS)}")
        return FieldIs(field.name, value, EQUAL if exact else field.match)

    def _number_range(self, field: QueryField, comparator: str, value: str) -> NumberRange:
        read = partial(self._quantity, field)
        low, high, low_open, high_open = self._ends(comparator, value, read, read)
        if low is not None and high is not None:
            low, high = self._share_unit(low, high)
            if low.base_unit != high.base_unit:
                self._fail("两端的单位不能换算", "bad_number", "两端用同一种单位，例如 value:1万元..5万元")
            if low.compared > high.compared:
                self._fail("下限大于上限", "bad_number", "例如 value:90..95")
        return NumberRange(field.name, low, high, low_open, high_open)

    def _share_unit(self, low: Quantity, high: Quantity) -> tuple[Quantity, Quantity]:
        """`5..10万元`: a unit printed at one end belongs to both."""
        if bool(low.unit) == bool(high.unit):
            return low, high
        bare, unit = (low, high.unit) if high.unit else (high, low.unit)
        base = self.to_base(bare.value, unit)
        filled = bare if base is None else Quantity(bare.value, unit, *base)
        return (filled, high) if high.unit else (low, filled)

    def _quantity(self, field: QueryField, text: str) -> Quantity:
        if field.name == "year":
            text = text.removesuffix("年")
        quantity = read_quantity(text, self.to_base)
        if quantity is None:
            low, high = ("2025", "2026") if field.name == "year" else ("90", "95")
            unit = f"、{field.name}>=1万元" if field.name in _UNIT_FIELDS else ""
            advice = f"例如 {field.name}>={low}、{field.name}:{low}..{high}{unit}"
            self._fail(f"{field.name}（{field.title}）后不是能读懂的数字或单位", "bad_number", advice)
        if quantity.unit and field.name not in _UNIT_FIELDS:
            self._fail(f"{field.name}（{field.title}）不带单位", "bad_number", f"例如 {field.name}>={quantity.value:f}")
        if quantity.unit and field.name == "budget" and quantity.base_unit not in {"元", ""}:
            self._fail("预算金额的单位不是钱", "bad_number", "例如 budget>=100万元；不写单位时按元")
        if field.type == "integer" and quantity.value != quantity.value.to_integral_value():
            self._fail(f"{field.name}（{field.title}）要整数", "bad_number", f"例如 {field.name}:2026")
        return quantity

    def _date_range(self, field: QueryField, comparator: str, value: str) -> DateRange:
        def day(text: str, *, last: bool) -> date:
            found = read_date(text, last=last)
            if found is None:
                self._fail("不是日期", "bad_number", f"例如 {field.name}<=2026-06-30、{field.name}:2026-01..2026-06")
            return found

        low, high, low_open, high_open = self._ends(
            comparator, value, partial(day, last=False), partial(day, last=True)
        )
        if low is not None and high is not None and low > high:
            self._fail("开始日期晚于结束日期", "bad_number", f"例如 {field.name}:2026-01..2026-06")
        return DateRange(field.name, low, high, low_open, high_open)

    def _ends(
        self, comparator: str, value: str, first: Callable[[str], _End], last: Callable[[str], _End]
    ) -> tuple[_End | None, _End | None, bool, bool]:
        """The ends of a condition; `first` and `last` read a text as the first and as the last day of a month."""
        if comparator in {">=", ">"}:
            return (first if comparator == ">=" else last)(value), None, comparator == ">", False
        if comparator in {"<=", "<"}:
            return None, (last if comparator == "<=" else first)(value), False, comparator == "<"
        low, dots, high = value.partition("..")
        if not dots:
            return first(value), last(value), False, False
        if not low and not high:
            self._fail("范围没有写两端", "bad_number", "例如 90..95、90..、..95")
        return (first(low) if low else None), (last(high) if high else None), False, False

    def _sort_keys(self) -> tuple[SortKey, ...]:
        value, _quoted = self._value()
        keys: list[SortKey] = []
        for typed in re.split("[,，]", value):
            name = typed.removeprefix("-")
            if name.lower() in _RELEVANCE_NAMES:
                keys.append(SortKey(RELEVANCE, typed.startswith("-")))
                continue
            if name in AMBIGUOUS:
                self._fail(f"“{name}”有两种意思", "ambiguous_field", f"请写 {' 或 '.join(AMBIGUOUS[name])}")
            field = find_field(name)
            if field is None:
                self._unknown_field(name)
            keys.append(SortKey(field.name, typed.startswith("-")))
        return tuple(keys)

    # --- messages ---------------------------------------------------------------------------------------------------

    def _unknown_field(self, name: str) -> NoReturn:
        near = difflib.get_close_matches(name.lower(), [*query_fields(), *SORT_NAMES], n=1)
        hint = f"是不是 {near[0]}？" if near else ""
        self._fail(
            f"没有字段“{name}”",
            "unknown_field",
            f'{hint}要检索这段文字，请加英文引号 "…"；可用的字段：{allowed_fields()}、sort',
        )

    def _fail(self, what: str, code: str, advice: str) -> NoReturn:
        found = self.text[self.start : max(self.position, self.start + 1)]
        raise UsageError(what, where=f"第 {self.start + 1} 个字符起", found=found, advice=advice, code=code)


def _is_syntax(name: str, operator: str, after: str, field: QueryField | None) -> bool:
    """Whether `name` and `operator` at a word's start are a condition; if not, they are text of a name.

    Indicator names hold `：`, `≥` and now and then `>`: these count only after a name that is certainly a field.
    """
    known = field is not None or name in AMBIGUOUS or name.lower() in SORT_NAMES
    if operator == ":":
        return True
    if operator == "：":
        return known and len(name) > 1
    if operator == "!=":
        return field is not None
    if operator in "≥≤":
        return field is not None and field.is_range and name.isascii()
    return known or name.isascii() or after.isdigit()


def _base_of_targets(value: Decimal, text: str) -> tuple[Decimal, str] | None:
    from kpi.targets.units import find_unit, to_base

    unit = find_unit(text)
    return None if unit is None else (to_base(value, unit), unit.base)
