"""The command `kpi` (命令行): one module a command, imported only when it is called, so that `--help` answers at once."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from typing import cast

import click

from kpi.cli.wording import speak_chinese
from kpi.errors import KpiError, StoreError, UsageError, error_parts
from kpi.logs import as_json, configure, failure_fields

_log = logging.getLogger(__name__)

# command → (module under kpi.cli, one line of help). The module has a click command (or group) named `command`.
COMMANDS: dict[str, tuple[str, str]] = {
    "parse": ("parse", "解析文件，提取绩效指标"),
    "inspect": ("inspect", "逐阶段查看一个文件的解析过程"),
    "normalize": ("normalize", "把指标值文字化为比较符、数值、单位"),
    "ingest": ("ingest", "解析文件并发布到指标库目录"),
    "remove": ("remove", "从库中移除文件"),
    "status": ("status", "查看库的状态"),
    "doctor": ("doctor", "检查并修复库"),
    "backup": ("backup", "备份指标库"),
    "restore": ("restore", "从备份恢复指标库"),
    "search": ("search", "检索指标"),
    "compare": ("compare", "跨城市比较同一指标"),
    "similar": ("similar", "查找相近的指标"),
    "suggest": ("suggest", "按项目名称推荐指标"),
    "clusters": ("clusters", "查看和维护同类指标"),
    "correct": ("correct", "更正指标或文件信息"),
    "review": ("review", "审核绩效目标表"),
    "export": ("export", "导出指标或指标库"),
    "serve": ("serve", "打开网页界面"),
}


class LazyGroup(click.Group):
    """A group whose commands are listed from a table and imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands in the order of the work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return its `command`."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kpi.cli.{COMMANDS[cmd_name][0]}")
        return cast(click.Command, module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command list without importing any command."""
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"kpi-atlas {version('kpi-atlas')}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="示例：kpi parse corpus/ -o indicators.xlsx",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="显示版本号。"
)
def command() -> None:
    """绩标通：把公开预算文件中的绩效目标表变成可检索、可比较、可审核的指标。"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 good, 1 input failed, 2 wrong usage, 3 review findings)."""
    speak_chinese()
    try:
        configure()
        result = command.main(
            args=None if arguments is None else list(arguments), prog_name="kpi", standalone_mode=False
        )
    except click.exceptions.Abort:
        click.echo("已中断。", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KpiError as error:
        return _failed(error)
    except OSError as error:  # a place that refuses, wherever a command met it
        found = error.strerror or str(error)
        return _failed(
            StoreError(
                "读写文件时系统报错", where=str(error.filename or ""), found=found, advice="检查磁盘、网络连接和权限"
            )
        )
    return int(result) if isinstance(result, int) else 0


def _failed(error: KpiError) -> int:
    """Tell an error; returns the exit code."""
    if as_json():
        _log.error("command_failed", extra=failure_fields(error_parts(error, "")))
    else:
        click.echo(f"错误：{error}", err=True)
    return 2 if isinstance(error, UsageError) else 1
