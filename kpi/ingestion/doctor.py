"""Looking after a store (体检): what is damaged, outdated or left over, and putting it right."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpi.catalog.documents import Entry
from kpi.catalog.layout import BUILDING, SEARCH, Layout, check_sums, read_manifest
from kpi.catalog.locks import writing
from kpi.catalog.publish import Change, Published, registered
from kpi.catalog.remote_writer import damaged_objects, unneeded
from kpi.catalog.working_copy import catch_up, prepare
from kpi.errors import StoreError
from kpi.ingestion.parsed import RESULT, load_plain, parser_version
from kpi.ingestion.publishing import publish_change

_log = logging.getLogger(__name__)

DAMAGED, DAMAGED_COPY, OUTDATED, LEFT_OVER, SUPERSEDED = (
    "damaged",
    "damaged_copy",
    "outdated_index",
    "left_over",
    "superseded_result",
)
NO_RESULT, NO_ORIGINAL = "missing_result", "missing_original"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it should be; `mendable` without the user's files."""

    code: str
    message: str
    where: str
    mendable: bool


def examine(store: str | Path) -> list[Problem]:
    """Check every file of the snapshots, the text index, parsed results and originals. Reads everything, changes nothing.

    Raises:
        StoreError: there is no store.
    """
    layout = Layout(store)
    prepare(layout, strict=True)
    problems = [*_snapshots(layout), *_index(layout), *_left_over(layout), *_documents(layout)]
    for problem in problems:
        found = {"code": problem.code, "where": problem.where, "mendable": problem.mendable}
        _log.warning("store_problem", extra=found)
    _log.info("store_examined", extra={"store": layout.shown, "problems": len(problems)})
    return problems


def mend(store: str | Path, problems: list[Problem], *, rebuild: bool = False) -> Published | None:
    """Put right what can be: damaged snapshots are made anew from the parsed results, an outdated index from the names.

    What is left over is deleted. Returns None when nothing had to be published.
    """
    layout = Layout(store)
    codes = {problem.code for problem in problems if problem.mendable}
    published = None
    if DAMAGED_COPY in codes:
        _delete_damaged(layout)
        catch_up(layout, strict=True)
    if rebuild or DAMAGED in codes:
        rescued = () if registered(layout) else tuple(_rescued(layout))
        published = publish_change(layout, Change(put=rescued, rebuild=True))
        _delete_damaged(layout, but=published.name)
    elif OUTDATED in codes:
        published = publish_change(layout, Change(reindex=True))
    if LEFT_OVER in codes or SUPERSEDED in codes:
        with writing(layout) as writer:
            writer.prune()
            for folder in superseded_results(layout):
                layout.objects.delete_below(folder)
    if codes or rebuild:
        name = published.name if published else layout.current()
        _log.info("store_mended", extra={"store": layout.shown, "codes": sorted(codes), "snapshot": name})
    return published


def _snapshots(layout: Layout) -> Iterator[Problem]:
    current, names = layout.current(), layout.names()
    if current not in names and (current or names):
        told = f"CURRENT 指向的快照 {current or '（空）'} 不存在或没有清单"
        yield Problem(DAMAGED, told, str(layout.current_file), mendable=True)
    code, where = (DAMAGED, "") if layout.remote is None else (DAMAGED_COPY, "本地副本 ")
    for name in layout.names():
        try:
            broken = check_sums(layout.folder(name), read_manifest(layout.folder(name)))
        except StoreError as error:
            yield Problem(code, str(error), where + name, mendable=True)
            continue
        for file in broken:
            yield Problem(code, "文件与清单的校验和不符", f"{where}{name}/{file}", mendable=True)
    if layout.remote is not None:
        for key in damaged_objects(layout, layout.remote):
            yield Problem(DAMAGED, "文件与清单的校验和不符", layout.remote.where(key), mendable=True)


def _index(layout: Layout) -> Iterator[Problem]:
    from index.stamp import check_stamp

    folder = layout.folder(layout.current()) / SEARCH
    if layout.current() and folder.is_dir():
        try:
            check_stamp(folder)
        except StoreError as error:
            yield Problem(OUTDATED, error.what, str(folder), mendable=True)


def _left_over(layout: Layout) -> Iterator[Problem]:
    for folder in layout.snapshots.glob(f"{BUILDING}*"):
        yield Problem(LEFT_OVER, "中断的发布留下的文件", str(folder), mendable=True)
    if layout.remote is not None and not _is_damaged(layout, layout.current()):
        for name in unneeded(layout, layout.remote):
            yield Problem(LEFT_OVER, "中断的发布留下的文件", layout.remote.where(f"snapshots/{name}"), mendable=True)
    for key in superseded_results(layout):
        yield Problem(SUPERSEDED, "旧版解析程序的结果，已不再使用", layout.objects.where(key), mendable=True)


def superseded_results(layout: Layout) -> list[str]:
    """Folders of results by other versions of the parser that no document of the store is published from."""
    used = {f"parsed/{row.entry.parser}/{sha256}" for sha256, row in registered(layout).items()}
    found = {stored.key.rpartition("/")[0] for stored in layout.objects.stored("parsed")} if used else set()
    own = f"parsed/{parser_version()}/"
    return sorted(key for key in found - used if key.count("/") == _DEPTH and not key.startswith(own))


_DEPTH = 2
"""Slashes in `parsed/<parser>/<sha256>`."""


def _documents(layout: Layout) -> Iterator[Problem]:
    originals = {stored.key for stored in layout.objects.stored("files")}
    for sha256, row in registered(layout).items():
        try:
            load_plain(layout, row.entry)
        except StoreError as error:
            yield Problem(NO_RESULT, error.what, row.entry.path, mendable=False)
        if layout.file_key(sha256) not in originals:
            yield Problem(NO_ORIGINAL, "原文件缺失，无法显示原页", row.entry.path, mendable=False)


def _rescued(layout: Layout) -> Iterator[Entry]:
    """Entries for every parsed result, where no list of documents survived; the newest parser's result of each."""
    found: dict[str, str] = {}
    for stored in sorted(layout.objects.stored("parsed"), key=lambda stored: stored.modified):
        folder, _, name = stored.key.rpartition("/")
        if name == RESULT and folder.count("/") == _DEPTH:
            _, parser, sha256 = folder.split("/")
            found[sha256] = parser
    for sha256, parser in sorted(found.items()):
        blank = Entry(sha256=sha256, path="", location="", parser=parser)
        given = load_plain(layout, blank)["document"]["path"]
        yield Entry(sha256=sha256, path=given, location=str(Path(given).resolve()), parser=parser)


def _delete_damaged(layout: Layout, *, but: str = "") -> None:
    """Damaged snapshots must not stay as something to fall back to; of a store elsewhere, in the working copy."""
    for name in layout.names(finished=layout.remote is not None):
        if name != but and _is_damaged(layout, name):
            shutil.rmtree(layout.folder(name), ignore_errors=True)


def _is_damaged(layout: Layout, name: str) -> bool:
    try:
        return bool(name and check_sums(layout.folder(name), read_manifest(layout.folder(name))))
    except StoreError:
        return True
