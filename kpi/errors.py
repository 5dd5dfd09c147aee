"""Errors of the tool: bad input, a missing optional dependency and a bug of ours are different types.

A message for evaluators has four parts: what (什么), where (何处), what was there (实际内容), what to do next (怎么办).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping


class KpiError(Exception):
    """Root of all errors that the tool raises on purpose.

    Attributes:
        code: English, snake_case, stable; other programs may rely on it.
        what: what went wrong, Chinese, without a full stop.
        where: file, page, row … as far as known.
        found: what was there instead of what was expected.
        advice: what the evaluator can do next.
    """

    code = "error"

    def __init__(self, what: str, *, where: str = "", found: str = "", advice: str = "", code: str = "") -> None:
        self.what, self.where, self.found, self.advice = what, where, found, advice
        if code:
            self.code = code
        super().__init__(what, where, found, advice, self.code)

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"位置：{self.where}")
        if self.found:
            parts.append(f"实际：{self.found}")
        if self.advice:
            parts.append(f"建议：{self.advice}")
        return "；".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all parts: errors cross process borders in ingest workers."""
        return _rebuild, (type(self), self.what, self.where, self.found, self.advice, self.code)


def _rebuild(kind: type[KpiError], what: str, where: str, found: str, advice: str, code: str) -> KpiError:
    return kind(what, where=where, found=found, advice=advice, code=code)


class BadInput(KpiError):  # noqa: N818 — the name says whose fault it is
    """The file or text that was given cannot be used: damaged, protected, empty, not what it claims to be."""

    code = "bad_input"


class MissingDependency(KpiError):  # noqa: N818
    """An optional program or library is not installed; the advice names the package."""

    code = "missing_dependency"


class UsageError(KpiError):
    """A call that cannot be carried out as it was worded: unknown field, bad number, unbalanced quote."""

    code = "usage"


class StoreError(KpiError):
    """The store (指标库目录) is missing, damaged, locked or of another version."""

    code = "store"


_REFUSED = frozenset(
    {
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE,
    }
)  # fmt: skip
"""Errors that are the machine's: rights, room, disks, shares, too many open files."""


def error_parts(error: BaseException, where: str) -> dict[str, str]:
    """What a batch reports of a file that failed: `code`, `what`, `where`, `found`, `advice`.

    What the system refuses, or has no room for, says so (`system`); any other error that is not a `KpiError` is a bug of ours.
    """
    if isinstance(error, KpiError):
        return {
            "code": error.code,
            "what": error.what,
            "where": error.where or where,
            "found": error.found,
            "advice": error.advice,
        }
    if isinstance(error, OSError) and error.errno in _REFUSED:
        return {
            "code": "system",
            "what": "读写文件时系统报错",
            "where": str(error.filename or where),
            "found": error.strerror or str(error),
            "advice": "检查权限、磁盘空间和网络连接后重试",
        }
    return {
        "code": "bug",
        "what": "程序内部错误",
        "where": where,
        "found": f"{type(error).__name__}: {error}",
        "advice": "请把文件和此信息报告给维护者",
    }


def parts_line(parts: Mapping[str, str]) -> str:
    """The parts of `error_parts` as one line for people."""
    titles = (("where", "位置"), ("found", "实际"), ("advice", "建议"))
    return "；".join([parts["what"], *(f"{title}：{parts[key]}" for key, title in titles if parts.get(key))])
