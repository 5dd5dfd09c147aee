"""Flat rows in a machine's format, to a file or standard output (平表输出)."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kpi.export.sheets import Sheet


def write_flat(
    rows: Sequence[Mapping[str, Any]], form: str, output: Path | None, *, sheets: Sequence[Sheet] = ()
) -> None:
    """Write rows as json, jsonl or csv, or the sheets as xlsx."""
    if form == "xlsx":
        from kpi.export.sheets import write_sheets

        buffer = io.BytesIO()
        write_sheets(sheets, buffer)
        put(buffer.getvalue(), form, output)
    elif form == "json":
        put((json.dumps(list(rows), ensure_ascii=False, indent=2) + "\n").encode(), form, output)
    elif form == "jsonl":
        put("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(), form, output)
    else:
        put(rows_to_csv(rows), form, output)


def put(content: bytes, form: str, output: Path | None) -> None:
    """Write to a file, or to standard output.

    Raises:
        click.UsageError: a workbook would go to a terminal.
    """
    if output is not None:
        from kpi.cli.output import write_bytes

        write_bytes(output, content)
        return
    if form == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("xlsx 不能显示在终端上，请用 -o 指定文件")
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def rows_to_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Flat rows as csv for spreadsheets: byte order mark, text never a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    names = list(rows[0]) if rows else []
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Any) -> str:
    from kpi.export import protect

    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return protect(value) if isinstance(value, str) else str(value)
