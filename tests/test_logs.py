"""Logs: every line on standard error is JSON when asked for, people see what they always saw, the library is silent."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kpi.catalog.layout import Layout
from kpi.catalog.locks import writing
from kpi.cli import main
from kpi.decisions import Decision, make_decision, save_decision
from kpi.ingestion import ProcessExecutor, SerialExecutor, ingest
from kpi.limits import Limits
from kpi.logs import JsonFormatter, failure_fields
from kpi.store import open_store
from tests import misbehaving

ROOT = Path(__file__).resolve().parents[1]
GOOD = ROOT / "corpus" / "xuchang-2026.xlsx"


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kpi.cli", *map(str, arguments)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def events(stderr: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stderr.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    (folder / GOOD.name).write_bytes(GOOD.read_bytes())
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 and nothing more")
    return folder


@pytest.fixture(scope="module")
def ingested(folder: Path) -> subprocess.CompletedProcess[str]:
    return run("ingest", folder, "--store", folder / ".kpi", "--log-format", "json")


def test_ingest_logs_json_and_nothing_else(ingested: subprocess.CompletedProcess[str], folder: Path) -> None:
    done = ingested
    assert done.returncode == 1
    assert done.stdout == ""
    told = {event["event"]: event for event in events(done.stderr)}
    assert list(told) == ["ingest_started", "file_failed", "file_parsed", "snapshot_published", "ingest_done"]
    assert told["file_failed"]["document"].endswith("坏.docx")
    assert told["file_failed"]["level"] == "warning"
    assert told["file_failed"]["code"]
    parsed = told["file_parsed"]
    assert parsed["status"] == "parsed"
    assert parsed["indicators"] == told["snapshot_published"]["indicators"] == told["ingest_done"]["indicators"] > 100
    assert len(parsed["sha256"]) == 64
    assert told["ingest_done"]["counts"] == {"failed": 1, "parsed": 1}
    with open_store(folder / ".kpi") as store:
        name = store.search("满意度", limit=1).hits[0].record["name"]
    assert name not in done.stderr, "texts of documents are not logged"


@pytest.mark.usefixtures("ingested")
def test_ingest_tells_people_what_it_always_told(folder: Path) -> None:
    done = run("ingest", folder, "--store", folder / ".kpi")
    assert done.returncode == 1
    assert "失败：" in done.stderr
    assert "快照" in done.stderr
    assert "file_failed" not in done.stderr
    assert "{" not in done.stderr


def test_environment_sets_the_form_for_all_commands(folder: Path) -> None:
    done = run("parse", folder / "坏.docx", folder / "no.pdf", KPI_LOG_FORMAT="json")
    assert done.returncode == 1
    assert [event["event"] for event in events(done.stderr)] == ["file_failed", "file_failed"]
    wrong = run("search", "--stroe", KPI_LOG_FORMAT="json")
    assert wrong.returncode == 2
    assert any("--stroe" in event["text"] for event in events(wrong.stderr)), "words of other libraries are lines too"
    missing = run("status", "--store", folder / "none", KPI_LOG_FORMAT="json")
    (event,) = events(missing.stderr)
    assert (event["event"], event["level"], event["code"]) == ("command_failed", "error", "no_store")


def test_unknown_form_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KPI_LOG_FORMAT", "xml")
    assert main(["status"]) == 2
    assert "xml" in capsys.readouterr().err


def test_warnings_crashes_and_prints_of_others_are_json() -> None:
    code = (
        "import sys, logging, warnings; from kpi.logs import configure; configure('json')\n"
        "logging.getLogger('pdfminer').warning('odd %s', 'font'); warnings.warn('old')\n"
        "sys.stderr.write('half a '); sys.stderr.write('line\\nrest'); raise ZeroDivisionError('bug')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    odd, old, line, crash, rest = events(done.stderr)
    assert (odd["event"], odd["logger"], odd["message"]) == ("log", "pdfminer", "odd font")
    assert "old" in old["message"]
    assert line["text"] == "half a line"
    assert crash["event"] == "crashed"
    assert "ZeroDivisionError" in crash["exception"]
    assert rest["text"] == "rest"


def test_library_alone_is_silent(folder: Path, tmp_path: Path) -> None:
    code = f"import kpi; kpi.ingest([{str(folder / '坏.docx')!r}], {str(tmp_path / 'store')!r})"
    script = tmp_path / "script.py"
    script.write_text(f"if __name__ == '__main__':\n    {code}\n", "utf-8")
    done = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_formatter_writes_one_line_with_utc_time() -> None:
    record = logging.makeLogRecord(
        {"name": "kpi.x", "msg": "file_parsed", "levelno": 20, "levelname": "INFO", "created": 0.25, "document": "a\nb\udc80", "path": Path("x")}
    )  # fmt: skip
    line = JsonFormatter().format(record)
    plain = json.loads(line)
    assert "\n" not in line
    assert plain["time"] == "1970-01-01T00:00:00.250Z"
    assert (plain["event"], plain["document"], plain["path"]) == ("file_parsed", "a\nb\udc80", "x")


@pytest.mark.parametrize(
    ("message", "arguments"),
    [("%d files", ("many",)), ("no place", ("for this",)), ("%(missing)s", ({"other": 1},)), ("100 %", (1,))],
)
def test_a_record_of_another_library_that_does_not_fit_its_arguments_is_logged(
    message: str, arguments: tuple[object, ...]
) -> None:
    record = logging.LogRecord("other", logging.WARNING, __file__, 1, message, arguments, None)
    told = json.loads(JsonFormatter().format(record))["message"]
    assert message in told


def test_failures_tell_no_content() -> None:
    failure = {"code": "bad", "what": "损坏", "where": "a.pdf", "found": "保密内容", "advice": "换一个"}
    assert failure_fields(failure) == {"code": "bad", "reason": "损坏"}
    assert failure_fields({**failure, "code": "limit_pages", "limit": "10"})["limit"] == "10"
    bug = failure_fields({**failure, "code": "bug", "found": "KeyError: '保密内容'"})
    assert bug["error"] == "KeyError"
    assert "保密内容" not in str(bug)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG, logger="kpi")
    return lambda name: [vars(record) for record in caplog.records if record.message == name]


def test_killed_and_dead_workers_are_logged(logged: Any) -> None:
    for task, seconds in (("sleep", 1), ("die", 60)):
        ((_, outcome),) = ProcessExecutor(1, limits=Limits(seconds=seconds)).run(misbehaving.work, [task])
        assert isinstance(outcome, BaseException)
    (killed,), (died,) = logged("worker_killed"), logged("worker_died")
    assert (killed["document"], killed["limit"], killed["value"]) == ("sleep", "seconds", 1)
    assert (died["document"], died["exit_code"]) == ("die", 7)


def test_waiting_for_another_writer_is_logged(tmp_path: Path, logged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpi.catalog.locks._LONG_WAIT", 0.2)
    layout, held = Layout(tmp_path), threading.Event()

    def other() -> None:
        with writing(layout):
            held.set()
            time.sleep(0.5)

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(10)
    with writing(layout):
        pass
    thread.join()
    (waited,) = logged("lock_waited")
    assert 0.2 < waited["seconds"] < 60


def test_decisions_known_files_and_slow_queries_are_logged(
    folder: Path, tmp_path: Path, logged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest([folder / GOOD.name], tmp_path, executor=SerialExecutor())
    ingest([folder / GOOD.name], tmp_path, executor=SerialExecutor())
    assert len(logged("file_parsed")) == len(logged("file_known")) == len(logged("snapshot_published")) == 1
    decision = make_decision(Decision(kind="rename", names=("甲",), name="乙"), author="张三")
    save_decision(Layout(tmp_path).decisions, decision)
    (saved,) = logged("decision_saved")
    assert (saved["decision"], saved["kind"], saved["author"]) == (decision.id, "rename", "张三")
    with open_store(tmp_path) as store:
        store.search("满意度")
        assert not logged("query_slow")
        monkeypatch.setattr("kpi.store._SLOW_QUERY", 0.0)
        total = store.search("满意度").total
    (slow,) = logged("query_slow")
    assert (slow["query"], slow["total"]) == ("满意度", total)


def test_every_event_is_documented() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    logged = re.compile(r"_log\.(?:debug|info|warning|error|critical|exception)\(\s*\"([a-z_]+)\"")
    found = {name for path in (ROOT / "kpi").rglob("*.py") for name in logged.findall(path.read_text("utf-8"))}
    assert len(found) > 20
    assert sorted(name for name in found if f"`{name}`" not in told) == []
