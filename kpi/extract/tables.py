"""One stitched table → projects, unit totals, indicators and the table as printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from kpi.extract.category import category_of
from kpi.extract.identity import department_of_table, year_of_titles
from kpi.extract.projects import RunFacts, UnitState, is_unit_row, run_facts, split_unit, table_scale
from kpi.extract.rows import RawIndicator, TableReader
from kpi.model import (
    ANNUAL,
    OVERALL_SELF_EVALUATION,
    OVERALL_TARGETS,
    PROJECT_SELF_EVALUATION,
    PROJECT_TARGETS,
    Indicator,
    LogicalRow,
    LogicalTable,
    Project,
    Repair,
    Source,
    UnitTotal,
)  # fmt: skip
from kpi.tables import headers
from kpi.tables.blocks import Block, read_block
from kpi.tables.carry import ProjectRun, project_runs
from kpi.tables.joins import cut_rows
from kpi.tables.layouts import Layout, in_year
from kpi.tables.parted_rows import parted_rows
from kpi.tables.stitch import Stretch
from kpi.targets import normalize
from kpi.text import fold, squeeze

TARGET_FIELDS = (
    "kind", "comparator", "value", "upper", "unit", "base_value", "base_upper", "base_unit", "date_end", "baseline",
    "direction", "grade", "approximate", "implied_unit",
)  # fmt: skip
"""Fields of a record that `kpi.normalize` fills."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What all records of a document share."""

    document: str
    path: str
    sha256: str
    department: str = ""
    year: int | None = None
    scale: Decimal | None = None
    """元 per printed unit where the document says it once (单位：万元)."""


@dataclass(slots=True)
class Extracted:
    """Records of one table, in printed order."""

    table: LogicalTable
    projects: list[Project] = field(default_factory=list)
    units: list[UnitTotal] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def extract_table(stretch: Stretch, number: int, origin: Origin, units_before: int) -> Extracted:
    """Records of one logical table.

    Args:
        stretch: header, block and data rows of the table.
        number: 1-based index of the table in the document.
        origin: what the document's records share.
        units_before: unit rows of earlier tables; `Project.block` counts through the document.
    """
    return _Extraction(stretch, number, origin, units_before).run()


def table_kind(stretch: Stretch, layout: Layout, block: Block) -> str:
    """项目 or 整体, 目标 or 自评: by title words, block labels and columns."""
    titles = "".join(fold(title) for title in stretch.titles[-6:])
    evaluated = any(band.columns.get("actual") or band.columns.get("score") for band in layout.bands)
    has_project = bool(layout.columns("project", "code") or block.project or block.code)
    overall_block = bool(block.tasks) or any(
        re.search("年度履职目标|部门预算总额|部门整体|整体支出|年度主要任务|部门职能|年度收入", fold(text))
        for row in stretch.block
        for text in row.filled()
    )
    overall = ("整体" in titles and not ("项目支出" in titles and has_project)) or (not has_project and overall_block)
    if has_project and not re.search("整体", titles):
        overall = False
    if overall:
        return OVERALL_SELF_EVALUATION if evaluated else OVERALL_TARGETS
    return PROJECT_SELF_EVALUATION if evaluated else PROJECT_TARGETS


class _Extraction:
    """State of one table's extraction."""

    def __init__(self, stretch: Stretch, number: int, origin: Origin, units_before: int) -> None:
        self.stretch, self.number, self.origin = stretch, number, origin
        self.year = year_of_titles(stretch.titles) or origin.year
        self.layout = in_year(stretch.layout, self.year)
        self.rows = parted_rows(stretch.rows, self.layout)
        self.block = read_block(stretch.block, stretch.titles)
        self.kind = table_kind(stretch, self.layout, self.block)
        self.department = department_of_table(self.block.department or self.block.unit, origin.department)
        self.cuts = cut_rows(self.rows, self.layout)
        self.reader = TableReader(self.rows, self.layout, self.cuts)
        self.scale = table_scale(self.layout, stretch.titles, origin.scale)
        self.units_before = units_before
        self.unit = UnitState(*split_unit(self.block.unit or self.block.department))
        if not self.unit.name:
            self.unit.name = self.department
        self.roles = ["data"] * len(self.rows)
        self.out = Extracted(table=LogicalTable(index=number, kind=self.kind, layout=self.layout.id))

    def run(self) -> Extracted:
        for project_run in project_runs(self.rows, self.layout, self.cuts):
            self._take_run(project_run)
        self._note_repairs()
        self.out.table = self._logical_table()
        return self.out

    def _take_run(self, run: ProjectRun) -> None:
        raw = list(self.reader.read(run.start, run.end))
        facts = run_facts(run, self.rows, self.layout, self.scale)
        if self.layout.columns("code", "project"):
            if is_unit_row(facts, has_indicators=bool(raw)):
                self._take_unit(run, facts)
                return
            if not raw and not facts.code and not facts.name:
                return
            if not raw and re.match("合计|总计", facts.name or facts.code):
                self._take_unit(run, facts)
                return
        elif not raw and headers.is_total(facts.unit):
            return
        if facts.unit:
            self.unit.code, self.unit.name = split_unit(facts.unit)
        project = self._project(run, facts)
        for place in dict.fromkeys(item.unit for item in raw) or ("",):
            self._take_project(_of_place(project, place, raw), [item for item in raw if item.unit == place])
        if run.joined_over_page:
            self.out.repairs.append(
                Repair(
                    "joined_over_page", facts.page, run.start + 1, f"项目“{project.name}”的名称或编码被分页截断，已拼接"
                )
            )

    def _take_project(self, project: Project, raw: Sequence[RawIndicator]) -> None:
        indicators = [self._indicator(item, project) for item in raw]
        self.out.indicators.extend(indicators)
        self.out.projects.append(replace(project, indicator_ids=tuple(item.id for item in indicators)))

    def _source(self, row: int, column: int, page: int | None, boxes: tuple) -> Source:  # type: ignore[type-arg]
        return Source(
            document=self.origin.document, path=self.origin.path, sha256=self.origin.sha256, table=self.kind,
            table_index=self.number, row=row, column=column, page=page, boxes=boxes,
        )  # fmt: skip

    def _row_number(self, index: int) -> int:
        return next((row.number for row in self.reader.data_rows if index in row.parts), index + 1)

    def _take_unit(self, run: ProjectRun, facts: RunFacts) -> None:
        self.unit = UnitState(facts.code, facts.name, self.units_before + len(self.out.units) + 1)
        for index in range(run.start, run.end):
            self.roles[index] = "unit"
        self.out.units.append(
            UnitTotal(
                source=self._source(self._row_number(run.start), 0, facts.page, facts.boxes),
                code=facts.code,
                name=facts.name,
                budget=facts.budget,
                budget_printed=facts.budget_printed,
                funds=facts.funds,
            )
        )

    def _project(self, run: ProjectRun, facts: RunFacts) -> Project:
        block, totals = self.block, self.reader.totals
        overall = self.kind in {OVERALL_TARGETS, OVERALL_SELF_EVALUATION}
        return Project(
            source=self._source(self._row_number(run.start), 0, facts.page, facts.boxes),
            code="" if overall else facts.code or block.code,
            name="" if overall else facts.name or block.project,
            unit_code=self.unit.code,
            unit_name=self.unit.name,
            department=self.department,
            year=self.year,
            block=self.unit.block,
            budget=facts.budget if facts.budget is not None else block.budget,
            budget_printed=facts.budget_printed or block.budget_printed,
            funds=facts.funds or tuple(block.funds),
            goal=facts.goal or block.goal,
            goal_actual=block.goal_actual,
            tasks=tuple(block.tasks),
            period=block.period or ANNUAL,
            weight_total=totals.weight,
            score_total=totals.score,
            execution=block.execution,
        )

    def _indicator(self, raw: RawIndicator, project: Project) -> Indicator:
        category, inferred = category_of(raw.level1, raw.level2, raw.name, raw.target)
        overall = self.kind in {OVERALL_TARGETS, OVERALL_SELF_EVALUATION}
        return with_target(
            Indicator(
                source=self._source(raw.row, raw.column, raw.page, raw.boxes),
                department=self.department,
                year=self.year,
                unit_code=project.unit_code,
                unit_name=project.unit_name,
                project_code=project.code,
                project=project.name,
                budget=None if overall else project.budget,
                period=raw.period,
                level1=raw.level1,
                level2=raw.level2,
                name=raw.name,
                category=category,
                category_inferred=inferred,
                description=raw.texts["description"],
                basis=raw.texts["basis"],
                target=raw.target,
                half_target=raw.texts["half_target"],
                actual=raw.texts["actual"],
                weight=raw.texts["weight"],
                score=raw.texts["score"],
                deviation=raw.texts["deviation"],
                reason=raw.texts["reason"],
                confidence=round(raw.confidence, 3),
                warnings=raw.warnings,
            )
        )

    def _note_repairs(self) -> None:
        for index in sorted(self.cuts):
            row = self.rows[index]
            self.out.repairs.append(
                Repair("joined_over_page", row.page, self._row_number(index), "一行被分页截成两段，已拼接")
            )
        for code in self.stretch.warnings:
            page = self.stretch.pages[0] if self.stretch.pages else None
            self.out.repairs.append(Repair(code, page, None, f"第{self.number}张表的列错位或断行已修复"))
        for number in self.reader.unnamed:
            self.out.repairs.append(Repair("target_without_name", None, number, "有指标值而没有指标名称，未提取"))

    def _logical_table(self) -> LogicalTable:
        totals = {row.number for row in self.reader.data_rows if self.reader.is_total_row(row)}
        rows = [
            LogicalRow(tuple(slot.text for slot in row.slots), row.page, role)
            for group, role in ((self.stretch.block, "block"), (self.stretch.header_rows, "header"))
            for row in group
        ]
        for data in self.reader.data_rows:
            texts = tuple(
                "\n".join(text for part in data.parts if (text := self.rows[part].slots[column].text))
                for column in range(len(self.layout.roles))
            )
            role = "total" if data.number in totals else self.roles[data.parts[0]]
            rows.append(LogicalRow(texts, self.rows[data.parts[0]].page, role))
        title = next((line for line in reversed(self.stretch.titles) if "绩效" in line or "自评" in line), "")
        return LogicalTable(
            index=self.number,
            kind=self.kind,
            layout=self.layout.id,
            title=squeeze(title),
            year=self.year,
            pages=tuple(self.stretch.pages),
            roles=self.layout.roles,
            rows=tuple(rows),
            score=self.layout.score,
            because=self.layout.because,
            quality=self.stretch.quality,
        )


def _of_place(project: Project, place: str, raw: Sequence[RawIndicator]) -> Project:
    """The project as a place has it whose values stand in a column of their own."""
    if not place:
        return project
    column = next(item.column for item in raw if item.unit == place)
    return replace(project, unit_code="", unit_name=place, source=replace(project.source, column=column))


def with_target(indicator: Indicator) -> Indicator:
    """The indicator with its target in normal form; the target's warnings join its own."""
    read = normalize(indicator.target, name=indicator.name, level1=indicator.level1, year=indicator.year)
    values = {name: getattr(read, name) for name in TARGET_FIELDS}
    return replace(indicator, **values, warnings=(*indicator.warnings, *read.warnings))


def document_units(extracted: Sequence[Extracted]) -> int:
    """Unit rows so far."""
    return sum(len(item.units) for item in extracted)
