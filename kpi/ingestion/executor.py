"""Where files are parsed (执行器): in this process, in worker processes, or on other machines behind the same seam.

An executor yields every task with what became of it, in the order of completion. A task that raises, or whose worker
dies, yields the error; the others go on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from kpi.errors import KpiError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Task = TypeVar("Task")
Result = TypeVar("Result")

_WAITING_PER_WORKER = 4
"""Tasks handed out ahead of time: enough to keep workers busy, few to try again when one of them dies."""


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
    """One task after the other in this process."""

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """See `Executor.run`."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            for task in tasks:
                yield task, _outcome(pool.submit(function, task))


class ProcessExecutor:
    """Worker processes on this machine; `jobs` 0 means one a core."""

    def __init__(self, jobs: int = 0) -> None:
        self.jobs = jobs or os.cpu_count() or 1

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """See `Executor.run`. The function and the tasks must be picklable."""
        waiting = list(reversed(tasks))
        while waiting:
            suspects = yield from self._run_pool(function, waiting)
            for task in suspects:  # one of these killed its worker: alone, each shows whether it was the one
                yield task, self._run_alone(function, task)

    def _run_pool(
        self, function: Callable[[Task], Result], waiting: list[Task]
    ) -> Generator[tuple[Task, Result | BaseException], None, list[Task]]:
        """Take tasks from the end of `waiting` until none is left or a worker dies; returns the tasks then under way."""
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool

        running: dict[Future[Result], Task] = {}
        suspects: list[Task] = []
        pool = self._pool(min(self.jobs, len(waiting)))
        try:
            while (waiting and not suspects) or running:
                while waiting and not suspects and len(running) < self.jobs * _WAITING_PER_WORKER:
                    try:
                        future = pool.submit(function, waiting[-1])
                    except BrokenProcessPool:
                        break
                    running[future] = waiting.pop()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task, outcome = running.pop(future), _outcome(future)
                    if isinstance(outcome, BrokenProcessPool):
                        suspects.append(task)
                    else:
                        yield task, outcome
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return suspects

    def _run_alone(self, function: Callable[[Task], Result], task: Task) -> Result | BaseException:
        from concurrent.futures.process import BrokenProcessPool

        with self._pool(1) as pool:
            outcome = _outcome(pool.submit(function, task))
        if isinstance(outcome, BrokenProcessPool):
            return WorkerError("解析进程意外退出", found=str(outcome), advice="文件可能已损坏或过大；请单独检查该文件")
        return outcome

    @staticmethod
    def _pool(workers: int) -> ProcessPoolExecutor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # Spawned, not forked: the parent may have threads (Arrow, the app) whose locks a fork would copy.
        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _outcome(future: Future[Result]) -> Result | BaseException:
    error = future.exception()
    return error if error is not None else future.result()
