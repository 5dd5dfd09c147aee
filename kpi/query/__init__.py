"""The query language (检索语言): text → tree → rows.

    满意度 "参保群众" city:焦作市 OR city:许昌市 value>=85 -离休 sort:-value

Words and phrases are looked for in names, projects and departments; `field:value` takes every field of the record by
its own, Chinese or short name; numbers compare with `>=`, `<=`, `>`, `<`, `=` or lie in `90..95`, with units if wanted.
"""

from kpi.query.evaluation import Resolver, evaluate
from kpi.query.fields import QueryField, find_field, query_fields
from kpi.query.folding import fold_for_search, fold_with_offsets
from kpi.query.nodes import (
    CONTAINS,
    EQUAL,
    PREFIX,
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
    Quantity,
    Query,
    SortKey,
    Word,
    all_of,
    any_of,
    leaves,
)
from kpi.query.parsing import parse_condition, parse_query
from kpi.query.printing import query_to_text

__all__ = [
    "CONTAINS",
    "EQUAL",
    "PREFIX",
    "TEXT_KINDS",
    "And",
    "DateRange",
    "FieldIs",
    "Leaf",
    "Node",
    "Not",
    "NumberRange",
    "Or",
    "Phrase",
    "Quantity",
    "Query",
    "QueryField",
    "Resolver",
    "SortKey",
    "Word",
    "all_of",
    "any_of",
    "evaluate",
    "find_field",
    "fold_for_search",
    "fold_with_offsets",
    "leaves",
    "parse_condition",
    "parse_query",
    "query_fields",
    "query_to_text",
]
