"""Clusters and decisions as people read them on the terminal (同类指标的显示)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpi.cli.options import TABLE

if TYPE_CHECKING:
    from kpi.catalog.cluster_answers import ClusterDetail, ClusterSummary
    from kpi.deciding import Told
    from kpi.decisions import Decision

FORMATS = (TABLE, "jsonl", "json", "csv")
_SHOWN_CITIES = 8
_SHOWN_NAMES = 3


def clusters_table(clusters: Sequence[ClusterSummary]) -> str:
    """For people: a line a cluster."""
    rows = [
        (
            item.canonical + ("（已改）" if item.decided else ""), item.category, str(item.cities), str(item.count),
            str(item.wordings), _link(item), item.id,
        )
        for item in clusters
    ]  # fmt: skip
    return (
        _table(("指标", "类别", "城市", "条数", "写法", "最弱联系", "编号"), rows, right={2, 3, 4, 5}) if rows else ""
    )


def _link(item: ClusterSummary) -> str:
    return f"{item.weakest:.2f}" if item.members > 1 else "–"


def detail_text(detail: ClusterDetail, decisions: Sequence[Told]) -> str:
    """For people: one cluster, its wordings with their cities, and the decisions about it."""
    summary = detail.summary
    lines = [
        f"{summary.canonical}{'（已改）' if summary.decided else ''}  [{summary.id}]",
        f"类别 {summary.category or '–'}；{summary.cities} 个城市；{summary.count} 条；{summary.wordings} 种写法；最弱联系 {_link(summary)}",
        f"城市 {_some([f'{city} {count}' for city, count in detail.cities], _SHOWN_CITIES)}",
        "",
        _table(
            ("写法", "条数", "相似", "城市"),
            [
                (item.name, str(item.count), f"{item.likeness:.2f}", _some(item.cities, _SHOWN_CITIES))
                for item in detail.names
            ],
            right={1, 2},
        ).rstrip("\n"),
    ]
    if decisions:
        lines += ["", "人工决定", *(f"  {decision_line(item.decision)}  {_state(item)}" for item in decisions)]
    return "\n".join(lines) + "\n"


def log_table(decisions: Sequence[Told]) -> str:
    """For people: a line a decision."""
    rows = [
        (
            item.decision.id, item.decision.time.replace("T", " ").removesuffix("Z"), item.decision.author or "–",
            subject(item.decision) + (f"（{item.decision.reason}）" if item.decision.reason else ""), _state(item),
        )
        for item in decisions
    ]  # fmt: skip
    return _table(("编号", "时间（UTC）", "署名", "决定", "状态"), rows) if rows else ""


def _state(item: Told) -> str:
    from kpi.deciding import STATE_TITLES

    return STATE_TITLES[item.state]


def decision_line(decision: Decision) -> str:
    """Id, time, author and what was decided."""
    return "  ".join(filter(None, (decision.id, decision.time, decision.author, subject(decision))))


def subject(decision: Decision) -> str:
    """What was decided about what."""
    from kpi.decisions import KIND_TITLES, REMOVE, RENAME, SPLIT, UNDO

    title, names = KIND_TITLES[decision.kind], _some(decision.names, _SHOWN_NAMES)
    if decision.kind == UNDO:
        return f"{title} {decision.undoes}"
    if decision.kind == RENAME:
        return f"{title}：{decision.names[0]} → {decision.name}"
    if decision.kind in (SPLIT, REMOVE):
        return f"{title}：{names}（留下 {_some(decision.others, _SHOWN_NAMES)}）"
    return f"{title}：{names or decision.record.name}"


def _some(texts: Sequence[str], most: int) -> str:
    more = f" 等 {len(texts)} 个" if len(texts) > most else ""
    return "、".join(texts[:most]) + more


def _table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] | set[int] = frozenset()
) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kpi.cli.results import console_for

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, title in enumerate(titles):
        table.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console: Console = console_for()
    with console.capture() as captured:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
