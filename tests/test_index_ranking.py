"""Ranking: each name finds itself first; hand-judged queries of evaluators reach nDCG@10 ≥ 0.9.

`tests/data/search/judgements.csv`: grade 3 answers the query as it stands, 2 nearly or for a part of it, 1 is related;
every name that is not listed counts 0.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from index import Entry, TextIndex, build_index, open_index
from index.suggesting import Names
from kpi.query import Query, Word, evaluate, parse_query

DATA = Path(__file__).parent / "data" / "search"


def read(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


NAMES = [row["name"] for row in read("names.csv")]
JUDGED: dict[str, dict[str, int]] = {}
for judgement in read("judgements.csv"):
    JUDGED.setdefault(judgement["query"], {})[judgement["name"]] = int(judgement["grade"])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("ranking") / "search"
    build_index(folder, [Entry("name", number, name) for number, name in enumerate(NAMES)])
    with open_index(folder) as index:
        yield index


def first_names(index: TextIndex, text: str, limit: int) -> list[str]:
    query = parse_query(text)
    numbers = np.flatnonzero(evaluate(query, Names(index.match, index.count()))).astype(np.int32)
    scores = index.rank(query, numbers=numbers)
    return [NAMES[number] for number in numbers[np.lexsort((numbers, -scores))][:limit].tolist()]


def ndcg(grades: list[int], ideal: list[int]) -> float:
    def gain(values: list[int]) -> float:
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(values))

    return gain(grades) / gain(sorted(ideal, reverse=True)[:10])


def test_judgements_are_of_known_names() -> None:
    assert len(JUDGED) >= 30
    assert {name for grades in JUDGED.values() for name in grades} <= set(NAMES)


def test_judged_queries_reach_the_bar(opened: TextIndex) -> None:
    reached = {
        text: ndcg([grades.get(name, 0) for name in first_names(opened, text, 10)], list(grades.values()))
        for text, grades in JUDGED.items()
    }
    assert np.mean(list(reached.values())) >= 0.95, reached
    assert min(reached.values()) >= 0.7, reached


def test_a_name_is_the_first_hit_of_itself(opened: TextIndex) -> None:
    for number, name in enumerate(NAMES):
        scores = opened.rank(Query(Word(name)))
        best = np.flatnonzero(scores == scores.max())
        assert best.tolist() == [number], (name, [NAMES[other] for other in best])


def test_a_name_typed_as_two_words_is_the_first_hit(opened: TextIndex) -> None:
    assert first_names(opened, "离休干部 满意度", 1) == ["离休干部满意度"]


@pytest.mark.parametrize(
    ("text", "nearer", "farther"),
    [
        ("满意度", "群众满意度", "参保人员对门诊重症慢性病鉴定工作服务的满意度"),
        ("亮灯率", "路灯亮灯率", "主次干道路灯亮灯率"),
        ("离休满意度", "离休干部满意度", "离休干部对医保经办服务的满意度"),
        ("预算执行率", "项目资金预算执行率", "政府采购执行率"),
    ],
    ids=["short before long", "whole before part", "close words before far ones", "all words before some"],
)
def test_order(opened: TextIndex, text: str, nearer: str, farther: str) -> None:
    scores = opened.rank(parse_query(text))
    assert scores[NAMES.index(nearer)] > scores[NAMES.index(farther)]


def test_chinese_before_pinyin(tmp_path: Path) -> None:
    names = ["满意度", "群众MYD调查次数", "满意度调查"]
    build_index(tmp_path / "search", [Entry("name", number, name) for number, name in enumerate(names)])
    with open_index(tmp_path / "search") as index:
        scores = index.rank(parse_query("myd"))
    assert scores.argmax() == 1
    assert scores[0] > 0


def test_scores_are_of_the_numbers_asked(opened: TextIndex) -> None:
    query = parse_query("满意度 -离休")
    numbers = np.array([5, 3, 200], np.int32)
    assert opened.rank(query, numbers=numbers).tolist() == opened.rank(query)[numbers].tolist()
    assert not opened.rank(parse_query("city:焦作市")).any()
    assert len(opened.rank(query, "project")) == 0
