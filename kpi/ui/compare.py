"""对比: one or several indicators across cities, with figures, charts, ranks of strictness, years and outcomes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.compare import GROUPS, PARTS, VALUES
from kpi.compare.chart import CHART_FORMATS, set_chart, styled
from kpi.compare.comparison import group_title
from kpi.compare.matrix import make_matrix
from kpi.compare.observations import WORDS
from kpi.compare.rules import choose_comparable
from kpi.compare.wording import figure_words
from kpi.ui import address, compare_charts
from kpi.ui.cluster_list import ClusterTable, cluster_table, find_clusters
from kpi.ui.compare_charts import on_any_ground, row_step
from kpi.ui.compare_export import comparison_picture, comparison_workbook, distinct
from kpi.ui.comparing import MOST_INDICATORS, Wanted, compare, read_wanted
from kpi.ui.downloads import show_download
from kpi.ui.markup import escape, shorten
from kpi.ui.navigation import go, link
from kpi.ui.stores import require_store
from kpi.ui.table_size import table_height
from kpi.ui.wording import count

if TYPE_CHECKING:
    from kpi.compare import ComparedSet, Comparison, Observation, Words
    from kpi.store import Store

_OFFERED = 14
_LABEL = 16


def show() -> None:
    """Draw the page in the state of its address."""
    store = require_store()
    table = cluster_table(store)
    if table is None:
        st.info("这个库还没有归并同类指标；重新导入任一文件后会自动归并。", icon=":material/info:")
        return
    wanted = read_wanted()
    _show_choice(store, table, wanted)
    ids = tuple(identity for identity in wanted.ids if store.clustering.get(identity) is not None)
    if not ids:
        if wanted.ids:
            st.info("所选指标已合并或拆分，请重新查找。", icon=":material/info:")
        return
    wanted = Wanted(ids, wanted.by, wanted.mix, wanted.value)
    comparison, rows = compare(store, wanted)
    _show_settings(comparison, wanted)
    if len(ids) > 1:
        _show_matrix(comparison)
    for compared in comparison.sets:
        _show_set(compared)
    if comparison.words:
        _show_words(comparison, rows, wanted)
    _show_changes(comparison)
    _show_outcomes(comparison)


# --- what is compared


def _show_choice(store: Store, table: ClusterTable, wanted: Wanted) -> None:
    words = st.text_input(
        "查找指标", placeholder="查找要对比的指标，如：参保率", type="search", icon=":material/search:", label_visibility="collapsed",
        **address.bind("q", address.text("q"), lambda text: text.strip() or None),
    )  # fmt: skip
    if wanted.ids:
        with st.container(horizontal=True, key="chips"):
            for identity in wanted.ids:
                cluster = store.clustering.get(identity)
                if cluster is not None:
                    st.button(
                        escape(shorten(cluster.canonical, 24)), key=f"chip-{identity}", icon=":material/close:", on_click=_drop,
                        args=(identity,), help="不再对比这一指标",
                    )  # fmt: skip
    if words or not wanted.ids:
        _show_offers(table, words or "", wanted)


def _show_offers(table: ClusterTable, words: str, wanted: Wanted) -> None:
    found = [place for place in find_clusters(table, words) if table.ids[place] not in wanted.ids][:_OFFERED]
    if not found:
        st.caption("没有名称相符的指标，可以少写几个字。")
        return
    st.caption("点选要对比的指标" if words else "各城市最常见的指标，点选即可对比；可以选多个")
    with st.container(horizontal=True, key="chips-offers"):
        for place in found:
            label = f"{escape(shorten(table.titles[place], _LABEL))} :gray[{table.cities[place]} 城]"
            st.button(
                label, key=f"offer-{table.ids[place]}", icon=":material/add:", on_click=_add, args=(table.ids[place],),
                disabled=len(wanted.ids) >= MOST_INDICATORS,
            )  # fmt: skip


def _add(identity: str) -> None:
    address.change(id=[*address.texts("id"), identity], q=None)


def _drop(identity: str) -> None:
    address.change(id=[item for item in address.texts("id") if item != identity])


def _show_settings(comparison: Comparison, wanted: Wanted) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="toolbar"):
        st.segmented_control(
            "分组", list(GROUPS), format_func=lambda name: f"按{GROUPS[name]}", required=True, label_visibility="collapsed",
            **address.bind("by", wanted.by, lambda name: name if name != "city" else None),
        )  # fmt: skip
        with st.container(horizontal=True, width="content"):
            with st.popover("口径", icon=":material/tune:"):
                st.pills(
                    "不限定", list(PARTS), selection_mode="multi", format_func=lambda part: f"不限{PARTS[part]}",
                    **address.bind("mix", list(wanted.mix), list),
                )  # fmt: skip
                st.radio(
                    "同一地方有几条时", list(VALUES), format_func=VALUES.__getitem__,
                    **address.bind("value", wanted.value, lambda name: name if name != "middle" else None),
                )  # fmt: skip
            _show_export(comparison)
    told = "　".join(escape(line) for line in comparison.rule)
    left = "；".join(f"{escape(item.reason)} {count(item.count)} 条" for item in comparison.left_out)
    st.caption(told + (f"  \n未计入：{left}" if left else ""))
    for note in comparison.notes:
        st.caption(f":material/info: {escape(note)}")


def _show_export(comparison: Comparison) -> None:
    show_download(
        "导出 Excel", partial(comparison_workbook, comparison), "指标对比.xlsx", key="export-compare", icon=":material/download:"
    )  # fmt: skip
    if comparison.sets:
        for ending in CHART_FORMATS:
            show_download(
                f"图 {ending.upper()}", partial(comparison_picture, comparison, ending), f"指标对比.{ending}", key=f"export-{ending}"
            )  # fmt: skip


# --- several indicators


def _show_matrix(comparison: Comparison) -> None:
    import pandas as pd

    matrix = make_matrix(comparison)
    if not matrix.titles:
        return
    st.markdown("##### 并列")
    lines = [
        [title, *("" if cell is None else f"{cell.text}{'（另有其他单位）' if cell.more else ''}" for cell in row)]
        for title, row in zip(matrix.titles, matrix.cells, strict=True)
    ]
    frame = pd.DataFrame(lines, columns=[GROUPS[comparison.by], *(shorten(name, 20) for name in distinct(matrix))])
    st.dataframe(frame, hide_index=True, height=table_height(len(frame), 420), key="matrix")


# --- one set


def _show_set(compared: ComparedSet) -> None:
    figures, family = compared.figures, compared.family
    with st.container(border=True, key=f"set-{_key(compared)}"):
        st.markdown(f"##### {escape(compared.cluster.name)}　:gray[{escape(family.title)}]")
        st.caption(escape(compared.strictness.title))
        softest = compared.groups[-1]
        strictest = compared.groups[0]
        cards = {
            "指标值": f"{count(figures.n)} 个",
            "地方": f"{count(figures.cities)} 个",
            "中位数": figure_words(figures.median, family),
            "P10–P90": f"{figure_words(figures.p10, family)} – {figure_words(figures.p90, family)}"
            if figures.p10 != figures.p90
            else figure_words(figures.p10, family),
            "最严": figure_words(strictest.value, family),
            "最宽": figure_words(softest.value, family),
            "众数": "、".join(figure_words(mode, family) for mode in figures.modes[:2]) or "—",
        }
        with st.container(horizontal=True, key=f"cards-{_key(compared)}", gap="large"):
            for title, text in cards.items():
                st.metric(title, text, width="content")
        chart = styled(on_any_ground(set_chart(compared)).properties(title="", width="container", height=row_step()))
        st.altair_chart(chart, key=f"dots-{_key(compared)}", alt="各地指标值与中位数")
        st.caption("圆点为各地的值，橙线为中位数，色带为 P10–P90")
        _show_targets(compared)


def _key(compared: ComparedSet) -> str:
    return "-".join((compared.cluster.id, *compared.family))


def _show_targets(compared: ComparedSet) -> None:
    import pandas as pd

    lines = [
        {
            "严格名次": item.position.rank, "地区": item.group, "年度": str(item.observation.year or ""), "项目": item.observation.project or "（整体）",
            "指标": item.observation.name, "指标值": item.observation.target, "比较符": item.observation.comparator + (" ↔" if item.opposes else ""),
            "换算值": figure_words(item.value, compared.family), "计入": "是" if item.chosen else "",
        }
        for item in compared.targets
    ]  # fmt: skip
    chosen = st.dataframe(
        pd.DataFrame(lines), hide_index=True, height=table_height(len(lines), 330), on_select="rerun", selection_mode="single-cell",
        key=f"targets-{_key(compared)}",
        column_config={name: st.column_config.Column(width="small") for name in ("严格名次", "年度", "比较符", "计入")},
    )  # fmt: skip
    cells = chosen.selection.cells if chosen else []
    if cells and cells[0][0] < len(compared.targets):
        go("detail", {"id": compared.targets[cells[0][0]].observation.id})
    st.caption("点一行看原文")


# --- words, years, outcomes


def _show_words(comparison: Comparison, rows: tuple[Observation, ...], wanted: Wanted) -> None:
    comparable = choose_comparable(rows, wanted.rule, by=wanted.by).observations
    for words in comparison.words:
        own = [row for row in comparable if row.cluster == words.cluster.id and row.family.sort == WORDS]
        with st.container(border=True, key=f"words-{words.cluster.id}"):
            st.markdown(f"##### {escape(words.cluster.name)}　:gray[文字表述]")
            st.caption(
                f"{count(words.rows)} 条用文字表述，占有指标值的 {words.share:.0%}，来自 {count(words.cities)} 个地方"
            )
            st.altair_chart(
                compare_charts.wordings(own, group_title(wanted.by, own)),
                key=f"wordings-{words.cluster.id}",
                alt="各地的文字表述",
            )
            _show_wordings(words)


def _show_wordings(words: Words) -> None:
    with st.container(key=f"links-words-{words.cluster.id}"):
        for item in words.wordings[:8]:
            link(
                "search",
                f"{escape(item.text)}　:gray[{count(item.rows)} 条，{count(item.cities)} 个地方]",
                {"cluster": words.cluster.id, "q": f'target:"{item.text}"'},
            )


def _show_changes(comparison: Comparison) -> None:
    if not comparison.changes:
        return
    import pandas as pd

    names = {cluster.id: cluster.name for cluster in comparison.clusters}
    with st.container(border=True, key="changes"):
        st.markdown("##### 年度变化")
        groups = {(item.cluster, item.family) for item in comparison.changes}
        for cluster, family in sorted(groups):
            own = [item for item in comparison.changes if (item.cluster, item.family) == (cluster, family)]
            st.caption(f"{escape(names.get(cluster, ''))}　{escape(family.title)}")
            st.altair_chart(compare_charts.years(own), key=f"years-{cluster}-{'-'.join(family)}", alt="年度变化")
        lines = [
            {
                "地区": item.place.title, "部门": item.department, "指标": names.get(item.cluster, ""), "前": f"{item.before.year}：{item.before.target}",
                "后": f"{item.after.year}：{item.after.target}", "变化": item.verdict,
            }
            for item in comparison.changes
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(lines), hide_index=True, height=table_height(len(lines), 260), key="changes-table")


def _show_outcomes(comparison: Comparison) -> None:
    if not comparison.outcomes:
        return
    import pandas as pd

    with st.container(border=True, key="outcomes"):
        st.markdown("##### 目标与实际")
        drawn: dict[Any, list[Any]] = {}
        for item in comparison.outcomes:
            if item.value is not None and item.reached is not None:
                drawn.setdefault((item.observation.cluster, item.observation.family), []).append(item)
        for (cluster, family), own in drawn.items():
            st.altair_chart(
                compare_charts.outcomes(own), key=f"outcomes-{cluster}-{'-'.join(family)}", alt="目标与实际"
            )
        lines = [
            {
                "地区": item.observation.place.title, "年度": str(item.observation.year or ""), "部门": item.observation.department,
                "指标": item.observation.name, "目标": item.observation.target, "实际": item.observation.actual, "结果": item.verdict,
            }
            for item in comparison.outcomes
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(lines), hide_index=True, height=table_height(len(lines), 260), key="outcomes-table")
