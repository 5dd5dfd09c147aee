"""Files made to harm: each is refused or read with little, in time, without the network, and told in words."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import kpi
from kpi.errors import BadInput, KpiError, MissingDependency
from kpi.ingestion import ProcessExecutor, SerialExecutor, ingest
from kpi.ingestion.sources import find_files
from kpi.limits import Limits
from kpi.model import Document
from kpi.reading.archive import expand
from kpi.reading.office import find_libreoffice
from kpi.store import open_store
from tests.hostile import HEADER, HOSTILE, docx, nested_zip, packed, sheet_row, word_row, word_table, xlsx

SMALL = Limits(
    seconds=60, memory=1500, unpacked_bytes=50_000_000, cells=300_000, page_objects=100_000, cell_characters=50_000
)

# What the file must be refused for; the others are read (with nothing in them, or with what is sound in them).
REFUSED = {
    "word_bomb": "limit_unpacked_bytes", "word_bomb_with_a_false_size": "limit_unpacked_bytes",
    "word_entities": "damaged_docx", "word_entities_in_attributes": "damaged_docx", "word_depth": "limit_nesting",
    "word_nested_tables": "limit_nesting", "word_wide_span": "limit_cells", "word_long_cell": "limit_cell_characters",
    "sheet_bomb": "limit_unpacked_bytes", "sheet_bomb_in_styles": "limit_unpacked_bytes", "sheet_entities": "damaged_xlsx",
    "sheet_overlapping_merges": "limit_cells", "sheet_100_mb_cell": "limit_unpacked_bytes", "sheet_open_tags": "limit_cells",
    "html_nested_tables": "limit_nesting", "html_spans": "limit_cells", "html_overlapping_spans": "limit_cells",
    "pdf_looped_pages": "limit_pages", "pdf_forms_in_forms": "worker_died", "pdf_open_kids": "damaged_pdf",
    "mht_deep": "limit_nesting",
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document | BaseException]:
    """What becomes of all of them in one batch, each in a worker."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = []
    for name, (ending, make) in HOSTILE.items():
        path = folder / f"{name}{ending}"
        path.write_bytes(make())
        paths.append(str(path))
    found = ProcessExecutor(2, limits=SMALL).run(partial(kpi.parse, limits=SMALL), paths)
    return {Path(path).stem: outcome for path, outcome in found}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_or_read_in_time(name: str, outcomes: dict[str, Document | BaseException]) -> None:
    outcome = outcomes[name]
    if name in REFUSED:
        assert isinstance(outcome, KpiError)
        assert outcome.code == REFUSED[name]
        assert outcome.advice
    else:
        assert isinstance(outcome, Document), outcome
        assert len(outcome.indicators) < 50


def test_an_overdrawn_page_is_named_and_the_others_are_read(outcomes: dict[str, Document | BaseException]) -> None:
    outcome = outcomes["pdf_many_lines"]
    assert isinstance(outcome, Document)
    assert [(page.page, page.reason) for page in outcome.suspect_pages] == [(1, "too_much_drawn")]


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容", "utf-8")
    for name, data in {
        "a.docx": docx(
            word_table(word_row(*HEADER), word_row("产出指标", "数量指标", "培训&amp;人次&x;", "≥5人")),
            prolog=f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>',
        ),
        "b.html": (
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><p>绩效指标：培训人数≥5人；&x;</p>'
            f'<iframe src="{secret.as_uri()}"></iframe><xi:include href="{secret.as_uri()}"/>'
        ).encode(),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        document = kpi.parse(path)
        assert document.indicators
        assert "机密" not in repr(document)


# --- archives ---------------------------------------------------------------------------------------------------------


def test_a_bomb_of_archives_in_archives_ends(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(nested_zip(2, width=30))
    with pytest.raises(BadInput, match="总大小") as caught:
        list(expand(path, limits=Limits(total_bytes=20_000_000)))
    assert caught.value.code == "limit_total_bytes"
    with pytest.raises(BadInput, match="文件数"):
        list(expand(path, limits=Limits(members=100)))


NAMES = (
    "../../x.txt",
    "/etc/x.txt",
    "C:\\windows\\x.txt",
    "a/../../../x.txt",
    "..\\..\\x.txt",
    "./x.txt",
    "a//b/./x.txt",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_in_archives_lead_nowhere(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    text = "绩效指标：参保率达到95%以上。"
    (inside / "a.zip").write_bytes(packed({name: text.encode()}))
    before = {path for path in tmp_path.rglob("*") if "store" not in path.parts}
    report = ingest([inside], tmp_path / "store", executor=SerialExecutor())
    assert report.counts == {"parsed": 1}
    assert {path for path in tmp_path.rglob("*") if "store" not in path.parts} == before
    with open_store(tmp_path / "store") as store:
        (row,) = store.documents.values()
    shown = row.entry.path.removeprefix(f"{inside / 'a.zip'}/")
    assert ".." not in shown
    assert not shown.startswith("/")
    assert ":" not in shown


def test_equal_names_in_an_archive_are_two_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as archive:  # noqa: PT031
        archive.writestr("x.txt", "绩效指标：参保率达到95%以上。")
        archive.writestr("x.txt", "绩效指标：参保率达到96%以上。")
    report = ingest([path], tmp_path / "store", executor=SerialExecutor())
    assert [Path(file.path).name for file in report.files] == ["x.txt", "x~2.txt"]
    assert report.counts == {"parsed": 2}


def test_links_are_not_followed_out_of_a_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("绩效指标：参保率达到95%以上。", "utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "loop").symlink_to(inside)
    assert find_files([inside]) == ([], [])


def test_a_link_in_an_archive_is_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    (member,) = [(member.path and not member.path.is_symlink() and member.path.read_text()) for member in expand(path)]
    assert member == "/etc/passwd"


# --- network ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that notes who calls."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            calls.append(connection.recv(100))
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1], calls
    ended.set()
    thread.join()
    server.close()


def _with_references(port: int) -> dict[str, bytes]:
    """Files of every kind that ask for something from the network."""
    url = f"http://127.0.0.1:{port}/x"
    row = "<tr><td>产出指标<td>数量指标<td>培训人次<td>≥5人"
    relation = '<Relationship Id="rId1" TargetMode="External" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    links = "".join(relation.format(kind, url) for kind in ("image", "attachedTemplate", "oleObject", "hyperlink"))
    pdf_action = f"<</Type/Action/S/URI/URI({url})>>"
    from tests.hostile import pdf_page

    return {
        "a.docx": docx(
            word_table(word_row(*HEADER), word_row("产出指标", "数量指标", "培训人次", "≥5人")),
            prolog=f'<!DOCTYPE d SYSTEM "{url}.dtd">',
            **{"word/_rels/document.xml.rels": relations.format(links).encode()},
        ),
        "b.xlsx": xlsx(
            f"<sheetData>{sheet_row(1, *HEADER)}{sheet_row(2, '产出指标', '数量指标', '培训人次', '≥5人')}</sheetData>"
            '<legacyDrawing r:id="rId1"/>',
            prolog=f'<!DOCTYPE d SYSTEM "{url}.dtd">',
            relations=links,
        ),
        "c.html": f'<link rel="stylesheet" href="{url}"><base href="{url}"><img src="{url}"><script src="{url}"></script>'
        f"<iframe src='{url}'></iframe><table><tr><td>{'<td>'.join(HEADER)}{row}</table>".encode(),
        "d.xhtml": f'<!DOCTYPE html SYSTEM "{url}"><html xmlns="http://www.w3.org/1999/xhtml"><table>{row}</table></html>'.encode(),
        "e.pdf": pdf_page(b"", f"/A {pdf_action}"),
        "f.rtf": rb'{\rtf1 {\field{\*\fldinst INCLUDEPICTURE "%s" \\d}} 1}' % url.encode(),
    }


def test_nothing_is_fetched_when_parsing(
    tmp_path: Path, listener: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by this process, whose sockets are blocked here, nor by LibreOffice, which would call the listener."""
    port, calls = listener

    def refuse(*arguments: object) -> None:
        raise AssertionError(f"the network was asked for: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name, data in _with_references(port).items():
        path = tmp_path / name
        path.write_bytes(data)
        try:
            kpi.parse(path)
        except MissingDependency:
            continue
    assert calls == []


@pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed")
def test_libreoffice_fetches_nothing(tmp_path: Path, listener: tuple[int, list[bytes]]) -> None:
    port, calls = listener
    url = f"http://127.0.0.1:{port}/x.png"
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2">'
        f'<office:body><office:text><text:p>绩效指标：参保率达到95%以上。<draw:frame svg:width="1cm" svg:height="1cm"><draw:image xlink:href="{url}"/></draw:frame></text:p>'
        f'<text:section text:name="s"><text:section-source xlink:href="{url}"/></text:section></office:text></office:body></office:document-content>'
    )
    path = tmp_path / "a.odt"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    path.write_bytes(
        packed(
            {
                "mimetype": b"application/vnd.oasis.opendocument.text",
                "content.xml": content.encode(),
                "META-INF/manifest.xml": manifest.encode(),
            }
        )
    )
    assert len(kpi.parse(path).indicators) == 1
    assert calls == []


# --- patterns ---------------------------------------------------------------------------------------------------------

LENGTH = 20_000
PIECES = ("1", "1,", "1.", "1 ", " ", "\t", "（", "(", "[", "【", "表（", "绩", "一", "一、", "A", "A_", "a1", "μ", "'", '"', "<c ", "<row ",
          "，", "，绩", "，绩，", "%", "≥", "≥1", "-", "=", "补助", "专项", "单位", "第", "第1", "年", "为", "达到", "较上年", "的", "数", ":", "/Kids[", "指标")  # fmt: skip
SECONDS = 1.5
"""For a pattern on so many characters: linear ones take under 0.02 s, quadratic ones some seconds, at 200,000 minutes."""
BOUNDED = frozenset({"kpi.tables.prose._TARGET"})
"""Patterns whose texts are cut before: clauses of at most 400 characters."""
KINDS = (
    ("1", (r"\d", "0-9", "[^")),
    (" ", (r"\s", "[^")),
    ("\t", (r"\s", "[^")),
    ("绩", ("一-", r"\u4e00", "\u4e00-", "[^", ".*", ".{")),
    ("A", ("A-Z", r"\w")),
)


def _patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled pattern of the program by the name that it has in its module."""
    found: dict[str, re.Pattern[Any]] = {}
    for package in (kpi, importlib.import_module("index")):
        for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if item.name.startswith(("kpi.ui", "kpi.cli")):
                continue
            for name, value in vars(importlib.import_module(item.name)).items():
                if isinstance(value, re.Pattern):
                    found.setdefault(value.pattern, value)
                    found[f"{item.name}.{name}"] = found.pop(value.pattern)
    return found


def _match_only() -> frozenset[str]:
    """Patterns that are only ever asked to match at one place: searching with them is nobody's worst case."""
    root = Path(kpi.__file__).parent
    sources = "\n".join(path.read_text("utf-8") for path in root.rglob("*.py"))
    return frozenset(
        name
        for name in {key.rpartition(".")[2] for key in _patterns()}
        if (used := set(re.findall(rf"\b{name}\.(\w+)\(", sources))) and used <= {"match", "fullmatch", "pattern"}
    )


def _concerns(pattern: str, piece: str) -> bool:
    """Whether a pattern may repeat something in the piece."""
    return any(character in pattern for character in piece) or any(
        character in piece and any(sign in pattern for sign in signs) for character, signs in KINDS
    )


def test_no_pattern_takes_more_than_linear_time() -> None:
    match_only = _match_only()
    slow = {}
    for name, pattern in _patterns().items():
        if name in BOUNDED:
            continue
        for piece in filter(partial(_concerns, str(pattern.pattern)), PIECES):
            text = piece * (LENGTH // len(piece)) + "\x00"
            subject: Any = text.encode("gb18030", "replace") if isinstance(pattern.pattern, bytes) else text
            start = time.process_time()
            if name.rpartition(".")[2] in match_only:
                pattern.match(subject)
            else:
                for _ in pattern.finditer(subject):
                    pass
            if (took := time.process_time() - start) > SECONDS:
                slow[name, piece] = round(took, 1)
                break
    assert slow == {}


@pytest.mark.parametrize(
    "piece", ["1", "一", "绩", "A", "≥1", "较上年", "1-", "1/", "(", "，", "%", "年", "第1", "1个", "优良"]
)
def test_long_targets_names_and_queries_take_linear_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    start = time.process_time()
    kpi.normalize(text, name=text, level1=text, year=2026)
    from kpi.cluster.names import parse_name
    from kpi.query import parse_query

    parse_name(text)
    with suppress(KpiError):
        parse_query(text)
    assert time.process_time() - start < SECONDS


def test_bytes_in_a_false_ole_container_end(tmp_path: Path) -> None:
    """A chain of sectors that runs in a circle."""
    path = tmp_path / "a.xls"
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, 0, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    fat = struct.pack("<128I", *([0] * 128))
    path.write_bytes(bytes(header) + fat + "Workbook\0".encode("utf-16-le").ljust(512, b"\0"))
    with pytest.raises(BadInput):
        kpi.parse(path)


def test_workers_leave_no_files_behind(tmp_path: Path) -> None:
    """Temporary folders of archives and conversions go away with the parsing."""
    os.environ["TMPDIR"], before = str(tmp_path), os.environ.get("TMPDIR")
    try:
        path = tmp_path / "a.zip"
        path.write_bytes(packed({"x.txt": "绩效指标：参保率达到95%以上。".encode()}))
        list(ProcessExecutor(1).run(_unpack, [str(path)]))
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]


def _unpack(path: str) -> list[str]:
    return [member.name for member in expand(Path(path))]
