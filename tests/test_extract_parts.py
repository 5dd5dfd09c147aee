"""Small parts of extraction: names, categories, money, identity, regions, prose."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi.extract.category import category_of
from kpi.extract.identity import department_of_table, document_identity, is_organisation, year_in, year_of_titles
from kpi.extract.names import clean_level, clean_name, joined_target
from kpi.regions import Region, find_region, region_of_code
from kpi.tables.amounts import amount_in_yuan, plain_number, printed_scale
from kpi.tables.prose import read_prose
from kpi.text import usual_characters


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("指标1：培训人数", "培训人数"),
        ("指标1.培训人数", "培训人数"),
        ("1、培训人数", "培训人数"),
        ("（2）培训人数", "培训人数"),
        ("①培训人数", "培训人数"),
        ("培 训\n人 数", "培训人数"),
        ("12345热线办结率", "12345热线办结率"),
        ("2026年培训人数", "2026年培训人数"),
        ("3岁以下婴幼儿入托率", "3岁以下婴幼儿入托率"),
        ("持续保持高压态势。", "持续保持高压态势。"),
        ("……", ""),
        ("指标2：", ""),
        ("指标3：……", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_names(printed: str, name: str) -> None:
    assert clean_name(printed) == name


@pytest.mark.parametrize(
    ("printed", "level"),
    [
        ("产 出 指 标", "产出指标"),
        ("一、产出指标", "产出指标"),
        ("产出指标（50分）", "产出指标（50分）"),
        ("效果指标", "效果指标"),
        ("重点工作", "重点工作"),
    ],
)
def test_levels(printed: str, level: str) -> None:
    assert clean_level(printed) == level


@pytest.mark.parametrize(
    ("comparator", "value", "unit", "target"),
    [
        ("≥", "95", "%", "≥95%"),
        ("定性", "良好", "", "良好"),
        ("定性", "优", "%", "优"),
        ("≥", "≥95", "%", "≥95%"),
        ("＝", "100%", "%", "＝100%"),
        ("≤", "30", "/", "≤30"),
        ("", "显著提升", "-", "显著提升"),
        ("≥", "", "%", ""),
        ("二", "100", "%", "＝100%"),
        ("2", "95", "0/0", "≥95%"),
        ("＞_", "3", "％o", "≥3‰"),
        ("》", "95", "%", "》95%"),
        (">", "2", "万兀", ">2万元"),
        ("", "2二", "入次", "2二人次"),
    ],
)
def test_split_targets_are_joined_in_order(comparator: str, value: str, unit: str, target: str) -> None:
    assert joined_target(comparator, value, unit) == target


@pytest.mark.parametrize(
    ("level1", "level2", "name", "target", "expected"),
    [
        ("投入管理指标", "预算和财务管理", "预算执行率", "≥90%", ("投入管理", False)),
        ("成本指标", "", "项目成本", "≤10万元", ("成本", False)),
        ("产出指标", "成本指标", "成本控制数", "≤10万元", ("成本", False)),
        ("成本指标", "生态环境成本指标", "污染排放", "≤1吨", ("成本", False)),
        ("产出指标（50分）", "数量指标", "培训人数", "≥100人", ("数量", False)),
        ("产出指标", "质量指标", "验收合格率", "100%", ("质量", False)),
        ("产出指标", "时效指标", "完成时间", "12月底前", ("时效", False)),
        ("效益指标", "社会效益指标", "受益人数", "≥100人", ("社会效益", False)),
        ("效果指标", "", "受益群体", "扩大", ("效益", False)),
        ("效益指标", "满意度", "参保群众满意度", "≥85%", ("满意度", False)),
        ("产出指标", "", "验收合格率", "≥95%", ("质量", True)),
        ("产出指标", "", "召开会议次数", "≥2次", ("数量", True)),
        ("产出指标", "重点工作任务完成", "案件办理时限", "≤15工作日", ("时效", True)),
        ("产出指标", "", "医保宣传能力", "显著提升", ("产出", False)),
        ("效益指标", "履职效益", "群众负担减轻程度", "有所减轻", ("效益", False)),
        ("", "", "参保率", "95%以上", ("其他", False)),
    ],
)  # fmt: skip
def test_categories(level1: str, level2: str, name: str, target: str, expected: tuple[str, bool]) -> None:
    assert category_of(level1, level2, name, target) == expected


@pytest.mark.parametrize(
    ("text", "scale", "yuan"),
    [
        ("1,234.50", 10_000, Decimal(12_345_000)),
        ("264344.90", 10_000, Decimal(2643449000)),
        ("20万元", 1, Decimal(200_000)),
        ("1.5亿元", 10_000, Decimal(150_000_000)),
        ("0", 10_000, Decimal(0)),
        ("-3", 1, Decimal(-3)),
        ("≤20万元", 1, None),
        ("", 1, None),
        ("-", 1, None),
    ],
)
def test_money(text: str, scale: int, yuan: Decimal | None) -> None:
    assert amount_in_yuan(text, Decimal(scale)) == yuan


@pytest.mark.parametrize(
    ("texts", "scale"),
    [
        (["项目金额（万元）"], 10_000),
        (["单位：元"], 1),
        (["部门预算总额(万元)"], 10_000),
        (["金额单位：人民币亿元"], 10**8),
        (["项目金额"], None),
    ],
)
def test_scale_of_money(texts: list[str], scale: int | None) -> None:
    assert printed_scale(texts) == scale


def test_plain_numbers() -> None:
    assert [plain_number(text) for text in ("8.49", "76.37%", "10分", "-", "")] == [
        Decimal("8.49"), Decimal("76.37"), Decimal(10), None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "department", "year"),
    [
        (["某某市教育局", "2026年度部门预算"], "某某市教育局", 2026),
        (["2026年某某市交通运输局（本级）", "单位预算公开"], "某某市交通运输局（本级）", 2026),
        (["某某县林业局2025年部门决算公开"], "某某县林业局", 2025),
        (["二〇二六年三月", "某某区人民政府办公室2026年度部门预算"], "某某区人民政府办公室", 2026),
        (["目录", "2024年度部门预算"], "", 2024),
    ],
)
def test_identity(lines: list[str], department: str, year: int) -> None:
    found = document_identity(lines, "文件")
    assert (found[1], found[2]) == (department, year)


def test_years() -> None:
    assert year_in("二〇二六年三月") == 2026
    assert year_in("(2025年度)") == 2025
    assert year_in("2026-2028年") == 2026
    assert year_in("编号20260101") is None
    assert year_of_titles(["2026年部门预算", "整体绩效目标表", "（2025年度）"]) == 2025


def test_the_documents_name_of_a_department_is_fuller_than_the_tables() -> None:
    assert department_of_table("医疗保障局", "某某市医疗保障局") == "某某市医疗保障局"
    assert department_of_table("某某市社保中心", "某某市医疗保障局") == "某某市社保中心"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("某某市教育局", True),
        ("某某市第一中学", True),
        ("某某县人民医院", True),
        ("校舍维修改造", False),
        ("办公设备购置费", False),
    ],
)
def test_organisations(text: str, expected: bool) -> None:
    assert is_organisation(text) is expected


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("410800260000000049606", Region("河南省", "焦作市")),
        ("13018326P00032810269L", Region("河北省", "石家庄市", "晋州市")),
        ("110101", Region("北京市", "北京市", "东城区")),
        ("419999", Region("河南省")),
        ("99", None),
    ],
)
def test_region_of_code(code: str, region: Region | None) -> None:
    assert region_of_code(code) == region


@pytest.mark.parametrize(
    ("texts", "codes", "region"),
    [
        (["宜宾市教育局"], [], Region("四川省", "宜宾市")),
        (["安宁市农业农村局"], [], Region("云南省", "昆明市", "安宁市")),
        (["南宁市西乡塘区教育局"], [], Region("广西壮族自治区", "南宁市", "西乡塘区")),
        (["广东省交通运输厅"], [], Region("广东省")),
        (["鼓楼区教育局"], [], Region()),  # Nanjing, Xuzhou, Kaifeng and Fuzhou have one each
        (["鼓楼区教育局"], ["350102260000000000001"], Region("福建省", "福州市", "鼓楼区")),
        (["医疗保障局"], ["410800260000000049606"], Region("河南省", "焦作市")),
        (["某某市五城区教育局"], [], Region()),
    ],
)
def test_region_of_texts(texts: list[str], codes: list[str], region: Region) -> None:
    assert find_region(texts, codes) == region


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["1、完善筹资机制。绩效目标：基金安全。绩效指标：参保率达到95%以上。"], [("参保率", "95%以上", "", "")]),
        (["绩效指标：确保救助政策落地生效100%。"], [("救助政策落地生效", "100%", "", "")]),
        (["（1）数量指标：培训人数≥100人；质量指标：合格率不低于95%。"],
         [("培训人数", "≥100人", "", "数量指标"), ("合格率", "不低于95%", "", "质量指标")]),
        (["（一）产出指标", "1.数量指标：培训人数≥100人"], [("培训人数", "≥100人", "产出指标", "数量指标")]),
        (["绩效指标：培训", "人数≥100人，培训期数3期。"], [("培训人数", "≥100人", "", ""), ("培训期数", "3期", "", "")]),
        (["2025年参保率达到95%以上。"], []),
        (["绩效指标：群众更加满意。"], []),
    ],
    ids=["reach", "lead-word", "levels-inline", "level-heading", "wrapped-line", "no-label", "no-number"],
)  # fmt: skip
def test_prose(lines: list[str], found: list[tuple[str, str, str, str]]) -> None:
    result = read_prose((1, line) for line in lines)
    assert [(item.name, item.target, item.level1, item.level2) for item in result.targets] == found


def test_prose_tells_what_it_could_not_read() -> None:
    result = read_prose([(1, "绩效指标：参保率达到95%以上；群众更加满意。")])
    assert result.unread == ("群众更加满意",)


def test_radicals_and_invisible_characters() -> None:
    assert usual_characters("⼀级指标⺠⽣\u200b保障\u3000（A）") == "一级指标民生保障 （A）"
