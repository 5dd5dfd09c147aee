"""What parsing gives (文件、项目、指标): a document with its projects, units, indicators, repairs and suspect pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from kpi.model.pages import Box

PROJECT_TARGETS = "项目绩效目标"
OVERALL_TARGETS = "整体绩效目标"
PROJECT_SELF_EVALUATION = "项目绩效自评"
OVERALL_SELF_EVALUATION = "整体绩效自评"
PROSE_TARGETS = "文字绩效目标"
TABLE_KINDS = (PROJECT_TARGETS, OVERALL_TARGETS, PROJECT_SELF_EVALUATION, OVERALL_SELF_EVALUATION, PROSE_TARGETS)

ANNUAL = "年度"
WHOLE_TERM = "实施期"

CATEGORIES = (
    "投入管理", "成本", "数量", "质量", "时效", "产出",
    "经济效益", "社会效益", "生态效益", "可持续影响", "效益", "满意度", "其他",
)  # fmt: skip
"""One scheme of 类别 for all templates, see docs/decisions.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a record was printed (出处). Left out of equality: the same content in two formats is equal."""

    document: str
    path: str
    sha256: str
    table: str
    table_index: int
    row: int
    column: int
    page: int | None = None
    boxes: tuple[Box, ...] = ()

    @property
    def id(self) -> str:
        """First 16 hex digits of sha1(file sha256, page, table_index, row, column)."""
        place = f"{self.sha256},{self.page},{self.table_index},{self.row},{self.column}"
        return hashlib.sha1(place.encode(), usedforsecurity=False).hexdigest()[:16]


class Span(NamedTuple):
    """A stretch `[start, end)` of a cleaned target text and what it was read as."""

    start: int
    end: int
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target (指标值) in normal form; unknown numbers are None, unknown words ""."""

    text: str
    """As printed."""
    kind: str
    """`numeric`, `range`, `deadline`, `relative`, `qualitative`, `missing`."""
    comparator: str = ""
    value: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    base_value: Decimal | None = None
    base_upper: Decimal | None = None
    base_unit: str = ""
    date_end: date | None = None
    baseline: str = ""
    direction: str = ""
    grade: str = ""
    approximate: bool = False
    implied_unit: str = ""
    clean: str = field(default="", compare=False)
    """The folded text that `spans` count in."""
    spans: tuple[Span, ...] = field(default=(), compare=False)
    unread: tuple[str, ...] = field(default=(), compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One performance indicator (三级指标) with its target and place. Field names are the record's."""

    source: Source = field(compare=False)
    province: str = ""
    city: str = ""
    county: str = ""
    department: str = ""
    year: int | None = None
    unit_code: str = ""
    unit_name: str = ""
    project_code: str = ""
    project: str = ""
    budget: Decimal | None = None
    """元."""
    period: str = ANNUAL
    level1: str = ""
    level2: str = ""
    name: str = ""
    category: str = "其他"
    category_inferred: bool = False
    description: str = ""
    basis: str = ""
    target: str = ""
    kind: str = ""
    comparator: str = ""
    value: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    base_value: Decimal | None = None
    base_upper: Decimal | None = None
    base_unit: str = ""
    date_end: date | None = None
    baseline: str = ""
    direction: str = ""
    grade: str = ""
    approximate: bool = False
    implied_unit: str = ""
    half_target: str = ""
    actual: str = ""
    weight: str = ""
    score: str = ""
    deviation: str = ""
    reason: str = ""
    confidence: float = field(default=1.0, compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def id(self) -> str:
        """The record's id, see `Source.id`."""
        return self.source.id


@dataclass(frozen=True, slots=True)
class Fund:
    """One source of money (资金来源) of a project or unit, in 元."""

    name: str
    amount: Decimal
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One annual task (年度主要任务)."""

    name: str
    content: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The execution block (预算执行情况) of a self-evaluation; amounts in 元, rate in percent."""

    budget: Decimal | None = None
    adjusted: Decimal | None = None
    spent: Decimal | None = None
    weight: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project (项目) or, in overall tables (整体), the department itself (`name` is then "")."""

    source: Source = field(compare=False)
    code: str = ""
    name: str = ""
    unit_code: str = ""
    unit_name: str = ""
    department: str = ""
    year: int | None = None
    block: int | None = None
    """1-based index into `Document.units`: the block of the unit sub-total row above the project."""
    budget: Decimal | None = None
    """元."""
    budget_printed: str = ""
    funds: tuple[Fund, ...] = ()
    goal: str = ""
    """绩效目标, 年度履职目标."""
    goal_actual: str = ""
    """What a self-evaluation says was reached (实际完成情况)."""
    tasks: tuple[Task, ...] = ()
    period: str = ANNUAL
    weight_total: Decimal | None = None
    score_total: Decimal | None = None
    execution: Execution | None = None
    indicator_ids: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTotal:
    """A unit's sub-total row (单位小计): its block reaches to the next such row (许昌 prints one unit twice)."""

    source: Source = field(compare=False)
    code: str = ""
    name: str = ""
    budget: Decimal | None = None
    budget_printed: str = ""
    funds: tuple[Fund, ...] = ()


@dataclass(frozen=True, slots=True)
class LogicalRow:
    """One printed row of a logical table; `texts` has one entry a column, merged cells only on their anchor."""

    texts: tuple[str, ...]
    page: int | None = None
    role: str = "data"
    """`data`, `header`, `unit`, `block` (project block above the indicators), `total`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalTable:
    """One table put together from its page pieces, as printed, for the screen that shows it."""

    index: int
    kind: str
    layout: str
    title: str = ""
    year: int | None = None
    pages: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    rows: tuple[LogicalRow, ...] = ()
    score: float = 1.0
    because: tuple[str, ...] = ()
    """Header cells by which the layout was recognised."""
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class SuspectPage:
    """A page that looks like a 绩效目标 table but yielded nothing, with the reason."""

    page: int | None
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair made on the way (修复), told and counted; `code` is also in the indicator's `warnings`."""

    code: str
    page: int | None = None
    row: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A table that was looked at and not taken, and why (for `--explain`)."""

    page: int | None
    title: str
    reason: str
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed file."""

    path: str
    name: str
    sha256: str
    format: str
    title: str = ""
    province: str = ""
    city: str = ""
    county: str = ""
    department: str = ""
    year: int | None = None
    page_count: int | None = None
    tables: tuple[LogicalTable, ...] = ()
    projects: tuple[Project, ...] = ()
    units: tuple[UnitTotal, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    warnings: tuple[Repair, ...] = ()
    suspect_pages: tuple[SuspectPage, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding (审核意见) of a rule, with its place and proof."""

    rule: str
    severity: str
    """E 强制, W 提示, I 线索."""
    document: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    project: str = ""
    indicator_id: str = ""
    printed: str = ""
    message: str = ""
    expected: str = ""
    advice: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    topic: str = ""
