"""Only pages of this server speak to it (同源): requests that pages of others make are refused before the framework sees them.

The framework would ask a host on the internet for this machine's address first, to compare it, and answer nobody meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_NOT_ALLOWED = 1008
"""Code of a closed connection (RFC 6455): against the rules."""


class SameOrigin:
    """Refuses requests and connections whose `Origin` is another than the host that they ask."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif not is_own(_header(scope, b"origin"), _header(scope, b"host")):
            await _refuse(scope["type"], send)
        else:
            if scope["type"] == "http":  # which nothing has to be allowed for
                kept = [(name, value) for name, value in scope["headers"] if name != b"origin"]
                scope = {**scope, "headers": kept}
            await self._app(scope, receive, send)


def is_own(origin: str, host: str) -> bool:
    """Whether a page of this server asks, or no page at all: programs send no origin."""
    if not origin:
        return True
    try:
        asking = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(asking) and asking == host  # browsers write both in lower case


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def _refuse(kind: str, send: Send) -> None:
    if kind == "websocket":
        await send({"type": "websocket.close", "code": _NOT_ALLOWED})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
