"""Exports hold exactly the matching rows, all of them, and nothing in them runs as a formula."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest
from store_samples import full_document, make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.errors import BadInput, UsageError
from kpi.export import About, export_file, read_csv
from kpi.export import workbook as workbooks
from kpi.ingestion import ParsedResults
from kpi.ingestion.publishing import publish_change
from kpi.model import RECORD_FIELDS, Document, indicator_to_record
from kpi.store import Store, open_store

FORMULAS = (
    "=100%",
    "+5个",
    "-3%",
    "@SUM(1)",
    "\t=1",
    "＝90%",
    "'=引号",
    '=HYPERLINK("http://x","y")',
    "<img src=x onerror=alert(1)>",
)


def hostile_document() -> Document:
    """A document whose names and targets are what spreadsheets would run; 河南's self-evaluations do print `=100%`."""
    document = make_document("hostile", projects=("=1+1",))
    first = document.indicators[0]
    indicators = tuple(
        replace(
            first, name=f"指标{number}{text}", target=text, project="=1+1",
            source=replace(first.source, row=number + 1), value=Decimal("-5.50"), base_value=Decimal("-5.50"),
        )
        for number, text in enumerate(FORMULAS)
    )  # fmt: skip
    project = replace(document.projects[0], indicator_ids=tuple(item.id for item in indicators))
    return replace(document, indicators=indicators, projects=(project,))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("store")
    layout = Layout(root)
    layout.create()
    results = ParsedResults(layout, "test")
    entries = []
    for document in (hostile_document(), full_document(), make_document("usual", city="许昌市", projects=("甲", "乙"))):
        results.save(document)
        entries.append(Entry(sha256=document.sha256, path=document.path, location=f"/{document.path}", parser="test"))
    publish_change(layout, Change(put=tuple(entries)))
    with open_store(root) as opened:
        yield opened


QUERIES = ["", "指标", "city:许昌市", "不存在的东西"]


@pytest.mark.parametrize("query", QUERIES)
def test_csv_comes_back_as_it_was(store: Store, tmp_path: Path, query: str) -> None:
    for raw in (False, True):
        path = tmp_path / "out.csv"
        count = store.export(path, query=query, raw=raw)
        assert count == store.count(query)
        assert list(read_csv(path)) == [hit.to_plain() for hit in store.iterate(query)]


def test_csv_cells_never_begin_like_a_formula(store: Store, tmp_path: Path) -> None:
    import csv

    store.export(tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "Excel opens UTF-8 only with a byte order mark"
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    for row in rows:
        for name, cell in row.items():
            if name not in {"value", "base_value"}:
                assert cell[:1] not in {"=", "+", "-", "@", "\t", "＝"}, (name, cell)
    assert {row["target"] for row in rows} >= {"'=100%", "'-3%", "''=引号"}
    assert "-5.50" in {row["value"] for row in rows}, "numbers stay numbers"


@pytest.mark.parametrize("query", QUERIES)
def test_json_and_jsonl(store: Store, tmp_path: Path, query: str) -> None:
    wanted = [hit.to_plain() for hit in store.iterate(query)]
    assert store.export(tmp_path / "out.jsonl", query=query) == len(wanted)
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == wanted
    assert store.export(tmp_path / "out.json", query=query) == len(wanted)
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == wanted


@pytest.mark.parametrize("query", QUERIES)
def test_workbook(store: Store, tmp_path: Path, query: str) -> None:
    path = tmp_path / "out.xlsx"
    count = store.export(path, query=query, filters={"year": [2025, 2026]})
    wanted = [hit.to_plain() for hit in store.iterate(query, {"year": [2025, 2026]})]
    assert count == len(wanted)
    book = openpyxl.load_workbook(path)
    sheet = book["指标"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[: len(RECORD_FIELDS)] == [item.title for item in RECORD_FIELDS]
    assert sheet.max_row == count + 1
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    for row, record in zip(sheet.iter_rows(min_row=2), wanted, strict=True):
        cells = dict(zip(headings, row, strict=True))
        for title, key in (("三级指标", "name"), ("指标值", "target"), ("项目名称", "project")):
            assert cells[title].data_type in {"s", "inlineStr", "n"}
            assert (cells[title].value or "") == record[key]
            assert cells[title].data_type != "f"
        assert cells["数值"].value == pytest.approx(float(record["value"]))
        assert cells["年度"].value == record["year"]
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert told["行数"] == str(count)
    assert told["检索式"] == (query or "（全部）")
    assert "year = 2025、2026" in told["筛选"]
    assert told["快照"] == store.name
    assert told["导出时间"]


def test_no_formula_stands_in_the_workbook_file(store: Store, tmp_path: Path) -> None:
    store.export(tmp_path / "out.xlsx")
    with ZipFile(tmp_path / "out.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets
    for sheet in sheets:
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
        assert b"<img" not in sheet


def test_workbook_goes_on_to_a_further_sheet(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ROWS_PER_SHEET", 5)
    count = store.export(tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheets = [name for name in book.sheetnames if name.startswith("指标")]
    assert len(sheets) == -(-count // 5)
    assert sum(book[name].max_row - 1 for name in sheets) == count


def test_text_longer_than_a_cell_is_told(tmp_path: Path) -> None:
    long = replace(make_document().indicators[0], description="长" * 40_000)
    export_file([indicator_to_record(long)], tmp_path / "out.xlsx", about=About())
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    texts = [str(cell.value) for cell in book["指标"][2] if cell.value]
    assert any("全文 40000 字" in text and len(text) <= 32_767 for text in texts)
    assert any(row[0].value == "截短的单元格" for row in book["说明"].iter_rows())


def test_long_numbers_keep_all_their_digits(tmp_path: Path) -> None:
    exact = replace(make_document().indicators[0], value=Decimal("1234567890.123456789"))
    export_file([indicator_to_record(exact)], tmp_path / "out.xlsx", about=About())
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["指标"]
    titles = [cell.value for cell in sheet[1]]
    assert sheet[2][titles.index("数值")].value == "1234567890.123456789"


def test_parquet_has_exact_decimals_beside_the_printed_text(store: Store, tmp_path: Path) -> None:
    count = store.export(tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == count == store.count()
    assert str(table.schema.field("value").type) == "decimal128(38, 10)"
    by_id = {row["id"]: row for row in table.to_pylist()}
    for hit in store.iterate():
        row = by_id[hit.record["id"]]
        assert row["target"] == hit.record["target"]
        assert row["value"] == Decimal(hit.record["value"])
        assert row["warnings"] == hit.record["warnings"]
        assert [[float(number) for number in box] for box in hit.record["boxes"]] == row["boxes"]


def test_a_number_beyond_decimal_38_10_does_not_stop_publishing(tmp_path: Path) -> None:
    document = make_document("large")
    large = replace(document.indicators[0], value=Decimal("1E+40"))
    layout = Layout(tmp_path)
    layout.create()
    ParsedResults(layout, "test").save(replace(document, indicators=(large,)))
    publish_change(
        layout, Change(put=(Entry(sha256=document.sha256, path=document.path, location="/x", parser="test"),))
    )
    with open_store(tmp_path) as opened:
        (hit,) = opened.iterate()
        assert Decimal(hit.record["value"]) == Decimal("1E+40")


def test_failures_leave_no_half_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="docx"):
        store.export(tmp_path / "out.docx")
    with pytest.raises(UsageError):
        store.export(tmp_path / "none" / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_csv_that_is_not_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,page\na,not a page\n", "utf-8")
    with pytest.raises(BadInput, match="第 2 行"):
        list(read_csv(tmp_path / "x.csv"))


def test_limit_and_offset(store: Store, tmp_path: Path) -> None:
    everything = [hit.to_plain() for hit in store.iterate()]
    assert store.export(tmp_path / "out.jsonl", limit=3, offset=2) == 3
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == everything[2:5]
