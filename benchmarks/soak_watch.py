"""What is watched while the app is under load: memory, files, threads and snapshots of its server, and what people saw."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_SNAPSHOT = re.compile(r"/snapshots/([^/]+)/")
_TOLD_OF_A_KIND = 5
_WARM_UP = 0.2
"""Share of the run after which memory is compared: libraries and caches have been filled by then."""


@dataclass(frozen=True)
class Sample:
    """The server at one moment."""

    second: float
    megabytes: float
    """Resident memory of the server, without workers that parse uploads."""
    workers_megabytes: float
    files: int
    threads: int
    snapshots: frozenset[str]
    """Snapshots of which a file is open."""


class Watch:
    """Samples of one server."""

    def __init__(self, port: int) -> None:
        owner = next(
            item.pid for item in psutil.net_connections("tcp") if item.status == "LISTEN" and item.laddr.port == port
        )
        self._process = psutil.Process(owner)
        self._began = time.perf_counter()
        self.samples: list[Sample] = []

    def take(self) -> Sample:
        """Look at the server now."""
        process = self._process
        workers = 0
        for child in process.children(recursive=True):
            try:
                workers += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        sample = Sample(
            second=time.perf_counter() - self._began, megabytes=process.memory_info().rss / 2**20, workers_megabytes=workers / 2**20,
            files=process.num_fds(), threads=process.num_threads(), snapshots=frozenset(_open_snapshots(process.pid)),
        )  # fmt: skip
        self.samples.append(sample)
        return sample


def _open_snapshots(pid: int) -> set[str]:
    names = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found = _SNAPSHOT.search(str(link.readlink()))
        except OSError:
            continue
        if found:
            names.add(found[1])
    return names


@dataclass
class Seen:
    """What the sessions did and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Kind of action → how long each took."""
    errors: Counter[str] = field(default_factory=Counter)
    """What went wrong → how often."""
    told: list[str] = field(default_factory=list)
    """The first errors in full."""
    hosts: set[str] = field(default_factory=set)
    checked: int = 0
    """Answers whose total was known beforehand."""

    def done(self, kind: str, seconds: float) -> None:
        """Count an action."""
        self.seconds.setdefault(kind, []).append(seconds)

    def wrong(self, kind: str, text: str) -> None:
        """Count an error."""
        self.errors[kind] += 1
        if self.errors[kind] <= _TOLD_OF_A_KIND:
            self.told.append(f"{kind}: {' '.join(text.split())[:300]}")


def growth(samples: Sequence[Sample]) -> tuple[float, float]:
    """Median memory in MB of the second fifth after the warm-up, and of the last."""
    end = samples[-1].second
    warm = [item for item in samples if item.second >= end * _WARM_UP]
    span = end - warm[0].second

    def median(first: float, last: float) -> float:
        low, high = warm[0].second + span * first, warm[0].second + span * last
        return statistics.median(item.megabytes for item in warm if low <= item.second <= high)

    return median(0.2, 0.4), median(0.8, 1.0)


def percentile(values: Sequence[float], share: float) -> float:
    """A percentile by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
