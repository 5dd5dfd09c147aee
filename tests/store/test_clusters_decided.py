"""Deciding about clusters through a store: what readers see, what stays, what is told; and figures of clusters."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from store_samples import make_document

from kpi.catalog.documents import Entry
from kpi.catalog.layout import CLUSTERS, Layout
from kpi.catalog.locks import writing
from kpi.catalog.publish import Change
from kpi.cluster import normalise_name
from kpi.deciding import IN_FORCE, OVERRULED, UNDONE, WAITING
from kpi.decisions import Decision, load_decisions, make_decision, save_decision
from kpi.errors import BadInput, StoreError, UsageError
from kpi.ingestion import ParsedResults, remove, republish
from kpi.ingestion.clustering import FOUND
from kpi.ingestion.publishing import publish_change
from kpi.store import Store, open_store

# Names of road and transport departments; the bridges are one indicator to the program, the two of drivers another.
# Each document lists one of them: two that one project lists side by side would be different indicators.
BRIDGES = ("危桥改造数量", "改造危桥座数", "危桥改造座数")
DRIVERS = ("司机满意度", "驾驶员满意度")
TAXIS = "出租车投诉率"
DOCUMENTS = (
    (BRIDGES[0], DRIVERS[0]),
    (BRIDGES[0], TAXIS, "公交准点率", "公交正点率"),
    (BRIDGES[1], DRIVERS[1]),
    (BRIDGES[2],),
)
CITIES = ("焦作市", "许昌市", "晋州市")


def publish(root: Path, number: int, names: Iterable[str], **values: object) -> None:
    """Publish one more document with these indicators."""
    layout = Layout(root)
    layout.create()
    rows = tuple(
        ("产出指标", "数量指标", name, "≥9次", "≥", "9", "次", "9", "次", values.pop("category", "数量"))
        for name in names
    )
    document = make_document(f"d{number}", city=CITIES[number % 3], year=2020 + number, rows=rows, **values)  # type: ignore[arg-type]
    ParsedResults(layout, "test").save(document)
    entry = Entry(sha256=document.sha256, path=document.path, location=f"/{document.path}", parser="test")
    publish_change(layout, Change(put=(entry,)))


def publish_all(root: Path) -> Path:
    """Publish all of `DOCUMENTS`."""
    for number, names in enumerate(DOCUMENTS):
        publish(root, number, names)
    return root


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_all(tmp_path_factory.mktemp("published") / "kpi")


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """A store of `DOCUMENTS`."""
    return Path(shutil.copytree(published, tmp_path / "kpi"))


def groups(store: Store) -> set[frozenset[str]]:
    return {frozenset(item.name for item in store.cluster(one.id).names) for one in store.clusters()}


def together(store: Store, *names: str) -> bool:
    return len({store.cluster(name).summary.id for name in names}) == 1


def cluster_bytes(root: Path) -> bytes:
    layout = Layout(root)
    return (layout.folder(layout.current()) / CLUSTERS).read_bytes()


# --- what a decision does


@pytest.mark.parametrize("given", ["id", "canonical", "wording"])
def test_a_merge_is_seen_by_all_readers_however_its_names_are_given(root: Path, given: str) -> None:
    with open_store(root) as reader, open_store(root) as store:
        summary = store.cluster("改造危桥座数").summary
        name = {"id": summary.id, "canonical": summary.canonical, "wording": "改造危桥座数"}[given]
        outcome = store.merge(name, TAXIS, author="甲", reason="同一项工作")
        assert together(store, *BRIDGES, TAXIS)
        assert store.cluster(TAXIS).summary.decided
        assert outcome.decision.names == ("改造危桥座数" if given == "wording" else "危桥改造数量", TAXIS)
        assert (outcome.decision.author, outcome.decision.reason) == ("甲", "同一项工作")
        assert not together(reader, "改造危桥座数", TAXIS), "a reader keeps its snapshot"
        assert reader.refresh()
        assert together(reader, "改造危桥座数", TAXIS)
        assert {hit.cluster for hit in reader.search(TAXIS).hits} == {store.cluster(TAXIS).summary.id}


def test_split_remove_rename_and_forbid(root: Path) -> None:
    with open_store(root) as store:
        assert together(store, *BRIDGES)
        store.split("危桥改造数量", ["改造危桥座数", "危桥改造座数"])
        assert {frozenset(BRIDGES[1:]), frozenset(BRIDGES[:1])} <= groups(store)
        store.remove("改造危桥座数", ["危桥改造座数"])
        assert {frozenset([name]) for name in BRIDGES} <= groups(store)
        store.merge(*BRIDGES)
        store.rename("改造危桥座数", "危桥改造（座）")
        assert store.cluster("危桥改造（座）").summary.wordings == 3
        assert {hit.cluster_name for hit in store.search("危桥").hits} == {"危桥改造（座）"}
        store.forbid(*DRIVERS)
        assert not together(store, *DRIVERS)


def test_wrong_names_are_told_with_what_there_is(root: Path) -> None:
    with open_store(root) as store:
        with pytest.raises(UsageError, match=r"您是否要找：.*危桥改造数量"):
            store.merge("危桥改造项目", TAXIS)
        with pytest.raises(UsageError, match="2 个不同"):
            store.merge(TAXIS, store.cluster(TAXIS).summary.id)
        with pytest.raises(UsageError, match=r"可用：.*危桥改造座数"):
            store.split("危桥改造数量", [TAXIS])
        with pytest.raises(UsageError, match="不能是全部"):
            store.remove("危桥改造数量", BRIDGES)
        with pytest.raises(UsageError, match="新名称"):
            store.rename("危桥改造数量", " ")
        with pytest.raises(UsageError, match=r"可用：.*满意度"):
            store.clusters(category="满意")
        with pytest.raises(UsageError, match="可用：cities"):
            store.clusters(sort="size")
    assert not load_decisions(root / "decisions").decisions, "nothing was decided"


def test_one_name_of_two_clusters_needs_an_id(root: Path) -> None:
    with open_store(root) as store:
        store.rename(TAXIS, "同名")
        store.rename("公交准点率", "同名")
        with pytest.raises(UsageError, match=store.cluster(TAXIS).summary.id):
            store.cluster("同名")


# --- publishing


def test_a_decision_writes_the_clusters_alone_and_an_undo_gives_back_their_bytes(root: Path) -> None:
    layout = Layout(root)
    before, old = cluster_bytes(root), layout.folder(layout.current())
    with open_store(root) as store:
        store.merge(*DRIVERS, TAXIS)
        merged = cluster_bytes(root)
        new = layout.folder(layout.current())
        files = {path.relative_to(old).as_posix() for path in old.rglob("*") if path.is_file()}
        assert {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()} == files
        changed = {name for name in files if not (old / name).samefile(new / name)}
        assert changed == {CLUSTERS, "manifest.json"}
        assert merged != before
        store.undo()
        assert cluster_bytes(root) == before
        store.undo(store.decisions()[-1].decision.id)
        assert cluster_bytes(root) == merged, "the undo of an undo"
    republish(root, recluster=True)
    assert cluster_bytes(root) == merged, "a full run with the same decisions"


def test_a_reader_takes_over_its_columns_only_while_rows_stay(root: Path) -> None:
    with open_store(root) as store, open_store(root) as reader:
        before = reader.snapshot
        store.merge(*DRIVERS, TAXIS)
        reader.refresh()
        assert reader.snapshot.columns is before.columns
        publish(root, 4, ("道路养护里程",))
        reader.refresh()
        assert reader.snapshot.columns is not before.columns
        assert reader.search("道路养护里程").total == 1
        assert together(reader, *DRIVERS, TAXIS)


def test_decisions_survive_full_runs_and_documents_that_come_and_go(root: Path) -> None:
    with open_store(root) as store:
        store.merge("司机满意度", TAXIS)
        store.forbid("公交准点率", "公交正点率")
        store.rename("危桥改造座数", "危桥")

        def hold() -> bool:
            store.refresh()
            apart = not together(store, "公交准点率", "公交正点率")
            return together(store, "司机满意度", TAXIS) and apart and together(store, "危桥", BRIDGES[0])

        assert hold()
        republish(root, recluster=True)
        assert hold()
        republish(root, rebuild=True)
        assert hold()
        publish(root, 4, ("司机服务满意度", "危桥改造数量", "道路养护里程"))
        assert hold()
        remove(root, ["d1.pdf"])
        store.refresh()
        assert [told.state for told in store.decisions()] == [IN_FORCE, WAITING, IN_FORCE]
        publish(root, 1, DOCUMENTS[1])
        assert hold()


def test_a_decision_taken_while_another_writer_works_is_published(root: Path) -> None:
    """A writer that waited its turn must not publish the decisions that it saw before it waited."""
    layout = Layout(root)
    first = make_decision(Decision(kind="merge", names=("司机满意度", TAXIS)), author="甲")
    second = make_decision(Decision(kind="merge", names=("公交准点率", BRIDGES[0])), existing=[first], author="乙")
    save_decision(layout.decisions, first)
    with writing(layout):
        waiting = threading.Thread(target=republish, args=(root,))
        waiting.start()
        waiting.join(0.3)
        save_decision(layout.decisions, second)
    waiting.join()
    with open_store(root) as store:
        assert together(store, "司机满意度", TAXIS)
        assert together(store, "公交准点率", BRIDGES[0])


def test_a_correction_beside_a_merge_is_not_lost(root: Path) -> None:
    from kpi.corrections import record_key

    with open_store(root) as store:
        hit = store.search("公交准点率").hits[0]
        correct = Decision(kind="correct", record=record_key(hit.record, hit.sha256), changes={"value": "77"})
        save_decision(root / "decisions", make_decision(correct, author="甲"))
        store.merge("司机满意度", TAXIS)
        assert store.search("value:77").total == 1
        assert together(store, "司机满意度", TAXIS)
        store.undo()
        assert store.search("value:77").total == 1, "a plain undo takes back the last decision about clusters"


def test_what_could_not_be_published_is_kept_and_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("另一个进程正在写入指标库", advice="等它完成后重试")

    with open_store(root) as store:
        with monkeypatch.context() as patched:
            patched.setattr("kpi.ingestion.publishing.republish", fail)
            with pytest.raises(StoreError, match=r"决定已记下.*下次发布时生效"):
                store.merge("司机满意度", TAXIS)
        assert not together(store, "司机满意度", TAXIS)
        republish(root)
        store.refresh()
        assert together(store, "司机满意度", TAXIS)


def test_a_decision_that_cannot_be_read_stops_the_next_one(root: Path) -> None:
    (root / "decisions" / "broken.json").write_text("{", "utf-8")
    with open_store(root) as store, pytest.raises(BadInput, match=r"broken\.json"):
        store.merge("司机满意度", TAXIS)
    assert [path.name for path in (root / "decisions").iterdir()] == ["broken.json"]


# --- history


def test_the_history_tells_time_author_and_what_became_of_each(root: Path) -> None:
    with open_store(root) as store:
        forbidden = store.forbid("司机满意度", TAXIS, author="甲")
        assert not forbidden.conflicts
        merged = store.merge("司机满意度", TAXIS, author="乙")
        (conflict,) = merged.conflicts
        assert conflict.decision == forbidden.decision.id
        assert store.conflicts() == merged.conflicts
        renamed = store.rename(TAXIS, "新名称", author="丙")
        assert not renamed.conflicts, "only what this decision caused"
        store.undo(renamed.decision.id[:6], author="丁")
        history = store.decisions()
        assert [told.decision.author for told in history] == ["甲", "乙", "丙", "丁"]
        assert [told.state for told in history] == [OVERRULED, IN_FORCE, UNDONE, IN_FORCE]
        assert all(told.decision.time for told in history)
        with pytest.raises(UsageError, match="已经撤销"):
            store.undo(renamed.decision.id)
        with pytest.raises(UsageError, match="没有这条决定"):
            store.undo("ffffffffffff")
        store.undo(merged.decision.id)
        assert not store.conflicts()
        assert [told.state for told in store.decisions()][:2] == [IN_FORCE, UNDONE]


def test_nothing_to_undo_is_told(root: Path) -> None:
    with open_store(root) as store, pytest.raises(UsageError, match="没有可以撤销"):
        store.undo()


def test_decisions_move_to_another_store_as_text(root: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(root, tmp_path / "other"))
    file = tmp_path / "decisions.jsonl"
    with open_store(root) as store, open_store(other) as target:
        store.merge("司机满意度", TAXIS)
        store.forbid("公交准点率", "公交正点率")
        store.undo()
        assert store.export_decisions(file) == 3
        text = file.read_text("utf-8")
        assert target.import_decisions(file) == 3
        assert cluster_bytes(other) == cluster_bytes(root)
        assert target.import_decisions(file) == 0
        assert target.export_decisions(file) == 3
        assert file.read_text("utf-8") == text
        file.write_text(text + "{}\n", "utf-8")
        fresh = tmp_path / "fresh"
        publish(fresh, 0, DOCUMENTS[0])
        with open_store(fresh) as empty:
            with pytest.raises(BadInput, match="第 4 行"):
                empty.import_decisions(file)
            assert not empty.decisions()
            with pytest.raises(BadInput, match="读不出来"):
                empty.import_decisions(tmp_path / "none.jsonl")


# --- stability in the store


def test_the_same_documents_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    again = publish_all(tmp_path / "again")
    assert cluster_bytes(again) == cluster_bytes(root)
    found = [(Layout(path).folder(Layout(path).current()) / FOUND).read_bytes() for path in (root, again)]
    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(3))
def test_ids_stay_when_documents_come_and_go(tmp_path: Path, seed: int) -> None:
    chooser = random.Random(seed)
    stems = ("危桥改造", "公交", "道路养护", "校车", "路灯", "客运站", "隧道")
    tails = ("数量", "个数", "的数量", "满意度", "满意率", "完好率", "（%）完好率", "及时率", "成本")
    every = [stem + tail for stem in stems for tail in tails]
    batches = [chooser.sample(every, 12) for _ in range(3)]
    for number, names in enumerate(batches):
        publish(tmp_path, number, names)
    with open_store(tmp_path) as store:

        def state() -> dict[frozenset[str], str]:
            store.refresh()
            return {frozenset(item.normal for item in store.cluster(one.id).names): one.id for one in store.clusters()}

        def same_normals_together() -> bool:
            homes: dict[str, set[str]] = {}
            for one in store.clusters():
                for item in store.cluster(one.id).names:
                    assert item.normal == normalise_name(item.name)
                    homes.setdefault(item.normal, set()).add(one.id)
            return all(len(ids) == 1 for ids in homes.values())

        before = state()
        assert same_normals_together()
        more = chooser.sample(every, 12)
        publish(tmp_path, 7, more)
        grown = state()
        assert same_normals_together()
        for members, identity in before.items():
            (home,) = (found for others, found in grown.items() if members <= others)
            assert home == identity, "a new document never regroups or renumbers"
        remove(tmp_path, ["d7.pdf"])
        assert state() == before
        publish(tmp_path, 7, more)
        assert state() == grown
        republish(tmp_path, recluster=True)
        rebuilt = state()
        assert same_normals_together()
        kept = rebuilt.keys() & grown.keys()
        assert kept
        assert {members: rebuilt[members] for members in kept} == {members: grown[members] for members in kept}


# --- figures


@pytest.mark.parametrize("seed", range(3))
def test_figures_agree_with_counting_the_records(tmp_path: Path, seed: int) -> None:
    chooser = random.Random(seed)
    every = (*BRIDGES, *DRIVERS, *DOCUMENTS[1][1:], "危桥改造数量（座）", "道路养护里程", "驾驶员的满意度")
    for number in range(5):
        category = chooser.choice(("数量", "质量", "满意度"))
        publish(tmp_path, number, chooser.sample(every, 6), category=category)
    with open_store(tmp_path) as store:
        rows = [{**hit.record, "cluster": hit.cluster} for hit in store.iterate()]
        frame = pd.DataFrame(rows)
        listed = {one.id: one for one in store.clusters()}
        assert set(listed) == set(frame["cluster"])
        for identity, own in frame.groupby("cluster"):
            one, detail = listed[str(identity)], store.cluster(str(identity))
            assert (one.count, one.cities) == (len(own), own["city"].nunique())
            assert one.wordings == own["name"].nunique()
            assert one.members == own["name"].map(normalise_name).nunique()
            modes = own["category"].value_counts()
            assert modes[one.category] == modes.max()
            assert {item.name: item.count for item in detail.names} == own["name"].value_counts().to_dict()
            assert {item.name: set(item.cities) for item in detail.names} == own.groupby("name")["city"].agg(
                set
            ).to_dict()
            assert dict(detail.cities) == own["city"].value_counts().to_dict()


def test_likeness_shows_which_member_stands_apart(root: Path) -> None:
    from kpi.cluster import explain

    with open_store(root) as store:
        assert [item.likeness for item in store.cluster(TAXIS).names] == [1.0]
        store.merge(*BRIDGES, TAXIS)
        names = {item.name: item.likeness for item in store.cluster(TAXIS).names}
        assert min(names, key=names.__getitem__) == TAXIS
        for name, likeness in names.items():
            scores = [explain(name, other).score for other in names if other != name]
            assert likeness == pytest.approx(sum(scores) / len(scores))


def test_the_list_can_be_narrowed_and_ordered(root: Path) -> None:
    with open_store(root) as store:
        store.merge("公交准点率", TAXIS)
        every = store.clusters()
        assert [one.cities for one in every] == sorted((one.cities for one in every), reverse=True)
        assert [one.canonical for one in store.clusters("危桥 座")] == ["危桥改造数量"], "words of one wording"
        assert {one.canonical for one in store.clusters(cities=2)} == {"危桥改造数量", "司机满意度"}
        assert len(store.clusters(decided=True)) == 1
        assert len(store.clusters(category="数量")) == len(every)
        assert not store.clusters(category=("质量", "成本"))
        names = [one.canonical for one in store.clusters(sort="name")]
        assert names == sorted(names)
        weakest = [one.weakest for one in store.clusters(sort="weakest")]
        assert weakest == sorted(weakest)


def test_a_store_without_documents_has_no_clusters(tmp_path: Path) -> None:
    Layout(tmp_path).create()
    with open_store(tmp_path) as store:
        assert store.clusters("满意度") == []
        assert store.decisions() == []
        with pytest.raises(UsageError, match="没有这个指标名称"):
            store.cluster("满意度")
