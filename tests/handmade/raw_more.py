"""Further documents with disorder: two tables side by side on a sheet, form fields of a web page, automatic numbers and ticks in Word."""

from __future__ import annotations

from pathlib import Path

from tests.handmade.raw import Raw
from tests.handmade.raw_books import put
from tests.handmade.raw_web import page
from tests.handmade.raw_word import HEAD, cell, document, row, run, table, texts


def side_by_side(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "绩效目标"
    head = ["一 级 指 标", "二 级 指 标", "三 级 指 标", "指 标 值"]
    put(sheet, [["项目支出绩效目标表（2026年度）"]])
    sheet.merge_cells("A1:I1")
    put(sheet, [
        ["项目名称", "古树名木保护"], ["预算（万元）", 12], head,
        ["产出指标", "数量指标", "保护古树名木株数", "≥186株"], ["产出指标", "质量指标", "挂牌保护率", "100%"],
        ["效益指标", "生态效益指标", "古树生长状况", "良好"], ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%"],
    ], row=3)  # fmt: skip
    put(sheet, [
        ["项目名称", "城区绿地管护"], ["预算（万元）", 356], head,
        ["产出指标", "数量指标", "管护绿地面积", "≥128万平方米"], ["产出指标", "质量指标", "苗木成活率", "≥98%"],
        ["效益指标", "生态效益指标", "城区绿化覆盖率", "≥41%"], ["满意度指标", "服务对象满意度指标", "市民满意度", "≥92%"],
    ], row=3, column=6)  # fmt: skip
    for place in ("B3:D3", "B4:D4", "G3:I3", "G4:I4"):
        sheet.merge_cells(place)
    book.save(path)


SIDE_BY_SIDE = Raw("side_by_side", "同一工作表左右并列两个项目，中间空一列；表头字间空格", ".xlsx", side_by_side, """
古树名木保护|产出指标|数量指标|保护古树名木株数|≥186株
"|"|质量指标|挂牌保护率|100%
"|效益指标|生态效益指标|古树生长状况|良好
"|满意度指标|服务对象满意度指标|群众满意度|≥90%
城区绿地管护|产出指标|数量指标|管护绿地面积|≥128万平方米
"|"|质量指标|苗木成活率|≥98%
"|效益指标|生态效益指标|城区绿化覆盖率|≥41%
"|满意度指标|服务对象满意度指标|市民满意度|≥92%
""")  # fmt: skip

FIELDS = Raw("fields", "系统填报页面另存：指标值在输入框与下拉框里，首列为复选框", ".html", page("""
<html><head><meta charset="utf-8"><title>项目绩效目标填报</title></head><body><form>
<table border=1><tr><td>项目名称</td><td colspan=5><input type="text" readonly value="食品快检室运行"></td></tr>
<tr><td>预算金额（万元）</td><td colspan=5><input value="36.50"></td></tr>
<tr><th><input type=checkbox></th><th>一级指标</th><th>二级指标</th><th>三级指标</th><th>指标值</th><th>操作</th></tr>
<tr><td><input type="checkbox" value="1"></td><td><select><option value="1">投入指标</option><option value="2" selected>产出指标</option></select></td>
<td><select><option>质量指标</option><option selected="selected">数量指标</option></select></td><td><input value="快检批次"></td><td><input type=text value="≥6000批次"></td><td><a>删除</a></td></tr>
<tr><td><input type="checkbox" value="2"></td><td><select><option selected>产出指标</option></select></td><td><select><option selected>质量指标</option><option>数量指标</option></select></td>
<td><textarea>阳性样品处置率</textarea></td><td><input value="100%"><input type="hidden" value="guid-8821"></td><td><a>删除</a></td></tr>
<tr><td><input type="checkbox" value="3"></td><td><select><option selected>满意度指标</option></select></td><td><select><option selected>服务对象满意度指标</option></select></td>
<td><input value="消费者满意度"></td><td><input value="≥90%"></td><td><button>删除</button></td></tr>
</table></form></body></html>
""", "utf-8"), """
食品快检室运行|产出指标|数量指标|快检批次|≥6000批次
"|"|质量指标|阳性样品处置率|100%
"|满意度指标|服务对象满意度指标|消费者满意度|≥90%
""")  # fmt: skip

NUMBERING = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'

TICKED = Raw("ticked", "自动编号、软回车、勾选框，行末缺单元格（gridAfter），二级指标用 vMerge 省略首值", ".docx", document(
    "项目支出绩效目标申报表", "（2026年度）",
    table(4,
        row(cell("项目名称"), cell("农村人居环境整治", across=3)),
        row(cell("项目类型"), cell("□新增项目 ☑延续项目", across=3)),
        row(cell("项目属性"), cell("☑一次性项目 □经常性项目"), properties='<w:gridAfter w:val="2"/>'),
        texts(*HEAD),
        row(cell("产出指标", merge="restart"), cell("数量指标", merge="restart"), cell(NUMBERING + '<w:r><w:t>改造农村</w:t><w:br/><w:t>户厕数量</w:t></w:r>', raw=True), cell("≥2600户")),
        row(cell(merge="continue"), cell(merge="continue"), cell(NUMBERING + run("新建污水处理设施"), raw=True), cell("12处")),
        texts("^", "质量指标", "户厕改造合格率", "≥98%"),
        row(cell(merge="continue"), cell("时效指标"), cell("改造完成时间"), cell('<w:r><w:t>2026年</w:t></w:r><w:r><w:t>11月底前</w:t></w:r>', raw=True)),
        row(cell("效益指标"), cell("社会效益指标"), cell("村容村貌"), cell("☑显著改善 □有所改善")),
        texts("满意度指标", "服务对象满意度指标", "农户满意度", "≥90%"),
    ),
), """
农村人居环境整治|产出指标|数量指标|改造农村户厕数量|≥2600户
"|"|"|新建污水处理设施|12处
"|"|质量指标|户厕改造合格率|≥98%
"|"|时效指标|改造完成时间|2026年11月底前
"|效益指标|社会效益指标|村容村貌|显著改善
"|满意度指标|服务对象满意度指标|农户满意度|≥90%
""")  # fmt: skip

MORE = (SIDE_BY_SIDE, FIELDS, TICKED)
