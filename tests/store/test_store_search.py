"""Search answers agree with a plain pass over all records, written separately here."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from store_samples import CITIES, make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.errors import StoreError, UsageError
from kpi.ingestion import ParsedResults
from kpi.ingestion.publishing import publish_change
from kpi.store import Store, open_store

Record = dict[str, Any]
PROJECTS = ("城乡医疗救助补助", "基金监管工作经费", "离休干部医疗费", "医保信息化建设", "=1+1 公式项目")


def random_rows(chooser: random.Random) -> tuple[tuple[str, ...], ...]:
    names = (
        "参保群众满意度",
        "离休干部满意度",
        "住院费用报销比例",
        "集中带量采购批次",
        "项目资金预算成本",
        "PM2.5≤35微克",
    )
    rows = []
    for _ in range(chooser.randrange(3, 9)):
        value = str(chooser.choice((1, 5, 30, 80, 90, 95, 100)))
        unit = chooser.choice(("%", "批", "万元", "人次"))
        base, base_unit = (f"{value}0000", "元") if unit == "万元" else (value, unit)
        comparator = chooser.choice("≥≤=")
        level = chooser.choice(("成本指标", "产出指标", "满意度指标"))
        target = f"{comparator}{value}{unit}"
        rows.append((level, "", chooser.choice(names), target, comparator, value, unit, base, base_unit, "数量"))
    return tuple(rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store")
    chooser = random.Random(11)
    layout = Layout(root)
    layout.create()
    results = ParsedResults(layout, "test")
    entries = []
    for number in range(24):
        city = chooser.choice([*CITIES, ""])
        document = make_document(
            f"d{number}", city=city, year=chooser.choice((2024, 2025, 2026, None)), rows=random_rows(chooser),
            projects=tuple(chooser.sample(PROJECTS, 2)), department=f"{city}医疗保障局{number}",
        )  # fmt: skip
        results.save(document)
        path = f"in/{document.name}"
        entries.append(Entry(sha256=document.sha256, path=path, location=f"/{path}", parser="test"))
    for start in range(0, 24, 6):  # several parts
        publish_change(layout, Change(put=tuple(entries[start : start + 6])))
    return root


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with open_store(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def records(store: Store) -> list[Record]:
    return [dict(hit.record) for hit in store.iterate()]


def number(text: str | None) -> float:
    return float("nan") if text is None else float(text)


CASES: list[tuple[str, Callable[[Record], bool]]] = [
    ("", lambda r: True),
    ("满意度", lambda r: "满意度" in r["name"]),
    ("满意度 -离休", lambda r: "满意度" in r["name"] and "离休" not in r["name"] + r["project"] + r["department"]),
    ('"干部满意"', lambda r: "干部满意" in r["name"]),
    ("city:焦作市", lambda r: r["city"] == "焦作市"),
    ("city:焦作市 OR city:许昌市", lambda r: r["city"] in {"焦作市", "许昌市"}),
    ("年度:2025", lambda r: r["year"] == 2025),
    ("year>=2025", lambda r: (r["year"] or 0) >= 2025),
    ("value>=90", lambda r: number(r["value"]) >= 90),
    ("value:80..95 unit:%", lambda r: 80 <= number(r["value"]) <= 95 and r["unit"] == "%"),
    ("value>=10万元", lambda r: r["base_unit"] == "元" and number(r["base_value"]) >= 100_000),
    ("cmp:<=", lambda r: r["comparator"] == "≤"),
    ("level1:满意度指标 基金", lambda r: r["level1"] == "满意度指标" and "基金" in r["project"]),
    ("document:d3.pdf", lambda r: "d3.pdf" in r["document"]),
    ("target:=9", lambda r: "=9" in r["target"]),
    ("row:1..5", lambda r: 1 <= r["row"] <= 5),
    ("PM2.5≤35", lambda r: "PM2.5≤35" in r["name"]),
    ('"=1+1"', lambda r: "=1+1" in r["project"]),
    ("-满意度", lambda r: "满意度" not in r["name"] + r["project"] + r["department"]),
]


@pytest.mark.parametrize(("query", "holds"), CASES, ids=[query or "everything" for query, _ in CASES])
def test_hits_and_counts_agree_with_a_plain_pass(
    store: Store, records: list[Record], query: str, holds: Callable[[Record], bool]
) -> None:
    wanted = [record for record in records if holds(record)]
    answer = store.search(query, limit=None)
    assert answer.total == len(wanted)
    assert sorted(hit.record["id"] for hit in answer.hits) == sorted(record["id"] for record in wanted)
    for name, facet in answer.facets.items():
        counts = Counter(record[name] for record in wanted)
        assert {item.value: item.count for item in facet.values} == counts, name


def test_every_case_finds_some_but_not_all(records: list[Record]) -> None:
    for query, holds in CASES[1:]:
        assert 0 < sum(map(holds, records)) < len(records), query


def test_filters_choose_exactly_and_facets_show_the_alternatives(store: Store, records: list[Record]) -> None:
    answer = store.search("满意度", filters={"city": ["焦作市", ""], "年度": 2025}, limit=None)
    matching = [r for r in records if "满意度" in r["name"]]
    own = [r for r in matching if r["city"] in {"焦作市", ""} and r["year"] == 2025]
    assert {hit.record["id"] for hit in answer.hits} == {r["id"] for r in own}
    city = {item.value: item.count for item in answer.facets["city"].values}
    assert city == Counter(r["city"] for r in matching if r["year"] == 2025)
    year = {item.value: item.count for item in answer.facets["year"].values}
    assert year == Counter(r["year"] for r in matching if r["city"] in {"焦作市", ""})
    assert {item.value for item in answer.facets["unit"].values} == {r["unit"] for r in own}


@pytest.mark.parametrize("query", ["", "满意度", "sort:-value", "满意度 sort:city", "sort:-year sort:value"])
def test_pages_put_together_are_the_whole(store: Store, query: str) -> None:
    whole = [hit.record["id"] for hit in store.search(query, limit=None).hits]
    pages = [
        hit.record["id"]
        for offset in range(0, len(whole) + 7, 7)
        for hit in store.search(query, offset=offset, limit=7).hits
    ]
    assert pages == whole
    assert [hit.record["id"] for hit in store.iterate(query)] == whole


def test_sorting(store: Store, records: list[Record]) -> None:
    values = [number(hit.record["value"]) for hit in store.search("sort:-value", limit=None).hits]
    assert values == sorted(values, reverse=True)
    keys = [
        (-(hit.record["year"] or -1), number(hit.record["value"]))
        for hit in store.search(sort="-year,value", limit=None).hits
    ]
    assert keys == sorted(keys)
    assert len(keys) == len(records)


def test_highlights_are_right_to_the_character(store: Store) -> None:
    for hit in store.search("离休 满意度", limit=None).hits:
        for field, start, end in hit.highlights:
            assert hit.record[field][start:end] in {"离休", "满意度", "离休干部满意度"}
        assert any(field == "name" for field, _, _ in hit.highlights)


def test_the_name_itself_comes_first(store: Store, records: list[Record]) -> None:
    for name in {record["name"] for record in records}:
        assert store.search(name).hits[0].record["name"] == name


def test_histogram(store: Store, records: list[Record]) -> None:
    answer = store.search("unit:%")
    assert answer.histogram is not None
    values = [number(r["base_value"]) for r in records if r["unit"] == "%"]
    assert sum(answer.histogram.counts) + answer.histogram.below + answer.histogram.above == len(values)
    assert (answer.histogram.minimum, answer.histogram.maximum) == (min(values), max(values))
    assert store.search("").histogram is None, "four units, none of which dominates"


def test_nothing_found_is_not_silent(store: Store) -> None:
    answer = store.search("参保群重满意度")
    assert answer.total == 0
    assert answer.hits == ()
    assert any(item.query == "参保群众满意度" and item.count for item in answer.suggestions)


def test_record_by_id(store: Store, records: list[Record]) -> None:
    for record in records[::7]:
        assert dict(store.hit(record["id"]).record) == record
        assert store.search(f"id:{record['id']}").total == 1
    with pytest.raises(UsageError):
        store.hit("0" * 16)


@pytest.mark.parametrize(
    "arguments", [{"offset": -1}, {"limit": -1}, {"filters": {"nope": "x"}}, {"facets": ["boxes"]}]
)
def test_wrong_arguments_are_told(store: Store, arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        store.search("", **arguments)


def test_document_and_its_tables(store: Store) -> None:
    hit = store.search("满意度").hits[0]
    document = store.document(hit.sha256)
    assert hit.record["id"] in {indicator.id for indicator in document.indicators}
    project = store.snapshot.projects(hit.sha256)[hit.project_index]
    assert hit.record["id"] in project["indicator_ids"]
    assert project["name"] == hit.record["project"]
    assert store.snapshot.tables(hit.sha256)[0]["kind"] == "项目绩效目标"


def test_threads_share_a_store(folder: Path) -> None:
    """Sessions of the app search one opened store at once."""
    from concurrent.futures import ThreadPoolExecutor

    queries = [query for query, _ in CASES] * 4
    with open_store(folder) as alone:
        wanted = [
            (alone.search(query).total, [hit.record["id"] for hit in alone.search(query).hits]) for query in queries
        ]
    with open_store(folder) as shared, ThreadPoolExecutor(8) as pool:
        answers = pool.map(shared.search, queries)
        assert [(answer.total, [hit.record["id"] for hit in answer.hits]) for answer in answers] == wanted


def test_an_index_of_another_version_is_made_anew_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import index.stamp
    from kpi.ingestion.doctor import examine, mend

    layout = Layout(tmp_path)
    layout.create()
    document = make_document("x")
    ParsedResults(layout, "test").save(document)
    publish_change(
        layout, Change(put=(Entry(sha256=document.sha256, path="in/x.pdf", location="/x.pdf", parser="test"),))
    )
    monkeypatch.setattr(index.stamp, "fingerprint", lambda: "of another program")
    with open_store(tmp_path) as opened:
        answer = opened.search("满意度")
        assert answer.total == 1
        assert any("kpi doctor" in note for note in opened.notes)
    problems = examine(tmp_path)
    assert "outdated_index" in {problem.code for problem in problems}
    mend(tmp_path, problems)
    with open_store(tmp_path) as opened:
        assert opened.search("满意度").total == 1
        assert opened.notes == ()


def test_the_public_names() -> None:
    """`kpi.ingest` is the function whichever module was imported first."""
    import kpi
    import kpi.ingestion

    assert kpi.ingest is kpi.ingestion.ingest
    assert kpi.open_store is open_store


def test_empty_store_and_no_store(tmp_path: Path) -> None:
    Layout(tmp_path).create()
    with open_store(tmp_path) as store:
        answer = store.search("满意度", filters={"city": "焦作市"})
        assert (answer.total, answer.hits, answer.histogram) == (0, (), None)
        assert list(store.iterate()) == []
    with pytest.raises(StoreError) as told:
        open_store(tmp_path / "none")
    assert told.value.code == "no_store"
