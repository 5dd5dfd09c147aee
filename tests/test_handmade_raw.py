"""Documents written cell by cell with the disorder of real files: every indicator of each, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kpi.model import indicator_to_record
from kpi.pipeline import parse
from tests.generator.evaluate import FULL, keys
from tests.handmade import RAW
from tests.handmade.raw import Raw


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: raw.id)
def test_every_indicator_is_read(raw: Raw, tmp_path: Path) -> None:
    gold = raw.records()
    filled = [column for column in FULL if any(row.get(column) for row in gold)]
    wanted = Counter(keys(row, filled)[1] for row in gold)
    path = tmp_path / f"{raw.id}{raw.suffix}"
    raw.write(path)
    records = [indicator_to_record(item) for item in parse(path).indicators]
    had = Counter(keys(row, filled)[1] for row in records)
    assert {"missing": wanted - had, "extra": had - wanted} == {"missing": Counter(), "extra": Counter()}
    assert len({record["id"] for record in records}) == len(records)
