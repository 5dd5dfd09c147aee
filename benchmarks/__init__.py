"""Measurements, against named peers in the same run where there are any; `python -m benchmarks --list` tells which."""
