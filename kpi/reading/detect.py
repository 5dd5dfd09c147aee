"""What a file is, by its content: a .doc may be HTML, a .xls a text, a .docx an old Word file."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path

from kpi.errors import BadInput

HEAD = 4096
"""Bytes looked at: a byte order mark, a preamble or a comment may stand before the mark of a format."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "rtf"),  # WordPad, old converters; often named .doc
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
    (b"GIF8", "image"),
    (b"\xdb\xa5\x2d\x00", "doc"),  # Word 2 and WinWord 1: no OLE container
)
_ZIP_MEMBERS: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("ppt/presentation.xml", "pptx"),
    ("OFD.xml", "ofd"),  # the national fixed-layout format (GB/T 33190)
)
_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "encrypted_office"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),  # Excel 5
    ("WpsDocument", "doc"),
)  # fmt: skip
_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|tbody|tr|div|p|span|meta|style|font)\b", re.IGNORECASE)
_MHT = re.compile(rb"^(MIME-Version|From|Subject|Content-Type)\s*:", re.IGNORECASE | re.MULTILINE)
"""Header fields of a page that a browser or Word saved as a single file (.mht, at times named .doc)."""


def detect_format(path: Path) -> str:
    """The format of a file, by its content alone.

    Returns one of pdf, docx, xlsx, xls, doc, rtf, odt, ods, html, mht, text, zip, image, encrypted_office, or the name
    of a format that cannot be read (rar, 7z, gzip, ofd, pptx, xlsb, ole, binary).

    Raises:
        BadInput: the path is missing, no file, not readable, or the file is empty.
    """
    if not path.exists():
        raise BadInput("文件不存在", where=str(path), advice="请检查路径是否正确", code="missing_path")
    if not path.is_file():
        raise BadInput("不是文件", where=str(path), found="文件夹", advice="请给出文件，或用命令逐个解析文件夹内的文件")
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise BadInput(
            "文件无法读取",
            where=str(path),
            found=error.strerror or str(error),
            advice="请检查文件权限",
            code="unreadable",
        ) from error
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise BadInput(
            "文件为空",
            where=path.name,
            found=f"{path.stat().st_size} 字节",
            advice="请重新下载该文件",
            code="empty_file",
        )
    return _by_magic(path, head)


def _by_magic(path: Path, head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_format(path)
    if head.startswith(OLE):
        return _ole_format(path)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    return _text_format(head)


def _zip_format(path: Path) -> str:
    """Which of the formats that are ZIP files this is.

    Raises:
        BadInput: the archive's directory is damaged or cut off.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = _mimetype(archive) if "mimetype" in names else ""
    except (
        zipfile.BadZipFile, zlib.error, struct.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError,
    ) as error:  # fmt: skip
        raise BadInput(
            "文件已损坏，不是完整的 DOCX、XLSX 或 ZIP 文件", where=path.name, found=str(error),
            advice="请重新下载，或用 Office、WPS 打开后另存", code="damaged_archive",
        ) from error  # fmt: skip
    folded = {name.replace("\\", "/").lower() for name in names}
    for member, name in _ZIP_MEMBERS:
        if member.lower() in folded:
            return name
    for part, name in (("opendocument.text", "odt"), ("opendocument.spreadsheet", "ods")):
        if part in kind:
            return name
    return "zip"


def _mimetype(archive: zipfile.ZipFile) -> str:
    """What an OpenDocument file says it is: less than 100 bytes, whatever they unpack to."""
    with archive.open("mimetype") as stream:
        return stream.read(100).decode("ascii", "replace")


def _ole_format(path: Path) -> str:
    """The kind of an OLE file (Word, Excel before 2007, protected newer ones) by the names of its streams.

    Stream names stand in directory entries as UTF-16, so a search for them needs no reader of the container.
    """
    data = path.read_bytes()
    for stream, name in _OLE_STREAMS:
        # an entry's name is followed by its zero end mark: "Book" must not be found inside "Workbook"
        if re.search(rb"(?<![\x20-\x7e]\x00)" + re.escape((stream + "\0").encode("utf-16-le")), data):
            return name
    return "ole"


def _text_format(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf\x00 \r\n\t")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = head.decode("utf-16", "ignore").encode("utf-8")
    elif b"\x00" in head:
        return "text" if _is_bare_utf16(head) else "binary"
    if _MHT.match(start) and b"MIME-Version" in head:
        return "mht"
    if start.startswith(b"<") and _HTML.search(start):
        return "html"
    return "text"


def _is_bare_utf16(head: bytes) -> bool:
    """Whether bytes with zeros among them are UTF-16 without a byte order mark: all characters are usual ones."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, "replace")
        usual = sum(
            1
            for c in text
            if c in "\t\r\n\f" or " " <= c <= "~" or "\u2010" <= c <= "\u30ff" or "\u4e00" <= c <= "\uffee"
        )
        if usual >= 0.98 * len(text) and any("\u4e00" <= c <= "\u9fff" or c.isascii() for c in text):
            return True
    return False
