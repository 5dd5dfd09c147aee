"""Pages of a file → `Document`: logical tables, projects, units and indicators with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from kpi.extract.identity import document_identity
from kpi.extract.prose import extract_prose
from kpi.extract.tables import Extracted, Origin, document_units, extract_table
from kpi.model import Document, Page, SuspectPage, Table
from kpi.reading import suspect_message
from kpi.regions import find_region
from kpi.tables.amounts import printed_scale
from kpi.tables.blocks import is_project_code, split_code
from kpi.tables.prose import read_prose
from kpi.tables.stitch import Stitcher
from kpi.text import fold, squeeze

_HEADER_PAIR = (("三级指标", "指标名称", "绩效指标"), ("指标值", "目标值"))
"""A printed line with a word of each looks like the header of a 绩效目标 table."""
_NAME_LIKE = re.compile("[\u4e00-\u9fff]{2}")
_SENTENCE = re.compile("[，。；]")
TITLE_LINES = 400
"""Lines from the start of a document among which its title stands: cover, contents, heads of parts."""
HEADER_LINE = 60
"""Characters; a longer line that has the words is a sentence about indicators, not a header."""


@dataclass(slots=True)
class _Walk:
    """What is kept of pages that are released as they are done."""

    stitcher: Stitcher = field(default_factory=Stitcher)
    lines: list[tuple[int | None, str]] = field(default_factory=list)
    suspects: list[SuspectPage] = field(default_factory=list)
    looks: list[int | None] = field(default_factory=list)
    codes: dict[str, set[str]] = field(default_factory=dict)
    scale: Decimal | None = None
    pages: int = 0

    def add(self, page: Page) -> None:
        self.pages += 1
        self.lines.extend((page.number, line) for line in page.lines)
        self.stitcher.add_page(page)
        if page.suspect:
            self.suspects.append(SuspectPage(page.number, page.suspect, suspect_message(page.suspect)))
        for table in page.tables:
            self.scale = self.scale or printed_scale(table.before)
            self._note_codes(table)
        if _looks_like_table(page):
            self.looks.append(page.number)

    def _note_codes(self, table: Table) -> None:
        """Texts that stand in one row with a project code (项目支出表: 编码, 类型, 名称, …)."""
        rows: dict[int, list[str]] = {}
        for cell in table.cells:
            rows.setdefault(cell.row, []).append(squeeze(cell.text))
        for texts in rows.values():
            pairs = [split_code(text) for text in texts]
            codes = [text for text in texts if is_project_code(text)] + [code for code, _ in pairs if code]
            if len(codes) != 1:
                continue
            for text in [*texts, *(name for code, name in pairs if code)]:
                if _NAME_LIKE.search(text):
                    self.codes.setdefault(fold(text), set()).add(codes[0])


def extract(pages: Iterable[Page], *, path: Path, sha256: str, file_format: str) -> Document:
    """All records of one file.

    Args:
        pages: pages in reading order; each is released once it has been looked at.
        path: the file as given; its name is the document's.
        sha256: hex digest of the file's content; part of every record's id.
        file_format: what `kpi.reading.detect_format` found.
    """
    walk = _Walk()
    for page in pages:
        walk.add(page)
    stretches = walk.stitcher.finish()
    title, department, year = document_identity((line for _, line in walk.lines[:TITLE_LINES]), path.stem)
    origin = Origin(path.name, str(path), sha256, department, year, walk.scale)
    extracted: list[Extracted] = []
    for stretch in stretches:
        item = extract_table(stretch, len(extracted) + 1, origin, document_units(extracted))
        if item.indicators or item.projects:
            extracted.append(item)
    prose = extract_prose(read_prose(walk.lines), len(extracted) + 1, origin)
    if prose.indicators:
        extracted.append(prose)
    document = Document(
        path=str(path),
        name=path.name,
        sha256=sha256,
        format=file_format,
        title=title,
        department=department,
        year=year,
        page_count=walk.pages,
        tables=tuple(item.table for item in extracted),
        projects=tuple(project for item in extracted for project in item.projects),
        units=tuple(unit for item in extracted for unit in item.units),
        indicators=tuple(indicator for item in extracted for indicator in item.indicators),
        warnings=tuple(repair for item in extracted for repair in item.repairs),
        suspect_pages=(*walk.suspects, *_silent_pages(walk, extracted)),
        passed_over=tuple(walk.stitcher.passed_over),
    )
    return _with_region(_with_codes(document, walk.codes))


def _looks_like_table(page: Page) -> bool:
    rows: dict[tuple[int, int], list[str]] = {}
    for number, table in enumerate(page.tables):
        for cell in table.cells:
            rows.setdefault((number, cell.row), []).append(cell.text)
    lines = [squeeze(line) for line in [*page.lines, *("".join(texts) for texts in rows.values())]]
    return any(
        len(line) <= HEADER_LINE
        and not _SENTENCE.search(line)
        and all(any(word in line for word in words) for words in _HEADER_PAIR)
        for line in lines
    )


def _silent_pages(walk: _Walk, extracted: list[Extracted]) -> list[SuspectPage]:
    """Pages with the words of a header that yielded nothing."""
    taken = {page for item in extracted for page in item.table.pages} | {None}
    indicators = any(item.indicators for item in extracted)
    return [
        SuspectPage(page, "no_table", "页面有绩效指标表头的文字，但没有识别出表格，请核对原文")
        for page in walk.looks
        if page not in taken and not (page is None and indicators)
    ]


def _with_codes(document: Document, codes: dict[str, set[str]]) -> Document:
    """Codes that stand in another table of the same document in one row with the project's name, where there is one only."""
    found = {
        project.name: next(iter(known))
        for project in document.projects
        if project.name and not project.code and len(known := codes.get(fold(project.name), set())) == 1
    }
    if not found:
        return document
    return replace(
        document,
        projects=tuple(replace(item, code=item.code or found.get(item.name, "")) for item in document.projects),
        indicators=tuple(
            replace(item, project_code=item.project_code or found.get(item.project, "")) for item in document.indicators
        ),
    )


def _with_region(document: Document) -> Document:
    units = [unit.name for unit in document.units]
    texts = [document.department or document.title, *units[:3], document.name]
    if not document.department:
        texts.extend(dict.fromkeys(item.department for item in document.indicators))
    region = find_region(texts, [project.code for project in document.projects])
    province, city, county = region.province, region.city, region.county
    indicators = tuple(replace(item, province=province, city=city, county=county) for item in document.indicators)
    return replace(document, province=province, city=city, county=county, indicators=indicators)
