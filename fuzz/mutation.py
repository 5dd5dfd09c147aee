"""Mutations that reach inside: of ZIP packages a member is unpacked, mutated and packed again, or the bytes as they are."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable

Mutate = Callable[[bytes, int], bytes]

_RAW_SHARE = 0.2
"""Of packages whose bytes are mutated as they are: directories and headers."""


def mutate_package(data: bytes, longest: int, seed: int, mutate: Mutate) -> bytes:
    """A package with one member mutated, renamed, dropped or doubled."""
    random_source = random.Random(seed)
    if random_source.random() < _RAW_SHARE:
        return mutate(data, longest)
    try:
        members = _members(data)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        return mutate(data, longest)
    if not members:
        return mutate(data, longest)
    place = random_source.randrange(len(members))
    name, content = members[place]
    what = random_source.random()
    if what < 0.8:
        members[place] = (name, mutate(content, longest))
    elif what < 0.87:
        members[place] = (mutate(name.encode(), 200).decode("utf-8", "replace").split("\0")[0] or "x", content)
    elif what < 0.93:
        del members[place]
    else:
        members.append((name, members[random_source.randrange(len(members))][1]))
    return _packed(members, random_source.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if info.file_size < 200_000][:40]
        found = []
        for info in infos:
            with archive.open(info) as stream:
                found.append((info.filename, stream.read(200_000)))
        return found


def _packed(members: list[tuple[str, bytes]], kind: int) -> bytes:
    import warnings

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that stand twice are meant
        with zipfile.ZipFile(buffer, "w", kind) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return buffer.getvalue()


def mutate_bytes(data: bytes, longest: int, seed: int) -> bytes:
    """Plain mutations, for where no fuzzing engine is installed."""
    random_source = random.Random(seed)
    result = bytearray(data or b"\x00")
    for _ in range(random_source.randint(1, 4)):
        start = random_source.randrange(len(result) + 1)
        stop = min(len(result), start + random_source.randint(1, 16))
        what = random_source.randrange(6)
        if what == 0 and stop > start:
            result[start] ^= 1 << random_source.randrange(8)
        elif what == 1:
            result[start:stop] = random_source.randbytes(random_source.randint(1, 8))
        elif what == 2:
            del result[start:stop]
        elif what == 3:
            result[start:start] = result[start:stop] * random_source.randint(1, 40)
        elif what == 4:
            result[start:stop] = random_source.choice(
                (b"0", b"-1", b"99999999999", b"&#0;", b"\xff\xff\xff\xff", b"<", b'"', b"\xe7", b"\n")
            )
        else:
            other = random_source.randrange(len(result) + 1)
            result[start:start] = result[other : other + random_source.randint(1, 200)]
    return bytes(result[:longest])
