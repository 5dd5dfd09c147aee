"""What a rule is (规则), and the registry of all rules.

Adding a rule is one function with the decorator `rule`, and its two example tables in tests/review/examples.py: one on
which it fires and one on which it does not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from kpi.model import (
    OVERALL_SELF_EVALUATION,
    OVERALL_TARGETS,
    PROJECT_SELF_EVALUATION,
    PROJECT_TARGETS,
    PROSE_TARGETS,
    Indicator,
    Source,
)

if TYPE_CHECKING:
    from kpi.review.views import DocumentView, ProjectView, StoreView

ERROR, WARNING, LEAD = "E", "W", "I"
SEVERITIES: Mapping[str, str] = {ERROR: "强制", WARNING: "提示", LEAD: "线索"}
"""Severity → what it is called; in falling order."""

T2015, T2021 = "T2015", "T2021"
TEMPLATES: Mapping[str, str] = {
    T2015: "2015 年模板：产出下设成本，效益下设可持续影响",
    T2021: "2021 年模板：成本为一级指标",
}

# Topics (依据) are a document number and what it is about; clauses are not quoted.
SETTING = "财预〔2021〕101号：核心绩效指标设置"
VALUES = "财预〔2021〕101号：指标值取值"
EVALUATION = "财预〔2020〕10号：项目支出绩效评价"
COMPLETE = "财预〔2015〕88号：绩效目标审核（完整性）"
RELEVANT = "财预〔2015〕88号：绩效目标审核（相关性）"
APPROPRIATE = "财预〔2015〕88号：绩效目标审核（适当性）"
FEASIBLE = "财预〔2015〕88号：绩效目标审核（可行性）"
ARITHMETIC = "勾稽关系"

PROJECT, DOCUMENT, STORE = "project", "document", "store"

TARGET_TABLES = frozenset({PROJECT_TARGETS, OVERALL_TARGETS})
PROJECT_TABLES = frozenset({PROJECT_TARGETS})
SELF_EVALUATIONS = frozenset({PROJECT_SELF_EVALUATION, OVERALL_SELF_EVALUATION})
RULED_TABLES = TARGET_TABLES | SELF_EVALUATIONS
"""Tables, as against running text: only they can lack a level."""
ALL_TABLES = RULED_TABLES | {PROSE_TARGETS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a rule found; the engine adds document, place and the rule's own words.

    `severity` and `advice` are the rule's unless given: a near case is told softer.
    """

    message: str
    indicator: Indicator | None = None
    source: Source | None = None
    """Place, where it is not the indicator's or the project's."""
    project: str = ""
    """Project, where the view has none."""
    printed: str = ""
    expected: str = ""
    severity: str = ""
    advice: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


ProjectCheck = Callable[["ProjectView"], Iterable[Problem]]
DocumentCheck = Callable[["DocumentView"], Iterable[Problem]]
StoreCheck = Callable[["StoreView"], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its words for people, where it applies, and the function that finds."""

    id: str
    severity: str
    title: str
    topic: str
    advice: str
    view: str
    check: Callable[[Any], Iterable[Problem]]
    tables: frozenset[str] = ALL_TABLES
    templates: frozenset[str] = frozenset()
    """Templates that the rule is for; empty = any."""
    settings: tuple[str, ...] = ()
    on: bool = True
    """Whether it is on unless a profile says otherwise."""
    explained: str = ""
    """What the rule looks at and what it passes over, for docs and the workbook."""


_RULES: dict[str, Rule] = {}


def rule(
    identity: str, severity: str, title: str, *, topic: str, advice: str, explained: str, view: str = PROJECT,
    **more: Any,
) -> Callable[[Callable[[Any], Iterator[Problem]]], Callable[[Any], Iterator[Problem]]]:  # fmt: skip
    """Register a function as a rule."""

    def register(check: Callable[[Any], Iterator[Problem]]) -> Callable[[Any], Iterator[Problem]]:
        _RULES[identity] = Rule(
            id=identity, severity=severity, title=title, topic=topic, advice=advice, explained=explained, view=view,
            check=check, **more,
        )  # fmt: skip
        return check

    return register


_MODULES = (
    "completeness", "placement", "names", "measures", "targets", "timing", "money", "sums", "weights", "scores", "relevance", "peers",
)  # fmt: skip
"""Modules that hold rules; importing one registers them."""


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by id, in the order of the ids."""
    for module in _MODULES:
        importlib.import_module(f"kpi.review.{module}")
    return dict(sorted(_RULES.items(), key=lambda item: (int(item[0][1:3]), item[0])))
