"""Ingest: what is known is not parsed again, bad files do not stop it, replaced and removed files are handled."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from store_samples import make_document, parse_sample, write_sample

from kpi.errors import MissingDependency, UsageError
from kpi.ingestion import IngestReport, ProcessExecutor, SerialExecutor, ingest, remove
from kpi.ingestion.report import Progress
from kpi.model import Document
from kpi.store import open_store


class Counting:
    """A parser that tells what it was asked to parse."""

    def __init__(self) -> None:
        self.parsed: list[str] = []

    def __call__(self, path: Path) -> Document:
        self.parsed.append(path.name)
        return parse_sample(path)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for number, city in enumerate(("焦作市", "许昌市", "晋州市")):
        write_sample(tmp_path / "in" / f"{number}.txt", city=city)
    return tmp_path / "in"


def run(corpus: Path, **options: object) -> tuple[IngestReport, list[str]]:
    parse = Counting()
    report = ingest([corpus], corpus.parent / "kpi", executor=SerialExecutor(), parse=parse, **options)  # type: ignore[arg-type]
    return report, parse.parsed


def cities(corpus: Path) -> list[str]:
    with open_store(corpus.parent / "kpi") as store:
        return sorted(row.city for row in store.documents.values())


def test_first_run_parses_everything_second_nothing(corpus: Path) -> None:
    report, parsed = run(corpus)
    assert sorted(parsed) == ["0.txt", "1.txt", "2.txt"]
    assert report.counts == {"parsed": 3}
    assert [file.indicators for file in report.files] == [4, 4, 4]
    again, parsed = run(corpus)
    assert parsed == []
    assert again.counts == {"known": 3}
    assert not again.published.changed
    assert again.published.name == report.published.name


def test_a_bad_file_stops_nothing_and_is_told_every_time(corpus: Path) -> None:
    write_sample(corpus / "bad.txt", broken=True)
    for _ in range(2):
        report, _ = run(corpus)
        (failure,) = report.failures
        assert failure.path.endswith("bad.txt")
        assert failure.failure["what"] == "文件已损坏"
        assert len(cities(corpus)) == 3
    _, parsed = run(corpus)
    assert parsed == [], "a file that is known to be bad is not tried again"
    _, parsed = run(corpus, retry=True)
    assert parsed == ["bad.txt"]


def test_what_depends_on_the_machine_is_tried_again(corpus: Path) -> None:
    def parse(path: Path) -> Document:
        if path.name == "1.txt":
            raise MissingDependency("缺少程序", advice="安装 x")
        return parse_sample(path)

    store = corpus.parent / "kpi"
    report = ingest([corpus], store, executor=SerialExecutor(), parse=parse)
    assert report.counts == {"parsed": 2, "skipped": 1}
    assert not report.failures
    report, parsed = run(corpus)
    assert parsed == ["1.txt"]
    assert len(cities(corpus)) == 3


def test_a_bug_of_ours_is_recorded_not_raised(corpus: Path) -> None:
    def parse(path: Path) -> Document:
        raise ZeroDivisionError(path.name)

    report = ingest([corpus], corpus.parent / "kpi", executor=SerialExecutor(), parse=parse)
    assert {file.failure["code"] for file in report.failures} == {"bug"}
    assert "ZeroDivisionError" in report.failures[0].failure["found"]


def test_missing_paths_and_copies_are_told(corpus: Path) -> None:
    (corpus / "copy.txt").write_bytes((corpus / "0.txt").read_bytes())
    report = ingest([corpus, corpus / "none.pdf"], corpus.parent / "kpi", executor=SerialExecutor(), parse=parse_sample)
    assert report.counts == {"parsed": 3, "duplicate": 1, "failed": 1}
    assert len(cities(corpus)) == 3


def test_a_replaced_file_replaces_its_document(corpus: Path) -> None:
    run(corpus)
    write_sample(corpus / "0.txt", city="焦作市", year=2024)
    report, parsed = run(corpus)
    assert parsed == ["0.txt"]
    assert len(report.removed) == 1
    with open_store(corpus.parent / "kpi") as store:
        assert sorted(row.year or 0 for row in store.documents.values()) == [2024, 2026, 2026]


def test_a_replacement_that_cannot_be_read_leaves_the_old_document(corpus: Path) -> None:
    run(corpus)
    write_sample(corpus / "0.txt", broken=True)
    report, _ = run(corpus)
    assert report.removed == ()
    assert cities(corpus) == sorted(["焦作市", "许昌市", "晋州市"])


def test_sync_removes_what_vanished_from_the_given_folders_only(corpus: Path, tmp_path: Path) -> None:
    run(corpus)
    elsewhere = write_sample(tmp_path / "other" / "x.txt", city="洛阳市")
    ingest([elsewhere], tmp_path / "kpi", executor=SerialExecutor(), parse=parse_sample)
    elsewhere.unlink()
    (corpus / "1.txt").unlink()
    report, _ = run(corpus)
    assert report.removed == ()
    assert len(cities(corpus)) == 4
    report, _ = run(corpus, sync=True)
    assert [Path(path).name for path in report.removed] == ["1.txt"]
    assert cities(corpus) == sorted(["焦作市", "晋州市", "洛阳市"])


def test_a_moved_file_is_neither_lost_nor_doubled(corpus: Path) -> None:
    run(corpus)
    (corpus / "sub").mkdir()
    (corpus / "0.txt").rename(corpus / "sub" / "moved.txt")
    report, parsed = run(corpus, sync=True)
    assert parsed == []
    assert report.removed == ()
    with open_store(corpus.parent / "kpi") as store:
        assert store.search("document:moved.txt").total == 4
        assert store.search("").total == 12


def test_a_file_rewritten_with_the_same_size_and_another_time_is_noticed(corpus: Path) -> None:
    run(corpus)
    old = (corpus / "0.txt").read_text("utf-8")
    (corpus / "0.txt").write_text(old.replace("焦作市", "许昌市"), "utf-8")
    os.utime(corpus / "0.txt", ns=(time.time_ns(), time.time_ns() + 1))
    report, _ = run(corpus)
    assert len(report.removed) == 1
    assert "焦作市" not in cities(corpus)


def test_stated_attributes_fill_what_is_not_said(tmp_path: Path) -> None:
    write_sample(tmp_path / "in" / "a.txt", city="", year=None, department="")
    write_sample(tmp_path / "in" / "b.txt", city="许昌市")
    stated = {"province": "河南省", "city": "洛阳市", "year": 2023, "department": "洛阳市水利局"}
    report, _ = run(tmp_path / "in", attributes=stated)
    with open_store(tmp_path / "kpi") as store:
        assert store.search("city:洛阳市 year:2023 dept:水利局 province:河南省").total == 4
        assert store.search("city:许昌市 year:2026").total == 4
    notes = {Path(file.path).name: file.notes for file in report.files}
    assert notes["a.txt"] == ()
    assert any("许昌市" in note and "洛阳市" in note for note in notes["b.txt"])
    run(tmp_path / "in")
    with open_store(tmp_path / "kpi") as store:
        assert store.search("city:洛阳市 year:2023").total == 4, "a later run without them keeps them"


def test_unknown_attributes_are_refused(corpus: Path) -> None:
    with pytest.raises(UsageError, match="colour"):
        run(corpus, attributes={"colour": "red"})


@pytest.mark.parametrize("by", ["name", "path", "digits"])
def test_remove(corpus: Path, by: str) -> None:
    report, _ = run(corpus)
    file = report.files[0]
    store = corpus.parent / "kpi"
    published = remove(store, [{"name": "0.txt", "path": file.path, "digits": file.sha256[:10]}[by]])
    assert published.removed == 1
    assert cities(corpus) == sorted(["许昌市", "晋州市"])
    with open_store(store) as opened:
        assert opened.search("city:焦作市").total == 0
    with pytest.raises(UsageError):
        remove(store, ["0.txt"])


def test_removing_everything_leaves_an_empty_store(corpus: Path) -> None:
    report, _ = run(corpus)
    remove(corpus.parent / "kpi", [file.sha256 for file in report.files])
    with open_store(corpus.parent / "kpi") as store:
        assert store.search("满意度").total == 0
    run(corpus)
    assert len(cities(corpus)) == 3


def test_a_file_without_indicators_is_named_not_failed(tmp_path: Path) -> None:
    write_sample(tmp_path / "in" / "a.txt", projects=[])
    report, _ = run(tmp_path / "in")
    assert report.counts == {"empty": 1}
    again, parsed = run(tmp_path / "in")
    assert (again.counts, parsed) == ({"known": 1}, [])


def test_hidden_files_office_locks_and_links_are_left_out(corpus: Path) -> None:
    for name in (".hidden.txt", "~$lock.txt", "notes.md"):
        write_sample(corpus / name, city="焦作市", year=2020)
    (corpus / "link.txt").symlink_to(corpus / "0.txt")
    report, _ = run(corpus)
    assert [Path(file.path).name for file in report.files] == ["0.txt", "1.txt", "2.txt"]


def test_progress_counts_every_file(corpus: Path) -> None:
    told: list[Progress] = []
    run(corpus, progress=told.append)
    assert [(progress.done, progress.total) for progress in told] == [(1, 3), (2, 3), (3, 3)]


def test_worker_processes_and_a_worker_that_dies(corpus: Path) -> None:
    """A crash of a library takes its worker along; the file is named and all others are done."""
    (corpus / "crash.txt").write_text("{}", "utf-8")
    report = ingest([corpus], corpus.parent / "kpi", executor=ProcessExecutor(2), parse=dying_parser())
    (failure,) = report.failures
    assert failure.path.endswith("crash.txt")
    assert failure.failure["code"] == "worker_died"
    assert report.counts == {"parsed": 3, "failed": 1}
    assert len(cities(corpus)) == 3


def dying_parser():  # type: ignore[no-untyped-def]
    """The parser of `store_dying`, which worker processes can import."""
    import store_dying

    return store_dying.parse


def test_order_of_executors_does_not_matter(corpus: Path, tmp_path: Path) -> None:
    def backwards(paths: list[Path]) -> list[Path]:
        return list(reversed(paths))

    class Backwards(SerialExecutor):
        def run(self, function, tasks):  # type: ignore[no-untyped-def]
            yield from super().run(function, backwards(list(tasks)))

    for name, executor in (("a", SerialExecutor()), ("b", Backwards())):
        ingest([corpus], tmp_path / name, executor=executor, parse=parse_sample)
    with open_store(tmp_path / "a") as one, open_store(tmp_path / "b") as other:
        assert [dict(hit.record) for hit in one.iterate()] == [dict(hit.record) for hit in other.iterate()]


def test_content_that_changes_while_it_is_parsed(corpus: Path) -> None:
    def parse(path: Path) -> Document:
        return make_document("something else")

    report = ingest([corpus], corpus.parent / "kpi", executor=SerialExecutor(), parse=parse)
    assert {file.failure["code"] for file in report.failures} == {"changed_meanwhile"}
    _, parsed = run(corpus)
    assert len(parsed) == 3
