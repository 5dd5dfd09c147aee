"""Text that spreadsheets would run (公式保护): `=100%`, `-5`, `@…` as text in csv.

A csv cell cannot say that it is text. Cells that begin with one of the characters below get a leading `'`; reading back
takes exactly one away. A text that itself begins with `'` before such a character gets one more, so nothing is lost.
"""

from __future__ import annotations

import re

# What Excel, LibreOffice and WPS begin a formula with; the full-width forms do so in East Asian settings.
_BEGINNING = re.compile("'*[=+\\-@\\t\\r\\n＝＋－＠]")


def protect(text: str) -> str:
    """The text as a csv cell that is never a formula."""
    return f"'{text}" if _BEGINNING.match(text) else text


def unprotect(text: str) -> str:
    """The inverse of `protect`."""
    return text[1:] if text.startswith("'") and _BEGINNING.match(text) else text
