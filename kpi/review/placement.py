"""Does each indicator stand where it belongs (指标归类): R09, R10, R30, R32–R34."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.review.registry import ERROR, LEAD, RULED_TABLES, SETTING, T2021, TARGET_TABLES, WARNING, Problem, rule
from kpi.review.views import ProjectView, Row
from kpi.review.vocabulary import (
    ABOUT_OPINION,
    ARRIVAL,
    ASKED,
    AWARENESS,
    BENEFIT,
    CLEAR_EFFECT,
    CLEAR_OUTPUT,
    COST,
    COST_NAME,
    COUNT_NAME,
    COUNTED_EFFECT,
    EXECUTION_RATE,
    FAULTS,
    INPUT,
    INPUT_NAME,
    IS_SATISFACTION,
    MANAGEMENT,
    MANAGEMENT_PROJECT,
    NOT_SATISFACTION,
    OUTPUT,
    PAID_OUT,
    PARTY,
    QUALITY_NAME,
    RATE,
    SATISFACTION,
    TIMELY_NAME,
    bare_name,
    fold,
)
from kpi.tables.headers import level_key

_MIXED = "10号、101号：指标体系模板"


def _levels(row: Row) -> str:
    levels = [level for level in (row.indicator.level1, row.indicator.level2) if level]
    return "—".join(levels)


@rule(
    "R09", ERROR, "指标级别错放", topic=SETTING, tables=RULED_TABLES,
    advice="把指标移到所属的一级、二级指标下",
    explained=(
        "二级指标不属于所在的一级指标；满意度指标不在满意度下（整体表把满意度列为效益的二级，不算错）；"
        "知晓率、覆盖率、人数等明显不是满意度的指标列在满意度下（名称看不出是满意度的为提示）。"
    ),
)  # fmt: skip
def wrong_level(view: ProjectView) -> Iterator[Problem]:
    """二级 belongs to its 一级, and 满意度 stands under 满意度."""
    for row in view.rows:
        place = _levels(row)
        if not _levels_fit(row):
            where = f"“{row.indicator.level2}”不属于“{row.indicator.level1}”"
            yield Problem(indicator=row.indicator, message=where, printed=place, expected=_usual_level(row.level2))
        elif row.group in {OUTPUT, BENEFIT, COST} and IS_SATISFACTION.search(row.name):
            yield Problem(
                indicator=row.indicator, message=f"满意度指标列在“{place}”下", printed=row.indicator.name,
                expected="满意度指标",
            )  # fmt: skip
        elif row.group == SATISFACTION and (severity := _no_opinion(row)):
            yield Problem(
                indicator=row.indicator, message=f"不是满意度，却列在“{place}”下", printed=row.indicator.name,
                expected="产出或效益指标", severity=severity,
            )  # fmt: skip


def _no_opinion(row: Row) -> str:
    """Severity where a row under 满意度 is something else, "" where it may be one: clear by its measure, else a question."""
    item = row.indicator
    if ABOUT_OPINION.search(row.name) or ABOUT_OPINION.search(item.target):
        return ""
    counts = item.kind == "numeric" and item.base_unit not in {"%", "分", ""}
    if counts or NOT_SATISFACTION.search(row.name) or RATE.search(row.name):
        return ERROR
    words = item.kind in {"qualitative", "deadline", "relative"} or item.base_unit == "%"
    return WARNING if words and not ASKED.search(row.name) else ""


def _levels_fit(row: Row) -> bool:
    first, second = row.level1, row.level2
    if not first or not second or first == second or INPUT in (first, second):
        return True
    if second == SATISFACTION:
        return first == BENEFIT  # 整体 tables of all provinces, and older project tables
    if second == COST:
        return first == OUTPUT  # T2015; 社会成本, 生态环境成本 of T2021 are under 成本
    return False


def _usual_level(second: str) -> str:
    return f"{second}指标下" if second else ""


@rule(
    "R10", WARNING, "两种模板混用", topic=_MIXED, tables=TARGET_TABLES,
    advice="全表用同一种模板：成本作一级指标，或作产出的二级指标，二者取一",
    explained="同一张表里成本既是一级指标，又是产出的二级指标（提示）；成本作一级指标而效益下仍设可持续影响（线索）。",
)  # fmt: skip
def mixed_templates(view: ProjectView) -> Iterator[Problem]:
    """成本 is either a 一级 or under 产出."""
    under_output = next((row for row in view.rows if row.level1 == OUTPUT and row.level2 == COST), None)
    if view.template != T2021:
        return
    if under_output is not None and any(row.level1 == COST for row in view.rows):
        yield Problem(
            indicator=under_output.indicator, message="成本既是一级指标，又列在产出下", printed=_levels(under_output),
            expected="成本指标只在一处",
        )  # fmt: skip
    sustained = next((row for row in view.rows if "可持续" in level_key(row.indicator.level2)), None)
    if sustained is not None and any(row.level1 == COST for row in view.rows):
        yield Problem(
            indicator=sustained.indicator, message="成本作一级指标的模板，效益下仍设可持续影响", printed=_levels(sustained),
            expected="经济、社会、生态效益", severity=LEAD,
        )  # fmt: skip


@rule(
    "R30", LEAD, "以预算执行率作绩效指标", topic=SETTING, tables=TARGET_TABLES,
    advice="预算执行率由评价单独计分，不设为绩效指标",
    explained="预算阶段的产出、效益里设了预算执行率；整体表的投入管理部分由模板规定，不查。",
)  # fmt: skip
def execution_rate(view: ProjectView) -> Iterator[Problem]:
    """预算执行率 is no target in the budget stage."""
    for row in view.rows:
        if not row.managed and EXECUTION_RATE.search(row.name):
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”不反映产出或效果", printed=row.indicator.name,
                expected="反映产出或效果的指标",
            )  # fmt: skip


@rule(
    "R32", WARNING, "产出与效益或二级指标混淆", topic=SETTING, tables=RULED_TABLES,
    advice="做了什么归产出，带来什么变化归效益；数量、质量、时效各归其类",
    explained=(
        "产出下出现明显的效果（带动就业、增收、社会效益），效益下出现明显的产出（培训人次、验收合格率、支付及时率），"
        "二级指标与名称明显不符（合格率列在数量下、及时率列在质量下）。知晓率列在产出下只作线索。"
    ),
)  # fmt: skip
def output_and_benefit(view: ProjectView) -> Iterator[Problem]:
    """产出 and 效益, and the 二级 of 产出, are not mixed up."""
    for row in view.rows:
        if row.managed:
            continue
        name = row.name
        expected, severity = "", ""
        if row.group == BENEFIT and CLEAR_OUTPUT.search(name) and not COUNTED_EFFECT.search(name):
            expected = "产出指标"
        elif row.group == OUTPUT and AWARENESS.search(name):
            expected, severity = "效益指标", LEAD
        elif row.group == OUTPUT and CLEAR_EFFECT.search(name) and not view.overall:
            expected = "效益指标"
        elif row.level1 in {OUTPUT, ""} and row.level2 == OUTPUT:
            expected = _other_level2(row)
        if expected:
            yield Problem(
                indicator=row.indicator, message=f"列在“{_levels(row)}”下，应为{expected}", printed=row.indicator.name,
                expected=expected, severity=severity,
            )  # fmt: skip


def _other_level2(row: Row) -> str:
    """The 二级 of 产出 that a name clearly asks for, "" where it stands right or may."""
    category = row.indicator.category
    if row.indicator.category_inferred or category not in {"数量", "质量", "时效"}:
        return ""
    if category != "时效" and TIMELY_NAME.search(row.name):
        return "时效指标"
    if category != "质量" and QUALITY_NAME.search(row.name):
        return "质量指标"
    if category != "数量" and COUNT_NAME.search(row.name) and not FAULTS.search(row.name):
        return "数量指标"
    return ""


@rule(
    "R33", WARNING, "以投入作产出", topic=SETTING, tables=TARGET_TABLES,
    advice="资金投入移到成本指标；产出写用这些钱做成的事",
    explained="产出（成本以外）或效益下列项目经费、投入资金、总成本，产出下列费用、单价，且指标值是金额；资金到位率列在产出下只作线索。",
)  # fmt: skip
def input_as_output(view: ProjectView) -> Iterator[Problem]:
    """经费 and 投入资金 are no output."""
    for row in view.rows:
        if row.group not in {OUTPUT, BENEFIT} or row.managed:
            continue
        if INPUT_NAME.search(row.name) and row.indicator.base_unit in {"元", ""} and row.quantitative:
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”是投入，不是{row.group}", printed=row.indicator.name,
                expected="成本指标",
            )  # fmt: skip
        elif _is_cost(view, row):
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”是成本，不是{row.group}", printed=row.indicator.name,
                expected="成本指标",
            )  # fmt: skip
        elif ARRIVAL.search(row.name):
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”反映资金投入过程，不是{row.group}",
                printed=row.indicator.name, expected="反映产出或效果的指标", severity=LEAD,
            )  # fmt: skip


def _is_cost(view: ProjectView, row: Row) -> bool:
    """A price or cost with a ceiling, or the project's own name with an amount; what is paid out (报销, 救助) is an output."""
    item = row.indicator
    if not item.base_unit.startswith("元") or item.comparator not in {"≤", "<", "="} or PAID_OUT.search(row.name):
        return False
    return bool(COST_NAME.search(row.name)) or (len(row.name) >= 4 and row.name == bare_name(view.project.name))


@rule(
    "R34", WARNING, "以日常管理工作作指标", topic=SETTING, tables=TARGET_TABLES,
    advice="删去日常管理要求，改为反映项目产出或效果的指标",
    explained="产出、效益下列制度建设、资金使用合规、党建、内控一类日常管理；投入管理部分、专做这类工作的项目和整体表里的党建不查。",
)  # fmt: skip
def routine_management(view: ProjectView) -> Iterator[Problem]:
    """Routine management is no indicator."""
    if MANAGEMENT_PROJECT.search(fold(view.project.name)):
        return
    for row in view.rows:
        if row.group not in {OUTPUT, BENEFIT} or row.managed:
            continue
        if MANAGEMENT.search(row.name) or (not view.overall and PARTY.search(row.name)):
            yield Problem(
                indicator=row.indicator, message=f"“{row.indicator.name}”是日常管理要求", printed=row.indicator.name,
                expected="反映产出或效果的指标",
            )  # fmt: skip
