"""Findings of several documents with what reports say of them (审核报告): counts, order, records for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.model import Document, Finding
from kpi.review.engine import review
from kpi.review.profiles import Profile, read_profile
from kpi.review.registry import ERROR, LEAD, SEVERITIES, STORE, WARNING, Rule
from kpi.review.settings import Settings

if TYPE_CHECKING:
    from kpi.review.store_view import HasSnapshot

_ORDER = {code: number for number, code in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The findings of documents under one profile."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    """By document, then project in printed order, then severity."""
    profile: Profile = field(default_factory=Profile)
    settings: Settings = field(default_factory=Settings)
    with_store: bool = False

    def rules(self) -> tuple[Rule, ...]:
        """Rules that were applied."""
        return tuple(rule for rule in self.profile.rules() if self.with_store or rule.view != STORE)

    def by_severity(self) -> Mapping[str, int]:
        """Findings of each severity, 0 included, in falling order."""
        counts = Counter(finding.severity for finding in self.findings)
        return {code: counts[code] for code in SEVERITIES}

    def by_rule(self) -> Mapping[str, int]:
        """Findings of each rule that found something."""
        return dict(sorted(Counter(finding.rule for finding in self.findings).items()))

    def by_project(self) -> Sequence[tuple[str, str, Mapping[str, int]]]:
        """Document, project and its findings by severity; those with the most errors first."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for finding in self.findings:
            counts.setdefault((finding.document, finding.project), Counter())[finding.severity] += 1
        rows = [
            (document, project, {code: found[code] for code in SEVERITIES})
            for (document, project), found in counts.items()
        ]
        return sorted(rows, key=lambda row: tuple(-row[2][code] for code in (ERROR, WARNING, LEAD)))

    def reaches(self, severity: str) -> bool:
        """Whether some finding is at or above a severity."""
        return any(_ORDER[finding.severity] <= _ORDER[severity] for finding in self.findings)


def make_report(
    documents: Sequence[Document],
    *,
    profile: str | Path | Profile | None = None,
    store: HasSnapshot | None = None,
    settings: Settings | None = None,
) -> Report:
    """Review documents one after the other; arguments as those of `review`.

    Raises:
        UsageError: a profile or threshold that is not allowed.
    """
    chosen = read_profile(profile)
    base = settings or Settings()
    findings: list[Finding] = []
    for document in documents:
        findings += sort_for_people(review(document, profile=chosen, store=store, settings=base))
    return Report(
        documents=tuple(documents), findings=tuple(findings), profile=chosen, settings=chosen.apply_settings(base),
        with_store=store is not None,
    )  # fmt: skip


def sort_for_people(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one document by project in printed order, then severity, then place."""
    runs = [list(group) for _, group in groupby(findings, lambda item: item.project)]
    return [
        finding
        for run in runs
        for finding in sorted(run, key=lambda item: (_ORDER[item.severity], item.evidence.get("row", 0), item.rule))
    ]


def finding_to_record(finding: Finding) -> dict[str, Any]:
    """One finding as a JSON-ready dict with the keys of `Finding`."""
    return {
        "rule": finding.rule, "severity": finding.severity, "document": finding.document, "page": finding.page,
        "boxes": [list(box) for box in finding.boxes], "project": finding.project, "indicator_id": finding.indicator_id,
        "printed": finding.printed, "message": finding.message, "expected": finding.expected, "advice": finding.advice,
        "evidence": dict(finding.evidence), "topic": finding.topic,
    }  # fmt: skip
