"""What a cell's text looks like: target, amount, code, name; and whether two halves of a cut cell belong together.

Light and general: it weighs one placing of a cell against another, it does not read targets (that is `kpi.targets`).
Costs are in one unit everywhere in this package: about the negative natural logarithm of "how often is this so".
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from kpi.text import KEPT_TEXTS, fold, squeeze

_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?|[-—–/]+")
_CODE = re.compile(r"(?=[a-z\d-]*\d)[a-z\d][a-z\d-]{2,}")
_COMPARED = re.compile(
    r"(?:[≥≤><=≧≦⩾⩽±]+|大于|小于|等于|不低于|不少于|不超过|不高于|不大于|不小于|不多于|超过|高于|低于|达到|至少|控制在|不足|百分之|约(?=\d)|定性)(?:或?等于)?"
)
_UNIT = r"(?:[%‰℃]|[^\d\s%‰.,，。；;、（(]{0,6})"
_NUMBER_AND_UNIT = re.compile(
    rf"-?\d[\d,]*(?:\.\d+)?{_UNIT}(?:[/每]{_UNIT})?(?:[(][^()]*[)])?(?:以上|以下|以内|左右|及以上|之内)?(?:[(][^()]*[)])?"
)
_NUMBERED_NAME = re.compile(r"\d+[^\d]{2,}(?:率|度|性|数|量|时间|情况|水平|工作|能力|费|成本)")
"""A name that begins with a number: 110接处警及时率, 12315投诉举报办结率."""
_CLAUSE = re.compile(r"[≥≤<>=]\d|[不至][少低高多超大小]+[于过]?\d|\d%$|\d[%\w]{0,3}(?:以上|以下|以内|左右)$")
"""A figure inside of a longer target: 优秀率≥30%，合格率100%; 每季度至少开展1次，每次不少于20人."""
_RANGE = re.compile(rf"\d[\d.]*{_UNIT}[-~—–至到]\d[\d.]*{_UNIT}")
_DAY = re.compile(
    r"(?:20\d\d|当|本|全|每)?年?(?:度|全年|\d+月)?(?:\d+月|[上下]旬|\d+日|[一二三四]季度)?(?:年?底|前|内|末|以前|之前|全年|年内)*(?:全部)?(?:完成)?"
)
# Grade words (程度) that stand as whole targets in the summaries of 河南, 河北, 四川, 云南 and in the central template.
_GRADE = re.compile(
    r"(?:按要求|按照要求|得到|基本|有所|显著|明显|稳步|逐步|逐渐|持续|有效|不断|全面|全部|普遍|普通|大幅|较大|较为|较|进一步|及时|按时|按期|"
    r"长期|充分|严格|足额|切实|积极|稳定|略有|不|无|已|可|高|良好|规范|即时|即|应|尽)?(?:地|的)?"
    r"(?:提高|提升|上升|增加|增强|增长|改善|改进|优化|完善|健全|减轻|减少|降低|下降|缓解|保障|保证|落实|执行|推开|推进|开展|发展|加强|强化|促进|"
    r"扩大|达标|达成|完成|到位|知晓|普及|规范|合理|合规|合法|科学|相关|完整|真实|准确|公开|及时|明显|显著|通过|合格|有效|良好|优秀|优良|优|好|高|"
    r"满意|稳定|健康|安全|可控|持续|长期|可持续|稳步|全覆盖|覆盖|办理|支付|拨付|发放|控制|节约|充足|无|是|否|零|低|强|快|达到|实现|落实到位|"
    r"报销|按期|按时|接受|限|为)(?:[和并与及][一-鿿]{2,6})?(?:程度|水平)?(?:高|好|提高|提升|改善|完善|增强|到位|发展|宣传|保障|高效|减轻)?"
)
# How a 三级指标 ends when it is whole (central templates of 2015 and 2021, 河南 and 河北 tables).
_NAME_END = re.compile(
    r"(?:率|度|数|量|次|额|费|性|比例|比重|时间|时限|时效|情况|水平|能力|成本|标准|效果|成效|影响|作用|质量|机制|体系|制度|程度|人次|面积|金额|"
    r"范围|管理|服务|工作|建设|保障|安全|活动|项目|资金|办理|报告|目标|指标|环境|收入|效益|发展|环节|周期|期限|价|分|支出|投入|报销|完成|改革|"
    r"培训|检查|宣传|维修|采购|补助|补贴|经费|任务|覆盖|运行|知晓|提升|提高|落实|执行|人员|对象|设备|意见|资料|案件|案卷|公里|距离|预算|%|[)）])$"
)


_HANGING = re.compile(
    r"(?:^|\n)[^一-鿿≥≤\n]*[一-鿿≥≤].*(?:有|有所|明显|显著|稳步|逐步|持续|进一步|不断|较|为|以|在|的|和|与|及|、|,|至|不|于|按|比)$|^(?:控制在|不低|不少|不超)$"
)
"""How the first half of a cut target ends: 较上年有明显 ¦ 提升, 控制在 ¦ 5%以内."""
_SHORTNESS = ((4, 0.45), (12, 0.3))
"""Longest text (letters) and likeness of what neither reads like a target nor ends like a name."""
_LEFTOVER = re.compile(r"[.…·。]+|指标(?:\d{1,2}[:.、]?|[:.、])[.…]*")
_MONEY = re.compile(r"[\d,]{1,20}\.\d\d")
"""A bare sum of money; as a target it has a unit."""
_SHORT_TARGETS = frozenset("是否无有优良好中高低快强达零增减")
"""Single letters that are whole targets."""


@lru_cache(maxsize=KEPT_TEXTS)
def target_likeness(text: str) -> float:
    """How much the text looks like a target (指标值): 1 numbers and comparators, 0.8 grade words, 0 long prose."""
    folded = fold(text)
    if not folded:
        return 0.0
    if compared := _COMPARED.match(folded):
        return _compared_likeness(folded[compared.end() :])
    if _NUMBER_AND_UNIT.fullmatch(folded) or _RANGE.fullmatch(folded):
        return 0.3 if _NUMBERED_NAME.fullmatch(folded) else 0.95
    if len(folded) > 1 and _DAY.fullmatch(folded):
        return 0.9
    if _GRADE.fullmatch(folded) or _CLAUSE.search(folded) or _is_denial(folded):
        return 0.8
    if ends_like_name(folded):
        return 0.1
    return next((likeness for length, likeness in _SHORTNESS if len(folded) <= length), 0.6 if "," in folded else 0.1)


def _is_denial(folded: str) -> bool:
    """无不良影响, 不超出该项目预算资金, 未发生, 较上年有明显提升."""
    return folded[0] in "无不未较" and len(folded) <= 14 and not folded.startswith("不动产")


def _compared_likeness(rest: str) -> float:
    """Of a target that begins with a comparator: 1 before a number, less before words (不低于上年, 达到预期效果)."""
    if _NUMBER_AND_UNIT.fullmatch(rest) or _RANGE.fullmatch(rest):
        return 1.0
    if len(rest) > 1 and _DAY.fullmatch(rest):
        return 0.9
    if rest[:1].isdigit():
        return 0.85
    return 0.8 if len(rest) <= 8 else 0.4


def is_amount(text: str) -> bool:
    """Whether the text is a plain number as amount columns hold it (`128,542.00`, `-`)."""
    return bool(_AMOUNT.fullmatch(fold(text)))


def is_code(text: str) -> bool:
    """Whether the text can be the code (编码) of a unit or project: three or more letters and digits, spaces aside."""
    return bool(_CODE.fullmatch(fold(text)))


def is_project_code(text: str) -> bool:
    """Whether the text is a long code, as only projects have."""
    return is_code(text) and len(squeeze(text)) >= 12


@lru_cache(maxsize=KEPT_TEXTS)
def is_leftover(text: str) -> bool:
    """Whether the text is a template's unused line: `……`, `指标2：`."""
    return bool(_LEFTOVER.fullmatch(fold(text)))


@lru_cache(maxsize=KEPT_TEXTS)
def ends_like_name(text: str) -> bool:
    """Whether the text ends as whole 三级指标 do (率, 次数, 时间, 满意度 …)."""
    return bool(_NAME_END.search(fold(text)))


@lru_cache(maxsize=KEPT_TEXTS)
def name_cost(text: str) -> float:
    """Cost of reading the text as an indicator's name."""
    if is_project_code(text):
        return 6.0
    if is_amount(text):
        return 5.0
    if len(text) < 2:
        return 3.0
    likeness = target_likeness(text)
    if likeness >= 0.9:
        return 4.0
    return 1.5 if likeness >= 0.8 else 0.0


@lru_cache(maxsize=KEPT_TEXTS)
def target_cost(text: str) -> float:
    """Cost of reading the text as a target."""
    if is_project_code(text):
        return 6.0
    likeness = target_likeness(text)
    if likeness >= 0.9:
        return 1.0 if _MONEY.fullmatch(text) else 0.0
    if likeness >= 0.8:
        return 0.2
    if len(text) == 1 and text not in _SHORT_TARGETS:
        return 3.0
    if likeness >= 0.4:
        return 0.8
    folded = fold(text)
    return (1.2 if likeness >= 0.3 else 2.0) + (1.0 if len(folded) >= 6 and ends_like_name(folded) else 0.0)


def join_texts(head: str, tail: str) -> str:
    """The two halves of a cut cell as one text."""
    return head + tail


def cut_name_cost(head: str, tail: str, known: Collection[str]) -> float:
    """Cost (below 0: a gain) of reading two texts as one name cut in two, against reading them as two names.

    `known` are the folded names of the same document: an indicator is often printed for several projects.
    """
    if not tail:
        return 0.0
    if not head:
        return 3.0
    if target_likeness(tail) >= 0.9:
        return 8.0
    joined = fold(head + tail)
    cost = 2.0
    if joined in known:
        cost -= 7.0
    if fold(tail) in known or fold(head) in known:
        cost += 2.5
    if not ends_like_name(head):
        cost -= 2.0
    if len(fold(tail)) <= 3:
        cost -= 4.0
    if not ends_like_name(tail):
        cost += 2.5 if ends_like_name(head) else 1.0
    cost += _bracket_cost(head, tail)
    if target_likeness(head) >= 0.8 and len(fold(head)) > 2:
        cost += 2.0
    return cost


def _bracket_cost(head: str, tail: str) -> float:
    """A bracket that is open at the cut is closed after it; a whole text gets no half bracket."""
    before, after = _open_brackets(head), _open_brackets(head + tail)
    if before == after:
        return 0.0
    return 3.0 if after else -3.0


@lru_cache(maxsize=KEPT_TEXTS)
def _open_brackets(text: str) -> int:
    folded = fold(text)
    return sum(folded.count(left) - folded.count(right) for left, right in ("()", "[]", "《》", "【】", "“”"))


def cut_target_cost(head: str, tail: str, known: Collection[str]) -> float:
    """As `cut_name_cost`, for targets: `≤60分` + `钟`, `按照要求` + `落实和执行`, never `≥90%` + `≥95%`."""
    if not tail:
        return -2.0 if head else 0.0
    if not head:
        return 4.0
    joined = fold(head + tail)
    cost = 1.0
    if joined in known:
        cost -= 5.0
    if _COMPARED.match(fold(tail)):
        return 12.0
    head_likeness, tail_likeness = target_likeness(head), target_likeness(tail)
    if _HANGING.search(fold(head)) and not _GRADE.fullmatch(fold(head)):
        cost -= 2.0
    elif tail_likeness >= 0.8:
        cost += 7.0 if head_likeness >= 0.8 else 3.0
    if target_likeness(head + tail) >= 0.8:
        cost -= 2.0
    cost += _bracket_cost(head, tail)
    if head_likeness >= 0.95 and target_likeness(head + tail) < 0.9:
        cost += 5.0
    if len(fold(tail)) >= 5 and ends_like_name(tail):
        cost += 3.0
    if head_likeness < 0.8:
        cost -= 1.5
    if tail_likeness < 0.8 and len(fold(tail)) <= 3:
        cost -= 1.5
    return cost
