"""修正: correct a field of an indicator, reject an indicator, undo; what is typed becomes values of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from kpi.corrected_values import changes_of
from kpi.decisions import CORRECT, REJECT, Decision
from kpi.model import CATEGORIES, RECORD_FIELDS, indicator_to_record
from kpi.ui.deciding import ask_author, decide, in_force, told, undo
from kpi.ui.markup import escape
from kpi.ui.stores import document_of
from kpi.ui.wording import amount

if TYPE_CHECKING:
    from kpi.catalog.answers import Hit
    from kpi.store import Store

# What people find wrong on the page, most frequent first; the target's parts follow from its text.
FIELDS = (
    "target", "name", "level1", "level2", "category", "project", "project_code", "budget", "department", "unit_name", "year", "city",
    "county", "province", "period", "description", "basis", "actual", "weight", "score",
)  # fmt: skip
_TITLES = {item.name: item.title.partition("（")[0] for item in RECORD_FIELDS}


def changes_for(record: Mapping[str, Any], field: str, typed: str) -> dict[str, Any]:
    """The changes that setting a field to what was typed means; an amount without a unit is one in 万元, as the form says.

    Raises:
        UsageError: no number where one is needed, or nothing changes.
    """
    text = typed.strip()
    if field == "budget" and text and text[-1].isdigit():
        text += "万元"
    return changes_of(record, {field: text})


def original_record(store: Store, hit: Hit) -> Mapping[str, Any]:
    """The record as it was parsed, by which decisions find it again."""
    document = document_of(store, hit.sha256)
    found = next((item for item in document.indicators if item.id == hit.record["id"]), None)
    return indicator_to_record(found) if found is not None else hit.record


def show_correcting(store: Store, hit: Hit) -> None:
    """The form for one indicator, and what was decided about it."""
    from kpi.corrections import record_key

    record = hit.record
    key = record_key(original_record(store, hit), hit.sha256)
    left, right = st.columns([3, 2], gap="large")
    with left:
        field = st.selectbox(
            "要更正的内容", FIELDS, format_func=_TITLES.__getitem__, key="correct-field", filter_mode=None
        )
        current = amount(record["budget"]).removesuffix(" 万元") if field == "budget" else record[field]
        with st.form("correct", border=False):
            if field == "category":
                place = CATEGORIES.index(record["category"]) if record["category"] in CATEGORIES else 0
                typed = st.selectbox("更正为", CATEGORIES, index=place, key="correct-category", filter_mode=None)
            else:
                title = "更正为（万元）" if field == "budget" else "更正为"
                typed = st.text_input(
                    title, value="" if current is None else str(current), key=f"correct-to-{field}", max_chars=2000
                )
            reason = st.text_input("理由（可不填）", max_chars=200, key="correct-reason")
            if st.form_submit_button("保存更正", type="primary", icon=":material/save:"):
                changes = changes_for(record, field, typed or "")
                decide(Decision(kind=CORRECT, record=key, changes=changes, reason=reason or ""))
                st.toast("已更正", icon=":material/check:")
                st.rerun()
        if field == "target":
            st.caption("保存后按新的文字重新识别比较符、数值和单位")
    with right:
        ask_author()
        with st.container(border=True):
            st.markdown("**这条不是绩效指标？**")
            st.caption("剔除后不再出现在检索和统计中，可以撤销。")
            if st.button("剔除这条", icon=":material/block:", key="reject"):
                decide(Decision(kind=REJECT, record=key))
                st.rerun()
        show_decisions(record["id"])


def show_decisions(identity: str) -> None:
    """What was decided about one record, each to be undone."""
    decisions = [item for item in in_force((CORRECT, REJECT)) if item.record.id == identity]
    if decisions:
        st.markdown("**已做的更正**")
    for item in decisions:
        with st.container(horizontal=True, vertical_alignment="center", key=f"decision-{item.id}"):
            st.markdown(escape(told(item)) + (f"　:gray[{escape(item.reason)}]" if item.reason else ""))
            if st.button("撤销", key=f"undo-{item.id}", icon=":material/undo:", type="tertiary"):
                undo(item.id)
                st.rerun()


def show_rejected(identity: str) -> bool:
    """Tell that an indicator was rejected, with the way back; False if it was not."""
    if not any(item.record.id == identity for item in in_force((REJECT,))):
        return False
    st.info("这条指标已被剔除。", icon=":material/block:")
    show_decisions(identity)
    return True
