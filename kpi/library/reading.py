"""Workbooks of indicators → rows (读入指标库): this program's own export, and the libraries of bureaus and ministries.

A library is told from a budget's table by its columns: it says for which trade or purpose an indicator is meant, and has
no project, unit or amount of its own. Levels that are printed once for several rows (merged cells) are filled down.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.errors import KpiError
from kpi.library.rows import COLUMNS, CatalogueRow
from kpi.text import fold, squeeze

if TYPE_CHECKING:
    from kpi.model import Page, Table

# Headings of libraries: 财政部《分行业分领域绩效指标体系》, provinces' and cities' 共性/分行业指标库, budget systems' loading forms.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "field": ("行业领域", "行业", "行业大类", "行业类别", "行业分类", "所属行业", "领域", "所属领域", "行业(领域)", "行业/领域", "部门领域", "功能分类", "职能领域"),
    "purpose": (
        "资金用途/项目类型", "资金用途", "项目类型", "项目类别", "支出方向", "资金使用方向", "使用方向", "适用项目", "适用项目类型", "适用范围", "资金类别", "支出类别",
        "项目分类", "政策任务", "支出内容", "业务类别", "资金性质", "专项名称", "适用资金",
    ),
    "level1": ("一级指标", "一级", "一级指标名称"),
    "level2": ("二级指标", "二级", "二级指标名称"),
    "name": ("三级指标", "三级", "三级指标名称", "指标名称", "绩效指标", "绩效指标名称", "具体指标", "四级指标"),
    "explanation": (
        "指标解释", "指标说明", "指标内容", "指标定义", "解释", "说明", "指标释义", "指标解释及计算公式", "指标解释和计算公式", "指标内涵", "指标描述", "指标解释说明",
    ),
    "comparator": ("计算符号", "运算符号", "比较符号", "比较符", "指标符号", "符号", "运算符", "指标方向符号"),
    "value": ("指标值", "指标值(典型)", "目标值", "参考值", "标准值", "历史参考值", "指标参考值", "建议值", "参考标准", "指标标准", "评价标准值", "指标值参考"),
    "range": ("指标值(范围)", "指标值范围", "参考范围", "取值范围", "值域"),
    "unit": ("计量单位", "度量单位", "单位", "指标单位", "指标值单位"),
    "nature": ("指标性质", "指标方向", "指标属性", "正反向", "指标正反向"),
    "source": ("来源", "指标来源", "指标值来源", "参考依据", "指标依据", "依据", "指标值依据", "数据来源", "政策依据", "设置依据"),
    "category": ("类别",), "remark": ("备注",), "cities": ("使用城市数",), "rows": ("使用次数",), "example": ("例", "示例"),
    "cluster": ("同类指标编号",),
}  # fmt: skip
# Headings that only tables of real projects have.
_OF_PROJECTS = frozenset(
    {
        "项目名称",
        "预算单位",
        "单位名称",
        "主管部门",
        "项目单位",
        "实施单位",
        "项目编码",
        "单位编码",
        "预算金额",
        "资金总额",
        "得分",
        "实际完成值",
        "年度金额",
        "金额",
    }
)
_TITLE = re.compile("指标库|指标体系|指标集|指标框架|共性指标|参考指标|绩效指标汇编|指标目录")
_FILLED = ("field", "purpose", "level1", "level2")
_HEADING_ROWS = 12
"""Rows of a sheet in which the heading is looked for: titles, notes and the unit stand above it."""
_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".csv"})
_ROLES = {fold(heading): role for role, headings in HEADINGS.items() for heading in headings}
_KEYS = {column.key for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Library:
    """A library that was read: its name is the file's."""

    name: str
    rows: tuple[CatalogueRow, ...]


def read_library(path: str | Path) -> Library | None:
    """The library that a workbook or csv holds; None if it is something else, or cannot be read at all."""
    file = Path(path)
    if file.suffix.lower() not in _ENDINGS:
        return None
    try:
        grids = _csv_grids(file) if file.suffix.lower() == ".csv" else _sheet_grids(file)
        rows = [row for titles, grid in grids for row in grid_to_rows(grid, [file.stem, *titles])]
    except KpiError:
        return None  # the usual way of reading tells what is wrong with the file
    return Library(file.stem, tuple(rows)) if rows else None


Grid = Sequence[Sequence[str]]


def grid_to_rows(grid: Grid, titles: Iterable[str] = ()) -> list[CatalogueRow]:
    """Rows of a library on one sheet; [] if the sheet is no library.

    Args:
        grid: texts of the cells; a merged cell's text stands in its first place, "" in the others.
        titles: file name and sheet name, which may say what it is.
    """
    for number, cells in enumerate(grid[:_HEADING_ROWS]):
        roles = _roles(cells)
        above = [*titles, *(text for row in grid[:number] for text in row)]
        if _is_heading(roles, cells, above):
            return _rows(grid[number + 1 :], roles)
    return []


def _roles(cells: Sequence[str]) -> dict[int, str]:
    """Column → role; of several columns with one role the last name (四级 below 三级) and the first of others counts."""
    found: dict[int, str] = {}
    for column, text in enumerate(cells):
        role = _ROLES.get(re.sub("^指标(?=指标)", "", fold(text)).strip("*:："), "") or (
            "" if text not in _KEYS else text
        )
        if role == "name":
            found = {place: own for place, own in found.items() if own != "name"}
        if role and role not in found.values():
            found[column] = role
    return found


def _is_heading(roles: Mapping[int, str], cells: Sequence[str], above: Iterable[str]) -> bool:
    has = set(roles.values())
    if "name" not in has or len(has) < 3 or {squeeze(text) for text in cells} & _OF_PROJECTS:
        return False
    return bool({"field", "purpose"} & has) or any(_TITLE.search(text) for text in above)


def _rows(grid: Grid, roles: Mapping[int, str]) -> list[CatalogueRow]:
    rows: list[CatalogueRow] = []
    above: dict[str, str] = {}
    for cells in grid:
        values = {role: squeeze(cells[column]) for column, role in roles.items() if column < len(cells)}
        if _roles(cells) == roles or not any(values.values()):
            continue
        changed = False
        for role in _FILLED:
            if role not in values:
                continue
            if values[role]:
                changed = True
                above[role] = values[role]
            else:  # a new 一级 begins a new 二级: what stands below an outer change is not filled from before it
                values[role] = "" if changed else above.get(role, "")
        if values.get("name"):
            cities, count = (_integer(values.pop(role, "")) for role in ("cities", "rows"))
            rows.append(CatalogueRow(**values, cities=cities, rows=count))
    return rows


def _integer(text: str) -> int | None:
    return int(float(text)) if re.fullmatch(r"\d+(?:\.0+)?", text) else None


def _csv_grids(path: Path) -> list[tuple[list[str], Grid]]:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        from kpi.export import unprotect

        protected = content.startswith(b"\xef\xbb\xbf")
        cells = [
            [unprotect(cell) if protected else cell for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""))
        ]
        return [([], cells)]
    return []


def _sheet_grids(path: Path) -> list[tuple[list[str], Grid]]:
    from kpi.reading import read_pages

    return [_page_grid(page, table) for page in read_pages(path) for table in page.tables]


def _page_grid(page: Page, table: Table) -> tuple[list[str], Grid]:
    cells = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        if cell.row < table.row_count and cell.column < table.column_count:
            cells[cell.row][cell.column] = cell.text
    return [page.name, *table.before], cells
