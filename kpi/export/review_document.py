"""审核意见 as a Word document that a reviewer can sign."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, BinaryIO

from kpi.review.registry import SEVERITIES

if TYPE_CHECKING:
    from kpi.model import Finding
    from kpi.review.report import Report

# Fonts of official documents; Word takes the East Asian name for Chinese and the other for digits and letters.
_BODY, _HEADING, _LATIN = "宋体", "黑体", "Times New Roman"
_BODY_SIZE, _TABLE_SIZE = 12.0, 9.0
"""Points."""
_WIDTHS = (1.1, 1.3, 1.5, 4.2, 5.2, 3.7)
"""Centimetres; A4 less the margins has 17."""
_TITLES = ("序号", "等级", "页／行", "指标与印刷内容", "问题与应为", "建议（依据）")
_COLORS = {"E": "F8D7DA", "W": "FFF3CD", "I": "E8F0FE"}


def write_review_document(report: Report, stream: BinaryIO) -> None:
    """Write a report as docx: what was reviewed, findings by project, a place to sign."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    _set_styles(document)
    _add_page_number(section.footer.paragraphs[0])
    document.core_properties.title = "绩效目标审核意见"
    document.add_heading("绩效目标审核意见", level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_facts(document, report)
    document.add_heading("一、总体情况", level=1)
    document.add_paragraph(_summary(report))
    document.add_heading("二、审核意见", level=1)
    if not report.findings:
        document.add_paragraph("未发现问题。")
    for number, ((name, project), group) in enumerate(
        groupby(report.findings, lambda item: (item.document, item.project)), 1
    ):
        many = len(report.documents) > 1
        document.add_heading(f"（{number}）{project or '全表'}" + (f"（{name}）" if many else ""), level=2)
        _add_findings(document, list(group))
    document.add_heading("三、审核结论", level=1)
    document.add_paragraph("□ 通过　　□ 修改后通过　　□ 退回重新申报")
    document.add_paragraph("说明：")
    _add_signatures(document)
    document.save(stream)


def _set_styles(document: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, font, size in (
        ("Normal", _BODY, _BODY_SIZE), ("Title", _HEADING, 20), ("Heading 1", _HEADING, 15), ("Heading 2", _HEADING, 12),
    ):  # fmt: skip
        style = document.styles[name]
        style.font.name, style.font.size = _LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        _set_east_asian(style.element.get_or_add_rPr(), font)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    document.styles["Normal"].element.get_or_add_rPr().append(language)


def _set_east_asian(properties: Any, font: str) -> None:
    """Set the font of Chinese characters; theme fonts of the template would win over the name."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(key), None)
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:ascii"), _LATIN)
    fonts.set(qn("w:hAnsi"), _LATIN)


def _add_page_number(paragraph: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for fields


def _add_facts(document: Any, report: Report) -> None:
    places = dict.fromkeys(item.county or item.city for item in report.documents)
    departments = dict.fromkeys(item.department for item in report.documents if item.department)
    years = dict.fromkeys(str(item.year) for item in report.documents if item.year)
    facts = (
        ("审核文件", "、".join(item.name for item in report.documents)), ("地区", "、".join(filter(None, places))),
        ("部门（单位）", "、".join(departments)), ("预算年度", "、".join(years)),
        ("审核口径", report.profile.title or "缺省（模板按表识别）"),
    )  # fmt: skip
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for title, text in facts:
        cells = table.add_row().cells
        _fill(cells[0], title, bold=True, size=10.5)
        _fill(cells[1], text, size=10.5)
    _set_widths(table, (3.5, 13.5))


def _summary(report: Report) -> str:
    projects = sum(bool(project.name) for document in report.documents for project in document.projects)
    indicators = sum(len(document.indicators) for document in report.documents)
    counts = "，".join(f"{title} {report.by_severity()[code]} 条" for code, title in SEVERITIES.items())
    store = "含" if report.with_store else "不含"
    return (
        f"共审核文件 {len(report.documents)} 个，项目 {projects} 个，绩效指标 {indicators} 条，提出意见 {len(report.findings)} 条：{counts}。"
        f"强制为应当改正的问题，提示为建议核对的问题，线索供参考。本次审核应用规则 {len(report.rules())} 条，{store}与同类指标和上年目标的比较。"
    )


def _add_findings(document: Any, findings: Sequence[Finding]) -> None:
    table = document.add_table(rows=1, cols=len(_TITLES))
    table.style = "Table Grid"
    for cell, title in zip(table.rows[0].cells, _TITLES, strict=True):
        _fill(cell, title, bold=True)
        _shade(cell, "E8EEF7")
    _mark_row(table.rows[0], "w:cantSplit", "w:tblHeader")
    for number, finding in enumerate(findings, 1):
        added = table.add_row()
        _mark_row(added, "w:cantSplit")
        cells = added.cells
        row = finding.evidence.get("row")
        place = "／".join(str(part) for part in (finding.page, row) if part) or "—"
        name = str(finding.evidence.get("indicator", ""))
        printed = finding.printed if finding.printed != name else ""
        _fill(cells[0], str(number))
        _fill(cells[1], f"{SEVERITIES[finding.severity]}\n{finding.rule}")
        _shade(cells[1], _COLORS[finding.severity])
        _fill(cells[2], place)
        _fill(cells[3], "\n".join(filter(None, (name, printed))))
        _fill(cells[4], finding.message + (f"\n应为：{finding.expected}" if finding.expected else ""))
        _fill(cells[5], f"{finding.advice}\n（{finding.topic}）")
    _set_widths(table, _WIDTHS)
    document.add_paragraph()


def _fill(cell: Any, text: str, *, bold: bool = False, size: float = _TABLE_SIZE) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    _set_east_asian(run._r.get_or_add_rPr(), _HEADING if bold else _BODY)  # noqa: SLF001 - python-docx knows one font name only


def _shade(cell: Any, color: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shading = OxmlElement("w:shd")
    for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", color)):
        shading.set(qn(key), value)
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001 - python-docx has no call for shading


def _mark_row(row: Any, *tags: str) -> None:
    """`w:cantSplit`: not cut by a page end; `w:tblHeader`: repeated on each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for tag in tags:
        element = OxmlElement(tag)
        element.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(element)  # noqa: SLF001 - python-docx has no call for properties of rows


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _add_signatures(document: Any) -> None:
    document.add_paragraph()
    table = document.add_table(rows=2, cols=2)
    texts = (("审核人（签字）：", "复核人（签字）："), ("审核单位（盖章）：", "日期：　　　　年　　月　　日"))
    for row, pair in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, pair, strict=True):
            _fill(cell, text + "\n\n", size=_BODY_SIZE)
