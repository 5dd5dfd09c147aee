"""Faults of a store at a URL: calls that fail, writers that are killed, leases of machines that are gone.

The place is a file system of whole objects, without rename and append (`tests/store/plain_storage.py`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from benchmarks.faults_store import start
from benchmarks.faults_truth import Tally, documents, publish_numbered, records_of, scratch

_TIMEOUT = 240
WAYS = {
    "killed": "nothing answers from a call on",
    "failed": "one call fails",
    "lost": "the answer of one call is lost",
}


def available() -> bool:
    """Whether stores at URLs can be opened here."""
    return find_spec("fsspec") is not None


@contextmanager
def _machine(folder: Path, name: str) -> Iterator[str]:
    """Work on a machine of this name; gives the URL of the store."""
    import plain_storage  # noqa: F401 - registers the file system

    with mock.patch.dict(os.environ, {"KPI_CACHE": str(folder / "machines" / name)}):
        yield f"plain://{folder}/remote"


def failing_calls(rounds: int) -> Iterator[Tally]:
    """Each way of failing at calls all through a publishing; then another machine reads, and publishes the same."""
    if not available():
        return
    from plain_storage import BEHAVIOUR

    from kpi.errors import KpiError

    with scratch("remote") as folder:
        with _machine(folder, "a") as store:
            publish_numbered(store, 1)
            for name in ("remote", "machines"):
                shutil.copytree(folder / name, folder / f"{name}-before")
            BEHAVIOUR.reset()
            publish_numbered(store, 2)
            calls = BEHAVIOUR.total
        for way, title in WAYS.items():
            tally = Tally(f"store at a URL: {title}")
            seen = {"old": 0, "new": 0}
            for place in range(rounds):
                call = 1 + place * calls // rounds
                for name in ("remote", "machines"):
                    shutil.rmtree(folder / name)
                    shutil.copytree(folder / f"{name}-before", folder / name)
                BEHAVIOUR.reset()
                BEHAVIOUR.fail_at, BEHAVIOUR.after = call, way != "failed"
                BEHAVIOUR.gone_at = call if way == "killed" else 0
                tally.tried += 1
                with _machine(folder, "a") as store:
                    try:
                        publish_numbered(store, 2)
                    except KpiError:
                        tally.told += 1
                    except Exception as error:  # noqa: BLE001 - an error that is no message is what is counted
                        tally.mistake(f"{way} {call}: {type(error).__name__}: {error}")
                BEHAVIOUR.reset()
                with _machine(folder, f"fresh-{place}") as store:
                    found = records_of(store)
                    held = 2 if found == documents((1, 2)) else 1
                    seen["new" if held == 2 else "old"] += 1
                    tally.compare(found, documents(range(1, held + 1)), f"{way} {call}")
                    publish_numbered(store, 2)
                    tally.compare(records_of(store), documents((1, 2)), f"{way} {call}, then published")
            tally.remark = f"of {calls} calls; {seen['old']} times the old rows, {seen['new']} the new"
            yield tally


def killed_writers(kills: int) -> Tally:
    """Processes that publish one document after the other, killed at any moment; what was told as published is there."""
    tally = Tally("store at a URL: writers killed at any moment", kills if available() else 0)
    if not available():
        tally.remark = "not tried: fsspec is not installed"
        return tally
    source = random.Random(6)
    with scratch("remote-kills") as folder:
        with _machine(folder, "a") as store:
            publish_numbered(store, 1)
        last = 1
        for kill in range(kills):
            with _machine(folder, "ab"[kill % 2]) as store:
                process = start("publish", store, last + 1, 1000)
                assert process.stdout is not None
                lines = [process.stdout.readline() for _ in range(kill % 3)]
                time.sleep(source.uniform(0.0, 1.5))
                process.send_signal(signal.SIGKILL)
                out, _ = process.communicate(timeout=_TIMEOUT)
            told = max([last, *(int(line) for line in "".join([*lines, out]).split())])
            with _machine(folder, f"fresh-{kill}") as store:
                found = records_of(store)
            held = len({record[0] for record in found})
            tally.compare(found, documents(range(1, max(told, held) + 1)), f"kill {kill}")
            if held > told + 1:
                tally.mistake(f"kill {kill}: {held} documents of {told}")
            last = held
        with _machine(folder, "a") as store:
            publish_numbered(store, last + 1)
            tally.compare(records_of(store), documents(range(1, last + 2)), "published after the kills")
        tally.remark = f"{last} documents were published between the kills"
    return tally


def dead_leases(count: int) -> Tally:
    """Leases of writers on other machines that stand still: taken over, and who does not want to wait is told."""
    tally = Tally("store at a URL: leases of dead writers", count if available() else 0)
    if not available():
        tally.remark = "not tried: fsspec is not installed"
        return tally
    from kpi.catalog import lease
    from kpi.catalog.layout import Layout
    from kpi.catalog.publish import Change
    from kpi.errors import StoreError
    from kpi.ingestion.publishing import publish_change

    with scratch("remote-leases") as folder, _machine(folder, "a") as store:
        publish_numbered(store, 1)
        objects = Layout(store).objects
        with mock.patch.object(lease, "PACE", lease.Pace(renew=0.1, stale=0.5, look=0.05)):
            for number in range(2, count + 2):
                held = max(int(key.stem.split("-")[1]) for key in (folder / "remote" / "locks").iterdir())
                content = {"token": "x", "host": "elsewhere", "pid": 1, "beats": 3, "renewed": time.time()}
                objects.write(f"locks/writer-{held + 1:08d}.json", json.dumps(content).encode())
                try:
                    publish_change(Layout(store), Change(reindex=True), wait=0.05)
                    tally.mistake("published over a living lease")
                except StoreError as error:
                    tally.told += error.code == "locked" and "elsewhere" in str(error)
                publish_numbered(store, number)
                tally.compare(records_of(store), documents(range(1, number + 1)), f"lease {number}")
    return tally
