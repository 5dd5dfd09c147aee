"""Files that commands write (输出文件)."""

from __future__ import annotations

from pathlib import Path

from kpi.errors import UsageError


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that appears only when it is complete.

    Raises:
        UsageError: the place cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(
            "文件写不进去",
            where=str(path),
            found=error.strerror or str(error),
            advice="检查路径、权限，文件可能正被打开",
        ) from error
