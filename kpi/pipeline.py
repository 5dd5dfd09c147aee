"""One file through all stages (解析), and a batch of files of which none stops the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kpi.errors import BadInput, MissingDependency
from kpi.extract import extract
from kpi.model import Document, Page
from kpi.reading import detect_format, read_pages
from kpi.reading.archive import expand
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


def parse(path: str | Path, *, shown: str = "") -> Document:
    """Read one file and return its indicators, projects, warnings and suspect pages.

    Args:
        path: a PDF, Word, Excel, HTML or text file; the format is found by its content.
        shown: the path that records print, where it is not the file's own (a member of an archive).

    Raises:
        BadInput: the file is missing, damaged, protected or empty.
        MissingDependency: the format needs an optional program that is not installed.
    """
    file = Path(path)
    file_format = detect_format(file)
    return extract(
        pages_of(file), path=Path(shown) if shown else file, sha256=file_sha256(file), file_format=file_format
    )


def pages_of(path: str | Path) -> Iterator[Page]:
    """A file's pages with their tables, as `parse` sees them: plain text with its tables put together."""
    file = Path(path)
    pages = read_pages(file)
    if detect_format(file) != "text":
        return pages
    return (replace(page, tables=lines_to_tables(page.lines)) for page in pages)


def parse_all(path: str | Path) -> Iterator[tuple[str, Document | BadInput | MissingDependency]]:
    """As `parse`, but an archive gives each of its documents, and one that cannot be read gives its error.

    Yields:
        Path as shown (`archive.zip/folder/name.pdf` for members) and the document or why there is none.
    """
    file = Path(path)
    if detect_format(file) != "zip":
        yield str(file), parse(file)
        return
    for member in expand(file):
        shown = f"{file}/{member.name}"
        if member.path is None:
            yield shown, member.error or BadInput("压缩包内的文件无法取出", where=shown)
            continue
        try:
            yield shown, parse(member.path, shown=shown)
        except (BadInput, MissingDependency) as error:
            error.where = shown
            yield shown, error
