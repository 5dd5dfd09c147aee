"""Headers → roles of columns: one example a layout, with the province where its words were seen."""

from __future__ import annotations

import pytest

from kpi.tables.grid import table_rows
from kpi.tables.layouts import LAYOUTS, Layout, is_column_numbers, recognise_header
from tests.tables import ABOVE, LEFT, make_table


def layout_of(*rows: list[str]) -> Layout | None:
    return recognise_header(table_rows(make_table(rows), 0), 0)


WIDE = (
    ["单位编码（项目编码）", "项目单位（项目名称）", "项目金额（万元）", LEFT, "绩效目标", LEFT, LEFT, LEFT],
    [ABOVE, ABOVE, "资金总额", "财政拨款", "成本指标", LEFT, "产出指标", LEFT],
    [ABOVE, ABOVE, ABOVE, ABOVE, "三级指标", "指标值", "三级指标", "指标值"],
)
EXAMPLES = {
    "wide": WIDE,
    "levels": (["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"],),
    "self_evaluation": (
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
    ),
    "split_value": (
        ["项目名称", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重", "指标方向性"],
    ),
    "several_years": (
        ["一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT],
        [ABOVE, ABOVE, ABOVE, "前年", "上年", "预计当年实现"],
    ),
    "two_halves": (
        ["一级指标", "实施期绩效指标", LEFT, LEFT, "年度绩效指标", LEFT, LEFT],
        [ABOVE, "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"],
    ),
    "half_year": (["一级指标", "二级指标", "三级指标", "半年（程）目标值", "全年（程）目标值"],),
    "grades": (["一级指标", "二级指标", "绩效指标", "绩效指标描述", "优", "良", "中", "差"],),
    "typed": (["一级指标", "二级指标", "三级指标", "指标值类型", "指标值", "指标解释", "评（扣）分标准"],),
    "unit_column": (["一级指标", "二级指标", "三级指标", "指标值", "计量单位"],),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_layout_is_named_by_its_header(name: str) -> None:
    layout = layout_of(*EXAMPLES[name])
    assert layout is not None
    assert layout.id == name
    assert layout.score == 1.0
    assert layout.height == len(EXAMPLES[name])


def test_every_layout_has_an_example() -> None:
    assert {definition.id for definition in LAYOUTS} - {"list"} == set(EXAMPLES)


def test_wide_header_gives_a_band_a_group() -> None:
    layout = layout_of(*WIDE)
    assert layout is not None
    assert [(band.level1, band.name, band.targets) for band in layout.bands] == [
        ("成本指标", 4, (5,)),
        ("产出指标", 6, (7,)),
    ]
    assert dict(layout.shared) == {"code": (0,), "project": (1,), "amount": (2,), "fund": (3,)}


def test_two_halves_without_a_period_row_are_the_whole_term_and_the_year() -> None:
    layout = layout_of(["一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"])
    assert layout is not None
    assert [band.periods for band in layout.bands] == [("实施期",), ("年度",)]


def test_one_name_with_two_targets_gives_two_periods() -> None:
    layout = layout_of(["一级指标", "二级指标", "三级指标", "实施期指标值", "年度指标值"])
    assert layout is not None
    assert layout.bands[0].periods == ("实施期", "年度")
    assert layout.bands[0].targets == (3, 4)


@pytest.mark.parametrize("year", ["2026年", "2026年度", "二〇二六年"])
def test_a_year_in_a_header_word_is_no_difference(year: str) -> None:
    layout = layout_of(["一级指标", "二级指标", "三级指标", f"{year}目标值"])
    assert layout is not None
    assert layout.bands[0].targets == (3,)


def test_side_label_down_the_table_is_not_the_name() -> None:
    rows = (
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
        [ABOVE, "产出指标", "数量指标", "培训人数", "≥100人"],
        [ABOVE, ABOVE, ABOVE, "培训期数", "≥3期"],
    )
    layout = layout_of(*rows)
    assert layout is not None
    assert layout.roles == ("", "level1", "level2", "name", "target")


def test_header_cell_over_two_grid_columns_heads_one_column() -> None:
    layout = layout_of(["一级指标", "二级指标", "三级指标", LEFT, "指标值"])
    assert layout is not None
    assert layout.roles == ("level1", "level2", "name", "target")
    assert layout.groups == (range(1), range(1, 2), range(2, 4), range(4, 5))


@pytest.mark.parametrize(
    "rows",
    [
        (["项目", "预算数", "项目", "预算数"],),  # 收支总表
        (["科目编码", "科目名称", "合计", "基本支出", "项目支出"],),
        (["项目编码", "类型", "项目名称", "项目单位", "合计"],),  # 项目支出表
        (["任务名称", "主要内容", "实际完成情况"],),
        (["产出指标", "数量指标", "培训人数", "≥100人"],),
        (["年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],),
    ],
    ids=["balance", "subjects", "project-list", "tasks", "data-row", "execution"],
)
def test_other_rows_are_no_header(rows: tuple[list[str], ...]) -> None:
    assert layout_of(*rows) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2", "3"], True),
        (["栏次", "1", "2"], True),
        (["A", "B", "C"], True),
        (["（1）", "（2）", "（3）"], True),
        (["1", "1", "1"], False),
        (["产出指标", "1", "2"], False),
        (["1"], False),
    ],
)
def test_column_numbers(texts: list[str], expected: bool) -> None:
    assert is_column_numbers(table_rows(make_table([texts]), 0)[0]) is expected
