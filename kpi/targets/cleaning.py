"""The text that is read (清洗): width, spaces and the spellings of one mark are folded; the printed text is kept elsewhere."""

from __future__ import annotations

import unicodedata

from kpi.text import usual_characters

# One mark, many characters. Dashes and tildes come from typesetting programs, ≧ ⩾ from fonts of PDF exports.
_SAME: dict[str, str] = {
    "≧": "≥", "⩾": "≥", "≮": "≥", "≦": "≤", "⩽": "≤", "≯": "≤", "﹥": ">", "〉": ">", "﹤": "<", "〈": "<",
    "—": "-", "–": "-", "―": "-", "─": "-", "−": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "━": "-", "－": "-",
    "～": "~", "〜": "~", "∼": "~", "˜": "~", "∽": "~",
    "·": "·", "•": "·", "・": "·", "‧": "·", "∙": "·", "⋅": "·", "∶": ":", "︰": ":", "﹪": "%", "٪": "%",
    "￥": "¥", "℃": "℃", "‰": "‰", "［": "(", "］": ")", "[": "(", "]": ")", "〔": "(", "〕": ")", "【": "(", "】": ")",
    "×": "×", "✕": "×", "＊": "*", "“": '"', "”": '"', "‘": "'", "’": "'", "｡": "。", "､": "、", "曰": "日", "⁄": "/", "∕": "/",
    "…": "…", "㎥": "m3", "㎡": "m2", "\\": "/", "㏄": "毫升", "№": "№",
}  # fmt: skip
# Numbers in circles and dotted numbers only separate the parts of a cell (①…②…).
_ENUMERATION = {*map(chr, range(0x2460, 0x2500)), *map(chr, range(0x2776, 0x2794)), *map(chr, range(0x3220, 0x322A))}


# Raised digits are powers, not digits of the number; ² and ³ stand in units only (m²).
_POWERS = "⁰¹⁴⁵⁶⁷⁸⁹"


class _Folding(dict[int, str]):
    """Character → folded text, worked out once a character: translating is then one table look-up each."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = self[code] = _fold(character)
        return folded


def _fold(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if character in _ENUMERATION:
        return ";"
    if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    folded = unicodedata.normalize("NFKC", usual_characters(character))
    if character in _POWERS:
        return "^" + folded
    return "".join(_SAME.get(part, part) for part in folded if not part.isspace())


_FOLDING = _Folding()


def clean(text: str) -> str:
    """Half-width, unspaced, one character for each mark of comparison, range, ratio and bracket."""
    return text.translate(_FOLDING)
