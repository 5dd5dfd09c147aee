"""Targets in words (定性): comparison with an unprinted figure, bare trends, grades on a scale."""

from __future__ import annotations

import re
from typing import NamedTuple

from kpi.targets import vocabulary as words
from kpi.targets.tokens import Token

DIRECTION_OF = {"≥": "not_lower", "≤": "not_higher", ">": "higher", "<": "lower", "=": "equal"}


class Wording(NamedTuple):
    """What the words say; `kind` is `relative` or `qualitative`."""

    kind: str
    comparator: str = ""
    baseline: str = ""
    direction: str = ""
    grade: str = ""


_GRADE_OF = {word: grade for grade, listed in words.GRADES.items() for word in listed}
_GRADE = re.compile(
    "|".join(map(re.escape, sorted((*words.NOT_GRADES, *_GRADE_OF), key=len, reverse=True))),
)
_TREND_END = re.compile(
    rf"(?P<trend>{'|'.join(sorted((*words.TRENDS, *words.SAVING), key=len, reverse=True))})(?:程度|幅度|态势|趋势|了|的?情况|水平)?$"
)
_BARE_TREND = re.compile(
    rf"(?:有|得到|呈|实现|持续得到)?(?P<trend>{'|'.join(sorted(words.TRENDS, key=len, reverse=True))})(?:了|趋势|态势)?"
)
# What 达到 … may be measured by; 达到预期效果 is a wish in words, 达到国家标准 a comparison.
_STANDARD = re.compile(r"(?:标准|水平|平均|要求|指标|目标|规定|级|类|等|线|上年|去年|同期|规范|计划|任务|目标值)$")
# 预算内, 控制在概算范围内: limits that are set elsewhere. 合理范围内 is none.
_LIMIT = re.compile(r"预算|概算|标准|额度|限额|计划|定额|指标|控制数|批复|核定|规定|上年|去年|投资|限价|合同价|目标")
_LEVEL_LEAD = re.compile(r"^(?:均)?(?:达到|达|评定为|评价为|评为|为|在|等级|结果|等次|获得|不低于)+")
_WORD = re.compile(r"[一-龥A-Za-z]")
# 二级(含)以上, 不低于三级(含)
_INCLUSIVE = re.compile(r"\(含[^()]*\)$")
_INSIDE = re.compile(r"(?:之内|以内|内)$")
_AFTER_BASELINE = re.compile(r"[,;。].*$")
# A baseline is a short noun phrase; a longer one is a sentence that happens to hold the word.
_LONGEST_BASELINE = 24
_LONGEST_LEVEL = 12
# II类及以上水质, 二级及以上资质, AAA级以上景区: the level of a scale before what has it.
_GRADED_LEVEL = re.compile(
    r"(?:均?(?:达到|达|为|获得|取得|具备))?(?P<level>(?:国家)?(?:[一二三四五六特甲乙丙丁]|[IVX]{1,4}|[1-5]?A{1,5}|[B-E])[类级等档](?:甲等|乙等)?)"
    rf"(?P<after>{'|'.join(sorted(words.AFTER, key=len, reverse=True))})(?:水平|[一-龥]{{2,6}})?"
)


def read_wording(text: str, tokens: list[Token]) -> Wording:
    """Read a cleaned target without a figure."""
    return (
        _versus(text, tokens)
        or _bare_trend(text)
        or _compared_before(text, tokens)
        or _compared_after(text, tokens)
        or Wording("qualitative", direction=_direction(text), grade=read_grade(text))
    )


def read_grade(text: str) -> str:
    """The grade of the first degree word; "" where none stands."""
    for match in _GRADE.finditer(text):
        grade = _GRADE_OF.get(match[0])
        if grade is not None and not (grade == "none" and match[0] == "无" and match.start() > 0):
            return grade
    return ""


def _direction(text: str) -> str:
    match = _TREND_END.search(text)
    if match is None:
        return ""
    trend = match["trend"]
    if trend in words.SAVING:
        return "decrease" if match.start() > 0 and read_grade(text) else ""
    return words.TRENDS[trend]


def _versus(text: str, tokens: list[Token]) -> Wording | None:
    baseline = next((token for token in tokens if token.role == "versus"), None)
    if baseline is None:
        return None
    for token in tokens:
        if token.start >= baseline.end and token.role == "trend":
            return Wording("relative", "", baseline.value, token.value, read_grade(text[baseline.end :]))
        if token.start >= baseline.end and token.role == "flat":
            return Wording("relative", "=", baseline.value, "equal")
    match = _TREND_END.search(text)
    if match is not None:
        return Wording("relative", "", baseline.value, words.TRENDS.get(match["trend"], "decrease"))
    return None


def _bare_trend(text: str) -> Wording | None:
    for kept, direction in ((words.NOT_LOWER, "not_lower"), (words.NOT_HIGHER, "not_higher")):
        if text.endswith(kept) and len(text) <= _LONGEST_LEVEL and "," not in text:  # 耕地保有量不减少
            return Wording("relative", direction=direction)
    if text in words.FLAT:
        return Wording("relative", "=", direction="equal")
    trend = _BARE_TREND.fullmatch(text)
    return Wording("relative", direction=words.TRENDS[trend["trend"]]) if trend else None


def _compared_before(text: str, tokens: list[Token]) -> Wording | None:
    """不低于上年, ≥全省平均水平, 不超预算, 控制在预算范围内."""
    for token in tokens:
        if token.role not in {"before", "mark"}:
            continue
        word = text[token.start : token.end]
        rest = _AFTER_BASELINE.sub("", text[token.end :])
        baseline = _INCLUSIVE.sub("", _INSIDE.sub("", rest))
        if not _WORD.search(baseline) or len(baseline) > _LONGEST_BASELINE or token.value == "=":
            continue
        if word in {"达到", "达", "应达到"} and not _STANDARD.search(baseline):
            continue
        if word in {
            "最高",
            "最低",
            "最多",
            "最少",
            "最长",
            "突破",
            "超",
            "不突破",
            "上限",
            "下限",
            "限额",
        } and not _LIMIT.search(baseline):
            continue
        if baseline.endswith(tuple(words.AFTER)):
            baseline = baseline[: -len(next(end for end in words.AFTER if baseline.endswith(end)))] or baseline
        if word.startswith("控制") and not _LIMIT.search(baseline):
            continue
        if token.role == "mark" and read_grade(baseline) and _TREND_END.search(baseline):
            continue
        return Wording("relative", token.value, baseline, DIRECTION_OF[token.value])
    return None


def _compared_after(text: str, tokens: list[Token]) -> Wording | None:
    """A级以上, 良好及以上, 预算内."""
    graded = _GRADED_LEVEL.fullmatch(text)
    if graded is not None:
        mark = words.AFTER[graded["after"]]
        return Wording("relative", mark, graded["level"], DIRECTION_OF[mark])
    last = next((token for token in reversed(tokens) if token.role not in {"group", "strict"}), None)
    if last is None or last.role != "after" or last.start == 0:
        return None
    baseline = _LEVEL_LEAD.sub("", _INCLUSIVE.sub("", text[: last.start]))
    if text[last.start : last.end].startswith("范围"):
        baseline += "范围"
    if not baseline or len(baseline) > _LONGEST_LEVEL or "," in baseline:
        return None
    if last.value == "≤" and not _LIMIT.search(baseline):
        return None
    return Wording("relative", last.value, baseline, DIRECTION_OF[last.value])
