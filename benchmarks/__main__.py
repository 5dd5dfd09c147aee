"""`python -m benchmarks [NAME…]`: each measurement in a process of its own, one after the other; `--list` tells what there is.

Without names: those that need neither arguments nor a large store of an earlier run, about an hour on 2 quiet cores.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
USUAL = ("pdf_tables", "scan", "targets", "text_index", "cluster", "unit_costs", "faults", "review", "search")


def measurements() -> dict[str, str]:
    """Module → what it measures: those that can be run by themselves."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return {name: told for name, told in found.items() if not name.startswith("_")}


def main() -> int:
    """Run what was asked for; returns 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="tell what can be measured")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {', '.join(USUAL)}")
    options = parser.parse_args()
    known = measurements()
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    if options.list:
        print("\n".join(f"{name:<18} {told}" for name, told in known.items()))
        return 0
    failed = []
    for name in options.names or USUAL:
        print(f"\n## {name}: {known[name]}\n", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=FOLDER.parent, check=False)
        failed += [name] if done.returncode else []
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall went well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
