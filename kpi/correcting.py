"""Corrections through a store (更正): fields of an indicator, rejected rows, facts of a document; undone, told, replayed.

A correction names its record by place and by printed text, so it survives parsing again; it is shown as 已改 (the code
`corrected` among the record's warnings) in searches, exports and on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kpi.catalog.documents import apply_attributes, bind
from kpi.corrected_values import changes_of, find_correctable, value_of_text
from kpi.corrections import Corrections, record_key
from kpi.deciding import Held as Decided
from kpi.deciding import read_log, take_decision
from kpi.decisions import CORRECT, CORRECTION_KINDS, DOCUMENT, REJECT, Decision, RecordKey, active_decisions
from kpi.errors import UsageError

if TYPE_CHECKING:
    from kpi.catalog.answers import Hit
    from kpi.catalog.documents import DocumentRow
    from kpi.deciding import Outcome


class Held(Decided, Protocol):
    """What of a store is needed here."""

    @property
    def documents(self) -> Mapping[str, DocumentRow]:
        """The documents by sha256."""
        ...

    def hit(self, identity: str) -> Hit:
        """The indicator with this id."""
        ...


@dataclass(frozen=True, slots=True)
class CorrectionState:
    """One correction in force; `problem` says why it had no effect, "" when it has."""

    decision: Decision
    document: str
    """Name of the document; "" when the store does not hold it."""
    problem: str


class Correcting:
    """Methods of a store that correct. Each moves the store to a new snapshot."""

    def correct(
        self: Held, identity: str, changes: Mapping[str, str | None], *, author: str | None = None, reason: str = ""
    ) -> Outcome:
        """Set fields of an indicator.

        Args:
            identity: the record's id.
            changes: field → text as people type it (`{"target": "≥95%"}`, `{"预算金额": "120万元"}`); "" empties it. A new
                target, name, level1 or year reads the target anew.
            author: who decides; the system's user name when None.
            reason: why.

        Raises:
            UsageError: no such record or field, a value that does not fit, nothing changes.
            StoreError: the store cannot be written.
        """
        hit = self.hit(identity)
        wanted = changes_of(hit.record, changes)
        return take_decision(
            self, Decision(kind=CORRECT, record=_printed_key(self, hit), changes=wanted, reason=reason), author=author
        )

    def reject(self: Held, identity: str, *, author: str | None = None, reason: str = "") -> Outcome:
        """Take a row out that is no indicator: it is neither found nor counted any more.

        Raises:
            UsageError: no such record.
            StoreError: the store cannot be written.
        """
        hit = self.hit(identity)
        return take_decision(self, Decision(kind=REJECT, record=_printed_key(self, hit), reason=reason), author=author)

    def correct_document(
        self: Held, document: str, changes: Mapping[str, str | None], *, author: str | None = None, reason: str = ""
    ) -> Outcome:
        """Set province, city, county, department or year of a document and of its rows that print no other.

        Args:
            document: its path, name, or the first digits of its sha256.
            changes: field → text.
            author: who decides; the system's user name when None.
            reason: why.

        Raises:
            UsageError: no such document, several, or another field.
            StoreError: the store cannot be written.
        """
        row = find_document(self.documents.values(), document)
        wanted = {name: value_of_text(name, text) for name, text in (
            (find_correctable(typed, document=True), text) for typed, text in changes.items()
        )}  # fmt: skip
        kept = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not kept:
            raise UsageError("与现在的内容相同，没有可更正的", found=f"{row.name}：{wanted}")
        key = RecordKey(sha256=row.entry.sha256)
        return take_decision(self, Decision(kind=DOCUMENT, record=key, changes=kept, reason=reason), author=author)

    def corrections(self: Held) -> list[CorrectionState]:
        """Corrections in force, oldest first, and which of them had no effect and why."""
        decisions = [item for item in active_decisions(read_log(self.path).decisions) if item.kind in CORRECTION_KINDS]
        problems: dict[str, str] = {}
        for sha256 in {item.record.sha256 for item in decisions}:
            row = self.documents.get(sha256)
            if row is not None:
                problems |= _problems(_printed(self, row), decisions)
        return [_state(item, self.documents.get(item.record.sha256), problems) for item in decisions]


def _state(item: Decision, row: DocumentRow | None, problems: Mapping[str, str]) -> CorrectionState:
    if row is None:
        return CorrectionState(item, "", "库中没有这个文件")
    return CorrectionState(item, row.name, problems.get(item.id, ""))


def _problems(plain: dict[str, Any], decisions: Sequence[Decision]) -> dict[str, str]:
    _, told = Corrections(decisions).apply_and_tell(plain)
    return {item.decision.id: item.reason for item in told}


def _printed(store: Held, row: DocumentRow) -> dict[str, Any]:
    """A document as it was parsed, before any correction."""
    from kpi.ingestion.parsed import load_plain

    return apply_attributes(bind(load_plain(store.snapshot.layout, row.entry), row.entry), row.entry.attributes)


def _printed_key(store: Held, hit: Hit) -> RecordKey:
    """The record's key by its printed text, which later corrections of it share."""
    printed = _printed(store, store.documents[hit.sha256])["indicators"]
    found = next((record for record in printed if record["id"] == hit.record["id"]), hit.record)
    return record_key(found, hit.sha256)


_LEAST_DIGITS = 6


def find_document(rows: Iterable[DocumentRow], wanted: str) -> DocumentRow:
    """The document with this path, sha256 (or its first digits) or name.

    Raises:
        UsageError: there is none, or there are several.
    """
    held = list(rows)
    found = [row for row in held if wanted in (row.entry.path, row.entry.sha256, row.entry.location)]
    found = found or [row for row in held if row.name == wanted]
    if not found and len(wanted) >= _LEAST_DIGITS:
        found = [row for row in held if row.entry.sha256.startswith(wanted.lower())]
    if len(found) != 1:
        told = "、".join(row.entry.path for row in found[:5])
        raise UsageError(
            "有多个文件符合" if found else "库中没有这个文件",
            found=told or wanted,
            advice="用 kpi status --documents 查看",
        )
    return found[0]
