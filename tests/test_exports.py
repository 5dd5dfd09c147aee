"""Plain-text exports → restored grids: pieces of the given raw texts with the grids that their originals have."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.model import Table, indicator_to_record
from kpi.pipeline import parse
from kpi.tables.exports import lines_to_tables
from kpi.text import fold, squeeze

DATA = Path(__file__).resolve().parent / "data" / "exports"
SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"
FIXTURES = sorted(path.stem for path in DATA.glob("*.txt"))
SEEDS = ("000", "001", "002", "003", "004")
PLACED = ("project", "level1", "name", "target")


def grid_lines(table: Table) -> list[str]:
    """One line a row, cells parted by │, spans only on their anchor."""
    rows = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row][cell.column] = squeeze(cell.text)
    return ["│".join(row) for row in rows]


def read_lines(stem: str) -> list[str]:
    return (DATA / f"{stem}.txt").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("stem", FIXTURES)
def test_restored_grid_is_the_originals(stem: str) -> None:
    expected = (DATA / f"{stem}.grid").read_text(encoding="utf-8").rstrip("\n").split("\n=====\n")
    found = ["\n".join(grid_lines(table)) for table in lines_to_tables(read_lines(stem))]
    assert found == expected


def test_every_style_has_a_fixture() -> None:
    assert {stem.split("_")[0] for stem in FIXTURES} == {"tabs", "spaces", "lines"}


@pytest.mark.parametrize(
    ("stem", "column", "text", "codes"),
    [
        pytest.param("tabs_drifted_block", 8, "医药价格政策落实和执行情况", {"column_drift_repaired"}, id="000-two-columns-left"),
        pytest.param("tabs_drifted_block", 1, "提前下达2026年中央财政医疗服务与保障能力提升补助资金（医疗保障服务能力建设部分）", {"joined_over_page"}, id="000-code-on-the-next-page"),
        pytest.param("tabs_cut_cells", 12, "公务人员出行满意度", {"column_drift_repaired", "joined_over_page"}, id="003-cut-and-drifted"),
        pytest.param("tabs_cut_cells", 1, "2025年中央财政医疗服务与保障能力提升补助资金（医疗保障服务能力建设部分-提前下达结转）", {"joined_over_page"}, id="003-cut-project-name"),
        pytest.param("tabs_repeated_header", 8, "医保信息系统重大安全事件响应时间", {"column_drift_repaired", "joined_over_page"}, id="004-cut-row-under-a-new-header"),
        pytest.param("tabs_turned_fragments", 2, "服务群众满意度", {"column_drift_repaired"}, id="004-fragments-turned-round"),
    ],
)  # fmt: skip
def test_repairs_are_told(stem: str, column: int, text: str, codes: set[str]) -> None:
    table = lines_to_tables(read_lines(stem))[0]
    rows = [cell.row for cell in table.cells if (cell.column, squeeze(cell.text)) == (column, text)]
    told = {code for row, code in table.row_warnings if row == rows[0]}
    assert codes <= told
    assert codes <= set(table.warnings)
    assert 0.0 < table.quality < 1.0


def test_clean_rows_are_not_called_repaired() -> None:
    for table in lines_to_tables(read_lines("lines_one_table_a_project")):
        assert table.warnings == ()
        assert table.quality == 1.0


def test_titles_and_department_stand_before_the_table() -> None:
    (table,) = lines_to_tables(read_lines("tabs_repeated_header"))
    assert [squeeze(line) for line in table.before] == ["##2026年预算项目绩效目标汇总表", "部门名称：许昌市医疗保障局"]
    first, second = lines_to_tables(read_lines("lines_one_table_a_project"))
    assert first.before[0] == "1、60周岁以上意外医疗补充保险绩效目标表"
    assert second.before[0] == "2、（业务费）绩效目标表"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "科目编码\t科目名称\t合计\t基本支出\t项目支出\n2101501\t行政运行\t318.00\t318.00\t", id="budget-tabs"
        ),
        pytest.param("科目编码 科目名称 合计 基本支出 项目支出\n2101501 行政运行 318.00 318.00", id="budget-spaces"),
        pytest.param("\t项目编码\n\t项目名称\n\t金额\n\n\t1301\n\t业务费\n\t3.28\n", id="budget-lines"),
        pytest.param("按照要求编制了绩效目标，设置了三级指标和指标值，达到95%以上。", id="prose"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_texts_give_no_table(text: str) -> None:
    assert lines_to_tables(text.split("\n")) == ()


def test_codes_of_project_lists_come_along() -> None:
    """One-table-a-project documents print the code in the 项目支出表 only (河北)."""
    lists = "编码\t项目名称\t金额\n130182260000000000001\t业务费\t3.28\n\n"
    table = "1、业务费绩效目标表\n项目名称\t业务费\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t宣传次数\t≥2次\n"
    codes, targets = lines_to_tables((lists + table).split("\n"))
    assert grid_lines(codes) == ["130182260000000000001│业务费│3.28"]
    assert grid_lines(targets)[-1] == "产出指标│数量指标│宣传次数│≥2次"


# --- wide tables by rule ------------------------------------------------------------------------------------------------

HEADER = (
    "单位编码（项目编码）\t项目单位（项目名称）\t项目金额（万元）\t\t绩效目标\t\t\t\t\t\n"
    "\t\t资金总额\t单位资金\t产出指标\t\t效益指标\t\t满意度指标\t\n"
    "\t\t\t\t三级指标\t指标值\t三级指标\t指标值\t三级指标\t指标值\n"
)


def wide_rows(body: str) -> list[str]:
    (table,) = lines_to_tables((HEADER + body).split("\n"))
    return grid_lines(table)[3:]


def test_a_group_that_went_blank_does_not_start_again() -> None:
    """A lone pair two columns left of its group belongs to the group that still runs."""
    body = (
        "330100260000000000011\t甲项目\t5.00\t\t巡河次数\t≥5次\t水质达标情况\t有效改善\t群众满意度\t≥90%\n"
        "\t\t\t\t\t\t生态影响\t持续改善\t\t\n"
        "\n\t\t\t\t治理成效\t明显\t\t\t\t\n"
    )
    assert wide_rows(body)[-1] == "││││││治理成效│明显││"


def test_a_new_value_in_a_blank_group_begins_the_project_of_the_next_page() -> None:
    body = (
        "330100260000000000011\t甲项目\t5.00\t\t巡河次数\t≥5次\t水质达标情况\t有效改善\t群众满意度\t≥90%\n"
        "\t\t\t\t清淤长度\t≥3公里\t\t\t\t\n"
        "\t\t\t\t培训人次\t≥40人次\t业务能力\t有所提升\t学员满意度\t≥85%\n"
        "\n330100260000000000022\t乙项目\t7.00\t\t培训期数\t≥2期\t\t\t\t\n"
    )
    rows = wide_rows(body)
    assert rows[2] == "330100260000000000022│乙项目│7.00││培训人次│≥40人次│业务能力│有所提升│学员满意度│≥85%"
    assert rows[3] == "││││培训期数│≥2期││││"


def test_unit_rows_stay_rows_of_their_own() -> None:
    body = (
        "450\t某市水利局\t12.00\t\t\t\t\t\t\t\n"
        "450001\t某市水利局本级\t5.00\t\t\t\t\t\t\t\n"
        "330100260000000000011\t甲项目\t5.00\t\t巡河次数\t≥5次\t水质达标情况\t有效改善\t群众满意度\t≥90%\n"
    )
    assert [row.split("│")[0] for row in wide_rows(body)] == ["450", "450001", "330100260000000000011"]


def test_goal_column_beside_the_word_above_the_groups() -> None:
    """Some summaries print 年度绩效目标 as a column and 绩效目标 over the groups."""
    header = "项目编码\t项目名称\t金额\t年度绩效目标\t绩效目标\t\t\t\n\t\t\t\t产出指标\t\t效益指标\t\n\t\t\t\t三级指标\t指标值\t三级指标\t指标值\n"
    body = "330100260000000000011\t甲项目\t5.00\t改善河道环境。\t巡河次数\t≥5次\t水质达标情况\t有效改善\n"
    (table,) = lines_to_tables((header + body).split("\n"))
    assert grid_lines(table)[0] == "项目编码│项目名称│金额│年度绩效目标│绩效目标│││"
    assert (
        grid_lines(table)[-1] == "330100260000000000011│甲项目│5.00│改善河道环境。│巡河次数│≥5次│水质达标情况│有效改善"
    )


def test_wide_table_with_one_space_between_columns() -> None:
    """Empty cells are gone: the order of groups and the rows above tell where a pair stands."""
    body = (
        "450 某市水利局 12.00\n\n"
        "330100260000000000011 甲项目 5.00 巡河次数 ≥5次 水质达标情况 有效改善 群众满意度 ≥90%\n\n"
        "清淤长度 ≥3公里 生态影响 持续改善\n\n"
        "330100260000000000022 乙项目 7.00 培训人次 ≥40人次 学员满意度 ≥85%\n"
    )
    header = (
        "单位编码（项目编码） 项目单位（项目名称） 项目金额（万元） 绩效目标\n产出指标 效益指标 满意度指标\n"
        + " ".join(["三级指标 指标值"] * 3)
    )
    (table,) = lines_to_tables(("2026年项目绩效目标表\n\n" + header + "\n\n" + body).split("\n"))
    assert grid_lines(table)[-3:] == [
        "330100260000000000011│甲项目│5.00│巡河次数│≥5次│水质达标情况│有效改善│群众满意度│≥90%",
        "│││清淤长度│≥3公里│生态影响│持续改善││",
        "330100260000000000022│乙项目│7.00│培训人次│≥40人次│││学员满意度│≥85%",
    ]


# --- properties ---------------------------------------------------------------------------------------------------------

_CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "",
            "",
            "产出指标",
            "数量指标",
            "培训人次",
            "群众满意度",
            "≥90%",
            "明显提升",
            "10.00",
            "330100260000000000011",
            "甲项目",
            "度",
            "总分",
        ]
    ),
    st.text(alphabet="指标项目率度≥5%.（） 1", max_size=6),
)
_ROW = st.lists(_CELL, min_size=0, max_size=14)
_SEPARATOR = st.sampled_from(["\t", " ", "\n\t"])


@settings(max_examples=120, deadline=None)
@given(st.lists(_ROW, max_size=14), _SEPARATOR, st.booleans(), st.booleans())
def test_never_raises(rows: list[list[str]], separator: str, wide: bool, blank: bool) -> None:
    levels = "一级指标\t二级指标\t三级指标\t指标值\t指标值说明\n"
    header = (HEADER if wide else levels).replace("\t", separator)
    text = header + ("\n\n" if blank else "\n").join(separator.join(row) for row in rows)
    for table in lines_to_tables(text.split("\n")):
        assert all(0 <= cell.row < table.row_count for cell in table.cells)
        assert all(0 <= cell.column < table.column_count for cell in table.cells)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["", "", "培训人次", "≥90%", "明显提升", "10.00", "甲项目", "工作经费", "度"]), min_size=10, max_size=10), max_size=10), st.booleans())  # fmt: skip
def test_no_text_of_a_row_is_lost(rows: list[list[str]], wide: bool) -> None:
    header = HEADER if wide else "一级指标\t二级指标\t三级指标\t指标值\t指标值说明\t备注\t权重\t分值\t得分\t偏差度\n"
    body = "\n".join("\t".join(row) for row in rows)
    tables = lines_to_tables((header + body).split("\n"))
    kept = [squeeze(cell.text) for table in tables for cell in table.cells]
    lost = {cell for row in rows for cell in row if cell and not any(cell in text for text in kept)}
    assert not lost


# --- the given raw texts ------------------------------------------------------------------------------------------------


def squash(text: object) -> str:
    return fold(re.sub(r"\s+", "", str(text or ""))).replace("“", '"').replace("”", '"')


def placed(record: dict[str, str]) -> tuple[str, ...]:
    project = record["project_code"] or record["project"]
    return tuple(squash(text) for text in (project, record["level1"], record["name"], record["target"]))


@pytest.mark.parametrize("number", SEEDS)
def test_raw_text_gives_the_hand_checked_indicators(number: str) -> None:
    paths = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    if not paths:
        pytest.skip("the raw texts are not beside this checkout")
    with (SHARED / "gold" / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        gold = Counter(
            placed(row)
            for row in csv.DictReader(stream)
            if number in row["file"].split() and row["table"] != "文字绩效目标"
        )
    records = [indicator_to_record(indicator) for indicator in parse(paths[0]).indicators]
    found = Counter(placed(record) for record in records if record["table"] != "文字绩效目标")
    hits = sum((gold & found).values())
    assert 2 * hits / (gold.total() + found.total()) >= 0.98
