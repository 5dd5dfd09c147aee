"""What a file costs: processor seconds a file, a page and an indicator by format, bytes of its result, memory of a worker.

    python -m benchmarks.unit_costs [--runs 3] [FILE …]

Each file (by default those of corpus/) is parsed in a process of its own, once to warm up (imports, the profile of LibreOffice)
and then `--runs` times; the least is told, since others may use the machine. `docs/scale.md` reckons with these.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.search import cpu_seconds, peak_megabytes

ROOT = Path(__file__).resolve().parents[1]
ENDINGS = frozenset({".pdf", ".doc", ".docx", ".xls", ".xlsx", ".html", ".txt"})


def measure(path: Path, runs: int) -> dict[str, Any]:
    """Figures of one file, in this process."""
    import kpi
    from kpi.serial import document_to_bytes

    kpi.parse(path)
    seconds = []
    for _ in range(runs):
        before = cpu_seconds()
        document = kpi.parse(path)
        seconds.append(cpu_seconds() - before)
    return {
        "file": path.name, "format": document.format, "kb": round(path.stat().st_size / 1024), "pages": document.page_count or 1,
        "indicators": len(document.indicators), "seconds": round(min(seconds), 3),
        "ms_a_page": round(min(seconds) * 1000 / (document.page_count or 1), 1),
        "ms_an_indicator": round(min(seconds) * 1000 / max(1, len(document.indicators)), 2),
        "result_bytes_an_indicator": round(len(document_to_bytes(document)) / max(1, len(document.indicators))),
        "peak_mb": round(peak_megabytes()),
    }  # fmt: skip


def main() -> None:
    """Measure each file in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(measure(chosen.files[0], chosen.runs), ensure_ascii=False))
        return
    files = chosen.files or sorted(path for path in (ROOT / "corpus").iterdir() if path.suffix in ENDINGS)
    lines: list[dict[str, Any]] = []
    for path in files:
        command = [
            sys.executable,
            "-m",
            "benchmarks.unit_costs",
            "--inside",
            "--runs",
            str(chosen.runs),
            str(path.resolve()),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        lines.append(json.loads(done.stdout.splitlines()[-1]))
    print(f"| {' | '.join(lines[0])} |\n|{'---|' * len(lines[0])}")
    for line in lines:
        print(f"| {' | '.join(str(value) for value in line.values())} |")


if __name__ == "__main__":
    main()
