"""Faults of the store: killed and second writers, readers, damaged files, full and closed disks, clocks and versions."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.faults_truth import (
    ROOT,
    WORKER,
    Record,
    Tally,
    documents,
    numbered_records,
    publish_numbered,
    records_in,
    records_of,
    scratch,
    write_numbered,
)

_TIMEOUT = 240


def start(*arguments: object, worker: Path = WORKER) -> subprocess.Popen[str]:
    """A worker that has said `begin`."""
    process = subprocess.Popen(
        [sys.executable, str(worker), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline() != "begin\n":
        raise SystemExit(process.communicate()[1])
    return process


def killed_writers(kills: int) -> Tally:
    """Ingests killed at any moment: after each the store holds the old rows or the new, and the next ingest completes."""
    ingest = ROOT / "tests" / "store" / "store_worker.py"
    tally = Tally("writers killed at any moment of an ingest", kills)
    source = random.Random(4)
    with scratch("kills") as outer:
        folder, store = outer / "in", outer / "kpi"
        editions = dict.fromkeys(range(1, 9), 0)

        def write(numbers: list[int], edition: int) -> Counter[Record]:
            write_numbered(folder, numbers, edition)
            editions.update(dict.fromkeys(numbers, edition))
            every: Counter[Record] = Counter()
            for number, its in editions.items():
                every += numbered_records(f"{number:04d}.txt", number, its)
            return every

        old = write(list(editions), 0)
        whole = start("ingest", store, folder, worker=ingest)
        begun = time.monotonic()
        whole.communicate(timeout=_TIMEOUT)
        longest = time.monotonic() - begun
        tally.compare(records_of(store), old, "before the kills")
        seen = {"old": 0, "new": 0}
        for kill in range(1, kills + 1):
            new = write([*source.sample(sorted(editions), 2), max(editions) + 1], kill)
            process = start("ingest", store, folder, worker=ingest)
            try:
                process.wait(source.uniform(0.0, longest))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=_TIMEOUT)
            found = records_of(store)
            if found == new:
                seen["new"] += 1
                old = new
            else:
                seen["old"] += 1
                tally.compare(found, old, f"kill {kill}")
            if kill % 4 == 0 or kill == kills:
                start("ingest", store, folder, worker=ingest).communicate(timeout=_TIMEOUT)
                tally.compare(records_of(store), new, f"ingest after kill {kill}")
                old = new
        left = [path.name for path in (store / "snapshots").glob(".building-*")]
        if left:
            tally.note(f"left over: {left}")
        tally.remark = f"{seen['old']} times the old rows, {seen['new']} the new; every ingest after it whole"
    return tally


def readers(publishes: int, count: int = 8) -> Tally:
    """Readers in processes of their own while snapshots are published and pruned under them."""
    tally = Tally(f"{count} readers × {publishes} publishings", count * publishes)
    with scratch("readers") as store:
        publish_numbered(store / "kpi", 1)
        stop = store / "stop"
        started = [start("read", store / "kpi", stop) for _ in range(count)]
        for number in range(2, publishes + 2):
            publish_numbered(store / "kpi", number)
        stop.touch()
        answers = 0
        for reader in started:
            out, errors = reader.communicate(timeout=_TIMEOUT)
            if reader.returncode:
                tally.mistake(errors[-300:])
                continue
            told = json.loads(out.splitlines()[-1])
            answers += told["answers"]
            tally.wrong += told["count"]
            for text in told["mistakes"]:
                tally.note(text)
        tally.compare(records_of(store / "kpi"), documents(range(1, publishes + 2)), "at the end")
        tally.remark = f"{answers} answers, each with all records of its snapshot"
    return tally


# --- damage ------------------------------------------------------------------------------------------------------------------


def damaged_snapshots(short: bool) -> Iterator[Tally]:
    """Every file of the newest snapshot cut off, deleted, or with a flipped byte; then the doctor."""
    kinds = {"cut": "cut off", "gone": "deleted", "flip": "with a flipped byte"}
    with scratch("damage") as outer:
        template = outer / "template"
        for number in (1, 2, 3):
            publish_numbered(template, number)
        names = _files(template)
        for kind, title in kinds.items():
            tally = Tally(f"each file of the newest snapshot {title}")
            for place, name in enumerate(names):
                for shared in (False, True):
                    if (short and place % 4 != 1) or (shared and (kind == "gone" or _links(template / name) < 2)):
                        continue
                    store = outer / "store"
                    subprocess.run(["cp", "-a", template, store], check=True)
                    _damage(store / name, kind, shared=shared)
                    _look_and_mend(tally, store, f"{kind} {name}{' and its link' if shared else ''}", kind)
                    shutil.rmtree(store)
            yield tally


def _files(store: Path) -> list[str]:
    from kpi.catalog.layout import Layout, read_manifest

    layout = Layout(store)
    current = layout.current()
    inside = [*read_manifest(layout.folder(current)).files, "manifest.json"]
    paths = ["CURRENT", *(f"snapshots/{current}/{name}" for name in sorted(inside))]
    return [path for path in paths if (store / path).stat().st_size]


def _links(path: Path) -> int:
    return path.stat().st_nlink


def _damage(path: Path, kind: str, *, shared: bool) -> None:
    data = path.read_bytes()
    if not shared:
        path.unlink()  # the snapshot before may share the file
    if kind == "gone":
        return
    changed = bytearray(data)
    if kind == "cut":
        del changed[len(data) // 2 :]
    elif changed:
        changed[len(data) * 2 // 3] ^= 0x40
    path.write_bytes(bytes(changed))


def _look_and_mend(tally: Tally, store: Path, where: str, kind: str) -> None:
    """What a reader sees, what the doctor says, and what there is after its work."""
    from kpi.errors import KpiError
    from kpi.ingestion.doctor import examine, mend
    from kpi.store import open_store

    tally.tried += 1
    try:
        with open_store(store) as opened:
            found, noted = records_in(opened), bool(opened.notes or opened.search("采购").notes)
        if found != documents((1, 2, 3)) and not (noted and found == documents((1, 2))):
            tally.mistake(f"{where}: a reader sees {len(found)} records, noted: {noted}")
        elif kind == "flip" and not noted:
            tally.remark = "bytes that change under an unchanged size are noticed when they are read, or by the doctor"
    except KpiError:
        pass
    except Exception as error:  # noqa: BLE001 - an error that is no message is what is counted
        tally.mistake(f"{where}: a reader gets {type(error).__name__}: {error}")
    problems = [problem for problem in examine(store) if problem.code != "missing_original"]
    tally.told += bool(problems)
    if not problems:
        tally.mistake(f"{where}: the doctor sees nothing")
    try:
        mend(store, problems)
    except Exception as error:  # noqa: BLE001 - see above
        tally.mistake(f"{where}: the doctor gets {type(error).__name__}: {error}")
        return
    with open_store(store) as opened:
        tally.compare(records_in(opened), documents((1, 2, 3)), f"{where}: after the doctor")
        if opened.notes or opened.search("采购批次").total != 3:
            tally.mistake(f"{where}: after the doctor {opened.notes}")
    left = [problem.message for problem in examine(store) if problem.code != "missing_original"]
    if left:
        tally.mistake(f"{where}: left after the doctor: {left[0]}")


# --- disks -------------------------------------------------------------------------------------------------------------------


def full_disk(sizes: int) -> Tally:
    """A true disk of a few hundred kB that fills up at another place each time."""
    tally = Tally("disk full while publishing and deciding")
    unshare = shutil.which("unshare")
    possible = unshare and subprocess.run([unshare, "-rm", "true"], check=False, capture_output=True).returncode == 0
    if not possible:
        tally.remark = "not tried: this system lets no one mount a small disk"
        return tally
    published = 0
    for number in range(sizes):
        with scratch("full") as folder:
            command = [str(unshare), "-rm", sys.executable, str(WORKER), "full", str(folder), str(1500 + 37 * number)]
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT)
        if done.returncode:
            tally.mistake(done.stderr[-400:])
            continue
        told = json.loads(done.stdout.splitlines()[-1])
        tally.tried += told["told"]
        tally.told += told["told"]
        published += told["published"]
        for text in told["mistakes"]:
            tally.mistake(text)
    tally.remark = f"{sizes} disks of another size each, {published} publishings before they were full"
    return tally


def closed_folder(times: int) -> Tally:
    """A store whose folder cannot be written to."""
    tally = Tally("folder without the right to write", times)
    with scratch("closed") as outer:
        outer.chmod(0o755)
        store = outer / "kpi"
        for number in (1, 2):
            publish_numbered(store, number)
        paths = [store, *store.rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        for _ in range(times):
            done = subprocess.run(
                [sys.executable, str(WORKER), "closed", str(store), "2"], check=False, capture_output=True, text=True,
                timeout=_TIMEOUT,
            )  # fmt: skip
            if done.returncode:
                tally.mistake(done.stderr[-300:])
                continue
            told = json.loads(done.stdout.splitlines()[-1])
            tally.told += told["told"]
            for text in told["mistakes"]:
                tally.mistake(text)
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
        tally.compare(records_of(store), documents((1, 2)), "afterwards")
        tally.remark = "reading goes on"
    return tally


# --- writers, clocks, versions -----------------------------------------------------------------------------------------------


def second_writer(each: int, refused: int) -> Iterator[Tally]:
    """Two processes that publish at once wait for each other; one that may not wait is told who writes."""
    tally = Tally("publishings by two writers at once", 2 * each)
    with scratch("writers") as store:
        processes = [start("publish", store / "kpi", first, each) for first in (1, 1001)]
        for process in processes:
            _, errors = process.communicate(timeout=_TIMEOUT)
            if process.returncode:
                tally.mistake(errors[-300:])
        expected = documents([*range(1, each + 1), *range(1001, 1001 + each)])
        tally.compare(records_of(store / "kpi"), expected, "both")
        tally.remark = "they wait for each other"
        yield tally
        yield _refused(store / "kpi", refused, expected)


def _refused(store: Path, times: int, expected: Counter[Record]) -> Tally:
    from kpi.catalog.layout import Layout
    from kpi.catalog.locks import writing
    from kpi.catalog.publish import Change
    from kpi.errors import StoreError
    from kpi.ingestion.publishing import publish_change

    tally = Tally("publishings while another one holds the store", times)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(Layout(store)):
            held.set()
            release.wait(_TIMEOUT)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(_TIMEOUT)
    for _ in range(times):
        try:
            publish_change(Layout(store), Change(reindex=True), wait=0.05)
            tally.mistake("published")
        except StoreError as error:
            tally.told += error.code == "locked" and str(os.getpid()) in str(error)
    tally.compare(records_of(store), expected, "while it is held")
    release.set()
    thread.join()
    return tally


def clock_backwards(steps: int) -> Tally:
    """The clock goes a day back before each publishing."""
    tally = Tally("publishings after the clock went back", steps)
    with scratch("clock") as store:
        publish_numbered(store, 1)
        for step in range(1, steps + 1):
            with _clock(datetime.now(UTC) - timedelta(days=step)):
                publish_numbered(store, step + 1)
            tally.compare(records_of(store), documents(range(1, step + 2)), f"step {step}")
    return tally


@contextmanager
def _clock(now: datetime) -> Iterator[None]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now.astimezone(tz)

    patches = [
        mock.patch.object(module, "datetime", Clock)
        for name, module in list(sys.modules.items())
        if name.startswith("kpi.") and getattr(module, "datetime", None) is datetime
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


def other_versions() -> Tally:
    """Snapshots that an older or a newer program wrote: told, and left as they are."""
    from kpi.errors import StoreError
    from kpi.store import open_store

    tally = Tally("stores of an older or newer version")
    with scratch("schema") as store:
        for number in (1, 2):
            publish_numbered(store, number)
        manifests = {path: path.read_bytes() for path in (store / "snapshots").glob("*/manifest.json")}
        for schema in (0, 2, 999):
            for path, data in manifests.items():
                path.write_text(json.dumps({**json.loads(data), "schema": schema}), "utf-8")
            for act in (lambda: open_store(store), lambda: publish_numbered(store, 3)):
                tally.tried += 1
                try:
                    act()
                    tally.mistake(f"version {schema} was taken as its own")
                except StoreError as error:
                    tally.told += error.code == "schema_version"
            for path, data in manifests.items():
                path.write_bytes(data)
            tally.compare(records_of(store), documents((1, 2)), f"version {schema}")
    return tally
