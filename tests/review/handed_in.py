"""Small tables as departments hand them in: forms, lists, documents, self-evaluations (xlsx, docx)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADS = ("一级指标", "二级指标", "三级指标", "指标值")


@dataclass(frozen=True)
class Planted:
    """One table: its layout, what it prints, and the findings that it must give (none: it is sound)."""

    id: str
    layout: str
    """`form` (xlsx, a form for one project), `word` (docx, the same with weights), `list` (xlsx, several projects with
    columns for comparator and unit), `scores` (xlsx, self-evaluation)."""
    department: str
    projects: tuple[tuple[str, str, str, str], ...]
    """Name, amount in 万元 (of `scores`: budget, adjusted, spent, weight, rate, score), goal, rows."""
    found: tuple[tuple[str, str], ...] = ()
    total: str = ""

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.id}.{'docx' if self.layout == 'word' else 'xlsx'}"
        _WRITERS[self.layout](self, path)
        return path


def _cells(rows: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in rows.strip().splitlines()]


def _runs(rows: list[list[str]], column: int) -> list[tuple[int, int]]:
    """First and last row of each run with equal cells up to a column (0-based)."""
    found: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        if found and rows[found[-1][0]][: column + 1] == row[: column + 1]:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [run for run in found if run[0] != run[1]]


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _form(planted: Planted, path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    (name, amount, goal, rows) = planted.projects[0]
    cells = _cells(rows)
    width = len(cells[0])
    sheet.append(["2026年度项目支出绩效目标申报表"])
    sheet.append(["项目名称", name])
    sheet.append(["主管部门", planted.department, "资金总额（万元）", amount][: max(width, 4)])
    sheet.append(["年度绩效目标", goal])
    for row in (1, 2, 4):
        _merge(sheet, row, 1 if row == 1 else 2, row, max(width, 4))
    sheet.append(list(HEADS if width == len(HEADS) else (HEADS[0], *HEADS[2:])))
    for row_cells in cells:
        sheet.append(row_cells)
    for column in range(width - 2):
        for first, last in _runs(cells, column):
            _merge(sheet, 6 + first, column + 1, 6 + last, column + 1)
    book.save(path)


def _list(planted: Planted, path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["市级部门预算项目绩效目标表（2026年）"])
    sheet.append([f"部门：{planted.department}", *[""] * 7, "单位：万元"])
    _merge(sheet, 1, 1, 1, 9)
    sheet.append(["项目名称", "预算数", "年度目标", *HEADS[:3], "指标性质", "指标值", "计量单位"])
    at = 4
    for name, amount, goal, rows in planted.projects:
        cells = _cells(rows)
        for number, row_cells in enumerate(cells):
            sheet.append([*((name, amount, goal) if not number else ("", "", "")), *row_cells])
        for column in (1, 2, 3):
            _merge(sheet, at, column, at + len(cells) - 1, column)
        at += len(cells)
    book.save(path)


def _word(planted: Planted, path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("部门预算项目绩效目标表")
    document.add_paragraph("（2026年度）")
    (name, amount, goal, rows) = planted.projects[0]
    cells = _cells(rows)
    table = document.add_table(rows=4 + len(cells), cols=5)
    for row, column, last, text in (
        (0, 0, 0, "项目名称"), (0, 1, 4, name), (1, 0, 0, "实施单位"), (1, 1, 1, planted.department), (1, 2, 2, "预算资金（万元）"),
        (1, 3, 4, amount), (2, 0, 0, "总体目标"), (2, 1, 4, goal),
    ):  # fmt: skip
        table.cell(row, column).merge(table.cell(row, last)).text = text
    for number, row_cells in enumerate([[*HEADS, "分值"], *cells], start=3):
        for column, text in enumerate(row_cells):
            table.cell(number, column).text = text
    for column in (0, 1):
        for first, last in _runs(cells, column):
            table.cell(4 + first, column).merge(table.cell(4 + last, column)).text = cells[first][column]
    document.save(str(path))


def _scores(planted: Planted, path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    (name, execution, goal, rows) = planted.projects[0]
    sheet.append(["2025年度项目支出绩效自评表"])
    _merge(sheet, 1, 1, 1, 8)
    sheet.append(["项目名称", name])
    sheet.append(["主管部门", planted.department])
    sheet.append(["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"])
    sheet.append(["", "年度资金总额", *execution.split()])
    sheet.append(["年度总体目标", goal])
    sheet.append([*HEADS[:3], "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"])
    cells = _cells(rows)
    for row_cells in cells:
        sheet.append(row_cells)
    for first, last in _runs(cells, 0):
        _merge(sheet, 8 + first, 1, 8 + last, 1)
    sheet.append(["总分", "", "", "", "", "100", planted.total, ""])
    book.save(path)


_WRITERS = {"form": _form, "word": _word, "list": _list, "scores": _scores}
