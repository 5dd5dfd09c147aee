"""Streams of a PDF against their own checksums (校验和): pdfium reads on over damaged ones, and characters change in silence.

A stream under FlateDecode ends with a checksum of what it unpacks to (RFC 1950). Streams under other filters have none,
encrypted ones cannot be unpacked here, and pictures are left out: no text stands in them.
"""

from __future__ import annotations

import re
import zlib

MOST_UNPACKED = 200_000_000
"""Bytes that are unpacked for the check at most: 0.4 s; a 3,000-page budget has 60 million."""
_CHUNK = 1 << 16
"""Bytes that are unpacked at a time: to a thousand times as many at most."""
_DICTIONARY = 1000
"""Bytes before a stream in which its dictionary begins."""
_FILTER = re.compile(rb"/([A-Za-z0-9]{1,20}Decode)\b")


def has_damaged_stream(data: bytes) -> bool:
    """Whether what a stream unpacks to differs from its checksum, or cannot be unpacked."""
    if b"/Encrypt" in data:
        return False
    left = MOST_UNPACKED
    place = data.find(b"stream")
    while place >= 0 and left > 0:
        start, following = place + len(b"stream"), data.find(b"stream", place + len(b"stream"))
        if data[place - 3 : place] != b"end" and _is_packed(data[max(0, place - _DICTIONARY) : place]):
            stop = data.find(b"endstream", start)
            unpacked = _unpacked(memoryview(data)[start : stop if stop >= 0 else len(data)], left)
            if unpacked is None:
                return True
            left -= unpacked
            following = data.find(b"stream", stop + len(b"endstream")) if stop >= 0 else -1
        place = following
    return False


def _is_packed(before: bytes) -> bool:
    """Whether the dictionary at the end of these bytes is that of a stream under FlateDecode alone, and no picture."""
    dictionary = before[before.rfind(b" obj") :] if b" obj" in before else b""
    return _FILTER.findall(dictionary) == [b"FlateDecode"] and b"/Image" not in dictionary


def _unpacked(packed: memoryview, most: int) -> int | None:
    """How many bytes a stream unpacks to, at most about `most`; None when it is damaged."""
    unpacker = zlib.decompressobj()
    count, place = 0, 2 if bytes(packed[:2]) == b"\r\n" else 1
    try:
        while place < len(packed) and not unpacker.eof and count < most:
            count += len(unpacker.decompress(packed[place : place + _CHUNK]))
            place += _CHUNK
    except zlib.error:
        return None
    return count if unpacker.eof or count >= most else None
