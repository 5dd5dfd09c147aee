"""Runs of rows → projects and unit rows (项目, 单位小计) with their money and places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kpi.extract.identity import is_organisation
from kpi.model import Box, Fund
from kpi.tables.amounts import amount_in_yuan, printed_scale
from kpi.tables.blocks import split_code
from kpi.tables.carry import ProjectRun
from kpi.tables.grid import GridRow
from kpi.tables.layouts import WHOLE_CODE, Layout
from kpi.text import fold, squeeze

DEFAULT_SCALE = Decimal(10_000)
"""元; budgets are printed in 万元 unless they say otherwise (预算公开 templates of all provinces)."""
_UNIT_CODE = re.compile(r"^(\d{3,12})[-—\s]?(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the project columns of a run say."""

    code: str = ""
    name: str = ""
    unit: str = ""
    goal: str = ""
    budget: Decimal | None = None
    budget_printed: str = ""
    funds: tuple[Fund, ...] = ()
    boxes: tuple[Box, ...] = ()
    page: int | None = None


@dataclass(slots=True)
class UnitState:
    """The unit (预算单位) that the rows below belong to."""

    code: str = ""
    name: str = ""
    block: int | None = None
    warnings: list[str] = field(default_factory=list)


def table_scale(layout: Layout, titles: Sequence[str], fallback: Decimal | None) -> Decimal:
    """元 per printed unit of the amount columns: the header says, else the lines above, else the document, else 万元."""
    columns = layout.columns("amount", "fund")
    printed = printed_scale([layout.titles[column] for column in columns])
    return printed or printed_scale(reversed(titles)) or fallback or DEFAULT_SCALE


def run_facts(run: ProjectRun, rows: Sequence[GridRow], layout: Layout, scale: Decimal) -> RunFacts:
    """Code, name, unit, goal and money of a run of rows."""
    text = {
        role: "".join(run.texts.get(column, "") for column in layout.columns(role)) for role in ("code", "unit", "goal")
    }
    code = text["code"]
    name = "".join(run.texts.get(column, "") for column in layout.columns("project")[:1])
    if name and len(code) < WHOLE_CODE:
        own_code, own_name = split_code(name)
        if own_code or _is_unit_code_column(layout):
            text["unit"] = text["unit"] if code in text["unit"] else f"{code}{text['unit']}"
            code, name = own_code, own_name
    amounts = [(column, run.texts.get(column, "")) for column in layout.columns("amount")]
    printed = next((value for _, value in amounts if amount_in_yuan(value, scale) is not None), "")
    funds = tuple(
        Fund(_fund_title(layout.titles[column]), amount, run.texts[column])
        for column in layout.columns("fund")
        if (amount := amount_in_yuan(run.texts.get(column, ""), scale)) is not None
    )
    first = rows[run.start]
    boxes = tuple(
        box
        for column in layout.columns("code", "project")
        for row in rows[run.start : run.end]
        if squeeze(row.slots[column].text)
        for box in row.slots[column].boxes
    )
    return RunFacts(
        code=code,
        name=name,
        unit=text["unit"],
        goal=text["goal"],
        budget=amount_in_yuan(printed, scale),
        budget_printed=printed,
        funds=funds,
        boxes=boxes,
        page=first.page,
    )


def _is_unit_code_column(layout: Layout) -> bool:
    """Whether the column of codes is the units' (单位编码 beside 单位名称 and 项目名称), not 单位编码（项目编码）."""
    titles = [fold(layout.titles[column]) for column in layout.columns("code")]
    return bool(layout.columns("unit")) and all("单位" in title and "项目" not in title for title in titles)


def is_unit_row(facts: RunFacts, *, has_indicators: bool) -> bool:
    """A unit's sub-total: a short code or a public body's name, an amount, no indicators."""
    if has_indicators or not (facts.code or facts.name):
        return False
    if facts.code:
        return len(facts.code) < WHOLE_CODE
    return is_organisation(facts.name) and not facts.goal


def split_unit(text: str) -> tuple[str, str]:
    """`309101-某市教育局` → code and name."""
    squeezed = squeeze(text)
    if match := _UNIT_CODE.match(squeezed):
        return match[1], squeezed[match.end() :].lstrip("-—")
    return "", squeezed


def _fund_title(title: str) -> str:
    return re.sub(r"[（(](?:万元|元|亿元)[)）]", "", title.rsplit("/", 1)[-1])
