"""Writers of a store at a URL: one at a time, a dead one's place is taken, one that slept cannot publish."""

from __future__ import annotations

import json
import threading
import time

import pytest
from plain_storage import BEHAVIOUR
from remote_samples import Machines, numbers_in, publish_number

from kpi.catalog import lease
from kpi.catalog.head import Head, commit, number_of, point, read_head
from kpi.catalog.lease import Lease, Pace, leased
from kpi.catalog.locks import writing
from kpi.catalog.remote import RemoteObjects
from kpi.errors import StoreError

QUICK = Pace(renew=0.05, stale=0.4, look=0.02)
"""For leases of writers that are dead."""
ALIVE = Pace(renew=0.05, stale=60.0, look=0.02)
"""For writers that live, on a machine that may let them wait."""


@pytest.fixture
def objects(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> RemoteObjects:
    monkeypatch.setattr(lease, "PACE", QUICK)
    return RemoteObjects(machines.url)


def _elsewhere(objects: RemoteObjects, epoch: int, **more: object) -> None:
    plain = {"token": "theirs", "host": "another-machine", "pid": 7, "beats": 1, "renewed": time.time(), **more}
    objects.write(f"locks/writer-{epoch:08d}.json", json.dumps(plain).encode())


def test_a_second_writer_waits_for_the_first(objects: RemoteObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "PACE", Pace(renew=0.05, stale=1.5, look=0.02))
    told: list[str] = []

    def second() -> None:
        with leased(objects, wait=60):
            told.append("second")

    with leased(objects, wait=0):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(2.0)  # it stays the first's as long as it is renewed
        told.append("first")
    thread.join()
    assert told == ["first", "second"]


def test_a_writer_that_does_not_want_to_wait_is_told_who_writes(objects: RemoteObjects) -> None:
    _elsewhere(objects, 3)
    with pytest.raises(StoreError) as told, leased(objects, wait=0.1):
        pass
    assert told.value.code == "locked"
    assert "another-machine" in str(told.value)


@pytest.mark.parametrize(
    ("more", "least", "most"),
    [
        ({}, QUICK.stale, 5.0),
        ({"released": True}, 0.0, QUICK.stale),
        ({"renewed": 0}, 0.0, QUICK.stale),
        ({"renewed": time.time() + 10**6}, QUICK.stale, 5.0),
    ],
    ids=["stands still", "released", "renewed last year", "from a clock that is ahead"],
)
def test_a_lease_is_taken_over(objects: RemoteObjects, more: dict[str, object], least: float, most: float) -> None:
    _elsewhere(objects, 3, **more)
    start = time.monotonic()
    with leased(objects, wait=10) as taken:
        assert least <= time.monotonic() - start < most + 5
        assert taken.epoch == 4
        taken.check()
        assert [stored.key for stored in objects.stored("locks")] == ["locks/writer-00000004.json"]


def test_a_lease_that_was_cut_off_while_it_was_made_is_watched(objects: RemoteObjects) -> None:
    objects.write("locks/writer-00000001.json", b"")
    with leased(objects, wait=10) as taken:
        assert taken.epoch == 2


def test_the_lease_of_a_process_of_this_machine_that_is_gone_is_free_at_once(objects: RemoteObjects) -> None:
    import socket
    import subprocess
    import sys

    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    _elsewhere(objects, 1, host=socket.gethostname(), pid=child.pid)
    with leased(objects, wait=0) as taken:
        assert taken.epoch == 2


def test_a_writer_that_slept_cannot_publish(
    machines: Machines, objects: RemoteObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "PACE", ALIVE)
    publish_number(machines.on("a"), 1)
    sleeper, other = machines.on("a"), machines.on("b")
    real, asleep, woken = Lease.check, threading.Event(), threading.Event()

    def check_after_sleep(self: Lease) -> None:
        self._stop.set()  # its heart stands still
        _elsewhere(objects, self.epoch, token=self.token, renewed=0)
        asleep.set()
        woken.wait(200)
        real(self)

    def sleep_and_publish() -> None:
        with pytest.raises(StoreError) as told:
            publish_number(sleeper, 2)
        assert told.value.code == "locked"
        refused.append(told.value)

    refused: list[StoreError] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lease, "check", check_after_sleep)
        thread = threading.Thread(target=sleep_and_publish)
        thread.start()
        assert asleep.wait(100), "all is uploaded, it is about to publish"
        patch.setattr(Lease, "check", real)
        publish_number(other, 3, wait=60)
        woken.set()
        thread.join()
    assert refused
    assert numbers_in(machines.fresh()) == {1, 3}
    publish_number(sleeper, 2)
    assert numbers_in(machines.fresh()) == {1, 2, 3}
    assert len(list((machines.folder / "remote/snapshots").iterdir())) == 2, "what it had sent is deleted"


def test_even_a_writer_that_believes_to_hold_the_lease_cannot_publish_over_another(
    machines: Machines, objects: RemoteObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_number(machines.on("a"), 1)
    sleeper, other = machines.on("a"), machines.on("b")
    monkeypatch.setattr(Lease, "check", lambda _: None)
    with writing(sleeper) as writer:
        name, _ = writer.next_name()
        monkeypatch.setattr(Lease, "acquire", lambda *_: None)
        publish_number(other, 2)
        assert not commit(objects, name)
    assert read_head(objects).name == other.current()
    assert numbers_in(sleeper) == {1, 2}


def test_two_machines_publish_at_once(
    machines: Machines, objects: RemoteObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "PACE", ALIVE)
    layouts = [machines.on("a"), machines.on("b")]
    errors: list[BaseException] = []

    def publish_some(first: int) -> None:
        try:
            for number in range(first, first + 3):
                publish_number(layouts[first // 10], number, wait=120)
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=publish_some, args=(first,)) for first in (1, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert numbers_in(machines.fresh()) == {1, 2, 3, 11, 12, 13}
    assert read_head(objects).number == 6


def test_commits_count_and_names_that_are_none_do_not(objects: RemoteObjects) -> None:
    assert read_head(objects) == Head("", 0)
    assert commit(objects, "00000001-20260101T000000-aaaaaa")
    assert commit(objects, "00000001-20260101T000000-aaaaaa"), "asked again"
    assert not commit(objects, "00000001-20260101T000000-bbbbbb")
    objects.write("commits/00000002.json", b"")  # cut off before it said
    assert read_head(objects) == Head("00000001-20260101T000000-aaaaaa", 2)
    assert commit(objects, "00000003-20260101T000000-cccccc")
    assert read_head(objects) == Head("00000003-20260101T000000-cccccc", 3)
    assert [number_of(name) for name in ("", "x", "7-x", "00000007-x", ".building-00000007-x")] == [0, 0, 0, 7, 0]
    point(objects, "00000003-20260101T000000-cccccc")
    point(objects, "00000001-20260101T000000-aaaaaa")  # of a writer that slept before this
    BEHAVIOUR.reset()
    assert read_head(objects).number == 3
    assert BEHAVIOUR.total == 2, "CURRENT, and whether there is a commit after it"
