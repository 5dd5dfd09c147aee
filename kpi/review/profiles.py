"""Profiles (审核口径): which template a table is held to, and what a place has switched off, hardened or softened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from kpi.errors import UsageError
from kpi.review.registry import SEVERITIES, TEMPLATES, Rule, all_rules
from kpi.review.settings import Settings, change_settings

_KEYS = {
    "title": "名称",
    "template": "模板，T2015 或 T2021，缺省按表识别",
    "off": "关闭的规则编号",
    "on": "打开的、默认关闭的规则编号",
    "severity": "规则编号 → E、W 或 I",
    "settings": "阈值名 → 数值",
}
_LARGEST = 100_000
"""Characters of a profile file; a real one has a few hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How tables are reviewed."""

    title: str = ""
    template: str = ""
    """`T2015` or `T2021` for all tables; "" = each as recognised."""
    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    severity: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)

    def rules(self) -> tuple[Rule, ...]:
        """Rules in force, in the order of their ids."""
        return tuple(
            item for item in all_rules().values() if (item.on or item.id in self.on) and item.id not in self.off
        )

    def severity_of(self, rule: Rule, own: str) -> str:
        """Severity of a finding: what the profile says, else the case's own, else the rule's.

        A case that the rule tells softer stays softer than the rule by as much only where the profile is silent.
        """
        return self.severity.get(rule.id) or own or rule.severity

    def apply_settings(self, settings: Settings) -> Settings:
        """Thresholds with the profile's changes."""
        return change_settings(settings, self.settings, where=self.title)


def read_profile(source: str | Path | Profile | None) -> Profile:
    """A profile from `T2015`, `T2021`, the path of a YAML file, or as it is.

    Raises:
        UsageError: no such template or file, not YAML, or an entry that is not allowed; says where and what is.
    """
    if source is None:
        return Profile()
    if isinstance(source, Profile):
        return source
    text = str(source)
    if text.upper() in TEMPLATES:
        return Profile(title=text.upper(), template=text.upper())
    path = Path(source)
    if not path.is_file():
        raise UsageError("没有这个审核口径", found=text, advice=f"可用：{'、'.join(TEMPLATES)}，或一个 YAML 文件的路径")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "审核口径文件无法读取", where=str(path), found=str(error), advice="用 UTF-8 编码保存"
        ) from error
    return parse_profile(content, where=str(path))


def parse_profile(content: str, *, where: str = "") -> Profile:
    """A profile from YAML text, see docs/review.md.

    Raises:
        UsageError: as `read_profile`.
    """
    import yaml

    if len(content) > _LARGEST:
        raise UsageError("审核口径文件过大", where=where, found=f"{len(content)} 字", advice=f"不超过 {_LARGEST} 字")
    try:
        data = yaml.load(content, Loader=_loader())  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"{where} 第{mark.line + 1}行" if mark is not None else where
        raise UsageError(
            "审核口径文件不是合法的 YAML",
            where=line,
            found=str(getattr(error, "problem", error)),
            advice="检查缩进、冒号后的空格和引号",
        ) from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise UsageError("审核口径应是“键: 值”的形式", where=where, found=type(data).__name__, advice=_allowed(_KEYS))
    for key in data:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, n=1)
            hint = f"是否为 {near[0]}？" if near else ""
            raise UsageError("审核口径里没有这一项", where=where, found=str(key), advice=f"{hint}{_allowed(_KEYS)}")
    return _profile(data, where)


@cache
def _loader() -> Any:
    """YAML without its old words for true and false: `off` and `on` are keys here."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # yaml has no types
        """See above."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:bool"]
        for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _profile(data: Mapping[str, Any], where: str) -> Profile:
    template = str(data.get("template") or "").upper()
    if template and template not in TEMPLATES:
        raise UsageError(
            "没有这个模板", where=f"{where} template", found=template, advice=f"可用：{'、'.join(TEMPLATES)}"
        )
    severity = _mapping(data, "severity", where)
    for identity, value in severity.items():
        _check_rule(identity, f"{where} severity")
        if value not in SEVERITIES:
            allowed = "、".join(f"{code}（{title}）" for code, title in SEVERITIES.items())
            raise UsageError(
                "没有这个等级", where=f"{where} severity.{identity}", found=str(value), advice=f"可用：{allowed}"
            )
    settings = _mapping(data, "settings", where)
    change_settings(Settings(), settings, where=f"{where} settings")
    return Profile(
        title=str(data.get("title") or where), template=template, off=_rule_ids(data, "off", where),
        on=_rule_ids(data, "on", where), severity={str(key): str(value) for key, value in severity.items()}, settings=settings,
    )  # fmt: skip


def _rule_ids(data: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    values = data.get(key) or []
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list):
        raise UsageError("应是规则编号的列表", where=f"{where} {key}", found=repr(values), advice="如 [R39, R43]")
    for value in values:
        _check_rule(value, f"{where} {key}")
    return frozenset(values)


def _check_rule(identity: Any, where: str) -> None:
    rules = all_rules()
    if identity not in rules:
        near = get_close_matches(str(identity).upper(), rules, n=1)
        hint = f"是否为 {near[0]}？" if near else ""
        raise UsageError("没有这条规则", where=where, found=str(identity), advice=f"{hint}可用：{'、'.join(rules)}")


def _mapping(data: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = data.get(key) or {}
    if not isinstance(value, dict):
        raise UsageError("应是“键: 值”的形式", where=f"{where} {key}", found=repr(value), advice=_KEYS[key])
    return {str(name): entry for name, entry in value.items()}


def _allowed(keys: Iterable[str]) -> str:
    return "可用：" + "；".join(f"{key}（{_KEYS[key]}）" for key in keys)
