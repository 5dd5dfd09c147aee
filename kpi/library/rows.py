"""One row of a library of indicators (指标库的一行), in the order in which finance bureaus load them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from kpi.compare.observations import CHANGE, DAY, LEVEL, Observation
from kpi.compare.profile import Profile
from kpi.compare.strictness import HIGHER, LOWER
from kpi.compare.wording import figure_words
from kpi.export.sheets import Column

NATURE = {HIGHER: "正向", LOWER: "反向", "": ""}
"""指标性质, as libraries call it: the higher the better, the lower the better."""
_SIGNS = {"≥": "≥", ">": ">", "≤": "≤", "<": "<", "=": "=", "in": "区间", "±": "±"}
WORDED = "定性"
# 二级指标 of the ministry's template for tables that print none (wide tables have 一级 and 三级 only).
_LEVEL2 = {
    "数量": "数量指标", "质量": "质量指标", "时效": "时效指标", "经济效益": "经济效益指标", "社会效益": "社会效益指标", "生态效益": "生态效益指标",
    "可持续影响": "可持续影响指标", "满意度": "服务对象满意度指标",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """One indicator of a library; unknown is "" or None."""

    field: str = ""
    purpose: str = ""
    level1: str = ""
    level2: str = ""
    name: str = ""
    explanation: str = ""
    comparator: str = ""
    value: str = ""
    range: str = ""
    unit: str = ""
    cities: int | None = None
    rows: int | None = None
    example: str = ""
    source: str = ""
    category: str = ""
    nature: str = ""
    remark: str = ""
    cluster: str = ""


COLUMNS = (
    Column("field", "行业领域", 14, wrap=True), Column("purpose", "资金用途/项目类型", 26, wrap=True), Column("level1", "一级指标", 12, wrap=True),
    Column("level2", "二级指标", 16, wrap=True), Column("name", "三级指标", 28, wrap=True), Column("explanation", "指标解释", 28, wrap=True),
    Column("comparator", "计算符号", 9), Column("value", "指标值（典型）", 14, wrap=True), Column("range", "指标值（范围）", 18, wrap=True),
    Column("unit", "计量单位", 10), Column("cities", "使用城市数", 9), Column("rows", "使用次数", 9), Column("example", "例", 36, wrap=True),
    Column("source", "来源", 36, wrap=True), Column("category", "类别", 10), Column("nature", "指标性质", 9), Column("remark", "备注", 24, wrap=True),
    Column("cluster", "同类指标编号", 15),
)  # fmt: skip


def profile_to_row(profile: Profile) -> CatalogueRow:
    """A cluster's profile as a row; texts are printed ones, figures follow from them."""
    typical, family = profile.typical, profile.family
    worded = not family.numeric
    return CatalogueRow(
        field=profile.field, purpose="、".join(profile.purposes), level1=profile.level1, level2=profile.level2 or _LEVEL2.get(profile.category, ""),
        name=profile.cluster.name, explanation=profile.explanation,
        comparator=_sign(typical, worded=worded), value=value_words(typical), range=profile.range_words, unit=typical.unit,
        cities=profile.cities, rows=profile.rows, example=example_words(profile.examples[0]),
        source="；".join(dict.fromkeys(source_words(row) for row in profile.examples)), category=profile.category,
        nature=NATURE[profile.strictness.direction] if profile.strictness else "", remark=profile.remark,
        cluster=profile.cluster.id,
    )  # fmt: skip


def _sign(row: Observation, *, worded: bool) -> str:
    if worded:
        return WORDED if row.target else ""
    if row.family.sort == DAY:
        return "≤"
    return _SIGNS.get(row.comparator, row.comparator or "=")


def value_words(row: Observation) -> str:
    """The typical value as it is loaded: the printed figure, a day, or the words."""
    if row.family.sort == DAY and row.low is not None:
        return figure_words(row.low, row.family)
    if row.family.sort == CHANGE:
        return row.target
    return row.printed if row.family.sort == LEVEL else row.target


def example_words(row: Observation) -> str:
    """`许昌市 2026 城乡医疗救助：参保群众满意度 ≥90%`."""
    year = f" {row.year}" if row.year else ""
    project = f" {row.project}" if row.project else ""
    return f"{row.place.title}{year}{project}：{row.name} {row.target}".strip()


def source_words(row: Observation) -> str:
    """`xuchang-2026.pdf 第23页`."""
    return f"{row.document} 第{row.page}页" if row.page else row.document


def row_to_plain(row: CatalogueRow) -> dict[str, Any]:
    """A row as JSON-ready values."""
    return asdict(row)


FIELD_NAMES = tuple(item.name for item in fields(CatalogueRow))
