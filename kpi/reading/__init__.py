"""Files → pages and tables: one module a format behind one registry; the format is found by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

from kpi.errors import BadInput
from kpi.limits import Limits, limits_from
from kpi.model import Page
from kpi.reading.bounds import bounded_pages
from kpi.reading.detect import detect_format
from kpi.reading.extras import suspect_message

__all__ = ["FORMATS", "Reading", "Settings", "detect_format", "open_file", "read_pages", "suspect_message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to read; the defaults are what `kpi parse` uses."""

    every_page: bool = False
    """Look for tables on every PDF page, not only where the text speaks of performance targets."""
    recognise: bool = True
    """Recognise scanned pages optically where the extra `kpi-atlas[ocr]` is installed."""
    limits: Limits = field(default_factory=limits_from)
    """What a file may cost; time and memory are for the worker process to watch."""


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
    "xls": ("kpi.reading.old_sheet", "open_old_sheet"),
    "doc": ("kpi.reading.office", "open_document"),
    "rtf": ("kpi.reading.office", "open_document"),
    "odt": ("kpi.reading.office", "open_document"),
    "ods": ("kpi.reading.office", "open_spreadsheet"),
    "html": ("kpi.reading.web", "open_html"),
    "mht": ("kpi.reading.web", "open_mht"),
    "text": ("kpi.reading.plain", "open_text"),
    "image": ("kpi.reading.ocr", "open_picture"),
}
"""Format → module and function that opens it; a module is imported only when a file needs it."""


_PROTECTED = frozenset({"encrypted_office"})
_UNREADABLE = {
    "rar": "RAR 压缩包", "7z": "7z 压缩包", "gzip": "GZIP 压缩文件", "zip": "ZIP 压缩包", "ofd": "OFD 版式文件",
    "pptx": "PowerPoint 演示文稿", "xlsb": "Excel 二进制工作簿", "ole": "旧版 Office 文件，但不完整，或不是 Word、Excel", "binary": "无法识别的二进制文件",
}  # fmt: skip
_ADVICE = {
    "rar": "请解压，或重新打包为 ZIP", "7z": "请解压，或重新打包为 ZIP", "gzip": "请解压后再解析",
    "zip": "请用 kpi.reading.archive.expand 逐个读取其中的文件",
    "ofd": "请用 OFD 阅读器转换为 PDF", "pptx": "请另存为 PDF", "xlsb": "请另存为 XLSX",
}  # fmt: skip


def open_file(path: Path, *, settings: Settings | None = None) -> Reading:
    """Find a file's format by its content and open it.

    Raises:
        BadInput: missing, empty, damaged, protected, or of a format that cannot be read; reading its pages may raise too.
        LimitReached: it is larger than allowed; reading its pages may raise too.
        MissingDependency: the format needs a program or library that is not installed.
    """
    chosen = settings or Settings()
    name = detect_format(path)
    chosen.limits.check("file_bytes", path.stat().st_size, path.name)
    if name in _PROTECTED:
        raise BadInput(
            "文件有打开密码", where=path.name, found="加密的 Office 文件",
            advice="请用密码打开后另存为不加密的文件", code="password_protected",
        )  # fmt: skip
    if name not in FORMATS:
        raise BadInput(
            "不支持的文件格式", where=path.name, found=_UNREADABLE.get(name, name),
            advice=_ADVICE.get(name, "支持 PDF、Word、Excel、HTML、文本和 ZIP 文件"), code="unsupported_format",
        )  # fmt: skip
    module, function = FORMATS[name]
    opener: Callable[[Path, Settings], Reading] = getattr(import_module(module), function)
    reading = opener(path, chosen)
    chosen.limits.check("pages", reading.page_count or 0, path.name)
    return replace(reading, pages=bounded_pages(reading.pages, chosen.limits, path.name))


def read_pages(path: Path, *, settings: Settings | None = None) -> Iterator[Page]:
    """The pages of a file, released one by one as they are read; raises as `open_file`."""
    yield from open_file(path, settings=settings).pages
