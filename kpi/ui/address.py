"""The address is the state (网址即状态): widgets take their value from the URL and write it back when a person changes them.

Copying the address restores a view; going back or forward changes the address and thereby the widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

PAGE = "page"
_LONGEST = 2000
"""Characters of one value; browsers and proxies cut addresses beyond some thousand."""


def text(name: str, default: str = "") -> str:
    """One value of the address."""
    value = st.query_params.get(name)
    return default if value is None else value[:_LONGEST]


def texts(name: str) -> list[str]:
    """All values of a repeated key, each once."""
    return list(dict.fromkeys(value[:_LONGEST] for value in st.query_params.get_all(name)))


def number(name: str) -> float | None:
    """A number of the address; None when absent or no number."""
    try:
        value = float(text(name))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def whole(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number of the address, kept between `low` and `high`."""
    try:
        value = int(text(name))
    except ValueError:
        return default
    return min(max(value, low), high)


def choice(name: str, allowed: Sequence[str], default: str = "") -> str:
    """One of the allowed values; the default for anything else."""
    value = text(name)
    return value if value in allowed else default


def everything() -> dict[str, list[str]]:
    """The whole state of this address."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def changed(state: Mapping[str, Sequence[str]], changes: Mapping[str, Any]) -> dict[str, list[str]]:
    """A state with changes: None or nothing removes a key; any change but that of the page leads back to page 1."""
    result = {name: list(values) for name, values in state.items()}
    if any(name != PAGE for name in changes):
        result.pop(PAGE, None)
    for name, value in changes.items():
        values = value if isinstance(value, (list, tuple)) else [] if value is None else [str(value)]
        if values:
            result[name] = [str(item) for item in values]
        else:
            result.pop(name, None)
    return result


def change(**changes: Any) -> None:
    """Write changes to the address of this view."""
    before = everything()
    after = changed(before, changes)
    if after != before:
        st.query_params.from_dict(after)


def key_of(name: str) -> str:
    """Widget key of a value of the address."""
    return f"address-{name}"


def bind(name: str, value: Any, write: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
    """Arguments that tie a widget to a key of the address: give it the value, write what a person makes of it.

    Args:
        name: key of the address.
        value: what the widget shows now.
        write: from the widget's value to that of the address; None removes the key.
    """
    key = key_of(name)
    st.session_state[key] = value

    def store() -> None:
        change(**{name: write(st.session_state[key])})

    return {"key": key, "on_change": store}
