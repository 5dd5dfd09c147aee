"""Uploaded files (上传): kept apart under safe names, parsed in worker processes, added to the store when asked to."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kpi.durable import copy_atomically
from kpi.errors import BadInput, KpiError, StoreError, error_parts
from kpi.ingestion.sources import SUFFIXES, content_hash
from kpi.logs import failure_fields

if TYPE_CHECKING:
    from kpi.ingestion import IngestReport
    from kpi.model import Document

_log = logging.getLogger(__name__)

UPLOAD_TYPES = tuple(sorted(suffix.removeprefix(".") for suffix in SUFFIXES))
"""Endings that the upload takes."""
UPLOADS = "uploads"
"""Folder of the store where added uploads lie, each in a folder named by its content: equal names never meet."""
_LONGEST_NAME = 120
"""Characters; with Chinese at 3 bytes a character this stays below the 255 bytes that file systems allow for 80 of them."""
_MOST_BYTES = 240
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]")
_HASH_DIGITS = 12


@dataclass(slots=True)
class Upload:
    """One uploaded file and what became of it."""

    name: str
    path: Path
    document: Document | None = None
    failure: Mapping[str, str] = field(default_factory=dict)
    """`what`, `where`, `found`, `advice`."""

    @property
    def done(self) -> bool:
        """Whether it was looked at."""
        return self.document is not None or bool(self.failure)


def safe_name(name: str) -> str:
    """A file name without folders, control characters and leading dots, of bounded length; never empty."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = _NOT_IN_NAMES.sub("_", last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = kept, "", ""
    stem = stem[: _LONGEST_NAME - len(ending) - 1]
    while len(f"{stem}{dot}{ending}".encode()) > _MOST_BYTES:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}" or "未命名"


def keep(files: Iterable[Any], folder: Path) -> list[Upload]:
    """Write uploaded files (with `name` and `read`) below `folder`, archives as their members.

    Raises:
        KpiError: the folder cannot hold them.
    """
    uploads: list[Upload] = []
    try:
        for number, file in enumerate(files):
            name = safe_name(file.name)
            own = folder / f"{number:04d}"
            own.mkdir(parents=True, exist_ok=True)
            path = own / name
            file.seek(0)
            with path.open("wb") as target:
                shutil.copyfileobj(file, target)
            uploads += _members(path, own) if name.lower().endswith(".zip") else [Upload(name, path)]
    except OSError as error:
        raise KpiError(
            "上传的文件存不下",
            found=error.strerror or str(error),
            advice="请把此信息告诉维护者：服务器的临时目录可能已满",
            code="not_kept",
        ) from error
    return uploads


def _members(path: Path, folder: Path) -> list[Upload]:
    from kpi.reading.archive import expand

    members: list[Upload] = []
    try:
        for number, member in enumerate(expand(path), 1):
            name = safe_name(PurePosixPath(member.name).name)
            if member.path is None:
                members.append(Upload(name, path, failure=parts_of(member.error or BadInput("压缩包内的文件无法取出"))))
                continue
            own = folder / f"member-{number:04d}"
            own.mkdir()
            members.append(Upload(name, Path(shutil.move(member.path, own / name))))
    except KpiError as error:
        _log.warning("upload_refused", extra={"document": path.name, **failure_fields(error_parts(error, ""))})
        members.append(Upload(path.name, path, failure=parts_of(error)))
    return members


def parts_of(error: BaseException) -> dict[str, str]:
    """A failure in words."""
    if isinstance(error, KpiError):
        return {"what": error.what, "where": "", "found": error.found, "advice": error.advice}
    return {"what": "解析时程序出错", "where": "", "found": type(error).__name__, "advice": "请把文件提供给维护者"}


def parse_uploads(uploads: Sequence[Upload], *, jobs: int = 0) -> Iterator[Upload]:
    """Parse what was not looked at yet in worker processes; each upload as it is done."""
    import kpi
    from kpi.ingestion import ProcessExecutor

    waiting = {str(upload.path): upload for upload in uploads if not upload.done}
    if not waiting:
        return
    for task, outcome in ProcessExecutor(jobs).run(kpi.parse, list(waiting)):
        upload = waiting[task]
        fields = {"document": upload.name, "bytes": upload.path.stat().st_size}
        if isinstance(outcome, BaseException):
            upload.failure = parts_of(outcome)
            _log.warning("upload_refused", extra={**fields, **failure_fields(error_parts(outcome, ""))})
        else:
            upload.document = outcome
            found = {"sha256": outcome.sha256, "indicators": len(outcome.indicators)}
            _log.info("upload_accepted", extra={**fields, **found})
        yield upload


def add_to_store(uploads: Iterable[Upload], store: Path | str, attributes: Mapping[str, str | int]) -> IngestReport:
    """Publish parsed uploads; what was parsed for the report is not parsed again.

    Raises:
        StoreError: the store cannot be written, or another writer does not finish.
    """
    from kpi.catalog.layout import Layout
    from kpi.ingestion import ParsedResults

    layout = Layout(store)
    layout.create()
    results = ParsedResults(layout)
    paths = []
    for upload in uploads:
        if upload.document is None:
            continue
        sha256 = upload.document.sha256
        target = layout.root / UPLOADS / sha256[:_HASH_DIGITS] / upload.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_file() or content_hash(target) != sha256:  # as after a copy that was cut off
                copy_atomically(upload.path, target)
        except OSError as error:
            raise layout.not_writable(error) from error
        results.keep_original(sha256, target)
        results.save(upload.document)
        paths.append(target)
    return _published(paths, store, attributes)


def _published(paths: Sequence[Path], store: Path | str, attributes: Mapping[str, str | int]) -> IngestReport:
    """Publish in a process of its own: building a snapshot keeps the processor from the pages of others, and memory."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from kpi.catalog.layout import Layout

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_publish, paths, store, attributes).result()
        except BrokenProcessPool as error:
            raise StoreError(
                "发布没有完成，原有内容不受影响", where=Layout(store).shown, found="发布进程中断，可能是内存不足", advice="稍后重试，或一次少选几个文件",
                code="not_written",
            ) from error  # fmt: skip


def _publish(paths: Sequence[Path], store: Path | str, attributes: Mapping[str, str | int]) -> IngestReport:
    from kpi.ingestion import SerialExecutor, ingest

    return ingest(paths, store, executor=SerialExecutor(), attributes=attributes)


def content_key(files: Iterable[Any]) -> str:
    """Changes whenever other files are chosen."""
    told = "|".join(f"{file.file_id if hasattr(file, 'file_id') else ''}{file.name}{file.size}" for file in files)
    return hashlib.sha1(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one session's uploads; it vanishes with the object."""
    return tempfile.TemporaryDirectory(prefix="kpi-upload-")
