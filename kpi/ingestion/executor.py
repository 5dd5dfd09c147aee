"""Where files are parsed (执行器): in this process, in worker processes, or on other machines behind the same seam.

An executor yields every task with what became of it, in the order of completion. A task that raises, takes too long or
too much memory, or whose worker dies, yields the error; the others go on.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Any, Generic, Protocol, TypeVar

from kpi.errors import KpiError, UsageError
from kpi.ingestion.worker import Worker
from kpi.limits import Limits, limits_from

_log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerError(KpiError):
    """The process that worked on a file ended without an answer: a crash of a library, or too little memory."""

    code = "worker_died"


class Executor(Protocol):
    """Runs a function over many tasks."""

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """Every task with its result or its error, as they complete."""
        ...


class SerialExecutor:
    """One task after the other in this process: without limits on time and memory, for tests and trusted files."""

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """See `Executor.run`."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            for task in tasks:
                future = pool.submit(function, task)
                error = future.exception()
                yield task, error if error is not None else future.result()


class ProcessExecutor:
    """Worker processes on this machine, each with limits on the time of a task and on its memory.

    Args:
        jobs: worker processes, 0 = one a core.
        limits: where `seconds` and `memory` stand; by default as the environment says.
    """

    def __init__(self, jobs: int = 0, *, limits: Limits | None = None) -> None:
        self.jobs = jobs or os.cpu_count() or 1
        self.limits = limits or limits_from()

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """See `Executor.run`. The function and the tasks must be picklable."""
        crew = Crew(function, self.limits)
        waiting = iter(tasks)
        try:
            for task in waiting:
                crew.give(task)
                if len(crew.busy) == min(self.jobs, len(tasks)):
                    break
            while crew.busy:
                for task, outcome in crew.answers():
                    following = next(waiting, _NO_TASK)
                    if following is not _NO_TASK:
                        crew.give(following)
                    yield task, outcome
        finally:
            crew.dismiss()


def executor_for(
    *, jobs: int = 0, scheduler: str = "", executor: Executor | None = None, limits: Limits | None = None
) -> Executor:
    """The executor that is asked for, by one way at most; worker processes of this machine, one a core, by default.

    Raises:
        UsageError: several ways are given, or the scheduler's address is none.
        MissingDependency: there is a scheduler, but not the library for it.
    """
    if sum(map(bool, (jobs, scheduler, executor))) > 1:
        raise UsageError(
            "解析进程数、调度器和执行器只能指定一项", found="、".join(
                name for name, given in {"jobs": jobs, "scheduler": scheduler, "executor": executor}.items() if given
            ),
            advice="多机解析的进程数由各台机器的 dask worker 决定，请去掉 --jobs；只用本机请去掉 --scheduler 或环境变量 KPI_SCHEDULER",
        )  # fmt: skip
    if scheduler:
        from kpi.ingestion.scheduler import DaskExecutor

        return DaskExecutor(scheduler, limits=limits)
    return executor or ProcessExecutor(jobs, limits=limits)


_NO_TASK: Any = object()


class Crew(Generic[Task, Result]):
    """Workers that are busy with a task each, and those that are free."""

    def __init__(self, function: Callable[[Task], Result], limits: Limits) -> None:
        self.function, self.limits = function, limits
        self.busy: dict[Worker, tuple[Task, float]] = {}
        """Worker → its task, and when it has to be done (monotonic seconds)."""
        self.free: list[Worker] = []

    def give(self, task: Task) -> None:
        """Have a free worker do the task, a new one where none is free."""
        worker = self.free.pop() if self.free else Worker(self.function, self.limits)
        allowed = self.limits.seconds or float("inf")
        self.busy[worker] = (task, time.monotonic() + allowed)
        worker.send(task)

    def answers(self) -> Iterator[tuple[Task, Result | BaseException]]:
        """Wait until a worker is done, dead or late; the tasks that ended thereby with what became of them."""
        soonest = min(due for _, due in self.busy.values()) - time.monotonic()
        ready = wait([worker.answers for worker in self.busy], None if soonest == float("inf") else max(0.0, soonest))
        now = time.monotonic()
        for worker, (task, due) in list(self.busy.items()):
            if worker.answers in ready:
                yield self._ended(worker), self._outcome(worker, task)
            elif now >= due:
                worker.kill()
                _log_killed(task, "seconds", self.limits.seconds)
                yield self._ended(worker), self.limits.reached("seconds", _where(task))

    def _ended(self, worker: Worker) -> Task:
        task, _ = self.busy.pop(worker)
        return task

    def _outcome(self, worker: Worker, task: Task) -> Any:
        """What a worker answers; it is free then, unless it died."""
        try:
            answer = worker.receive()
        except EOFError:
            death = _death(worker, self.limits)
            _log.warning("worker_died", extra={"document": _where(task), "exit_code": worker.exit_code})
            return death
        if isinstance(answer, MemoryError):
            # what the worker still holds nobody knows: the next task gets a fresh one
            worker.kill()
            _log_killed(task, "memory", self.limits.memory)
            return self.limits.reached("memory", _where(task))
        self.free.append(worker)
        return answer

    def interrupt(self) -> None:
        """End the work under way from another thread: who waits for its answer is told that the worker died."""
        for worker in list(self.busy):
            worker.end()

    def dismiss(self) -> None:
        """End all workers, whatever they do."""
        for worker in (*self.free, *self.busy):
            worker.kill()


def _log_killed(task: object, limit: str, value: int) -> None:
    _log.warning("worker_killed", extra={"document": _where(task), "limit": limit, "value": value})


def _where(task: object) -> str:
    return str(getattr(task, "shown", task))


def _death(worker: Worker, limits: Limits) -> KpiError:
    """Why a worker ended without an answer, as far as can be told: libraries end the process when memory fails."""
    worker.kill()
    code = worker.exit_code
    told = f"被信号 {-code} 终止" if code < 0 else f"退出码 {code}"
    memory = f"{limits.memory:,} MB" if limits.memory else "不限"
    return WorkerError(
        "解析进程意外退出", found=f"{told}（内存上限 {memory}）",
        advice="文件可能已损坏或过大；请单独检查该文件，内存不足时减少 --jobs 或提高 --max-memory",
    )  # fmt: skip
