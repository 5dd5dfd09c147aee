"""`kpi serve`: the app in the browser (网页界面)."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from kpi.catalog.places import masked
from kpi.cli.options import log_option, store_option
from kpi.errors import KpiError, UsageError
from kpi.logs import as_json

_log = logging.getLogger(__name__)

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]")
"""Names that requests may use while nobody has to show who they are: a page from elsewhere cannot get in by a name of its own."""
PASSWORD_VARIABLE = "KPI_PASSWORD"  # noqa: S105 - the name of a variable
HEADER_VARIABLE = "KPI_PROXY_HEADER"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_SHORTEST_PASSWORD = 8
_UPLOAD_MEGABYTES = 200


@click.command(epilog="示例：kpi serve --store .kpi --port 8501；KPI_PASSWORD=… kpi serve --host 0.0.0.0")
@store_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="端口。")
@click.option("--host", default="localhost", show_default=True, help="监听地址；非本机地址须设密码或代理请求头。")
@click.option(
    "--proxy-header", default="", envvar=HEADER_VARIABLE, show_envvar=True, metavar="名称",
    help="反向代理认证后写入用户名的请求头；没有它的请求被拒绝。代理须删除外来的同名请求头。",
)  # fmt: skip
@click.option(
    "--max-upload",
    type=click.IntRange(1, 2000),
    default=_UPLOAD_MEGABYTES,
    show_default=True,
    help="单个上传文件的上限，MB。",
)
@log_option
@click.option("--open", "browser", is_flag=True, help="同时打开浏览器。")
def command(store: Path | str, port: int, host: str, proxy_header: str, max_upload: int, browser: bool) -> None:
    """打开网页界面：检索、对比、审核、导入。

    只显示已有的库，本身不导入文件（先用 kpi ingest，或在页面上导入）。密码由环境变量 KPI_PASSWORD 给出，不写在命令行上。
    """
    password = os.environ.get(PASSWORD_VARIABLE, "")
    check_exposure(host, password=password, proxy_header=proxy_header)
    check_free(host, port)
    environment = {
        "KPI_STORE": str(store.resolve()) if isinstance(store, Path) else store,
        HEADER_VARIABLE: proxy_header,
    }
    _tell_started(store, host, port, password=bool(password), proxy_header=proxy_header)
    hosts = () if password or proxy_header else LOCAL_NAMES
    _run(environment, options(host, port, max_upload), hosts=hosts, opened=address_of(host, port) if browser else "")


def address_of(host: str, port: int) -> str:
    """What to type into a browser."""
    shown = "localhost" if host in LOCAL else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _tell_started(store: Path | str, host: str, port: int, *, password: bool, proxy_header: str) -> None:
    place = masked(str(store))
    fields = {"store": place, "host": host, "port": port, "password": password, "proxy_header": proxy_header}
    _log.info("app_started", extra=fields)
    if not as_json():
        click.echo(f"绩标通：{address_of(host, port)}　指标库：{place}　（Ctrl+C 结束）", err=True)


def check_exposure(host: str, *, password: str, proxy_header: str) -> None:
    """Refuse to listen where others can reach the app unless they have to show who they are.

    Raises:
        UsageError: another address without password or proxy header, a short password, no name of a header.
    """
    if proxy_header and not _HEADER.fullmatch(proxy_header):
        raise UsageError("请求头的名称不对", found=proxy_header, advice="如 X-Forwarded-User")
    if password and len(password) < _SHORTEST_PASSWORD:
        raise UsageError("密码太短", found=f"{len(password)} 个字符", advice=f"至少 {_SHORTEST_PASSWORD} 个字符")
    if host not in LOCAL and not password and not proxy_header:
        raise UsageError(
            "没有设置密码，不能监听本机以外的地址", found=host,
            advice=f"设置环境变量 {PASSWORD_VARIABLE}，或用 --proxy-header 指定反向代理认证后的请求头；只在本机使用请去掉 --host",
        )  # fmt: skip


def check_free(host: str, port: int) -> None:
    """Tell in words where the server cannot listen, instead of leaving it to the framework.

    Raises:
        UsageError: the port is taken, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:  # UnicodeError: what cannot be a host's name
            raise UsageError(
                "不能在这个地址和端口上监听", found=f"{host}:{port}，{getattr(error, 'strerror', '') or error}",
                advice="端口可能已被占用：用 --port 换一个；或检查 --host",
            ) from error  # fmt: skip


def options(host: str, port: int, max_upload: int) -> dict[str, str | int | bool]:
    """Settings of the server that the command line decides; look and the rest stand in its config file."""
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.maxUploadSize": max_upload,
        "browser.serverAddress": "localhost" if host in LOCAL or host in {"0.0.0.0", "::"} else host,  # noqa: S104 - compared
    }


def _run(
    environment: Mapping[str, str], settings: Mapping[str, str | int | bool], *, hosts: Sequence[str], opened: str
) -> None:  # fmt: skip
    """Run the server in this process until it is interrupted."""
    import kpi.ui.entry
    from kpi.ui.server import make_app, run

    os.environ.update({name: value for name, value in environment.items() if value})
    threading.Thread(target=_warm, daemon=True).start()
    script = Path(kpi.ui.entry.__file__).parent / "app.py"
    run(make_app(script, hosts=hosts, opened=opened), settings)


# What the first page needs; imported before someone asks for it.
_FIRST = ("altair", "pandas", "kpi.ui.search", "kpi.ui.detail")


def _warm() -> None:
    """Load what the first visitor would wait for: libraries, the store and its index."""
    import importlib

    # it tells that there is no server yet, which is why this is done
    logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
    for module in _FIRST:
        importlib.import_module(module)
    from kpi.ui.stores import open_newest

    with contextlib.suppress(KpiError):  # the page tells it to the visitor
        open_newest()
