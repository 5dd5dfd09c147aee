"""Rules over a document → findings in a fixed order (审核)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.model import Document, Finding, Project
from kpi.review.profiles import Profile, read_profile
from kpi.review.registry import DOCUMENT, PROJECT, SEVERITIES, STORE, Problem, Rule
from kpi.review.settings import Settings, change_settings
from kpi.review.views import DocumentView, ProjectView, document_view

if TYPE_CHECKING:
    from kpi.review.store_view import HasSnapshot

_ORDER = {code: number for number, code in enumerate(SEVERITIES)}


def review(
    document: Document,
    *,
    profile: str | Path | Profile | None = None,
    store: HasSnapshot | None = None,
    settings: Settings | Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with a document's tables, with place and proof.

    Args:
        document: what `kpi.parse` gives.
        profile: `T2015`, `T2021`, the path of a YAML file or a `Profile`; None recognises each table's template.
        store: an open store; without one the rules that compare with other documents are left out.
        settings: thresholds, all of them or those that differ from the defaults; a profile's come on top.

    Returns:
        Findings in the order of tables, projects and rows; within a row by severity and rule.

    Raises:
        UsageError: a profile or threshold that is not allowed.
    """
    chosen = read_profile(profile)
    base = settings if isinstance(settings, Settings) else change_settings(Settings(), settings or {})
    view = document_view(document, chosen.apply_settings(base), chosen.template)
    rules = chosen.rules()
    found = list(_document_findings(view, rules, chosen))
    if store is not None:
        found += _store_findings(view, rules, chosen, store)
    found.sort(key=lambda item: item[0])
    return tuple(finding for _, finding in found)


_Key = tuple[int, int, int, str]
_Placed = tuple[_Key, Finding]


def _document_findings(view: DocumentView, rules: Iterable[Rule], profile: Profile) -> Iterator[_Placed]:
    rules = tuple(rules)
    of_project = [rule for rule in rules if rule.view == PROJECT]
    for project in view.projects:
        for rule in of_project:
            if project.table in rule.tables and (not rule.templates or project.template in rule.templates):
                for problem in rule.check(project):
                    yield _finding(view, rule, problem, profile, project)
    for rule in rules:
        if rule.view == DOCUMENT:
            for problem in rule.check(view):
                yield _finding(view, rule, problem, profile, None)


def _store_findings(
    view: DocumentView, rules: Iterable[Rule], profile: Profile, store: HasSnapshot
) -> Iterator[_Placed]:
    from kpi.review.store_view import store_view

    compared = store_view(view, store.snapshot)
    for rule in rules:
        if rule.view == STORE:
            for problem in rule.check(compared):
                yield _finding(view, rule, problem, profile, None)


def _finding(
    view: DocumentView, rule: Rule, problem: Problem, profile: Profile, project: ProjectView | None
) -> _Placed:
    owner: Project | None = project.project if project is not None else None
    item = problem.indicator
    source = problem.source or (item.source if item is not None else owner.source if owner is not None else None)
    title = problem.project or (project.title if project is not None else item.project if item is not None else "")
    evidence = dict(problem.evidence)
    if source is not None:
        evidence = {"table": source.table, "table_index": source.table_index, "row": source.row, **evidence}
    if item is not None:
        evidence = {
            "indicator": item.name,
            "level1": item.level1,
            "level2": item.level2,
            "target": item.target,
            **evidence,
        }
    finding = Finding(
        rule=rule.id, severity=profile.severity_of(rule, problem.severity), document=view.document.name,
        page=source.page if source is not None else None, boxes=source.boxes if source is not None else (), project=title,
        indicator_id=item.id if item is not None else "", printed=problem.printed, message=problem.message,
        expected=problem.expected, advice=problem.advice or rule.advice, evidence=evidence, topic=rule.topic,
    )  # fmt: skip
    place = (source.table_index, source.row) if source is not None else (0, 0)
    return (*place, _ORDER[finding.severity], rule.id), finding
