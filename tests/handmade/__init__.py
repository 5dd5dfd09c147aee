"""Forms written down by hand as budgets publish them, apart from the generator's layouts; each with its gold."""

from tests.handmade import columns, overall, projects
from tests.handmade.form import Form

FORMS: tuple[Form, ...] = (*projects.FORMS, *columns.FORMS, *overall.FORMS)
