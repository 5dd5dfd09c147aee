"""People's decisions of a store (人工决定), wherever it is: made there first, one object each, and mirrored on this machine."""

from __future__ import annotations

from kpi.catalog.layout import Layout
from kpi.catalog.working_copy import mirror
from kpi.decisions import Decision, DecisionLog, decision_to_bytes, file_name, load_decisions, save_decision

DECISIONS = "decisions"


def save(layout: Layout, decision: Decision) -> None:
    """Keep a decision; saving the same one again changes nothing.

    Raises:
        StoreError: the store cannot be written.
    """
    if layout.remote is not None:
        layout.remote.create(f"{DECISIONS}/{file_name(decision)}", decision_to_bytes(decision))
    save_decision(layout.decisions, decision)


def load_all(layout: Layout, *, strict: bool = False) -> DecisionLog:
    """All decisions of a store.

    Args:
        layout: the store.
        strict: whether a place that does not answer is an error even if this machine knows earlier decisions.

    Raises:
        StoreError: the place does not answer.
    """
    return load_decisions(mirror(layout, DECISIONS, strict=strict))
