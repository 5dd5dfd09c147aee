"""Targets (指标值): printed text to comparator, value, unit, date, grade, and back.

Stages: `cleaning` (one spelling for each mark) → `scanner` (tokens with spans) → `grammar` (clauses) → `context` (implied
units) → `normal_form`. Words are data in `vocabulary` and `unit_table`; `units` is the one place to look a unit up.
"""

from __future__ import annotations

from kpi.targets.canonical import format_target
from kpi.targets.normal_form import normalize
from kpi.targets.units import Unit, find_unit, to_base

__all__ = ["Unit", "find_unit", "format_target", "normalize", "to_base"]
