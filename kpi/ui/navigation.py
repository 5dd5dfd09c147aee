"""Which pages there are (导航) and links between them; a page's module is imported when it is opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its module under `kpi.ui` has a function `show`."""

    module: str
    title: str
    icon: str
    path: str
    listed: bool = True


PAGES: Mapping[str, Entry] = {
    entry.module: entry
    for entry in (
        Entry("search", "检索", ":material/search:", ""),
        Entry("detail", "详情", ":material/article:", "detail", listed=False),
        Entry("compare", "对比", ":material/stacked_line_chart:", "compare"),
        Entry("clusters", "指标库", ":material/category:", "clusters"),
        Entry("projects", "项目", ":material/folder_open:", "projects"),
        Entry("review", "审核", ":material/fact_check:", "review"),
        Entry("imports", "导入", ":material/upload_file:", "imports"),
        Entry("overview", "概览", ":material/dashboard:", "overview"),
    )
}


def page_of(module: str, run: Callable[[], None] | None = None) -> Any:
    """The page object of a module, for `st.navigation` and for links."""
    entry = PAGES[module]
    return st.Page(
        run or (lambda: None), title=entry.title, icon=entry.icon, url_path=entry.path, default=not entry.path,
        visibility="visible" if entry.listed else "hidden",
    )  # fmt: skip


def runner(module: str) -> Callable[[], None]:
    """What opening a page runs."""

    def run() -> None:
        importlib.import_module(f"kpi.ui.{module}").show()

    return run


def link(module: str, label: str, state: Mapping[str, Any] | None = None, **options: Any) -> None:
    """A link to a page in a given state; `label` is Markdown, see `kpi.ui.markup.escape`."""
    options.setdefault("icon", "")
    st.page_link(page_of(module), label=label, query_params=to_params(state or {}), **options)


def go(module: str, state: Mapping[str, Any] | None = None) -> None:
    """Open a page in a given state."""
    st.switch_page(page_of(module), query_params=to_params(state or {}))


def to_params(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A state as address parameters; empty values fall out, several values repeat their key."""
    pairs: list[tuple[str, str]] = []
    for name, value in state.items():
        values: Sequence[Any] = value if isinstance(value, (list, tuple)) else [] if value in (None, "") else [value]
        pairs += [(name, str(item)) for item in values]
    return pairs
