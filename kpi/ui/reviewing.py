"""Findings for the review page (审核结果): of documents of the store or of uploads, kept between reruns; as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from pathlib import Path

    from kpi.model import Document, Finding
    from kpi.store import Store

SEVERITY_COLOURS = {"E": "red", "W": "orange", "I": "blue"}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the document and the original that it is about."""

    finding: Finding
    sha256: str
    original: Path | None
    load: Callable[[], Document]
    """Reads the document: most findings are listed without it."""
    stored: bool
    """Whether its indicators can be opened in the store."""

    @property
    def document(self) -> Document:
        """The document that the finding is about."""
        return self.load()


def review_stored(store: Store, sha256: str) -> list[Found]:
    """Findings of a document of the store."""
    from kpi.ui.stores import loader_of

    load = loader_of(store, sha256)
    findings = _findings(str(store.path), store.name, sha256, _load=load, _store=store)
    original = store.original(sha256)
    return [Found(finding, sha256, original, load, stored=True) for finding in findings]


def review_upload(document: Document, path: Path, store: Store | None) -> list[Found]:
    """Findings of an uploaded file, compared with the store where there is one."""
    where, snapshot = (str(store.path), store.name) if store is not None else ("", "")
    findings = _findings(where, snapshot, document.sha256, _load=lambda: document, _store=store)
    stored = store is not None and document.sha256 in store.documents
    return [Found(finding, document.sha256, path, lambda: document, stored=stored) for finding in findings]


@st.cache_data(max_entries=500, show_spinner=False)
def _findings(
    path: str, snapshot: str, sha256: str, *, _load: Callable[[], Document], _store: Store | None
) -> tuple[Finding, ...]:
    from kpi.review import review

    del path, snapshot, sha256
    return review(_load(), store=_store)


def rule_titles() -> dict[str, str]:
    """What each rule is called."""
    from kpi.review import all_rules

    return {identity: rule.title for identity, rule in all_rules().items()}


def severity_titles() -> dict[str, str]:
    """What each severity is called, in falling order."""
    from kpi.review import SEVERITIES

    return dict(SEVERITIES)


def findings_file(found: Sequence[Found], ending: str, *, with_store: bool) -> bytes:
    """审核意见 of exactly these findings: `xlsx` to work with, or `docx` to sign."""
    from kpi.export.review_document import write_review_document
    from kpi.export.review_workbook import write_review_workbook
    from kpi.review.report import Report

    loads = {item.sha256: item.load for item in found}
    documents = {sha256: load() for sha256, load in loads.items()}
    report = Report(
        documents=tuple(documents.values()), findings=tuple(item.finding for item in found), with_store=with_store
    )
    stream = io.BytesIO()
    write = write_review_workbook if ending == "xlsx" else write_review_document
    write(report, stream)
    return stream.getvalue()
