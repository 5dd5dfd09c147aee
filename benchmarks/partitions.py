"""One question over many stores: quartiles of an indicator by province and year, by DuckDB and by Spark over the same Parquet.

    python -m benchmarks.partitions --store DIR --folder NATION [--spark PYTHON]

`--store` is one that `python -m benchmarks.growth --folder …` left. Its documents become a store a province in NATION, the way
that a country is cut; its clusters stand for the country's table of names. `--spark` is a Python that has pyspark, with Java.
What comes out must be equal. `docs/scale.md` shows the queries.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.search import PARSER, cpu_seconds, peak_megabytes
from kpi.catalog.documents import read_documents
from kpi.catalog.layout import CLUSTERS, DOCUMENTS, Layout
from kpi.catalog.publish import Change, Tools, publish
from kpi.ingestion.parsed import load_plain

CLUSTER_ROWS = 400
"""The cluster asked for is the first with at least so many rows in numbers, by id: the same in every run."""

QUARTILES = """
select i.province, i.year, count(*) as n,
       quantile_cont(cast(i.base_value as double), 0.25) as q1,
       quantile_cont(cast(i.base_value as double), 0.5) as median,
       quantile_cont(cast(i.base_value as double), 0.75) as q3
from indicators i join clusters c on c.name = i.name
where c.cluster = '{cluster}' and i.counted and i.base_value is not null and i.base_unit = '{unit}'
group by i.province, i.year order by i.province, i.year
"""

SPARK = """
import json, sys, time
from pyspark.sql import SparkSession
folders, clusters, query = json.load(sys.stdin)
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
         .getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
spark.read.parquet(*folders).createOrReplaceTempView("indicators")
spark.read.parquet(clusters).createOrReplaceTempView("clusters")
spark.sql(query).collect()
start = time.perf_counter()
rows = [list(row) for row in spark.sql(query).collect()]
print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}, ensure_ascii=False))
spark.stop()
"""


def make_partitions(source: Path, nation: Path) -> list[Path]:
    """A store for each province, made of the documents of one store; what is there already stays."""
    theirs = Layout(source)
    documents = read_documents(theirs.folder(theirs.current()) / DOCUMENTS)
    for province in sorted({row.province for row in documents.values()}):
        layout = Layout(nation / f"province={province}")
        if layout.current():
            continue
        layout.create()
        layout.parsed.rmdir()
        layout.parsed.symlink_to(theirs.parsed.resolve())
        entries = tuple(
            row.entry for row in documents.values() if row.province == province and row.entry.parser == PARSER
        )
        publish(layout, Change(put=entries), Tools(load=partial(load_plain, layout)))
    return [folder.resolve() for folder in sorted(nation.iterdir()) if folder.name.startswith("province=")]


def parquet_of(stores: list[Path]) -> list[str]:
    """The folder of indicators of the snapshot in force in each store."""
    return [str(Layout(store).folder(Layout(store).current()) / "indicators") for store in stores]


def ask(connection: Any, folders: list[str], clusters: str, query: str) -> tuple[list[list[Any]], float]:
    """Rows of the answer and seconds."""
    files = ", ".join(f"'{folder}/*.parquet'" for folder in folders)
    connection.execute(f"create or replace view indicators as select * from read_parquet([{files}])")
    connection.execute(f"create or replace view clusters as select * from read_parquet('{clusters}')")
    start = time.perf_counter()
    rows = [list(row) for row in connection.execute(query).fetchall()]
    return rows, time.perf_counter() - start


def choose_cluster(connection: Any) -> tuple[str, str, str]:
    """A cluster that many rows are of: id, canonical name, unit."""
    query = """select c.cluster, any_value(c.canonical), i.base_unit from indicators i join clusters c on c.name = i.name
               where i.base_value is not null group by c.cluster, i.base_unit having count(*) >= ? order by 1, 3 limit 1"""
    identity, canonical, unit = connection.execute(query, [CLUSTER_ROWS]).fetchone()
    return str(identity), str(canonical), str(unit)


def same(one: list[list[Any]], other: list[list[Any]]) -> bool:
    """Whether two answers are equal, quartiles to nine digits."""

    def rounded(rows: list[list[Any]]) -> list[list[Any]]:
        return [[float(f"{value:.9g}") if isinstance(value, float) else value for value in row] for row in rows]

    return rounded(one) == rounded(other)


def main() -> None:
    """Make the stores, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--spark", help="a Python with pyspark")
    chosen = parser.parse_args()
    import duckdb

    start = cpu_seconds()
    stores = make_partitions(chosen.store, chosen.folder)
    print(f"{len(stores)} stores, made in {cpu_seconds() - start:.0f} processor s", file=sys.stderr)
    folders = parquet_of(stores)
    theirs = Layout(chosen.store)
    clusters = str((theirs.folder(theirs.current()) / CLUSTERS).resolve())
    connection = duckdb.connect(":memory:", config={"threads": 2})
    ask(connection, folders, clusters, "select 1")
    cluster, canonical, unit = choose_cluster(connection)
    query = QUARTILES.format(cluster=cluster, unit=unit)
    rows, cold = ask(connection, folders, clusters, query)
    worked = cpu_seconds()
    again, warm = ask(connection, folders, clusters, query)
    worked = cpu_seconds() - worked
    total = connection.execute("select count(*) from indicators").fetchone()[0]
    size = sum(path.stat().st_size for folder in folders for path in Path(folder).iterdir())
    read = connection.execute(
        "select sum(total_compressed_size) from parquet_metadata(["
        + ", ".join(f"'{folder}/*.parquet'" for folder in folders)
        + "])"
        " where path_in_schema in ('province', 'year', 'name', 'base_value', 'base_unit', 'counted')"
    ).fetchone()[0]
    print(json.dumps({
        "stores": len(stores), "rows": total, "parquet_mb": round(size / 2**20, 1), "columns_read_mb": round(read / 2**20, 1),
        "cluster": canonical, "unit": unit, "answer_rows": len(rows), "matching": sum(row[2] for row in rows),
        "duckdb_first_s": round(cold, 3), "duckdb_again_s": round(warm, 3), "duckdb_processor_s": round(worked, 3),
        "repeatable": same(rows, again), "peak_mb": round(peak_megabytes()),
    }, ensure_ascii=False, indent=1))  # fmt: skip
    for row in rows[:6]:
        print(row)
    if chosen.spark:
        told = json.dumps([folders, clusters, query.replace("quantile_cont(", "percentile(")])
        done = subprocess.run(
            [chosen.spark, "-c", SPARK],
            input=told,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        answer = json.loads(done.stdout.splitlines()[-1])
        print(f"spark {answer['seconds']:.2f} s, equal: {same(answer['rows'], rows)}")


if __name__ == "__main__":
    main()
