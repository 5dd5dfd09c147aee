"""Waiting for something slow (等待): the page says what it waits for, and can be left or asked for something else meanwhile."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

_UNNOTICED_SECONDS = 0.4
"""Shorter waits are not told: a text that flashes up is worse than none."""
_STEP_SECONDS = 0.5
_LOOKERS = 8
"""Reads that may hang on a disk that does not answer; more wait for them."""
_lookers = ThreadPoolExecutor(_LOOKERS, thread_name_prefix="kpi-look")


def wait_for(future: Future[Result], text: str) -> Result:
    """The result of work done in another thread; each step is a point at which the framework can end this run."""
    if not wait([future], _UNNOTICED_SECONDS).done:
        began = time.monotonic() - _UNNOTICED_SECONDS
        place = st.empty()
        while not future.done():
            seconds = int(time.monotonic() - began)
            place.info(f"{text}（已等待 {seconds} 秒）" if seconds else text, icon=":material/hourglass_top:")
            wait([future], _STEP_SECONDS)
        place.empty()
    return future.result()


def looked_up(look: Callable[[], Result], text: str) -> Result:
    """The result of a short read that a slow disk may make long."""
    return wait_for(_lookers.submit(look), text)
