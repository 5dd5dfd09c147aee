"""How high a table is drawn (表高): as high as its rows, scrolling beyond a limit."""

from __future__ import annotations

from typing import Literal

_ROW, _HEADER = 35, 36
"""Pixels of a row and of the heading, as the framework draws them."""


def table_height(rows: int, most: int) -> int | Literal["content"]:
    """Height for `st.dataframe`."""
    return "content" if _HEADER + _ROW * rows <= most else most
