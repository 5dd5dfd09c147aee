"""Further charts of a comparison (对比图): wordings stacked, years as small lines, actual beside target; dots are `kpi.compare.chart`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.compare.chart import GREY, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.compare import Observation, Outcome
    from kpi.compare.years import Change

_MOST_GROUPS = 60
"""Groups that one chart draws; the strictest first."""
_MOST_WORDINGS = 7
_STEP = 26
_LABEL = "#8695a6"
"""Contrast of 3.1 on white and 5.7 on the dark ground."""


def _scale(values: Sequence[float], unit: str) -> tuple[float, str]:
    """Money from 1 万元 on is drawn in 万元: divisor and unit of the axis."""
    if unit == "元" and values and max(abs(value) for value in values) >= 10_000:
        return 10_000.0, "万元"
    return 1.0, unit


def row_step() -> Any:
    """Height of charts with a line a place."""
    import altair as alt

    return alt.Step(_STEP)


def on_any_ground(chart: Any) -> Any:
    """The chart of a set with labels that read on light and on dark ground."""
    for layer in chart.layer:
        if layer.mark.type == "text":
            layer.mark.color = _LABEL
    return chart


def wordings(rows: Sequence[Observation], group_of: Any) -> Any:
    """How often each wording (逐步提高, 明显…) stands, stacked a group."""
    import altair as alt
    import pandas as pd

    counted = pd.DataFrame([{"地区": group_of(row), "表述": row.target} for row in rows])
    common = list(counted["表述"].value_counts().index[:_MOST_WORDINGS])
    counted["表述"] = counted["表述"].where(counted["表述"].isin(common), "其他")
    grouped = counted.groupby(["地区", "表述"], sort=False).size().reset_index(name="条数")
    order = list(grouped.groupby("地区")["条数"].sum().sort_values(ascending=False).index[:_MOST_GROUPS])
    chart = (
        alt.Chart(grouped[grouped["地区"].isin(order)])
        .mark_bar(height=16)
        .encode(
            x=alt.X("条数:Q", title="条数", axis=alt.Axis(tickMinStep=1, format="d", gridColor="#e6ebf1")),
            y=alt.Y("地区:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, domain=False, ticks=False)),
            color=alt.Color(
                "表述:N",
                sort=[*common, "其他"],
                legend=alt.Legend(title=None, orient="bottom", columns=4, labelLimit=180),
            ),
            tooltip=["地区:N", "表述:N", "条数:Q"],
        )
        .properties(height=row_step())
    )
    return styled(chart)


def years(changes: Sequence[Change]) -> Any:
    """The same department's target over the years, a small line each."""
    import altair as alt
    import pandas as pd

    divisor, unit = _scale(
        [value for item in changes for value in (item.value_before, item.value_after)], changes[0].family.unit
    )
    rows = []
    for item in changes:
        for row, value in ((item.before, item.value_before), (item.after, item.value_after)):
            rows.append(
                {
                    "部门": f"{item.place.title} {item.department}".strip(),
                    "年度": str(row.year),
                    "数值": value / divisor,
                    "指标值": row.target,
                }
            )
    frame = pd.DataFrame(rows).drop_duplicates()
    chart = (
        alt.Chart(frame)
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("年度:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("数值:Q", title=unit or None, scale=alt.Scale(zero=False, padding=10)),
            color=alt.Color("部门:N", legend=alt.Legend(title=None, orient="bottom", columns=2, labelLimit=300)),
            tooltip=["部门:N", "年度:O", "指标值:N"],
        )
        .properties(height=180)
    )
    return styled(chart)


def outcomes(found: Sequence[Outcome]) -> Any:
    """Target (grey) and actual (coloured) on one line a row."""
    import altair as alt
    import pandas as pd

    divisor, unit = _scale([item.reached or 0.0 for item in found], found[0].observation.family.unit)
    rows = [
        {
            "指标": f"{item.observation.place.title} {item.observation.year or ''} {item.observation.project or item.observation.department}",
            "目标": (item.value or 0.0) / divisor, "实际": (item.reached or 0.0) / divisor, "结果": item.verdict,
            "目标值": item.observation.target, "完成值": item.observation.actual,
        }
        for item in found
    ]  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("指标:N", title=None, axis=alt.Axis(labelLimit=300, domain=False, ticks=False))
    )
    tips = ["指标:N", "目标值:N", "完成值:N", "结果:N"]
    line = base.mark_rule(color=GREY, strokeWidth=2).encode(
        x=alt.X(
            "目标:Q",
            title=unit,
            scale=alt.Scale(zero=False, padding=12),
            axis=alt.Axis(format=",.4~f", gridColor="#e6ebf1"),
        ),
        x2="实际:Q",
    )
    goal = base.mark_tick(color="#5b7083", thickness=3, size=16).encode(x=alt.X("目标:Q", title=unit), tooltip=tips)
    colour = alt.Scale(domain=["达到", "未达到", "无法判断"], range=["#2e8b6e", "#c2455c", "#b8c4d2"])
    done = base.mark_circle(size=90).encode(
        x=alt.X("实际:Q", title=unit),
        color=alt.Color("结果:N", scale=colour, legend=alt.Legend(title=None, orient="bottom")),
        tooltip=tips,
    )
    return styled((line + goal + done).properties(height=row_step()))
