"""Kills, damage, full disks, several writers and readers: nothing lost, nothing doubled, old answers stay."""

from __future__ import annotations

import errno
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from store_samples import parse_sample, write_sample
from store_worker import PARSER, ROWS, publish_one

from kpi.catalog import build
from kpi.catalog.layout import BUILDING, Layout, check_sums, read_manifest
from kpi.catalog.locks import writing
from kpi.catalog.publish import Change
from kpi.catalog.rowfile import write_rows
from kpi.errors import StoreError
from kpi.ingestion import SerialExecutor, ingest, parsed, republish
from kpi.ingestion.doctor import examine, mend
from kpi.ingestion.publishing import publish_change
from kpi.store import open_store

WORKER = Path(__file__).resolve().parent / "store_worker.py"
CITIES = ("焦作市", "许昌市", "晋州市")


def start(*arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(WORKER), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n", process.communicate()
    return process


def make_corpus(folder: Path, start: int, stop: int) -> None:
    for number in range(start, stop):
        write_sample(folder / f"{number:02d}.txt", city=CITIES[number % 3], year=2000 + number)


def test_killed_ingests_lose_and_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kill falls at a random moment of parsing or publishing; the snapshot before it answers as before."""
    monkeypatch.setattr(parsed, "parser_version", lambda: PARSER)
    store, folder = tmp_path / "kpi", tmp_path / "in"
    make_corpus(folder, 0, 10)
    ingest([folder], store, executor=SerialExecutor(), parse=parse_sample)
    make_corpus(folder, 10, 40)
    chooser = random.Random(4)
    seen = set()
    for moment in sorted(chooser.uniform(0.0, 0.9) for _ in range(20)):
        process = start("ingest", store, folder)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_store(store) as opened:
            assert opened.notes == ()
            seen.add(opened.count())
            assert opened.search("满意度", limit=None).total == opened.count() // ROWS
        assert not [problem for problem in examine(store) if problem.code == "damaged"]
    assert seen <= {10 * ROWS, 40 * ROWS}
    report = ingest([folder], store, executor=SerialExecutor(), parse=parse_sample)
    assert report.counts.get("known", 0) > 10, "results of killed runs are used"
    with open_store(store) as opened:
        assert opened.count() == 40 * ROWS
        assert len({hit.record["id"] for hit in opened.iterate()}) == 40 * ROWS
        assert len(opened.documents) == 40
    republish(store)
    assert not list((store / "snapshots").glob(f"{BUILDING}*"))


def test_readers_while_snapshots_are_published(tmp_path: Path) -> None:
    publish_one(tmp_path / "kpi", 1)
    stop = tmp_path / "stop"
    readers = [start("read", tmp_path / "kpi", stop) for _ in range(8)]
    for number in range(2, 12):
        publish_one(tmp_path / "kpi", number)
    stop.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors
        answers, snapshots = map(int, output.split()[1:])
        assert answers > 10
        assert snapshots > 1


def test_a_snapshot_in_use_is_not_pruned_and_never_changes(tmp_path: Path) -> None:
    for number in (1, 2):
        publish_one(tmp_path, number)
    layout = Layout(tmp_path)
    opened = open_store(tmp_path)
    held = opened.name
    before = {hit.record["id"] for hit in opened.iterate()}
    for number in range(3, 7):
        publish_one(tmp_path, number)
    assert held in layout.names()
    assert len(layout.names()) == 3, "the one held, the one in force and the one before it"
    assert check_sums(layout.folder(held), read_manifest(layout.folder(held))) == []
    assert {hit.record["id"] for hit in opened.iterate()} == before
    assert opened.refresh()
    assert opened.count() == 6 * ROWS
    opened.close()
    publish_one(tmp_path, 7)
    assert held not in layout.names()


def files_of_newest(store: Path) -> list[Path]:
    layout = Layout(store)
    folder = layout.folder(layout.current())
    return [folder / name for name in (*read_manifest(folder).files, "manifest.json")]


@pytest.fixture
def two_snapshots(tmp_path: Path) -> Path:
    publish_one(tmp_path, 1)
    publish_one(tmp_path, 2)
    return tmp_path


def cut(path: Path) -> None:
    # A copy first: parts that did not change are shared with the snapshot before.
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])


NEW_FILES = (
    "documents.parquet",
    "documents.copy.parquet",
    "sections.parquet",
    "names.parquet",
    "codes.parquet",
    "manifest.json",
    "part-000002",
    "search/stamp",
)


@pytest.mark.parametrize("name", NEW_FILES)
def test_a_truncated_file_is_noticed_and_mended(two_snapshots: Path, name: str) -> None:
    chosen = [path for path in files_of_newest(two_snapshots) if name in path.as_posix()]
    for path in chosen or pytest.fail(f"no file like {name}"):
        cut(path)
    with open_store(two_snapshots) as opened:
        assert opened.count() == ROWS, "the snapshot before is used"
        assert opened.notes
        assert opened.search("满意度").notes, "and every answer says so"
    problems = examine(two_snapshots)
    assert {problem.code for problem in problems} >= {"damaged"}
    mend(two_snapshots, problems)
    left = {problem.code for problem in examine(two_snapshots)}
    assert left <= {"missing_original"}
    with open_store(two_snapshots) as opened:
        assert opened.notes == ()
        assert opened.count() == 2 * ROWS
        assert opened.search("满意度").total * ROWS == opened.count()


@pytest.mark.parametrize("name", ["documents.parquet", "manifest.json"])
def test_a_lost_file_costs_no_document(two_snapshots: Path, name: str) -> None:
    """The newest document is in no snapshot before: the copy of the list knows it, or the folder without a manifest."""
    next(path for path in files_of_newest(two_snapshots) if path.name == name).unlink()
    mend(two_snapshots, examine(two_snapshots))
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS
        assert opened.notes == ()
    assert all((folder / "manifest.json").is_file() for folder in (two_snapshots / "snapshots").iterdir())


def test_a_changed_byte_in_the_list_of_documents_is_healed_by_its_copy(two_snapshots: Path) -> None:
    path = next(path for path in files_of_newest(two_snapshots) if path.name == "documents.parquet")
    data = bytearray(path.read_bytes())
    data[-20] ^= 0x40  # in the footer, which every reader needs
    path.unlink()
    path.write_bytes(bytes(data))
    with open_store(two_snapshots) as opened:
        assert len(opened.documents) == 2
    publish_one(two_snapshots, 3)
    mend(two_snapshots, examine(two_snapshots))
    with open_store(two_snapshots) as opened:
        assert opened.count() == 3 * ROWS
    assert {problem.code for problem in examine(two_snapshots)} <= {"missing_original"}


@pytest.mark.parametrize(
    ("old", "new"), [("sha256", "sha25v"), ('"rows": 4', '"rows": 5'), ('"files"', '"filez"'), ("parts", "partz")]
)
def test_a_changed_byte_in_the_manifest_is_noticed(two_snapshots: Path, old: str, new: str) -> None:
    path = next(path for path in files_of_newest(two_snapshots) if path.name == "manifest.json")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with open_store(two_snapshots) as opened:
        assert opened.count() == ROWS
        assert opened.notes
    mend(two_snapshots, examine(two_snapshots))
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS


@pytest.mark.parametrize("old", [b"\n", "市".encode()], ids=["line end", "character"])
def test_a_changed_byte_in_the_texts_of_the_index_is_noticed(two_snapshots: Path, old: bytes) -> None:
    path = next(path for path in files_of_newest(two_snapshots) if path.name == "department.txt")
    data = path.read_bytes()
    assert old in data
    path.unlink()
    path.write_bytes(data.replace(old, bytes([old[0] ^ 0x40]) + old[1:], 1))
    with open_store(two_snapshots) as opened:
        assert opened.search("满意度").total == 2
        assert any("检索索引" in note for note in opened.notes)


def test_a_full_disk_is_told_as_such_by_sqlite_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own error would be taken for a bug, and its message for damage."""
    connect = sqlite3.connect

    def small(path: Path, **settings: Any) -> sqlite3.Connection:
        connection = connect(path, **settings)
        connection.execute("pragma page_size=32768")
        connection.execute("pragma max_page_count=2")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(OSError, match="full") as told:
        write_rows(tmp_path / "rows.sqlite", [b"[]"] * 100)
    assert told.value.errno == errno.ENOSPC


def test_publishing_over_a_damaged_snapshot_loses_no_document(two_snapshots: Path) -> None:
    cut(next(path for path in files_of_newest(two_snapshots) if path.name == "codes.parquet"))
    publish_one(two_snapshots, 3)
    with open_store(two_snapshots) as opened:
        assert opened.count() == 3 * ROWS
        assert opened.notes == ()


def test_a_changed_byte_is_found_by_the_doctor(two_snapshots: Path) -> None:
    path = next(path for path in files_of_newest(two_snapshots) if "part-000002.sqlite" in path.name)
    data = bytearray(path.read_bytes())
    data[-100] ^= 0xFF
    path.unlink()
    path.write_bytes(bytes(data))
    assert any("part-000002.sqlite" in problem.where for problem in examine(two_snapshots))
    mend(two_snapshots, examine(two_snapshots))
    with open_store(two_snapshots) as opened:
        assert len(list(opened.iterate())) == 2 * ROWS


def test_the_doctor_saves_a_store_without_any_snapshot(two_snapshots: Path) -> None:
    """Parsed results are enough to make everything anew."""
    for path in (two_snapshots / "snapshots").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(StoreError) as told:
        open_store(two_snapshots)
    assert told.value.code == "damaged_snapshot"
    mend(two_snapshots, examine(two_snapshots))
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS


@pytest.mark.parametrize(("schema", "word"), [(0, "较旧"), (999, "较新")])
def test_other_schema_versions_are_told(two_snapshots: Path, schema: int, word: str) -> None:
    for manifest in (two_snapshots / "snapshots").glob("*/manifest.json"):
        plain = json.loads(manifest.read_text("utf-8"))
        manifest.unlink()
        manifest.write_text(json.dumps({**plain, "schema": schema}), "utf-8")
    with pytest.raises(StoreError, match=word) as told:
        open_store(two_snapshots)
    assert told.value.code == "schema_version"


def test_a_full_disk_leaves_the_old_snapshot(two_snapshots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(build, "write_documents", full)
        with pytest.raises(StoreError) as told:
            publish_one(two_snapshots, 3)
    assert told.value.code == "not_written"
    assert "No space left" in str(told.value)
    assert not list((two_snapshots / "snapshots").glob(f"{BUILDING}*")), "half a snapshot must not fill the disk"
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS
    publish_one(two_snapshots, 3)
    with open_store(two_snapshots) as opened:
        assert opened.count() == 3 * ROWS


def test_a_second_writer_is_told_who_writes(two_snapshots: Path) -> None:
    import threading

    layout = Layout(two_snapshots)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(layout):
            held.set()
            release.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(30)
        with pytest.raises(StoreError, match="另一个进程正在写入") as told:
            publish_change(layout, Change(reindex=True), wait=0.1)
        assert told.value.code == "locked"
        assert "进程" in told.value.found
        with open_store(two_snapshots) as opened:
            assert opened.count() == 2 * ROWS, "reading goes on"
    finally:
        release.set()
        thread.join()


def test_names_grow_when_the_clock_goes_backwards(two_snapshots: Path) -> None:
    layout = Layout(two_snapshots)
    last = layout.current()
    future = f"{int(last.split('-')[0]):08d}-29991231T235959"
    layout.folder(last).rename(layout.folder(future))
    manifest = layout.folder(future) / "manifest.json"
    text = manifest.read_text("utf-8").replace(last, future)
    manifest.unlink()
    manifest.write_text(text, "utf-8")
    layout.set_current(future)
    publish_one(two_snapshots, 3)
    assert layout.current() == layout.names()[-1] > future
    with open_store(two_snapshots) as opened:
        assert opened.count() == 3 * ROWS


def test_a_missing_parsed_result_is_told_not_skipped(two_snapshots: Path) -> None:
    next((two_snapshots / "parsed").rglob("document.json.gz")).unlink()
    assert {problem.code for problem in examine(two_snapshots)} >= {"missing_result"}
    with pytest.raises(StoreError) as told:
        republish(two_snapshots, rebuild=True)
    assert told.value.code == "missing_result"
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS


def test_the_doctor_clears_away_what_is_left_over(two_snapshots: Path) -> None:
    layout = Layout(two_snapshots)
    (layout.snapshots / f"{BUILDING}killed").mkdir()
    old = layout.parsed / "0-older" / ("a" * 64)
    old.mkdir(parents=True)
    (old / "document.json.gz").write_bytes(b"of an older parser")
    current = layout.current()
    problems = examine(two_snapshots)
    assert {problem.code for problem in problems} >= {"left_over", "superseded_result"}
    assert mend(two_snapshots, problems) is None, "nothing to publish"
    assert not (layout.snapshots / f"{BUILDING}killed").exists()
    assert not old.exists()
    assert layout.current() == current
    assert not {"left_over", "superseded_result", "missing_result"} & {item.code for item in examine(two_snapshots)}


@pytest.mark.parametrize("content", [None, b"", b"00000002-2026", b"\x00\xff\xfe\n", b"../..\n"])
def test_a_lost_pointer_to_the_snapshot_in_force_loses_nothing(two_snapshots: Path, content: bytes | None) -> None:
    """An empty CURRENT must not make the store look empty, nor let the next publishing begin anew."""
    pointer = two_snapshots / "CURRENT"
    if content is None:
        pointer.unlink()
    else:
        pointer.write_bytes(content)
    with open_store(two_snapshots) as opened:
        assert opened.count() == 2 * ROWS
        assert any("CURRENT" in note for note in opened.notes)
    assert {problem.code for problem in examine(two_snapshots)} >= {"damaged"}
    publish_one(two_snapshots, 3)
    with open_store(two_snapshots) as opened:
        assert opened.count() == 3 * ROWS
        assert opened.notes == ()
