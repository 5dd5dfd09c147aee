"""Is everything there that a table must have (完整性): R01–R08, R39."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.model import OVERALL_TARGETS
from kpi.review.registry import (
    COMPLETE,
    ERROR,
    LEAD,
    PROJECT_TABLES,
    RULED_TABLES,
    SETTING,
    TARGET_TABLES,
    WARNING,
    Problem,
    rule,
)
from kpi.review.views import ProjectView
from kpi.review.vocabulary import (
    BENEFIT,
    COST,
    COST_PROJECT,
    NONE_IS_GOOD,
    OUTPUT,
    PLACEHOLDER,
    SATISFACTION,
    SERVED_PROJECT,
    fold,
)

_DEADLINE = re.compile(
    r"(?:\d{1,2}月(?:\d{1,2}日|底|末|份)?|年底|年末|季度末|汛期|供暖季|开学)(?:之?前|以前)|(?:按期|如期|限期|按时)(?:完成|完工|建成|交付|竣工)"
)


@rule(
    "R01", ERROR, "缺少产出指标", topic=SETTING, tables=RULED_TABLES,
    advice="补充产出指标：做什么（数量）、做到什么程度（质量）、何时完成（时效）",
    explained="项目或部门的指标表里没有任何一条产出指标。",
)  # fmt: skip
def output_missing(view: ProjectView) -> Iterator[Problem]:
    """产出 has at least one indicator."""
    yield from _missing(view, OUTPUT)


@rule(
    "R02", ERROR, "缺少效益指标", topic=SETTING, tables=RULED_TABLES,
    advice="补充效益指标：项目实施后带来的经济、社会或生态效益",
    explained="项目或部门的指标表里没有任何一条效益指标；整体表中列在效益下的满意度不算效益。",
)  # fmt: skip
def benefit_missing(view: ProjectView) -> Iterator[Problem]:
    """效益 has at least one indicator."""
    yield from _missing(view, BENEFIT)


def _missing(view: ProjectView, group: str) -> Iterator[Problem]:
    if view.rows and view.groups & {OUTPUT, BENEFIT, COST, SATISFACTION} and group not in view.groups:
        present = "、".join(sorted(group for group in view.groups if group))
        yield Problem(
            message=f"没有{group}指标（现有：{present}）",
            expected=f"至少一条{group}指标",
            printed=f"{len(view.rows)} 条指标",
        )


@rule(
    "R03", WARNING, "数量、质量指标不全", topic=SETTING, tables=PROJECT_TABLES,
    advice="产出同时设数量指标和质量指标",
    explained="表中印有二级指标时，产出下应同时有数量和质量；不印二级指标的表不查。",
)  # fmt: skip
def quantity_and_quality(view: ProjectView) -> Iterator[Problem]:
    """数量 and 质量 are both there, where a table prints 二级."""
    if not view.has_level2 or OUTPUT not in view.groups:
        return
    present = {row.indicator.category for row in view.rows if not row.indicator.category_inferred}
    for category in ("数量", "质量"):
        if category not in present and present & {"数量", "质量", "时效"}:
            yield Problem(message=f"产出没有{category}指标", expected=f"至少一条{category}指标")


@rule(
    "R04", WARNING, "有期限要求而无时效指标", topic=SETTING, tables=PROJECT_TABLES,
    advice="为目标里写明的期限设时效指标，指标值写到日期",
    explained="绩效目标或指标名称写了期限（12月底前、按期完工），却没有时效指标，也没有任何指标值是期限。",
)  # fmt: skip
def deadline_without_indicator(view: ProjectView) -> Iterator[Problem]:
    """Deadline words in goal or name need a 时效 indicator."""
    if not view.rows or any(_timely(row.indicator.category, row.indicator.kind, row.name) for row in view.rows):
        return
    for text in (view.project.goal, *(row.indicator.name for row in view.rows)):
        if match := _DEADLINE.search(fold(text)):
            yield Problem(message=f"写了“{match[0]}”，但没有时效指标", printed=match[0], expected="至少一条时效指标")
            return


def _timely(category: str, kind: str, name: str) -> bool:
    return (
        category == "时效"
        or kind == "deadline"
        or any(word in name for word in ("及时", "时限", "按时", "按期", "如期"))
    )


@rule(
    "R05", WARNING, "工程、购置类项目缺成本指标", topic=SETTING, tables=PROJECT_TABLES,
    advice="工程基建、大型修缮和购置项目设成本指标，写总成本或单位成本上限",
    explained="项目名称是工程、购置、修缮、改造一类，而表中没有成本指标。",
)  # fmt: skip
def cost_missing(view: ProjectView) -> Iterator[Problem]:
    """工程, 购置 and 修缮 projects have a cost indicator."""
    if view.rows and COST not in view.groups and (match := COST_PROJECT.search(fold(view.project.name))):
        yield Problem(message=f"“{match[0]}”类项目没有成本指标", printed=view.project.name, expected="至少一条成本指标")


@rule(
    "R06", LEAD, "服务对象明确的项目缺满意度指标", topic=SETTING, tables=PROJECT_TABLES,
    advice="补充服务对象满意度指标",
    explained="项目名称是补贴、培训、救助、公共服务一类，而表中没有满意度指标。",
)  # fmt: skip
def satisfaction_missing(view: ProjectView) -> Iterator[Problem]:
    """补贴, 培训, 救助 and 公共服务 projects ask whom they serve."""
    has = SATISFACTION in view.groups or any("满意" in row.name for row in view.rows)
    if view.rows and not has and (match := SERVED_PROJECT.search(fold(view.project.name))):
        yield Problem(
            message=f"“{match[0]}”类项目没有满意度指标", printed=view.project.name, expected="至少一条满意度指标"
        )


@rule(
    "R07", ERROR, "绩效目标为空", topic=COMPLETE, tables=RULED_TABLES,
    advice="填写绩效目标：用多少钱、做什么事、达到什么效果",
    explained="表中有填绩效目标的栏目，而该项目的目标为空或只有占位符（/、无、见附件）。没有这一栏的表不查。",
)  # fmt: skip
def goal_missing(view: ProjectView) -> Iterator[Problem]:
    """A goal that the table has a place for is not empty or a placeholder."""
    goal = fold(view.project.goal)
    if not view.rows:
        return
    if (not goal and view.project.source.table_index in view.document.goal_tables) or (
        goal and PLACEHOLDER.fullmatch(goal)
    ):
        yield Problem(message="绩效目标为空或只有占位符", printed=view.project.goal, expected="具体的绩效目标文字")


@rule(
    "R08", ERROR, "指标值为空", topic=COMPLETE,
    advice="填写指标值；不需要的指标整行删去",
    explained="指标有名称而指标值为空或只有占位符（/、—、无、待定、同上、见附件）。负面影响、事故、损失一类写“无”是指标值。",
)  # fmt: skip
def target_missing(view: ProjectView) -> Iterator[Problem]:
    """A 指标值 that the table has a place for is not empty or a placeholder."""
    if view.project.source.table_index in view.document.valueless_tables:
        return
    for row in view.rows:
        text = fold(row.indicator.target)
        if text == "无" and NONE_IS_GOOD.search(row.name):
            continue
        if row.indicator.kind == "missing" or not text or PLACEHOLDER.fullmatch(text):
            what = f"指标值只有占位符“{row.indicator.target}”" if text else "指标值为空"
            yield Problem(
                indicator=row.indicator, message=what, printed=row.indicator.target, expected="可以考核的指标值"
            )


@rule(
    "R39", LEAD, "指标过少或过多", topic=SETTING, tables=TARGET_TABLES, settings=("fewest_indicators", "most_indicators"),
    advice="保留能反映核心产出和效果的指标，过少则补、过多则并",
    explained="一个项目的指标少于下限或多于上限；整体表由模板规定行数，不查。",
)  # fmt: skip
def unusual_count(view: ProjectView) -> Iterator[Problem]:
    """Between 4 and 20 indicators."""
    if view.table == OVERALL_TARGETS:
        return
    count = max((len(rows) for rows in view.periods), default=0)
    least, most = view.settings.fewest_indicators, view.settings.most_indicators
    if count and not least <= count <= most:
        word = "过少" if count < least else "过多"
        yield Problem(message=f"共 {count} 条指标，{word}", printed=f"{count} 条", expected=f"{least:g}–{most:g} 条")
