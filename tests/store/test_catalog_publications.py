"""The same table in two formats, a part of it, or a revised edition counts once."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_samples import ROWS, make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.ingestion import ParsedResults
from kpi.ingestion.publishing import publish_change
from kpi.model import Document
from kpi.store import open_store

PROJECTS = ("城乡医疗救助补助", "基金监管工作经费", "医保信息化建设")


def publish_all(root: Path, *documents: Document) -> None:
    """Publish documents one after the other, as they would come in."""
    layout = Layout(root)
    layout.create()
    results = ParsedResults(layout, "test")
    for document in documents:
        results.save(document)
        entry = Entry(sha256=document.sha256, path=document.path, location=f"/{document.path}", parser="test")
        publish_change(layout, Change(put=(entry,)))


def counted(root: Path) -> list[str]:
    """Names of the documents that figures count."""
    with open_store(root) as store:
        return sorted({hit.record["document"] for hit in store.iterate()})


def test_two_formats_count_once_and_the_copy_is_told(tmp_path: Path) -> None:
    pdf = make_document("a", projects=PROJECTS, name="许昌.pdf")
    workbook = make_document("b", projects=PROJECTS, name="许昌.xlsx", format="xlsx")
    publish_all(tmp_path, pdf, workbook)
    with open_store(tmp_path) as store:
        answer = store.search("满意度")
        assert answer.total == 3
        assert answer.copies_left_out == 3
        assert {hit.record["document"] for hit in answer.hits} == {"许昌.pdf"}
        assert [(copy.document, copy.relation) for copy in answer.hits[0].copies] == [("许昌.xlsx", "same")]
        assert store.search("满意度", copies=True).total == 6


def test_the_pdf_counts_whichever_came_first(tmp_path: Path) -> None:
    workbook = make_document("b", projects=PROJECTS, name="许昌.xlsx", format="xlsx")
    publish_all(tmp_path, workbook, make_document("a", projects=PROJECTS, name="许昌.pdf"))
    assert counted(tmp_path) == ["许昌.pdf"]


def test_a_workbook_that_says_no_city_is_a_copy_if_its_rows_are_telling(tmp_path: Path) -> None:
    workbook = make_document("b", city="", department="", projects=PROJECTS, name="x.xlsx", format="xlsx")
    publish_all(tmp_path, make_document("a", projects=PROJECTS), workbook)
    assert counted(tmp_path) == ["a.pdf"]


def test_a_part_of_the_tables_counts_once(tmp_path: Path) -> None:
    part = make_document("b", projects=PROJECTS[:1], name="part.xlsx", format="xlsx")
    publish_all(tmp_path, make_document("a", projects=PROJECTS), part)
    assert counted(tmp_path) == ["a.pdf"]


def test_a_revision_replaces(tmp_path: Path) -> None:
    changes = {"参保群众满意度": "≥95%", "集中带量采购批次": "≥35批"}
    old = make_document("a", projects=PROJECTS)
    new = make_document("b", projects=PROJECTS, changes=changes, name="调整.pdf", title="2026年度预算（调整）")
    publish_all(tmp_path, old, new)
    with open_store(tmp_path) as store:
        answer = store.search("满意度")
        assert [hit.record["target"] for hit in answer.hits] == ["≥95%"] * 3
        assert answer.hits[0].copies[0].relation == "replaced"


def test_a_marked_revision_replaces_even_if_it_came_first(tmp_path: Path) -> None:
    changes = {"参保群众满意度": "≥95%", "集中带量采购批次": "≥35批"}
    new = make_document("b", projects=PROJECTS, changes=changes, name="b.pdf", title="2026年度预算调整")
    publish_all(tmp_path, new, make_document("a", projects=PROJECTS))
    assert counted(tmp_path) == ["b.pdf"]


@pytest.mark.parametrize(
    "other",
    [
        {"year": 2025},
        {"city": "许昌市"},
        {"department": "焦作市财政局"},
        {"projects": ("另一个项目", "再一个项目")},
        {"rows": ROWS[:2], "projects": ("另一个项目",)},
    ],
    ids=["other year", "other city", "other department", "other projects", "few rows"],
)
def test_different_publications_count_each(tmp_path: Path, other: dict[str, object]) -> None:
    publish_all(tmp_path, make_document("a", projects=PROJECTS), make_document("b", **{"projects": PROJECTS, **other}))
    assert counted(tmp_path) == ["a.pdf", "b.pdf"]


def test_removing_the_counting_copy_lets_the_other_count(tmp_path: Path) -> None:
    pdf = make_document("a", projects=PROJECTS)
    publish_all(tmp_path, pdf, make_document("b", projects=PROJECTS, name="b.xlsx", format="xlsx"))
    publish_change(Layout(tmp_path), Change(drop=frozenset([pdf.sha256])))
    assert counted(tmp_path) == ["b.xlsx"]


def test_parquet_says_what_counts(tmp_path: Path) -> None:
    """Programs that read the Parquet files alone get the same figures."""
    publish_all(
        tmp_path,
        make_document("a", projects=PROJECTS),
        make_document("b", projects=PROJECTS, name="b.xlsx", format="xlsx"),
    )
    with open_store(tmp_path) as store, store.snapshot.connect() as connection:
        rows = connection.execute(
            "select document, bool_and(counted), bool_or(counted) from indicators group by 1 order by 1"
        )
        assert rows.fetchall() == [("a.pdf", True, True), ("b.xlsx", False, False)]


def test_many_small_publications_agree_with_one_large(tmp_path: Path) -> None:
    """Relations found one document at a time are those found all at once, joined parts included."""
    documents = [
        make_document(f"{city}{year}{kind}", city=city, year=year, projects=PROJECTS, format=kind)
        for city in ("焦作市", "许昌市", "晋州市")
        for year in (2025, 2026)
        for kind in ("pdf", "xlsx")
    ]
    publish_all(tmp_path / "slow", *documents)
    layout = Layout(tmp_path / "fast")
    layout.create()
    results = ParsedResults(layout, "test")
    for document in documents:
        results.save(document)
    entries = [Entry(sha256=d.sha256, path=d.path, location=f"/{d.path}", parser="test") for d in documents]
    publish_change(layout, Change(put=tuple(entries)))
    assert counted(tmp_path / "slow") == counted(tmp_path / "fast")
    assert len(counted(tmp_path / "fast")) == 6
