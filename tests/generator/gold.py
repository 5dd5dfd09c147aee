"""The gold: one dictionary an indicator with the columns of the hand-checked gold, as `score.py` reads them."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.generator.content import Department, Project, Unit

COLUMNS = [
    "file", "doc", "city", "department", "year", "table", "period", "unit_code", "unit_name", "project_code", "project", "amount", "level1", "level2", "name",
    "target", "description", "basis", "actual", "weight", "score", "deviation", "half_target", "reason",
]  # fmt: skip


def gold_row(
    department: Department, table: str, unit: Unit | None = None, project: Project | None = None, /, **values: str
) -> dict[str, str]:
    """One indicator; unknown columns are refused, missing ones are empty, `period` is 年度 unless told."""
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "city": department.place.city,
        "department": department.name,
        "year": str(department.year),
        "table": table,
        "period": "年度",
    }
    row["unit_name"] = department.name
    if unit:
        row |= {"unit_code": unit.code, "unit_name": unit.name}
    if project:
        row |= {"project_code": project.code, "project": project.name, "amount": project.amount}
    unknown = set(values) - set(COLUMNS)
    if unknown:
        raise ValueError(f"no gold column {unknown}")
    return row | values


def write_gold(rows: list[dict[str, str]], path: Path) -> None:
    """Write the rows as UTF-8 CSV without a byte order mark."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
