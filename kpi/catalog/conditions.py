"""Conditions of a query → rows (条件筛选): masks over coded columns; words are answered by the text index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np

from kpi.catalog.schema import INDEXED
from kpi.catalog.snapshot import Mask, Snapshot, warnings_of
from kpi.errors import StoreError
from kpi.query import CONTAINS, EQUAL, DateRange, FieldIs, NumberRange, Phrase, Word
from kpi.query.folding import fold_for_search

_EPOCH = date(1970, 1, 1)
_ID_DIGITS = 16
_KEPT_CONDITIONS = 256
"""Answered conditions that are kept, about 1 KB each but for long columns."""


class TextMatcher(Protocol):
    """The part of the text index that conditions need."""

    def match(self, term: Word | Phrase, kind: str) -> Any:
        """Numbers of the texts of `kind` that match, an integer array."""
        ...


class Conditions:
    """Resolves the leaves of a query tree to masks of rows (`kpi.query.Resolver`)."""

    def __init__(self, snapshot: Snapshot, matcher: TextMatcher | None) -> None:
        self._snapshot, self._matcher = snapshot, matcher
        self._flags_of: dict[tuple[str, str, str], Any] = {}

    def everything(self) -> Mask:
        """All rows."""
        return np.ones(self._snapshot.rows, np.bool_)

    def text(self, term: Word | Phrase) -> Mask:
        """Rows whose name, project or department matches."""
        if self._matcher is None:
            raise StoreError(
                "快照没有文字索引", where=str(self._snapshot.folder), advice="运行 kpi doctor 修复", code="no_index"
            )
        found = np.zeros(self._snapshot.rows, np.bool_)
        for kind in term.kinds:
            found |= self._snapshot.rows_with(kind, np.asarray(self._matcher.match(term, kind), np.int64))
        return found

    def field(self, condition: FieldIs) -> Mask:
        """Rows whose field has the value."""
        name = condition.field
        if name == "year":
            return self._year(condition)
        if name == "id":
            return self._identity(condition)
        if name in {"document", "path"}:
            return self._document(condition)
        if name == "cluster":
            return self._cluster(condition)
        if name in INDEXED and self._matcher is not None and condition.match == CONTAINS and condition.value:
            return self.text(Phrase(condition.value, (name,)))
        codes, texts = self._snapshot.coded(name)
        mask: Mask = np.take(self._flags(condition, texts), codes)
        return mask

    def any_of(self, name: str, values: Sequence[str]) -> Mask:
        """Rows whose field is exactly one of the values, "" for unknown: what clicks on a facet choose."""
        conditions = [FieldIs(name, value, EQUAL) for value in values]
        if name not in self._snapshot.columns or name in {"year", "id"}:
            found = np.zeros(self._snapshot.rows, np.bool_)
            for condition in conditions:
                found |= self.field(condition)
            return found
        flags = np.zeros(self._snapshot.text_count(name), np.bool_)
        for condition in conditions:
            flags |= self._flags(condition, None)
        mask: Mask = np.take(flags, self._snapshot.columns[name])
        return mask

    def number(self, condition: NumberRange) -> Mask:
        """Rows whose number lies in the range."""
        uppers = self._snapshot.numbers(condition.upper_column) if condition.upper_column else None
        mask: Mask = condition.mask(self._snapshot.numbers(condition.column), uppers)
        if condition.base_unit and condition.column in {"base_value", "base_upper"}:
            number = self._snapshot.number_of("base_unit", condition.base_unit)
            mask = mask & (self._snapshot.columns["base_unit"] == (-1 if number is None else number))
        return mask

    def date(self, condition: DateRange) -> Mask:
        """Rows whose date lies in the range."""
        days = self._snapshot.columns["date_end"]
        mask: Mask = days > 0
        if condition.low is not None:
            low = (condition.low - _EPOCH).days
            mask = mask & (days > low if condition.low_open else days >= low)
        if condition.high is not None:
            high = (condition.high - _EPOCH).days
            mask = mask & (days < high if condition.high_open else days <= high)
        return mask

    def _flags(self, condition: FieldIs, texts: Sequence[str] | None) -> Mask:
        """For each text of a column whether it meets the condition; kept for columns coded in memory."""
        if texts is not None:
            return np.fromiter((condition.matches(text) for text in texts), np.bool_, len(texts))
        key = (condition.field, condition.value, condition.match)
        if key not in self._flags_of:
            every = self._snapshot.all_texts(condition.field)
            if condition.field == "warnings":
                flags = [any(condition.matches(code) for code in warnings_of(text) or [""]) for text in every]
            else:
                flags = [condition.matches(text) for text in every]
            if len(self._flags_of) >= _KEPT_CONDITIONS:
                self._flags_of.clear()
            self._flags_of[key] = np.array(flags, np.bool_)
        found: Mask = self._flags_of[key]
        return found

    def _year(self, condition: FieldIs) -> Mask:
        years = self._snapshot.columns["year"]
        wanted = fold_for_search(condition.value)
        mask: Mask = years < 0 if not wanted else years == (int(wanted) if wanted.isdecimal() else -1)
        return mask

    def _identity(self, condition: FieldIs) -> Mask:
        typed = fold_for_search(condition.value)
        digits = typed[:_ID_DIGITS]
        try:
            low = int(digits.ljust(_ID_DIGITS, "0"), 16)
            high = int(digits.ljust(_ID_DIGITS, "f"), 16)
        except ValueError:
            return np.zeros(self._snapshot.rows, np.bool_)
        identities = self._snapshot.columns["id"]
        mask: Mask = (identities >= np.uint64(low)) & (identities <= np.uint64(high))
        return mask

    def _document(self, condition: FieldIs) -> Mask:
        flags = np.zeros(self._snapshot.text_count("sha256"), np.bool_)
        for number, sha256 in enumerate(self._snapshot.all_texts("sha256")):
            row = self._snapshot.documents.get(sha256)
            if row is not None:
                text = row.name if condition.field == "document" else row.entry.path
                flags[number] = condition.matches(text) or sha256 == condition.value
        mask: Mask = flags[self._snapshot.columns["sha256"]]
        return mask

    def _cluster(self, condition: FieldIs) -> Mask:
        clusters = self._snapshot.clusters
        if clusters is None:
            return np.zeros(self._snapshot.rows, np.bool_)
        wanted = {
            number
            for number, (identity, title) in enumerate(clusters.titles)
            if identity == condition.value or condition.matches(title)
        }
        flags = np.isin(clusters.numbers, list(wanted))
        mask: Mask = flags[self._snapshot.columns["name"]]
        return mask
