"""指标库: the same indicator across cities as a catalogue; its members, and what people decide about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from kpi.decisions import CLUSTER_KINDS, MERGE, REMOVE, RENAME, SPLIT, Decision
from kpi.model import CATEGORIES
from kpi.ui import address
from kpi.ui.cluster_list import SORTS, ClusterTable, cluster_table, describe, find_clusters
from kpi.ui.deciding import ask_author, decide, in_force, told, undo
from kpi.ui.markup import escape, shorten
from kpi.ui.navigation import link
from kpi.ui.stores import require_store
from kpi.ui.table_size import table_height
from kpi.ui.wording import count

if TYPE_CHECKING:
    from kpi.cluster import Cluster
    from kpi.store import Store

_PAGE = 50
_OCCURRENCES = 20
_HISTORY = 30
_OFFERED = 10


def show() -> None:
    """Draw the catalogue, or the cluster that the address names."""
    store = require_store()
    table = cluster_table(store)
    if table is None:
        st.info("这个库还没有归并同类指标；重新导入任一文件后会自动归并。", icon=":material/info:")
        return
    identity = address.text("id")
    if identity:
        _show_cluster(store, table, identity)
    else:
        _show_list(store, table)


# --- the catalogue


def _show_list(store: Store, table: ClusterTable) -> None:
    words, category, sort = st.columns([4, 1.3, 1.3])
    with words:
        asked = st.text_input(
            "查找指标", placeholder="指标名称，如：参保率", type="search", icon=":material/search:", label_visibility="collapsed",
            **address.bind("q", address.text("q"), lambda text: text.strip() or None),
        )  # fmt: skip
    with category:
        chosen = st.selectbox(
            "类别", ["", *CATEGORIES], format_func=lambda name: name or "全部类别", label_visibility="collapsed", filter_mode=None,
            **address.bind("category", address.choice("category", CATEGORIES), lambda name: name or None),
        )  # fmt: skip
    with sort:
        order = st.selectbox(
            "排序", list(SORTS), format_func=SORTS.__getitem__, label_visibility="collapsed", filter_mode=None,
            **address.bind("sort", address.choice("sort", list(SORTS), "cities"), lambda name: name if name != "cities" else None),
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        several = st.checkbox(
            "只看两个以上城市都有的",
            **address.bind("several", address.text("several") == "1", lambda wanted: "1" if wanted else None),
        )
        found = find_clusters(
            table, asked or "", category=chosen or "", sort=order or "cities", least=2 if several else 1
        )
        st.markdown(f"共 **{count(len(found))}** 类指标", width="content")
    if not found:
        st.info("没有符合条件的指标，可以少写几个字。", icon=":material/search_off:")
        return
    _show_table(store, table, found)
    _show_history()


def _show_table(store: Store, table: ClusterTable, found: list[int]) -> None:
    import pandas as pd

    pages = -(-len(found) // _PAGE)
    page = min(address.whole(address.PAGE, 1, low=1, high=100_000), pages)
    shown = found[(page - 1) * _PAGE : page * _PAGE]
    decided = {cluster.id for cluster in store.clustering.clusters if cluster.decided}
    lines = []
    for place in shown:
        detail = describe(store, table, place)
        lines.append(
            {
                "指标": f"{table.titles[place]}{'（已改）' if table.ids[place] in decided else ''}", "类别": table.categories[place], "城市": int(table.cities[place]), "条数": int(table.counts[place]),
                "常见指标值": detail.typical, "数值范围": detail.span, "单位": detail.units,
            }
        )  # fmt: skip
    actions = st.container(horizontal=True, vertical_alignment="center", key="actions")
    chosen = st.dataframe(
        pd.DataFrame(lines), hide_index=True, height=table_height(len(lines), 560), on_select="rerun", selection_mode="multi-row",
        key=f"clusters-{page}",
        column_config={
            "指标": st.column_config.TextColumn(width="large"),
            **{name: st.column_config.NumberColumn(width="small") for name in ("城市", "条数")},
        },
    )  # fmt: skip
    picked = [shown[row] for row in (chosen.selection.rows if chosen else []) if row < len(shown)]
    with actions:
        _show_actions(store, table, picked)
    if pages > 1:
        key = f"pages-{page}-{pages}"
        st.pagination(pages, default=page, key=key, on_change=_turn, args=(key,))


def _turn(key: str) -> None:
    page = st.session_state[key]
    address.change(**{address.PAGE: str(page) if page > 1 else None})


def _show_actions(store: Store, table: ClusterTable, picked: list[int]) -> None:
    if not picked:
        st.caption("勾选一行可打开或对比；勾选几行可合并为同一指标")
        return
    if len(picked) == 1:
        identity = table.ids[picked[0]]
        link("clusters", "打开", {"id": identity}, icon=":material/open_in_new:")
    link(
        "compare",
        f"对比（{len(picked)}）" if len(picked) > 1 else "对比",
        {"id": [table.ids[place] for place in picked]},
        icon=":material/stacked_line_chart:",
    )
    if len(picked) > 1 and st.button(f"合并这 {len(picked)} 类", icon=":material/merge:", key="merge"):
        _confirm_merge(store, [table.ids[place] for place in picked])


@st.dialog("合并为同一指标")
def _confirm_merge(store: Store, identities: list[str]) -> None:
    clusters = [cluster for identity in identities if (cluster := store.clustering.get(identity)) is not None]
    for cluster in clusters:
        st.markdown(f"- {escape(cluster.canonical)}　:gray[{count(cluster.count)} 条]")
    st.caption("合并后它们在对比和统计中算作同一指标；随时可以撤销。")
    ask_author()
    if st.button("确认合并", type="primary", key="merge-now"):
        decide(Decision(kind=MERGE, names=tuple(_wording(cluster) for cluster in clusters)))
        st.rerun()


def _wording(cluster: Cluster) -> str:
    """A printed name that stands for the cluster in a decision."""
    return cluster.members[0].names[0][0]


# --- one cluster


def _show_cluster(store: Store, table: ClusterTable, identity: str) -> None:
    with st.container(key="links-back"):
        link("clusters", "指标库", icon=":material/arrow_back:")
    cluster = store.clustering.get(identity)
    if cluster is None or identity not in table.ids:
        st.info("没有这类指标，可能已合并或拆分；请在指标库中查找。", icon=":material/info:")
        return
    place = table.ids.index(identity)
    detail = describe(store, table, place)
    st.markdown(f"### {escape(cluster.canonical)}" + (" :orange-badge[已改]" if cluster.decided else ""))
    facts = [
        table.categories[place], f"{count(int(table.cities[place]))} 个城市", f"{count(int(table.counts[place]))} 条",
        f"常见指标值 {detail.typical}" if detail.typical else "", f"数值范围 {detail.span}" if detail.span else "",
        f"单位 {detail.units}" if detail.units else "",
    ]  # fmt: skip
    st.caption(" · ".join(escape(fact) for fact in facts if fact))
    with st.container(horizontal=True, key="links-cluster"):
        link("compare", "跨城市对比", {"id": identity}, icon=":material/stacked_line_chart:")
        link("search", "检索全部", {"cluster": identity}, icon=":material/search:")
    members, curation = st.columns([3, 2], gap="large")
    with members:
        _show_members(cluster)
        _show_occurrences(store, identity)
    with curation:
        _show_curation(store, table, cluster)


def _wordings(cluster: Cluster) -> list[tuple[str, int]]:
    return sorted((item for member in cluster.members for item in member.names), key=lambda item: (-item[1], item[0]))


def _show_members(cluster: Cluster) -> None:
    import pandas as pd

    wordings = _wordings(cluster)
    st.markdown(f"##### 名称写法　:gray[{len(wordings)} 种]")
    frame = pd.DataFrame([{"名称": name, "条数（含副本）": number} for name, number in wordings])
    st.dataframe(
        frame,
        hide_index=True,
        height=table_height(len(frame), 320),
        column_config={"条数（含副本）": st.column_config.NumberColumn(width="small")},
    )


def _show_occurrences(store: Store, identity: str) -> None:
    from kpi.ui.search import show_rows

    answer = store.search(
        filters={"cluster": identity}, limit=_OCCURRENCES, sort="city,-year", facets=(), histogram=False
    )
    st.markdown(f"##### 出现处　:gray[{count(answer.total)} 条]")
    show_rows(answer.hits)


def _show_curation(store: Store, table: ClusterTable, cluster: Cluster) -> None:
    st.markdown("##### 维护")
    ask_author()
    names = [name for name, _ in _wordings(cluster)]
    with st.expander("改名", icon=":material/edit:"), st.form("rename", border=False):
        name = st.text_input("新名称", value=cluster.canonical, max_chars=100)
        if st.form_submit_button("改名") and name and name.strip() != cluster.canonical:
            _apply(store, Decision(kind=RENAME, names=(names[0],), name=name.strip()), names[0])
    with st.expander("合并其他指标", icon=":material/merge:"):
        _show_merging(store, table, cluster, names[0])
    if len(names) > 1:
        with st.expander("移出或拆分", icon=":material/call_split:"):
            leaving = st.multiselect(
                "选择名称",
                names,
                placeholder="可选多个",
                key="leaving",
                select_all=False,
                format_func=lambda text: shorten(text, 30),
            )
            staying = tuple(item for item in names if item not in leaving)
            ready = bool(leaving) and bool(staying)
            left, right = st.columns(2)
            if left.button("逐个移出", disabled=not ready, key="remove", help="每个名称各自成为一类", width="stretch"):
                _apply(store, Decision(kind=REMOVE, names=tuple(leaving), others=staying), staying[0])
            if right.button(
                "拆成新的一类", disabled=not ready, key="split", help="选中的名称一起成为一类", width="stretch"
            ):
                _apply(store, Decision(kind=SPLIT, names=tuple(leaving), others=staying), staying[0])
    _show_history(set(names))


def _show_merging(store: Store, table: ClusterTable, cluster: Cluster, name: str) -> None:
    words = (st.text_input("查找要合并进来的指标", type="search", key="merge-words") or "").strip()
    if not words:
        return
    found = [place for place in find_clusters(table, words) if table.ids[place] != cluster.id][:_OFFERED]
    if not found:
        st.caption("没有名称相符的指标")
        return
    chosen = st.radio(
        "合并", found, index=None, format_func=lambda place: f"{escape(table.titles[place])} :gray[{table.counts[place]} 条]",
        key="merge-other", label_visibility="collapsed",
    )  # fmt: skip
    other = store.clustering.get(table.ids[chosen]) if chosen is not None else None
    if st.button("合并", disabled=other is None, key="merge-one") and other is not None:
        _apply(store, Decision(kind=MERGE, names=(name, _wording(other))), name)


def _apply(store: Store, decision: Decision, name: str) -> None:
    """Decide, then show the cluster that now holds `name`."""
    from kpi.ui.navigation import go
    from kpi.ui.stores import current_store

    decide(decision)
    renewed = current_store() or store
    cluster = renewed.clustering.find(name)
    go("clusters", {"id": cluster.id} if cluster is not None else {})


def _show_history(names: set[str] | None = None) -> None:
    decisions = in_force(CLUSTER_KINDS)
    if names is not None:
        decisions = [item for item in decisions if names & {*item.names, *item.others}]
    if not decisions:
        return
    st.markdown("##### 人工决定")
    for item in decisions[:_HISTORY]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"decision-{item.id}"):
            st.markdown(escape(told(item)))
            if st.button("撤销", key=f"undo-{item.id}", icon=":material/undo:", type="tertiary"):
                undo(item.id)
                st.rerun()
