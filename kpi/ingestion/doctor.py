"""Looking after a store (体检): what is damaged, outdated or left over, and putting it right."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpi.catalog.documents import Entry
from kpi.catalog.layout import BUILDING, SEARCH, Layout, check_sums, read_manifest
from kpi.catalog.locks import prune, writing
from kpi.catalog.publish import Change, Published, registered
from kpi.errors import StoreError
from kpi.ingestion.parsed import load_plain, parser_version
from kpi.ingestion.publishing import publish_change

_log = logging.getLogger(__name__)

DAMAGED, OUTDATED, LEFT_OVER, SUPERSEDED = "damaged", "outdated_index", "left_over", "superseded_result"
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
    if not layout.root.is_dir():
        raise StoreError("没有这个指标库", where=str(layout.root), advice="先用 kpi ingest 导入文件", code="no_store")
    problems = [*_snapshots(layout), *_index(layout), *_left_over(layout), *_documents(layout)]
    for problem in problems:
        found = {"code": problem.code, "where": problem.where, "mendable": problem.mendable}
        _log.warning("store_problem", extra=found)
    _log.info("store_examined", extra={"store": str(layout.root), "problems": len(problems)})
    return problems


def mend(store: str | Path, problems: list[Problem], *, rebuild: bool = False) -> Published | None:
    """Put right what can be: damaged snapshots are made anew from the parsed results, an outdated index from the names.

    What is left over is deleted. Returns None when nothing had to be published.
    """
    layout = Layout(store)
    codes = {problem.code for problem in problems if problem.mendable}
    published = None
    if rebuild or DAMAGED in codes:
        rescued = () if registered(layout) else tuple(_rescued(layout))
        published = publish_change(layout, Change(put=rescued, rebuild=True))
        _delete_damaged(layout, published.name)
    elif OUTDATED in codes:
        published = publish_change(layout, Change(reindex=True))
    if LEFT_OVER in codes or SUPERSEDED in codes:
        with writing(layout):
            prune(layout)
            for folder in superseded_results(layout):
                shutil.rmtree(folder, ignore_errors=True)
    if codes or rebuild:
        name = published.name if published else layout.current()
        _log.info("store_mended", extra={"store": str(layout.root), "codes": sorted(codes), "snapshot": name})
    return published


def _snapshots(layout: Layout) -> Iterator[Problem]:
    current, names = layout.current(), layout.names()
    if current not in names and (current or names):
        told = f"CURRENT 指向的快照 {current or '（空）'} 不存在或没有清单"
        yield Problem(DAMAGED, told, str(layout.current_file), mendable=True)
    for name in layout.names():
        try:
            broken = check_sums(layout.folder(name), read_manifest(layout.folder(name)))
        except StoreError as error:
            yield Problem(DAMAGED, str(error), name, mendable=True)
            continue
        for file in broken:
            yield Problem(DAMAGED, "文件与清单的校验和不符", f"{name}/{file}", mendable=True)


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
    for folder in superseded_results(layout):
        yield Problem(SUPERSEDED, "旧版解析程序的结果，已不再使用", str(folder), mendable=True)


def superseded_results(layout: Layout) -> list[Path]:
    """Folders of results by other versions of the parser that no document of the store is published from."""
    used = {(row.entry.parser, sha256) for sha256, row in registered(layout).items()}
    found = layout.parsed.glob("*/*") if used else ()
    return sorted(
        path for path in found if path.parent.name != parser_version() and (path.parent.name, path.name) not in used
    )


def _documents(layout: Layout) -> Iterator[Problem]:
    for sha256, row in registered(layout).items():
        try:
            load_plain(layout, row.entry)
        except StoreError as error:
            yield Problem(NO_RESULT, error.what, row.entry.path, mendable=False)
        if not layout.file_of(sha256).is_file():
            yield Problem(NO_ORIGINAL, "原文件缺失，无法显示原页", row.entry.path, mendable=False)


def _rescued(layout: Layout) -> Iterator[Entry]:
    """Entries for every parsed result, where no list of documents survived; the newest parser's result of each."""
    found: dict[str, Path] = {}
    for path in sorted(layout.parsed.glob("*/*/document.json.gz"), key=lambda path: path.stat().st_mtime):
        found[path.parent.name] = path
    for sha256, path in sorted(found.items()):
        parser = path.parent.parent.name
        blank = Entry(sha256=sha256, path="", location="", parser=parser)
        given = load_plain(layout, blank)["document"]["path"]
        yield Entry(sha256=sha256, path=given, location=str(Path(given).resolve()), parser=parser)


def _delete_damaged(layout: Layout, current: str) -> None:
    """Damaged snapshots must not stay as something to fall back to."""
    for name in layout.names():
        if name != current:
            try:
                broken = check_sums(layout.folder(name), read_manifest(layout.folder(name)))
            except StoreError:
                broken = [name]
            if broken:
                shutil.rmtree(layout.folder(name), ignore_errors=True)
