"""What answers of the server tell browsers (安全响应头): nothing is loaded from elsewhere, nothing is embedded elsewhere.

A plain ASGI middleware around the framework's own application. The page itself is also given its language and title, which
stand in a file of the framework.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""On every answer."""

# The charts compile their expressions ('unsafe-eval') and the widgets write their styles into the page ('unsafe-inline');
# both belong to the framework. Scripts come from this server only; the page's own inline script is named by its hash.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
"""For pictures and downloads: whatever a document holds, it runs nothing when it is opened by itself."""
_FILES = "/media/"
_CLOSED = ("/_stcore/metrics", "/_stcore/agent/")
"""Figures of the server and remote control: nobody needs them here."""
_LANGUAGE, _TITLE = "zh-CN", "绩标通"
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOT_FORWARDED = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})
"""The page is changed on its way, so it is asked for whole and plain; it has 8 KB."""


class SecureAnswers:
    """Adds the headers, and closes what nobody needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(_CLOSED):
            await _refuse(send)
        else:
            if _asks_for_page(scope):
                kept = [(name, value) for name, value in scope["headers"] if name not in _NOT_FORWARDED]
                scope = {**scope, "headers": kept}
            await self._app(scope, receive, _Answer(scope["path"], send))


class _Answer:
    """One answer on its way: a page is collected and changed, everything else passes with more headers."""

    def __init__(self, path: str, send: Send) -> None:
        self._path, self._send = path, send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = _with(message["headers"], COMMON)
            if self._path.startswith(_FILES):
                headers = _with(headers, {"Content-Security-Policy": FILE_POLICY})
            message = {**message, "headers": headers}
            if _is_page(message):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        page, policy = prepare_page(self._body.decode())
        body = page.encode()
        kept = [
            (name, value) for name, value in start["headers"] if name.lower() not in {b"etag", b"last-modified", b"content-length"}
        ]  # fmt: skip
        own = {"Content-Security-Policy": policy, "Content-Length": str(len(body))}
        await self._send({**start, "headers": _with(kept, own)})
        await self._send({"type": "http.response.body", "body": body})


def prepare_page(page: str) -> tuple[str, str]:
    """The framework's page in our language and with our title, and the policy that lets its inline scripts run."""
    page = page.replace('<html lang="en">', f'<html lang="{_LANGUAGE}">').replace(
        "<title>Streamlit</title>", f"<title>{_TITLE}</title>"
    )
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return page, _PAGE_POLICY.format(scripts=scripts)


def _asks_for_page(scope: Scope) -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return scope["method"] == "GET" and b"text/html" in accepted and not scope["path"].startswith(_FILES)


def _is_page(start: Message) -> bool:
    found = {name.lower(): value for name, value in start["headers"]}
    return (
        start["status"] == 200
        and found.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in found
        and b"content-disposition" not in found
    )


def _with(headers: list[tuple[bytes, bytes]], more: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers with others set in their place."""
    names = {name.lower().encode() for name in more}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return [*kept, *((name.lower().encode(), value.encode("latin-1")) for name, value in more.items())]


async def _refuse(send: Send) -> None:
    headers = _with([(b"content-length", b"0")], COMMON)
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
