"""`kpi clusters`: names in a csv → the same indicators; why two names are, or are not, the same."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpi.errors import BadInput, UsageError

if TYPE_CHECKING:
    from kpi.cluster import Explanation, Vocabulary

KEYS = ("name", "cluster", "canonical")
_FAMILY_NONE = "（整句）"


@click.group(
    invoke_without_command=True,
    epilog="示例：kpi clusters --input names.csv --format jsonl；kpi clusters --explain 参保群众满意度 参保人员对医保服务满意度",
)
@click.option("--input", "source", metavar="FILE.csv", help="csv 文件，列 name；- 为标准输入。")
@click.option("--explain", "pair", nargs=2, metavar="A B", help="说明两个名称为何相同或不同。")
@click.option(
    "--vocabulary", "vocabularies", multiple=True, metavar="FILE.toml", help="在内置词表之外加用的词表（可重复）。"
)
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "json", "csv"]), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="写入文件，默认标准输出。")
@click.pass_context
def command(
    context: click.Context,
    source: str | None,
    pair: tuple[str, str] | None,
    vocabularies: tuple[str, ...],
    form: str,
    output: str | None,
) -> None:
    """把名称归为同类指标，说明两个名称为何相同或不同。"""
    if context.invoked_subcommand is not None:
        return
    if (source is None) == (pair is None):
        raise UsageError(
            "请用 --input 指定 csv 文件，或用 --explain 给出两个名称（二选一）", advice="kpi clusters --help"
        )
    from kpi.cluster import load_vocabulary

    words = load_vocabulary(vocabularies)
    if pair is not None:
        _write(_explained(pair, words, form), output)
    elif source is not None:
        names = _read_names(source)
        _write(_formatted(_records(names, words), form), output)


def _records(names: Sequence[str], words: Vocabulary) -> list[dict[str, str]]:
    """One record a row of the input, in its order."""
    from collections import Counter

    from kpi.cluster import cluster_counts

    clustering = cluster_counts(Counter(names), vocabulary=words)
    of = {
        printed: cluster for cluster in clustering.clusters for member in cluster.members for printed, _ in member.names
    }
    return [{"name": name, "cluster": of[name].id, "canonical": of[name].canonical} for name in names]


def _read_names(source: str) -> list[str]:
    where = "标准输入" if source == "-" else source
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise BadInput("文件打不开", where=where, found=error.strerror or "", advice="检查路径和权限") from error
    reader = csv.DictReader(io.StringIO(_decode(content, where), newline=""))
    if "name" not in (reader.fieldnames or ()):
        found = "、".join(reader.fieldnames or ()) or "空文件"
        raise BadInput("csv 没有 name 列", where=where, found=found, advice="首行写列名 name")
    return [row["name"] or "" for row in reader]


def _decode(content: bytes, where: str) -> str:
    """UTF-8, else GB 18030, which spreadsheets on Chinese systems still write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("文件编码无法识别", where=where, advice="另存为 UTF-8 编码的 csv")


def _formatted(records: Sequence[dict[str, str]], form: str) -> str:
    if form == "jsonl":
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if form == "json":
        return json.dumps(records, ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, KEYS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return buffer.getvalue()
    return _clusters_text(records)


def _clusters_text(records: Iterable[dict[str, str]]) -> str:
    """For people: each cluster with its names, the largest first."""
    clusters: dict[tuple[str, str], dict[str, None]] = {}
    for record in records:
        clusters.setdefault((record["canonical"], record["cluster"]), {})[record["name"]] = None
    lines = []
    for (canonical, identity), names in sorted(clusters.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(f"{canonical}  [{identity}]")
        lines.extend(f"    {name}" for name in names if len(names) > 1)
    return "\n".join(lines) + "\n" if lines else ""


def _explained(pair: tuple[str, str], words: Vocabulary, form: str) -> str:
    from kpi.cluster import explain

    told = explain(*pair, vocabulary=words)
    if form == "table":
        return _explanation_text(pair, told)
    record = _explanation_record(pair, told)
    if form == "csv":
        raise UsageError("说明没有 csv 形式", advice="用 --format table、json 或 jsonl")
    return json.dumps(record, ensure_ascii=False, indent=2 if form == "json" else None) + "\n"


def _explanation_record(pair: tuple[str, str], told: Explanation) -> dict[str, object]:
    return {
        "a": pair[0], "b": pair[1],
        "normal_a": told.a.normal, "normal_b": told.b.normal,
        "head_a": told.a.head, "head_b": told.b.head, "family_a": told.a.tags.family, "family_b": told.b.tags.family,
        "identical": told.identical,
        "vetoes": [{"what": veto.what, "a": veto.left, "b": veto.right} for veto in told.vetoes],
        "common": list(told.common), "only_a": list(told.only_a), "only_b": list(told.only_b),
        "score": round(told.score, 4), "cut": told.cut, "alike": told.alike,
    }  # fmt: skip


def _explanation_text(pair: tuple[str, str], told: Explanation) -> str:
    verdict = "同一指标" if told.alike else "不同指标"
    vetoes = [f"{veto.what}不同：{veto.left or '无'} | {veto.right or '无'}" for veto in told.vetoes]
    lines = [
        f"{pair[0]}\n{pair[1]}\n",
        f"规范文字  {told.a.normal} | {told.b.normal}{'（相同）' if told.identical else ''}",
        f"计量      {told.a.head or _FAMILY_NONE} | {told.b.head or _FAMILY_NONE}",
        f"否决      {'；'.join(vetoes) or '无'}",
        f"共有      {' '.join(told.common) or '无'}",
        f"只在前者  {' '.join(told.only_a) or '无'}",
        f"只在后者  {' '.join(told.only_b) or '无'}",
        f"相似度    {told.score:.2f}（合并需 {told.cut:.2f}，组内按平均）",
        f"结论      {verdict}",
    ]
    return "\n".join(lines) + "\n"


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput("文件写不进去", where=output, found=error.strerror or "", advice="检查路径和权限") from error
