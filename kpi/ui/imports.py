"""导入: upload files, see what was found in each, add them to the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.ui.markup import escape
from kpi.ui.navigation import link
from kpi.ui.stores import open_newest, store_path
from kpi.ui.table_size import table_height
from kpi.ui.uploads import UPLOAD_TYPES, Upload, add_to_store, content_key, keep, parse_uploads, temporary_folder
from kpi.ui.wording import FORMATS, SUSPECTS, count, place

if TYPE_CHECKING:
    from kpi.ingestion import IngestReport
    from kpi.model import Repair

_STATE = "imports"
_REPAIRS = 20
_PREVIEW = 200
"""Indicators of a file that the preview lists."""


def show() -> None:
    """Draw the page."""
    st.markdown("### 导入文件")
    st.caption(
        f"支持 PDF、Word、Excel、网页、文本和 ZIP 压缩包，可一次选多个，每个不超过 {st.get_option('server.maxUploadSize')} MB。"
        "先解析、看结果，确认后再加入库；同样内容的文件不会重复。"
    )
    files = st.file_uploader(
        "选择文件", type=list(UPLOAD_TYPES), accept_multiple_files=True, key="upload", label_visibility="collapsed"
    )
    if not files:
        st.session_state.pop(_STATE, None)
        _show_hint()
        return
    uploads = parsed(files, _STATE)
    _show_report(uploads)
    good = [upload for upload in uploads if upload.document is not None and upload.document.indicators]
    if good:
        _show_adding(good)
    for upload in uploads:
        _show_upload(upload, opened=len(uploads) == 1)


def parsed(files: Sequence[Any], state: str) -> list[Upload]:
    """The uploads of these files, parsed once; the session keeps them until other files are chosen."""
    key = content_key(files)
    kept = st.session_state.get(state)
    if kept is None or kept["key"] != key:
        folder = temporary_folder()
        kept = {"key": key, "folder": folder, "uploads": keep(files, Path(folder.name)), "added": None}
        st.session_state[state] = kept
    uploads: list[Upload] = kept["uploads"]
    waiting = sum(1 for upload in uploads if not upload.done)
    if waiting:
        bar = st.progress(0.0, f"正在解析 {waiting} 个文件…")
        for number, upload in enumerate(parse_uploads(uploads), 1):
            bar.progress(number / waiting, f"已解析 {number} / {waiting}：{escape(upload.name)}")
        bar.empty()
    return uploads


def _show_hint() -> None:
    with st.container(border=True):
        st.markdown(
            "**怎样得到好的结果**\n\n"
            "- 尽量用单位公开的原始文件；由 Word 或系统直接导出的 PDF 比扫描件准确\n"
            "- 有打开密码的文件请先另存为不加密的文件\n"
            "- 一份文件里有多个项目、多张绩效目标表也没有关系，会逐表识别"
        )


def _show_report(uploads: Sequence[Upload]) -> None:
    documents = [upload.document for upload in uploads if upload.document is not None]
    figures = {
        "文件": len(uploads),
        "绩效目标表": sum(len(document.tables) for document in documents),
        "项目": sum(len(document.projects) for document in documents),
        "指标": sum(len(document.indicators) for document in documents),
        "修复": sum(len(document.warnings) for document in documents),
        "可疑页": sum(len(document.suspect_pages) for document in documents),
        "失败": sum(1 for upload in uploads if upload.failure),
    }
    with st.container(horizontal=True, key="figures"):
        for title, number in figures.items():
            st.metric(title, count(number), width=110)


def _show_adding(good: Sequence[Upload]) -> None:
    kept = st.session_state[_STATE]
    if kept["added"] is not None:
        _show_added(kept["added"], good)
        return
    with st.container(border=True):
        attributes = _ask_attributes(good)
        if st.button(f"加入库（{len(good)} 个文件）", type="primary", icon=":material/library_add:", key="add"):
            with st.spinner("正在发布，其他人的检索不受影响…"):
                kept["added"] = add_to_store(good, store_path(), attributes)
                open_newest()
                kept["folder"].cleanup()
            st.rerun()


def _ask_attributes(good: Sequence[Upload]) -> dict[str, str | int]:
    """What a person states for files that do not say it; only asked for where something is missing."""
    documents = [upload.document for upload in good if upload.document is not None]
    asked = {
        name: title
        for name, title in (("city", "城市"), ("department", "部门"), ("year", "年度"))
        if any(not getattr(document, name) for document in documents)
    }
    if not asked:
        return {}
    st.caption("有文件没有写明下列信息，可以在这里补充（只用于没有写明的文件）：")
    attributes: dict[str, str | int] = {}
    for column, (name, title) in zip(st.columns(3), asked.items(), strict=False):
        if name == "year":
            year = column.number_input(
                title, min_value=1990, max_value=2100, value=None, step=1, format="%d", key="stated-year"
            )
            if year:
                attributes[name] = int(year)
        elif text := (column.text_input(title, key=f"stated-{name}") or "").strip():
            attributes[name] = text
    return attributes


def _show_added(report: IngestReport, good: Sequence[Upload]) -> None:
    number = sum(len(upload.document.indicators) for upload in good if upload.document is not None)
    words = "已加入库" if report.published.changed else "库中已有这些内容，没有变化"
    st.success(f"{words}：{len(good)} 个文件，{count(number)} 条指标。", icon=":material/check_circle:")
    for file in report.failures:
        st.error(f"{escape(Path(file.path).name)}：{escape(file.failure.get('what', ''))}")
    with st.container(horizontal=True, key="links-added"):
        for upload in good[:6]:
            link(
                "search",
                f"查看 {escape(upload.name)} 的指标",
                {"q": f'document:"{upload.name}"'},
                icon=":material/search:",
            )


def _show_upload(upload: Upload, *, opened: bool) -> None:
    document = upload.document
    if document is None:
        with st.expander(f":red[失败]　{escape(upload.name)}", icon=":material/error:", expanded=True):
            show_failure(upload.failure)
        return
    mark = ":green[已读取]" if document.indicators else ":orange[没有绩效目标表]"
    title = f"{mark}　{escape(upload.name)}　:gray[{count(len(document.indicators))} 条指标]"
    with st.expander(title, icon=":material/description:", expanded=opened or not document.indicators):
        facts = [
            FORMATS.get(document.format, document.format),
            f"{document.page_count or 1} 页（表）",
            place(vars_of(document)),
            str(document.year or "年度未写明"),
        ]
        st.caption(" · ".join(escape(fact) for fact in [document.department or "部门未写明", *facts]))
        for page in document.suspect_pages:
            where = f"第 {page.page} 页" if page.page else "文件"
            st.warning(
                f"{where}：{escape(page.message or SUSPECTS.get(page.reason, page.reason))}", icon=":material/warning:"
            )
        if document.indicators:
            _show_preview(document)
        for line in repair_lines(document.warnings):
            st.caption(f":material/build: {escape(line)}")


def repair_lines(repairs: Sequence[Repair]) -> list[str]:
    """Repairs in words, equal ones together with their pages."""
    pages: dict[str, list[int]] = {}
    for repair in repairs:
        known = pages.setdefault(repair.message, [])
        if repair.page is not None and repair.page not in known:
            known.append(repair.page)
    lines = [
        f"{message}（第 {'、'.join(map(str, sorted(found)))} 页）" if found else message
        for message, found in pages.items()
    ]
    return lines if len(lines) <= _REPAIRS else [*lines[:_REPAIRS], f"……共 {len(repairs)} 处修复"]


def vars_of(document: Any) -> dict[str, Any]:
    """Where a document comes from, as records say it."""
    return {name: getattr(document, name) for name in ("province", "city", "county")}


def show_failure(failure: Mapping[str, str]) -> None:
    """Why a file could not be read and what to do."""
    st.markdown(f"**{escape(failure.get('what', ''))}**")
    for key, title in (("found", "实际"), ("advice", "怎么办")):
        if failure.get(key):
            st.markdown(f"{title}：{escape(failure[key])}")


def _show_preview(document: Any) -> None:
    import pandas as pd

    shown = document.indicators[:_PREVIEW]
    frame = pd.DataFrame(
        [
            {
                "页": item.source.page,
                "项目": item.project or "（整体）",
                "一级指标": item.level1,
                "三级指标": item.name,
                "指标值": item.target,
            }
            for item in shown
        ]
    )
    st.dataframe(frame, hide_index=True, height=table_height(len(frame), 400))
    if len(document.indicators) > _PREVIEW:
        st.caption(f"仅列出前 {_PREVIEW} 条，共 {count(len(document.indicators))} 条")
