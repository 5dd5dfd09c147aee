"""Documents for tests of the rules, written as one line an indicator.

A row is `一级 | 二级 | 三级 | 指标值`, then `key=value` entries (weight, score, actual, reason, description, period).
Empty levels are left empty: `产出指标 | | 培训人次 | ≥200人次`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kpi.extract.category import category_of
from kpi.extract.tables import with_target
from kpi.model import (
    PROJECT_TARGETS,
    Box,
    Document,
    Execution,
    Fund,
    Indicator,
    LogicalRow,
    LogicalTable,
    Project,
    Source,
    Task,
    UnitTotal,
)

SHA = "5" * 64
_TEN_THOUSAND = Decimal(10_000)


def source(row: int, *, column: int = 6, table: str = PROJECT_TARGETS, index: int = 1, sha256: str = SHA) -> Source:
    box = (Box(1, 100.0, 20.0 * row, 180.0, 20.0 * row + 18),)
    return Source(
        document="样表.pdf",
        path="样表.pdf",
        sha256=sha256,
        table=table,
        table_index=index,
        row=row,
        column=column,
        page=1,
        boxes=box,
    )


def wan(text: str) -> Decimal:
    return Decimal(text) * _TEN_THOUSAND


class Sample:
    """A document being written, one project after the other."""

    def __init__(
        self,
        *,
        year: int = 2026,
        table: str = PROJECT_TARGETS,
        title: str = "项目绩效目标表",
        table_year: int | None = None,
        city: str = "甲市",
        department: str = "甲市某局",
        sha256: str = SHA,
        name: str = "样表.pdf",
        goals: bool = True,
    ) -> None:
        self.year, self.table, self.title, self.table_year = year, table, title, table_year or year
        self.city, self.department, self.sha256, self.name = city, department, sha256, name
        self.projects: list[Project] = []
        self.units: list[UnitTotal] = []
        self.indicators: list[Indicator] = []
        self.header: tuple[str, ...] = ("项目名称", "资金总额", "财政拨款", "其他资金", "三级指标", "指标值")
        self.roles = ("goal",) if goals else ()
        self.row = 0

    def unit(self, code: str, name: str, amount: str, **funds: str) -> Sample:
        self.row += 1
        self.units.append(
            UnitTotal(
                source=self._source(),
                code=code,
                name=name,
                budget=wan(amount),
                budget_printed=amount,
                funds=_funds(funds),
            )
        )
        return self

    def project(
        self,
        name: str,
        rows: str | Sequence[str] = (),
        *,
        amount: str = "20.00",
        goal: str = "完成年度工作，改善服务。",
        code: str = "",
        funds: dict[str, str] | None = None,
        tasks: Sequence[str] = (),
        unit: str = "",
        **more: Any,
    ) -> Sample:
        lines = [line for line in (rows.splitlines() if isinstance(rows, str) else rows) if line.strip()]
        place = replace(self._source(column=0), row=self.row + 1)
        made = [self._indicator(line, name, code, amount, unit) for line in lines]
        self.indicators.extend(made)
        self.projects.append(
            Project(
                source=place,
                code=code,
                name=name,
                unit_name=unit,
                department=self.department,
                year=self.table_year,
                block=len(self.units) or None,
                budget=wan(amount) if amount else None,
                budget_printed=amount,
                goal=goal,
                funds=_funds({"财政拨款": amount} if funds is None and amount else funds or {}),
                tasks=tuple(Task(*task.split("：", 1)) for task in tasks),
                indicator_ids=tuple(item.id for item in made),
                **more,
            )
        )
        return self

    def document(self) -> Document:
        block = LogicalRow(self.header, 1, "header")
        table = LogicalTable(
            index=1,
            kind=self.table,
            layout="levels",
            title=self.title,
            year=self.table_year,
            pages=(1,),
            rows=(block,),
            roles=self.roles,
        )
        return Document(
            path=self.name,
            name=self.name,
            sha256=self.sha256,
            format="pdf",
            title=f"{self.department}{self.year}年部门预算",
            city=self.city,
            department=self.department,
            year=self.year,
            tables=(table,),
            projects=tuple(self.projects),
            units=tuple(self.units),
            indicators=tuple(self.indicators),
        )

    def _source(self, column: int = 6) -> Source:
        return source(self.row, column=column, table=self.table, sha256=self.sha256)

    def _indicator(self, line: str, project: str, code: str, amount: str, unit: str) -> Indicator:
        self.row += 1
        level1, level2, name, target, *entries = (part.strip() for part in line.split("|"))
        more = dict(entry.split("=", 1) for entry in entries)
        category, inferred = category_of(level1, level2, name, target)
        return with_target(
            Indicator(
                source=self._source(),
                city=self.city,
                department=self.department,
                year=self.table_year,
                project=project,
                project_code=code,
                unit_name=unit,
                budget=wan(amount) if amount else None,
                level1=level1,
                level2=level2,
                name=name,
                target=target,
                category=category,
                category_inferred=inferred,
                **more,
            )
        )


def _funds(funds: dict[str, str]) -> tuple[Fund, ...]:
    return tuple(Fund(name, wan(amount), amount) for name, amount in funds.items())


def execution(**values: str) -> Execution:
    """Amounts in 万元, rate in percent."""
    money = {"budget", "adjusted", "spent"}
    return Execution(**{name: wan(text) if name in money else Decimal(text) for name, text in values.items()})
