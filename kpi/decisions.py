"""What people decided (人工决定): one immutable object a decision, replayed on every rebuild, undone by another decision.

A decision is one JSON file `<time>-<id>.json` in `decisions/`, written once and never changed, so that a folder, an object
store and version control keep it alike. Replay goes by `sequence`, one more than the highest its author had seen, then by
time: a clock that goes backwards does not change the order of what depends on each other.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kpi.durable import write_atomically
from kpi.errors import BadInput, KpiError, StoreError, UsageError
from kpi.model import RECORD_FIELDS

_log = logging.getLogger(__name__)

MERGE, SPLIT, RENAME, REMOVE, FORBID = "merge", "split", "rename", "remove", "forbid"
CORRECT, REJECT, DOCUMENT = "correct", "reject", "document"
UNDO = "undo"
CLUSTER_KINDS = (MERGE, SPLIT, RENAME, REMOVE, FORBID)
CORRECTION_KINDS = (CORRECT, REJECT, DOCUMENT)
KIND_TITLES: Mapping[str, str] = {
    MERGE: "合并", SPLIT: "拆分", RENAME: "改名", REMOVE: "移出", FORBID: "永不相同",
    CORRECT: "更正", REJECT: "剔除", DOCUMENT: "更正文件", UNDO: "撤销",
}  # fmt: skip

# Where a record comes from cannot be corrected; document fields are corrected for the whole document.
FIXED_FIELDS = frozenset(
    {"id", "document", "path", "table_index", "row", "column", "page", "boxes", "confidence", "warnings"}
)
DOCUMENT_FIELDS = ("province", "city", "county", "department", "year")
_TYPES = {item.name: item.type for item in RECORD_FIELDS}

FORMAT = 1
"""Version of the JSON form."""
ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The record that a correction is about: its place (`id`) and, for when parsing moves it, its printed text."""

    id: str = ""
    sha256: str = ""
    table: str = ""
    project: str = ""
    name: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision; which fields are used depends on `kind`."""

    kind: str
    names: tuple[str, ...] = ()
    """Cluster members as printed: merge and forbid two or more, split those that leave, remove and rename one or more."""
    others: tuple[str, ...] = ()
    """Split, remove: the members that stay."""
    name: str = ""
    """Rename: the new canonical name."""
    record: RecordKey = field(default_factory=RecordKey)
    """Correct, reject: the record; document: only its sha256."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Correct, document: record field → new value as in the record (decimals as strings)."""
    undoes: str = ""
    """Undo: id of the decision."""
    author: str = ""
    reason: str = ""
    time: str = ""
    """ISO 8601, UTC, seconds."""
    sequence: int = 1
    id: str = ""
    """Hash of all the rest."""


_FIELDS = tuple(item.name for item in fields(Decision))
_KEY_FIELDS = tuple(item.name for item in fields(RecordKey))


def make_decision(
    decision: Decision, *, existing: Iterable[Decision] = (), author: str | None = None, now: datetime | None = None
) -> Decision:
    """The decision with author, time, sequence and id filled in, after a check.

    Args:
        decision: kind and content.
        existing: the decisions that its author could see; an undo must name one of them.
        author: who decides; the system's user name when None.
        now: the time, the clock's when None.

    Raises:
        UsageError: the kind is unknown or its content incomplete.
    """
    seen = list(existing)
    when = (now or datetime.now(UTC)).astimezone(UTC)
    filled = replace(
        decision,
        author=decision.author or (author if author is not None else _user()),
        time=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        sequence=1 + max((other.sequence for other in seen), default=0),
        id="",
    )
    check_decision(filled)
    if filled.kind == UNDO and filled.undoes not in {other.id for other in seen}:
        raise UsageError(
            "没有这条决定可以撤销", found=filled.undoes, advice="用 kpi clusters 或 kpi correct 的列表查看编号"
        )
    return replace(filled, id=_hash(filled))


def _user() -> str:
    return os.environ.get("KPI_AUTHOR") or os.environ.get("USER") or os.environ.get("USERNAME") or ""


def check_decision(decision: Decision) -> None:
    """Raise `UsageError` unless the decision has what its kind needs."""
    kind = decision.kind
    if kind not in KIND_TITLES:
        raise UsageError("未知的决定种类", found=kind, advice=f"可用：{'、'.join(KIND_TITLES)}")
    least = {MERGE: 2, FORBID: 2, SPLIT: 1, REMOVE: 1, RENAME: 1}.get(kind, 0)
    if len(set(decision.names)) < least or not all(name.strip() for name in decision.names):
        raise UsageError(f"{KIND_TITLES[kind]}至少要 {least} 个不同的指标名称", found="、".join(decision.names))
    if kind == RENAME and not decision.name.strip():
        raise UsageError("改名要给出新名称", advice="用 --to 给出名称")
    if kind in (SPLIT, REMOVE) and set(decision.names) & set(decision.others):
        raise UsageError(
            "同一名称不能既移出又留下", found="、".join(sorted(set(decision.names) & set(decision.others)))
        )
    if kind == UNDO and not decision.undoes:
        raise UsageError("撤销要给出决定的编号")
    if kind in (CORRECT, REJECT) and not (decision.record.id and decision.record.sha256):
        raise UsageError("更正要指明记录：编号和文件的 sha256", found=str(decision.record))
    if kind == DOCUMENT and not decision.record.sha256:
        raise UsageError("更正文件信息要指明文件的 sha256")
    if kind in (CORRECT, DOCUMENT):
        _check_changes(decision)


def _check_changes(decision: Decision) -> None:
    allowed = (
        DOCUMENT_FIELDS if decision.kind == DOCUMENT else tuple(name for name in _TYPES if name not in FIXED_FIELDS)
    )
    unknown = [name for name in decision.changes if name not in allowed]
    if unknown or not decision.changes:
        raise UsageError("没有这个可更正的字段", found="、".join(unknown) or "空", advice=f"可用：{', '.join(allowed)}")
    for name, value in decision.changes.items():
        if value is not None and not _fits(value, _TYPES[name]):
            raise UsageError("更正的值与字段的类型不符", found=f"{name} = {value!r}", advice=f"应为 {_TYPES[name]}")


def _fits(value: Any, kind: str) -> bool:
    """Whether a JSON value can stand in a record field of this type."""
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "flag":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind == "number":
        return _reads(value, "number")
    return kind != "date" or _reads(value, "date")


def _reads(text: str, kind: str) -> bool:
    from datetime import date
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text).is_finite() if kind == "number" else bool(date.fromisoformat(text))
    except (InvalidOperation, ValueError):
        return False


# --- one decision as JSON ------------------------------------------------------------------------------------------------


def decision_to_plain(decision: Decision) -> dict[str, Any]:
    """A decision as JSON-ready values; fields that its kind does not use are left out."""
    values = {"format": FORMAT, **{name: getattr(decision, name) for name in _FIELDS}}
    values["changes"] = dict(decision.changes)
    values["record"] = {name: value for name in _KEY_FIELDS if (value := getattr(decision.record, name))}
    always = ("format", "id", "kind", "sequence", "time", "author", "reason")
    kept = {key: value for key, value in values.items() if value or key in always}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in kept.items()}


def plain_to_decision(plain: object, *, where: str = "") -> Decision:
    """The inverse of `decision_to_plain`.

    Raises:
        BadInput: not a decision, of a later version, incomplete, or changed after it was made.
    """
    advice = "从备份或版本库恢复这条决定，或删除该文件"
    if not isinstance(plain, Mapping):
        raise BadInput("不是一条决定", where=where, found=type(plain).__name__, advice=advice)
    if plain.get("format") != FORMAT:
        raise BadInput("决定的版本不符", where=where, found=str(plain.get("format")), advice="更新程序后再试")
    values = {key: value for key, value in plain.items() if key != "format"}
    unknown = sorted(set(values) - {item.name for item in fields(Decision)})
    if unknown:
        raise BadInput("决定中有未知的字段", where=where, found="、".join(unknown), advice=advice)
    _check_forms(values, where, advice)
    try:
        record = RecordKey(**values.pop("record", {}))
        names, others = tuple(values.pop("names", ())), tuple(values.pop("others", ()))
        decision = Decision(record=record, names=names, others=others, **values)
        check_decision(decision)
        identity = _hash(replace(decision, id=""))
    except (TypeError, AttributeError, ValueError, RecursionError, UsageError) as error:
        raise BadInput("决定不完整", where=where, found=str(error), advice=advice) from error
    if decision.id != identity:
        raise BadInput("决定的内容与编号不符", where=where, found=f"编号 {decision.id}，应为 {identity}", advice=advice)
    return decision


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LAST_SEQUENCE = 1 << 53
"""Whole numbers that every reader of JSON keeps exactly."""


def _check_forms(values: Mapping[str, Any], where: str, advice: str) -> None:
    """Raise `BadInput` unless every field has its form: the id is no proof, whoever writes a decision can make it.

    The time becomes part of a file name, so nothing but a time may stand there.
    """
    sequence = values.get("sequence", 1)
    good = {
        "time": _TIME.fullmatch(str(values.get("time", ""))) is not None,
        "sequence": type(sequence) is int and 0 <= sequence <= _LAST_SEQUENCE,
        **{
            name: isinstance(values.get(name, ""), str) for name in ("kind", "name", "undoes", "author", "reason", "id")
        },
        **{name: _is_texts(values.get(name, [])) for name in ("names", "others")},
        "record": isinstance(record := values.get("record", {}), Mapping) and _is_texts(list(record.values())),
        "changes": isinstance(values.get("changes", {}), Mapping),
    }
    wrong = "、".join(name for name, fits in good.items() if not fits)
    if wrong:
        raise BadInput("决定中的字段不合规定", where=where, found=wrong, advice=advice)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _hash(decision: Decision) -> str:
    plain = decision_to_plain(decision)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:ID_LENGTH]


# --- the folder ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """What a folder holds: decisions in replay order, and what could not be read."""

    decisions: tuple[Decision, ...] = ()
    problems: tuple[KpiError, ...] = ()


def replay_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Each decision once, by sequence, time, id."""
    once = {decision.id: decision for decision in decisions}
    return tuple(sorted(once.values(), key=lambda decision: (decision.sequence, decision.time, decision.id)))


def file_name(decision: Decision) -> str:
    """`<time>-<id>.json`, with a time that every file system takes."""
    return f"{decision.time.replace('-', '').replace(':', '')}-{decision.id}.json"


def decision_to_bytes(decision: Decision) -> bytes:
    """A decision as its file holds it."""
    return (json.dumps(decision_to_plain(decision), ensure_ascii=False, indent=1) + "\n").encode()


def save_decision(folder: Path, decision: Decision) -> Path:
    """Write one new object; saving the same decision again changes nothing.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = folder / file_name(decision)
    if path.exists():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, decision_to_bytes(decision))  # half a file would stop every publishing
    except OSError as error:
        raise StoreError(
            "决定写不进去", where=str(path), found=error.strerror or "", advice="检查磁盘和权限"
        ) from error
    _log.info("decision_saved", extra={"decision": decision.id, "kind": decision.kind, "author": decision.author})
    return path


def load_decisions(folder: Path) -> DecisionLog:
    """All decisions of a folder; a damaged file becomes a problem, the others are used."""
    decisions, problems = [], []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            decisions.append(plain_to_decision(_read_json(path), where=str(path)))
        except KpiError as error:
            problems.append(error)
    return DecisionLog(replay_order(decisions), tuple(problems))


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("决定读不出来", where=str(path), found=error.strerror or "", advice="检查权限") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(
            "决定的文件已损坏", where=str(path), found=str(error), advice="从备份恢复，或删除该文件"
        ) from error


# --- replay, export, import ----------------------------------------------------------------------------------------------


def standing(decisions: Iterable[Decision]) -> frozenset[str]:
    """Ids of the decisions and undos that no undo in force takes back. An undo can be undone itself."""
    ordered = replay_order(decisions)
    undone: set[str] = set()
    for decision in reversed(ordered):
        if decision.kind == UNDO and decision.id not in undone:
            undone.add(decision.undoes)
    return frozenset(decision.id for decision in ordered if decision.id not in undone)


def active_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """What is in force, in replay order: without undone decisions and without the undos."""
    ordered = replay_order(decisions)
    kept = standing(ordered)
    return tuple(decision for decision in ordered if decision.kind != UNDO and decision.id in kept)


def of_kinds(decisions: Iterable[Decision], kinds: Iterable[str]) -> tuple[Decision, ...]:
    """Decisions of these kinds with the undos of them, and the undos of those, in replay order."""
    ordered, wanted, chosen = replay_order(decisions), set(kinds), set()
    for decision in ordered:
        if decision.kind in wanted or (decision.kind == UNDO and decision.undoes in chosen):
            chosen.add(decision.id)
    return tuple(decision for decision in ordered if decision.id in chosen)


def decisions_to_jsonl(decisions: Iterable[Decision]) -> str:
    """All decisions as one text, a line each, in replay order: the same decisions give the same bytes."""
    plains = (decision_to_plain(decision) for decision in replay_order(decisions))
    return "".join(json.dumps(plain, ensure_ascii=False, sort_keys=True) + "\n" for plain in plains)


def jsonl_to_decisions(text: str, *, where: str = "") -> tuple[Decision, ...]:
    """The inverse of `decisions_to_jsonl`; decisions that are already known can be saved again without harm.

    Raises:
        BadInput: a line is no decision; it names the line.
    """
    found = []
    # names may hold other line ends (U+2028), which JSON leaves as they are
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{where} 第 {number} 行".strip()
            try:
                plain = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BadInput("这一行不是 JSON", where=place, found=str(error), advice="用导出的文件") from error
            found.append(plain_to_decision(plain, where=place))
    return replay_order(found)


def latest(decisions: Sequence[Decision], kinds: Iterable[str] = CLUSTER_KINDS) -> Decision | None:
    """The last decision in force of these kinds: what a plain `undo` takes back."""
    wanted = set(kinds)
    return next((decision for decision in reversed(active_decisions(decisions)) if decision.kind in wanted), None)
