"""The same indicator across cities (比较): comparable sets, figures, strictness, years, outcomes, matrix, charts."""

from __future__ import annotations

from kpi.compare.actuals import Outcome
from kpi.compare.comparison import (
    ClusterName,
    ComparedSet,
    Comparison,
    Group,
    Ranked,
    Wording,
    Words,
    compare_observations,
)
from kpi.compare.figures import Bin, Figures, Position
from kpi.compare.observations import Family, Observation, Place, record_to_observation
from kpi.compare.rules import GROUPS, PARTS, VALUES, Left, Rule
from kpi.compare.strictness import Strictness, find_strictness, name_to_direction
from kpi.compare.years import Change

__all__ = [
    "GROUPS", "PARTS", "VALUES", "Bin", "Change", "ClusterName", "ComparedSet", "Comparison", "Family", "Figures", "Group", "Left",
    "Observation", "Outcome", "Place", "Position", "Ranked", "Rule", "Strictness", "Wording", "Words", "compare_observations",
    "find_strictness", "name_to_direction", "record_to_observation",
]  # fmt: skip
