"""Headers → roles of columns: every layout's own example, and what tells headers from other rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kpi.model import Page
from kpi.tables.definitions import LAYOUTS, LayoutDefinition
from kpi.tables.grid import table_rows
from kpi.tables.layouts import Layout, is_column_numbers, recognise_header
from tests.tables import ABOVE, LEFT, make_document, make_table


def layout_of(*rows: list[str]) -> Layout | None:
    return recognise_header(table_rows(make_table(rows), 0), 0)


WIDE = (
    ["单位编码（项目编码）", "项目单位（项目名称）", "项目金额（万元）", LEFT, "绩效目标", LEFT, LEFT, LEFT],
    [ABOVE, ABOVE, "资金总额", "财政拨款", "成本指标", LEFT, "产出指标", LEFT],
    [ABOVE, ABOVE, ABOVE, ABOVE, "三级指标", "指标值", "三级指标", "指标值"],
)


@pytest.mark.parametrize("definition", LAYOUTS, ids=lambda definition: definition.id)
def test_the_example_of_a_layout_is_named_and_read(definition: LayoutDefinition) -> None:
    table = make_table(definition.example, before=("项目绩效目标表",), style="word")
    document = make_document(Page(None, (table,)), file_format="docx")
    assert [found.layout for found in document.tables] == [definition.id]
    assert document.tables[0].score == 1.0
    assert [(i.period, i.level1, i.level2, i.name, i.target) for i in document.indicators] == list(definition.expected)


def test_the_page_of_layouts_is_made_from_the_definitions() -> None:
    command = [sys.executable, str(Path(__file__).resolve().parents[1] / "docs" / "make_layouts.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_wide_header_gives_a_band_a_group() -> None:
    layout = layout_of(*WIDE)
    assert layout is not None
    assert [(band.level1, band.name, band.targets) for band in layout.bands] == [
        ("成本指标", 4, (5,)),
        ("产出指标", 6, (7,)),
    ]
    assert dict(layout.shared) == {"code": (0,), "project": (1,), "amount": (2,), "fund": (3,)}


def test_groups_in_two_rows_are_level_one_and_two() -> None:
    layout = layout_of(
        ["项目名称", "产出指标", LEFT, LEFT, LEFT, "效益指标", LEFT],
        [ABOVE, "数量指标", LEFT, "质量指标", LEFT, "社会效益指标", LEFT],
        [ABOVE, "三级指标", "指标值", "三级指标", "指标值", "三级指标", "指标值"],
    )
    assert layout is not None
    assert [(band.level1, band.level2) for band in layout.bands] == [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("效益指标", "社会效益指标"),
    ]


def test_a_goal_word_behind_the_name_heads_the_target() -> None:
    layout = layout_of(["项目名称", "年度绩效目标", "一级指标", "二级指标", "三级指标", "绩效目标"])
    assert layout is not None
    assert layout.roles == ("project", "goal", "level1", "level2", "name", "target")


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
