"""What projects of a kind use elsewhere (指标推荐): similar projects, their indicators by category, with sources.

Nothing is invented: every indicator, target and wording was printed by some body, which is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpi.compare.profile import Profile, by_category
from kpi.compare.projects import project_core, project_similarity
from kpi.compare.references import ReferenceTarget

LEAST_SIMILARITY = 0.35
"""Likeness of project names below which they are other projects; on the given names 城乡医疗救助 has 0.32 with
城乡居民基本医疗保险 and 1.0 with both wordings of itself."""
_NEAR_THE_BEST = 0.7
"""Projects less like than this share of the most alike one are left out."""
MOST_PROJECTS = 200
"""Different names of projects that are looked at."""


@dataclass(frozen=True, slots=True)
class AlikeProject:
    """A project's name of the store, and how alike (0–1) it is."""

    name: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """One indicator: what is usual for it in the similar projects, and in how many of them it is listed."""

    profile: Profile
    share: float
    """Share of the similar projects (each body's own) that list it, 0–1."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The answer for a project name."""

    project: str
    core: str
    """What the name was understood as."""
    projects: tuple[AlikeProject, ...]
    bodies: int
    """Projects of different bodies (地区 × 部门 × 项目) behind the suggestions."""
    cities: int
    indicators: tuple[Suggested, ...]
    """By category, the most used first."""
    references: tuple[ReferenceTarget, ...] = ()
    """Rows of reference libraries that are meant for such projects."""
    notes: tuple[str, ...] = ()


def alike_projects(project: str, names: Iterable[str]) -> list[AlikeProject]:
    """Names of similar projects, most alike first; those far behind the best are left out."""
    core = project_core(project)
    found = [AlikeProject(name, round(project_similarity(core, project_core(name)), 4)) for name in names if name]
    best = max((item.likeness for item in found), default=0.0)
    least = max(LEAST_SIMILARITY, best * _NEAR_THE_BEST)
    kept = [item for item in found if item.likeness >= least]
    return sorted(kept, key=lambda item: (-item.likeness, item.name))[:MOST_PROJECTS]


def make_suggestion(
    project: str, projects: Sequence[AlikeProject], profiles: Sequence[Profile], *, bodies: int, cities: int,
    references: Iterable[ReferenceTarget] = (),
) -> Suggestion:  # fmt: skip
    """Order the profiles of the indicators that similar projects list."""
    shares: Mapping[str, float] = {item.cluster.id: item.projects / bodies for item in profiles} if bodies else {}
    ordered = by_category(profiles)
    notes = () if profiles else ("库中没有相近的项目：换一种说法，或先导入有这类项目的文件",)
    return Suggestion(
        project, project_core(project), tuple(projects), bodies, cities,
        tuple(Suggested(profile, shares[profile.cluster.id]) for profile in ordered), tuple(references), notes,
    )  # fmt: skip
