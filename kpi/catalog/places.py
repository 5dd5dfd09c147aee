"""Where a store is (指标库的位置): a folder, or a URL of any file system that fsspec knows; and its copy on this machine."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

CACHE_VARIABLE = "KPI_CACHE"
"""Environment variable: folder of the copies of stores that are elsewhere."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
"""Two characters at least: `C:\\` and `C:/` are drives."""
_SECRET = re.compile(r"(?<=://)[^/\s]*@")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_READABLE_CHARACTERS = 40
_HASH_DIGITS = 16


def is_url(place: str | os.PathLike[str]) -> bool:
    """Whether a store is named by a URL (`s3://bucket/kpi`) and not by a folder."""
    return isinstance(place, str) and _URL.match(place) is not None and not place.lower().startswith("file://")


def place_of(given: str | os.PathLike[str]) -> Path | str:
    """A store's place as it was given: a URL as text, a folder (also as `file://`) as path."""
    if is_url(given):
        return str(given)
    text = os.fspath(given)
    if text.lower().startswith("file://"):
        parts = urlsplit(text)
        path = unquote(parts.path)
        return Path(path.removeprefix("/") if re.match(r"/[A-Za-z]:", path) else path)
    return Path(text)


def masked(text: str, url: str = "") -> str:
    """A text in which URLs show no user name and password; those of `url` do not show on their own either."""
    secret = _SECRET.search(url)
    plain = text.replace(secret[0], "***@") if secret and secret[0] != "@" else text
    return _SECRET.sub("***@", plain)


def working_copy_folder(url: str) -> Path:
    """Folder on this machine for the copy of a store; the same for all who open it, whatever their credentials."""
    plain = _SECRET.sub("", url).rstrip("/")
    readable = _NOT_IN_NAMES.sub("-", plain)[:_READABLE_CHARACTERS].strip("-")
    digest = hashlib.sha256(plain.encode()).hexdigest()[:_HASH_DIGITS]
    return cache_folder() / f"{readable}-{digest}"


def cache_folder() -> Path:
    """`KPI_CACHE`, else the platform's folder for what can be fetched again."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "kpi-atlas" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kpi-atlas"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kpi-atlas"
