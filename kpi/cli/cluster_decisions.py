"""`kpi clusters show|merge|split|rename|remove|forbid|undo|log|export|import`: look at and decide about clusters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from kpi.cli.cluster_text import FORMATS, detail_text, log_table, subject
from kpi.cli.flat import put, write_flat
from kpi.cli.options import TABLE, chosen_format, format_option, output_option, quiet_option, store_option

if TYPE_CHECKING:
    from kpi.deciding import Outcome
    from kpi.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])

NAME = "名称|编号"


def open_chosen(store: Path | str) -> Store:
    """The store of the subcommand, or the one given before it: `kpi clusters --store DIR merge …`."""
    from kpi.store import open_store

    context = click.get_current_context()
    above = context.parent
    if context.get_parameter_source("store") is not ParameterSource.COMMANDLINE and above is not None:
        given = above.params.get("store")
        if given is not None and above.get_parameter_source("store") is ParameterSource.COMMANDLINE:
            store = given
    return open_store(store)


def _deciding(function: Command) -> Command:
    """Options of every decision."""
    for option in (
        quiet_option,
        click.option(
            "--author", default=None, metavar="署名", envvar="KPI_AUTHOR", help="谁作的决定，默认系统用户名。"
        ),
        click.option("--reason", default="", metavar="理由", help="为什么。"),
        store_option,
    ):
        function = option(function)
    return function


def _tell(outcome: Outcome, *, quiet: bool) -> None:
    for conflict in outcome.conflicts:
        click.echo(f"注意：与以前的决定冲突，以这次为准：{conflict}", err=True)
    if not quiet:
        click.echo(f"已记下并生效：{subject(outcome.decision)}  [{outcome.decision.id}]", err=True)


@click.command("show", epilog="示例：kpi clusters show 参保群众满意度")
@click.argument("name", metavar=NAME)
@store_option
@format_option(TABLE, "jsonl", "json")
@output_option
def show(name: str, store: Path | str, wanted: str | None, output: Path | None) -> None:
    """查看一类指标的写法、城市和有关决定。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    form = chosen_format(wanted, output, (TABLE, "jsonl", "json"))
    with open_chosen(store) as opened:
        detail = opened.cluster(name)
        names = {item.name for item in detail.names}
        told = [item for item in opened.decisions() if names & {*item.decision.names, *item.decision.others}]
    if form == TABLE:
        put(detail_text(detail, told).encode(), form, output)
    else:
        write_flat([{**detail.to_plain(), "decisions": [item.to_plain() for item in told]}], form, output)


@click.command("merge", epilog="示例：kpi clusters merge 参保群众满意度 参保人员对医保服务满意度")
@click.argument("names", nargs=-1, required=True, metavar=f"{NAME}…")
@_deciding
def merge(names: tuple[str, ...], store: Path | str, author: str | None, reason: str, quiet: bool) -> None:
    """把几类指标合为一类。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    with open_chosen(store) as opened:
        _tell(opened.merge(*names, author=author, reason=reason), quiet=quiet)


@click.command("split", epilog="示例：kpi clusters split 群众满意度 --out 游客满意度 --out 读者满意度")
@click.argument("name", metavar=NAME)
@click.option("--out", "members", multiple=True, required=True, metavar="写法", help="要拆出的写法（可重复）。")
@click.argument("more", nargs=-1, metavar="[写法…]")
@_deciding
def split(
    name: str, members: tuple[str, ...], more: tuple[str, ...], store: Path | str, author: str | None, reason: str, quiet: bool
) -> None:  # fmt: skip
    """把几种写法一起拆出，另成一类。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    with open_chosen(store) as opened:
        _tell(opened.split(name, (*members, *more), author=author, reason=reason), quiet=quiet)


@click.command("remove", epilog="示例：kpi clusters remove 群众满意度 游客满意度")
@click.argument("name", metavar=NAME)
@click.argument("members", nargs=-1, required=True, metavar="写法…")
@_deciding
def remove(
    name: str, members: tuple[str, ...], store: Path | str, author: str | None, reason: str, quiet: bool
) -> None:
    """把写法从一类中移出，各自成为一类。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    with open_chosen(store) as opened:
        _tell(opened.remove(name, members, author=author, reason=reason), quiet=quiet)


@click.command("rename", epilog="示例：kpi clusters rename 参保人员对医保服务满意度 参保群众满意度")
@click.argument("name", metavar=NAME)
@click.argument("new", metavar="新名称")
@_deciding
def rename(name: str, new: str, store: Path | str, author: str | None, reason: str, quiet: bool) -> None:
    """改一类指标的规范名称。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    with open_chosen(store) as opened:
        _tell(opened.rename(name, new, author=author, reason=reason), quiet=quiet)


@click.command("forbid", epilog="示例：kpi clusters forbid 参保人数 参保人次")
@click.argument("names", nargs=-1, required=True, metavar=f"{NAME}…")
@_deciding
def forbid(names: tuple[str, ...], store: Path | str, author: str | None, reason: str, quiet: bool) -> None:
    """几个名称永不算作同一指标；现在同类的，把条数少的移出。

    名称可以是任一写法、规范名称或同类指标编号。
    """
    with open_chosen(store) as opened:
        _tell(opened.forbid(*names, author=author, reason=reason), quiet=quiet)


@click.command("undo", epilog="示例：kpi clusters undo --last；kpi clusters undo 3f2a91c0")
@click.argument("identity", required=False, default="", metavar="编号")
@click.option("--last", is_flag=True, help="撤销最后一条有效的决定。")
@_deciding
def undo(identity: str, last: bool, store: Path | str, author: str | None, reason: str, quiet: bool) -> None:
    """撤销一条决定；撤销“撤销”即恢复。编号见 kpi clusters log。"""
    if bool(identity) == last:
        raise click.UsageError("请给出决定的编号，或用 --last（二选一）")
    with open_chosen(store) as opened:
        _tell(opened.undo(identity, author=author, reason=reason), quiet=quiet)


@click.command("log", epilog="示例：kpi clusters log --format jsonl")
@store_option
@format_option(*FORMATS)
@output_option
def log(store: Path | str, wanted: str | None, output: Path | None) -> None:
    """决定的历史：时间、署名、内容、状态。"""
    form = chosen_format(wanted, output, FORMATS)
    with open_chosen(store) as opened:
        told, conflicts = opened.decisions(), opened.conflicts()
    if form == TABLE:
        put(log_table(told).encode(), form, output)
        if not told:
            click.echo("还没有关于同类指标的决定", err=True)
    else:
        write_flat([_flat(item.to_plain()) if form == "csv" else item.to_plain() for item in told], form, output)
    for conflict in conflicts:
        click.echo(f"冲突：{conflict}", err=True)


_LOG_COLUMNS = ("id", "kind", "time", "author", "reason", "state", "names", "others", "name", "undoes")


def _flat(plain: dict[str, Any]) -> dict[str, Any]:
    """The same columns for every kind."""
    return {key: plain.get(key, [] if key in {"names", "others"} else "") for key in _LOG_COLUMNS}


@click.command("export", epilog="示例：kpi clusters export decisions.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@store_option
@quiet_option
def export(file: Path, store: Path | str, quiet: bool) -> None:
    """把决定（和对它们的撤销）写成 JSONL 文件，便于纳入版本管理；同样的决定总是同样的内容。"""
    with open_chosen(store) as opened:
        count = opened.export_decisions(file)
    if not quiet:
        click.echo(f"已导出 {count} 条决定", err=True)


@click.command("import", epilog="示例：kpi clusters import decisions.jsonl")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@store_option
@quiet_option
def import_(file: Path, store: Path | str, quiet: bool) -> None:
    """读入导出的决定并应用；已有的不重复，有一行读不懂就都不读入。"""
    with open_chosen(store) as opened:
        count = opened.import_decisions(file)
        conflicts = opened.conflicts()
    for conflict in conflicts:
        click.echo(f"冲突：{conflict}", err=True)
    if not quiet:
        click.echo(f"已读入 {count} 条新的决定", err=True)


SUBCOMMANDS = (show, merge, split, rename, remove, forbid, undo, log, export, import_)
