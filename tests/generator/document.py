"""A synthetic document: layout and seed decide everything, a renderer writes it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.generator import surroundings
from tests.generator.blocks import Block, Section
from tests.generator.content import Department
from tests.generator.layout_lists import outline, split
from tests.generator.layout_overall import overall, overall_self
from tests.generator.layout_project import one_project
from tests.generator.layout_prose import borderless, prose
from tests.generator.layout_ruleless import ruleless_lists, ruleless_outline, ruleless_tables, ruleless_wide
from tests.generator.layout_self import project_self, two_halves
from tests.generator.layout_variants import grades, half_year, self_split, typed, years
from tests.generator.layout_wide import wide
from tests.generator.variations import vary

Maker = Callable[[random.Random], tuple[Department, list[Section]]]
LAYOUTS: dict[str, Maker] = {
    "wide": wide,
    "overall": overall,
    "overall_self": overall_self,
    "one_project": one_project,
    "project_self": project_self,
    "split": split,
    "outline": outline,
    "years": years,
    "two_halves": two_halves,
    "half_year": half_year,
    "self_split": self_split,
    "grades": grades,
    "typed": typed,
    "borderless": borderless,
    "prose": prose,
    "ruleless_tables": ruleless_tables,
    "ruleless_lists": ruleless_lists,
    "ruleless_outline": ruleless_outline,
    "ruleless_wide": ruleless_wide,
}
FORMATS = ("pdf", "docx", "xlsx", "html", "tabs", "spaces", "lines")
OFFICE_FORMATS = ("doc", "xls", "wordpdf", "sheetpdf")
"""Written by LibreOffice out of the DOCX or XLSX, see `office`."""
ALL_FORMATS = (*FORMATS, *OFFICE_FORMATS, "scan")
WITH_SPACES = frozenset(
    {"overall", "overall_self", "one_project", "project_self", "prose", "split", "grades", "half_year", "self_split"}
)
"""Layouts without empty cells between filled ones: the style of raw text 001 loses empty cells."""

SUFFIXES = {
    "pdf": ".pdf",
    "docx": ".docx",
    "xlsx": ".xlsx",
    "html": ".html",
    "tabs": ".txt",
    "spaces": ".txt",
    "lines": ".txt",
    "doc": ".doc",
    "xls": ".xls",
    "scan": ".pdf",
    "wordpdf": ".pdf",
    "sheetpdf": ".pdf",
}


@dataclass
class SyntheticDocument:
    """Blocks in reading order with the gold of their indicators."""

    layout: str
    seed: int
    department: Department
    blocks: list[Block]
    gold: list[dict[str, str]] = field(default_factory=list)

    def stem(self, form: str) -> str:
        """File name without suffix; the format is part of it because three text styles share `.txt`."""
        return f"{self.layout}-{self.seed:03d}-{form}"

    def offers(self, form: str) -> bool:
        """Whether the layout is published in this format: a wide table out of a page's text by spaces is past saving."""
        if self.layout.startswith("ruleless"):
            return form in ("pdf", "wordpdf")  # elsewhere lines do not matter
        return form != "spaces" or self.layout in WITH_SPACES

    def render(self, form: str, path: Path) -> None:
        """Write the document in a format of `FORMATS`."""
        if form == "pdf":
            from tests.generator.render_pdf import render_pdf

            render_pdf(self.blocks, path, self.seed, self.department.name)
        elif form == "scan":
            from tests.generator.scan import render_scan

            render_scan(self.blocks, path, self.seed, self.department.name)
        elif form == "docx":
            from tests.generator.render_docx import render_docx

            render_docx(self.blocks, path, self.seed)
        elif form == "xlsx":
            from tests.generator.render_xlsx import render_xlsx

            render_xlsx(self.blocks, path, self.seed)
        elif form == "html":
            from tests.generator.render_html import render_html

            render_html(self.blocks, path, self.seed)
        elif form in ("tabs", "spaces", "lines"):
            from tests.generator.render_text import render_text

            render_text(self.blocks, path, self.seed, form)
        else:
            raise ValueError(f"no format {form!r}; formats are {', '.join(FORMATS)}")


def make_document(layout: str, seed: int) -> SyntheticDocument:
    """The document of a layout and a seed; the same two always give the same bytes."""
    if layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}; layouts are {', '.join(LAYOUTS)}")
    rng = random.Random(f"{layout}-{seed}")
    department, sections = LAYOUTS[layout](rng)
    final = layout.endswith("_self") or any(
        row["table"].endswith("自评") for section in sections for row in section.gold
    )
    coded = spending_codes(department, final=final)
    blocks = surroundings.front(department, final=final, coded=coded)
    gold: list[dict[str, str]] = []
    title = f"{department.name}{department.year}年度{'部门决算' if final else '部门预算'}"
    goals = {project.code: project.goal for _, project in department.projects}
    vary(random.Random(f"{layout}-{seed}-vary"), [block for section in sections for block in section.blocks], goals)
    for section in sections:
        blocks += section.blocks
        gold += [row | {"file": f"{layout}-{seed:03d}", "doc": title} for row in section.gold]
    if not (department.codes_printed or coded):
        gold = [row | {"project_code": ""} for row in gold]
    blocks += surroundings.back(department)
    return SyntheticDocument(layout, seed, department, blocks, gold)


def spending_codes(department: Department, *, final: bool) -> bool:
    """Whether the 项目支出表 prints codes: then they are the only place of them if the 绩效 tables have none.

    Names that two projects share would leave open which code is meant, so such documents have none there.
    """
    names = [project.name for _, project in department.projects]
    share = 0.3 if department.codes_printed else 0.4
    return department.rng.random() < share and not final and (department.codes_printed or len(set(names)) == len(names))
