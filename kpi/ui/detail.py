"""详情: one indicator, its target explained, the place in the original, its project, and the same elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.model import RECORD_FIELDS
from kpi.ui import address
from kpi.ui.downloads import show_download
from kpi.ui.markup import escape
from kpi.ui.navigation import link
from kpi.ui.page_image import show_pages
from kpi.ui.printed import around, find_table, numbered, project_rows, show_rows
from kpi.ui.stores import document_of, require_store
from kpi.ui.targets import canonical, differs, explain, in_ten_thousands
from kpi.ui.wording import FORMATS, amount, count, place, value_word, warning_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.catalog.answers import Hit
    from kpi.store import Store

_VIEWS = {"page": "原文位置", "project": "项目整表", "cities": "其他城市", "fields": "全部字段", "correct": "修正"}
_OTHERS = 30
"""Hits of other places that the page lists; the rest is one click away in 检索."""


def show() -> None:
    """Draw the indicator that the address names."""
    store = require_store()
    identity = address.text("id")
    if not identity:
        st.info("请从检索结果中点开一条指标。", icon=":material/info:")
        link("search", "去检索", icon=":material/search:")
        return
    hit = _find(store, identity)
    if hit is None:
        return
    record = hit.record
    with st.container(key="links-back", horizontal=True):
        link("search", "返回检索", st.session_state.get("last-search", {}), icon=":material/arrow_back:")
        if hit.cluster:
            link("compare", "跨城市对比", {"id": hit.cluster}, icon=":material/stacked_line_chart:")
            link("clusters", "同类指标", {"id": hit.cluster}, icon=":material/category:")
    _show_head(hit)
    warnings = [code for code in record["warnings"] if code != "corrected"]
    if warnings:
        words = "；".join(dict.fromkeys(warning_words(code) for code in warnings))
        st.markdown(f":orange[:material/warning: {escape(words)}]")
    view = st.segmented_control(
        "内容", list(_VIEWS), format_func=_VIEWS.__getitem__, required=True, label_visibility="collapsed", width="stretch",
        **address.bind("view", address.choice("view", list(_VIEWS), "page"), lambda name: name if name != "page" else None),
    )  # fmt: skip
    views = {
        "page": _show_place, "project": _show_project, "cities": _show_elsewhere, "fields": _show_fields, "correct": _show_correct,
    }  # fmt: skip
    views[view or "page"](store, hit)


def _find(store: Store, identity: str) -> Hit | None:
    from kpi.errors import UsageError
    from kpi.ui.correcting import show_rejected

    try:
        return store.hit(identity)
    except UsageError:
        if not show_rejected(identity):
            raise
    return None


def _show_correct(store: Store, hit: Hit) -> None:
    from kpi.ui.correcting import show_correcting

    show_correcting(store, hit)


def _show_head(hit: Hit) -> None:
    record = hit.record
    left, right = st.columns([3, 2], gap="large")
    with left:
        corrected = " :orange-badge[已改]" if "corrected" in record["warnings"] else ""
        st.markdown(f"### {escape(record['name']) or '（未写名称）'}{corrected}")
        st.caption(_levels(record))
        with st.container(key="target"):
            st.markdown(escape(canonical(record)) or "（未填写）")
        if money := in_ten_thousands(record):
            st.caption(f"折合 {escape(money)}")
        if differs(record):
            st.caption(f"原文写作：{escape(record['target'])}")
        facts = [
            ("地区 · 年度", f"{place(record)}　{record['year'] or ''}"),
            ("部门", record["department"]),
            ("项目", record["project"]),
            ("预算", amount(record["budget"])),
            ("说明", record["description"]),
            ("依据", record["basis"]),
            ("实际完成值", record["actual"]),
            ("出处", _source(record)),
        ]
        show_facts(facts, key="head")
    with right, st.container(border=True):
        st.markdown("##### 指标值释义")
        show_facts(explain(record), key="target")


def _levels(record: Mapping[str, Any]) -> str:
    levels = [escape(record[name]) for name in ("level1", "level2") if record[name]]
    inferred = "（推断）" if record["category_inferred"] else ""
    return f"{' › '.join(levels) or '未注明级别'}　·　类别：{escape(record['category'])}{inferred}"


def _source(record: Mapping[str, Any]) -> str:
    page = f"，第 {record['page']} 页" if record["page"] else ""
    return f"{record['document']}{page}，{record['table']}"


def show_facts(facts: list[tuple[str, str]], *, key: str) -> None:
    """Titles and texts in two columns; empty ones fall out."""
    import pandas as pd

    rows = [(title, escape(text)) for title, text in facts if text and str(text).strip()]
    if rows:
        with st.container(key=f"facts-{key}"):
            frame = pd.DataFrame(rows, columns=["项", "内容"])
            st.table(
                frame.style.map(lambda _: "color: #7a8796; white-space: nowrap", subset=["项"]),
                border=False,
                hide_index=True,
                hide_header=True,
            )


def _show_place(store: Store, hit: Hit) -> None:
    record = hit.record
    document = document_of(store, hit.sha256)
    original = store.original(hit.sha256)
    if document.format == "pdf" and original is not None:
        show_pages(original, record["boxes"], record["page"])
    else:
        if document.format == "pdf":
            st.info("库中没有保存原文件，显示解析后的表格。", icon=":material/info:")
        table = find_table(document, record["table_index"])
        if table is not None:
            st.caption(
                f"{FORMATS.get(document.format, document.format)}文件中的表格（指标所在行前后）：{escape(table.title or table.kind)}"
            )
            show_rows(
                around(numbered(table), record["row"]), number=record["row"], column=record["column"], key="around"
            )
    if original is not None:
        _show_download(original, record)
    if hit.copies:
        names = "、".join(escape(copy.document) for copy in hit.copies)
        st.caption(f"同一公开件的其他文件：{names}")


def _show_download(original: Any, record: Mapping[str, Any]) -> None:
    show_download("下载原文件", original.read_bytes, record["document"], key="original", icon=":material/download:")


def _show_project(store: Store, hit: Hit) -> None:
    document = document_of(store, hit.sha256)
    record = hit.record
    if not 0 <= hit.project_index < len(document.projects):
        table = find_table(document, record["table_index"])
        if table is not None:
            show_rows(numbered(table), number=record["row"], column=record["column"], key="whole")
        return
    project = document.projects[hit.project_index]
    title = project.name or f"{project.unit_name or project.department or document.department}（整体）"
    with st.container(key="links-project", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape(title)}**　:gray[{escape(amount(project.budget))}]", width="content")
        link(
            "projects",
            "打开项目页",
            {"doc": hit.sha256[:16], "n": hit.project_index + 1},
            icon=":material/folder_open:",
        )
    show_rows(project_rows(document, project), number=record["row"], column=record["column"], key="whole")


def same_indicator(hit: Hit) -> dict[str, str]:
    """The filter that finds the same indicator elsewhere: its cluster, or its very name where there is none."""
    return {"cluster": hit.cluster} if hit.cluster else {"name": hit.record["name"]}


def _show_elsewhere(store: Store, hit: Hit) -> None:
    from kpi.ui.search import show_rows as show_hits

    answer = store.search(
        filters=same_indicator(hit), limit=_OTHERS + 1, sort="city,-year", facets=("city",), histogram=False
    )
    others = [item for item in answer.hits if item.record["id"] != hit.record["id"]]
    if not others:
        st.caption("库中还没有其他同类指标。")
        return
    title = hit.cluster_name or hit.record["name"]
    st.markdown(f"**{escape(title)}**　:gray[共 {count(answer.total)} 条，{answer.facets['city'].distinct} 个城市]")
    show_hits(others[:_OTHERS])
    if answer.total > _OTHERS + 1:
        with st.container(key="links-others"):
            link(
                "search",
                f"在检索中查看全部 {count(answer.total)} 条",
                same_indicator(hit),
                icon=":material/search:",
            )


def _show_fields(_store: Store, hit: Hit) -> None:
    facts = []
    for item in RECORD_FIELDS:
        value = hit.record[item.name]
        if item.name == "budget":
            text = amount(value)
        elif item.name == "warnings":
            text = "；".join(warning_words(code) for code in value)
        elif item.name == "boxes":
            text = "；".join(
                f"第 {int(box[0])} 页 ({box[1]:.0f}, {box[2]:.0f})–({box[3]:.0f}, {box[4]:.0f})" for box in value
            )
        elif item.type == "flag":
            text = "是" if value else "否"
        elif value in (None, ""):
            continue
        else:
            text = value_word(item.name, value)
        facts.append((item.title.replace("（元）", ""), text))
    show_facts(facts, key="all")
