"""The store opened for use (指标库): search, records, documents, export over one snapshot.

    with open_store(".kpi") as store:
        answer = store.search("满意度 city:许昌市 value>=90 -离休", limit=20)

A store object keeps the snapshot it was opened with until `refresh`; any number may be open while others publish.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kpi.catalog.answers import Answer, Copy, Hit, Proposal
from kpi.catalog.clusters import ClusterList
from kpi.catalog.conditions import Conditions
from kpi.catalog.counts import FACETS, count_facet, first_rows, make_histogram
from kpi.catalog.documents import DocumentRow
from kpi.catalog.layout import CLUSTERS, Layout
from kpi.catalog.places import place_of
from kpi.catalog.schema import CODED, INDEXED
from kpi.catalog.snapshot import Mask, Rows, Snapshot, open_snapshot
from kpi.catalog.working_copy import catch_up, original
from kpi.comparing import Comparing
from kpi.correcting import Correcting
from kpi.deciding import Deciding
from kpi.errors import UsageError
from kpi.proposing import Proposing
from kpi.query import Query, SortKey, evaluate, find_field, parse_query

if TYPE_CHECKING:
    from index import TextIndex
    from kpi.cluster import Clustering
    from kpi.export import About
    from kpi.model import Document

_log = logging.getLogger(__name__)
_SLOW_QUERY = 2.0
"""Seconds; a million indicators answer 95 of 100 queries in 0.04."""
PAGE_HITS = 20
FACET_VALUES = 50
"""Values of a facet that an answer lists; `distinct` tells of more."""

_KIND_WEIGHTS = {"name": 1.0, "project": 0.35, "department": 0.15}
"""What a match says about the row: its own name most, the project around it less, the department least."""

Filters = Mapping[str, Any]


@dataclass(frozen=True)
class Selection:
    """The rows that a query and filters choose, in no order yet."""

    query: Query
    filters: Mapping[str, tuple[str, ...]]
    mask: Mask
    """Rows that count and match everything."""
    without_own: Mapping[str, Mask]
    """For a filtered field: rows that match everything but its own filter, which is what its facet counts."""
    copies: int

    @property
    def total(self) -> int:
        """How many rows."""
        return int(np.count_nonzero(self.mask))


class Store(Comparing, Proposing, Deciding, Correcting):
    """A store opened on one snapshot; use `open_store`. May be shared by threads; close it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = place_of(path)
        """Folder, or URL with what credentials it was given with."""
        self._lock = threading.Lock()
        self._open()

    def _open(self, like: Snapshot | None = None) -> None:
        self.snapshot: Snapshot = open_snapshot(self.path, like=like)
        self.notes: tuple[str, ...] = self.snapshot.notes
        self._index: TextIndex | None = None
        self._conditions = Conditions(self.snapshot, _LazyIndex(self))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the snapshot go."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self.snapshot.close()

    def refresh(self) -> bool:
        """Open the newest snapshot if there is another one; returns whether there was."""
        layout = Layout(self.path)
        catch_up(layout)
        if layout.current() == self.snapshot.name:
            return False
        self.close()
        for made in ("clustering", "cluster_list"):
            self.__dict__.pop(made, None)
        self._open(like=self.snapshot)
        return True

    @property
    def name(self) -> str:
        """Name of the open snapshot, "" for an empty store."""
        return self.snapshot.name

    @property
    def documents(self) -> Mapping[str, DocumentRow]:
        """The documents by sha256."""
        return self.snapshot.documents

    @property
    def index(self) -> TextIndex:
        """The text index; made anew, with a note, when another version of the program wrote it."""
        with self._lock:
            if self._index is None:
                from kpi.ingestion.reindexing import open_or_rebuild

                self._index, note = open_or_rebuild(self.snapshot)
                self.notes = (*self.notes, *([note] if note else []))
            return self._index

    # --- search

    def select(self, query: str | Query = "", filters: Filters | None = None, *, copies: bool = False) -> Selection:
        """The rows that match a query and filters.

        Args:
            query: query text or tree.
            filters: field → value or values; any of a field's values, all of the fields.
            copies: take in copies and older editions of publications as well.

        Raises:
            UsageError: an unknown field, a bad number, an unbalanced quote.
        """
        parsed = parse_query(query) if isinstance(query, str) else query
        chosen = _normal_filters(filters or {})
        base = evaluate(parsed, self._conditions) if self.snapshot.rows else np.zeros(0, np.bool_)
        own = {name: self._conditions.any_of(name, values) for name, values in chosen.items()} if len(base) else {}
        every = base
        for mask in own.values():
            every = every & mask
        counted = np.ones(len(base), np.bool_) if copies else self.snapshot.counted
        matching = every & counted
        without_own = {}
        for name in own:
            rest = base & counted
            for other, mask in own.items():
                rest = rest if other == name else rest & mask
            without_own[name] = rest
        left_out = int(np.count_nonzero(every)) - int(np.count_nonzero(matching))
        return Selection(parsed, chosen, matching, without_own, left_out)

    def search(
        self,
        query: str | Query = "",
        *,
        filters: Filters | None = None,
        limit: int | None = PAGE_HITS,
        offset: int = 0,
        sort: str = "",
        facets: Sequence[str] = FACETS,
        histogram: bool = True,
        copies: bool = False,
    ) -> Answer:
        """A page of hits with total, facets and a histogram.

        Args:
            query: see `kpi.query`.
            filters: field → value or values, as a click on a facet gives them.
            limit: hits of the page; None for all.
            offset: hits to pass over.
            sort: `value`, `-year`, several with commas; the query's own `sort:` goes first.
            facets: fields to count.
            histogram: whether to make one.
            copies: take in copies and older editions of publications as well.

        Raises:
            UsageError: the query, a filter or the order cannot be understood.
        """
        start = time.perf_counter()
        if offset < 0 or (limit is not None and limit < 0):
            raise UsageError("分页参数不能为负", found=f"offset={offset}, limit={limit}")
        selection = self.select(query, filters, copies=copies)
        rows = np.flatnonzero(selection.mask)
        everything = len(rows) == self.snapshot.rows
        relevance = self._relevance(selection.query, rows)
        ordered = self._ordered(
            selection.query, sort, rows, relevance, offset + limit if limit is not None else len(rows)
        )
        shown = ordered[offset:]
        scores = relevance[np.searchsorted(rows, shown)] if relevance is not None else np.zeros(len(shown))
        counts = {
            name: count_facet(self.snapshot, name, self._facet_rows(selection, name, rows), limit=FACET_VALUES)
            for name in map(_facet_field, facets)
        }
        answer = Answer(
            query=str(selection.query), total=len(rows), hits=tuple(self._hits(selection.query, shown, scores)),
            facets=counts, histogram=make_histogram(self.snapshot, None if everything else rows) if histogram else None,
            suggestions=() if len(rows) else self._suggestions(selection, filters, copies=copies),
            copies_left_out=selection.copies, offset=offset, limit=limit, filters=selection.filters, snapshot=self.name,
            took_ms=(time.perf_counter() - start) * 1000, notes=self.notes,
        )  # fmt: skip
        if answer.took_ms > _SLOW_QUERY * 1000:
            fields = {"query": answer.query, "total": answer.total, "snapshot": self.name}
            _log.warning("query_slow", extra={**fields, "seconds": round(answer.took_ms / 1000, 3)})
        return answer

    def count(self, query: str | Query = "", filters: Filters | None = None, *, copies: bool = False) -> int:
        """How many rows match."""
        return self.select(query, filters, copies=copies).total

    def iterate(
        self, query: str | Query = "", filters: Filters | None = None, *, sort: str = "", copies: bool = False
    ) -> Iterator[Hit]:
        """Every hit in order, however many, a bounded number in memory at a time."""
        selection = self.select(query, filters, copies=copies)
        rows = np.flatnonzero(selection.mask)
        relevance = self._relevance(selection.query, rows)
        ordered = self._ordered(selection.query, sort, rows, relevance, len(rows))
        for start in range(0, len(ordered), _BATCH):
            batch = ordered[start : start + _BATCH]
            scores = relevance[np.searchsorted(rows, batch)] if relevance is not None else np.zeros(len(batch))
            yield from self._hits(selection.query, batch, scores)

    def _facet_rows(self, selection: Selection, name: str, rows: Rows) -> Rows | None:
        if name in selection.without_own:
            return np.flatnonzero(selection.without_own[name])
        return None if len(rows) == self.snapshot.rows else rows

    def _relevance(self, query: Query, rows: Rows) -> Any:
        """Relevance of each row, None for a query without words."""
        if not query.terms() or not len(rows):
            return None
        scores = np.zeros(len(rows), np.float32)
        asked = {kind for term in query.terms() for kind in term.kinds}
        for kind in INDEXED:
            if kind in asked:
                own = self.index.rank(query, kind)
                scores += np.float32(_KIND_WEIGHTS[kind]) * own[self.snapshot.columns[kind][rows]]
        return scores

    def _ordered(self, query: Query, sort: str, rows: Rows, relevance: Any, count: int) -> Rows:
        keys = [*query.sort, *_sort_keys(sort)]
        if not keys:
            if relevance is None:
                return rows[:count]
            keys = [SortKey("relevance", descending=True), SortKey("year", descending=True)]
        return first_rows(rows, [self._key(key, rows, relevance) for key in keys], min(count, len(rows)))

    def _key(self, key: SortKey, rows: Rows, relevance: Any) -> Any:
        """Values to sort rows by, ascending, unknown ones last."""
        if key.field == "relevance":
            values = np.zeros(len(rows), np.float32) if relevance is None else relevance
        else:
            values = self.snapshot.sort_values(key.field)[rows]
        signed = -values if key.descending else values
        return np.where(np.isnan(signed), np.float32(np.inf), signed)

    def _suggestions(self, selection: Selection, filters: Filters | None, *, copies: bool) -> tuple[Proposal, ...]:
        if not selection.query.terms() or not self.snapshot.rows:
            return ()
        count = partial(self.count, filters=filters, copies=copies)
        found = self.index.suggest(selection.query, count=count)
        return tuple(Proposal(str(item), item.count, item.reason) for item in found)

    # --- hits and records

    def _hits(self, query: Query, rows: Rows, scores: Any) -> Iterator[Hit]:
        for row, score, values in zip(rows, scores, self.snapshot.records(rows), strict=True):
            yield self._hit(query, int(row), float(score), values)

    def _hit(self, query: Query, row: int, score: float, values: dict[str, Any]) -> Hit:
        sha256, project_index = values.pop("sha256"), values.pop("project_index")
        spans: list[tuple[str, int, int]] = []
        if query.terms():
            for kind in INDEXED:
                spans += [(kind, start, end) for start, end in self.index.highlights(query, values[kind], kind)]
        cluster, title = self._cluster(row)
        return Hit(
            record=values, row=row, sha256=sha256, project_index=project_index, relevance=score, cluster=cluster,
            cluster_name=title, highlights=tuple(spans), copies=self._copies(row), counted=bool(self.snapshot.counted[row]),
        )  # fmt: skip

    def _cluster(self, row: int) -> tuple[str, str]:
        clusters = self.snapshot.clusters
        if clusters is None:
            return "", ""
        return clusters.titles[clusters.numbers[self.snapshot.columns["name"][row]]]

    def _copies(self, row: int) -> tuple[Copy, ...]:
        section = int(self.snapshot.columns["section"][row])
        rows = ((self.documents[sha256], relation) for sha256, relation in self.snapshot.copies.get(section, ()))
        return tuple(Copy(row.name, row.entry.path, row.entry.sha256, relation) for row, relation in rows)

    @cached_property
    def clustering(self) -> Clustering:
        """The clusters of the names in use, with people's decisions applied."""
        from kpi.cluster import Clustering as Result
        from kpi.ingestion.clustering import read_clustering

        path = self.snapshot.folder / CLUSTERS
        return read_clustering(path) if path.is_file() else Result(())

    @cached_property
    def cluster_list(self) -> ClusterList:
        """The clusters with their figures."""
        return ClusterList(self.snapshot)

    def hit(self, identity: str) -> Hit:
        """The indicator with this id.

        Raises:
            UsageError: the store has none.
        """
        row = self.snapshot.row_of(identity)
        if row is None:
            raise UsageError("库中没有这个编号的指标", found=identity)
        return self._hit(Query(), row, 0.0, self.snapshot.records([row])[0])

    def document(self, sha256: str) -> Document:
        """A document as it was parsed, with its logical tables; corrections are not in it.

        Raises:
            UsageError: the store does not hold it.
            StoreError: its parsed result is missing or damaged.
        """
        from kpi.ingestion.parsed import load_document

        row = self.documents.get(sha256)
        if row is None:
            raise UsageError("库中没有这个文件", found=sha256, advice="用 kpi status --documents 查看库中文件")
        return load_document(self.snapshot.layout, row.entry)

    def original(self, sha256: str) -> Path | None:
        """The original file on this machine; None if the store does not keep it."""
        return original(self.snapshot.layout, sha256)

    # --- export

    def export(  # noqa: PLR0913 - keyword-only settings of an export
        self,
        path: str | Path,
        *,
        query: str | Query = "",
        filters: Filters | None = None,
        sort: str = "",
        format: str = "",  # noqa: A002 - the word that the command line uses
        limit: int | None = None,
        offset: int = 0,
        copies: bool = False,
        raw: bool = False,
    ) -> int:
        """Write exactly the matching rows, all of them unless `limit` says otherwise; returns how many.

        Args:
            path: the file; its ending chooses the format unless `format` (xlsx, csv, jsonl, json, parquet) does.
            query: see `search`.
            filters: see `search`.
            sort: see `search`.
            format: overrides the ending.
            limit: most rows.
            offset: rows to pass over.
            copies: see `search`.
            raw: csv without byte order mark and without protection against formulas, for machines.

        Raises:
            UsageError: unknown format.
        """
        from itertools import islice

        from kpi.export import export_file

        hits = self.iterate(query, filters, sort=sort, copies=copies)
        chosen = islice(hits, offset, None if limit is None else offset + limit)
        about = self.about(query, filters, sort=sort)
        return export_file((hit.to_plain() for hit in chosen), Path(path), format=format, about=about, raw=raw)

    def about(self, query: str | Query = "", filters: Filters | None = None, *, sort: str = "") -> About:
        """What an export of this query says of itself."""
        from kpi.export import About

        parsed = parse_query(query) if isinstance(query, str) else query
        notes = ("同一公开件以多种格式或多个版本发布时只计一次",)
        return About(
            query=str(parsed), filters=_normal_filters(filters or {}), sort=sort, snapshot=self.name, source=self.snapshot.layout.shown,
            notes=notes,
        )  # fmt: skip


_BATCH = 2000


class _LazyIndex:
    """Opens the text index only when a query has words."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def match(self, term: Any, kind: str) -> Any:
        """See `TextIndex.match`."""
        return self._store.index.match(term, kind)


def open_store(path: str | os.PathLike[str] = ".kpi") -> Store:
    """Open a store, a folder or a URL, on the snapshot in force; use it in a `with` statement.

    Raises:
        StoreError: there is no store, or no usable snapshot in it.
    """
    return Store(path)


def _normal_filters(filters: Filters) -> dict[str, tuple[str, ...]]:
    result = {}
    for name, values in filters.items():
        field = find_field(name)
        if field is None:
            raise UsageError("没有这个筛选字段", found=name, advice="字段名与记录字段相同，如 city、year、level1")
        several = [values] if isinstance(values, (str, int)) or values is None else list(values)
        if several:
            result[field.name] = tuple("" if value is None else str(value) for value in several)
    return result


def _sort_keys(sort: str) -> Iterator[SortKey]:
    for word in filter(None, (part.strip() for part in sort.split(","))):
        yield from parse_query(f"sort:{word}").sort


def _facet_field(name: str) -> str:
    field = find_field(name)
    if field is None or (field.name not in CODED and field.name != "year"):
        raise UsageError("这个字段不能计数", found=name, advice=f"可用：{'、'.join(FACETS)}")
    return field.name
