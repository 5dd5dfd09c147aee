"""What people decide about clusters (人工决定), through a store: written down, published at once, undone, told.

Names may be given as printed, as canonical names or as cluster ids; a decision always names printed members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kpi.catalog.cluster_answers import ClusterDetail, ClusterSummary
from kpi.catalog.clusters import ClusterList
from kpi.catalog.decided import load_all, save
from kpi.catalog.layout import Layout
from kpi.decisions import (
    CLUSTER_KINDS,
    FORBID,
    MERGE,
    REMOVE,
    RENAME,
    SPLIT,
    UNDO,
    Decision,
    DecisionLog,
    active_decisions,
    check_decision,
    decision_to_plain,
    decisions_to_jsonl,
    jsonl_to_decisions,
    latest,
    make_decision,
    of_kinds,
    standing,
)
from kpi.durable import write_atomically
from kpi.errors import BadInput, StoreError, UsageError

if TYPE_CHECKING:
    from kpi.catalog.snapshot import Snapshot
    from kpi.cluster import Clustering, Conflict

IN_FORCE, UNDONE, OVERRULED, WAITING = "in_force", "undone", "overruled", "waiting"
STATE_TITLES: Mapping[str, str] = {
    IN_FORCE: "有效", UNDONE: "已撤销", OVERRULED: "被较新的决定取代", WAITING: "待用（库中没有所指名称）",
}  # fmt: skip

_RENAMED_MEMBERS = 5
"""Members that a new name is tied to: it stays when the document of the first leaves, and a decision stays readable."""
_LEAST_DIGITS = 4
"""Of a decision's id, enough to name it by."""


@dataclass(frozen=True, slots=True)
class Told:
    """One decision of the history, and what became of it."""

    decision: Decision
    state: str
    """A key of `STATE_TITLES`."""

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values: the decision's own keys and `state`."""
        return {**decision_to_plain(self.decision), "state": self.state}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision did."""

    decision: Decision
    snapshot: str
    """The snapshot that shows it."""
    conflicts: tuple[Conflict, ...] = ()
    """Conflicts with other decisions that were not there before."""


class Held(Protocol):
    """What of a store is needed here."""

    path: Path | str

    @property
    def snapshot(self) -> Snapshot:
        """The open snapshot."""
        ...

    @property
    def cluster_list(self) -> ClusterList:
        """Clusters with their figures."""
        ...

    def refresh(self) -> bool:
        """Open the newest snapshot."""
        ...


class Deciding:
    """Methods of a store that list clusters and take decisions about them. A decision moves the store to a new snapshot."""

    def clusters(
        self: Held, text: str = "", *, category: str | Iterable[str] = (), cities: int = 0, decided: bool = False,
        sort: str = "cities",
    ) -> list[ClusterSummary]:  # fmt: skip
        """Clusters with their figures, see `ClusterList.select`."""
        wanted = (category,) if isinstance(category, str) and category else tuple(category)
        return list(self.cluster_list.select(text, category=wanted, cities=cities, decided=decided, sort=sort))

    def cluster(self: Held, name: str) -> ClusterDetail:
        """The cluster of an id or name with its wordings and cities.

        Raises:
            UsageError: the store has none; near names are offered.
        """
        return self.cluster_list.detail(self.cluster_list.find(name))

    def merge(self: Held, *names: str, author: str | None = None, reason: str = "") -> Outcome:
        """Make the clusters of the names one.

        Raises:
            UsageError: fewer than two different names, or one that the store does not have.
            StoreError: the store cannot be written.
        """
        wordings = _wordings(self, names)
        return take_decision(self, Decision(kind=MERGE, names=wordings, reason=reason), author=author)

    def split(
        self: Held, name: str, out: Sequence[str], *, author: str | None = None, reason: str = ""
    ) -> Outcome:  # fmt: skip
        """Take members out of a cluster, together into one of their own.

        Raises:
            UsageError: a member that is not in the cluster, none, or all of them.
            StoreError: the store cannot be written.
        """
        names, others = _leaving(self, name, out)
        return take_decision(self, Decision(kind=SPLIT, names=names, others=others, reason=reason), author=author)

    def remove(
        self: Held, name: str, members: Sequence[str], *, author: str | None = None, reason: str = ""
    ) -> Outcome:  # fmt: skip
        """Take members out of a cluster, each into one of its own.

        Raises:
            UsageError: as for `split`.
            StoreError: the store cannot be written.
        """
        names, others = _leaving(self, name, members)
        return take_decision(self, Decision(kind=REMOVE, names=names, others=others, reason=reason), author=author)

    def rename(self: Held, name: str, new: str, *, author: str | None = None, reason: str = "") -> Outcome:
        """Give a cluster another canonical name.

        Raises:
            UsageError: no such cluster, or an empty name.
            StoreError: the store cannot be written.
        """
        every = [self.cluster_list.wording(name), *self.cluster_list.wordings(self.cluster_list.find(name))]
        names = tuple(dict.fromkeys(every))[:_RENAMED_MEMBERS]
        return take_decision(self, Decision(kind=RENAME, names=names, name=new.strip(), reason=reason), author=author)

    def forbid(self: Held, *names: str, author: str | None = None, reason: str = "") -> Outcome:
        """Keep names apart for good.

        Raises:
            UsageError: fewer than two different names, or one that the store does not have.
            StoreError: the store cannot be written.
        """
        wordings = _wordings(self, names)
        return take_decision(self, Decision(kind=FORBID, names=wordings, reason=reason), author=author)

    def undo(
        self: Held, identity: str = "", *, kinds: Iterable[str] = CLUSTER_KINDS, author: str | None = None, reason: str = ""
    ) -> Outcome:  # fmt: skip
        """Take a decision back; undoing an undo restores the decision.

        Args:
            identity: id of the decision or its beginning; the last in force of `kinds` when empty.
            kinds: what a plain undo may take back.
            author: who decides; the system's user name when None.
            reason: why.

        Raises:
            UsageError: no such decision, several, or one that is undone already.
            StoreError: the store cannot be written.
        """
        decisions = read_log(self.path).decisions
        wanted = _find_decision(decisions, identity) if identity else latest(decisions, kinds)
        if wanted is None:
            raise UsageError("没有可以撤销的决定", advice="用 kpi clusters log 查看历史")
        if wanted.id not in standing(decisions):
            raise UsageError("这条决定已经撤销", found=wanted.id, advice="撤销那条“撤销”即可恢复")
        return take_decision(self, Decision(kind=UNDO, undoes=wanted.id, reason=reason), author=author)

    def decisions(self: Held, kinds: Iterable[str] = CLUSTER_KINDS) -> list[Told]:
        """The history, oldest first: decisions of these kinds and their undos, and what became of each."""
        from kpi.ingestion.clustering import replay

        decisions = read_log(self.path).decisions
        chosen = of_kinds(decisions, kinds)
        kept = standing(decisions)
        clusters = replay(self.snapshot.folder, _cluster_decisions(decisions)) if self.snapshot.name else None
        overruled = {conflict.decision for conflict in clusters.conflicts} if clusters else set()
        return [Told(item, _state(item, kept, overruled, clusters)) for item in chosen]

    def conflicts(self: Held) -> tuple[Conflict, ...]:
        """Decisions that do not hold because later ones rank above them."""
        return _conflicts(self, read_log(self.path).decisions)

    def export_decisions(self: Held, path: str | Path, *, kinds: Iterable[str] = CLUSTER_KINDS) -> int:
        """Write decisions of these kinds and their undos as JSONL, for version control; returns how many.

        Raises:
            UsageError: the file cannot be written.
        """
        chosen = of_kinds(read_log(self.path).decisions, kinds)
        try:
            write_atomically(Path(path), decisions_to_jsonl(chosen).encode())
        except OSError as error:
            raise UsageError(
                "文件写不进去", where=str(path), found=error.strerror or "", advice="检查路径和权限"
            ) from error
        return len(chosen)

    def import_decisions(self: Held, path: str | Path) -> int:
        """Take in decisions that another store exported, and publish; returns how many were not known yet.

        Raises:
            BadInput: the file cannot be read or a line is no decision; then nothing is taken in.
            StoreError: the store cannot be written.
        """
        try:
            text = Path(path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            found = (error.strerror or "") if isinstance(error, OSError) else "不是 UTF-8 文字"
            raise BadInput("决定文件读不出来", where=str(path), found=found, advice="检查路径，或重新导出") from error
        known = {item.id for item in read_log(self.path).decisions}
        fresh = [item for item in jsonl_to_decisions(text, where=str(path)) if item.id not in known]
        for item in fresh:
            save(Layout(self.path), item)
        _publish(self, "、".join(item.id for item in fresh[:_SHOWN_IDS]))
        return len(fresh)


_SHOWN_IDS = 3


def take_decision(store: Held, decision: Decision, *, author: str | None = None) -> Outcome:
    """Write a decision of any kind down, publish it and move the store to the snapshot that shows it.

    Raises:
        UsageError: its content is incomplete.
        BadInput: a decision in the store cannot be read.
        StoreError: the store cannot be written; once it is written down, the decision takes effect with the next publishing.
    """
    check_decision(decision)
    existing = read_log(store.path).decisions
    made = make_decision(decision, existing=existing, author=author)
    save(Layout(store.path), made)
    _publish(store, made.id)
    conflicts = _conflicts(store, (*existing, made))
    known = set(_conflicts(store, existing)) if conflicts else set()
    return Outcome(made, store.snapshot.name, tuple(conflict for conflict in conflicts if conflict not in known))


def read_log(store: Path | str) -> DecisionLog:
    """All decisions of a store.

    Raises:
        BadInput: one of them cannot be read; deciding over a gap could undo it silently.
    """
    log = load_all(Layout(store))
    for problem in log.problems:
        raise problem
    return log


def _publish(store: Held, told: str) -> None:
    from kpi.ingestion.publishing import republish

    try:
        republish(store.path)
    except StoreError as error:
        what = f"决定已记下（{told}），但没有发布成：{error.what}" if told else error.what
        raise StoreError(
            what, where=error.where, found=error.found, advice=f"{error.advice}；下次发布时生效", code=error.code
        ) from error
    store.refresh()


def _conflicts(store: Held, decisions: Iterable[Decision]) -> tuple[Conflict, ...]:
    from kpi.ingestion.clustering import replay

    return replay(store.snapshot.folder, _cluster_decisions(decisions)).conflicts if store.snapshot.name else ()


def _cluster_decisions(decisions: Iterable[Decision]) -> list[Decision]:
    return [item for item in active_decisions(decisions) if item.kind in CLUSTER_KINDS]


def _wordings(store: Held, names: Iterable[str]) -> tuple[str, ...]:
    """A printed member for each name."""
    return tuple(dict.fromkeys(store.cluster_list.wording(name) for name in names))


def _leaving(store: Held, name: str, out: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The members of a cluster that are to leave it, and those that stay."""
    from kpi.cluster import normalise_name

    every = store.cluster_list.wordings(store.cluster_list.find(name))
    leaving: dict[str, None] = {}
    for wanted in out:
        printed = [member for member in every if member == wanted.strip()]
        alike = printed or [member for member in every if normalise_name(member) == normalise_name(wanted)]
        if not alike:
            raise UsageError("这类指标中没有这个名称", found=wanted, advice=f"可用：{'、'.join(every)}")
        leaving.update(dict.fromkeys(alike))
    staying = tuple(member for member in every if member not in leaving)
    if not leaving or not staying:
        raise UsageError(
            "要移出的名称至少一个，且不能是全部", found="、".join(leaving) or "无", advice=f"可用：{'、'.join(every)}"
        )
    return tuple(leaving), staying


def _find_decision(decisions: Sequence[Decision], identity: str) -> Decision:
    wanted = identity.strip().lower()
    found = [item for item in decisions if item.id == wanted] or [
        item for item in decisions if len(wanted) >= _LEAST_DIGITS and item.id.startswith(wanted)
    ]
    if len(found) != 1:
        raise UsageError(
            "有多条决定符合" if found else "没有这条决定",
            found="、".join(item.id for item in found) or identity,
            advice="用 kpi clusters log 查看编号",
        )
    return found[0]


def _state(item: Decision, kept: frozenset[str], overruled: set[str], clusters: Clustering | None) -> str:
    if item.id not in kept:
        return UNDONE
    if item.id in overruled:
        return OVERRULED
    if item.kind in CLUSTER_KINDS and (clusters is None or not any(clusters.find(name) for name in item.names)):
        return WAITING
    return IN_FORCE
