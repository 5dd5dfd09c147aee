"""Header texts that are put together from known words (表头构词): 年度绩效目标值, 指标值及单位, 考核评分办法.

Offices word their headers freely, but out of a small stock: modifiers before a head word that says what the column holds. A
text matches only when it consists of such words and nothing else, so that indicator names and values never do.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kpi.text import KEPT_TEXTS

_MODIFIERS = (
    "本年度|本年|年度|全年|当年|年初|年末|期末|绩效|三级|项目|预期|预计|计划|设定|设置|申报|批复|具体|细化|量化|考核|评价|"
    "实施周期|实施期|中长期|中期|指标|目标"
)
_OF_RATING = "评扣分|评分|计分|扣分|打分|赋分|加分|加减分"
_JOINT = "及其|以及|及|和|与|并|、|/|的"

# Role → what a header text of it consists of. The first that fits holds.
_FORMS: tuple[tuple[str, str], ...] = (
    ("unit_of_measure", rf"(?:{_MODIFIERS})*(?:计量|度量|数量|计算|指标值|目标值|数值)单位"),
    ("comparator", rf"(?:{_MODIFIERS}|值)*(?:比较|运算|计算|逻辑|关系)(?:符号?|关系)"),
    ("history", rf"(?:{_MODIFIERS}|年底)*预计(?:全年|年底|年末)?(?:完成|实现|达到)(?:指标|目标)?(?:值|数值|数|情况|程度)"),
    ("actual", r"(?:截至|截止|至|当前|目前|监控期?|阶段|[-—–~])*(?:月份?底?|上半年|半年|前?三季度|季度)?(?:实际|累计)?(?:执行|完成|实现)(?:情况|值)"),
    ("actual", rf"(?:{_MODIFIERS}|自评)*(?:实际|完成|实现|达成)(?:完成|实现|达到|达成)?(?:指标|目标)?(?:值|数值|数|结果)"),
    ("score", rf"(?:{_MODIFIERS}|自评|实际|最终|复核|财政|单位|部门|主管)*(?:得分|评定分)"),
    ("weight", rf"(?:{_MODIFIERS}|标准|{_OF_RATING}|分配)*(?:分值|权重|权数|满分)(?:值|分值|权重)?"),
    ("target", rf"(?:{_MODIFIERS})*(?:指标|目标|预期|计划|设定|考核)(?:数值|值|要求)"),
    ("name", r"(?:具体|细化|末级|明细|个性|三级|四级)(?:绩效|考核|评价)?指标(?:名称|内容)?"),
    (
        "reason",
        (rf"(?=.*(?:原因|措施))(?:未完成|未达标|未达到|偏差|偏离|扣分|存在|问题|产生|主要|{_MODIFIERS}|{_JOINT}|分析|原因|拟?采取|"
        "改进|整改|措施|说明|情况|后续|下一步|下步)+"),
    ),
    (
        "basis",
        (rf"(?:{_MODIFIERS}|{_OF_RATING}|数据|证明|佐证|信息|取值|测算|确定|值|{_JOINT}|依据|来源)+"
        "(?:依据|来源|标准|方法|办法|细则|规则|材料|资料)"),
    ),
    ("description", rf"(?:{_MODIFIERS}|值|{_JOINT})*(?:解释|释义|内涵|口径|公式|计算方法|计算方式|描述)"),
)  # fmt: skip
_COMPILED = tuple((role, re.compile(form)) for role, form in _FORMS)
_LONGEST = 24
"""Characters of a header text; the longest in use, of reasons with measures, have 20."""


@lru_cache(maxsize=KEPT_TEXTS)
def composed_role(text: str) -> str:
    """The role of a header text without brackets and decoration, by the words that it consists of; "" when it has others."""
    if not 2 < len(text) <= _LONGEST:
        return ""
    return next((role for role, form in _COMPILED if form.fullmatch(text)), "")


PARTS = re.compile(r"以及|及其|及|和|与|/|／|、|\+|＋")
"""What stands between two header words in one cell: 指标值及单位, 分值/权重."""
_LEADING = (
    "target",
    "actual",
    "name",
    "weight",
    "score",
    "reason",
    "basis",
    "description",
    "comparator",
    "unit_of_measure",
)


def leading_role(roles: list[str]) -> str:
    """Which of the roles that share one column it is read as; "" unless each is known."""
    return next((role for role in _LEADING if role in roles), "") if all(roles) else ""
