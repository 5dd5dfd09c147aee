"""Building and searching a store of a million indicators, beside the plain design and SQLite FTS5.

    python -m benchmarks.search [--rows 1000000] [--store DIR] [--no-peers]

Each phase runs in its own process, so that memory is its own. Times are of a shared machine: quote ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import synthetic
from benchmarks.synthetic import Size
from kpi.catalog.layout import Layout
from kpi.catalog.publish import Change
from kpi.ingestion.publishing import publish_change

_ROOT = Path(__file__).resolve().parents[1]
PARSER = "benchmark"
QUERIES = 200
FACETS = ("city", "province", "year", "department", "level1", "category", "unit", "kind", "comparator")


def cpu_seconds() -> float:
    """Seconds of processor time of this process and its children: what is left when others use the machine."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def peak_megabytes() -> float:
    """Largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def now_megabytes() -> float:
    """Memory of this process now, MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95 and maximum of times in milliseconds."""
    ordered = sorted(values)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 1), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "max_ms": round(ordered[-1], 1),
    }  # fmt: skip


def mixed_queries(size: Size, seed: int) -> list[tuple[str, str, dict[str, Any]]]:
    """`(kind of query, text, filters)`: one and two words, with city, range and facets, rare, common, no hit, pinyin."""
    chooser = random.Random(seed + 1)
    cities = [city for _, city in synthetic.make_cities(size)]
    names = synthetic.make_names(size, seed)
    who, what, step = synthetic.WHO, synthetic.WHAT, synthetic.STEP
    measures = [measure for measure, _, _ in synthetic.MEASURE]
    pick = chooser.choice
    kinds = {
        "one word": lambda: (pick(what), {}),
        "two words": lambda: (f"{pick(what)} {pick(measures)}", {}),
        "with city": lambda: (f"{pick(measures)} city:{pick(cities)}", {}),
        "numeric range": lambda: (f"{pick(what)} value>={pick((85, 90, 95))}", {}),
        "with unit": lambda: (f"{pick(what)} 成本 value>=10万元", {}),
        "several facets": lambda: (pick(what), {"city": cities[:40], "year": ["2024", "2026"], "level1": ["产出指标"]}),
        "rare": lambda: (pick(names)[0], {}),
        "common": lambda: (pick(("满意度", "完成率", "服务", "数量", "率")), {}),
        "no hit": lambda: (f"{pick(who)}{pick(step)}不存在的指标", {}),
        "pinyin": lambda: (pick(("manyidu", "myd", "wanchenglv", "fugailv", "jishilv")), {}),
        "everything": lambda: ("", {"year": ["2025"]}),
        "sorted": lambda: (f"{pick(what)} sort:-value", {}),
    }
    result = []
    for number in range(QUERIES):
        kind = list(kinds)[number % len(kinds)]
        text, filters = kinds[kind]()
        result.append((kind, text, filters))
    return result


# --- phases, each in a process of its own


def make(folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """Write parsed documents, as an ingest leaves them."""
    layout = Layout(folder)
    layout.create()
    start = time.perf_counter()
    entries = [synthetic.keep_parsed(layout, plain, PARSER) for plain in synthetic.make_documents(size, seed)]
    (folder / "entries.json").write_text(json.dumps([[e.sha256, e.path, e.location] for e in entries]))
    return {"documents": len(entries), "seconds": round(time.perf_counter() - start, 1)}


def read_entries(folder: Path) -> tuple[Any, ...]:
    """Entries of the documents that `make` wrote."""
    from kpi.catalog.documents import Entry

    return tuple(
        Entry(sha256=sha256, path=path, location=location, parser=PARSER)
        for sha256, path, location in json.loads((folder / "entries.json").read_text())
    )


def build(folder: Path, _size: Size, _seed: int) -> dict[str, Any]:
    """Publish everything: Parquet, coded columns, rows, names index, clusters; the clusters' share apart."""
    from kpi.ingestion import clustering

    clustering_seconds: list[float] = []
    clustering_cpu: list[float] = []
    whole = clustering.Clusterer.__call__

    def timed(*arguments: Any) -> None:
        began, worked = time.perf_counter(), cpu_seconds()
        whole(*arguments)
        clustering_seconds.append(time.perf_counter() - began)
        clustering_cpu.append(cpu_seconds() - worked)

    clustering.Clusterer.__call__ = timed  # type: ignore[method-assign]
    start = time.perf_counter()
    published = publish_change(Layout(folder), Change(put=read_entries(folder)))
    seconds = time.perf_counter() - start
    snapshot = Layout(folder).folder(published.name)
    sizes: dict[str, int] = {}
    for path in snapshot.rglob("*"):
        if path.is_file():
            top = path.relative_to(snapshot).parts[0]
            sizes[top] = sizes.get(top, 0) + path.stat().st_size
    manifest = json.loads((snapshot / "manifest.json").read_text())
    return {
        "build_seconds": round(seconds - sum(clustering_seconds), 1), "clusters_seconds": round(sum(clustering_seconds), 1),
        "cpu_seconds": round(cpu_seconds(), 1), "clusters_cpu_seconds": round(sum(clustering_cpu), 1), "peak_mb": round(peak_megabytes()),
        "counts": manifest["counts"],
        "parts": len(manifest["parts"]), "size_mb": {name: round(size / 2**20, 1) for name, size in sorted(sizes.items())},
        "size_total_mb": round(sum(sizes.values()) / 2**20, 1),
    }  # fmt: skip


def search(folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """Open, first query, then the mixed queries warm."""
    from kpi.store import open_store

    queries = mixed_queries(size, seed)
    start = time.perf_counter()
    store = open_store(folder)
    opened = time.perf_counter()
    store.search(queries[0][1], filters=queries[0][2])
    first = time.perf_counter()
    first_cpu = time.process_time()
    for _, text, filters in queries[:24]:
        store.search(text, filters=filters)
    times: dict[str, list[float]] = {}
    busy: list[float] = []
    totals: dict[str, list[int]] = {}
    for kind, text, filters in queries:
        began, worked = time.perf_counter(), time.process_time()
        answer = store.search(text, filters=filters)
        times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        totals.setdefault(kind, []).append(answer.total)
    store.close()
    return {
        "open_seconds": round(opened - start, 2), "first_query_seconds": round(first - opened, 2),
        "open_and_first_seconds": round(first - start, 2), "process_seconds_until_then": round(first_cpu, 2),
        **percentiles([value for values in times.values() for value in values]),
        "processor": percentiles(busy),
        "by_kind": {kind: percentiles(values) | {"mean_total": round(sum(totals[kind]) / len(values))} for kind, values in times.items()},
        "memory_mb": round(now_megabytes()), "peak_mb": round(peak_megabytes()),
    }  # fmt: skip


def decide(folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """Publish one decision of a person: two clusters become one, and apart again."""
    from kpi.decisions import Decision, make_decision, save_decision
    from kpi.ingestion import republish

    layout = Layout(folder)
    names = [name for name, _, _ in synthetic.make_names(size, seed)[:2]]
    times = []
    merge = make_decision(Decision(kind="merge", names=tuple(names)), author="benchmark")
    undo = make_decision(Decision(kind="undo", undoes=merge.id), existing=[merge], author="benchmark")
    for decision in (merge, undo):
        start = time.perf_counter()
        save_decision(layout.decisions, decision)
        republish(folder)
        times.append(round(time.perf_counter() - start, 2))
    shutil.rmtree(layout.decisions)
    layout.create()
    republish(folder)
    return {"merge_seconds": times[0], "undo_seconds": times[1], "peak_mb": round(peak_megabytes())}


def add_one(folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """Publish one more document of 1,000 indicators, 50 of its names new."""
    chooser = random.Random(seed + 2)
    names = synthetic.make_names(size, seed)
    fresh = [
        (f"{who}新设{what}达标率", "%", "质量指标")
        for who, what in zip(synthetic.WHO * 2, synthetic.WHAT, strict=False)
    ][:50]
    rows = [*fresh, *(chooser.choice(names) for _ in range(950))]
    plain = synthetic.make_document(size.documents, "河南省", "安平市", 2026, rows, chooser)
    entry = synthetic.keep_parsed(Layout(folder), plain, PARSER)
    start = time.perf_counter()
    published = publish_change(Layout(folder), Change(put=(entry,)))
    added = time.perf_counter()
    publish_change(Layout(folder), Change(drop=frozenset([entry.sha256])))
    removed = time.perf_counter()
    first = read_entries(folder)[0]
    publish_change(Layout(folder), Change(drop=frozenset([first.sha256])))
    thinned = time.perf_counter()
    publish_change(Layout(folder), Change(put=(first,)))
    return {
        "publish_one_seconds": round(added - start, 2), "rows_written": published.rows_written,
        "remove_it_seconds": round(removed - added, 2), "remove_an_old_one_seconds": round(thinned - removed, 2),
        "put_it_back_seconds": round(time.perf_counter() - thinned, 2), "peak_mb": round(peak_megabytes()),
    }  # fmt: skip


def records(size: Size, seed: int, limit: int) -> Any:
    """Records of the synthetic documents, the first `limit`."""
    count = 0
    for plain in synthetic.make_documents(size, seed):
        for record in plain["indicators"]:
            if count == limit:
                return
            count += 1
            yield record


def terms_of(text: str) -> tuple[list[str], dict[str, str], float | None]:
    """Words, the city and the least value of a benchmark query, for engines without our query language."""
    words, city, least = [], {}, None
    for word in text.split():
        if word.startswith("city:"):
            city["city"] = word[5:]
        elif word.startswith("value>="):
            least = float(word[7:].removesuffix("万元"))
        elif not word.startswith("sort:"):
            words.append(word)
    return words, city, least


def plain_whoosh(folder: Path, size: Size, seed: int, rows: int = 200_000) -> dict[str, Any]:
    """The plain design: a Whoosh document an occurrence, filters and facets in Whoosh."""
    import jieba
    from whoosh import fields, query
    from whoosh.index import create_in

    jieba.setLogLevel(60)
    target = folder / "plain-whoosh"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    keys = {name: fields.ID(stored=True, sortable=True) for name in FACETS}
    schema = fields.Schema(
        text=fields.KEYWORD(scorable=True), value=fields.NUMERIC(float, stored=True), name=fields.STORED(), **keys
    )
    start = time.perf_counter()
    writer = create_in(str(target), schema).writer(limitmb=512)
    for record in records(size, seed, rows):
        text = " ".join(word for key in ("name", "project", "department") for word in jieba.cut_for_search(record[key]))
        own = {name: str(record[name] or "") for name in FACETS}
        value = {} if record["value"] is None else {"value": float(record["value"])}
        writer.add_document(text=text, name=record["name"], **own, **value)
    writer.commit()
    built = time.perf_counter() - start
    from whoosh.index import open_dir

    searcher = open_dir(str(target)).searcher()
    times = []
    for kind, text, filters in mixed_queries(size, seed):
        if kind in {"pinyin", "sorted"}:
            continue
        words, equal, least = terms_of(text)
        began = time.perf_counter()
        parts: list[Any] = [query.Term("text", token) for word in words for token in jieba.cut_for_search(word)]
        parts += [query.Term(name, value) for name, value in equal.items()]
        parts += [query.Or([query.Term(name, value) for value in values]) for name, values in filters.items()]
        parts += [query.NumericRange("value", least, None)] if least is not None else []
        results = searcher.search(query.And(parts), limit=20, groupedby=list(FACETS))
        [hit.fields() for hit in results]
        {name: {value: len(found) for value, found in results.groups(name).items()} for name in FACETS}
        times.append((time.perf_counter() - began) * 1000)
    return {
        "rows": min(rows, size.rows),
        "build_seconds": round(built, 1),
        **percentiles(times),
        "peak_mb": round(peak_megabytes()),
    }


def sqlite_fts(folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """SQLite FTS5 over words cut by jieba, with plain columns for filters and facets."""
    import jieba

    jieba.setLogLevel(60)
    path = folder / "fts.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=off")
    connection.execute("pragma synchronous=off")
    connection.execute(f"create table rows(id integer primary key, name, value real, record, {', '.join(FACETS)})")
    connection.execute("create virtual table words using fts5(text, content='')")
    cut: dict[str, str] = {}

    def words_of(text: str) -> str:
        if text not in cut:
            cut[text] = " ".join(jieba.cut_for_search(text))
        return cut[text]

    start = time.perf_counter()
    batch = []
    for number, record in enumerate(records(size, seed, size.rows)):
        text = " ".join(words_of(record[key]) for key in ("name", "project", "department"))
        batch.append((number, text, record))
        if len(batch) == 20_000:
            _insert(connection, batch)
            batch = []
    _insert(connection, batch)
    connection.commit()
    for name in ("city", "year", "level1"):
        connection.execute(f"create index by_{name} on rows({name})")
    connection.commit()
    built = time.perf_counter() - start
    times = []
    for kind, text, filters in mixed_queries(size, seed):
        if kind in {"pinyin", "sorted"}:
            continue
        words, equal, least = terms_of(text)
        began = time.perf_counter()
        match = " AND ".join(f'"{token}"' for word in words for token in jieba.cut_for_search(word))
        conditions = [f"{name} = '{value}'" for name, value in equal.items()]
        conditions += [f"{name} in ({', '.join(repr(value) for value in values)})" for name, values in filters.items()]
        conditions += [f"value >= {least}"] if least is not None else []
        if match:
            conditions.append("id in (select rowid from words where words match ?)")
        where = f"where {' and '.join(conditions)}" if conditions else ""
        connection.execute("drop table if exists temp.found")
        connection.execute(f"create temp table found as select * from rows {where}", (match,) if match else ())
        connection.execute("select count(*) from temp.found").fetchone()
        connection.execute("select record from temp.found limit 20").fetchall()
        for name in FACETS:
            connection.execute(f"select {name}, count(*) from temp.found group by 1").fetchall()
        times.append((time.perf_counter() - began) * 1000)
    return {
        "rows": size.rows, "build_seconds": round(built, 1), "size_mb": round(path.stat().st_size / 2**20, 1), **percentiles(times),
        "peak_mb": round(peak_megabytes()),
    }  # fmt: skip


def _insert(connection: sqlite3.Connection, batch: list[Any]) -> None:
    connection.executemany("insert into words(rowid, text) values(?, ?)", ((number, text) for number, text, _ in batch))
    marks = ", ".join("?" * (len(FACETS) + 4))
    connection.executemany(
        f"insert into rows values({marks})",
        (
            (
                number,
                record["name"],
                record["value"],
                json.dumps(record, ensure_ascii=False),
                *(record[name] for name in FACETS),
            )
            for number, _, record in batch
        ),
    )


PHASES = {
    "make": make, "build": build, "search": search, "add_one": add_one, "decide": decide, "plain_whoosh": plain_whoosh, "sqlite_fts": sqlite_fts,
}  # fmt: skip


def main() -> None:
    """Run the phases and print what they measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=150_000)
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--departments", type=int, default=1, help="documents of each city and year")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--store", type=Path, help="keep the store here (made if missing)")
    parser.add_argument("--no-peers", action="store_true", help="leave out the plain design and SQLite FTS5")
    parser.add_argument("--phase", choices=sorted(PHASES), action="append", help="only these phases")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = Size(options.rows, options.names, options.cities, departments=options.departments)
    if options.inside:
        print(json.dumps(PHASES[options.phase[0]](options.store, size, options.seed), ensure_ascii=False))
        return
    folder = options.store.resolve() if options.store else Path(tempfile.mkdtemp(prefix="kpi-benchmark-"))
    peers = () if options.no_peers else ("plain_whoosh", "sqlite_fts")
    results = {}
    try:
        for phase in options.phase or ("make", "build", "search", "add_one", "decide", *peers):
            results[phase] = run_phase(phase, folder, size, options.seed)
            print(f"{phase}: {json.dumps(results[phase], ensure_ascii=False, indent=1)}", flush=True)
    finally:
        if options.store is None:
            shutil.rmtree(folder, ignore_errors=True)
    report_ratios(results)


def run_phase(phase: str, folder: Path, size: Size, seed: int) -> dict[str, Any]:
    """Run one phase in a process of its own."""
    command = [
        sys.executable, "-m", "benchmarks.search", "--inside", "--phase", phase, "--store", str(folder), "--rows", str(size.rows),
        "--names", str(size.names), "--cities", str(size.cities), "--departments", str(size.departments), "--seed", str(seed),
    ]  # fmt: skip
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def report_ratios(results: dict[str, Any]) -> None:
    """Print how much longer the other designs take."""
    own = results.get("search")
    for peer in ("plain_whoosh", "sqlite_fts"):
        if own and peer in results:
            other = results[peer]
            print(
                f"{peer} ({other['rows']} rows) against the store: p50 {other['p50_ms'] / own['p50_ms']:.1f} times, "
                f"p95 {other['p95_ms'] / own['p95_ms']:.1f} times"
            )


if __name__ == "__main__":
    main()
