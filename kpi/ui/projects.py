"""项目: find a project; its whole table as printed, its funds and goal, what its indicators cover, findings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from kpi.model import CATEGORIES
from kpi.ui import address
from kpi.ui.detail import show_facts
from kpi.ui.markup import escape
from kpi.ui.navigation import go, link
from kpi.ui.printed import project_rows, show_rows
from kpi.ui.project_list import MOST, ProjectLine, cities_and_years, find_projects
from kpi.ui.stores import document_of, require_store
from kpi.ui.table_size import table_height
from kpi.ui.wording import NOT_STATED, amount, count, place, to_number

if TYPE_CHECKING:
    from kpi.model import Document, Indicator, Project
    from kpi.store import Store

_LEAST_DIGITS = 8
# What a project's targets should cover by 财预〔2020〕10号: outputs, results and satisfaction, outputs by kind.
_GROUPS = {
    "成本": ("成本",), "产出": ("数量", "质量", "时效", "产出"), "效益": ("经济效益", "社会效益", "生态效益", "可持续影响", "效益"),
    "满意度": ("满意度",),
}  # fmt: skip


def show() -> None:
    """Draw the list, or the project that the address names."""
    store = require_store()
    document_id, number = address.text("doc"), address.whole("n", 0, low=0, high=100_000)
    sha256 = _find_document(store, document_id)
    if document_id and sha256 is None:
        st.info("库中没有这个文件，可能已被移除或更新。", icon=":material/info:")
        link("projects", "查看全部项目", icon=":material/folder_open:")
        return
    if sha256 is not None and number:
        _show_project(store, sha256, number)
    else:
        _show_list(store, sha256)


def _find_document(store: Store, start: str) -> str | None:
    if len(start) < _LEAST_DIGITS:
        return None
    return next((sha256 for sha256 in store.documents if sha256.startswith(start)), None)


# --- the list


def _show_list(store: Store, sha256: str | None) -> None:
    cities, years = cities_and_years(store)
    words, city, year = st.columns([4, 1.4, 1.1])
    with words:
        asked = st.text_input(
            "查找项目", placeholder="项目名称、编码、单位或部门", type="search", icon=":material/search:", label_visibility="collapsed",
            **address.bind("q", address.text("q"), lambda text: text.strip() or None),
        )  # fmt: skip
    with city:
        chosen_city = st.selectbox(
            "城市", ["", *cities], format_func=lambda name: name or "全部城市", label_visibility="collapsed",
            **address.bind("city", address.choice("city", cities), lambda name: name or None),
        )  # fmt: skip
    with year:
        chosen_year = st.selectbox(
            "年度", ["", *years], format_func=lambda name: name or "全部年度", label_visibility="collapsed", filter_mode=None,
            **address.bind("year", address.choice("year", years), lambda name: name or None),
        )  # fmt: skip
    if sha256 is not None:
        with st.container(horizontal=True, key="chips"):
            name = store.documents[sha256].name
            st.button(
                f"文件：{escape(name)}",
                icon=":material/close:",
                on_click=address.change,
                kwargs={"doc": None},
                key="chip-doc",
            )
    lines, total = find_projects(
        store, asked or "", city=chosen_city or "", year=chosen_year or "", sha256=sha256 or ""
    )
    if not lines:
        st.info("没有符合条件的项目，可以少写几个字或换一个城市。", icon=":material/search_off:")
        return
    st.markdown(f"共 **{count(total)}** 个项目" + (f"　:gray[列出预算最大的 {MOST} 个]" if total > MOST else ""))
    _show_lines(lines)


def _show_lines(lines: list[ProjectLine]) -> None:
    import pandas as pd

    frame = pd.DataFrame(
        [
            {
                "项目": line.name or f"{line.unit_name or line.department}（整体）",
                "预算（万元）": float(line.budget) / 10_000 if line.budget is not None else None,
                "地区": place({"city": line.city, "county": line.county}),
                "年度": str(line.year or NOT_STATED),
                "单位": line.unit_name or line.department or NOT_STATED,
                "指标": line.indicators,
            }
            for line in lines
        ]
    )
    chosen = st.dataframe(
        frame, hide_index=True, height=table_height(len(frame), 560), on_select="rerun", selection_mode="single-cell", key="projects",
        column_config={
            "项目": st.column_config.TextColumn(width="large"),
            "预算（万元）": st.column_config.NumberColumn(format="%,.2f"),
            "指标": st.column_config.NumberColumn(width="small"),
        },
    )  # fmt: skip
    cells = chosen.selection.cells if chosen else []
    if cells and cells[0][0] < len(lines):
        line = lines[cells[0][0]]
        go("projects", {"doc": line.sha256[:16], "n": line.project_index + 1})
    st.caption("点一行打开项目")


# --- one project


def _show_project(store: Store, sha256: str, number: int) -> None:
    document = document_of(store, sha256)
    with st.container(key="links-back", horizontal=True):
        link("projects", "全部项目", icon=":material/arrow_back:")
        link("projects", "同一文件的项目", {"doc": sha256[:16]}, icon=":material/description:")
    if number > len(document.projects):
        st.info("文件中没有这个项目。", icon=":material/info:")
        return
    project = document.projects[number - 1]
    indicators = _indicators(document, project)
    title = project.name or f"{project.unit_name or project.department or document.department}（整体绩效）"
    st.markdown(f"### {escape(title)}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_project_facts(document, project, indicators)
    with right, st.container(border=True):
        st.markdown("##### 指标覆盖")
        _show_completeness(indicators)
    st.markdown("##### 原表")
    show_rows(project_rows(document, project), key="project")
    _show_findings(store, sha256, project)
    with st.container(key="links-project-hits", horizontal=True):
        query = f'document:"{document.name}"'
        state = {"q": query, "project": project.name} if project.name else {"q": f"{query} table:整体"}
        link("search", f"检索这个项目的 {len(indicators)} 条指标", state, icon=":material/search:")
        link("review", "审核这份文件", {"doc": sha256[:16]}, icon=":material/fact_check:")


def _show_findings(store: Store, sha256: str, project: Project) -> None:
    """What rules find in this project, the weightiest first."""
    from kpi.ui.reviewing import SEVERITY_COLOURS, review_stored, rule_titles, severity_titles

    severities, titles = severity_titles(), rule_titles()
    own = [
        item.finding
        for item in review_stored(store, sha256)
        if item.finding.evidence.get("table_index") == project.source.table_index
    ]
    findings = [item for item in own if not project.name or item.project == project.name]
    st.markdown(f"##### 审核意见　:gray[{len(findings)} 条]")
    order = list(severities)
    for item in sorted(findings, key=lambda item: order.index(item.severity)):
        colour = SEVERITY_COLOURS.get(item.severity, "gray")
        st.markdown(
            f":{colour}-badge[{severities[item.severity]}] **{escape(titles.get(item.rule, item.rule))}**　{escape(item.message)}"
        )
    if not findings:
        st.caption(":material/check: 没有发现问题")


def _indicators(document: Document, project: Project) -> list[Indicator]:
    own = set(project.indicator_ids)
    return [item for item in document.indicators if item.id in own]


def _show_project_facts(document: Document, project: Project, indicators: list[Indicator]) -> None:
    funds = "；".join(f"{fund.name} {amount(fund.amount)}" for fund in project.funds if fund.amount)
    done = project.execution
    spent = ""
    if done is not None:
        parts = [
            ("全年预算", amount(done.adjusted or done.budget)),
            ("执行", amount(done.spent)),
            ("执行率", f"{done.rate}%" if done.rate is not None else ""),
        ]
        spent = "；".join(f"{title} {text}" for title, text in parts if text)
    facts = [
        ("编码", project.code),
        ("预算单位", " ".join(filter(None, (project.unit_code, project.unit_name)))),
        ("部门", project.department or document.department),
        (
            "地区 · 年度",
            f"{place({'city': document.city, 'county': document.county, 'province': document.province})}　{project.year or document.year or ''}",
        ),
        ("预算", amount(project.budget)),
        ("资金来源", funds),
        ("预算执行", spent),
        ("绩效目标", project.goal),
        ("实际完成", project.goal_actual),
        ("年度任务", "；".join(task.name for task in project.tasks if task.name)),
        (
            "指标",
            f"{len(indicators)} 条" + (f"，分值合计 {project.weight_total}" if to_number(project.weight_total) else ""),
        ),
        ("出处", f"{document.name}" + (f"，第 {project.source.page} 页" if project.source.page else "")),
    ]
    show_facts(facts, key="project")


def _show_completeness(indicators: list[Indicator]) -> None:
    """Which kinds of indicators a project has; a kind without any is named."""
    found = Counter(item.category for item in indicators)
    for title, categories in _GROUPS.items():
        total = sum(found[name] for name in categories)
        parts = [f"{name} {found[name]}" for name in categories if found[name] and name != title]
        mark = (
            f":green[:material/check_circle:] **{title}** {total} 条"
            if total
            else f":orange[:material/error:] **{title}** 未设"
        )
        st.markdown(mark + (f"　:gray[{'，'.join(parts)}]" if parts else ""))
    others = [name for name in CATEGORIES if found[name] and not any(name in group for group in _GROUPS.values())]
    if others:
        st.caption("另有：" + "，".join(f"{name} {found[name]} 条" for name in others))
    numeric = sum(1 for item in indicators if item.base_value is not None or item.date_end is not None)
    blank = sum(1 for item in indicators if item.kind in {"", "missing"})
    st.caption(
        f"定量 {numeric} 条，定性 {len(indicators) - numeric - blank} 条"
        + (f"，未填指标值 {blank} 条" if blank else "")
    )
