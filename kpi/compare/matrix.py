"""Several indicators side by side (对比矩阵): one row a city (department, year, project), one column a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.compare.comparison import ClusterName, Comparison, Group
from kpi.compare.observations import Family


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a city set for an indicator: the printed target that stands for it, None-valued where it is in words."""

    text: str
    rows: int
    family: Family | None = None
    value: float | None = None
    rank: int | None = None
    more: int = 0
    """Targets of further families (another unit, words) that the cell does not show."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells[row][column]` is None where the city has no such indicator."""

    titles: tuple[str, ...]
    clusters: tuple[ClusterName, ...]
    cells: tuple[tuple[MatrixCell | None, ...], ...]


def make_matrix(comparison: Comparison) -> Matrix:
    """The matrix of a comparison; a cell shows the family that most cities use, if the city has it."""
    found: dict[tuple[str, str], list[MatrixCell]] = {}
    for item in comparison.sets:
        for group in item.groups:
            found.setdefault((group.title, item.cluster.id), []).append(_cell(item.family, group))
    for words in comparison.words:
        for said in words.groups:
            found.setdefault((said.title, words.cluster.id), []).append(MatrixCell(said.text, said.rows))
    titles = tuple(sorted({title for title, _ in found}))
    cells = tuple(
        tuple(_joined(found.get((title, cluster.id), [])) for cluster in comparison.clusters) for title in titles
    )
    return Matrix(titles, comparison.clusters, cells)


def _cell(family: Family, group: Group) -> MatrixCell:
    return MatrixCell(group.typical.target, group.rows, family, group.value, group.position.rank)


def _joined(cells: list[MatrixCell]) -> MatrixCell | None:
    if not cells:
        return None
    first, *others = cells
    more = sum(cell.rows for cell in others)
    return MatrixCell(first.text, first.rows, first.family, first.value, first.rank, more)
