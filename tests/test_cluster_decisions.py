"""Decisions over clusters: what each does, precedence, conflicts, undo, and that they survive a rebuild."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.cluster import Clustering, apply_decisions, cluster_counts, clustering_to_rows
from kpi.decisions import FORBID, MERGE, REMOVE, RENAME, SPLIT, UNDO, Decision, make_decision
from tests.clusters import OWN, read_gold

BRIDGES = {"危桥改造数量": 5, "改造危桥座数": 3, "危桥改造座数": 2}
DRIVERS = {"司机满意度": 4, "驾驶员满意度": 1}
TAXIS = {"出租车投诉率": 2}
COUNTS = {**BRIDGES, **DRIVERS, **TAXIS}
NAMES, _ = read_gold(OWN / "dev.csv")
BASE = cluster_counts(dict.fromkeys(NAMES, 1))


def log(*decisions: Decision) -> list[Decision]:
    made: list[Decision] = []
    for number, decision in enumerate(decisions):
        now = datetime(2026, 1, 1, 0, 0, number, tzinfo=UTC)
        made.append(make_decision(decision, existing=made, author="甲", now=now))
    return made


def merge(*names: str) -> Decision:
    return Decision(kind=MERGE, names=names)


def forbid(*names: str) -> Decision:
    return Decision(kind=FORBID, names=names)


def grouped(clustering: Clustering, names: Sequence[str]) -> list[set[str]]:
    groups: dict[str, set[str]] = {}
    for name in names:
        cluster = clustering.find(name)
        assert cluster is not None
        groups.setdefault(cluster.id, set()).add(name)
    return sorted(groups.values(), key=sorted)


def test_merge_unites_whole_clusters_and_keeps_the_id_of_the_larger() -> None:
    base = cluster_counts(COUNTS)
    merged = apply_decisions(base, log(merge("出租车投诉率", "改造危桥座数")))
    cluster, larger = merged.find("出租车投诉率"), base.find("危桥改造数量")
    assert cluster is not None
    assert larger is not None
    assert set(cluster.normals) == {*BRIDGES, "出租车投诉率"}
    assert cluster.id == larger.id
    assert cluster.decided
    assert not merged.conflicts


def test_split_takes_names_out_together() -> None:
    base = cluster_counts(COUNTS)
    split = Decision(kind=SPLIT, names=("改造危桥座数", "危桥改造座数"), others=("危桥改造数量",))
    result = apply_decisions(base, log(split))
    assert grouped(result, list(BRIDGES)) == [{"危桥改造座数", "改造危桥座数"}, {"危桥改造数量"}]


def test_remove_takes_each_name_out_alone() -> None:
    base = cluster_counts(COUNTS)
    result = apply_decisions(base, log(Decision(kind=REMOVE, names=("改造危桥座数", "危桥改造座数"))))
    assert grouped(result, list(BRIDGES)) == [{"危桥改造座数"}, {"危桥改造数量"}, {"改造危桥座数"}]


def test_forbid_takes_out_the_rarer() -> None:
    base = cluster_counts(COUNTS)
    result = apply_decisions(base, log(forbid("危桥改造座数", "危桥改造数量")))
    assert grouped(result, list(BRIDGES)) == [{"危桥改造座数"}, {"危桥改造数量", "改造危桥座数"}]


def test_forbid_of_names_that_are_apart_changes_nothing() -> None:
    base = cluster_counts(COUNTS)
    result = apply_decisions(base, log(forbid("司机满意度", "危桥改造数量")))
    assert clustering_to_rows(result) == clustering_to_rows(base)


def test_rename_follows_its_member() -> None:
    base = cluster_counts(COUNTS)
    rename = Decision(kind=RENAME, names=("改造危桥座数",), name="危桥改造（座）")
    result = apply_decisions(base, log(rename, merge("改造危桥座数", "司机满意度")))
    cluster = result.find("司机满意度")
    assert cluster is not None
    assert cluster.canonical == "危桥改造（座）"


def test_a_decision_ranks_above_identical_normalised_names() -> None:
    base = cluster_counts({"参保人数（人）": 3, "参保人数（万人）": 2, "参保人数": 1})
    assert len(base.clusters) == 1
    result = apply_decisions(base, log(forbid("参保人数（人）", "参保人数（万人）")))
    assert grouped(result, ["参保人数（人）", "参保人数（万人）"]) == [{"参保人数（万人）"}, {"参保人数（人）"}]
    assert len({cluster.id for cluster in result.clusters}) == len(result.clusters)
    assert sum(cluster.count for cluster in result.clusters) == 6


def test_a_decision_ranks_above_what_a_project_lists() -> None:
    base = cluster_counts(COUNTS, listed=[["危桥改造数量", "改造危桥座数"]])
    assert base.find("危桥改造数量") is not base.find("改造危桥座数")
    result = apply_decisions(base, log(merge("危桥改造数量", "改造危桥座数")))
    assert result.find("危桥改造数量") is result.find("改造危桥座数")


def test_the_later_decision_wins_and_the_conflict_is_told() -> None:
    base = cluster_counts(COUNTS)
    decisions = log(forbid("司机满意度", "危桥改造数量"), merge("司机满意度", "危桥改造数量"))
    result = apply_decisions(base, decisions)
    assert result.find("司机满意度") is result.find("危桥改造数量")
    (conflict,) = result.conflicts
    assert decisions[0].id in conflict.dropped
    back = apply_decisions(base, log(merge("司机满意度", "危桥改造数量"), forbid("司机满意度", "危桥改造数量")))
    assert back.find("司机满意度") is not back.find("危桥改造数量")
    assert len(back.conflicts) == 1


def test_two_names_for_one_cluster_are_a_conflict() -> None:
    base = cluster_counts(COUNTS)
    first, second = (Decision(kind=RENAME, names=("危桥改造数量",), name=name) for name in ("甲名", "乙名"))
    result = apply_decisions(base, log(first, second))
    cluster = result.find("危桥改造数量")
    assert cluster is not None
    assert cluster.canonical == "乙名"
    assert len(result.conflicts) == 1


def test_undo_gives_back_the_same_bytes() -> None:
    names = [cluster.canonical for cluster in BASE.clusters[:6]]
    made = log(merge(*names[:3]), forbid(names[3], names[4]), merge(names[4], names[5]))
    undo = [make_decision(Decision(kind=UNDO, undoes=decision.id), existing=made) for decision in made]
    assert clustering_to_rows(apply_decisions(BASE, made)) != clustering_to_rows(BASE)
    assert repr(apply_decisions(BASE, made + undo)) == repr(BASE)
    redo = make_decision(Decision(kind=UNDO, undoes=undo[0].id), existing=made + undo)
    assert repr(apply_decisions(BASE, [*made, *undo, redo])) == repr(apply_decisions(BASE, made[:1]))


def test_decisions_survive_a_rebuild_and_wait_for_names_to_come() -> None:
    made = log(merge("司机满意度", "出租车投诉率"), Decision(kind=RENAME, names=("危桥改造座数",), name="危桥改造"))
    small = apply_decisions(cluster_counts(DRIVERS), made)
    assert small.find("司机满意度") is not None
    counts = {**dict.fromkeys(NAMES[:200], 1), **COUNTS}
    grown = apply_decisions(cluster_counts(counts), made)
    again = apply_decisions(cluster_counts(dict(reversed(counts.items()))), made)
    assert grown.find("司机满意度") is grown.find("出租车投诉率")
    assert grown.find("危桥改造座数").canonical == "危桥改造"  # type: ignore[union-attr]
    assert repr(grown) == repr(again)


KINDS = st.sampled_from([MERGE, FORBID, REMOVE, SPLIT])


@given(
    st.lists(st.tuples(KINDS, st.lists(st.sampled_from(NAMES[:60]), min_size=2, max_size=4, unique=True)), max_size=6)
)
@settings(deadline=None, max_examples=40)
def test_any_log_keeps_every_name_once_and_every_decision_or_tells(actions: list[tuple[str, list[str]]]) -> None:
    made = log(*(Decision(kind=kind, names=tuple(names)) for kind, names in actions))
    result = apply_decisions(BASE, random.Random(1).sample(made, len(made)))
    held = sorted(printed for c in result.clusters for member in c.members for printed, _ in member.names)
    assert held == sorted(set(NAMES))
    ids = [cluster.id for cluster in result.clusters]
    assert ids == sorted(set(ids))
    dropped = " ".join(conflict.dropped for conflict in result.conflicts)
    for decision in made:
        homes = [result.find(name).id for name in decision.names]  # type: ignore[union-attr]
        normals = {c.normals for name in decision.names if (c := result.find(name)) is not None}
        if decision.id in dropped:
            continue
        if decision.kind in (MERGE, SPLIT):
            assert len(set(homes)) == 1
        if decision.kind == FORBID:
            assert len(set(homes)) == len(homes), normals


@pytest.mark.parametrize("kind", [MERGE, FORBID, SPLIT, REMOVE, RENAME])
def test_names_that_nobody_uses_have_no_effect(kind: str) -> None:
    decision = Decision(kind=kind, names=("不存在甲", "不存在乙"), name="丙")
    result = apply_decisions(BASE, log(decision))
    assert repr(result) == repr(BASE)
