"""The command, the workbook and the Word document."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from kpi.cli import main
from kpi.review.report import Report, finding_to_record, make_report
from tests.review.clean import CLEAN
from tests.review.examples import Table, rows

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
WRONG = rows(
    "成本指标 | 经济成本指标 | 项目总成本 | ≤20元", "产出指标 | 质量指标 | 设备故障率 | ≥2%", "产出指标 | 数量指标 | 印发教材册数 | ",
    "满意度指标 | 服务对象满意度指标 | =家长满意度 | ≥70%",
)  # fmt: skip
PAGE = """<html><head><meta charset="utf-8"><title>甲市教育局2026年部门预算</title></head><body>
<p>甲市教育局2026年度项目绩效目标表</p><table>
<tr><td>项目名称</td><td colspan="3">教师培训经费</td></tr><tr><td>资金总额</td><td colspan="3">20.00</td></tr>
<tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>指标值</td></tr>{rows}</table></body></html>"""


@pytest.fixture
def report() -> Report:
    return make_report([Table(WRONG).document(), CLEAN["food"]()])


def page(tmp_path: Path, text: str, name: str = "甲市.html") -> Path:
    lines = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in lines)
    path = tmp_path / name
    path.write_text(PAGE.format(rows=body), encoding="utf-8")
    return path


def test_findings_stand_by_project_and_severity(report: Report) -> None:
    order = {"E": 0, "W": 1, "I": 2}
    keys = [(finding.document, finding.project, order[finding.severity]) for finding in report.findings]
    assert keys == sorted(keys)
    assert report.by_severity()["E"] == 2
    assert sum(report.by_severity().values()) == len(report.findings) == sum(report.by_rule().values())


def test_a_record_has_every_key_and_is_json(report: Report) -> None:
    for finding in report.findings:
        record = json.loads(json.dumps(finding_to_record(finding), ensure_ascii=False))
        assert set(record) == {
            "rule", "severity", "document", "page", "boxes", "project", "indicator_id", "printed", "message", "expected", "advice",
            "evidence", "topic",
        }  # fmt: skip
        assert record["message"]
        assert record["advice"]
        assert record["page"] == 1


def test_the_workbook(report: Report) -> None:
    from kpi.export.review_workbook import write_review_workbook

    stream = BytesIO()
    write_review_workbook(report, stream)
    book = openpyxl.load_workbook(stream)
    assert book.sheetnames == ["审核意见", "统计", "规则说明"]
    sheet = book["审核意见"]
    heading, *lines = sheet.iter_rows(values_only=True)
    assert len(lines) == len(report.findings)
    first = dict(zip(heading, lines[0], strict=True))
    assert isinstance(first["页"], int)
    assert isinstance(first["行"], int)
    assert first["等级"] == "强制"
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref
    assert all((sheet.column_dimensions[letter].width or 0) > 5 for letter in "ABCDEFGHIJK")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert any("=家长满意度" in str(line) for line in lines)
    rules = {row[0]: row for row in book["规则说明"].iter_rows(min_row=2, values_only=True)}
    assert rules["R48"][6] == "满意度目标值下限 80%"
    assert rules["R42b"][7] == report.by_rule()["R42b"]
    told = "".join(str(cell) for row in book["统计"].iter_rows(values_only=True) for cell in row if cell is not None)
    assert "教师培训经费" in told


def test_the_document_to_sign(report: Report) -> None:
    from kpi.export.review_document import write_review_document

    stream = BytesIO()
    write_review_document(report, stream)
    document = docx.Document(stream)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "绩效目标审核意见" in text
    assert "审核结论" in text
    assert "审核人（签字）" in cells
    assert all(finding.message in cells and finding.advice in cells for finding in report.findings)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert fonts.get(qn("w:eastAsiaTheme")) is None
    runs = [
        run
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
    ]
    assert {run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in runs} == {"宋体", "黑体"}


def test_a_report_without_findings() -> None:
    from kpi.export.review_document import write_review_document
    from kpi.export.review_workbook import write_review_workbook

    empty = make_report([CLEAN["food"]()])
    assert empty.findings == ()
    for write in (write_review_document, write_review_workbook):
        stream = BytesIO()
        write(empty, stream)
        assert stream.getvalue()


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (WRONG, "E", 3), (WRONG, "never", 0), (rows("产出指标 | 质量指标 | 设备故障率 | ≥2%"), "E", 0),
        (rows("产出指标 | 质量指标 | 设备故障率 | ≥2%"), "W", 3), (rows("满意度指标 | 服务对象满意度指标 | 家长满意度 | ≥70%"), "W", 0),
        (rows("满意度指标 | 服务对象满意度指标 | 家长满意度 | ≥70%"), "I", 3), (rows(), "I", 0),
    ],
    ids=["error", "never", "warning under E", "warning", "lead under W", "lead", "clean"],
)  # fmt: skip
def test_exit_codes(
    tmp_path: Path, text: str, fail_on: str, code: int, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = page(tmp_path, text)
    assert main(["review", str(path), "--fail-on", fail_on, "--format", "jsonl", "--quiet"]) == code
    out, err = capsysbinary.readouterr()
    assert all(json.loads(line)["document"] == path.name for line in out.splitlines())
    assert err == b""


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["review", str(tmp_path / "没有.pdf")]) == 1
    out, err = capsysbinary.readouterr()
    assert out == b""
    assert "文件不存在".encode() in err


def test_the_report_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(page(tmp_path, WRONG))]) == 3
    out, err = capsys.readouterr()
    assert "强制 R42b" in out
    assert "教师培训经费" in out
    assert "应为：" in out
    assert "强制 2 条" in err


@pytest.mark.parametrize("ending", ["xlsx", "docx", "jsonl"])
def test_files_by_their_ending(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"审核意见.{ending}"
    assert main(["review", str(page(tmp_path, WRONG)), "-o", str(target), "--quiet", "--fail-on", "never"]) == 0
    assert target.stat().st_size > 500


@pytest.mark.parametrize(
    "arguments",
    [["--profile", "T2031"], ["--fail-on", "X"], ["-o", "x.pdf"], ["--format", "csv"]],
    ids=["profile", "fail-on", "ending", "format"],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    assert main(["review", str(page(tmp_path, WRONG)), *arguments]) == 2


def test_less_severe_findings_can_be_left_out(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    main(["review", str(page(tmp_path, WRONG)), "--severity", "E", "--format", "jsonl", "--quiet"])
    assert {json.loads(line)["severity"] for line in capsysbinary.readouterr().out.splitlines()} == {"E"}
