"""The files of a new snapshot (建快照): parts, dictionaries, sections, names, documents, checksums."""

from __future__ import annotations

import shutil
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kpi.catalog.documents import (
    DocumentRow,
    Entry,
    Sections,
    apply_attributes,
    bind,
    read_sections,
    summarise,
    write_documents,
    write_sections,
)
from kpi.catalog.layout import (
    CLUSTERS,
    CODES,
    DOCUMENTS,
    DOCUMENTS_COPY,
    NAMES,
    SEARCH,
    SECTIONS,
    Layout,
    Manifest,
    Part,
    Stamp,
    files_below,
    stamp_of,
)
from kpi.catalog.parts import (
    PART_ROWS,
    Prepared,
    prepare,
    read_facets,
    read_parquet,
    rewrite_part,
    set_counted,
    write_part,
)
from kpi.catalog.publications import Section, SectionRows, decide, distinct, find_relations, row_hashes, sketch_of
from kpi.catalog.publish import NameEntry, NameUse, Plan, TextIndexWriter, Tools
from kpi.catalog.schema import CODED, INDEXED, Dictionary
from kpi.durable import share, sync_file
from kpi.errors import StoreError

SMALL_PART_ROWS = PART_ROWS // 4
MOST_SMALL_PARTS = 8
"""So many small parts are joined into one: opening stays quick, and a row is rewritten about log8(rows) times."""


@dataclass
class _Build:
    """State of one build: where from, where to, and what is known of each file."""

    base: Path | None
    folder: Path
    dictionaries: dict[str, Dictionary]
    parts: list[Part]
    next_part: int
    stamps: dict[str, Stamp]
    rows_written: int = 0

    def name_part(self) -> str:
        name = f"{self.next_part:06d}"
        self.next_part += 1
        return name


def build_snapshot(
    layout: Layout, folder: Path, plan: Plan, tools: Tools, *, name: str, sequence: int
) -> tuple[Manifest, int]:
    """Write every file of a snapshot but its manifest; returns the manifest and how many rows were written."""
    base = plan.base
    base_folder = layout.folder(base.name) if base else None
    dictionaries = read_dictionaries(base_folder) if base_folder else {column: Dictionary() for column in CODED}
    build = _Build(base_folder, folder, dictionaries, [], base.next_part if base else 1, {})
    before = {kind: len(dictionaries[kind]) for kind in INDEXED} if base else dict.fromkeys(INDEXED, 0)

    documents = dict(plan.kept)
    made = _write_new_parts(build, plan, tools, documents)
    old = read_sections(base_folder / SECTIONS) if base_folder else Sections()
    sections = _update_sections(build, base, old, documents, plan.gone, made)
    _carry_parts(build, base, plan.gone, old, sections, documents, made)
    _join_small_parts(build, sections, documents)
    write_sections(folder / SECTIONS, sections)
    write_documents(folder / DOCUMENTS, documents.values())
    shutil.copyfile(folder / DOCUMENTS, folder / DOCUMENTS_COPY)
    write_dictionaries(folder, dictionaries)
    if tools.index is not None:
        _write_search(build, None if plan.reindex else base, tools, before)
    if tools.clusters is not None:
        anew = base_folder is None or plan.recluster or not (base_folder / CLUSTERS).is_file()
        tools.clusters(folder, base_folder, _name_use(build, 0 if anew else before["name"]))
    for path in files_below(folder):
        if path not in build.stamps:
            sync_file(folder / path)
            build.stamps[path] = stamp_of(folder / path)
    uncounted = sections.uncounted()
    counts = {
        "documents": len(documents),
        "indicators": sum(part.rows for part in build.parts),
        "counted": sum(section.rows for section in sections.sections if section.number not in uncounted),
        "projects": sum(row.projects for row in documents.values()),
        "tables": sum(row.tables for row in documents.values()),
        **{f"{kind}_texts": len(dictionaries[kind]) - 1 for kind in INDEXED},
    }
    manifest = Manifest(
        name=name, sequence=sequence, created=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=base.name if base else "", counts=counts, parts=tuple(build.parts), next_part=build.next_part,
        search={"version": tools.index.version, **{k: len(dictionaries[k]) for k in INDEXED}} if tools.index else {},
        decisions=tools.decisions, files=dict(sorted(build.stamps.items())),
    )  # fmt: skip
    return manifest, build.rows_written


def _write_new_parts(build: _Build, plan: Plan, tools: Tools, documents: dict[str, DocumentRow]) -> list[Part]:
    parts: list[Part] = []
    waiting: list[Prepared] = []
    name = ""

    def close() -> None:
        part = write_part(build.folder, name, waiting, build.dictionaries)
        build.rows_written += part.rows
        parts.append(part)
        waiting.clear()

    made = sorted(plan.made, key=lambda item: item[0].order)
    for (entry, mark), loaded in zip(made, _loaded([entry for entry, _ in made], tools), strict=True):
        plain = apply_attributes(bind(loaded, entry), entry.attributes)
        if tools.amendments is not None:
            plain = tools.amendments.apply(plain)
        name = name if waiting else build.name_part()
        waiting.append(prepare(plain))
        documents[entry.sha256] = summarise(entry, plain, fingerprint=mark, part=name)
        if sum(item.records.num_rows for item in waiting) >= PART_ROWS:
            close()
    if waiting:
        close()
    return parts


def _loaded(entries: Sequence[Entry], tools: Tools) -> Iterator[dict[str, Any]]:
    """The parsed results in order; at most `tools.ahead` of them wait in memory."""
    if not tools.ahead:
        yield from map(tools.load, entries)
        return
    with ThreadPoolExecutor(tools.ahead, "kpi-load") as pool:
        waiting: deque[Future[dict[str, Any]]] = deque()
        try:
            for entry in entries:
                waiting.append(pool.submit(tools.load, entry))
                if len(waiting) == tools.ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _update_sections(
    build: _Build, base: Manifest | None, old: Sections, documents: Mapping[str, DocumentRow], gone: frozenset[str],
    made: Iterable[Part],
) -> Sections:  # fmt: skip
    texts = {column: dictionary.texts for column, dictionary in build.dictionaries.items()}
    kept = [section for section in old.sections if section.sha256 not in gone]
    kept_numbers = {section.number for section in kept}
    relations = {pair: relation for pair, relation in old.relations.items() if kept_numbers.issuperset(pair)}
    rows: dict[int, SectionRows] = {}
    new: list[Section] = []
    for part in made:
        facets = read_facets(build.folder, [part])
        for number, columns in _split(facets):
            rows[number] = distinct(row_hashes(columns, texts))
            new.append(_section(number, columns, texts, documents, rows[number]))
    lazy: list[Any] = []

    def rows_of(number: int) -> SectionRows:
        if number not in rows:
            if not lazy and base is not None and build.base is not None:
                lazy.append(read_facets(build.base, base.parts))
            (facets,) = lazy
            chosen = facets.filter(pa.array(facets["section"].to_numpy() == number))
            rows[number] = distinct(row_hashes(_columns(chosen), texts))
        return rows[number]

    sections = [*kept, *new]
    relations |= find_relations(sections, {section.number for section in new}, rows_of)
    return Sections(tuple(sections), relations, decide(sections, relations))


_COMPARED = ("section", "sha256", "table", "year", "province", "city", "county", "department", "name", "project", "period", "target")  # fmt: skip


def _columns(facets: pa.Table) -> dict[str, Any]:
    return {name: facets[name].to_numpy() for name in _COMPARED}


def _split(facets: pa.Table) -> Iterable[tuple[int, dict[str, Any]]]:
    if not facets.num_rows:
        return
    columns = _columns(facets)
    order = np.argsort(columns["section"], kind="stable")
    numbers, starts = np.unique(columns["section"][order], return_index=True)
    for number, chosen in zip(numbers, np.split(order, starts[1:]), strict=True):
        yield int(number), {name: values[chosen] for name, values in columns.items()}


def _section(
    number: int, columns: Mapping[str, Any], texts: Mapping[str, list[str]], documents: Mapping[str, DocumentRow],
    rows: SectionRows,
) -> Section:  # fmt: skip
    usual = {
        name: texts[name][int(np.bincount(columns[name]).argmax())]
        for name in ("province", "city", "county", "department")
    }
    document = documents[texts["sha256"][columns["sha256"][0]]]
    year = int(columns["year"][0])
    return Section(
        number=number, sha256=document.entry.sha256, table=texts["table"][columns["table"][0]],
        year=year if year > 0 else None, title=f"{document.title} {document.name}", order=document.entry.order,
        rows=len(columns["section"]), paged=document.format == "pdf", sketch=sketch_of(rows), **usual,
    )  # fmt: skip


def _carry_parts(
    build: _Build, base: Manifest | None, gone: frozenset[str], old: Sections, sections: Sections,
    documents: dict[str, DocumentRow], made: list[Part],
) -> None:  # fmt: skip
    """Link the parts of the base that stay as they are, rewrite those that lose documents or change what counts."""
    uncounted = sections.uncounted()
    kept = {section.number for section in old.sections if section.sha256 not in gone}
    flipped = {section.number for section in sections.sections} & (uncounted ^ (old.uncounted() & kept))
    part_of = {section.number: documents[section.sha256].part for section in sections.sections}
    flipped_parts = {part_of[number] for number in flipped}
    losing = _parts_with(build.base, base, gone)
    for part in base.parts if base else ():
        assert build.base is not None  # noqa: S101 - a base manifest has a folder
        if part.name in losing:
            _rewrite(build, build.base, [part], sections, documents, gone)
            continue
        for path in part.files().values():
            share(build.base / path, build.folder / path)
            build.stamps[path] = base.files[path]  # type: ignore[union-attr]
        build.parts.append(part)
        if part.name in flipped_parts:
            set_counted(build.folder, part, uncounted)
            del build.stamps[part.files()["indicators"]]
    for part in made:
        build.parts.append(part)
        if part.name in flipped_parts:
            set_counted(build.folder, part, uncounted)


def _parts_with(folder: Path | None, base: Manifest | None, gone: frozenset[str]) -> set[str]:
    if folder is None or base is None or not gone:
        return set()
    table = read_parquet(folder / DOCUMENTS, ["sha256", "part"]).to_pylist()
    return {row["part"] for row in table if row["sha256"] in gone}


def _rewrite(
    build: _Build, source: Path, parts: list[Part], sections: Sections, documents: dict[str, DocumentRow],
    gone: frozenset[str],
) -> None:  # fmt: skip
    """Join parts of `source` into a new one without the documents `gone`; an empty one is left out."""
    name = build.name_part()
    part = rewrite_part(
        source,
        parts,
        build.folder,
        name,
        gone=gone,
        uncounted=sections.uncounted(),
        hashes=build.dictionaries["sha256"],
    )
    build.rows_written += part.rows
    names = {part.name for part in parts}
    for sha256, row in documents.items():
        if row.part in names:
            documents[sha256] = replace(row, part=name)
    if part.rows or any(row.part == name for row in documents.values()):
        build.parts.append(part)
    else:
        _delete(build, part)


def _join_small_parts(build: _Build, sections: Sections, documents: dict[str, DocumentRow]) -> None:
    small = [part for part in build.parts if part.rows < SMALL_PART_ROWS]
    if len(small) < MOST_SMALL_PARTS:
        return
    build.parts = [part for part in build.parts if part not in small]
    _rewrite(build, build.folder, small, sections, documents, frozenset())
    for part in small:
        _delete(build, part)


def _delete(build: _Build, part: Part) -> None:
    for path in part.files().values():
        (build.folder / path).unlink()
        build.stamps.pop(path, None)


def _write_search(build: _Build, base: Manifest | None, tools: Tools, before: Mapping[str, int]) -> None:
    assert tools.index is not None  # noqa: S101 - the caller asked
    target = build.folder / SEARCH
    held = base.search if base else {}
    fits = held.get("version") == tools.index.version and all(held.get(kind) == before[kind] for kind in INDEXED)
    if fits and base is not None and build.base is not None:
        try:
            _extend_search(build, base, build.base, tools.index, before)
        except StoreError:  # damaged or unfinished: it can always be made anew
            shutil.rmtree(target)
        else:
            return
    target.mkdir()
    tools.index.build(target, _entries(build.dictionaries, dict.fromkeys(INDEXED, 0)))


def _extend_search(
    build: _Build, base: Manifest, source: Path, index: TextIndexWriter, before: Mapping[str, int]
) -> None:  # fmt: skip
    target = build.folder / SEARCH
    for path in files_below(source / SEARCH):
        share(source / SEARCH / path, target / path)
    entries = list(_entries(build.dictionaries, before))
    if entries:
        index.extend(target, entries)
    for path in files_below(target):
        if _same_file(source / SEARCH / path, target / path):
            build.stamps[f"{SEARCH}/{path}"] = base.files[f"{SEARCH}/{path}"]


def _name_use(build: _Build, first_new: int) -> NameUse:
    names = build.dictionaries["name"].texts
    paths = [build.folder / part.files()["facets"] for part in build.parts]
    columns = [read_parquet(path, ["name", "sha256", "project_index"]) for path in paths]
    facets = pa.concat_tables(columns) if columns else None
    numbers = facets["name"].to_numpy() if facets else np.zeros(0, np.int32)
    counts = np.bincount(numbers, minlength=len(names))

    def listed() -> Iterator[list[str]]:
        if facets is None:
            return
        places = facets["project_index"].to_numpy().astype(np.int64)
        projects = facets["sha256"].to_numpy().astype(np.int64) * (int(places.max(initial=0)) + 1) + places
        concerned = np.isin(projects, np.unique(projects[(numbers >= first_new) & (places >= 0)])) & (places >= 0)
        chosen, owners = numbers[concerned], projects[concerned]
        order = np.argsort(owners, kind="stable")
        _, starts = np.unique(owners[order], return_index=True)
        for group in np.split(chosen[order], starts[1:]) if len(starts) else ():
            yield [names[number] for number in group]

    return NameUse(names=names, counts=counts, first_new=first_new, listed=listed)


def _same_file(a: Path, b: Path) -> bool:
    return a.exists() and a.samefile(b)


def _entries(dictionaries: Mapping[str, Dictionary], before: Mapping[str, int]) -> Iterable[NameEntry]:
    for kind in INDEXED:
        texts = dictionaries[kind].texts
        for number in range(before[kind], len(texts)):
            yield NameEntry(kind, number, texts[number])


def write_dictionaries(folder: Path, dictionaries: Mapping[str, Dictionary]) -> None:
    """Write names.parquet (texts of the text index) and codes.parquet (all other coded columns)."""
    for path, wanted in ((NAMES, True), (CODES, False)):
        columns = [column for column in CODED if (column in INDEXED) is wanted]
        sizes = Counter({column: len(dictionaries[column]) for column in columns})
        kinds = pa.DictionaryArray.from_arrays(
            np.repeat(np.arange(len(columns), dtype=np.int32), [sizes[column] for column in columns]), pa.array(columns)
        )
        numbers = np.concatenate([np.arange(sizes[column], dtype=np.int32) for column in columns])
        texts = pa.array([text for column in columns for text in dictionaries[column].texts], pa.string())
        table = pa.table({"kind": kinds.cast(pa.string()), "number": numbers, "text": texts})
        pq.write_table(table, folder / path, compression="zstd")


def read_dictionaries(folder: Path) -> dict[str, Dictionary]:
    """The inverse of `write_dictionaries`."""
    return {column: Dictionary(texts.to_pylist()) for column, texts in read_texts(folder).items()}


def read_texts(folder: Path) -> dict[str, pa.ChunkedArray]:
    """Texts of all coded columns; the place of a text is its number."""
    result = {}
    for path in (NAMES, CODES):
        table = read_parquet(folder / path)
        starts = np.flatnonzero(table["number"].to_numpy() == 0)
        for kind, start, end in zip(
            table["kind"].take(pa.array(starts)).to_pylist(), starts, [*starts[1:], len(table)], strict=True
        ):
            result[kind] = table["text"].slice(int(start), int(end - start))
    return result
