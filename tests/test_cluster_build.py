"""Clusters as a whole: linkage against scipy, what holds in every result, stable ids, incremental runs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.cluster import (
    CUT,
    Clustering,
    add_names,
    cluster_counts,
    cluster_names,
    clustering_to_rows,
    explain,
    normalise_name,
    rows_to_clustering,
)
from kpi.cluster.linkage import average_linkage
from kpi.cluster.neighbours import LEAST_SCORE
from tests.clusters import OWN, read_gold

NAMES, _ = read_gold(OWN / "dev.csv")
CITY_A, CITY_B = NAMES[: len(NAMES) // 2], NAMES[len(NAMES) // 2 :]


def rows(clustering: Clustering) -> str:
    return repr(clustering_to_rows(clustering))


def sets(clustering: Clustering) -> set[frozenset[str]]:
    return {frozenset(cluster.normals) for cluster in clustering.clusters}


def components(items: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Union-find, written apart from the package: item → representative."""
    parent = {item: item for item in items}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in pairs:
        parent[root(a)] = root(b)
    return {item: root(item) for item in items}


# --- linkage ------------------------------------------------------------------------------------------------------------


@given(st.integers(2, 9), st.integers(0, 2**32), st.floats(0.1, 0.9))
@settings(deadline=None)
def test_linkage_agrees_with_scipy(size: int, seed: int, cut: float) -> None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    draw = random.Random(seed)  # one that hypothesis shrinks gives equal numbers, and with ties both may be right
    similarity = {pair: draw.random() if draw.random() < 0.7 else 0.0 for pair in combinations(range(size), 2)}
    distances = [[0.0 if i == j else 1 - similarity[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]
    labels = fcluster(linkage(squareform(distances), "average"), 1 - cut, "distance")
    expected = {frozenset(i for i in range(size) if labels[i] == label) for label in labels}
    edges = [(i, j, value) for (i, j), value in similarity.items() if value]
    found = average_linkage([1] * size, edges, cut=cut)
    assert {frozenset(group.nodes) for group in found} == expected


def test_a_node_of_several_names_weighs_as_many() -> None:
    # Node 0 stands for 3 names that are like node 1 (0.9) and unlike node 2 (0.3): alone 1 and 2 would be put together.
    edges = [(0, 1, 3 * 0.9), (0, 2, 3 * 0.3), (1, 2, 0.8)]
    found = average_linkage([3, 1, 1], edges, cut=0.5)
    assert [group.nodes for group in found] == [(0, 1), (2,)]
    assert found[0].weakest == pytest.approx(0.9)


def test_a_refused_pair_stays_apart_and_others_still_meet() -> None:
    edges = [(0, 1, 0.9), (0, 2, 0.8), (1, 2, 0.8)]
    found = average_linkage([1, 1, 1], edges, cut=0.5, may_join=lambda a, b: (a, b) != (0, 1))
    assert [group.nodes for group in found] == [(0, 2), (1,)]


# --- what holds in every result --------------------------------------------------------------------------------------------


def test_identical_normalised_names_are_one_member() -> None:
    names = [
        "参保人员对医保服务满意度",
        "参保人员对医保服务满意度%",
        "参保人员对医保服务的满意度",
        "指标1：参保人员对医保服务满意度",
    ]
    assert len(set(cluster_names(names))) == 1
    clustering = cluster_counts(dict.fromkeys(names, 1), listed=[names])
    assert len(clustering.clusters) == 1, "listing the same name twice does not part it"


def test_clusters_lie_within_connected_components() -> None:
    clustering = cluster_counts(dict.fromkeys(NAMES[:160], 1))
    normals = [normal for cluster in clustering.clusters for normal in cluster.normals]
    told = {(a, b): explain(a, b) for a, b in combinations(NAMES[:160], 2)}
    linked = [
        (normalise_name(a), normalise_name(b)) for (a, b), pair in told.items()
        if pair.identical or (not pair.vetoes and pair.score >= LEAST_SCORE)
    ]  # fmt: skip
    root = components(normals, linked)
    for cluster in clustering.clusters:
        assert len({root[normal] for normal in cluster.normals}) == 1
    vetoed = [(a, b) for (a, b), pair in told.items() if pair.vetoes and not pair.identical]
    assert vetoed
    for a, b in vetoed:
        assert clustering.find(a) is not clustering.find(b), (a, b)


def test_names_listed_side_by_side_stay_apart() -> None:
    counts = dict.fromkeys(NAMES, 1)
    free = cluster_counts(counts)
    largest = max(free.clusters, key=lambda cluster: len(cluster.members))
    pair = [largest.members[0].names[0][0], largest.members[1].names[0][0]]
    held = cluster_counts(counts, listed=[pair])
    assert held.find(pair[0]) is not held.find(pair[1])


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=40), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_names_does_not_matter(names: list[str], draw: random.Random) -> None:
    shuffled = list(names)
    draw.shuffle(shuffled)
    one, other = (
        dict(zip(names, cluster_names(names), strict=True)),
        dict(zip(shuffled, cluster_names(shuffled), strict=True)),
    )
    assert one == other


def test_the_whole_result_is_the_same_bytes_under_shuffles() -> None:
    counts = {name: 1 + place % 5 for place, name in enumerate(NAMES)}
    expected = rows(cluster_counts(counts))
    for seed in range(3):
        items = list(counts.items())
        random.Random(seed).shuffle(items)
        assert rows(cluster_counts(dict(items))) == expected


# --- what a cluster tells -----------------------------------------------------------------------------------------------


def test_the_canonical_name_is_the_most_frequent_then_shortest_without_year_and_place() -> None:
    counts = {"2026年全市危桥改造数量（座）": 5, "危桥改造座数": 2, "改造危桥座数": 2}
    (cluster,) = cluster_counts(counts).clusters
    assert cluster.canonical == "危桥改造数量"
    assert cluster.count == 9
    assert [member.count for member in cluster.members] == [5, 2, 2]
    assert CUT <= cluster.weakest <= 1


def test_a_cluster_is_found_by_id_and_by_any_wording() -> None:
    clustering = cluster_counts({"危桥改造数量（座）": 1, "改造危桥座数": 1, "司机满意度": 1})
    cluster = clustering.find("改造危桥座数")
    assert cluster is not None
    assert clustering.get(cluster.id) is cluster
    assert clustering.find("危桥改造数量") is cluster
    assert clustering.find("没有的名称") is None


def test_rows_and_back() -> None:
    clustering = cluster_counts({name: 1 + place % 3 for place, name in enumerate(NAMES[:120])})
    assert rows_to_clustering(clustering_to_rows(clustering)) == clustering


# --- stable ids -----------------------------------------------------------------------------------------------------------


def test_ids_stay_when_another_city_comes_and_goes() -> None:
    alone = cluster_counts(dict.fromkeys(CITY_A, 1))
    both = cluster_counts(dict.fromkeys(CITY_A + CITY_B, 1), previous=alone)
    again = cluster_counts(dict.fromkeys(CITY_A, 1), previous=both)
    for cluster in alone.clusters:
        kept = [other for other in both.clusters if set(cluster.normals) <= set(other.normals)]
        for other in kept:
            rivals = [rival for rival in alone.clusters if set(rival.normals) & set(other.normals)]
            assert other.id == cluster.id or len(rivals) > 1
    assert {cluster.id: cluster.normals for cluster in again.clusters} == {c.id: c.normals for c in alone.clusters}


def test_an_id_moves_with_the_largest_overlap() -> None:
    before = cluster_counts({"危桥改造数量": 1, "改造危桥座数": 1, "危桥改造座数": 1})
    (old,) = before.clusters
    after = cluster_counts({"改造危桥座数": 1, "危桥改造座数": 1, "危桥拆除座数": 1}, previous=before)
    kept = after.find("改造危桥座数")
    assert kept is not None
    assert kept.id == old.id
    assert len({cluster.id for cluster in after.clusters}) == len(after.clusters) == 2


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_added_names_change_no_cluster_that_was_there(share: float) -> None:
    cut = int(len(NAMES) * share)
    draw = random.Random(5)
    order = draw.sample(NAMES, len(NAMES))
    before = cluster_counts(dict.fromkeys(order[:cut], 2))
    after = add_names(before, dict.fromkeys(order[cut:], 1))
    for cluster in before.clusters:
        now = after.get(cluster.id)
        assert now is not None
        assert set(cluster.normals) <= set(now.normals)
    assert sum(cluster.count for cluster in after.clusters) == 2 * cut + len(order) - cut
    full = cluster_counts(dict.fromkeys(order, 1))
    same = sets(full) & sets(after)
    assert len(same) >= 0.8 * len(full.clusters), "an incremental run gives nearly what a full run gives"


def test_adding_known_names_only_counts_them() -> None:
    before = cluster_counts({"危桥改造数量": 1, "司机满意度": 1})
    after = add_names(before, {"危桥改造数量（座）": 4})
    cluster = after.find("危桥改造数量")
    assert cluster is not None
    assert cluster.count == 5
    assert {c.id for c in after.clusters} == {c.id for c in before.clusters}


def test_adding_nothing_or_to_nothing() -> None:
    empty = cluster_counts({})
    assert empty.clusters == ()
    assert cluster_names([]) == []
    assert add_names(empty, {}) == empty
    assert sets(add_names(empty, dict.fromkeys(CITY_A, 1))) == sets(cluster_counts(dict.fromkeys(CITY_A, 1)))


def test_added_names_listed_with_a_member_stay_away_from_it() -> None:
    before = cluster_counts({"危桥改造数量": 1})
    after = add_names(before, {"改造危桥座数": 1}, listed=[["危桥改造数量", "改造危桥座数"]])
    assert len(after.clusters) == 2
