"""Clusters as a table (聚类表): one row a wording, so that most of them need not become objects when few of them change.

Columns as `kpi.cluster.clustering_to_rows` gives them, with `number` (of the name in the snapshot) and, for finding
neighbours again, `group`, `tokens` and `weights` of the member's words. A name that no document has any more has `count` 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from kpi.cluster import Cluster, Clustering

READ_COLUMNS = ("number", "cluster", "canonical", "weakest", "decided", "normal", "name", "count")
"""What readers of a snapshot need."""

SCHEMA = pa.schema(
    [
        ("number", pa.int32()), ("cluster", pa.string()), ("canonical", pa.string()), ("weakest", pa.float64()),
        ("decided", pa.bool_()), ("normal", pa.string()), ("name", pa.string()), ("count", pa.int32()),
        ("group", pa.string()), ("tokens", pa.list_(pa.string())), ("weights", pa.list_(pa.float64())),
    ]
)  # fmt: skip
READ_SCHEMA = pa.schema([SCHEMA.field(name) for name in READ_COLUMNS])


class MemberWords(NamedTuple):
    """By what the neighbours of a member are found: the group of its measure, keys of its words and their weights."""

    group: str = ""
    tokens: Sequence[str] = ()
    weights: Sequence[float] = ()


def clustering_to_table(
    clustering: Clustering, numbers: Mapping[str, int], words: Callable[[Any], MemberWords]
) -> pa.Table:
    """Rows of clusters; `numbers` maps names to their numbers, `words` gives the words of a member."""
    rows = []
    for cluster in clustering.clusters:
        for member in cluster.members:
            own = words(member)
            rows += [
                {
                    "number": numbers[name], "cluster": cluster.id, "canonical": cluster.canonical, "weakest": cluster.weakest,
                    "decided": cluster.decided, "normal": member.normal, "name": name, "count": count, "group": own.group,
                    "tokens": own.tokens, "weights": own.weights,
                }
                for name, count in member.names
            ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def table_to_clustering(table: pa.Table) -> Clustering:
    """Clusters of the rows; a cluster's rows must stand in the order of its members."""
    from kpi.cluster import rows_to_clustering

    return rows_to_clustering(table.select([name for name in READ_COLUMNS if name != "number"]).to_pylist())


def words_in(table: pa.Table) -> dict[str, MemberWords]:
    """Words of the members in the rows, by normalised name."""
    columns = (table[name].to_pylist() for name in ("normal", "group", "tokens", "weights"))
    return {normal: MemberWords(*own) for normal, *own in zip(*columns, strict=True)}


def with_clusters(table: pa.Table, ids: Iterable[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows are of these clusters."""
    found: np.ndarray[Any, np.dtype[np.bool_]] = pc.is_in(table["cluster"], pa.array(list(ids), pa.string())).to_numpy()
    return found


def clusters_where(table: pa.Table, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> list[str]:
    """Ids of the clusters that have one of the rows."""
    return [str(identity) for identity in table["cluster"].filter(pa.array(mask)).unique().to_pylist()]


def replace_rows(table: pa.Table, old: np.ndarray[Any, np.dtype[np.bool_]], new: pa.Table) -> pa.Table | None:
    """The table with the rows `old` taken out and `new` put in, by cluster; None if an id would stand for two clusters."""
    kept = table.filter(pa.array(~old))
    if pc.any(pc.is_in(kept["cluster"], new["cluster"].unique())).as_py():
        return None
    return sort_by_cluster(pa.concat_tables([kept, new]))


def sort_by_cluster(table: pa.Table) -> pa.Table:
    """Rows by cluster id; the order inside a cluster stays."""
    encoded = table["cluster"].combine_chunks().dictionary_encode()
    ids = encoded.dictionary.to_pylist()
    ranks = np.empty(len(ids), np.int64)
    ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    order = np.argsort(ranks[encoded.indices.to_numpy()], kind="stable") if len(ids) else np.zeros(0, np.int64)
    return table.take(pa.array(order))


def near_rows(
    table: pa.Table, fresh: Sequence[MemberWords], *, nearest: int, least_cosine: float, few_words: float
) -> Any:
    """Which rows the search for neighbours would compare with one of the fresh members; the others need not be looked at.

    Rows of the same group of measures with the `nearest` largest cosines (and all that equal the last of them), or of
    next to no words where the fresh member has no more.
    """
    from scipy.sparse import csr_matrix

    codes, weights, starts, distinct = _word_columns(table)
    own = {text: number for number, text in enumerate(distinct)}
    # The cosine of the search for neighbours: of the square roots of the weights.
    every = csr_matrix((np.sqrt(weights), codes, starts), shape=(table.num_rows, max(len(distinct), 1)))
    totals = np.asarray(every.multiply(every).sum(axis=1)).ravel()
    near = np.zeros(table.num_rows, np.bool_)
    for group in {words.group for words in fresh}:
        rows = np.flatnonzero(pc.equal(table["group"], group).to_numpy())
        if not len(rows):
            continue
        same, matrix, lengths = _same_words(table, rows), every[rows], np.sqrt(totals[rows])
        for words in fresh:
            if words.group == group:
                if sum(words.weights) <= few_words:
                    near[rows] |= totals[rows] <= few_words
                vector = np.zeros(every.shape[1])
                for token, weight in zip(words.tokens, words.weights, strict=True):
                    if token in own:
                        vector[own[token]] = weight**0.5
                limits = least_cosine * lengths * sum(words.weights) ** 0.5
                cosines = np.divide(matrix @ vector, limits, out=np.zeros(len(rows)), where=limits > 0)
                near[rows] |= cosines >= max(_nth_distinct(cosines, same, nearest), 1.0) - _ROUNDING
    return near


_ROUNDING = 1e-6


def _same_words(table: pa.Table, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A number for each of the rows, equal for rows of the same words, which the search takes as one."""
    joined = pc.binary_join(table["tokens"].take(pa.array(rows)), "\0").combine_chunks()
    numbers: np.ndarray[Any, Any] = joined.dictionary_encode().indices.to_numpy()
    return numbers


def _nth_distinct(values: np.ndarray[Any, Any], same: np.ndarray[Any, Any], count: int) -> float:
    """The `count`-th largest value when rows of one number stand once; 0 if there are fewer."""
    best = np.zeros(int(same.max()) + 1)
    np.maximum.at(best, same, values)
    return float(np.partition(best, -count)[-count]) if len(best) >= count else 0.0


def _word_columns(table: pa.Table) -> tuple[Any, Any, Any, list[str]]:
    tokens = table["tokens"].combine_chunks()
    weights = table["weights"].combine_chunks()
    encoded = tokens.flatten().dictionary_encode()
    starts = np.concatenate([[0], np.cumsum(pc.list_value_length(tokens).to_numpy())])
    return (
        encoded.indices.to_numpy(),
        weights.flatten().to_numpy(),
        starts,
        [str(text) for text in encoded.dictionary.to_pylist()],
    )


def recount(table: pa.Table, counts: np.ndarray[Any, Any], *, every: bool = False) -> pa.Table:
    """The table with how often each name is in use now; clusters with a changed count get their order and canonical name.

    Args:
        table: rows with the counts of the snapshot before.
        counts: count by number of the name.
        every: take all clusters as changed.
    """
    new = counts[table["number"].to_numpy()]
    changed = np.ones(len(new), np.bool_) if every else new != table["count"].to_numpy()
    concerned = with_clusters(table, clusters_where(table, changed))
    if not concerned.any():
        return table
    rows = table.set_column(table.schema.get_field_index("count"), SCHEMA.field("count"), pa.array(new, pa.int32()))
    rows = rows.filter(pa.array(concerned))
    numbers = dict(zip(rows["name"].to_pylist(), rows["number"].to_pylist(), strict=True))
    words = words_in(rows)
    clusters = (_recounted(cluster) for cluster in table_to_clustering(rows).clusters)
    from kpi.cluster import Clustering as Result

    remade = clustering_to_table(Result(tuple(clusters)), numbers, lambda member: words[member.normal])
    result = replace_rows(table, concerned, remade)
    return table if result is None else result  # ids stay, so that none can stand for two


def _recounted(cluster: Cluster) -> Cluster:
    from kpi.cluster.result import Member, make_cluster

    members = (Member(item.normal, tuple(sorted(item.names, key=_frequency))) for item in cluster.members)
    return make_cluster(cluster.id, members, weakest=cluster.weakest)


def _frequency(wording: tuple[str, int]) -> tuple[int, int, str]:
    name, count = wording
    return -count, len(name), name


def in_use(table: pa.Table) -> pa.Table:
    """The rows of names that documents have."""
    return table.filter(pc.greater(table["count"], 0))
