"""Targets found in running text → records (文字绩效目标)."""

from __future__ import annotations

from kpi.extract.category import category_of
from kpi.extract.tables import Extracted, Origin, with_target
from kpi.model import PROSE_TARGETS, Indicator, LogicalRow, LogicalTable, Repair, Source
from kpi.tables.prose import ProseResult


def extract_prose(prose: ProseResult, number: int, origin: Origin) -> Extracted:
    """Records of the sentences; row is the sentence's order, column 1 the target beside its name.

    A labelled clause without a number is told as `unread_prose` when other clauses of the document were read.
    """
    table = LogicalTable(
        index=number,
        kind=PROSE_TARGETS,
        layout="prose",
        title="文字叙述的绩效指标",
        year=origin.year,
        pages=tuple(dict.fromkeys(item.page for item in prose.targets if item.page is not None)),
        roles=("name", "target"),
        rows=tuple(LogicalRow((item.name, item.target), item.page) for item in prose.targets),
    )
    out = Extracted(table=table)
    for row, item in enumerate(prose.targets, start=1):
        category, inferred = category_of(item.level1, item.level2, item.name, item.target)
        source = Source(
            document=origin.document, path=origin.path, sha256=origin.sha256, table=PROSE_TARGETS, table_index=number,
            row=row, column=1, page=item.page,
        )  # fmt: skip
        out.indicators.append(
            with_target(Indicator(
                source=source, department=origin.department, year=origin.year, unit_name=origin.department,
                level1=item.level1, level2=item.level2, name=item.name, target=item.target, category=category,
                category_inferred=inferred, description=item.sentence,
            ))
        )  # fmt: skip
    if prose.targets:
        out.repairs.extend(
            Repair("unread_prose", None, None, f"文字指标“{clause}”中没有可识别的数值，未提取")
            for clause in prose.unread
        )
    return out
