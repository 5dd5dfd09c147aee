"""Who may upload (上传准入): only sessions that were let in, and not without end; the framework itself takes files from any session.

Uploaded files stay in the server's memory until their session ends, so strangers must not be able to fill it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_UPLOADS = "/_stcore/upload_file/"
MOST_FILES = 200
"""Files that one session may hold at a time; a department's publication has some tens."""
_MOST_SESSIONS = 10_000
"""Sessions that are remembered; the framework keeps some hundred."""


class Gate:
    """Sessions that were let in, and the files that each holds."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, set[str]] = OrderedDict()
        self._lock = threading.Lock()

    def let_in(self, session: str) -> None:
        """Remember a session that may see the app."""
        with self._lock:
            self._files.setdefault(session, set())
            self._files.move_to_end(session)
            while len(self._files) > _MOST_SESSIONS:
                self._files.popitem(last=False)

    def takes(self, session: str, file: str) -> bool:
        """Whether a session may upload one more file; counts it."""
        with self._lock:
            held = self._files.get(session)
            if held is None or (file not in held and len(held) >= MOST_FILES):
                return False
            held.add(file)
            return True

    def forget(self, session: str, file: str) -> None:
        """A file was taken out of the list again."""
        with self._lock:
            self._files.get(session, set()).discard(file)


gate = Gate()
"""Of this process."""


class GuardedUploads:
    """Refuses uploads of sessions that were not let in, before any of the file is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and _UPLOADS in scope["path"]:
            session, _, file = scope["path"].rpartition(_UPLOADS)[2].partition("/")
            if scope["method"] == "DELETE":
                gate.forget(session, file)
            elif scope["method"] == "PUT" and not gate.takes(session, file):
                await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
                await send({"type": "http.response.body", "body": b""})
                return
        await self._app(scope, receive, send)
