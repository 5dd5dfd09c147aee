"""What a store answers about clusters and how it is corrected: compare, similar, suggest, catalogue, corrections."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from store_samples import parse_sample, write_sample

from kpi.cli import command
from kpi.compare import Rule
from kpi.corrected_values import changes_of, value_of_text
from kpi.decisions import CORRECTION_KINDS
from kpi.errors import BadInput, UsageError
from kpi.ingestion import SerialExecutor, ingest
from kpi.library.reading import grid_to_rows, read_library
from kpi.library.references import row_target
from kpi.model import Document
from kpi.store import Store, open_store

CITIES = (
    ("焦作市", {}),
    ("许昌市", {"参保群众满意度": "≥95%"}),
    ("晋州市", {"参保群众满意度": "≥85%", "集中带量采购批次": "≥20批"}),
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for number, (city, changes) in enumerate(CITIES):
        write_sample(
            tmp_path / "in" / f"{number}.txt",
            city=city,
            changes=changes,
            projects=["2026年城乡医疗救助补助资金", "基金监管工作经费"],
        )
    take_in(tmp_path)
    return tmp_path


def take_in(place: Path, *more: Path) -> Any:
    return ingest([place / "in", *more], place / "kpi", executor=SerialExecutor(), parse=parse_sample)


def run(place: Path, *arguments: object) -> Result:
    found = CliRunner().invoke(command, [*map(str, arguments), "--store", str(place / "kpi")], standalone_mode=False)
    if found.exception is not None:
        raise found.exception
    return found


def records(store: Store) -> list[str]:
    return sorted(json.dumps({k: v for k, v in hit.to_plain().items() if k != "relevance"}) for hit in store.iterate())


# --- compare


def test_compare_counts_each_publication_once(place: Path) -> None:
    with open_store(place / "kpi") as store:
        found = store.compare("参保群众满意度")
    (item,) = found.sets
    assert {group.title: (group.value, group.rows) for group in item.groups} == {
        "许昌市": (95, 2), "焦作市": (90, 2), "晋州市": (85, 2),
    }  # fmt: skip
    assert [group.position.rank for group in item.groups] == [1, 2, 3]
    assert (item.figures.n, item.figures.median) == (3, 90)


def test_compare_by_id_wording_and_filter(place: Path) -> None:
    with open_store(place / "kpi") as store:
        by_name = store.compare("参保群众满意度")
        assert store.compare(by_name.clusters[0].id, "参保对象满意度").clusters == by_name.clusters
        assert store.compare("参保群众满意度", filters={"city": "许昌市"}).sets[0].figures.n == 1
        assert store.compare("参保群众满意度", query="project:监管", rule=Rule(value="each")).sets[0].figures.n == 3
        with pytest.raises(UsageError, match="参保群众满意度"):
            store.compare("满意的参保群众数")


def test_compare_command(place: Path) -> None:
    shown = run(place, "compare", "参保群众满意度", "--chart", place / "图.svg")
    assert "口径  表类型：项目绩效目标" in shown.stdout
    assert "中位 90%" in shown.stdout
    assert "数值越高越严" in shown.stdout
    assert (place / "图.svg").read_text("utf-8").startswith("<svg")
    rows = [
        json.loads(line) for line in run(place, "compare", "参保群众满意度", "--format", "jsonl").stdout.splitlines()
    ]
    assert [row["value"] for row in rows if row["counted"]] == [95, 90, 85]
    assert len(rows) == 6
    plain = json.loads(run(place, "compare", "参保群众满意度", "项目资金预算成本", "--format", "json").stdout)
    assert {item["family"] for item in plain["sets"]} == {"%", "元"}


def test_compare_workbook(place: Path) -> None:
    run(place, "compare", "参保群众满意度", "集中带量采购批次", "-o", place / "对比.xlsx")
    book = openpyxl.load_workbook(place / "对比.xlsx")
    assert book.sheetnames == ["统计", "矩阵", "取值", "说明"]
    matrix = [[cell.value for cell in row] for row in book["矩阵"].iter_rows()]
    assert matrix[0] == ["地区", "参保群众满意度", "集中带量采购批次"]
    assert ["许昌市", "≥95%", "≥30批"] in matrix
    heading, first, *_ = ([cell.value for cell in row] for row in book["统计"].iter_rows())
    assert dict(zip(heading, first, strict=True))["中位"] == 90


# --- similar, suggest


def test_similar_puts_the_same_indicator_first(place: Path) -> None:
    with open_store(place / "kpi") as store:
        found = store.similar("参保人员满意程度")
    assert found[0].near.same
    assert found[0].profile.cluster.name == "参保群众满意度"
    assert found[0].profile.typical.target == "≥90%"
    assert found[0].profile.cities == 3


def test_suggest_tells_only_what_is_printed(place: Path) -> None:
    with open_store(place / "kpi") as store:
        found = store.suggest("2027年城乡医疗救助中央补助")
        assert (found.core, found.cities, found.bodies) == ("城乡医疗救助", 3, 3)
        assert [item.name for item in found.projects] == ["2026年城乡医疗救助补助资金"]
        printed = {(hit.record["name"], hit.record["target"]) for hit in store.iterate()}
        for item in found.indicators:
            assert (item.profile.typical.name, item.profile.typical.target) in printed
            assert item.profile.typical.document
            assert item.share == 1
        assert [item.profile.category for item in found.indicators] == ["成本", "数量", "质量", "满意度"]
        fewer = store.suggest("城乡医疗救助", without=["许昌市"])
        assert fewer.cities == 2
        assert store.suggest("高速公路养护").indicators == ()


def test_proposal_commands(place: Path) -> None:
    shown = run(place, "suggest", "城乡医疗救助", "--least-cities", 3).stdout
    assert "满意度\n" in shown
    assert "3（100%）" in shown
    assert "库中没有相近的项目" in run(place, "suggest", "高速公路养护").stdout
    (first, *_) = json.loads(run(place, "similar", "参保对象满意度", "--format", "json").stdout)
    assert (first["name"], first["same"], first["value"], first["unit"]) == ("参保群众满意度", True, "90", "%")
    assert first["sources"][0]["document"]


# --- catalogue and reference libraries


def test_catalogue_comes_back_as_a_reference(place: Path) -> None:
    run(place, "export", "--catalogue", "-o", place / "市指标库.xlsx")
    book = openpyxl.load_workbook(place / "市指标库.xlsx")
    assert book.sheetnames == ["指标库", "成员", "说明"]
    heading = [cell.value for cell in book["指标库"][1]]
    assert heading[:14] == [
        "行业领域", "资金用途/项目类型", "一级指标", "二级指标", "三级指标", "指标解释", "计算符号", "指标值（典型）", "指标值（范围）", "计量单位", "使用城市数",
        "使用次数", "例", "来源",
    ]  # fmt: skip
    rows = [
        dict(zip(heading, (cell.value for cell in row), strict=True)) for row in book["指标库"].iter_rows(min_row=2)
    ]
    own = next(row for row in rows if row["三级指标"] == "参保群众满意度")
    assert [own[name] for name in ("行业领域", "计算符号", "指标值（典型）", "指标值（范围）", "计量单位", "使用城市数", "使用次数")] == [
        "医疗保障", "≥", "90", "85%–95%", "%", 3, 6,
    ]  # fmt: skip
    before = records(open_store(place / "kpi"))
    report = take_in(place, place / "市指标库.xlsx")
    assert [file.status for file in report.files if file.path.endswith("xlsx")] == ["library"]
    with open_store(place / "kpi") as store:
        assert records(store) == before, "a library's rows are nobody's targets"
        (reference,) = store.compare("参保群众满意度").references
        assert (reference.library, reference.target, reference.value) == ("市指标库", "≥90%", 90)
        assert len(store.suggest("城乡医疗救助").references) == 4
    assert "参考指标库（不计入统计）" in run(place, "compare", "参保群众满意度").stdout
    run(place, "remove", "市指标库.xlsx")
    with open_store(place / "kpi") as store:
        assert store.compare("参保群众满意度").references == ()


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_catalogue_as_text(place: Path, ending: str) -> None:
    text = run(place, "export", "--catalogue", "--format", ending).stdout.removeprefix("\ufeff")
    rows = (
        list(csv.DictReader(io.StringIO(text))) if ending == "csv" else [json.loads(line) for line in text.splitlines()]
    )
    assert {row["name"]: str(row["cities"]) for row in rows}["参保群众满意度"] == "3"


MINISTRY = [
    ["分行业分领域绩效指标体系（教育类）", "", "", "", "", "", "", ""],
    ["行业大类", "支出方向", "一级指标", "二级指标", "三级指标", "指标解释", "指标性质", "度量单位"],
    ["教育", "学前教育", "产出指标", "数量指标", "新增普惠性幼儿园学位数", "新增学位", "正向", "个"],
    ["", "", "", "", "幼儿园教师培训人次", "", "正向", "人次"],
    ["", "", "", "质量指标", "普惠性幼儿园覆盖率", "", "正向", "%"],
    ["", "", "满意度指标", "", "家长满意度", "", "正向", "%"],
    ["", "义务教育", "产出指标", "数量指标", "校舍维修面积", "", "正向", "平方米"],
]


def test_a_ministrys_library_is_filled_down() -> None:
    rows = grid_to_rows(MINISTRY)
    assert [(row.field, row.purpose, row.level1, row.level2, row.name, row.unit) for row in rows] == [
        ("教育", "学前教育", "产出指标", "数量指标", "新增普惠性幼儿园学位数", "个"),
        ("教育", "学前教育", "产出指标", "数量指标", "幼儿园教师培训人次", "人次"),
        ("教育", "学前教育", "产出指标", "质量指标", "普惠性幼儿园覆盖率", "%"),
        ("教育", "学前教育", "满意度指标", "", "家长满意度", "%"),
        ("教育", "义务教育", "产出指标", "数量指标", "校舍维修面积", "平方米"),
    ]


def test_a_bureaus_workbook_with_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某市2025年度项目支出绩效共性指标库"])
    sheet.append(["序号", "资金用途", "一级指标", "三级指标", "指标值", "计量单位"])
    sheet.append([1, "医疗救助", "产出指标", "救助人次", "≥1000", "人次"])
    sheet.append([2, None, None, "救助覆盖率", "≥95%", "%"])
    for place in ("A1:F1", "B3:B4", "C3:C4"):
        sheet.merge_cells(place)
    book.save(tmp_path / "共性指标.xlsx")
    library = read_library(tmp_path / "共性指标.xlsx")
    assert library is not None
    assert [(row.purpose, row.level1, row.name, row_target(row)) for row in library.rows] == [
        ("医疗救助", "产出指标", "救助人次", "≥1000人次"), ("医疗救助", "产出指标", "救助覆盖率", "≥95%"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "title", "is_library"),
    [
        (["一级指标", "二级指标", "三级指标", "指标解释", "指标值"], "医保共性指标库", True),
        (["一级指标", "二级指标", "三级指标", "指标解释", "指标值"], "2026年项目绩效目标表", False),
        (["项目名称", "资金用途", "一级指标", "三级指标", "指标值"], "绩效目标", False),
        (["行业领域", "三级指标", "计量单位"], "", True),
        (["行业领域", "资金用途"], "指标库", False),
    ],
)  # fmt: skip
def test_what_is_a_library(heading: list[str], title: str, *, is_library: bool) -> None:
    assert bool(grid_to_rows([heading, ["甲"] * len(heading)], [title])) is is_library


def test_budget_workbooks_are_no_libraries() -> None:
    corpus = Path(__file__).resolve().parents[2] / "corpus"
    books = sorted(corpus.glob("*.xls*"))
    assert books
    assert [read_library(path) for path in books] == [None] * len(books)


def test_targets_of_libraries_are_put_together() -> None:
    (row,) = grid_to_rows(
        [["行业领域", "三级指标", "计算符号", "指标值", "计量单位"], ["教育", "覆盖率", "≥", "95", "%"]]
    )
    assert row_target(row) == "≥95%"


# --- corrections


def identity(store: Store, city: str, name: str = "参保群众满意度") -> str:
    return str(next(hit.record["id"] for hit in store.iterate(filters={"city": city}) if hit.record["name"] == name))


def test_a_correction_is_shown_survives_and_is_undone(place: Path) -> None:
    with open_store(place / "kpi") as store:
        before = records(store)
        wanted = identity(store, "许昌市")
        store.correct(wanted, {"指标值": "≤0.6万元"}, reason="原文如此")
        record = store.hit(wanted).record
        assert [record[name] for name in ("target", "comparator", "value", "unit", "base_value", "base_unit")] == [
            "≤0.6万元", "≤", "0.6", "万元", "6000", "元",
        ]  # fmt: skip
        assert record["warnings"] == ["corrected"]
        (state,) = store.corrections()
        assert (state.problem, state.decision.reason) == ("", "原文如此")
    assert "≤0.6万元（已改）" in run(place, "search", "参保群众满意度", "--city", "许昌市").stdout
    run(place, "export", "-o", place / "o.xlsx", "--city", "许昌市")
    assert "已改" in {
        cell.value for row in openpyxl.load_workbook(place / "o.xlsx")["指标"].iter_rows() for cell in row
    }
    take_in(place)
    with open_store(place / "kpi") as store:
        assert store.hit(wanted).record["target"] == "≤0.6万元"
        store.undo(kinds=CORRECTION_KINDS)
        assert records(store) == before
        assert store.corrections() == []


def parse_moved(path: Path) -> Document:
    """As `parse_sample`, but a row that was overlooked before stands above the others, so that all places move."""
    document = parse_sample(path)
    moved = tuple(replace(item, source=replace(item.source, row=item.source.row + 1)) for item in document.indicators)
    first = replace(document.indicators[0], name="新读出的指标")
    by_old = {old.id: new.id for old, new in zip(document.indicators, moved, strict=True)}
    projects = tuple(
        replace(project, indicator_ids=tuple(by_old[identity] for identity in project.indicator_ids))
        for project in document.projects
    )
    return replace(document, indicators=(first, *moved), projects=projects)


def test_a_correction_follows_its_row_when_parsing_moves_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(place / "kpi") as store:
        wanted = identity(store, "晋州市", "集中带量采购批次")
        store.correct(wanted, {"level2": "数量指标（改）"})
        store.correct(wanted, {"project": "另一项目"})
        store.reject(identity(store, "晋州市", "项目资金预算成本"))
    monkeypatch.setattr("kpi.ingestion.parsed.parser_version", lambda: "newer")
    ingest([place / "in"], place / "kpi", executor=SerialExecutor(), parse=parse_moved)
    with open_store(place / "kpi") as store:
        rows = [hit.record for hit in store.iterate(filters={"city": "晋州市"})]
        assert {state.problem for state in store.corrections()} == {""}
    (found,) = (row for row in rows if "corrected" in row["warnings"])
    assert (found["name"], found["level2"], found["project"]) == ("集中带量采购批次", "数量指标（改）", "另一项目")
    assert found["id"] != wanted
    assert sorted(row["name"] for row in rows).count("项目资金预算成本") == 1, "one of the two was rejected"
    assert "新读出的指标" in {row["name"] for row in rows}


def test_rejected_rows_are_nowhere(place: Path) -> None:
    with open_store(place / "kpi") as store:
        before = records(store)
        wanted = identity(store, "焦作市")
        store.reject(wanted)
        assert len(records(store)) == len(before) - 1
        assert store.compare("参保群众满意度").sets[0].groups[1].rows == 1
        with pytest.raises(UsageError, match="没有这个编号"):
            store.correct(wanted, {"target": "≥1%"})
        store.undo(kinds=CORRECTION_KINDS)
        assert records(store) == before


def test_facts_of_a_document(place: Path) -> None:
    with open_store(place / "kpi") as store:
        before = records(store)
        store.correct_document("1.txt", {"城市": "洛阳市", "year": "2025年"})
        found = [hit.record for hit in store.iterate(filters={"city": "洛阳市"})]
        assert len(found) == 8
        assert {(row["year"], tuple(row["warnings"])) for row in found} == {(2025, ("corrected",))}
        assert {row.city for row in store.documents.values()} == {"焦作市", "洛阳市", "晋州市"}
        store.undo(kinds=CORRECTION_KINDS)
        assert records(store) == before
        with pytest.raises(UsageError, match="可更正的字段"):
            store.correct_document("1.txt", {"project": "x"})


def test_correct_command(place: Path, tmp_path: Path) -> None:
    with open_store(place / "kpi") as store:
        wanted = identity(store, "焦作市")
    told = run(place, "correct", wanted, "--set", "target=≥92%", "--set", "预算金额=120万元", "--author", "王")
    assert "指标值改为“≥92%”" in told.stderr
    (row,) = json.loads(run(place, "correct", "--list", "--format", "json").stdout)
    assert (row["author"], row["changes"]["budget"], row["problem"]) == ("王", "1200000", "")
    assert "已生效" in run(place, "correct", "--list").stdout
    run(place, "correct", "--export", tmp_path / "更正.jsonl")
    run(place, "correct", "--undo")
    assert "没有有效的更正" in run(place, "correct", "--list").stderr
    with open_store(place / "kpi") as store:
        assert store.hit(wanted).record["target"] == "≥90%"
    other = tmp_path / "other"
    write_sample(
        other / "in" / "0.txt", city="焦作市", changes={}, projects=["2026年城乡医疗救助补助资金", "基金监管工作经费"]
    )
    take_in(other)
    run(other, "correct", "--import", tmp_path / "更正.jsonl")
    with open_store(other / "kpi") as store:
        assert store.hit(wanted).record["target"] == "≥92%"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0123456789abcdef", "--set", "target=≥1%"], "没有这个编号"), (["--list", "--undo"], "之一"), (["--set", "city=x"], "二选一"),
        (["x", "--set", "target"], "字段=值"),
    ],
)  # fmt: skip
def test_correct_refuses(place: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(place, "correct", *arguments)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("budget", "1,200.50元", "1200.50"), ("budget", "3亿", "300000000"), ("year", "2026年", 2026), ("approximate", "是", True), ("date_end", "2026年12月31日", "2026-12-31"),
        ("project", " 甲 ", "甲"), ("value", "", None), ("project", "", ""),
    ],
)  # fmt: skip
def test_typed_values(field: str, text: str, value: object) -> None:
    assert value_of_text(field, text) == value


@pytest.mark.parametrize(("field", "text"), [("year", "今年"), ("budget", "很多"), ("approximate", "也许"), ("date_end", "年底"), ("category", "别的"), ("year", "2026.5")])  # fmt: skip
def test_typed_values_that_do_not_fit(field: str, text: str) -> None:
    with pytest.raises(UsageError):
        value_of_text(field, text)


def test_nothing_changed_is_told(place: Path) -> None:
    with open_store(place / "kpi") as store:
        record = store.hit(identity(store, "焦作市")).record
    with pytest.raises(UsageError, match="相同"):
        changes_of(record, {"target": "≥90%"})
    assert changes_of(record, {"category": "质量"}) == {"category": "质量"}


def test_a_damaged_import_changes_nothing(place: Path, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"kind": "correct"}\n', "utf-8")
    with pytest.raises(BadInput):
        run(place, "correct", "--import", tmp_path / "x.jsonl")
