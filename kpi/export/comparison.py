"""A comparison as a workbook (对比工作簿): figures, values, words, years, outcomes, and the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from kpi.compare import Comparison
from kpi.compare.matrix import make_matrix
from kpi.compare.plain import change_rows, outcome_rows, target_rows
from kpi.compare.references import reference_rows
from kpi.compare.strictness import TITLES
from kpi.compare.wording import figure_words
from kpi.export.sheets import Column, Sheet, write_sheets

_FIGURES = (
    Column("cluster", "指标", 30, wrap=True), Column("family", "单位", 12), Column("n", "取值数"), Column("cities", "地区数"),
    Column("median", "中位"), Column("p10", "P10"), Column("p90", "P90"), Column("minimum", "最小"), Column("maximum", "最大"),
    Column("modes", "众数", 16), Column("strictness", "严宽方向", 40, wrap=True), Column("shown", "中位（带单位）", 16),
)  # fmt: skip
_TARGETS = (
    Column("rank", "名次", 7), Column("percentile", "百分位", 8), Column("group", "分组", 16, wrap=True), Column("target", "指标值", 20, wrap=True),
    Column("value", "换算值", 14), Column("unit", "换算单位", 10), Column("cluster_name", "同类指标", 26, wrap=True),
    Column("name", "三级指标", 28, wrap=True), Column("province", "省份"), Column("city", "城市"), Column("county", "区县"),
    Column("department", "部门", 22, wrap=True), Column("year", "年度", 7), Column("project", "项目名称", 34, wrap=True),
    Column("table", "表类型", 14), Column("period", "目标期间", 10), Column("counted", "计入统计", 9), Column("stands_for", "代表条数", 9),
    Column("opposes", "比较符相反", 10), Column("corrected", "已改", 7), Column("document", "文件", 26, wrap=True),
    Column("page", "页", 6), Column("id", "编号", 18),
)  # fmt: skip
_WORDS = (
    Column("cluster", "指标", 30, wrap=True), Column("text", "指标值（文字）", 24, wrap=True), Column("rows", "条数", 8), Column("cities", "地区数", 8),
    Column("share", "定性占比（全部目标）", 14),
)  # fmt: skip
_CHANGES = (
    Column("city", "城市"), Column("county", "区县"), Column("department", "部门", 22, wrap=True), Column("family", "单位"),
    Column("year_before", "前一年度", 9), Column("target_before", "前值", 18), Column("year", "年度", 9), Column("target", "现值", 18),
    Column("difference", "变化"), Column("verdict", "松紧", 8),
)  # fmt: skip
_OUTCOMES = (
    Column("city", "城市"), Column("county", "区县"), Column("department", "部门", 22, wrap=True), Column("year", "年度", 7),
    Column("project", "项目名称", 30, wrap=True), Column("name", "三级指标", 28, wrap=True), Column("target", "指标值", 18),
    Column("actual", "实际完成值", 18), Column("verdict", "是否达到", 10), Column("document", "文件", 26), Column("page", "页", 6),
)  # fmt: skip
_REFERENCES = (
    Column("library", "指标库", 20, wrap=True), Column("name", "三级指标", 28, wrap=True), Column("target", "指标值", 16), Column("range", "范围", 16),
    Column("field", "行业领域", 16, wrap=True), Column("purpose", "资金用途/项目类型", 26, wrap=True), Column("level1", "一级指标", 12),
    Column("level2", "二级指标", 14), Column("explanation", "指标解释", 40, wrap=True), Column("source", "来源", 24, wrap=True),
)  # fmt: skip
_ABOUT = (Column("title", "项目", 16), Column("text", "内容", 100, wrap=True))


def write_comparison(comparison: Comparison, stream: BinaryIO) -> None:
    """Write a comparison as xlsx; sheets without rows are left out."""
    sheets = [
        Sheet("统计", _FIGURES, list(_figures(comparison))), Sheet("取值", _TARGETS, list(target_rows(comparison))),
        Sheet("文字表述", _WORDS, list(_words(comparison))), Sheet("年度变化", _CHANGES, change_rows(comparison)),
        Sheet("目标与实际", _OUTCOMES, outcome_rows(comparison)), Sheet("参考指标库", _REFERENCES, reference_rows(comparison.references)),
    ]  # fmt: skip
    if len(comparison.clusters) > 1:
        sheets.insert(1, _matrix(comparison))
    about = Sheet("说明", _ABOUT, list(_about(comparison)))
    write_sheets([*(sheet for sheet in sheets if sheet.rows), about], stream)


def _figures(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for item in comparison.sets:
        figures = item.figures
        values = {
            name: getattr(figures, name) for name in ("n", "cities", "median", "p10", "p90", "minimum", "maximum")
        }
        yield {
            "cluster": item.cluster.name, "family": item.family.title, **values,
            "modes": "、".join(figure_words(mode, item.family) for mode in figures.modes),
            "strictness": f"{TITLES[item.strictness.direction]}（{item.strictness.because}）",
            "shown": figure_words(figures.median, item.family),
        }  # fmt: skip


def _words(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for item in comparison.words:
        for said in item.wordings:
            yield {
                "cluster": item.cluster.name, "text": said.text, "rows": said.rows, "cities": said.cities,
                "share": f"{item.share:.0%}",
            }  # fmt: skip


def _matrix(comparison: Comparison) -> Sheet:
    matrix = make_matrix(comparison)
    columns = [Column("title", "地区", 18), *(Column(item.id, item.name, 22, wrap=True) for item in matrix.clusters)]
    rows = [
        {
            "title": title,
            **{cluster.id: cell.text for cluster, cell in zip(matrix.clusters, cells, strict=True) if cell},
        }
        for title, cells in zip(matrix.titles, matrix.cells, strict=True)
    ]
    return Sheet("矩阵", columns, rows)


def _about(comparison: Comparison) -> Iterable[dict[str, str]]:
    for cluster in comparison.clusters:
        yield {"title": "比较的指标", "text": f"{cluster.name}：{'、'.join(cluster.wordings)}"}
    for line in comparison.rule:
        yield {"title": "口径", "text": line}
    for left in comparison.left_out:
        yield {"title": "未计入", "text": f"{left.reason}：{left.count} 条"}
    for note in comparison.notes:
        yield {"title": "注意", "text": note}
    yield {"title": "百分位", "text": "比它宽的取值所占百分比，相等的算一半；名次 1 最严"}
