"""The server of the app (网页服务): the framework's application with our headers around it, run until it is interrupted."""

from __future__ import annotations

import contextlib
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.ui.memory import limit_heaps

if TYPE_CHECKING:
    from streamlit.starlette import App


def make_app(script: Path, *, hosts: Sequence[str] = (), opened: str = "") -> App:
    """The application.

    Args:
        script: what draws the pages.
        hosts: names by which the server may be addressed; others are refused, so that a foreign page cannot reach an app on
            this machine by a name of its own (DNS rebinding). None: any name, as a proxy may pass on.
        opened: address to open in a browser when the server is up; "" for none.
    """
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from streamlit.starlette import App

    from kpi.ui.headers import SecureAnswers
    from kpi.ui.origin import SameOrigin
    from kpi.ui.upload_gate import GuardedUploads

    middleware = [Middleware(SecureAnswers), Middleware(SameOrigin), Middleware(GuardedUploads)]
    if hosts:
        middleware.insert(1, Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
        if opened:
            threading.Timer(_BROWSER_SECONDS, webbrowser.open, (opened,)).start()
        yield {}

    return App(script, middleware=middleware, lifespan=lifespan)


_BROWSER_SECONDS = 0.5
"""After the server has started, before it accepts connections."""


def run(app: App, settings: Mapping[str, str | int | bool]) -> None:
    """Serve until interrupted; settings beside the script (`.streamlit/config.toml`) hold unless given here."""
    limit_heaps()
    sys.argv = [str(app.script_path)]  # beside which the framework looks for its settings
    app.run(config=settings)
