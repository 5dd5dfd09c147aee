"""Corrections of records (更正) replayed over a parsed document: fields set, rows rejected, document facts set.

A correction names its record by place and by printed text. The text decides: parsing again may move a row, and another
row may come to stand in its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpi.decisions import CORRECT, CORRECTION_KINDS, DOCUMENT, REJECT, Decision, RecordKey, active_decisions
from kpi.text import squeeze

CORRECTED = "corrected"
"""Warning code of a record that a person changed; screens show 已改."""


@dataclass(frozen=True, slots=True)
class Unapplied:
    """A correction that was not applied, or was overruled, and why (for people)."""

    decision: Decision
    reason: str


def record_key(record: Mapping[str, Any], sha256: str) -> RecordKey:
    """The key of a record of the document with this sha256."""
    return RecordKey(
        id=record["id"], sha256=sha256, table=record["table"], project=record["project"], name=record["name"],
        target=record["target"],
    )  # fmt: skip


class Corrections:
    """All corrections in force, by document."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._by_document: dict[str, list[Decision]] = {}
        for decision in active_decisions(decisions):
            if decision.kind in CORRECTION_KINDS:
                self._by_document.setdefault(decision.record.sha256, []).append(decision)

    def fingerprint(self, sha256: str) -> str:
        """Changes whenever the corrections of this document do; "" for none."""
        found = self._by_document.get(sha256)
        if not found:
            return ""
        text = json.dumps([decision.id for decision in found])
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def apply(self, plain: dict[str, Any]) -> dict[str, Any]:
        """A parsed document (see `kpi.serial`) with its corrections; the given one stays as it is."""
        return self.apply_and_tell(plain)[0]

    def apply_and_tell(self, plain: dict[str, Any]) -> tuple[dict[str, Any], tuple[Unapplied, ...]]:
        """As `apply`, with the corrections that found no record or were overruled by later ones."""
        document, records = dict(plain["document"]), [dict(record) for record in plain["indicators"]]
        sha256 = document["sha256"]
        decisions = self._by_document.get(sha256, [])
        if not decisions:
            return plain, ()
        keys = [record_key(record, sha256) for record in records]
        told: list[Unapplied] = []
        rejected: set[int] = set()
        set_by: dict[tuple[int, str], Decision] = {}
        for decision in decisions:
            if decision.kind == DOCUMENT:
                _set_document(document, records, decision)
                continue
            place = find_record(decision.record, keys)
            if place is None:
                told.append(Unapplied(decision, "文件中已没有这条记录，或有多条文字相同而位置已变"))
            elif decision.kind == REJECT:
                rejected.add(place)
            elif decision.kind == CORRECT:
                told.extend(_set_record(records[place], place, decision, set_by))
        kept = [record for place, record in enumerate(records) if place not in rejected]
        return {**plain, "document": document, "indicators": kept}, tuple(told)


def find_record(wanted: RecordKey, keys: Sequence[RecordKey]) -> int | None:
    """The place in `keys` of the record with the wanted printed text: at the same place, or the only one; else None.

    Printed text is compared without white space.
    """
    alike = [place for place, key in enumerate(keys) if _printed(key) == _printed(wanted)]
    same = [place for place in alike if keys[place].id == wanted.id]
    if same:
        return same[0]
    return alike[0] if len(alike) == 1 else None


def _printed(key: RecordKey) -> tuple[str, ...]:
    return tuple(squeeze(text) for text in (key.sha256, key.table, key.project, key.name, key.target))


def _set_record(
    record: dict[str, Any], place: int, decision: Decision, set_by: dict[tuple[int, str], Decision]
) -> list[Unapplied]:
    """Set the fields; an earlier correction of the same field to another value is told as overruled."""
    told = []
    for field, value in decision.changes.items():
        earlier = set_by.get((place, field))
        if earlier is not None and earlier.changes[field] != value:
            told.append(Unapplied(earlier, f"{field} 由较新的更正 {decision.id} 取代"))
        record[field] = value
        set_by[place, field] = decision
    _mark(record)
    return told


def _set_document(document: dict[str, Any], records: list[dict[str, Any]], decision: Decision) -> None:
    """Set a fact of the document; records whose table prints another value of their own keep it."""
    for field, value in decision.changes.items():
        old = document.get(field)
        document[field] = value
        for record in records:
            if record[field] in (old, "", None):
                record[field] = value
                _mark(record)


def _mark(record: dict[str, Any]) -> None:
    if CORRECTED not in record["warnings"]:
        record["warnings"] = [*record["warnings"], CORRECTED]
