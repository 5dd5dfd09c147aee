"""Which way is stricter (严宽方向): told by the comparators that cities print, else by the name.

A floor (≥) is stricter the higher it is, a ceiling (≤) the lower. Where neither is printed (=100%, 2次) the name decides:
complaints, losses, costs and waiting times should be low, everything else that is counted should be high.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kpi.cluster import parse_name
from kpi.compare.observations import CHANGE, DAY, Family
from kpi.text import fold

HIGHER, LOWER, UNKNOWN = "higher", "lower", ""
TITLES = {HIGHER: "数值越高越严", LOWER: "数值越低越严", UNKNOWN: "严宽方向不明"}

_FLOORS, _CEILINGS = frozenset({"≥", ">"}), frozenset({"≤", "<"})
_CLEAR_SHARE = 2 / 3
"""Share of the printed comparators that must point one way; below it cities contradict each other and the name decides."""

# Things that should not happen or be small (all departments: safety, complaints, courts, health, environment, schools).
_BAD = (
    "投诉", "举报", "信访", "上访", "舆情", "事故", "差错", "错误", "失误", "误差", "偏差", "故障", "中断", "宕机", "泄露", "泄漏", "隐患", "伤亡", "死亡",
    "受伤", "发病", "患病", "感染", "传染", "失业", "贫困", "返贫", "辍学", "流失", "空置", "闲置", "逾期", "超期", "超时", "拖欠", "欠薪", "违规", "违法",
    "违纪", "犯罪", "发案", "案发", "火灾", "灾害损失", "损失", "损毁", "损坏", "破损", "浪费", "超标", "超支", "超预算", "污染", "排放", "能耗", "耗能", "耗水",
    "耗电", "浓度", "不良", "缺陷", "缺勤", "漏报", "漏检", "漏项", "误报", "误诊", "退货", "退件", "返修", "返工", "负债", "债务", "赔付", "不合格", "不达标",
    "不满意", "拥堵", "等候", "等待", "排队", "结转", "结余", "沉淀", "重复", "虚报", "冒领", "骗保", "截留", "挪用", "病死", "致残", "跑冒滴漏", "产销差",
    "安全事件", "突发事件", "变更", "违约", "坏账", "积水", "积压", "撂荒", "抛荒", "疫病", "疫情", "近视", "肥胖", "败诉", "复吸", "复发", "再犯", "泄密", "超采", "超编", "超员", "超限",
    "超载", "漏", "损", "错", "缺失", "缺口", "缺额", "滞后", "延误", "延迟", "延期", "迟到", "旷", "欠", "差评", "报废", "黑臭", "异味", "噪声", "噪音",
    "纠纷", "冲突", "矛盾", "诉讼", "问责", "通报批评", "扣分", "挂牌督办", "风险", "危房", "危桥", "险情", "灾", "欺凌", "负面", "刑案", "刑事案件", "平均住院日", "住院天数", "次均费用", "群体性事件",
)  # fmt: skip
# What is done against them, and the fall itself: 投诉处理率, 污染治理面积, 死亡率下降幅度 should be high. 投诉率控制 stays low.
_AGAINST = (
    "处理", "处置", "办理", "办结", "化解", "解决", "回复", "回访", "答复", "受理", "整改", "整治", "治理", "防治", "防控", "预防", "防范", "排查", "巡查", "检查",
    "查处", "查办", "打击", "破案", "侦破", "修复", "修缮", "抢修", "恢复", "救治", "救助", "帮扶", "资助", "减排", "下降", "降低", "减少", "降幅", "压降", "压减",
    "挽回", "追回", "清理", "清偿", "化债", "清零", "回收", "监测", "监管", "监控", "预警", "应对", "调处", "消除", "盘活", "达标", "合格", "覆盖", "知晓", "满意",
    "及时", "再就业", "就业", "演练", "宣传", "培训", "脱贫", "动态管理", "识别", "检出", "建档", "随访", "管理率", "规范管理", "保险", "保障", "控辍",
    "评估", "鉴定", "备案", "报告", "上报", "登记", "收集", "核查", "复核", "审计", "结案", "审结", "起诉", "劝返", "可支付", "改造", "加固", "调解", "救灾", "减灾", "防灾", "裁决", "执行到位", "评价", "提示", "补偿", "赔偿", "理赔", "更新",
    "种植", "复耕", "复垦", "利用", "综合", "调查", "物资", "储备", "消除", "响应", "保有", "追踪", "追缴", "查实",
)  # fmt: skip
# Before a bad thing these make it good: 化解债务金额, 拆除违法建筑面积, 无故障运行.
_BEFORE = re.compile(
    "(?:挽|减|防|纠|查|补|勘|定|抗|救|应对|抵御|改造|调解|化解|清偿|偿还|拆除|降低|减少|遏制|消除|避免|杜绝|防止|无|零|清理|治理|查处|打击|压减|防范|整治|减轻|控制)$"
)
# Whatever happens to a rate or number of occurrence, and what is used up per unit: 疾病发生率, 万元GDP用水量.
_OCCURRENCE = re.compile(
    "(?<!服务)发生(?:率|数|数量|次数|起数|件数|例数|人数|量|情况)?$"
    "|(?:单位|每?万元|人均|每平方米).{0,60}(?:用水|用电|用能|用气|用油|能源消费|消耗|综合能耗)量?"
)
# Measures of time in which long is good: what a service lasts, not what one waits.
_LONG_IS_GOOD = re.compile(
    "(?:使用|服务|质保|保修|保质|保存|有效|存续|运行|运营|开放|营业|值班|值守|在线|培训|学习|授课|教学|播出|播放|工作|飞行|航行|设计|保障|供水|供电|供暖|"
    "稳定|正常|维护|优良|良好|达标|出勤|存活|续航|可支付)(?:期|期限|年限|寿命|时间|时长|时数|小时数|天数|月数|周期)|学时|课时|寿命|保修|质保|持续影响|影响(?:期限|年限|时间)"
)
# Families of `kpi.cluster` names whose figures should be low unless something else is said.
_LOW_FAMILIES = frozenset({"成本", "浓度"})
_TIMES = frozenset({"时间", "天数", "月数"})
_TAKES = re.compile("(?:用时|耗时)$")
_STANDARD = frozenset({"标准"})
"""补助标准 is neither: what one pays out another gets."""
_FAST = re.compile("降低|缩短|减少|下降|压缩|节约|节省")


@dataclass(frozen=True, slots=True)
class Strictness:
    """`direction`: `higher`, `lower` or "" (unknown); `because` is for people."""

    direction: str
    because: str

    @property
    def title(self) -> str:
        """For people."""
        return f"{TITLES[self.direction]}（{self.because}）"

    def binding(self, low: float, high: float | None) -> float:
        """The end of a range that binds: the lower of a floor, the upper of a ceiling."""
        return high if high is not None and self.direction == LOWER else low

    def opposes(self, comparator: str) -> bool:
        """Whether a printed comparator points the other way."""
        return (self.direction == HIGHER and comparator in _CEILINGS) or (
            self.direction == LOWER and comparator in _FLOORS
        )


def find_strictness(family: Family, comparators: Iterable[str], names: Iterable[str]) -> Strictness:
    """Direction of strictness of the targets of one family.

    Args:
        family: deadlines are stricter the earlier; a change is stricter the larger it is.
        comparators: as printed, one a target ("" for none).
        names: names of the indicator, the most telling first.
    """
    if family.sort == DAY:
        return Strictness(LOWER, "时限越早越严")
    printed = list(comparators)
    floors = sum(comparator in _FLOORS for comparator in printed)
    ceilings = sum(comparator in _CEILINGS for comparator in printed)
    told = floors + ceilings
    if told and max(floors, ceilings) >= _CLEAR_SHARE * told:
        direction = HIGHER if floors > ceilings else LOWER
        many, sign = (floors, "≥ 或 >") if floors > ceilings else (ceilings, "≤ 或 <")
        return Strictness(direction, f"依据比较符：{told} 条中 {many} 条为 {sign}")
    prefix = "比较符互相矛盾，" if told else ""
    if family.sort == CHANGE:
        return Strictness(HIGHER, f"{prefix}变化幅度越大越严")
    for name in names:
        direction, because = name_to_direction(name)
        if direction:
            return Strictness(direction, f"{prefix}依据名称：{because}")
    return Strictness(UNKNOWN, f"{prefix}比较符和名称都没有说明")


def name_to_direction(name: str) -> tuple[str, str]:
    """Direction by a name alone, and the words that told it; `("", "")` where the name leaves it open."""
    text = fold(name)
    family = parse_name(name).tags.family
    group = family.split("/", 1)[0]
    if group in _TIMES or _TAKES.search(text):
        lasts = _LONG_IS_GOOD.search(text)
        return (HIGHER, lasts[0]) if lasts else (LOWER, family)
    bad = _last(_BAD, text)
    after = text[text.rfind(bad) + len(bad) :] if bad else text
    against = _last(_AGAINST, after)
    before = _BEFORE.search(text[: text.rfind(bad)]) if bad else None
    if bad and not against and before is None:
        return LOWER, bad
    occurrence = None if bad else _OCCURRENCE.search(text)
    if occurrence is not None:
        return LOWER, occurrence[0]
    if bad:
        return HIGHER, bad + against if against else f"{before[0] if before else ''}{bad}"
    if group in _LOW_FAMILIES:
        falls = _FAST.search(text)
        if falls and re.search("率|幅度|比例|额", text[falls.end() :]):
            return HIGHER, falls[0]
        return LOWER, family
    if group in _STANDARD:
        return UNKNOWN, ""
    return (HIGHER, family) if text else (UNKNOWN, "")


def _last(words: Iterable[str], text: str) -> str:
    """The word that ends last in the text, the longest of those; "" for none."""
    found = [(text.rfind(word) + len(word), len(word), word) for word in words if word in text]
    return max(found)[2] if found else ""
