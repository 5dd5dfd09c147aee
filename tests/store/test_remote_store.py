"""A store at a URL gives what a store in a folder gives: ingest, search, decisions, libraries, originals, commands, app."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from plain_storage import BEHAVIOUR
from remote_samples import Machines, numbers_in, publish_number
from store_samples import parse_sample, write_sample

from kpi.catalog.decided import load_all
from kpi.catalog.layout import Layout
from kpi.catalog.places import is_url, masked, place_of, working_copy_folder
from kpi.catalog.remote import RemoteObjects
from kpi.cli import command
from kpi.errors import MissingDependency, StoreError, UsageError
from kpi.ingestion import IngestReport, SerialExecutor, ingest
from kpi.library.references import load_libraries, remove_library, save_library
from kpi.store import open_store


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def take_in(folder: Path, store: str | Path, **options: Any) -> IngestReport:
    return ingest([folder], store, executor=SerialExecutor(), parse=parse_sample, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, city in enumerate(("焦作市", "许昌市")):
        write_sample(tmp_path / "in" / f"{number}.txt", city=city, projects=["城乡医疗救助补助", "基金监管工作经费"])
    return tmp_path / "in"


def answer_of(store: str | Path) -> list[dict[str, Any]]:
    with open_store(store) as opened:
        assert not opened.notes
        return [hit.to_plain() for hit in opened.search("满意度 value>=90", limit=None).hits]


def test_it_answers_as_a_store_in_a_folder(machines: Machines, folder: Path, tmp_path: Path) -> None:
    store = machines.use("a")
    assert take_in(folder, store).counts == take_in(folder, tmp_path / "local").counts == {"parsed": 2}
    assert answer_of(store) == answer_of(tmp_path / "local") != []
    machines.use("b")
    assert answer_of(store) == answer_of(tmp_path / "local")

    held = {path: path.stat().st_mtime_ns for path in machines.folder.glob("remote/parsed/*/*/*")}
    write_sample(folder / "2.txt", city="晋州市", projects=["城乡医疗救助补助"])
    BEHAVIOUR.reset()
    report = take_in(folder, store)
    assert report.counts == {"known": 2, "parsed": 1}, "on another machine, by what lies there"
    take_in(folder, tmp_path / "local")
    assert answer_of(store) == answer_of(tmp_path / "local")
    assert BEHAVIOUR.calls["copy"] >= 5, "what stays as it is is copied there"
    for path, modified in held.items():
        assert path.stat().st_mtime_ns == modified, "a known result is not written again"

    BEHAVIOUR.reset()
    assert not take_in(folder, store).published.changed
    assert BEHAVIOUR.sent < 1000, "nothing but the lease"

    current = (machines.folder / "remote/CURRENT").read_text().strip()
    rows = Path(machines.folder, "remote/snapshots", current, "indicators")
    import pyarrow.parquet as pq

    with open_store(store) as opened:
        everything = opened.search("", copies=True, limit=0).total
    assert sum(pq.ParquetFile(path).metadata.num_rows for path in rows.glob("*.parquet")) == everything


def test_decisions_of_two_machines_both_count(machines: Machines, folder: Path) -> None:
    store = machines.use("a")
    take_in(folder, store)
    with open_store(store) as here:
        machines.use("b")
        with open_store(store) as there:
            there.rename("参保群众满意度", "群众满意度", author="乙")
            machines.use("a")
            here.merge("集中带量采购批次", "政策范围内住院费用报销比例", author="甲")
            assert here.cluster("参保群众满意度").summary.canonical == "群众满意度", "what the other decided"
    machines.use("c")
    with open_store(store) as opened:
        assert {told.decision.author for told in opened.decisions()} == {"甲", "乙"}
        assert opened.cluster("集中带量采购批次") == opened.cluster("政策范围内住院费用报销比例")
        opened.undo(author="丙")
    assert len(list((machines.folder / "remote/decisions").iterdir())) == 3


def test_a_decision_that_was_made_but_not_published_takes_effect_later(machines: Machines, folder: Path) -> None:
    store = machines.use("a")
    take_in(folder, store)
    with open_store(store) as opened:
        BEHAVIOUR.fail_on = "/locks"
        with pytest.raises(StoreError, match="决定已记下"):
            opened.rename("参保群众满意度", "群众满意度")
        BEHAVIOUR.reset()
        BEHAVIOUR.fail_on = "/decisions"
        with pytest.raises(StoreError):
            opened.rename("参保群众满意度", "又一个名称")
        BEHAVIOUR.reset()
    machines.use("b")
    assert len(load_all(Layout(store), strict=True).decisions) == 1
    write_sample(folder / "2.txt", city="晋州市")
    take_in(folder, store)
    with open_store(store) as opened:
        assert opened.cluster("参保群众满意度").summary.canonical == "群众满意度"


def test_libraries_and_originals(machines: Machines, folder: Path) -> None:
    from kpi.library.reading import Library

    store = machines.use("a")
    take_in(folder, store)
    save_library(store, "a" * 64, Library("某市指标库", ()))
    machines.use("b")
    with open_store(store) as opened:
        for sha256, row in opened.documents.items():
            kept = opened.original(sha256)
            assert kept is not None
            assert kept.read_bytes() == (folder / row.name).read_bytes()
            assert opened.document(sha256).sha256 == sha256
        assert opened.original("0" * 64) is None
        BEHAVIOUR.cut_off = True
        assert all(opened.original(sha256) for sha256 in opened.documents), "once fetched it is there"
        BEHAVIOUR.cut_off = False
    assert [library.name for library in load_libraries(store)] == ["某市指标库"]
    assert remove_library(store, "某市指标库") == 1
    machines.use("c")
    assert load_libraries(store) == []


def test_the_commands(machines: Machines, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = machines.use("a")
    take_in(folder, store)
    monkeypatch.setenv("KPI_STORE", store)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(command, list(arguments), standalone_mode=False)
        assert result.exception is None, result.exception
        return result.stdout

    status = json.loads(run("status", "--format", "json"))
    assert status["path"] == store
    assert status["sizes"]["working_copy"] > 0
    assert len(run("search", "满意度", "--format", "jsonl").splitlines()) == 4
    assert "满意度" in run("compare", "参保群众满意度", "--format", "json")
    out = machines.folder / "out.csv"
    run("export", "-o", str(out))
    assert out.is_file()
    run("clusters", "rename", "参保群众满意度", "群众满意度")
    identity = json.loads(run("search", "批次", "--format", "jsonl", "--limit", "1").splitlines()[0])["id"]
    run("correct", identity, "--set", "target=≥31批")
    assert json.loads(run("doctor", "--check", "--format", "json"))["problems"] == []
    run("remove", "1.txt")
    machines.use("b")
    assert len(run("search", "满意度", "--format", "jsonl", "--store", store).splitlines()) == 2
    assert "≥31批" in run("search", "批次", "--format", "jsonl") + json.dumps(answer_of(store))


def test_the_app_follows_in_the_background(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.ui import following

    publish_number(machines.on("b"), 1)
    layout = machines.on("a")
    follower = following.Follower()
    follower.follow(layout)
    assert numbers_in(layout) == {1}, "the first time it waits"
    publish_number(machines.on("b"), 2)
    BEHAVIOUR.reset()
    for _ in range(20):
        follower.follow(layout)
    assert BEHAVIOUR.total == 0, "it was looked at a moment ago"
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.0)
    BEHAVIOUR.seconds = 0.05
    start, before = time.monotonic(), layout.current()
    follower.follow(layout)
    assert layout.current() == before, "pages do not wait"
    while layout.current() == before and time.monotonic() - start < 120:
        follower.follow(layout)
        time.sleep(0.01)
    assert numbers_in(layout) == {1, 2}
    BEHAVIOUR.cut_off = True
    while not follower.notes(layout) and time.monotonic() - start < 120:
        follower.follow(layout)
        time.sleep(0.01)
    assert "连接不上" in follower.notes(layout)[0]
    with pytest.raises(StoreError):
        following.Follower().follow(machines.fresh())


@pytest.mark.parametrize(
    "url",
    ["foldered://{folder}/remote", "memory://{folder}", "local://{folder}/remote"],
    ids=["folders", "memory", "folders that nobody makes"],
)
def test_other_kinds_of_places(machines: Machines, url: str) -> None:
    store = url.format(folder=machines.folder)
    for number in (1, 2, 3):
        machines.use("ab"[number % 2])
        publish_number(Layout(store), number)
    machines.use("c")
    assert numbers_in(Layout(store)) == {1, 2, 3}
    objects = RemoteObjects(store)
    assert len(objects.folders("snapshots")) == 2
    assert not objects.create("CURRENT", b"")
    assert all(stored.modified > time.time() - 3600 for stored in objects.stored("snapshots"))
    objects.write("parsed/.passing", b"")
    assert not [stored for stored in objects.stored("parsed") if "passing" in stored.key]


def test_readers_look_for_decisions_of_others_every_few_seconds(machines: Machines) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    load_all(layout)
    BEHAVIOUR.reset()
    for _ in range(10):
        load_all(layout)
    assert BEHAVIOUR.total == 0
    load_all(layout, strict=True)
    assert BEHAVIOUR.total == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("s3://bucket/kpi", True), ("memory://x", True), ("hdfs://host:9000/kpi", True), ("C:\\kpi", False), ("C:/kpi", False),
        ("c://kpi", False), (".kpi", False), ("/data/kpi", False), ("file:///data/kpi", False), ("目录/库", False),
    ],
)  # fmt: skip
def test_what_is_a_url(given: str, expected: bool) -> None:
    assert is_url(given) is expected
    assert isinstance(place_of(given), str) is expected


def test_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert place_of("file:///data/%E5%BA%93") == Path("/data/库")
    assert masked("at s3://key:se:c@ret@host/b, see") == "at s3://***@host/b, see"
    monkeypatch.setenv("KPI_CACHE", str(tmp_path))
    one, same, other = (
        working_copy_folder(url) for url in ("ftp://u:p@h/kpi", "ftp://v:q@h/kpi/", "ftp://h/kpi2")
    )  # fmt: skip
    assert one == same != other
    assert one.parent == tmp_path
    assert "p@" not in one.name


@pytest.mark.parametrize(
    ("url", "error", "named"),
    [
        ("oss://user:secret@bucket/kpi", MissingDependency, "ossfs"),
        ("nowhere://user:secret@x/y", UsageError, "nowhere"),
    ],
    ids=["backend not installed", "unknown"],
)
def test_what_cannot_be_connected_says_what_to_do(url: str, error: type[Exception], named: str) -> None:
    with pytest.raises(error) as told:
        RemoteObjects(url).read("CURRENT")
    assert named in str(told.value)
    assert "secret" not in str(told.value)
