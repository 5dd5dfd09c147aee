"""How well names are grouped, by the groups that people made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.cluster import cluster_counts, cluster_names, explain
from tests.clusters import CITIES, GIVEN, OWN, b_cubed, listed_together, pairwise, read_gold, read_pairs


@pytest.mark.parametrize(
    ("path", "least_f1", "least_precision"),
    [
        pytest.param(GIVEN / "clusters.csv", 0.92, 0.92, id="given documents (medical insurance)"),
        pytest.param(GIVEN / "clusters_more.csv", 0.95, 0.97, id="other departments, given"),
        pytest.param(OWN / "dev.csv", 0.90, 0.95, id="sixteen departments, tuned on"),
        pytest.param(
            OWN / "heldout.csv", 0.86, 0.93, id="sixteen further fields, measured untouched before they were read"
        ),
        pytest.param(OWN / "fresh.csv", 0.82, 0.93, id="sixteen fields, first measured at 0.81"),
        pytest.param(OWN / "fields.csv", 0.84, 0.95, id="thirty-five fields, first measured at 0.70"),
        pytest.param(OWN / "further.csv", 0.80, 0.91, id="thirty last fields, misses never looked at"),
        pytest.param(CITIES / "schools_to_offices.csv", 0.96, 0.95, id="fifteen fields as cities word them"),
        pytest.param(CITIES / "hospitals_to_funds.csv", 0.87, 0.95, id="twelve fields in freer wordings"),
        pytest.param(CITIES / "exams_to_assets.csv", 0.90, 0.95, id="eleven fields, first measured at 0.81"),
        pytest.param(CITIES / "crops_to_trade.csv", 0.96, 0.95, id="nine fields, first measured at 0.93"),
        pytest.param(CITIES / "schools_to_canteens.csv", 0.86, 0.95, id="nine fields, first measured at 0.86"),
        pytest.param(CITIES / "roads_to_prisons.csv", 0.84, 0.95, id="ten fields, first measured at 0.81"),
    ],
)
def test_groups_agree_with_people(path: Path, least_f1: float, least_precision: float) -> None:
    names, gold = read_gold(path)
    precision, f1 = pairwise(gold, cluster_names(names))
    assert precision >= least_precision
    assert f1 >= least_f1


def test_given_names_agree_name_by_name() -> None:
    names, gold = read_gold(GIVEN / "clusters.csv")
    assert b_cubed(gold, cluster_names(names)) >= 0.96


def test_what_one_project_lists_side_by_side_helps() -> None:
    names, gold = read_gold(GIVEN / "clusters.csv")
    clustering = cluster_counts(dict.fromkeys(names, 1), listed=listed_together())
    found = [cluster.id if (cluster := clustering.find(name)) else "" for name in names]
    precision, f1 = pairwise(gold, found)
    assert precision >= 0.94
    assert f1 >= 0.94


@pytest.mark.parametrize(
    ("path", "same", "least"),
    [
        pytest.param(CITIES / "alike.csv", True, 0.85, id="wordings of one indicator"),
        pytest.param(CITIES / "apart.csv", False, 0.88, id="near misses"),
    ],
)
def test_pairs_are_judged_as_by_people(path: Path, same: bool, least: float) -> None:
    pairs = read_pairs(path)
    right = sum(explain(one, other).alike == same for one, other in pairs)
    assert right / len(pairs) >= least
