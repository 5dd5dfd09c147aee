"""What a store holds and how it is (状态)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kpi.catalog.documents import DocumentRow, read_documents, read_sections
from kpi.catalog.layout import DOCUMENTS, SECTIONS, Layout
from kpi.catalog.publish import usable
from kpi.catalog.remote import UNREACHABLE
from kpi.catalog.working_copy import prepare
from kpi.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A store in figures. Sizes in bytes; `health` lists what is wrong, empty when all is well."""

    path: str
    snapshot: str
    created: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    publications: int = 0
    copies: int = 0
    """Sections that are copies or older editions of a publication."""
    cities: int = 0
    years: tuple[int, ...] = ()
    last_ingest: str = ""
    suspect_pages: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    snapshots: int = 0
    parts: int = 0
    health: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def read_status(store: str | Path) -> tuple[Status, tuple[DocumentRow, ...]]:
    """The status of a store and its documents in the order of coming in.

    Raises:
        StoreError: there is no store, or no usable snapshot in it.
    """
    layout = Layout(store)
    told = prepare(layout)
    manifest, notes = usable(layout)
    sizes = _sizes(layout)
    if manifest is None:
        return Status(path=layout.shown, snapshot="", sizes=sizes, health=tuple(told)), ()
    folder = layout.folder(manifest.name)
    rows = tuple(read_documents(folder / DOCUMENTS).values())
    sections = read_sections(folder / SECTIONS)
    status = Status(
        path=layout.shown, snapshot=manifest.name, created=manifest.created, counts=dict(manifest.counts),
        publications=len({verdict.publication for verdict in sections.verdicts.values()}), copies=len(sections.uncounted()),
        cities=len({row.city for row in rows if row.city}), years=tuple(sorted({row.year for row in rows if row.year})),
        last_ingest=max((row.entry.added for row in rows), default=""),
        suspect_pages=sum(len(row.suspect_pages) for row in rows),
        sizes={"snapshot": sum(stamp.bytes for stamp in manifest.files.values()), **sizes},
        snapshots=len(layout.names()), parts=len(manifest.parts), health=(*told, *notes),
    )  # fmt: skip
    return status, rows


def _sizes(layout: Layout) -> dict[str, int]:
    """Bytes by kind. Results and originals of a store elsewhere are not counted: a million of them are thousands of requests."""
    if layout.remote is None:
        return {name: _size(layout.root / name) for name in ("snapshots", "parsed", "files", "decisions")}
    try:
        stored = {name: layout.remote.stored(name) for name in ("snapshots", "decisions")}
    except StoreError as error:
        if error.code != UNREACHABLE:
            raise
        stored = {}
    sizes = {name: sum(item.bytes for item in items) for name, items in stored.items()}
    return {**sizes, "working_copy": _size(layout.root)}


def _size(folder: Path) -> int:
    """Bytes below a folder, a file that is linked several times once."""
    seen = {}
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            found = path.lstat()
        except OSError:  # pruned while we look
            continue
        if path.is_file():
            seen[found.st_dev, found.st_ino] = found.st_size
    return sum(seen.values())
