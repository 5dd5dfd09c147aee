"""Text index: time to build, to add a thousand names, to open, to match and to rank.

    python benchmarks/text_index.py [--names 150000] [--projects 30000] [--seed 1] [--folder DIR]

Names are put together from the vocabulary of the own dictionary and, if it is there, of the given names; the same seed
gives the same names. Times are of one core; the peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from index import Entry, TextIndex, build_index, extend_index, open_index
from index.segmentation import dictionary_words, query_compounds
from kpi.query import Query, parse_query

GOLD = Path(__file__).resolve().parents[2] / "shared" / "gold"
ENDINGS = tuple(
    "率 数 量 度 次数 人数 面积 金额 完成率 覆盖率 满意度 合格率 及时率 （人次） （%） （万元） ≤5%".split()
)
QUERIES = {
    "one word": ["满意度", "覆盖率", "培训", "医保", "资金到位率", "残疾人"],
    "two words": ["离休 满意度", "基金 覆盖率", "应急 完成率", "学生 人数", "农村公路 里程"],
    "long word": ["医保信息系统响应时间", "高标准农田建设面积", "基本公共卫生服务覆盖率"],
    "phrase": ['"满意度"', '"资金到位"', '"基本医疗保险"'],
    "one character": ["率", "户", "%"],
    "pinyin": ["manyidu", "myd", "qunzhongmanyidu", "lixiuganbu"],
    "nothing": ["火星探测满意度", "zzzz", "量子纠缠"],
}


def synthetic_names(count: int, seed: int) -> list[str]:
    """`count` distinct names of two to five words."""
    words = sorted({word for word in dictionary_words() if 2 <= len(word) <= 8} | _given_words())
    chance = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        middle = chance.choices(words, k=chance.choice((1, 2, 2, 3)))
        names["".join((*middle, chance.choice(ENDINGS)))] = None
    return list(names)


def _given_words() -> set[str]:
    file = GOLD / "indicators.csv"
    if not file.exists():
        return set()
    with file.open(encoding="utf-8", newline="") as lines:
        return {word for row in csv.DictReader(lines) for word in query_compounds(row["name"]) if len(word) > 1}


def entries(kind: str, texts: list[str], start: int = 0) -> Iterator[Entry]:
    """Texts as entries, numbered from `start`."""
    return (Entry(kind, start + number, text) for number, text in enumerate(texts))


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def report(index: TextIndex, ask: Callable[[TextIndex, Query], object], title: str) -> None:
    """Print the times of all queries, by their kind."""
    for kind, texts in QUERIES.items():
        queries = [parse_query(text) for text in texts]
        first = [timed(lambda q=query: ask(index, q)) * 1000 for query in queries]
        warm = [timed(lambda q=query: ask(index, q)) * 1000 for query in queries for _ in range(5)]
        print(
            f"{title:6} {kind:14} first {max(first):7.1f} ms   then p50 {statistics.median(warm):7.2f}   max {max(warm):7.2f}"
        )


def main() -> None:
    """Build, add, open, ask; print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=150_000)
    parser.add_argument("--projects", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="kpi-index-")) / "search"
    texts = synthetic_names(options.names + options.projects + 2000, options.seed)
    names, projects, more = texts[: options.names], texts[options.names : -2000], texts[-2000:]

    everything = [*entries("name", names), *entries("project", projects)]
    print(f"build {len(everything)} texts: {timed(lambda: build_index(folder, everything)):.1f} s")
    print(f"size: {sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB")
    for part in (0, 1000):
        added = list(entries("name", more[part : part + 1000], len(names) + part))
        print(f"add 1000 names: {timed(lambda new=added: extend_index(folder, new)):.2f} s")
    start = time.perf_counter()
    index = open_index(folder)
    print(f"open: {(time.perf_counter() - start) * 1000:.0f} ms")
    report(index, lambda opened, query: [opened.match(term) for term in query.terms()], "match")
    report(index, lambda opened, query: opened.rank(query), "rank")
    print(f"suggest: {timed(lambda: index.suggest(parse_query('信息系统响因时间'))) * 1000:.0f} ms")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
