"""Stores and servers for tests of the app."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NO_BROWSER = not CHROMIUM.is_file()

SCRIPT_NAME = "<img/src=x/onerror=alert(1)>"
MARKUP_NAME = "**粗** [点我](javascript:alert(1)) $x^2$ :red[红] :smile: `码` 率"
"""Names that would become something else if any page took them for HTML, Markdown or a formula."""
HOSTILE_ROWS = (
    ("产出指标", "数量指标", SCRIPT_NAME, "≥3次"),
    ("产出指标", "质量指标", MARKUP_NAME, "≥90%"),
    ("产出指标", "时效指标", "=cmd|'/C calc'!A0", "2026年12月底前"),
    ("效益指标", "社会效益指标", "群众知晓率", "≥80%"),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%"),
)


def write_hostile_workbook(path: Path) -> Path:
    """A workbook with one project whose indicators have hostile names."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2026年测试市民政局项目支出绩效目标表"])
    sheet.append(["项目名称", "<b>慰问</b>项目", "", ""])
    sheet.append(["一级指标", "二级指标", "三级指标", "指标值"])
    for row in HOSTILE_ROWS:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
    book.save(path)
    return path


def make_store(
    folder: Path, names: Sequence[str] = ("jiaozuo-2026.pdf", "xuchang-2026.xlsx", "jinzhou-2026.docx")
) -> Path:
    """A store of some documents of the corpus and the hostile workbook."""
    import kpi
    from kpi.ingestion import SerialExecutor

    own = folder / "files"
    own.mkdir(parents=True, exist_ok=True)
    hostile = write_hostile_workbook(own / "测试市民政局.xlsx")
    report = kpi.ingest([*(CORPUS / name for name in names), hostile], folder / "store", executor=SerialExecutor())
    assert not report.failures
    return folder / "store"


def _page_script(module: str) -> None:
    import streamlit as st

    from kpi.ui.guard import guarded
    from kpi.ui.navigation import PAGES, page_of, runner

    st.navigation([page_of(name) for name in PAGES], position="hidden")
    guarded(runner(module))


def open_page(module: str, store: Path, monkeypatch: Any, **address: Any) -> AppTest:
    """One page of the app, run once without a browser in the state of an address."""
    monkeypatch.setenv("KPI_STORE", str(store))
    # The framework puts the page's script in its place, which worker processes that are started later would run.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    test = AppTest.from_function(_page_script, kwargs={"module": module}, default_timeout=60)
    for name, value in address.items():
        test.query_params[name] = value
    return test.run()


def address_of(test: AppTest) -> dict[str, list[str]]:
    """The address that a page wrote; a single value stands there as a text."""
    return {name: [value] if isinstance(value, str) else list(value) for name, value in dict(test.query_params).items()}


def words(test: AppTest) -> str:
    """All texts of a page as they were given to be drawn."""
    kinds = (test.markdown, test.caption, test.error, test.warning, test.info, test.success)
    return "\n".join(str(item.value) for kind in kinds for item in kind)


@contextlib.contextmanager
def serving(store: Path, *, environment: dict[str, str] | None = None, arguments: Sequence[str] = ()) -> Iterator[str]:
    """`kpi serve` on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kpi.cli", "serve", "--store", str(store), "--port", str(port), *arguments]
    log = store.parent / f"serve-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=store.parent,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        )
        try:
            _wait_until_ready(process, port, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", "replace")[-2000:])
