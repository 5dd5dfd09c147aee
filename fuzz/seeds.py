"""Where fuzzing starts: small documents of every format, queries, targets, decisions."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROWS = (
    ("一级指标", "二级指标", "三级指标", "指标值"),
    ("产出指标", "数量指标", "集中带量采购批次", "≥30批"),
    ("", "质量指标", "报销比例", "≥75%"),
    ("效益指标", "社会效益指标", "医疗救助覆盖率", "较上年提高5个百分点"),
    ("满意度指标", "服务对象满意度指标", "参保群众满意度", "≥90%"),
)
TITLE = "焦作市医疗保障局2026年项目绩效目标表"
FOUND = Path(__file__).resolve().parents[1] / "tests" / "data" / "fuzz"
"""Inputs that broke something once: a folder a target."""


def queries() -> Sequence[bytes]:
    """Every piece of the query language."""
    texts = (
        '满意度 "参保群众" city:焦作市 OR city:许昌市 value>=85 -离休 sort:-value', "value:90..95 unit:%", "(a OR -b) AND c",
        "date<=2026-12-31 year:2025..2026", "value>=1万元", "城市：许昌 目标值≥90％", 'name="x y" -"z"', "a*", "“满意”", "((()))",
        "level1:满意度指标 -kind:qualitative", "year:-2026", 'document:"a b.pdf"', "sort:name sort:-year",
    )  # fmt: skip
    return [text.encode() for text in texts]


def targets() -> Sequence[bytes]:
    """Target, name and level, a line each."""
    texts = (
        "≥90%", "2026年12月31日前", "60-80%", "较上年提高5个百分点", "1.5万元/人", "≤100万元\n项目资金预算成本\n成本指标", "优良中低差", "定性：优",
        "不低于前三年平均水平", "100%以上", "每季度1次", "≥３０批", "一百二十三万元", "12345热线", "(2023)5号", "约50余人", "±5%", "1/3", "3:1",
        "第1-3季度", "24小时内", "≥99.999%", "是", "0", "6月底前完成\n完成时间\n产出指标", "同比增长10%", "100元/人·月", "2026/6/30",
    )  # fmt: skip
    return [text.encode() for text in texts]


def decisions() -> Sequence[bytes]:
    """Logs of a few decisions of every kind."""
    from kpi import decisions as module
    from kpi.decisions import Decision, RecordKey, decisions_to_jsonl, make_decision

    record = RecordKey(id="0" * 16, sha256="1" * 64, name="满意度", target="≥90%")
    contents = [
        Decision(kind=module.MERGE, names=("满意度", "群众满意度")),
        Decision(kind=module.SPLIT, names=("满意度",), others=("覆盖率",)),
        Decision(kind=module.RENAME, names=("满意度",), name="群众满意度"),
        Decision(kind=module.FORBID, names=("a", "b"), reason="不同"),
        Decision(kind=module.REMOVE, names=("a",)),
        Decision(kind=module.CORRECT, record=record, changes={"value": "95", "unit": "%"}),
        Decision(kind=module.REJECT, record=record),
        Decision(kind=module.DOCUMENT, record=replace(record, id=""), changes={"city": "焦作市", "year": 2026}),
    ]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made: list[Decision] = []
    for content in contents:
        made.append(make_decision(content, existing=made, author="a", now=now))
    made.append(make_decision(Decision(kind=module.UNDO, undoes=made[0].id), existing=made, author="a", now=now))
    lines = [decisions_to_jsonl([decision]).encode() for decision in made]
    return [*lines, b"".join(lines)]


def exports() -> Sequence[bytes]:
    """Texts with tabs, with spaces, with bars, stacked."""
    tabs = "\n".join("\t".join(row) for row in ROWS)
    spaces = "\n".join("  ".join(row) for row in ROWS)
    bars = "\n".join("|" + "|".join(row) + "|" for row in ROWS)
    stacked = "\n".join(text for row in ROWS[:3] for text in row if text)
    return [f"{TITLE}\n{text}\n".encode() for text in (tabs, spaces, bars, stacked)]


def texts() -> Sequence[bytes]:
    """The same as files, in several encodings, and prose."""
    prose = "绩效指标：参保率达到95%以上。\n（1）数量指标：培训人数≥100人；质量指标：合格率100%。\n"
    return [*exports(), prose.encode(), prose.encode("gb18030"), prose.encode("utf-16")]


def pages() -> Sequence[bytes]:
    """A page with merged cells and nested tables, and a saved single file."""
    rows = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    merged = rows.replace("<td>产出指标</td>", '<td rowspan="2" colspan=1>产出指标</td>')
    html = f"<html><head><title>{TITLE}</title></head><body><p>{TITLE}<table>{merged}</table></body></html>"
    nested = f"<table><tr><td><table>{rows}</table></td></tr></table>"
    saved = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{html}"
    return [html.encode(), nested.encode(), saved.encode(), html.encode("gb18030")]


def word_files() -> Sequence[bytes]:
    """A Word file with one table."""
    from tests.hostile import docx, word_row, word_table

    table = word_table(*(word_row(*row) for row in ROWS))
    merged = word_table(
        word_row(*ROWS[0], properties='<w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr>')
    )
    return [docx(f"<w:p><w:r><w:t>{TITLE}</w:t></w:r></w:p>{table}"), docx(f"{merged}<w:sdt><w:sdtContent>{table}</w:sdtContent></w:sdt>")]  # fmt: skip


def workbooks() -> Sequence[bytes]:
    """A workbook by hand, and one that a library wrote."""
    import openpyxl

    from tests.hostile import sheet_row, xlsx

    rows = "".join(sheet_row(number, *row) for number, row in enumerate(ROWS, 1))
    merged = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    book = openpyxl.Workbook()
    for row in ((TITLE,), *ROWS, ("产出", "数量", "率", 0.95)):
        book.active.append(row)
    book.active["D7"].number_format = "0.00%;[Red]-0.0%"
    buffer = io.BytesIO()
    book.save(buffer)
    return [xlsx(f"<sheetData>{rows}</sheetData>{merged}"), buffer.getvalue()]


def old_workbooks() -> Sequence[bytes]:
    """Workbooks of Excel 97, which LibreOffice wrote: numbers, dates, formulas, merged cells, a hidden sheet."""
    return [path.read_bytes() for path in sorted((FOUND / "xls").glob("seed*"))]


def pdfs() -> Sequence[bytes]:
    """A table with lines and one without, uncompressed so that mutations reach their operators; looped trees.

    No form that draws itself: drawn twice it keeps pdfium busy for ever, which only the end of a worker stops.
    """
    from tests.hostile import pdf_looped_pages, pdf_page

    return [
        _table_page(ruled=True), _table_page(ruled=False), pdf_page(b"0 0 m 9 9 l S"), pdf_looped_pages(),
    ]  # fmt: skip


def _table_page(*, ruled: bool) -> bytes:
    """Its font is one of the fourteen of every reader, with a map of codes to Chinese: opened in a tenth of a CID font's time."""
    from tests.pdf_objects import pdf

    codes: dict[str, int] = {}

    def shown(x: float, y: float, text: str) -> str:
        code = "".join(f"{codes.setdefault(character, 33 + len(codes)):02x}" for character in text)
        return f"1 0 0 1 {x} {y} Tm <{code}> Tj"

    edges = (50, 170, 290, 410, 545)
    texts = [shown(150, 800, TITLE)]
    for number, row in enumerate(ROWS):
        texts += [shown(edges[column] + 4, 764 - 24 * number, text) for column, text in enumerate(row) if text]
    bottom = 780 - 24 * len(ROWS)
    lines = [f"{edges[0]} {y} m {edges[-1]} {y} l S" for y in range(bottom, 781, 24)]
    lines += [f"{x} {bottom} m {x} 780 l S" for x in edges]
    content = "BT /F1 8 Tf\n" + "\n".join(texts) + "\nET\n" + ("\n".join(lines) if ruled else "")
    names = "\n".join(f"<{code:02x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items())
    mapped = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n1 begincodespacerange <00> <ff> "
        f"endcodespacerange\n{len(codes)} beginbfchar\n{names}\nendbfchar\nendcmap end end"
    )
    widths = " ".join(["1000"] * len(codes))
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 33/LastChar {32 + len(codes)}/Widths[{widths}]/ToUnicode 6 0 R>>",
        f"<</Length {len(mapped)}>>stream\n{mapped}\nendstream",
    )  # fmt: skip
    return pdf([item.encode() for item in objects])


def libraries() -> Sequence[bytes]:
    """A library of a bureau, and the one that this program writes."""
    rows = (("行业领域", "资金用途", "一级指标", "二级指标", "三级指标", "指标解释", "指标值", "计量单位"),
            ("医疗保障", "城乡医疗救助", "产出指标", "数量指标", "救助人次", "当年, 全部", "≥100", "人次"), ("", "", "", "质量指标", '"x""y"', "'=1+1", "", "%"))  # fmt: skip
    text = "\r\n".join(",".join(row) for row in rows)
    return [text.encode("utf-8-sig"), text.encode("gb18030"), ("共性指标库\n" + text).encode()]


def archives() -> Sequence[bytes]:
    """An archive of texts, with one in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in zip(("预算.txt", "a/b.txt", "../c.txt"), exports(), strict=False):
            archive.writestr(name, data)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in.zip", buffer.getvalue())
        archive.writestr("说明.txt", json.dumps({"a": 1}))
    return [buffer.getvalue(), outer.getvalue()]
