"""csv, jsonl and json: records as text, and csv back to records."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from kpi.errors import BadInput
from kpi.export.formulas import protect, unprotect
from kpi.model import RECORD_FIELDS

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel reads a csv in the system's code page
_TYPES = {item.name: item.type for item in RECORD_FIELDS}
_EXTRA_TYPES = {"relevance": "float", "highlights": "list", "also_in": "list"}


def write_jsonl(records: Iterable[Mapping[str, Any]], stream: BinaryIO) -> int:
    """One JSON object a line."""
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 - the last number is the count
        stream.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    return count


def write_json(records: Iterable[Mapping[str, Any]], stream: BinaryIO) -> int:
    """One JSON list, an object a line."""
    stream.write(b"[")
    count = 0
    for count, record in enumerate(records, 1):
        stream.write(b"\n" if count == 1 else b",\n")
        stream.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))
    stream.write(b"\n]\n")
    return count


def write_csv(records: Iterable[Mapping[str, Any]], stream: BinaryIO, *, raw: bool = False) -> int:
    """Comma-separated UTF-8 with the record's field names as heading; `raw` leaves out byte order mark and protection."""
    if not raw:
        stream.write(_BYTE_ORDER_MARK)
    records = iter(records)
    first = next(records, None)
    names = list(first) if first is not None else list(_TYPES)
    text = io.TextIOWrapper(stream, "utf-8", errors="replace", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(names)
        count = 0
        for record in itertools.chain([first] if first is not None else [], records):
            writer.writerow([_to_cell(record[name], _type_of(name), raw=raw) for name in names])
            count += 1
    finally:
        text.detach()
    return count


def _type_of(name: str) -> str:
    return _TYPES.get(name) or _EXTRA_TYPES.get(name, "text")


def _to_cell(value: Any, kind: str, *, raw: bool) -> str:
    if value is None:
        return ""
    if kind == "text":
        return str(value) if raw else protect(str(value))
    if kind == "flag":
        return "true" if value else "false"
    if kind == "list":
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def read_csv(path: str | Path) -> Iterator[dict[str, Any]]:
    """Records of a csv file that this program wrote, protected or raw; columns that are no record fields stay text.

    Raises:
        BadInput: not UTF-8, no heading, a cell that is not of its column's type.
    """
    with Path(path).open("rb") as beginning:
        protected = beginning.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for number, row in enumerate(reader, 2):
            try:
                yield {name: _from_cell(cell, _type_of(name), protected=protected) for name, cell in row.items()}
            except (ValueError, TypeError) as error:
                raise BadInput("csv 单元格与列的类型不符", where=f"{path} 第 {number} 行", found=str(error)) from error


def _from_cell(cell: str, kind: str, *, protected: bool) -> Any:
    if kind == "text":
        return unprotect(cell) if protected else cell
    if kind == "list":
        return json.loads(cell) if cell else []
    if not cell:
        return None
    if kind == "flag":
        return cell == "true"
    if kind == "integer":
        return int(cell)
    return float(cell) if kind == "float" else cell
