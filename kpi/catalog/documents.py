"""Documents of a snapshot (文件登记): what the store holds, what people said of them, and their sections."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kpi.catalog.publications import Section, Verdict
from kpi.serial import SERIAL_VERSION

ATTRIBUTES = ("province", "city", "county", "department", "year")
"""What a person may state for a document that does not say it itself (`kpi ingest --city …`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document that the store is to hold, by content."""

    sha256: str
    path: str
    """As given; `document` and `path` of its records come from the parsed result."""
    location: str
    """Absolute path, by which a replaced or vanished file is recognised."""
    parser: str
    """Version of the parser; with `sha256` it names the parsed result."""
    size: int = 0
    modified: int = 0
    """Modification time in nanoseconds: an unchanged file is not read again to learn its content."""
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    order: int = 0
    """Grows with every document that comes in; 0 = to be given when publishing."""
    added: str = ""
    """When it came in, ISO time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One row of documents.parquet: the entry and a summary of its content."""

    entry: Entry
    fingerprint: str
    part: str
    name: str
    format: str = ""
    title: str = ""
    province: str = ""
    city: str = ""
    county: str = ""
    department: str = ""
    year: int | None = None
    page_count: int | None = None
    indicators: int = 0
    projects: int = 0
    tables: int = 0
    suspect_pages: tuple[Mapping[str, Any], ...] = ()
    warnings: Mapping[str, int] = field(default_factory=dict)
    """Repairs by code."""


def fingerprint(entry: Entry, amendment: str) -> str:
    """Changes when the document's rows have to be made anew; `amendment` stands for people's corrections."""
    told = [SERIAL_VERSION, entry.sha256, entry.parser, entry.path, dict(sorted(entry.attributes.items())), amendment]
    return hashlib.sha1(json.dumps(told, ensure_ascii=False).encode(), usedforsecurity=False).hexdigest()


def bind(plain: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """A parsed document under the entry's path: results are kept by content, which may have been parsed elsewhere."""
    body = plain["document"]
    if body["path"] == entry.path:
        return dict(plain)
    place = {"document": PurePath(entry.path).name, "path": entry.path}
    records = [{**record, **place} for record in plain["indicators"]]
    sourced = {
        kind: [{**item, "source": {**item["source"], **place}} for item in body[kind]] for kind in ("projects", "units")
    }
    body = {**body, **sourced, "name": place["document"], "path": entry.path}
    return {**plain, "document": body, "indicators": records}


def apply_attributes(plain: Mapping[str, Any], attributes: Mapping[str, str | int]) -> dict[str, Any]:
    """A parsed document with the stated attributes wherever it does not say them itself."""
    stated = {name: value for name, value in attributes.items() if name in ATTRIBUTES}
    if not stated:
        return dict(plain)

    def filled(row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, **{name: value for name, value in stated.items() if name in row and row[name] in ("", None)}}

    body = filled(plain["document"])
    body["projects"] = [filled(project) for project in body["projects"]]
    return {**plain, "document": body, "indicators": [filled(record) for record in plain["indicators"]]}


def contradicted(plain: Mapping[str, Any], attributes: Mapping[str, str | int]) -> dict[str, tuple[Any, Any]]:
    """Attributes that a person stated and the document says otherwise: name → (stated, printed); the printed stays."""
    body = plain["document"]
    return {
        name: (value, body[name])
        for name, value in attributes.items()
        if body.get(name) not in ("", None) and body[name] != value
    }


def summarise(entry: Entry, plain: Mapping[str, Any], *, fingerprint: str, part: str) -> DocumentRow:
    """The row of a document in documents.parquet."""
    body = plain["document"]
    return DocumentRow(
        entry=entry, fingerprint=fingerprint, part=part,
        indicators=len(plain["indicators"]), projects=len(body["projects"]), tables=len(body["tables"]),
        suspect_pages=tuple(body["suspect_pages"]),
        warnings=dict(sorted(Counter(repair["code"] for repair in body["warnings"]).items())),
        **{name: body[name] for name in (*ATTRIBUTES, "name", "format", "title", "page_count")},
    )  # fmt: skip


_TEXTS = ("fingerprint", "part", "name", "format", "title", "province", "city", "county", "department")
_NUMBERS = ("year", "page_count", "indicators", "projects", "tables")
_DOCUMENT_SCHEMA = pa.schema(
    [
        ("sha256", pa.string()), ("path", pa.string()), ("location", pa.string()), ("parser", pa.string()),
        ("size", pa.int64()), ("modified", pa.int64()), ("attributes", pa.string()), ("order", pa.int64()),
        ("added", pa.string()), *((name, pa.string()) for name in _TEXTS), *((name, pa.int32()) for name in _NUMBERS),
        ("suspect_pages", pa.string()), ("warnings", pa.string()),
    ]
)  # fmt: skip
_ENTRY_FIELDS = tuple(item.name for item in dataclasses.fields(Entry))


def write_documents(path: Path, rows: Iterable[DocumentRow]) -> None:
    """Write documents.parquet in the order of coming in."""
    plain = []
    for row in sorted(rows, key=lambda row: row.entry.order):
        values = {name: getattr(row.entry, name) for name in _ENTRY_FIELDS}
        values |= {name: getattr(row, name) for name in (*_TEXTS, *_NUMBERS)}
        values["attributes"] = json.dumps(dict(row.entry.attributes), ensure_ascii=False)
        values["suspect_pages"] = json.dumps(list(row.suspect_pages), ensure_ascii=False)
        values["warnings"] = json.dumps(dict(row.warnings), ensure_ascii=False)
        plain.append(values)
    pq.write_table(pa.Table.from_pylist(plain, _DOCUMENT_SCHEMA), path, compression="zstd")


def read_documents(path: Path) -> dict[str, DocumentRow]:
    """Rows of documents.parquet by sha256, in the order of coming in."""
    result = {}
    for values in pq.ParquetFile(path).read().to_pylist():
        values["attributes"] = json.loads(values["attributes"])
        entry = Entry(**{name: values.pop(name) for name in _ENTRY_FIELDS})
        values["suspect_pages"] = tuple(json.loads(values["suspect_pages"]))
        values["warnings"] = json.loads(values["warnings"])
        result[entry.sha256] = DocumentRow(entry=entry, **values)
    return result


_SECTION_SCHEMA = pa.schema(
    [
        ("number", pa.int32()), ("sha256", pa.string()), ("table", pa.string()), ("year", pa.int32()),
        ("province", pa.string()), ("city", pa.string()), ("county", pa.string()), ("department", pa.string()),
        ("title", pa.string()), ("order", pa.int64()), ("rows", pa.int32()), ("paged", pa.bool_()),
        ("sketch", pa.list_(pa.uint64())), ("publication", pa.int32()), ("relation", pa.string()), ("alike", pa.string()),
    ]
)  # fmt: skip
_SECTION_FIELDS = tuple(item.name for item in dataclasses.fields(Section))


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a snapshot, how pairs of them are related, and what was decided."""

    sections: tuple[Section, ...] = ()
    relations: Mapping[tuple[int, int], str] = field(default_factory=dict)
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)

    def uncounted(self) -> frozenset[int]:
        """Numbers of the sections that figures leave out."""
        return frozenset(number for number, verdict in self.verdicts.items() if verdict.relation)


def write_sections(path: Path, sections: Sections) -> None:
    """Write sections.parquet; a relation stands with the lower number of its pair."""
    alike: dict[int, dict[int, str]] = {}
    for (low, high), relation in sections.relations.items():
        alike.setdefault(low, {})[high] = relation
    plain = []
    for section in sections.sections:
        values: dict[str, Any] = {name: getattr(section, name) for name in _SECTION_FIELDS}
        verdict = sections.verdicts[section.number]
        values |= {"publication": verdict.publication, "relation": verdict.relation}
        values["alike"] = json.dumps(alike.get(section.number, {}))
        plain.append(values)
    pq.write_table(pa.Table.from_pylist(plain, _SECTION_SCHEMA), path, compression="zstd")


def read_sections(path: Path) -> Sections:
    """The inverse of `write_sections`."""
    sections, relations, verdicts = [], {}, {}
    for values in pq.ParquetFile(path).read().to_pylist():
        number = values["number"]
        verdicts[number] = Verdict(values.pop("publication"), values.pop("relation"))
        relations.update(
            {(number, int(other)): relation for other, relation in json.loads(values.pop("alike")).items()}
        )
        sections.append(Section(**{**values, "sketch": tuple(values["sketch"])}))
    return Sections(tuple(sections), relations, verdicts)
