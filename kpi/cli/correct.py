"""`kpi correct`: set fields of an indicator, reject a row, set facts of a document; list, undo, export, import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpi.cli.options import TABLE, chosen_format, format_option, output_option, quiet_option, store_option
from kpi.errors import UsageError

if TYPE_CHECKING:
    from kpi.correcting import CorrectionState
    from kpi.deciding import Outcome
    from kpi.store import Store

FORMATS = (TABLE, "jsonl", "json", "csv")
_ACTIONS = ("changes", "reject", "listed", "undo", "exported", "imported")
_LAST = "last"


@click.command(
    epilog="示例：kpi correct 0e7e2b630e273835 --set 指标值=≥95% --reason 原文如此；kpi correct --document 预算.pdf --set city=许昌市；"
    "kpi correct --undo；kpi correct --list"
)
@click.argument("ids", nargs=-1, metavar="[指标编号…]")
@store_option
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="字段=值",
    help="设定字段，如 target=≥95%、单位名称=…；值留空为清空（可重复）。",
)
@click.option("--reject", is_flag=True, help="剔除这些行：不是绩效指标。")
@click.option(
    "--document", "document", metavar="文件", help="更正整个文件的省份、城市、区县、部门、年度（文件名、路径或编号）。"
)
@click.option(
    "--undo",
    is_flag=False,
    flag_value=_LAST,
    default=None,
    metavar="[决定编号]",
    help="撤销一条更正，不写编号为最近一条。",
)
@click.option("--list", "listed", is_flag=True, help="列出有效的更正及其是否生效。")
@click.option(
    "--export", "exported", type=click.Path(path_type=Path, dir_okay=False), help="把更正导出为 jsonl，便于版本管理。"
)
@click.option(
    "--import", "imported", type=click.Path(path_type=Path, dir_okay=False), help="导入别处导出的更正并生效。"
)
@click.option("--reason", default="", metavar="理由", help="为什么。")
@click.option("--author", default=None, metavar="署名", envvar="KPI_AUTHOR", help="谁作的更正，默认系统用户名。")
@format_option(*FORMATS)
@output_option
@quiet_option
def command(ids: tuple[str, ...], store: Path | str, wanted: str | None, output: Path | None, **options: Any) -> None:
    """更正指标或文件信息，剔除误取的行；可撤销，重新解析后仍然有效。

    改指标值、名称、一级指标或年度时，比较符、数值、单位随之重新识别。更正过的记录标“已改”。
    """
    chosen = [name for name in _ACTIONS if options[name]]
    if len(chosen) != 1:
        raise UsageError("请用 --set、--reject、--undo、--list、--export、--import 之一", advice="kpi correct --help")
    from kpi.store import open_store

    quiet: bool = options["quiet"]
    with open_store(store) as opened:
        if options["listed"]:
            _list(opened, chosen_format(wanted, output, FORMATS), output)
        elif options["exported"] or options["imported"]:
            _carry(opened, options["exported"], options["imported"], quiet=quiet)
        elif options["undo"]:
            identity = "" if options["undo"] == _LAST else options["undo"]
            _tell(
                [opened.undo(identity, kinds=_kinds(), author=options["author"], reason=options["reason"])], quiet=quiet
            )
        else:
            _tell(_correct(opened, ids, options), quiet=quiet)


def _kinds() -> Sequence[str]:
    from kpi.decisions import CORRECTION_KINDS

    return CORRECTION_KINDS


def _correct(store: Store, ids: Sequence[str], options: dict[str, Any]) -> list[Outcome]:
    about = {"author": options["author"], "reason": options["reason"]}
    document: str | None = options["document"]
    if (document is None) == (not ids):
        raise UsageError("请给出指标编号，或用 --document 指明文件（二选一）", advice="编号见 kpi search 的结果")
    if options["reject"]:
        if document is not None:
            raise UsageError("--reject 只能用于指标", advice="移除整个文件用 kpi remove")
        return [store.reject(identity, **about) for identity in ids]
    changes = dict(_pair(text) for text in options["changes"])
    if document is not None:
        return [store.correct_document(document, changes, **about)]
    return [store.correct(identity, changes, **about) for identity in ids]


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError("--set 应写作 字段=值", found=text, advice="如 --set target=≥95%")
    return name.strip(), value


def _tell(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    for outcome in outcomes if not quiet else ():
        click.echo(f"已记下并生效：{decision_words(outcome.decision)}  [{outcome.decision.id}]", err=True)


def decision_words(decision: Any) -> str:
    """A correction in one line."""
    from kpi.decisions import KIND_TITLES
    from kpi.model import RECORD_FIELDS

    titles = {item.name: item.title.partition("（")[0] for item in RECORD_FIELDS}
    key = decision.record
    what = f"{key.name} {key.target}".strip() or (f"文件 {key.sha256[:12]}" if key.sha256 else decision.undoes)
    changes = "，".join(
        f"{titles[name]}改为“{'' if value is None else value}”" for name, value in decision.changes.items()
    )
    return f"{KIND_TITLES[decision.kind]} {what}" + (f"：{changes}" if changes else "")


def _list(store: Store, form: str, output: Path | None) -> None:
    states = store.corrections()
    if form == TABLE:
        _show(states)
        return
    from kpi.cli.flat import write_flat
    from kpi.decisions import decision_to_plain

    rows = []
    for state in states:
        plain = decision_to_plain(state.decision)
        rows.append(
            {
                "id": plain["id"], "kind": plain["kind"], "time": plain["time"], "author": plain["author"], "reason": plain["reason"],
                "document": state.document, "record": plain.get("record", {}), "changes": plain.get("changes", {}),
                "problem": state.problem,
            }
        )  # fmt: skip
    write_flat(rows, form, output)


def _show(states: Sequence[CorrectionState]) -> None:
    from kpi.cli.proposal_text import show_table

    if not states:
        click.echo("没有有效的更正。", err=True)
        return
    rows = [
        (
            state.decision.id, state.decision.time[:10], state.decision.author, decision_words(state.decision),
            state.document or "（不在库中）", state.problem or "已生效", state.decision.reason,
        )
        for state in states
    ]  # fmt: skip
    show_table(("编号", "日期", "署名", "更正", "文件", "状态", "理由"), rows)


def _carry(store: Store, exported: Path | None, imported: Path | None, *, quiet: bool) -> None:
    if exported is not None:
        count, done = store.export_decisions(exported, kinds=_kinds()), f"已导出 → {exported}"
    else:
        assert imported is not None  # noqa: S101 - one of the two was chosen
        count, done = store.import_decisions(imported), f"已导入 {imported}，新的生效"
    if not quiet:
        click.echo(f"{done}：{count} 条", err=True)
