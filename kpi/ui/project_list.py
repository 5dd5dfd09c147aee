"""Projects of the store (项目清单): found by words, place and year over all documents of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from kpi.store import Store

MOST = 200
"""Projects that a page lists; more words narrow them down."""

_COLUMNS = "sha256, project_index, name, code, unit_name, department, city, county, year, budget, len(indicator_ids) AS indicators"


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project as a list shows it."""

    sha256: str
    project_index: int
    name: str
    code: str
    unit_name: str
    department: str
    city: str
    county: str
    year: int | None
    budget: Any
    indicators: int


def find_projects(
    store: Store, words: str, *, city: str = "", year: str = "", sha256: str = ""
) -> tuple[list[ProjectLine], int]:
    """Projects whose name, code, unit or department has all words, richest first; and how many there are in all.

    Copies and older editions of a publication are left out unless one document is asked for.
    """
    conditions: list[str] = []
    values: list[Any] = []
    for word in words.split():
        conditions.append("contains(lower(name || ' ' || code || ' ' || unit_name || ' ' || department), lower(?))")
        values.append(word)
    for column, value in (("city", city), ("CAST(year AS VARCHAR)", year)):
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    if sha256:
        conditions.append("starts_with(sha256, ?)")
        values.append(sha256)
    elif uncounted := _uncounted(store):
        conditions.append(
            "NOT list_contains(?, sha256 || '|' || json_extract_string(source, '$.table') || '|' || coalesce(year, 0))"
        )
        values.append(uncounted)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    connection = store.snapshot.connect()
    try:
        total = connection.execute(f"SELECT count(*) FROM projects {where}", values).fetchone()[0]  # noqa: S608 - own words, values bound
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM projects {where} ORDER BY budget DESC NULLS LAST, sha256, project_index LIMIT {MOST}",  # noqa: S608
            values,
        ).fetchall()
    finally:
        connection.close()
    return [ProjectLine(*row) for row in rows], int(total)


def _uncounted(store: Store) -> list[str]:
    sections = store.snapshot.sections
    gone = sections.uncounted()
    return [f"{item.sha256}|{item.table}|{item.year or 0}" for item in sections.sections if item.number in gone]


def cities_and_years(store: Store) -> tuple[list[str], list[str]]:
    """What the list can be narrowed to."""
    return _cities_and_years(str(store.path), store.name, _store=store)


@st.cache_data(max_entries=4, show_spinner=False)
def _cities_and_years(path: str, snapshot: str, *, _store: Store) -> tuple[list[str], list[str]]:
    del path, snapshot
    rows = _store.documents.values()
    cities = sorted({row.city for row in rows if row.city})
    years = sorted({str(row.year) for row in rows if row.year}, reverse=True)
    return cities, years
