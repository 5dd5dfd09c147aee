"""Old Word files and OpenDocument → DOCX or XLSX through LibreOffice, when it is installed."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path

from kpi.errors import BadInput, MissingDependency
from kpi.reading import Reading, Settings
from kpi.reading.bounds import check_package

TIMEOUT = 180
"""Seconds for one file, at most half of what a whole file may take; a 300-page .doc took 25 s on 2 busy cores, the first start of LibreOffice 10 s."""
_LOCK = threading.Lock()
"""One profile serves one LibreOffice at a time."""
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)
SECTOR = 512
"""Bytes of a sector of an OLE container."""


def find_libreoffice() -> str | None:
    """Path of LibreOffice's program, None when it is not installed; the environment's KPI_SOFFICE comes first."""
    named = os.environ.get("KPI_SOFFICE")
    if named:
        return shutil.which(named)
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).exists()), None)


def open_document(path: Path, settings: Settings) -> Reading:
    """Open an old Word file (.doc, .wps, .rtf) or an OpenDocument text.

    Raises:
        BadInput: a password, or LibreOffice cannot read the file.
        MissingDependency: LibreOffice is not installed.
    """
    from kpi.reading.word import open_word

    return _open_converted(path, settings, "docx", open_word)


def open_spreadsheet(path: Path, settings: Settings) -> Reading:
    """Open an OpenDocument spreadsheet; raises as `open_document`."""
    from kpi.reading.sheet import open_sheet

    return _open_converted(path, settings, "xlsx", open_sheet)


def _open_converted(path: Path, settings: Settings, target: str, opener: object) -> Reading:
    from kpi.reading import detect_format

    name = detect_format(path)
    program = find_libreoffice()
    if program is None:
        raise MissingDependency(
            "读取该格式需要 LibreOffice", where=path.name, found=f"{name} 文件，未找到 LibreOffice",
            advice="请安装 LibreOffice（Debian、Ubuntu：apt install libreoffice-writer libreoffice-calc），或先另存为 DOCX",
            code="libreoffice_missing",
        )  # fmt: skip
    if name == "doc" and _has_password(path.read_bytes()):
        raise BadInput(
            "Word 文件有打开密码", where=path.name, found="加密的 DOC",
            advice="请用密码打开后另存为不加密的文件", code="password_protected",
        )  # fmt: skip
    if name in {"odt", "ods"}:
        check_package(path, settings.limits, xml_only=False)
    with tempfile.TemporaryDirectory(prefix="kpi-") as folder:
        converted = _convert(program, path, name, target, Path(folder), settings.limits.seconds)
        reading: Reading = opener(converted, settings)  # type: ignore[operator]
        # the converted file goes away with the folder: its pages are read now
        return Reading(name, reading.page_count if target == "xlsx" else None, iter(list(reading.pages)))


def _has_password(data: bytes) -> bool:
    """Whether the file information block of a Word 97 file has its encryption flag set ([MS-DOC] FibBase, fEncrypted)."""
    for start in range(SECTOR, len(data) - 12, SECTOR):
        if data[start : start + 2] == b"\xec\xa5":
            return bool(data[start + 11] & 0x01)
    return False


def _convert(program: str, path: Path, name: str, target: str, folder: Path, seconds: int) -> Path:
    # LibreOffice goes by the ending: a .wps or a .doc that is RTF gets its true one
    source = folder / f"source.{name}"
    shutil.copyfile(path, source)
    command = [
        program, f"-env:UserInstallation={_profile().as_uri()}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", target, "--outdir", str(folder), str(source),
    ]  # fmt: skip
    allowed = min(TIMEOUT, seconds // 2) if seconds else TIMEOUT
    with _LOCK:
        try:
            code, told = _run(command, allowed)
        except subprocess.TimeoutExpired as error:
            raise BadInput(
                "LibreOffice 转换超时", where=path.name, found=f"{allowed} 秒内没有完成",
                advice="请用 Word 或 WPS 打开后另存为 DOCX", code="conversion_failed",
            ) from error  # fmt: skip
    converted = folder / f"source.{target}"
    if not converted.exists():
        message = told.decode("utf-8", "replace").strip().splitlines()
        raise BadInput(
            "LibreOffice 无法转换该文件", where=path.name, found=message[-1] if message else f"退出码 {code}",
            advice="文件可能已损坏或有密码；请用 Word 或 WPS 打开后另存为 DOCX", code="conversion_failed",
        )  # fmt: skip
    return converted


def _run(command: list[str], seconds: int) -> tuple[int, bytes]:
    """Run LibreOffice in a group of its own, which ends as a whole: its starter leaves the true program behind."""
    grouped = {"start_new_session": True} if hasattr(os, "killpg") else {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **grouped) as process:  # type: ignore[call-overload]
        try:
            out, errors = process.communicate(timeout=seconds)
        except BaseException:
            if grouped:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            raise
    return process.returncode, errors or out


_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>2</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetNoProxy" oor:op="fuse"><value></value></prop></item>
</oor:items>
"""
"""Settings of LibreOffice: pictures and links that a file refers to are not fetched (neither from outside the file nor through
the proxy, at whose port 9 nothing listens), macros are not run."""


@cache
def _profile() -> Path:
    """LibreOffice's own profile of this process: a running LibreOffice of the user is left alone."""
    folder = Path(tempfile.mkdtemp(prefix="kpi-libreoffice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
    return folder
