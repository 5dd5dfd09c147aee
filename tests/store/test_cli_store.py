"""The store's commands as a person calls them: output, messages, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from store_samples import parse_sample, write_sample

from kpi.cli import command, main
from kpi.ingestion import SerialExecutor, ingest


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for number, city in enumerate(("焦作市", "许昌市", "晋州市")):
        projects = ["城乡医疗救助补助", "基金监管工作经费"]
        write_sample(tmp_path / "in" / f"{number}.txt", city=city, projects=projects)
    ingest([tmp_path / "in"], tmp_path / "kpi", executor=SerialExecutor(), parse=parse_sample)
    return tmp_path / "kpi"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)


def code_of(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search_shows_a_table_and_tells_the_total_apart(store: Path) -> None:
    result = run("search", "满意度", "--city", "许昌市", "--store", store)
    assert result.return_value == 0
    assert result.stdout.count("参保群众满意度") == 2
    assert "≥90%" in result.stdout
    assert "共 2 条" in result.stderr
    assert "共 2 条" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "total"),
    [
        (["满意度"], 6),
        (["满意度", "value>=95"], 0),
        (["满意度", "-参保"], 0),
        (["--city", "许昌市", "--city", "焦作市"], 16),
        (["--level1", "满意度指标", "--year", "2026"], 6),
        (["基金", "sort:-value"], 12),
        ([], 24),
        (["--dept", "晋州市医疗保障局"], 8),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_machine_formats_have_every_row(store: Path, arguments: list[str], total: int) -> None:
    result = run("search", *arguments, "--format", "jsonl", "--store", store)
    records = lines(result)
    assert len(records) == total
    assert all(
        {"id", "name", "relevance", "cluster", "cluster_name", "highlights"} <= set(record) for record in records
    )


def test_limit_and_offset(store: Path) -> None:
    everything = [record["id"] for record in lines(run("search", "满意度", "--format", "jsonl", "--store", store))]
    page = lines(run("search", "满意度", "--format", "jsonl", "--limit", 2, "--offset", 3, "--store", store))
    assert [record["id"] for record in page] == everything[3:5]


def test_facets(store: Path) -> None:
    facets = {item["facet"]: item for item in lines(run("search", "--facets", "--format", "jsonl", "--store", store))}
    assert {item["value"]: item["count"] for item in facets["city"]["values"]} == {
        "焦作市": 8,
        "许昌市": 8,
        "晋州市": 8,
    }
    assert "城市：" in run("search", "满意度", "--facets", "--store", store).stdout


def test_nothing_found_offers_something(store: Path) -> None:
    result = run("search", "参保群重满意度", "--store", store)
    assert "共 0 条" in result.stderr
    assert "参保群众满意度" in result.stderr


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.jsonl", "out.json", "out.parquet"])
def test_the_ending_of_the_file_chooses_the_format(store: Path, tmp_path: Path, name: str) -> None:
    for verb in ("search", "export"):
        path = tmp_path / verb / name
        path.parent.mkdir()
        result = run(verb, "满意度", "-o", path, "--store", store)
        assert result.return_value == 0, result.output
        assert path.stat().st_size > 0
        assert result.stdout == ""
        assert "6 条" in result.stderr


def test_export_to_standard_output(store: Path) -> None:
    result = run("export", "满意度", "--format", "csv", "--csv-raw", "--store", store)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 6
    assert {row["name"] for row in rows} == {"参保群众满意度"}


def test_quiet_says_nothing_on_standard_error(store: Path) -> None:
    assert run("search", "满意度", "--quiet", "--store", store).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", "nofield:x"], 2),
        (["search", "value>=abc"], 2),
        (["search", '"open'], 2),
        (["search", "--citty", "x"], 2),
        (["search", "满意度", "-o", "out.docx"], 2),
        (["remove", "none.pdf"], 2),
        (["status"], 0),
        (["doctor", "--check"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(store: Path, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(*arguments, "--store", store) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert bool(told) == bool(code)


def test_no_store_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("search", "status", "doctor", "export"):
        assert code_of(name, "--store", tmp_path / "none") == 1
        assert "kpi ingest" in capsys.readouterr().err


def test_the_store_may_come_from_the_environment(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_STORE", str(store))
    assert len(lines(run("search", "满意度", "--format", "jsonl"))) == 6


def test_status(store: Path) -> None:
    (status,) = lines(run("status", "--format", "jsonl", "--store", store))
    assert status["counts"]["documents"] == 3
    assert status["counts"]["indicators"] == 24
    assert status["cities"] == 3
    assert status["health"] == []
    documents = lines(run("status", "--documents", "--format", "jsonl", "--store", store))
    assert [row["city"] for row in documents] == ["焦作市", "许昌市", "晋州市"]
    text = run("status", "--store", store).stdout
    assert "指标：24" in text
    assert "焦作市" in run("status", "--documents", "--store", store).stdout


def test_remove(store: Path) -> None:
    result = run("remove", "0.txt", "--store", store)
    assert result.return_value == 0
    assert "已移除 1 个文件" in result.stderr
    assert len(lines(run("search", "满意度", "--format", "jsonl", "--store", store))) == 4


def test_doctor_mends(store: Path) -> None:
    assert run("doctor", "--store", store).return_value == 0
    broken = next((store / "snapshots").rglob("codes.parquet"))
    broken.write_bytes(b"x")
    result = run("doctor", "--check", "--format", "json", "--store", store)
    assert result.return_value == 1
    assert {item["code"] for item in json.loads(result.stdout)["problems"]} == {"damaged"}
    result = run("doctor", "--store", store)
    assert result.return_value == 0
    assert "已修复" in result.stdout
    assert len(lines(run("search", "满意度", "--format", "jsonl", "--store", store))) == 6


def test_ingest_of_real_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way once, in worker processes: a readable file, a broken one, a missing one."""
    corpus = Path(__file__).resolve().parents[2] / "corpus"
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    store = tmp_path / "kpi"
    files = [corpus / "jinzhou-2026.docx", tmp_path / "broken.pdf", tmp_path / "none.pdf"]
    assert code_of("ingest", *files, "--store", store, "--jobs", 2, "--format", "json") == 1
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert report["counts"] == {"parsed": 1, "failed": 2}
    assert "Traceback" not in told.err
    assert code_of("ingest", *files[:2], "--store", store, "--quiet") == 1
    quiet = capsys.readouterr()
    assert quiet.out == ""
    assert "broken.pdf" in quiet.err, "failures are told even when quiet"
    assert code_of("ingest", files[0], "--store", store) == 0
    assert "未变化 1" in capsys.readouterr().err
    for name, first in {"out.json": "{", "out.jsonl": "{", "out.txt": "文件 1 个"}.items():
        assert code_of("ingest", files[0], "--store", store, "-o", tmp_path / name) == 0
        assert (tmp_path / name).read_text("utf-8").startswith(first)
    assert code_of("ingest", files[0], "--store", store, "-o", tmp_path / "none" / "out.json") == 2
    assert "文件写不进去" in capsys.readouterr().err
    assert len(lines(run("search", "满意度", "--format", "jsonl", "--store", store))) > 0
