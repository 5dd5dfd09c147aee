"""DOCX → one page with all tables, straight from the XML: spans, nested tables, content controls, tracked changes.

The parts of a Word file are looked at by local names, so the strict and the transitional namespace read the same.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from kpi.errors import BadInput
from kpi.limits import Limits
from kpi.model import Cell, Page, Table
from kpi.reading import Reading, Settings
from kpi.reading.bounds import check_package
from kpi.text import usual_characters

_TRANSPARENT = frozenset(
    {
        "sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple", "dir", "bdo",
        "ruby", "rubyBase", "oMathPara", "AlternateContent", "Choice", "p", "r", "pict", "drawing", "shape", "group",
        "textbox", "txbxContent", "inline", "anchor", "graphic", "graphicData", "wsp", "wgp", "txbx", "rect", "body",
    }
)  # fmt: skip
"""Elements whose content is read in place. Not here: del, moveFrom (tracked changes), Fallback (the same once more)."""
_SYMBOLS = {
    "F0B3": "≥", "F0A3": "≤", "F0B1": "±", "F0B4": "×", "F0B9": "≠", "F0BB": "≈", "F0A5": "∞", "F0B0": "°",
}  # fmt: skip
"""Characters of the Symbol font that Word stores by number: typed as 插入符号 before a target."""
_LONGEST_NUMBER = 6
"""Digits of a number of columns; Word allows 63 columns."""
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(slots=True)
class _Found:
    """What a stretch of the document holds, in order."""

    tables: list[Table] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """Lines since the last table."""


def open_word(path: Path, settings: Settings) -> Reading:
    """Open a DOCX; Word has no pages before it is printed, so there is one page without a number.

    Raises:
        BadInput: the archive or its XML is damaged.
        LimitReached: it unpacks to more, or its elements are nested deeper, than allowed.
    """
    return Reading("docx", None, iter([_read(path, settings.limits)]))


def _read(path: Path, limits: Limits) -> Page:
    try:
        check_package(path, limits, xml_only=True)
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.replace("\\", "/").lower() == "word/document.xml")
            root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, huge_tree=True))
        if limits.nesting and root.xpath(f"boolean({'/*' * (limits.nesting + 1)})"):
            raise limits.reached("nesting", path.name)
        found = _Found()
        for child in root:
            if _tag(child) == "body":
                _read_blocks(child, found)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, StopIteration, etree.XMLSyntaxError,
        etree.XPathError,
    ) as error:  # fmt: skip
        raise BadInput(
            "DOCX 文件已损坏，无法读取正文", where=path.name, found=str(error),
            advice="请用 Word 或 WPS 打开修复后另存", code="damaged_docx",
        ) from error  # fmt: skip
    return Page(None, tuple(found.tables), tuple(found.lines))


def _read_blocks(parent: Any, found: _Found) -> None:
    """Paragraphs and tables of a body, a cell or a content control, in order."""
    for child in parent:
        tag = _tag(child)
        if tag == "tbl":
            _read_table(child, found)
        elif tag == "p":
            lines = [line for line in _paragraph_text(child).split("\n") if line.strip()]
            found.lines.extend(lines)
            found.before.extend(lines)
            for table in _boxed_tables(child):
                _read_table(table, found)
        elif tag in _TRANSPARENT:
            _read_blocks(child, found)


def _read_table(element: Any, found: _Found) -> None:
    """Add the table, then the tables nested in its cells."""
    before, found.before = tuple(found.before), []
    rows = list(_rows(element))
    cells, nested = _rows_to_cells(rows)
    column_count = max((cell.column + cell.column_span for cell in cells), default=0)
    if column_count:
        found.tables.append(Table(tuple(cells), len(rows), column_count, None, "word", before=before))
    for inner in nested:
        _read_table(inner, found)
        found.before = []


def _rows(element: Any) -> Iterator[Any]:
    """Rows of a table, those in content controls included, those deleted by a tracked change left out."""
    for child in element:
        tag = _tag(child)
        if tag == "tr":
            properties = _child(child, "trPr")
            if properties is None or _child(properties, "del") is None:
                yield child
        elif tag in _TRANSPARENT:
            yield from _rows(child)


def _cell_elements(row: Any) -> Iterator[Any]:
    for child in row:
        tag = _tag(child)
        if tag == "tc":
            yield child
        elif tag in _TRANSPARENT:
            yield from _cell_elements(child)


def _rows_to_cells(rows: list[Any]) -> tuple[list[Cell], list[Any]]:
    """Cells with their spans, and the tables nested in them."""
    cells: dict[tuple[int, int], Cell] = {}
    anchors: dict[int, tuple[int, int]] = {}
    """Column → anchor of the vertically merged cell that is open there."""
    nested: list[Any] = []
    for number, row in enumerate(rows):
        properties = _child(row, "trPr")
        column = _number(properties, "gridBefore", 0)
        still_open: dict[int, tuple[int, int]] = {}
        last: tuple[int, int] | None = None
        for element in _cell_elements(row):
            own = _child(element, "tcPr")
            span = max(1, _number(own, "gridSpan", 1))
            if _child(own, "cellDel") is not None:
                column += span
                continue
            down, across = _merge(own, "vMerge"), _merge(own, "hMerge")
            if across == "continue" and last is not None:
                # merged across the old way: the cell before grows
                cells[last] = _grown(cells[last], columns=span)
            elif down == "continue" and column in anchors:
                anchor = anchors[column]
                cells[anchor] = _grown(cells[anchor], rows=number + 1 - anchor[0] - cells[anchor].row_span)
                still_open[column] = anchor
            else:
                last = (number, column)
                cells[last] = Cell(number, column, _cell_text(element, nested), 1, span)
                if down == "restart":
                    still_open[column] = last
            column += span
        anchors = still_open
    return list(cells.values()), nested


def _grown(cell: Cell, *, rows: int = 0, columns: int = 0) -> Cell:
    return Cell(cell.row, cell.column, cell.text, cell.row_span + max(0, rows), cell.column_span + columns)


def _merge(properties: Any, name: str) -> str:
    """`restart`, `continue` or "": w:vMerge without a value means continue."""
    element = _child(properties, name)
    return "" if element is None else (_value(element) or "continue")


def _cell_text(element: Any, nested: list[Any]) -> str:
    """A cell's text; what a text box prints over it (样表, a note) counts only where the cell has nothing of its own."""
    paragraphs: list[Any] = []

    def walk(parent: Any) -> None:
        for child in parent:
            tag = _tag(child)
            if tag == "tbl":
                nested.append(child)
            elif tag == "p":
                paragraphs.append(child)
                nested.extend(_boxed_tables(child))
            elif tag in _TRANSPARENT:
                walk(child)

    walk(element)
    own = [line for child in paragraphs if (line := _paragraph_text(child, boxes=False).strip())]
    return "\n".join(own or [line for child in paragraphs if (line := _paragraph_text(child).strip())])


def _boxed_tables(paragraph: Any) -> Iterator[Any]:
    """Tables in text boxes of a paragraph."""
    for child in paragraph:
        tag = _tag(child)
        if tag == "tbl":
            yield child
        elif tag in _TRANSPARENT:
            yield from _boxed_tables(child)


def _paragraph_text(paragraph: Any, *, boxes: bool = True) -> str:
    parts: list[str] = []
    _collect_text(paragraph, parts, boxes=boxes)
    return usual_characters("".join(parts))


def _collect_text(parent: Any, parts: list[str], *, boxes: bool) -> None:
    for child in parent:
        tag = _tag(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag in {"br", "cr"}:
            parts.append("\n")
        elif tag in {"tab", "ptab"}:
            parts.append("\t")
        elif tag == "noBreakHyphen":
            parts.append("-")
        elif tag == "sym":
            parts.append(_SYMBOLS.get(_attribute(child, "char").upper(), ""))
        elif tag == "txbxContent":
            if boxes:
                parts.append("\n")
                _collect_text(child, parts, boxes=boxes)
                parts.append("\n")
        elif tag == "p":
            _collect_text(child, parts, boxes=boxes)
            parts.append("\n")
        elif tag == "r" and _hidden(child):
            continue
        elif tag in _TRANSPARENT or _is_math(child):
            _collect_text(child, parts, boxes=boxes)


def _hidden(run: Any) -> bool:
    """Hidden text (隐藏文字) is not printed; struck text (删除线) is printed and says that it no longer holds."""
    properties = _child(run, "rPr")
    marks = [_child(properties, name) for name in ("vanish", "strike", "dstrike")]
    return any(mark is not None and _value(mark) not in _OFF for mark in marks)


def _is_math(element: Any) -> bool:
    """Formula editor: its letters stand in m:t below elements of the math namespace."""
    return isinstance(element.tag, str) and (etree.QName(element).namespace or "").endswith("/math")


def _tag(element: Any) -> str:
    """Local name; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _child(element: Any, name: str) -> Any:
    if element is not None:
        for child in element:
            if _tag(child) == name:
                return child
    return None


def _attribute(element: Any, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return str(value)
    return ""


def _value(element: Any) -> str:
    return _attribute(element, "val")


def _number(properties: Any, name: str, default: int) -> int:
    element = _child(properties, name)
    text = "" if element is None else _value(element)
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else default
