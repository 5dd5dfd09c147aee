"""A comparison on the terminal (对比结果的显示)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kpi.cli.results import console_for
from kpi.compare.wording import figure_words

if TYPE_CHECKING:
    from rich.console import Console

    from kpi.compare import Comparison
    from kpi.compare.comparison import ComparedSet, Words

_GROUPS_SHOWN = 20
_WORDINGS_SHOWN = 6
_BAR = 24
"""Characters of the longest bar of a distribution."""
_GROUP_TITLES = {"city": "地区", "department": "部门", "year": "年度", "project": "项目"}


def show_comparison(comparison: Comparison) -> None:
    """All parts of a comparison that have something to say."""
    console = console_for()
    for cluster in comparison.clusters:
        others = "、".join(cluster.wordings[:_WORDINGS_SHOWN])
        more = f" 等 {len(cluster.wordings)} 种写法" if len(cluster.wordings) > _WORDINGS_SHOWN else ""
        _line(console, f"{cluster.name}  [{cluster.id}]  {others}{more}")
    _line(console, "口径  " + "；".join(comparison.rule))
    if comparison.left_out:
        told = "；".join(f"{left.reason} {left.count} 条（--mix {left.part} 计入）" for left in comparison.left_out)
        _line(console, f"未计  {told}")
    if len(comparison.clusters) > 1:
        _show_matrix(console, comparison)
        _show_figures(console, comparison.sets)
    else:
        for item in comparison.sets:
            _show_set(console, item, comparison.by)
    for words in comparison.words:
        _show_words(console, words, named=len(comparison.clusters) > 1)
    _show_changes(console, comparison)
    _show_outcomes(console, comparison)
    _show_references(console, comparison)
    for note in comparison.notes:
        _line(console, f"注意  {note}")


def _line(console: Console, text: str) -> None:
    console.file.write(f"{text}\n")


def _table(
    console: Console, titles: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, title in enumerate(titles):
        table.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _show_set(console: Console, item: ComparedSet, by: str) -> None:
    figures, family = item.figures, item.family
    modes = "、".join(figure_words(mode, family) for mode in figures.modes)
    told = [f"{title} {figure_words(value, family)}" for title, value in (
        ("中位", figures.median), ("P10", figures.p10), ("P90", figures.p90), ("最小", figures.minimum), ("最大", figures.maximum),
    )]  # fmt: skip
    _line(console, f"\n单位 {family.title}  {item.strictness.title}")
    _line(
        console,
        "  ".join(
            [f"取值 {figures.n} 个，{figures.cities} 地", *told, f"众数 {modes or '无'}（{figures.mode_count} 次）"]
        ),
    )
    marks = {target.group: "↔" for target in item.chosen if target.opposes}
    changed = {target.group for target in item.chosen if target.observation.corrected}
    rows = [
        (
            str(group.position.rank), group.title, group.typical.target + marks.get(group.title, "")
            + ("（已改）" if group.title in changed else ""), figure_words(group.value, family),
            f"{group.position.percentile:g}", str(group.rows), str(group.typical.year or ""), _source(group.typical.document, group.typical.page),
        )
        for group in item.groups
    ]  # fmt: skip
    titles = ("名次", _GROUP_TITLES[by], "指标值", "换算值", "百分位", "条数", "年度", "出处")
    if any(group.figures.n > 1 for group in item.groups):
        _show_spread(console, item, _GROUP_TITLES[by])
    else:
        _table(console, titles, rows[:_GROUPS_SHOWN], right=(0, 3, 4, 5))
    if len(rows) > _GROUPS_SHOWN:
        _line(console, f"…共 {len(rows)} 组，其余见 --format xlsx、csv 或 jsonl")
    most = max(part.count for part in figures.distribution)
    for part in figures.distribution if len(figures.distribution) > 1 else ():
        title = figure_words(part.low, family)
        title = title if part.low == part.high else f"{title}–{figure_words(part.high, family)}"
        _line(
            console,
            f"  {title:>14}  {'█' * max(1, round(_BAR * part.count / most)) if part.count else ''} {part.count}",
        )


def _show_spread(console: Console, item: ComparedSet, title: str) -> None:
    """Groups of several values: how they spread instead of one target."""
    rows = [
        (
            str(group.position.rank), group.title, str(group.figures.n), str(group.figures.cities),
            *(figure_words(getattr(group.figures, name), item.family) for name in ("median", "p10", "p90", "minimum", "maximum")),
            str(group.rows),
        )
        for group in item.groups[:_GROUPS_SHOWN]
    ]  # fmt: skip
    _table(
        console,
        ("名次", title, "取值", "地", "中位", "P10", "P90", "最小", "最大", "条数"),
        rows,
        right=(0, 2, 3, 4, 5, 6, 7, 8, 9),
    )


def _source(document: str, page: int | None) -> str:
    return f"{document} 第{page}页" if page else document


def _show_matrix(console: Console, comparison: Comparison) -> None:
    from kpi.compare.matrix import make_matrix

    matrix = make_matrix(comparison)
    rows = [
        (title, *(f"{cell.text}{f'（另 {cell.more} 条）' if cell.more else ''}" if cell else "—" for cell in cells))
        for title, cells in zip(matrix.titles, matrix.cells, strict=True)
    ]
    console.print()
    _table(
        console, (_GROUP_TITLES[comparison.by], *(cluster.name for cluster in matrix.clusters)), rows[:_GROUPS_SHOWN]
    )
    if len(rows) > _GROUPS_SHOWN:
        _line(console, f"…共 {len(rows)} 行，其余见 --format xlsx")


def _show_figures(console: Console, sets: Iterable[ComparedSet]) -> None:
    rows = [
        (
            item.cluster.name, item.family.title, str(item.figures.n), str(item.figures.cities),
            *(figure_words(getattr(item.figures, name), item.family) for name in ("median", "p10", "p90", "minimum", "maximum")),
            item.strictness.title,
        )
        for item in sets
    ]  # fmt: skip
    console.print()
    _table(
        console,
        ("指标", "单位", "取值", "地", "中位", "P10", "P90", "最小", "最大", "严宽"),
        rows,
        right=(2, 3, 4, 5, 6, 7, 8),
    )


def _show_words(console: Console, words: Words, *, named: bool) -> None:
    told = "；".join(f"{said.text} {said.rows} 条 {said.cities} 地" for said in words.wordings[:_WORDINGS_SHOWN])
    more = f"；等 {len(words.wordings)} 种" if len(words.wordings) > _WORDINGS_SHOWN else ""
    name = f"{words.cluster.name}  " if named else ""
    _line(console, f"\n文字表述  {name}{words.rows} 条（占 {words.share:.0%}），{words.cities} 地：{told}{more}")


def _show_changes(console: Console, comparison: Comparison) -> None:
    if not comparison.changes:
        return
    names = {cluster.id: cluster.name for cluster in comparison.clusters}
    rows = [
        (
            names[item.cluster], item.place.title, item.department, f"{item.before.year} → {item.after.year}",
            f"{item.before.target} → {item.after.target}", item.verdict,
        )
        for item in comparison.changes[:_GROUPS_SHOWN]
    ]  # fmt: skip
    _line(console, "\n年度变化")
    _table(console, ("指标", "地区", "部门", "年度", "指标值", "松紧"), rows)


def _show_outcomes(console: Console, comparison: Comparison) -> None:
    if not comparison.outcomes:
        return
    rows = [
        (
            item.observation.name, item.observation.place.title, str(item.observation.year or ""), item.observation.project or "（部门整体）",
            item.observation.target, item.observation.actual, item.verdict,
        )
        for item in comparison.outcomes[:_GROUPS_SHOWN]
    ]  # fmt: skip
    _line(console, "\n目标与实际（自评）")
    _table(console, ("指标", "地区", "年度", "项目", "指标值", "实际完成值", "是否达到"), rows)


def _show_references(console: Console, comparison: Comparison) -> None:
    if not comparison.references:
        return
    rows = [
        (item.library, item.name, item.target or "（未设）", item.range, item.field, item.purpose)
        for item in comparison.references[:_GROUPS_SHOWN]
    ]
    _line(console, "\n参考指标库（不计入统计）")
    _table(console, ("指标库", "指标", "指标值", "范围", "行业领域", "资金用途/项目类型"), rows)
