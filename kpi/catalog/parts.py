"""Parts of a snapshot (分段): written once from parsed documents, later only linked, thinned out or joined.

Documents stay whole: all rows of a document lie in one part, in the order of the document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kpi.catalog.layout import Part
from kpi.catalog.rowfile import RowFile, row_to_line, write_rows
from kpi.catalog.schema import DECIMAL, NO_PROJECT, Dictionary, code_table, records_to_table, to_decimal
from kpi.durable import sync_file
from kpi.model import RECORD_FIELDS

PART_ROWS = 100_000
"""Rows after which a part is closed. Thinning out one part (a removed document) then costs about 2 s."""

_COMPRESSION = "zstd"
_FACETS_COMPRESSION = "none"
"""Coded columns are read whole at every opening: a million rows take 0.1 s and 27 MB so, 0.7 s and 21 MB with zstd."""
_KEPT_TEXTS = (
    "code",
    "name",
    "unit_code",
    "unit_name",
    "department",
    "period",
    "budget_printed",
    "goal",
    "goal_actual",
)

PROJECT_SCHEMA = pa.schema(
    [
        ("sha256", pa.string()), ("project_index", pa.int32()), *((name, pa.string()) for name in _KEPT_TEXTS),
        ("year", pa.int32()), ("block", pa.int32()), ("budget", DECIMAL), ("weight_total", DECIMAL), ("score_total", DECIMAL),
        ("funds", pa.string()), ("tasks", pa.string()), ("execution", pa.string()), ("source", pa.string()),
        ("indicator_ids", pa.list_(pa.string())), ("province", pa.string()), ("city", pa.string()), ("county", pa.string()),
    ]
)  # fmt: skip
"""`projects/`: nested values (资金来源, 年度任务, 预算执行, place) are JSON texts."""

TABLE_SCHEMA = pa.schema(
    [
        ("sha256", pa.string()), ("index", pa.int32()), ("kind", pa.string()), ("layout", pa.string()), ("title", pa.string()),
        ("year", pa.int32()), ("pages", pa.list_(pa.int32())), ("score", pa.float64()), ("quality", pa.float64()),
        ("table", pa.string()),
    ]
)  # fmt: skip
"""`tables/`: `table` is the whole logical table (整表) as JSON."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One document, ready to be written into a part."""

    sha256: str
    records: pa.Table
    lines: tuple[bytes, ...]
    projects: pa.Table
    tables: pa.Table


def prepare(plain: Mapping[str, Any]) -> Prepared:
    """Turn a parsed document (see `kpi.serial`) into the rows of a part."""
    body, records = plain["document"], plain["indicators"]
    indexes = project_indexes(body["projects"], records)
    values = itemgetter(*(item.name for item in RECORD_FIELDS))
    sha256 = body["sha256"]
    lines = tuple(row_to_line([*values(record), sha256, index]) for record, index in zip(records, indexes, strict=True))
    return Prepared(sha256, records_to_table(records, sha256, indexes), lines, _projects(body), _tables(body))


def project_indexes(projects: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]) -> list[int]:
    """The 0-based project of each record, by the ids that projects list; `NO_PROJECT` where none does."""
    owner = {own: index for index, project in enumerate(projects) for own in project["indicator_ids"]}
    return [owner.get(record["id"], NO_PROJECT) for record in records]


def _projects(body: Mapping[str, Any]) -> pa.Table:
    rows = []
    for index, project in enumerate(body["projects"]):
        row = {name: project[name] for name in (*_KEPT_TEXTS, "year", "block", "indicator_ids")}
        row |= {name: to_decimal(project[name]) for name in ("budget", "weight_total", "score_total")}
        row |= {name: _json(project[name]) for name in ("funds", "tasks", "execution", "source")}
        row |= {name: body[name] for name in ("province", "city", "county")}
        row |= {"sha256": body["sha256"], "project_index": index}
        row["department"] = row["department"] or body["department"]
        rows.append(row)
    return pa.Table.from_pylist(rows, PROJECT_SCHEMA)


def _tables(body: Mapping[str, Any]) -> pa.Table:
    kept = ("index", "kind", "layout", "title", "year", "pages", "score", "quality")
    rows = [
        {"sha256": body["sha256"], **{name: table[name] for name in kept}, "table": _json(table)}
        for table in body["tables"]
    ]
    return pa.Table.from_pylist(rows, TABLE_SCHEMA)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_part(folder: Path, name: str, documents: Sequence[Prepared], dictionaries: Mapping[str, Dictionary]) -> Part:
    """Write documents as the part `name` below the snapshot being built."""
    records = pa.concat_tables(document.records for document in documents)
    facets = code_table(records, dictionaries)
    lines = (line for document in documents for line in document.lines)
    part = Part(name, records.num_rows, len(documents))
    _write(
        folder, part, records=records, facets=facets, lines=lines,
        projects=pa.concat_tables(document.projects for document in documents),
        tables=pa.concat_tables(document.tables for document in documents),
    )  # fmt: skip
    return part


def rewrite_part(
    source: Path, parts: Sequence[Part], folder: Path, name: str, *, gone: frozenset[str], uncounted: frozenset[int],
    hashes: Dictionary,
) -> Part:  # fmt: skip
    """Join parts of the snapshot `source` into the part `name` below `folder`, without the documents `gone`.

    `uncounted` are the sections whose rows get `counted` False, all others True.
    """
    facets = read_facets(source, parts)
    gone_numbers = [hashes.numbers[sha256] for sha256 in gone if sha256 in hashes.numbers]
    keep = ~np.isin(facets["sha256"].to_numpy(), gone_numbers)
    facets = facets.filter(pa.array(keep))
    records = _join(source, parts, "indicators").filter(pa.array(keep))
    counted = ~np.isin(facets["section"].to_numpy(), list(uncounted))
    records = records.set_column(records.schema.get_field_index("counted"), "counted", pa.array(counted))
    part = Part(name, records.num_rows, len(np.unique(facets["sha256"].to_numpy())))
    _write(
        folder, part, records=records, facets=facets, lines=_kept_lines(source, parts, keep),
        projects=_without(_join(source, parts, "projects"), gone), tables=_without(_join(source, parts, "tables"), gone),
    )  # fmt: skip
    return part


def set_counted(folder: Path, part: Part, uncounted: frozenset[int]) -> None:
    """Write the records of a part anew with `counted` False for the sections `uncounted`, True for all others."""
    path = folder / part.files()["indicators"]
    sections = read_facets(folder, [part])["section"].to_numpy()
    records = read_parquet(path)
    counted = pa.array(~np.isin(sections, list(uncounted)))
    records = records.set_column(records.schema.get_field_index("counted"), "counted", counted)
    temporary = path.with_suffix(".tmp")  # the old file may be shared with another snapshot: never write into it
    pq.write_table(records, temporary, compression=_COMPRESSION)
    temporary.replace(path)


def read_facets(folder: Path, parts: Iterable[Part]) -> pa.Table:
    """Coded columns of parts, one table in the order of rows."""
    return _join(folder, parts, "facets")


def _join(folder: Path, parts: Iterable[Part], kind: str) -> pa.Table:
    return pa.concat_tables(read_parquet(folder / part.files()[kind]) for part in parts)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A Parquet file whole; `pyarrow.parquet.read_table` would import the dataset machinery first (0.3 s)."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=None if columns is None else list(columns))


def _without(table: pa.Table, gone: frozenset[str]) -> pa.Table:
    return table.filter(pa.array([sha256 not in gone for sha256 in table["sha256"].to_pylist()], pa.bool_()))


def _kept_lines(source: Path, parts: Sequence[Part], keep: np.ndarray[Any, Any]) -> Iterator[bytes]:
    row = 0
    for part in parts:
        rows = RowFile(source / part.files()["rows"])
        try:
            for line in rows.all_lines():
                if keep[row]:
                    yield line
                row += 1
        finally:
            rows.close()


def _write(
    folder: Path, part: Part, *, records: pa.Table, facets: pa.Table, lines: Iterable[bytes], projects: pa.Table,
    tables: pa.Table,
) -> None:  # fmt: skip
    files = part.files()
    for path in files.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    for kind, table in (("indicators", records), ("projects", projects), ("tables", tables)):
        pq.write_table(table, folder / files[kind], compression=_COMPRESSION)
    pq.write_table(facets, folder / files["facets"], compression=_FACETS_COMPRESSION)
    write_rows(folder / files["rows"], lines)
    for path in files.values():
        sync_file(folder / path)
