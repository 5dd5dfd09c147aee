"""Header words (表头用语) → roles of columns, groups of columns and labels of a project's block.

The one place where a table's words are tied to meanings. A header text is compared after `header_key`: folded, without
brackets' content that only names a unit of measure or a share, without decoration. Longer entries win.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kpi.tables.header_grammar import PARTS, composed_role, leading_role
from kpi.text import KEPT_TEXTS, fold, squeeze

# --- column roles -------------------------------------------------------------------------------------------------------
# role → header words. Where seen is noted per line: province and kind of document.
COLUMN_WORDS: dict[str, tuple[str, ...]] = {
    "code": (
        "单位编码项目编码", "单位编码项目编号", "单位代码项目代码", "项目编码", "项目代码", "项目编号", "单位编码", "单位代码",
        "编码", "代码",
    ),  # 河南 wide summaries; 四川, 重庆 project lists
    "project": (
        "项目单位项目名称", "单位名称项目名称", "单位项目名称", "部门单位项目名称", "项目名称", "支出项目名称", "项目",
        "预算项目", "预算项目名称", "单位名称及项目名称",
    ),  # 河南; 四川 05-2; 云南 05-2 (项目名称)
    "unit": ("预算单位", "单位名称", "主管部门", "实施单位", "主管部门及代码", "项目单位"),
    "goal": ("年度绩效目标", "项目年度绩效目标", "总体目标", "绩效目标总体描述", "年度目标", "项目绩效目标", "项目目标", "绩效目标"),
    "amount": (
        "资金总额", "项目金额", "金额", "合计", "总计", "预算金额", "预算数", "项目资金", "年度预算数", "项目资金总额",
        "预算总额", "年度金额", "预算规模", "小计", "资金额度", "资金规模", "投资规模", "投资额", "投资金额", "项目投资", "补助金额",
        "补助资金", "下达金额", "分配金额", "下达资金", "安排资金", "资金数", "批复金额",
    ),  # 资金额度, 补助资金: 资金分配表、衔接资金项目表
    "fund": (
        "政府预算资金", "财政专户管理资金", "单位资金", "财政拨款", "其他资金", "一般公共预算", "政府性基金", "政府性基金预算",
        "国有资本经营预算", "上级资金", "本级资金", "一般公共预算资金", "政府性基金预算资金", "国有资本经营预算资金", "社会投入资金",
        "其中财政资金", "其中财政拨款", "上年结转", "上年结转资金", "非财政拨款", "事业收入", "财政性资金", "自有资金",
        "财政专户资金", "中央补助", "省级资金", "市级资金", "县级资金", "财政资金", "上级补助",
    ),
    "level1": ("一级指标", "一级", "一级绩效指标", "绩效指标一级", "一级指标名称", "一级目标"),  # 一级目标: 上海
    "level2": ("二级指标", "二级", "二级绩效指标", "绩效指标二级", "指标类别", "二级指标名称", "二级目标"),
    "name": (
        "三级指标", "三级目标", "三级", "三级绩效指标", "指标名称", "绩效指标", "三级指标名称", "绩效指标名称", "指标", "具体指标",
        "四级指标", "四级绩效指标", "指标内容名称", "个性指标",
    ),
    "target": (
        "指标值", "目标值", "年度指标值", "绩效指标值", "年度目标值", "全年目标值", "预期指标值", "预期目标值", "指标目标值",
        "计划指标值", "指标值内容", "绩效目标值", "全年程目标值", "计划值", "全年指标值", "本年指标值", "预期当年实现值",
        "预计当年实现", "预期当年实现", "预计当年实现值", "当年目标值", "本年目标值", "当年预期实现值", "年度绩效指标值",
        "三级指标值", "标准值", "实施期目标值", "总目标值", "全年实现值", "预期值", "目标", "设定值", "年初指标值", "年初目标值",
        "指标值数值", "指标目标", "实施周期目标值", "实施周期指标值", "实施期指标值", "中长期目标值", "中期目标值", "年度值",
        "全年程", "全年", "数值", "指标数值", "目标数值", "值",
    ),  # 数值, 值: between 符号 and 单位 under 指标值 (海南, 黑龙江)
    "half_target": (
        "半年目标值", "半年程目标值", "半年指标值", "上半年目标值", "上半年指标值", "半年计划值", "半年程指标值",
        "1-6月目标值", "6月底目标值", "半年程", "半年", "上半年",
    ),  # 江苏; 半年（程） and 全年（程） alone stand under 指标值
    "history": (
        "前年", "上年", "前年实际值", "上年实际值", "前年完成值", "上年完成值", "前年实际完成", "上年实际完成", "上年预计完成",
        "上年预计实现", "前年实现值", "上年实现值", "近两年指标值", "历史值", "上年度指标值", "历史水平", "行业标准", "上年实际", "历史标准", "行业标准值", "历史标准值", "国家标准值", "行业水平", "行业值", "参考值", "基期值",
        "前年实际", "前年值", "上年值", "上年预计完成值", "上年实际完成值", "前年实际完成值",
    ),  # 湖北
    "comparator": (
        "指标性质", "符号", "计算符号", "运算符号", "指标符号", "运算符", "比较符", "逻辑符号", "关系符号", "指标值符号", "比较符号",
        "目标值符号", "计算符",
    ),  # 四川, 重庆, 云南
    "unit_of_measure": ("度量单位", "计量单位", "指标单位", "单位", "指标值单位", "数量单位", "计算单位", "目标值单位"),
    "value_type": ("指标值类型", "指标类型", "指标分类", "绩效指标分类", "绩效指标类型", "指标属性", "定性定量", "定量定性", "值类型", "指标值属性", "定性/定量"),
    "direction": ("指标方向性", "指标方向", "方向性", "正反向", "正向反向"),
    "description": (
        "绩效指标描述", "指标描述", "指标解释", "指标内容", "指标值说明", "指标说明", "说明", "指标含义", "指标释义", "指标值内容说明",
        "描述", "解释", "释义", "绩效内容", "绩效指标解释", "绩效指标内容", "指标解释及计算公式", "计算公式", "指标定义", "内容",
    ),
    "basis": (
        "指标值确定依据", "指标值设定依据", "绩效标准", "评分标准", "评扣分标准", "评分规则", "确定依据", "设定依据", "指标值依据",
        "评价标准", "扣分标准", "绩效标准来源", "评分细则", "指标来源", "数据来源", "取值依据", "指标确定依据", "计分标准",
        "目标值依据", "指标值来源", "佐证资料", "评分方法", "绩效目标设定依据", "赋分规则", "指标设定依据",
    ),
    "actual": (
        "实际完成值", "完成值", "实际值", "全年完成值", "实际完成", "实际完成指标值", "年度实际完成值", "完成情况", "实际完成情况",
        "全年实际完成值", "实际实现值", "实际完成数", "指标完成值", "自评完成值", "年度完成值", "全年实际值", "实现值",
    ),
    "weight": ("分值", "权重", "分值权重", "指标权重", "指标分值", "权重分值", "标准分", "标准分值", "分数", "满分", "赋分", "指标分值权重"),
    "score": ("得分", "自评得分", "实际得分", "评价得分", "自评分", "自评分值", "评分", "自评"),
    "deviation": ("偏差度", "偏离度", "偏差率", "偏差"),
    "reason": (
        "偏差原因分析及改进措施", "偏差原因", "未完成原因分析", "偏差原因分析", "未完成原因", "偏差原因及改进措施", "未完成原因和改进措施",
        "未完成原因及改进措施", "原因分析", "偏差原因分析及整改措施", "未完成原因及拟采取的改进措施", "扣分原因", "偏差及改进措施",
        "未完成原因分析及改进措施", "改进措施", "偏离原因", "偏差大的目标值原因分析", "未完成原因分析与改进措施", "扣分原因分析",
    ),
    "grade_best": ("优",),  # older 河北
    "grade_other": ("良", "中", "差"),
    "remark": ("备注", "备注说明", "其他说明"),
    "number": ("序号", "行次", "编号"),
    "skip": (
        "执行率", "资金用途", "是否核心指标", "核心指标", "指标状态", "项目类别", "项目类型", "项目属性", "项目级次",
        "资金性质", "资金来源", "功能科目", "经济科目", "支出功能分类", "部门职责", "执行数", "绩效属性", "使用范围",
    ),
}  # fmt: skip

# Words over several columns that say to which period (目标期间) the columns below belong.
PERIOD_WORDS: dict[str, tuple[str, ...]] = {
    "实施期": (
        "实施期", "实施期目标", "实施期总目标", "实施期绩效目标", "总体目标", "中长期目标", "中期目标", "实施期指标", "实施期绩效指标",
        "实施周期", "实施周期目标", "项目实施期", "总目标", "中长期绩效目标", "项目周期目标", "总体绩效指标", "中期绩效指标",
    ),
    "年度": ("年度", "年度目标", "年度绩效目标", "年度指标", "年度绩效指标", "当年目标", "本年度目标", "本年目标", "年度总体目标"),
}  # fmt: skip

# Column groups of wide summaries that stand for the 一级指标 of the columns below.
GROUP_WORDS: tuple[str, ...] = (
    "投入指标", "投入管理指标", "成本指标", "产出指标", "效益指标", "效果指标", "满意度指标", "服务对象满意度指标", "过程指标", "管理指标",
    "履职效益指标", "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "数量指标", "质量指标", "时效指标", "结果指标",
    "影响力指标", "社会成本指标", "生态环境成本指标", "经济成本指标", "投入和管理指标",
)  # fmt: skip

# Labels of the block above the indicators, each followed by its value.
LABEL_WORDS: dict[str, tuple[str, ...]] = {
    "code": ("项目编码", "项目代码", "项目编号"),
    "project": ("项目名称", "支出项目名称", "预算项目名称", "专项名称", "政策名称", "项目政策名称", "专项资金名称"),
    "code_and_project": ("项目编码及名称", "项目编码和名称", "项目编码-名称", "项目代码及名称"),
    "unit": (
        "预算单位", "项目单位", "实施单位", "单位信息", "单位编码及名称", "项目实施单位", "单位名称", "资金使用单位", "项目承担单位", "申报单位", "填报单位",
        "项目责任单位", "使用单位", "执行单位",
    ),
    "department": (
        "主管部门", "部门名称", "部门单位名称", "主管部门及代码", "主管单位", "部门", "预算部门", "省级主管部门", "单位部门名称",
        "中央主管部门", "市级主管部门", "地方主管部门", "部门单位",
    ),
    "amount": (
        "预算数", "项目资金", "资金总额", "预算规模及资金用途", "年度资金总额", "项目总额", "预算金额", "项目预算", "项目预算金额",
        "年度预算", "部门预算总额", "预算总额", "年度部门整体支出预算", "年度预算申请", "项目资金总额", "总额", "实施期资金总额",
        "部门整体支出预算", "年度收入总额", "年度金额", "本年预算", "金额", "支出总额", "预算合计", "年度预算数", "预算规模",
        "预算资金", "项目预算资金", "年度预算资金", "预算资金总额", "项目预算数", "项目总预算", "总预算", "预算总金额", "预算批复数", "资金规模",
        "资金额度", "申请资金", "申请资金总额", "项目申请资金", "安排资金", "拟安排资金", "资金预算", "经费预算", "预算经费", "项目经费",
    ),
    "fund": (
        "其中财政资金", "其中财政拨款", "其他资金", "财政资金", "财政拨款", "政府预算资金", "财政专户管理资金", "单位资金", "上级资金",
        "本级资金", "一般公共预算", "政府性基金", "基本支出", "项目支出", "当年财政拨款", "上年结转资金", "其中当年财政拨款", "中央补助",
        "地方资金", "自有资金", "省级财政资金", "市级财政资金", "县级财政资金", "上级补助", "国有资本经营预算", "其中一般公共预算",
    ),
    "goal": (
        "绩效目标", "年度绩效目标", "年度总体目标", "总体目标", "项目绩效目标", "年度目标", "项目年度绩效目标", "年度履职目标",
        "预期目标", "年度总体绩效目标", "总体绩效目标", "整体绩效目标", "绩效总目标", "年度预期目标", "项目总体目标", "项目目标",
        "实施期目标", "中长期目标", "部门整体绩效目标", "绩效目标描述", "项目实施期绩效目标", "长期绩效目标", "部门年度目标",
    ),
    "tasks": ("年度主要任务", "主要任务", "年度重点工作任务", "重点工作任务", "主要工作任务"),
    "period": ("项目期限", "项目实施期", "实施期限", "项目起止时间", "项目周期", "项目执行期", "实施周期", "项目实施周期"),
    "other": (
        "资金支出计划", "资金用途", "项目类别", "项目属性", "项目类型", "立项依据", "项目概况", "项目概述", "部门职能", "联系人",
        "联系电话", "项目负责人", "填报日期", "填报人", "资金来源", "预算情况", "资金结构", "部门概况", "单位职能概述", "项目级次",
        "项目立项依据", "项目内容", "存续状态", "职能职责概述", "绩效指标", "自评得分", "项目分类", "资金管理办法", "评价等级",
    ),
}  # fmt: skip

TOTAL_WORDS: tuple[str, ...] = (
    "总分",
    "合计",
    "总计",
    "小计",
    "得分合计",
    "分值合计",
    "合计得分",
    "总得分",
    "自评总分",
    "合计分值",
)
"""First words of rows that sum up and are no indicators."""

LEVEL1_WORDS: tuple[str, ...] = (
    "投入管理指标", "投入指标", "管理指标", "过程指标", "成本指标", "产出指标", "效益指标", "效果指标", "满意度指标",
    "服务对象满意度指标", "决策指标", "影响力指标", "履职效能", "可持续发展能力", "社会效应", "运行成本", "管理效率",
    "履职效能指标", "产出", "效益", "效果", "满意度", "成本", "投入", "过程", "决策", "预算执行指标", "结果指标", "履职效益指标",
    "绩效管理指标", "预算管理指标", "预算执行率指标", "服务对象满意度", "项目效益", "项目产出", "项目成本指标",
    "可持续发展能力指标", "管理效率指标", "运行成本指标", "社会效应指标", "可持续性指标", "投入和管理目标", "投入与管理目标",
    "决策目标", "过程目标", "产出目标", "效果目标", "效益目标", "影响力目标", "满意度目标", "能力建设及可持续影响目标",
    "部门管理", "履职效果", "能力建设",
)  # fmt: skip
"""一级指标 of all templates seen (财预〔2015〕88号, 财预〔2021〕101号 templates; 整体支出 templates of several provinces)."""

LEVEL2_WORDS: tuple[str, ...] = (
    "数量指标", "质量指标", "时效指标", "成本指标", "经济成本指标", "社会成本指标", "生态环境成本指标", "生态成本指标", "经济效益指标",
    "社会效益指标", "生态效益指标", "可持续影响指标", "可持续发展指标", "服务对象满意度指标", "满意度指标", "满意度", "社会公众满意度指标",
    "服务对象满意度", "经济效益", "社会效益", "生态效益", "可持续影响", "数量", "质量", "时效", "成本", "可持续影响力指标", "社会评价指标",
    "经济和社会效益指标", "环境效益指标", "生态环境效益指标", "其他满意度指标", "其他满意度", "受益对象满意度", "受益对象满意度指标",
    "工作目标管理", "预算和财务管理", "绩效管理", "重点工作任务完成", "履职目标实现", "履职效益", "公众满意度指标", "生态环境成本", "社会成本",
    "经济成本", "部门协作满意度指标", "社会公众满意度", "公众满意度", "经济效益指标值", "时效性指标", "预算执行率", "预算执行率指标",
    "资金管理", "预算编制", "预算执行", "资产管理", "部门管理", "重点工作任务", "整体工作完成", "基础管理", "目标管理", "预算管理",
    "资金投入", "采购管理", "人员管理", "重点工作管理", "部门履职目标", "部门效果目标", "社会影响", "长效管理", "人力资源建设",
    "项目立项", "组织管理", "财务管理", "政策效益指标", "内部管理", "队伍建设", "群众满意度指标", "联系部门满意度", "政府采购", "目标设定",
)  # fmt: skip

_PROJECT_NAME = re.compile(
    "(?:项目|专项|政策|资金|转移支付|基金|险种)(?:(?!单位|部门|主体|机构|企业|人员|指标|类型|类别|分类|科目)[\u4e00-\u9fff]){0,6}名称$"
)
"""转移支付（项目）名称, 专项（项目）名称, 政策和项目名称, 基金名称: the kinds of spending a table may be filled in for."""
_WIDENING = re.compile("绩效|年度|项目")
"""Words that templates put before a header word without changing it: 绩效指标性质, 绩效度量单位, 项目三级指标."""
_NOTE = re.compile(
    "^(?:(?:备注|注|说明|填表说明)[:：]|(?:备注|说明)$|其[他它](?:需要?)?说明的?(?:问题|事项|情况)|有关说明|(?:自评|评价)结论[:：]?$|"
    "(?:填[表报]人|审核人|联系人|联系电话|填报日期|(?:单位|部门|项目)负责人|主管领导|经办人)(?:[（(]|[:：]|$))"
)
"""湖南, 贵州: rows at the foot of the form."""
_PERIOD_TITLE = re.compile("^(?:(长期|中长期|中期|实施期)|年度|当年|本年度?)绩效(?:目标|指标)[\\d一二三四五六]*表?$")
"""湖北: one project, a table of 长期绩效目标 and one of 年度绩效目标."""
_STAGE = re.compile(
    "(?:(二上|批复|审定|核定|审核后|复核后|评审后|评估后|论证后|(?:调整|修改|修订|优化|完善|变更)后|建议)|"
    "一上|申报|原|初始|(?:审核|复核|评审|评估|论证|调整|修改|修订|优化|完善|变更)前)的?"
)
"""Stages of a budget before 指标值: where two stages stand side by side, the later one holds."""
_BRACKETS = re.compile(r"[（(【\[][^（(【\[)）】\]]*[)）】\]]")
_DECORATION = re.compile(r"[\s\d:：、,，.。;；()（）【】\[\]/／\\*＊%-]|[一二三四五六七八九十]{1,6}[、.．]")
_LEVEL_DECORATION = re.compile(
    r"[（(【\[][^）)】\]]{0,100}[)）】\]]|[\d.]{1,12}分|^[\dA-Za-z一二三四五六七八九十]+[、.．)）]|[:：\s]|\d{1,12}%?$"
)


@lru_cache(maxsize=KEPT_TEXTS)
def header_key(text: str) -> str:
    """The comparable form of a header text: folded, no spaces, digits, punctuation; bracketed content kept as words."""
    return _DECORATION.sub("", fold(text))


@lru_cache(maxsize=KEPT_TEXTS)
def bare_key(text: str) -> str:
    """As `header_key`, with brackets and their content gone: 项目金额（万元） → 项目金额, 产出指标（50分） → 产出指标."""
    folded = fold(text)
    while (shorter := _BRACKETS.sub("", folded)) != folded:
        folded = shorter
    return _DECORATION.sub("", folded)


def _index(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    index: dict[str, str] = {}
    for role, entries in words.items():
        for entry in entries:
            index.setdefault(header_key(entry), role)
    return index


_COLUMNS = _index(COLUMN_WORDS)
_PERIODS = _index(PERIOD_WORDS)
_LABELS = _index(LABEL_WORDS)
_GROUPS = {header_key(word): word for word in GROUP_WORDS}
_LEVEL1 = {header_key(word) for word in LEVEL1_WORDS}
_LEVEL2 = {header_key(word) for word in LEVEL2_WORDS}
_TOTALS = {header_key(word) for word in TOTAL_WORDS}


def _look_up(index: dict[str, str], text: str) -> str:
    return index.get(header_key(text)) or index.get(bare_key(text)) or ""


@lru_cache(maxsize=KEPT_TEXTS)
def column_role(text: str) -> str:
    """The role of a column by its header text, "" when unknown (`三级指标` → `name`)."""
    bare = _without_year(text)
    if role := ("/" in bare and _shared_role(bare)) or _look_up(_COLUMNS, bare):
        return role
    if (stage := _STAGE.match(bare)) and _look_up(_COLUMNS, bare[stage.end() :]) == "target":
        return "target"
    wider = _COLUMNS.get(_WIDENING.sub("", bare_key(bare)), "")
    if wider and wider not in {"name", "goal", "project", "unit"}:  # 年度绩效指标 stands over several columns
        return wider
    if _PROJECT_NAME.search(header_key(bare)):
        return "project"
    return _shared_role(bare) or composed_role(bare_key(bare))


def _shared_role(text: str) -> str:
    """The role of a column that two header words share (指标值及单位); "" where it is one word or one is unknown."""
    parts = PARTS.split(_BRACKETS.sub("", fold(text)))
    return leading_role([_look_up(_COLUMNS, part) for part in parts]) if len(parts) > 1 else ""


def holds_name_and_value(text: str) -> bool:
    """Whether a header's column holds both, name and value (三级指标及指标值, 绩效指标（指标值）)."""
    inner = re.sub("[（(]含?|[)）]", "/", fold(text))
    roles = {_look_up(_COLUMNS, part) for part in PARTS.split(inner) if part}
    return roles == {"name", "target"}


def is_final(text: str) -> bool:
    """Whether a header says that its column holds what was decided in the end (二上, 批复, 调整后)."""
    stage = _STAGE.match(_without_year(text))
    return stage is not None and stage[1] is not None


def roles_of_header(texts: Sequence[str]) -> list[str]:
    """Roles of a header's texts; where none is a 三级指标, 指标内容 is the indicator itself (陕西), not its description."""
    roles = [column_role(text) for text in texts]
    if "name" not in roles:
        for position, text in enumerate(texts):
            if roles[position] == "description" and bare_key(text) in {"指标内容", "内容"}:
                roles[position] = "name"
                break
    return roles


def label_role(text: str) -> str:
    """The role of a block label (`项目名称` → `project`), "" when unknown."""
    bare = _without_year(text)
    return _look_up(_LABELS, bare) or ("project" if _PROJECT_NAME.search(header_key(bare)) else "")


def period_of(text: str) -> str:
    """`实施期` or `年度` for a header over several columns, else ""."""
    return _look_up(_PERIODS, _without_year(text))


def names_period(line: str) -> str:
    """The period that a title names and nothing else (长期绩效目标表 → 实施期), "" for other lines."""
    match = _PERIOD_TITLE.match(squeeze(line))
    return "" if match is None else "实施期" if match[1] else "年度"


def group_of(text: str) -> str:
    """The 一级指标 that a header over several columns stands for, else "" (`产出指标（50分）` → `产出指标`)."""
    return _look_up(_GROUPS, text)


@lru_cache(maxsize=KEPT_TEXTS)
def level_key(text: str) -> str:
    """A level's comparable form: folded, without scores, numbering and brackets (`产 出 指 标（50分）` → `产出指标`)."""
    return _LEVEL_DECORATION.sub("", fold(text))


def is_level1(text: str) -> bool:
    """Whether the text is a known 一级指标."""
    return level_key(text) in _LEVEL1


def is_level2(text: str) -> bool:
    """Whether the text is a known 二级指标."""
    return level_key(text) in _LEVEL2


def is_total(text: str) -> bool:
    """Whether the text heads a row that sums up (总分, 合计, 小计)."""
    return header_key(text) in _TOTALS or bare_key(text) in _TOTALS


_PLACE = re.compile(
    "[\u4e00-\u9fff]{1,14}(?:省|市|自治州|州|盟|地区|县|区|旗|师|林区|兵团|新区|开发区|乡|镇|街道)(?:本级)?|(?:省|市|州|县|区)?本级"
)


def is_place(text: str) -> bool:
    """Whether the text reads like the name of a county or another place money is shared out to."""
    return bool(_PLACE.fullmatch(squeeze(text))) and not column_role(text)


def is_subtotal(text: str) -> bool:
    """Whether the text heads the sum of a level (数量指标小计, 产出指标合计)."""
    key = level_key(text)
    level = re.sub("(?:小计|合计)$", "", key)
    return level != key and (level in _LEVEL1 or level in _LEVEL2)


def is_scored_level(text: str) -> bool:
    """Whether the text is 预算执行率 with its points: the sum of the execution block among the indicators (多省自评表)."""
    key = level_key(text)
    return key != fold(text) and key.removesuffix("指标") in {"预算执行率", "预算执行"}


_YEAR = re.compile(r"(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})年度?")


def year_of(text: str) -> int | None:
    """The year in a header text (2026年目标值), None where there is none."""
    match = re.search(r"(?<!\d)20\d\d(?=年)", fold(text))
    return int(match[0]) if match else None


def _without_year(text: str) -> str:
    """Header words with a year are the same words: 2026年目标值, 2024年实际值."""
    return _YEAR.sub("", fold(text)) or text


def is_note(text: str) -> bool:
    """Whether the text heads a row below the indicators that is none: 备注：, 其他需要说明的问题, 填表人：."""
    return bool(_NOTE.match(squeeze(fold(text))))


_PART = re.compile(
    "第?[一二三四]季度?|[一二三四]季度末|[上下]半年|(?:必保|力争|保底|奋斗|基本|挑战|底线)(?:目标)?值?|前[三3]季度"
)


def is_part_word(text: str) -> bool:
    """Whether a text under 指标值 or 完成值 names a part of the year or a grade of the target (一季度, 必保值)."""
    return bool(_PART.fullmatch(header_key(text)))


@lru_cache(maxsize=KEPT_TEXTS)
def is_header_word(text: str) -> bool:
    """Whether the text belongs to a header of any supported layout."""
    known = column_role(text) or group_of(text) or period_of(text)
    return bool(known) or header_key(text) in _OVER_COLUMNS or is_part_word(text)


_OVER_COLUMNS = {
    header_key(word)
    for word in (
        "绩效目标", "项目金额", "绩效指标", "项目绩效指标", "年度绩效指标", "绩效目标指标", "项目支出绩效目标", "指标值", "资金来源",
        "指标情况", "项目资金", "指标设置", "绩效目标及指标", "项目绩效目标", "绩效指标设置", "指标体系", "分级指标", "其中", "预算金额",
        "绩效目标表", "资金情况", "资金安排", "预算安排", "项目资金情况", "预算情况", "预算资金", "金额情况", "项目信息", "项目基本情况", "自评情况", "完成情况", "年度指标情况",
    )
}  # fmt: skip
