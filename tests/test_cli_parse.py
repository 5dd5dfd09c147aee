"""`kpi parse` and `kpi inspect`: outputs, summary, exit codes, and what bad input does to a batch."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document as WordDocument
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from kpi.cli import COMMANDS, main
from kpi.model import RECORD_FIELDS

ROOT = Path(__file__).resolve().parents[1]
GOOD = ROOT / "corpus" / "jinzhou-2026.docx"
INDICATORS = 32


def make_bad(kind: str, folder: Path) -> Path:
    """A file that cannot be read, or a path that is not there."""
    path = folder / f"{kind}.pdf"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        path.write_bytes((ROOT / "corpus" / "jiaozuo-2026.pdf").read_bytes()[:20_000])
    elif kind == "protected":
        canvas = Canvas(str(path), encrypt=StandardEncryption("secret", ownerPassword="owner"))
        canvas.drawString(100, 700, "x")
        canvas.save()
    elif kind == "no_pages":
        path.write_bytes(
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
            b"trailer<</Root 1 0 R>>\n%%EOF\n"
        )
    elif kind == "no_zip":
        path = folder / "no_zip.docx"
        path.write_bytes(b"PK\x03\x04" + b"not really a zip" * 20)
    elif kind == "broken_sheet":
        path = folder / "broken_sheet.xlsx"
        workbook = openpyxl.Workbook()
        workbook.active["A1"] = "三级指标"
        workbook.save(folder / "whole.xlsx")
        with zipfile.ZipFile(folder / "whole.xlsx") as whole, zipfile.ZipFile(path, "w") as broken:
            for item in whole.infolist():
                data = whole.read(item)
                broken.writestr(item, data[: len(data) // 2] if "sheet1" in item.filename else data)
        (folder / "whole.xlsx").unlink()
    elif kind == "missing":
        path = folder / "nowhere.pdf"
    elif kind == "empty_folder":
        path = folder / "folder"
        path.mkdir()
    return path


BAD = ("empty", "truncated", "protected", "no_pages", "no_zip", "broken_sheet", "missing", "empty_folder")


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_named_and_the_rest_is_done(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = make_bad(kind, tmp_path)
    out = tmp_path / "out.jsonl"
    assert main(["parse", str(bad), str(GOOD), "--jobs", "1", "-o", str(out)]) == 1
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == INDICATORS
    told = capfd.readouterr().err
    failure = next(line for line in told.splitlines() if line.startswith("失败："))
    assert bad.name in failure
    assert "建议：" in failure
    assert "程序内部错误" not in told
    assert "失败 1 个" in told


def test_a_wrong_extension_is_read_by_content(tmp_path: Path) -> None:
    wrong = tmp_path / "预算.pdf"
    shutil.copy(GOOD, wrong)
    out = tmp_path / "out.csv"
    assert main(["parse", str(wrong), "-o", str(out), "-q"]) == 0
    with out.open(encoding="utf-8-sig") as stream:
        assert len(list(csv.DictReader(stream))) == INDICATORS


def test_a_gbk_text_is_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "某某市教育局2026年部门预算\n绩效指标：学前教育毛入园率达到95%以上。\n"
    path = tmp_path / "预算.txt"
    path.write_bytes(text.encode("gbk"))
    assert main(["parse", str(path), "--format", "jsonl", "-q"]) == 0
    record = json.loads(capfd.readouterr().out)
    assert (record["name"], record["target"], record["year"]) == ("学前教育毛入园率", "95%以上", 2026)


def test_a_readable_file_without_a_performance_table_is_no_failure(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "通知.docx"
    word = WordDocument()
    word.add_paragraph("关于召开会议的通知")
    word.save(str(path))
    assert main(["parse", str(path)]) == 0
    assert "没有绩效目标表：通知.docx" in capfd.readouterr().err


def test_an_archive_gives_all_its_documents(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "全市.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(GOOD, "医保局/预算.docx")
        archive.writestr("坏文件.pdf", b"%PDF-1.4 cut")
    assert main(["parse", str(path), "--format", "jsonl"]) == 1
    captured = capfd.readouterr()
    records = [json.loads(line) for line in captured.out.splitlines()]
    assert len(records) == INDICATORS
    assert records[0]["path"].endswith("全市.zip/医保局/预算.docx")
    assert "坏文件.pdf" in captured.err


def test_every_record_has_every_key_in_order(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", str(GOOD), "--format", "jsonl", "-q"]) == 0
    for line in capfd.readouterr().out.splitlines():
        assert list(json.loads(line)) == [field.name for field in RECORD_FIELDS]


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "xlsx", "parquet"])
def test_output_formats(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"指标.{ending}"
    assert main(["parse", str(GOOD), "-o", str(out), "-q"]) == 0
    assert out.stat().st_size > 1000


def test_batches_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    outs = []
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.jsonl"
        files = [str(ROOT / "corpus" / name) for name in ("xuchang-2026.xlsx", "jinzhou-2026.docx")]
        assert main(["parse", *files, "--jobs", jobs, "-o", str(out), "-q"]) == 0
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]


def test_explain_names_layout_and_header(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", str(GOOD), "--explain"]) == 0
    told = capfd.readouterr().err
    assert "版式“三级指标表”" in told
    assert "一级指标、二级指标、三级指标" in told


@pytest.mark.parametrize("stage", ["pages", "tables", "layout", "rows"])
def test_inspect_shows_each_stage(stage: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(GOOD), "--stage", stage]) == 0
    wanted = {"pages": "单元格", "tables": "三级指标", "layout": "版式 levels", "rows": "成本控制数"}[stage]
    assert wanted in capfd.readouterr().out


def test_wrong_usage_has_its_own_exit_code() -> None:
    assert main(["parse"]) == 2
    assert main(["parse", str(GOOD), "--format", "docx"]) == 2
    assert main(["nonsense"]) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["parse"], "缺少参数"),
        (["nonsense"], "没有命令 'nonsense'"),
        (["parse", "x.pdf", "--colour"], "没有选项 '--colour'"),
        (["parse", "x.pdf", "--format", "docx"], "可选：'table', 'jsonl'"),
        (["parse", "x.pdf", "--jobs", "many"], "不是有效的数字"),
        (["parse", "x.pdf", "--jobs", "-1"], "不在范围"),
    ],
)
def test_wrong_usage_is_told_in_chinese(arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    shown = capfd.readouterr().err
    assert told in shown
    assert "Usage" not in shown
    assert "Error" not in shown


def test_help_is_quick() -> None:
    """0.4 s on an idle machine; the bound here leaves room for a busy one and still fails when pandas is imported."""
    command = [sys.executable, "-m", "kpi.cli", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        times.append(time.perf_counter() - start)
    assert all(name in shown for name in COMMANDS)
    modules = subprocess.run(
        [sys.executable, "-c", "import sys, kpi.cli; print(sorted({m.split('.')[0] for m in sys.modules}))"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert not {"pandas", "numpy", "duckdb", "streamlit", "pdfplumber", "rich"} & set(eval(modules))
    assert min(times) < 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert "示例" in capfd.readouterr().out
