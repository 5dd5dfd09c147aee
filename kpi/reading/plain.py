"""Plain text → its lines, unchanged; which columns they hold is for `kpi.tables` to find out."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from kpi.model import Page
from kpi.reading import Reading, Settings

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_END = re.compile("\r\n|\r|\n")


def open_text(path: Path, settings: Settings) -> Reading:  # noqa: ARG001
    """Open a text file in UTF-8, UTF-16 or GB18030 (which contains GBK and GB2312)."""
    lines = _LINE_END.split(decode(path.read_bytes()))
    if lines and not lines[-1]:
        lines.pop()
    return Reading("text", None, iter([Page(None, lines=tuple(lines))]))


def decode(data: bytes) -> str:
    """Bytes of a Chinese text as characters; bytes that no encoding explains become U+FFFD."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\x00" in data[:4096]:
        # UTF-16 without a mark: line ends and digits have their zero byte first or second
        return data.decode("utf-16-le" if data[1:4096:2].count(0) > data[0:4096:2].count(0) else "utf-16-be", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _decode_damaged(data)


def _decode_damaged(data: bytes) -> str:
    """A text with a few damaged bytes: the encoding that leaves fewer of them."""
    readings = [data.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")]
    return min(readings, key=lambda text: text.count("�"))
