"""Average linkage on a sparse graph (平均连接): groups grow while their average similarity reaches the cut.

Pairs without an edge count as 0. What two groups may not be is asked when they are about to meet; groups only grow, so a
refusal is final. Ties go to the lower nodes, so that the result depends on the order of the nodes alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that were put together."""

    nodes: tuple[int, ...]
    weakest: float
    """Lowest average similarity of two parts that were joined, 1.0 for a single node."""


def average_linkage(
    sizes: Sequence[int],
    edges: Iterable[tuple[int, int, float]],
    *,
    cut: float,
    may_join: Callable[[int, int], bool] = lambda _a, _b: True,
    on_join: Callable[[int, int], None] = lambda _a, _b: None,
) -> list[Group]:
    """Group the nodes 0 … n-1.

    Args:
        sizes: how many names a node stands for (names of one shape have similarity 1).
        edges: `(i, j, similarity)`, each pair once; of nodes that stand for several names the sum over their pairs.
        cut: least average similarity, 0–1.
        may_join: asked with the lowest nodes of two groups before they are joined.
        on_join: told after it, with the kept (lower) and the swallowed lowest node.

    Returns:
        Groups by their lowest node.
    """
    size = list(sizes)
    near: list[dict[int, float]] = [{} for _ in size]
    for i, j, similarity in edges:
        near[i][j] = near[j][i] = similarity
    heap = [
        (-total / (size[i] * size[j]), i, j) for i, row in enumerate(near) for j, total in row.items()
        if i < j and total >= cut * size[i] * size[j]
    ]  # fmt: skip
    heapq.heapify(heap)
    members: list[list[int]] = [[node] for node in range(len(size))]
    weakest = [1.0] * len(size)
    alive = [True] * len(size)
    while heap:
        negative, i, j = heapq.heappop(heap)
        if not (alive[i] and alive[j]) or j not in near[i] or near[i][j] / (size[i] * size[j]) != -negative:
            continue
        if not may_join(i, j):
            del near[i][j], near[j][i]
            continue
        weakest[i] = min(weakest[i], weakest[j], -negative)
        members[i].extend(members[j])
        alive[j] = False
        size[i] += size[j]
        _move_edges(near, i, j)
        on_join(i, j)
        for k, total in near[i].items():
            average = total / (size[i] * size[k])
            if average >= cut:
                heapq.heappush(heap, (-average, min(i, k), max(i, k)))
    return [Group(tuple(sorted(nodes)), weakest[lowest]) for lowest, nodes in enumerate(members) if alive[lowest]]


def _move_edges(near: list[dict[int, float]], i: int, j: int) -> None:
    """Give `i` the edges of `j`; sums of similarities add up."""
    del near[i][j]
    for k, total in near[j].items():
        if k != i:
            near[i][k] = near[k][i] = near[i].get(k, 0.0) + total
            del near[k][j]
    near[j] = {}
