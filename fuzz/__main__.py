"""`python -m fuzz [--seconds N | --executions N] [TARGET…]`: each target in a process of its own, then a table of figures.

Leaves with 1 when something was found; what was found lies in the folder that is named. A case belongs into
tests/data/fuzz/TARGET/ once it is mended, where the tests try it again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS, FuzzTarget

_STARTING = 120
"""Seconds that a process may take beyond its time: imports, seeds, the last input."""


def main() -> int:
    """Run the targets one after the other; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    bound = parser.add_mutually_exclusive_group()
    bound.add_argument("--seconds", type=int, help="for each target")
    bound.add_argument("--executions", type=int, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--plain", action="store_true", help="blind mutations: more executions a second, less is reached"
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default: all of {', '.join(TARGETS)}")
    options = parser.parse_args()
    unknown = sorted(set(options.targets) - set(TARGETS))
    if unknown:
        parser.error(f"unknown targets: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    broken = False
    print(f"{'target':<10} {'executions':>10} {'seconds':>8} {'a second':>9} {'slowest s':>9} findings", flush=True)
    for name in options.targets or TARGETS:
        folder = Path(tempfile.mkdtemp(prefix=f"kpi-fuzz-{name}-"))
        broken |= _run(TARGETS[name], folder, options)
    return 1 if broken else 0


def _run(target: FuzzTarget, folder: Path, options: argparse.Namespace) -> bool:
    executions = options.executions or (10**9 if options.seconds else target.executions)
    seconds = options.seconds or (10**6 if options.executions else target.seconds)
    command = [
        sys.executable,
        "-m",
        "fuzz.run",
        target.name,
        str(folder),
        str(executions),
        str(seconds),
        str(options.seed),
    ]
    command += ["plain"] if options.plain else []
    with (folder / "log.txt").open("wb") as log:
        code = subprocess.run(command, stdout=log, stderr=log, check=False, timeout=seconds + _STARTING).returncode
    try:
        figures = json.loads((folder / "figures.json").read_text("utf-8"))
    except OSError:
        figures = {"executions": 0, "seconds": 0, "slowest": 0, "findings": {}}
    findings = dict(figures["findings"])
    if code:
        findings[f"ended with {code}"] = (folder / "log.txt").read_text("utf-8", "replace")[-2000:]
    rate = figures["executions"] / max(figures["seconds"], 0.1)
    print(
        f"{target.name:<10} {figures['executions']:>10,} {figures['seconds']:>8} {rate:>9.0f} {figures['slowest']:>9} "
        f"{len(findings)}",
        flush=True,
    )
    for place, told in findings.items():
        print(f"  {place}\n    {told.strip().splitlines()[-1] if told.strip() else ''}\n    {folder}", flush=True)
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
