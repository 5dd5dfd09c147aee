"""Columns of a snapshot (列): Parquet types of records, and which columns are kept coded in memory.

A coded column (编码列) holds a number a row instead of a text; the texts stand once in a `Dictionary`. Numbers are dense,
0 is the empty text, and a text keeps its number from snapshot to snapshot, so that new rows are only appended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa

from kpi.model import RECORD_FIELDS

DECIMAL = pa.decimal128(38, 10)
_LARGEST = Decimal(10) ** 28
_STEP = Decimal(1).scaleb(-10)

INDEXED = ("name", "project", "department")
"""Coded columns whose texts the text index holds; their numbers are the index's numbers."""

CODED = (
    "sha256", "section", "province", "city", "county", *INDEXED, "unit_name", "period", "table", "level1", "level2",
    "category", "unit", "base_unit", "kind", "comparator", "warnings", "target",
)  # fmt: skip
"""Columns kept in memory as numbers of texts; `section` is one table kind and year of one document."""

MEASURES = ("value", "upper", "base_value", "base_upper", "budget")
"""Columns kept in memory as 64-bit floats, NaN for unknown; exact decimals stand in Parquet and `rows/`."""

NUMERIC = frozenset(item.name for item in RECORD_FIELDS if item.type in {"number", "integer", "float"})
"""Record fields that are numbers."""

NO_YEAR = -1
NO_PROJECT = -1
WARNING_SEPARATOR = " "

_TYPES: Mapping[str, Callable[[], pa.DataType]] = {
    "text": pa.string,
    "number": lambda: DECIMAL,
    "integer": pa.int32,
    "float": pa.float64,
    "flag": pa.bool_,
    "date": pa.date32,
}
_LIST_TYPES = {"boxes": pa.list_(pa.list_(pa.float64())), "warnings": pa.list_(pa.string())}

EXTRA_FIELDS = (
    pa.field("sha256", pa.string()),
    pa.field("project_index", pa.int32()),
    pa.field("counted", pa.bool_()),
)
"""Beside the record: the document's content, the project's 0-based place in it (-1: none), and whether figures count the
row (False for a copy or a superseded edition of a publication)."""


def record_schema() -> pa.Schema:
    """Arrow schema of `indicators/`: every record field, then `EXTRA_FIELDS`."""
    return pa.schema([*(pa.field(item.name, _type_of(item.name, item.type)) for item in RECORD_FIELDS), *EXTRA_FIELDS])


def _type_of(name: str, kind: str) -> pa.DataType:
    return _LIST_TYPES[name] if kind == "list" else _TYPES[kind]()


def records_to_table(records: Sequence[Mapping[str, Any]], sha256: str, project_indexes: Sequence[int]) -> pa.Table:
    """Records of one document as an Arrow table with `record_schema`."""
    table = record_fields_table(records)
    count = len(records)
    extra = [
        pa.array([sha256] * count, pa.string()),
        pa.array(project_indexes, pa.int32()),
        pa.array([True] * count, pa.bool_()),
    ]
    return pa.Table.from_arrays([*table.columns, *extra], schema=record_schema())


def record_fields_table(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The record fields of any records as an Arrow table."""
    arrays, fields = [], []
    for item in RECORD_FIELDS:
        values = [record[item.name] for record in records]
        if item.type == "number":
            values = [to_decimal(value) for value in values]
        elif item.type == "date":
            values = [None if value is None else date.fromisoformat(value) for value in values]
        kind = _type_of(item.name, item.type)
        arrays.append(pa.array(values, kind))
        fields.append(pa.field(item.name, kind))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def to_decimal(text: str | None) -> Decimal | None:
    """A decimal that fits DECIMAL(38,10); None for unknown and for what does not fit (`rows/` keeps the exact text)."""
    if text is None:
        return None
    try:
        number = Decimal(text)
        return number.quantize(_STEP, ROUND_HALF_EVEN) if abs(number) < _LARGEST else None
    except InvalidOperation:
        return None


class Dictionary:
    """Texts of one coded column; number 0 is the empty text."""

    def __init__(self, texts: Iterable[str] = ("",)) -> None:
        self.texts = list(texts)
        self.numbers = {text: number for number, text in enumerate(self.texts)}

    def __len__(self) -> int:
        return len(self.texts)

    def number(self, text: str) -> int:
        """The text's number; an unknown text gets the next one."""
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def encode(self, column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Numbers of a text column, shape (rows,); null counts as empty."""
        encoded = column.combine_chunks().fill_null("").dictionary_encode()
        own = np.fromiter((self.number(text) for text in encoded.dictionary.to_pylist()), np.int32)
        if not len(own):
            return np.zeros(len(column), np.int32)
        codes: np.ndarray[Any, np.dtype[np.int32]] = own[encoded.indices.to_numpy(zero_copy_only=False)]
        return codes


def section_key(sha256: str, table: str, year: int | None) -> str:
    """Text of the coded column `section`: JSON `[sha256, table, year]`."""
    return json.dumps([sha256, table, year], ensure_ascii=False)


def code_table(table: pa.Table, dictionaries: Mapping[str, Dictionary]) -> pa.Table:
    """The coded columns of records (`facets/`): numbers of `CODED`, floats of `MEASURES`, year, date, id, project."""
    columns: dict[str, Any] = {
        name: dictionaries[name].encode(_texts(table, name)) for name in CODED if name != "section"
    }
    year = table["year"].fill_null(NO_YEAR).to_numpy().astype(np.int16)
    columns["section"] = _sections(columns, year, dictionaries)
    columns["year"] = year
    for name in MEASURES:
        columns[name] = table[name].cast(pa.float64()).to_numpy()
    columns["date_end"] = table["date_end"].cast(pa.int32()).fill_null(0).to_numpy()
    columns["project_index"] = table["project_index"].to_numpy()
    columns["id"] = np.array([int(text, 16) for text in table["id"].to_pylist()], np.uint64)
    return pa.table(columns)


def _texts(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name != "warnings":
        return table[name]
    joined = [WARNING_SEPARATOR.join(items or ()) for items in table[name].to_pylist()]
    return pa.chunked_array([pa.array(joined, pa.string())])


def _sections(
    columns: Mapping[str, Any], year: np.ndarray[Any, Any], dictionaries: Mapping[str, Dictionary]
) -> np.ndarray[Any, np.dtype[np.int32]]:
    triples = np.stack([columns["sha256"], columns["table"], year.astype(np.int32)], axis=1)
    if not len(triples):
        return np.zeros(0, np.int32)
    distinct, inverse = np.unique(triples, axis=0, return_inverse=True)
    hashes, kinds, sections = dictionaries["sha256"], dictionaries["table"], dictionaries["section"]
    numbers = [
        sections.number(section_key(hashes.texts[a], kinds.texts[b], None if c == NO_YEAR else int(c)))
        for a, b, c in distinct
    ]
    return np.array(numbers, np.int32)[inverse.reshape(-1)]
