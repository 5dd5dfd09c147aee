"""Open stores shared by all sessions (打开的库): one a snapshot, let go when a newer one is open and nobody draws from it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kpi.errors import KpiError
from kpi.ui.memory import give_back

if TYPE_CHECKING:
    from kpi.store import Store

_log = logging.getLogger(__name__)


class Key(NamedTuple):
    """A snapshot as it lies on disk; differs for another store put in the same place under the same names."""

    path: str
    snapshot: str
    stamp: tuple[int, int]
    """Inode and time of the manifest; zeros where it cannot be looked at."""


@dataclass(eq=False)
class Held:
    """One store on the shelf."""

    key: Key
    opened: Future[Store] = field(default_factory=Future)
    readers: int = 0
    """Runs of pages that draw from it now."""

    @property
    def ready(self) -> bool:
        """Whether it was opened; a failure does not count."""
        return self.opened.done() and self.opened.exception() is None


class Shelf:
    """Stores by snapshot. Each is opened once, in a thread of its own, however many sessions ask meanwhile."""

    def __init__(self, make: Callable[[Key], Store], warm: Callable[[Store], None]) -> None:
        self._make, self._warm = make, warm
        self._lock = threading.Lock()
        self._held: dict[Key, Held] = {}
        self._newest: Key | None = None

    def ask(self, key: Key) -> Held:
        """The store of a snapshot, which from now on is the newest; it may still be on its way."""
        with self._lock:
            self._newest = key
            held = self._held.get(key)
            if held is None or (held.opened.done() and held.opened.exception() is not None):
                held = self._held[key] = Held(key, readers=1)  # of the thread that opens it
                threading.Thread(target=self._open, args=(held,), daemon=True, name="kpi-open-store").start()
        self._let_go()
        return held

    def before(self, key: Key) -> Held | None:
        """A store of the same place that is open already, to go on with while `key` is being opened."""
        with self._lock:
            ready = [held for held in self._held.values() if held.ready and held.key.path == key.path]
        return ready[-1] if ready else None

    def knows(self, path: str) -> bool:
        """Whether a store was open at this place since the program started."""
        with self._lock:
            return any(held.ready and held.key.path == path for held in self._held.values())

    def take(self, held: Held) -> Store | None:
        """A store that was opened, kept open until it is given back; None if it was let go meanwhile: ask again."""
        with self._lock:
            if self._held.get(held.key) is not held:
                return None
            held.readers += 1
        return held.opened.result()

    def give_back(self, held: Held) -> None:
        """Say that a run no longer draws from a store."""
        with self._lock:
            held.readers -= 1
        self._let_go()

    def _open(self, held: Held) -> None:
        try:
            store = self._make(held.key)
        except BaseException as error:  # noqa: BLE001 - told to every session that waits for it
            held.opened.set_exception(error)
        else:
            held.opened.set_result(store)
            try:
                self._warm(store)
            except (
                KpiError,
                OSError,
            ):  # a store that cannot be warmed is opened all the same; its first reader is told
                _log.warning("store_not_warmed", exc_info=True)
        finally:
            self.give_back(held)

    def _let_go(self) -> None:
        """Close what nobody reads and a newer snapshot replaces."""
        with self._lock:
            newest = self._held.get(self._newest) if self._newest else None
            if newest is None or not newest.opened.done():
                return
            keep_ready = (
                not newest.ready
            )  # when the newest cannot be opened, the one before tells that there was a store
            gone = [
                held
                for held in self._held.values()
                if held is not newest and held.opened.done() and not held.readers and not (held.ready and keep_ready)
            ]
            for held in gone:
                del self._held[held.key]
        for held in gone:
            if held.ready:
                held.opened.result().close()
        if gone:
            give_back()
