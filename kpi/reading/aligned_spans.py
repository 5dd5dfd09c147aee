"""Rows of texts that stand in the middle of several rows: the cheapest way to part the rows among the texts of a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from statistics import median

UNDER = {
    "满意": ("满意", "效益", "效果"), "成本": ("成本", "产出"), "效益": ("效益", "效果", "影响"), "可持续": ("效益", "效果", "影响"),
    "数量": ("产出",), "质量": ("产出",), "时效": ("产出",), "工作目标": ("投入", "管理"), "预算": ("投入", "管理", "过程"),
    "财务": ("投入", "管理", "过程"), "绩效管理": ("投入", "管理", "过程"), "重点工作": ("产出",), "履职目标": ("产出",),
}  # fmt: skip
"""Word of a 二级指标 → words of the 一级指标 that it stands under, in the templates of 财预〔2021〕101号 and older ones; the
first word found counts."""
CENTRE_ERROR, CUT_ERROR = 0.35, 0.75
"""Times the row height by which a text may miss the middle of its rows: rows are not all as high as their print says. The
second where a page end may cut the rows."""
SQUARES = 8.0
"""Cost of a text that misses the middle by a whole row; half of that costs a quarter."""
LEFT_OUT = 1.0
"""Cost of each row at a page's top or bottom that no text covers."""
BEGUN, BEGUN_ROW = 0.5, 0.03
"""Cost of rows at the top that go on from the page before, and of each of them."""
GOES_ON, BEGAN = 0.4, 1.0
"""Cost of the last text's rows going on on the next page, and of the first one's having begun on the page before."""
BEGINS = 1.5
"""Cost of rows at the bottom whose text stands on the next page."""
MISFIT = 2.0
"""Cost of each text beside that a level cannot stand over, and of each group that starts again inside of a project."""
OUTSIDE = 5.0
"""Row heights that count for a text that stands outside of its rows."""


def misfits(text: str, beside: str) -> bool:
    """Whether a text to the right cannot belong to a level (数量指标 beside 成本指标)."""
    for word, levels in UNDER.items():
        if word in beside:
            return not any(level in text for level in levels)
    return False


def best_spans(
    middles: Sequence[float], row_edges: Sequence[float], allowed: Sequence[int], misfit: Callable[[int, int], float],
    breaks: Callable[[int, int], float], *, strict: bool, cut: bool,
) -> list[tuple[int, int]] | None:  # fmt: skip
    """Rows of each text, from the top; None where the texts do not stand in the middle of rows.

    Args:
        middles: of the texts, going down.
        row_edges: edges of all rows.
        allowed: numbers of the edges where a span may begin and end.
        misfit: how little a row (second argument) fits to a text (first argument).
        breaks: how often the rows of a span (start, stop) begin anew inside of it.
        strict: whether every text must stand in the middle of the rows that are on this page.
        cut: whether the rows may have begun on the page before.
    """
    if not middles or len(allowed) < 2:
        return None
    tall = median(below - above for above, below in pairwise(row_edges)) or 1.0
    first, last, count = allowed[0], allowed[-1], len(middles)
    sums = [list(accumulate((misfit(n, row) for row in range(first, last)), initial=0.0)) for n in range(count)]
    best: dict[int, tuple[float, tuple[int, ...]]] = {
        edge: (_left_out(edge - first, cut=cut), (edge,)) for edge in allowed if row_edges[edge] <= middles[0]
    }
    for number, middle in enumerate(middles):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, path) in best.items():
            for stop in allowed:
                if stop <= start:
                    continue
                price = cost + MISFIT * (sums[number][stop - first] - sums[number][start - first] + breaks(start, stop))
                missed = _miss(middle, row_edges[start], row_edges[stop], tall)
                goes_on = number == count - 1 and stop == last and middle > (row_edges[start] + row_edges[stop]) / 2
                begun = cut and number == 0 and start == first and middle < (row_edges[start] + row_edges[stop]) / 2
                most = GOES_ON if goes_on else BEGAN if begun else float("inf")
                price += min(SQUARES * missed * missed, most)
                if stop not in following or price < following[stop][0]:
                    following[stop] = (price, (*path, stop))
        best = following
    ends = [(cost + (BEGINS + BEGUN_ROW * (last - stop)) * (stop < last), path) for stop, (cost, path) in best.items()]
    if not ends:
        return None
    _, path = min(ends)
    spans = list(pairwise(path))
    for number, (middle, (start, stop)) in enumerate(zip(middles, spans, strict=True)):
        centre = (row_edges[start] + row_edges[stop]) / 2
        free = (number == count - 1 and stop == last and middle > centre) or (
            not strict and number == 0 and middle < centre
        )
        if not free and _miss(middle, row_edges[start], row_edges[stop], tall) > (
            CENTRE_ERROR if strict else CUT_ERROR
        ):
            return None
    return spans


def _left_out(rows: int, *, cut: bool) -> float:
    return 0.0 if not rows else BEGUN + BEGUN_ROW * rows if cut else LEFT_OUT * rows


def _miss(middle: float, top: float, bottom: float, tall: float) -> float:
    """How far a text is from the middle of its rows, in row heights."""
    if not top <= middle <= bottom:
        return OUTSIDE
    return abs(middle - (top + bottom) / 2) / tall
