"""Errors planted into clean documents (变异): each changes one thing and says which rules may find it.

.venv/bin/python -m tests.review.mutations      prints every planted error and whether it was found
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from kpi.extract.category import category_of
from kpi.extract.tables import with_target
from kpi.model import PROJECT_TARGETS, Document, Fund, Indicator, Project
from kpi.review import review
from tests.review.clean import CLEAN


@dataclass(frozen=True)
class Planted:
    """One planted error: what was done where, the document, and the rules of which one has to find it there."""

    kind: str
    what: str
    document: Document
    rules: frozenset[str]
    indicator_id: str = ""
    """The row that was changed, "" for a project, unit or table."""


def _changed(document: Document, old: Indicator, **values: str) -> Document:
    new = replace(old, **values)  # type: ignore[arg-type]
    category, inferred = category_of(new.level1, new.level2, new.name, new.target)
    new = with_target(replace(new, category=category, category_inferred=inferred, warnings=()))
    return replace(document, indicators=tuple(new if item is old else item for item in document.indicators))


def _plant(kind: str, rules: str, document: Document, old: Indicator, **values: str) -> Planted:
    what = "；".join(f"{old.name}：{getattr(old, name)} → {value}" for name, value in values.items())
    return Planted(kind, what, _changed(document, old, **values), frozenset(rules.split()), old.id)


def units(document: Document) -> Iterator[Planted]:
    """Another unit, or none."""
    for item in document.indicators:
        if item.kind != "numeric" or not item.unit or item.value == 0:
            continue
        if item.name.endswith("总成本"):
            yield _plant("unit", "R42b", document, item, target=item.target.replace("万元", "元"))
        elif item.name.endswith("率"):
            yield _plant("unit", "R17", document, item, target=item.target.replace("%", "次"))
        elif re.search("人次|人数", item.name):
            yield _plant("unit", "R17", document, item, target=item.target.replace(item.unit, "%"))
        yield _plant("unit", "R16", document, item, target=item.target.removesuffix(item.unit))


def powers_of_ten(document: Document) -> Iterator[Planted]:
    """A cost, an amount or a ratio that is ten or a hundred times what it was."""
    for item in document.indicators:
        if item.name.endswith("总成本"):
            for factor in ("10", "0.1", "100"):
                value = f"{(item.value or Decimal(0)) * Decimal(factor):f}"
                yield _plant("power", "R42b", document, item, target=f"≤{value}万元")
        elif item.name.endswith(("率", "满意度")) and item.unit == "%" and item.comparator == "≥":
            yield _plant("power", "R19", document, item, target=f"≥{(item.value or 0) * 10:f}%")
    for project in document.projects:
        if project.source.table == PROJECT_TARGETS and project.budget:
            slipped = replace(project, budget=project.budget * 10)
            yield Planted(
                "power",
                f"{project.name} 金额 × 10",
                _with_project(document, project, slipped),
                frozenset({"R42b", "R47", "R44"}),
            )


def years(document: Document) -> Iterator[Planted]:
    """Last year's deadline, goal, name or title."""
    year = document.year or 0
    targets = [project for project in document.projects if project.source.table.endswith("目标")]
    for item in document.indicators:
        if not item.source.table.endswith("目标"):
            continue
        if item.kind == "deadline":
            yield _plant("year", "R25", document, item, target=item.target.replace(str(year), str(year - 1)))
        if item.name.endswith("合格率"):
            yield _plant("year", "R26", document, item, name=f"{year - 1}年{item.name}")
    for project in targets:
        stale = replace(project, goal=f"{year - 1}年{project.goal or '完成任务。'}")
        yield Planted("year", f"目标写 {year - 1} 年", _with_project(document, project, stale), frozenset({"R26"}))
    if targets:
        tables = tuple(replace(table, year=year - 1) for table in document.tables)
        yield Planted("year", f"表题写 {year - 1} 年度", replace(document, tables=tables), frozenset({"R26"}))


def levels(document: Document) -> Iterator[Planted]:
    """A row under another level; in half of the cases its 二级 goes with it."""
    for item in document.indicators:
        if item.category == "投入管理":
            continue
        second = bool(item.level2)
        if item.category == "满意度" and item.source.table == PROJECT_TARGETS:
            yield _plant("level", "R09", document, item, level1="效益指标", level2="社会效益指标" if second else "")
        if item.category == "成本":
            yield _plant("level", "R33 R32", document, item, level1="产出指标", level2="数量指标" if second else "")
        if item.category == "数量" and item.source.table == PROJECT_TARGETS:
            yield _plant("level", "R32", document, item, level1="效益指标", level2="社会效益指标" if second else "")
            yield _plant(
                "level", "R09", document, item, level1="满意度指标", level2="服务对象满意度指标" if second else ""
            )
        if item.category == "质量" and item.name.endswith(("合格率", "准确率")):
            yield _plant(
                "level", "R09", document, item, level1="满意度指标", level2="服务对象满意度指标" if second else ""
            )
            if second:
                yield _plant("level", "R32", document, item, level2="数量指标")
        if item.category in {"数量", "质量", "时效"} and second:
            yield _plant("level", "R09", document, item, level1="效益指标")
        if item.category == "社会效益" and second:
            yield _plant("level", "R09", document, item, level1="产出指标")


def duplicates(document: Document) -> Iterator[Planted]:
    """The same row twice in a project."""
    for project in document.projects:
        own = [item for item in document.indicators if item.id in project.indicator_ids]
        for item in own[:3]:
            twin = replace(item, source=replace(item.source, row=item.source.row + 500))
            grown = replace(project, indicator_ids=(*project.indicator_ids, twin.id))
            changed = _with_project(replace(document, indicators=(*document.indicators, twin)), project, grown)
            yield Planted("duplicate", item.name, changed, frozenset({"R11"}), twin.id)


def blanks(document: Document) -> Iterator[Planted]:
    """An empty value, a placeholder, an empty goal."""
    for number, item in enumerate(document.indicators):
        yield _plant(
            "blank", "R08", document, item, target=("", "/", "待定", "≥")[number % 4] if item.value is not None else ""
        )
    for project in document.projects:
        if project.goal:
            yield Planted(
                "blank", "目标为空", _with_project(document, project, replace(project, goal="")), frozenset({"R07"})
            )


def sums(document: Document) -> Iterator[Planted]:
    """A fund, a sub-total, a weight, a score or a total that no longer adds up."""
    for project in document.projects:
        if project.funds:
            first = project.funds[0]
            more = Fund(first.name, first.amount + 30_000, f"{(first.amount + 30_000) / 10_000:.2f}")
            broken = replace(project, funds=(more, *project.funds[1:]))
            yield Planted(
                "sum", f"{first.name} 多 3 万元", _with_project(document, project, broken), frozenset({"R47"})
            )
        if project.weight_total is not None and project.score_total is not None:
            wrong = replace(project, score_total=project.score_total + 1)
            yield Planted("sum", "总分多 1 分", _with_project(document, project, wrong), frozenset({"R49"}))
    for unit in document.units:
        wrong_unit = replace(
            unit,
            budget=(unit.budget or Decimal(0)) + 10_000,
            budget_printed=f"{((unit.budget or 0) + 10_000) / 10_000:.2f}",
        )
        changed = tuple(wrong_unit if other is unit else other for other in document.units)
        yield Planted("sum", f"{unit.name} 小计多 1 万元", replace(document, units=changed), frozenset({"R47"}))
    for item in document.indicators:
        if item.weight:
            yield _plant("sum", "R29 R49", document, item, weight=str(int(item.weight) - 5))
            yield _plant("sum", "R49", document, item, score=str(int(item.score) + 3))


def _with_project(document: Document, old: Project, new: Project) -> Document:
    return replace(document, projects=tuple(new if project is old else project for project in document.projects))


MUTATORS: tuple[Callable[[Document], Iterator[Planted]], ...] = (
    units,
    powers_of_ten,
    years,
    levels,
    duplicates,
    blanks,
    sums,
)


def all_planted() -> list[tuple[str, Planted]]:
    """Every planted error with the name of its clean document."""
    return [(name, planted) for name, make in CLEAN.items() for mutate in MUTATORS for planted in mutate(make())]


def is_found(planted: Planted) -> bool:
    """Whether one of the named rules finds the error, on its row where it is in a row."""
    rules = planted.rules | ({"R15"} if planted.kind == "blank" else frozenset())
    of_table = {"R29", "R47"}
    return any(
        finding.rule in rules and (not planted.indicator_id or finding.indicator_id == planted.indicator_id or finding.rule in of_table
                                   or (finding.rule == "R49" and not finding.indicator_id))
        for finding in review(planted.document)
    )  # fmt: skip


if __name__ == "__main__":
    every = all_planted()
    missed = 0
    for clean, one in every:
        found = is_found(one)
        missed += not found
        print("  " if found else "✗ ", clean, one.kind, one.what, sorted(one.rules))
    print(f"{len(every)} planted, {missed} missed, recall {1 - missed / len(every):.3f}")
