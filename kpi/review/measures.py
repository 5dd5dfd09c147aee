"""Has each quantitative target the number and the unit that its name asks for (数值与计量单位): R15–R17."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.model import Indicator
from kpi.review.registry import ERROR, LEAD, VALUES, WARNING, Problem, rule
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import (
    AMOUNTS,
    COST,
    DURATION,
    IS_SATISFACTION,
    MONEY,
    NO_DURATION,
    NO_SHARE,
    OUTPUT,
    PERSONS,
    PLAIN_TIME_UNITS,
    RATE,
    RECURRING,
    SAVING,
    STANDARD,
    TIME_FAMILIES,
    TIMES,
    UNITLESS,
    fold,
)
from kpi.targets import find_unit

_NUMBER_FORMS = frozenset({"numeric", "range"})
_SHARE_UNITS = frozenset({"%", "百分点", "比", "‰"})
_PERSON_UNITS = re.compile(r"[人名位口员个生者户]|职工|学员|对象")
_HALF_COMPARATOR = re.compile(r"^(?:[≥≤><=]+|不低于|不少于|不超过|大于|小于)$")


def is_share(row: Row) -> bool:
    """Whether a name is that of a ratio."""
    return bool(RATE.search(row.name)) and not NO_SHARE.search(row.name)


def _is_duration(row: Row) -> bool:
    return bool(DURATION.search(row.name)) and not NO_DURATION.search(row.name)


def _measure(row: Row) -> str:
    """What the name says is measured: 比率, 人数, 次数, 数量, 金额, 时间 or "" where it does not say."""
    name = row.name
    if is_share(row):
        return "比率"
    for word, found in (("人数", PERSONS), ("次数", TIMES), ("数量", AMOUNTS), ("金额", MONEY)):
        if found.search(name):
            return word
    return "时间" if _is_duration(row) else ""


@rule(
    "R15", ERROR, "定量指标没有数值", topic=VALUES,
    advice="写出数值；无法量化的改用定性名称和可以判断的标准",
    explained=(
        "指标值只有比较符而没有数（强制）；名称是率、人数、次数、金额、时限而指标值是文字（提示）。不低于上年、合同期内一类可比较的不算。"
    ),
)  # fmt: skip
def number_missing(view: ProjectView) -> Iterator[Problem]:
    """A quantitative target has a number."""
    for row in view.rows:
        item = row.indicator
        if _HALF_COMPARATOR.match(fold(item.target)):
            yield Problem(
                indicator=item,
                message=f"指标值只有比较符“{item.target}”",
                printed=item.target,
                expected="比较符后写数值",
            )
            continue
        trend = item.kind == "relative" and item.value is None and not item.baseline and not item.comparator
        measure = _measure(row)
        if row.managed or not measure or (measure == "金额" and (row.group != COST or SAVING.search(row.name))):
            continue
        if item.kind != "qualitative" and not (trend and row.group == OUTPUT and measure != "金额"):
            continue
        if measure == "金额" and re.search("不增加|不超|控制在", item.target):
            continue
        if measure == "时间" and RECURRING.search(fold(item.target)):
            continue
        if measure == "比率" and fold(item.target) in {"全覆盖", "全部"}:
            continue
        yield Problem(
            indicator=item, message=f"名称是{measure}，指标值“{item.target}”没有数", printed=item.target,
            expected=f"{measure}的数值和单位", severity=WARNING,
        )  # fmt: skip


@rule(
    "R16", ERROR, "定量指标没有计量单位", topic=VALUES,
    advice="补全计量单位",
    explained=(
        "指标值有数而没有单位，名称和单位栏也没有（强制）；名称已暗示单位（…人数、…率）、单位只写“万”、期限只写年份的为提示。"
        "指数、得分、排名、倍数和 0 不需要单位。"
    ),
)  # fmt: skip
def unit_missing(view: ProjectView) -> Iterator[Problem]:
    """A quantitative target has a unit."""
    for row in view.rows:
        item = row.indicator
        if item.kind == "deadline" and re.fullmatch(r"20\d\d(?:全年)?", fold(item.target)):
            yield Problem(
                indicator=item, message=f"期限只写“{item.target}”", printed=item.target, expected="写到年月日，如 12 月 31 日前",
                severity=WARNING,
            )  # fmt: skip
        elif item.kind in _NUMBER_FORMS:
            yield from _unit_problem(row)


def _unit_problem(row: Row) -> Iterator[Problem]:
    item = row.indicator
    if not item.unit:
        if not item.implied_unit and (item.value == 0 or UNITLESS.search(row.name) or item.base_unit):
            return
        if item.implied_unit and (_unit_in_name(item) or (item.value is not None and item.value <= 1)):
            return
        measure = _measure(row)
        soft = (
            bool(item.implied_unit)
            or measure in {"人数", "次数"}
            or row.name.endswith("数")
            or bool(AMOUNTS.search(row.name))
        )
        yield Problem(
            indicator=item, message=f"指标值“{item.target}”没有计量单位", printed=item.target,
            expected=item.implied_unit or "数值后写计量单位", severity=WARNING if soft else "",
        )  # fmt: skip
        return
    unit = find_unit(item.unit)
    if unit is not None and unit.money_scale and item.implied_unit and not _unit_in_name(item):
        yield Problem(
            indicator=item,
            message=f"单位“{item.unit}”不完整",
            printed=item.target,
            expected=item.implied_unit,
            severity=WARNING,
        )
    elif item.unit.startswith("人均") and unit is not None:
        yield Problem(
            indicator=item,
            message=f"单位“{item.unit}”不规范",
            printed=item.target,
            expected=unit.base,
            severity=WARNING,
        )


def _unit_in_name(item: Indicator) -> bool:
    name = fold(item.name)
    return name.endswith((")", "%", "‰")) and (fold(item.implied_unit) in name or "%" in name or "(" in name)


@rule(
    "R17", WARNING, "计量单位与名称不符", topic=VALUES,
    advice="改正单位，或改写名称使二者一致",
    explained=(
        "…率、比例、满意度应为 %（满意度可为分）；…人数应为人；…次数不应为 % 或元；…时间、时限应为时间单位；…费用、成本应为金额。"
        "按人口、按次计的率（发病率、周转率）不查；“医保年度”一类起止不明的期间也提示；水平、能力、程度用 % 的只作线索。"
    ),
)  # fmt: skip
def unit_unlike_name(view: ProjectView) -> Iterator[Problem]:
    """The unit fits the name."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in _NUMBER_FORMS or not item.unit:
            continue
        expected = _wanted_unit(row)
        if expected:
            yield Problem(
                indicator=item,
                message=f"名称“{item.name}”的单位是“{item.unit}”",
                printed=item.target,
                expected=expected,
            )
        elif item.base_unit == "%" and not row.managed and _NOT_A_SHARE.search(row.name):
            yield Problem(
                indicator=item, message=f"“{item.name}”不是比率，“{item.target}”无从计算", printed=item.target,
                expected="可以计算的比率名称，或定性的程度", severity=LEAD,
            )  # fmt: skip


_NOT_A_SHARE = re.compile("(?<!知晓)(?<!满意)(?:水平|能力|程度|(?<!有)效率|成效|积极性|氛围)$")
"""Qualities: a percentage of them says nothing that could be counted."""


_COUNTED = re.compile(
    r"(?:企业|单位|机构|项目|学校|医院|村|社区|乡镇|小区|家庭|农户|用户|合作社|团队|站点?|点位?|设备|课题|论文|专利|案件|案例|报告|期刊|作品|节目|岗位|床位|学位|泊位|车位)数$"
)
"""Counts of things (兑付企业数, 服务小区数): money and shares of them are other indicators."""


def _wanted_unit(row: Row) -> str:
    """The unit that a name asks for where the printed one is another, "" where it fits."""
    item = row.indicator
    unit = find_unit(item.unit)
    family = unit.family if unit is not None else ""
    measure = _measure(row)
    per = bool(unit is not None and unit.per) or "/" in item.unit
    if measure == "比率":
        fits = item.base_unit in _SHARE_UNITS or per or (bool(IS_SATISFACTION.search(row.name)) and family == "score")
        return "" if fits else "%"
    if measure == "人数":
        return "" if _PERSON_UNITS.search(item.unit) else "人"
    if measure == "次数" and family and not per and (family != "count" or item.base_unit in {"人", "名", "户", "位"}):
        return "次、场、批、期"
    if not measure and _COUNTED.search(row.name):
        measure = "数量"
    if measure == "数量":
        return "计数单位" if family in {"ratio", "money", "points"} and not per else ""
    if measure == "金额" or _is_amount(row):
        return "" if family == "money" or item.base_unit.startswith("元") or _saves(row) else "元、万元"
    if measure == "时间":
        if family not in TIME_FAMILIES and unit is not None and not _time_per(item.unit):
            return "时间单位"
        if family in TIME_FAMILIES and not per and item.unit not in PLAIN_TIME_UNITS:
            return "起止明确的时间单位，如 天、工作日、个月"
    return ""


def _is_amount(row: Row) -> bool:
    """A row of economic cost; 社会成本 and 生态环境成本 may be counted in tons or cases, and standards in anything."""
    return row.group == COST and not re.search("社会|生态|环境", row.indicator.level2) and not STANDARD.search(row.name)


_WHOLE = re.compile("总(?:成本|费用|投资|经费|金额)$|控制数$")
"""Costs of which a share says nothing: 总成本 ≤95%; 公用经费 ≤95% is meant as a share of the year before."""


def _saves(row: Row) -> bool:
    share = row.indicator.base_unit in _SHARE_UNITS and not _WHOLE.search(row.name)
    return bool(SAVING.search(row.name)) or share


def _time_per(unit: str) -> bool:
    return unit in PLAIN_TIME_UNITS or unit.split("/", maxsplit=1)[0] in PLAIN_TIME_UNITS
