"""Charts of a comparison (对比图): the same Altair chart for the browser and, as SVG or PNG, for files.

One panel a set, so that an axis never mixes units: a dot a value, the median as a line, P10 to P90 as a band.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kpi.compare.comparison import ComparedSet, Comparison
from kpi.compare.figures import LOG_SPAN
from kpi.compare.observations import DAY
from kpi.compare.wording import figure_words
from kpi.errors import UsageError

FONTS = (
    "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
)
"""Chinese fonts of macOS, Windows and Linux; Noto Sans SC comes with the program."""
CHART_FORMATS = ("svg", "png")
BLUE, BAND, MEDIAN, GREY = "#1f5fbf", "#d7e3f4", "#d9822b", "#8a97a6"
MOST_GROUPS = 60
"""Rows of a panel; more cannot be read, the strictest and the softest are kept."""
_ROW, _WIDTH = 24, 520
_SCALES = ((1e8, "亿"), (1e4, "万"))
_MARGIN = 0.06
"""Empty share of the axis at both ends."""
_PNG_SCALE = 2
_YEAR_OF_DAYS = 2025


def comparison_chart(comparison: Comparison, *, width: int = _WIDTH) -> Any:
    """An Altair chart of all sets of a comparison, one panel a set, below each other.

    Raises:
        UsageError: no set has a number to draw.
    """
    import altair as alt

    if not comparison.sets:
        raise UsageError("没有可以作图的数值", found="指标值都是文字表述或缺失", advice="放宽筛选条件或换一个指标")
    panels = [set_chart(item, width=width) for item in comparison.sets]
    return styled(alt.vconcat(*panels, spacing=28) if len(panels) > 1 else panels[0])


def styled(chart: Any) -> Any:
    """A chart with Chinese fonts on all its texts."""
    return (
        chart.configure(font=FONTS)
        .configure_axis(labelFontSize=12, titleFontSize=12, labelLimit=260)
        .configure_title(fontSize=15, subtitleFontSize=11, subtitleColor=GREY, anchor="start", frame="group")
        .configure_view(strokeWidth=0)
    )


def set_chart(item: ComparedSet, *, width: int = _WIDTH) -> Any:
    """One panel without font settings (see `styled`): groups from strict to soft, dots, median, P10–P90."""
    import altair as alt

    scale, unit = _scale_of(item)
    order = _shown_groups(item)
    rows = _rows(item, scale, set(order))
    x = _axis(item, scale, unit)
    y = alt.Y("组:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, grid=True))
    figures = item.figures
    band = alt.Chart(_data([{"低": _at(item, figures.p10, scale), "高": _at(item, figures.p90, scale)}]))
    line = alt.Chart(_data([{"中位": _at(item, figures.median, scale)}]))
    dots = alt.Chart(_data(rows)).encode(x=x, y=y, tooltip=["组:N", "指标值:N", "数值:N", "名次:Q", "项目:N", "来源:N"])
    labels = _labels(item, rows)
    layers = [
        band.mark_rect(color=BAND, opacity=0.9).encode(x=alt.X("低", type=x_type(item)), x2="高"),
        line.mark_rule(color=MEDIAN, size=2).encode(x=alt.X("中位", type=x_type(item))),
        dots.mark_circle(size=80, color=BLUE, opacity=0.75),
        alt.Chart(_data(labels))
        .mark_text(align="left", dx=9, fontSize=11, color="#333")
        .encode(x=x, y=y, text="指标值:N"),
    ]
    return alt.layer(*layers).properties(
        width=width,
        height=max(_ROW * len(order), 2 * _ROW),
        title=alt.Title(_title(item), subtitle=_subtitle(item, len(order))),
    )


def x_type(item: ComparedSet) -> Any:
    """Vega-Lite type of the values."""
    return "temporal" if item.family.sort == DAY else "quantitative"


def _title(item: ComparedSet) -> str:
    return f"{item.cluster.name}（{item.family.title}）"


def _subtitle(item: ComparedSet, shown: int) -> list[str]:
    figures = item.figures
    told = [figure_words(value, item.family) for value in (figures.median, figures.p10, figures.p90)]
    lines = [
        f"n={figures.n}，{figures.cities} 个地区；橙线 中位 {told[0]}，色带 P10–P90：{told[1]} 至 {told[2]}",
        item.strictness.title,
    ]
    if shown < len(item.groups):
        lines.append(f"共 {len(item.groups)} 组，只画最严和最宽的 {shown} 组")
    return lines


def _shown_groups(item: ComparedSet) -> list[str]:
    titles = [group.title for group in item.groups]
    half = MOST_GROUPS // 2
    return titles if len(titles) <= MOST_GROUPS else [*titles[:half], *titles[-half:]]


def _scale_of(item: ComparedSet) -> tuple[float, str]:
    """Divisor and unit of the axis: amounts in 万元 or 亿元 when the median is that large."""
    unit = item.family.unit
    if item.family.sort == DAY:
        return 1.0, ""
    for factor, prefix in _SCALES:
        if unit != "%" and abs(item.figures.median) >= factor:
            return factor, f"{prefix}{unit}"
    return 1.0, unit


def _at(item: ComparedSet, value: float, scale: float) -> Any:
    """A value on the axis; deadlines as days of one year without a leap day."""
    if item.family.sort == DAY:
        return (date(_YEAR_OF_DAYS, 1, 1) + timedelta(days=round(value) - 1)).isoformat() + "T00:00:00"
    return value / scale


def _rows(item: ComparedSet, scale: float, groups: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "组": target.group, "值": _at(item, target.value, scale), "指标值": target.observation.target,
            "数值": figure_words(target.value, item.family), "名次": target.position.rank, "编号": target.observation.id,
            "项目": target.observation.project or "（部门整体）",
            "来源": f"{target.observation.document} 第{target.observation.page}页" if target.observation.page else target.observation.document,
        }
        for target in item.chosen if target.group in groups
    ]  # fmt: skip


def _labels(item: ComparedSet, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The printed target beside the dot, where a group has one value only (else labels lie over each other)."""
    several = {group.title for group in item.groups if group.figures.n > 1}
    return [row for row in rows if row["组"] not in several]


def _axis(item: ComparedSet, scale: float, unit: str) -> Any:
    import altair as alt

    title = "年内日期" if item.family.sort == DAY else unit or None
    if item.family.sort == DAY:
        low, high = (
            date.fromisoformat(_at(item, end, scale)[:10]) for end in _ends(item.figures.minimum, item.figures.maximum)
        )
        domain = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in (low, high)]
        return alt.X(
            "值", type="temporal", title=title, axis=alt.Axis(format="%m月%d日"), scale=alt.Scale(domain=domain)
        )
    low_end, high_end = item.figures.minimum / scale, item.figures.maximum / scale
    if low_end > 0 and high_end / low_end > LOG_SPAN:
        return alt.X("值", type="quantitative", title=f"{title or ''}（对数轴）", scale=alt.Scale(type="log"))
    return alt.X(
        "值", type="quantitative", title=title, scale=alt.Scale(domain=list(_ends(low_end, high_end, 100.0 if item.family.unit == "%" else None)), nice=True, zero=False)
    )  # fmt: skip


def _ends(low: float, high: float, ceiling: float | None = None) -> tuple[float, float]:
    """The axis with a margin, on the right for labels; no negative amounts, no shares above 100 % that nobody set."""
    span = high - low or max(abs(low) * 0.1, 1.0)
    first, last = low - span * _MARGIN, high + span * _MARGIN * 3
    if high == low:
        first, last = low - span, high + span
    first = max(first, 0.0) if low >= 0 else first
    return first, min(last, ceiling) if ceiling is not None and high <= ceiling else last


def _data(rows: Iterable[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(list(rows))


def save_chart(chart: Any, path: str | Path) -> None:
    """Write a chart as SVG or PNG by the ending of the path; Chinese text is drawn on a machine without any such font.

    A PNG holds its glyphs; an SVG names the fonts of `FONTS` and is drawn by its viewer.

    Raises:
        UsageError: another ending, or the file cannot be written.
    """
    import vl_convert
    from pylopdf_fonts_zh_cn import sans_path

    target = Path(path)
    ending = target.suffix.removeprefix(".").lower()
    if ending not in CHART_FORMATS:
        raise UsageError("不能保存为这种图", found=target.name, advice=f"可用扩展名：{'、'.join(CHART_FORMATS)}")
    vl_convert.register_font_directory(str(sans_path().parent))
    specification = chart.to_json()
    if ending == "svg":
        content = vl_convert.vegalite_to_svg(specification).encode()
    else:
        content = vl_convert.vegalite_to_png(specification, scale=_PNG_SCALE)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UsageError("图写不进去", where=str(path), found=error.strerror or "", advice="检查路径和权限") from error


__all__ = ["CHART_FORMATS", "FONTS", "comparison_chart", "save_chart", "set_chart", "styled"]
