"""The right to publish to a store elsewhere (写入租约): one writer at a time, also over machines, also after one died.

A lease is one object `locks/writer-<epoch>.json`, made only if there is none. Its holder writes it anew every few seconds; one
that stands still for a minute, by the clock of the one who watches, is dead, and the next epoch is taken. A lease keeps writers
from doing the same work twice; that none publishes over another is certain by the commits (`kpi.catalog.head`).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kpi.catalog.locks import is_gone
from kpi.catalog.remote import RemoteObjects
from kpi.errors import StoreError

LOCKS = "locks"
_PREFIX = "writer-"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how often a lease is renewed, when it counts as dead, and how often a waiting writer looks."""

    renew: float = 10.0
    stale: float = 60.0
    look: float = 1.0


PACE = Pace()
_LONG_DEAD = 60.0
"""A lease that was last renewed so many times `stale` ago by the clocks of both machines is dead without watching it."""

_held_here: set[str] = set()
"""Tokens of the leases that this process holds."""


class Lease:
    """The right to publish, while `leased` lasts."""

    def __init__(self, objects: RemoteObjects, pace: Pace) -> None:
        self.objects, self.pace = objects, pace
        self.epoch = 0
        self.token = secrets.token_hex(8)
        self._beats = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def acquire(self, wait: float) -> None:
        """Wait until no other writer is at work, `wait` seconds at most.

        Raises:
            StoreError: another one kept the lease (`locked`), or the place does not answer.
        """
        start = time.monotonic()
        seen, since = (0, b""), start
        while True:
            epoch, data = self._highest()
            now = time.monotonic()
            if (epoch, data) != seen:
                seen, since = (epoch, data), now
            plain = _read(data)
            dead = now - since >= self.pace.stale or _is_over(plain) or _is_dead(plain, self.pace)
            if (epoch == 0 or dead) and self._take(epoch + 1):
                return
            if now - start >= wait:
                raise StoreError(
                    "另一个进程正在写入指标库", where=self.objects.where(""), found=_describe(plain),
                    advice="等它完成后重试；检索不受影响", code="locked",
                )  # fmt: skip
            if not (epoch == 0 or dead):
                time.sleep(min(self.pace.look, max(0.0, wait - (now - start))))

    def _highest(self) -> tuple[int, bytes]:
        """The newest lease: its epoch and content; 0 when there never was one."""
        epochs = {_epoch(stored.key): stored.key for stored in self.objects.stored(LOCKS)}
        epoch = max(epochs, default=0)
        try:
            return epoch, self.objects.read(epochs[epoch]) if epoch else b""
        except FileNotFoundError:  # deleted since it was listed: a newer one is there
            return epoch, b""

    def _take(self, epoch: int) -> bool:
        key = _key(epoch)
        self.epoch = epoch
        _held_here.add(self.token)
        taken = False
        try:
            made = self.objects.create(key, self._content())
            # Where creating is not exclusive both may believe to have made it; what is there afterwards decides.
            taken = _read(self.objects.read(key)).get("token") == self.token
            if not taken and made:
                time.sleep(self.pace.look)
        except FileNotFoundError:
            return False
        finally:
            if not taken:
                _held_here.discard(self.token)
        if not taken:
            return False
        self._thread = threading.Thread(target=self._renew, name="kpi-lease", daemon=True)
        self._thread.start()
        with contextlib.suppress(StoreError):  # the next holder deletes them
            for stored in self.objects.stored(LOCKS):
                if _epoch(stored.key) < epoch:
                    self.objects.delete(stored.key)
        return True

    def _renew(self) -> None:
        while not self._stop.wait(self.pace.renew):
            self._beats += 1
            with contextlib.suppress(StoreError, FileNotFoundError):  # the next beat may go through
                self.objects.write(_key(self.epoch), self._content())

    def _content(self, **more: object) -> bytes:
        plain = {"token": self.token, "host": socket.gethostname(), "pid": os.getpid(), "beats": self._beats}
        return json.dumps({**plain, "renewed": time.time(), **more}).encode()

    def check(self) -> None:
        """Make sure that no other writer took over.

        Raises:
            StoreError: one did (`locked`).
        """
        epoch, data = self._highest()
        if epoch != self.epoch or _read(data).get("token") != self.token:
            raise StoreError(
                "写入权已被另一个进程接管，本次没有发布", where=self.objects.where(""), found=_describe(_read(data)),
                advice="重新运行；已解析的文件不会再次解析", code="locked",
            )  # fmt: skip

    def release(self) -> None:
        """Let the next writer in at once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        _held_here.discard(self.token)
        with contextlib.suppress(StoreError, FileNotFoundError):  # else it runs out
            if self._highest()[0] == self.epoch:
                self.objects.write(_key(self.epoch), self._content(released=True))


@contextlib.contextmanager
def leased(objects: RemoteObjects, *, wait: float) -> Iterator[Lease]:
    """Hold the right to publish to a store elsewhere; see `Lease.acquire`."""
    lease = Lease(objects, PACE)
    lease.acquire(wait)
    try:
        yield lease
    finally:
        lease.release()


def _key(epoch: int) -> str:
    return f"{LOCKS}/{_PREFIX}{epoch:08d}.json"


def _epoch(key: str) -> int:
    digits = key.rpartition("/")[2].removeprefix(_PREFIX).removesuffix(".json")
    return int(digits) if digits.isdecimal() else 0


def _read(data: bytes) -> Mapping[str, Any]:
    try:
        plain = json.loads(data)
    except ValueError:
        return {}
    return plain if isinstance(plain, dict) else {}


def _is_over(plain: Mapping[str, Any]) -> bool:
    return plain.get("released") is True


def _is_dead(plain: Mapping[str, Any], pace: Pace) -> bool:
    """Whether a lease need not be watched: its process is gone from this machine, or it was renewed very long ago."""
    renewed = plain.get("renewed")
    if isinstance(renewed, (int, float)) and time.time() - renewed > _LONG_DEAD * pace.stale:
        return True
    host, pid = plain.get("host"), plain.get("pid")
    if host == socket.gethostname() and pid == os.getpid():
        return plain.get("token") not in _held_here
    return is_gone(host, pid)


def _describe(plain: Mapping[str, Any]) -> str:
    if "host" not in plain:
        return "写入者未知"
    since = ""
    if isinstance(renewed := plain.get("renewed"), (int, float)):
        since = time.strftime("，最近活动 %Y-%m-%d %H:%M:%S", time.localtime(renewed))
    return f"主机 {plain['host']} 进程 {plain.get('pid', '?')}{since}"
