"""An open snapshot (打开的快照): coded columns in memory, whole records by row number, read-only and never changing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kpi.catalog.build import read_texts
from kpi.catalog.documents import DocumentRow, Sections, read_sections
from kpi.catalog.layout import CLUSTERS, DOCUMENTS, SEARCH, SECTIONS, Layout, Manifest
from kpi.catalog.locks import hold
from kpi.catalog.parts import read_parquet
from kpi.catalog.publish import documents_of, usable
from kpi.catalog.rowfile import RowFile
from kpi.catalog.schema import CODED, MEASURES, NUMERIC, WARNING_SEPARATOR
from kpi.catalog.working_copy import prepare
from kpi.errors import StoreError

Rows = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Value = TypeVar("Value")

_SCANNED_COLUMNS_KEPT = 4
"""Columns that are not coded are read from Parquet when a query names them; so many stay in memory (4 MB each)."""

_LOOKED_UP_SHARE = 0.02
"""Share of a column's texts up to which rows are looked up: 3,000 of 150,000 names take as long as one pass over a
million rows (1.2 ms)."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class NameClusters:
    """Which cluster each indicator name is in: `numbers[name number]` is a place in `titles`, 0 = in none."""

    numbers: Any
    titles: tuple[tuple[str, str], ...]
    """`(cluster id, canonical name)`; the first is `("", "")`."""


def read_clusters(path: Path, name_count: int) -> NameClusters:
    """Read clusters.parquet: one row a member with `number` (of the name), `cluster` (id) and `canonical`."""
    table = read_parquet(path, ["number", "cluster", "canonical"])
    encoded = table["cluster"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    canonical = table["canonical"].take(pa.array(first)).to_pylist()
    numbers = np.zeros(name_count, np.int32)
    numbers[table["number"].to_numpy()] = codes + 1
    return NameClusters(numbers, (("", ""), *zip(encoded.dictionary.to_pylist(), canonical, strict=True)))


class Snapshot:
    """One snapshot, held against pruning until `close`."""

    def __init__(
        self, layout: Layout, manifest: Manifest, held: Any, notes: Sequence[str] = (), *, like: Snapshot | None = None
    ) -> None:  # fmt: skip
        self.layout, self.manifest, self.notes = layout, manifest, tuple(notes)
        self.folder: Path = layout.folder(manifest.name)
        self._held = held
        self._lock = threading.RLock()
        self._orders: OrderedDict[str, Any] = OrderedDict()
        self._sorted: dict[str, tuple[Any, Any]] = {}
        self._scanned: OrderedDict[str, tuple[Any, list[str]]] = OrderedDict()
        starts = np.cumsum([0, *(part.rows for part in manifest.parts)])
        self._starts: Rows = starts[:-1]
        self.rows = int(starts[-1])
        self._texts: dict[str, pa.ChunkedArray] = {}
        self.columns: dict[str, Any] = {}
        if like is not None and _same_rows(like.manifest, manifest):
            self._texts, self.columns = like._texts, like.columns  # noqa: SLF001 - of the same class
        else:
            self._texts = read_texts(self.folder) if manifest.parts else {}
            self.columns = self._load_columns()
        self._row_files = [RowFile(self.folder / part.files()["rows"]) for part in manifest.parts]

    @property
    def name(self) -> str:
        """The snapshot's name."""
        return self.manifest.name

    @property
    def search_folder(self) -> Path:
        """Folder of the text index."""
        return self.folder / SEARCH

    def close(self) -> None:
        """Let go: the snapshot may be pruned now."""
        for rows in self._row_files:
            rows.close()
        self._held.close()

    # --- texts and codes

    def text_count(self, column: str) -> int:
        """Number of texts of a coded column, the empty text (0) included."""
        return len(self._texts[column]) if column in self._texts else 1

    def texts(self, column: str, numbers: Sequence[int] | Rows) -> list[str]:
        """Texts of a coded column by their numbers."""
        chosen = self._texts[column].take(pa.array(np.asarray(numbers, np.int64)))
        return [str(text) for text in chosen.to_pylist()]

    def all_texts(self, column: str) -> list[str]:
        """All texts of a coded column; the place is the number."""
        return [str(text) for text in self._texts[column].to_pylist()] if column in self._texts else [""]

    def number_of(self, column: str, text: str) -> int | None:
        """Number of a text of a coded column; None when no row ever had it."""
        if column not in self._texts:
            return None
        found = pc.index(self._texts[column], pa.scalar(text, pa.string())).as_py()
        return None if found < 0 else int(found)

    def coded(self, column: str) -> tuple[Any, list[str] | None]:
        """Codes of a text column and, unless it is coded in memory, its distinct texts (a scan of Parquet)."""
        if column in self.columns:
            return self.columns[column], None
        return self._kept(self._scanned, column, self._scan)

    def _kept(self, kept: OrderedDict[str, Value], column: str, make: Callable[[str], Value]) -> Value:
        """What is kept of a column, made on first use; the least recently used goes. Threads share a snapshot."""
        with self._lock:
            if column not in kept:
                kept[column] = make(column)
                if len(kept) > _SCANNED_COLUMNS_KEPT:
                    kept.popitem(last=False)
            kept.move_to_end(column)
            return kept[column]

    def numbers(self, column: str) -> Any:
        """A numeric column as floats, NaN for unknown; those not in memory are read from Parquet."""
        if column in MEASURES:
            return self.columns[column]
        if column == "year":
            years = self.columns["year"].astype(np.float64)
            years[years < 0] = np.nan
            return years
        return self.read_column(column).cast(pa.float64()).to_numpy()

    def sort_values(self, column: str) -> Any:
        """A column as floats to sort by, NaN for unknown; texts by the order of their characters."""
        return self._kept(self._orders, column, self._sort_values)

    def _sort_values(self, column: str) -> Any:
        if column == "date_end":
            days = self.columns["date_end"].astype(np.float64)
            days[days <= 0] = np.nan
            return days
        if column in NUMERIC:
            return self.numbers(column)
        if column == "id":
            return self.columns["id"].astype(np.float64)
        codes, scanned = self.coded(column)
        texts = self.all_texts(column) if scanned is None else scanned
        ranks = np.empty(len(texts), np.float64)
        ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        ranks[[number for number, text in enumerate(texts) if not text]] = np.nan
        return ranks[codes]

    def read_column(self, column: str) -> pa.ChunkedArray:
        """One column of all rows from Parquet."""
        return pa.chunked_array(
            [
                chunk
                for part in self.manifest.parts
                for chunk in read_parquet(self.folder / part.files()["indicators"], [column])[column].chunks
            ],
            None if self.manifest.parts else pa.string(),
        )

    def _scan(self, column: str) -> tuple[Any, list[str]]:
        values = self.read_column(column)
        if pa.types.is_boolean(values.type):
            values = pc.if_else(values, "true", "false")
        encoded = values.cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
        return encoded.indices.to_numpy(), [str(text) for text in encoded.dictionary.to_pylist()]

    def _load_columns(self) -> dict[str, Any]:
        if not self.manifest.parts:
            return _no_columns()
        columns: dict[str, Any] = {}
        for part, start in zip(self.manifest.parts, self._starts, strict=True):
            facets = read_parquet(self.folder / part.files()["facets"])
            for name in facets.column_names:
                values = facets[name].to_numpy()
                if name not in columns:
                    kind = _narrowest(self.text_count(name)) if name in CODED else values.dtype
                    columns[name] = np.empty(self.rows, kind)
                columns[name][start : start + part.rows] = values
        return columns

    def rows_with(self, column: str, numbers: Rows) -> Mask:
        """Rows whose text of a coded column has one of the given numbers.

        Few numbers are looked up in the rows sorted by number, many are tested row by row.
        """
        mask: Mask = np.zeros(self.rows, np.bool_)
        if not len(numbers):
            return mask
        if len(numbers) > self.text_count(column) * _LOOKED_UP_SHARE:
            flags = np.zeros(self.text_count(column), np.bool_)
            flags[numbers] = True
            return np.take(flags, self.columns[column], out=mask, mode="clip")
        order, starts = self._sorted_rows(column)
        for low, high in zip(starts[numbers].tolist(), starts[np.asarray(numbers) + 1].tolist(), strict=True):
            mask[order[low:high]] = True
        return mask

    def _sorted_rows(self, column: str) -> tuple[Any, Any]:
        """Row numbers sorted by the column's codes, and where each code's rows begin; made on first use."""
        if column not in self._sorted:
            codes = self.columns[column]
            counts = np.bincount(codes, minlength=self.text_count(column))
            order = np.argsort(codes, kind="stable").astype(np.int32)
            self._sorted[column] = order, np.concatenate([[0], np.cumsum(counts)])
        return self._sorted[column]

    # --- documents and publications

    @cached_property
    def documents(self) -> Mapping[str, DocumentRow]:
        """The documents by sha256."""
        return documents_of(self.layout, self.manifest) if self.manifest.parts else {}

    @cached_property
    def sections(self) -> Sections:
        """Sections and publications."""
        return read_sections(self.folder / SECTIONS) if self.manifest.parts else Sections()

    @cached_property
    def counted(self) -> Mask:
        """Rows that figures count: one copy of each publication."""
        flags = np.ones(self.text_count("section"), np.bool_)
        flags[list(self.sections.uncounted())] = False
        mask: Mask = flags[self.columns["section"]]
        return mask

    @cached_property
    def copies(self) -> Mapping[int, tuple[tuple[str, str], ...]]:
        """Sections that count → (sha256, relation) of the copies and older editions that they stand for."""
        result: dict[int, tuple[tuple[str, str], ...]] = {}
        for section in self.sections.sections:
            verdict = self.sections.verdicts[section.number]
            if verdict.relation:
                own = (section.sha256, verdict.relation)
                result[verdict.publication] = (*result.get(verdict.publication, ()), own)
        return result

    @cached_property
    def clusters(self) -> NameClusters | None:
        """The clusters of indicator names, None where the snapshot has none."""
        path = self.folder / CLUSTERS
        return read_clusters(path, self.text_count("name")) if path.is_file() else None

    # --- whole records

    def records(self, rows: Sequence[int] | Rows) -> list[dict[str, Any]]:
        """Whole records of rows, in the order asked for; `sha256` and `project_index` beside the record's keys."""
        wanted = np.asarray(rows, np.int64)
        owners = np.searchsorted(self._starts, wanted, side="right") - 1
        result: list[dict[str, Any]] = [{}] * len(wanted)
        for owner in np.unique(owners):
            places = np.flatnonzero(owners == owner)
            local = [int(row) for row in wanted[places] - self._starts[owner]]
            for place, record in zip(places, self._row_files[owner].records(local), strict=True):
                result[place] = record
        return result

    def iterate(self, rows: Rows, *, size: int = 2000) -> Iterator[dict[str, Any]]:
        """Whole records of any number of rows, in the order asked for, a bounded number in memory at a time."""
        for start in range(0, len(rows), size):
            yield from self.records(rows[start : start + size])

    def row_of(self, identity: str) -> int | None:
        """Row of the record with this id; None if there is none."""
        try:
            wanted = np.uint64(int(identity, 16))
        except (ValueError, OverflowError):
            return None
        found = np.flatnonzero(self.columns["id"] == wanted)
        return int(found[0]) if len(found) else None

    def parquet_rows(self, rows: Rows) -> Iterator[pa.Table]:
        """Rows of the Parquet records, a part at a time, in store order."""
        ordered = np.sort(rows)
        for part, start in zip(self.manifest.parts, self._starts, strict=True):
            local = ordered[(ordered >= start) & (ordered < start + part.rows)] - start
            if len(local):
                yield read_parquet(self.folder / part.files()["indicators"]).take(pa.array(local))

    def projects(self, sha256: str) -> list[dict[str, Any]]:
        """Projects of a document, see `kpi.catalog.parts.PROJECT_SCHEMA`."""
        return self._of_document("projects", sha256)

    def tables(self, sha256: str) -> list[dict[str, Any]]:
        """Logical tables of a document, see `kpi.catalog.parts.TABLE_SCHEMA`."""
        return self._of_document("tables", sha256)

    def _of_document(self, kind: str, sha256: str) -> list[dict[str, Any]]:
        row = self.documents.get(sha256)
        if row is None:
            raise StoreError(
                "库中没有这个文件", found=sha256, advice="用 kpi status 查看库中文件", code="unknown_document"
            )
        (part,) = (part for part in self.manifest.parts if part.name == row.part)
        table = pq.read_table(self.folder / part.files()[kind], filters=[("sha256", "=", sha256)])
        return [dict(values) for values in table.to_pylist()]

    def connect(self) -> Any:
        """A DuckDB connection in memory with the views indicators, projects, documents, sections, names (and clusters)."""
        import duckdb

        connection = duckdb.connect(":memory:")
        sources = {
            "indicators": "indicators/*.parquet", "projects": "projects/*.parquet", "documents": DOCUMENTS,
            "sections": SECTIONS, "names": "names.parquet", "clusters": CLUSTERS,
        }  # fmt: skip
        for view, pattern in sources.items():
            if any(self.folder.glob(pattern)):
                path = str(self.folder / pattern).replace("'", "''")
                connection.execute(f"create view {view} as select * from read_parquet('{path}')")  # noqa: S608 - own path
        return connection


def open_snapshot(root: Path | str, *, like: Snapshot | None = None) -> Snapshot:
    """Open the snapshot in force (or the newest whole one, with `notes` that say so); an empty store has no rows.

    Args:
        root: the store; of one elsewhere the working copy is brought up to date.
        like: a snapshot of it that was open before: where only clusters were decided since, its columns are taken over.

    Raises:
        StoreError: there is no store, or none of its snapshots is usable.
    """
    layout = Layout(root)
    told = prepare(layout)
    for _ in range(_ATTEMPTS):
        manifest, notes = usable(layout)
        if manifest is None:
            return Snapshot(layout, Manifest(name="", sequence=0, created=""), _Nothing(), told)
        try:
            held = hold(layout.folder(manifest.name))
        except FileNotFoundError:  # superseded and pruned since CURRENT was read
            continue
        try:
            return Snapshot(layout, manifest, held, [*told, *notes], like=like)
        except (OSError, pa.ArrowException, ValueError) as error:
            held.close()
            raise StoreError(
                "快照文件已损坏", where=str(layout.folder(manifest.name)), found=str(error), advice="运行 kpi doctor 修复",
                code="damaged_snapshot",
            ) from error  # fmt: skip
    raise StoreError("指标库正在频繁更新，未能打开", where=layout.shown, advice="稍后重试", code="busy")


def _same_rows(one: Manifest, other: Manifest) -> bool:
    """Whether two snapshots differ in nothing but their clusters."""
    stamps = ({name: stamp for name, stamp in item.files.items() if name != CLUSTERS} for item in (one, other))
    return one.parts == other.parts and next(stamps) == next(stamps)


class _Nothing:
    def close(self) -> None:
        """Nothing is held of an empty store."""


def _narrowest(count: int) -> type[np.unsignedinteger[Any]] | type[np.signedinteger[Any]]:
    if count <= 1 << 8:
        return np.uint8
    return np.uint16 if count <= 1 << 16 else np.int32


def _no_columns() -> dict[str, Any]:
    columns: dict[str, Any] = {name: np.zeros(0, np.uint8) for name in CODED}
    columns |= {name: np.zeros(0, np.float64) for name in MEASURES}
    columns |= {
        "year": np.zeros(0, np.int16),
        "date_end": np.zeros(0, np.int32),
        "project_index": np.zeros(0, np.int32),
    }
    return {**columns, "id": np.zeros(0, np.uint64)}


def warnings_of(text: str) -> list[str]:
    """The codes in a text of the coded column `warnings`."""
    return text.split(WARNING_SEPARATOR) if text else []
