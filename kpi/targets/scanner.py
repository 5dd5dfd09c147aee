"""The scanner (词法): a cleaned target becomes tokens with spans; every character belongs to exactly one token."""

from __future__ import annotations

from decimal import Decimal

from kpi.targets import vocabulary as words
from kpi.targets.dates import impossible_day, read_deadline
from kpi.targets.lexicon import BETWEEN, FRACTION, LENGTHS, LEXICON, NAMED, NUMBERING, RANK
from kpi.targets.numerals import ARABIC, CHINESE, LONGEST_NUMBER, arabic_or_chinese, arabic_value, chinese_value
from kpi.targets.starts import (
    ABOUT_DIGITS,
    CAPITALS,
    CASES,
    CHINESE_DIGITS,
    COUNT_ENDS,
    COUNT_START,
    COUNT_STARTS,
    DATE_HEADS,
    DATE_MARKS,
    DIGITS,
    HALF,
    HALVED,
    HEADS,
    LEAST_NAME,
    LETTERS,
    LONGEST_BRACKET,
    LONGEST_NOUN,
    MORE,
    NAMED_MARKS,
    NO_NOUN,
    NOT,
    NOT_NOUNS,
    PATTERNS,
    RANGE_MARKS,
    RARE_HEADS,
    ROUND_ABOUT,
    SIGNED_AFTER,
    SPECIAL_HEADS,
    TENTHS,
)
from kpi.targets.tokens import Token, TokenWriter
from kpi.targets.unit_table import SCALES
from kpi.targets.units import NO_UNIT, Unit, find_unit, noun_unit, read_denominator, read_unit

_PERCENT = find_unit("%") or NO_UNIT
_MONTHS = find_unit("个月") or NO_UNIT
_MULTIPLE = find_unit("倍") or NO_UNIT
_TENTH_PARTS = find_unit("成") or NO_UNIT


class Scanner(TokenWriter):
    """Scans one cleaned text. State only: the position, the tokens so far, the start of pending words."""

    __slots__ = ("last_close", "time_name", "year")

    def __init__(self, text: str, *, year: int | None = None, time_name: bool = False) -> None:
        self.text = text
        self.tokens = []
        self.words_start = 0
        self.year = year
        self.time_name = time_name
        self.last_close = text.rfind(")")

    def scan(self) -> list[Token]:
        """All tokens in order; what no table knows is a `words` token."""
        text, position, stop = self.text, 0, len(self.text)
        while position < stop:
            character = text[position]
            if character not in HEADS:
                position += 1
                continue
            if character in DIGITS:
                end = self._digits(position)
            else:
                end = self._special(position, character) if character in SPECIAL_HEADS else 0
                end = end or self._listed(position, character)
                if not end and character in CHINESE_DIGITS:
                    end = self._chinese(position)
            position = end or position + 1
        self.flush(stop)
        return self.tokens

    # --- what a character may begin ---------------------------------------------------------------------------------------

    def _special(self, position: int, character: str) -> int:
        """What only a pattern finds; 0 where none does."""
        if character in LETTERS:
            return self._letters(position, character)
        if character == "(":
            return self._group(position)
        if character == "/" and self.previous_role(position) == "after":
            found = read_denominator(self.text, position + 1)
            return self.add("per", position, found[1], (found[0],)) if found else 0
        if character in RARE_HEADS and (end := self._rare(position, character)):
            return end
        pattern = PATTERNS.get(character)
        if pattern is not None:
            role, expression = pattern
            match = expression.match(self.text, position)
            if match is not None:
                if role == "doubled":
                    return self._doubled(position, match.end(), match[1])
                return self.add(role, position, match.end(), match[match.lastgroup] if match.lastgroup else None)
        end = self._deadline(position) if character in DATE_HEADS or character in CHINESE_DIGITS else 0
        return end or (self._every(position) if character == "每" else 0)

    def _rare(self, position: int, character: str) -> int:
        """A rank at the end of a phrase, the two ends of 介于5和10之间; 0 where none stands."""
        if character == "第":
            rank = RANK.match(self.text, position)
            if rank is None:
                return 0
            self.add("ordinal", position, position + 1)
            return self.add("number", position + 1, rank.end(), arabic_or_chinese(rank[1]))
        joins = self.previous_role(position) in {"number", "unit"} and BETWEEN.match(self.text, position)
        return self.add("range", position, position + 1) if joins else 0

    def _letters(self, position: int, character: str) -> int:
        if self.text.startswith(words.CURRENCIES, position):
            return self.add("currency", position, position + 3)
        named = NAMED.match(self.text, position)
        if named is not None and not self._is_glued(position, named.end()):
            quarter = self._deadline(position) if character in "Qq" else 0
            return quarter or self.add("named", position, named.end())
        if self.text.startswith("+", position + 1) and (found := self._deadline(position)):
            return found
        end = position + 1
        while end < len(self.text) and self.text[end] in LETTERS:
            end += 1
        return end

    def _is_glued(self, position: int, end: int) -> bool:
        """VOCs300吨, printed with a space: a name of three letters, then a figure with its unit that closes the cell."""
        digits = end
        while self.text[digits - 1] in DIGITS:
            digits -= 1
        letters = self.text[position:digits]
        unit = read_unit(self.text, end) if letters.isalpha() and len(letters) >= LEAST_NAME else None
        return unit is not None and (unit[1] == len(self.text) or self.text.startswith(tuple(words.AFTER), unit[1]))

    def _listed(self, position: int, character: str) -> int:
        text = self.text
        for length in LENGTHS.get(character, ()):
            entry = LEXICON.get(text[position : position + length])
            if entry is not None:
                role, value = entry
                end = position + length
                if role == "share":
                    return self._share(position, end, value)
                if role == "whole":
                    self.add("number", position, end, Decimal(100))
                    return self.add("unit", end, end, _PERCENT)
                if role in {"plus", "minus"}:
                    return self._signed(role, position, end)
                if role == "zero":
                    return 0 if end < len(text) and text[end] in CHINESE_DIGITS else self._zero(position, end)
                if role == "range" and character == "-" and self._is_sign(position, end):
                    return self._number(position, end, negative=True)
                return self.add(role, position, end, value)
        return 0

    def _is_sign(self, position: int, end: int) -> bool:
        following = self.text[end : end + 1]
        return following in DIGITS and following != "" and self.previous_role(position) not in {
            "number", "unit", "date", "words", "named", "group", "range", "versus",
        }  # fmt: skip

    def _signed(self, role: str, position: int, end: int) -> int:
        """-2%至+3%, 零下18℃; 90%+ is 90 % and more. Between words (线上+线下, 减负3万元) it is no sign."""
        following, previous = self.text[end : end + 1], self.previous_role(position)
        if following in DIGITS and following and (previous in SIGNED_AFTER or end - position > 1):
            return self._number(position, end, negative=role == "minus")
        closes = role == "plus" and (following == "" or following in ",;。、)")
        return self.add("after", position, end, "≥") if closes and previous in {"number", "unit"} else 0

    def _zero(self, position: int, end: int) -> int:
        """零事故, 实现零投诉: a count of nought; inside other words 零 is left alone."""
        unit = read_unit(self.text, end)
        if self.previous_role(position) == "words" and not self.text.endswith(words.REACHING_VERBS, 0, position):
            return 0
        self.add("number", position, end, Decimal(0))
        return self.add("unit", end, unit[1], unit[0]) if unit else end

    # --- numbers ----------------------------------------------------------------------------------------------------------

    def _digits(self, position: int) -> int:
        text = self.text
        if position == self.words_start and (not position or self.tokens[-1].role == "separator"):
            numbering = NUMBERING.match(text, position)
            if numbering is not None and read_unit(text, numbering.end()) is None:
                return self.add("named", position, numbering.end())
        match = ARABIC.match(text, position)
        end = match.end() if match else position + 1
        following = text[end : end + 1]
        if following in NAMED_MARKS:
            named = NAMED.match(text, position)
            if named is not None:
                return self.add("named", position, named.end())
        if self.time_name or following in DATE_MARKS or (following == "个" and text.startswith("季", end + 1)):
            found = self._deadline(position)
            if found:
                return found
        if match is None or end - position > LONGEST_NUMBER:
            return self.add("unreadable", position, end)
        return self._quantity(position, end, arabic_value(match[0]))

    def _number(self, start: int, position: int, *, negative: bool) -> int:
        match = ARABIC.match(self.text, position)
        if match is None:
            return 0
        end = match.end()
        if end - position > LONGEST_NUMBER:
            return self.add("unreadable", start, end)
        value = arabic_value(match[0])
        return self._quantity(start, end, -value if negative else value)

    def _quantity(self, start: int, end: int, value: Decimal) -> int:
        """A number with what follows it at once: 余, the unit, a half."""
        text = self.text
        if end - start == 1 and text[start] in "1一" and text.startswith(CASES, end) and text.endswith(NOT, 0, start):
            value = Decimal(0)
        following = text[end : end + 1]
        if following == "个" and text.startswith("半", end + 1):
            value, end = value + HALF, end + 2
            following = text[end : end + 1]
            if following == "月":
                self.add("number", start, end, value)
                return self.add("unit", end, end + 1, _MONTHS)
        if following == "成" and text[end + 1 : end + 2] in TENTHS and read_unit(text, end + 1) is None:
            self.add("number", start, end + 2, value + Decimal(TENTHS[text[end + 1]]) / 10)
            return self.add("unit", end + 2, end + 2, _TENTH_PARTS)
        self.add("number", start, end, value)
        if following in MORE and end + 1 < len(text):
            end = self.add("more", end, end + 1)
            following = text[end : end + 1]
        if following == "(" and self.last_close > end:
            close = text.find(")", end)
            inner = find_unit(text[end + 1 : close]) if close - end <= LONGEST_BRACKET else None
            if inner is not None:
                return self.add("unit", end, close + 1, inner)
            # 3(含)个以上: remarks fall away before the unit is read
            if read_unit(text, close + 1) is None:
                return end
            end = self._group(end)
        found = read_unit(text, end)
        if found is not None:
            return self._scaled(end, found[0], found[1])
        return self._noun(end) if value else end

    def _scaled(self, end: int, unit: Unit, stop: int) -> int:
        """The unit of the number before it; what stands inside or after its scale belongs to the number."""
        text, number = self.text, self.tokens[-1]
        plain_number = number.role == "number"
        if unit.money_scale and plain_number and stop < len(text) and text[stop] in DIGITS:
            return self._compound(number, unit, stop) or self.add("unit", end, stop, unit)
        if unit.money_scale and text.startswith(MORE, stop):
            joined = read_unit(text[end:stop] + text[stop + 1 : stop + 40], 0)
            if joined is not None and joined[1] > stop - end:
                self.add("more", end, stop + 1)
                return self.add("unit", stop + 1, stop + 1 + joined[1] - (stop - end), joined[0])
        if text.startswith("半", stop) and unit.text in HALVED and plain_number:
            self.tokens[-1] = number._replace(value=number.value + HALF)
            return self.add("unit", end, stop + 1, unit)
        return self.add("unit", end, stop, unit)

    def _compound(self, number: Token, scale: Unit, position: int) -> int:
        """3万5千人 is 35000 人; 0 where the second part is not of a smaller scale."""
        match = ARABIC.match(self.text, position)
        found = read_unit(self.text, match.end()) if match else None
        if match is None or found is None or not match[0].isdigit() or len(match[0]) > LONGEST_NUMBER:
            return 0
        unit, stop = found
        plain = find_unit(unit.text.lstrip("".join(SCALES)))
        if plain is None or unit.factor >= scale.factor * plain.factor or unit.divisor != 1:
            return 0
        if plain.text == unit.text and not _fills(match[0], scale):
            return 0
        total = number.value * scale.factor + arabic_value(match[0]) * unit.factor / plain.factor
        self.words_start = match.end()
        self.tokens[-1] = Token("number", number.start, match.end(), total)
        return self.add("unit", match.end(), stop, plain)

    def _noun(self, position: int) -> int:
        """An unlisted noun right after a number is its unit if it closes the phrase (3示范区)."""
        text, end = self.text, position
        while end < len(text) and (("一" <= text[end] <= "龥" and text[end] not in "以及之") or text[end] in LETTERS):
            end += 1
        noun = text[position:end]
        if not noun or noun[0] in NO_NOUN or len(noun) > LONGEST_NOUN or text.startswith(NOT_NOUNS, position):
            return position
        closes = end == len(text) or text[end] in "以及之,;。、/(" or text[end] in RANGE_MARKS
        if not closes or any(trend in noun for trend in words.TRENDS):
            return position
        if noun.endswith(("左右", "内", "前", "次数", "率")):
            return position
        if text[end : end + 1] == "/":
            per = read_denominator(text, end + 1)
            if per is not None:
                return self.add("unit", position, per[1], noun_unit(noun, per[0]))
        return self.add("unit", position, end, noun_unit(noun))

    def _share(self, start: int, end: int, mark: str) -> int:
        """百分之九十五: the unit stands before the number."""
        unit = find_unit(mark) or NO_UNIT
        match = ARABIC.match(self.text, end)
        value = arabic_value(match[0]) if match and match.end() - end <= LONGEST_NUMBER else None
        if match is None:
            match = CHINESE.match(self.text, end)
            value = chinese_value(match[0]) if match else None
            if match is not None and match[0] == "百":
                value = Decimal(100)
        if match is None or value is None:
            return 0
        self.add("number", start, match.end(), value)
        return self.add("unit", match.end(), match.end(), unit)

    def _doubled(self, start: int, end: int, times: str | None) -> int:
        """翻一番 is one time more, 翻两番 three times more."""
        self.add("trend", start, start + 1, "increase")
        power = chinese_value(times) if times else None
        self.add("number", start + 1, end, Decimal(2) ** (power or 1) - 1)
        return self.add("unit", end, end, _MULTIPLE)

    def _chinese(self, position: int) -> int:
        """A Chinese numeral counts only where a unit follows and nothing makes it part of a word."""
        text = self.text
        fraction = FRACTION.match(text, position)
        if fraction is not None:
            below, above = chinese_value(fraction[1]), chinese_value(fraction[2])
            if below and above:
                return self.add("fraction", position, fraction.end(), (above, below))
        match = CHINESE.match(text, position)
        if match is None or (
            text[position + 2 : position + 3] == "一" == text[position] and text[position + 1] not in "年月周天季日一"
        ):
            return 0
        numeral, end = match[0], match.end()
        while numeral[-1] in "万亿千百" and len(numeral) > 1 and self._belongs_to_unit(end):
            numeral, end = numeral[:-1], end - 1
        value = ROUND_ABOUT.get(numeral) if text.startswith(MORE, end) else None
        value = value or chinese_value(numeral)
        if value is None:
            # 两三次: told as unread, for a guess would be silent
            counted = len(numeral) == ABOUT_DIGITS and read_unit(text, end) is not None
            return self.add("unreadable", position, end) if counted else match.end()
        return self._quantity(position, end, value) if self._counts(position, end, numeral) else match.end()

    def _counts(self, position: int, end: int, numeral: str) -> bool:
        """Whether the numeral `[position, end)` is a figure by what stands around it."""
        text = self.text
        if text[position] in CAPITALS:
            return True
        previous = self.previous_role(position)
        ranged = text[end : end + 1] in RANGE_MARKS and CHINESE.match(text, end + 1) is not None
        if (
            previous in {"range", "top"}
            or ranged
            or (text.startswith("个半", end) and read_unit(text, end + 2) is not None)
        ):
            return True
        found = read_unit(text, end + text.startswith(MORE, end))
        if found is None or (previous == "ordinal" and found[0].text not in {"名", "位"}):
            return False
        following = text[found[1] : found[1] + 1]
        first = previous == "" and (len(numeral) > 1 or following in COUNT_STARTS)
        said = previous in COUNT_START or first or following in COUNT_ENDS
        return said or text.endswith(words.COUNTING_VERBS, 0, position)

    def _belongs_to_unit(self, end: int) -> bool:
        """Whether the numeral's last character is the unit's scale: 两万人 is 2 万人, 五千瓦 is 5 千瓦, 五百人 is 500 人."""
        last = self.text[end - 1]
        found = read_unit(self.text, end - 1)
        if last in "万亿":
            return found is not None
        # a bare 百 is no unit: 两千三百余人
        return found is not None and found[0].base != "" and not found[0].money_scale and self.text[end - 1 : found[1]] == found[0].text and (
            find_unit(self.text[end : found[1]]) is None or found[0].text in {"千克", "千米"}
        )  # fmt: skip

    # --- rates, dates, brackets -------------------------------------------------------------------------------------------

    def _every(self, position: int) -> int:
        """每季度, 每人, 每10万人, 每个项目, 每两年: the denominator of the figure that follows."""
        text, start = self.text, position + 1
        found: tuple[str, int] | None
        if text.startswith("一", start) and not text.startswith("一", start + 2):
            start += 1
        if text[start : start + 1] == "个" and text[start : start + 2] not in {"个月", "个季", "个工", "个学", "个年"}:
            found = read_denominator(text, start + 1) or ("个", start + 1)
        else:
            numeral = CHINESE.match(text, start)
            value = (
                chinese_value(numeral[0]) if numeral and text[start] != "半" and text[start] not in "百千万" else None
            )
            if numeral is not None and value is not None:
                tail = read_denominator(text, numeral.end())
                found = (f"{value}{tail[0]}", tail[1]) if tail else None
            else:
                found = read_denominator(text, start)
        if found is None:
            return 0
        return self.add("per", position, found[1], (found[0],))

    def _deadline(self, position: int) -> int:
        found = read_deadline(self.text, position, year=self.year, time_name=self.time_name)
        if found is not None:
            return self.add("date", position, found.end, found)
        end = impossible_day(self.text, position)
        return self.add("unreadable", position, end, "date") if end else 0

    def _group(self, position: int) -> int:
        if self.last_close < position:
            return 0
        named = NAMED.match(self.text, position)
        if named is not None:
            return self.add("named", position, named.end())
        numbering = NUMBERING.match(self.text, position)
        if numbering is not None and self.previous_role(position) in {"", "separator"}:
            return self.add("named", position, numbering.end())
        close = self.text.find(")", position) + 1
        inner = self.text[position + 1 : close - 1]
        role = "strict" if inner.startswith(words.STRICT) else "group"
        return self.add(role, position, close, inner)


def _fills(digits: str, scale: Unit) -> bool:
    """Whether the digits after a scale word are all of its places (3万5000人): 3万5人 is left unread, for 5 may be 5千."""
    return digits.isdigit() and len(digits) == len(str(scale.factor)) - 1


def scan(text: str, *, year: int | None = None, time_name: bool = False) -> list[Token]:
    """Tokens of a cleaned target.

    Args:
        text: what `clean` returns.
        year: the document's year, for dates that print none.
        time_name: the indicator's name says that a bare year or month is a time limit.
    """
    return Scanner(text, year=year, time_name=time_name).scan()
