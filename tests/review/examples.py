"""For every rule a table on which it fires and one on which it does not; the two differ in what the rule is about.

Written after published 绩效目标表 of many departments; no row is copied from a given document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kpi.model import (
    OVERALL_SELF_EVALUATION,
    OVERALL_TARGETS,
    PROJECT_SELF_EVALUATION,
    PROJECT_TARGETS,
    Document,
)
from tests.review.samples import Sample, execution

TRAINING = """
产出指标 | 数量指标 | 培训人次 | ≥200人次
产出指标 | 质量指标 | 培训合格率 | ≥95%
产出指标 | 时效指标 | 培训完成时间 | 2026年11月30日前
成本指标 | 经济成本指标 | 人均培训费用 | ≤1000元/人次
效益指标 | 社会效益指标 | 受训教师持证上岗比例 | ≥98%
满意度指标 | 服务对象满意度指标 | 参训教师满意度 | ≥90%
"""
"""A table in the template of 2021 on which no rule fires."""


def rows(*lines: str, base: str = TRAINING, without: str = "") -> str:
    """The base table with further lines, without the lines that hold a word."""
    kept = [line for line in base.splitlines() if not (without and without in line)]
    return "\n".join([*kept, *lines])


@dataclass(frozen=True)
class Table:
    """One example document of one project."""

    rows: str
    name: str = "教师培训经费"
    kind: str = PROJECT_TARGETS
    more: dict[str, Any] = field(default_factory=dict)
    sample: dict[str, Any] = field(default_factory=dict)

    def document(self) -> Document:
        more = {"goal": "开展教师培训，提高教师教学能力。", **self.more}
        return Sample(table=self.kind, **self.sample).project(self.name, self.rows, **more).document()


@dataclass(frozen=True)
class Example:
    rule: str
    severity: str
    printed: str
    """Part of what the finding says or shows, so that no other row makes it fire."""
    fires: Table | Document
    silent: Table | Document


def _targets(rule: str, severity: str, wrong: str, right: str, *, printed: str = "", **more: Any) -> Example:
    """An example in which one line differs."""
    shown = printed or wrong.split("|")[3].strip() or wrong.split("|")[2].strip()
    return Example(rule, severity, shown, Table(rows(wrong), **more), Table(rows(right), **more))


SELF = """
产出指标 | 数量指标 | 培训人次 | ≥200人次 | weight=20 | score=20 | actual=210人次
产出指标 | 质量指标 | 培训合格率 | ≥95% | weight=20 | score=20 | actual=97%
产出指标 | 时效指标 | 培训完成时间 | 2026年11月30日前 | weight=10 | score=10 | actual=11月20日
效益指标 | 社会效益指标 | 受训教师持证上岗比例 | ≥90% | weight=30 | score=30 | actual=98%
满意度指标 | 服务对象满意度指标 | 参训教师满意度 | ≥90% | weight=10 | score=10 | actual=95%
"""
PAID = execution(budget="20.00", adjusted="20.00", spent="19.00", weight="10", rate="95", score="9.5")


def _self(
    old: str = "", new: str = "", *, total: str = "99.5", weight: str = "100", paid: Any = PAID, add: str = ""
) -> Table:
    text = SELF.replace(old, new) if old else SELF
    assert not old or text != SELF
    more = {"weight_total": Decimal(weight) if weight else None, "score_total": Decimal(total), "execution": paid}
    return Table(text + add, kind=PROJECT_SELF_EVALUATION, more=more)


OVERALL = """
投入管理指标 | 预算和财务管理 | 预算执行率 | ≥90%
投入管理指标 | 工作目标管理 | 工作任务科学性 | 科学
产出指标 | 重点工作任务完成 | 老旧校舍改造面积 | ≥5000平方米
效益指标 | 履职效益 | 就近入学比例 | ≥95%
效益指标 | 满意度 | 学生家长满意度 | ≥90%
"""


def _overall(text: str = OVERALL, *, tasks: tuple[str, ...] = ("改造老旧校舍：完成校舍改造",)) -> Table:
    return Table(
        text, name="", kind=OVERALL_TARGETS, more={"tasks": tasks, "amount": "", "goal": "办好人民满意的教育。"}
    )


def _sum(amount: str, funds: dict[str, str]) -> Table:
    return Table(TRAINING, more={"amount": amount, "funds": funds})


def _units(total: str, *, second: str = "20.00") -> Document:
    return (
        Sample().unit("205", "甲市教育局", "50.00").unit("205001", "甲市教育局机关", "30.00").project("教师培训经费", TRAINING, amount="10.00")
        .project("名师工作室经费", TRAINING.replace("200", "300"), amount="20.00").unit("205002", "甲市第一中学", total)
        .project("校园安保服务费", TRAINING.replace("200", "400"), amount=second).document()
    )  # fmt: skip


def _two(second: str) -> Document:
    return Sample().project("教师培训经费", TRAINING).project("校园长培训经费", second).document()


COPIED = TRAINING.replace("≥200人次", "≥50人次")
OWN = """
产出指标 | 数量指标 | 校园长培训班期数 | ≥3期
产出指标 | 质量指标 | 结业考核通过率 | ≥95%
产出指标 | 时效指标 | 结业时间 | 2026年9月30日前
效益指标 | 社会效益指标 | 学校章程覆盖率 | ≥98%
满意度指标 | 服务对象满意度指标 | 参训校园长满意度 | ≥90%
"""
MANY = "\n".join(f"产出指标 | 数量指标 | 第{number}所学校维修面积 | ≥{number}0平方米" for number in range(3, 24))
BUDGET = {"amount": "20.00"}

EXAMPLES = (
    Example("R01", "E", "没有产出指标", Table(rows(without="产出")), Table(TRAINING)),
    Example("R02", "E", "没有效益指标", Table(rows(without="效益")), Table(TRAINING)),
    Example("R03", "W", "质量", Table(rows(without="质量")), Table(TRAINING)),
    Example("R04", "W", "10月底前", Table(rows(without="时效"), more={"goal": "10月底前完成教师培训。"}), Table(TRAINING, more={"goal": "10月底前完成教师培训。"})),
    Example("R05", "W", "购置", Table(rows(without="成本"), name="教学设备购置项目"), Table(TRAINING, name="教学设备购置项目")),
    Example("R06", "I", "培训", Table(rows(without="满意度")), Table(TRAINING)),
    Example("R07", "E", "绩效目标为空", Table(TRAINING, more={"goal": "/"}), Table(TRAINING)),
    _targets("R08", "E", "产出指标 | 数量指标 | 印发教材册数 | —", "产出指标 | 数量指标 | 印发教材册数 | ≥300册"),
    Example("R09", "E", "教师满意率", Table(rows("效益指标 | 社会效益指标 | 参训教师满意率 | ≥90%")), Table(rows("效益指标 | 社会效益指标 | 教师结构优化比例 | ≥90%"))),
    Example("R09", "E", "政策知晓率", Table(rows("满意度指标 | 服务对象满意度指标 | 教师政策知晓率 | ≥90%")), Table(rows("满意度指标 | 服务对象满意度指标 | 教师投诉次数 | ≤3次"))),
    Example("R09", "E", "质量指标", Table(rows("效益指标 | 质量指标 | 教材编写合格率 | ≥95%")), _overall()),
    Example("R10", "W", "成本", Table(rows("产出指标 | 成本指标 | 场地费用 | ≤3万元")), Table(TRAINING)),
    Example("R10", "I", "可持续影响", Table(rows("效益指标 | 可持续影响指标 | 教师队伍稳定率 | ≥95%")), Table(rows("效益指标 | 可持续影响指标 | 教师队伍稳定率 | ≥95%", without="成本"))),
    _targets("R11", "W", "产出指标 | 数量指标 | 2026年培训的人次 | ≥200人次", "产出指标 | 数量指标 | 培训期数 | ≥4期", printed="2026年培训的人次"),
    _targets("R11", "I", "满意度指标 | 服务对象满意度指标 | 参训老师满意度 | ≥90%", "满意度指标 | 服务对象满意度指标 | 学生家长满意度 | ≥90%", printed="参训老师满意度"),
    _targets("R12", "E", "产出指标 | 数量指标 | 数量指标 | ≥5场", "产出指标 | 数量指标 | 公开课场数 | ≥5场", printed="数量指标"),
    _targets("R13", "I", "产出指标 | 数量指标 | 组织教师到外省名校跟岗学习不少于30人 | ≥30人", "产出指标 | 数量指标 | 跟岗学习人数 | ≥30人", printed="不少于30人"),
    _targets("R15", "E", "产出指标 | 数量指标 | 公开课场数 | ≥", "产出指标 | 数量指标 | 公开课场数 | ≥5场"),
    _targets("R15", "W", "产出指标 | 数量指标 | 跟岗学习人数 | 逐步增加", "产出指标 | 数量指标 | 跟岗学习人数 | 不低于上年"),
    _targets("R16", "E", "产出指标 | 数量指标 | 组织公开课 | ≥5", "产出指标 | 数量指标 | 组织公开课 | ≥5场"),
    _targets("R16", "W", "成本指标 | 经济成本指标 | 教材费用 | ≤3万", "成本指标 | 经济成本指标 | 教材费用 | ≤3万元"),
    _targets("R17", "W", "产出指标 | 数量指标 | 跟岗学习人数 | ≥30次", "产出指标 | 数量指标 | 跟岗学习人数 | ≥30人"),
    _targets("R17", "W", "产出指标 | 质量指标 | 教材优良率 | ≥9册", "产出指标 | 质量指标 | 教材优良率 | ≥90%"),
    _targets("R17", "I", "效益指标 | 社会效益指标 | 教师专业水平 | ≥90%", "效益指标 | 社会效益指标 | 教师本科以上学历比例 | ≥90%"),
    _targets("R18", "W", "产出指标 | 质量指标 | 教学设备故障率 | ≥2%", "产出指标 | 质量指标 | 教学设备故障率 | ≤2%"),
    _targets("R18", "W", "产出指标 | 质量指标 | 教材验收合格率 | ≤95%", "产出指标 | 质量指标 | 教材不合格率 | ≤5%"),
    _targets("R18", "I", "产出指标 | 数量指标 | 教学督导次数 | ≤12次", "产出指标 | 数量指标 | 公务接待批次 | ≤12批"),
    _targets("R19", "W", "产出指标 | 质量指标 | 教材验收合格率 | ≥100%", "产出指标 | 质量指标 | 教材验收合格率 | 100%"),
    _targets("R19", "W", "效益指标 | 社会效益指标 | 巩固率 | 105%", "效益指标 | 经济效益指标 | 校办产业收入增长率 | 105%"),
    _targets("R20", "W", "产出指标 | 数量指标 | 跟岗学习人数 | 30人左右", "产出指标 | 数量指标 | 跟岗学习人数 | 30人"),
    _targets("R21", "W", "产出指标 | 数量指标 | 公开课和讲座 | 5场，20次", "产出指标 | 数量指标 | 公开课场数 | 5-20场"),
    _targets("R22", "W", "效益指标 | 社会效益指标 | 教育发展环境 | 维护社会稳定", "效益指标 | 社会效益指标 | 教育发展环境 | 明显改善"),
    _targets("R22", "W", "效益指标 | 社会效益指标 | 促进教育公平 | 促进教育公平", "效益指标 | 社会效益指标 | 教材通过审定 | 通过"),
    Example("R24", "I", "全部定性", Table(rows("效益指标 | 社会效益指标 | 教师专业能力 | 有所提升", "效益指标 | 社会效益指标 | 教研氛围 | 明显改善", without="持证")),
            Table(rows("效益指标 | 社会效益指标 | 教师专业能力 | 有所提升"))),
    _targets("R25", "W", "产出指标 | 时效指标 | 教材印发时间 | 2025年9月底前", "产出指标 | 时效指标 | 教材印发时间 | 2026年9月底前"),
    Example("R26", "W", "2025 年", Table(TRAINING, more={"goal": "2025年完成教师培训任务。"}), Table(TRAINING, more={"goal": "较2025年扩大培训规模，落实2025年结转任务。"})),
    Example("R26", "W", "表题年度是 2025 年", Table(TRAINING, sample={"table_year": 2025}), Table(TRAINING, sample={"table_year": 2025, "title": "2025年中央财政补助资金（结转）绩效目标表"})),
    Example("R27", "E", "合计 88", _self("weight=20 | score=20 | actual=97%", "weight=18 | score=18 | actual=97%", weight="", total="97.5"), _self(weight="")),
    Example("R28", "W", "效益占", _self("weight=30 | score=30", "weight=15 | score=15", weight="85", total="84.5"), _self()),
    Example("R29", "E", "与总分值", _self("weight=20 | score=20 | actual=97%", "weight=18 | score=18 | actual=97%", total="97.5"), _self()),
    _targets("R30", "I", "产出指标 | 质量指标 | 预算执行率 | ≥95%", "产出指标 | 质量指标 | 教材使用率 | ≥95%", printed="预算执行率"),
    _targets("R32", "W", "效益指标 | 社会效益指标 | 项目验收合格率 | ≥95%", "产出指标 | 质量指标 | 项目验收合格率 | ≥95%", printed="验收合格率"),
    _targets("R32", "W", "产出指标 | 数量指标 | 教材审读及时率 | ≥95%", "产出指标 | 时效指标 | 教材审读及时率 | ≥95%", printed="及时率"),
    _targets("R32", "W", "产出指标 | 数量指标 | 带动毕业生就业人数 | ≥30人", "效益指标 | 社会效益指标 | 带动毕业生就业人数 | ≥30人", printed="带动"),
    _targets("R33", "W", "产出指标 | 数量指标 | 投入培训资金总额 | ≥20万元", "产出指标 | 数量指标 | 发放助学金额 | ≥20万元", printed="资金总额"),
    _targets("R34", "W", "产出指标 | 质量指标 | 财务管理制度健全性 | 健全", "产出指标 | 质量指标 | 教材内容完整率 | ≥95%", printed="制度健全性"),
    Example("R35", "W", "600人次", Table(TRAINING, more={"goal": "全年培训教师600人次，提高教学能力。"}), Table(TRAINING, more={"goal": "全年培训教师200人次，提高教学能力。"})),
    Example("R36", "I", "智慧校园", _overall(tasks=("建设智慧校园：推进数字资源共享",)), _overall()),
    _targets("R37", "I", "满意度指标 | 服务对象满意度指标 | 服务工作满意度 | ≥90%", "满意度指标 | 服务对象满意度指标 | 学生家长满意度 | ≥90%", printed="服务工作满意度"),
    Example("R38", "I", "教师培训经费", _two(COPIED), _two(OWN)),
    Example("R39", "I", "2 条指标", Table("\n".join(TRAINING.strip().splitlines()[:2])), Table(TRAINING)),
    Example("R39", "I", "过多", Table(rows(MANY)), Table(TRAINING)),
    Example("R42", "E", "30万元超过项目金额 20万元", Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤30万元")), Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤20万元"))),
    Example("R42", "W", "分项成本", Table(rows("成本指标 | 经济成本指标 | 教材费用 | ≤30万元")), Table(rows("成本指标 | 经济成本指标 | 教材费用 | ≤3万元"))),
    Example("R42", "W", "超过项目金额", Table(rows("成本指标 | 经济成本指标 | 教材费用 | ≤15万元", "成本指标 | 经济成本指标 | 场地费用 | ≤8万元")),
            Table(rows("成本指标 | 经济成本指标 | 教材费用 | ≤12万元", "成本指标 | 经济成本指标 | 场地费用 | ≤8万元"))),
    Example("R35", "W", "3万亩", Table(rows("效益指标 | 生态效益指标 | 成灾率 | ≤3‰"), more={"goal": "防治面积3万亩。"}), Table(rows("产出指标 | 数量指标 | 防治面积 | ≥3万亩"), more={"goal": "防治面积3万亩。"})),
    Example("R42b", "E", "10 倍", Table(rows("成本指标 | 经济成本指标 | 培训总成本 | ≤2000000元")), Table(rows("成本指标 | 经济成本指标 | 教材总成本 | ≤20000元"))),
    Example("R42b", "E", "10000 分之一", Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤20元")), Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤199960元"), more={"amount": "20.00"})),
    Example("R42b", "E", "10 倍", Table(rows("成本指标 | 经济成本指标 | 教师培训经费 | 2000000元")), Table(rows("成本指标 | 经济成本指标 | 教材费用 | 2000元"))),
    Example("R43", "I", "唯一的成本指标", Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤20万元", without="人均")), Table(rows("成本指标 | 经济成本指标 | 项目总成本 | ≤20万元"))),
    Example("R44", "I", "相差 +50%", Table(TRAINING.replace("≤1000元", "≤1500元")), Table(TRAINING)),
    _targets("R45", "W", "成本指标 | 经济成本指标 | 教材费用 | ≥3万元", "成本指标 | 经济成本指标 | 节约教材费用 | ≥3万元"),
    Example("R47", "E", "差 5万元", _sum("20.00", {"财政拨款": "10.00", "其他资金": "5.00"}), _sum("20.00", {"财政拨款": "15.00", "其他资金": "5.00"})),
    Example("R47", "E", "甲市第一中学", _units("25.00"), _units("20.00")),
    Example("R47", "E", "甲市教育局”小计", _units("30.00", second="30.00"), _units("20.00")),
    _targets("R48", "I", "满意度指标 | 服务对象满意度指标 | 学生家长满意度 | ≥70%", "满意度指标 | 服务对象满意度指标 | 学生家长满意度 | ≥80%"),
    Example("R49", "W", "没有达到却得满分", _self("actual=97%", "actual=90%"), _self()),
    Example("R49", "W", "已达到却只得", _self("score=10 | actual=95%", "score=8 | actual=95%", total="97.5"), _self()),
    Example("R49", "W", "印出的总分是 98", _self(total="98"), _self()),
    Example("R49", "W", "按资金算", _self(paid=execution(budget="20.00", adjusted="20.00", spent="15.00", weight="10", rate="95", score="9.5")), _self()),
    Example("R49", "I", "折算", _self(total="99.44", paid=execution(budget="20.00", adjusted="20.00", spent="17.00", weight="10", rate="85", score="9.44")), _self()),
    Example("R50", "I", "300人次", _self("actual=210人次", "actual=300人次"), _self()),
    Example("R51", "I", "小学", Table(rows("效益指标 | 社会效益指标 | 小学巩固率 | ≥99%"), name="高中教师培训经费", more={"goal": "提高高中教学质量。"}),
            Table(rows("效益指标 | 社会效益指标 | 高中毕业率 | ≥99%"), name="高中教师培训经费", more={"goal": "提高高中教学质量。"})),
)  # fmt: skip

CLEAN_OVERALL_SELF = Table(
    OVERALL, name="", kind=OVERALL_SELF_EVALUATION, more={"amount": "", "goal": "办好人民满意的教育。"}
)
