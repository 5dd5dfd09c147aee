"""A comparison as files (对比导出): the workbook and the chart."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.compare import Comparison
    from kpi.compare.matrix import Matrix


def distinct(matrix: Matrix) -> list[str]:
    """Titles of the matrix's columns; equal ones get a number."""
    titles: list[str] = []
    for cluster in matrix.clusters:
        number, title = 2, cluster.name
        while title in titles:
            title, number = f"{cluster.name} {number}", number + 1
        titles.append(title)
    return titles


def comparison_workbook(comparison: Comparison) -> bytes:
    """The workbook: figures, every target, words, years, outcomes, the rule."""
    from kpi.export.comparison import write_comparison

    stream = io.BytesIO()
    write_comparison(comparison, stream)
    return stream.getvalue()


def comparison_picture(comparison: Comparison, ending: str) -> bytes:
    """The chart of the comparison as `png` or `svg`."""
    from kpi.compare.chart import comparison_chart, save_chart

    with tempfile.TemporaryDirectory(prefix="kpi-chart-") as folder:
        path = Path(folder) / f"chart.{ending}"
        save_chart(comparison_chart(comparison), path)
        return path.read_bytes()
