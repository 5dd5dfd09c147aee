"""What the last import did (最近一次导入), kept in the store for `kpi status`: one small object, replaced by each run."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from kpi.catalog.layout import Layout
from kpi.errors import StoreError
from kpi.ingestion.report import IngestReport

_log = logging.getLogger(__name__)

KEY = "last_ingest.json"
FORMAT = 1
MOST_FAILURES = 1000
"""Failures that are kept by name; `failed` counts all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastIngest:
    """One run: when it ended (ISO 8601, UTC), how long it took, how many files had each status, which failed."""

    time: str
    seconds: float
    counts: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    failures: tuple[Mapping[str, str], ...] = ()
    """`path`, `code`, `reason`."""


def save_last(layout: Layout, report: IngestReport) -> None:
    """Keep what a run did. The run was good without: that it could not be kept is only logged."""
    failures = tuple(
        {"path": file.path, "code": file.failure.get("code", ""), "reason": file.failure.get("what", "")}
        for file in report.failures[:MOST_FAILURES]
    )
    last = LastIngest(
        time=datetime.now(UTC).isoformat(timespec="seconds"), seconds=round(report.seconds, 1), counts=report.counts,
        failed=len(report.failures), failures=failures,
    )  # fmt: skip
    try:
        layout.objects.write(KEY, json.dumps({"format": FORMAT, **asdict(last)}, ensure_ascii=False, indent=1).encode())
    except (OSError, StoreError) as error:
        _log.warning("last_ingest_not_kept", extra={"reason": str(error)})


def load_last(layout: Layout) -> LastIngest | None:
    """The last run; None where none was kept, or by another version of the program, or the place does not answer."""
    try:
        plain = json.loads(layout.objects.read(KEY))
        if plain.pop("format") != FORMAT:
            return None
        return LastIngest(**{**plain, "failures": tuple(plain["failures"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StoreError):
        return None
