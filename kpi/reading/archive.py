"""ZIP archives of documents → their members, one at a time, within limits."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kpi.errors import BadInput
from kpi.reading.detect import detect_format

_SKIPPED_FOLDERS = frozenset({"__MACOSX"})
_SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive may hold; the defaults let a province's yearly publication through and stop a ZIP bomb."""

    members: int = 3000
    member_bytes: int = 500_000_000
    total_bytes: int = 4_000_000_000
    nesting: int = 3
    """Archives inside archives."""


@dataclass(frozen=True, slots=True)
class Member:
    """One document of an archive: its name there (nested archives joined by `/`) and its extracted file.

    The file is there until the next member is asked for. `error` tells why a member could not be taken out; then
    `path` is None.
    """

    name: str
    path: Path | None
    error: BadInput | None = None


@dataclass(slots=True)
class _Used:
    members: int = 0
    total: int = 0


def expand(path: Path, *, limits: Limits | None = None) -> Iterator[Member]:
    """Documents of a ZIP archive in its order, archives in it included; system files and folders are left out.

    Raises:
        BadInput: damaged, or more members, bytes or nesting than allowed: the members before that were given.
    """
    with tempfile.TemporaryDirectory(prefix="kpi-zip-") as folder:
        yield from _expand(path, path.name, "", Path(folder), limits or Limits(), _Used(), 1)


def _expand(
    path: Path, archive_name: str, prefix: str, folder: Path, limits: Limits, used: _Used, depth: int
) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise BadInput(
            "ZIP 文件已损坏", where=archive_name, found=str(error), advice="请重新下载", code="damaged_archive"
        ) from error
    with archive:
        for info in archive.infolist():
            name = member_name(info)
            if info.is_dir() or _is_system_file(name):
                continue
            used.members += 1
            if used.members > limits.members:
                raise _too_much(archive_name, f"超过 {limits.members} 个文件")
            # the name inside the archive is never used as a path: "../x" stays a name
            target = folder / f"{used.members}{PurePosixPath(name).suffix[:12]}"
            shown = prefix + name
            try:
                _extract(archive, info, target, shown, limits, used)
                nested = detect_format(target) == "zip"
            except BadInput as error:
                if error.code == "archive_limits":
                    raise
                yield Member(shown, None, error)
                continue
            if not nested:
                yield Member(shown, target)
            elif depth >= limits.nesting:
                yield Member(shown, None, _too_much(shown, f"压缩包嵌套超过 {limits.nesting} 层"))
            else:
                inner = folder / str(used.members)
                inner.mkdir()
                yield from _expand(target, shown, shown + "/", inner, limits, used, depth + 1)
                shutil.rmtree(inner)
            target.unlink(missing_ok=True)


def _extract(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, limits: Limits, used: _Used
) -> None:
    """Unpack one member, counting the bytes that come out: what the directory says of sizes may be false."""
    if info.flag_bits & 0x1:
        raise BadInput(
            "压缩包内的文件有密码", where=name, found="加密的 ZIP", advice="请解压后再解析", code="password_protected"
        )
    written = 0
    try:
        with archive.open(info) as source, target.open("wb") as sink:
            while block := source.read(_BLOCK):
                written += len(block)
                used.total += len(block)
                if used.total > limits.total_bytes:
                    raise _too_much(name, f"解压后超过 {limits.total_bytes} 字节")
                if written > limits.member_bytes:
                    raise BadInput(
                        "压缩包内的文件过大", where=name, found=f"解压后超过 {limits.member_bytes} 字节",
                        advice="请解压后单独解析", code="too_large",
                    )  # fmt: skip
                sink.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise BadInput(
            "压缩包内的文件已损坏", where=name, found=str(error), advice="请重新下载压缩包", code="damaged_archive"
        ) from error


def _too_much(where: str, found: str) -> BadInput:
    return BadInput("压缩包超出限制", where=where, found=found, advice="请解压后分批解析", code="archive_limits")


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name: without the UTF-8 flag it is GBK (Windows in Chinese), at times UTF-8 all the same (macOS)."""
    if info.flag_bits & 0x800:
        return info.filename.replace("\\", "/")
    try:
        data = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename.replace("\\", "/")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename.replace("\\", "/")


def _is_system_file(name: str) -> bool:
    parts = PurePosixPath(name).parts
    last = parts[-1] if parts else ""
    return (
        not last
        or last.startswith((".", "~$"))
        or last.lower() in _SKIPPED_NAMES
        or any(part in _SKIPPED_FOLDERS for part in parts)
    )
