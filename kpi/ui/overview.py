"""概览: what the store holds, where and of which years, what came in last, and how well it was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.ui.charts import coverage_matrix
from kpi.ui.figures import coverage, quality
from kpi.ui.markup import escape
from kpi.ui.navigation import link
from kpi.ui.stores import require_store
from kpi.ui.table_size import table_height
from kpi.ui.wording import FORMATS, NOT_STATED, SUSPECTS, count, day, place

if TYPE_CHECKING:
    from kpi.catalog.documents import DocumentRow
    from kpi.store import Store

_LATEST = 200


def show() -> None:
    """Draw the page."""
    store = require_store()
    rows = sorted(store.documents.values(), key=lambda row: row.entry.order, reverse=True)
    _show_figures(store, rows)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_coverage(store)
    with right:
        _show_quality(store, rows)
    _show_documents(rows)


def _show_figures(store: Store, rows: list[DocumentRow]) -> None:
    counts = store.snapshot.manifest.counts
    clusters = store.snapshot.clusters
    years = sorted({row.year for row in rows if row.year})
    figures = {
        "指标": count(quality(store).rows),
        "同类指标": count(len(clusters.titles) - 1) if clusters is not None else "—",
        "项目": count(counts.get("projects", 0)),
        "文件": count(len(rows)),
        "城市": count(len({row.city for row in rows if row.city})),
        "年度": f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]) if years else "—",
    }
    with st.container(key="pairs-figures"):
        for column, (title, text) in zip(st.columns(len(figures)), figures.items(), strict=True):
            column.metric(title, text, border=True)
    if store.notes:
        st.caption(" ".join(escape(note) for note in store.notes))


def _show_coverage(store: Store) -> None:
    st.markdown("##### 城市与年度")
    found = coverage(store)
    if not found.rows:
        st.caption("还没有指标")
        return
    st.altair_chart(coverage_matrix(found.rows), key="coverage", alt="各城市各年度的指标数")
    if found.places > len({name for name, _, _ in found.rows}):
        st.caption(f"列出指标最多的城市，共 {count(found.places)} 个")


def _show_quality(store: Store, rows: list[DocumentRow]) -> None:
    st.markdown("##### 数据质量")
    figures = quality(store)
    for title, part, whole in (
        ("填写了指标值", figures.printed, figures.rows),
        ("数字读懂", figures.read, figures.printed),
        ("可按数值或日期比较", figures.numeric, figures.printed),
        ("解析时无需修复", figures.rows - figures.warned, figures.rows),
    ):
        share = part / whole if whole else 0.0
        st.progress(share, f"{title}　**{share:.1%}**　:gray[{count(part)} / {count(whole)}]")
    suspects = [(row, page) for row in rows for page in row.suspect_pages]
    if not suspects:
        st.caption(":material/check: 没有可疑页")
        return
    with st.expander(f"可疑页 {count(len(suspects))} 页", icon=":material/warning:"):
        for row, page in suspects[:50]:
            reason = SUSPECTS.get(str(page.get("reason")), str(page.get("message", "")))
            st.caption(f"{escape(row.name)}　第 {page.get('page') or '—'} 页：{escape(reason)}")


def _show_documents(rows: list[DocumentRow]) -> None:
    import pandas as pd

    st.markdown("##### 最近导入")
    frame = pd.DataFrame([_document_line(row) for row in rows[:_LATEST]])
    chosen = st.dataframe(
        frame, hide_index=True, height=table_height(len(frame), 330), on_select="rerun", selection_mode="single-cell", key="documents",
        column_config={"指标": st.column_config.NumberColumn(width="small"), "项目": st.column_config.NumberColumn(width="small")},
    )  # fmt: skip
    cells = chosen.selection.cells if chosen else []
    if cells and cells[0][0] < len(rows):
        row = rows[cells[0][0]]
        with st.container(horizontal=True, key="links-document"):
            link("search", f"检索 {escape(row.name)} 的指标", {"q": f'document:"{row.name}"'}, icon=":material/search:")
            link("projects", "看它的项目", {"doc": row.entry.sha256[:16]}, icon=":material/folder_open:")
            link("review", "审核", {"doc": row.entry.sha256[:16]}, icon=":material/fact_check:")
    else:
        st.caption("点一行可检索、查看或审核该文件")


def _document_line(row: DocumentRow) -> dict[str, Any]:
    return {
        "文件": row.name,
        "地区": place({"province": row.province, "city": row.city, "county": row.county}),
        "年度": str(row.year or NOT_STATED),
        "部门": row.department or NOT_STATED,
        "格式": FORMATS.get(row.format, row.format),
        "指标": row.indicators,
        "项目": row.projects,
        "可疑页": len(row.suspect_pages),
        "导入时间": day(row.entry.added),
    }
