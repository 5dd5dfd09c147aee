"""What is fuzzed: name → a function that takes bytes, its seeds, and how long one input may take."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz import seeds
from fuzz.mutation import Structured, mutate_json_lines, mutate_markup, mutate_package, mutate_plainly
from kpi.errors import KpiError


@dataclass(frozen=True, slots=True)
class FuzzTarget:
    """One target. `executions` and `seconds` are what a run without options does, whichever ends first."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    slow: float
    """Seconds that one input may take: a hundred times what the slowest seed takes."""
    executions: int
    seconds: int
    longest: int = 4096
    """Bytes of an input."""
    mutate: Structured = mutate_plainly
    """Mutations that keep what the input is: a ZIP package, markup, lines of JSON."""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def run_query(data: bytes) -> None:
    """A query is read or refused; printed and read again it is the same."""
    from kpi.query import parse_query, query_to_text

    query = parse_query(_text(data))
    again = parse_query(query_to_text(query))
    if query_to_text(again) != query_to_text(query):
        raise AssertionError(f"not the same when printed: {query_to_text(query)!r}")


def run_targets(data: bytes) -> None:
    """A target with its name and level; its printed form can be read again."""
    from kpi.targets import format_target, normalize

    target, _, rest = _text(data).partition("\n")
    name, _, level1 = rest.partition("\n")
    found = normalize(target, name=name, level1=level1, year=2026)
    normalize(format_target(found), name=name, level1=level1, year=2026)


def run_decisions(data: bytes) -> None:
    """Lines of a log that was exchanged: read, replayed, saved and loaded again."""
    from kpi.decisions import (
        active_decisions,
        decisions_to_jsonl,
        jsonl_to_decisions,
        load_decisions,
        plain_to_decision,
        save_decision,
    )  # fmt: skip

    text = _text(data)
    try:
        decisions = jsonl_to_decisions(text)
    except KpiError:
        decisions = tuple(_resealed(text, plain_to_decision))
    active_decisions(decisions)
    decisions_to_jsonl(decisions)
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "decisions"
        for decision in decisions:
            path = save_decision(folder, decision)
            if path.parent != folder or not path.is_file():
                raise AssertionError(f"a decision left its folder: {path}")
        if len(load_decisions(folder).decisions) != len({decision.id for decision in decisions}):
            raise AssertionError("decisions were lost")


def _resealed(text: str, read: Callable[[object], object]) -> list:  # type: ignore[type-arg]
    """The lines with ids that fit their content, so that mutations get past the seal."""
    found = []
    for line in text.splitlines()[:50]:
        try:
            plain = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(plain, dict):
            continue
        for _ in range(2):  # the refusal tells the id that fits
            try:
                found.append(read(plain))
                break
            except KpiError as error:
                if "应为 " not in error.found:
                    break
                plain["id"] = error.found.rpartition("应为 ")[2]
    return found


def run_exports(data: bytes) -> None:
    """Lines of a plain-text export."""
    from kpi.tables.exports import lines_to_tables

    lines_to_tables(_text(data).split("\n"))


def run_file(data: bytes) -> None:
    """A whole file of any format through the whole pipeline, with the small limits of an upload."""
    import kpi
    from kpi.limits import Limits

    limits = Limits(
        pages=50, page_objects=20_000, pixels=1_000_000, cells=20_000, cell_characters=20_000, unpacked_bytes=5_000_000,
        total_bytes=5_000_000, members=50,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "预算"
        path.write_bytes(data)
        kpi.parse(path, limits=limits)


def run_archive(data: bytes) -> None:
    """A ZIP archive: its members stay in their folder."""
    from kpi.ingestion.parsing import archive_members
    from kpi.limits import Limits

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "公开.zip"
        path.write_bytes(data)
        for member in archive_members(path, Limits(members=50, total_bytes=5_000_000)):
            if member.name.startswith("/") or ".." in member.name.split("/"):
                raise AssertionError(f"a member leaves the archive: {member.name!r}")


def run_library(data: bytes) -> None:
    """A library of indicators in a csv: its rows, or none."""
    from kpi.library.reading import read_library

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "指标库.csv"
        path.write_bytes(data)
        read_library(path)


_CHEAP = 200_000
TARGETS: dict[str, FuzzTarget] = {
    target.name: target
    for target in (
        FuzzTarget("query", run_query, seeds.queries, 1.0, _CHEAP, 600, 512),
        FuzzTarget("targets", run_targets, seeds.targets, 1.0, _CHEAP, 900, 512),
        FuzzTarget("decisions", run_decisions, seeds.decisions, 1.0, _CHEAP, 900, 4096, mutate_json_lines),
        FuzzTarget("exports", run_exports, seeds.exports, 2.0, _CHEAP, 1800, 768),
        FuzzTarget("text", run_file, seeds.texts, 5.0, 20_000, 60, 2048),
        FuzzTarget("html", run_file, seeds.pages, 5.0, 20_000, 90, 8192, mutate_markup),
        FuzzTarget("docx", run_file, seeds.word_files, 5.0, 20_000, 90, 65_536, mutate=mutate_package),
        FuzzTarget("xlsx", run_file, seeds.workbooks, 5.0, 20_000, 90, 65_536, mutate=mutate_package),
        FuzzTarget("xls", run_file, seeds.old_workbooks, 5.0, 20_000, 60, 65_536),
        FuzzTarget("pdf", run_file, seeds.pdfs, 10.0, 20_000, 150, 65_536),
        FuzzTarget("library", run_library, seeds.libraries, 5.0, _CHEAP, 600, 2048),
        FuzzTarget("zip", run_archive, seeds.archives, 5.0, 20_000, 60, 65_536, mutate=mutate_package),
    )
}
