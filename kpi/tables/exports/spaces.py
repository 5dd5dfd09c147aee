"""Exports with one space between cells and cells broken over lines: header, block and data out of a stream of tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kpi.tables.exports.level import SIDE_LABELS
from kpi.tables.exports.levels import settle_levels
from kpi.tables.exports.rows import NOWHERE, GridRow, Placed, RawRow
from kpi.tables.exports.schema import BLOCK_ROLES, Schema, with_side_label, words_to_schema
from kpi.tables.exports.stream import tokens_to_rows
from kpi.tables.exports.tokens import Gap, Token, lines_to_tokens
from kpi.tables.headers import (
    bare_key,
    column_role,
    group_of,
    is_header_word,
    is_level1,
    is_level2,
    label_role,
    roles_of_header,
)

WORD_TOKENS = 6
"""Most tokens of a header word that is broken over lines."""
NUMBERED_COLUMNS = 4
"""Least columns of a row that numbers them."""
WORD_END = 4
"""Most letters of the end of a header word that stands in a line of its own."""
UNKNOWN_TOKENS = 6
"""Most tokens of header words that the vocabulary does not know."""
BLOCK_LINES = 150
"""How far above the header its block may begin (goals and tasks fill a page)."""
BEFORE_LINES = 8
TITLE_LETTERS = 80
"""Most letters of a table's title (names of projects are part of it in 河北)."""
_SECTION = re.compile(r"第[一二三四五六七八九十]+(?:部分|章)|[一二三四五六七八九十]+、|附[件表]|注[:：]|备注[:：]")
"""How the line after a table begins when it is none of its own."""
_CODE_END = re.compile(r"[0-9A-Z]{1,10}")
CELL_END = 10
"""Most letters of the end of a cell in a line of its own; longer lines are cells or sentences."""
_TITLE = re.compile(r"绩效.{0,12}表|自评.{0,8}表|申报表|汇总表")


@dataclass(slots=True)
class SpacedTable:
    """A table out of the stream."""

    lines: list[int]
    """Numbers of the lines of its data."""
    schema: Schema
    before: tuple[str, ...]
    block: list[tuple[str, ...]]
    rows: list[list[tuple[int, str]]]

    def grid(self) -> list[GridRow]:
        """The rows in columns, for tables with levels."""
        return settle_levels([GridRow(dict(row)) for row in self.rows], self.schema)

    def raw_rows(self) -> list[RawRow]:
        """The rows without places, for wide tables."""
        return [RawRow(tuple(Placed(NOWHERE, text) for _, text in row)) for row in self.rows]


_MOST_WORDS = 26
"""Words of a header; lists with three levels, funds and scores have 18. Time grows with the square of the columns."""


def spaced_tables(lines: Sequence[str]) -> list[SpacedTable]:
    """Performance tables of a text without tabs."""
    plain = ["" if "\t" in line else line for line in lines]
    tokens = lines_to_tokens(plain)
    tables: list[SpacedTable] = []
    index, floor = 0, 0
    while index < len(tokens):
        header = _header_at(tokens, index)
        if header is None:
            index += 1
            continue
        words, end = header[0], _after_numbers(tokens, header[1])
        schema = words_to_schema(_without_upper(words))
        if schema is None:
            index += 1
            continue
        if _side_label(tokens[end:]):
            schema = with_side_label(schema)
        rows, used = tokens_to_rows(tokens[end : _limit(tokens, end)], schema)
        data = [token.line for token in tokens[end : end + used]]
        before, block = _above(plain, tokens[floor:index])
        if tables and not block and not before and schema.same_layout(tables[-1].schema):
            tables[-1].rows += rows
            tables[-1].lines += data
        elif rows:
            tables.append(SpacedTable(data, schema, before, block, rows))
        index = floor = max(end + used, index + 1)
    return tables


def _header_at(tokens: Sequence[Token], start: int) -> tuple[list[str], int] | None:
    """The header words that begin at a token, and where the data begin; None when no header begins here."""
    first = _word_at(tokens, start)
    if first is None or tokens[start].gap == Gap.SPACE:
        return None
    words: list[str] = []
    index = start
    while index < len(tokens):
        found = _word_at(tokens, index)
        if found is None or (tokens[index].gap != Gap.SPACE and _begins_data(found[0], words)):
            break
        words.append(found[0])
        index = found[1]
    roles = roles_of_header(words)
    if (
        not {"target", "grade_best"} & set(roles)
        or "name" not in roles
        or not 4 <= len(words) <= _MOST_WORDS
        or not ({"level1", "level2"} & set(roles) or _groups(words))
    ):
        return None
    if "project" not in roles:  # there the data begin with a unit and a project, not with a level
        words, index = _unknown_words(tokens, words, index)
    return words, index


def _after_numbers(tokens: Sequence[Token], start: int) -> int:
    """Where the data begin behind a row that numbers the columns (1 2 3 …)."""
    end = start
    while end < len(tokens) and tokens[end].text == str(end - start + 1):
        end += 1
    return end if end - start >= NUMBERED_COLUMNS else start


def _without_upper(words: Sequence[str]) -> list[str]:
    """The words without a 指标值 that stands over 半年 | 全年, 前年 | 上年 | 预计当年 or 优 | 良 | 中 | 差."""
    roles = [column_role(word) for word in words]
    over = [
        index
        for index, (role, below) in enumerate(pairwise(roles))
        if role in {"target", "basis"}
        and (below == "grade_best" or (below in {"half_target", "history"} and "target" in roles[index + 2 :]))
    ]
    return [word for index, word in enumerate(words) if index not in over]


def _limit(tokens: Sequence[Token], start: int) -> int:
    """Where the data must end: the title, the block or the header of a further table."""
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.gap == Gap.SPACE:
            continue
        if _SECTION.match(token.text) and not _level_at(tokens, index) and not is_level1(token.text.partition("、")[2]):
            return index
        if token.gap == Gap.BLANK and _is_title(_line_at(tokens, index)):
            return index
        end = _label_at(tokens, index)
        if end and label_role("".join(t.text for t in tokens[index:end])) in BLOCK_ROLES:
            return index
        if _header_at(tokens, index):
            return index
    return len(tokens)


def _line_at(tokens: Sequence[Token], start: int) -> str:
    """The text of the line that begins at a token, without spaces."""
    text = tokens[start].text
    for token in tokens[start + 1 : start + TITLE_LETTERS]:
        if token.gap != Gap.SPACE:
            break
        text += token.text
    return text


def _is_title(line: str) -> bool:
    return len(line) <= TITLE_LETTERS and bool(_TITLE.search(line))


def _side_label(tokens: Sequence[Token]) -> bool:
    """Whether the data begin with the label that runs down the table's left edge."""
    text = ""
    for number, token in enumerate(tokens[:4]):
        if number and token.gap == Gap.SPACE:
            break
        text += token.text
        if text in SIDE_LABELS:
            return True
    return False


def _groups(words: Sequence[str]) -> int:
    return sum(bool(group_of(word)) for word in words)


def _begins_data(word: str, words: Sequence[str]) -> bool:
    """Whether a header word at a line's start is the first level of the data (产出指标) or their side label (绩效指标)."""
    roles = [column_role(known) for known in words]
    if "level1" not in roles or "name" not in roles:
        return False
    return is_level1(word) or is_level2(word) or (column_role(word) == "name" and "target" in roles)


def _word_at(tokens: Sequence[Token], start: int) -> tuple[str, int] | None:
    """The longest header word that begins at a token and where it ends; only whole lines are joined,
    or the end of a line with a short line that ends the word (指标性 ¦ 质)."""
    text, best = "", None
    for end in range(start, min(len(tokens), start + WORD_TOKENS)):
        broken = tokens[end].whole and len(tokens[end].text) <= WORD_END
        apart = end > start and tokens[end].gap == Gap.BLANK and tokens[end].text[0] not in "（("
        if apart and is_header_word(text) and column_role(tokens[end].text):
            break  # 单位名称 and 项目名称 are two columns, 单位编码（项目编码） is one
        if end > start and (tokens[end].gap == Gap.SPACE or not (tokens[end - 1].whole or broken)):
            break
        text += tokens[end].text
        if len(text) > 30:
            break
        if is_header_word(text):
            best = (text, end + 1)
    return best


def _unknown_words(tokens: Sequence[Token], words: list[str], index: int) -> tuple[list[str], int]:
    """Header words that are not known: what stands between the last known word and the first level."""
    for end in range(index, min(len(tokens), index + UNKNOWN_TOKENS + 1)):
        if tokens[end].gap != Gap.SPACE and _level_at(tokens, end):
            if end > index and not _side_label(tokens[index:end]):
                words = [*words, "".join(token.text for token in tokens[index:end])]
                return words, end
            break
    return words, index


def _level_at(tokens: Sequence[Token], start: int) -> bool:
    text = ""
    for end in range(start, min(len(tokens), start + 5)):
        if end > start and tokens[end].gap == Gap.SPACE:
            break
        text += tokens[end].text
        if is_level1(text) or is_level2(text):
            return True
    return False


def _above(lines: Sequence[str], tokens: Sequence[Token]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The lines before a table and its block, out of the tokens between the table above and the header."""
    if not tokens:
        return (), []
    last = tokens[-1].line
    near = [token for token in tokens if token.line >= last - BLOCK_LINES]
    titles = [
        i
        for i, token in enumerate(near)
        if token.gap != Gap.SPACE and _TITLE.search(lines[token.line]) and len(lines[token.line]) <= 80
    ]
    if titles:
        start = titles[-1]
        first = next(
            (i for i in range(start + 1, len(near)) if near[i].line > near[start].line and _label_at(near, i)),
            len(near),
        )
        title_lines = sorted({token.line for token in near[start:first]})
    else:
        first = next((i for i in range(len(near)) if near[i].gap != Gap.SPACE and _label_at(near, i)), len(near))
        title_lines = sorted({token.line for token in near[:first]})[-BEFORE_LINES:]
        if len(near) - first > 400:
            return tuple(lines[number].strip() for number in title_lines), []
    before = tuple(lines[number].strip() for number in title_lines[:BEFORE_LINES])
    return before, _block(near[first:])


def _label_at(tokens: Sequence[Token], start: int) -> int:
    """Where the label that begins at a token ends, 0 when none does."""
    text, best = "", 0
    if not bare_key(tokens[start].text):
        return 0
    for end in range(start, min(len(tokens), start + WORD_TOKENS)):
        if end > start and (tokens[end].gap == Gap.SPACE or not tokens[end - 1].whole):
            break
        text += tokens[end].text
        if len(text) > 24:
            break
        if label_role(text) or label_role(re.split(r"[:：]", text)[0]):
            best = end + 1
    return best


def _block(tokens: Sequence[Token]) -> list[tuple[str, ...]]:
    """Labels and values: a label at the beginning of a line opens a row."""
    rows: list[list[str]] = []
    after_label = False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = _label_at(tokens, index)
        if end:
            text = "".join(t.text for t in tokens[index:end])
            if not rows or token.gap != Gap.SPACE:
                rows.append([text])
            else:
                rows[-1].append(text)
            after_label, index = True, end
            continue
        wrapped = token.whole and tokens[index - 1].whole
        ends = rows and token.whole and token.gap == Gap.LINE and not after_label and len(token.text) <= CELL_END
        if ends and (_CODE_END.fullmatch(token.text) or not token.text.isascii()):
            rows[-1][-1] += token.text  # the end of a name or code that is broken over lines
        elif not rows or (token.gap == Gap.BLANK and not after_label and not wrapped):
            rows.append([token.text])
        elif after_label or token.gap == Gap.SPACE or not wrapped:
            rows[-1].append(token.text)
        else:
            rows[-1][-1] += token.text
        after_label, index = False, index + 1
    return [tuple(row) for row in rows]
