"""A store at a URL whose place fails at any call: the old state or the new, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from plain_storage import BEHAVIOUR
from remote_samples import Machines, numbers_in, publish_number
from store_samples import parse_sample, write_sample

from kpi.catalog.head import read_head
from kpi.catalog.layout import Layout
from kpi.catalog.working_copy import catch_up
from kpi.errors import KpiError, StoreError
from kpi.ingestion import SerialExecutor, ingest
from kpi.ingestion.doctor import examine, mend


def _calls_of_a_publishing(machines: Machines) -> int:
    publish_number(machines.on("a"), 1)
    shutil.copytree(machines.folder / "remote", machines.folder / "remote-before")
    shutil.copytree(machines.folder / "machines", machines.folder / "machines-before")
    BEHAVIOUR.reset()
    publish_number(machines.on("a"), 2)
    return BEHAVIOUR.total


def _back(machines: Machines) -> None:
    for name in ("remote", "machines"):
        shutil.rmtree(machines.folder / name)
        shutil.copytree(machines.folder / f"{name}-before", machines.folder / name)


@pytest.mark.parametrize(
    ("way", "step"), [("killed at the call", 1), ("answer of the call lost", 2)], ids=["killed", "lost"]
)
def test_a_publishing_that_fails_at_any_call_leaves_old_or_new(
    machines: Machines, way: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # 60 rounds; what it is for is tested elsewhere
    calls = _calls_of_a_publishing(machines)
    assert calls > 30
    states = set()
    for call in range(1, calls + 1, step):
        _back(machines)
        BEHAVIOUR.reset()
        BEHAVIOUR.fail_at, BEHAVIOUR.after = call, True
        BEHAVIOUR.gone_at = call if way.startswith("killed") else 0
        told = ""
        try:
            publish_number(machines.on("a"), 2)
        except KpiError as error:
            told = str(error)
        assert "secret" not in told
        BEHAVIOUR.reset()
        found = numbers_in(machines.fresh())
        states.add(frozenset(found))
        assert found in ({1}, {1, 2}), call
        publish_number(machines.on("b" if call % 2 else "a"), 2)
        assert numbers_in(machines.fresh()) == {1, 2}, call
        results = list((machines.folder / "remote" / "parsed").rglob("*.gz"))
        assert len(results) == 2, "a result is there twice"
    assert len(states) == 2, "both outcomes were met"


def test_a_publishing_is_decided_though_current_could_not_follow(machines: Machines) -> None:
    publish_number(machines.on("a"), 1)
    BEHAVIOUR.fail_on = "/CURRENT"
    with pytest.raises(StoreError):
        publish_number(machines.on("a"), 2)
    BEHAVIOUR.reset()
    publish_number(machines.on("a"), 2)
    before = (machines.folder / "remote" / "CURRENT").read_bytes()
    publish_number(machines.on("a"), 3)
    (machines.folder / "remote" / "CURRENT").write_bytes(before)
    assert numbers_in(machines.fresh()) == {1, 2, 3}, "a pointer that lags behind"
    (machines.folder / "remote" / "CURRENT").write_bytes(b"")
    assert numbers_in(machines.fresh()) == {1, 2, 3}, "a pointer that was cut off"
    (machines.folder / "remote" / "CURRENT").unlink()
    assert numbers_in(machines.fresh()) == {1, 2, 3}, "a pointer that was deleted"
    layout = machines.on("b")
    publish_number(layout, 4)
    assert (machines.folder / "remote" / "CURRENT").read_text().strip() == layout.current()


def test_a_damaged_download_is_fetched_again(machines: Machines) -> None:
    publish_number(machines.on("a"), 1)
    BEHAVIOUR.garbled = 2
    assert numbers_in(machines.on("b")) == {1}
    assert BEHAVIOUR.garbled == 0, "two downloads came with other bytes"


def test_files_damaged_where_the_store_is_are_told_and_mended(machines: Machines) -> None:
    publish_number(machines.on("a"), 1)
    publish_number(machines.on("a"), 2)
    (part,) = (machines.folder / "remote/snapshots").glob("00000002-*/rows/part-000002.sqlite")
    part.write_bytes(b"?" * part.stat().st_size)
    layout = machines.fresh()
    assert numbers_in(layout) == {1}, "the snapshot before"
    told = catch_up(layout)
    assert told == []
    problems = examine(layout.store)
    assert {problem.code for problem in problems if "part-000002.sqlite" in problem.where} == {
        "damaged",
        "damaged_copy",
    }
    mend(layout.store, problems)
    assert numbers_in(layout) == numbers_in(machines.fresh()) == {1, 2}, (
        "the documents are known from the list of the damaged one"
    )


def test_a_damaged_copy_is_fetched_again_by_the_doctor(machines: Machines) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    part = layout.folder(layout.current()) / "rows/part-000001.sqlite"
    part.write_bytes(b"?" * part.stat().st_size)
    problems = examine(layout.store)
    assert {problem.code for problem in problems} == {"damaged_copy", "missing_original"}
    assert mend(layout.store, problems) is None, "nothing to publish"
    assert numbers_in(layout) == {1}
    part.unlink()
    assert numbers_in(layout) == {1}, "a missing file is noticed at opening"


def test_a_place_that_does_not_answer(machines: Machines) -> None:
    layout = machines.on("a")
    publish_number(layout, 1)
    os.utime(layout.current_file, (time.time() - 3 * 3600,) * 2)
    BEHAVIOUR.cut_off = True
    assert numbers_in(layout) == {1}
    (note,) = catch_up(layout)
    assert "3 小时" in note or "180 分钟" in note
    assert "secret" not in note
    with pytest.raises(StoreError) as told:
        publish_number(layout, 2)
    assert told.value.code == "unreachable"
    with pytest.raises(StoreError) as told:
        numbers_in(machines.fresh())
    assert told.value.code == "unreachable"
    assert "secret" not in str(told.value)


def test_no_store_and_a_store_that_holds_nothing_yet(machines: Machines) -> None:
    with pytest.raises(StoreError) as told:
        numbers_in(machines.fresh())
    assert told.value.code == "no_store"
    layout = machines.fresh()
    layout.objects.write("decisions/x", b"{}")
    assert numbers_in(layout) == set()


def test_a_slow_place_serves_whole_snapshots_while_others_publish(machines: Machines) -> None:
    publish_number(machines.on("a"), 1)
    writer, reader = machines.on("a"), machines.on("b")
    BEHAVIOUR.seconds = 0.002
    seen: list[set[int]] = []

    def publish_three() -> None:
        for number in (2, 3, 4):
            publish_number(writer, number)

    thread = threading.Thread(target=publish_three)
    thread.start()
    while thread.is_alive():
        catch_up(reader)
        seen.append(numbers_in(reader))
        shutil.rmtree(reader.root)  # so that each round fetches everything, while snapshots are deleted there
    thread.join()
    assert all(found == set(range(1, len(found) + 1)) for found in seen)
    assert numbers_in(reader) == {1, 2, 3, 4}


def test_pruning_there(machines: Machines) -> None:
    layout = machines.on("a")
    for number in (1, 2, 3):
        publish_number(layout, number)
    folder = machines.folder / "remote/snapshots"
    assert sorted(int(path.name[:8]) for path in folder.iterdir()) == [2, 3], "the one in force and the one before"
    for name, age in {"00000003-late": 0, "00000009-young": 3600, "00000009-old": 25 * 3600}.items():
        left = folder / f"{name}-x" / "rows" / "part-000001.sqlite"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"of a writer that was killed")
        os.utime(left, (time.time() - age,) * 2)
    publish_number(layout, 4)
    left = sorted(path.name[:14] for path in folder.iterdir())
    assert [name[:8] for name in left] == ["00000003", "00000004", "00000009"]
    assert "00000009-young" in left
    assert numbers_in(machines.fresh()) == {1, 2, 3, 4}
    assert read_head(Layout(layout.store).remote).number == 4


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[: len(data) // 2], lambda data: data[:40] + b"?" * 40 + data[80:]],
    ids=["cut off", "changed"],
)
def test_a_damaged_result_is_deleted_so_that_it_is_parsed_again(
    machines: Machines, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    store = machines.use("a")
    write_sample(tmp_path / "in" / "n1.txt", city="焦作市")
    take = partial(ingest, [tmp_path / "in"], store, executor=SerialExecutor(), parse=parse_sample)
    BEHAVIOUR.fail_on = "/locks"
    with pytest.raises(StoreError):
        take()
    BEHAVIOUR.reset()
    (result,) = (machines.folder / "remote/parsed").rglob("*.gz")
    result.write_bytes(spoil(result.read_bytes()))
    with pytest.raises(StoreError, match="已损坏，已删除"):
        take()
    assert take().counts == {"parsed": 1}
    assert numbers_in(machines.fresh()) == {1}


def test_what_a_killed_download_left_is_used(machines: Machines) -> None:
    publish_number(machines.on("a"), 1)
    layout = machines.on("b")
    BEHAVIOUR.reset()
    BEHAVIOUR.gone_at = 12
    with pytest.raises(StoreError):
        catch_up(layout)
    left = [path for path in Path(layout.snapshots).rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert left
    BEHAVIOUR.reset()
    assert numbers_in(layout) == {1}
    assert BEHAVIOUR.calls["get"] < 12, "not all of it again"
    assert not list(layout.snapshots.glob(".fetching-*"))
