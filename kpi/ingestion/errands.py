"""What a machine elsewhere does for a run (外派任务): tasks in killable workers of its own, and the checks that it can.

Nothing here knows how the errand came: a cluster's worker calls `carry_out` in one of its threads. The file is parsed in
a process beside it with the limits of the run, as on one machine, so that no file can harm the cluster's worker.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.catalog.layout import Layout
from kpi.errors import KpiError
from kpi.ingestion.executor import Crew
from kpi.ingestion.parsed import parser_version
from kpi.ingestion.parsing import ParseTask
from kpi.limits import Limits


class ClusterError(KpiError):
    """The cluster cannot do what it is asked for: not reachable, lost, or with machines that are not set up for it."""

    code = "cluster"


WRONG_VERSION, NO_STORE, NO_FILE = "worker_version", "store_not_shared", "file_not_shared"
UNFIT = frozenset({WRONG_VERSION, NO_STORE})
"""Codes of errors that are a machine's, whatever the file: the task is one for another machine."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A task with what a machine elsewhere needs to do it."""

    function: Callable[[Any], Any]
    task: Any
    limits: Limits
    run: str
    """Name of the run, unlike any other."""
    folder: str
    """Where relative paths begin; a machine that sees the files of such paths sees it."""

    @property
    def shown(self) -> str:
        """How reports name it."""
        return str(getattr(self.task, "shown", self.task))


def mark_of(run: str) -> str:
    """Key of the object that shows that a store is the same one: another machine may have a folder of that name, too."""
    return f"parsed/.run-{run}"


def carry_out(errand: Errand) -> Any:
    """Do an errand in a worker process of this machine; returns the result or the error."""
    group = _GROUPS.of(errand.run)
    crew = group.take(errand.limits)
    try:
        crew.give(errand)
        outcomes: list[Any] = []
        while not outcomes:
            outcomes = [outcome for _, outcome in crew.answers()]
    finally:
        group.give_back(crew)
    return outcomes[0]


def dismiss(run: str) -> None:
    """End all workers of a run on this machine, idle or busy."""
    _GROUPS.dismiss(run)


def check_machine(store: str, run: str, parser: str) -> KpiError | None:
    """Why this machine cannot work for a run: another version of the program, or another store. None if it can."""
    own = parser_version()
    if own != parser:
        return ClusterError(
            "工作机器上的程序版本不同", where=socket.gethostname(), found=f"{own}，应为 {parser}",
            advice="在所有机器上安装同一版本的 kpi-atlas 后重启工作进程", code=WRONG_VERSION,
        )  # fmt: skip
    layout = Layout(store)
    if not layout.objects.exists(mark_of(run)):
        return ClusterError(
            "工作机器上看不到指标库", where=f"{socket.gethostname()}：{layout.shown}",
            advice="把指标库放在所有机器以同一路径可见的共享盘或对象存储上", code=NO_STORE,
        )  # fmt: skip
    return None


def _perform(errand: Errand) -> Any:
    """In the worker process: do the task, if this machine can."""
    task = errand.task
    with contextlib.suppress(OSError):  # files and store may have absolute paths; if not, the checks tell
        os.chdir(errand.folder)
    if isinstance(task, ParseTask):
        problem = check_machine(task.store, errand.run, task.parser)
        if problem is not None:
            raise problem
        _check_file(task, errand.folder)
    return errand.function(task)


def _check_file(task: ParseTask, folder: str) -> None:
    if not task.file.on_disk.is_file():
        raise ClusterError(
            "工作机器上找不到该文件", where=task.shown, found=f"{socket.gethostname()} 上没有 {Path(folder, task.file.on_disk)}",
            advice="把文件放在所有机器以同一路径可见的共享盘上，再重新运行", code=NO_FILE,
        )  # fmt: skip


class _Group:
    """The crews of one run, one a thread at work; a crew is one worker process that stays warm between tasks."""

    def __init__(self) -> None:
        self.idle: list[Crew[Errand, Any]] = []
        self.busy: set[Crew[Errand, Any]] = set()
        self.used = time.monotonic()
        self.ended = False
        self._lock = threading.Lock()

    def take(self, limits: Limits) -> Crew[Errand, Any]:
        with self._lock:
            crew = self.idle.pop() if self.idle else Crew[Errand, Any](_perform, limits)
            self.busy.add(crew)
        return crew

    def give_back(self, crew: Crew[Errand, Any]) -> None:
        with self._lock:
            self.used = time.monotonic()
            self.busy.discard(crew)
            if not self.ended:
                self.idle.append(crew)
                return
        crew.dismiss()

    def end(self) -> None:
        with self._lock:
            self.ended = True
            for crew in self.busy:
                crew.interrupt()
            idle, self.idle = self.idle, []
        for crew in idle:
            crew.dismiss()


_FORGOTTEN = 60.0
"""Seconds without a task after which a run counts as gone when another one comes: its client may have been killed."""


@dataclass(slots=True)
class _Groups:
    """The runs that this machine works for."""

    groups: dict[str, _Group] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, run: str) -> _Group:
        """The group of a run; those of runs that were given up are ended."""
        earliest = time.monotonic() - _FORGOTTEN
        with self.lock:
            gone = [name for name, group in self.groups.items() if not group.busy and group.used < earliest]
            ended = [self.groups.pop(name) for name in gone if name != run]
            group = self.groups.setdefault(run, _Group())
        for old in ended:
            old.end()
        return group

    def dismiss(self, run: str) -> None:
        with self.lock:
            group = self.groups.pop(run, None)
        if group is not None:
            group.end()


_GROUPS = _Groups()
