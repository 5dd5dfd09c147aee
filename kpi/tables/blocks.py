"""The block above the indicators (项目信息): project, unit, money, goal, tasks, execution, as labels and values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kpi.model import Execution, Fund, Task
from kpi.tables import headers
from kpi.tables.amounts import amount_in_yuan, plain_number, printed_scale
from kpi.tables.grid import GridRow
from kpi.text import fold, squeeze

_TASK_HEADS = {"任务名称": "name", "主要任务": "name", "工作任务": "name", "主要内容": "content", "任务内容": "content",
               "工作内容": "content", "实际完成情况": "actual", "完成情况": "actual"}  # fmt: skip
_GOAL_HEADS = {"预期目标": "goal", "年初设定目标": "goal", "年初目标": "goal", "年度目标": "goal", "年初设定": "goal",
               "预期绩效目标": "goal", "总体目标": "goal", "年初预期目标": "goal", "年度绩效目标": "goal",
               "实际完成情况": "actual", "目标实际完成情况": "actual", "完成情况": "actual", "全年实际完成情况": "actual",
               "全年完成情况": "actual", "实际完成": "actual"}  # fmt: skip
_EXECUTION_HEADS = {"年初预算数": "budget", "年初预算": "budget", "预算数": "budget", "年初预算数a": "budget",
                    "全年预算数": "adjusted", "全年预算数a": "adjusted", "调整预算数": "adjusted", "全年预算": "adjusted",
                    "全年执行数": "spent", "执行数": "spent", "全年执行数b": "spent", "实际执行数": "spent", "全年支出数": "spent",
                    "分值": "weight", "执行率": "rate", "预算执行率": "rate", "执行率ba": "rate", "得分": "score"}  # fmt: skip
_PROJECT_CODE = re.compile(r"^([0-9A-Z]{15,26})[-－—–_ ]*(.*)$")


_CODE_LIKE = re.compile(r"^[0-9A-Za-z][0-9A-Za-z\-_.]{3,30}$")


@dataclass(slots=True)
class Block:
    """What a block says; text fields are "" and numbers None where it says nothing."""

    code: str = ""
    project: str = ""
    unit: str = ""
    department: str = ""
    goal: str = ""
    goal_actual: str = ""
    period: str = ""
    budget: Decimal | None = None
    budget_printed: str = ""
    funds: list[Fund] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    execution: Execution | None = None
    scale_printed: bool = False


def read_block(rows: Sequence[GridRow], titles: Sequence[str]) -> Block:
    """Labels and values of the rows above a header.

    Args:
        rows: the block's rows in their own columns; spans tell which rows a side label covers.
        titles: lines above the table; they may hold 部门名称：… and 单位：万元.
    """
    block = Block()
    texts = [slot.text for row in rows for slot in row.slots if slot.text]
    scale = printed_scale([*titles, *texts])
    block.scale_printed = scale is not None
    reader = _Reader(block, scale or Decimal(10_000))
    for row in rows:
        reader.read(row)
    for line in titles:
        reader.read_line(line)
    return block


@dataclass(slots=True)
class _Reader:
    """Walks a block's rows; remembers which side label covers them and which sub-header stands above."""

    block: Block
    scale: Decimal
    section: str = ""
    section_key: int = -1
    heads: dict[int, str] = field(default_factory=dict)
    """Column → what the sub-header says of it (tasks, goal, execution)."""
    heads_kind: str = ""

    def read(self, row: GridRow) -> None:
        cells = [cell for column, slot in enumerate(row.slots) for cell in _parted(column, slot.text)]
        self._follow_section(row, cells)
        if not cells:
            return
        inner = cells[1:] if self._is_section(cells[0][1]) and len(cells) > 1 else cells
        if self._read_heads(inner):
            return
        if self.heads_kind == "tasks" and self.section in {"tasks", ""}:
            self._read_task(inner)
        elif self.heads_kind == "goal" and self.section in {"goal", ""}:
            self._read_goal(inner)
        elif self.heads_kind == "execution" and len(inner) > 1:
            self._read_execution(inner)
        else:
            self._read_pairs(cells)

    def _is_section(self, text: str) -> bool:
        return self.section_key >= 0 and headers.label_role(text) in {"goal", "tasks", "other", "amount"}

    def _follow_section(self, row: GridRow, cells: Sequence[tuple[int, str]]) -> None:
        """A side label that covers this row, or "" when the row stands under a new one."""
        first = row.slots[0]
        if cells and cells[0][0] == 0:
            role = headers.label_role(cells[0][1])
            self.section, self.section_key = role, first.key if first.row_span > 1 or role in {"goal", "tasks"} else -1
            self.heads, self.heads_kind = {}, ""
        elif first.key >= 0 and first.begins and row.index > 0 and first.key != self.section_key and first.row_span > 1:
            self.section, self.section_key, self.heads, self.heads_kind = "", first.key, {}, ""

    def _read_heads(self, cells: Sequence[tuple[int, str]]) -> bool:
        for kind, words in (("execution", _EXECUTION_HEADS), ("tasks", _TASK_HEADS), ("goal", _GOAL_HEADS)):
            if kind == "goal" and self.section != "goal" and len(cells) < 2:
                continue
            heads = {column: words[key] for column, text in cells if (key := headers.bare_key(text)) in words}
            if len(heads) >= max(2, len(cells) - 1) or (kind == "tasks" and self.section == "tasks" and heads):
                self.heads, self.heads_kind = heads, kind
                return True
        return False

    def _read_task(self, cells: Sequence[tuple[int, str]]) -> None:
        values = {self.heads[column]: text for column, text in cells if column in self.heads}
        if values.get("name"):
            self.block.tasks.append(Task(values["name"], values.get("content", ""), values.get("actual", "")))
        elif values and self.block.tasks:  # a task cut by a page end, or a second line of contents
            last = self.block.tasks[-1]
            self.block.tasks[-1] = Task(
                last.name, last.content + values.get("content", ""), last.actual + values.get("actual", "")
            )

    def _read_goal(self, cells: Sequence[tuple[int, str]]) -> None:
        for column, text in cells:
            if self.heads.get(column) == "goal":
                self.block.goal += text
            elif self.heads.get(column) == "actual":
                self.block.goal_actual += text

    def _read_execution(self, cells: Sequence[tuple[int, str]]) -> None:
        label = cells[0][1]
        values = {self.heads[column]: text for column, text in cells if column in self.heads}
        amounts = {key: amount_in_yuan(values.get(key, ""), self.scale) for key in ("budget", "adjusted", "spent")}
        if all(value is None for value in amounts.values()):
            self._read_pairs(cells)
        elif _fund_name(label) and self.block.execution is not None:
            amount = amounts["adjusted"] if amounts["budget"] is None else amounts["budget"]
            if amount is not None:
                self.block.funds.append(Fund(_fund_name(label), amount, values.get("budget", "")))
        elif self.block.execution is None:
            self.block.execution = Execution(
                **amounts,
                weight=plain_number(values.get("weight", "")),
                rate=plain_number(values.get("rate", "")),
                score=plain_number(values.get("score", "")),
            )
            self._set_budget(values.get("budget", "") or values.get("adjusted", ""))

    def _set_budget(self, text: str) -> None:
        amount = amount_in_yuan(text, self.scale)
        if amount is not None and self.block.budget is None:
            self.block.budget, self.block.budget_printed = amount, text

    def _read_pairs(self, cells: Sequence[tuple[int, str]]) -> None:
        index = 0
        while index < len(cells):
            label = cells[index][1]
            role = headers.label_role(label) or ("fund" if _fund_name(label) else "")
            value = cells[index + 1][1] if index + 1 < len(cells) else ""
            if not role:
                if ":" in label or "：" in label:
                    self.read_line(label)
                elif self.section == "goal" and self.section_key >= 0 and len(cells) == 1:
                    self.block.goal += label
                index += 1
                continue
            if headers.label_role(value) and role != "goal" and amount_in_yuan(value, self.scale) is None:
                index += 1  # a label over further labels: its values follow
                continue
            self._set(role, label, value)
            index += 2

    def _set(self, role: str, label: str, value: str) -> None:
        block = self.block
        if role in {"code", "project", "code_and_project"}:
            match = _PROJECT_CODE.match(value)
            if match and (match[2] or role == "code"):
                block.code, block.project = block.code or match[1], block.project or match[2]
            elif role == "code":
                block.code = block.code or (value if _CODE_LIKE.match(value) else "")
            else:
                block.project = block.project or value
        elif role in {"unit", "department", "period"}:
            setattr(block, role, getattr(block, role) or value)
        elif role == "goal":
            block.goal = block.goal or value
        elif role == "amount":
            self._set_budget(value)
        elif role == "fund" and (amount := amount_in_yuan(value, self.scale)) is not None:
            block.funds.append(Fund(_fund_name(label) or label, amount, value))

    def read_line(self, line: str) -> None:
        """`部门名称：某某局　单位：万元` in a title line or a cell."""
        for label, value in re.findall(r"([^\s:：]{2,12})[:：]\s*([^\s:：]+)(?=\s|$)", line.strip()):
            role = headers.label_role(label)
            if squeeze(label) == "单位" and not value.endswith("元"):
                role = "unit"  # 单位：某某局, not 单位：万元
            if role in {"code", "project", "code_and_project", "unit", "department"}:
                self._set(role, label, squeeze(value))
        words = line.split()
        if len(words) % 2 == 0 and all(map(headers.label_role, words[::2])):
            for label, value in zip(words[::2], words[1::2], strict=True):
                self._set(headers.label_role(label), label, value)


def _parted(column: int, text: str) -> list[tuple[int, str]]:
    """A cell that holds labels with their values (项目名称 某某补助, where no line parts them) as one cell each."""
    words = text.split()
    whole = squeeze(text)
    if (
        len(words) % 2 == 0
        and not headers.label_role(whole)
        and all(headers.label_role(word) and len(word) > 2 for word in words[::2])
    ):
        return [(column, word) for word in words]
    if (
        len(words) > 1
        and headers.label_role(words[0])
        and len(words[0]) > 2
        and "".join(words[1:]).isalnum()
        and whole[len(words[0]) :].isascii()
    ):
        return [(column, words[0]), (column, "".join(words[1:]))]  # a code broken over lines
    return [(column, whole)] if whole else []


def is_project_code(text: str) -> bool:
    """Whether the whole text is a project code: 15–26 letters and digits that begin with a division's six digits."""
    match = _PROJECT_CODE.match(text)
    return match is not None and not match[2] and text[:6].isdigit()


def split_code(text: str) -> tuple[str, str]:
    """`51140026T000011870341-义务教育…` → code and name; ("", text) when no code is in front."""
    match = _PROJECT_CODE.match(squeeze(text))
    return (match[1], match[2]) if match and match[2] else ("", squeeze(text))


def _fund_name(label: str) -> str:
    """Name of the source of money in a label: `1、资金来源:(1)政府预算资金` → 政府预算资金; "" for other labels."""
    for part in (label, re.split(r"[:：)）]", fold(label))[-1], fold(label).removeprefix("其中")):
        if part and headers.label_role(part) == "fund":
            return re.sub(r"^其中[:：]?|^[（(]?\d+[)）、.]?|[（(].{0,100}[)）]$", "", squeeze(part))
    return ""
