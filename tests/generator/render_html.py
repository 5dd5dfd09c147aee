"""HTML as web offices save it: rowspan and colspan, GBK or UTF-8 (or a wrong declaration), a layout table around it all."""

from __future__ import annotations

import html
import random
from pathlib import Path

from tests.generator.blocks import Block, Cell, Grid, Text

ENCODINGS = [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gbk", "gbk"), ("gb18030", "utf-8"), ("utf-8", "")]
"""What the bytes are and what the page says."""
ENTITIES = {"≥": "&ge;", "≤": "&le;", "“": "&ldquo;", "”": "&rdquo;", "—": "&mdash;"}


class HtmlWriter:
    """Collects markup; the manner is drawn once a document."""

    def __init__(self, rng: random.Random) -> None:
        self.office = rng.random() < 0.5
        """Word's markup: a paragraph and spans in each cell."""
        self.entities = rng.random() < 0.4
        self.indent = rng.random() < 0.5
        self.header_cells = rng.random() < 0.3

    def escape(self, text: str) -> str:
        escaped = html.escape(text)
        if self.entities:
            for letter, entity in ENTITIES.items():
                escaped = escaped.replace(letter, entity)
        return escaped.replace("\n", "<br/>" if self.office else "<br>")

    def cell(self, cell: Cell, *, header: bool) -> str:
        tag = "th" if header and self.header_cells else "td"
        spans = (f' rowspan="{cell.row_span}"' if cell.row_span > 1 else "") + (
            f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
        )
        text = self.escape(cell.text) or "&nbsp;"
        if self.office:
            half = len(cell.text) // 2 if "&" not in text and "<" not in text else 0
            parts = [text[:half], text[half:]] if half > 2 else [text]
            text = (
                '<p class="MsoNormal" align="center">'
                + "".join(f'<span style="font-size:9.0pt;font-family:宋体">{part}</span>' for part in parts)
                + "</p>"
            )
        gap = "\n      " if self.indent else ""
        return f"<{tag}{spans} valign=middle>{gap}{text}{gap}</{tag}>"

    def grid(self, grid: Grid) -> str:
        lines = [f'<p align="center"><b>{self.escape(grid.title)}</b></p>'] if grid.title else []
        lines += [f"<p>{self.escape(line)}</p>" for line in grid.lines_above]
        lines.append(
            f'<table border="{int(grid.ruled)}" cellspacing="0" cellpadding="0" style="border-collapse:collapse">'
        )
        for number, row in enumerate(grid.matrix()):
            header = grid.header_start <= number < grid.header_start + grid.header_rows
            lines.append("<tr>" + "".join(self.cell(cell, header=header) for cell in row if cell is not None) + "</tr>")
        return "\n".join([*lines, "</table>"])

    def text(self, block: Text) -> str:
        tag = {"cover": "h1", "title": "h2", "heading": "h3"}.get(block.kind, "p")
        return f"<{tag}>{self.escape(block.text)}</{tag}>"


def render_html(blocks: list[Block], path: Path, seed: int) -> None:
    """Write the document as a saved page or as a fragment."""
    rng = random.Random(seed * 7919 + 5)
    encoding, declared = rng.choice(ENCODINGS)
    writer = HtmlWriter(rng)
    body = "\n".join(
        writer.grid(block) if isinstance(block, Grid) else writer.text(block)
        for block in blocks
        if isinstance(block, Grid | Text)
    )
    if rng.random() < 0.5:
        menu = "<td width=160><ul><li><a href='/'>首页</a></li><li>信息公开</li><li>预决算公开</li></ul></td>"
        body = f"<table width='1000' align='center'><tr>{menu}<td>\n{body}\n</td></tr></table>"
    if rng.random() < 0.85:
        meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
        script = "<script>var table = '<table><tr><td>一级指标</td><td>指标值</td></tr></table>';</script>"
        style = "<style>td { border: 1px solid #000; } .绩效目标 { color: red; }</style>"
        body = f"<!DOCTYPE html>\n<html><head>{meta}<title>部门预算公开</title>{style}{script}</head>\n<body>\n{body}\n</body></html>\n"
    path.write_bytes(body.encode(encoding))
