"""`kpi serve`: where it may listen, what it passes on, and that both config files say the same."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from kpi.cli import main
from kpi.cli.serve import check_exposure, check_free, options
from kpi.errors import UsageError
from kpi.ui import access
from kpi.ui.access import same

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("host", "password", "header"),
    [
        pytest.param("localhost", "", "", id="local needs nothing"),
        pytest.param("127.0.0.1", "", "", id="local address"),
        pytest.param("::1", "", "", id="local IPv6"),
        pytest.param("0.0.0.0", "a long one", "", id="password"),
        pytest.param("10.1.2.3", "", "X-Forwarded-User", id="header of a proxy"),
    ],
)
def test_allowed_exposure(host: str, password: str, header: str) -> None:
    check_exposure(host, password=password, proxy_header=header)


@pytest.mark.parametrize(
    ("host", "password", "header", "message"),
    [
        pytest.param("0.0.0.0", "", "", "没有设置密码", id="everyone"),
        pytest.param("192.168.1.5", "", "", "没有设置密码", id="the office"),
        pytest.param("0.0.0.0", "short", "", "密码太短", id="short password"),
        pytest.param("0.0.0.0", "", "X User\r\n", "请求头的名称", id="no header name"),
    ],
)
def test_refused_exposure(host: str, password: str, header: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_exposure(host, password=password, proxy_header=header)


def test_refusal_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("KPI_PASSWORD", raising=False)
    monkeypatch.delenv("KPI_PROXY_HEADER", raising=False)
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "KPI_PASSWORD" in capsys.readouterr().err


def test_taken_port_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert main(["serve", "--port", str(other.getsockname()[1])]) == 2
    told = capsys.readouterr().err
    assert "不能在这个地址和端口上监听" in told
    assert "--port" in told


def test_what_cannot_be_a_host_is_told_in_words() -> None:
    with pytest.raises(UsageError, match="不能在这个地址"):
        check_free("a..b", 8501)


def test_settings_of_the_server() -> None:
    assert options("localhost", 8600, 50) == {
        "server.address": "localhost", "server.port": 8600, "server.headless": True, "server.maxUploadSize": 50,
        "browser.serverAddress": "localhost",
    }  # fmt: skip


def test_passwords_are_compared_whole() -> None:
    assert same("密码 abc", "密码 abc")
    assert not same("密码 ab", "密码 abc")
    assert not same("", "密码")


def test_wrong_passwords_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking from many windows at once would make guessing as quick as the server is."""
    going, done = threading.Event(), threading.Event()

    def wait(_seconds: float) -> None:
        going.set()
        done.wait(5)

    monkeypatch.setattr(access.time, "sleep", wait)
    monkeypatch.setattr(access, "_PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(access, "_TURNS", tuple(threading.Lock() for _ in access._TURNS))
    first = threading.Thread(target=access.tried, args=("wrong", "the right one", "10.0.0.1"))
    first.start()
    assert going.wait(5)
    assert access.tried("the right one", "the right one", "10.0.0.1") is None, "not even looked at"
    done.set()
    first.join(5)
    assert access.tried("the right one", "the right one", "10.0.0.1") is True
    assert access.tried("wrong", "the right one", "10.0.0.1") is False


def test_both_config_files_and_entries_are_the_same() -> None:
    assert (ROOT / ".streamlit/config.toml").read_bytes() == (ROOT / "kpi/ui/entry/.streamlit/config.toml").read_bytes()
    assert (ROOT / "app.py").read_bytes() == (ROOT / "kpi/ui/entry/app.py").read_bytes()
    assert len((ROOT / "app.py").read_text("utf-8").splitlines()) <= 80
