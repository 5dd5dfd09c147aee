"""Can each target be checked, with its unit and direction (指标值): R15–R22, R24, R48."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from kpi.model import Indicator
from kpi.review.registry import APPROPRIATE, ARITHMETIC, ERROR, LEAD, TARGET_TABLES, VALUES, WARNING, Problem, rule
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import (
    AMOUNTS,
    BAD_RATE,
    BENEFIT,
    COST,
    DURATION,
    GOOD_RATE,
    IS_SATISFACTION,
    MONEY,
    NO_DURATION,
    NO_SHARE,
    NOT_GOOD,
    OUTPUT,
    PERSONS,
    PLAIN_TIME_UNITS,
    RATE,
    RECURRING,
    SAVING,
    SLOGAN,
    STATES,
    TIME_FAMILIES,
    TIMES,
    UNBOUNDED,
    UNITLESS,
    fold,
)
from kpi.targets import find_unit

_FULL = Decimal(100)
_CLEARLY = "定量"
_NUMBER_FORMS = {"numeric", "range"}
_SHARE_UNITS = frozenset({"%", "百分点", "比", "‰"})
_PERSON_UNITS = re.compile(r"[人名位口员个生者户]|职工|学员|对象")
_UNCLEAR = re.compile(r"^[》《〉〈]|约|左右|上下|大概|近(?=\d)|(?<=\d)余|(?<=\d)多(?=[个人次户家件])|若干")
_HALF_COMPARATOR = re.compile(r"^(?:[≥≤><=]+|不低于|不少于|不超过|大于|小于)$")


def _is_share(row: Row) -> bool:
    return bool(RATE.search(row.name)) and not NO_SHARE.search(row.name)


def _is_duration(row: Row) -> bool:
    return bool(DURATION.search(row.name)) and not NO_DURATION.search(row.name)


def _measure(row: Row) -> str:
    """What the name says is measured: 比率, 人数, 次数, 数量, 金额, 时间 or "" where it does not say."""
    name = row.name
    if _is_share(row):
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


_NOT_A_SHARE = re.compile("(?<!知晓)(?<!满意)(?:水平|能力|程度|效率|成效|积极性|氛围)$")
"""Qualities: a percentage of them says nothing that could be counted."""


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
    if measure in {"次数", "数量"}:
        return "计数单位" if family in {"ratio", "money", "points"} and not per else ""
    if measure == "金额":
        return "" if family == "money" or item.base_unit.startswith("元") or _saves(row) else "元、万元"
    if measure == "时间":
        if family not in TIME_FAMILIES and unit is not None and not _time_per(item.unit):
            return "时间单位"
        if family in TIME_FAMILIES and not per and item.unit not in PLAIN_TIME_UNITS:
            return "起止明确的时间单位，如 天、工作日、个月"
    return ""


def _saves(row: Row) -> bool:
    return bool(SAVING.search(row.name)) or row.indicator.base_unit in _SHARE_UNITS


def _time_per(unit: str) -> bool:
    return unit in PLAIN_TIME_UNITS or unit.split("/", maxsplit=1)[0] in PLAIN_TIME_UNITS


_ACT = re.compile(
    "(?:培训|检查|督导|督查|宣传|审查|监测|抽检|巡查|演练|调研|救助|资助|体检|检测|集中(?:带量)?采购|执法|走访|慰问|演出|讲座|招聘)(?:活动|工作)?"
    "(?:次数|人次|人数|场次|批次|批数|份数|数量|户数)?$"
)
_CONTROLLED = re.compile("公务|接待|会议|差旅|出差|出国|办公|用车|车辆|维修|保养|耗材|事故|投诉|违|诉讼")


@rule(
    "R18", WARNING, "比较方向与名称不符", topic=VALUES,
    advice="越低越好的用 ≤，越高越好的用 ≥",
    explained="投诉率、事故率、故障率一类越低越好而用 ≥；合格率、覆盖率、满意度一类越高越好而用 ≤。培训、检查一类工作量用 ≤ 的只作线索（公务接待、会议等需控制的不查）。成本的方向见 R45。",
)  # fmt: skip
def wrong_direction(view: ProjectView) -> Iterator[Problem]:
    """The comparator fits the name."""
    for row in view.rows:
        item = row.indicator
        if item.kind != "numeric" or item.comparator not in {"≥", ">", "≤", "<"}:
            continue
        up = item.comparator in {"≥", ">"}
        if up and BAD_RATE.search(row.name) and item.value != 0:
            expected = "≤"
        elif not up and GOOD_RATE.search(row.name) and not NOT_GOOD.search(row.name):
            expected = "≥"
        elif (
            not up
            and row.group == OUTPUT
            and item.value
            and _ACT.search(row.name)
            and not _CONTROLLED.search(f"{row.name}{view.project.name}")
        ):
            yield Problem(
                indicator=item, message=f"“{item.name}”用“{item.comparator}”，一件不做也算完成", printed=item.target, expected="≥",
                severity=LEAD,
            )  # fmt: skip
            continue
        else:
            continue
        word = "越低越好" if expected == "≤" else "越高越好"
        yield Problem(
            indicator=item,
            message=f"“{item.name}”{word}，指标值却用“{item.comparator}”",
            printed=item.target,
            expected=expected,
        )


@rule(
    "R19", WARNING, "比率超过 100%", topic=ARITHMETIC,
    advice="不可能超过 100% 的比率写“=100%”或“100%”",
    explained="合格率、覆盖率、满意度一类有上限的比率大于 100%，或写成“≥100%”“＞100%”。增长率、收益率、毛入学率等可超过 100% 的不查。",
)  # fmt: skip
def share_over_full(view: ProjectView) -> Iterator[Problem]:
    """A bounded ratio is at most 100 %."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in _NUMBER_FORMS or item.base_unit != "%" or not _is_share(row) or UNBOUNDED.search(row.name):
            continue
        if _OVERFULFILLED.search(row.name):
            continue
        largest = item.base_upper if item.base_upper is not None else item.base_value
        if largest is None or largest < _FULL:
            continue
        if largest > _FULL and item.comparator not in {"≤", "<"}:
            yield Problem(
                indicator=item,
                message=f"“{item.name}”不可能达到“{item.target}”",
                printed=item.target,
                expected="不超过 100%",
            )
        elif largest == _FULL and item.comparator in {"≥", ">"}:
            yield Problem(
                indicator=item,
                message=f"“{item.name}”至多 100%，不宜写“{item.target}”",
                printed=item.target,
                expected="=100%",
            )


_OVERFULFILLED = re.compile("(?:任务|计划|目标|指标|收入|产值|税收|投资)(?:的)?完成率")
"""What is planned can be done more than once over."""


@rule(
    "R20", WARNING, "比较符不明确", topic=VALUES,
    advice="用 ≥、≤、= 写明，不用约数",
    explained="指标值有约、左右、近、余一类约数词，或误用书名号“》”作比较符。",
)  # fmt: skip
def unclear_comparator(view: ProjectView) -> Iterator[Problem]:
    """A comparator is one of ≥ ≤ = and the like."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in _NUMBER_FORMS | {"deadline"}:
            continue
        match = _UNCLEAR.search(fold(item.target))
        if match and not ("《" in item.target and "》" in item.target):
            yield Problem(
                indicator=item, message=f"“{match[0]}”不能据以判断是否完成", printed=item.target, expected="≥、≤ 或 ="
            )


@rule(
    "R21", WARNING, "一格两个指标值", topic=VALUES,
    advice="拆成两条指标",
    explained="一个指标值格里写了两个以上互不相干的目标（“100人，2次”）。区间不算。",
)  # fmt: skip
def several_targets(view: ProjectView) -> Iterator[Problem]:
    """One target in one cell."""
    for row in view.rows:
        if "several_targets" in row.indicator.warnings:
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.target}”含不止一个目标", printed=row.indicator.target,
                expected="每条指标一个指标值",
            )  # fmt: skip


@rule(
    "R22", WARNING, "定性指标值无法判断", topic=f"{APPROPRIATE}；101号：指标值",
    advice="写出可以判断的标准：程度分级、对照基准或具体事实",
    explained=(
        "指标值是口号（厉行节约、维护社会稳定），或只是把名称重复一遍。名称“…性”配同一个状态词（及时性—及时）只作线索；"
        "通过、完成、合格一类可核实的事实和整体表投入管理部分的模板用语不查。"
    ),
)  # fmt: skip
def cannot_be_judged(view: ProjectView) -> Iterator[Problem]:
    """Words of a 定性 target can be judged."""
    for row in view.rows:
        item = row.indicator
        if item.kind not in {"qualitative", "relative"} or row.managed or item.value is not None:
            continue
        value, name = fold(item.target).strip("。.;；,，"), row.name
        if match := SLOGAN.search(value):
            yield Problem(
                indicator=item,
                message=f"“{match[0]}”是口号，无法判断是否达到",
                printed=item.target,
                expected="可以判断的标准",
            )
        elif len(value) >= 2 and (repeat := _repeats(value, name)):
            if value in STATES and not name.endswith("性"):
                continue
            yield Problem(
                indicator=item, message=f"指标值“{item.target}”{repeat}", printed=item.target, expected="可以判断的标准",
                severity=LEAD if value in STATES else "",
            )  # fmt: skip


def _repeats(value: str, name: str) -> str:
    """How a value repeats its name, "" where it says something of its own."""
    plain = re.sub("长期|切实|进一步|的|地|性|得到|有效", "", value)
    if value == name:
        return "与名称相同"
    if value in name or (len(plain) >= 3 and plain in re.sub("长期|切实|进一步|的|地|性|得到|有效", "", name)):
        return "只重复了名称"
    stem = name.removesuffix("性").removesuffix("情况")
    if len(stem) >= 2 and value.startswith(stem) and value.removeprefix(stem) in {"", "发展", "进行", "开展", "性"}:
        return "只重复了名称"
    if len(value) > 6 and _common_share(value, name) >= _REPEATED_SHARE:
        return "基本是重复名称"
    return ""


_REPEATED_SHARE = 0.75
"""Share of a value's pairs of characters that stand in the name; 落实情况 — 按要求落实 has 0.3."""


def _common_share(value: str, name: str) -> float:
    pairs = {value[at : at + 2] for at in range(len(value) - 1)}
    return sum(pair in name for pair in pairs) / len(pairs)


@rule(
    "R24", LEAD, "定性指标过多", topic=APPROPRIATE, tables=TARGET_TABLES,
    settings=("qualitative_share", "qualitative_least"),
    advice="能量化的改为定量指标，尤其是效益",
    explained="定性指标超过半数（默认），或两条以上的效益指标全是定性。整体表投入管理部分不计。",
)  # fmt: skip
def mostly_qualitative(view: ProjectView) -> Iterator[Problem]:
    """Most indicators, and some of 效益, are numbers."""
    rows = [row for row in view.rows if not row.managed and row.indicator.kind != "missing"]
    if not rows:
        return
    words = [row for row in rows if not row.quantitative and row.indicator.kind != "deadline"]
    share = 100 * len(words) / len(rows)
    if len(rows) >= view.settings.qualitative_least and share > view.settings.qualitative_share:
        yield Problem(
            message=f"{len(rows)} 条指标中 {len(words)} 条定性（{share:.0f}%）", printed=f"{len(words)}/{len(rows)}",
            expected=f"定性指标不超过 {view.settings.qualitative_share:g}%",
        )  # fmt: skip
        return
    benefits = [row for row in rows if row.group == BENEFIT]
    if len(benefits) >= 2 and all(row in words for row in benefits):
        names = "、".join(row.indicator.name for row in benefits[:3])
        yield Problem(message=f"{len(benefits)} 条效益指标全部定性", printed=names, expected="至少一条效益指标可以量化")


@rule(
    "R48", LEAD, "满意度目标偏低", topic=VALUES, settings=("least_satisfaction",), tables=TARGET_TABLES,
    advice="提高满意度目标，或说明历史水平",
    explained="满意度目标值低于下限（默认 80%）。",
)  # fmt: skip
def low_satisfaction(view: ProjectView) -> Iterator[Problem]:
    """A 满意度 of at least 80 %."""
    least = Decimal(str(view.settings.least_satisfaction))
    for row in view.rows:
        item = row.indicator
        share = item.base_unit in {"%", "分"} and item.kind in _NUMBER_FORMS and item.comparator not in {"<", "≤"}
        if share and IS_SATISFACTION.search(row.name) and item.base_value is not None and item.base_value < least:
            yield Problem(
                indicator=item,
                message=f"满意度目标 {item.target} 低于 {least:f}%",
                printed=item.target,
                expected=f"≥{least:f}%",
            )
