"""The command `kpi normalize`: table, machine formats, csv input, errors."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi.cli import main
from kpi.cli.normalize import KEYS, command


def run(*arguments: str, given: str | bytes | None = None) -> str:
    result = CliRunner().invoke(command, arguments, input=given)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_batch_keys_are_the_agreed_ones_in_order() -> None:
    assert ",".join(KEYS) == (
        "target,kind,comparator,value,upper,unit,base_value,base_upper,base_unit,date_end,baseline,direction,grade,approximate,"
        "implied_unit,unread,warnings"
    )


def test_jsonl_has_every_key_and_decimals_as_strings() -> None:
    first, second = map(json.loads, run("≥60.25万人", "12月底前", "--year", "2026", "--format", "jsonl").splitlines())
    assert tuple(first) == tuple(second) == KEYS
    assert (first["value"], first["base_value"], first["upper"], first["unit"]) == ("60.25", "602500", None, "万人")
    assert (second["kind"], second["date_end"], second["value"]) == ("deadline", "2026-12-31", None)


def test_csv_input_with_optional_columns(tmp_path: Path) -> None:
    source = tmp_path / "targets.csv"
    source.write_text(
        "target,name,level1,year\n2.5万,印刷费,成本指标,\n2026,完成时限,,2026\n,,,\n", encoding="utf-8-sig"
    )
    rows = [json.loads(line) for line in run("--input", str(source), "--format", "jsonl").splitlines()]
    assert [row["kind"] for row in rows] == ["numeric", "deadline", "missing"]
    assert (rows[0]["base_value"], rows[0]["implied_unit"]) == ("25000", "万元")


def test_csv_from_a_chinese_spreadsheet_and_csv_out(tmp_path: Path) -> None:
    source = tmp_path / "targets.csv"
    source.write_bytes("target\n≥90%，≤3天\n".encode("gb18030"))
    (row,) = csv.DictReader(io.StringIO(run("--input", str(source), "--format", "csv")))
    assert (row["comparator"], row["value"], row["unread"], row["warnings"]) == ("≥", "90", "≤3天", "several_targets")


def test_json_is_one_list() -> None:
    assert [row["value"] for row in json.loads(run("1个", "2个", "--format", "json"))] == ["1", "2"]


def test_table_shows_the_canonical_form_and_remarks(tmp_path: Path) -> None:
    output = tmp_path / "table.txt"
    run("较上年下降5%以上", "2.5万", "--level1", "成本指标", "-o", str(output))
    shown = output.read_text(encoding="utf-8")
    assert "较上年下降≥5%" in shown
    assert "基准 上年；方向 下降" in shown
    assert "推定单位 万元" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [("name\n甲\n", "没有 target 列"), ("target,year\n≥1,今年\n", "第 2 行"), ("", "空文件")],
    ids=["no-target-column", "year-in-words", "empty-file"],
)
def test_a_csv_that_cannot_be_used_is_an_error_that_says_where(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "bad.csv"
    source.write_text(content, encoding="utf-8")
    assert main(["normalize", "--input", str(source)]) == 1
    message = capsys.readouterr().err
    assert said in message
    assert "bad.csv" in message


def test_text_and_input_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["normalize"]) == 2
    assert main(["normalize", "≥1", "--input", "x.csv"]) == 2
    assert "--input" in capsys.readouterr().err


def test_a_missing_file_is_an_input_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["normalize", "--input", "nowhere.csv"]) == 1
    assert "nowhere.csv" in capsys.readouterr().err
