"""Measurements against named peers in the same run; `python -m benchmarks` runs all, `python -m benchmarks.NAME` one."""
