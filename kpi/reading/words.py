"""Words by which reading finds the pages worth the work."""

from __future__ import annotations

import re

WANTED_WORDS = re.compile("绩效|指标|目标值|自评|满意度|实际完成值|项目(编码|代码|编号)")
"""Each performance target table of docs/layouts.md prints at least one on a page with its header. The last finds the
项目支出表, which in some cities is the only place of the project codes (one page of a document)."""
