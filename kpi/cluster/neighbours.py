"""Which names are worth comparing (候选对): blocks by head, sparse nearest neighbours, then the exact score and vetoes.

Names of equal words and tags are one row here (`Shape`), so that a hundred wordings of one thing cost one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi.cluster.names import NameForm, Tags, Token
from kpi.cluster.score import BASE, INSERTION, SUBSTITUTION, find_vetoes, group_of
from kpi.cluster.vocabulary import Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS = 30
"""Nearest rows looked at for each row; what 100 would change: docs/decisions.md."""
LEAST_COSINE = 0.3
"""Below it no pair reaches the cut, except names of next to no words (`FEW_WORDS`)."""
FEW_WORDS = 1.3
"""Weight up to which rows are compared with each other directly: their common head may be all they have in common."""
LEAST_SCORE = 0.2
"""Pairs below count as 0 in an average: they hold no two groups together."""
CHUNK = 200_000
"""Pairs scored at a time, for memory."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the score and the vetoes see of a name; names of one shape have score 1."""

    tokens: tuple[Token, ...]
    tags: Tags


def shape_of(form: NameForm) -> Shape:
    """The shape of a form, with its tokens in a fixed order."""
    return Shape(tokens=tuple(sorted(form.tokens, key=lambda token: token.key)), tags=form.tags)


class Veto:
    """Answers whether tags veto each other, each pair of tags computed once; tags are known by their number."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[Tags, int] = {}
        self._tags: list[Tags] = []
        self._answers: dict[tuple[int, int], bool] = {}

    def number(self, tags: Tags) -> int:
        """The number of these tags."""
        found = self._numbers.setdefault(tags, len(self._tags))
        if found == len(self._tags):
            self._tags.append(tags)
        return found

    def between(self, a: int, b: int) -> bool:
        """Whether names of tags `a` and of tags `b` cannot be the same."""
        key = (a, b) if a <= b else (b, a)
        answer = self._answers.get(key)
        if answer is None:
            answer = bool(find_vetoes(self._tags[a], self._tags[b], self._vocabulary))
            self._answers[key] = answer
        return answer


def shapes_to_edges(
    shapes: Sequence[Shape], veto: Veto, *, fresh: Sequence[bool] | None = None
) -> list[tuple[int, int, float]]:
    """Pairs `(i, j, score)` with i < j that no veto forbids, by i and j.

    With `fresh` only pairs of which at least one row is fresh.
    """
    blocks: dict[str, list[int]] = {}
    for row, shape in enumerate(shapes):
        blocks.setdefault(group_of(shape.tags.family), []).append(row)
    numbers = [veto.number(shape.tags) for shape in shapes]
    edges: list[tuple[int, int, float]] = []
    for name in sorted(blocks):
        rows = blocks[name]
        if len(rows) > 1:
            edges.extend(_block_edges(shapes, rows, numbers, veto, fresh))
    edges.sort()
    return edges


def _block_edges(
    shapes: Sequence[Shape], rows: list[int], numbers: list[int], veto: Veto, fresh: Sequence[bool] | None
) -> list[tuple[int, int, float]]:
    import numpy as np

    weights, substances = _matrices([shapes[row] for row in rows])
    wanted = None if fresh is None else np.array([fresh[row] for row in rows])
    left, right = _candidates(weights, wanted)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(left), CHUNK):
        i, j = left[start : start + CHUNK], right[start : start + CHUNK]
        scores = _scores(weights, substances, i, j)
        keep = scores >= LEAST_SCORE
        found.extend(zip(i[keep].tolist(), j[keep].tolist(), scores[keep].tolist(), strict=True))
    return [(rows[i], rows[j], score) for i, j, score in found if not veto.between(numbers[rows[i]], numbers[rows[j]])]


def _matrices(shapes: Sequence[Shape]) -> tuple[Any, Any]:
    """Rows × tokens with weights, and with substances."""
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    starts, indices, weights, substances = [0], [], [], []
    for shape in shapes:
        for token in shape.tokens:
            indices.append(columns.setdefault(token.key, len(columns)))
            weights.append(token.weight)
            substances.append(token.substance)
        starts.append(len(indices))
    form = (len(shapes), max(len(columns), 1))
    first = csr_matrix((weights, indices, starts), shape=form)
    second = csr_matrix((substances, indices, starts), shape=form)
    return first, second


def _candidates(weights: Any, wanted: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Row numbers of pairs to score, each once, left < right, in order."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sparse_dot_topn import sp_matmul_topn

    total = np.asarray(weights.sum(axis=1)).ravel()
    norm = np.where(total > 0, 1.0 / np.sqrt(np.maximum(total, 1e-12)), 0.0)
    unit = csr_matrix(weights.sqrt().multiply(norm[:, None]))
    queries = np.arange(len(total)) if wanted is None else np.flatnonzero(wanted)
    near = sp_matmul_topn(
        unit[queries], csr_matrix(unit.T), top_n=NEIGHBOURS + 1, threshold=LEAST_COSINE, n_threads=2
    ).tocoo()
    left, right = [queries[near.row]], [near.col]
    few = np.flatnonzero(total <= FEW_WORDS)
    one = few if wanted is None else few[wanted[few]]
    left.append(np.repeat(one, len(few)))
    right.append(np.tile(few, len(one)))
    i, j = np.concatenate(left).astype(np.int64), np.concatenate(right).astype(np.int64)
    low, high = np.minimum(i, j), np.maximum(i, j)
    pairs = np.unique((low * len(total) + high)[low < high])
    return pairs // len(total), pairs % len(total)


def _scores(weights: Any, substances: Any, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
    """`similarity` of many pairs of rows at once."""
    import numpy as np

    present = weights.copy()
    present.data = np.ones_like(present.data)

    def total(matrix: Any) -> NDArray[Any]:
        return np.asarray(matrix.sum(axis=1)).ravel()

    def shared(matrix: Any, own: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        return total(matrix[own].multiply(present[other]))

    shared_a, shared_b = shared(weights, i, j), shared(weights, j, i)
    whole, solid = total(weights), total(substances)
    more = np.maximum(np.maximum(whole[i] - shared_a, whole[j] - shared_b), 0.0)
    both = np.minimum(solid[i] - shared(substances, i, j), solid[j] - shared(substances, j, i))
    common = BASE + (shared_a + shared_b) / 2
    scores: NDArray[Any] = common / (common + INSERTION * more + SUBSTITUTION * np.maximum(both, 0.0))
    return np.round(scores, 9)
