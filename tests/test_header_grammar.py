"""Header words that offices put together themselves, and texts of other cells that must not look like them."""

from __future__ import annotations

import pytest

from kpi.tables.header_grammar import composed_role
from kpi.tables.headers import column_role

HEADERS = {
    "target": "指标值及单位 指标值（含单位） 目标值/计量单位 年度指标值与单位 2026年度考核指标值 本年预期值 目标要求 绩效目标设定值",
    "weight": "分值权重 权重/分值 考核分值 指标权重（%） 评分权重",
    "name": "具体指标名称 细化指标 末级指标 三级指标内容 指标名称及解释",
    "actual": "自评完成值 年度目标实现值 指标实际达到数值 实际完成结果",
    "score": "单位自评得分 最终得分 复核得分",
    "reason": "未完成原因及下一步改进措施 偏差情况说明及原因分析 扣分原因和整改措施",
    "basis": "评分办法 计分方法 考核标准 数据来源及佐证材料 指标值测算依据",
    "unit_of_measure": "年度目标值单位 绩效指标计量单位",
    "comparator": "指标值比较符 目标值运算符号",
    "description": "指标内涵 指标口径 指标值计算方法",
}
OTHERS = (
    "产出指标", "质量指标", "社会效益指标", "目标完成率", "资金使用合规率", "预算执行情况", "项目单位", "绩效目标", "年度绩效目标",
    "满意度指标值≥90%", "≥90%", "指标1", "按标准执行", "材料验收合格率", "政策标准", "数据来源可靠性", "补助标准", "原因分析报告数量",
    "整改措施落实率", "评分90分以上", "单位", "完成时间", "年度总体目标完成情况", "项目实施单位",
)  # fmt: skip


@pytest.mark.parametrize(("text", "role"), [(text, role) for role, texts in HEADERS.items() for text in texts.split()])
def test_composed_headers(text: str, role: str) -> None:
    assert column_role(text) == role


@pytest.mark.parametrize("text", OTHERS)
def test_other_cells_are_no_composed_headers(text: str) -> None:
    assert composed_role(text) == ""
