"""Makes `store_samples` importable in this folder's tests and in the processes that they start."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
