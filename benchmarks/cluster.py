"""How long clustering takes: 10,000 and 100,000 made-up names, growth, memory, a decision; dense scikit-learn beside it.

usage: python benchmarks/cluster.py [--sizes 10000 30000 100000] [--store 150000] [--no-dense]

Names are made from the two name lists in tests/data/clusters by swapping the objects of real names for others and adding
places, verbs and units as officers do, so that there are many near misses and many wordings of one thing.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import resource
import sys
import time
from pathlib import Path

NAMES = Path(__file__).resolve().parents[1] / "tests" / "data" / "clusters"
OBJECTS = (
    "水库 河道 堤防 泵站 灌区 渠道 公路 桥梁 隧道 港口 航道 机场 车站 学校 幼儿园 教室 宿舍 食堂 操场 图书馆 博物馆 文化馆 剧院 "
    "景区 公园 广场 绿地 林地 草原 湿地 矿山 农田 果园 茶园 大棚 鱼塘 牧场 粮库 冷库 市场 超市 医院 诊所 养老院 福利院 社区 "
    "村庄 小区 厂房 园区 仓库 电站 电网 管网 水厂 锅炉 路灯 井盖 公厕 垃圾站 污水厂 监测站 气象站 实验室 档案馆 法庭 派出所"
).split()
PLACES = ("", "", "", "全市", "全县", "辖区", "市级", "2026年", "年度", "本市")
VERBS = ("", "", "开展", "组织", "实施", "完成", "新建", "购置", "维修")
TAILS = (
    "数量", "个数", "数量（个）", "面积", "面积（平方米）", "长度", "维修完成率", "验收合格率", "完好率", "覆盖率", "利用率",
    "检查次数", "培训人次", "管理人员满意度", "群众满意度", "补助标准", "运行成本", "按期完成率", "故障率", "使用年限", "安全事故起数",
)  # fmt: skip


def make_names(count: int, seed: int = 20260101) -> list[str]:
    """`count` different names."""
    draw = random.Random(seed)
    real = [
        row["name"]
        for path in sorted(NAMES.glob("*.csv"))
        for row in csv.DictReader(line for line in path.open(encoding="utf-8") if not line.startswith("# "))
    ]
    names = dict.fromkeys(real)
    while len(names) < count:
        if draw.random() < 0.3:
            name = draw.choice(PLACES) + draw.choice(VERBS) + draw.choice(real)
        else:
            parts = [draw.choice(OBJECTS) for _ in range(draw.choice((1, 1, 2, 2, 3)))]
            name = draw.choice(PLACES) + draw.choice(VERBS) + "".join(parts) + draw.choice(TAILS)
        names[name] = None
    found = list(names)[:count]
    draw.shuffle(found)
    return found


def peak_gigabytes() -> float:
    """Most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure(sizes: list[int]) -> None:
    """Full runs of growing size, and the exponent of growth; CPU time beside wall time, for shared machines."""
    from kpi.cluster import cluster_names

    cluster_names(make_names(1000))
    seconds = []
    for size in sizes:
        names = make_names(size)
        start, used = time.perf_counter(), time.process_time()
        ids = cluster_names(names)
        seconds.append(time.perf_counter() - start)
        used = time.process_time() - used
        print(
            f"{size:>8} names  {seconds[-1]:7.2f} s (CPU {used:.2f})  {len(set(ids)):>7} clusters  peak {peak_gigabytes():.2f} GB",
            flush=True,
        )
    for (a, x), (b, y) in zip(
        zip(sizes, seconds, strict=True), list(zip(sizes, seconds, strict=True))[1:], strict=False
    ):
        print(f"growth {a} → {b}: exponent {math.log(y / x) / math.log(b / a):.2f}")


def measure_dense(size: int) -> None:
    """What a plain scikit-learn user would do: TF-IDF of character 1–3-grams, dense cosine distances, average linkage."""
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_distances

    names = make_names(size)
    start = time.perf_counter()
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit_transform(names)
    model = AgglomerativeClustering(n_clusters=None, distance_threshold=0.6, metric="precomputed", linkage="average")
    labels = model.fit_predict(cosine_distances(vectors))
    print(f"{size:>8} names  {time.perf_counter() - start:7.2f} s  {len(set(labels)):>7} clusters  peak {peak_gigabytes():.2f} GB"
          "  (scikit-learn, dense)")  # fmt: skip


def measure_decisions(size: int) -> None:
    """How soon a merge and its undo show on a clustering as a snapshot keeps it, and what one more city costs."""
    from kpi.cluster import add_names, apply_decisions, cluster_counts
    from kpi.decisions import MERGE, UNDO, Decision, make_decision

    names = make_names(size)
    base = cluster_counts(dict.fromkeys(names, 1))
    merge = make_decision(Decision(kind=MERGE, names=(names[0], names[1])), author="benchmark")
    undo = make_decision(Decision(kind=UNDO, undoes=merge.id), existing=[merge], author="benchmark")
    for title, log in (("merge", [merge]), ("undo", [merge, undo])):
        start = time.perf_counter()
        apply_decisions(base, log).find(names[0])
        print(f"{title:>8} visible among {size} names after {time.perf_counter() - start:.2f} s", flush=True)
    start = time.perf_counter()
    add_names(base, dict.fromkeys(make_names(1000, seed=7), 1))
    print(f"   1,000 names added to {size} in {time.perf_counter() - start:.2f} s  peak {peak_gigabytes():.2f} GB")


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--store", type=int, default=150_000, help="names under the decisions; 0 leaves them out")
    parser.add_argument("--no-dense", action="store_true")
    arguments = parser.parse_args()
    measure(arguments.sizes)
    if arguments.store:
        measure_decisions(arguments.store)
    if not arguments.no_dense:
        measure_dense(10_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
