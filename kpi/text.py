"""Characters and spaces (文字): radicals, width, folding. Nothing here knows what an indicator is."""

from __future__ import annotations

import re
import unicodedata

KEPT_TEXTS = 1 << 15
"""Answers that a function of a text remembers: more than a long document has cells, and no worker grows with its files."""

# CJK Radicals Supplement (U+2E80…) → unified ideograph, for the radicals that NFKC leaves alone and that PDF text
# layers hold instead of the character. Source: Unicode EquivalentUnifiedIdeograph.
_RADICALS_FROM = "⻝⻗⺶⺧⺌⺍⺈⻎⺻⺯⻫⻭⺁⺃⺄⺅⺆⺇⺉⺊⺋⺎⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺦⺨⺩⺪⺫⺬⺭⺮⺰⺲⺳⺹⺼⺽⺾⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻏⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰"
_RADICALS_TO = "食雨羊牛小小刀辶聿糸斉歯厂乚乙亻冂几刂卜㔾尣巳幺彑彐忄㣺扌攵旡日月歹民氵氺灬丬犭王疋目示礻⺮纟罒㓁耂肉臼艹虎衤西西见角讠贝足车辶辶阝钅長镸长门阝青韦页风飞飠饣马骨鬼鱼鸟卤麦黄黾齐齿龙"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"

_USUAL: dict[int, str | None] = {ord(a): b for a, b in zip(_RADICALS_FROM, _RADICALS_TO, strict=True)}
_USUAL.update({ord(c): None for c in _INVISIBLE})
_USUAL.update(
    {
        code: unicodedata.normalize("NFKC", chr(code))
        for start, stop in ((0x2F00, 0x2FD6), (0xF900, 0xFAFF), (0x2F800, 0x2FA1E))
        for code in range(start, stop)
        if unicodedata.normalize("NFKC", chr(code)) != chr(code)
    }
)
_USUAL.update({0x2E9F: "母", 0x2EF3: "龟", 0x00A0: " ", 0x3000: " "})

_SPACES = re.compile(r"\s+")


def usual_characters(text: str) -> str:
    """Replace Kangxi radicals (⼀ U+2F00), radical supplements (⺠ U+2EA0) and compatibility ideographs.

    Full-width and no-break spaces become plain spaces, zero-width characters vanish; punctuation, width and line breaks
    stay as printed.
    """
    return text.translate(_USUAL)


def squeeze(text: str) -> str:
    """Remove all white space: 三级指标 and targets are printed without inner spaces."""
    return _SPACES.sub("", text)


def fold(text: str) -> str:
    """NFKC, usual characters, lower case, no spaces: the form in which two texts are compared."""
    return squeeze(unicodedata.normalize("NFKC", usual_characters(text))).lower()
