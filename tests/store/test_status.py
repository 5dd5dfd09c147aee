"""`kpi status`: figures that monitoring reads, and when it says that something is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from store_samples import parse_sample, write_sample

from kpi.catalog.layout import Layout
from kpi.cli import main
from kpi.decisions import Decision, make_decision, save_decision
from kpi.ingestion import SerialExecutor, ingest, republish
from kpi.ingestion.last import KEY, MOST_FAILURES, load_last
from kpi.ingestion.status import read_status

CITIES = ("焦作市", "许昌市", "晋州市")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for number, city in enumerate(CITIES):
        write_sample(tmp_path / "in" / f"{number}.txt", city=city)
    for number in range(12):
        write_sample(tmp_path / "in" / f"broken{number:02d}.txt", broken=True, title=str(number))
    ingest([tmp_path / "in"], tmp_path / "kpi", executor=SerialExecutor(), parse=parse_sample)
    return tmp_path / "kpi"


def test_a_sound_store_is_healthy(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_decision(
        Layout(store).decisions, make_decision(Decision(kind="rename", names=("甲",), name="乙"), author="张三")
    )
    republish(store)
    (store / "references").mkdir()
    (store / "references" / "a.json").write_text("{}", "utf-8")
    assert main(["status", "--check", "--format", "json", "--store", str(store)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["health"] == []
    assert (told["decisions"], told["references"]) == (1, 1)
    assert 0 <= told["age_seconds"] < 3600
    assert told["free_bytes"] > 0
    assert told["writer"] is None
    assert told["estimated"] == []
    last = told["last_run"]
    assert (last["counts"], last["failed"]) == ({"failed": 12, "parsed": 3}, 12)
    assert last["failures"][0]["reason"] == "文件已损坏"
    assert last["failures"][0]["path"].endswith("broken00.txt")
    assert main(["status", "--store", str(store)]) == 0
    text = capsys.readouterr().out
    assert "失败 12" in text
    assert "共 12 个失败" in text
    assert "磁盘剩余" in text


def test_sizes_are_those_of_the_disk(store: Path) -> None:
    status, _ = read_status(store)
    for name in ("parsed", "files", "decisions"):
        assert status.sizes[name] == sum(path.stat().st_size for path in (store / name).rglob("*") if path.is_file())
    republish(store, reindex=True)
    again, _ = read_status(store)
    whole = sum(path.stat().st_size for path in (store / "snapshots").rglob("*") if path.is_file())
    assert again.sizes["snapshots"] < whole, "what snapshots share counts once"


def test_of_many_files_the_rest_is_estimated(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = read_status(store)[0].sizes
    monkeypatch.setattr("kpi.ingestion.status._MOST_FILES", 2)
    status, _ = read_status(store)
    assert set(status.estimated) >= {"files", "parsed"}
    assert exact["files"] / 2 < status.sizes["files"] < exact["files"] * 2


def damage_decision(store: Path) -> None:
    (store / "decisions" / "20260101T000000Z-abc.json").write_text("{", "utf-8")


def cut_part(store: Path) -> None:
    republish(store, reindex=True)
    part = next((Layout(store).folder(Layout(store).current()) / "indicators").iterdir())
    part.unlink()
    part.write_bytes(b"cut")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(damage_decision, "人工决定读不出来", id="a decision that publishing would refuse"),
        pytest.param(cut_part, "不完整", id="the snapshot before is used"),
    ],
)
def test_what_is_wrong_is_told(
    store: Path, damage: Callable[[Path], None], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(store)
    assert main(["status", "--check", "--store", str(store)]) == 1
    assert told in capsys.readouterr().out
    assert main(["status", "--store", str(store)]) == 0, "without --check it only tells"


def test_an_index_of_another_version_is_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.stamp.fingerprint", lambda: "another")
    (problem,) = read_status(store)[0].health
    assert "索引" in problem


def test_a_full_disk_is_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(store)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    (problem,) = read_status(store)[0].health
    assert "磁盘剩余空间" in problem


def test_an_empty_store_is_not_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Layout(tmp_path).create()
    assert main(["status", "--check", "--store", str(tmp_path)]) == 1
    assert "还没有快照" in capsys.readouterr().out
    assert main(["status", "--check", "--store", str(tmp_path / "none")]) == 1


def test_the_last_run_is_the_last_and_bounded(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(store)
    assert MOST_FAILURES >= 100
    monkeypatch.setattr("kpi.ingestion.last.MOST_FAILURES", 5)
    ingest([tmp_path / "in"], store, executor=SerialExecutor(), parse=parse_sample)
    last = load_last(layout)
    assert last is not None
    assert (len(last.failures), last.failed, last.counts["known"]) == (5, 12, 3)
    (store / KEY).write_text("damaged", "utf-8")
    assert load_last(layout) is None
    assert read_status(store)[0].health == ()
