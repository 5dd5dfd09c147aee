"""How fast targets are read, against cn2an and quantulum3, and a fuzz of 100,000 random strings.

    python benchmarks/targets.py            speed, long cells, peers
    python benchmarks/targets.py --fuzz     100,000 random strings: no exception, no lost digits

Strings: the targets of tests/data/targets with other digits, each distinct. One core; the peers run on the same strings in
the same run, so that ratios hold on a busy machine.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from kpi.targets import normalize
from kpi.targets.cleaning import clean

TABLES = Path(__file__).resolve().parents[1] / "tests" / "data" / "targets"
STRINGS = 40_000
FUZZED = 100_000
# quantulum3 needs milliseconds a string
PEER_STRINGS = 300
LONG_CELL = 10_000
ROUNDS = 3
LEAST_A_SECOND = 40_000
LONGEST_SECONDS = 0.05
DIGITS = re.compile(r"[0-9]+")
NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def printed_targets() -> list[str]:
    """Every target of the test tables."""
    found: list[str] = []
    for path in sorted(TABLES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["target"] for row in csv.DictReader(line for line in file if not line.startswith("# "))]
    return found


def distinct_strings(count: int, chance: random.Random) -> list[str]:
    """`count` distinct targets: the printed ones with a number of 1–6 other digits where their first number stands."""
    shapes = [text for text in printed_targets() if DIGITS.search(text) and not re.search(r"[年月]|20[0-9]{2}", text)]
    dated = [text for text in printed_targets() if re.search(r"20[0-9]{2}", text)]
    strings: dict[str, None] = dict.fromkeys(text for text in printed_targets() if text)
    while len(strings) < count:
        if chance.random() < 0.05 and len(strings) < count // 20:
            text = re.sub(r"20[0-9]{2}", lambda _: f"20{chance.randrange(10, 40)}", chance.choice(dated))
        else:
            number = str(chance.randrange(10 ** chance.randrange(1, 7)))
            text = DIGITS.sub(number, chance.choice(shapes), count=1)
        strings[text] = None
    return list(strings)[:count]


def rate(read: Callable[[str], object], strings: Sequence[str]) -> float:
    """Strings a second, the best of some rounds: a shared machine only ever slows a round down."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in strings:
            read(text)
        best = min(best, time.process_time() - start)
    return len(strings) / best


def long_cells() -> Iterator[tuple[str, str]]:
    """Cells of 10,000 characters that would hurt a careless expression."""
    for piece in (
        "9",
        "(",
        ")",
        "较上年",
        "比",
        "每",
        "第",
        "-",
        "不",
        "1-",
        "一",
        "12月",
        "2026.",
        "≥90%，",
        "满意度",
        "无",
        "1:",
        "以上",
        "(1",
        "合同",
        "上年",
    ):
        yield piece, (piece * (LONG_CELL // len(piece) + 1))[:LONG_CELL]


def peers() -> Iterator[tuple[str, Callable[[str], object]]]:
    """The libraries that read parts of the same, where installed."""
    if importlib.util.find_spec("cn2an") is not None:
        cn2an = importlib.import_module("cn2an")
        yield "cn2an.transform", lambda text: cn2an.transform(text, "cn2an")
    if importlib.util.find_spec("quantulum3") is not None:
        # its stored classifier does not load with a scikit-learn of today
        importlib.import_module("quantulum3.classifier").USE_CLF = False
        parser = importlib.import_module("quantulum3.parser")
        yield "quantulum3", parser.parse


def measure() -> bool:
    """Print the figures; whether the limits are kept."""
    strings = distinct_strings(STRINGS, random.Random(20260101))
    ours = rate(lambda text: normalize(text, year=2026), strings)
    print(f"kpi.normalize      {ours:>10,.0f} strings/s   ({len(strings):,} distinct)")
    for name, read in peers():

        def guarded(text: str, read: Callable[[str], object] = read) -> None:
            try:
                read(text)
            except (ValueError, KeyError, IndexError, AttributeError, TypeError):
                return

        theirs = rate(guarded, strings[:PEER_STRINGS])
        print(f"{name:18s} {theirs:>10,.0f} strings/s   kpi is {ours / theirs:,.1f} times as fast")
    worst = 0.0
    for piece, text in long_cells():
        start = time.perf_counter()
        normalize(text, year=2026)
        spent = time.perf_counter() - start
        worst = max(worst, spent)
        print(f"10,000 characters of {piece:4s} {spent * 1000:>8.1f} ms")
    return ours >= LEAST_A_SECOND and worst < LONGEST_SECONDS


def pieces() -> list[str]:
    """The vocabulary's pieces: words of all tables, numbers, units, marks."""
    from kpi.targets import unit_table, vocabulary

    found: set[str] = {
        "0",
        "7",
        "12",
        "95",
        "2026",
        "3.5",
        "1,200",
        "0.95",
        "一",
        "十二",
        "两",
        "半",
        "(",
        ")",
        "/",
        "-",
        "~",
        ":",
        "，",
        "；",
    }
    for value in vars(vocabulary).values():
        if isinstance(value, (dict, tuple, frozenset)):
            found.update(word for word in value if isinstance(word, str))
    found.update(unit_table.COUNTERS, unit_table.SYMBOLS, unit_table.OWN_BASE, unit_table.DENOMINATORS)
    found.update(word for family in unit_table.MEASURES for word in family.spellings)
    found.update(
        (
            "年",
            "月",
            "日",
            "底",
            "前",
            "季度",
            "第",
            "上半年",
            "年底",
            "每",
            "较",
            "上年",
            "比",
            "同比",
            "百分之",
            "合同",
            "期内",
            " ",
            "①",
            "％",
            "²",
        )
    )
    return sorted(found)


def lost_digits(text: str) -> list[str]:
    """Digit runs that are neither in the result, nor in the unread part, nor in a note (a span that is not a value)."""
    target = normalize(text, year=2026)
    read = {number for number in (target.value, target.upper) if number is not None}
    told = "".join(target.unread) + target.unit
    lost: list[str] = []
    notes: list[str] = []
    for span in target.spans:
        if span.role not in {"value", "unread"}:
            notes += DIGITS.findall(span.text)
            continue
        for number in NUMBER.findall(span.text):
            figure = Decimal(number.replace(",", ""))
            halves = {figure, -figure, figure + Decimal("0.5")}
            if not halves & read and number not in told and not (target.unit == "比" or target.unit.startswith("比/")):
                lost.append(number)
            notes += DIGITS.findall(number)
    if target.kind == "missing":
        return DIGITS.findall(clean(text))
    return lost + [run for run in DIGITS.findall(clean(text)) if run not in notes and run not in told]


def fuzz(count: int = FUZZED) -> int:
    """Read random strings of the pieces; the number of strings with a lost digit run. Exceptions pass through."""
    chance = random.Random(20260102)
    words = pieces()
    lost = 0
    for _ in range(count):
        text = "".join(chance.choice(words) for _ in range(chance.randrange(1, 9)))
        missing = lost_digits(text)
        if missing:
            lost += 1
            print(f"lost {missing} in {text!r}")
    print(f"{count:,} random strings, 0 exceptions, {lost} with a lost number")
    return lost


def main() -> int:
    """Run; exit code 1 where a limit is broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fuzz", action="store_true")
    if options.parse_args().fuzz:
        return 1 if fuzz() else 0
    return 0 if measure() else 1


if __name__ == "__main__":
    sys.exit(main())
