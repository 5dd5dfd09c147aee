"""The generated part of docs/review.md: rules, thresholds, precision on the judged documents.

.venv/bin/python -m tests.review.write_docs      writes it anew
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from kpi.review import SETTING_FIELDS, SEVERITIES, all_rules

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "review.md"
JUDGED = ROOT / "tests" / "data" / "review" / "judged.csv"
START, END = "<!-- generated: rules -->", "<!-- end of generated: rules -->"


def generated() -> str:
    """Tables of rules, thresholds and precision in Markdown."""
    with JUDGED.open(encoding="utf-8", newline="") as stream:
        judged = list(csv.DictReader(stream))
    right = Counter(row["rule"] for row in judged if row["verdict"] == "right")
    every = Counter(row["rule"] for row in judged)
    lines = ["| 规则 | 等级 | 名称 | 查什么 | 依据 | 成立／意见 |", "|---|---|---|---|---|---|"]
    for rule in all_rules().values():
        share = f"{right[rule.id]}／{every[rule.id]}" if every[rule.id] else "—"
        state = "" if rule.on else "（缺省关闭）"
        lines.append(
            f"| {rule.id} | {rule.severity} {SEVERITIES[rule.severity]} | {rule.title}{state} | {rule.explained} | {rule.topic} | {share} |"
        )
    lines += ["", "| 阈值 | 缺省 | 含义 | 规则 |", "|---|---|---|---|"]
    for name, item in SETTING_FIELDS.items():
        users = "、".join(rule.id for rule in all_rules().values() if name in rule.settings)
        lines.append(f"| `{name}` | {item.default:g} {item.metadata['unit']} | {item.metadata['title']} | {users} |")
    severe = [row for row in judged if row["severity"] in {"E", "W"}]
    good = sum(row["verdict"] == "right" for row in severe)
    lines += [
        "",
        (
            f"五份文件共 {len(judged)} 条意见，逐条对照原表判断：强制和提示 {len(severe)} 条，成立 {good} 条（{good / len(severe):.0%}）；"
            f"线索 {len(judged) - len(severe)} 条，成立 {sum(right.values()) - good} 条。"
        ),
    ]
    return "\n".join(lines)


def with_generated(page: str) -> str:
    """The page with its generated part anew."""
    before, rest = page.split(START)
    return f"{before}{START}\n{generated()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(with_generated(PAGE.read_text("utf-8")), "utf-8")
