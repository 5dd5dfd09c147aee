"""Which snapshot of a store elsewhere is in force (生效的快照), decided without rename and without locks.

A publishing is decided by one object that is made only if there is none: `commits/<number>.json`. Of two writers on the same
base one makes it, the other cannot publish, however late it wakes up. `CURRENT` follows it, for readers of other programs; one
that lags behind (its writer was killed, or slept between the two) is corrected by looking whether the next commit exists.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass

from kpi.catalog.remote import RemoteObjects
from kpi.errors import StoreError

CURRENT, COMMITS = "CURRENT", "commits"
_NAME = re.compile(r"\d{8,}-[0-9A-Za-z-]+")
_KEPT_COMMITS = 1000
"""Commits that stay. A writer that slept through more of them has long lost its lease."""
_TRIES, _PAUSE_SECONDS = 3, 0.1
"""Where objects are replaced by writing over them (HDFS), one is empty for a moment."""


@dataclass(frozen=True, slots=True)
class Head:
    """The snapshot in force; "" and 0 for a store that has none yet."""

    name: str
    number: int
    """Of the last commit; the next publishing takes the number after it."""


def number_of(name: str) -> int:
    """Running number of a snapshot's name; 0 for other names."""
    return int(name.partition("-")[0]) if _NAME.fullmatch(name) else 0


def read_head(objects: RemoteObjects) -> Head:
    """The snapshot in force: what `CURRENT` says, and the commits after it.

    Raises:
        StoreError: the place does not answer.
    """
    name = _current(objects)
    number = number_of(name)
    while (found := _committed(objects, number + 1)) is not None:
        number += 1
        name = found or name
    return Head(name, number)


def _current(objects: RemoteObjects) -> str:
    if name := _pointer(objects):
        return name
    # a new store, or a writer was killed while it wrote: the commits tell
    numbers = (_number_of_key(stored.key) for stored in objects.stored(COMMITS))
    for number in sorted(numbers, reverse=True):
        if found := _committed(objects, number):
            return found
    return ""


def _pointer(objects: RemoteObjects) -> str:
    """What `CURRENT` says; "" if it says nothing."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            name = objects.read(CURRENT).decode("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""
        if number_of(name):
            return name
    return ""


def _committed(objects: RemoteObjects, number: int) -> str | None:
    """Name that a commit put in force; None if there is no such commit, "" if it was cut off before it said."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            name = json.loads(objects.read(_key(number)))["name"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            continue
        return name if isinstance(name, str) and number_of(name) == number else ""
    return ""


def commit(objects: RemoteObjects, name: str) -> bool:
    """Put a snapshot in force whose objects are all there; returns False when another writer was first.

    Raises:
        StoreError: the place does not answer; the commit was not made, as far as can be told.
    """
    number = number_of(name)
    try:
        made = objects.create(_key(number), json.dumps({"name": name}).encode())
    except StoreError:
        if _committed(objects, number) != name:  # else only the answer was lost
            raise
        return True
    return made or _committed(objects, number) == name  # a repeated request finds what the first one made


def point(objects: RemoteObjects, name: str) -> None:
    """Let `CURRENT` follow a commit, and drop a commit that nobody needs any more; CURRENT never goes back."""
    if number_of(_pointer(objects)) < number_of(name):
        objects.write(CURRENT, f"{name}\n".encode())
    old = number_of(name) - _KEPT_COMMITS
    if old > 0:
        objects.delete(_key(old))


def _key(number: int) -> str:
    return f"{COMMITS}/{number:08d}.json"


def _number_of_key(key: str) -> int:
    digits = key.rpartition("/")[2].removesuffix(".json")
    return int(digits) if digits.isdecimal() else 0
