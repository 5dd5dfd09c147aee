"""Shapes of tables: indicators across, several in a cell, tables beside each other, counties as columns, frameworks without values."""

from __future__ import annotations

import pytest

from kpi.extract.names import chosen, clean_name, parted_levels
from kpi.model import Document, Indicator, Page
from kpi.review import review
from kpi.tables import headers
from kpi.tables.grid import table_rows
from kpi.tables.layouts import recognise_header
from kpi.tables.parted_rows import numbered_parts
from kpi.tables.prose import split_clause, split_label
from kpi.tables.side_by_side import parted_tables
from tests.tables import ABOVE, LEFT, make_document, make_table


def read(*rows: list[str], before: tuple[str, ...] = ("项目绩效目标表",)) -> Document:
    return make_document(Page(None, (make_table(rows, before=before, style="word"),)), file_format="docx")


def short(indicators: tuple[Indicator, ...]) -> list[tuple[str, str]]:
    return [(item.name, item.target) for item in indicators]


@pytest.mark.parametrize(
    ("text", "name", "target"),
    [
        ("硬化产业路≥3.2公里", "硬化产业路", "≥3.2公里"),
        ("工程验收合格率100%", "工程验收合格率", "100%"),
        ("建设示范片3个", "建设示范片", "3个"),
        ("80岁以上老人补助人数≥200人", "80岁以上老人补助人数", "≥200人"),
        ("保障排涝面积≥32万亩", "保障排涝面积", "≥32万亩"),
        ("群众满意度达到95%以上", "群众满意度", "95%以上"),
        ("项目完成时间：2026年11月底前", "项目完成时间", "2026年11月底前"),
        ("工程完工时间2026年11月底前", "工程完工时间", "2026年11月底前"),
        ("2026年11月底前完成建设任务", "完成建设任务", "2026年11月底前"),
        ("村容村貌：明显改善", "村容村貌", "明显改善"),
        ("生态环境有所改善", "生态环境有所改善", ""),
        ("1" * 5000, "1" * 5000, ""),
    ],
)
def test_a_cell_with_name_and_value(text: str, name: str, target: str) -> None:
    assert split_clause(text) == (name, target)


@pytest.mark.parametrize(
    ("text", "level", "rest"),
    [
        ("数量指标：巡河次数≥2400次", "数量指标", "巡河次数≥2400次"),
        ("质量指标1:合格率≥98%", "质量指标", "合格率≥98%"),
        ("培训人数：100人", "", "培训人数：100人"),
    ],
)
def test_a_level_before_a_clause(text: str, level: str, rest: str) -> None:
    assert split_label(text) == (level, rest)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("指标1：培训人次\n指标2：培训期数", ["培训人次", "培训期数"]),
        ("指标1：培训人次指标2：培训期数", ["培训人次", "培训期数"]),
        ("1.培训人次；\n2.培训期数。", ["培训人次", "培训期数"]),
        ("①培训人次②培训期数", ["培训人次", "培训期数"]),
        ("培训人次", []),
        ("其中：1.培训人次\n2.培训期数", []),
        ("指标1：培训人次\n指标3：培训期数", []),
        ("指标1：培训人次\n指标2：", []),
        ("3.5公里以上\n道路", []),
    ],
)
def test_numbered_names(text: str, parts: list[str]) -> None:
    assert numbered_parts(text) == parts


def test_numbered_names_with_fewer_values_stay_one_row() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "指标1：培训人次\n指标2：培训期数", "≥100人次"],
    )
    assert len(document.indicators) == 1


def test_numbered_names_take_their_own_scores_and_share_what_is_printed_once() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值", "得分", "偏差原因"],
        ["产出指标", "数量指标", "指标1：人次\n指标2：期数", "≥100\n3", "120\n3", "10\n5", "10\n5", "无"],
    )
    rows = [(i.name, i.target, i.actual, i.weight, i.score, i.level2) for i in document.indicators]
    assert rows == [("人次", "≥100", "120", "10", "10", "数量指标"), ("期数", "3", "3", "5", "5", "数量指标")]
    assert len({item.id for item in document.indicators}) == 2


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("租赁监控点位数①", "租赁监控点位数"),
        ("补助人数[1]", "补助人数"),
        ("补助人数（注1）", "补助人数"),
        ("PM2.5", "PM2.5"),
        ("1.1.2法律援助案件数", "法律援助案件数"),
        ("2.5公里以上道路改造", "2.5公里以上道路改造"),
        ("改造道路（3条）", "改造道路（3条）"),
    ],
)
def test_numbers_and_marks_of_footnotes_are_no_part_of_a_name(printed: str, name: str) -> None:
    assert clean_name(printed) == name


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        ("☑显著改善□有所改善", "显著改善"),
        ("□是☑否", "否"),
        ("□有□无", "□有□无"),
        ("≥90%", "≥90%"),
        ("√", "√"),
    ],
)
def test_ticked_options(text: str, ticked: str) -> None:
    assert chosen(text) == ticked


@pytest.mark.parametrize(
    ("level1", "level2", "expected"),
    [
        ("产出指标-数量指标", "", ("产出指标", "数量指标")),
        ("", "效益指标/社会效益指标", ("效益指标", "社会效益指标")),
        ("", "产出指标", ("产出指标", "")),
        ("", "满意度指标", ("", "满意度指标")),
        ("产出指标", "数量-质量", ("产出指标", "数量-质量")),
        ("节能-环保", "", ("节能-环保", "")),
    ],
)
def test_levels_printed_in_one_column(level1: str, level2: str, expected: tuple[str, str]) -> None:
    assert parted_levels(level1, level2) == expected


@pytest.mark.parametrize("text", ["宜州区", "罗城仫佬族自治县", "市本级", "长兴县", "乌审旗", "新华街道"])
def test_places(text: str) -> None:
    assert headers.is_place(text)


@pytest.mark.parametrize("text", ["备注", "指标值", "责任单位", "100", "合计", "主管部门"])
def test_no_places(text: str) -> None:
    assert not headers.is_place(text)


def test_counties_as_columns_have_their_own_values() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "合计", "宜州区", "天峨县"],
        ["产出指标", "数量指标", "治理河流长度（公里）", "18.5", "12.5", "6"],
        [ABOVE, ABOVE, "新建水闸（座）", "2", "2", ""],
        before=("某某县水利局", "2026年资金绩效目标分解表"),
    )
    rows = [(item.unit_name, item.name, item.target) for item in document.indicators]
    assert rows[2:] == [
        ("宜州区", "治理河流长度（公里）", "12.5"),
        ("宜州区", "新建水闸（座）", "2"),
        ("天峨县", "治理河流长度（公里）", "6"),
    ]
    assert [target for _, _, target in rows[:2]] == ["18.5", "2"]
    assert not [found for found in review(document) if found.rule == "R11"]


def test_figures_of_past_years_and_forecasts_are_references() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "2024年完成值", "2025年预计完成值", "2026年目标值"],
        ["产出指标", "数量指标", "参保人数", "20.6万人", "20.8万人", "≥20.9万人"],
    )
    (item,) = document.indicators
    assert (item.target, item.actual) == ("≥20.9万人", "")
    assert item.basis == "2024年完成值：20.6万人；2025年预计完成值：20.8万人"
    assert document.tables[0].kind == "项目绩效目标"


def test_the_body_s_own_score_counts_and_a_review_s_is_kept_beside() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "指标值", "完成值", "分值", "自评得分", "复核得分"],
        ["产出指标", "数量指标", "人数", "≥100", "120", "10", "10", "9"],
    )
    (item,) = document.indicators
    assert (item.score, item.basis) == ("10", "复核得分：9")


def test_a_framework_is_read_and_not_reproached_with_missing_values() -> None:
    rows = (
        ["一级指标", "二级指标", "三级指标", "指标解释"],
        ["决策", "项目立项", "立项依据充分性", "是否符合规划"],
        ["效益", "项目效益", "满意度", "受益对象的满意程度"],
    )
    document = read(*rows, before=("项目支出绩效评价指标体系框架",))
    assert short(document.indicators) == [("立项依据充分性", ""), ("满意度", "")]
    assert review(document) == ()


def test_a_missing_value_beside_others_is_still_told() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "培训人数", ""],
        [ABOVE, ABOVE, "培训期数", "3期"],
    )
    assert [found.rule for found in review(document) if found.rule == "R08"] == ["R08"]


@pytest.mark.parametrize(
    "rows",
    [
        (["项目名称", "金额", "数量", "单价", "供应商"], ["采购电脑", "10", "20", "0.5", "某某公司"]),
        (["产出指标", "数量指标", "培训人数", ""], ["产出指标", "质量指标", "合格率", ""]),
        (["一级指标", "二级指标", "权重", "得分"], ["产出", "数量", "10", "9"]),
        (["单位", "产出指标", "效益指标"], ["教育局", "12", "9"]),
    ],
    ids=["purchase list", "data rows", "no third level", "too few columns"],
)
def test_what_is_no_header(rows: tuple[list[str], ...]) -> None:
    assert recognise_header(table_rows(make_table(rows), 0), 0) is None


def test_tables_beside_each_other_are_two_and_halves_are_one() -> None:
    head = ["一级指标", "三级指标", "指标值"]
    data = ["产出指标", "培训人数", "≥100人"]
    beside = make_table([[*head, "", *head], [*data, "", "产出指标", "培训期数", "3期"]])
    assert [(part.column_count, len(part.cells)) for part in parted_tables(beside)] == [(3, 6), (3, 6)]
    halves = make_table([[*head, "", "二级指标", "三级指标", "指标值"], [*data, "", "数量指标", "培训期数", "3期"]])
    assert parted_tables(halves) == (halves,)
    touching = make_table([[*head, *head], [*data, *data]])
    assert parted_tables(touching) == (touching,)


@pytest.mark.parametrize(
    ("parts", "target", "basis"),
    [
        (["必保值", "力争值"], "≥20", "力争值：≥26"),
        (["一季度", "全年"], "≥26", "一季度：≥20"),
        (["上半段", "整段"], "≥20", "整段：≥26"),
    ],
    ids=["grades of a target", "quarter and year", "unknown words under a merged head"],
)
def test_values_parted_below_their_head(parts: list[str], target: str, basis: str) -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "目标值", LEFT],
        [ABOVE, ABOVE, ABOVE, *parts],
        ["产出指标", "数量指标", "项目数", "≥20", "≥26"],
    )
    (item,) = document.indicators
    assert (item.target, item.basis) == (target, basis)


def test_two_names_in_a_row_share_their_levels() -> None:
    document = read(
        ["一级指标", "二级指标", "三级指标", "指标值", "三级指标", "指标值"],
        ["产出指标", "数量指标", "人次", "≥100", "期数", "3"],
        [ABOVE, "质量指标", "合格率", "≥95%", "", ""],
    )
    assert [(i.period, i.level2, i.name) for i in document.indicators] == [
        ("年度", "数量指标", "人次"),
        ("年度", "数量指标", "期数"),
        ("年度", "质量指标", "合格率"),
    ]


def test_across_without_merged_cells_levels_go_on_to_the_right() -> None:
    document = read(
        ["项目名称", "产出指标", "", "效益指标"],
        ["", "数量指标", "质量指标", "社会效益指标"],
        ["道路硬化", "硬化道路≥3公里；新建涵洞2座", "合格率100%", "受益户数≥86户"],
    )
    assert [(i.level1, i.level2, i.name, i.target) for i in document.indicators] == [
        ("产出指标", "数量指标", "硬化道路", "≥3公里"),
        ("产出指标", "质量指标", "合格率", "100%"),
        ("效益指标", "社会效益指标", "受益户数", "≥86户"),
        ("产出指标", "数量指标", "新建涵洞", "2座"),
    ]


def test_columns_beside_the_groups_are_none_of_theirs() -> None:
    document = read(
        ["项目名称", "产出指标", LEFT, "效益指标", "责任人", "备注"],
        [ABOVE, "数量指标", "质量指标", "社会效益指标", ABOVE, ABOVE],
        ["道路硬化", "硬化道路≥3公里", "合格率100%", "受益户数≥86户", "张三", "无"],
    )
    assert short(document.indicators) == [("硬化道路", "≥3公里"), ("合格率", "100%"), ("受益户数", "≥86户")]
