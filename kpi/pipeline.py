"""One file through all stages (解析): the one per-file guard that parse and ingest share."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kpi.extract import extract
from kpi.model import Document
from kpi.reading import detect_format, read_pages

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


def parse(path: str | Path) -> Document:
    """Read one file and return its indicators, projects, warnings and suspect pages.

    Args:
        path: a PDF, Word, Excel, HTML or text file; the format is found by its content.

    Raises:
        BadInput: the file is missing, damaged, protected or empty.
        MissingDependency: the format needs an optional program that is not installed.
    """
    file = Path(path)
    file_format = detect_format(file)
    return extract(read_pages(file), path=file, sha256=file_sha256(file), file_format=file_format)
