"""What became of each file (导入报告)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi.catalog.publish import Published
from kpi.logs import failure_fields

_log = logging.getLogger(__name__)

PARSED, KNOWN, EMPTY, DUPLICATE, SKIPPED, FAILED = "parsed", "known", "empty", "duplicate", "skipped", "failed"
LIBRARY = "library"
STATUS_TITLES = {
    PARSED: "已解析", KNOWN: "未变化", EMPTY: "没有绩效目标表", DUPLICATE: "内容重复", SKIPPED: "跳过", FAILED: "失败", LIBRARY: "参考指标库",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One given file: what was done with it, and what there is to tell about it.

    `status` is parsed, known (same content and parser version as before), empty (read, but no indicator in it),
    library (a workbook of indicators, kept as a reference), duplicate (same content as another given file), skipped (an
    optional program is missing) or failed.
    """

    path: str
    status: str
    sha256: str = ""
    indicators: int = 0
    tables: int = 0
    repairs: int = 0
    suspect_pages: int = 0
    seconds: float = 0.0
    failure: Mapping[str, str] = field(default_factory=dict)
    """`code`, `what`, `where`, `found`, `advice` of a failure."""
    notes: tuple[str, ...] = ()


def log_file(report: FileReport) -> None:
    """Log what became of a file: `file_failed`, `file_skipped`, `file_parsed`, or `file_known` where nothing was to be done."""
    fields = {"document": report.path, "sha256": report.sha256, "status": report.status}
    if report.status in {FAILED, SKIPPED}:
        _log.warning(f"file_{report.status}", extra={**fields, **failure_fields(report.failure)})
    elif report.status in {KNOWN, DUPLICATE}:
        _log.debug("file_known", extra=fields)
    else:
        figures = {name: getattr(report, name) for name in ("indicators", "tables", "repairs", "suspect_pages")}
        _log.info("file_parsed", extra={**fields, **figures, "seconds": round(report.seconds, 3)})


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """One run: a report for each given file and what was published."""

    files: tuple[FileReport, ...]
    published: Published
    removed: tuple[str, ...] = ()
    """Paths of documents that left the store because their files vanished or were replaced."""
    seconds: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        """How many files have each status."""
        return dict(Counter(file.status for file in self.files))

    @property
    def failures(self) -> tuple[FileReport, ...]:
        """The files that failed."""
        return tuple(file for file in self.files if file.status == FAILED)

    def log(self) -> None:
        """Log the run as `ingest_done`."""
        fields = {
            "files": len(self.files), "counts": self.counts, "indicators": sum(file.indicators for file in self.files),
            "removed": len(self.removed), "snapshot": self.published.name, "changed": self.published.changed,
            "seconds": round(self.seconds, 3),
        }  # fmt: skip
        _log.info("ingest_done", extra=fields)

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values."""
        from dataclasses import asdict

        return {**asdict(self), "counts": self.counts}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `total` files, the last one being `path` with `status`."""

    done: int
    total: int
    path: str = ""
    status: str = ""
