"""A parser that ends its process on one file, as a crashing library would."""

from __future__ import annotations

import os
from pathlib import Path

from store_samples import parse_sample

from kpi.model import Document


def parse(path: Path) -> Document:
    """Parse a sample; `crash.txt` kills the worker."""
    if path.name == "crash.txt":
        os._exit(3)
    return parse_sample(path)
