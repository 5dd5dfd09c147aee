"""Words by which reading finds the pages worth the work."""

from __future__ import annotations

import re

WANTED_WORDS = re.compile("绩效|指标|目标值|自评|满意度|实际完成值")
"""Each performance target table of docs/layouts.md prints at least one on a page with its header."""
