"""What rules look at (视图): a project with its rows, a document, a store; computed once and shared by all rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kpi.model import (
    OVERALL_SELF_EVALUATION,
    OVERALL_TARGETS,
    PROSE_TARGETS,
    WHOLE_TERM,
    Document,
    Indicator,
    LogicalTable,
    Project,
)
from kpi.review.registry import SELF_EVALUATIONS, T2015, T2021
from kpi.review.settings import Settings
from kpi.review.vocabulary import (
    BENEFIT,
    COST,
    INPUT,
    OUTPUT,
    SATISFACTION,
    bare_name,
    level1_group,
    level2_group,
)
from kpi.tables.headers import label_role, level_key
from kpi.tables.layouts import SCORED

if TYPE_CHECKING:
    from kpi.review.store_view import StoreView

__all__ = ["DocumentView", "ProjectView", "Row", "StoreView", "document_view"]

_CATEGORY_GROUPS = {
    "成本": COST, "数量": OUTPUT, "质量": OUTPUT, "时效": OUTPUT, "产出": OUTPUT, "经济效益": BENEFIT, "社会效益": BENEFIT,
    "生态效益": BENEFIT, "可持续影响": BENEFIT, "效益": BENEFIT, "满意度": SATISFACTION, "投入管理": INPUT,
}  # fmt: skip
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator with what its levels and name say."""

    indicator: Indicator
    level1: str
    """Group of the printed 一级: 产出, 效益, 满意度, 成本, 投入 or ""."""
    level2: str
    """Group of the printed 二级."""
    name: str
    """Folded, without a unit in brackets."""

    @property
    def group(self) -> str:
        """The group that the row counts for: 一级, but a 成本 or 满意度 as 二级 counts as such."""
        if self.level2 in {COST, SATISFACTION}:
            return self.level2
        return self.level1 or self.level2 or _CATEGORY_GROUPS.get(self.indicator.category, "")

    @property
    def managed(self) -> bool:
        """Whether the row belongs to the management part of 整体支出 templates, whose rows and words are given."""
        return INPUT in (self.level1, self.level2) or self.indicator.category == "投入管理"

    @property
    def quantitative(self) -> bool:
        """Whether the target is a number, a range, or a change with a figure."""
        item = self.indicator
        return item.kind in {"numeric", "range"} or (item.kind == "relative" and item.value is not None)


@dataclass(frozen=True)
class ProjectView:
    """One project of a document with its rows."""

    document: DocumentView
    project: Project
    rows: tuple[Row, ...]
    template: str
    settings: Settings

    @property
    def table(self) -> str:
        """Kind of the table."""
        return self.project.source.table

    @property
    def overall(self) -> bool:
        """Whether the table is a department's own (整体)."""
        return self.table in {OVERALL_TARGETS, OVERALL_SELF_EVALUATION}

    @property
    def self_evaluation(self) -> bool:
        """Whether the table tells what was reached."""
        return self.table in SELF_EVALUATIONS

    @property
    def prose(self) -> bool:
        """Whether the indicators stood in running text."""
        return self.table == PROSE_TARGETS

    @property
    def year(self) -> int | None:
        """Budget year: the document's; a table may print another by mistake."""
        return self.document.document.year or self.project.year

    @property
    def title(self) -> str:
        """What people call the project: its name, in overall tables the department."""
        return self.project.name or self.project.department or self.project.unit_name

    @cached_property
    def logical_table(self) -> LogicalTable | None:
        """The table that the project stands in."""
        return self.document.tables.get(self.project.source.table_index)

    @cached_property
    def groups(self) -> frozenset[str]:
        """Groups that have a row."""
        return frozenset(row.group for row in self.rows)

    @cached_property
    def has_level2(self) -> bool:
        """Whether the table prints 二级指标 for most rows."""
        return 2 * sum(bool(row.indicator.level2) for row in self.rows) > len(self.rows)

    @cached_property
    def annual(self) -> tuple[Row, ...]:
        """Rows of the budget year, without those of the whole term (实施期)."""
        return tuple(row for row in self.rows if row.indicator.period != WHOLE_TERM)

    @cached_property
    def periods(self) -> tuple[tuple[Row, ...], ...]:
        """Rows by period, in printed order."""
        by_period: dict[str, list[Row]] = {}
        for row in self.rows:
            by_period.setdefault(row.indicator.period, []).append(row)
        return tuple(tuple(rows) for rows in by_period.values())

    def in_group(self, group: str) -> list[Row]:
        """Rows of a group."""
        return [row for row in self.rows if row.group == group]


@dataclass(frozen=True)
class DocumentView:
    """A document with its projects; built by `document_view`."""

    document: Document
    settings: Settings
    template: str = ""
    """Template that was asked for; "" = recognise each table's."""

    @cached_property
    def tables(self) -> dict[int, LogicalTable]:
        """Logical tables by index."""
        return {table.index: table for table in self.document.tables}

    @cached_property
    def projects(self) -> tuple[ProjectView, ...]:
        """All projects that have indicators or should have some; a framework of indicators (指标体系框架) is nobody's target."""
        frameworks = {
            index for index in self.valueless_tables if not {"weight", "score"} & set(self.tables[index].roles)
        }
        return tuple(view for view in self._projects() if view.project.source.table_index not in frameworks)

    @cached_property
    def goal_tables(self) -> frozenset[int]:
        """Indexes of tables that have a place for a goal: a column, a label, or some project with one."""
        found = {project.source.table_index for project in self.document.projects if project.goal}
        for table in self.document.tables:
            if "goal" in table.roles or any(
                row.role == "block" and any(label_role(text) == "goal" for text in row.texts if text)
                for row in table.rows
            ):
                found.add(table.index)
        return frozenset(found)

    @cached_property
    def valueless_tables(self) -> frozenset[int]:
        """Indexes of tables without a column of 指标值: what an evaluation scores, or a framework of indicators."""
        return frozenset(table.index for table in self.document.tables if table.layout == SCORED)

    def _projects(self) -> Iterator[ProjectView]:
        by_id = {item.id: item for item in self.document.indicators}
        taken: set[str] = set()
        for run in _runs(self.document.projects):
            identities = [identity for project in run for identity in project.indicator_ids]
            taken.update(identities)
            yield self._view(run[0], [by_id[identity] for identity in identities if identity in by_id])
        loose: dict[tuple[int, str], list[Indicator]] = {}
        for item in self.document.indicators:
            if item.id not in taken:
                loose.setdefault((item.source.table_index, item.project), []).append(item)
        for items in loose.values():
            first = items[0]
            project = Project(
                source=first.source, code=first.project_code, name=first.project, unit_name=first.unit_name, year=first.year,
                department=first.department, budget=first.budget, indicator_ids=tuple(item.id for item in items),
            )  # fmt: skip
            yield self._view(project, items)

    def _view(self, project: Project, items: Sequence[Indicator]) -> ProjectView:
        rows = tuple(
            Row(item, level1_group(item.level1), level2_group(item.level2), bare_name(item.name)) for item in items
        )
        return ProjectView(self, project, rows, self.template or recognise_template(rows), self.settings)


def _runs(projects: Sequence[Project]) -> Iterator[list[Project]]:
    """Projects in printed order; those that a table names anew on each row are one."""
    run: list[Project] = []
    for project in projects:
        if run and project.name and _same_run(run[-1], project):
            run.append(project)
            continue
        if run:
            yield run
        run = [project]
    if run:
        yield run


def _same_run(a: Project, b: Project) -> bool:
    return (a.source.table_index, a.code, a.name, a.unit_name, a.budget, a.block) == (
        b.source.table_index, b.code, b.name, b.unit_name, b.budget, b.block
    )  # fmt: skip


def recognise_template(rows: Sequence[Row]) -> str:
    """T2021 where 成本 is a 一级, T2015 where 成本 stands under 产出 or 可持续影响 under 效益, else ""."""
    if any(row.level1 == COST for row in rows):
        return T2021
    for row in rows:
        if row.level1 == OUTPUT and row.level2 == COST:
            return T2015
        if row.level1 == BENEFIT and "可持续" in level_key(row.indicator.level2):
            return T2015
    return ""


def document_view(document: Document, settings: Settings, template: str = "") -> DocumentView:
    """A document as rules see it."""
    return DocumentView(document, settings, template)
