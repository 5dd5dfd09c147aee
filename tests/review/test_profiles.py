"""Profiles: templates recognised, YAML files of a place read and refused with reasons, thresholds."""

from __future__ import annotations

import contextlib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import UsageError
from kpi.model import Document
from kpi.review import Profile, Settings, all_rules, parse_profile, read_profile, review
from kpi.review.registry import T2015, T2021
from kpi.review.settings import change_settings
from kpi.review.views import document_view
from tests.review.clean import GREENING, ROADS
from tests.review.examples import TRAINING, Table, rows
from tests.review.samples import Sample

PLACE = """
title: 甲市财政局 2026
template: T2021
off: [R39, R43]
severity:
  R18: E
settings:
  least_satisfaction: 85
"""


def document(text: str) -> Document:
    return Table(text).document()


def rules_of(text: str, profile: str | Profile | None = None) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in review(document(text), profile=profile)}


@pytest.mark.parametrize(
    ("text", "template"),
    [
        (ROADS, T2021), (GREENING, T2015), ("产出指标 | 数量指标 | 演出场次 | ≥3场", ""),
        ("效益指标 | 可持续影响指标 | 馆舍使用年限 | ≥10年", T2015), ("成本指标 | | 项目总成本 | ≤3万元", T2021),
    ],
    ids=["cost first", "cost below output", "neither", "sustained effects", "wide table"],
)  # fmt: skip
def test_templates_are_recognised(text: str, template: str) -> None:
    view = document_view(Sample().project("项目", text).document(), Settings())
    assert view.projects[0].template == template


def test_a_template_overrides_what_is_recognised() -> None:
    mixed = rows("产出指标 | 成本指标 | 场地费用 | ≤3万元")
    assert "R10" in rules_of(mixed)
    assert "R10" in rules_of(mixed, "t2021")
    assert "R10" not in rules_of(mixed, "T2015")


def test_a_place_switches_hardens_and_tightens(tmp_path: Path) -> None:
    path = tmp_path / "甲市.yaml"
    path.write_text(PLACE, encoding="utf-8")
    text = rows(
        "产出指标 | 质量指标 | 设备故障率 | ≥2%", "满意度指标 | 服务对象满意度指标 | 家长满意度 | ≥82%", without="数量"
    )
    usual, placed = rules_of(text), rules_of(text, str(path))
    assert usual["R18"] == "W"
    assert placed["R18"] == "E"
    assert "R48" not in usual
    assert placed["R48"] == "I"
    few = "产出指标 | 数量指标 | 演出场次 | ≥3场"
    assert "R39" in rules_of(few)
    assert "R39" not in rules_of(few, str(path))


REFUSED = {
    "not YAML": ("off: [R39", "不是合法的 YAML"),
    "a list": ("- R39", "键: 值"),
    "an unknown key": ("offf: [R39]", "off"),
    "an unknown rule": ("off: [R93]", "没有这条规则"),
    "a rule in small letters": ("off: [r39]", "R39"),
    "an unknown severity": ("severity: {R39: X}", "E（强制）"),
    "an unknown template": ("template: T2019", "T2015、T2021"),
    "an unknown threshold": ("settings: {least_satisfactoin: 80}", "least_satisfaction"),
    "a threshold as text": ("settings: {least_satisfaction: 八十}", "应为数字"),
    "a threshold that is yes": ("settings: {least_satisfaction: yes}", "应为数字"),
    "a threshold out of bounds": ("settings: {least_satisfaction: 800}", "超出范围"),
    "a threshold that is no number": ("settings: {least_satisfaction: .nan}", "超出范围"),
    "rules that are no list": ("off: {R39: true}", "列表"),
    "severities that are no mapping": ("severity: [R39]", "键: 值"),
    "too large": ("# " + "x" * 200_000, "过大"),
    "an object": ("!!python/object/apply:os.system ['true']", "不是合法的 YAML"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_profile(text, where="甲市.yaml")
    assert told in str(caught.value)
    assert "甲市.yaml" in str(caught.value)
    assert caught.value.advice


@pytest.mark.parametrize("source", ["T2031", "没有这个文件.yaml"])
def test_a_profile_that_is_not_there(source: str) -> None:
    with pytest.raises(UsageError, match="没有这个审核口径"):
        read_profile(source)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(UsageError, match="无法读取"):
        read_profile(path)


def test_an_empty_file_changes_nothing() -> None:
    assert parse_profile("", where="") == Profile()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_profile_or_a_reason(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(parse_profile(text), Profile)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*(item.name for item in fields(Settings)), "x"]),
        st.one_of(st.floats(), st.integers(), st.text()),
    )
)
def test_settings_keep_to_their_bounds(changes: dict[str, object]) -> None:
    try:
        settings = change_settings(Settings(), changes)
    except UsageError:
        return
    for item in fields(Settings):
        assert item.metadata["least"] <= getattr(settings, item.name) <= item.metadata["most"]


def test_settings_of_the_caller_and_of_the_profile() -> None:
    text = rows("满意度指标 | 服务对象满意度指标 | 家长满意度 | ≥82%")
    low = [item.rule for item in review(document(text), settings={"least_satisfaction": 85})]
    assert "R48" in low
    profile = Profile(settings={"least_satisfaction": 70})
    assert "R48" not in [
        item.rule for item in review(document(text), profile=profile, settings={"least_satisfaction": 85})
    ]


def test_every_rule_is_told_in_full() -> None:
    named = {name for rule in all_rules().values() for name in rule.settings}
    assert named == {item.name for item in fields(Settings)}
    for rule in all_rules().values():
        assert rule.title
        assert rule.explained
        assert rule.advice
        assert rule.topic


def test_the_base_table_stays_clean_under_both_templates() -> None:
    assert rules_of(TRAINING, "T2015") == rules_of(TRAINING, "T2021") == {}
