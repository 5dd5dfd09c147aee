"""Backups: consistent while others publish, small when repeated, refused when damaged, restored anywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_samples import parse_sample, write_sample
from store_worker import ROWS, publish_one

from kpi.catalog.layout import Layout
from kpi.cli import main
from kpi.decisions import Decision, load_decisions, make_decision, save_decision
from kpi.errors import BadInput, StoreError, UsageError
from kpi.ingestion import SerialExecutor, ingest, republish
from kpi.ingestion.backup import back_up
from kpi.ingestion.doctor import examine
from kpi.ingestion.restore import check, restore
from kpi.ingestion.sources import find_files
from kpi.store import open_store

HERE = Path(__file__).resolve().parent
PUBLISHED = 8
CITIES = ("焦作市", "许昌市", "晋州市")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for number, city in enumerate(CITIES):
        write_sample(tmp_path / "in" / f"{number}.txt", city=city, projects=["城乡医疗救助补助"])
    write_sample(tmp_path / "in" / "broken.txt", broken=True)
    ingest([tmp_path / "in"], tmp_path / "kpi", executor=SerialExecutor(), parse=parse_sample)
    names = ("参保群众满意度", "集中带量采购批次")
    save_decision(tmp_path / "kpi" / "decisions", make_decision(Decision(kind="forbid", names=names), author="张三"))
    republish(tmp_path / "kpi")
    return tmp_path / "kpi"


def seen(store: Path) -> list[dict[str, Any]]:
    """What a search of everything answers, without what depends on the place."""
    with open_store(store) as opened:
        return [hit.record for hit in opened.iterate()]


def add_document(folder: Path, store: Path, city: str = "焦作市", year: int = 2027) -> None:
    write_sample(folder / "in" / f"new{year}.txt", city=city, year=year)
    ingest([folder / "in"], store, executor=SerialExecutor(), parse=parse_sample)


@pytest.mark.parametrize("target", ["backup", "backup.tar"])
def test_restored_elsewhere_the_store_answers_the_same(store: Path, tmp_path: Path, target: str) -> None:
    before = seen(store)
    made = back_up(store, tmp_path / "far" / target)
    shutil.move(store, tmp_path / "gone")
    (tmp_path / "elsewhere").mkdir()
    report = restore(tmp_path / "far" / target, tmp_path / "elsewhere" / "kpi")
    restored = tmp_path / "elsewhere" / "kpi"
    assert (report.snapshot, report.files, report.aside) == (made.snapshot, made.files, "")
    assert seen(restored) == before
    assert len(before) == len(CITIES) * ROWS
    (decision,) = load_decisions(Layout(restored).decisions).decisions
    assert decision.author == "张三"
    assert examine(restored) == []
    with open_store(restored) as opened:
        assert all(opened.original(sha256) for sha256 in opened.documents)
    add_document(tmp_path, restored)
    assert len(seen(restored)) == len(before) + ROWS, "a restored store goes on"


def test_nothing_of_the_old_place_is_needed(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup")
    old = str(store).encode()
    for path in (tmp_path / "backup").rglob("*"):
        if path.is_file() and path.suffix in {".json", ""}:
            assert old not in path.read_bytes(), path


def test_repeated_runs_copy_only_what_is_new(store: Path, tmp_path: Path) -> None:
    first = back_up(store, tmp_path / "backup")
    assert first.copied == first.files - 1, "all but CURRENT"
    assert back_up(store, tmp_path / "backup").copied == 0
    add_document(tmp_path, store)
    later = back_up(store, tmp_path / "backup")
    assert later.snapshot != first.snapshot
    assert 0 < later.copied < later.files / 2
    assert [folder.name for folder in (tmp_path / "backup" / "snapshots").iterdir()] == [later.snapshot]
    assert check(tmp_path / "backup")[0].files == later.files
    (tmp_path / "out").mkdir()
    restore(tmp_path / "backup", tmp_path / "out" / "kpi")
    assert seen(tmp_path / "out" / "kpi") == seen(store)


def test_plain_tools_can_check_a_backup(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup")
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    command = ["sha256sum", "--quiet", "--check", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path / "backup", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_backups_while_another_process_publishes_are_each_of_one_snapshot(store: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); from pathlib import Path; from store_worker import publish_one\n"
        f"for number in range({PUBLISHED}): publish_one(Path({str(store)!r}), number); print(number, flush=True)"
    )
    snapshots = set()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as publisher:
        assert publisher.stdout is not None
        publisher.stdout.readline()
        number = 0
        while publisher.poll() is None or not number:
            number += 1
            target = tmp_path / ("even" if number % 2 else "odd.tar")
            report = back_up(store, target)
            about, _ = check(target)
            assert about.snapshot == report.snapshot
            snapshots.add(report.snapshot)
    assert publisher.returncode == 0
    assert len(snapshots) > 1, "nothing was published meanwhile"
    back_up(store, tmp_path / "even")
    restored = tmp_path / "out"
    restore(tmp_path / "even", restored)
    assert len(seen(restored)) == (len(CITIES) + PUBLISHED) * ROWS
    assert seen(restored) == seen(store)


def damage_snapshot(backup: Path) -> str:
    path = next((backup / "snapshots").rglob("clusters.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path.relative_to(backup).as_posix()


def shorten_result(backup: Path) -> str:
    path = next((backup / "parsed").rglob("document.json.gz"))
    path.write_bytes(path.read_bytes()[:-7])
    return path.relative_to(backup).as_posix()


def lose_decision(backup: Path) -> str:
    path = next((backup / "decisions").iterdir())
    path.unlink()
    return path.relative_to(backup).as_posix()


def change_list(backup: Path) -> str:
    path = backup / "SHA256SUMS"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    return "SHA256SUMS"


def change_about(backup: Path) -> str:
    (backup / "backup.json").write_text("{", "utf-8")
    return "backup.json"


DAMAGES = [damage_snapshot, shorten_result, lose_decision, change_list, change_about]


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
def test_a_damaged_backup_is_refused_and_the_file_named(
    store: Path, tmp_path: Path, damage: Callable[[Path], str]
) -> None:
    back_up(store, tmp_path / "backup")
    name = damage(tmp_path / "backup")
    with pytest.raises(BadInput) as told:
        restore(tmp_path / "backup", tmp_path / "out")
    assert name in told.value.where
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "in", "kpi"], "nothing half done stays"
    with pytest.raises(BadInput):
        check(tmp_path / "backup")


def test_a_cut_tar_is_refused(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup.tar")
    (tmp_path / "cut.tar").write_bytes((tmp_path / "backup.tar").read_bytes()[:-20_000])
    with pytest.raises(BadInput):
        restore(tmp_path / "cut.tar", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_paths_that_lead_out_of_the_store_are_refused(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup")
    from hashlib import sha256

    sums = tmp_path / "backup" / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes() + f"{'0' * 64}  ../../evil\n".encode())
    about = json.loads((tmp_path / "backup" / "backup.json").read_text())
    about["sums"] = sha256(sums.read_bytes()).hexdigest()
    (tmp_path / "backup" / "backup.json").write_text(json.dumps(about))
    with pytest.raises(BadInput, match="不合规定的路径"):
        restore(tmp_path / "backup", tmp_path / "out")


def test_a_store_that_is_there_is_refused_or_put_aside(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "backup")
    add_document(tmp_path, store)
    newer = seen(store)
    with pytest.raises(UsageError, match="--force"):
        restore(tmp_path / "backup", store)
    assert seen(store) == newer
    report = restore(tmp_path / "backup", store, force=True)
    assert len(seen(store)) == len(newer) - ROWS
    assert seen(Path(report.aside)) == newer


def test_an_interrupted_backup_leaves_the_one_before(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = back_up(store, tmp_path / "backup")
    failure = next((Layout(store).parsed).rglob("failure.json"))
    failure.write_text('{"code": "other"}', "utf-8")  # one of the files that may change
    add_document(tmp_path, store)
    with monkeypatch.context() as patched:
        patched.setattr("kpi.ingestion.backup_form._FolderKept.finish", _full_disk)
        with pytest.raises(StoreError, match="备份写不进去"):
            back_up(store, tmp_path / "backup")
    assert check(tmp_path / "backup")[0].snapshot == before.snapshot
    assert back_up(store, tmp_path / "backup").snapshot != before.snapshot
    check(tmp_path / "backup")


def _full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_an_interrupted_first_backup_goes_on(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("kpi.ingestion.backup_form._FolderKept.finish", _full_disk)
        with pytest.raises(StoreError):
            back_up(store, tmp_path / "backup")
    with pytest.raises(BadInput, match="缺少文件"):
        check(tmp_path / "backup")
    assert back_up(store, tmp_path / "backup").copied == 0, "what was copied is not copied again"
    check(tmp_path / "backup")


def test_damage_in_the_store_is_told(store: Path, tmp_path: Path) -> None:
    original = next(Layout(store).files.iterdir())
    original.write_bytes(b"damaged")
    report = back_up(store, tmp_path / "backup")
    assert report.damaged == (f"files/{original.name}",)
    check(tmp_path / "backup")
    part = next((Layout(store).folder(Layout(store).current()) / "projects").iterdir())
    data = bytearray(part.read_bytes())
    data[10] ^= 1
    part.unlink()  # shared with the snapshot before
    part.write_bytes(data)
    with pytest.raises(StoreError) as told:
        back_up(store, tmp_path / "other")
    assert part.name in told.value.where


@pytest.mark.parametrize("kind", ["file", "other folder", "in the store"])
def test_targets_that_are_none_are_refused(store: Path, tmp_path: Path, kind: str) -> None:
    target = {"file": tmp_path / "f", "other folder": tmp_path / "in", "in the store": store / "backup"}[kind]
    if kind == "file":
        target.touch()
    with pytest.raises(UsageError):
        back_up(store, target)


def test_commands(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, out = tmp_path / "backup.tar", tmp_path / "out"
    assert main(["backup", str(target), "--store", str(store)]) == 0
    assert main(["restore", str(target), "--check"]) == 0
    assert "备份完好" in capsys.readouterr().err
    assert main(["restore", str(target), "--store", str(out)]) == 0
    assert main(["doctor", "--check", "--store", str(out)]) == 0
    assert main(["restore", str(target), "--store", str(out)]) == 2
    assert main(["restore", str(target), "--store", str(out), "--force"]) == 0
    assert ".before-" in capsys.readouterr().err
    assert main(["backup", str(target), "--store", str(tmp_path / "none")]) == 1
    with tarfile.open(target) as archive:
        assert "backup.json" in archive.getnames()


def test_old_results_of_documents_parsed_anew_are_left_out(store: Path, tmp_path: Path) -> None:
    publish_one(store, 1)
    old = Layout(store).parsed / "old-parser" / ("0" * 64)
    old.mkdir(parents=True)
    (old / "document.json.gz").write_bytes(b"old")
    back_up(store, tmp_path / "backup")
    kept = {folder.name for folder in (tmp_path / "backup" / "parsed").iterdir()}
    assert "old-parser" not in kept
    assert "test" in kept, "documents of another parser version keep their results"


def test_urls_are_no_targets(store: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="本机"):
        back_up(store, "s3://bucket/backup")
    back_up(store, tmp_path / "backup")
    with pytest.raises(UsageError, match="本机"):
        restore(tmp_path / "backup", "s3://bucket/kpi")


def test_a_store_at_a_url_is_backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fsspec")
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "cache"))
    url = f"memory://backup-{tmp_path.name}"
    write_sample(tmp_path / "in" / "0.txt", city="焦作市")
    ingest([tmp_path / "in"], url, executor=SerialExecutor(), parse=parse_sample)
    first = back_up(url, tmp_path / "backup")
    assert back_up(url, tmp_path / "backup").copied == 0
    restore(tmp_path / "backup", tmp_path / "out")
    assert len(seen(tmp_path / "out")) == ROWS
    assert examine(tmp_path / "out") == []
    assert first.copied == first.files - 1


def test_stores_and_backups_in_a_given_folder_are_no_publications(store: Path, tmp_path: Path) -> None:
    back_up(store, tmp_path / "in" / "backup")
    shutil.copytree(store, tmp_path / "in" / "store")
    found, _ = find_files([tmp_path / "in"])
    assert sorted(Path(file.path).name for file in found) == ["0.txt", "1.txt", "2.txt", "broken.txt"]
