"""Backups and restoring when something goes wrong midway: ends amid the last step, two at once, places that refuse."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from plain_storage import BEHAVIOUR
from remote_samples import Machines, numbers_in, publish_number

from kpi.catalog.layout import DOCUMENTS, Layout
from kpi.cli import main
from kpi.errors import BadInput, StoreError, UsageError
from kpi.ingestion import ParsedResults
from kpi.ingestion.backup import back_up
from kpi.ingestion.restore import check, restore


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "sync", lambda: None)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    layout = Layout(tmp_path / "kpi")
    publish_number(layout, 1)
    ParsedResults(layout).save_failure("0" * 64, {"code": "bad_input"})
    return layout.root


def refuse(*_: object, **__: object) -> Any:
    raise OSError(28, "No space left on device")


def test_an_end_amid_the_last_step_leaves_no_false_checksums(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(store, tmp_path / "backup")
    failure = next(Layout(store).parsed.rglob("failure.json"))
    failure.write_text('{"code": "other"}', "utf-8")
    with monkeypatch.context() as patched:
        # by then the changed file is in its place, but not in the list
        patched.setattr("kpi.ingestion.backup_form.sums_to_bytes", refuse)
        with pytest.raises(StoreError):
            back_up(store, tmp_path / "backup")
    back_up(store, tmp_path / "backup")
    check(tmp_path / "backup")
    assert back_up(store, tmp_path / "backup").copied == 0


def test_what_an_interrupted_run_left_damaged_is_copied_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("kpi.ingestion.backup_form._FolderKept.finish", refuse)
        with pytest.raises(StoreError):
            back_up(store, tmp_path / "backup")
    for name in (DOCUMENTS, "document.json.gz"):  # a power cut: the size came to the disk, the content did not
        (path,) = (tmp_path / "backup").rglob(name)
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, (status.st_mtime, status.st_mtime))
    assert back_up(store, tmp_path / "backup").copied == 2
    restore(tmp_path / "backup", tmp_path / "out")
    for path in [*store.rglob("*.parquet"), *store.rglob("*.gz")]:
        assert (tmp_path / "out" / path.relative_to(store)).read_bytes() == path.read_bytes(), path.name


def test_two_backups_into_one_folder_do_not_meet(store: Path, tmp_path: Path) -> None:
    refused = []

    def second(number: int) -> None:
        if number == 1:
            with pytest.raises(StoreError) as told:
                back_up(store, tmp_path / "backup")
            refused.append(told.value.code)

    back_up(store, tmp_path / "backup", progress=second)
    assert refused == ["locked"]
    check(tmp_path / "backup")


def test_two_backups_into_one_file_are_each_whole(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"

    def second(number: int) -> None:
        if number == 3:
            back_up(store, target)
            check(target)

    back_up(store, target, progress=second)
    check(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "kpi"], "nothing half done stays"


def test_a_list_of_documents_damaged_since_the_last_backup_is_read_from_its_copy(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup")
    path = Layout(store).folder(Layout(store).current()) / DOCUMENTS
    path.write_bytes(bytes(path.stat().st_size))
    back_up(store, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "out")
    assert numbers_in(Layout(tmp_path / "out")) == {1}


def test_stray_files_are_no_results(store: Path, tmp_path: Path) -> None:
    (Layout(store).parsed / "Thumbs.db").touch()
    back_up(store, tmp_path / "backup")
    assert not (tmp_path / "backup" / "parsed" / "Thumbs.db").exists()


def test_a_store_that_does_not_answer_is_not_called_damaged(machines: Machines, tmp_path: Path) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    BEHAVIOUR.cut_off = True
    with pytest.raises(StoreError) as told:
        back_up(layout.store, tmp_path / "backup")
    assert told.value.code == "unreachable"


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        pytest.param("backup", "备份写不进去", id="the target"),
        pytest.param("kpi/parsed", "读不出来", id="the store"),
    ],
)
def test_a_place_that_refuses_is_named(
    store: Path, tmp_path: Path, refused: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backup").mkdir()
    opened = io.open

    def open_unless(path: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if tmp_path / refused in Path(path).parents and ("w" in mode or refused != "backup"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *rest, **more)

    monkeypatch.setattr(io, "open", open_unless)
    with pytest.raises(StoreError, match=told) as caught:
        back_up(store, tmp_path / "backup")
    assert str(tmp_path / refused) in caught.value.where


# --- restoring


def test_restored_to_the_working_folder_and_through_a_link(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(store, tmp_path / "backup")
    (tmp_path / "disk" / "here").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "here")
    monkeypatch.chdir(tmp_path / "disk" / "here")
    restore(tmp_path / "backup", ".")
    restore(tmp_path / "backup", tmp_path / "link", force=True)
    assert (tmp_path / "link").is_symlink(), "what stands for the place on another disk stays"
    assert numbers_in(Layout(tmp_path / "link")) == {1}


def test_a_store_that_was_put_aside_comes_back(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(store, tmp_path / "backup")
    renamed = Path.rename

    def rename(path: Path, target: Path) -> Path:
        return refuse() if path.name.endswith(".restoring") else renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(StoreError, match="恢复写不进去"):
        restore(tmp_path / "backup", store, force=True)
    assert numbers_in(Layout(store)) == {1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "kpi"]


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_a_backup_that_may_not_be_read_is_told(
    store: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(store, tmp_path / name)
    opened = io.open

    def open_unless(path: Any, *rest: Any, **more: Any) -> Any:
        if tmp_path / name in (Path(path), *Path(path).parents):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *rest, **more)

    monkeypatch.setattr(io, "open", open_unless)
    for run in (lambda: check(tmp_path / name), lambda: restore(tmp_path / name, tmp_path / "out")):
        with pytest.raises(BadInput, match="备份读不出来"):
            run()


@pytest.mark.parametrize("path", ["../evil", "/evil", "..\\evil", "C:\\evil", "\\\\server\\evil"])
def test_paths_that_lead_out_on_any_system_are_refused(path: str, tmp_path: Path) -> None:
    import hashlib
    import json

    sums = f"{'0' * 64}  {path}\n".encode()
    (tmp_path / "SHA256SUMS").write_bytes(sums)
    about = {"format": 1, "time": "", "snapshot": "", "files": 1, "bytes": 0, "sums": hashlib.sha256(sums).hexdigest()}
    (tmp_path / "backup.json").write_text(json.dumps(about))
    with pytest.raises(BadInput, match="不合规定的路径"):
        check(tmp_path)


def test_a_target_with_other_things_in_it_stays_refused(store: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / "notes").mkdir(parents=True)
    with pytest.raises(UsageError):
        back_up(store, tmp_path / "other")
    assert main(["backup", str(tmp_path / "other"), "--store", str(store)]) == 2
