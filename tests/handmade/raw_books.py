"""Workbooks as offices keep them: numbers under formats, formulas, rich text, hidden sheets, forms over many narrow columns."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from tests.handmade.raw import Raw


def put(sheet: Any, rows: list[list[Any]], row: int = 1, column: int = 1) -> None:
    """Rows of values from a place on; a pair is a value and its number format, None leaves a cell blank."""
    for down, values in enumerate(rows):
        for across, value in enumerate(values):
            if value is None:
                continue
            cell = sheet.cell(row + down, column + across)
            cell.value = value[0] if isinstance(value, tuple) else value
            if isinstance(value, tuple):
                cell.number_format = value[1]


def merge(sheet: Any, *places: str) -> None:
    for place in places:
        sheet.merge_cells(place)


def several_sheets(path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book = Workbook()
    cover = book.active
    cover.title = "封面"
    cover["C8"] = "广昌县民政局2026年部门预算"
    income = book.create_sheet("收支预算总表")
    put(income, [
        ["收支预算总表"], ["填报单位：广昌县民政局", None, None, "单位：万元"], ["收入", None, "支出", None],
        ["项目", "预算数", "项目（按功能分类）", "预算数"], ["财政拨款收入", (3560.2, "#,##0.00"), "社会保障和就业支出", (3420.5, "#,##0.00")],
        ["其他收入", (12, "#,##0.00"), "住房保障支出", (151.7, "#,##0.00")], ["收入总计", (3572.2, "#,##0.00"), "支出总计", (3572.2, "#,##0.00")],
    ])  # fmt: skip
    merge(income, "A1:D1", "A3:B3", "C3:D3")
    sheet = book.create_sheet("项目绩效目标表")
    head = ["项目名称", "年初预算（万元）", "一级指标", "二级指标", "三级指标", "指标值", "分值"]
    put(sheet, [
        ["项目绩效目标表"], ["（2026年度）"], head,
        ["高龄老人津贴", (505.44, "#,##0.00_ "), "产出指标", "数量指标", "发放高龄津贴人数", (5260, '#,##0"人"'), 15],
        [None, None, None, "质量指标", "津贴发放准确率", (1, "0%"), 12.5],
        [None, None, None, None, "80岁以上老人覆盖率", (0.985, "0.0%"), 12.5],
        [None, None, None, "时效指标", "津贴发放完成时间", (date(2026, 12, 20), 'yyyy"年"m"月"d"日"'), 10],
        [None, None, "成本指标", "经济成本指标", "人均月津贴标准（元）", (80, "0.00_ "), 10],
        head,
        [None, None, "效益指标", "社会效益指标", "老年人生活状况", "有所改善", 20],
        [None, None, "满意度指标", "服务对象满意度指标", "老年人满意度", (0.95, '"≥"0%'), 10],
        ["殡葬基本服务费减免", (36, "#,##0.00_ "), "产出指标", "数量指标", "减免人数", (420, '"≥"0"人"'), 30],
        [None, None, None, "质量指标", "减免政策落实率", (1, "0%"), 30],
        [None, None, "效益指标", "社会效益指标", "群众丧葬负担", "减轻", 20],
        [None, None, "满意度指标", "服务对象满意度指标", "丧属满意度", (0.9, '"≥"0%'), 10],
    ], row=3, column=3)  # fmt: skip
    merge(sheet, "C3:I3", "C4:I4", "C6:C10", "D6:D10", "E6:E9", "F7:F8", "C14:C17", "D14:D17", "E14:E15")
    sheet["G6"].comment = Comment("2025年为5100人，目标≥5000人", "审核")
    old = book.create_sheet("项目绩效目标表（一上）")
    put(
        old,
        [["项目绩效目标表"], head, ["高龄老人津贴", 500, "产出指标", "数量指标", "发放高龄津贴人数", "≥5000人", 15]],
    )
    old.sheet_state = "hidden"
    book.save(path)


SEVERAL_SHEETS = Raw(
    "several_sheets", "封面、收支总表、隐藏的旧稿与绩效表同在一个工作簿；数值带格式；表头中途重复", ".xlsx", several_sheets, """
高龄老人津贴|产出指标|数量指标|发放高龄津贴人数|5,260人|||15
"|"|质量指标|津贴发放准确率|100%|||12.5
"|"|"|80岁以上老人覆盖率|98.5%|||12.5
"|"|时效指标|津贴发放完成时间|2026年12月20日|||10
"|成本指标|经济成本指标|人均月津贴标准（元）|80.00|||10
"|效益指标|社会效益指标|老年人生活状况|有所改善|||20
"|满意度指标|服务对象满意度指标|老年人满意度|≥95%|||10
殡葬基本服务费减免|产出指标|数量指标|减免人数|≥420人|||30
"|"|质量指标|减免政策落实率|100%|||30
"|效益指标|社会效益指标|群众丧葬负担|减轻|||20
"|满意度指标|服务对象满意度指标|丧属满意度|≥90%|||10
""")  # fmt: skip


def cached(path: Path, values: dict[str, object]) -> None:
    """Write the results that a spreadsheet program would have stored beside the formulas of the first sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["xl/worksheets/sheet1.xml"].decode()
    for place, value in values.items():
        kind = ' t="str"' if isinstance(value, str) else ""
        text, count = re.subn(
            rf'<c r="{place}"([^>]*)><f>(.*?)</f><v ?/?>(?:</v>)?</c>',
            lambda match, kind=kind, place=place, value=value: (  # type: ignore[misc]
                f'<c r="{place}"{match[1]}{kind}><f>{match[2]}</f><v>{value}</v></c>'
            ),
            text,
        )
        if count != 1:
            raise ValueError(f"no formula at {place}")
    parts["xl/worksheets/sheet1.xml"] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def formulas(path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book = Workbook()
    sheet = book.active
    sheet.title = "自评表"
    red = InlineFont(color="FFFF0000", b=True)
    put(sheet, [
        ["项目支出绩效自评表"], ["（2024年度）"],
        ["项目名称", "农村客运补贴", None, None, "主管部门", None, "临泉县交通运输局"],
        ["项目资金\n（万元）", None, None, "全年预算数", "全年执行数", "执行率", "得分"],
        [None, "年度资金总额", None, (260, "0.00"), (247.5, "0.00"), ("=E5/D5", "0.00%"), ("=F5*10", "0.00")],
        ["一级\n指标", "二级\n指标", "三级指标", None, "年度指标值", "实际完成值", "分值", "得分", "偏差原因"],
        ["产\n出\n指\n标", "数量\n指标", CellRichText("补贴线路", TextBlock(red, "数量")), None, "≥１２０条", ("=118+2", '0"条"'), 20, ("=G7", "0.0")],
        [None, None, "通客车建制村数", None, "３６８\n个", ("=368", '0"个"'), 10, ("=G8*1", "0.0")],
        [None, "质量\n指标", "车辆安全检验\n合格率", None, "＝１００％", ("=1", "0%"), 10, 10],
        [None, "时效\n指标", "补贴资金拨付\n及时率", None, "＞＝95\n%", (0.9, "0%"), 10, ("=ROUND(G10*0.9/0.95,2)", "0.00"), "审核耗时较长"],
        ["效益\n指标", "社会效\n益指标", "群众出行便利度", None, "提升", "提升", 30, 30],
        ["满意度\n指标", "服务对象\n满意度指标", "乘客满意度", None, "≧90%", (0.932, "0.0%"), 10, 10],
        ["总分", None, None, None, None, None, "=SUM(G7:G12)+10", ("=SUM(H7:H12)+G5", "0.00")],
    ])  # fmt: skip
    merge(sheet, "A1:I1", "A2:I2", "B3:D3", "E3:F3", "G3:I3", "A4:A5", "B4:C4", "B5:C5")
    merge(sheet, "A7:A10", "B7:B8", "A13:F13", "C6:D6", "C7:D7", "C8:D8", "C10:D10", "C11:D11")
    book.save(path)
    cached(path, {
        "F5": 0.951923, "G5": 9.51923, "F7": 120, "H7": 20, "F8": 368, "H8": 10, "F9": 1, "H10": 9.47, "G13": 100, "H13": 98.99,
    })  # fmt: skip


FORMULAS = Raw(
    "formulas", "公式及其结果、富文本、全角数字与符号、数字中换行；三级指标跨两列，个别行漏合并", ".xlsx", formulas, """
农村客运补贴|产出指标|数量指标|补贴线路数量|≥１２０条||120条|20|20
"|"|"|通客车建制村数|３６８个||368个|10|10
"|"|质量指标|车辆安全检验合格率|＝１００％||100%|10|10
"|"|时效指标|补贴资金拨付及时率|＞＝95%||90%|10|9.47
"|效益指标|社会效益指标|群众出行便利度|提升||提升|30|30
"|满意度指标|服务对象满意度指标|乘客满意度|≧90%||93.2%|10|10
""")  # fmt: skip


def form_rows(sheet: Any, top: int, project: str, amount: float, goal: str, rows: list[list[Any]]) -> int:
    """One form over twelve narrow columns; gives the first free row."""
    spans = {"B": "C", "D": "E", "F": "I", "J": "K"}
    lines: list[list[tuple[str, str, Any]]] = [
        [("A", "L", "项目支出绩效目标申报表")],
        [("A", "C", "项目名称"), ("D", "L", project)],
        [("A", "C", "资金总额（万元）"), ("D", "F", amount), ("G", "I", "其中：财政拨款"), ("J", "L", amount)],
        [("A", "C", "年度绩效目标"), ("D", "L", goal)],
        [("A", "A", "绩效指标"), ("B", "C", "一级指标"), ("D", "E", "二级指标"), ("F", "I", "三级指标"), ("J", "K", "指标值"), ("L", "L", "备注")],
    ]  # fmt: skip
    lines += [[(first, spans[first], value) for first, value in zip(spans, values, strict=True)] for values in rows]
    lines.append([("A", "E", "填报人：周敏"), ("F", "I", "单位负责人："), ("J", "L", "联系电话：0816-8222031")])
    for down, cells in enumerate(lines):
        for first, last, value in cells:
            if value is None:
                continue
            put(sheet, [[value]], top + down, ord(first) - 64)
            if first != last:
                sheet.merge_cells(f"{first}{top + down}:{last}{top + down}")
    return top + len(lines)


def form_sheets(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    first.title = "1.粮食风险基金"
    form_rows(first, 1, "粮食储备利息费用补贴", 218.6, "保障县级储备粮1.5万吨数量真实、质量良好，轮换合格率100%。", [
        ["产出指标", "数量指标", "储备粮规模", (15000, '"≥"#,##0"吨"')], [None, None, "粮库智能化改造数量", "3座"],
        [None, "质量指标", "储备粮质量合格率", (1, "0%")], [None, "时效指标", "补贴拨付时间", (date(2026, 11, 30), 'm"月"d"日前"')],
        ["效益指标", "社会效益指标", "粮食市场供应", "保障有力"], ["满意度指标", "服务对象满意度指标", "承储企业满意度", "90%以上"],
    ])  # fmt: skip
    second = book.create_sheet("2.应急、3.爱粮节粮")
    free = form_rows(second, 2, "应急物资储备", 64, "储备应急物资12类，出库响应时间不超过2小时。", [
        ["产出指标", "数量指标", "储备应急物资种类", "12类"], [None, "时效指标", "应急物资出库响应时间", "≤2小时"],
        ["效益指标", "社会效益指标", "应急保障能力", "增强"], ["满意度指标", "服务对象满意度指标", "受援群众满意度", (0.9, "≥0%")],
    ])  # fmt: skip
    form_rows(second, free + 3, "爱粮节粮宣传", 5.5, "开展世界粮食日宣传。", [
        ["产出指标", "数量指标", "开展宣传活动次数", (6, '0"次"')], [None, "成本指标", "每次活动成本", (0.9, '"≤"0.0"万元"')],
        ["效益指标", "社会效益指标", "公众节粮意识", "提高"], ["满意度指标", "服务对象满意度指标", "参与群众满意度", (0.95, "0%")],
    ])  # fmt: skip
    choices = book.create_sheet("下拉选项")
    put(
        choices,
        [
            ["一级指标", "二级指标", "三级指标", "指标值"],
            ["产出指标", "数量指标", "示例：培训人次", "≥100人次"],
            ["效益指标", "社会效益指标", "示例：知晓率", "≥90%"],
        ],
    )
    choices.sheet_state = "veryHidden"
    book.save(path)


FORM_SHEETS = Raw(
    "form_sheets", "一个项目一张工作表，末表上下两个项目；每格跨若干窄列；隐藏的下拉选项表", ".xlsx", form_sheets, """
粮食储备利息费用补贴|产出指标|数量指标|储备粮规模|≥15,000吨
"|"|"|粮库智能化改造数量|3座
"|"|质量指标|储备粮质量合格率|100%
"|"|时效指标|补贴拨付时间|11月30日前
"|效益指标|社会效益指标|粮食市场供应|保障有力
"|满意度指标|服务对象满意度指标|承储企业满意度|90%以上
应急物资储备|产出指标|数量指标|储备应急物资种类|12类
"|"|时效指标|应急物资出库响应时间|≤2小时
"|效益指标|社会效益指标|应急保障能力|增强
"|满意度指标|服务对象满意度指标|受援群众满意度|≥90%
爱粮节粮宣传|产出指标|数量指标|开展宣传活动次数|6次
"|"|成本指标|每次活动成本|≤0.9万元
"|效益指标|社会效益指标|公众节粮意识|提高
"|满意度指标|服务对象满意度指标|参与群众满意度|95%
""")  # fmt: skip

BOOKS = (SEVERAL_SHEETS, FORMULAS, FORM_SHEETS)
