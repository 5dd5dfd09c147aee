"""The side of the search page (分面): values with their counts to choose from, and the range of numbers of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.ui import address
from kpi.ui.asking import FACETS, Asked
from kpi.ui.markup import escape, shorten
from kpi.ui.wording import count, figure, value_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.catalog.counts import Facet, Histogram

_SHOWN = 8
"""Values that a facet shows before 更多; two to four lines at the side's width."""
_LABEL = 18


def show_facets(facets: Mapping[str, Facet], asked: Asked) -> None:
    """All facets, each with the values that the other choices leave."""
    chosen = sum(len(values) for values in asked.filters.values())
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("##### 筛选")
        if chosen or asked.low is not None or asked.high is not None:
            st.button("全部清除", key="clear-side", type="tertiary", on_click=clear)
    for name, title in FACETS.items():
        facet = facets.get(name)
        if facet is not None and (facet.distinct > 1 or name in asked.filters):
            _show_facet(title, facet, asked)


def clear() -> None:
    """Take all filters away; words, order and page size stay."""
    from kpi.ui.asking import FILTERS

    address.change(**dict.fromkeys(FILTERS), min=None, max=None)


def _show_facet(title: str, facet: Facet, asked: Asked) -> None:
    name = facet.field
    counts = {_code(item.value): item.count for item in facet.values}
    chosen = list(asked.filters.get(name, ()))
    long = len(counts) > _SHOWN
    every = long and st.session_state.get(f"more-{name}", False)
    shown = list(counts) if every or not long else list(counts)[:_SHOWN]
    options = [*[value for value in chosen if value not in shown], *shown]
    st.pills(
        title, options, selection_mode="multi", width="stretch",
        format_func=lambda value: f"{escape(shorten(value_word(name, value), _LABEL))} :gray[{count(counts.get(value, 0))}]",
        **address.bind(name, chosen, list),
    )  # fmt: skip
    if long:
        st.toggle(f"显示全部 {count(min(facet.distinct, len(counts)))} 项", key=f"more-{name}")
    if facet.distinct > len(counts) and every:
        st.caption(f"另有 {count(facet.distinct - len(counts))} 项较少见，可在检索框输入 {title}:名称")


def _code(value: Any) -> str:
    return "" if value is None else str(value)


def show_range(histogram: Histogram | None, asked: Asked) -> None:
    """The distribution of base values with the ends to choose; nothing unless one unit is chosen."""
    if not asked.single_unit:
        return
    if histogram is None:
        st.caption("所选单位的数值太少，没有分布图")
        return
    from kpi.ui.charts import value_histogram

    st.markdown(f"**数值范围**（{escape(histogram.unit)}）")
    st.altair_chart(value_histogram(histogram, asked.low, asked.high), key="histogram", alt="数值分布")
    left, right = st.columns(2)
    step = _step(histogram)
    left.number_input(
        "最小",
        placeholder=figure(_short(histogram.minimum)),
        step=step,
        format="%.10g",
        **address.bind("min", asked.low, _plain),
    )
    right.number_input(
        "最大",
        placeholder=figure(_short(histogram.maximum)),
        step=step,
        format="%.10g",
        **address.bind("max", asked.high, _plain),
    )
    st.caption(f"中位数 {figure(_short(histogram.median))} {escape(histogram.unit)}")


def _plain(value: float | None) -> str | None:
    return None if value is None else f"{value:.12g}"


def _short(value: float) -> str:
    return f"{value:.6f}"


def _step(histogram: Histogram) -> float:
    span = histogram.maximum - histogram.minimum
    return 1.0 if span >= 10 else 0.1
