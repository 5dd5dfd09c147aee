"""Charts (图): Altair, drawn by the reader's browser in a Chinese font of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.compare.chart import BLUE, styled

if TYPE_CHECKING:
    from kpi.catalog.counts import Histogram

_NOT_CHOSEN = "#b8c4d2"


LARGE = (
    "datum.value >= 1e8 ? format(datum.value / 1e8, ',.4~f') + '亿' : "
    "datum.value >= 1e4 ? format(datum.value / 1e4, ',.4~f') + '万' : format(datum.value, ',.4~f')"
)
"""Labels of an axis in 万 and 亿 (Vega expression)."""


def value_histogram(histogram: Histogram, low: float | None, high: float | None) -> Any:
    """How base values are distributed; bars within the chosen range are coloured."""
    import altair as alt
    import pandas as pd

    bottom, top = float("-inf") if low is None else low, float("inf") if high is None else high
    rows = [
        {"起": start, "止": end, "条数": number, "选中": end >= bottom and start <= top}
        for start, end, number in zip(histogram.edges, histogram.edges[1:], histogram.counts, strict=False)
    ]
    scale = alt.Scale(type="log", nice=False) if histogram.logarithmic else alt.Scale(nice=False, zero=False)
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "起:Q", bin="binned", scale=scale, title=None, axis=alt.Axis(labelExpr=LARGE, tickCount=4, grid=False)
            ),
            x2="止:Q",
            y=alt.Y("条数:Q", title=None, axis=None),
            color=alt.condition(alt.datum["选中"], alt.value(BLUE), alt.value(_NOT_CHOSEN)),
            tooltip=[
                alt.Tooltip("起:Q", format=",.4~f"),
                alt.Tooltip("止:Q", format=",.4~f"),
                alt.Tooltip("条数:Q", format=","),
            ],
        )
        .properties(height=90)
    )
    return styled(chart)


def coverage_matrix(rows: tuple[tuple[str, int | None, int], ...]) -> Any:
    """How many indicators there are of each place and year."""
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame(
        [{"城市": name or "未注明", "年度": str(year or "未注明"), "指标": number} for name, year, number in rows]
    )
    order = list(dict.fromkeys(frame["城市"]))
    base = alt.Chart(frame).encode(
        x=alt.X("年度:O", title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("城市:N", title=None, sort=order, axis=alt.Axis(domain=False, ticks=False, labelLimit=160)),
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color("指标:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=None),
        tooltip=["城市:N", "年度:O", alt.Tooltip("指标:Q", format=",")],
    )
    half = float(frame["指标"].max()) * 0.55
    words = base.mark_text(fontSize=12).encode(
        text=alt.Text("指标:Q", format=","),
        color=alt.condition(alt.datum["指标"] > half, alt.value("white"), alt.value("#33455a")),
    )
    return styled((cells + words).properties(height=alt.Step(30)))
