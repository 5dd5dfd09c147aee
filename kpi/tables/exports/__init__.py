"""Plain-text exports (文本导出) of performance tables → restored grids, as a Word table would give them."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.model import Table
from kpi.tables.exports.build import build_table
from kpi.tables.exports.codes import code_rows
from kpi.tables.exports.level import level_grid
from kpi.tables.exports.plain import plain_tables
from kpi.tables.exports.spaces import spaced_tables
from kpi.tables.exports.stacked import unstack_lines
from kpi.tables.exports.tabs import tab_regions
from kpi.tables.exports.wide import wide_grid


def lines_to_tables(lines: Sequence[str]) -> tuple[Table, ...]:
    """All performance tables (绩效目标表) of a plain text's lines, repaired.

    Every table has the block above its indicators (if any), its header and then the data rows with each cell in its
    proper column. `Table.warnings` and `Table.row_warnings` tell what was repaired. Ordinary budget tables and prose
    give no table; where there are performance tables, the rows of other tables that print a project's code beside its
    name come first, as one table without a header.
    """
    unstacked = unstack_lines(lines) or lines
    tables: list[Table] = []
    regions, spaced = tab_regions(unstacked), spaced_tables(unstacked)
    for region in regions:
        rows = wide_grid(region.rows, region.schema) if region.schema.wide else level_grid(region.rows, region.schema)
        tables.append(build_table(region.schema, rows, before=region.before, block=region.block))
    for table in spaced:
        rows = wide_grid(table.raw_rows(), table.schema) if table.schema.wide else table.grid()
        tables.append(build_table(table.schema, rows, before=table.before, block=table.block))
    used = {number for region in regions for number in region.lines} | {n for table in spaced for n in table.lines}
    tables += plain_tables(unstacked, used)
    if not tables:
        return ()
    codes = code_rows(line for number, line in enumerate(unstacked) if number not in used)
    return (codes, *tables) if codes else tuple(tables)
