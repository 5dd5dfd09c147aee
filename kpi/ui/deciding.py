"""Decisions of people made on the screen (人工决定): written to the log, published at once, undone by another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from kpi.catalog.decided import load_all
from kpi.catalog.layout import Layout
from kpi.decisions import KIND_TITLES, UNDO, Decision, active_decisions
from kpi.errors import StoreError
from kpi.ui.markup import escape
from kpi.ui.stores import current_store, open_newest, store_path
from kpi.ui.wording import amount, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kpi.catalog.clusters import ClusterList
    from kpi.catalog.snapshot import Snapshot
    from kpi.decisions import DecisionLog
    from kpi.query import QueryField
    from kpi.store import Store

_AUTHOR = "decision-author"


class _Shared:
    """The store that all sessions share, as `kpi.deciding` wants one: what it moves to is opened for everybody."""

    def __init__(self) -> None:
        self.path: Path | str = store_path()

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in force."""
        return self._store().snapshot

    @property
    def cluster_list(self) -> ClusterList:
        """Its clusters."""
        return self._store().cluster_list

    def _store(self) -> Store:
        store = current_store()
        if store is None:
            raise StoreError("指标库是空的", where=Layout(self.path).shown, advice="先导入文件")
        return store

    def refresh(self) -> bool:
        """Open the newest snapshot."""
        open_newest()
        return True


def log() -> DecisionLog:
    """All decisions of the store."""
    return load_all(Layout(store_path()))


def in_force(kinds: Iterable[str]) -> list[Decision]:
    """Decisions of these kinds that are in force, newest first."""
    wanted = set(kinds)
    return [item for item in reversed(active_decisions(log().decisions)) if item.kind in wanted]


def decide(decision: Decision) -> None:
    """Write a decision down, publish what it changes, and wait for the snapshot that shows it.

    Raises:
        UsageError: its content is incomplete.
        BadInput: a decision in the store cannot be read.
        StoreError: the store cannot be written.
    """
    from kpi.deciding import take_decision

    with st.spinner("正在应用…"):
        outcome = take_decision(_Shared(), decision, author=author() or None)
    for conflict in outcome.conflicts:
        st.toast(f"与其他决定不能同时成立：{escape(conflict)}", icon=":material/warning:", duration="long")


def undo(identity: str) -> None:
    """Take a decision back."""
    decide(Decision(kind=UNDO, undoes=identity))


def author() -> str:
    """Who decides in this session, as typed."""
    return str(st.session_state.get(_AUTHOR, "")).strip()


def ask_author() -> None:
    """The name that decisions are remembered with."""
    st.text_input("署名（可不填）", key=_AUTHOR, persist_state="session", max_chars=40)


def told(decision: Decision) -> str:
    """A decision in one line: what, about what, who, when."""
    names = "、".join(decision.names)
    subject = {
        "merge": names,
        "split": f"{names} 与 {'、'.join(decision.others[:3])} 分开",
        "rename": f"{names.partition('、')[0]} 等改名为“{decision.name}”",
        "remove": f"把 {names} 移出",
        "forbid": names,
    }.get(decision.kind, _record(decision))
    who = " · ".join(filter(None, (decision.author, day(decision.time.replace("Z", "+00:00")))))
    return f"{KIND_TITLES[decision.kind]}：{subject}" + (f"（{who}）" if who else "")


def _record(decision: Decision) -> str:
    from kpi.query import query_fields

    fields = query_fields()
    shown = ["target"] if "target" in decision.changes else list(decision.changes)
    words = (f"{_title(fields, name)}改为“{_value(name, decision.changes[name])}”" for name in shown)
    return f"{decision.record.name}　{'，'.join(words)}".strip()


def _title(fields: Mapping[str, QueryField], name: str) -> str:
    return fields[name].title.partition("（")[0] if name in fields else name


def _value(name: str, value: object) -> str:
    return amount(value) if name == "budget" else "" if value is None else str(value)
