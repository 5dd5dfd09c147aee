"""What the server of the app answers: headers, the page's language, names it may be addressed by, what is closed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

import kpi.ui.entry
from kpi.cli.serve import LOCAL_NAMES, address_of
from kpi.ui.headers import COMMON, FILE_POLICY, SecureAnswers, prepare_page
from kpi.ui.origin import SameOrigin
from kpi.ui.upload_gate import MOST_FILES, GuardedUploads, gate

SCRIPT = Path(kpi.ui.entry.__file__).parent / "app.py"
PAGE = '<!DOCTYPE html>\n<html lang="en"><head><title>Streamlit</title><script>a = 1</script></head></html>'


@dataclass(frozen=True)
class Answered:
    """One answer as a browser gets it."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Client:
    """Asks an ASGI application without a network."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answered:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asked = [
            (name.lower().encode(), value.encode()) for name, value in {"Host": "localhost", **(headers or {})}.items()
        ]
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": asked,
            "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        asyncio.run(self._app(scope, receive, send))
        start, *rest = sent
        got = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answered(start["status"], got, b"".join(message.get("body", b"") for message in rest))


@pytest.fixture(scope="module")
def plain() -> Client:
    """The middleware around an application that answers in the ways of the framework's."""

    async def page(_request: object) -> Response:
        return HTMLResponse(PAGE, headers={"ETag": '"old"', "Last-Modified": "Sat, 01 Jan 2022 00:00:00 GMT"})

    async def picture(_request: object) -> Response:
        return Response(b"<svg/>", media_type="image/svg+xml")

    async def download(_request: object) -> Response:
        return HTMLResponse(PAGE, headers={"Content-Disposition": 'attachment; filename="a.html"'})

    async def healthy(request: object) -> Response:
        return PlainTextResponse("ok")

    routes = [
        Route("/", page),
        Route("/media/a.svg", picture),
        Route("/media/a.html", download),
        Route("/_stcore/health", healthy),
    ]
    return Client(SecureAnswers(Starlette(routes=routes)))


@pytest.mark.parametrize(
    "path", ["/", "/media/a.svg", "/media/a.html", "/_stcore/health", "/nothing", "/_stcore/metrics"]
)
def test_every_answer_has_the_common_headers(path: str, plain: Client) -> None:
    answer = plain.get(path)
    assert {name: answer.headers.get(name.lower()) for name in COMMON} == COMMON


def test_page_is_chinese_and_loads_nothing_from_elsewhere(plain: Client) -> None:
    answer = plain.get("/", headers={"Accept": "text/html"})
    assert '<html lang="zh-CN">' in answer.text
    assert "<title>绩标通</title>" in answer.text
    assert len(answer.content) == int(answer.headers["content-length"])
    assert "etag" not in answer.headers, "the page would be answered with 304 after an update of ours"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["object-src"] == "'none'"
    # sha256 of `a = 1`, by openssl
    assert "'sha256-tbwf/ZCRL7GL7259gJCRksemSSiWMgFW1n+68QTGVEo='" in policy["script-src"]
    assert "unsafe-inline" not in policy["script-src"]
    assert not re.search(r"https?:|\*", answer.headers["content-security-policy"])


@pytest.mark.parametrize("path", ["/media/a.svg", "/media/a.html"])
def test_files_of_documents_run_nothing(path: str, plain: Client) -> None:
    answer = plain.get(path, headers={"Accept": "text/html"})
    assert answer.headers["content-security-policy"] == FILE_POLICY
    assert "zh-CN" not in answer.text, "a download was changed"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_nobody_needs_is_closed(path: str, plain: Client) -> None:
    assert plain.get(path).status_code == 404


def test_page_of_the_framework_is_understood() -> None:
    """The framework's own page: an update that words it otherwise must not slip through."""
    import streamlit

    page, policy = prepare_page((Path(streamlit.__file__).parent / "static/index.html").read_text("utf-8"))
    assert '<html lang="zh-CN">' in page
    assert "<title>绩标通</title>" in page
    assert policy.count("'sha256-") == len(re.findall(r"<script>", page))
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page), "the page itself loads from elsewhere"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param("localhost:8501", 200, id="localhost"),
        pytest.param("127.0.0.1:8501", 200, id="address"),
        pytest.param("[::1]:8501", 200, id="IPv6"),
        pytest.param("evil.example:8501", 400, id="a foreign name for this machine"),
        pytest.param("localhost.evil.example", 400, id="a foreign name that begins like ours"),
    ],
)
def test_local_app_answers_to_local_names_only(name: str, status: int) -> None:
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    async def page(_request: object) -> Response:
        return PlainTextResponse("ok")

    app = TrustedHostMiddleware(Starlette(routes=[Route("/", page)]), allowed_hosts=list(LOCAL_NAMES))
    assert Client(app).get("/", headers={"Host": name}).status_code == status


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("localhost", "http://localhost:8501", id="local"),
        pytest.param("::1", "http://localhost:8501", id="local IPv6"),
        pytest.param("10.1.2.3", "http://10.1.2.3:8501", id="another"),
        pytest.param("fe80::1", "http://[fe80::1]:8501", id="IPv6 in brackets"),
    ],
)
def test_address_to_type(host: str, address: str) -> None:
    assert address_of(host, 8501) == address


def test_application_has_the_middleware() -> None:
    from kpi.ui.server import make_app

    app = make_app(SCRIPT, hosts=LOCAL_NAMES)
    names = [item.cls.__name__ for item in app._user_middleware]
    assert names == ["SecureAnswers", "TrustedHostMiddleware", "SameOrigin", "GuardedUploads"]


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        pytest.param("", "localhost:8501", True, id="no page"),
        pytest.param("http://localhost:8501", "localhost:8501", True, id="this machine"),
        pytest.param("https://kpi.example.gov.cn", "kpi.example.gov.cn", True, id="behind a proxy"),
        pytest.param("http://[::1]:8501", "[::1]:8501", True, id="IPv6"),
        pytest.param("http://localhost:3000", "localhost:8501", False, id="another program on this machine"),
        pytest.param("https://evil.example", "localhost:8501", False, id="a page from elsewhere"),
        pytest.param("http://localhost:8501.evil.example", "localhost:8501", False, id="a name that begins like ours"),
        pytest.param("null", "localhost:8501", False, id="a page without an origin"),
        pytest.param("http://[", "localhost:8501", False, id="no address"),
    ],
)
def test_only_own_pages_speak_to_the_server(origin: str, host: str, own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The framework decides whom it lets in; whom it would ask a host on the internet about never gets there."""
    from streamlit import net_util
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

    monkeypatch.setattr(net_util, "get_external_ip", lambda: pytest.fail("a host on the internet was asked"))
    seen: list[bytes] = []

    async def app(scope: Any, _receive: object, send: Any) -> None:
        seen.extend(name for name, _ in scope["headers"])
        if scope["type"] == "websocket":
            assert _is_origin_allowed(origin or None, host)
            await send({"type": "websocket.accept"})
        else:
            await PlainTextResponse("ok")(scope, _receive, send)

    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    assert Client(SameOrigin(app)).get("/", headers=headers).status_code == (200 if own else 403)
    assert b"origin" not in seen, "the framework looks a request's origin up as well"
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    listed = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(SameOrigin(app)({"type": "websocket", "headers": listed}, None, send))  # type: ignore[arg-type]
    assert sent[0]["type"] == ("websocket.accept" if own else "websocket.close")


@pytest.fixture(scope="module")
def guarded_uploads() -> Client:
    async def store(_request: object) -> Response:
        return PlainTextResponse("stored", status_code=200)

    route = Route("/_stcore/upload_file/{session}/{file}", store, methods=["PUT", "DELETE"])
    return Client(GuardedUploads(Starlette(routes=[route])))


def test_strangers_cannot_upload(guarded_uploads: Client) -> None:
    assert guarded_uploads.get("/_stcore/upload_file/stranger/1", method="PUT").status_code == 403
    gate.let_in("guest")
    assert guarded_uploads.get("/_stcore/upload_file/guest/1", method="PUT").status_code == 200


def test_one_session_cannot_upload_without_end(guarded_uploads: Client) -> None:
    gate.let_in("greedy")

    def put(file: int) -> int:
        return guarded_uploads.get(f"/_stcore/upload_file/greedy/{file}", method="PUT").status_code

    assert {put(file) for file in range(MOST_FILES)} == {200}
    assert put(MOST_FILES) == 403
    assert put(0) == 200, "the same file once more"
    assert guarded_uploads.get("/_stcore/upload_file/greedy/0", method="DELETE").status_code == 200
    assert put(MOST_FILES) == 200
