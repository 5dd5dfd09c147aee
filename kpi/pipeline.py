"""One file through all stages (解析)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kpi.extract import extract
from kpi.limits import Limits, limits_from
from kpi.model import Document, Page
from kpi.reading import Settings, detect_format, read_pages
from kpi.tables.exports import lines_to_tables

PARSER_VERSION = "1"
"""Raised whenever the same file may give other records; stores keep results by it."""
_CHUNK = 1 << 20


def file_sha256(path: Path) -> str:
    """Hex digest of a file's content, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def parse(path: str | Path, *, shown: str = "", limits: Limits | None = None) -> Document:
    """Read one file and return its indicators, projects, warnings and suspect pages.

    Args:
        path: a PDF, Word, Excel, HTML or text file; the format is found by its content.
        shown: the path that records print, where it is not the file's own (a member of an archive).
        limits: what the file may cost, as the environment says by default; time and memory are limited in worker
            processes only (`kpi.ingest`, `kpi.ingestion.ProcessExecutor`).

    Raises:
        BadInput: the file is missing, damaged, protected or empty.
        LimitReached: it is larger, or more deeply nested, than allowed.
        MissingDependency: the format needs an optional program that is not installed.
    """
    file = Path(path)
    allowed = limits or limits_from()
    file_format = detect_format(file)
    try:
        return extract(
            pages_of(file, limits=allowed),
            path=Path(shown) if shown else file, sha256=file_sha256(file), file_format=file_format,
        )  # fmt: skip
    except RecursionError as error:
        raise allowed.reached("nesting", file.name) from error


def pages_of(path: str | Path, *, limits: Limits | None = None) -> Iterator[Page]:
    """A file's pages with their tables, as `parse` sees them: plain text with its tables put together."""
    file = Path(path)
    pages = read_pages(file, settings=Settings(limits=limits or limits_from()))
    if detect_format(file) != "text":
        return pages
    return (replace(page, tables=lines_to_tables(page.lines)) for page in pages)
