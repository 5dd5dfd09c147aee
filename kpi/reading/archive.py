"""ZIP archives of documents → their members, one at a time, within limits."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kpi.errors import BadInput, KpiError
from kpi.limits import Limits, limits_from
from kpi.reading.detect import detect_format

__all__ = ["Limits", "Member", "expand", "member_name", "opened_member"]

_SKIPPED_FOLDERS = frozenset({"__MACOSX"})
_SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_WHOLE_ARCHIVE = frozenset({"limit_members", "limit_total_bytes"})
"""Limits that end the whole archive; the others end a member."""
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors of this machine: the archive is whole, and may be read the next time."""
_BLOCK = 1 << 20
_LONGEST_NAME = 60
"""Characters of a member's own name that its extracted file keeps: department and year may stand there only."""


@dataclass(frozen=True, slots=True)
class Member:
    """One document of an archive: its name there (nested archives joined by `/`) and its extracted file.

    Names are unique in an archive and never lead out of it (`../`, drives and leading slashes are left out). The file
    is there until the next member is asked for. `error` tells why a member could not be taken out; then `path` is None.
    """

    name: str
    path: Path | None
    error: BadInput | None = None


@dataclass(slots=True)
class _Walk:
    """State of one walk through an archive and those in it."""

    limits: Limits
    wanted: str | None = None
    """Name of the only member to take out; None for all."""
    members: int = 0
    total: int = 0
    names: set[str] = field(default_factory=set)

    def unique(self, name: str) -> str:
        """The name, or `name~2.pdf` where an earlier member has it."""
        number, result = 1, name
        while result in self.names:
            number += 1
            pure = PurePosixPath(name)
            result = str(pure.with_name(f"{pure.stem}~{number}{pure.suffix}"))
        self.names.add(result)
        return result

    def passes_over(self, name: str) -> bool:
        """Whether neither this member nor one in it is wanted."""
        return self.wanted is not None and self.wanted != name and not self.wanted.startswith(f"{name}/")


def expand(path: Path, *, limits: Limits | None = None) -> Iterator[Member]:
    """Documents of a ZIP archive in its order, archives in it included; system files and folders are left out.

    Raises:
        BadInput: damaged, or more members or bytes than allowed (`LimitReached`): the members before that were given.
    """
    with tempfile.TemporaryDirectory(prefix="kpi-zip-") as folder:
        yield from _expand(path, path.name, "", Path(folder), _Walk(limits or limits_from()), 1)


@contextlib.contextmanager
def opened_member(path: Path, name: str, *, limits: Limits | None = None) -> Iterator[Path]:
    """One member of an archive as a file that is there while the context lasts.

    Raises:
        BadInput: there is no such member, or it cannot be taken out.
    """
    with tempfile.TemporaryDirectory(prefix="kpi-zip-") as folder:
        walk = _Walk(limits or limits_from(), wanted=name)
        for member in _expand(path, path.name, "", Path(folder), walk, 1):
            if member.name == name:
                if member.path is None:
                    raise member.error or BadInput("压缩包内的文件无法取出", where=name)
                yield member.path
                return
        raise BadInput(
            "压缩包中没有这个文件",
            where=str(path),
            found=name,
            advice="压缩包可能已被替换，请重新运行",
            code="no_member",
        )


def _expand(path: Path, archive_name: str, prefix: str, folder: Path, walk: _Walk, depth: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise BadInput(
            "ZIP 文件已损坏", where=archive_name, found=str(error), advice="请重新下载", code="damaged_archive"
        ) from error
    with archive:
        for info in archive.infolist():
            name = member_name(info)
            if not name or info.is_dir() or _is_system_file(name):
                continue
            walk.members += 1
            walk.limits.check("members", walk.members, archive_name)
            shown = walk.unique(prefix + name)
            if walk.passes_over(shown):
                continue
            # a folder of its own, so that the name inside the archive is never more than the last part of a path
            own = folder / str(walk.members)
            own.mkdir()
            target = own / _file_name(name)
            try:
                _extract(archive, info, target, shown, walk)
                nested = detect_format(target) == "zip"
            except BadInput as error:
                if error.code in _WHOLE_ARCHIVE:
                    raise
                yield Member(shown, None, error)
            else:
                if nested:
                    yield from _expand_nested(target, shown, own, walk, depth)
                else:
                    yield Member(shown, target)
            shutil.rmtree(own)


def _expand_nested(target: Path, shown: str, folder: Path, walk: _Walk, depth: int) -> Iterator[Member]:
    """The members of an archive in an archive; its damage is its own."""
    try:
        walk.limits.check("archive_nesting", depth + 1, shown)
        yield from _expand(target, shown, f"{shown}/", folder, walk, depth + 1)
    except BadInput as error:
        if error.code in _WHOLE_ARCHIVE:
            raise
        yield Member(shown, None, error)


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str, walk: _Walk) -> None:
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
                walk.total += len(block)
                for limit, amount in (("total_bytes", walk.total), ("file_bytes", written)):
                    if walk.limits.exceeded(limit, amount):
                        raise walk.limits.reached(limit, name)
                sink.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            raise KpiError(
                "临时目录写不下", where=name, found=error.strerror or "", advice="清理磁盘，或用环境变量 TMPDIR 指定另一个目录后重试",
                code="disk_full",
            ) from error  # fmt: skip
        raise BadInput(
            "压缩包内的文件已损坏", where=name, found=str(error), advice="请重新下载压缩包", code="damaged_archive"
        ) from error


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name as a relative path that stays inside.

    Without the UTF-8 flag names are GBK (Windows in Chinese), at times UTF-8 all the same (macOS).
    """
    parts = _decoded(info).replace("\\", "/").split("/")
    kept = [part for part in parts if part not in {"", ".", ".."} and not part.endswith(":")]
    return "/".join(part.replace("\x00", "") for part in kept)


def _decoded(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    try:
        data = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _file_name(name: str) -> str:
    """A name for the extracted file: the member's own, short enough for every file system."""
    last = PurePosixPath(name).name
    suffix = PurePosixPath(last).suffix[:12]
    stem = last.removesuffix(suffix)[:_LONGEST_NAME]
    return "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in f"{stem}{suffix}")


def _is_system_file(name: str) -> bool:
    parts = PurePosixPath(name).parts
    last = parts[-1] if parts else ""
    return (
        not last
        or last.startswith((".", "~$"))
        or last.lower() in _SKIPPED_NAMES
        or any(part in _SKIPPED_FOLDERS for part in parts)
    )
