"""Limits: where their values come from, how they are told, and workers that are ended for them."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest

from kpi.cli import main
from kpi.errors import BadInput, MissingDependency, UsageError
from kpi.ingestion import ProcessExecutor, SerialExecutor, ingest
from kpi.ingestion.executor import WorkerError
from kpi.limits import LIMIT_NAMES, PREFIX, LimitReached, Limits, describe, limits_from
from tests import misbehaving

GOOD = "绩效指标：参保率达到95%以上。"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes take over the path on which `tests` is found."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


def test_defaults_environment_and_options_overrule_each_other() -> None:
    environment = {f"{PREFIX}PAGES": "5", f"{PREFIX}CELLS": "1_000", f"{PREFIX}SECONDS": ""}
    limits = limits_from(environment, cells=7, memory=None)
    assert (limits.pages, limits.cells, limits.seconds, limits.memory) == (5, 7, Limits().seconds, Limits().memory)


@pytest.mark.parametrize("value", ["many", "-1", "1.5"])
def test_a_value_that_is_no_number_is_wrong_usage(value: str) -> None:
    with pytest.raises(UsageError, match="KPI_LIMIT_PAGES"):
        limits_from({"KPI_LIMIT_PAGES": value})


@pytest.mark.parametrize("name", LIMIT_NAMES)
def test_every_limit_is_told_with_its_value_and_how_to_raise_it(name: str) -> None:
    limits = limits_from({}, **{name: 10})
    limits.check(name, 10, "a.pdf")
    with pytest.raises(LimitReached) as caught:
        limits.check(name, 11, "a.pdf")
    told = str(caught.value)
    for part in (
        describe(name)["title"],
        "a.pdf",
        "11",
        "上限 10",
        f"{PREFIX}{name.upper()}",
        describe(name)["option"],
    ):
        assert part in told
    assert caught.value.code == f"limit_{name}"
    limits_from({}, **{name: 0}).check(name, 10**12, "a.pdf")


def test_workers_that_misbehave_are_told_and_the_others_go_on() -> None:
    """One that sleeps, one that eats memory, one that crashes, one whose error cannot travel; eight that are good."""
    tasks = [
        "sleep",
        "good 1",
        "eat",
        "good 2",
        "die",
        "good 3",
        "signal",
        "odd error",
        "good 4",
        "raise",
        "skip",
        "good 5",
    ]
    start = time.monotonic()
    outcomes = dict(ProcessExecutor(2, limits=Limits(seconds=3, memory=600)).run(misbehaving.work, tasks))
    assert time.monotonic() - start < 60
    assert set(outcomes) == set(tasks)
    assert [outcomes[f"good {n}"] for n in range(1, 6)] == ["GOOD 1", "GOOD 2", "GOOD 3", "GOOD 4", "GOOD 5"]
    codes = {name: getattr(outcome, "code", type(outcome).__name__) for name, outcome in outcomes.items()}
    assert codes["sleep"] == "limit_seconds"
    assert isinstance(outcomes["die"], WorkerError)
    assert "退出码 7" in outcomes["die"].found
    assert "信号 11" in outcomes["signal"].found  # type: ignore[union-attr]
    assert isinstance(outcomes["raise"], BadInput)
    assert isinstance(outcomes["skip"], MissingDependency)
    assert isinstance(outcomes["odd error"], RuntimeError)
    assert "OddError: 7" in str(outcomes["odd error"])
    if sys.platform == "linux":
        assert codes["eat"] == "limit_memory"
        assert "600" in outcomes["eat"].found  # type: ignore[union-attr]


def test_workers_end_with_who_asked_for_them() -> None:
    """A caller that stops listening leaves no process behind."""
    outcomes = ProcessExecutor(2, limits=Limits(seconds=60)).run(misbehaving.work, ["pid 1", "sleep", "sleep"])
    task, pid = next(outcomes)
    assert task == "pid 1"
    outcomes.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), signal.SIG_DFL)


def test_a_late_document_of_an_archive_does_its_neighbours_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w") as archive:
        for name in ("sleep.txt", "x.txt", "die.txt", "y.txt"):
            archive.writestr(name, f"{name} {GOOD}")
    executor = ProcessExecutor(2, limits=Limits(seconds=4))
    report = ingest([path], tmp_path / "kpi", executor=executor, parse=misbehaving.parse)
    assert report.counts == {"parsed": 2, "failed": 2}
    failures = {Path(file.path).name: file.failure["code"] for file in report.failures}
    assert failures == {"sleep.txt": "limit_seconds", "die.txt": "worker_died"}


def test_a_file_over_a_limit_is_tried_again_when_the_limit_changes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(GOOD * 10, "utf-8")
    run = partial(ingest, [folder], tmp_path / "kpi", executor=SerialExecutor())
    for _ in range(2):
        report = run(limits=Limits(file_bytes=100))
        assert [file.failure["code"] for file in report.failures] == ["limit_file_bytes"]
    assert run(limits=Limits(file_bytes=100_000)).counts == {"parsed": 1}


def test_options_of_the_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = str(ROOT / "corpus" / "jinzhou-2026.docx")
    assert main(["parse", good, "--max-cells", "10", "-q"]) == 1
    assert "超出解析上限：表格单元格数" in capfd.readouterr().err
    monkeypatch.setenv("KPI_LIMIT_FILE_BYTES", "1000")
    assert main(["ingest", good, "--store", str(tmp_path / "kpi")]) == 1
    assert "KPI_LIMIT_FILE_BYTES" in capfd.readouterr().err
    monkeypatch.setenv("KPI_LIMIT_FILE_BYTES", "lots")
    assert main(["parse", good]) == 2
