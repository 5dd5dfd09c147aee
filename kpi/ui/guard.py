"""No page shows a stack trace (页面守护): errors of the tool are told in words, a bug by a short number in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

import streamlit as st

from kpi.errors import KpiError
from kpi.ui.markup import escape

_log = logging.getLogger(__name__)


def tell(error: KpiError) -> None:
    """An error with its four parts: what, where, what was there, what to do."""
    lines = [f"**{escape(error.what)}**"]
    lines += [
        f"{title}：{escape(part)}"
        for title, part in (("位置", error.where), ("实际", error.found), ("建议", error.advice))
        if part
    ]
    st.error("  \n".join(lines), icon=":material/error:")


def guarded(run: Callable[[], None]) -> None:
    """Run a page; whatever goes wrong is told in a few words."""
    try:
        run()
    except KpiError as error:
        tell(error)
    except Exception:  # noqa: BLE001 - the one wrapper of pages: the reader gets a number, the log the whole
        number = secrets.token_hex(3).upper()
        _log.exception("page_failed", extra={"incident": number})
        st.error(
            f"**这里出了点问题**  \n编号 {number}。已记录在服务日志中，其他页面不受影响；请重试，或把编号告诉维护者。",
            icon=":material/report:",
        )
