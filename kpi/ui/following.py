"""A store elsewhere is followed in the background (跟随远程指标库), so that no page waits while a newer snapshot is fetched."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from kpi.catalog.layout import Layout
from kpi.catalog.working_copy import LOOK_SECONDS, catch_up
from kpi.errors import StoreError


@dataclass(slots=True)
class Followed:
    """One store: the look that is under way or was the last, and what the last one that ended told."""

    look: Future[list[str]]
    since: float
    """Seconds, monotonic."""
    notes: list[str] = field(default_factory=list)


class Follower:
    """Brings working copies up to date: the first time before anything is shown, then every few seconds while pages ask."""

    def __init__(self) -> None:
        self._followed: dict[str, Followed] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "kpi-follow")

    def follow(self, layout: Layout) -> None:
        """Look for a newer snapshot if that was not done lately; waits only where nothing was fetched yet.

        Raises:
            StoreError: the store does not answer and was never opened on this machine.
        """
        if layout.remote is None:
            return
        with self._lock:
            followed = self._followed.get(layout.store)
            if followed is None or (followed.look.done() and time.monotonic() - followed.since >= LOOK_SECONDS):
                notes = self.notes(layout)
                followed = Followed(self._pool.submit(catch_up, layout), time.monotonic(), notes)
                self._followed[layout.store] = followed
        if not layout.current():
            followed.look.result()

    def notes(self, layout: Layout) -> list[str]:
        """That the store does not answer, or another reason why what is shown is not its newest."""
        followed = self._followed.get(layout.store)
        if followed is not None and followed.look.done():
            error = followed.look.exception()
            if error is not None and not isinstance(error, StoreError):
                raise error
            followed.notes = followed.look.result() if error is None else [str(error)]
        return followed.notes if followed is not None else []
