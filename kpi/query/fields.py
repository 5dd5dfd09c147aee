"""The fields that queries may name (检索字段): record fields, their Chinese and short names, and the values they allow."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from kpi.model import CATEGORIES, RECORD_FIELDS, TABLE_KINDS
from kpi.query.nodes import CONTAINS, EQUAL, PREFIX, TEXT_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class QueryField:
    """One field of the query language.

    `type` as in `RECORD_FIELDS`; `match` is how an unquoted text value is compared; `allowed` maps what may be typed
    to the stored value for fields with few values (empty: anything).
    """

    name: str
    type: str
    title: str
    match: str = EQUAL
    allowed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_range(self) -> bool:
        """Whether conditions like `>=90` and `90..95` are meant for it."""
        return self.type in {"number", "integer", "float", "date"}

    @property
    def is_free_text(self) -> bool:
        """Whether the text index answers it."""
        return self.name in TEXT_KINDS


# What people type → record field. Titles of `RECORD_FIELDS` are names as well; these are the shorter ones.
_ALIASES = {
    "dept": "department", "cmp": "comparator", "doc": "document", "warning": "warnings", "indicator": "name",
    "省": "province", "省份": "province", "市": "city", "地市": "city", "城市": "city", "县": "county", "区": "county",
    "区县": "county", "县区": "county", "部门": "department", "主管部门": "department", "年": "year", "年份": "year",
    "预算年度": "year", "预算单位": "unit_name", "单位名称": "unit_name", "单位代码": "unit_code", "单位编码": "unit_code",
    "项目": "project", "项目名称": "project", "项目代码": "project_code", "项目编码": "project_code", "预算": "budget",
    "预算金额": "budget", "金额": "budget", "期间": "period", "周期": "period", "一级": "level1", "二级": "level2",
    "指标": "name", "指标名称": "name", "名称": "name", "三级": "name", "类型": "kind", "指标类别": "category",
    "比较": "comparator", "比较符号": "comparator", "值": "value", "指标说明": "description", "指标解释": "description",
    "依据": "basis", "度量单位": "unit", "量纲": "unit", "基准单位": "base_unit", "截止": "date_end", "基准": "baseline",
    "方向": "direction", "等级": "grade", "半年目标": "half_target", "完成值": "actual", "权重": "weight", "偏差": "deviation",
    "原因": "reason", "警告": "warnings", "表": "table", "表类": "table", "文档": "document", "页码": "page",
    "聚类": "cluster", "同类": "cluster", "同类指标": "cluster",
}  # fmt: skip

SORT_NAMES = frozenset({"sort", "排序"})
RELEVANCE = "relevance"

AMBIGUOUS = MappingProxyType({"单位": ("计量单位", "预算单位")})
"""Names that evaluators use for two things; they are refused with both names."""

# Fields outside the record: the group of same indicators (聚类) that the store adds to hits.
_EXTRA = (QueryField("cluster", "text", "同类指标", CONTAINS),)
# Places on the page are no condition anyone can type.
_NOT_QUERIED = frozenset({"boxes"})

_MATCH = {
    **dict.fromkeys(
        ("document", "path", "province", "city", "county", "unit_name", "level1", "level2", "description", "basis",
         "target", "baseline", "half_target", "actual", "reason", "table"),
        CONTAINS,
    ),
    "unit_code": PREFIX,
    "project_code": PREFIX,
    "id": PREFIX,
}  # fmt: skip

_KINDS = {
    "numeric": ("数值", "数值型", "定量"), "range": ("区间", "范围"), "deadline": ("时限", "期限"),
    "relative": ("相对", "变化"), "qualitative": ("定性", "描述"), "missing": ("缺失", "空", "无"),
}  # fmt: skip
_DIRECTIONS = {
    "increase": ("上升", "提高", "增加", "增长"), "decrease": ("下降", "降低", "减少"), "not_lower": ("不低于", "不下降"),
    "not_higher": ("不高于", "不上升", "不超过"), "higher": ("高于",), "lower": ("低于",), "equal": ("持平", "等于"),
}  # fmt: skip
_GRADES = {
    "none": ("无", "零"), "some": ("有所", "略有", "逐步", "稳步"), "moderate": ("基本", "较"),
    "significant": ("显著", "明显", "大幅"), "full": ("全部", "全面", "普遍"),
}  # fmt: skip
_COMPARATORS = {"≥": (">=", "=>"), "≤": ("<=", "=<"), "=": ("==",), ">": (), "<": (), "in": ("区间", "范围")}
_FLAGS = {"true": ("是", "1", "yes"), "false": ("否", "0", "no")}


def _choices(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {typed: stored for stored, others in table.items() for typed in (stored, *others)}


_ALLOWED: Mapping[str, Mapping[str, str]] = {
    "kind": _choices(_KINDS),
    "direction": _choices(_DIRECTIONS),
    "grade": _choices(_GRADES),
    "comparator": _choices(_COMPARATORS),
    "category": {typed: name for name in CATEGORIES for typed in (name, f"{name}指标")},
    "period": _choices({"年度": ("本年", "年度目标"), "实施期": ("总体", "中长期", "实施期目标")}),
}


@cache
def query_fields() -> Mapping[str, QueryField]:
    """Every field by its own name, in the order of the record."""
    result: dict[str, QueryField] = {}
    for item in RECORD_FIELDS:
        if item.name not in _NOT_QUERIED:
            allowed = _choices(_FLAGS) if item.type == "flag" else _ALLOWED.get(item.name, {})
            match = CONTAINS if item.name in TEXT_KINDS else _MATCH.get(item.name, EQUAL)
            result[item.name] = QueryField(item.name, item.type, item.title, match, allowed)
    result.update({item.name: item for item in _EXTRA})
    return MappingProxyType(result)


@cache
def _names() -> Mapping[str, str]:
    names = dict(_ALIASES)
    for item in query_fields().values():
        names[item.title.partition("（")[0].lower()] = item.name
        names[item.name] = item.name
    return MappingProxyType(names)


def find_field(name: str) -> QueryField | None:
    """The field with this name, Chinese title or alias (width and case do not matter); None if there is none."""
    own = _names().get(unicodedata.normalize("NFKC", name).lower())
    return None if own is None else query_fields()[own]


def allowed_fields() -> str:
    """All field names with their Chinese titles, for messages."""
    return "、".join(f"{item.name}（{item.title.partition('（')[0]}）" for item in query_fields().values())


def table_kinds_like(value: str) -> bool:
    """Whether a value of `table:` is part of one of the kinds of tables (自评 is part of two)."""
    return any(value in kind for kind in TABLE_KINDS)
