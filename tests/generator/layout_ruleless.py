"""Layouts without ruling lines, or with a few of them: only under rows, 三线表, every second row grey."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.generator.blocks import Grid, Section
from tests.generator.content import Department
from tests.generator.layout_lists import outline, split
from tests.generator.layout_overall import overall, overall_self
from tests.generator.layout_self import project_self, two_halves
from tests.generator.layout_variants import grades, half_year, self_split, typed, years
from tests.generator.layout_wide import wide

Maker = Callable[[random.Random], tuple[Department, list[Section]]]
DRAWN = ["none", "none", "rows", "three", "zebra"]


def without_lines(rng: random.Random, maker: Maker) -> tuple[Department, list[Section]]:
    """The document of a maker with its tables drawn in one of these ways."""
    department, sections = maker(rng)
    drawn = rng.choice(DRAWN)
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                block.drawn = drawn
    return department, sections


def ruleless_tables(rng: random.Random) -> tuple[Department, list[Section]]:
    """One table a project or department."""
    return without_lines(
        rng, rng.choice([overall, overall_self, project_self, years, half_year, typed, grades, self_split])
    )


def ruleless_lists(rng: random.Random) -> tuple[Department, list[Section]]:
    """Lists with the project at the left, and two periods side by side."""
    return without_lines(rng, rng.choice([split, split, two_halves]))


def ruleless_outline(rng: random.Random) -> tuple[Department, list[Section]]:
    """Levels on rows of their own, name and goal over all of them."""
    return without_lines(rng, outline)


def ruleless_wide(rng: random.Random) -> tuple[Department, list[Section]]:
    """The wide summary with unit rows between projects; the header may come once."""
    return without_lines(rng, wide)
