"""Faults of files: made to harm, cut off, with flipped bits, and workers that are killed; whole files stand between them."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults_truth import (
    ROOT,
    Record,
    Tally,
    numbered_records,
    records_of,
    scratch,
    write_good,
    write_numbered,
)

CORPUS = ("jiaozuo-2023-final.pdf", "jiaozuo-2026.pdf", "luoyang-2026.pdf", "xuchang-2026.pdf", "jinzhou-2026.docx", "xuchang-2026.xlsx")  # fmt: skip
SLOW = frozenset({"pdf_forms_in_forms", "sheet_bomb", "sheet_bomb_in_styles", "word_bomb", "word_bomb_with_a_false_size", "html_overlapping_spans",
                  "sheet_100_mb_cell", "pdf_many_lines", "text_tabs", "html_spans", "sheet_overlapping_merges", "text_digits", "word_wide_span"})  # fmt: skip
"""Left out of a short run."""


def hostile_files(short: bool) -> Iterator[Tally]:
    """Files made to harm, one batch."""
    from tests.hostile import HOSTILE

    chosen = [name for name in HOSTILE if not (short and name in SLOW)]
    with scratch("hostile") as folder:
        for name in chosen:
            ending, make = HOSTILE[name]
            (folder / f"{name}{ending}").write_bytes(make())
        yield _batch("files made to harm", folder, len(chosen), {})


def damaged_files(copies: int, flipped: int) -> Iterator[Tally]:
    """Copies of the corpus that were cut off, and copies with flipped bits."""
    originals = {name: _own_records(ROOT / "corpus" / name) for name in CORPUS}
    source = random.Random(9)
    with scratch("cut") as folder:
        for name in CORPUS:
            data = (ROOT / "corpus" / name).read_bytes()
            for number in range(copies):
                (folder / f"{number:03d}-{name}").write_bytes(data[: source.randrange(1, len(data))])
        yield _batch("files cut off at a random place", folder, copies * len(CORPUS), originals)
    with scratch("flipped") as folder:
        for name in CORPUS:
            for number in range(flipped):
                data = bytearray((ROOT / "corpus" / name).read_bytes())
                for _ in range(source.choice((1, 8))):
                    data[source.randrange(len(data))] ^= 1 << source.randrange(8)
                (folder / f"{number:03d}-{name}").write_bytes(bytes(data))
        yield _batch("files with 1 or 8 flipped bits", folder, flipped * len(CORPUS), originals, changeable=True)


def _own_records(path: Path) -> Counter[tuple[str, str]]:
    import kpi

    return Counter((indicator.name, indicator.target) for indicator in kpi.parse(path).indicators)


def _batch(
    what: str, folder: Path, bad: int, originals: dict[str, Counter[tuple[str, str]]], *, changeable: bool = False
) -> Tally:
    """Ingest the bad files of a folder with as many whole ones; every record of the whole ones must come back.

    Of the bad ones nothing is asked but a reason or records of the original; bits of text may change unnoticed
    (`changeable`): a format without checksums cannot tell.
    """
    import kpi
    from kpi.ingestion import ProcessExecutor
    from kpi.limits import Limits

    tally = Tally(what, bad)
    expected: Counter[Record] = Counter()
    for number in range(bad):
        expected += write_good(folder, number + 1)
    limits = Limits(seconds=60, memory=1500, unpacked_bytes=50_000_000, cells=300_000, page_objects=100_000, cell_characters=50_000)  # fmt: skip
    with scratch("store") as outer:
        store = outer / "kpi"
        report = kpi.ingest([folder], store, executor=ProcessExecutor(2, limits=limits), limits=limits)
        found = records_of(store)
    good = Counter({record: count for record, count in found.items() if record[0].startswith("good-")})
    tally.compare(good, expected, what)
    whole = other = part = 0
    for file in report.files:
        name = Path(file.path).name
        if name.startswith("good-"):
            continue
        if file.failure:
            tally.told += 1
            if file.failure["code"] == "bug" or not file.failure["what"]:
                tally.mistake(f"{name}: {file.failure}")
            continue
        own = originals.get(name.partition("-")[2])
        if own is None:
            whole += 1
            continue
        read = Counter({(record[1], record[2]): count for record, count in found.items() if record[0] == name})
        if read == own:
            whole += 1
        elif file.suspect_pages:
            tally.told += 1
        elif changeable:
            part += read < own
            other += not read < own
        else:
            tally.mistake(f"{name} was read as whole with {read.total()} records of {own.total()}")
    tally.remark = f"{whole} read as they were" if originals else f"{whole} read with what is sound in them"
    tally.remark += f", {part} with fewer records, {other} with other characters" if changeable else ""
    return tally


def killed_workers(kills: int) -> Tally:
    """Workers are killed at random moments of a batch; what was theirs is told and is there after the next ingest."""
    from store_worker import slow_parse

    import kpi
    from kpi.ingestion import ProcessExecutor
    from kpi.limits import Limits

    tally = Tally("workers killed while they parse")
    source = random.Random(3)
    with scratch("workers") as outer:
        folder, store = outer / "in", outer / "kpi"
        expected = write_numbered(folder, range(1, 41 + 10 * kills))
        ended = threading.Event()
        killed: list[int] = []

        def kill() -> None:
            while len(killed) < kills and not ended.wait(source.uniform(0.02, 0.3)):
                workers = multiprocessing.active_children()
                if workers:
                    with contextlib.suppress(ValueError, AttributeError):
                        chosen = source.choice(workers)
                        chosen.kill()
                        killed.append(chosen.pid or 0)

        thread = threading.Thread(target=kill)
        thread.start()
        limits = Limits(seconds=60)
        report = kpi.ingest(
            [folder], store, executor=ProcessExecutor(2, limits=limits), parse=slow_parse, limits=limits
        )
        ended.set()
        thread.join()
        tally.tried = len(killed)
        failed = {Path(file.path).name: file.failure["code"] for file in report.failures}
        tally.told = len(failed)
        for name, code in failed.items():
            if code != "worker_died":
                tally.mistake(f"{name}: {code}")
        left: Counter[Record] = Counter()
        for name in failed:
            left += numbered_records(name, int(Path(name).stem))
        tally.compare(records_of(store), expected - left, "after the kills")
        again = kpi.ingest([folder], store, executor=ProcessExecutor(2, limits=limits), parse=slow_parse, limits=limits)
        if again.failures:
            tally.mistake(f"still failing: {[file.path for file in again.failures][:3]}")
        tally.compare(records_of(store), expected, "after the next ingest")
        tally.remark = f"{len(failed)} files were theirs, all there after the next ingest; others of the {41 + 10 * kills - 1} at once"
    time.sleep(0)
    return tally
