"""Mutations that reach inside: members of ZIP packages, elements of markup, values of JSON, or the bytes as they are."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

Mutate = Callable[[bytes, int], bytes]
Structured = Callable[[bytes, int, int, Mutate], bytes]
"""Of an input, its greatest length, a seed and the mutation of plain bytes: the mutated input."""

_RAW_SHARE = 0.2
"""Of inputs whose bytes are mutated as they are: directories, headers, markup that does not fit together."""
_ODD: tuple[str, ...] = (
    "", "0", "-1", "1", "2", "99999999999", "1e300", "NaN", "0.0000001", "9" * 40, "A1:XFD1048576", "rId1", "true", "\u3000",
    "≥90%", "2026年13月45日", "1/0", "产出指标", "三级指标", "指标值", "../../x", "=1+1", "s", "inlineStr", "restart", "continue",
)  # fmt: skip
"""Values that readers of numbers, ranges, types and headings may stumble over."""


def mutate_plainly(data: bytes, longest: int, seed: int, mutate: Mutate) -> bytes:  # noqa: ARG001
    """Bytes without any structure that would be worth keeping."""
    return mutate(data, longest)


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
        members[place] = (name, mutate_markup(content, longest, random_source.getrandbits(32), mutate))
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


_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)=("[^"]*"|'[^']*'|[^\s"'<>]+)""")


def mutate_markup(data: bytes, longest: int, seed: int, mutate: Mutate) -> bytes:
    """XML or HTML with elements dropped, doubled, moved or renamed, attributes and texts changed, still well formed.

    Bytes that are no markup, and a share of those that are, are mutated as they are.
    """
    random_source = random.Random(seed)
    if random_source.random() < _RAW_SHARE or b"<" not in data:
        return mutate(data, longest)
    for _ in range(random_source.randint(1, 4)):
        elements = _elements(data)
        if not elements:
            return mutate(data, longest)
        change = random_source.choice((_drop, _double, _move, _rename, _change_attribute, _change_text, _change_text))
        changed = change(data, elements, random_source, mutate)
        data = changed if len(changed) <= longest else data
    return data


Element = tuple[int, int, int, int]
"""Start of the element, start and end of what it holds, its end."""


def _elements(data: bytes) -> list[Element]:
    found: list[Element] = []
    opened: list[tuple[bytes, int, int]] = []
    for tag in _TAG.finditer(data):
        if tag[4]:
            found.append((tag.start(), tag.end(), tag.end(), tag.end()))
        elif not tag[1]:
            opened.append((tag[2], tag.start(), tag.end()))
        elif any(name == tag[2] for name, _, _ in opened):
            name = b""
            while name != tag[2]:
                name, start, inner = opened.pop()
            found.append((start, inner, tag.start(), tag.end()))
    return found


def _drop(data: bytes, elements: list[Element], source: random.Random, _: Mutate) -> bytes:
    start, _inner, _stop, end = source.choice(elements)
    return data[:start] + data[end:]


def _double(data: bytes, elements: list[Element], source: random.Random, _: Mutate) -> bytes:
    start, _inner, _stop, end = source.choice(elements)
    return data[:end] + data[start:end] * source.randint(1, 30) + data[end:]


def _move(data: bytes, elements: list[Element], source: random.Random, _: Mutate) -> bytes:
    start, _inner, _stop, end = source.choice(elements)
    place = source.choice(elements)[1]
    return data[:place] + data[start:end] + data[place:]


def _rename(data: bytes, elements: list[Element], source: random.Random, _: Mutate) -> bytes:
    start, inner, stop, end = source.choice(elements)
    old, new = (_TAG.match(data, place)[2] for place in (start, source.choice(elements)[0]))  # type: ignore[index]
    head, tail = (piece.replace(old, new, 1) for piece in (data[start:inner], data[stop:end]))
    return data[:start] + head + data[inner:stop] + tail + data[end:]


def _change_attribute(data: bytes, elements: list[Element], source: random.Random, mutate: Mutate) -> bytes:
    start, inner, _stop, _end = source.choice(elements)
    found = list(_ATTRIBUTE.finditer(data, start, inner))
    if not found:
        return data
    chosen = source.choice(found)
    value = _odd_value(chosen[2].strip(b"\"'"), source, mutate).replace(b'"', b"&quot;")
    return data[: chosen.start(2)] + b'"' + value + b'"' + data[chosen.end(2) :]


def _change_text(data: bytes, elements: list[Element], source: random.Random, mutate: Mutate) -> bytes:
    leaves = [item for item in elements if b"<" not in data[item[1] : item[2]] and item[2] > item[1]] or elements
    _start, inner, stop, _end = source.choice(leaves)
    return data[:inner] + _odd_value(data[inner:stop], source, mutate) + data[stop:]


def _odd_value(old: bytes, source: random.Random, mutate: Mutate) -> bytes:
    if source.random() < 0.6:
        return source.choice(_ODD).encode()
    text = mutate(old, len(old) + 40).decode("utf-8", "ignore")
    return "".join(c for c in text if c >= " " and c not in "<&").encode()


def mutate_json_lines(data: bytes, longest: int, seed: int, mutate: Mutate) -> bytes:
    """Lines of JSON with one value dropped, doubled or replaced by one of another type, still JSON."""
    random_source = random.Random(seed)
    lines = data.split(b"\n")
    number = random_source.randrange(len(lines))
    try:
        plain = json.loads(lines[number])
    except (ValueError, RecursionError):
        return mutate(data, longest)
    places = list(_places(plain))
    if random_source.random() < _RAW_SHARE or not places:
        return mutate(data, longest)
    for _ in range(random_source.randint(1, 3)):
        holder, key = random_source.choice(places)
        if key in holder if isinstance(holder, dict) else key < len(holder):
            _change_value(holder, key, random_source, mutate)
    lines[number] = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")
    return b"\n".join(lines)[:longest]


def _places(plain: object) -> list[tuple[Any, Any]]:
    """Every place of a value: its holder and key."""
    found: list[tuple[Any, Any]] = []
    left = [plain]
    while left:
        holder = left.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for key, value in items:
            found.append((holder, key))
            left.append(value)
    return found


def _change_value(holder: Any, key: Any, source: random.Random, mutate: Mutate) -> None:
    what, value = source.random(), holder[key]
    if what < 0.1:
        del holder[key]
    elif what < 0.2 and isinstance(holder, dict):
        holder[source.choice((*_ODD, *holder))] = value
    elif what < 0.5:
        holder[key] = source.choice(
            (None, True, 0, -1, 1e300, 10**30, float("nan"), [], {}, [value] * 3, {"x": value}, "")
        )
    elif what < 0.7:
        holder[key] = source.choice(_ODD)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        holder[key] = mutate(text.encode("utf-8", "replace"), len(text) * 4 + 20).decode("utf-8", "replace")


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


def mutated(structured: Structured, data: bytes, longest: int, seed: int) -> bytes:
    """A mutation without a fuzzing engine."""
    return structured(data, longest, seed, lambda piece, most: mutate_bytes(piece, most, seed))[:longest]
