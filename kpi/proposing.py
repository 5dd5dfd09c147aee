"""What a store proposes (推荐与指标库): near indicators, indicators for a project, the catalogue of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kpi.comparing import Held, cluster_name, cluster_observations
from kpi.errors import UsageError

if TYPE_CHECKING:
    from index import TextIndex
    from kpi.catalog.snapshot import Rows
    from kpi.compare import Observation
    from kpi.compare.profile import Profile
    from kpi.compare.similar import Similar
    from kpi.compare.suggest import Suggestion

Filters = Mapping[str, Any]

_CANDIDATES = 300
"""Names that are compared exactly; the text index and the likeness of characters give as many each."""
_ALL_PROJECTS = 3000
"""Up to so many project names are all compared (10 µs each); of more the best of the text index."""


class Searched(Held, Protocol):
    """What of a store is needed here."""

    @property
    def index(self) -> TextIndex:
        """The text index."""
        ...


class Proposing:
    """Methods of a store that propose."""

    def similar(self: Searched, name: str, *, limit: int = 10, filters: Filters | None = None) -> tuple[Similar, ...]:
        """Indicators whose names are near to a name, the nearest first, the same indicator included.

        Args:
            name: any name, printed in the store or not.
            limit: how many at most.
            filters: only rows that match; see `Store.search`.

        Raises:
            UsageError: the name is empty.
        """
        from kpi.compare.profile import make_profile
        from kpi.compare.similar import Similar as Found
        from kpi.compare.similar import nearest

        if not name.strip():
            raise UsageError("请给出指标名称", advice="如 kpi similar 参保群众满意度")
        held = self.snapshot.clusters
        if held is None or not self.snapshot.rows:
            return ()
        mask = self.select("", filters).mask
        codes = _name_candidates(self, name)
        texts = dict(zip(self.snapshot.texts("name", codes), codes.tolist(), strict=True)) if len(codes) else {}
        found: list[Found] = []
        seen: set[int] = set()
        for near in nearest(name, texts):
            owner = int(held.numbers[texts[near.name]])
            if owner and owner not in seen:
                seen.add(owner)
                cluster = cluster_name(self.snapshot, owner)
                rows = cluster_observations(self, [cluster], mask)
                if rows:
                    found.append(Found(near, make_profile(cluster, rows)))
            if len(found) == limit:
                break
        return tuple(found)

    def suggest(
        self: Searched, project: str, *, query: str = "", filters: Filters | None = None, without: Iterable[str] = ()
    ) -> Suggestion:
        """Indicators that projects like this one use, by category, with what is usual and where it is printed.

        Args:
            project: name of a project; years, levels of government and words for money do not matter.
            query: only rows that this finds.
            filters: see `Store.search`.
            without: cities or counties whose own projects are left out.

        Raises:
            UsageError: the name is empty.
        """
        from kpi.compare.profile import make_profile
        from kpi.compare.suggest import alike_projects, make_suggestion
        from kpi.library.references import load_libraries, references_of_project

        if not project.strip():
            raise UsageError("请给出项目名称", advice="如 kpi suggest 2026年城乡医疗救助补助")
        texts = _project_candidates(self, project)
        alike = alike_projects(project, texts)
        mask = self.select(query, filters).mask
        if alike:
            mask = mask & self.snapshot.rows_with("project", np.array([texts[item.name] for item in alike]))
        own = frozenset(without)
        rows = [row for row in _observations(self, np.flatnonzero(mask)) if alike and not own & set(row.place)]
        bodies = {(row.place, row.department, row.project) for row in rows}
        used = {row.project for row in rows}
        profiles = [make_profile(_named(self, identity), members) for identity, members in _by_cluster(rows).items()]
        return make_suggestion(
            project, [item for item in alike if item.name in used], profiles, bodies=len(bodies),
            cities=len({row.place for row in rows}), references=references_of_project(load_libraries(self.path), project),
        )  # fmt: skip

    def catalogue(self: Searched, query: str = "", *, filters: Filters | None = None) -> list[Profile]:
        """Every indicator of the store (指标库), by field of work and category, the most widely used first.

        Args:
            query: only rows that this finds.
            filters: see `Store.search`.
        """
        from kpi.compare.profile import by_category, make_profile

        rows = _observations(self, _cluster_order(self, np.flatnonzero(self.select(query, filters).mask)))
        profiles = (
            make_profile(_named(self, identity), list(own))
            for identity, own in groupby(rows, key=lambda row: row.cluster)
            if identity
        )
        return sorted(by_category(profiles), key=lambda profile: (not profile.field, profile.field))


def _cluster_order(store: Held, rows: Rows) -> Rows:
    """Rows cluster by cluster, so that only one cluster's are held at a time."""
    held = store.snapshot.clusters
    if held is None:
        return rows
    ordered: Rows = rows[np.argsort(held.numbers[store.snapshot.columns["name"][rows]], kind="stable")]
    return ordered


def _observations(store: Held, rows: Rows) -> Iterator[Observation]:
    from kpi.compare import record_to_observation

    snapshot = store.snapshot
    held = snapshot.clusters
    if held is None:
        return
    owners = held.numbers[snapshot.columns["name"][rows]]
    sections = snapshot.columns["section"][rows]
    for record, owner, section in zip(snapshot.iterate(rows), owners, sections, strict=True):
        yield record_to_observation(record, cluster=held.titles[owner][0], publication=str(section))


def _by_cluster(rows: Iterable[Observation]) -> dict[str, list[Observation]]:
    members: dict[str, list[Observation]] = {}
    for row in rows:
        if row.cluster:
            members.setdefault(row.cluster, []).append(row)
    return members


def _named(store: Held, identity: str) -> Any:
    from kpi.compare import ClusterName

    cluster = store.clustering.get(identity)
    assert cluster is not None  # noqa: S101 - ids come from the same snapshot
    wordings = sorted(((-count, text) for member in cluster.members for text, count in member.names))
    return ClusterName(cluster.id, cluster.canonical, tuple(text for _, text in wordings))


def _name_candidates(store: Searched, name: str) -> Any:
    """Numbers of names worth comparing: by the words and pairs of characters they share, and by their characters."""
    from rapidfuzz import fuzz, process

    from kpi.text import fold

    texts = store.snapshot.all_texts("name")
    by_words = _ranked(store, name, "name", _CANDIDATES)
    by_characters = [
        number
        for _, _, number in process.extract(fold(name), texts, scorer=fuzz.ratio, limit=_CANDIDATES, processor=fold)
    ]
    found = np.unique(np.array([*by_words, *by_characters], np.int64))
    return found[found > 0]


def _project_candidates(store: Searched, project: str) -> dict[str, int]:
    """Project names worth comparing → their numbers."""
    from kpi.compare.projects import project_core

    snapshot = store.snapshot
    if snapshot.text_count("project") <= _ALL_PROJECTS:
        return {text: number for number, text in enumerate(snapshot.all_texts("project")) if number}
    numbers = _ranked(store, project_core(project), "project", _ALL_PROJECTS)
    return dict(zip(snapshot.texts("project", numbers), numbers, strict=True)) if numbers else {}


def _ranked(store: Searched, text: str, kind: str, most: int) -> Sequence[int]:
    """Numbers of the texts of a kind that share most with a text, by the text index."""
    import re

    from kpi.query import parse_query

    words = " ".join(f'"{word}"' if word.isascii() else word for word in re.findall(r"\w+", text))
    if not words:
        return []
    scores = store.index.rank(parse_query(words), kind)
    order = np.argsort(-scores, kind="stable")[:most]
    return [int(number) for number in order if scores[number] > 0]
