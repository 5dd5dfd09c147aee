"""Names near to a name (相近指标): the score and vetoes of clustering, then likeness of the characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.cluster import explain
from kpi.compare.profile import Profile

_LEAST_SCORE, _LEAST_TEXT = 0.1, 0.6
"""A name below both shares no more than its measure (满意度) with the asked one."""


@dataclass(frozen=True, slots=True)
class Near:
    """One name beside the asked one; `score` and `text` are 0–1."""

    name: str
    score: float
    """Likeness of the words that tell indicators apart, see `kpi.cluster`."""
    text: float
    """Likeness of the characters."""
    same: bool
    """Alone they would be one indicator."""
    differences: tuple[str, ...]
    """Why they are not the same: differing respondents, measures, numbers …"""

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """To sort by, ascending: the same first, then what differs in degree only, then what differs in kind."""
        return not self.same, bool(self.differences), -(self.score + self.text)


@dataclass(frozen=True, slots=True)
class Similar:
    """A cluster near to a name: its nearest wording, and what is usual for it."""

    near: Near
    profile: Profile


def name_likeness(asked: str, other: str) -> Near:
    """How near two names are, and why they are not the same."""
    from rapidfuzz import fuzz

    told = explain(asked, other)
    text = fuzz.ratio(told.a.normal, told.b.normal) / 100
    differences = (
        ()
        if told.identical
        else tuple(f"{veto.what}：{veto.left or '无'} | {veto.right or '无'}" for veto in told.vetoes)
    )
    return Near(other, 1.0 if told.identical else round(told.score, 4), round(text, 4), told.alike, differences)


def nearest(asked: str, names: Iterable[str]) -> list[Near]:
    """Names by nearness, the nearest first; names that share nothing are left out."""
    found = (name_likeness(asked, name) for name in names)
    near = [item for item in found if item.same or item.score >= _LEAST_SCORE or item.text >= _LEAST_TEXT]
    return sorted(near, key=lambda item: (item.rank, item.name))
