"""HTML (saved pages, fragments, single-file archives) → one page with all data tables."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from kpi.errors import BadInput
from kpi.limits import Limits
from kpi.model import Cell, Page, Table
from kpi.reading import Reading, Settings
from kpi.reading.plain import decode
from kpi.text import usual_characters

WIDEST_SPAN = 1000
"""Columns and rows; browsers cut colspan at 1,000 as well."""
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "button",
        "iframe",
        "object",
        "svg",
        "del",
        "s",
        "strike",
    }
)
"""Elements whose content is not page text, or struck out (删除线) and no longer holds."""
_FIELDS = frozenset({"input", "select", "textarea"})
"""Fields of a form; saved pages of budget systems print targets in them."""
_SHOWN_INPUTS = frozenset({"text", "number", "date", "month"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "ul",
        "tr",
        "td",
        "th",
        "caption",
    ]
)
"""Elements that begin and end a line."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*+(\d{1,9})")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class _Found:
    tables: list[Table] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    name: str = ""
    places: int = 0
    """Of all tables so far."""

    def add_text(self, text: str) -> None:
        lines = [line for line in text.split("\n") if line]
        self.lines.extend(lines)
        self.before.extend(lines)


def open_html(path: Path, settings: Settings) -> Reading:
    """Open a web page; the bytes tell their encoding, since what pages declare is often wrong.

    Raises:
        BadInput: nothing in it can be read as HTML.
    """
    return Reading("html", None, iter([_to_page(decode(path.read_bytes()), path.name, settings.limits)]))


def open_mht(path: Path, settings: Settings) -> Reading:
    """Open a page saved as a single file (.mht).

    Raises:
        BadInput: it holds no HTML.
    """
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    parts = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html"]
    data = max((part for part in parts if isinstance(part, bytes)), key=len, default=b"")
    if not data.strip():
        raise _not_html(path.name)
    return Reading("mht", None, iter([_to_page(decode(data), path.name, settings.limits)]))


def _not_html(name: str) -> BadInput:
    return BadInput(
        "网页文件中没有可读的内容", where=name, found="没有 HTML 正文", advice="请重新保存该网页", code="damaged_html"
    )


def _to_page(text: str, name: str, limits: Limits) -> Page:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(text.replace("\x00", "").encode("utf-8", "replace"), parser)
    if root is None:
        raise _not_html(name)
    found = _Found(limits=limits, name=name)
    title = root.findtext(".//head/title")
    if title and title.strip():
        found.add_text(_clean(title))
    for body in (child for child in root if child.tag != "head"):
        _read_flow(body, found, 0)
    return Page(None, tuple(found.tables), tuple(found.lines))


def _read_flow(element: Any, found: _Found, depth: int) -> None:
    """Text and tables of an element in order; tables part the text."""
    parts: list[str] = []
    for piece in _stream(element):
        if isinstance(piece, str):
            parts.append(piece)
        else:
            found.add_text(_clean("".join(parts)))
            parts.clear()
            _read_table(piece, found, depth + 1)
    found.add_text(_clean("".join(parts)))


def _stream(element: Any) -> Iterator[Any]:
    """Text pieces (`\n` where a line begins or ends) and, as elements, the outermost tables below an element.

    Without recursion: pages pasted from Word leave hundreds of `<font>` and `<span>` open, each inside the last.
    """
    yield _inline(element.text)
    open_elements = [(element, iter(element))]
    while open_elements:
        parent, children = open_elements[-1]
        child = next(children, None)
        if child is None:
            open_elements.pop()
            if open_elements:
                yield _edge(parent)
                yield _inline(parent.tail)
        elif not isinstance(child.tag, str) or child.tag in _SILENT or child.tag in _FIELDS or _is_hidden(child):
            yield _field_text(child)
            yield _inline(child.tail)
        elif child.tag == "table":
            yield child
            yield _inline(child.tail)
        else:
            yield _edge(child)
            yield _inline(child.text)
            open_elements.append((child, iter(child)))


def _field_text(element: Any) -> str:
    """What a form field shows (系统填报页面): an input's value, a list's selected choice; "" for other elements."""
    if element.tag not in _FIELDS or _is_hidden(element):
        return ""
    if element.tag == "input":
        shown = (element.get("type") or "text").strip().lower() in _SHOWN_INPUTS
        return _inline(element.get("value")) if shown else ""
    if element.tag == "select":
        return "".join(_inline(option.text) for option in element.iter("option") if option.get("selected") is not None)
    return _inline(element.text)


def _edge(element: Any) -> str:
    return "\n" if element.tag in _BLOCKS or element.tag == "br" else ""


def _read_table(element: Any, found: _Found, depth: int) -> None:
    """A data table, then the tables in its cells; a table that only arranges others is text and tables in order."""
    found.limits.check("nesting", depth, found.name)
    rows = list(_rows(element))
    elements = [list(_cell_elements(row)) for row in rows]
    nested = [table for row in elements for cell in row for table in _stream(cell) if not isinstance(table, str)]
    own = sum(len(row) for row in elements)
    if nested and own <= sum(len(table.findall(".//td")) for table in nested):
        for row in elements:
            for cell in row:
                _read_flow(cell, found, depth)
        return
    for caption in element.iterchildren("caption"):
        found.add_text(_clean(_text(caption)))
    before, found.before = tuple(found.before), []
    cells = _place(elements, found)
    if cells:
        columns = max(cell.column + cell.column_span for cell in cells)
        found.tables.append(Table(tuple(cells), len(rows), columns, None, "html", before=before))
    for table in nested:
        _read_table(table, found, depth + 1)
        found.before = []


def _rows(table: Any) -> Iterator[Any]:
    """Rows in the order in which they are shown: head, bodies, foot; those of nested tables left out."""
    heads: list[Any] = []
    bodies: list[Any] = []
    feet: list[Any] = []
    for child in table:
        target = {"thead": heads, "tfoot": feet}.get(child.tag, bodies)
        if child.tag == "tr":
            target.append(child)
        elif child.tag in {"thead", "tbody", "tfoot"}:
            target.extend(row for row in child if row.tag == "tr")
    yield from (row for row in (*heads, *bodies, *feet) if not _is_hidden(row))


def _cell_elements(row: Any) -> Iterator[Any]:
    return (cell for cell in row if cell.tag in {"td", "th"} and not _is_hidden(cell))


def _place(rows: list[list[Any]], found: _Found) -> list[Cell]:
    """Give each cell its column: rowspan and colspan of earlier cells keep places taken."""
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        column = 0
        for element in row:
            while (number, column) in taken:
                column += 1
            wanted = _span(element, "colspan") or 1
            # rowspan="0" reaches to the end; what reaches further is cut
            down = min(_span(element, "rowspan") or len(rows), len(rows) - number)
            across = next((n for n in range(1, wanted) if (number, column + n) in taken), wanted)
            found.places += down * across
            found.limits.check("cells", found.places, found.name)
            cells.append(Cell(number, column, _clean(_text(element)), down, across))
            taken.update((r, c) for r in range(number, number + down) for c in range(column, column + across))
            column += across
    return cells


def _span(element: Any, name: str) -> int:
    """A span as written; 1 where it is missing or no number, 0 as written."""
    match = _NUMBER.match(element.get(name) or "")
    return min(int(match[1]), WIDEST_SPAN) if match else 1


def _text(element: Any) -> str:
    """Text of a cell without that of tables in it; `\n` where a new line begins."""
    return "".join(piece for piece in _stream(element) if isinstance(piece, str))


def _inline(text: str | None) -> str:
    """Line ends in the source are spaces."""
    return _BLANKS.sub(" ", text or "")


def _clean(text: str) -> str:
    lines = (re.sub(" +", " ", line).strip() for line in usual_characters(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None
