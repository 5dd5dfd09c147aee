"""Limits for files from strangers (解析上限): one table of what a file may cost, and the error that tells which was hit.

Every limit can be set by an environment variable, the main ones by an option of `kpi parse` and `kpi ingest` too. The
defaults let the largest published budgets through with a wide margin and stop what was made to harm.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from kpi.errors import BadInput, UsageError

PREFIX = "KPI_LIMIT_"
"""Environment variables are this and the limit's name in capitals: KPI_LIMIT_PAGES."""


def _limit(default: int, title: str, unit: str, option: str = "") -> Any:
    return field(default=default, metadata={"title": title, "unit": unit, "option": option})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost; 0 = no limit. Each field carries its Chinese title, its unit and its option, if any."""

    seconds: int = _limit(900, "解析用时", "秒", "--max-seconds")
    """Of one document in a worker process. 30 pages take 0.2 s; 200 scanned pages that are recognised optically, minutes."""
    memory: int = _limit(4000, "内存", "MB", "--max-memory")
    """Of one worker process (its data, on Linux). Parsing the budgets of the corpus takes 60 MB, recognition 600."""
    file_bytes: int = _limit(500_000_000, "文件大小", "字节")
    """Of a file, or of a member of an archive when unpacked."""
    pages: int = _limit(10_000, "页数（工作表数）", "页", "--max-pages")
    """The budgets of a whole province in one PDF have 3,000."""
    page_objects: int = _limit(300_000, "单页的图形和文字对象数", "个")
    """Of a PDF page; a page of dense tables has 5,000, a map 60,000."""
    pixels: int = _limit(120_000_000, "图片的像素数", "像素")
    """Of a scanned page (at 200 dots an inch) or an image file: A3 at 600 dots an inch has 70 million."""
    cells: int = _limit(2_000_000, "表格单元格数", "个", "--max-cells")
    """Of all tables of a file, those that spans cover included; a city's projects in one workbook have 200,000."""
    cell_characters: int = _limit(200_000, "单元格文字长度", "字")
    """Excel allows 32,767 in a cell; a page of print has 2,000."""
    unpacked_bytes: int = _limit(400_000_000, "解压后的大小", "字节")
    """Of the XML of a Word or Excel file; a 3,000-page budget has 60 million."""
    nesting: int = _limit(200, "嵌套层数", "层")
    """Of elements in Word files and of tables in web pages; a text box in a cell of a nested table has 30."""
    members: int = _limit(3000, "压缩包内的文件数", "个")
    total_bytes: int = _limit(4_000_000_000, "压缩包解压后的总大小", "字节")
    archive_nesting: int = _limit(3, "压缩包嵌套层数", "层")
    """Archives in archives."""

    def check(self, name: str, amount: int, where: str) -> None:
        """Raise when an amount is over the limit `name`.

        Raises:
            LimitReached: it is.
        """
        if self.exceeded(name, amount):
            raise self.reached(name, where, found=f"{amount:,}")

    def exceeded(self, name: str, amount: int) -> bool:
        """Whether an amount is over the limit `name`."""
        allowed = getattr(self, name)
        return bool(allowed) and amount > allowed

    def reached(self, name: str, where: str, *, found: str = "") -> LimitReached:
        """The error for a limit: which one, its value, what was found (if known), and how to raise it."""
        about = describe(name)
        allowed = f"上限 {getattr(self, name):,} {about['unit']}"
        ways = [f"选项 {about['option']}"] if about["option"] else []
        ways.append(f"环境变量 {PREFIX}{name.upper()}")
        return LimitReached(
            f"超出解析上限：{about['title']}", where=where,
            found=f"{found} {about['unit']}，{allowed}" if found else f"超过{allowed}",
            advice=f"如果文件来源可靠，请拆分后再解析，或提高上限（{' 或 '.join(ways)}）", code=f"{CODE}{name}",
        )  # fmt: skip


CODE = "limit_"
"""Error codes are this and the name of the limit: limit_pages."""
LIMIT_NAMES = tuple(item.name for item in fields(Limits))


class LimitReached(BadInput):
    """A file costs more than is allowed; whether it is damaged, hostile or only large is not known."""

    code = "limit_reached"


def describe(name: str) -> Mapping[str, str]:
    """`title`, `unit` and `option` of a limit."""
    return next(item.metadata for item in fields(Limits) if item.name == name)


def limits_from(environment: Mapping[str, str] | None = None, **chosen: int | None) -> Limits:
    """The defaults, overruled by environment variables, overruled by what is `chosen` and not None.

    Raises:
        UsageError: a value that is no whole number, or negative.
    """
    given = os.environ if environment is None else environment
    values: dict[str, int] = {}
    for name in LIMIT_NAMES:
        text = given.get(f"{PREFIX}{name.upper()}", "").strip()
        if text:
            values[name] = _number(text, f"{PREFIX}{name.upper()}")
    values.update({name: value for name, value in chosen.items() if value is not None})
    return replace(Limits(), **values)


def limit_in_force(failure: Mapping[str, str], limits: Limits) -> dict[str, str]:
    """What to keep beside a failure that was a limit's: `limit`, its value then; {} for other failures."""
    name = failure.get("code", "").removeprefix(CODE)
    return {"limit": str(getattr(limits, name))} if name in LIMIT_NAMES else {}


def limit_changed(failure: Mapping[str, str], limits: Limits) -> bool:
    """Whether a kept failure was a limit's that has another value now, so that the file deserves another try."""
    return failure.get("limit", "") != limit_in_force(failure, limits).get("limit", "")


def _number(text: str, where: str) -> int:
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = -1
    if value < 0:
        raise UsageError("上限须为非负整数", where=f"环境变量 {where}", found=text, advice="0 表示不限")
    return value
