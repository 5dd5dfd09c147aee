"""The records that travel between stages: frozen dataclasses without I/O.

Places: pages are 1-based (the sheet number for Excel); rows and columns of cells and tables are 0-based, data rows and
table indexes of a record are 1-based; coordinates are PDF points with the origin at the upper left corner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

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


class Box(NamedTuple):
    """A rectangle on a page: page number (1-based) and points from the upper left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


# --- what reading gives -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid; a merged cell is one `Cell` on its anchor (top left) with spans.

    `text` keeps the printed line breaks as `\\n`. `boxes` is empty where the format has no places.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None
    """Mean confidence of optical recognition, 0–1; None where the text was not recognised optically."""


@dataclass(frozen=True, slots=True)
class Table:
    """One grid as it stands in the file: a PDF page's piece, a Word table, a sheet, a repaired text block."""

    cells: tuple[Cell, ...]
    row_count: int
    column_count: int
    page: int | None = None
    style: str = "ruled"
    """`ruled`, `aligned` (no lines), `word`, `sheet`, `html`, `text` (repaired plain-text export), `ocr`."""
    column_edges: tuple[float, ...] = ()
    """`column_count + 1` x positions in points; empty where the format has none."""
    row_edges: tuple[float, ...] = ()
    """`row_count + 1` y positions in points; empty where the format has none."""
    open_top: tuple[int, ...] = ()
    """Columns whose first cell has no ruling line above it: a cell cut by the page before."""
    open_bottom: tuple[int, ...] = ()
    """Columns whose last cell has no ruling line below it: a cell cut by this page's end."""
    before: tuple[str, ...] = ()
    """Lines of text between the table above (or the page's top) and this one: titles, 部门名称, 单位：万元."""
    quality: float = 1.0
    """0–1: share of the table that was read without a repair."""
    warnings: tuple[str, ...] = ()
    row_warnings: tuple[tuple[int, str], ...] = ()
    """Repairs of single rows: (row, code)."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page (PDF), one sheet (Excel), or the whole of a Word, HTML or text file, in reading order."""

    number: int | None
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
    """All text outside tables, a line each; for plain text every line of the file."""
    width: float = 0.0
    height: float = 0.0
    suspect: str = ""
    """Why the page could not be read though it may hold a table (`scanned` …); empty when all is well."""
    name: str = ""
    """The sheet's name."""


# --- what parsing gives -------------------------------------------------------------------------------------------------


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


# --- the record: one indicator for other programs ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordField:
    """One key of the record: its type for stores and its heading for people."""

    name: str
    type: str
    """`text`, `number` (Decimal as JSON string), `integer`, `float`, `flag`, `date`, `list`."""
    title: str


RECORD_FIELDS: tuple[RecordField, ...] = (
    RecordField("id", "text", "编号"),
    RecordField("document", "text", "文件"),
    RecordField("path", "text", "路径"),
    RecordField("table", "text", "表类型"),
    RecordField("table_index", "integer", "表序号"),
    RecordField("row", "integer", "行"),
    RecordField("column", "integer", "列"),
    RecordField("page", "integer", "页"),
    RecordField("boxes", "list", "位置"),
    RecordField("province", "text", "省份"),
    RecordField("city", "text", "城市"),
    RecordField("county", "text", "区县"),
    RecordField("department", "text", "部门"),
    RecordField("year", "integer", "年度"),
    RecordField("unit_code", "text", "单位编码"),
    RecordField("unit_name", "text", "预算单位"),
    RecordField("project_code", "text", "项目编码"),
    RecordField("project", "text", "项目名称"),
    RecordField("budget", "number", "预算金额（元）"),
    RecordField("period", "text", "目标期间"),
    RecordField("level1", "text", "一级指标"),
    RecordField("level2", "text", "二级指标"),
    RecordField("name", "text", "三级指标"),
    RecordField("category", "text", "类别"),
    RecordField("category_inferred", "flag", "类别为推断"),
    RecordField("description", "text", "指标说明"),
    RecordField("basis", "text", "指标值依据"),
    RecordField("target", "text", "指标值"),
    RecordField("kind", "text", "目标类型"),
    RecordField("comparator", "text", "比较符"),
    RecordField("value", "number", "数值"),
    RecordField("upper", "number", "上限"),
    RecordField("unit", "text", "计量单位"),
    RecordField("base_value", "number", "换算值"),
    RecordField("base_upper", "number", "换算上限"),
    RecordField("base_unit", "text", "换算单位"),
    RecordField("date_end", "date", "截止日期"),
    RecordField("baseline", "text", "比较基准"),
    RecordField("direction", "text", "变化方向"),
    RecordField("grade", "text", "程度"),
    RecordField("approximate", "flag", "约数"),
    RecordField("implied_unit", "text", "推定单位"),
    RecordField("half_target", "text", "半年目标值"),
    RecordField("actual", "text", "实际完成值"),
    RecordField("weight", "text", "分值"),
    RecordField("score", "text", "得分"),
    RecordField("deviation", "text", "偏差度"),
    RecordField("reason", "text", "偏差原因"),
    RecordField("confidence", "float", "可信度"),
    RecordField("warnings", "list", "提示"),
)
"""Every key of a record in its order. These names are also query fields, csv and Parquet columns."""

_SOURCE_KEYS = ("id", "document", "path", "table", "table_index", "row", "column", "page", "boxes")


def indicator_to_record(indicator: Indicator) -> dict[str, Any]:
    """One indicator as a JSON-ready dict with every key of `RECORD_FIELDS`; decimals are strings, dates ISO."""
    record: dict[str, Any] = {}
    for item in RECORD_FIELDS:
        owner: object = indicator.source if item.name in _SOURCE_KEYS else indicator
        record[item.name] = _to_plain(getattr(owner, item.name))
    return record


def _to_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    return value


def record_to_indicator(record: Mapping[str, Any], *, sha256: str) -> Indicator:
    """The inverse of `indicator_to_record`; `sha256` is the document's (a record does not repeat it)."""
    source = Source(
        document=record["document"], path=record["path"], sha256=sha256, table=record["table"],
        table_index=record["table_index"], row=record["row"], column=record["column"], page=record["page"],
        boxes=tuple(Box(*box) for box in record["boxes"]),
    )  # fmt: skip
    types = {item.name: item.type for item in RECORD_FIELDS}
    values = {
        item.name: _from_plain(record[item.name], types[item.name])
        for item in fields(Indicator)
        if item.name != "source"
    }
    return Indicator(source=source, **values)


def _from_plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "number":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "list":
        return tuple(value)
    return value
