"""Comparison of the given documents: every cluster's figures against pandas over the exported records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from kpi.compare import Rule
from kpi.ingestion import ingest
from kpi.store import Store, open_store
from tests.compare_samples import lower_middle

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("corpus")
    ingest([CORPUS], folder / "kpi", jobs=1)
    with open_store(folder / "kpi") as opened:
        yield opened


@pytest.fixture(scope="module")
def frame(store: Store, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("export") / "records.jsonl"
    store.export(path)
    rows = pd.DataFrame([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    rows["number"] = pd.to_numeric(rows["base_value"])
    rows["place"] = rows["province"] + "|" + rows["city"] + "|" + rows["county"]
    return rows


def test_every_cluster_agrees_with_pandas(store: Store, frame: pd.DataFrame) -> None:
    checked = 0
    everything = Rule(mix=frozenset({"table", "period", "level", "year"}))
    for cluster, rows in frame.groupby("cluster"):
        found = {
            item.family.unit: item.figures
            for item in store.compare(cluster, rule=everything).sets
            if item.family.sort == "level"
        }
        plain = rows[rows["kind"].isin(["numeric", "range"]) & rows["number"].notna()]
        if (plain["kind"] == "range").any():
            continue  # which end binds is tested with examples
        assert set(found) == set(plain["base_unit"])
        for unit, own in plain.groupby("base_unit"):
            values = own.groupby(["place", "path", "table", "year"])["number"].apply(lower_middle)
            figures = found[unit]
            assert (figures.n, figures.cities) == (len(values), own["place"].nunique())
            assert figures.median == pytest.approx(values.median())
            assert (figures.p10, figures.p90) == (
                pytest.approx(values.quantile(0.1)),
                pytest.approx(values.quantile(0.9)),
            )
            assert (figures.minimum, figures.maximum) == (values.min(), values.max())
            checked += 1
    assert checked > 150


def test_default_sets_hold_one_table_period_and_level(store: Store, frame: pd.DataFrame) -> None:
    for cluster in frame["cluster"].value_counts().index[:40]:
        found = store.compare(cluster)
        rows = [target.observation for item in found.sets for target in item.targets]
        assert len({(row.table, row.period, row.place.level) for row in rows}) <= 1
        own = frame[frame["cluster"] == cluster]
        assert found.rows + sum(left.count for left in found.left_out) == len(own)


def test_every_suggested_target_is_printed(store: Store, frame: pd.DataFrame) -> None:
    printed = set(zip(frame["name"], frame["target"], frame["document"], frame["page"], strict=True))
    found = store.suggest("2026年城乡医疗救助补助")
    assert found.indicators
    assert found.cities >= 2
    for item in found.indicators:
        for row in item.profile.examples:
            assert (row.name, row.target, row.document, row.page) in printed


def test_the_catalogue_counts_every_row_once(store: Store, frame: pd.DataFrame) -> None:
    profiles = store.catalogue()
    assert {profile.cluster.id for profile in profiles} == set(frame["cluster"])
    assert sum(profile.rows for profile in profiles) == len(frame)
    cities = frame.groupby("cluster")["place"].nunique()
    assert all(profile.cities == cities[profile.cluster.id] for profile in profiles)
