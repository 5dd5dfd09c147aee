"""Text of documents in labels and Markdown (文字转义): it always shows as the very characters that were printed.

Streamlit draws labels and texts as Markdown with extensions; names out of files may hold any of their marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=\"'])")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+/-]+:)")
"""`:smile:` and `:material/home:` are replaced in finished text, where a backslash no longer protects."""
_WORD_JOINER = "\u2060"
_SPACE = re.compile(r"\s+")


def escape(text: object) -> str:
    """Any text as Markdown that shows exactly it, on one line."""
    flat = _SPACE.sub(" ", str(text)).strip()
    return _MARKS.sub(r"\\\1", _SHORTCODE.sub(f":{_WORD_JOINER}", flat))


def mark(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Escaped text with the stretches `[start, end)` highlighted."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        if start < done or not text[start:end].strip():
            continue
        pieces += [_inner(text[done:start]), f":orange-background[{escape(text[start:end])}]"]
        done = end
    return "".join([*pieces, _inner(text[done:])]).strip()


def _inner(text: str) -> str:
    """An escaped piece that keeps one space at its ends, so that joined pieces read as printed."""
    if not text.strip():
        return " " if text else ""
    lead = " " if text[0].isspace() else ""
    tail = " " if text[-1].isspace() else ""
    return f"{lead}{escape(text)}{tail}"


def shorten(text: str, characters: int) -> str:
    """The text, cut with an ellipsis when it is longer than `characters`."""
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
