"""Web pages as content systems and word processors write them: hidden rows, wrong spans, unclosed tags, tables for arrangement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.handmade.raw import Raw


def page(text: str, encoding: str) -> Callable[[Path], None]:
    """The file with these bytes."""

    def write(path: Path) -> None:
        path.write_bytes(text.strip().encode(encoding))

    return write


HIDDEN_ROWS = Raw(
    "hidden_rows", "GBK 网页：隐藏行、换行标签、rowspan 多写一行、字符实体、排版用外层表格", ".html", page("""
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>孟津区退役军人事务局2025年项目绩效目标公示</title>
<style>td{border:1px solid}</style><script>var t="<td>产出指标</td>";</script></head><body>
<table width="980"><tr><td>首页&gt;政务公开&gt;财政预决算</td></tr><tr><td>
<h1>2025年项目支出绩效目标表</h1><p style="text-align:right">单位：万元</p>
<table border="1" class="main">
<tr><td>项目名称</td><td colspan="3">优抚对象医疗&nbsp;补助</td></tr>
<tr><td>年度预算</td><td colspan="3">86.00</td></tr>
<tr style="display:none"><td>项目名称</td><td colspan="3">模板项目</td></tr>
<tr><td>一级<br>指标</td><td>二级<br/>指标</td><td>三级指标</td><td>年度指标值</td></tr>
<tr><td rowspan="4">产出指标</td><td rowspan="2">数量指标</td><td>补助优抚对象<br>人数</td><td>&ge;1360人</td></tr>
<tr><td>门诊补助人次</td><td>&#8805;2400人次<span style="display:none">（模板值500）</span></td></tr>
<tr><td>质量指标</td><td>补助对象资格<br>审核准确率</td><td>100&nbsp;%</td></tr>
<tr><td>时效指标</td><td>补助资金<br>发放时间</td><td>每季度<br>末月25日前</td></tr>
<tr style="DISPLAY: NONE;"><td>效益指标</td><td>经济效益指标</td><td>示例</td><td>≥1元</td></tr>
<tr hidden><td>效益指标</td><td>经济效益指标</td><td>示例二</td><td>≥2元</td></tr>
<tr><td>效益指标</td><td>社会效益指标</td><td>优抚对象医疗负担</td><td>有效减轻</td></tr>
<tr><td rowspan="3">满意度指标</td><td>服务对象满意度指标</td><td>优抚对象满意度</td><td>&ge;95%</td></tr>
<!-- <tr><td>满意度指标</td><td>x</td><td>旧指标</td><td>≥80%</td></tr> -->
</table></td></tr><tr><td>版权所有：孟津区退役军人事务局</td></tr></table></body></html>
""", "gb18030"), """
优抚对象医疗补助|产出指标|数量指标|补助优抚对象人数|≥1360人
"|"|"|门诊补助人次|≥2400人次
"|"|质量指标|补助对象资格审核准确率|100%
"|"|时效指标|补助资金发放时间|每季度末月25日前
"|效益指标|社会效益指标|优抚对象医疗负担|有效减轻
"|满意度指标|服务对象满意度指标|优抚对象满意度|≥95%
""")  # fmt: skip

SAVED_BY_WORD = Raw(
    "saved_by_word", "文字处理软件另存的网页：标签不闭合、条件注释、窄空白列、续表、删除线与上标注号", ".html", page("""
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"><title>绩效目标表</title>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body lang=ZH-CN>
<p class=MsoNormal align=center><b><span>部门预算项目支出绩效目标表<o:p></o:p></span></b></p>
<p class=MsoNormal>（2026年度）</p>
<table class=MsoNormalTable border=1 cellspacing=0>
 <thead>
 <tr><th rowspan=2>项目名称<th rowspan=2>年度<br>预算数<th rowspan=2>一级指标<th rowspan=2>二级指标<th rowspan=2>三级指标<td rowspan=2 width=2></td><th colspan=2>绩效指标值
 <tr><th>符号及数值<th>计量单位
 </thead>
 <tr><td rowspan=4><p class=MsoNormal>公安视频监控<o:p></o:p></p><p class=MsoNormal>系统租赁<o:p></o:p></p><td rowspan=4>356.20<td rowspan=3>产出指标<td>数量指标<td>租赁监控点位数<sup>①</sup><td><td>≥2860<td>个
 <tr><td>质量指标<td>视频在线率<td><td>≥98<td>%
 <tr><td>时效指标<td>故障修复时间<td><td>≤<del>24</del>12<td>小时
 <tr><td>效益指标<td>社会效益指标<td>视频破案占比<td><td>≥35<td>%
</table>
<p class=MsoNormal align=right>续表</p>
<table class=MsoNormalTable border=1 cellspacing=0>
 <tr><td>项目名称<td>年度<br>预算数<td>一级指标<td>二级指标<td>三级指标<td width=2><td>符号及数值<td>计量单位
 <tr><td rowspan=4>禁毒宣传<td rowspan=4>18.00<td rowspan=2>产出指标<td>数量指标<td>开展禁毒宣传活动<td><td>≥<s>10</s>16<td>场次
 <tr><td>成本指标<td>单场活动成本<td><td>≤0.8<td>万元
 <tr><td>效益指标<td>社会效益指标<td>青少年禁毒知识知晓率<td><td>≥95<td>%
 <tr><td>满意度指标<td>服务对象满意度指标<td>群众满意度<td><td>≥90<td>%
</table>
<p>①含乡镇卡口点位。</p></body></html>
""", "utf-8"), """
公安视频监控系统租赁|产出指标|数量指标|租赁监控点位数|≥2860个
"|"|质量指标|视频在线率|≥98%
"|"|时效指标|故障修复时间|≤12小时
"|效益指标|社会效益指标|视频破案占比|≥35%
禁毒宣传|产出指标|数量指标|开展禁毒宣传活动|≥16场次
"|"|成本指标|单场活动成本|≤0.8万元
"|效益指标|社会效益指标|青少年禁毒知识知晓率|≥95%
"|满意度指标|服务对象满意度指标|群众满意度|≥90%
""")  # fmt: skip

WEB = (HIDDEN_ROWS, SAVED_BY_WORD)
