"""One worker process (工作进程): takes tasks over a pipe, one at a time, within a limit on memory; can be killed at any moment.

It ends with the process that started it, however that ends: also one that is killed leaves nothing at work behind.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from kpi.logs import configure

if TYPE_CHECKING:
    from kpi.limits import Limits

_MEGABYTE = 1_000_000
# Spawned, not forked: the parent may have threads (Arrow, the app) whose locks a fork would copy.
_PROCESSES = multiprocessing.get_context("spawn")


class Worker:
    """A process that runs one function on the tasks it is sent."""

    def __init__(self, function: Callable[[Any], Any], limits: Limits) -> None:
        """Start it; of the limits, those on memory and time are its own."""
        self.answers, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=_work, args=(theirs, function, limits), daemon=True)
        own = multiprocessing.current_process()
        if (
            own.daemon
        ):  # as Dask's workers are: such a process may start none, lest they outlive it, which this one cannot
            own.daemon = False
        self._process.start()
        theirs.close()  # so that its end is the end of the pipe

    def send(self, task: object) -> None:
        """Give it a task; a worker that died shows when its answer is asked for."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.answers.send(task)

    def receive(self) -> Any:
        """Its answer: a result or an error.

        Raises:
            EOFError: it died.
        """
        try:
            return self.answers.recv()
        except OSError as error:  # it died while it sent
            raise EOFError from error

    @property
    def exit_code(self) -> int:
        """Of a worker that was killed or died; minus the signal that ended it."""
        return self._process.exitcode or 0

    def end(self) -> None:
        """End it now, from any thread; whoever waits for its answer learns that it died."""
        self._process.kill()

    def kill(self) -> None:
        """End it now and wait until it is gone; harmless when it is."""
        self.answers.close()
        self._process.join(_GRACE)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


_GRACE = 0.05
"""Seconds that a worker has to end by itself when its pipe is closed; one that works does not notice."""


_UNATTENDED = 30
"""Seconds beyond the limit after which a task ends that nobody is left to end."""


def _work(tasks: Connection, function: Callable[[Any], Any], limits: Limits) -> None:
    """What the process does: the one guard that keeps a file's failure from the others."""
    configure()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(limits.memory)
    while True:
        try:
            task = tasks.recv()
        except (EOFError, OSError):  # the parent closed the pipe, or is gone
            return
        _set_alarm(limits.seconds and limits.seconds + _UNATTENDED)
        try:
            answer = function(task)
        except MemoryError:
            answer = MemoryError()
        except Exception as error:  # noqa: BLE001 - the guard; the parent reports it with its traceback
            answer = _portable(error)
        _set_alarm(0)
        try:
            tasks.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return


def _end_with_parent() -> None:
    """Wait for the end of the process that started this one and end, too."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _set_alarm(seconds: int) -> None:
    """Have the system end this process after so many seconds, 0 = no longer (where there are such alarms).

    For a library that never lets another thread run: then the parent's end goes unnoticed.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _portable(error: Exception) -> Exception:
    """An error that survives the way to the parent, with its traceback as a note."""
    told = "".join(traceback.format_exception(error))
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - libraries raise errors that cannot be rebuilt, each in its own way
        copy = None
    if not isinstance(copy, type(error)):
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(told)
    return error


def _limit_memory(megabytes: int) -> None:
    """Let this process have so much data and no more, where the platform can (Linux; macOS counts addresses).

    Programs that it starts (LibreOffice) inherit the limit.
    """
    if not megabytes or os.name != "posix":
        return
    import resource

    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    _, hard = resource.getrlimit(kind)
    wanted = megabytes * _MEGABYTE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses limits below what a process has mapped
        resource.setrlimit(kind, (wanted, hard))
