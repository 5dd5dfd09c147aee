"""审核意见 as a workbook: findings, statistics, and what the rules look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from kpi.review.registry import SEVERITIES
from kpi.review.settings import SETTING_FIELDS

if TYPE_CHECKING:
    from kpi.model import Finding
    from kpi.review.report import Report

# Title and width in characters of the sheet of findings.
_COLUMNS = (
    ("序号", 6), ("文件", 24), ("项目", 32), ("等级", 7), ("规则", 7), ("规则名称", 20), ("页", 6), ("行", 6), ("指标", 28), ("印刷内容", 24),
    ("问题", 46), ("应为", 26), ("建议", 34), ("处理意见", 14), ("依据", 34), ("同类、上年或另一文件", 40), ("指标编号", 18),
)  # fmt: skip
_COLORS = {"E": "#F8D7DA", "W": "#FFF3CD", "I": "#E8F0FE"}
_SHOWN_PEERS = 5
_LINE = 15.0
"""Points of one line of a cell in the usual font."""
_NARROW = 0x2000
"""First code point past the alphabets; nearly all above are as wide as a Chinese character."""


def write_review_workbook(report: Report, stream: BinaryIO) -> None:
    """Write a report as xlsx: 审核意见 (by document, project, severity), 统计, 规则说明."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        formats = _formats(book)
        _write_findings(book, report, formats)
        _write_statistics(book, report, formats)
        _write_rules(book, report, formats)


def _formats(book: Any) -> dict[str, Any]:
    base = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D0D0"}
    return {
        "heading": book.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
        ),
        "text": book.add_format(base),
        "plain": book.add_format({"valign": "top"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        **{code: book.add_format({**base, "bg_color": color, "align": "center"}) for code, color in _COLORS.items()},
    }


def _heading(sheet: Any, columns: Sequence[tuple[str, int]], heading: Any, *, row: int = 0) -> None:
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, heading)


def _write_findings(book: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("审核意见")
    _heading(sheet, _COLUMNS, formats["heading"])
    sheet.freeze_panes(1, 3)
    titles = {rule.id: rule.title for rule in report.profile.rules()}
    for number, finding in enumerate(report.findings, 1):
        values = (
            number, finding.document, finding.project, SEVERITIES[finding.severity], finding.rule, titles.get(finding.rule, ""),
            finding.page, finding.evidence.get("row"), str(finding.evidence.get("indicator", "")), finding.printed, finding.message,
            finding.expected, finding.advice, "", finding.topic, _evidence_words(finding), finding.indicator_id,
        )  # fmt: skip
        for column, value in enumerate(values):
            style = formats[finding.severity] if column == 3 else formats["text"]
            if isinstance(value, int):
                sheet.write_number(number, column, value, style)
            elif value is None:
                sheet.write_blank(number, column, None, style)
            else:
                sheet.write_string(number, column, value, style)
        sheet.set_row(number, _height(values))
    sheet.autofilter(0, 0, max(len(report.findings), 1), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(len(report.findings), 1), [title for title, _ in _COLUMNS].index("处理意见"))


def _height(values: Sequence[Any]) -> float:
    """Points that the longest cell of a row needs; spreadsheet programs differ in whether they find it themselves."""
    lines = max(
        -(-_display_width(str(value)) // (width - 2)) for value, (_, width) in zip(values, _COLUMNS, strict=True)
    )
    return _LINE * max(lines, 1)


def _display_width(text: str) -> int:
    """Width in digits: a Chinese character takes two."""
    return sum(1 if ord(character) < _NARROW else 2 for character in text)


def _evidence_words(finding: Finding) -> str:
    """Peers, last year's target or the other document's, for people."""
    evidence = finding.evidence
    if "peers" in evidence:
        shown = "；".join(
            f"{peer['city']}{peer['county']} {peer['target']}（{peer['document']}）"
            for peer in evidence["peers"][:_SHOWN_PEERS]
        )
        return f"{evidence['n']} 个样本，P10 {evidence['p10']:g}，中位数 {evidence['median']:g}，P90 {evidence['p90']:g}：{shown}"
    for key in ("last_year", "elsewhere"):
        if key in evidence:
            other = evidence[key]
            page = f" 第{other['page']}页" if other["page"] else ""
            return f"{other['document']}{page} {other['target']}"
    return ""


def _write_statistics(book: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("统计")
    for column, width in enumerate((44, 44, 10, 10, 10, 10)):
        sheet.set_column(column, column, width)
    counts = report.by_severity()
    lines = [
        ("文件", "、".join(document.name for document in report.documents)),
        ("项目", str(sum(bool(project.name) for document in report.documents for project in document.projects))),
        ("指标", str(sum(len(document.indicators) for document in report.documents))),
        ("审核口径", report.profile.title or "缺省（模板按表识别）"),
        ("意见", "，".join(f"{SEVERITIES[code]} {count} 条" for code, count in counts.items())),
        ("导出时间", datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")),
    ]
    for row, (title, text) in enumerate(lines):
        sheet.write_string(row, 0, title, formats["bold"])
        sheet.write_string(row, 1, text, formats["plain"])
    row = len(lines) + 1
    row = _write_counts(sheet, row, ("规则", "规则名称"), _rule_counts(report), formats)
    _write_counts(sheet, row + 1, ("文件", "项目"), report.by_project(), formats)


def _rule_counts(report: Report) -> list[tuple[str, str, dict[str, int]]]:
    titles = {rule.id: rule.title for rule in report.profile.rules()}
    found: dict[str, dict[str, int]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, dict.fromkeys(SEVERITIES, 0))[finding.severity] += 1
    return [(identity, titles.get(identity, ""), counts) for identity, counts in sorted(found.items())]


def _write_counts(sheet: Any, row: int, titles: tuple[str, str], lines: Any, formats: dict[str, Any]) -> int:
    for column, title in enumerate((*titles, *SEVERITIES.values(), "合计")):
        sheet.write_string(row, column, title, formats["heading"])
    for first, second, counts in lines:
        row += 1
        sheet.write_string(row, 0, first, formats["text"])
        sheet.write_string(row, 1, second, formats["text"])
        for column, number in enumerate((*counts.values(), sum(counts.values())), 2):
            sheet.write_number(row, column, number, formats["text"])
    return row + 1


def _write_rules(book: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("规则说明")
    columns = (
        ("规则", 7),
        ("等级", 7),
        ("名称", 26),
        ("查什么", 70),
        ("建议", 40),
        ("依据", 36),
        ("阈值", 34),
        ("本次意见", 9),
    )
    _heading(sheet, columns, formats["heading"])
    sheet.freeze_panes(1, 0)
    counts = report.by_rule()
    for row, rule in enumerate(report.rules(), 1):
        severity = report.profile.severity_of(rule, "")
        thresholds = "；".join(
            f"{SETTING_FIELDS[name].metadata['title']} {getattr(report.settings, name):g}{SETTING_FIELDS[name].metadata['unit']}"
            for name in rule.settings
        )
        texts = (rule.id, SEVERITIES[severity], rule.title, rule.explained, rule.advice, rule.topic, thresholds)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats[severity] if column == 1 else formats["text"])
        sheet.write_number(row, len(texts), counts.get(rule.id, 0), formats["text"])
