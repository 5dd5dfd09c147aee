"""Whatever a table holds, rules give findings and nothing else; the order of the findings is fixed."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.model import TABLE_KINDS, Document
from kpi.review import SEVERITIES, all_rules, review
from kpi.review.report import finding_to_record
from tests.review.samples import Sample

LEVELS = st.sampled_from(
    [
        "",
        "产出指标",
        "效益指标（30分）",
        "满意度指标",
        "成本指标",
        "投入管理指标",
        "数量指标",
        "社会效益指标",
        "经济成本指标",
        "别的",
    ]
)
WORDS = st.text("数量质量率人次满意度成本时间万元年月日、，。（）()%≥≤=》约1290.-/无 \n2025培训项目总费用", max_size=24)
WEIGHTS = st.sampled_from(["", "10", "5.5", "10分", "-", "十", "1e3", "10%", "1.2.3"])
ROWS = st.lists(st.tuples(LEVELS, LEVELS, WORDS, WORDS, WEIGHTS, WEIGHTS, WORDS), max_size=8)
AMOUNTS = st.one_of(st.none(), st.decimals(min_value=-1000, max_value=10**12, places=2, allow_nan=False))


def plain(text: str) -> str:
    """Without what parts the entries of a sample's line."""
    return "".join(text.split()).replace("|", "")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    sample = Sample(table=draw(st.sampled_from(TABLE_KINDS)), year=draw(st.integers(2015, 2031)))
    for number in range(draw(st.integers(0, 3))):
        lines = []
        for level1, level2, name, target, weight, score, actual in draw(ROWS):
            texts = [
                level1,
                level2,
                *(plain(text) for text in (name, target)),
                f"weight={weight}",
                f"score={score}",
                f"actual={plain(actual)}",
            ]
            lines.append(" | ".join(texts))
        amount = draw(AMOUNTS)
        total = draw(AMOUNTS)
        sample.project(
            draw(WORDS).replace("\n", "") or f"项目{number}", lines, amount="" if amount is None else str(amount), goal=draw(WORDS),
            weight_total=total, score_total=total, tasks=[f"{draw(WORDS)}：{draw(WORDS)}"],
        )  # fmt: skip
    return sample.document()


@settings(max_examples=150, deadline=None)
@given(documents())
def test_any_table_is_reviewed(document: Document) -> None:
    found = review(document)
    rules = all_rules()
    for finding in found:
        assert finding.severity in SEVERITIES
        assert finding.topic == rules[finding.rule].topic
        assert finding.message
        assert finding.advice
        json.dumps(finding_to_record(finding), ensure_ascii=False, allow_nan=False)
    assert review(document) == found


def test_an_amount_of_nothing() -> None:
    document = (
        Sample().project("项目", "成本指标 | | 项目总成本 | ≤0万元", amount="0.00", weight_total=Decimal(0)).document()
    )
    assert {finding.rule for finding in review(document)} >= {"R01", "R02"}
