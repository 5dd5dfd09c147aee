"""`kpi clusters` without a store: batch form and explanation."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi.cli.clusters import command
from kpi.cluster import cluster_names
from kpi.errors import BadInput, UsageError

NAMES = ["危桥改造数量", "改造危桥座数（座）", "司机满意度", "危桥改造数量"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text("city,name\n" + "".join(f"某市,{name}\n" for name in NAMES), encoding="utf-8-sig")
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_one_object_a_row_in_order(source: Path) -> None:
    records = [json.loads(line) for line in run("--input", str(source), "--format", "jsonl").splitlines()]
    assert [record["name"] for record in records] == NAMES
    assert [record["cluster"] for record in records] == cluster_names(NAMES)
    assert [list(record) for record in records] == [["name", "cluster", "canonical"]] * 4
    assert records[1]["canonical"] == "危桥改造数量"


def test_other_forms_say_the_same(source: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run("--input", str(source), "--format", "jsonl").splitlines()]
    assert json.loads(run("--input", str(source), "--format", "json")) == lines
    output = tmp_path / "out.csv"
    run("--input", str(source), "--format", "csv", "-o", str(output))
    assert list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8")))) == lines
    assert "    改造危桥座数（座）" in run("--input", str(source))


def test_names_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\n危桥改造数量\n", encoding="gb18030")
    assert "危桥改造数量" in run("--input", str(path), "--format", "jsonl")


def test_an_explanation_names_heads_vetoes_parts_and_score() -> None:
    text = run("--explain", "小学生均公用经费标准", "初中生均公用经费标准")
    for said in ("学段不同：小学 | 初中", "计量      标准 | 标准", "不同指标", "相似度"):
        assert said in text
    told = json.loads(run("--explain", "危桥改造数量", "改造危桥座数", "--format", "json"))
    assert told["alike"]
    assert told["vetoes"] == []
    assert "危" in told["common"]
    assert (told["only_a"], told["only_b"]) == ([], [])


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="只能用一个"):
        run("--input", str(tmp_path / "none.csv"), "--explain", "甲", "乙")
    with pytest.raises(UsageError, match="没有 csv 形式"):
        run("--explain", "甲", "乙", "--format", "csv")
    empty = tmp_path / "empty.csv"
    empty.write_text("names\n甲\n", encoding="utf-8")
    with pytest.raises(BadInput, match="没有 name 列"):
        run("--input", str(empty))
    with pytest.raises(BadInput, match="文件打不开"):
        run("--input", str(tmp_path / "none.csv"))
