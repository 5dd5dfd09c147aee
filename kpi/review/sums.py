"""Do totals make up what they sum (金额合计): R47."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kpi.model import Fund, LogicalTable, Project, UnitTotal
from kpi.review.money import half_step, yuan
from kpi.review.registry import ARITHMETIC, DOCUMENT, ERROR, Problem, rule
from kpi.review.views import DocumentView
from kpi.tables.headers import bare_key

# Names of funds that together are the whole amount, if a table prints a place for the rest as well. 河南; 财预〔2015〕88号 and
# 财预〔2020〕10号 templates; 整体支出 tables.
_MAIN: tuple[tuple[str, ...], ...] = (
    ("政府预算资金",), ("财政拨款",), ("财政资金",), ("当年财政拨款",),
    ("一般公共预算", "一般公共预算资金", "政府性基金", "政府性基金预算", "政府性基金预算资金", "国有资本经营预算", "国有资本经营预算资金"),
)  # fmt: skip
"""Ways of printing what the budget pays; one of those that are printed must make up the amount with the others."""
_OTHERS = (
    "财政专户管理资金",
    "单位资金",
    "其他资金",
    "非财政拨款",
    "自有资金",
    "社会投入资金",
    "事业收入",
    "财政专户资金",
)
_CLOSING = frozenset({"单位资金", "其他资金", "非财政拨款", "自有资金", "社会投入资金"})
"""Funds of which a table must name one for its funds to be all there is."""
_CARRIED = ("上年结转资金", "上年结转")
"""Beside the funds of a partition in some templates, a part of them in others: either way is right."""
_PARTS = ("中央补助", "中央资金", "省级资金", "省级财政资金", "市级资金", "市级财政资金", "县级资金", "县级财政资金", "上级资金", "上级补助", "本级资金",
          "地方资金")  # fmt: skip
"""Shares of levels of government: some tables print only one of them, so they are only not more than the amount."""


@rule(
    "R47", ERROR, "金额合计不符", topic=ARITHMETIC, view=DOCUMENT,
    advice="核对合计数与各分项",
    explained=(
        "资金总额不等于各来源之和；单位小计不等于其下项目（到下一小计行为止）之和，主管部门小计不等于所属单位小计之和。"
        "各数末位四舍五入的误差不算。"
    ),
)  # fmt: skip
def sums_agree(view: DocumentView) -> Iterator[Problem]:
    """Totals are the sums of their parts."""
    for project in view.projects:
        if project.project.budget is not None and project.project.funds:
            yield from _funds_problem(view, project.project, project.title)
    for unit in view.document.units:
        if unit.budget is not None and unit.funds:
            yield from _funds_problem(view, unit, unit.name)
    yield from _units_problems(view)


def _funds_problem(view: DocumentView, owner: Project | UnitTotal, title: str) -> Iterator[Problem]:
    """The first way in which an owner's funds do not make up its amount."""
    table = view.tables.get(owner.source.table_index)
    by_key: dict[str, Fund] = {}
    for fund in owner.funds:
        by_key.setdefault(_fund_key(fund.name), fund)
    carried = [by_key[name] for name in _CARRIED if name in by_key]
    others = [by_key[name] for name in _OTHERS if name in by_key]
    paid = [funds for main in _MAIN if (funds := [by_key[name] for name in main if name in by_key])]
    ways = [[*funds, *others] for funds in paid]
    ways += [[*way, *carried] for way in ways if carried]
    if (
        ways
        and (_printed_funds(table) | set(by_key)) & _CLOSING
        and not any(_makes_up(owner, way, exact=True) for way in ways)
    ):
        yield _sum_problem(owner, title, ways[0])
        return
    stages = [by_key[name] for name in ("基本支出", "项目支出") if name in by_key]
    if len(stages) == 2 and not _makes_up(owner, stages, exact=True):
        yield _sum_problem(owner, title, stages)
        return
    parts = [by_key[name] for name in _PARTS if name in by_key]
    if parts and not _makes_up(owner, parts, exact=False):
        yield _sum_problem(owner, title, parts)


def _makes_up(owner: Project | UnitTotal, funds: Sequence[Fund], *, exact: bool) -> bool:
    total = owner.budget or Decimal(0)
    found = sum((fund.amount for fund in funds), Decimal(0))
    tolerance = sum((half_step(fund.amount, fund.printed) for fund in funds), half_step(total, owner.budget_printed))
    return (abs(found - total) if exact else found - total) <= tolerance


def _sum_problem(owner: Project | UnitTotal, title: str, funds: Sequence[Fund]) -> Problem:
    total = owner.budget or Decimal(0)
    found = sum((fund.amount for fund in funds), Decimal(0))
    terms = " + ".join(f"{fund.name} {yuan(fund.amount)}" for fund in funds if fund.amount) or "各来源"
    return Problem(
        message=f"{terms} = {yuan(found)}，资金总额 {yuan(total)}，差 {yuan(total - found)}", source=owner.source,
        project=title, printed=owner.budget_printed, expected=yuan(found), evidence={"total": str(total), "sum": str(found)},
    )  # fmt: skip


def _fund_key(name: str) -> str:
    return bare_key(name).removeprefix("其中")


def _printed_funds(table: LogicalTable | None) -> set[str]:
    """Which closing funds the table's header or block names, filled in or not."""
    if table is None:
        return set()
    return {
        key for row in table.rows if row.role in {"header", "block"} for text in row.texts
        if text and (key := _fund_key(text)) in _CLOSING
    }  # fmt: skip


def _units_problems(view: DocumentView) -> Iterator[Problem]:
    units = view.document.units
    by_block: dict[int, list[Project]] = {}
    for project in view.document.projects:
        if project.block is not None:
            by_block.setdefault(project.block, []).append(project)
    for number, unit in enumerate(units):
        if unit.budget is None:
            continue
        own = by_block.get(number + 1, [])
        children = _children(units, number)
        candidates: list[tuple[Sequence[Project | UnitTotal], str]] = []
        if own:
            candidates.append((own, f"{len(own)} 个项目"))
        if children:
            candidates.append(([*own, *children], f"{len(children)} 个单位小计"))
        if not candidates or any(_adds_up(unit, parts) for parts, _ in candidates):
            continue
        parts, what = candidates[0]
        found = sum((part.budget or Decimal(0) for part in parts), Decimal(0))
        yield Problem(
            message=f"“{unit.name}”小计 {yuan(unit.budget)}，其下 {what}合计 {yuan(found)}，差 {yuan(unit.budget - found)}",
            source=unit.source, project=unit.name, printed=unit.budget_printed, expected=yuan(found),
            evidence={"total": str(unit.budget), "sum": str(found), "parts": len(parts)},
        )  # fmt: skip


def _adds_up(unit: UnitTotal, parts: Sequence[Project | UnitTotal]) -> bool:
    if any(part.budget is None for part in parts):
        return True  # a part without a printed amount proves nothing
    found = sum((part.budget or Decimal(0) for part in parts), Decimal(0))
    tolerance = sum(
        (half_step(part.budget or Decimal(0), part.budget_printed) for part in parts), half_step(unit.budget or Decimal(0), unit.budget_printed)
    )  # fmt: skip
    return abs(found - (unit.budget or Decimal(0))) <= tolerance


def _children(units: Sequence[UnitTotal], number: int) -> list[UnitTotal]:
    """Units directly below a unit: those after it whose code begins with its code, up to the next unit that is none."""
    parent = units[number]
    if not parent.code:
        return []
    below: list[UnitTotal] = []
    for unit in units[number + 1 :]:
        same_table = unit.source.table_index == parent.source.table_index
        if not same_table or not unit.code.startswith(parent.code) or unit.code == parent.code:
            break
        if not any(unit.code.startswith(other.code) and unit.code != other.code for other in below):
            below.append(unit)
    return below
