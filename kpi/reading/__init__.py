"""Files → pages and tables: one module a format behind one registry; the format is found by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from kpi.errors import BadInput
from kpi.model import Page
from kpi.reading.detect import detect_format

__all__ = ["FORMATS", "Reading", "Settings", "detect_format", "open_file", "read_pages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to read; the defaults are what `kpi parse` uses."""

    every_page: bool = False
    """Look for tables on every PDF page, not only where the text speaks of performance targets."""
    recognise: bool = True
    """Recognise scanned pages optically where the extra `kpi-atlas[ocr]` is installed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened file: its format, its number of pages (sheets) where it has such, and its pages, read one by one."""

    format: str
    page_count: int | None
    pages: Iterator[Page]


FORMATS: dict[str, tuple[str, str]] = {
    "pdf": ("kpi.reading.pdf", "open_pdf"),
    "docx": ("kpi.reading.word", "open_word"),
    "xlsx": ("kpi.reading.sheet", "open_sheet"),
    "text": ("kpi.reading.plain", "open_text"),
}
"""Format → module and function that opens it; a module is imported only when a file needs it."""


def open_file(path: Path, *, settings: Settings | None = None) -> Reading:
    """Find a file's format by its content and open it.

    Raises:
        BadInput: missing, empty, damaged, protected, or of a format that cannot be read.
        MissingDependency: the format needs a program or library that is not installed.
    """
    name = detect_format(path)
    if name not in FORMATS:
        raise BadInput(
            "不支持的文件格式", where=path.name, found=name,
            advice="支持 PDF、Word、Excel、HTML、文本和 ZIP 文件", code="unsupported_format",
        )  # fmt: skip
    module, function = FORMATS[name]
    opener: Callable[[Path, Settings], Reading] = getattr(import_module(module), function)
    return opener(path, settings or Settings())


def read_pages(path: Path, *, settings: Settings | None = None) -> Iterator[Page]:
    """The pages of a file, released one by one as they are read; raises as `open_file`."""
    yield from open_file(path, settings=settings).pages
