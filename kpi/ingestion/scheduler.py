"""Files parsed on many machines (多机解析): the executor that hands tasks to a Dask scheduler.

The scheduler gives a task to another worker when one dies; results are kept by content, so a task that is done twice
leaves one result. What the workers do is `kpi.ingestion.errands`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kpi.catalog.layout import Layout
from kpi.catalog.places import is_url
from kpi.errors import KpiError, MissingDependency, StoreError, UsageError
from kpi.ingestion.errands import UNFIT, ClusterError, Errand, carry_out, check_machine, dismiss, mark_of
from kpi.ingestion.executor import Result, Task, WorkerError
from kpi.ingestion.parsing import ParseTask
from kpi.limits import Limits, limits_from

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEMES = ("tcp", "tls")
_CONNECT_SECONDS = 8
_WORKERS_SECONDS = 30
"""Wait for the first worker: clusters that grow on demand start with none."""
_ALONE_SECONDS = 300
"""Wait for workers to come back when all of them are gone."""
_LOOK_SECONDS = 2.0
"""How often to look which workers there are."""
_AHEAD = 4
"""Tasks at the scheduler for each thread of the workers: enough that none waits, few enough for ten million files."""


class DaskExecutor:
    """Workers of a Dask cluster, each task in a process beside them with the limits of this run.

    Args:
        address: of the scheduler, `tcp://HOST:8786` or `tls://…`; without a scheme tcp.
        limits: where `seconds` and `memory` stand; by default as the environment says.

    Raises:
        UsageError: an address of another kind.
        MissingDependency: Dask's `distributed` is not installed.
    """

    def __init__(self, address: str, *, limits: Limits | None = None) -> None:
        self.address = _checked(address)
        self.limits = limits or limits_from()
        try:
            import distributed  # noqa: F401 - told now, not when the first file comes
        except ImportError as error:
            raise MissingDependency(
                "没有安装多机解析所需的组件", found="distributed", advice="pip install 'kpi-atlas[cluster]'"
            ) from error

    def run(
        self, function: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, Result | BaseException]]:
        """See `Executor.run`. The function must be importable on the workers.

        Raises:
            ClusterError: the scheduler cannot be reached or was lost, no worker is there, or the workers are not set up.
        """
        if not tasks:
            return
        run = uuid.uuid4().hex
        with _connected(self.address) as client, _marked(tasks[0], run):
            _await_workers(client, self.address)
            _check_workers(client, tasks[0], run)
            under_way = _UnderWay(client, function, self.limits, run, self.address)
            try:
                yield from under_way.outcomes(iter(tasks))
            finally:
                under_way.give_up()


def _checked(address: str) -> str:
    scheme, parted, rest = address.strip().rpartition("://")
    scheme = scheme if parted else "tcp"
    if scheme not in SCHEMES or not rest.strip("/"):
        raise UsageError("调度器地址不对", found=address, advice="如 tcp://HOST:8786 或 tls://HOST:8786")
    return f"{scheme}://{rest.rstrip('/')}"


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler; its certificates and time limits are those of Dask's own configuration.

    Raises:
        ClusterError: there is no way to the scheduler.
    """
    from distributed import Client

    try:
        client = Client(
            address, timeout=_CONNECT_SECONDS, set_as_default=False, name="kpi-ingest", security=_security(address)
        )
    except (OSError, ValueError) as error:
        raise ClusterError(
            "连不上调度器", where=address, found=str(error).partition("\n")[0],
            advice="检查地址和防火墙、dask scheduler 是否在运行",
        ) from error  # fmt: skip
    try:
        yield client
    finally:
        client.close(timeout=_LOOK_SECONDS)


def _security(address: str) -> Any:
    """Dask's own settings of certificates.

    Raises:
        ValueError: they do not fit the address; told before Dask's client starts, which would not end well.
    """
    from distributed.security import Security

    security = Security()
    encrypted = address.startswith("tls:")
    if encrypted and security.get_connection_args("client")["ssl_context"] is None:
        raise ValueError("Dask 配置 distributed.comm.tls 中没有证书")
    if security.require_encryption and not encrypted:
        raise ValueError("Dask 配置要求加密连接，地址应为 tls://")
    return security


@contextlib.contextmanager
def _marked(task: object, run: str) -> Iterator[None]:
    """An object in the store, by which workers see that they see the same one, while the context lasts.

    Raises:
        StoreError: it cannot be written.
    """
    if not isinstance(task, ParseTask):
        yield
        return
    layout = Layout(task.store)
    try:
        layout.objects.write(mark_of(run), run.encode())
    except OSError as error:
        raise StoreError("指标库无法写入", where=layout.shown, found=error.strerror or str(error)) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            layout.objects.delete(mark_of(run))


def _await_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            "调度器上没有工作进程", where=address, found=f"等待 {_WORKERS_SECONDS} 秒",
            advice=f"在工作机器上运行 dask worker {address}", code="no_workers",
        ) from error  # fmt: skip


def _check_workers(client: Client, task: object, run: str) -> None:
    """Refuse to start where a worker has another version of the program or does not see the store.

    Raises:
        ClusterError: the first of them, with how many others.
    """
    if not isinstance(task, ParseTask):
        return
    store = task.store if is_url(task.store) else os.path.abspath(task.store)  # noqa: PTH100 - links stay as they are
    found = client.run(check_machine, store, run, task.parser, on_error="return")
    problems = [_as_problem(answer) for answer in found.values() if answer is not None]
    if problems:
        first = problems[0]
        told = f"{first.found}；" if first.found else ""
        raise ClusterError(
            first.what, where=first.where, found=f"{told}共 {len(problems)} 个工作进程，总数 {len(found)}",
            advice=first.advice, code=first.code,
        )  # fmt: skip


def _as_problem(answer: BaseException) -> KpiError:
    if isinstance(answer, KpiError):
        return answer
    return ClusterError(
        "工作机器不能运行本程序", found=f"{type(answer).__name__}: {answer}",
        advice="在所有机器上安装同一版本：pip install 'kpi-atlas[cluster]'", code="worker_not_set_up",
    )  # fmt: skip


class _UnderWay:
    """The tasks at the scheduler, and the workers that do them."""

    def __init__(
        self, client: Client, function: Callable[[Any], Any], limits: Limits, run: str, address: str
    ) -> None:  # fmt: skip
        self.client, self.function, self.limits, self.run, self.address = client, function, limits, run, address
        self.folder = os.getcwd()  # noqa: PTH109 - a text
        self.sent: dict[str, tuple[Any, Future[Any], frozenset[str]]] = {}
        """Key → task, its future, and the workers that may do it, none for all."""
        self.done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self.unfit: set[str] = set()
        """Addresses of workers that cannot work for this run; some may come later than the check at the start."""
        self.threads: dict[str, int] = {}
        """Worker's address → threads."""
        self.looked = self.seen = float("-inf")
        """When workers were looked for, and when there were any (monotonic seconds)."""

    def outcomes(self, waiting: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        """Every task with what became of it."""
        following = next(waiting, _NO_TASK)
        while following is not _NO_TASK or self.sent:
            self._look()
            while following is not _NO_TASK and len(self.sent) < _AHEAD * sum(self.threads.values()):
                self._send(following)
                following = next(waiting, _NO_TASK)
            try:
                future = self.done.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if str(future.key) not in self.sent:  # taken back, see `_send_anew`
                continue
            try:
                worker, outcome = self._answer(future)
            except TimeoutError:  # the worker that has the answer died: the task is done again elsewhere
                self.done.put(future)
                continue
            task = self.sent.pop(str(future.key))[0]
            if isinstance(outcome, KpiError) and outcome.code in UNFIT:
                self._exclude(worker, outcome)
                self._send(task)
            else:
                yield task, outcome

    def _look(self) -> None:
        """See which workers there are, now and then.

        Raises:
            ClusterError: the scheduler is gone, or all workers for a long time.
        """
        if self.client.status != "running":
            raise self._lost("连接已断开")
        now = time.monotonic()
        if now < self.looked + _LOOK_SECONDS:
            return
        try:
            found = self.client.nthreads()
        except (
            OSError,
            AttributeError,
        ) as error:  # AttributeError: Dask's client after it was closed by the other side
            raise self._lost(str(error)) from error
        self.threads = {worker: count for worker, count in found.items() if worker not in self.unfit}
        self.looked = now
        self._send_anew()
        if self.threads or self.seen == float("-inf"):
            self.seen = now
        elif now > self.seen + _ALONE_SECONDS:
            raise ClusterError(
                "所有工作进程都已退出", where=self.address, found=f"{_ALONE_SECONDS} 秒内没有新的工作进程",
                advice="启动 dask worker 后重新运行，已解析的文件不会重做", code="no_workers",
            )  # fmt: skip

    def _send(self, task: Any) -> None:
        errand = Errand(self.function, task, self.limits, self.run, self.folder)
        allowed = frozenset(self.threads) if self.unfit else frozenset()
        future = self.client.submit(
            _on_worker, errand, key=f"kpi-{uuid.uuid4().hex}", pure=False, workers=sorted(allowed) or None
        )
        self.sent[str(future.key)] = (task, future, allowed)
        future.add_done_callback(self.done.put)

    def _send_anew(self) -> None:
        """Send what only workers may do that are gone to those that came since: the scheduler would keep it for ever."""
        for key, (task, future, allowed) in list(self.sent.items()) if self.threads else ():
            if allowed and not future.done() and allowed.isdisjoint(self.threads):
                del self.sent[key]
                self.client.cancel([future], force=True)
                self._send(task)

    def _answer(self, future: Future[Any]) -> tuple[str, Any]:
        """The worker that did a task, "" if none did, and the outcome.

        Raises:
            ClusterError: the scheduler is gone.
            TimeoutError: the answer is not there, see `_LOOK_SECONDS`.
        """
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        try:
            error = future.exception() if future.status == "error" else None
            worker, outcome = ("", error) if error is not None else future.result(timeout=_LOOK_SECONDS)
        except TimeoutError:
            raise
        except (CancelledError, OSError) as lost:  # OSError: the connection broke while the answer was fetched
            raise self._lost(str(lost).partition("\n")[0]) from lost
        if isinstance(outcome, KilledWorker):
            outcome = _killed(outcome.allowed_failures + 1)
        elif error is not None:
            outcome = _as_problem(error)
        return worker, outcome

    def _exclude(self, worker: str, problem: KpiError) -> None:
        """Give a worker nothing more.

        Raises:
            KpiError: no other is left.
        """
        self.unfit.add(worker)
        self.threads.pop(worker, None)
        if not self.threads:
            raise problem

    def _lost(self, found: str) -> ClusterError:
        return ClusterError(
            "与调度器的连接中断", where=self.address, found=found,
            advice="已解析的结果已保存，指标库未改动；调度器恢复后重新运行 kpi ingest 即可继续", code="scheduler_lost",
        )  # fmt: skip

    def give_up(self) -> None:
        """Take back what is not done and end the workers' processes."""
        if self.client.status != "running":
            return
        with contextlib.suppress(OSError):
            self.client.cancel([future for _, future, _ in self.sent.values()], force=True)
            self.client.run(dismiss, self.run, on_error="ignore")


_NO_TASK: Any = object()


def _on_worker(errand: Errand) -> tuple[str, Any]:
    """What Dask's worker calls: its own address and the outcome."""
    from distributed import get_worker

    return get_worker().address, carry_out(errand)


def _killed(times: int) -> WorkerError:
    return WorkerError(
        "解析该文件时工作进程多次意外退出", found=f"{times} 次",
        advice="文件可能已损坏或过大：请单独检查；也可能是机器内存不足：减少每台机器的线程数，或降低 --max-memory",
    )  # fmt: skip
