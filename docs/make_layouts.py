"""Write docs/layouts.md from the layout definitions; `python docs/make_layouts.py --check` fails when it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from kpi.tables.definitions import ABOVE, LAYOUTS, LEFT, LayoutDefinition

PAGE = Path(__file__).resolve().parent / "layouts.md"
HEAD = """# Layouts

Made from `kpi/tables/definitions.py` by `python docs/make_layouts.py`; do not edit by hand.

A table is recognised by its header's words, never by its file: each header text has a role (`kpi/tables/headers.py`), every column
with a 三级指标 opens a band, and the first entry below whose features are there names the layout. All of them are read from ruled
and borderless PDF, Word, Excel, web pages and scans, over page ends, with header rows repeated or not. Targets in running text
(`绩效指标：参保率达到95%以上。`) are read by `kpi/tables/prose.py`; plain-text exports are first put back into grids by
`kpi/tables/exports/`.

## Adding a layout

1. Put its header words under their roles in `kpi/tables/headers.py`, with a comment where they were seen.
2. Add an entry with an example to `LAYOUTS` in `kpi/tables/definitions.py`; `tests/test_layouts.py` reads the example back.
3. Run `python docs/make_layouts.py`.
"""


def section(definition: LayoutDefinition) -> str:
    """One layout: what is special, where seen, the example as a table."""
    rows = [[_shown(text) for text in row] for row in definition.example]
    table = [_line(rows[0]), _line(["---"] * len(rows[0])), *map(_line, rows[1:])]
    result = [
        _line(["period", "level1", "level2", "name", "target"]),
        _line(["---"] * 5),
        *(_line(list(row)) for row in definition.expected),
    ]
    parts = [
        f"## {definition.title} (`{definition.id}`)",
        definition.special,
        f"Seen in: {definition.seen}. Named by: {', '.join(sorted(definition.requires)) or 'none of the features above'}.",
        "\n".join(table),
        "gives",
        "\n".join(result),
    ]
    return "\n\n".join(parts)


def _shown(text: str) -> str:
    return {LEFT: "←", ABOVE: "↑"}.get(text, text)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """The whole page."""
    return HEAD + "\n" + "\n\n".join(map(section, LAYOUTS)) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv[1:]:
        if PAGE.exists() and PAGE.read_text("utf-8") == page():
            return 0
        sys.stderr.write("docs/layouts.md is out of date: run python docs/make_layouts.py\n")
        return 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
