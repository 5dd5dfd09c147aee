"""What a file costs while it is read, against the limits: pages, places of tables, long cells, what packages unpack to."""

from __future__ import annotations

import copy
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kpi.limits import Limits
from kpi.model import Page

_BLOCK = 1 << 20


def bounded_pages(pages: Iterable[Page], limits: Limits, where: str) -> Iterator[Page]:
    """The same pages, until there are too many of them, their tables are too large, or a cell is too long.

    Raises:
        LimitReached: limit `pages`, `cells` or `cell_characters`.
    """
    cells = 0
    for number, page in enumerate(pages, start=1):
        limits.check("pages", number, where)
        for table in page.tables:
            cells += max(table.row_count * table.column_count, len(table.cells))
            place = f"{where} 第 {page.number} 页" if page.number else where
            limits.check("cells", cells, place)
            limits.check("cell_characters", max((len(cell.text) for cell in table.cells), default=0), place)
        yield page


def check_package(path: Path, limits: Limits, *, xml_only: bool) -> None:
    """Count what a file that is a ZIP package (DOCX, XLSX, ODT, ODS) unpacks to, before anything else unpacks it.

    What its directory says of sizes may be false, so the bytes are counted as they come out.

    Args:
        path: the package.
        limits: where `unpacked_bytes` stands.
        xml_only: count the parts that the readers look at, not pictures.

    Raises:
        LimitReached: limit `unpacked_bytes`.
        zipfile.BadZipFile: the directory is damaged; damaged parts are left to who reads them.
    """
    total = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if xml_only and not info.filename.lower().endswith((".xml", ".rels")):
                continue
            for size in _block_sizes(archive, info):
                total += size
                if limits.exceeded("unpacked_bytes", total):
                    raise limits.reached("unpacked_bytes", f"{path.name} 中的 {info.filename}")


def _block_sizes(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[int]:
    """Sizes of a part's blocks as they unpack; ends at damage."""
    honest = copy.copy(info)
    honest.file_size = 1 << 62  # the stated size would end the reading too early
    try:
        with archive.open(honest) as stream:
            while block := stream.read(_BLOCK):
                yield len(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
        return
