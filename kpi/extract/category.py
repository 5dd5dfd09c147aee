"""类别: one scheme of categories for all templates, from the printed levels, else inferred on clear evidence only."""

from __future__ import annotations

import re

from kpi.tables.headers import level_key
from kpi.text import fold

# What a 二级 or 一级 says by itself. Order matters: the first word found in the level decides.
_LEVEL_WORDS: tuple[tuple[str, str], ...] = (
    ("满意度", "满意度"),  # 服务对象满意度指标, 公众满意度, 满意度
    ("成本", "成本"),  # 经济成本指标, 社会成本指标, 生态环境成本指标, 成本指标
    ("数量", "数量"),
    ("质量", "质量"),
    ("时效", "时效"),
    ("时限", "时效"),
    ("经济效益", "经济效益"),
    ("社会效益", "社会效益"),
    ("生态效益", "生态效益"),
    ("环境效益", "生态效益"),
    ("生态环境效益", "生态效益"),
    ("可持续", "可持续影响"),
    ("社会效应", "社会效益"),
    ("投入", "投入管理"),
    ("过程", "投入管理"),
    ("管理效率", "投入管理"),
    ("运行成本", "成本"),
)
_LEVEL1_FALLBACK: tuple[tuple[str, str], ...] = (
    ("产出", "产出"),
    ("效益", "效益"),
    ("效果", "效益"),
    ("履职效能", "产出"),
)

# Clear evidence in a name (its end) or target, under 产出 or 效益 without a telling 二级.
_QUALITY = re.compile(
    r"(?:合格|准确|达标|正确|完好|优良|通过|合规|规范|验收|有效|优秀|差错|故障|正常运[行转]|事故|投诉)[^，、]{0,4}率$|质量[^，、]{0,6}$"
)
_COUNT = re.compile(
    r"(?:次数|人数|数量|人次|户数|个数|家数|场次|批次|件数|面积|里程|期数|份数|长度|台数|套数|总量|规模|户次|数)$"
)
_TIME = re.compile(
    r"(?:时间|时限|时效|期限|及时率|及时性|及时|按时完成率|按期完成率|完成及时[率性]|按期完成|按时完成|周期|工期|时长|完成时效)$"
)
_COUNT_TARGET = re.compile(
    r"^[≥≤=<>＝]?[\d.]+(?:[个家户人次场期批套台辆座处篇份项条件起例名位所村只头株]|人次|万人次?|公里|千米|米|亩|公顷|平方米)$"
)
_TIME_TARGET = re.compile(
    r"^[≥≤=<>＝]?[\d.]+(?:分钟|小时|天|日|个?工作日|个?月)(?:内|以内)?$|^\d{1,2}月(?:底|末)?前?$|年底前|月底前$"
)


def category_of(level1: str, level2: str, name: str, target: str) -> tuple[str, bool]:
    """类别 and whether it was inferred.

    The printed levels decide first (投入管理指标 → 投入管理; 成本 as 一级 or 二级; any 二级 with 满意度). Where the levels only say
    产出 or 效益 (wide tables; 重点工作任务完成, 履职目标实现, 履职效益), name and target may tell, and only clearly.
    """
    first, second = level_key(level1), level_key(level2)
    for level in (first, second):
        if level.startswith(("投入", "过程")):
            return "投入管理", False
    for level in (second, first):
        for word, category in _LEVEL_WORDS:
            if word in level:
                return category, False
    fallback = next((category for level in (first, second) for word, category in _LEVEL1_FALLBACK if word in level), "")
    if not fallback:
        return "其他", False
    inferred = _inferred(fold(name), fold(target)) if fallback == "产出" else ""
    return (inferred, True) if inferred else (fallback, False)


def _inferred(name: str, target: str) -> str:
    bare = re.sub(r"[（(][^（()）]*[)）]$|%$", "", name)
    if _TIME.search(bare) or _TIME_TARGET.search(target):
        return "时效"
    if _QUALITY.search(bare):
        return "质量"
    if _COUNT.search(bare) or (_COUNT_TARGET.match(target) and not bare.endswith(("率", "度", "标准"))):
        return "数量"
    return ""
