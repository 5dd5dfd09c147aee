"""绩标通 (KPI Atlas): performance indicators (绩效指标) out of published budgets, as records to search and compare.

The public names are imported on first use, so that `import kpi` is quick.
"""

from __future__ import annotations

import importlib
import logging
from typing import Any

_PUBLIC = {
    "parse": "kpi.pipeline",
    "normalize": "kpi.targets",
    "format_target": "kpi.targets",
    "cluster_names": "kpi.cluster",
    "review": "kpi.review",
    "ingest": "kpi.ingestion",
    "open_store": "kpi.store",
    "KpiError": "kpi.errors",
}

__all__ = ["KpiError", "cluster_names", "format_target", "ingest", "normalize", "open_store", "parse", "review"]

# Who uses the library decides what becomes of its logs, see `kpi.logs`.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'kpi' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
