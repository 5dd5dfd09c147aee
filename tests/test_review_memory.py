"""Reviewing beside a store keeps nothing of a snapshot that is no longer used."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import kpi
from kpi.review import review
from tests.app_samples import make_store


def test_snapshot_is_let_go_after_a_review(tmp_path: Path) -> None:
    path = make_store(tmp_path, names=("xuchang-2026.xlsx",))
    with kpi.open_store(path) as store:
        sha256 = next(iter(store.documents))
        first = review(store.document(sha256), store=store)
        assert review(store.document(sha256), store=store) == first
        snapshot = weakref.ref(store.snapshot)
        assert snapshot() is not None
    del store
    gc.collect()
    assert snapshot() is None
