"""click's own words in Chinese (命令行用语): help headings and usage errors. What is not listed stays as click says it."""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

_WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示帮助。",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用 {command} {option} 查看帮助。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command.": "缺少命令。",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing {param_type}": "缺少{param_type}",
    "Invalid value: {message}": "值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值无效：{message}",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的数字（{number_type}）。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是目录。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不可读。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不可写。",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 需要 {nargs} 个值。",
}
_COUNTED = {
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "{value!r} is not {choice}.": "{value!r} 无效，可选：{choice}。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
}
_SEVERAL = {
    "{value!r} is not one of {choices}.": "{value!r} 无效，可选：{choices}。",
    "(Did you mean one of: {possibilities}?)": "（是不是其中之一：{possibilities}？）",
}
_MODULES = (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)


def _translated(message: str) -> str:
    return _WORDS.get(message, message)


def _counted(one: str, several: str, count: int) -> str:
    if count != 1 and several in _SEVERAL:
        return _SEVERAL[several]
    return _COUNTED.get(one, one if count == 1 else several)


def speak_chinese() -> None:
    """Have click say its own messages in Chinese: its modules look their words up as `_` and `ngettext`."""
    for module in _MODULES:
        for name, function in (("_", _translated), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, function)
