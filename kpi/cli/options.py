"""Options that commands share (公共选项): the store, the filters, format and place of the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from kpi.catalog.places import place_of
from kpi.limits import LIMIT_NAMES, Limits, limits_from
from kpi.logs import FORMATS as LOG_FORMATS
from kpi.logs import VARIABLE as LOG_VARIABLE
from kpi.logs import configure

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_STORE = ".kpi"
TABLE = "table"

# Record field → (further option names, help). The fields that evaluators filter by; every field can be named in a query.
FILTERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "province": ((), "省份"),
    "city": ((), "城市（地级市）"),
    "county": ((), "区县"),
    "department": (("--dept",), "部门"),
    "year": ((), "年度"),
    "table": ((), "表类型，如 项目绩效目标"),
    "period": ((), "目标期间：年度、实施期"),
    "level1": ((), "一级指标"),
    "level2": ((), "二级指标"),
    "category": ((), "类别，如 数量、质量、满意度"),
    "unit": ((), "计量单位"),
    "kind": ((), "目标类型：numeric、range、deadline、relative、qualitative、missing"),
    "comparator": (("--cmp",), "比较符"),
    "project": ((), "项目名称"),
    "unit_name": (("--unit-name",), "预算单位"),
}


class StorePlace(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """A folder as `Path`, or a URL (`s3://bucket/kpi`) as it is."""

    name = "目录或URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """See `click.ParamType.convert`."""
        place = place_of(value)
        return (
            place if isinstance(place, str) else click.Path(path_type=Path, file_okay=False).convert(place, param, ctx)
        )


def store_option(function: Command) -> Command:
    """`--store DIR|URL`, or the environment variable KPI_STORE."""
    return click.option(
        "--store", type=StorePlace(), default=DEFAULT_STORE, envvar="KPI_STORE", show_default=True, show_envvar=True,
        help="指标库：目录，或 s3://桶/路径 等 URL。",
    )(function)  # fmt: skip


def filter_options(function: Command) -> Command:
    """One option for each field of `FILTERS`; given several times, any of the values will do."""
    for name, (others, text) in reversed(list(FILTERS.items())):
        flag = f"--{name}"
        own = (flag,) if flag not in others else ()
        function = click.option(*own, *others, name, multiple=True, metavar="值", help=f"{text}（可重复）。")(function)
    return function


def chosen_filters(options: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The filters among a command's options."""
    return {name: tuple(options[name]) for name in FILTERS if options.get(name)}


def limit_options(function: Command) -> Command:
    """One option for each limit that has one; all can be set by environment variables."""
    for item in reversed(fields(Limits)):
        option = item.metadata["option"]
        if option:
            text = f"{item.metadata['title']}上限（{item.metadata['unit']}），0 为不限，默认 {item.default}。"
            function = click.option(option, f"limit_{item.name}", type=click.IntRange(min=0), default=None, help=text)(
                function
            )
    return function


def chosen_limits(options: Mapping[str, Any]) -> Limits:
    """The limits among a command's options, those of the environment and the defaults.

    Raises:
        UsageError: an environment variable that is no number.
    """
    return limits_from(**{name: options.get(f"limit_{name}") for name in LIMIT_NAMES})


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, one of `formats`; without it the ending of `-o` decides, else the first."""
    return click.option(
        "--format",
        "wanted",
        type=click.Choice(formats),
        default=None,
        help=f"输出格式，默认按 -o 的扩展名，否则 {formats[0]}。",
    )


def output_option(function: Command) -> Command:
    """`-o FILE`; without it standard output."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="输出文件，缺省为标准输出。",
    )(function)


def quiet_option(function: Command) -> Command:
    """`--quiet`: no progress and no messages on standard error but errors."""
    return click.option("-q", "--quiet", is_flag=True, help="不显示进度和提示。")(function)


def log_option(function: Command) -> Command:
    """`--log-format text|json`: what becomes of standard error; the environment variable KPI_LOG_FORMAT for all commands."""
    return click.option(
        "--log-format", type=click.Choice(LOG_FORMATS), default=None, is_eager=True, expose_value=False, callback=_configure_logs,
        help=f"日志格式：json 为标准错误上每行一个 JSON 对象，不显示进度条。  [环境变量：{LOG_VARIABLE}]",
    )(function)  # fmt: skip


def _configure_logs(_context: click.Context, _parameter: click.Parameter, wanted: str | None) -> None:
    if wanted is not None:
        configure(wanted)


def chosen_format(wanted: str | None, output: Path | None, formats: tuple[str, ...]) -> str:
    """The format of the output, see `format_option`.

    Raises:
        click.UsageError: the ending of the file says none of the formats.
    """
    if wanted is not None:
        return wanted
    if output is None:
        return formats[0]
    ending = output.suffix.removeprefix(".").lower()
    if ending in formats and ending != TABLE:
        return ending
    known = "、".join(name for name in formats if name != TABLE)
    raise click.UsageError(f"无法由扩展名判断格式：{output.name}。请用 --format 指定（{known}）")
