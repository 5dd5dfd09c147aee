"""Archives in an ingest: each member is a document by its own content, taken apart once."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from store_samples import parse_sample

from kpi.ingestion import IngestReport, ProcessExecutor, SerialExecutor, ingest
from kpi.model import Document
from kpi.store import open_store


def make_archive(path: Path, **members: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as archive:
        for name, values in members.items():
            text = json.dumps(values, ensure_ascii=False) if isinstance(values, dict) else str(values)
            archive.writestr(f"{name}.txt", text)
    return path


class Counting:
    def __init__(self) -> None:
        self.parsed: list[str] = []

    def __call__(self, path: Path) -> Document:
        self.parsed.append(path.name)
        return parse_sample(path)


def run(folder: Path, **options: object) -> tuple[IngestReport, list[str]]:
    parse = Counting()
    report = ingest([folder], folder.parent / "kpi", executor=SerialExecutor(), parse=parse, **options)  # type: ignore[arg-type]
    return report, sorted(parse.parsed)


def paths(folder: Path) -> list[str]:
    with open_store(folder.parent / "kpi") as store:
        return sorted(Path(row.entry.path).relative_to(folder).as_posix() for row in store.documents.values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_archive(tmp_path / "in" / "a.zip", x={"city": "焦作市"}, y={"city": "许昌市"}, z={"broken": True})
    return tmp_path / "in"


def test_members_are_documents_and_failures_are_named(folder: Path) -> None:
    report, parsed = run(folder)
    assert parsed == ["x.txt", "y.txt", "z.txt"]
    assert report.counts == {"parsed": 2, "failed": 1}
    assert report.failures[0].path.endswith("a.zip/z.txt")
    assert paths(folder) == ["a.zip/x.txt", "a.zip/y.txt"]
    with open_store(folder.parent / "kpi") as store:
        (document,) = {hit.record["document"] for hit in store.iterate("city:焦作市")}
        assert document == "x.txt"
        (sha256,) = {sha256 for sha256, row in store.documents.items() if row.city == "焦作市"}
        sources = [json.loads(project["source"]) for project in store.snapshot.projects(sha256)]
        assert {source["path"] for source in sources} == {str(folder / "a.zip/x.txt")}, "not where it was unpacked to"
        assert all(store.original(sha256) for sha256 in store.documents)


def test_an_archive_is_taken_apart_once(folder: Path) -> None:
    first, _ = run(folder)
    report, parsed = run(folder)
    assert parsed == []
    assert report.counts == {"known": 2, "failed": 1}
    assert not report.published.changed
    assert [file.path for file in report.files] == [file.path for file in first.files]
    _, parsed = run(folder, retry=True)
    assert parsed == ["z.txt"], "what is known is not parsed again"


def test_the_same_document_inside_and_beside_an_archive(folder: Path) -> None:
    (folder / "b.txt").write_text(json.dumps({"city": "焦作市"}, ensure_ascii=False), "utf-8")
    for _ in range(2):
        report, _ = run(folder)
        assert report.counts["duplicate"] == 1
        assert len(paths(folder)) == 2


def test_a_new_archive_replaces_its_members(folder: Path) -> None:
    run(folder)
    make_archive(folder / "a.zip", x={"city": "焦作市", "year": 2024}, y={"city": "许昌市"})
    report, parsed = run(folder)
    assert parsed == ["x.txt"]
    assert len(report.removed) == 1
    with open_store(folder.parent / "kpi") as store:
        assert sorted(row.year or 0 for row in store.documents.values()) == [2024, 2026]


def test_sync_removes_members_that_vanished(folder: Path) -> None:
    run(folder)
    make_archive(folder / "a.zip", x={"city": "焦作市"})
    report, _ = run(folder)
    assert report.removed == ()
    report, _ = run(folder, sync=True)
    assert [Path(path).name for path in report.removed] == ["y.txt"]
    (folder / "a.zip").unlink()
    run(folder, sync=True)
    assert paths(folder) == []


def test_a_damaged_archive_is_one_failure(folder: Path) -> None:
    data = (folder / "a.zip").read_bytes()
    (folder / "a.zip").write_bytes(data[: len(data) // 2])
    report, _ = run(folder)
    assert [Path(file.path).name for file in report.failures] == ["a.zip"]


def test_in_worker_processes(folder: Path) -> None:
    report = ingest([folder], folder.parent / "kpi", executor=ProcessExecutor(1), parse=parse_sample)
    assert report.counts == {"parsed": 2, "failed": 1}
