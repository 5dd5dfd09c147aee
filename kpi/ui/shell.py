"""The frame around every page (外框): title, style, entry check, navigation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpi.logs import configure
from kpi.ui.access import admitted
from kpi.ui.guard import guarded
from kpi.ui.navigation import PAGES, page_of, runner
from kpi.ui.upload_gate import gate

_HERE = Path(__file__).parent
UPLOADED = {"imports": "imports", "review-upload": "review"}
"""What a session keeps of uploaded files, and the page that shows it."""


def main() -> None:
    """Draw the app in the state of its address."""
    configure()
    st.set_page_config(
        page_title="绩标通",
        page_icon=str(_HERE / "icon.svg"),
        layout="wide",
        menu_items={"about": "绩标通：公开预算绩效指标的检索、对比与审核"},
    )
    st.html(_HERE / "style.css")
    if not admitted():
        return
    if context := get_script_run_ctx():
        gate.let_in(context.session_id)
    st.logo(_HERE / "logo.svg", size="large", icon_image=_HERE / "icon.svg")
    chosen = st.navigation([page_of(module, _guarded(module)) for module in PAGES], position="top")
    for state, page in UPLOADED.items():
        if chosen.url_path != page:
            st.session_state.pop(state, None)  # the framework forgets the files as well when their page is left
    chosen.run()


def _guarded(module: str) -> Callable[[], None]:
    run = runner(module)
    return lambda: guarded(run)
