"""Do years and dates fit the budget year (年度): R25, R26."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kpi.model import Source
from kpi.review.registry import (
    DOCUMENT,
    FEASIBLE,
    PROJECT_TABLES,
    SELF_EVALUATIONS,
    TARGET_TABLES,
    WARNING,
    Problem,
    rule,
)
from kpi.review.views import DocumentView, ProjectView
from kpi.review.vocabulary import fold

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|\.\d|-\d\d?(?:-|月|$)|/\d)")
# What stands before or after a year that is rightly not the budget year: documents, comparisons, spans, carried money,
# funds named by the year they were issued for, standards.
_BEFORE = re.compile(
    r"(?:较|比|与|同|相比|对比|相较|自|从|截至|截止|以|按照?|根据|依据|对照|参照|执行|落实|和|至|到|[-—~～]|[〔\[【(（]|不低于|不高于|高于|低于|超过|"
    r"上年|补发|兑现|清算|补缴|偿还|支付|结转|拖欠)$"
)
_AFTER = re.compile(
    r"^年?(?:以来|以后|起|底前建成|[-—~～至到、和及]|.{0,14}(?:结转|清算|基数|水平|同期|决算|审计|考核|结余|提前下达|起(?:执行|实施|施行|开始)|尾款|质保金|欠款|遗留|规划|方案|"
    r"意见|通知|办法|标准|文件|清单|计划|入学|招|级|届|届毕业|毕业|第[一二三四五六七八九十]+批|度?中央|度?省级|度?上级|度?市级))"
)
_FUND = re.compile(r"资金|补助|转移支付|债券|经费.*结转|结转|结余|提前下达|清算|尾款|质保|欠款|续建|奖补|贷款|专项")


@rule(
    "R25", WARNING, "完成日期不在预算年度", topic=FEASIBLE, tables=TARGET_TABLES,
    advice="核对年份；跨年完成的写明本年度应达到的进度",
    explained="年度目标的期限早于或晚于预算年度。实施期目标和自评表不查。",
)  # fmt: skip
def date_outside_year(view: ProjectView) -> Iterator[Problem]:
    """A deadline lies in the budget year."""
    year = view.year
    if year is None:
        return
    for row in view.annual:
        item = row.indicator
        end = item.date_end
        if item.kind != "deadline" or end is None or date(year, 1, 1) <= end <= date(year, 12, 31):
            continue
        if str(end.year) not in fold(item.target):
            continue  # the year was not printed: it is that of the table's title, see R26
        word = "早于" if end.year < year else "晚于"
        yield Problem(
            indicator=item,
            message=f"期限 {end.isoformat()} {word}预算年度 {year} 年",
            printed=item.target,
            expected=f"{year} 年内的日期",
        )


def stale_years(text: str, year: int) -> list[str]:
    """Years in a text that are earlier than the budget year without a reason for it."""
    folded = fold(text)
    found = []
    for match in _YEAR.finditer(folded):
        before, after = folded[: match.start()], folded[match.end() :]
        if int(match[1]) < year and not _BEFORE.search(before) and not _AFTER.search(after):
            found.append(match[1])
    return found


@rule(
    "R26", WARNING, "年份陈旧", topic=FEASIBLE, view=DOCUMENT,
    advice="核对是否沿用了以前年度的表；改为本年度",
    explained=(
        "预算文件里的表题、绩效目标、项目或指标名称印有更早的年份。结转、清算、文号、对比基准、规划方案、以年份命名的上级资金不算；"
        "自评表可以是上一年度的，不查表题。"
    ),
)  # fmt: skip
def stale_year(view: DocumentView) -> Iterator[Problem]:
    """No stale year in title, goal or name."""
    year = view.document.year
    if year is None:
        return
    for table in view.document.tables:
        if table.kind in TARGET_TABLES and table.year is not None and table.year < year:
            if str(table.year) in table.title and _FUND.search(table.title):
                continue  # the title names a project after the year of its money
            source = _table_source(view, table.index, table.pages)
            yield Problem(
                message=f"{year} 年的文件里，表题年度是 {table.year} 年", source=source, printed=f"{table.title}（{table.year}年度）",
                expected=f"{year} 年度",
            )  # fmt: skip
    for project in view.projects:
        if project.table not in SELF_EVALUATIONS:
            yield from _project_years(project, year)


def _table_source(view: DocumentView, index: int, pages: tuple[int, ...]) -> Source | None:
    place = next(
        (project.project.source for project in view.projects if project.project.source.table_index == index), None
    )
    if place is None:
        return None
    return Source(
        document=place.document, path=place.path, sha256=place.sha256, table=place.table, table_index=index, row=0, column=0,
        page=pages[0] if pages else place.page,
    )  # fmt: skip


def _project_years(view: ProjectView, year: int) -> Iterator[Problem]:
    project = view.project
    table = view.logical_table
    if table is not None and table.year is not None and table.year < year and table.kind in PROJECT_TABLES:
        year = table.year
    for found in stale_years(project.goal, year)[:1]:
        yield Problem(
            message=f"绩效目标写 {found} 年",
            source=project.source,
            project=view.title,
            printed=project.goal,
            expected=f"{year} 年",
        )
    if not _FUND.search(project.name):
        for found in stale_years(project.name, year)[:1]:
            yield Problem(
                message=f"项目名称写 {found} 年",
                source=project.source,
                project=view.title,
                printed=project.name,
                expected=f"{year} 年",
            )
    for row in view.rows:
        name = row.indicator.name
        if _FUND.search(name) or fold(name) in fold(project.name):
            continue
        for found in stale_years(name, year)[:1]:
            yield Problem(
                indicator=row.indicator,
                message=f"指标名称写 {found} 年",
                project=view.title,
                printed=name,
                expected=f"{year} 年",
            )
