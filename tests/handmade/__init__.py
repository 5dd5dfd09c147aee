"""Forms written down by hand as budgets publish them, apart from the generator's layouts; each with its gold."""

from tests.handmade import (
    bodies,
    columns,
    evaluation,
    funds,
    numbers,
    overall,
    projects,
    raw_books,
    raw_more,
    raw_web,
    raw_word,
    systems,
    variants,
)
from tests.handmade.form import Form
from tests.handmade.raw import Raw

FORMS: tuple[Form, ...] = (
    *projects.FORMS, *columns.FORMS, *overall.FORMS, *evaluation.FORMS, *funds.FORMS, *bodies.FORMS, *variants.FORMS,
    *systems.FORMS,
    *numbers.FORMS,
)  # fmt: skip
RAW: tuple[Raw, ...] = (*raw_books.BOOKS, *raw_word.WORDS, *raw_web.WEB, *raw_more.MORE)
