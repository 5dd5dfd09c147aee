"""Who may come in (访问控制): anyone on this machine by default; with a password or behind a proxy's header when shared.

`kpi serve` refuses to listen on other addresses unless one of the two is set.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import threading
import time

import streamlit as st

_log = logging.getLogger(__name__)

PASSWORD_VARIABLE = "KPI_PASSWORD"  # noqa: S105 - the name of a variable
HEADER_VARIABLE = "KPI_PROXY_HEADER"
_ADMITTED = "admitted"
_WRONG_SECONDS = 1.0
"""Wait after a wrong password: guessing stays slow, a typing error costs little."""
_PATIENCE_SECONDS = 5.0
"""Wait for one's turn after wrong passwords of others."""
_TURNS = tuple(threading.Lock() for _ in range(64))
"""By the address that tries; some share one."""


def admitted() -> bool:
    """Whether this session may see the app; draws the request for a password otherwise."""
    header, password = os.environ.get(HEADER_VARIABLE, ""), os.environ.get(PASSWORD_VARIABLE, "")
    if header and not st.context.headers.get(header):
        _log.warning("proxy_header_missing", extra={"address": st.context.ip_address})
        st.error("请通过单位的统一入口访问本系统。", icon=":material/lock:")
        return False
    if not password or st.session_state.get(_ADMITTED):
        return True
    return _ask(password)


def _ask(password: str) -> bool:
    with st.container(key="entry", horizontal_alignment="center"), st.form("entry-form", width=360):
        st.markdown("### 绩标通")
        typed = st.text_input("访问密码", type="password", autocomplete="current-password")
        sent = st.form_submit_button("进入", type="primary", width="stretch")
        if sent:
            right = tried(typed or "", password, st.context.ip_address or "")
            if right:
                st.session_state[_ADMITTED] = True
                st.rerun()
            _log.warning("password_refused", extra={"address": st.context.ip_address})
            st.error("密码不正确" if right is not None else "正在尝试的人太多，请稍后再试")
    return False


def tried(typed: str, password: str, address: str) -> bool | None:
    """Whether a password is right; None where others from the same address try all the time.

    One try at a time from an address, and a wrong one takes a second: asking in many windows at once is no quicker.
    """
    turn = _TURNS[hash(address) % len(_TURNS)]
    if not turn.acquire(timeout=_PATIENCE_SECONDS):
        return None
    try:
        if same(typed, password):
            return True
        time.sleep(_WRONG_SECONDS)
        return False
    finally:
        turn.release()


def same(typed: str, password: str) -> bool:
    """Whether two passwords are equal, in a time that tells nothing of them."""
    return hmac.compare_digest(hashlib.sha256(typed.encode()).digest(), hashlib.sha256(password.encode()).digest())
