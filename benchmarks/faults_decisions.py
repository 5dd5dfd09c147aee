"""Faults of people's decisions: two writers at once, kills while writing, damaged files, a clock that goes back."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.faults_store import start
from benchmarks.faults_truth import Tally, documents, publish_numbered, records_of, scratch

_TIMEOUT = 240


def two_writers(each: int) -> Tally:
    """Two processes decide at once; every decision that was told as safe is there, once, and a publishing takes them."""
    from kpi.decisions import load_decisions
    from kpi.ingestion import republish

    tally = Tally("decisions by two writers at once", 2 * each)
    with scratch("decisions") as store:
        publish_numbered(store, 1)
        processes = [start("decide", store, author, each) for author in ("甲", "乙")]
        safe: list[str] = []
        for process in processes:
            out, errors = process.communicate(timeout=_TIMEOUT)
            if process.returncode:
                tally.mistake(errors[-300:])
            safe += out.split()
        log = load_decisions(store / "decisions")
        ids = [decision.id for decision in log.decisions]
        tally.lost += len(set(safe) - set(ids))
        tally.doubled += len(ids) - len(set(ids))
        tally.wrong += len(log.problems) + abs(len(safe) - 2 * each)
        for author in ("甲", "乙"):
            names = [item.names[0] for item in log.decisions if item.author == author]
            if names != [f"{author}{number}" for number in range(each)]:
                tally.mistake(f"{author}: not in the order of their making")
        republish(store)
        tally.compare(records_of(store), documents((1,)), "published")
    return tally


def killed_deciders(kills: int) -> Tally:
    """Processes killed while they decide: what was told as safe stays, nothing half-written stops the store."""
    from kpi.decisions import load_decisions
    from kpi.ingestion import republish

    tally = Tally("killed while writing decisions", kills)
    source = random.Random(8)
    with scratch("deciders") as store:
        publish_numbered(store, 1)
        safe: set[str] = set()
        for number in range(kills):
            process = start("decide", store, f"人{number}-", 10_000)
            time.sleep(source.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate(timeout=_TIMEOUT)
            safe |= {line for line in out.split("\n")[:-1] if line}
            log = load_decisions(store / "decisions")
            tally.lost += len(safe - {decision.id for decision in log.decisions})
            for problem in log.problems:
                tally.mistake(str(problem))
        republish(store)
        tally.compare(records_of(store), documents((1,)), "published")
        tally.remark = f"{len(safe)} decisions were told as safe, all are there"
    return tally


def damaged_decisions() -> Iterator[Tally]:
    """A decision's file cut off, changed, emptied: told, never undone in silence; taken out of the way, the store goes on."""
    from kpi.corrections import record_key
    from kpi.decisions import Decision, load_decisions, make_decision, save_decision
    from kpi.errors import KpiError
    from kpi.ingestion import republish
    from kpi.store import open_store

    tally = Tally("damaged files of decisions")
    with scratch("damaged") as store:
        publish_numbered(store, 1)
        publish_numbered(store, 2)
        folder = store / "decisions"
        with open_store(store) as opened:
            hit = next(opened.iterate("采购批次"))
        content = Decision(kind="correct", record=record_key(hit.record, hit.sha256), changes={"value": "77"})
        made = make_decision(content, existing=(), author="甲")
        path = save_decision(folder, made)
        republish(store)
        expected = records_of(store)
        if not any(item[3] == "77" for item in expected):
            tally.mistake("the correction does not show")
        data = path.read_bytes()
        flipped = bytearray(data)
        flipped[data.index(b"77")] ^= 1
        for damage in (data[: len(data) // 2], b"", bytes(flipped), b"\0" * len(data), data + b"x", b"[]\n"):
            path.write_bytes(damage)
            tally.tried += 1
            told = len(load_decisions(folder).problems) == 1
            for act in (lambda: republish(store), lambda: publish_numbered(store, 3)):
                try:
                    act()
                    tally.mistake("published without the decision")
                except KpiError as error:
                    told &= Path(error.where).name == path.name
            tally.told += told
            tally.compare(records_of(store), expected, "while it is damaged")
        path.write_bytes(data)
        republish(store, rebuild=True)
        tally.compare(records_of(store), expected, "mended")
    yield tally


def clock(steps: int) -> Tally:
    """Each decision and each undo is made an hour before the one that it follows; the last word counts."""
    from kpi.decisions import Decision, active_decisions, load_decisions, make_decision, save_decision

    tally = Tally("decisions after the clock went back", steps)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with scratch("clock") as outer:
        folder = outer / "decisions"
        last = ""
        for step in range(steps):
            content = Decision(kind="undo", undoes=last) if last else Decision(kind="merge", names=("甲", f"乙{step}"))
            existing = load_decisions(folder).decisions
            made = make_decision(content, existing=existing, author="甲", now=now - timedelta(hours=step))
            save_decision(folder, made)
            log = load_decisions(folder)
            names = [item.id for item in active_decisions(log.decisions)]
            if len(log.decisions) != step + 1 or names != ([] if last else [made.id]):
                tally.mistake(f"step {step}: {names}")
            last = "" if last else made.id
    return tally
