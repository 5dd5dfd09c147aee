"""Words that the rules know (词表), as data: which level a name belongs to, which unit and direction it asks for.

Every pattern is applied to folded text (`kpi.text.fold`) without a bracketed unit at the end. Where an entry was seen is
said beside it; all are of the field's usual vocabulary in several provinces and departments, none of one document.
"""

from __future__ import annotations

import re
from functools import lru_cache

import kpi.text
from kpi.tables.headers import level_key


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """`kpi.text.fold`, remembered: many rules look at the same names and targets."""
    return kpi.text.fold(text)


OUTPUT, BENEFIT, SATISFACTION, COST, INPUT = "产出", "效益", "满意度", "成本", "投入"

# 一级 → group, by the first of these words that it holds. 投入 stands for all levels of management in templates of
# 整体支出 (投入管理, 过程, 决策, 预算执行).
_LEVEL1_WORDS: tuple[tuple[str, str], ...] = (
    ("满意", SATISFACTION), ("投入", INPUT), ("过程", INPUT), ("决策", INPUT), ("管理", INPUT), ("预算执行", INPUT), ("成本", COST),
    ("产出", OUTPUT), ("履职效能", OUTPUT), ("履职效益", BENEFIT), ("效益", BENEFIT), ("效果", BENEFIT), ("社会效应", BENEFIT),
    ("影响", BENEFIT), ("可持续", BENEFIT),
)  # fmt: skip

# 二级 → group. 重点工作任务完成 and the like are of the 整体支出 template of 河南 and others.
_LEVEL2_WORDS: tuple[tuple[str, str], ...] = (
    ("满意", SATISFACTION), ("成本", COST), ("数量", OUTPUT), ("质量", OUTPUT), ("时效", OUTPUT), ("重点工作任务", OUTPUT),
    ("履职目标", OUTPUT), ("整体工作完成", OUTPUT), ("效益", BENEFIT), ("可持续", BENEFIT), ("环境影响", BENEFIT),
    ("工作目标管理", INPUT), ("预算和财务管理", INPUT), ("绩效管理", INPUT), ("预算编制", INPUT), ("预算管理", INPUT), ("财务管理", INPUT),
    ("资产管理", INPUT), ("资金管理", INPUT), ("预算执行", INPUT),
)  # fmt: skip


def _first(words: tuple[tuple[str, str], ...], text: str) -> str:
    key = level_key(text)
    return next((group for word, group in words if word in key), "")


@lru_cache(maxsize=kpi.text.KEPT_TEXTS)
def level1_group(text: str) -> str:
    """产出, 效益, 满意度, 成本 or 投入 for a 一级指标, "" for any other."""
    return _first(_LEVEL1_WORDS, text) if text else ""


@lru_cache(maxsize=kpi.text.KEPT_TEXTS)
def level2_group(text: str) -> str:
    """The group that a 二级指标 belongs to, "" for any other."""
    return _first(_LEVEL2_WORDS, text) if text else ""


_TAIL = re.compile(r"(?:[（(\[【][^（()）\[\]【】]*[)）\]】]|%|‰){1,20}$")


@lru_cache(maxsize=kpi.text.KEPT_TEXTS)
def bare_name(name: str) -> str:
    """A name as patterns see it: folded, without a unit in brackets or `%` at its end."""
    folded = fold(name)
    return _TAIL.sub("", folded) or folded


def pattern(*words: str, end: bool = False) -> re.Pattern[str]:
    """A pattern of alternatives, at the end of a name if `end`."""
    joined = "|".join(words)
    return re.compile(f"(?:{joined})$" if end else f"(?:{joined})")


# --- what a name measures ------------------------------------------------------------------------------------------------

IS_SATISFACTION = pattern("满意度?", "满意率", "满意程度", "满意(?:度|率)?(?:较高|高|良好|提升|情况)", end=True)

# Names that are clearly no satisfaction. 投诉 and 信访 are kept under 满意度 in many provinces, as is 好评.
NOT_SATISFACTION = pattern(
    "知晓(?:率|度|程度|情况)", "知悉率", "普及率", "覆盖率", "覆盖面", "完成率", "合格率", "及时率", "参保率", "准确率", "达标率", "到位率", "执行率",
    "使用率", "就业率", "验收率", "优良率", "次数", "人次", "人数", "数量", "面积", "里程", "份数", "成本", "金额", "时间", "时限", end=True,
)  # fmt: skip
ABOUT_OPINION = pattern(
    "满意", "投诉", "信访", "上访", "好评", "差评", "表扬", "认可", "意见", "评价", "问卷", "回访", "感知", "感受", "获得感", "幸福感", "安全感", "归属感",
    "支持", "信任", "口碑", "体验", "接受度", "举报", "评分", "赞", "欢迎", "回头", "反馈", "测评", "评议", "参与",
)  # fmt: skip
# A name under 满意度 may be only the one who is asked.
ASKED = pattern(
    "群众", "公众", "对象", "人员", "职工", "员工", "学生", "学员", "教师", "师生", "家长", "企业", "居民", "村民", "农户", "农民", "单位", "用户", "患者", "游客", "读者",
    "市民", "干部", "老人", "儿童", "家庭", "户", "商户", "乘客", "驾驶员", "旅客", "社会", "部门", "机构", "人", "者", end=True,
)  # fmt: skip

RATE = pattern("率", "比例", "比重", "占比", "百分比", "满意度", "知晓度", end=True)
# …率 that is no share: 频率, 效率; or counted against a population: 发病率 10/10万; or in times: 周转率.
NO_SHARE = pattern(
    "(?<!有)效率", "频率", "功率", "速率", "汇率", "利率", "税率", "费率", "概率", "心率", "分辨率", "密度率", "周转率", "生产率", "容积率", "死亡率",
    "发病率", "患病率", "出生率", "发案率", "警情率", "万人.*率", "百万吨.*率", "每.*率", "倍率", "斜率", "码率", "转速", "杠杆率", end=True,
)  # fmt: skip
# Shares that can exceed 100 %: growth, 毛入学率, 床位使用率, 保值增值率 …
UNBOUNDED = pattern(
    "增长", "增幅", "增速", "增加", "增值", "同比", "环比", "提高", "提升", "上升", "涨幅", "毛入学", "床位使用", "收益率", "回报率", "拉动", "超额",
    "偿债", "负债率", "债务率", "流动比率", "覆盖倍数", "产销率", "拨备", "贡献率", "投入产出", "配套率", "配比", "资金利用率", "投资完成率",
)  # fmt: skip

PERSONS = pattern("人数", "人次数?", "人员数量?", "人员数", end=True)
TIMES = pattern("次数", "场次", "频次", "批次", "期数", "届数", "期次", end=True)
AMOUNTS = pattern(
    "数量",
    "个数",
    "件数",
    "份数",
    "户数",
    "套数",
    "台数",
    "面积",
    "里程",
    "长度",
    "总量",
    "辆数",
    "座数",
    "册数",
    "总数",
    end=True,
)
DURATION = pattern("时间", "时限", "期限", "工期", "时长", "天数", "月数", "年限", "周期", end=True)
# Points of time and names in which 时间 is part of another thing.
NO_DURATION = pattern("次数", "及时", "空间", "占用时间比", "时间节点", end=True)
MONEY = pattern("费用", "经费", "成本", "金额", "资金额", "总费", "(?<![免消付缴收退自计浪话耗])费", end=True)

# Time units that need no explanation. 医保年度 and the like begin and end elsewhere than the budget year.
PLAIN_TIME_UNITS = frozenset(
    """秒 秒钟 毫秒 分钟 分 小时 时 天 日 自然日 日历天 工作日 个工作日 周 旬 个月 月 季度 个季度 年 周年 学年 学期 期""".split()
)
TIME_FAMILIES = frozenset({"duration", "days", "working_days", "months", "years"})

# Numbers that have no unit: indexes, scores, ranks, coefficients.
UNITLESS = pattern(
    "指数", "系数", "得分", "评分", "分数", "分值", "倍数", "等级", "级别", "名次", "排名", "排位", "比值", "ph值?", "信用", "评级", "gini", "aqi",
    "pqi", "mqi", "浓度", "比", "位次", "强度", "星级", "层级",
)  # fmt: skip

# --- directions ---------------------------------------------------------------------------------------------------------

BAD_RATE = pattern(
    *(
        f"{word}(?:发生)?率"
        for word in (
            "投诉", "事故", "故障", "差错", "失误", "错误", "误差", "违规", "违纪", "违法", "流失", "返贫", "超标", "失业", "辍学", "病死", "空置",
            "不合格", "破损", "损坏", "缺陷", "逾期", "延误", "复发", "超支", "漏检", "漏报", "误报", "死亡", "发病", "退货", "闲置", "失火", "火灾",
            "伤亡", "案件", "发案", "漏诊", "误诊", "感染", "漏损", "损耗", "浪费", "拖欠", "坏账", "不良", "违约", "重复参保", "翻案", "纠错",
            # 林业, 司法, 法院, 信息化, 供水供电, 卫健, 信访
            "成灾", "受害", "再犯罪", "重新犯罪", "脱管", "漏管", "复吸", "改判", "发回重审", "报废", "缺勤", "超时", "宕机", "中断", "停水", "停电", "拥堵",
            "退件", "失访", "欠费", "欠薪", "上访", "越级访", "重复信访", "空岗", "撂荒", "抛荒", "弃管", "超限", "超载", "传播", "并发症", "院感", "近视",
        )
    ),
    end=True,
)  # fmt: skip
GOOD_RATE = pattern(
    *(
        f"{word}率"
        for word in (
            "合格", "覆盖", "完成", "及时", "准确", "达标", "优良", "优秀", "参保", "到位", "知晓", "满意", "验收", "通过", "办结", "完好", "入学",
            "巩固", "就业", "处置", "修复", "有效", "保障", "落实", "规范", "合规", "正确", "签约", "接种", "成功", "录用", "出勤", "参训", "普及",
            "治愈", "成活", "绿化", "回收", "清运", "处理", "整改", "响应", "达成", "兑现", "发放", "利用", "安置", "救助", "资助", "上线", "在线",
        )
    ),
    "满意度", "知晓度",
    end=True,
)  # fmt: skip
NOT_GOOD = pattern("不合格", "未完成", "不及时", "违", "误", "降低", "下降", "减少", "事故处理")

# --- 产出 and 效益 mixed up ------------------------------------------------------------------------------------------------

# Acts and their quality: never an effect. Who benefits, visitors, jobs may be counted as an effect.
CLEAR_OUTPUT = pattern(
    "验收合格率", "工程合格率", "工程质量合格率", "施工质量合格率", "设备合格率", "采购合格率", "验收通过率", "(?:及时|按时|按期|准时)[^率]{0,4}率",
    "任务完成率", "计划完成率", "完成时间", "完成时限", "响应时间", "(?:办理|办结|处置|响应|支付)时限",
    "(?:检查|抽检|抽查|巡查|培训|宣传|监测|督导)覆盖率",
    # what was done, then a count of it: 培训人次, 改造危桥座数, 农村公路养护里程
    "(?:培训|检查|会议|宣传|印发|编制|采购|购置|新建|改建|扩建|维修|改造|发放|抽检|监测|巡查|演练|调研|举办|召开|检测|督导|执法|排查|修缮|铺设|安装|"
    "养护|造林|种植|栽植|防治|整治|治理|加固|抽样|审批|受理|印制|配备|聘用|招聘|储备|设置|演出|展览|修复|走访|巡河|清理|清运|开挖|疏浚|管护|建设)"
    ".{0,10}(?:次数|人次|场次|份数|数量|面积|里程|长度|台数|套数|批次|人数|期数|个数|册数|公里数|座数|处数|件数|家数|条数|株数|户数|亩数)",
    end=True,
)  # fmt: skip
COUNTED_EFFECT = pattern(
    "就业",
    "受益",
    "带动",
    "惠及",
    "减少",
    "降低",
    "游客",
    "参观",
    "增加",
    "新增",
    "节约",
    "吸引",
    "事故",
    "投诉",
    "案件",
)
CLEAR_EFFECT = pattern(
    "(?:带动|促进|拉动|增加|推动).{0,8}(?:就业|增收|收入|消费|投资|经济|社会|产业)", "(?:经济|社会|生态|环境)(?:效益|效应|影响)", "可持续影响",
    "社会(?:稳定|和谐)", "营商环境", "生活(?:质量|水平)", "(?:幸福|获得|安全)感", "增收(?:额|率|幅度|金额)?$", "税收增长", "节能减排效果",
    "就医负担", "看病负担", "经济负担", "(?:持续|长期|深远)(?:的)?影响", "可持续(?:性|发展)?$",
)  # fmt: skip
AWARENESS = pattern("知晓(?:率|度|程度)", "知悉率", end=True)

# --- 二级 of 产出 -----------------------------------------------------------------------------------------------------------

QUALITY_NAME = pattern(
    "合格率",
    "优良率",
    "准确率",
    "达标率",
    "差错率",
    "完好率",
    "优秀率",
    "正确率",
    "验收通过率",
    "合规率",
    "规范率",
    end=True,
)
TIMELY_NAME = pattern(
    "及时率",
    "按时完成率",
    "按期完成率",
    "完成时间",
    "完成时限",
    "响应时间",
    "及时性",
    "按期开工率",
    "办理时限",
    "完工时间",
    end=True,
)
COUNT_NAME = pattern("次数", "人次", "场次", "份数", "面积", "里程", "台数", "套数", "册数", "批次", "人数", end=True)
FAULTS = pattern(
    "事故",
    "差错",
    "投诉",
    "故障",
    "违规",
    "失误",
    "重复",
    "虚报",
    "多报",
    "超",
    "漏",
    "延",
    "逾期",
    "不合格",
    "优秀",
    "达标",
    "合格",
    "获奖",
)

# --- money and management --------------------------------------------------------------------------------------------------

COST_NAME = pattern(
    "费用", "成本", "单价", "造价", "均价", "控制数", "控制额", "预算数?", "(?<![免消付缴收退自计浪话耗])费", end=True
)
PAID_OUT = pattern(
    "报销",
    "救助",
    "补助",
    "补贴",
    "支付",
    "发放",
    "结算",
    "减免",
    "节约",
    "节省",
    "降低",
    "挽回",
    "减少",
    "收取",
    "医疗费用",
    "缴纳",
)
INPUT_NAME = pattern(
    "投入(?:.{0,6}(?:资金|经费|金额)|总额)", "(?:资金|经费)投入(?:额|总额|金额|量)?", "项目(?:资金|经费|预算|总投资|投资)(?:总?额|金额|数)?",
    "资金总额", "预算(?:资金|金额|总额|数)", "(?:专项|工作|业务|办公|财政|补助)(?:经费|资金)(?:金额|总额|数额?)?", "支出(?:总额|金额|总数)",
    "项目(?:总)?成本", "总成本", "成本控制(?:数|金额|额)?", end=True,
)  # fmt: skip
ARRIVAL = pattern("(?:资金|经费|补助|预算)(?:足额|及时)?到位率", end=True)
EXECUTION_RATE = pattern("预算执行率", "资金执行率", "资金支出率", "支出进度", "预算支出率", "资金预算执行率", end=True)

MANAGEMENT = pattern(
    "(?:财务|内控|内部控制|资金管理|项目管理|管理|规章|会议|议事|学习|考勤|公文|值班|印章|报销|采购|岗位责任|车辆使用)制度(?:的)?(?:健全|完善|建立|执行)(?:性|率|情况)?", "会计(?:核算|信息)", "(?:预算|决算)编制",
    "加强(?:财务|内部|资金|费用|经费|.{0,12}费用的?管理|.{0,10}资金的?管理)",
    "(?:资金|经费)(?:的)?(?:使用|支出|支付|拨付|管理)(?:的)?(?:合规|规范|合法)(?:性|率)?$", "政府采购(?:合规|规范)",
    "绩效(?:自评|监控|目标编制|评价)(?:完成)?率?$", "内控(?:机制|建设)", "档案管理规范", "资产管理规范",
)  # fmt: skip
# A department's own table (整体) may set these; a project that is not about them may not.
PARTY = pattern(
    "加强(?:党|政治|廉政|作风|机关|队伍)", "党(?:的)?建(?:设|工作)?(?:水平|情况|质量)?$", "党风廉政", "机关建设"
)
MANAGEMENT_PROJECT = pattern(
    "党建", "廉政", "纪检", "机关建设", "绩效", "内控", "财务", "档案", "资产", "政府采购", "审计", "政治"
)

SAVING = pattern("节约", "节省", "降低", "减少", "压缩", "下降", "结余")
STANDARD = pattern("标准", "补助额", "补贴额", "待遇", "筹资", "缴费", "投入")

COST_PROJECT = pattern(
    "工程(?!师|质量监|造价|监管|管理)", "购置", "修缮", "装修", "新建", "改扩建", "扩建", "改造", "维修", "加固"
)
SERVED_PROJECT = pattern(
    "补贴",
    "补助",
    "培训",
    "救助",
    "资助",
    "慰问",
    "养老",
    "惠民",
    "公共服务",
    "便民",
    "扶贫",
    "帮扶",
    "免费开放",
    "助学金",
)

# --- words that cannot be judged ------------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(
    r"(?:[/／\\—–\-_*＊x×.。…?？、○〇]+|无|暂无|没有|待定|待补充|待填|同上|略|空|未填|n/?a|null|none|tbd|见附件|详见附件|见附表|见方案|"
    r"[x×*]{2,}.{0,6})"
)
# 对社会发展可能造成的负面影响 — 无: what should not be. 社会成本 and 生态环境成本 of the template of 2021.
NONE_IS_GOOD = pattern(
    "影响",
    "损失",
    "事故",
    "污染",
    "破坏",
    "投诉",
    "违规",
    "违纪",
    "违法",
    "风险",
    "案件",
    "舆情",
    "差错",
    "失误",
    "浪费",
    "重复",
)
# Times that recur or do not end: 发放时间 — 按月发放.
RECURRING = pattern(
    "按月",
    "每月",
    "当月",
    "按季",
    "每季",
    "按年",
    "每年",
    "逐年",
    "长期",
    "全年",
    "常年",
    "随时",
    "即时",
    "当日",
    "当天",
    "次月",
    "次日",
)
SLOGAN = re.compile(
    "再上新台阶|迈上新台阶|圆满完成|高质量发展|谱写|新篇章|维护.{0,6}稳定|保持社会稳定|社会和谐|厉行节约|群众拥护|又好又快|全力以赴|"
    "切实做好|扎实推进|走在前列|再创佳绩|开创.{0,4}局面|奋力|一流水平|凝心聚力|不忘初心|为.{2,12}(?:提供|奠定).{0,8}(?:保障|基础)|"
    "营造.{0,8}(?:氛围|环境)|树立.{0,8}形象|贯彻落实.{4,}精神"
)
# Words that say a state of things which is so or is not: a check can tell.
STATES = frozenset(
    """通过 完成 合格 达标 是 否 开展 建成 落实 全部完成 按时完成 有 无 达到 实现 验收合格 已完成 及时 按时 按期 准时 合规 规范 真实 完整
    准确 健全 相关 科学 合理 公开 安全 稳定 有效 齐全 正常 优秀 良好 优良 运行正常 验收通过 正常运行 全覆盖 动态清零 清零 应保尽保 应救尽救 应免尽免 应收尽收 应发尽发
    应检尽检 应治尽治 应享尽享 应养尽养 应奖尽奖 应助尽助 应补尽补 随到随办 随报随审 即申即享 日清日结""".split()
)

GENERAL_ASKED = re.compile(
    "满意(?:度|率|程度)?|服务|对象|工作|项目|情况|综合|整体|总体|使用|调查(?!对象|户|样本|单位)|受益|相关|评价|年度|的|对|指标|目标|者"
)
