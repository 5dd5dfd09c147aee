"""The store's library as a workbook (导出指标库): clusters, members, and how it was made; also csv and jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from kpi.errors import UsageError
from kpi.export.plain import write_csv, write_jsonl
from kpi.export.sheets import Column, Sheet, write_sheets
from kpi.library.rows import COLUMNS, profile_to_row, row_to_plain

if TYPE_CHECKING:
    from kpi.compare.profile import Profile
    from kpi.export import About

CATALOGUE_FORMATS = ("xlsx", "csv", "jsonl")
_MEMBERS = (
    Column("cluster", "同类指标编号", 15), Column("name", "同类指标", 28, wrap=True), Column("wording", "文件中的名称", 36, wrap=True),
)  # fmt: skip
_ABOUT = (Column("title", "项目", 18), Column("text", "内容", 100, wrap=True))
_METHOD = (
    ("一行", "一个同类指标：库中名称不同而所指相同的三级指标归为一组，名称取出现最多、较短的一种；全部写法见“成员”表"),
    ("行业领域", "由部门名称去掉地名和机构名得到，取最多的一个"),
    ("资金用途/项目类型", "由项目名称去掉年度、级次、文号和资金字样得到，取最多的三个；部门整体绩效目标记为“部门整体”"),
    ("一级、二级指标", "文件中最常见的写法；文件没有印二级指标的，按指标类别补写（数量指标、质量指标等），类别不明的留空"),
    ("指标解释", "文件中印出的指标解释或说明，取最常见的一条；没有印出的留空，不作补写"),
    ("指标值（典型）", "只看用得最多的一类单位；每地每份公开件取中间的一条，再取这些值的中间一条（偶数条时取较小的），因此总是某地实际设定的目标"),
    ("指标值（范围）", "各地取值的最小–最大；取值满 10 个时为 P10–P90；只有一种取值时留空"),
    ("计算符号", "典型目标所印的比较符；时限为 ≤；文字目标为“定性”"),
    ("指标性质", "正向：数值越高越严；反向：数值越低越严；依据比较符，没有比较符时依据名称"),
    ("使用城市数、使用次数", "使用这个指标的地区数和出现的行数；同一公开件以多种格式或多个版本发布时只计一次"),
    ("例、来源", "例为典型目标的出处；来源列出最多三个不同地区的文件和页码"),
)  # fmt: skip


def write_catalogue(profiles: Sequence[Profile], stream: BinaryIO, format: str, *, about: About) -> int:  # noqa: A002
    """Write a catalogue; returns how many indicators.

    Args:
        profiles: see `Store.catalogue`.
        stream: where to.
        format: `xlsx`, `csv` or `jsonl`.
        about: what the catalogue was made from.

    Raises:
        UsageError: unknown format.
    """
    rows = (row_to_plain(profile_to_row(profile)) for profile in profiles)
    if format == "csv":
        return write_csv(rows, stream)
    if format == "jsonl":
        return write_jsonl(rows, stream)
    if format != "xlsx":
        raise UsageError("指标库不能导出为这种格式", found=format, advice=f"可用：{'、'.join(CATALOGUE_FORMATS)}")
    write_sheets(
        [
            Sheet("指标库", COLUMNS, rows), Sheet("成员", _MEMBERS, _members(profiles)),
            Sheet("说明", _ABOUT, list(_about(about, len(profiles)))),
        ],
        stream,
    )  # fmt: skip
    return len(profiles)


def _members(profiles: Iterable[Profile]) -> Iterator[dict[str, Any]]:
    for profile in profiles:
        for wording in profile.cluster.wordings:
            yield {"cluster": profile.cluster.id, "name": profile.cluster.name, "wording": wording}


def _about(about: About, count: int) -> Iterator[dict[str, str]]:
    for title, text in (*about.lines(count), *_METHOD):
        yield {"title": title, "text": text}
