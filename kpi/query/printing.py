"""Query tree → query text (检索式还原), for permalinks and for the sheet that states an export's filter."""

from __future__ import annotations

import re

from kpi.query.fields import query_fields
from kpi.query.nodes import (
    EQUAL,
    TEXT_KINDS,
    And,
    DateRange,
    FieldIs,
    Leaf,
    Node,
    Not,
    NumberRange,
    Or,
    Phrase,
    Query,
    Word,
)


def query_to_text(query: Query) -> str:
    """The query as text; parsing it gives the same tree for every tree that `parse_query` or `Query.where` made.

    Raises:
        ValueError: a tree that the language has no words for (an `And` inside an `Or` or a `Not`).
    """
    root = query.root
    conjuncts: tuple[Node, ...] = root.items if isinstance(root, And) else () if root is None else (root,)
    pieces = [_alternatives_to_text(node) for node in conjuncts]
    pieces.extend(f"sort:{'-' if key.descending else ''}{key.field}" for key in query.sort)
    return " ".join(pieces)


def _alternatives_to_text(node: Node) -> str:
    return " OR ".join(_term_to_text(item) for item in node.items) if isinstance(node, Or) else _term_to_text(node)


def _term_to_text(node: Node) -> str:
    if isinstance(node, Not) and not isinstance(node.item, (Not, And, Or)):
        return f"-{_leaf_to_text(node.item)}"
    if not isinstance(node, (Not, And, Or)):
        return _leaf_to_text(node)
    raise ValueError(f"no query text for {type(node).__name__} at this place")


def _leaf_to_text(leaf: Leaf) -> str:
    match leaf:
        case Word(text, kinds):
            return text if kinds == TEXT_KINDS else " OR ".join(f"{kind}:{text}" for kind in kinds)
        case Phrase(text, kinds):
            return _quote(text) if kinds == TEXT_KINDS else " OR ".join(f"{kind}:{_quote(text)}" for kind in kinds)
        case FieldIs(field, value, matching):
            exact = matching == EQUAL and bool(value) and query_fields()[field].match != EQUAL
            return f"{field}{'=' if exact else ':'}{_quote_if_needed(value)}"
        case NumberRange() | DateRange():
            return _range_to_text(leaf)


def _range_to_text(leaf: NumberRange | DateRange) -> str:
    if leaf.low_open or leaf.high_open or leaf.low is None or leaf.high is None:
        if leaf.low is not None and leaf.high is not None:
            raise ValueError("no query text for a range with an open end")
        if leaf.low is not None:
            return f"{leaf.field}{'>' if leaf.low_open else '>='}{leaf.low}"
        return f"{leaf.field}{'<' if leaf.high_open else '<='}{leaf.high}"
    return f"{leaf.field}:{leaf.low}" if leaf.low == leaf.high else f"{leaf.field}:{leaf.low}..{leaf.high}"


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quote_if_needed(text: str) -> str:
    return _quote(text) if not text or text.startswith('"') or re.search(r"\s", text) else text
