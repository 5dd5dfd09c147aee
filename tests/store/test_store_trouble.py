"""A store whose place refuses, fills up, or is used by others at the same moment: nothing is lost, and it is said in words."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plain_storage import BEHAVIOUR
from remote_samples import Machines, numbers_in, publish_number
from store_samples import make_document, parse_sample, write_sample

from kpi.catalog.layout import SECTIONS, Layout
from kpi.catalog.locks import prune_superseded
from kpi.catalog.objects import LocalObjects
from kpi.catalog.working_copy import mirror
from kpi.cli import main
from kpi.durable import sync_folder, write_atomically
from kpi.errors import StoreError
from kpi.ingestion import IngestReport, ParsedResults, SerialExecutor, ingest
from kpi.ingestion.parsing import failed, is_lasting
from kpi.ingestion.status import read_status
from kpi.store import open_store


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "kpi")
    publish_number(made, 1)
    return made


def full(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


# --- files


@pytest.mark.parametrize("stop", [full, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)], ids=["full", "Ctrl+C"])
def test_what_could_not_be_written_leaves_nothing(
    stop: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "given").write_bytes(b"new")
    place = tmp_path / "kpi" / "files" / "a"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises((OSError, KeyboardInterrupt)):
        LocalObjects(tmp_path / "kpi").put_file(tmp_path / "given", "files/a")
    with pytest.raises((OSError, KeyboardInterrupt)):
        write_atomically(place, b"new")
    assert {path.name: path.read_bytes() for path in place.parent.iterdir()} == {"a": b"old"}


def test_a_file_system_that_cannot_force_folders_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(code: int) -> None:
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(code, "")))

    refuse(errno.EINVAL)
    sync_folder(tmp_path)
    refuse(errno.EIO)
    with pytest.raises(OSError, match="5"):
        sync_folder(tmp_path)


def test_a_full_disk_is_no_bug_and_no_fault_of_the_file(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as told:
        ParsedResults(layout).save(make_document("b"))
    assert (told.value.code, told.value.found) == ("not_written", "No space left on device")
    assert failed("b.pdf", told.value).failure["what"] == "指标库写不进去"
    assert not is_lasting(told.value), "the next run parses the file again"
    with pytest.raises(StoreError):
        ParsedResults(layout).keep_original("0" * 64, layout.current_file)


# --- places that refuse


def test_a_file_that_may_not_be_read_is_no_bug() -> None:
    report = failed("in/a.pdf", PermissionError(errno.EACCES, "Permission denied", "in/a.pdf"))
    assert (report.failure["code"], report.failure["where"]) == ("system", "in/a.pdf")
    assert failed("in/a.pdf", OSError("of a library")).failure["code"] == "bug"


def test_a_store_that_may_not_be_read_is_told(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = Path.read_text

    def read_unless(path: Path, *rest: Any, **more: Any) -> str:
        if path.name == "CURRENT":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path, *rest, **more)

    monkeypatch.setattr(Path, "read_text", read_unless)
    for command in ("status", "search"):
        assert main([command, "--store", str(layout.root), *(["满意度"] if command == "search" else [])]) == 1
        told = capsys.readouterr().err
        assert "指标库暂时读不出来" in told
        assert str(layout.current_file) in told


def test_a_store_in_a_folder_that_may_not_be_entered_is_told(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda path: (_ for _ in ()).throw(PermissionError(13, "denied", str(path))))
    assert main(["status", "--store", str(layout.root)]) == 1
    assert "指标库暂时读不出来" in capsys.readouterr().err


def test_importing_where_nothing_can_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    write_sample(tmp_path / "in" / "0.txt", city="焦作市")
    assert main(["ingest", str(tmp_path / "in"), "--store", str(tmp_path / "file" / "kpi")]) == 1
    assert "指标库目录不可写" in capsys.readouterr().err


def test_whatever_the_system_refuses_is_told_in_words(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kpi.ingestion.status.read_status", full)
    assert main(["status", "--store", str(layout.root)]) == 1
    assert "No space left on device" in capsys.readouterr().err


# --- status


def test_a_damaged_list_is_told_by_the_status(layout: Layout) -> None:
    path = layout.folder(layout.current()) / SECTIONS
    path.write_bytes(bytes(path.stat().st_size))
    status, rows = read_status(layout.root)
    assert len(rows) == 1
    assert any(SECTIONS in problem for problem in status.health)


def test_a_writer_that_was_killed_is_not_at_work(layout: Layout) -> None:
    kill = "import os, sys\nfrom kpi.catalog.layout import Layout\nfrom kpi.catalog.locks import writing\n"
    kill += "with writing(Layout(sys.argv[1])):\n    os._exit(9)"
    assert subprocess.run([sys.executable, "-c", kill, str(layout.root)], check=False).returncode == 9
    assert (layout.root / ".writer.json").is_file()
    assert read_status(layout.root)[0].writer is None


# --- which files have gone


def take_in(*paths: Path) -> IngestReport:
    (folder,) = {next(parent for parent in path.parents if (parent / "marked").exists()) for path in paths}
    return ingest(paths, folder / "kpi", executor=SerialExecutor(), parse=parse_sample, sync=True)


def held(folder: Path) -> set[str]:
    with open_store(folder / "kpi") as store:
        return {row.name for row in store.documents.values()}


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with files that were imported."""
    (tmp_path / "marked").touch()
    for name, city in {"a.txt": "焦作市", "sub/b.txt": "许昌市"}.items():
        write_sample(tmp_path / "in" / name, city=city)
    take_in(tmp_path / "in")
    return tmp_path / "in"


def test_files_that_cannot_be_read_have_not_gone(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(given / "a.txt", (1, 1))  # so that it has to be read
    scandir = os.scandir

    def scan(path: Any) -> Any:
        if Path(path).name == "sub":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    def read(_path: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", scan)
        patched.setattr("kpi.ingestion.run.content_hash", read)
        report = take_in(given)
    assert report.removed == ()
    assert {file.failure["what"] for file in report.failures} == {"目录无法读取", "文件无法读取"}
    assert held(given.parent) == {"a.txt", "b.txt"}


def test_a_folder_that_is_not_there_says_nothing_of_its_files(given: Path) -> None:
    given.rename(given.with_name("not mounted"))
    report = take_in(given)
    assert (report.removed, len(report.failures)) == ((), 1)
    given.with_name("not mounted").rename(given)
    (given / "a.txt").unlink()
    assert [Path(path).name for path in take_in(given / "a.txt").removed] == ["a.txt"], (
        "a file that is not there has gone"
    )


# --- a store elsewhere, and others at the same moment


def test_a_store_that_was_deleted_there_does_not_come_back(machines: Machines) -> None:
    layout = machines.on("a")
    for number in (1, 2):
        publish_number(layout, number)
    shutil.rmtree(machines.folder / "remote")
    with pytest.raises(StoreError) as told:
        numbers_in(layout)
    assert told.value.code == "no_store"
    publish_number(layout, 3)
    assert numbers_in(layout) == {3}
    assert numbers_in(machines.fresh()) == {3}


def test_a_store_that_lost_its_head_there_is_not_taken_for_a_new_one(machines: Machines) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    (machines.folder / "remote" / "CURRENT").unlink()
    shutil.rmtree(machines.folder / "remote" / "commits")
    assert numbers_in(layout) == {1}
    publish_number(layout, 2)
    assert numbers_in(machines.fresh()) == {1, 2}


def test_another_process_prunes_the_same_copy(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (2, 3):
        publish_number(layout, number)
    gone = "00000000-20260101T000000"
    names = layout.names()
    with monkeypatch.context() as patched:
        patched.setattr(Layout, "names", lambda _self: [gone, *names])
        assert prune_superseded(layout) == []
    assert numbers_in(layout) == {1, 2, 3}


def test_another_process_mirrors_the_same_folder(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    (layout.decisions / "old.json").write_text("{}")
    unlink = Path.unlink

    def second(path: Path, **options: Any) -> None:
        unlink(path)
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", second)
    BEHAVIOUR.reset()
    assert not list(mirror(layout, "decisions", strict=True).glob("*.json"))
