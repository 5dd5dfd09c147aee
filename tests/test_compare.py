"""Comparison: figures against pandas, comparable sets, units apart, strictness, years, outcomes, matrix, charts."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import percentileofscore

from kpi.compare import ClusterName, Family, Rule, compare_observations, find_strictness, name_to_direction
from kpi.compare.chart import comparison_chart, save_chart
from kpi.compare.figures import Positions, make_figures
from kpi.compare.matrix import make_matrix
from kpi.compare.plain import comparison_to_plain, target_rows
from kpi.compare.wording import figure_words
from kpi.errors import UsageError
from tests.compare_samples import PLACES, make_row, plain_figures, random_rows, to_frame

C = ClusterName("c", "参保群众满意度", ("参保群众满意度",))
EVERYTHING = Rule(mix=frozenset({"table", "period", "level", "year"}))
STRICTNESS = Path(__file__).parent / "data" / "compare" / "strictness.csv"


# --- figures against pandas


@pytest.mark.parametrize("seed", range(12))
def test_figures_agree_with_pandas_on_random_rows(seed: int) -> None:
    rows = random_rows(seed)
    found = compare_observations(rows, [C], rule=EVERYTHING)
    frame = to_frame(rows)
    units = set(frame[frame["sort"] == "level"]["unit"])
    assert {item.family.unit for item in found.sets} == units
    for item in found.sets:
        wanted = plain_figures(frame, item.family.unit, ["place", "publication"])
        for name, value in wanted.items():
            assert getattr(item.figures, name) == pytest.approx(value), (item.family, name)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("project", ["place", "publication", "department", "project"]),
        ("department", ["place", "publication", "department"]),
    ],
)
def test_groups_have_one_value_each(seed: int, by: str, keys: list[str]) -> None:
    rows = random_rows(seed)
    found = compare_observations(rows, [C], by=by, rule=EVERYTHING)
    for item in found.sets:
        wanted = plain_figures(to_frame(rows), item.family.unit, keys)
        assert item.figures.n == wanted["n"]
        assert item.figures.median == pytest.approx(wanted["median"])


@pytest.mark.parametrize("seed", range(6))
def test_default_rule_restricts_to_the_widest_table_period_and_level(seed: int) -> None:
    rows = random_rows(seed)
    frame = to_frame(rows)
    frame["level"] = frame["county"].map(lambda county: "县级" if county else "市级")
    for column, first in (("table", "项目绩效目标"), ("period", "年度"), ("level", "市级")):
        counts = frame.groupby(column).agg(places=("place", "nunique"), rows=("id", "size")).reset_index()
        counts["first"] = counts[column] == first
        chosen = counts.sort_values(["places", "rows", "first"], ascending=False)[column].iloc[0]
        frame = frame[frame[column] == chosen]
    found = compare_observations(rows, [C])
    assert found.rows == len(frame)
    assert sum(left.count for left in found.left_out) == len(rows) - len(frame)
    for item in found.sets:
        wanted = plain_figures(frame, item.family.unit, ["place", "publication"])
        assert item.figures.median == pytest.approx(wanted["median"])
        assert item.figures.p90 == pytest.approx(wanted["p90"])


@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=40))
@settings(max_examples=150, deadline=None)
def test_figures_of_any_values(values: list[float]) -> None:
    figures = make_figures(values, cities=1)
    series = pd.Series(values)
    assert figures.median == pytest.approx(series.median())
    assert (figures.p10, figures.p90) == (pytest.approx(series.quantile(0.1)), pytest.approx(series.quantile(0.9)))
    assert (figures.minimum, figures.maximum) == (min(values), max(values))
    assert sum(part.count for part in figures.distribution) == len(values)
    most = max(Counter(values).values())
    assert figures.mode_count == most
    if figures.modes:
        assert set(figures.modes) == set(series.mode())


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.integers(0, 20))
@settings(max_examples=150, deadline=None)
def test_percentile_and_rank(others: list[int], value: int) -> None:
    floats = [float(other) for other in others]
    up = Positions(floats, "higher").of(value)
    assert up.percentile == pytest.approx(percentileofscore(floats, value, kind="mean"), abs=0.051)
    assert up.rank == 1 + sum(other > value for other in others)
    down = Positions(floats, "lower").of(value)
    assert down.percentile == pytest.approx(100 - percentileofscore(floats, value, kind="mean"), abs=0.051)


def test_modes_are_told_only_where_values_repeat() -> None:
    assert make_figures([90, 95, 95], cities=3).modes == (95.0,)
    assert make_figures([90, 95], cities=2).modes == ()
    assert make_figures([90], cities=1).modes == (90.0,)


# --- what may stand side by side


def test_unit_families_stay_apart() -> None:
    rows = [
        make_row(target, number=number, publication=f"p{number}", place=place)
        for number, (target, place) in enumerate(zip(("≥90%", "≥0.9万人", "≥9000人", "较上年提高≥5%", "2026年6月30日前", "显著提升"), PLACES * 2, strict=False))
    ]  # fmt: skip
    found = compare_observations(rows, [C], rule=EVERYTHING)
    assert [(item.family, item.figures.n) for item in found.sets] == [
        (Family("level", "人"), 2), (Family("change", "%", "increase"), 1), (Family("day"), 1), (Family("level", "%"), 1),
    ]  # fmt: skip
    people = found.sets[0].figures
    assert people.minimum == people.maximum == 9000, "万人 and 人 are one unit in base values"
    (words,) = found.words
    assert (words.rows, words.share) == (1, pytest.approx(1 / 6))
    assert any("单位不同" in note for note in found.notes)


def test_a_range_counts_with_the_end_that_binds() -> None:
    floor = [make_row("60-80%", publication="a"), make_row("≥70%", place=PLACES[1], publication="b", number=1)]
    (item,) = compare_observations(floor, [C]).sets
    assert sorted(target.value for target in item.targets) == [60, 70]
    ceiling = [
        make_row("20-30分钟", publication="a", name="响应时间"), make_row("≤25分钟", place=PLACES[1], publication="b", number=1, name="响应时间"),
    ]  # fmt: skip
    (item,) = compare_observations(ceiling, [C]).sets
    assert [target.value for target in item.targets] == [25, 30], "of a ceiling the upper end, the lower is stricter"


def test_each_department_counts_with_its_latest_year_and_years_are_compared() -> None:
    rows = [
        make_row("≥85%", year=2024, publication="a"), make_row("≥90%", year=2025, publication="b", number=1),
        make_row("≥88%", year=2024, place=PLACES[1], publication="c", number=2),
    ]  # fmt: skip
    found = compare_observations(rows, [C])
    (item,) = found.sets
    assert {target.observation.target for target in item.targets} == {"≥90%", "≥88%"}
    (change,) = found.changes
    assert (change.before.year, change.after.year, change.difference, change.verdict) == (2024, 2025, 5, "收紧")
    by_year = compare_observations(rows, [C], by="year").sets[0]
    assert {group.title: group.figures.n for group in by_year.groups} == {"2024": 2, "2025": 1}


@pytest.mark.parametrize(
    ("before", "after", "name", "verdict"),
    [
        ("≤30天", "≤20天", "办理时限", "收紧"), ("≤20天", "≤30天", "办理时限", "放宽"), ("≥90%", "≥90%", "满意度", "不变"), ("≥95%", "≥90%", "满意度", "放宽"),
        ("100元", "120元", "补助标准", "变化"),
    ],
)  # fmt: skip
def test_change_verdicts(before: str, after: str, name: str, verdict: str) -> None:
    rows = [
        make_row(before, year=2025, publication="a", name=name),
        make_row(after, year=2026, publication="b", number=1, name=name),
    ]
    cluster = ClusterName("c", name, (name,))
    assert [change.verdict for change in compare_observations(rows, [cluster]).changes] == [verdict]


def test_deadlines_compare_within_their_year() -> None:
    rows = [
        make_row("2026年12月31日前", publication="a", name="完成时间"), make_row("2025年6月30日前", year=2025, place=PLACES[1], publication="b", number=1, name="完成时间"),
    ]  # fmt: skip
    (item,) = compare_observations(rows, [C]).sets
    assert [group.typical.target for group in item.groups] == ["2025年6月30日前", "2026年12月31日前"]
    assert figure_words(item.figures.maximum, item.family) == "12月31日"
    assert item.strictness.direction == "lower"


def test_values_can_be_chosen() -> None:
    rows = [make_row(f"≥{value}%", number=value, publication="a") for value in (80, 90, 95)]
    assert [compare_observations(rows, [C], rule=Rule(value=value)).sets[0].figures.median for value in ("middle", "strictest", "softest")] == [90, 95, 80]  # fmt: skip
    assert compare_observations(rows, [C], rule=Rule(value="each")).sets[0].figures.n == 3


def test_places_of_one_name_are_told_apart() -> None:
    rows = [make_row("≥90%", place=place, publication=place[1], number=n) for n, place in enumerate(PLACES[4:6])]
    (item,) = compare_observations(rows, [C]).sets
    assert {group.title for group in item.groups} == {"南京市鼓楼区", "福州市鼓楼区"}


@pytest.mark.parametrize(
    ("target", "actual", "name", "verdict"),
    [
        ("≥90%", "92%", "满意度", "达到"), ("≥90%", "89.9%", "满意度", "未达到"), ("≤30天", "31天", "办理时限", "未达到"), ("≤30天", "30天", "办理时限", "达到"),
        ("60-80%", "85%", "报销比例", "未达到"), ("100%", "100%", "合格率", "达到"), ("2次", "3次", "培训次数", "达到"), ("2次", "1次", "培训次数", "未达到"),
        ("≤0.5万元", "6000元", "培训成本", "未达到"), ("≥90%", "5人", "满意度", "无法判断"), ("有所提升", "有所提升", "能力", "达到"),
        ("2026年6月30日前", "2026年6月1日", "完成时间", "达到"),
    ],
)  # fmt: skip
def test_outcomes(target: str, actual: str, name: str, verdict: str) -> None:
    found = compare_observations([make_row(target, actual=actual, name=name)], [ClusterName("c", name, (name,))])
    assert [outcome.verdict for outcome in found.outcomes] == [verdict]


def test_unknown_words_are_refused() -> None:
    with pytest.raises(UsageError, match="不能按此分组"):
        compare_observations([], [C], by="town")
    with pytest.raises(UsageError, match="口径"):
        Rule(mix=frozenset({"colour"}))
    with pytest.raises(UsageError, match="取值"):
        Rule(value="mean")


def test_nothing_to_compare() -> None:
    found = compare_observations([], [C])
    assert (found.sets, found.words, found.rows) == ((), (), 0)
    with pytest.raises(UsageError, match="作图"):
        comparison_chart(found)


# --- strictness


def _names(batch: str) -> list[tuple[str, str]]:
    with STRICTNESS.open(encoding="utf-8") as stream:
        return [(row["name"], row["direction"]) for row in csv.DictReader(stream) if row["batch"] == batch]


@pytest.mark.parametrize(
    ("name", "direction"), [*_names("written with the words"), *_names("unseen 1"), *_names("unseen 2")]
)
def test_names_tell_the_direction(name: str, direction: str) -> None:
    assert name_to_direction(name)[0] == direction


def test_names_that_the_words_were_not_made_for() -> None:
    rows = _names("unseen 3")
    right = sum(name_to_direction(name)[0] == direction for name, direction in rows)
    assert right / len(rows) >= 0.87


@pytest.mark.parametrize(
    ("comparators", "name", "direction"),
    [
        (["≥"] * 5, "投诉率", "higher"), (["≤"] * 3 + ["="], "满意度", "lower"), (["≥", "≤"], "投诉率", "lower"), (["≥", "≤"], "覆盖率", "higher"),
        (["", "="], "项目成本", "lower"), (["in"], "报销比例", "higher"), ([], "补助标准", ""),
    ],
)  # fmt: skip
def test_comparators_go_before_the_name(comparators: list[str], name: str, direction: str) -> None:
    assert find_strictness(Family("level", "%"), comparators, [name]).direction == direction


def test_targets_that_point_the_other_way_are_marked() -> None:
    rows = [make_row("≥90%", publication=f"p{n}", place=PLACES[n], number=n) for n in range(3)]
    rows.append(make_row("≤80%", publication="q", place=PLACES[0], number=9, project="x"))
    found = compare_observations(rows, [C])
    assert [target.observation.target for target in found.sets[0].targets if target.opposes] == ["≤80%"]
    assert any("相反" in note for note in found.notes)


# --- output


def _two_clusters() -> object:
    rows = [
        make_row("≥90%", publication="a"), make_row("≥95%", place=PLACES[1], publication="b", number=1),
        make_row("≤30天", publication="a", cluster="d", number=2, name="办理时限"), make_row("及时", place=PLACES[1], publication="b", cluster="d", number=3, name="办理时限"),
    ]  # fmt: skip
    return compare_observations(rows, [C, ClusterName("d", "办理时限", ("办理时限",))])


def test_matrix_of_several_clusters() -> None:
    matrix = make_matrix(_two_clusters())
    texts = {
        title: [cell.text if cell else None for cell in cells]
        for title, cells in zip(matrix.titles, matrix.cells, strict=True)
    }
    assert texts == {"焦作市": ["≥90%", "≤30天"], "许昌市": ["≥95%", "及时"]}


def test_plain_form_is_json_and_holds_every_target() -> None:
    found = _two_clusters()
    plain = json.loads(json.dumps(comparison_to_plain(found), ensure_ascii=False))
    assert [row["target"] for item in plain["sets"] for row in item["targets"]] == [
        row["target"] for row in target_rows(found)
    ]
    assert plain["sets"][0]["figures"]["median"] == 92.5


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_charts_are_written(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"图.{ending}"
    save_chart(comparison_chart(_two_clusters()), path)
    content = path.read_bytes()
    if ending == "svg":
        text = content.decode()
        assert "参保群众满意度" in text
        assert "Noto Sans SC" in text
        assert "≥95%" in text
    else:
        assert content.startswith(b"\x89PNG")
        assert len(content) > 10_000


def test_chinese_glyphs_are_drawn_with_the_font_that_comes_along(tmp_path: Path) -> None:
    """Two characters that no font held would both be drawn as the same box."""
    import altair as alt
    from PIL import Image

    pictures = []
    for text in ("满", "意"):
        chart = alt.Chart(alt.Data(values=[{"t": text}])).mark_text(size=60, font="Noto Sans SC").encode(text="t:N")
        save_chart(chart, tmp_path / "glyph.png")
        with Image.open(tmp_path / "glyph.png") as image:
            pictures.append(image.convert("L").tobytes())
    assert pictures[0] != pictures[1]


def test_charts_have_no_other_endings(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="图"):
        save_chart(comparison_chart(_two_clusters()), tmp_path / "chart.gif")


@pytest.mark.parametrize(
    ("value", "family", "words"),
    [
        (90.0, Family("level", "%"), "90%"), (2_010_000.0, Family("level", "元"), "201万元"), (1.285e9, Family("level", "元"), "12.85亿元"),
        (602_500.0, Family("level", "人"), "60.25万人"), (5.0, Family("change", "%", "decrease"), "下降5%"), (59.0, Family("day"), "2月28日"),
        (365.0, Family("day"), "12月31日"), (366.0 + 30, Family("day"), "次年1月31日"), (0.1 + 0.2, Family("level", ""), "0.3"),
    ],
)  # fmt: skip
def test_figures_in_words(value: float, family: Family, words: str) -> None:
    assert figure_words(value, family) == words
