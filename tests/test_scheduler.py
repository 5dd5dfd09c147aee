"""Ingesting on a Dask cluster: the same result as on this machine, also when workers die; what it refuses and how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from kpi.catalog.layout import Layout
from kpi.cli import main
from kpi.errors import BadInput, MissingDependency, UsageError
from kpi.ingestion import ProcessExecutor, SerialExecutor, ingest, parser_version
from kpi.ingestion.errands import NO_FILE, NO_STORE, WRONG_VERSION, ClusterError, Errand, carry_out, dismiss, mark_of
from kpi.ingestion.executor import WorkerError
from kpi.ingestion.parsing import ParseTask, parse_task
from kpi.ingestion.report import Progress
from kpi.ingestion.sources import SourceFile, find_files
from kpi.limits import Limits
from tests import misbehaving
from tests.generator import make_document

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra `cluster` is not installed")
ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
GOOD = "绩效指标：参保率达到95%以上。"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes take over the path on which `tests` is found."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


class Cluster:
    """A scheduler and workers of one thread, each worker with a nanny of its own, as on as many machines."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.workers = folder, workers
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all processes and wait until the workers have come."""
        self.scheduler = self._start("scheduler", "--port", "0")
        self.address = self._address()
        self.nannies = [self._start("worker", self.address, "--nthreads", "1") for _ in range(self.workers)]
        self._await_workers()

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        given = ["--scheduler-file", str(self.folder / "scheduler.json")] if what == "scheduler" else []
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_TEMPORARY_DIRECTORY": str(self.folder),
        }
        with (self.folder / f"{what}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", what, *options, *given, "--host", "127.0.0.1", "--no-dashboard"],
                cwd=self.folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def _address(self) -> str:
        path = self.folder / "scheduler.json"
        wait_for(lambda: path.exists() and path.read_bytes().rstrip().endswith(b"}"))  # all of it is written
        return str(json.loads(path.read_bytes())["address"])

    def _await_workers(self) -> None:
        """Wait until all workers have come."""
        from distributed import Client

        with Client(self.address, set_as_default=False, timeout=PATIENCE) as client:
            client.wait_for_workers(len(self.nannies), timeout=PATIENCE)

    def kill_worker(self) -> list[Any]:
        """End a worker and its nanny as a machine ends that loses power; returns the processes that they had started."""
        import psutil

        nanny = psutil.Process(self.nannies[0].pid)
        (worker,) = [process for process in nanny.children() if "spawn_main" in " ".join(process.cmdline())]
        started = worker.children()
        for process in (nanny, worker):
            process.send_signal(signal.SIGKILL)
        return started

    def end(self) -> None:
        """End everything that was started here."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def cluster_of(folder: Path, workers: int) -> Iterator[Cluster]:
    folder.mkdir()
    cluster = Cluster(folder, workers)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def write_documents(folder: Path) -> None:
    """200 documents of three layouts and three formats, no two alike."""
    folder.mkdir()
    kinds = [(layout, form) for layout in ("overall", "one_project", "wide") for form in ("html", "docx", "tabs")]
    for number in range(200):
        layout, form = kinds[number % len(kinds)]
        make_document(layout, 1000 + number).render(
            form, folder / f"{number:03d}{'.txt' if form == 'tabs' else f'.{form}'}"
        )


def sorted_tables(store: Path) -> dict[str, bytes]:
    """Every Parquet file of the snapshot in force, its rows sorted, as the bytes of a Parquet file.

    Both runs make the same parts and numbers, since publishing takes the documents by path, in whatever order they were
    parsed. Only one thing is left out: the time at which a document came in.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    layout = Layout(store)
    folder = layout.folder(layout.current())
    found = {}
    for path in sorted(folder.rglob("*.parquet")):
        table = pq.ParquetFile(path).read()
        if path.name.startswith("documents."):
            table = table.drop_columns("added")
        rows = sorted(table.to_pylist(), key=repr)
        stream = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, table.schema), stream)
        found[path.relative_to(folder).as_posix()] = stream.getvalue()
    return found


def test_a_cluster_that_loses_a_worker_gives_what_one_machine_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 documents, four workers, one killed with its nanny: same Parquet; relative paths mean the client's folder."""
    write_documents(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    started: list[Any] = []
    with cluster_of(tmp_path / "cluster", 4) as cluster:

        def kill_one(progress: Progress) -> None:
            if progress.done == 60:
                started.extend(cluster.kill_worker())

        far = ingest(["in"], "far", scheduler=cluster.address, progress=kill_one)
        assert started  # it parsed in a process of its own
        wait_for(lambda: not any(process.is_running() for process in started))
    near = ingest(["in"], "near", executor=ProcessExecutor(2))
    assert far.counts == near.counts == {"parsed": 200}
    assert [(file.path, file.sha256, file.indicators) for file in far.files] == [
        (file.path, file.sha256, file.indicators) for file in near.files
    ]
    tables = sorted_tables(Path("far"))
    assert tables == sorted_tables(Path("near"))
    assert len(tables) > 6
    assert not list(Path("far/parsed").glob(".run-*"))
    assert ingest(["in"], "far", scheduler=cluster.address).counts == {"known": 200}  # nothing to do: nobody is asked


def test_files_that_misbehave_and_a_scheduler_that_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits hold on the workers, a task that kills workers is given up, and a run that loses the scheduler can go on."""
    from kpi.ingestion.scheduler import DaskExecutor

    with cluster_of(tmp_path / "cluster", 2) as cluster:
        executor = DaskExecutor(cluster.address, limits=Limits(seconds=10, memory=600))
        tasks = ["sleep", "good 1", "eat", "die", "raise", "odd error", "good 2", "deadly"]
        outcomes = dict(executor.run(misbehaving.work_or_kill_the_parent, tasks))
        codes = {name: getattr(outcome, "code", type(outcome).__name__) for name, outcome in outcomes.items()}
        assert (outcomes["good 1"], outcomes["good 2"]) == ("GOOD 1", "GOOD 2")
        assert (codes["sleep"], codes["die"], codes["odd error"]) == ("limit_seconds", "worker_died", "RuntimeError")
        assert codes["eat"] == ("limit_memory" if sys.platform == "linux" else codes["eat"])
        assert isinstance(outcomes["raise"], BadInput)
        assert isinstance(outcomes["deadly"], WorkerError)
        assert "2 次" in outcomes["deadly"].found

        monkeypatch.chdir(tmp_path)
        with pytest.raises(ClusterError, match="程序版本不同") as caught:
            list(executor.run(parse_task, [make_task(tmp_path, parser="0-other")]))
        assert caught.value.code == WRONG_VERSION

        folder = tmp_path / "in"
        folder.mkdir()
        for number in range(40):
            (folder / f"{number}.txt").write_text(f"{number} {GOOD}", "utf-8")

        def end_scheduler(progress: Progress) -> None:
            if progress.done == 3:
                cluster.scheduler.kill()

        with pytest.raises(ClusterError, match="与调度器的连接中断") as caught:
            ingest([folder], tmp_path / "kpi", scheduler=cluster.address, progress=end_scheduler)
        assert caught.value.code == "scheduler_lost"
    assert not Layout(tmp_path / "kpi").current()
    counts = ingest([folder], tmp_path / "kpi", executor=SerialExecutor()).counts
    assert counts["known"] >= 3
    assert counts["known"] + counts.get("parsed", 0) == 40


def make_task(folder: Path, *, parser: str = "", name: str = "a.txt") -> ParseTask:
    import kpi

    (folder / "a.txt").write_text(GOOD, "utf-8")
    (source,), _ = find_files([folder / "a.txt"])
    file = SourceFile(name, str(folder / name), source.size, source.modified)
    layout = Layout(folder / "store")
    layout.create()
    return ParseTask(file, "", "store", parser or parser_version(), kpi.parse, Limits())


def test_a_machine_says_what_it_lacks(tmp_path: Path) -> None:
    """A worker that comes later is not checked at the start: each task is."""
    task = make_task(tmp_path)
    do = partial(Errand, parse_task, limits=Limits(), run="r", folder=str(tmp_path))
    try:
        unmarked = carry_out(do(task=task))
        Layout(tmp_path / "store").objects.write(mark_of("r"), b"")
        other = carry_out(do(task=make_task(tmp_path, parser="0-other")))
        absent = carry_out(do(task=make_task(tmp_path, name="nowhere.txt")))
        changed = carry_out(do(task=task))
    finally:
        dismiss("r")
    assert [unmarked.code, other.code, absent.code] == [NO_STORE, WRONG_VERSION, NO_FILE]
    assert (absent.where, "共享盘" in absent.advice) == ("nowhere.txt", True)
    assert changed.code == "changed_meanwhile"  # it came as far as being parsed: sha256 "" is not the file's


class OneUnfit:
    """A client of a scheduler with two workers, of which the first cannot see the store."""

    status = "running"

    def __init__(self, workers: dict[str, int]) -> None:
        self.workers = workers
        self.told: list[object] = []

    def nthreads(self) -> dict[str, int]:
        return self.workers

    def submit(self, _function: object, errand: Errand, *, key: str, workers: list[str] | None, **_: object) -> Any:
        self.told.append(workers)
        worker = (workers or ["bad"])[0]
        return Answer(key, worker, ClusterError("x", code=NO_STORE) if worker == "bad" else f"{worker} {errand.task}")


class Answer:
    status = "finished"

    def __init__(self, key: str, *answer: object) -> None:
        self.key, self.answer = key, answer

    def add_done_callback(self, function: Callable[[Any], None]) -> None:
        function(self)

    def result(self, timeout: float) -> Any:
        return self.answer


def test_a_worker_that_is_not_set_up_gets_nothing_more() -> None:
    from kpi.ingestion.scheduler import _UnderWay

    client = OneUnfit({"bad": 1, "good": 1})
    run = partial(_UnderWay, function=str, limits=Limits(), run="r", address="tcp://h:1")
    assert dict(run(client).outcomes(iter("abcdefghijkl"))) == {task: f"good {task}" for task in "abcdefghijkl"}  # type: ignore[arg-type]
    assert client.told[-1] == ["good"]
    assert client.told.count(None) == 8  # four for each thread were on their way when the first answer came
    with pytest.raises(ClusterError) as caught:
        list(run(OneUnfit({"bad": 1})).outcomes(iter("a")))  # type: ignore[arg-type]
    assert caught.value.code == NO_STORE


class Dying(OneUnfit):
    """As that one; the worker that fits dies with its tasks, and another one comes."""

    def __init__(self) -> None:
        super().__init__({"bad": 1, "dies": 1})
        self.taken_back: list[Any] = []

    def submit(self, function: object, errand: Errand, *, key: str, workers: list[str] | None, **more: object) -> Any:
        if workers == ["dies"]:
            self.told.append(workers)
            self.workers = {"bad": 1, "late": 1}
            return Waiting(key)
        return super().submit(function, errand, key=key, workers=workers, **more)

    def cancel(self, futures: list[Any], *, force: bool) -> None:
        self.taken_back += futures
        for future in futures:
            future.status = "cancelled"
            future.tell(future)


class Waiting:
    """A task that the scheduler keeps for a worker that is gone."""

    status = "pending"

    def __init__(self, key: str) -> None:
        self.key = key

    def done(self) -> bool:
        return self.status != "pending"

    def add_done_callback(self, function: Callable[[Any], None]) -> None:
        self.tell = function


def test_tasks_of_a_worker_that_died_go_to_one_that_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.ingestion import scheduler

    monkeypatch.setattr(scheduler, "_LOOK_SECONDS", 0.01)
    client = Dying()
    under_way = scheduler._UnderWay(client, str, Limits(), "r", "tcp://h:1")  # type: ignore[arg-type]
    assert dict(under_way.outcomes(iter("abc"))) == {task: f"late {task}" for task in "abc"}
    assert client.taken_back
    assert not under_way.sent


@pytest.mark.parametrize("address", ["http://h:1", "tcp://", "", "ucx://h:1"])
def test_an_address_of_another_kind_is_wrong_usage(address: str) -> None:
    from kpi.ingestion.scheduler import DaskExecutor

    with pytest.raises(UsageError, match="调度器地址不对"):
        DaskExecutor(address)


@pytest.mark.parametrize(
    ("given", "kept"), [("h:8786", "tcp://h:8786"), (" tls://h:1/ ", "tls://h:1"), ("tcp://h:1", "tcp://h:1")]
)
def test_an_address_is_tcp_unless_it_says_tls(given: str, kept: str) -> None:
    from kpi.ingestion.scheduler import DaskExecutor

    assert DaskExecutor(given).address == kept


def test_the_library_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependency, match=r"pip install 'kpi-atlas\[cluster\]'"):
        ingest([tmp_path], tmp_path / "kpi", scheduler="tcp://127.0.0.1:9")


@pytest.mark.parametrize("second", [{"jobs": 2}, {"executor": SerialExecutor()}])
def test_parsing_here_and_on_a_cluster_exclude_each_other(tmp_path: Path, second: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="--jobs"):
        ingest([tmp_path], tmp_path / "kpi", scheduler="tcp://127.0.0.1:9", **second)


def test_the_command_tells_of_a_scheduler_that_is_not_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpi.ingestion.scheduler._CONNECT_SECONDS", 1)
    (tmp_path / "a.txt").write_text(GOOD, "utf-8")
    monkeypatch.setenv("KPI_SCHEDULER", "tcp://127.0.0.1:9")
    store = ["--store", str(tmp_path / "kpi")]
    assert main(["ingest", str(tmp_path / "a.txt"), *store]) == 1
    assert "连不上调度器" in capfd.readouterr().err
    assert main(["ingest", str(tmp_path / "a.txt"), *store, "--jobs", "2"]) == 2
    assert "KPI_SCHEDULER" in capfd.readouterr().err
    assert main(["ingest", str(tmp_path / "a.txt"), *store, "--scheduler", "tls://127.0.0.1:9"]) == 1
    assert "证书" in capfd.readouterr().err
    assert not Layout(tmp_path / "kpi").current()
