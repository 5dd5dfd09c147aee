"""What the fault benchmarks run in processes of their own: `python faults_worker.py WHAT STORE …`; says `begin` when it is ready."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.faults_truth import documents, publish_numbered, records_in, records_of, scratch, write_numbered


def read(store: str, stop: str) -> None:
    """Search until the file `stop` exists; every answer must be one snapshot's, whose number says what it holds."""
    from kpi.store import open_store

    answers, snapshots, mistakes, parent = 0, set(), [], os.getppid()
    following = open_store(store)
    print("begin", flush=True)
    while not Path(stop).exists() and os.getppid() == parent:
        for opened in (open_store(store), following):
            expected = documents(range(1, int(opened.name.split("-")[0]) + 1))
            answer = opened.search("采购批次", limit=None)
            seen = sorted((str(hit.record["document"]), str(hit.record["target"])) for hit in answer.hits)
            wanted = sorted((record[0], record[2]) for record in expected if record[1] == "集中带量采购批次")
            if seen != wanted or answer.snapshot != opened.name or opened.notes or records_in(opened) != expected:
                mistakes.append(f"{opened.name}: {len(seen)} of {len(wanted)} {opened.notes}")
            answers += 1
            snapshots.add(opened.name)
            if opened is not following:
                opened.close()
        following.refresh()
    print(
        json.dumps({"answers": answers, "snapshots": len(snapshots), "mistakes": mistakes[:5], "count": len(mistakes)})
    )


def publish(store: str, first: str, count: str) -> None:
    """Publish documents one after the other, beside others who do the same."""
    print("begin", flush=True)
    for number in range(int(first), int(first) + int(count)):
        publish_numbered(store, number)
        print(number, flush=True)


def decide(store: str, author: str, count: str) -> None:
    """Write decisions down; each is told once it is safe."""
    from kpi.catalog.layout import Layout
    from kpi.decisions import Decision, load_decisions, make_decision, save_decision

    folder = Layout(store).decisions
    print("begin", flush=True)
    for number in range(int(count)):
        content = Decision(kind="forbid", names=(f"{author}{number}", f"{author}{number}之二"))
        made = make_decision(content, existing=load_decisions(folder).decisions, author=author)
        save_decision(folder, made)
        print(made.id, flush=True)


def full(folder: str, kilobytes: str) -> None:
    """On a disk of so many kB, in a mount of this process alone: ingest and decide until it is full, then with room again."""
    from kpi.decisions import Decision, load_decisions, make_decision, save_decision
    from kpi.errors import KpiError

    with scratch("files") as files:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], check=True)
        store, spare = Path(folder, "kpi"), Path(folder, "spare")
        ingest_numbered(store, files, 1)
        free = os.statvfs(folder)
        spare.write_bytes(b"x" * max(0, free.f_bavail * free.f_frsize - int(kilobytes) * 300))
        done, told, number = 1, 0, 1
        mistakes: list[str] = []
        decided: set[str] = set()
        while told < _TOLD and number < _MOST_FILES:
            number += 1
            try:
                content = Decision(kind="forbid", names=(f"a{number}", f"b{number}"))
                made = make_decision(content, existing=load_decisions(store / "decisions").decisions, author="a")
                save_decision(store / "decisions", made)
                decided.add(made.id)
                codes = ingest_numbered(store, files, number)
                told += bool(codes)
                mistakes += [code for code in codes if code == "bug"]
            except KpiError:
                told += 1
            except OSError as error:
                mistakes.append(f"no message: {error}")
            found = records_of(store)
            held = sum(1 for record in found if record[1] == "集中带量采购批次")
            if not done <= held <= number or found != documents(range(1, held + 1)):
                mistakes.append(f"with {held} of {number} documents: {(found - documents(range(1, held + 1))).total()}")
            done = held
        spare.unlink()
        mistakes += ingest_numbered(store, files, number)
        if records_of(store) != documents(range(1, number + 1)):
            mistakes.append("not whole with room again")
    log = load_decisions(store / "decisions")
    if log.problems or not decided <= {decision.id for decision in log.decisions}:
        mistakes.append(f"decisions: {log.problems}")
    print(json.dumps({"published": done, "told": told, "mistakes": mistakes[:5]}))


_TOLD, _MOST_FILES = 4, 60


def ingest_numbered(store: Path, files: Path, number: int) -> list[str]:
    """Ingest the documents up to this number; returns the codes of failures."""
    from store_samples import parse_sample

    from kpi.ingestion import SerialExecutor, ingest

    write_numbered(files, [number])
    report = ingest([files], store, executor=SerialExecutor(), parse=parse_sample)
    return [file.failure["code"] for file in report.failures]


def closed(store: str, number: str) -> None:
    """As a user without rights to the folder (nobody, if this is root): reading goes on, importing is told."""
    from kpi.errors import KpiError

    with scratch("files") as files:
        ingest_numbered(files / "store", files / "in", 1)  # whoever has no rights may not be able to import either
        records_of(files / "store")
        files.chmod(0o777)
        (files / "in").chmod(0o777)
        if os.geteuid() == 0:
            os.setegid(65534)
            os.seteuid(65534)
        mistakes, told = [], 0
        expected = documents(range(1, int(number) + 1))
        if records_of(store) != expected:
            mistakes.append("not readable")
        try:
            codes = ingest_numbered(Path(store), files / "in", int(number) + 1)
            mistakes += ["imported"] if not codes else [code for code in codes if code == "bug"]
            told = bool(codes)
        except KpiError:
            told = 1
        except OSError as error:
            mistakes.append(f"no message: {error}")
        os.seteuid(os.getuid())
    print(json.dumps({"told": told, "mistakes": mistakes}))


if __name__ == "__main__":
    if sys.argv[2].startswith("plain://"):
        import plain_storage  # noqa: F401 - registers the file system
    {"read": read, "publish": publish, "decide": decide, "full": full, "closed": closed}[sys.argv[1]](*sys.argv[2:])
