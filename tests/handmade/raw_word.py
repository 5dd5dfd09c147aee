"""Word documents as they leave an office: revisions left in, tables cut in two, tables in tables, symbols of old fonts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.handmade.raw import Raw


def element(xml: str) -> Any:
    """A piece of WordprocessingML."""
    from docx.oxml import parse_xml

    spaces = {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "v": "urn:schemas-microsoft-com:vml", "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    }  # fmt: skip
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    return parse_xml(xml.replace(">", f" {declared}>", 1))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def deleted(text: str) -> str:
    return f'<w:del w:id="91" w:author="财政局" w:date="2025-01-08T09:00:00Z"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


def inserted(text: str) -> str:
    return f'<w:ins w:id="92" w:author="财政局" w:date="2025-01-08T09:00:00Z">{run(text)}</w:ins>'


def moved(text: str) -> str:
    """Text that was moved away: its old place keeps it inside of `w:moveFrom`."""
    return f'<w:moveFrom w:id="93" w:author="财政局" w:date="2025-01-08T09:00:00Z">{run(text)}</w:moveFrom>'


FOOTNOTE = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="1"/></w:r>'
"""The mark of a footnote; its number is not text of the run."""
AT_LEAST = '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
AT_MOST = '<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>'
EQUATION = "<m:oMath><m:r><m:t>≥</m:t></m:r></m:oMath>"
TEXT_BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>样表仅供参考</w:t></w:r></w:p>'
    "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>样表仅供参考</w:t></w:r></w:p>"
    "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def hidden(text: str) -> str:
    return f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{text}</w:t></w:r>"


def cell(content: str = "", *, across: int = 1, merge: str = "", raw: bool = False) -> str:
    """A cell: text with line ends as paragraphs, or runs as they are; `merge` is `restart` or `continue`."""
    paragraphs = [content] if raw else [run(line) for line in content.split("\n")]
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    down = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    return f"<w:tc><w:tcPr>{span}{down}</w:tcPr>{''.join(f'<w:p>{part}</w:p>' for part in paragraphs)}</w:tc>"


def nested(table: str) -> str:
    return f'<w:tc><w:tcPr><w:gridSpan w:val="4"/></w:tcPr>{table}<w:p/></w:tc>'


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def table(columns: int, *rows: str) -> str:
    grid = "".join('<w:gridCol w:w="1500"/>' for _ in range(columns))
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def texts(*values: str) -> str:
    """A row of plain cells; `^` goes on with the merged cell above, a `v` in front opens one."""
    return row(*(
        cell(merge="continue") if value == "^" else cell(value[1:], merge="restart") if value.startswith("v") else cell(value)
        for value in values
    ))  # fmt: skip


def document(*parts: str) -> Callable[[Path], None]:
    """Paragraphs (plain text) and tables (markup) of one document."""

    def write(path: Path) -> None:
        from docx import Document

        made = Document()
        body = made.element.body
        for part in parts:
            if part.startswith("<w:tbl>"):
                body.insert(len(body) - 1, element(part))
            else:
                made.add_paragraph(part)
        made.save(str(path))

    return write


HEAD = ("一级指标", "二级指标", "三级指标", "指标值")

REVISED = Raw(
    "revised", "留有修订痕迹（删除、插入、移动）、脚注；一张表拆成两张，中间写“续表”", ".docx", document(
        "米易县交通运输局2025年部门预算公开", "一、收支情况",
        table(2, texts("收入", "金额（万元）"), texts("一般公共预算拨款", "2,318.66"), texts("合计", "2,318.66")),
        "附件4", "项目支出绩效目标表", "（2025年度）",
        table(4,
            row(cell("项目名称"), cell("农村公路安全防护工程", across=3)),
            row(cell("预算金额（万元）"), cell(deleted("420.00") + inserted("386.50"), across=3, raw=True)),
            texts(*HEAD),
            row(cell("产出指标", merge="restart"), cell("数量指标", merge="restart"), cell(run("安装波形护栏长度") + FOOTNOTE, raw=True), cell(deleted("≥20") + inserted("≥18") + run("公里"), raw=True)),
            row(cell(merge="continue"), cell(merge="continue"), cell(run("设置警示标志") + deleted("标牌") + inserted("数量"), raw=True), cell(run("≥") + moved("80") + inserted("120") + run("块"), raw=True)),
            texts("^", "质量指标", "工程验收合格率", "100%"),
        ),
        "续表",
        table(4,
            texts(*HEAD),
            texts("产出指标", "时效指标", "完工时间", "2025年10月底前"),
            texts("成本指标", "经济成本指标", "每公里造价", "≤21.5万元"),
            row(cell(deleted("效果指标") + inserted("效益指标"), raw=True), cell("社会效益指标"), cell("交通事故起数"), cell("较上年下降10%")),
            row(*(cell(deleted(text), raw=True) for text in ("效益指标", "生态效益指标", "边坡绿化率", "≥90%")), properties='<w:del w:id="95" w:author="财政局" w:date="2025-01-08T09:00:00Z"/>'),
            texts("满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥90%"),
        ),
        "注：护栏长度按单侧计。",
    ), """
农村公路安全防护工程|产出指标|数量指标|安装波形护栏长度|≥18公里
"|"|"|设置警示标志数量|≥120块
"|"|质量指标|工程验收合格率|100%
"|"|时效指标|完工时间|2025年10月底前
"|成本指标|经济成本指标|每公里造价|≤21.5万元
"|效益指标|社会效益指标|交通事故起数|较上年下降10%
"|满意度指标|服务对象满意度指标|沿线群众满意度|≥90%
""")  # fmt: skip


def controlled(content: str) -> str:
    """A row, or a cell's paragraph, inside a content control (内容控件)."""
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


NESTED = Raw(
    "nested", "指标表嵌在外层表的单元格里；内容控件包着行与单元格；浮动文本框", ".docx", document(
        "乌苏市生态环境局项目支出绩效目标表", "（2026年度）",
        table(4,
            row(cell("项目名称"), cell("大气监测站点运行维护", across=3)),
            row(cell("实施单位"), cell("乌苏市生态环境局"), cell("资金总额（万元）"), cell("92.80")),
            row(cell("年度目标"), cell(run("保障6个站点数据有效传输率达到95%以上。") + TEXT_BOX, across=3, raw=True)),
            row(nested(table(4,
                texts(*HEAD),
                texts("v产出指标", "v数量指标", "运维监测站点数量", "6个"),
                texts("^", "^", "出具监测报告份数", "≥24份"),
                controlled(texts("^", "质量指标", "数据有效传输率", "≥95%")),
                row(cell(merge="continue"), cell("时效指标"), controlled(cell("故障修复时间")), controlled(cell("≤24小时"))),
                row(cell("效益指标"), cell("生态效益指标"), f"<w:tc><w:tcPr/>{controlled('<w:p>' + run('空气质量优良天数') + '</w:p>')}</w:tc>", cell(controlled(run("≥285天")), raw=True)),
                row(cell("满意度指标"), cell("服务对象满意度指标"), cell(run("公众满意度") + TEXT_BOX, raw=True), cell("≥85%")),
            ))),
            row(cell("填表人：马合木提"), cell("审核人：赵琳"), cell("填报日期：2026年1月15日", across=2)),
        ),
    ), """
大气监测站点运行维护|产出指标|数量指标|运维监测站点数量|6个
"|"|"|出具监测报告份数|≥24份
"|"|质量指标|数据有效传输率|≥95%
"|"|时效指标|故障修复时间|≤24小时
"|效益指标|生态效益指标|空气质量优良天数|≥285天
"|满意度指标|服务对象满意度指标|公众满意度|≥85%
""")  # fmt: skip

PARAGRAPHS = Raw(
    "paragraphs", "一格里几个指标各占一段（指标1、指标2），值也各占一段；Symbol 字体的≥、公式、隐藏文字、左右缩进的行", ".docx", document(
        "2025年部门项目支出绩效目标申报表",
        table(5,
            row(cell("项目名称"), cell("义务教育阶段教师培训", across=4)),
            row(cell("主管部门"), cell("会同县教育局", across=2), cell("实施单位"), cell("会同县教师进修学校")),
            row(cell("绩效指标", merge="restart"), *(cell(text) for text in HEAD)),
            row(cell(merge="continue"), cell("产出指标", merge="restart"), cell("数量指标"), cell("指标1：培训教师人次\n指标2：开设培训班期数\n指标3：培训天数"), cell("≥800人次\n12期\n60天")),
            row(cell(merge="continue"), cell(merge="continue"), cell("质量指标"), cell("指标1：培训合格率"), cell(AT_LEAST + run("98%"), raw=True)),
            row(cell(merge="continue"), cell(merge="continue"), cell("时效指标"), cell("指标1：培训按期完成率"), cell(EQUATION + run("95%"), raw=True)),
            row(cell(merge="continue"), cell("成本指标"), cell("经济成本指标"), cell("指标1：人均培训成本"), cell(AT_MOST + run("450") + hidden("460") + run("元/天"), raw=True)),
            row(cell("效益指标"), cell("社会效益指标"), cell("指标1：教师教学能力\n指标2：覆盖学校数"), cell("提升\n≥42所"), properties='<w:gridBefore w:val="1"/>'),
            row(cell("满意度指标"), cell("服务对象满意度指标"), cell("指标1：参训教师满意度"), cell("≥95%"), properties='<w:gridBefore w:val="1"/>'),
        ),
    ), """
义务教育阶段教师培训|产出指标|数量指标|培训教师人次|≥800人次
"|"|"|开设培训班期数|12期
"|"|"|培训天数|60天
"|"|质量指标|培训合格率|≥98%
"|"|时效指标|培训按期完成率|≥95%
"|成本指标|经济成本指标|人均培训成本|≤450元/天
"|效益指标|社会效益指标|教师教学能力|提升
"|"|"|覆盖学校数|≥42所
"|满意度指标|服务对象满意度指标|参训教师满意度|≥95%
""")  # fmt: skip

WORDS = (REVISED, NESTED, PARAGRAPHS)
