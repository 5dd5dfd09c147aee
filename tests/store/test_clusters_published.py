"""Clusters of a snapshot: an incremental publishing gives what looking at every cluster would, decisions on top."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change, NameUse
from kpi.cluster import add_names, cluster_counts, clustering_to_rows
from kpi.decisions import Decision, active_decisions, make_decision, save_decision
from kpi.ingestion import ParsedResults, republish
from kpi.ingestion.cluster_table import recount, table_to_clustering
from kpi.ingestion.clustering import decide, extend, find_all
from kpi.ingestion.publishing import publish_change
from kpi.store import open_store

WHO = ("参保群众", "参保人员", "离休干部", "残疾人", "学生", "游客", "")
WHAT = ("医保服务", "道路养护", "门诊统筹", "基金监管", "图书购置", "课后服务", "污水处理", "信息系统运维")
MEASURE = ("满意度", "满意率", "知晓率", "完成率", "覆盖率", "及时率", "人次", "数量", "成本", "完成时限", "有效提升")


def make_names(count: int, seed: int) -> list[str]:
    chooser = random.Random(seed)
    names = dict.fromkeys(MEASURE)
    while len(names) < count:
        joint = chooser.choice(("", "对", "的"))
        names[f"{chooser.choice(WHO)}{joint}{chooser.choice(WHAT)}{chooser.choice(MEASURE)}"] = None
        if chooser.random() < 0.1:
            names[f"{chooser.choice(WHAT)}{chooser.choice(MEASURE)}（{chooser.choice(('%', '万元', '人次'))}）"] = None
    return chooser.sample(list(names), count)


def use_of(names: list[str], first_new: int, listed: Iterable[list[str]] = ()) -> NameUse:
    every = ["", *names]
    return NameUse(names=every, counts=np.ones(len(every), np.int64), first_new=first_new, listed=lambda: listed)


@pytest.mark.parametrize("seed", range(12))
def test_extending_agrees_with_looking_at_every_cluster(seed: int) -> None:
    """Independent of the shortcut: `add_names` over everything gives the same clusters and ids."""
    names = make_names(600, seed)
    old = names[: 560 + seed]
    listed = [random.Random(seed).sample(names, 6) for _ in range(5)]
    base = find_all(use_of(old, 1))
    extended = table_to_clustering(extend(base, use_of(names, len(old) + 1, listed)))
    whole = add_names(table_to_clustering(base), dict.fromkeys(names[len(old) :], 1), listed=listed)
    assert clustering_to_rows(extended) == clustering_to_rows(whole)
    assert {member.normal for cluster in extended.clusters for member in cluster.members} == {
        member.normal for cluster in whole.clusters for member in cluster.members
    }


def test_counts_follow_and_vanished_names_stay_known() -> None:
    names = make_names(80, 3)
    use = use_of(names, 1)
    table = recount(find_all(use), use.counts, every=True)
    counts = use.counts.copy()
    counts[5], counts[9] = 0, 7
    changed = recount(table, counts)
    assert changed.num_rows == table.num_rows
    by_name = dict(zip(changed["name"].to_pylist(), changed["count"].to_pylist(), strict=True))
    assert by_name[use.names[5]] == 0
    assert by_name[use.names[9]] == 7
    straight = recount(find_all(use), counts, every=True)
    assert changed.to_pylist() == straight.to_pylist(), "a changed count gives what a full count gives"


@pytest.mark.parametrize("kind", ["merge", "split", "rename", "forbid"])
def test_decisions_agree_with_applying_them_to_everything(kind: str) -> None:
    from kpi.cluster import apply_decisions

    names = make_names(200, 5)
    use = use_of(names, 1)
    table = recount(find_all(use), use.counts, every=True)
    cluster = max(table_to_clustering(table).clusters, key=lambda item: len(item.members))
    members = [name for member in cluster.members for name, _ in member.names]
    content = {
        "merge": Decision(kind="merge", names=(names[0], names[50])),
        "split": Decision(kind="split", names=tuple(members[:1]), others=tuple(members[1:])),
        "rename": Decision(kind="rename", names=tuple(members), name="新名称"),
        "forbid": Decision(kind="forbid", names=tuple(members[:2])),
    }[kind]
    decisions = [make_decision(content, author="测试")]
    decided = table_to_clustering(decide(table, decisions))
    whole = apply_decisions(table_to_clustering(table), decisions)
    assert clustering_to_rows(decided) == clustering_to_rows(whole)
    assert clustering_to_rows(decided) != clustering_to_rows(table_to_clustering(table))


POOL = make_names(60, 11)
FOUND = find_all(use_of(POOL, 1))
KINDS = st.sampled_from(["merge", "split", "remove", "forbid", "rename"])
NAMED = st.lists(st.sampled_from(POOL), min_size=2, max_size=4, unique=True)


@given(st.lists(st.tuples(KINDS, NAMED), min_size=1, max_size=6), st.sets(st.integers(0, 5)))
@settings(deadline=None, max_examples=25)
def test_any_log_of_decisions_on_rows_is_the_log_on_clusters(
    actions: list[tuple[str, list[str]]], undone: set[int]
) -> None:
    """Independent of the shortcut that looks only at what decisions name; with all undone the rows are as found."""
    from kpi.cluster import apply_decisions

    log: list[Decision] = []
    for kind, names in actions:
        decision = Decision(kind=kind, names=tuple(names), name="新名称" if kind == "rename" else "")
        log.append(make_decision(decision, existing=log, author="测试"))
    for place in sorted(undone & set(range(len(actions)))):
        log.append(make_decision(Decision(kind="undo", undoes=log[place].id), existing=log, author="测试"))
    active = active_decisions(log)
    decided = decide(FOUND, active)
    whole = apply_decisions(table_to_clustering(FOUND), log)
    assert clustering_to_rows(table_to_clustering(decided)) == clustering_to_rows(whole)
    assert sorted(decided["number"].to_pylist()) == sorted(FOUND["number"].to_pylist())
    rest = [item.id for item in active]
    for identity in rest:
        log.append(make_decision(Decision(kind="undo", undoes=identity), existing=log, author="测试"))
    assert decide(FOUND, active_decisions(log)).equals(FOUND.select(decided.column_names))


def publish_documents(root: Path, *numbers: int) -> None:
    layout = Layout(root)
    layout.create()
    results = ParsedResults(layout, "test")
    for number in numbers:
        document = make_document(f"c{number}", city="焦作市", year=2000 + number)
        results.save(document)
        entry = Entry(sha256=document.sha256, path=document.path, location=f"/{document.path}", parser="test")
        publish_change(layout, Change(put=(entry,)))


def test_a_merge_is_seen_by_searches_and_undone(tmp_path: Path) -> None:
    publish_documents(tmp_path, 1, 2)
    names = ("参保群众满意度", "集中带量采购批次")
    with open_store(tmp_path) as store:
        before = store.clustering
        assert store.search('cluster:"参保群众满意度"').total == 2
        assert {hit.cluster_name for hit in store.iterate()} >= set(names)
    merge = make_decision(Decision(kind="merge", names=names), author="测试")
    save_decision(tmp_path / "decisions", merge)
    assert republish(tmp_path).changed
    with open_store(tmp_path) as store:
        found = store.search(f"cluster:{store.clustering.find(names[0]).id}")  # type: ignore[union-attr]
        assert found.total == 4
        assert {hit.record["name"] for hit in found.hits} == set(names)
    assert not republish(tmp_path).changed, "nothing to do twice"
    undo = make_decision(Decision(kind="undo", undoes=merge.id), existing=[merge], author="测试")
    save_decision(tmp_path / "decisions", undo)
    republish(tmp_path)
    with open_store(tmp_path) as store:
        assert clustering_to_rows(store.clustering) == clustering_to_rows(before)


def test_a_correction_is_seen_marked_and_undone(tmp_path: Path) -> None:
    from kpi.corrections import record_key

    publish_documents(tmp_path, 1, 2)
    with open_store(tmp_path) as store:
        hit = store.search("满意度").hits[0]
        key = record_key(hit.record, hit.sha256)
    correct = make_decision(
        Decision(kind="correct", record=key, changes={"value": "77", "target": "≥77%"}), author="测试"
    )
    city = make_decision(
        Decision(kind="document", record=key, changes={"city": "洛阳市"}), existing=[correct], author="测试"
    )
    for decision in (correct, city):
        save_decision(tmp_path / "decisions", decision)
    republish(tmp_path)
    with open_store(tmp_path) as store:
        found = store.search("warning:corrected value:77")
        assert found.total == 1
        assert found.hits[0].record["target"] == "≥77%"
        assert store.search("city:洛阳市").total == 4
        assert store.search("满意度").total == 2
    for undone in (correct, city):
        undo = make_decision(Decision(kind="undo", undoes=undone.id), existing=[correct, city], author="测试")
        save_decision(tmp_path / "decisions", undo)
    republish(tmp_path)
    with open_store(tmp_path) as store:
        assert store.search("warning:corrected").total == 0
        assert store.search("city:洛阳市").total == 0


def test_a_damaged_decision_is_told_not_forgotten(tmp_path: Path) -> None:
    from kpi.errors import BadInput

    publish_documents(tmp_path, 1)
    (tmp_path / "decisions" / "broken.json").write_text("{", "utf-8")
    with pytest.raises(BadInput, match=r"broken\.json"):
        republish(tmp_path)
    with open_store(tmp_path) as store:
        assert store.count() == 4


def test_full_run_is_what_the_cluster_package_gives() -> None:
    names = make_names(120, 8)
    use = use_of(names, 1)
    table = recount(find_all(use), use.counts, every=True)
    assert clustering_to_rows(table_to_clustering(table)) == clustering_to_rows(cluster_counts(dict.fromkeys(names, 1)))
