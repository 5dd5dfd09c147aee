"""审核: what rules find in documents of the store or in an uploaded file, each with its place on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from kpi.ui import address
from kpi.ui.downloads import show_download
from kpi.ui.imports import parsed, show_failure
from kpi.ui.markup import escape, shorten
from kpi.ui.navigation import link
from kpi.ui.page_image import show_pages
from kpi.ui.printed import around, find_table, numbered, show_rows
from kpi.ui.reviewing import (
    SEVERITY_COLOURS,
    Found,
    findings_file,
    review_stored,
    review_upload,
    rule_titles,
    severity_titles,
)
from kpi.ui.stores import current_store
from kpi.ui.table_size import table_height
from kpi.ui.uploads import UPLOAD_TYPES
from kpi.ui.wording import count

if TYPE_CHECKING:
    from kpi.store import Store

_EVERY = ""
_MOST_DOCUMENTS = 200
"""Documents that are reviewed together, the latest imports; each takes some hundredths of a second the first time."""
_MOST_SHOWN = 1000
_STATE = "review-upload"
_LEAST_DIGITS = 8


def show() -> None:
    """Draw the page in the state of its address."""
    store = current_store()
    with st.expander("审核未入库的文件", icon=":material/upload_file:", expanded=store is None):
        files = st.file_uploader(
            "选择文件",
            type=list(UPLOAD_TYPES),
            accept_multiple_files=True,
            key="review-files",
            label_visibility="collapsed",
        )
    if files:
        found, about = _uploaded(files, store)
    elif store is None:
        st.session_state.pop(_STATE, None)
        st.info("指标库还是空的：可以在上面选择文件直接审核，或先导入文件。", icon=":material/info:")
        link("imports", "去导入文件", icon=":material/upload_file:")
        return
    else:
        st.session_state.pop(_STATE, None)
        found, about = _stored(store)
    _show_found(found, about, with_store=store is not None)


def _uploaded(files: Sequence[object], store: Store | None) -> tuple[list[Found], str]:
    uploads = parsed(files, _STATE)
    found: list[Found] = []
    for upload in uploads:
        if upload.document is None:
            with st.container(border=True):
                st.markdown(f":red[无法读取]　{escape(upload.name)}")
                show_failure(upload.failure)
        else:
            if not upload.document.indicators:
                st.warning(f"{escape(upload.name)} 中没有找到绩效目标表。", icon=":material/warning:")
            found += review_upload(upload.document, upload.path, store)
    return found, "、".join(shorten(upload.name, 30) for upload in uploads[:3])


def _stored(store: Store) -> tuple[list[Found], str]:
    rows = sorted(store.documents.values(), key=lambda row: row.entry.order, reverse=True)
    keys = {row.entry.sha256[:16]: row for row in rows if row.indicators}
    every = "全部文件" if len(keys) <= _MOST_DOCUMENTS else f"最近导入的 {_MOST_DOCUMENTS} 个文件"
    wanted = address.text("doc")
    chosen = st.selectbox(
        "文件", [_EVERY, *keys], format_func=lambda key: f"{keys[key].name}　{keys[key].city} {keys[key].year or ''}" if key else every,
        label_visibility="collapsed",
        **address.bind("doc", wanted if wanted in keys else _EVERY, lambda key: key or None),
    )  # fmt: skip
    if wanted and wanted not in keys:
        st.info("库中没有这个文件，显示全部文件的审核结果。", icon=":material/info:")
    picked = (
        [keys[chosen]]
        if chosen
        else [row for row in keys.values() if row.entry.sha256 in counted(store)][:_MOST_DOCUMENTS]
    )
    found: list[Found] = []
    bar = st.progress(0.0, "正在审核…") if len(picked) > 5 else None
    for number, row in enumerate(picked, 1):
        found += review_stored(store, row.entry.sha256)
        if bar is not None:
            bar.progress(number / len(picked), f"正在审核 {number} / {len(picked)}")
    if bar is not None:
        bar.empty()
    return found, keys[chosen].name if chosen else every


def counted(store: Store) -> set[str]:
    """Documents with at least one section that is no copy and no older edition."""
    sections = store.snapshot.sections
    gone = sections.uncounted()
    return {item.sha256 for item in sections.sections if item.number not in gone}


def _show_found(found: list[Found], about: str, *, with_store: bool) -> None:
    severities, titles = severity_titles(), rule_titles()
    order = {name: number for number, name in enumerate(severities)}
    found = sorted(found, key=lambda item: order.get(item.finding.severity, len(order)))
    counts = Counter(item.finding.severity for item in found)
    rules = Counter(item.finding.rule for item in found)
    chosen_severities, chosen_rules = _ask_filters(severities, titles, counts, rules)
    shown = [
        item
        for item in found
        if (not chosen_severities or item.finding.severity in chosen_severities)
        and (not chosen_rules or item.finding.rule in chosen_rules)
    ]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="toolbar"):
        told = "，".join(f"{severities.get(name, name)} {count(counts[name])}" for name in severities if counts[name])
        st.markdown(f"共 **{count(len(shown))}** 条审核意见　:gray[{escape(told)}]", width="content")
        with st.container(horizontal=True, width="content"):
            for ending, title in (("xlsx", "导出审核意见"), ("docx", "Word")):
                show_download(
                    title, partial(findings_file, shown, ending, with_store=with_store), f"审核意见.{ending}",
                    key=f"export-findings-{ending}", disabled=not shown, icon=":material/download:" if ending == "xlsx" else None,
                    help=f"{about}：{len(shown)} 条",
                )  # fmt: skip
    if not found:
        st.success("没有发现问题。", icon=":material/check_circle:")
        return
    if shown:
        _show_table(shown, severities, titles)


def _ask_filters(
    severities: dict[str, str], titles: dict[str, str], counts: Counter[str], rules: Counter[str]
) -> tuple[list[str], list[str]]:
    left, right = st.columns([1, 2])
    with left:
        chosen = st.pills(
            "级别", [name for name in severities if counts[name]], selection_mode="multi",
            format_func=lambda name: f":{SEVERITY_COLOURS.get(name, 'gray')}[{severities[name]}] :gray[{count(counts[name])}]",
            **address.bind("severity", [name for name in address.texts("severity") if counts[name]], list),
        )  # fmt: skip
    with right:
        picked = st.multiselect(
            "规则", [name for name, _ in rules.most_common()], placeholder="全部规则", select_all=False,
            format_func=lambda name: f"{titles.get(name, name)}（{rules[name]}）",
            **address.bind("rule", [name for name in address.texts("rule") if rules[name]], list),
        )  # fmt: skip
    return list(chosen or ()), list(picked or ())


def _show_table(shown: list[Found], severities: dict[str, str], titles: dict[str, str]) -> None:
    import pandas as pd

    lines = [
        {
            "级别": severities.get(item.finding.severity, item.finding.severity), "规则": titles.get(item.finding.rule, item.finding.rule),
            "问题": item.finding.message, "原文": item.finding.printed, "文件": item.finding.document,
            "页": str(item.finding.page or ""), "项目": item.finding.project,
        }
        for item in shown[:_MOST_SHOWN]
    ]  # fmt: skip
    chosen = st.dataframe(
        pd.DataFrame(lines), hide_index=True, height=table_height(len(lines), 330), on_select="rerun", selection_mode="single-cell", key="findings",
        column_config={
            "级别": st.column_config.TextColumn(width="small"), "页": st.column_config.TextColumn(width="small"),
            "问题": st.column_config.TextColumn(width="large"), "原文": st.column_config.TextColumn(width="medium"),
            "项目": st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip
    if len(shown) > _MOST_SHOWN:
        st.caption(f"列出前 {count(_MOST_SHOWN)} 条，导出的文件中有全部")
    cells = chosen.selection.cells if chosen else []
    place = cells[0][0] if cells and cells[0][0] < len(lines) else 0
    _show_finding(shown[place], severities, titles)


def _show_finding(item: Found, severities: dict[str, str], titles: dict[str, str]) -> None:
    finding = item.finding
    colour = SEVERITY_COLOURS.get(finding.severity, "gray")
    with st.container(border=True, key="finding"):
        st.markdown(
            f":{colour}-badge[{severities.get(finding.severity, finding.severity)}] **{escape(titles.get(finding.rule, finding.rule))}**"
            f"　:gray[{escape(finding.rule)}]"
        )
        st.markdown(escape(finding.message))
        facts = [
            ("原文", finding.printed),
            ("应为", finding.expected),
            ("建议", finding.advice),
            ("项目", finding.project),
            ("依据", finding.topic),
        ]
        from kpi.ui.detail import show_facts

        show_facts([(title, text) for title, text in facts if text], key="finding")
        if item.stored:
            with st.container(horizontal=True, key="links-finding"):
                if finding.indicator_id:
                    link("detail", "打开这条指标", {"id": finding.indicator_id}, icon=":material/article:")
                link("projects", "同一文件的项目", {"doc": item.sha256[:16]}, icon=":material/folder_open:")
        _show_place(item)


def _show_place(item: Found) -> None:
    """The page with its boxes; for other formats the table around the row."""
    finding = item.finding
    page = f"，第 {finding.page} 页" if finding.page else ""
    st.caption(f"位置：{escape(finding.document)}{page}")
    if item.original is not None and item.document.format == "pdf" and finding.page:
        show_pages(item.original, [list(box) for box in finding.boxes], finding.page)
        return
    table = find_table(item.document, int(finding.evidence.get("table_index", 0)))
    if table is not None:
        row = int(finding.evidence.get("row", 0))
        show_rows(around(numbered(table), row), number=row, key="finding")
