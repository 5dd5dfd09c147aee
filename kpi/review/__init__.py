"""Rules (审核规则) that find what is wrong with a 绩效目标 table, with place and proof.

    findings = kpi.review(kpi.parse("budget.pdf"))

`registry` says what a rule is; the rules stand by topic in `completeness`, `placement`, `names`, `measures`, `targets`, `timing`,
`money`, `sums`, `weights`, `scores`, `relevance` and, for comparisons with other documents, `peers`. Words are data in `vocabulary`, thresholds
in `settings`; `profiles` holds what a place may change.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from kpi.review.engine import review
from kpi.review.profiles import Profile, parse_profile, read_profile
from kpi.review.registry import SEVERITIES, TEMPLATES, Rule, all_rules
from kpi.review.settings import SETTING_FIELDS, Settings

__all__ = [
    "SETTING_FIELDS", "SEVERITIES", "TEMPLATES", "Profile", "Rule", "Settings", "all_rules", "parse_profile", "read_profile",
    "review",
]  # fmt: skip


class _CallablePackage(ModuleType):
    """`kpi.review(document)` reads the attribute that `import kpi.review` sets: the package itself answers the call."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """As `review`."""
        return review(*arguments, **settings)


sys.modules[__name__].__class__ = _CallablePackage
