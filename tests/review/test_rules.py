"""Every rule fires on the table that is wrong and not on the one that is right."""

from __future__ import annotations

import pytest

from kpi.model import Document, Finding
from kpi.review import all_rules, review
from kpi.review.registry import STORE
from tests.review.examples import EXAMPLES, TRAINING, Example, Table
from tests.review.write_docs import PAGE, with_generated


def findings_of(table: Table | Document, rule: str) -> list[Finding]:
    document = table.document() if isinstance(table, Table) else table
    return [finding for finding in review(document) if finding.rule == rule]


IDS = [f"{example.rule}-{example.severity}-{number}" for number, example in enumerate(EXAMPLES)]


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_fires(example: Example) -> None:
    found = findings_of(example.fires, example.rule)
    shown = [f"{item.severity} {item.printed} {item.message}" for item in found]
    assert any(
        item.severity == example.severity and example.printed in f"{item.printed} {item.message}" for item in found
    ), shown


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_does_not_fire(example: Example) -> None:
    found = findings_of(example.silent, example.rule)
    assert [item.message for item in found if item.severity == example.severity] == []


def test_every_rule_has_examples() -> None:
    told = {rule.id for rule in all_rules().values() if rule.view != STORE}
    assert {example.rule for example in EXAMPLES} == told


def test_the_base_table_is_clean() -> None:
    assert [(item.rule, item.message) for item in review(Table(TRAINING).document())] == []


def test_the_documentation_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert page == with_generated(page), "write it anew: python -m tests.review.write_docs"
