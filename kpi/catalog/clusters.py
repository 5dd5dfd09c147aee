"""The clusters of a snapshot with their figures (同类指标一览), counted once on the coded columns.

Figures count each publication once, like everything else; a cluster whose rows are all copies has 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi.catalog.cluster_answers import SORTS, ClusterDetail, ClusterSummary, MemberSummary
from kpi.catalog.layout import CLUSTERS
from kpi.catalog.parts import read_parquet
from kpi.catalog.snapshot import NameClusters, Snapshot
from kpi.errors import UsageError
from kpi.model import CATEGORIES
from kpi.text import fold

_OFFERED = 5
"""Names that are offered for one that is not there."""
_LEAST_LIKENESS = 40
"""Of 100 (rapidfuzz WRatio): below it the offered names had nothing to do with the one asked for."""
_MOST_COMPARED = 100
"""Names of a cluster that each name is compared with: 300 names take 0.3 s."""


class ClusterList:
    """All clusters of a snapshot. Places are those of `NameClusters.titles`, so 0 is for names in no cluster."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._names = snapshot.clusters or NameClusters(np.zeros(1, np.int32), (("", ""),))
        self._ids = {identity: place for place, (identity, _) in enumerate(self._names.titles) if place}

    def __len__(self) -> int:
        """Number of clusters."""
        return len(self._names.titles) - 1

    # --- which cluster

    def find(self, name: str) -> int:
        """Place of the cluster with this id, printed member, canonical name, or normalised member, in this order.

        Raises:
            UsageError: there is none (near names are offered), or several have this canonical name.
        """
        from kpi.cluster import normalise_name

        wanted = name.strip()
        number = self._snapshot.number_of("name", wanted) if wanted else None
        place = self._ids.get(wanted, 0) or (int(self._names.numbers[number]) if number is not None else 0)
        if place:
            return place
        titled = [place for place, (_, canonical) in enumerate(self._names.titles) if place and canonical == wanted]
        if len(titled) > 1:
            ids = "、".join(self._names.titles[place][0] for place in titled)
            raise UsageError("有多类指标叫这个名称", found=wanted, advice=f"用编号指明：{ids}")
        if titled:
            return titled[0]
        found = (
            pc.index(self._table["normal"], pa.scalar(normalise_name(wanted), pa.string())).as_py() if wanted else -1
        )
        if found < 0:
            offered = self._near(wanted)
            advice = f"您是否要找：{'、'.join(offered)}" if offered else "用 kpi clusters 或 kpi search 查找名称"
            raise UsageError("库中没有这个指标名称或编号", found=wanted or "（空）", advice=advice)
        return self._ids[self._table["cluster"][found].as_py()]

    def _near(self, name: str) -> list[str]:
        from rapidfuzz import fuzz, process

        titles = [canonical for _, canonical in self._names.titles[1:]]
        found = process.extract(name, titles, scorer=fuzz.WRatio, limit=_OFFERED, score_cutoff=_LEAST_LIKENESS)
        return [title for title, _, _ in found]

    def wording(self, name: str) -> str:
        """The printed member that `name` is, else the most frequent one of the cluster that it stands for.

        Raises:
            UsageError: see `find`.
        """
        place = self.find(name)
        number = self._snapshot.number_of("name", name.strip())
        if number is not None and self._names.numbers[number] == place:
            return name.strip()
        return self.wordings(place)[0]

    def wordings(self, place: int) -> list[str]:
        """Names as printed of a cluster, most frequent first."""
        return [str(name) for name in self._rows_of(place)["name"].to_pylist()]

    def _rows_of(self, place: int) -> pa.Table:
        """Rows of the cluster table, most frequent wording first."""
        rows = self._table.filter(pc.equal(self._table["cluster"], self._names.titles[place][0]))
        return rows.sort_by([("count", "descending"), ("name", "ascending")])

    # --- figures

    @cached_property
    def _table(self) -> pa.Table:
        path = self._snapshot.folder / CLUSTERS
        columns = ("number", "cluster", "normal", "name", "count", "weakest", "decided")
        if path.is_file():
            return read_parquet(path, columns)
        return pa.table(
            {name: pa.array([], pa.int32() if name in {"number", "count"} else pa.string()) for name in columns}
        )

    @cached_property
    def _rows(self) -> tuple[Any, Any]:
        """Rows that count, and the place of the cluster of each."""
        rows = np.flatnonzero(self._snapshot.counted) if self._snapshot.rows else np.zeros(0, np.int64)
        return rows, self._names.numbers[self._snapshot.columns["name"][rows]]

    @cached_property
    def _figures(self) -> Mapping[str, Any]:
        """Column → value for each place."""
        size = len(self._names.titles)
        rows, owners = self._rows
        cities = self._snapshot.columns["city"][rows].astype(np.int64)
        pairs = np.unique(owners[cities > 0].astype(np.int64) << 32 | cities[cities > 0])
        places = self._names.numbers[self._table["number"].to_numpy()]
        first = np.zeros(size, np.int64)
        first[places[::-1]] = np.arange(len(places))[::-1]
        normals = self._table["normal"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        members = np.unique(places.astype(np.int64) << 32 | normals)
        take = pa.array(first)
        return {
            "count": np.bincount(owners, minlength=size), "cities": np.bincount(pairs >> 32, minlength=size),
            "category": self._usual_categories(rows, owners, size), "members": np.bincount(members >> 32, minlength=size),
            "wordings": np.bincount(places, minlength=size),
            "weakest": self._table["weakest"].take(take).to_numpy(), "decided": self._table["decided"].take(take).to_numpy(),
        }  # fmt: skip

    def _usual_categories(self, rows: Any, owners: Any, size: int) -> list[str]:
        """The most frequent category of each place; of equally frequent ones the first in the order of categories."""
        texts = self._snapshot.all_texts("category")
        order = sorted(range(len(texts)), key=lambda code: _category_rank(texts[code]))
        ranks = np.empty(len(texts), np.int64)
        ranks[order] = np.arange(len(texts))
        keys = owners.astype(np.int64) * len(texts) + ranks[self._snapshot.columns["category"][rows]]
        best = np.bincount(keys, minlength=size * len(texts)).reshape(size, len(texts)).argmax(axis=1)
        return [texts[order[rank]] for rank in best]

    def summary(self, place: int) -> ClusterSummary:
        """One cluster."""
        figures = self._figures
        identity, canonical = self._names.titles[place]
        return ClusterSummary(
            id=identity, canonical=canonical, category=figures["category"][place], cities=int(figures["cities"][place]),
            count=int(figures["count"][place]), members=int(figures["members"][place]),
            wordings=int(figures["wordings"][place]), weakest=float(figures["weakest"][place]),
            decided=bool(figures["decided"][place]),
        )  # fmt: skip

    def select(
        self,
        text: str = "",
        *,
        category: Iterable[str] = (),
        cities: int = 0,
        decided: bool = False,
        sort: str = "cities",
    ) -> Iterator[ClusterSummary]:
        """Clusters that meet all conditions, in order.

        Args:
            text: words that all stand in one of the cluster's names, or in its canonical name.
            category: any of these; all when empty.
            cities: used in at least so many cities.
            decided: only those in which a person's decision had a part.
            sort: see `SORTS`.

        Raises:
            UsageError: an unknown category or order.
        """
        wanted = tuple(category)
        for given, allowed in ((wanted, CATEGORIES), ((sort,), tuple(SORTS))):
            unknown = [value for value in given if value not in allowed]
            if unknown:
                raise UsageError("没有这个类别或排序", found="、".join(unknown), advice=f"可用：{'、'.join(allowed)}")
        if not len(self):
            return iter(())
        figures = self._figures
        mask = self._with_words(text)
        mask[0] = False
        mask &= figures["cities"] >= cities
        if decided:
            mask &= figures["decided"]
        if wanted:
            mask &= np.isin(figures["category"], wanted)
        return map(self.summary, self._ordered(np.flatnonzero(mask), sort))

    def _with_words(self, text: str) -> Any:
        """Which places have a name with all words of a text."""
        words = [fold(word).casefold() for word in text.split()]
        mask = np.full(len(self._names.titles), not words)
        if words:
            numbers = self._table["number"].to_numpy()
            named = zip(self._names.numbers[numbers], self._table["name"].to_pylist(), strict=True)
            titled = enumerate(canonical for _, canonical in self._names.titles)
            for place, name in (*named, *titled):
                mask[place] |= all(word in fold(name).casefold() for word in words)
        return mask

    def _ordered(self, places: Any, sort: str) -> list[int]:
        titles, figures = self._names.titles, self._figures
        named = sorted(cast("list[int]", places.tolist()), key=lambda place: (titles[place][1], titles[place][0]))
        if sort == "name":
            return named
        sign = 1 if sort == "weakest" else -1
        return sorted(named, key=lambda place: (sign * figures[sort][place], -figures["count"][place]))

    def detail(self, place: int) -> ClusterDetail:
        """One cluster with its wordings, and where they are used."""
        rows, owners = self._rows
        own = rows[owners == place]
        columns = self._snapshot.columns
        listed = self._rows_of(place)
        likeness = _likeness(listed["normal"].to_pylist(), listed["name"].to_pylist())
        names = []
        for number, name, normal in zip(
            *(listed[key].to_pylist() for key in ("number", "name", "normal")), strict=True
        ):
            used = own[columns["name"][own] == number]
            cities = sorted(city for city, _ in self._tally("city", used))
            names.append(MemberSummary(name, normal, len(used), tuple(cities), likeness[normal]))
        ordered = tuple(sorted(names, key=lambda item: (-item.count, len(item.name), item.name)))
        return ClusterDetail(self.summary(place), ordered, self._tally("city", own), self._tally("category", own))

    def _tally(self, column: str, rows: Any) -> tuple[tuple[str, int], ...]:
        codes, counts = np.unique(self._snapshot.columns[column][rows], return_counts=True)
        pairs = zip(self._snapshot.texts(column, codes), counts.tolist(), strict=True) if len(codes) else ()
        return tuple(sorted(((text, count) for text, count in pairs if text), key=lambda pair: (-pair[1], pair[0])))


def _likeness(normals: Iterable[str], names: Iterable[str]) -> dict[str, float]:
    """Normalised name → average similarity to the others, of which the most frequent are looked at."""
    from kpi.cluster import parse_name
    from kpi.cluster.score import similarity

    printed: dict[str, str] = {}
    for normal, name in zip(normals, names, strict=True):
        printed.setdefault(normal, name)
    forms = {normal: parse_name(name) for normal, name in printed.items()}
    compared = list(forms.items())[:_MOST_COMPARED]
    result = {}
    for normal, form in forms.items():
        scores = [similarity(form, other) for own, other in compared if own != normal]
        result[normal] = sum(scores) / len(scores) if scores else 1.0
    return result


def _category_rank(text: str) -> int:
    return CATEGORIES.index(text) if text in CATEGORIES else len(CATEGORIES)
