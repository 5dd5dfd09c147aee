"""Gold groups of indicator names and the figures they are judged by; written apart from the package."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
OWN = HERE.parent / "data" / "clusters"
CITIES = OWN / "cities"
GIVEN = HERE.parents[2] / "shared" / "gold"


def read_gold(path: Path) -> tuple[list[str], list[str]]:
    """Names and their groups (lines that begin with `# ` tell of them); skips the test where the team's files are not at hand."""
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("# ")))
    return [row["name"] for row in rows], [row["cluster"] for row in rows]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Pairs of names."""
    with path.open(encoding="utf-8") as file:
        return [
            (row["one"], row["other"]) for row in csv.DictReader(line for line in file if not line.startswith("# "))
        ]


def listed_together() -> list[list[str]]:
    """Names that one project of the given documents lists side by side."""
    path = GIVEN / "indicators.csv"
    if not path.exists():
        pytest.skip("indicators.csv is not at hand")
    projects: dict[tuple[str, ...], set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["table"] != "文字绩效目标":
                projects[row["doc"], row["table"], row["project_code"] or row["project"]].add(row["name"])
    return [sorted(names) for names in projects.values()]


def together(labels: Sequence[str]) -> set[tuple[int, int]]:
    """Pairs of places with one label."""
    places = defaultdict(list)
    for place, label in enumerate(labels):
        places[label].append(place)
    return {pair for found in places.values() for pair in combinations(found, 2)}


def pairwise(gold: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    """Pairwise precision and F1."""
    wanted, got = together(gold), together(found)
    right = len(wanted & got)
    precision, recall = right / len(got), right / len(wanted)
    return precision, 2 * precision * recall / (precision + recall)


def b_cubed(gold: Sequence[str], found: Sequence[str]) -> float:
    """B-cubed F1: the mean over names."""
    wanted, got = defaultdict(set), defaultdict(set)
    for place, (a, b) in enumerate(zip(gold, found, strict=True)):
        wanted[a].add(place)
        got[b].add(place)
    shared = [(len(wanted[a] & got[b]), len(got[b]), len(wanted[a])) for a, b in zip(gold, found, strict=True)]
    precision = sum(both / size for both, size, _ in shared) / len(shared)
    recall = sum(both / size for both, _, size in shared) / len(shared)
    return 2 * precision * recall / (precision + recall)
