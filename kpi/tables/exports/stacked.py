"""Exports with one cell a line (from word processors): every cell begins with a tab, blank lines separate rows."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.tables.exports.schema import is_leaf_header


def unstack_lines(lines: Sequence[str]) -> list[str] | None:
    """The same text with one row a line and tabs between cells; None when no header stands in this style.

    A header may stand in two rows (评价标准 over 优 良 中 差). A line without a tab inside a row goes on in the cell above it. Two blank lines end a table and become one.
    """
    found = False
    unstacked: list[str] = []
    row: list[str] = []
    above: list[str] = []
    single = True
    for line in [*lines, "", ""]:
        if line.startswith("\t"):
            cells = line[1:].rstrip("\t").split("\t")
            row += cells
            single = single and len(cells) == 1
        elif line.strip() and row:
            row[-1] += line.strip()
        elif row:
            found = found or (single and (is_leaf_header(row) or is_leaf_header([*above, *row])))
            above = row if single else []
            unstacked.append("\t".join(row) if len(row) > 1 else row[0] + "\t")
            row, single = [], True
        else:
            unstacked.append(line)
    return unstacked if found else None
