"""Pages of tables → records: what merged cells, page ends and blocks do to the rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi.model import Page, Table
from kpi.tables.exports import lines_to_tables
from tests.tables import ABOVE, LEFT, even_edges, make_document, make_table

WIDE_HEADER = [
    ["项目编码", "项目名称", "资金总额（万元）", "产出指标", LEFT, "满意度指标", LEFT],
    [ABOVE, ABOVE, ABOVE, "三级指标", "指标值", "三级指标", "指标值"],
]
CODE_1, CODE_2 = "410800260000000049606", "410800260000000033201"
EDGES = even_edges(7)


def wide_page(number: int, rows: list[list[str]], *, header: bool = False) -> Page:
    rows = [*WIDE_HEADER, *rows] if header else rows
    return Page(number, (make_table(rows, page=number, edges=EDGES),))


def brief(*pages: Page) -> list[tuple[str, str, str, str]]:
    document = make_document(*pages)
    return [(item.project_code, item.level1, item.name, item.target) for item in document.indicators]


def test_rows_of_a_wide_table_go_to_their_project_and_group() -> None:
    rows = [
        ["816001", "某市教育局", "30.00", "", "", "", ""],
        [CODE_1, "培训经费", "10.00", "培训人数", "≥100人", "教师满意度", "≥90%"],
        [ABOVE, ABOVE, ABOVE, "培训期数", "≥3期", "", ""],
        [CODE_2, "设备购置", "20.00", "购置数量", "≥5台", "", ""],
    ]
    document = make_document(wide_page(1, rows, header=True))
    assert [(item.project_code, item.level1, item.name, item.target) for item in document.indicators] == [
        (CODE_1, "产出指标", "培训人数", "≥100人"),
        (CODE_1, "满意度指标", "教师满意度", "≥90%"),
        (CODE_1, "产出指标", "培训期数", "≥3期"),
        (CODE_2, "产出指标", "购置数量", "≥5台"),
    ]
    assert [(unit.code, unit.name, unit.budget) for unit in document.units] == [
        ("816001", "某市教育局", Decimal(300000))
    ]
    assert [(project.budget, project.unit_code, project.block) for project in document.projects] == [
        (Decimal(100000), "816001", 1),
        (Decimal(200000), "816001", 1),
    ]
    assert {item.source.row for item in document.indicators} == {2, 3, 4}


def test_a_table_goes_on_without_header() -> None:
    first = wide_page(1, [[CODE_1, "培训经费", "10.00", "培训人数", "≥100人", "", ""]], header=True)
    second = wide_page(2, [["", "", "", "培训期数", "≥3期", "", ""]])
    assert brief(first, second)[1] == (CODE_1, "产出指标", "培训期数", "≥3期")


def test_a_repeated_header_is_dropped() -> None:
    first = wide_page(1, [[CODE_1, "培训经费", "10.00", "培训人数", "≥100人", "", ""]], header=True)
    second = wide_page(2, [["", "", "", "培训期数", "≥3期", "", ""]], header=True)
    assert len(make_document(first, second).tables) == 1
    assert brief(first, second)[1][0] == CODE_1


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        (["医保信息系统重", "≤60分"], ["大安全事件响应时间", "钟"], ("医保信息系统重大安全事件响应时间", "≤60分钟")),
        (["困难群众（含", "100%"], ["孤儿）救助率", ""], ("困难群众（含孤儿）救助率", "100%")),
        (["培训合格", ""], ["率", "≥95%"], ("培训合格率", "≥95%")),
        (["城区绿化养护面积", "≥1."], ["", "5万平方米"], ("城区绿化养护面积", "≥1.5万平方米")),
    ],
    ids=["unit-cut", "bracket-cut", "one-character", "number-cut"],
)
def test_a_row_cut_by_the_page_end_is_rejoined(before: list[str], after: list[str], joined: tuple[str, str]) -> None:
    first = wide_page(
        1, [[CODE_1, "经费", "10.00", "培训人数", "≥100人", "", ""], ["", "", "", *before, "", ""]], header=True
    )
    second = wide_page(2, [["", "", "", *after, "", ""]])
    document = make_document(first, second)
    found = document.indicators[-1]
    assert (found.name, found.target) == joined
    assert "joined_over_page" in found.warnings
    assert found.confidence < 1
    assert any(repair.code == "joined_over_page" for repair in document.warnings)


def test_two_whole_rows_at_a_page_end_stay_apart() -> None:
    first = wide_page(1, [[CODE_1, "经费", "10.00", "培训人数", "≥100人", "", ""]], header=True)
    second = wide_page(2, [["", "", "", "培训合格率", "≥95%", "", ""]])
    assert [row[2] for row in brief(first, second)] == ["培训人数", "培训合格率"]


def test_a_project_split_over_two_pages_is_one() -> None:
    first = wide_page(1, [["4108002600000", "2025年中央财政补助", "10.00", "培训人数", "≥100人", "", ""],
                          [ABOVE, ABOVE, ABOVE, "培训期数", "≥3期", "", ""]], header=True)  # fmt: skip
    second = wide_page(2, [["00049606", "资金（结转）", "", "培训合格率", "≥95%", "", ""],
                           [ABOVE, ABOVE, ABOVE, "培训完成率", "≥95%", "", ""]])  # fmt: skip
    document = make_document(first, second)
    assert [(project.code, project.name) for project in document.projects] == [
        ("410800260000000049606", "2025年中央财政补助资金（结转）")
    ]


def test_rows_whose_project_is_printed_on_the_next_page_are_that_projects() -> None:
    first = wide_page(1, [[CODE_1, "培训经费", "10.00", "培训人数", "≥100人", "教师满意度", "≥90%"],
                          [ABOVE, ABOVE, ABOVE, "培训期数", "≥3期", "", ""],
                          ["", "", "", "购置数量", "≥5台", "师生满意度", "≥95%"]], header=True)  # fmt: skip
    second = wide_page(2, [[CODE_2, "设备购置", "20.00", "购置及时率", "100%", "", ""],
                           [ABOVE, ABOVE, ABOVE, "验收合格率", "100%", "", ""]])  # fmt: skip
    assert [row[0] for row in brief(first, second)] == [CODE_1, CODE_1, CODE_1, CODE_2, CODE_2, CODE_2, CODE_2]


def test_a_group_that_had_gone_blank_never_starts_again_in_a_project() -> None:
    first = wide_page(1, [[CODE_1, "培训经费", "10.00", "培训人数", "≥100人", "教师满意度", "≥90%"],
                          [ABOVE, ABOVE, ABOVE, "培训期数", "≥3期", "", ""]], header=True)  # fmt: skip
    second = wide_page(
        2, [["", "", "", "购置数量", "≥5台", "师生满意度", "≥95%"], ["", "", "", "验收合格率", "100%", "", ""]]
    )
    third = wide_page(3, [[CODE_2, "设备购置", "20.00", "购置及时率", "100%", "", ""]])
    codes = [row[0] for row in brief(first, second, third)]
    assert codes[:3] == [CODE_1] * 3
    assert CODE_1 not in codes[3:]


BLOCK = [
    ["项目名称", "校舍维修", LEFT, "项目编码", CODE_1],
    ["预算数", "55.5", LEFT, "其中：财政资金", "50"],
    ["绩效目标", "改善办学条件", LEFT, LEFT, LEFT],
]
LEVEL_HEADER = [["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值"]]


def level_table(*rows: list[str], block: list[list[str]] = BLOCK, page: int = 1) -> Table:
    return make_table(
        [*block, *LEVEL_HEADER, *rows], page=page, edges=even_edges(5), before=("项目绩效目标表", "单位：元")
    )


def test_block_and_levels_of_one_table_a_project() -> None:
    table = level_table(
        ["产出指标", "数量指标", "维修面积", "维修的校舍", "≥300平方米"],
        [ABOVE, "质量指标", "验收合格率", "", "100%"],
        ["满意度指标", "服务对象满意度指标", "师生满意度", "", "≥90%"],
    )
    document = make_document(Page(1, (table,)))
    project = document.projects[0]
    assert (project.code, project.name, project.goal) == (CODE_1, "校舍维修", "改善办学条件")
    assert project.budget == Decimal("55.5")  # the table says 单位：元
    assert [(fund.name, fund.amount) for fund in project.funds] == [("财政资金", Decimal(50))]
    assert [(item.level1, item.level2, item.category) for item in document.indicators] == [
        ("产出指标", "数量指标", "数量"),
        ("产出指标", "质量指标", "质量"),
        ("满意度指标", "服务对象满意度指标", "满意度"),
    ]
    assert document.indicators[0].description == "维修的校舍"


def test_each_block_begins_a_project() -> None:
    other = [["项目名称", "购置图书", LEFT, "项目编码", CODE_2], *BLOCK[1:]]
    first = level_table(["产出指标", "数量指标", "维修面积", "", "≥300平方米"])
    second = level_table(["产出指标", "数量指标", "图书册数", "", "≥500册"], block=other, page=2)
    document = make_document(Page(1, (first,)), Page(2, (second,)))
    assert [project.name for project in document.projects] == ["校舍维修", "购置图书"]
    assert [item.project_code for item in document.indicators] == [CODE_1, CODE_2]


def test_a_block_cut_from_its_header_by_a_page_end_is_kept() -> None:
    block = make_table(BLOCK, page=1, edges=even_edges(5), before=("项目绩效目标表",))
    rest = make_table(
        [*LEVEL_HEADER, ["产出指标", "数量指标", "维修面积", "", "≥300平方米"]], page=2, edges=even_edges(5)
    )
    document = make_document(Page(1, (block,)), Page(2, (rest,)))
    assert document.indicators[0].project == "校舍维修"


@pytest.mark.parametrize("leftover", ["……", "...", "指标2：", "指标3", "—"])
def test_template_leftovers_are_no_indicators(leftover: str) -> None:
    table = level_table(["产出指标", "数量指标", "指标1：维修面积", "", "≥300平方米"], [ABOVE, ABOVE, leftover, "", ""])
    assert [item.name for item in make_document(Page(1, (table,))).indicators] == ["维修面积"]


def test_a_target_beside_a_mere_number_is_kept_under_it() -> None:
    table = level_table(["产出指标", "数量指标", "指标1：", "", "≥300平方米"], [ABOVE, ABOVE, "指标2：", "", "……"])
    assert [(item.name, item.target) for item in make_document(Page(1, (table,))).indicators] == [
        ("指标1", "≥300平方米")
    ]


def test_a_level_cut_by_a_page_end_is_rejoined() -> None:
    first = level_table(
        ["产出指标", "数量指标", "维修面积", "说明", "≥300平方米"],
        ["满意", "服务对象满意", "学生满意度", "说明", "≥90%"],
    )
    second = make_table([["度指标", "度指标", "家长满意度", "说明", "≥90%"]], page=2, edges=even_edges(5))
    found = make_document(Page(1, (first,)), Page(2, (second,))).indicators
    assert {(item.level1, item.level2) for item in found[1:]} == {("满意度指标", "服务对象满意度指标")}


def test_outline_rows_set_the_level_of_the_rows_below() -> None:
    header = [["项目名称", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位"]]
    rows = [
        ["校舍维修", "", "", "", "", "", ""],
        ["", "产出指标", "", "", "", "", ""],
        ["", "", "数量指标", "", "", "", ""],
        ["", "", "", "维修面积", "≥", "300", "平方米"],
        ["", "满意度指标", "", "", "", "", ""],
        ["", "", "服务对象满意度指标", "", "", "", ""],
        ["", "", "", "师生满意度", "定性", "满意", "%"],
    ]
    document = make_document(Page(1, (make_table([*header, *rows], page=1, edges=even_edges(7)),)))
    assert [(item.project, item.level1, item.level2, item.target) for item in document.indicators] == [
        ("校舍维修", "产出指标", "数量指标", "≥300平方米"),
        ("校舍维修", "满意度指标", "服务对象满意度指标", "满意"),
    ]


def test_a_merged_target_holds_for_all_its_rows_but_a_weight_only_once() -> None:
    header = [["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值", "得分"]]
    rows = [
        ["产出指标", "数量指标", "维修面积", "全部完成", "100%", "10", "10"],
        [ABOVE, ABOVE, "维修栋数", ABOVE, ABOVE, ABOVE, ABOVE],
        ["总分", LEFT, LEFT, "", "", "100", "97.5"],
    ]
    table = make_table([*header, *rows], page=1, edges=even_edges(7), before=("某某项目支出绩效自评表",))
    document = make_document(Page(1, (table,)))
    assert [(item.target, item.actual, item.weight) for item in document.indicators] == [
        ("全部完成", "100%", "10"),
        ("全部完成", "100%", ""),
    ]
    assert document.projects[0].score_total == Decimal("97.5")
    assert document.tables[0].kind == "项目绩效自评"


def test_a_target_without_a_name_is_told() -> None:
    table = level_table(["产出指标", "数量指标", "维修面积", "", "≥300平方米"], [ABOVE, "质量指标", "", "", "100%"])
    document = make_document(Page(1, (table,)))
    assert len(document.indicators) == 1
    assert [repair.code for repair in document.warnings] == ["target_without_name"]


def test_a_page_with_the_words_of_a_header_and_no_table_is_suspect() -> None:
    document = make_document(Page(4, lines=("一级指标 二级指标 三级指标 指标值", "产出指标 数量指标 培训人数 ≥100人")))
    assert [(page.page, page.reason) for page in document.suspect_pages] == [(4, "no_table")]


def test_prose_that_speaks_of_indicators_is_not_suspect() -> None:
    document = make_document(Page(4, lines=("从成本、产出、效益、满意度设置三级指标和指标值，绩效目标表附后。",)))
    assert document.suspect_pages == ()


def test_a_scanned_page_is_named() -> None:
    document = make_document(Page(2, suspect="scanned"))
    assert [(page.page, page.reason) for page in document.suspect_pages] == [(2, "scanned")]


def test_the_code_beside_a_projects_name_in_another_table_is_its_code() -> None:
    listing = make_table(
        [["项目编码", "类型", "项目名称", "合计"], [CODE_2, "特定目标类", "校舍维修", "55.5"]], style="word"
    )
    block = [["项目名称", "校舍维修", LEFT, LEFT, LEFT]]
    table = make_table([*block, *LEVEL_HEADER, ["产出指标", "数量指标", "维修面积", "", "≥300平方米"]], style="word",
                       before=("项目绩效目标表",))  # fmt: skip
    document = make_document(Page(None, (listing, table)), file_format="docx")
    assert document.indicators[0].project_code == CODE_2


def test_long_term_and_annual_targets_under_one_block() -> None:  # 湖北
    table = make_table([
        ["项目名称", "科技创新", "项目编码", "42011526213T000000101", LEFT, LEFT],
        ["长期绩效目标表", LEFT, LEFT, LEFT, LEFT, LEFT],
        ["一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT],
        ["产出指标", "数量指标", "新增企业数", "≥150家", LEFT, LEFT],
        ["年度绩效目标表", LEFT, LEFT, LEFT, LEFT, LEFT],
        ["一级指标", "二级指标", "三级指标", "前年", "上年", "预期当年实现值"],
        ["产出指标", "数量指标", "认定企业数", "45家", "52家", "≥55家"],
    ])  # fmt: skip
    document = make_document(Page(1, (table,)))
    assert [(item.project_code, item.period, item.name, item.target) for item in document.indicators] == [
        ("42011526213T000000101", "实施期", "新增企业数", "≥150家"),
        ("42011526213T000000101", "年度", "认定企业数", "≥55家"),
    ]


def test_labels_with_colons_begin_the_next_block() -> None:  # 重庆: 单位信息：, 项目名称：
    def block(name: str) -> list[list[str]]:
        return [["单位信息：", "315101-某区林业局", LEFT, "项目名称：", name],
                ["一级指标", "二级指标", "三级指标", "指标值", "权重"],
                ["产出指标", "数量指标", f"{name}面积", "≥2亩", "20"]]  # fmt: skip

    document = make_document(Page(1, (make_table([*block("造林"), *block("防火")]),)))
    assert [(item.project, item.unit_code, item.name) for item in document.indicators] == [
        ("造林", "315101", "造林面积"),
        ("防火", "315101", "防火面积"),
    ]


def test_a_column_of_unit_codes_is_not_the_projects() -> None:  # 北京
    header = ["单位编码", "单位名称", "项目名称", "一级指标", "三级指标", "绩效指标性质", "绩效指标值", "绩效度量单位"]
    rows = [["146001", "某区环保局", "11010826T000000412345-监测运维", "产出指标", "站点数量", "≥", "32", "个"],
            [ABOVE, ABOVE, "办公用房租金", "产出指标", "租赁面积", "≥", "50", "平方米"]]  # fmt: skip
    document = make_document(Page(1, (make_table([header, *rows]),)))
    assert [(item.unit_code, item.project_code, item.project, item.target) for item in document.indicators] == [
        ("146001", "11010826T000000412345", "监测运维", "≥32个"),
        ("146001", "", "办公用房租金", "≥50平方米"),
    ]


@pytest.mark.parametrize(
    ("label", "header"),
    [("转移支付（项目）名称", ["一级指标", "二级指标", "三级指标", "指标值"]),
     ("项目名称：", ["一级目标", "二级目标", "三级目标", "指标目标值"])],
    ids=["transfer-payment", "shanghai"],
)  # fmt: skip
def test_labels_and_headers_of_other_templates(label: str, header: list[str]) -> None:
    rows = [[label, "地力保护", LEFT, LEFT], header, ["产出指标", "数量指标", "补贴面积", "≥52万亩"]]
    document = make_document(Page(1, (make_table(rows),)))
    assert [(item.project, item.name, item.target) for item in document.indicators] == [
        ("地力保护", "补贴面积", "≥52万亩")
    ]


def test_half_and_full_year_under_one_header() -> None:  # 江苏: 指标值 over 半年（程） | 全年（程）
    rows = [["一级指标", "二级指标", "三级指标", "指标值", LEFT], [ABOVE, ABOVE, ABOVE, "半年（程）", "全年（程）"],
            ["产出指标", "数量指标", "办案数", "≥600件", "≥1200件"]]  # fmt: skip
    document = make_document(Page(1, (make_table(rows, before=("项目支出绩效目标表",)),)))
    assert [(item.half_target, item.target) for item in document.indicators] == [("≥600件", "≥1200件")]


@pytest.mark.parametrize("label", ["备 注：", "其他需要说明的问题", "填表人："])
def test_rows_at_the_foot_of_a_form_are_no_indicators(label: str) -> None:  # 陕西, 湖南, 贵州
    rows = [["一级指标", "二级指标", "指标内容", "指标值"], ["产出指标", "数量指标", "样本户", "120户"],
            [label, "1.可选择填写。2.可续表。", LEFT, LEFT], [label, "", "可选择填写", "无"]]  # fmt: skip
    document = make_document(Page(1, (make_table(rows),)))
    assert [item.name for item in document.indicators] == ["样本户"]


TAB_BLOCK = "项目名称\t\t档案整理\t项目编码\t42011526213T000000101"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            [TAB_BLOCK, "年度绩效目标", "完成档案数字化，提高质量。", "一级指标\t二级指标\t三级指标\t指标值", "产出指标\t数量指标\t页数\t≥9页"],
            [("42011526213T000000101", "年度", "页数", "≥9页")],
        ),
        (
            [
                TAB_BLOCK, "长期绩效目标表", "一级指标\t二级指标\t三级指标\t指标值", "产出指标\t数量指标\t页数\t≥90页",
                "年度绩效目标表", "一级指标\t二级指标\t三级指标\t前年\t上年\t预期当年实现值", "产出指标\t数量指标\t页数\t7页\t8页\t≥9页",
            ],
            [("42011526213T000000101", "实施期", "页数", "≥90页"), ("42011526213T000000101", "年度", "页数", "≥9页")],
        ),
        (
            [
                "项目编码\t项目名称\t项目金额\t总体绩效目标\t绩效指标", "\t\t\t\t一级指标\t二级指标\t三级指标\t运算符号\t目标值\t计量单位",
                "46010600000000000001\t公益岗位\t210.00\t帮扶就业。\t产出指标\t数量指标\t岗位人数\t≥\t120\t人",
            ],
            [("46010600000000000001", "年度", "岗位人数", "≥120人")],
        ),
        (
            ["项目名称\t统计经费", "一级指标\t二级指标\t指标内容\t指标值", "产出指标\t数量指标\t样本户\t120户", "备 注：\t1.可选择填写。"],
            [("", "年度", "样本户", "120户")],
        ),
    ],
    ids=["merged-rows-of-a-block", "two-periods", "header-in-place", "content-as-name"],
)  # fmt: skip
def test_exports_of_other_templates(lines: list[str], found: list[tuple[str, str, str, str]]) -> None:
    document = make_document(Page(None, lines_to_tables(["项目支出绩效目标表", *lines])), file_format="text")
    assert [(item.project_code, item.period, item.name, item.target) for item in document.indicators] == found


def test_header_rows_that_stand_in_one_cell() -> None:  # 河南 without ruling lines: no line parts the header's rows
    rows = [["项目编码", "项目名称", "绩效目标\n产出指标\n三级指标", "指标值", "满意度指标\n三级指标", "指标值"],
            [CODE_1, "培训经费", "培训人数", "≥100人", "教师满意度", "≥90%"]]  # fmt: skip
    assert brief(Page(1, (make_table(rows, page=1, edges=even_edges(6)),))) == [
        (CODE_1, "产出指标", "培训人数", "≥100人"),
        (CODE_1, "满意度指标", "教师满意度", "≥90%"),
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            ["（2026 年度）", "项目名称 灌区维修 项目代码 64030226T00000000", "123", "预算单位 某区水务局", "一级指标 二级指标 三级指标 指标值 权重",
             "产出指标 数量指标 维修渠道长度 ≥36 公里 20", "时效指标 竣工时限 9 月 30 日前 10"],
            [("64030226T00000000123", "维修渠道长度", "≥36公里"), ("64030226T00000000123", "竣工时限", "9月30日前")],
        ),
        (
            ["项目名称 森林防火专", "项经费", "一级指标 二级指标 三级指标 指标性", "质", "指标值 度量单位 权重",
             "产出指标 数量指标 护林员人数 ≥ 260 人 20", "质量指标 火情处置率 ≥ 95 % 10"],
            [("森林防火专项经费", "护林员人数", "≥260人"), ("森林防火专项经费", "火情处置率", "≥95%")],
        ),
        (
            ["项目名称 法律援助", "一级指标 二级指标 三级指标 指标值", "半年（程） 全年（程）", "产出指标 数量指标 案件数 ≥6件 ≥12件",
             "质量指标 案件合格率 ≥95% ≥96%"],
            [("法律援助", "案件数", "≥12件"), ("法律援助", "案件合格率", "≥96%")],
        ),
    ],
    ids=["digits-apart", "broken-words", "half-year-below"],
)  # fmt: skip
def test_exports_with_spaces(lines: list[str], found: list[tuple[str, str, str]]) -> None:
    document = make_document(Page(None, lines_to_tables(["项目支出绩效目标表", *lines])), file_format="text")
    assert [(item.project_code or item.project, item.name, item.target) for item in document.indicators] == found


def test_the_first_level_may_be_printed_on_the_second_page_only() -> None:
    header = [["一级指标", "二级指标", "三级指标", "指标值"]]
    edges = even_edges(4)
    first = make_table(
        [*header, ["", "数量指标", "培训人数", "≥9人"], ["", "", "培训期数", "≥2期"]], page=1, edges=edges
    )
    second = make_table(
        [["产出指标", "质量指标", "合格率", "≥95%"], ["", "时效指标", "时限", "12月"]], page=2, edges=edges
    )
    document = make_document(Page(1, (first,)), Page(2, (second,)))
    assert [item.level1 for item in document.indicators] == ["产出指标"] * 4
