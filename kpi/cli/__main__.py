"""`python -m kpi.cli` and the entry point of the command `kpi`."""

from __future__ import annotations

import sys

from kpi.cli import main


def run() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
