"""`kpi clusters`: the same indicators of a store, or of names in a csv; why two names are, or are not, the same."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.catalog.cluster_answers import SORTS
from kpi.cli.cluster_decisions import SUBCOMMANDS
from kpi.cli.cluster_text import FORMATS, clusters_table
from kpi.cli.flat import put, write_flat
from kpi.cli.options import TABLE, chosen_format, format_option, output_option, quiet_option, store_option
from kpi.errors import BadInput, UsageError
from kpi.model import CATEGORIES

if TYPE_CHECKING:
    from kpi.cluster import Explanation, Vocabulary

PEOPLE_ROWS = 20
_SORTED = "，".join(f"{name} {title}" for name, title in SORTS.items())
KEYS = ("name", "cluster", "canonical")
_FAMILY_NONE = "（整句）"


@click.group(
    invoke_without_command=True,
    epilog="示例：kpi clusters --text 满意度 --cities 2；kpi clusters merge 参保群众满意度 参保人员满意度；"
    "kpi clusters --input names.csv --format jsonl；kpi clusters --explain 参保群众满意度 参保人员对医保服务满意度",
)
@store_option
@click.option("--text", default="", metavar="词", help="列出名称中有这些词的同类指标。")
@click.option(
    "--category", multiple=True, type=click.Choice(CATEGORIES), metavar="类别", help="列出这个类别的（可重复）。"
)
@click.option("--cities", type=click.IntRange(min=0), default=0, metavar="N", help="列出至少 N 个城市使用的。")
@click.option("--decided", is_flag=True, help="列出人工改过的。")
@click.option("--sort", type=click.Choice(tuple(SORTS)), default="cities", show_default=True, help=f"排序：{_SORTED}。")
@click.option("--limit", type=click.IntRange(min=0), default=None, help="最多多少类；表格缺省 20，其他格式缺省全部。")
@click.option("--rebuild", is_flag=True, help="对全部名称重新归类，再套用人工决定。")
@click.option("--input", "source", metavar="FILE.csv", help="不用库，归并 csv 文件 name 列中的名称；- 为标准输入。")
@click.option("--explain", "pair", nargs=2, metavar="A B", help="说明两个名称为何相同或不同。")
@click.option(
    "--vocabulary", "vocabularies", multiple=True, metavar="FILE.toml", help="在内置词表之外加用的词表（可重复）。"
)
@format_option(*FORMATS)
@output_option
@quiet_option
@click.pass_context
def command(
    context: click.Context,
    /,
    wanted: str | None,
    output: Path | None,
    source: str | None,
    pair: tuple[str, str] | None,
    **options: Any,
) -> None:
    """列出库中的同类指标，查看和维护它们。

    合并、拆分、改名、移出、永不相同都可撤销，重新归类后仍然有效。
    """
    if context.invoked_subcommand is not None:
        return
    if sum((source is not None, pair is not None, options["rebuild"])) > 1:
        raise UsageError("--input、--explain、--rebuild 只能用一个", advice="kpi clusters --help")
    form = chosen_format(wanted, output, FORMATS)
    if options["rebuild"]:
        _rebuild(options["store"], quiet=options["quiet"])
    elif pair is None and source is None:
        _list(form, output, **options)
    else:
        _without_store(source, pair, options["vocabularies"], form, output)


for _subcommand in SUBCOMMANDS:
    command.add_command(_subcommand)


def _list(form: str, output: Path | None, *, store: Path | str, limit: int | None, quiet: bool, **options: Any) -> None:
    """The clusters of the store."""
    from kpi.store import open_store

    with open_store(store) as opened:
        found = opened.clusters(
            options["text"], category=options["category"], cities=options["cities"], decided=options["decided"],
            sort=options["sort"],
        )  # fmt: skip
    shown = found[: PEOPLE_ROWS if limit is None and form == TABLE else limit]
    if form == TABLE:
        put(clusters_table(shown).encode(), form, output)
    else:
        write_flat([item.to_plain() for item in shown], form, output)
    if not quiet:
        more = f"，显示前 {len(shown)} 类（--limit 可多看）" if len(shown) < len(found) else ""
        click.echo(f"共 {len(found)} 类{more}", err=True)


def _rebuild(store: Path | str, *, quiet: bool) -> None:
    """The full run."""
    from kpi.ingestion import republish
    from kpi.store import open_store

    with open_store(store) as opened:
        before = len(opened.cluster_list)
        republish(store, recluster=True)
        opened.refresh()
        if not quiet:
            click.echo(f"已重新归类：原 {before} 类，现 {len(opened.cluster_list)} 类", err=True)
        for conflict in opened.conflicts():
            click.echo(f"冲突：{conflict}", err=True)


def _without_store(
    source: str | None, pair: tuple[str, str] | None, vocabularies: tuple[str, ...], form: str, output: Path | None
) -> None:  # fmt: skip
    from kpi.cluster import load_vocabulary

    words = load_vocabulary(vocabularies)
    if pair is not None:
        put(_explained(pair, words, form).encode(), form, output)
    elif source is not None:
        put(_formatted(_records(_read_names(source), words), form).encode(), form, output)


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
