"""Rules that compare with other documents: peers, last year, the same project elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.ingestion import ParsedResults
from kpi.ingestion.publishing import publish_change
from kpi.model import Document, Finding
from kpi.review import all_rules, review
from kpi.review.registry import STORE
from kpi.review.store_view import percentiles
from kpi.store import open_store
from tests.review.samples import Sample

CITIES = ("乙市", "丙市", "丁市", "戊市", "己市", "庚市", "辛市", "壬市", "癸市", "子市", "丑市", "寅市")
Publish = Callable[[Sequence[Document]], Path]


def library(city: str, rows: str, *, year: int = 2026, project: str = "图书馆免费开放经费", amount: str = "36.00", code: str = "", unit: str = "",
            document: str = "") -> Document:  # fmt: skip
    name = document or f"{city}{year}.pdf"
    made = Sample(
        city=city, year=year, department=f"{city}图书馆", sha256=hashlib.sha256(name.encode()).hexdigest(), name=name
    )
    result = made.project(project, rows, amount=amount, code=code, unit=unit).document()
    named = [replace(item, source=replace(item.source, document=name, path=name)) for item in result.indicators]
    return replace(result, indicators=tuple(named))


def rows(satisfaction: str = "≥90%", opening: str = "≥60小时", cost: str = "≤36万元") -> str:
    return (
        f"成本指标 | 经济成本指标 | 项目总成本 | {cost}\n产出指标 | 数量指标 | 举办读书活动场次 | ≥24场\n产出指标 | 质量指标 | 每周开放时间 | {opening}\n"
        f"满意度指标 | 服务对象满意度指标 | 读者满意度 | {satisfaction}"
    )


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    def make(documents: Sequence[Document]) -> Path:
        layout = Layout(tmp_path / "store")
        layout.create()
        results = ParsedResults(layout, "test")
        for document in documents:
            results.save(document)
        entries = tuple(
            Entry(sha256=item.sha256, path=item.path, location=f"/{item.path}", parser="test") for item in documents
        )
        publish_change(layout, Change(put=entries))
        return layout.root

    return make


def found(document: Document, path: Path, rule: str, **settings: float) -> list[Finding]:
    with open_store(path) as store:
        return [finding for finding in review(document, store=store, settings=settings) if finding.rule == rule]


def peers_of(values: Sequence[str]) -> list[Document]:
    return [library(city, rows(value)) for city, value in zip(CITIES, values, strict=False)]


def test_outside_peers_shows_the_figures_and_the_peers(publish: Publish) -> None:
    values = ["≥90%", "≥91%", "≥92%", "≥93%", "≥94%", "≥95%", "≥96%", "≥97%", "≥98%"]
    path = publish(peers_of(values))
    (finding,) = found(library("甲市", rows("≥80%")), path, "R40")
    low, high = np.percentile(range(90, 99), [10, 90])
    evidence = finding.evidence
    assert (finding.severity, evidence["n"], evidence["median"], evidence["unit"]) == ("I", 9, 94.0, "%")
    assert (evidence["p10"], evidence["p90"]) == pytest.approx((low, high))
    assert {peer["document"] for peer in evidence["peers"]} == {f"{city}2026.pdf" for city in CITIES[:9]}
    assert all(
        len(peer["id"]) == 16 and peer["name"] == "读者满意度" and peer["target"] in values
        for peer in evidence["peers"]
    )
    assert "中位数 94%" in finding.message
    assert "9 个样本" in finding.message


def test_inside_peers_is_silent(publish: Publish) -> None:
    path = publish(peers_of(["≥80%", "≥82%", "≥84%", "≥86%", "≥88%", "≥90%", "≥92%", "≥94%"]))
    assert found(library("甲市", rows("≥86%")), path, "R40") == []


def test_too_few_peers_are_none(publish: Publish) -> None:
    path = publish(peers_of(["≥90%"] * 7))
    low = library("甲市", rows("≥60%"))
    assert found(low, path, "R40") == []
    assert len(found(low, path, "R40", fewest_peers=7)) == 1


def test_ones_own_department_is_no_peer(publish: Publish) -> None:
    own = library("甲市", rows("≥60%"))
    path = publish([own, library("甲市", rows("≥61%"), year=2025), *peers_of(["≥90%"] * 8)])
    (finding,) = found(own, path, "R40")
    assert finding.evidence["n"] == 8


def test_what_grows_with_the_place_is_not_compared(publish: Publish) -> None:
    path = publish([library(city, rows().replace("≥24场", f"≥{200 + number}场")) for number, city in enumerate(CITIES)])
    assert found(library("甲市", rows()), path, "R40") == []


@pytest.mark.parametrize(
    ("before", "now", "softer"),
    [
        ("≥92%", "≥90%", True), ("≥90%", "≥90%", False), ("≥88%", "≥90%", False), ("92%", "≥90%", True), ("≤92%", "≥90%", False), ("95%", "90%", True), ("90%", "95%", False),
    ],
)  # fmt: skip
def test_softer_than_last_year(publish: Publish, before: str, now: str, softer: bool) -> None:
    path = publish([library("甲市", rows(before), year=2025, project="2025年图书馆免费开放经费")])
    result = found(library("甲市", rows(now), project="2026年图书馆免费开放经费"), path, "R41")
    assert [finding.printed for finding in result] == ([now] if softer else [])
    if softer:
        assert result[0].evidence["last_year"]["target"] == before


def test_a_total_cost_is_not_compared_with_last_year(publish: Publish) -> None:
    path = publish([library("甲市", rows(cost="≤30万元"), year=2025)])
    assert found(library("甲市", rows(cost="≤36万元")), path, "R41") == []


def test_another_department_is_not_last_year(publish: Publish) -> None:
    path = publish([library("乙市", rows("≥99%"), year=2025)])
    assert found(library("甲市", rows("≥80%")), path, "R41") == []


def test_the_same_project_differs_in_another_document(publish: Publish) -> None:
    path = publish([library("甲市", rows("≥95%"), code="41010026", amount="40.00", document="甲市部门预算.pdf")])
    result = found(library("甲市", rows("≥90%"), code="41010026", document="甲市单位预算.pdf"), path, "R46")
    assert sorted(finding.printed for finding in result) == ["36.00", "≥90%"]
    assert all(finding.evidence["elsewhere"]["document"] == "甲市部门预算.pdf" for finding in result)


@pytest.mark.parametrize(
    "other",
    [
        {"code": "41010027"}, {"unit": "甲市少年儿童图书馆"}, {"year": 2025}, {"city": "乙市"},
    ],
    ids=["another code", "another unit", "another year", "another city"],
)  # fmt: skip
def test_another_project_of_the_name_is_not_the_same(publish: Publish, other: dict[str, object]) -> None:
    values: dict[str, object] = {
        "city": "甲市",
        "code": "" if "unit" in other else "41010026",
        "unit": "甲市图书馆",
        **other,
    }
    city = str(values.pop("city"))
    path = publish([library(city, rows("≥95%"), document="另一份.pdf", **values)])  # type: ignore[arg-type]
    own = library(
        "甲市", rows("≥90%"), code="" if "unit" in other else "41010026", unit="甲市图书馆", document="这一份.pdf"
    )
    assert found(own, path, "R46") == []


def test_equal_targets_written_otherwise_are_the_same(publish: Publish) -> None:
    path = publish([library("甲市", rows("不低于90%"), document="甲市部门预算.pdf")])
    assert found(library("甲市", rows("≥90%"), document="甲市单位预算.pdf"), path, "R46") == []


def test_a_document_of_the_store_is_not_compared_with_itself(publish: Publish) -> None:
    own = library("甲市", rows("≥90%"))
    path = publish([own])
    assert [finding for rule in ("R40", "R41", "R46") for finding in found(own, path, rule)] == []


def test_an_empty_store_says_nothing(tmp_path: Path) -> None:
    Layout(tmp_path / "store").create()
    assert [
        item.rule
        for item in review(library("甲市", rows()), store=open_store(tmp_path / "store"))
        if item.rule in {"R40", "R41", "R46"}
    ] == []


def test_store_rules_are_these() -> None:
    assert {rule.id for rule in all_rules().values() if rule.view == STORE} == {"R40", "R41", "R46"}


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0], [3.0, 3.0, 9.0], list(map(float, range(17)))])
def test_percentiles_by_hand(values: list[float]) -> None:
    """Linear interpolation between neighbours, written out."""

    def by_hand(share: float) -> float:
        place = share / 100 * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return values[low] + (values[high] - values[low]) * (place - low)

    assert percentiles(np.array(values), (10, 50, 90)) == pytest.approx([by_hand(10), by_hand(50), by_hand(90)])
