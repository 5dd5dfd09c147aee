"""Query tree → rows: each leaf becomes a mask of rows, and the masks are joined with `&`, `|` and `~`."""

from __future__ import annotations

from typing import Protocol, Self, TypeVar

from kpi.query.nodes import And, DateRange, FieldIs, Node, Not, NumberRange, Or, Phrase, Query, Word


class Mask(Protocol):
    """What is needed of a set of rows; a numpy array of booleans has it."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __invert__(self) -> Self: ...


MaskType = TypeVar("MaskType", bound=Mask)
_Mask_co = TypeVar("_Mask_co", bound=Mask, covariant=True)


class Resolver(Protocol[_Mask_co]):
    """Finds the rows of one condition; the catalog is one, over coded columns and the text index.

    Masks that it hands out are not written to.
    """

    def everything(self) -> _Mask_co:
        """All rows."""
        ...

    def text(self, term: Word | Phrase) -> _Mask_co:
        """Rows whose name, project or department (those of `term.kinds`) matches."""
        ...

    def field(self, condition: FieldIs) -> _Mask_co:
        """Rows whose field has the value, see `FieldIs.matches`."""
        ...

    def number(self, condition: NumberRange) -> _Mask_co:
        """Rows whose number lies in the range, see `NumberRange`."""
        ...

    def date(self, condition: DateRange) -> _Mask_co:
        """Rows whose date lies in the range; rows without a date never do."""
        ...


def evaluate(query: Query, resolver: Resolver[MaskType]) -> MaskType:
    """The rows that a query asks for."""
    return resolver.everything() if query.root is None else _evaluate(query.root, resolver)


def _evaluate(node: Node, resolver: Resolver[MaskType]) -> MaskType:
    match node:
        case Not(item):
            return ~_evaluate(item, resolver)
        case And(items):
            found = _evaluate(items[0], resolver)
            for item in items[1:]:
                found = found & _evaluate(item, resolver)
            return found
        case Or(items):
            found = _evaluate(items[0], resolver)
            for item in items[1:]:
                found = found | _evaluate(item, resolver)
            return found
        case Word() | Phrase():
            return resolver.text(node)
        case FieldIs():
            return resolver.field(node)
        case NumberRange():
            return resolver.number(node)
        case DateRange():
            return resolver.date(node)
