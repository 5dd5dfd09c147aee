"""检索: one box, facets with counts, ranked hits, export of exactly what is shown."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from kpi.errors import UsageError
from kpi.ui import address
from kpi.ui.asking import FILTERS, SIZES, SORTS, Asked, read_asked
from kpi.ui.downloads import show_download
from kpi.ui.facets import clear, show_facets, show_range
from kpi.ui.guard import tell
from kpi.ui.markup import escape, mark, shorten
from kpi.ui.navigation import link
from kpi.ui.stores import borrowed, require_store
from kpi.ui.targets import canonical, differs, in_ten_thousands
from kpi.ui.wording import amount, count, figure, milliseconds, place, value_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi.catalog.answers import Answer, Hit
    from kpi.query import Query
    from kpi.store import Store

WIDTHS = (3.6, 1.9, 1.5, 3.6)
EXAMPLES = ("参保群众满意度", "按时发放率", "成本控制率 value>=90%", "category:时效", "培训人次 OR 培训人数")


def show() -> None:
    """Draw the page in the state of its address."""
    store = require_store()
    st.session_state["last-search"] = address.everything()
    asked = read_asked()
    st.text_input(
        "检索", placeholder="指标、项目或部门，如：参保群众满意度　city:焦作市　value>=85　-离休", type="search", icon=":material/search:",
        label_visibility="collapsed", **address.bind("q", asked.words, lambda words: words.strip() or None),
    )  # fmt: skip
    try:
        answer, query = _answer(store, asked)
    except UsageError as error:
        tell(error)
        _show_syntax()
        return
    _show_chips(store, asked)
    _show_toolbar(answer, asked, query)
    if not answer.total:
        _show_nothing(answer, asked)
        return
    _show_hits(answer)
    _show_pages(answer, asked)


def _answer(store: Store, asked: Asked) -> tuple[Answer, Query]:
    """The page of hits; draws the side, whose histogram knows the base unit that the range is meant in."""
    unit, histogram = "", None
    query = asked.query()
    if asked.single_unit:
        histogram = store.search(query, filters=asked.filters, limit=0, facets=(), copies=asked.copies).histogram
        unit = histogram.unit if histogram else ""
        query = asked.query(unit)
    answer = store.search(
        query, filters=asked.filters, limit=asked.size, offset=asked.offset, sort=asked.sort, copies=asked.copies, histogram=False,
        facets=tuple(_facet_names()),
    )  # fmt: skip
    with st.sidebar:
        show_range(histogram, asked)
        show_facets(answer.facets, asked)
    return answer, query


def _facet_names() -> list[str]:
    from kpi.ui.asking import FACETS

    return list(FACETS)


def _show_chips(store: Store, asked: Asked) -> None:
    chosen = [(name, value) for name, values in asked.filters.items() for value in values]
    ends = [("min", "≥", asked.low), ("max", "≤", asked.high)] if asked.single_unit else []
    ranged = [(name, sign, value) for name, sign, value in ends if value is not None]
    if not chosen and not ranged:
        return
    with st.container(horizontal=True, key="chips", gap="small"):
        for name, value in chosen:
            label = f"{FILTERS[name]}：{escape(shorten(_chip_text(store, name, value), 24))}"
            st.button(
                label,
                key=f"chip-{name}-{value}",
                icon=":material/close:",
                on_click=_drop,
                args=(name, value),
                help="去掉这个条件",
            )
        for name, sign, end in ranged:
            st.button(
                f"数值 {sign} {figure(end)}",
                key=f"chip-{name}",
                icon=":material/close:",
                on_click=_drop,
                args=(name, None),
            )
        if len(chosen) + len(ranged) > 1:
            st.button("全部清除", key="clear-chips", type="tertiary", on_click=clear)


def _chip_text(store: Store, name: str, value: str) -> str:
    if name == "cluster":
        cluster = store.clustering.get(value)
        return cluster.canonical if cluster is not None else value
    return value_word(name, value)


def _drop(name: str, value: str | None) -> None:
    address.change(**{name: [item for item in address.texts(name) if item != value] if value is not None else None})


def _show_toolbar(answer: Answer, asked: Asked, query: Query) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="toolbar"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.markdown(f"共 **{count(answer.total)}** 条　:gray[用时 {milliseconds(answer.took_ms)}]", width="content")
            if answer.copies_left_out or asked.copies:
                st.checkbox(
                    f"含副本与旧版（{count(answer.copies_left_out)}）" if not asked.copies else "含副本与旧版",
                    help="同一公开件以多种格式或多个版本发布时，缺省只计一次",
                    **address.bind("copies", asked.copies, lambda wanted: "1" if wanted else None),
                )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.selectbox(
                "排序", list(SORTS), format_func=SORTS.__getitem__, label_visibility="collapsed", width=150, filter_mode=None,
                **address.bind("sort", asked.sort, lambda sort: sort or None),
            )  # fmt: skip
            for ending, title in (("xlsx", "导出 Excel"), ("csv", "CSV")):
                show_download(
                    title, partial(exported, query, asked.filters, asked.sort, ending, copies=asked.copies),
                    f"绩效指标.{ending}", key=f"export-{ending}", disabled=not answer.total,
                    icon=":material/download:" if ending == "xlsx" else None, help=f"导出这 {count(answer.total)} 条，不止本页",
                )  # fmt: skip


def exported(query: Query, filters: Mapping[str, tuple[str, ...]], sort: str, ending: str, *, copies: bool) -> bytes:
    """The whole result as a file. Runs in a thread of its own when the button is clicked."""
    with tempfile.TemporaryDirectory(prefix="kpi-export-") as folder, borrowed() as store:
        target = Path(folder) / f"export.{ending}"
        store.export(target, query=query, filters=filters, sort=sort, copies=copies)
        return target.read_bytes()


def _show_hits(answer: Answer) -> None:
    with st.container(key="row-head"):
        for column, title in zip(
            st.columns(WIDTHS), ("三级指标", "指标值", "城市 · 年度", "项目 · 部门 · 预算"), strict=True
        ):
            column.caption(title)
    show_rows(answer.hits)


def show_rows(hits: Sequence[Hit]) -> None:
    """Hits as rows below each other."""
    with st.container(gap=None):
        for hit in hits:
            show_hit(hit)


def show_hit(hit: Hit) -> None:
    """One hit as a row: name, target, place, project."""
    record = hit.record
    spans = {
        field: [(start, end) for name, start, end in hit.highlights if name == field]
        for field in ("name", "project", "department")
    }
    with st.container(key=f"row-{record['id']}"):
        name, target, where, project = st.columns(WIDTHS, gap="small")
        with name:
            link(
                "detail",
                f":primary[{mark(record['name'], spans['name']) or '（未写名称）'}]",
                {"id": record["id"]},
                width="stretch",
            )
            st.caption(_levels(record))
        with target:
            badge = " :orange-badge[已改]" if "corrected" in record["warnings"] else ""
            st.markdown(f"**{escape(canonical(record)) or '（未填写）'}**{badge}")
            if money := in_ten_thousands(record):
                st.caption(f"折合 {escape(money)}")
            if differs(record):
                st.caption(f"原文 {escape(shorten(record['target'], 40))}")
        with where:
            st.markdown(f"{escape(place(record))}　{escape(record['year'] or '')}")
            notes = [record["city"] if record["county"] and record["city"] else "", "" if hit.counted else "副本或旧版"]
            if any(notes):
                st.caption(escape(" · ".join(filter(None, notes))))
        with project:
            st.markdown(mark(record["project"], spans["project"]) or mark(record["department"], spans["department"]))
            money = amount(record["budget"])
            parts = [
                mark(record["department"], spans["department"]) if record["project"] else "整体绩效",
                escape(f"预算 {money}") if money else "",
            ]
            st.caption(" · ".join(part for part in parts if part))


def _levels(record: Mapping[str, str]) -> str:
    levels = [escape(record[name]) for name in ("level1", "level2") if record[name]]
    return " › ".join(levels) or escape(record["category"])


def _show_pages(answer: Answer, asked: Asked) -> None:
    pages = -(-answer.total // asked.size)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if pages > 1:
            page = min(asked.page, pages)
            # keyed by its page, because this widget takes its value as a default only
            st.pagination(
                pages, default=page, key=f"pages-{page}-{pages}", on_change=_turn, args=(f"pages-{page}-{pages}",)
            )
        if answer.total > SIZES[0]:
            st.segmented_control(
                "每页", SIZES, format_func=lambda size: f"每页 {size} 条", label_visibility="collapsed", required=True,
                **address.bind("size", asked.size, lambda size: str(size) if size != SIZES[0] else None),
            )  # fmt: skip


def _turn(key: str) -> None:
    page = st.session_state[key]
    address.change(**{address.PAGE: str(page) if page > 1 else None})


def _show_nothing(answer: Answer, asked: Asked) -> None:
    with st.container(border=True):
        if asked.offset and asked.page > 1:
            st.markdown("这一页之后没有结果了。")
            return
        st.markdown("#### 没有找到符合条件的指标")
        if answer.suggestions:
            st.markdown("您是否要找：")
            with st.container(key="links-suggested"):
                for item in answer.suggestions:
                    state = {**{name: list(values) for name, values in asked.filters.items()}, "q": item.query}
                    link(
                        "search", f"{escape(item.query)} :gray[{count(item.count)} 条]", state, icon=":material/search:"
                    )
        if asked.filters:
            st.button("去掉全部筛选条件", key="clear-nothing", icon=":material/filter_alt_off:", on_click=clear)
        if asked.words and not answer.suggestions:
            st.markdown("可以少写几个字，或改用指标的另一种叫法，例如：")
            _show_examples()
        if answer.copies_left_out:
            st.caption(f"有 {count(answer.copies_left_out)} 条在副本或旧版中，勾选“含副本与旧版”可以看到。")


def _show_examples() -> None:
    with st.container(horizontal=True, key="links-examples"):
        for words in EXAMPLES:
            link("search", escape(words), {"q": words})


def _show_syntax() -> None:
    st.markdown("**可以这样写**")
    _show_examples()
    st.caption(
        '词之间用空格；"引号内" 必须原样出现；-词 表示排除；字段:值 只看某一字段，如 城市:许昌市、年度:2026；数值可写 value>=90% 或 value:80..95'
    )
