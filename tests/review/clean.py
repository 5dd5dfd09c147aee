"""Tables of many departments that are right: no rule finds an error or asks a question on them.

Written for these tests after the templates and the vocabulary of published tables; amounts, sums and weights agree.
"""

from __future__ import annotations

from decimal import Decimal

from kpi.model import OVERALL_SELF_EVALUATION, OVERALL_TARGETS, PROJECT_SELF_EVALUATION, Document
from tests.review.samples import Sample, execution

ROADS = """
成本指标 | 经济成本指标 | 项目总成本 | ≤860万元
成本指标 | 经济成本指标 | 每公里养护成本 | ≤1.2万元/公里
产出指标 | 数量指标 | 农村公路养护里程 | ≥430公里
产出指标 | 数量指标 | 改造危桥座数 | ≥6座
产出指标 | 质量指标 | 工程验收合格率 | 100%
产出指标 | 时效指标 | 工程完工时间 | 2026年11月底前
效益指标 | 社会效益指标 | 农村公路优良中等路率 | ≥85%
效益指标 | 社会效益指标 | 群众出行便利程度 | 明显改善
满意度指标 | 服务对象满意度指标 | 沿线群众满意度 | ≥90%
"""
GREENING = """
产出指标 | 数量指标 | 人工造林面积 | ≥3200亩
产出指标 | 质量指标 | 造林成活率 | ≥90%
产出指标 | 时效指标 | 栽植完成时间 | 2026年4月底前
产出指标 | 成本指标 | 项目总成本 | ≤512万元
产出指标 | 成本指标 | 苗木采购单价 | ≤45元/株
效益指标 | 社会效益指标 | 带动林农就业人数 | ≥120人
效益指标 | 生态效益指标 | 森林覆盖率 | ≥38%
效益指标 | 可持续影响指标 | 林木保存率 | ≥85%
满意度指标 | 服务对象满意度指标 | 林农满意度 | ≥88%
"""
WATER = """
成本指标 | | 项目总成本 | ≤75.5万元
成本指标 | | 设备巡检费用 | ≤12万元
产出指标 | | 水质监测断面数量 | ≥26个
产出指标 | | 监测报告合格率 | ≥98%
产出指标 | | 监测报告提交时间 | 2026年12月10日前
效益指标 | | 地表水优良水体比例 | ≥80%
满意度指标 | | 用水户满意度 | ≥85%
"""
LIBRARY = """
成本指标 | | 项目总成本 | ≤36万元
成本指标 | | 图书采购均价 | ≤38元/册
产出指标 | | 新增馆藏图书册数 | ≥9000册
产出指标 | | 举办读书活动场次 | ≥24场
产出指标 | | 图书加工及时率 | ≥95%
效益指标 | | 接待读者人次 | ≥21万人次
满意度指标 | | 读者满意度 | ≥92%
"""
FOOD = """
成本指标 | 经济成本指标 | 每批次检验费用 | ≤1200元/批次
产出指标 | 数量指标 | 食品抽检批次 | ≥1500批次
产出指标 | 质量指标 | 检验报告准确率 | ≥99%
产出指标 | 时效指标 | 不合格产品处置时限 | ≤30天
效益指标 | 社会效益指标 | 重大食品安全事故起数 | 0起
效益指标 | 社会效益指标 | 消费者维权意识 | 有所增强
满意度指标 | 服务对象满意度指标 | 消费者满意度 | ≥85%
"""
TRAINING_SELF = """
产出指标（50分） | 数量指标 | 培训安全管理人员人次 | ≥800人次 | weight=20 | score=20 | actual=850人次
产出指标（50分） | 质量指标 | 考核通过率 | ≥95% | weight=20 | score=20 | actual=96.5%
产出指标（50分） | 时效指标 | 培训完成时间 | 2025年10月底前 | weight=10 | score=10 | actual=10月15日
效益指标（30分） | 社会效益指标 | 企业隐患整改率 | ≥90% | weight=30 | score=28 | actual=88% | reason=部分企业停产，整改延期
满意度指标（10分） | 服务对象满意度指标 | 参训人员满意度 | ≥90% | weight=10 | score=10 | actual=94%
"""
OFFICE_OVERALL = """
投入管理指标 | 工作目标管理 | 工作任务科学性 | 科学
投入管理指标 | 预算和财务管理 | 预算执行率 | ≥95%
产出指标 | 重点工作任务完成 | 老旧小区改造户数 | ≥4200户
产出指标 | 履职目标实现 | 保障性住房分配率 | ≥90%
效益指标 | 履职效益 | 住房困难家庭保障比例 | ≥95%
效益指标 | 满意度 | 改造小区居民满意度 | ≥90%
"""
HEALTH_SELF = """
投入管理指标 | 预算和财务管理 | 预算调整率 | ≤10% | weight=10 | score=10 | actual=5%
产出指标 | 重点工作任务完成 | 适龄儿童疫苗接种率 | ≥95% | weight=30 | score=30 | actual=97%
产出指标 | 履职目标实现 | 家庭医生签约人数 | ≥12万人 | weight=20 | score=20 | actual=12.6万人
效益指标 | 履职效益 | 孕产妇系统管理率 | ≥92% | weight=20 | score=20 | actual=93%
效益指标 | 满意度 | 签约居民满意度 | ≥85% | weight=10 | score=10 | actual=91%
"""


def roads_and_bridges() -> Document:
    return (
        Sample(department="甲市交通运输局").unit("317", "甲市交通运输局", "1372.00")
        .unit("317001", "甲市公路事业发展中心", "860.00")
        .project("农村公路养护工程", ROADS, amount="860.00", funds={"财政拨款": "800.00", "其他资金": "60.00"},
                 goal="2026年养护农村公路430公里，改造危桥6座。")
        .unit("317002", "甲市国有林场", "512.00")
        .project("公路沿线造林绿化补助", GREENING, amount="512.00", goal="扩大造林面积，改善沿线环境。").document()
    )  # fmt: skip


def wide_summary() -> Document:
    return (
        Sample(department="乙县水利局", city="乙市", goals=False).unit("402001", "乙县水文中心", "111.50")
        .project("水环境质量监测运维费", WATER, amount="75.50", goal="").project("公共图书馆免费开放经费", LIBRARY, amount="36.00", goal="")
        .document()
    )  # fmt: skip


def food_safety() -> Document:
    return (
        Sample(department="丙市市场监督管理局", city="丙市")
        .project("食品安全抽检专项经费", FOOD, amount="180.00", goal="全年抽检1500批次，守住食品安全底线。")
        .document()
    )


def training_evaluated() -> Document:
    paid = execution(budget="42.00", adjusted="42.00", spent="39.90", weight="10", rate="95", score="9.5")
    return Sample(table=PROJECT_SELF_EVALUATION, year=2025, title="项目支出绩效自评表").project(
        "安全生产宣传教育经费", TRAINING_SELF, amount="42.00", goal="开展安全培训。", goal_actual="已完成。", weight_total=Decimal(100),
        score_total=Decimal("97.5"), execution=paid).document()  # fmt: skip


def department_goals() -> Document:
    return Sample(table=OVERALL_TARGETS, title="部门整体绩效目标表", department="丁市住房和城乡建设局").project(
        "", OFFICE_OVERALL, amount="3000.00", funds={"基本支出": "1200.00", "项目支出": "1800.00"}, goal="改善群众居住条件。",
        tasks=("老旧小区改造：实施改造", "保障性住房：做好住房分配")).document()  # fmt: skip


def department_evaluated() -> Document:
    paid = execution(budget="900.00", adjusted="945.00", spent="907.20", weight="10", rate="96", score="9.6")
    return Sample(table=OVERALL_SELF_EVALUATION, year=2025, title="部门整体支出绩效自评表", department="戊县卫生健康委员会").project(
        "", HEALTH_SELF, amount="900.00", funds={"基本支出": "600.00", "项目支出": "300.00"}, goal="提升基层卫生服务。", weight_total=Decimal(100),
        score_total=Decimal("99.6"), execution=paid).document()  # fmt: skip


CLEAN = {
    "roads": roads_and_bridges, "wide": wide_summary, "food": food_safety, "training_evaluated": training_evaluated,
    "department": department_goals, "department_evaluated": department_evaluated,
}  # fmt: skip
