"""The log of decisions: objects, order, undo, folder, export and import; corrections of records."""

from __future__ import annotations

import errno
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kpi.corrections import CORRECTED, Corrections, find_record, record_key
from kpi.decisions import (
    CORRECT,
    DOCUMENT,
    FORBID,
    MERGE,
    REJECT,
    RENAME,
    SPLIT,
    UNDO,
    Decision,
    RecordKey,
    active_decisions,
    decision_to_plain,
    decisions_to_jsonl,
    file_name,
    jsonl_to_decisions,
    latest,
    load_decisions,
    make_decision,
    plain_to_decision,
    replay_order,
    save_decision,
)
from kpi.errors import BadInput, StoreError, UsageError

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
MERGED = Decision(kind=MERGE, names=("危桥改造数量", "改造危桥座数"))
KEY = RecordKey(id="0" * 16, sha256="a" * 64, table="项目绩效目标", project="养护", name="危桥改造数量", target="≥3座")


def made(decision: Decision, *existing: Decision, now: datetime = EARLY) -> Decision:
    return make_decision(decision, existing=existing, author="甲", now=now)


# --- one decision ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decision",
    [
        MERGED,
        Decision(kind=SPLIT, names=("甲数",), others=("乙数", "丙数"), reason="口径不同"),
        Decision(kind=RENAME, names=("甲数",), name="甲的数量"),
        Decision(kind=FORBID, names=("甲数", "乙数")),
        Decision(kind=CORRECT, record=KEY, changes={"value": "3.50", "unit": "座", "approximate": True, "upper": None}),
        Decision(kind=REJECT, record=KEY, reason="合计行"),
        Decision(kind=DOCUMENT, record=RecordKey(sha256="a" * 64), changes={"city": "洛阳市", "year": 2026}),
    ],
    ids=lambda decision: decision.kind,
)
def test_a_decision_as_json_and_back(decision: Decision) -> None:
    done = made(decision)
    plain = json.loads(json.dumps(decision_to_plain(done)))
    assert plain_to_decision(plain) == done
    assert done.time == "2026-01-01T00:00:00Z"
    assert done.author == "甲"
    assert file_name(done) == f"20260101T000000Z-{done.id}.json"


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        pytest.param(Decision(kind="fuse", names=("a", "b")), "未知的决定种类", id="unknown kind"),
        pytest.param(Decision(kind=MERGE, names=("甲", "甲")), "至少要 2 个", id="one name twice"),
        pytest.param(Decision(kind=FORBID, names=("甲", " ")), "至少要 2 个", id="blank name"),
        pytest.param(Decision(kind=RENAME, names=("甲",)), "新名称", id="no new name"),
        pytest.param(Decision(kind=SPLIT, names=("甲",), others=("甲", "乙")), "既移出又留下", id="on both sides"),
        pytest.param(Decision(kind=UNDO), "编号", id="undo of nothing"),
        pytest.param(Decision(kind=UNDO, undoes="000000000000"), "没有这条决定", id="undo of an unknown one"),
        pytest.param(Decision(kind=REJECT), "编号和文件", id="no record"),
        pytest.param(Decision(kind=CORRECT, record=KEY), "可更正的字段", id="no change"),
        pytest.param(Decision(kind=CORRECT, record=KEY, changes={"page": 3}), "可更正的字段", id="a place"),
        pytest.param(Decision(kind=CORRECT, record=KEY, changes={"value": 3.5}), "类型不符", id="number as float"),
        pytest.param(Decision(kind=CORRECT, record=KEY, changes={"value": "三"}), "类型不符", id="number as word"),
        pytest.param(Decision(kind=CORRECT, record=KEY, changes={"date_end": "2026-13-01"}), "类型不符", id="no date"),
        pytest.param(
            Decision(kind=DOCUMENT, record=KEY, changes={"name": "乙"}), "可更正的字段", id="not of a document"
        ),
        pytest.param(Decision(kind=DOCUMENT, record=KEY, changes={"year": True}), "类型不符", id="year as flag"),
    ],
)
def test_an_incomplete_decision_is_refused(decision: Decision, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        made(decision)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"names": ["乙", "丙"]}, "与编号不符", id="changed afterwards"),
        pytest.param({"format": 9}, "版本不符", id="later version"),
        pytest.param({"colour": "red"}, "未知的字段", id="unknown field"),
        pytest.param({"names": ["甲"]}, "不完整", id="too few names"),
        pytest.param({"record": 3}, "不合规定", id="record is no table"),
        pytest.param({"record": {"x": "y"}}, "不完整", id="unknown key of the record"),
    ],
)
def test_a_damaged_decision_is_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plain_to_decision({**decision_to_plain(made(MERGED)), **change}, where="某文件")


# --- the log -------------------------------------------------------------------------------------------------------------------


def test_order_does_not_follow_a_clock_that_goes_backwards() -> None:
    first = made(MERGED, now=LATE)
    second = made(Decision(kind=FORBID, names=MERGED.names), first, now=EARLY)
    assert second.time < first.time
    assert replay_order([second, first, second]) == (first, second)


def test_undo_and_undo_of_undo() -> None:
    first = made(MERGED)
    undo = made(Decision(kind=UNDO, undoes=first.id), first)
    redo = made(Decision(kind=UNDO, undoes=undo.id), first, undo)
    assert active_decisions([first]) == (first,)
    assert active_decisions([undo, first]) == ()
    assert active_decisions([redo, undo, first]) == (first,)
    assert latest([first, undo, redo]) == first
    assert latest([first, undo]) is None


def test_a_full_disk_leaves_no_half_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file would be told as damaged from then on, and stop every publishing."""
    folder = tmp_path / "decisions"
    first = made(MERGED)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            save_decision(folder, first)
    assert list(folder.iterdir()) == []
    save_decision(folder, first)
    assert load_decisions(folder).decisions == (first,)


def test_the_folder_holds_one_object_a_decision(tmp_path: Path) -> None:
    folder = tmp_path / "decisions"
    assert load_decisions(folder).decisions == ()
    first = made(MERGED)
    second = made(Decision(kind=RENAME, names=("甲",), name="乙"), first, now=LATE)
    path = save_decision(folder, second)
    save_decision(folder, first)
    before = path.read_bytes()
    assert save_decision(folder, second) == path
    assert path.read_bytes() == before
    assert load_decisions(folder).decisions == (first, second)
    assert len(list(folder.iterdir())) == 2


def test_a_damaged_file_is_told_and_the_others_are_used(tmp_path: Path) -> None:
    first = made(MERGED)
    save_decision(tmp_path, first)
    (tmp_path / "20260101T000000Z-cut.json").write_text('{"format": 1, "kin', encoding="utf-8")
    (tmp_path / "20260101T000000Z-list.json").write_text("[]", encoding="utf-8")
    loaded = load_decisions(tmp_path)
    assert loaded.decisions == (first,)
    assert [problem.what for problem in loaded.problems] == ["决定的文件已损坏", "不是一条决定"]
    assert "cut.json" in loaded.problems[0].where


def test_export_is_the_same_bytes_in_any_order_and_imports_again() -> None:
    log: list[Decision] = []
    for number in range(8):
        log.append(made(Decision(kind=RENAME, names=(f"名{number}",), name="新"), *log))
    text = decisions_to_jsonl(log)
    assert decisions_to_jsonl(random.Random(3).sample(log, len(log))) == text
    assert jsonl_to_decisions(text + "\n" + text) == tuple(log)
    with pytest.raises(BadInput, match=r"团队\.jsonl 第 2 行"):
        jsonl_to_decisions(text.splitlines()[0] + "\n{", where="团队.jsonl")


# --- corrections -----------------------------------------------------------------------------------------------------------


def record(identity: str, name: str, target: str, **more: Any) -> dict[str, Any]:
    base = {
        "id": identity,
        "table": "项目绩效目标",
        "project": "养护",
        "name": name,
        "target": target,
        "city": "某市",
        "year": 2025,
    }
    return {**base, "province": "", "county": "", "department": "", "warnings": [], **more}


def parsed(*records: dict[str, Any]) -> dict[str, Any]:
    document = {"sha256": "a" * 64, "city": "某市", "year": 2025, "province": "", "county": "", "department": ""}
    return {"version": 1, "document": document, "indicators": list(records)}


def correct(wanted: dict[str, Any], **changes: Any) -> Decision:
    return Decision(kind=CORRECT, record=record_key(wanted, "a" * 64), changes=changes)


ONE, TWO = record("1" * 16, "危桥改造数量", "≥3座"), record("2" * 16, "司机满意度", "≥90%")


def test_a_field_is_set_and_marked_and_the_parsed_document_stays() -> None:
    plain = parsed(ONE, TWO)
    before = json.dumps(plain)
    corrections = Corrections([made(correct(ONE, target="≥8座"))])
    changed = corrections.apply(plain)
    assert changed["indicators"][0] == {**ONE, "target": "≥8座", "warnings": [CORRECTED]}
    assert changed["indicators"][1] == TWO
    assert json.dumps(plain) == before


def test_a_row_is_rejected_and_undo_brings_it_back() -> None:
    reject = made(Decision(kind=REJECT, record=record_key(ONE, "a" * 64)))
    undo = made(Decision(kind=UNDO, undoes=reject.id), reject)
    assert Corrections([reject]).apply(parsed(ONE, TWO))["indicators"] == [TWO]
    assert Corrections([reject, undo]).apply(parsed(ONE, TWO)) == parsed(ONE, TWO)


def test_facts_of_the_document_reach_its_records_but_not_what_a_table_prints_itself() -> None:
    decision = made(
        Decision(kind=DOCUMENT, record=RecordKey(sha256="a" * 64), changes={"year": 2026, "province": "河南省"})
    )
    own = {**TWO, "year": 2023}
    changed = Corrections([decision]).apply(parsed(ONE, own))
    assert changed["document"]["year"] == 2026
    assert [item["year"] for item in changed["indicators"]] == [2026, 2023]
    assert {item["province"] for item in changed["indicators"]} == {"河南省"}


@pytest.mark.parametrize(
    ("records", "place"),
    [
        pytest.param([ONE, TWO], 0, id="same place, same text"),
        pytest.param(
            [{**TWO, "id": "1" * 16}, {**ONE, "id": "5" * 16}], 1, id="moved; another row stands in its place"
        ),
        pytest.param([{**ONE, "id": "5" * 16}, {**ONE, "id": "6" * 16}], None, id="moved, and two have the text"),
        pytest.param([{**ONE, "id": "5" * 16}, ONE], 1, id="two have the text, one is in place"),
        pytest.param([TWO], None, id="gone"),
        pytest.param([{**ONE, "target": "≥ 3\n座"}], 0, id="white space does not matter"),
    ],
)
def test_the_record_is_found_after_another_parse(records: list[dict[str, Any]], place: int | None) -> None:
    keys = [record_key(item, "a" * 64) for item in records]
    assert find_record(record_key(ONE, "a" * 64), keys) == place


def test_what_finds_no_record_or_is_overruled_is_told() -> None:
    first = made(correct(ONE, target="≥8座"))
    second = made(correct(ONE, target="≥9座"), first)
    lost = made(correct({**ONE, "name": "没有"}, target="≥1"), first, second)
    changed, told = Corrections([lost, second, first]).apply_and_tell(parsed(ONE))
    assert changed["indicators"][0]["target"] == "≥9座"
    assert [item.decision for item in told] == [first, lost]


def test_the_fingerprint_changes_with_the_corrections_of_the_document_alone() -> None:
    first = made(correct(ONE, target="≥8座"))
    undo = made(Decision(kind=UNDO, undoes=first.id), first)
    assert Corrections([first]).fingerprint("a" * 64)
    assert Corrections([first]).fingerprint("b" * 64) == ""
    assert Corrections([first, undo]).fingerprint("a" * 64) == ""


FORGED = {
    "a path for a time": {"time": "../../../x"},
    "a number for a time": {"time": 5},
    "a text for a number": {"sequence": "x"},
    "a truth for a number": {"sequence": True},
    "a number that no JSON keeps": {"sequence": 10**30},
    "a list for a text": {"undoes": [1]},
    "an object for a text": {"reason": {"a": 1}},
    "half a character": {"author": "\ud800"},
    "a text for a list": {"names": "ab"},
    "a list in a list": {"names": ["a", ["b"]]},
    "a list for an object": {"changes": [1]},
    "a number in a record": {"record": {"id": 5}},
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_a_forged_decision_is_refused_whatever_its_id(change: dict[str, object]) -> None:
    """The id can be made to fit by whoever writes the file; a time such as `../../x` would name a file elsewhere."""
    plain = {**decision_to_plain(make_decision(Decision(kind="merge", names=("a", "b")))), **change}
    with pytest.raises(BadInput) as caught:
        plain_to_decision(plain)
    if "应为 " in caught.value.found:  # only the id did not fit
        plain["id"] = caught.value.found.rpartition("应为 ")[2]
        with pytest.raises(BadInput):
            plain_to_decision(plain)


def test_a_deeply_nested_line_is_no_decision() -> None:
    with pytest.raises(BadInput):
        jsonl_to_decisions("[" * 100_000)


def test_a_name_with_another_line_end_survives_the_exchange() -> None:
    decision = make_decision(Decision(kind="merge", names=("a\u2028b", "c\x85d")))
    assert jsonl_to_decisions(decisions_to_jsonl([decision])) == (decision,)
