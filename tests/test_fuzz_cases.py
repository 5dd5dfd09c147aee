"""Inputs that broke something once, and a short run of each fuzzing target from its seeds."""

from __future__ import annotations

import contextlib
import random
import time
from pathlib import Path

import pytest

from fuzz.mutation import mutated
from fuzz.seeds import FOUND
from fuzz.targets import TARGETS, FuzzTarget
from kpi.errors import KpiError

CASES = sorted(path for path in FOUND.rglob("*") if path.is_file())
SHORT = {"query": 400, "targets": 400, "decisions": 200, "exports": 60}
"""Executions of the short run; other targets read files and get fewer."""


def test_cases_are_kept() -> None:
    assert len(CASES) >= 7


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_found_case_is_mended(case: Path) -> None:
    execute(TARGETS[case.parent.name], case.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    source = random.Random(name)
    for seed in seeds:
        execute(target, seed)
    for _ in range(SHORT.get(name, 40)):
        data = mutated(target.mutate, source.choice(seeds), target.longest, source.getrandbits(32))
        execute(target, data)


def execute(target: FuzzTarget, data: bytes) -> None:
    """Only errors that the program raises on purpose may come, and in time."""
    start = time.process_time()
    with contextlib.suppress(KpiError):
        target.run(data)
    assert time.process_time() - start < target.slow


def test_seeds_are_read_as_what_they_are() -> None:
    """Fuzzing from seeds that are refused at the door would test nothing."""
    import kpi

    for name in ("text", "html", "docx", "xlsx", "pdf"):
        assert any(len(parsed.indicators) >= 4 for parsed in _parsed(name)), name
    assert kpi.normalize("≥90%").value == 90


def _parsed(name: str) -> list:  # type: ignore[type-arg]
    import tempfile

    import kpi

    documents = []
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(TARGETS[name].seeds()):
            path = Path(folder) / str(number)
            path.write_bytes(seed)
            try:
                documents.append(kpi.parse(path))
            except KpiError:
                continue
    return documents
