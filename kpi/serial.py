"""One parsed document as JSON and back (解析结果的存取), without loss; the form in which `parsed/` keeps results.

The indicators stand as records (`indicator_to_record`), so that publishing reads them without building dataclasses.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import json
import types
import typing
import zlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kpi.errors import StoreError
from kpi.model import Box, Document, indicator_to_record, record_to_indicator

SERIAL_VERSION = 1
"""Raised whenever the form changes; a result of another version is parsed again."""

DAMAGED_RESULT = "damaged_result"
"""Code of the error for bytes that are no whole document."""

_GZIP_LEVEL = 6
"""Measured on a document of 189 records, 237 KB: level 1 → 24.5 KB in 0.8 ms, 6 → 19.9 KB in 1.6 ms, 9 → 19.2 KB in
4.4 ms."""


def document_to_plain(document: Document) -> dict[str, Any]:
    """A document as JSON-ready values: `version`, `document` (all fields but the indicators), `indicators` (records)."""
    body = {
        item.name: _to_plain(getattr(document, item.name))
        for item in dataclasses.fields(Document)
        if item.name != "indicators"
    }
    return {
        "version": SERIAL_VERSION,
        "document": body,
        "indicators": [indicator_to_record(indicator) for indicator in document.indicators],
    }


def plain_to_document(plain: Mapping[str, Any]) -> Document:
    """The inverse of `document_to_plain`.

    Raises:
        StoreError: the values were written by another version of the form.
    """
    check_version(plain)
    body = dict(plain["document"])
    hints = _hints(Document)
    values = {name: _from_plain(value, hints[name]) for name, value in body.items()}
    indicators = tuple(record_to_indicator(record, sha256=body["sha256"]) for record in plain["indicators"])
    return Document(indicators=indicators, **values)


def check_version(plain: Mapping[str, Any]) -> None:
    """Raise `StoreError` unless `plain` has this program's form."""
    version = plain.get("version")
    if version != SERIAL_VERSION:
        raise StoreError(
            "解析结果的格式版本不符",
            found=f"版本 {version}，需要 {SERIAL_VERSION}",
            advice="重新运行 kpi ingest，文件会被重新解析",
            code="serial_version",
        )


def document_to_bytes(document: Document) -> bytes:
    """Compressed JSON of a document; the same document gives the same bytes. Half a surrogate pair becomes `?`."""
    text = json.dumps(document_to_plain(document), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8", "replace"), _GZIP_LEVEL, mtime=0)


def bytes_to_plain(data: bytes) -> dict[str, Any]:
    """Read what `document_to_bytes` wrote, without building dataclasses.

    Raises:
        StoreError: damaged data or another version of the form.
    """
    try:
        plain = json.loads(gzip.decompress(data).decode("utf-8"))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise StoreError(
            "解析结果已损坏", found=str(error), advice="重新运行 kpi ingest 导入该文件", code=DAMAGED_RESULT
        ) from error
    if not isinstance(plain, dict):
        raise StoreError(
            "解析结果已损坏", found=type(plain).__name__, advice="重新运行 kpi ingest 导入该文件", code=DAMAGED_RESULT
        )
    check_version(plain)
    return plain


def bytes_to_document(data: bytes) -> Document:
    """The inverse of `document_to_bytes`."""
    return plain_to_document(bytes_to_plain(data))


def _to_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _to_plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    return value


def _from_plain(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    hint = _without_none(hint)
    if typing.get_origin(hint) is tuple:
        (item_hint, *_) = typing.get_args(hint)
        return tuple(_from_plain(item, item_hint) for item in value)
    if hint is Box:
        return Box(*value)
    if hint is Decimal:
        return Decimal(value)
    if hint is date:
        return date.fromisoformat(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{name: _from_plain(item, hints[name]) for name, item in value.items()})
    return value


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (kept,) = (item for item in typing.get_args(hint) if item is not type(None))
        return kept
    return hint


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
