"""Usual wordings of other departments and provinces on which a rule must keep still, or must not be silenced by them."""

from __future__ import annotations

import pytest

from kpi.model import OVERALL_TARGETS
from kpi.review import review
from tests.review.samples import Sample

# rule, row: none of these is wrong in the way the rule means. 四川, 云南, 湖南, 浙江, 广东 tables of many departments.
QUIET = (
    ("R17", "产出指标 | 质量指标 | 监测数据有效率 | ≥97%"), ("R09", "满意度指标 | 服务对象满意度指标 | 受益农户 | ≥90%"),
    ("R19", "效益指标 | 经济效益指标 | 固定资产投资 | ≥106%"), ("R42", "成本指标 | 社会成本指标 | 补助标准 | ≤600元/人"),
    ("R17", "成本指标 | 生态环境成本指标 | 用水量 | ≤3万吨"),
    ("R08", "成本指标 | 社会成本指标 | 对社会发展可能造成的负面影响 | 无"), ("R08", "效益指标 | 社会效益指标 | 重大安全事故 | 无"),
    ("R09", "满意度指标 | 服务对象满意度指标 | 有效投诉次数 | ≤5次"), ("R09", "效益指标 | 社会效益指标 | 群众安全感 | ≥95%"),
    ("R09", "产出指标 | 数量指标 | 满意度调查次数 | ≥2次"), ("R15", "产出指标 | 时效指标 | 发放时间 | 按月发放"),
    ("R15", "产出指标 | 数量指标 | 参保人数 | 不低于上年"), ("R15", "效益指标 | 社会效益指标 | 事故死亡人数 | 下降"),
    ("R15", "产出指标 | 时效指标 | 支付时间 | 合同有效期内"), ("R16", "产出指标 | 质量指标 | 路面技术状况指数 | ≥85"),
    ("R16", "效益指标 | 社会效益指标 | 重大事故 | 0"), ("R16", "产出指标 | 质量指标 | 医护比 | 1:1.2"),
    ("R17", "产出指标 | 质量指标 | 设备周转率 | ≥3次"), ("R17", "效益指标 | 社会效益指标 | 孕产妇死亡率 | ≤8/10万"),
    ("R17", "满意度指标 | 满意度指标 | 服务企业满意度 | ≥90分"), ("R17", "产出指标 | 数量指标 | 培训人数 | ≥300人次"),
    ("R17", "成本指标 | 经济成本指标 | 人均培训费用 | ≤400元/人·天"), ("R17", "产出指标 | 时效指标 | 应急响应时间 | ≤2小时"),
    ("R18", "产出指标 | 质量指标 | 不合格食品处置率 | ≥95%"), ("R18", "产出指标 | 质量指标 | 投诉办结率 | ≥98%"),
    ("R18", "产出指标 | 质量指标 | 安全事故发生率 | 0%"), ("R18", "产出指标 | 质量指标 | 产品不合格率 | ≤2%"),
    ("R19", "效益指标 | 经济效益指标 | 国有资产保值增值率 | ≥100%"), ("R19", "效益指标 | 社会效益指标 | 毛入学率 | 105%"),
    ("R19", "效益指标 | 经济效益指标 | 税收任务完成率 | ≥100%"), ("R19", "产出指标 | 质量指标 | 经费控制率 | ≤100%"),
    ("R20", "产出指标 | 数量指标 | 《年鉴》编印册数 | 《年鉴》500册"), ("R21", "产出指标 | 数量指标 | 救护车数量 | 3-5辆"),
    ("R22", "产出指标 | 质量指标 | 系统通过验收 | 通过"), ("R22", "效益指标 | 社会效益指标 | 就业环境 | 明显改善"),
    ("R25", "产出指标 | 时效指标 | 工程完工时间 | 11月底前"), ("R26", "产出指标 | 数量指标 | 2025年度考核奖发放人数 | ≥30人"),
    ("R30", "投入管理指标 | 预算和财务管理 | 预算执行率 | ≥95%"), ("R32", "效益指标 | 社会效益指标 | 培训后新增就业人数 | ≥50人"),
    ("R32", "产出指标 | 质量指标 | 安全事故起数 | 0起"), ("R33", "产出指标 | 数量指标 | 救助金发放金额 | ≥200万元"),
    ("R33", "产出指标 | 数量指标 | 住院费用报销金额 | ≥200万元"), ("R34", "投入管理指标 | 预算和财务管理 | 资金使用合规性 | 合规"),
    ("R37", "满意度指标 | 服务对象满意度指标 | 学员满意率 | ≥90%"), ("R45", "成本指标 | 经济成本指标 | 财政补助标准 | ≥600元/人"),
)  # fmt: skip

# the neighbours of those, which are wrong
LOUD = (
    ("R09", "满意度指标 | 服务对象满意度指标 | 系统正常运行率 | ≥97%"), ("R09", "满意度指标 | 服务对象满意度指标 | 监管能力 | 显著提升"),
    ("R19", "产出指标 | 质量指标 | 教学工作情况 | ≥950%"), ("R17", "成本指标 | 经济成本指标 | 物业服务 | ≤6人"), ("R17", "产出指标 | 数量指标 | 宣传次数 | ≥3人"),
    ("R33", "产出指标 | 数量指标 | 车辆保险费 | ≤0.4万元"),
    ("R08", "产出指标 | 数量指标 | 演出场次 | 无"), ("R09", "效益指标 | 社会效益指标 | 群众满意率 | ≥95%"),
    ("R15", "产出指标 | 时效指标 | 发放时间 | 及时"), ("R15", "产出指标 | 数量指标 | 参保人数 | 上升"), ("R16", "产出指标 | 质量指标 | 路面厚度 | ≥85"),
    ("R17", "产出指标 | 质量指标 | 设备完好率 | ≥3次"), ("R17", "成本指标 | 经济成本指标 | 人均培训费用 | ≤400人"),
    ("R17", "产出指标 | 时效指标 | 应急响应时间 | ≤95%"), ("R18", "产出指标 | 质量指标 | 群众投诉率 | ≥3%"), ("R19", "产出指标 | 质量指标 | 设备完好率 | ≥100%"),
    ("R20", "产出指标 | 数量指标 | 演出场次 | 》20场"), ("R22", "效益指标 | 社会效益指标 | 就业环境 | 厉行节约"),
    ("R26", "产出指标 | 数量指标 | 2025年培训人数 | ≥30人"), ("R33", "产出指标 | 数量指标 | 财政资金投入 | ≥200万元"), ("R34", "产出指标 | 质量指标 | 资金使用合规性 | 合规"),
    ("R45", "成本指标 | 经济成本指标 | 物业服务费用 | ≥6万元"),
)  # fmt: skip


def rules_on(row: str) -> set[str]:
    document = Sample().project("综合业务项目", row, goal="完成年度工作。").document()
    return {finding.rule for finding in review(document) if finding.indicator_id}


@pytest.mark.parametrize(("rule", "row"), QUIET, ids=[f"{rule} {row.split('|')[2].strip()}" for rule, row in QUIET])
def test_keeps_still(rule: str, row: str) -> None:
    assert rule not in rules_on(row)


@pytest.mark.parametrize(("rule", "row"), LOUD, ids=[f"{rule} {row.split('|')[2].strip()}" for rule, row in LOUD])
def test_is_not_silenced(rule: str, row: str) -> None:
    assert rule in rules_on(row)


def test_templates_of_two_levels_may_repeat_a_name() -> None:
    rows = "运行成本 | 公用经费控制率 | 公用经费控制率 | ≤100%\n履职效能 | 部门整体履职目标 | 议案办理率 | 100%"
    document = Sample(table=OVERALL_TARGETS).project("", rows, amount="").document()
    assert [finding.rule for finding in review(document) if finding.rule == "R12"] == []


@pytest.mark.parametrize(
    ("goal", "stale"),
    [
        ("2025年培训教师200人次。", True), ("2025年完成改造任务。", True), ("较2025年增长5%。", False), ("自2024年以来逐年提高。", False),
        ("按照《2025年工作方案》实施。", False), ("2024-2026年分期实施。", False), ("支付2025年工程尾款。", False), ("2026年完成改造。", False),
        ("2025年秋季学期起执行。", False), ("执行冀财社〔2025〕128号文件。", False), ("不低于2025年水平。", False),
    ],
)  # fmt: skip
def test_stale_years_of_goals(goal: str, stale: bool) -> None:
    rows = "产出指标 | 数量指标 | 培训人次 | ≥200人次"
    found = {finding.rule for finding in review(Sample().project("综合业务项目", rows, goal=goal).document())}
    assert ("R26" in found) == stale
