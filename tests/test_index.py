"""The text index: complete matching, writing and extending, versions, highlights, suggestions."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.building
from index import OUTDATED, Entry, TextIndex, build_index, extend_index, highlights, open_index
from index.segmentation import dictionary_words, query_words, search_words
from index.tokens import pinyin_of
from kpi.errors import StoreError, UsageError
from kpi.query import Phrase, Query, Word, fold_for_search, parse_query

DATA = Path(__file__).parent / "data" / "search"
GOLD = Path(__file__).resolve().parents[1] / ".." / "shared" / "gold"


def read_names() -> list[str]:
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as lines:
        return [row["name"] for row in csv.DictReader(lines)]


NAMES = read_names()


def entries(*texts: str, kind: str = "name", start: int = 0) -> list[Entry]:
    return [Entry(kind, start + number, text) for number, text in enumerate(texts)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("index") / "search"
    build_index(
        folder, [*entries(*NAMES), *entries("医疗服务与保障能力提升补助资金", "医保信息化运维", kind="project")]
    )
    with open_index(folder) as index:
        yield index


def found(index: TextIndex, text: str, kind: str = "name") -> list[str]:
    return [NAMES[number] for number in index.match(parse_query(text).terms()[0], kind).tolist()]


# --- nothing is silently not found --------------------------------------------------------------------------------------


def assert_every_part_is_found(index: TextIndex, names: list[str]) -> None:
    for number, name in enumerate(names):
        for size in range(1, 7):
            for start in range(len(name) - size + 1):
                part = name[start : start + size]
                assert number in index.match(Word(part)), (name, part)


def test_every_part_of_every_name_finds_it(opened: TextIndex) -> None:
    assert_every_part_is_found(opened, NAMES)


@pytest.mark.skipif(not GOLD.exists(), reason="the shared gold files are not beside this checkout")
def test_every_part_of_every_given_text_finds_it(tmp_path: Path) -> None:
    with (GOLD / "indicators.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = sorted({row[column] for row in rows for column in ("name", "project", "unit_name", "target")} - {""})
    build_index(tmp_path / "search", entries(*texts))
    with open_index(tmp_path / "search") as index:
        assert_every_part_is_found(index, texts)


CHARACTERS = st.sampled_from("满意度率覆盖離休≥%1-2（）()“”\"'，、：:.·2５Ａa ㎡\U00020000")


@settings(max_examples=25, deadline=None)
@given(names=st.lists(st.text(CHARACTERS, min_size=1, max_size=12), min_size=1, max_size=6, unique=True))
def test_every_part_of_any_text_finds_it(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any") / "search"
    build_index(folder, entries(*names))
    with open_index(folder) as index:
        for number, name in enumerate(names):
            for start in range(len(name)):
                for end in range(start + 1, len(name) + 1):
                    part = name[start:end]
                    if fold_for_search(part):
                        assert number in index.match(Word(part)), (name, part)
                        assert number in index.match(Phrase(part)), (name, part)
    shutil.rmtree(folder)


# --- what matches ---------------------------------------------------------------------------------------------------------

MATCHES = {
    "traditional characters": ("離休幹部滿意度", "离休干部满意度", True),
    "full width": ("ＧＤＰ", "万元GDP用水量下降率", True),
    "words apart": ("离休满意度", "离休干部对医保经办服务的满意度", True),
    "words in another order": ("老旧小区改造", "改造老旧小区数量", True),
    "empty words are not asked for": ("群众对医保的满意度", "困难群众对医保救助的满意度", True),
    "one word missing": ("离休满意度", "参保群众满意度", False),
    "part of a word": ("意度", "参保群众满意度", True),
    "one character": ("率", "路灯亮灯率", True),
    "last character": ("）", "医保信息系统运行维护响应时间（分钟）", True),
    "percent sign": ("99.9%", "政务云平台可用率≥99.9%", True),
    "full pinyin": ("manyidu", "参保群众满意度", True),
    "initials": ("myd", "参保群众满意度", True),
    "beginning of pinyin": ("manyi", "参保群众满意度", True),
    "pinyin of two words": ("lixiuganbumanyidu", "离休干部满意度", True),
    "initials of two words": ("lxmyd", "离休干部满意度", True),
    "pinyin of a missing word": ("lixiumanyidu", "参保群众满意度", False),
    "phrase": ('"干部满意度"', "离休干部满意度", True),
    "phrase is not words apart": ('"离休满意度"', "离休干部满意度", False),
    "phrase with another kind of quote": ('"""三公经费"""', "“三公经费”控制率", True),
}


@pytest.mark.parametrize(("text", "name", "expected"), MATCHES.values(), ids=MATCHES.keys())
def test_match(opened: TextIndex, text: str, name: str, expected: bool) -> None:
    assert name in NAMES
    assert (name in found(opened, text)) is expected


def test_a_word_asks_only_its_kinds(opened: TextIndex) -> None:
    assert len(opened.match(Word("补助资金"), "project")) == 1
    assert len(opened.match(Word("补助资金", ("name",)), "project")) == 0
    assert len(opened.match(Word("补助资金"), "department")) == 0


def test_matches_are_ascending_and_phrases_are_read_exactly(opened: TextIndex) -> None:
    for text in ("满意度", "率", "医保 服务", "manyidu"):
        numbers = opened.match(Word(text))
        assert numbers.dtype == np.int32
        assert (np.diff(numbers) > 0).all()
    for part in ("医保", "保服", "满意度", "≥", "（", "资金到位率"):
        expected = [number for number, name in enumerate(NAMES) if fold_for_search(part) in fold_for_search(name)]
        assert opened.match(Phrase(part)).tolist() == expected


# --- writing --------------------------------------------------------------------------------------------------------------


def answers(folder: Path) -> list[object]:
    with open_index(folder) as index:
        queries = [parse_query(text) for text in ("满意度", "医保 服务", "率", '"资金"', "manyidu")]
        matches = [
            index.match(term, kind).tolist() for q in queries for term in q.terms() for kind in ("name", "project")
        ]
        return [matches, [index.rank(query).tolist() for query in queries]]


def test_extending_is_the_same_as_building_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.building, "MAX_SMALL_SEGMENTS", 3)
    monkeypatch.setattr(index.building, "SEGMENT_TEXTS", 40)
    monkeypatch.setattr(index.building, "SMALL_SEGMENT", 30)
    names = NAMES[:150]
    projects = ["医保服务满意度项目", "资金监管项目"]
    build_index(tmp_path / "whole", [*entries(*projects, kind="project"), *entries(*names)])
    build_index(tmp_path / "grown", reversed(entries(*names[:100])))
    for start in range(100, 150, 10):
        extend_index(tmp_path / "grown", entries(*names[start : start + 10], start=start))
    extend_index(tmp_path / "grown", entries(*projects, kind="project"))
    assert answers(tmp_path / "grown") == answers(tmp_path / "whole")
    assert len(list((tmp_path / "grown").glob("*.seg"))) < 7


def test_a_copy_of_hard_links_can_be_extended(tmp_path: Path) -> None:
    build_index(tmp_path / "old", entries(*NAMES[:20]))
    before = answers(tmp_path / "old")
    (tmp_path / "new").mkdir()
    for file in (tmp_path / "old").iterdir():
        os.link(file, tmp_path / "new" / file.name)
    extend_index(tmp_path / "new", entries("资金满意度", start=20))
    assert answers(tmp_path / "old") == before
    with open_index(tmp_path / "new") as grown:
        assert 20 in grown.match(Word("资金满意度"))


def test_building_again_replaces(tmp_path: Path) -> None:
    build_index(tmp_path / "search", entries("满意度", "覆盖率"))
    (tmp_path / "search" / "MAIN.tmp").mkdir()
    build_index(tmp_path / "search", entries("覆盖率"))
    with open_index(tmp_path / "search") as index:
        assert index.count() == 1
        assert not len(index.match(Word("满意度")))


def test_numbers_must_be_dense(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name number 2"):
        build_index(tmp_path / "search", [Entry("name", 0, "a"), Entry("name", 2, "b")])
    with pytest.raises(StoreError):
        open_index(tmp_path / "search")


def test_an_empty_index_answers(tmp_path: Path) -> None:
    build_index(tmp_path / "search", [])
    with open_index(tmp_path / "search") as index:
        query = parse_query("满意度 myd 率")
        assert [len(index.match(term)) for term in query.terms()] == [0, 0, 0]
        assert len(index.rank(query)) == 0
        assert index.suggest(query) == []


# --- versions and damage -----------------------------------------------------------------------------------------------


def spoil_stamp(folder: Path) -> None:
    (folder / "stamp.json").write_text('{"index": "0-of-another-version"}')


def cut_segment(folder: Path) -> None:
    segment = next(folder.glob("*.seg"))
    segment.write_bytes(segment.read_bytes()[: segment.stat().st_size // 2])


DAMAGES = {
    "another version": spoil_stamp,
    "killed while writing": lambda folder: (folder / "stamp.json").unlink(),
    "stamp is no JSON": lambda folder: (folder / "stamp.json").write_bytes(b"\xff{"),
    "stamp is no object": lambda folder: (folder / "stamp.json").write_text("[]"),
    "no such folder": shutil.rmtree,
    "no table of contents": lambda folder: next(folder.glob("*.toc")).unlink(),
    "no segment": lambda folder: next(folder.glob("*.seg")).unlink(),
    "half a segment": cut_segment,
    "no numbers": lambda folder: (folder / "numbers.npy").unlink(),
    "numbers of another index": lambda folder: np.save(folder / "numbers.npy", np.arange(3, dtype=np.int32)),
    "no texts": lambda folder: (folder / "name.txt").unlink(),
    "texts of another index": lambda folder: (folder / "name.txt").write_text("a\n"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_cannot_be_used_asks_for_a_rebuild(tmp_path: Path, damage: object) -> None:
    folder = tmp_path / "search"
    build_index(folder, entries("满意度", "覆盖率"))
    damage(folder)
    with pytest.raises(StoreError) as caught:
        open_index(folder)
    assert caught.value.code == OUTDATED


def test_words_load_quietly_and_leave_no_file(tmp_path: Path) -> None:
    """jieba writes a cache into the folder for temporary files and messages to standard error; not here."""
    code = "from index.segmentation import query_words; assert query_words('满意度') == ('满意度',)"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True,
        cwd=Path(__file__).resolve().parents[1], check=True,
    )  # fmt: skip
    assert (result.stdout, result.stderr, list(tmp_path.iterdir())) == (b"", b"", [])


def test_several_threads_ask_at_once(opened: TextIndex) -> None:
    texts = ["满意度", "率", "医保服务", "manyidu", "资金", "培训", "家庭医生", "改造"] * 6
    expected = {text: opened.match(Word(text)).tolist() for text in texts}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: opened.match(Word(text)).tolist(), texts)) == [expected[t] for t in texts]


# --- words and pinyin -----------------------------------------------------------------------------------------------------


def test_dictionary_has_no_word_twice() -> None:
    words = dictionary_words()
    assert len(words) == len(set(words))
    assert all(fold_for_search(word) == word for word in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("应急物资储备", ("应急", "物资", "储备")),
        ("覆盖率", ("覆盖率",)),
        ("群众对医保服务的满意度", ("群众", "医保", "服务", "满意度")),
        ("的", ("的",)),
        ("≥（）", ()),
    ],
)
def test_words_of_a_query(text: str, words: tuple[str, ...]) -> None:
    assert query_words(fold_for_search(text)) == words


@given(st.text(st.sampled_from("医保信息系统老旧小区改造高标准农田建设应急物资储备率的"), max_size=16))
def test_a_text_holds_the_words_of_itself_as_a_query(text: str) -> None:
    assert set(query_words(text)) <= set(search_words(text))


@pytest.mark.parametrize(
    ("word", "pinyin"),
    [
        ("满意度", ("manyidu", "myd")),
        ("重庆", ("chongqing", "cq")),
        ("率", ()),
        ("pm2", ()),
        ("覆盖率", ("fugailv", "fgl")),
    ],
)
def test_pinyin(word: str, pinyin: tuple[str, ...]) -> None:
    assert pinyin_of(word) == pinyin


# --- highlights -----------------------------------------------------------------------------------------------------------

HIGHLIGHTS = {
    "word": ("满意度", "参保群众满意度", ["满意度"]),
    "word twice": ("率", "率先覆盖率", ["率", "率"]),
    "two words": ("离休 满意度", "离休干部对服务的满意度", ["离休", "满意度"]),
    "words of one word": ("离休满意度", "离休干部满意度", ["离休", "满意度"]),
    "touching words become one": ("离休 干部", "离休干部", ["离休干部"]),
    "overlapping words become one": ("信息系统 系统运行", "医保信息系统运行率", ["信息系统运行"]),
    "traditional query": ("滿意度", "满意度", ["满意度"]),
    "traditional text": ("满意度", "群眾滿意度", ["滿意度"]),
    "full-width text": ("gdp", "万元ＧＤＰ用水量", ["ＧＤＰ"]),
    "text that grows when folded": ("面积", "100㎡面积", ["面积"]),
    "part of a sign": ("m2", "每㎡成本", ["㎡"]),
    "spaces inside": ("满意度", "满 意\u3000度（%）", ["满 意\u3000度"]),
    "phrase": ('"意度"', "满意度", ["意度"]),
    "phrase that is not there": ('"离休满意度"', "离休干部满意度", []),
    "excluded": ("满意度 -离休", "离休满意度", ["满意度"]),
    "bigrams apart": ("满意意度", "满意，意度", ["满意", "意度"]),
    "pinyin": ("manyidu", "群众满意度", ["满意度"]),
    "beginning of pinyin": ("manyi", "群众满意度", ["满意度"]),
    "pinyin of two words": ("lixiumanyidu", "离休干部满意度", ["离休", "满意度"]),
    "nothing": ("火星", "满意度", []),
    "condition": ("city:焦作市", "焦作市", []),
}


@pytest.mark.parametrize(("text", "name", "expected"), HIGHLIGHTS.values(), ids=HIGHLIGHTS.keys())
def test_highlights(text: str, name: str, expected: list[str]) -> None:
    spans = highlights(parse_query(text), name)
    assert [name[start:end] for start, end in spans] == expected


def test_highlights_of_a_kind() -> None:
    query = parse_query("name:满意度 服务")
    assert highlights(query, "服务满意度", "project") == [(0, 2)]
    assert highlights(query, "服务满意度", "name") == [(0, 5)]


@given(st.text(max_size=20), st.text(max_size=20))
def test_highlights_lie_inside_and_apart(text: str, word: str) -> None:
    spans = highlights(Query(Word(word)), text)
    flat = [edge for span in spans for edge in span]
    assert flat == sorted(set(flat))
    assert all(0 <= edge <= len(text) for edge in flat)


def test_what_is_found_is_highlighted(opened: TextIndex) -> None:
    for text in ("满意度", "医保服务", "myd", "率", "用水量下降率", '"政策知晓率"'):
        query = parse_query(text)
        for number in opened.match(query.terms()[0]).tolist():
            assert highlights(query, NAMES[number], "name"), (text, NAMES[number])


# --- suggestions ----------------------------------------------------------------------------------------------------------

SUGGESTIONS = {
    "one wrong character": ("满意肚", "满意度", "spelling"),
    "same sound": ("离修干部", "离休干部", "spelling"),
    "wrong pinyin": ("manydu", "满意度", "spelling"),
    "part of a long word is wrong": ("医保信息系统响因时间", "医保信息系统运行维护响应时间", "spelling"),
    "one word too many": ("医保 火星 知晓率", "医保 知晓率", "fewer_words"),
    "a condition stays": ("满意肚 city:焦作市", "满意度 city:焦作市", "spelling"),
    "order stays": ("满意肚 sort:-year", "满意度 sort:-year", "spelling"),
}


@pytest.mark.parametrize(("text", "other", "reason"), SUGGESTIONS.values(), ids=SUGGESTIONS.keys())
def test_suggestions(opened: TextIndex, text: str, other: str, reason: str) -> None:
    offered = {str(suggestion): suggestion for suggestion in opened.suggest(parse_query(text))}
    assert other in offered
    assert offered[other].reason == reason
    assert offered[other].count > 0


def test_a_condition_is_dropped_when_the_words_are_found(opened: TextIndex) -> None:
    """No name of 满意度 is in the asked city: the caller's count tells."""
    offered = opened.suggest(parse_query("满意度 city:焦作市"), count=lambda query: 0 if "city" in str(query) else 3)
    assert [(str(suggestion), suggestion.reason) for suggestion in offered] == [("满意度", "fewer_conditions")]


def test_suggestions_are_counted_by_the_caller(opened: TextIndex) -> None:
    counts = {"满意度": 7}
    offered = opened.suggest(parse_query("满意肚"), count=lambda query: counts.get(str(query), 0))
    assert [(str(suggestion), suggestion.count) for suggestion in offered] == [("满意度", 7)]


@settings(deadline=None)
@given(st.text(st.sampled_from('满意度率離休 -"OR:abcmyd≥%1，'), max_size=25))
def test_any_query_is_answered(opened: TextIndex, text: str) -> None:
    try:
        query = parse_query(text)
    except UsageError:
        return  # refused queries are tested with the language
    for term in query.terms():
        opened.match(term)
    assert np.isfinite(opened.rank(query)).all()
    assert all(suggestion.count for suggestion in opened.suggest(query))
