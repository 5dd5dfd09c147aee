"""Synthetic Chinese budget documents with a known gold: what other cities and departments would publish.

Independent of the extraction: nothing of `kpi.tables`, `kpi.extract` or `kpi.reading` is imported here, so that a
mistake of the reader cannot hide in the generator.

>>> document = make_document("wide", seed=1)
>>> document.render("pdf", Path("a.pdf"))
>>> document.gold  # list of dictionaries with the columns of the hand-checked gold
"""

from tests.generator.document import FORMATS, LAYOUTS, SyntheticDocument, make_document

__all__ = ["FORMATS", "LAYOUTS", "SyntheticDocument", "make_document"]
