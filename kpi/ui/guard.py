"""No page shows a stack trace (页面守护): errors of the tool are told in words, a bug by a short number in the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

import streamlit as st

from kpi.errors import KpiError, StoreError
from kpi.ui import stores
from kpi.ui.markup import escape

_log = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 5.0
_STARTED_OVER, _WAITING = "page-started-over", "awaiting-store"


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
    """Run a page; whatever goes wrong is told in a few words. The stores that it reads stay open until it is drawn."""
    with stores.reading():
        try:
            run()
        except KpiError as error:
            _start_over(isinstance(error, StoreError))
            tell(error)
            if isinstance(error, StoreError):
                _await_store()
        except Exception:  # noqa: BLE001 - the one wrapper of pages: the reader gets a number, the log the whole
            _start_over(wanted=True)
            number = secrets.token_hex(3).upper()
            _log.exception("page_failed", extra={"incident": number})
            st.error(
                f"**这里出了点问题**  \n编号 {number}。已记录在服务日志中，其他页面不受影响；请重试，或把编号告诉维护者。",
                icon=":material/report:",
            )
        else:
            st.session_state.pop(_STARTED_OVER, None)


def _start_over(wanted: bool) -> None:
    """Draw the page once more where the store was replaced or taken away while it was drawn: that was the reason then."""
    if wanted and not st.session_state.get(_STARTED_OVER) and stores.moved_on():
        st.session_state[_STARTED_OVER] = True
        _log.info("page_started_over")
        st.rerun()


def _await_store() -> None:
    """Look for the store from time to time and go on by itself when it is back."""
    st.caption("恢复后本页会自动继续，不需要重新打开。")

    @st.fragment(run_every=_LOOK_AGAIN_SECONDS)
    def look_again() -> None:
        if st.session_state.pop(_WAITING, False) and stores.answers():
            st.rerun()
        st.session_state[_WAITING] = True

    st.session_state.pop(_WAITING, None)
    look_again()
