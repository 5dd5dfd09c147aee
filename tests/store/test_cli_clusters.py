"""`kpi clusters` on a store as a person calls it: list, show, decisions, history, files, messages, exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from store_samples import parse_sample, write_sample

from kpi.cli import command, main
from kpi.cli.clusters import command as clusters
from kpi.ingestion import SerialExecutor, ingest

PRINTED = "参保群众满意度"
OTHER = "集中带量采购批次"
COST = "项目资金预算成本"


def rows(*names: str) -> list[list[str]]:
    return [["满意度指标", "满意度指标", name, "≥9%", "≥", "9", "%", "9", "%", "满意度"] for name in names]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters")
    for number, city in enumerate(("焦作市", "许昌市")):
        write_sample(folder / "in" / f"{number}.txt", city=city)
    names = ["参保群众的满意度", *(f"第{number}号水库除险加固完成率" for number in range(30))]
    write_sample(folder / "in" / "2.txt", city="晋州市", rows=rows(*names))
    ingest([folder / "in"], folder / "kpi", executor=SerialExecutor(), parse=parse_sample)
    return folder / "kpi"


@pytest.fixture
def store(ingested: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ingested, tmp_path / "kpi"))


def run(store: Path, *arguments: object, code: int = 0) -> Result:
    """One call; the store is named after the subcommand."""
    result = CliRunner().invoke(
        command, ["clusters", *map(str, arguments), "--store", str(store)], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    assert (result.return_value or 0) == code
    return result


def listed(store: Path, *arguments: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(store, *arguments, "--format", "jsonl").stdout.splitlines()]


def identity(store: Path, name: str) -> object:
    (detail,) = listed(store, "show", name)
    return detail["id"]


def test_people_see_twenty_clusters_machines_all(store: Path) -> None:
    result = run(store)
    assert len(result.stdout.splitlines()) == 21, "a heading and twenty"
    assert "共 34 类，显示前 20 类" in result.stderr
    assert result.stdout.splitlines()[1].startswith(PRINTED), "the one of most cities first"
    assert len(listed(store)) == 34
    table = list(csv.DictReader(io.StringIO(run(store, "--format", "csv").stdout.removeprefix("\ufeff"))))
    assert len(table) == 34
    assert len(json.loads(run(store, "--format", "json", "--limit", 3).stdout)) == 3
    assert list(listed(store)[0]) == [
        "id", "canonical", "category", "cities", "count", "members", "wordings", "weakest", "decided",
    ]  # fmt: skip


def test_filters_choose_clusters(store: Path) -> None:
    assert [item["canonical"] for item in listed(store, "--text", "群众 满意")] == [PRINTED]
    assert [item["canonical"] for item in listed(store, "--cities", 3)] == [PRINTED]
    assert {item["category"] for item in listed(store, "--category", "成本", "--category", "数量")} == {"成本", "数量"}
    assert listed(store, "--decided") == []
    assert "共 0 类" in run(store, "--text", "没有这样的").stderr


def test_show_tells_wordings_cities_and_decisions(store: Path) -> None:
    run(store, "rename", PRINTED, "群众满意度", "--author", "甲", "--reason", "简称")
    (detail,) = listed(store, "show", "群众满意度")
    assert {item["name"]: item["count"] for item in detail["names"]} == {PRINTED: 2, "参保群众的满意度": 1}  # type: ignore[attr-defined]
    assert detail["by_city"] == {"晋州市": 1, "焦作市": 1, "许昌市": 1}
    assert [item["kind"] for item in detail["decisions"]] == ["rename"]  # type: ignore[attr-defined]
    text = run(store, "show", detail["id"]).stdout
    for said in ("群众满意度（已改）", "3 个城市", "参保群众的满意度", "晋州市", "改名", "甲", "有效"):
        assert said in text


def test_decisions_are_taken_told_and_undone(store: Path) -> None:
    told = run(store, "merge", PRINTED, OTHER, "--author", "甲").stderr
    assert f"已记下并生效：合并：{PRINTED}、{OTHER}" in told
    assert identity(store, PRINTED) == identity(store, OTHER)
    run(store, "forbid", PRINTED, COST)
    conflicting = run(store, "merge", OTHER, COST).stderr
    assert "与以前的决定冲突" in conflicting
    log = run(store, "log")
    assert [line.split()[-1] for line in log.stdout.splitlines()] == ["状态", "有效", "被较新的决定取代", "有效"]
    assert "冲突：" in log.stderr
    run(store, "undo", "--last")
    first = listed(store, "log")[0]
    run(store, "undo", str(first["id"])[:5])
    assert [item["state"] for item in listed(store, "log")] == ["undone", "in_force", "undone", "in_force", "in_force"]
    assert identity(store, PRINTED) != identity(store, OTHER)


def test_split_takes_several_names_after_out(store: Path) -> None:
    run(store, "merge", PRINTED, OTHER, COST)
    run(store, "split", PRINTED, "--out", OTHER, COST)
    assert identity(store, OTHER) == identity(store, COST) != identity(store, PRINTED)
    run(store, "remove", OTHER, COST)
    assert identity(store, OTHER) != identity(store, COST)


def test_a_rebuild_keeps_decisions(store: Path) -> None:
    run(store, "merge", PRINTED, OTHER)
    assert "已重新归类：原 33 类，现 33 类" in run(store, "--rebuild").stderr
    assert identity(store, PRINTED) == identity(store, OTHER)


def test_decisions_go_to_a_file_and_come_back(store: Path, ingested: Path, tmp_path: Path) -> None:
    run(store, "merge", PRINTED, OTHER)
    run(store, "undo", "--last")
    file = tmp_path / "decisions.jsonl"
    assert "已导出 2 条" in run(store, "export", file).stderr
    assert [json.loads(line)["kind"] for line in file.read_text("utf-8").splitlines()] == ["merge", "undo"]
    other = Path(shutil.copytree(ingested, tmp_path / "other"))
    assert "已读入 2 条" in run(other, "import", file).stderr
    assert "已读入 0 条" in run(other, "import", file).stderr
    assert listed(other, "log") == listed(store, "log")


def test_the_store_may_be_named_before_the_subcommand(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_STORE", str(store / "elsewhere"))
    assert main(["clusters", "--store", str(store), "merge", PRINTED, OTHER, "--quiet"]) == 0
    assert identity(store, PRINTED) == identity(store, OTHER)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["merge", PRINTED], "至少要 2 个"),
        (["merge", PRINTED, "参保群众满意程度调查"], "您是否要找"),
        (["split", PRINTED, "--out", OTHER], f"可用：{PRINTED}"),
        (["split", PRINTED], "--out"),
        (["undo"], "二选一"),
        (["undo", "--last"], "没有可以撤销的决定"),
        (["undo", "123456789abc"], "kpi clusters log"),
        (["--category", "满意"], "满意度"),
        (["--sort", "size"], "cities"),
        (["--cities", "-1"], "-1"),
        (["--rebuild", "--explain", "甲", "乙"], "只能用一个"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_names_what_is_allowed(
    store: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clusters", *arguments, "--store", str(store)]) == 2
    assert said in capsys.readouterr().err


def test_a_missing_store_and_a_damaged_file_are_failures_of_input(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clusters", "--store", str(tmp_path / "none")]) == 1
    assert "kpi ingest" in capsys.readouterr().err
    (tmp_path / "bad.jsonl").write_text("[]\n", "utf-8")
    assert main(["clusters", "import", str(tmp_path / "bad.jsonl"), "--store", str(store)]) == 1
    assert "第 1 行" in capsys.readouterr().err


@pytest.mark.parametrize("name", [None, *clusters.commands])
def test_help_ends_with_an_example(name: str | None) -> None:
    result = CliRunner().invoke(command, ["clusters", *([name] if name else []), "--help"])
    assert result.exit_code == 0
    assert result.stdout.split("\n\n")[-1].strip().startswith("示例：kpi clusters")
