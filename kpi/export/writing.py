"""Which format, to which file, and what an export says of itself (导出说明)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from kpi.durable import temporary_beside
from kpi.errors import UsageError

FORMATS = ("xlsx", "csv", "jsonl", "json", "parquet")
_PARQUET_BATCH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Where exported records come from; told in the sheet 说明 of a workbook and in the metadata of Parquet."""

    query: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    snapshot: str = ""
    source: str = ""
    """The store, or the files that were parsed."""
    notes: tuple[str, ...] = ()

    def lines(self, count: int) -> list[tuple[str, str]]:
        """Titles and texts for people."""
        chosen = "；".join(
            f"{name} = {'、'.join(value or '（空）' for value in values)}" for name, values in self.filters.items()
        )
        lines = [
            ("检索式", self.query or "（全部）"), ("筛选", chosen or "（无）"), ("排序", self.sort or "（默认）"), ("行数", str(count)),
            ("导出时间", datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")),
            ("数据来源", self.source), ("快照", self.snapshot),
        ]  # fmt: skip
        return [line for line in lines if line[1]] + [("说明", note) for note in self.notes]


def format_of(path: Path, wanted: str = "") -> str:
    """The format of a file: `wanted` if given, else its ending.

    Raises:
        UsageError: not one of `FORMATS`.
    """
    found = (wanted or path.suffix.removeprefix(".")).lower()
    if found not in FORMATS:
        raise UsageError("不支持的导出格式", found=found or str(path), advice=f"可用：{'、'.join(FORMATS)}")
    return found


def write_records(
    records: Iterable[Mapping[str, Any]], stream: BinaryIO, format: str, *, about: About, raw: bool = False  # noqa: A002
) -> int:  # fmt: skip
    """Write records to a binary stream; returns how many. `raw` is for csv, see `kpi.export.plain.write_csv`."""
    from kpi.export import plain

    if format == "csv":
        return plain.write_csv(records, stream, raw=raw)
    if format == "xlsx":
        from kpi.export.workbook import write_workbook

        return write_workbook(records, stream, about)
    if format == "parquet":
        return _write_parquet(records, stream, about)
    return plain.write_jsonl(records, stream) if format == "jsonl" else plain.write_json(records, stream)


def export_file(
    records: Iterable[Mapping[str, Any]], path: Path, *, format: str = "", about: About, raw: bool = False  # noqa: A002
) -> int:  # fmt: skip
    """Write records to a file that appears only when it is complete; returns how many.

    Raises:
        UsageError: unknown format, or a place that cannot be written to.
    """
    chosen = format_of(path, format)
    temporary = temporary_beside(path)
    try:
        with temporary.open("wb") as stream:
            count = write_records(records, stream, chosen, about=about, raw=raw)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(
            "导出文件无法写入",
            where=str(path),
            found=error.strerror or str(error),
            advice="检查路径、权限和磁盘空间；文件可能正被打开",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _write_parquet(records: Iterable[Mapping[str, Any]], stream: BinaryIO, about: About) -> int:
    import pyarrow.parquet as pq

    from kpi.catalog.schema import record_fields_table

    count = 0
    writer: Any = None
    try:
        stream_of_records = iter(records)
        while batch := tuple(islice(stream_of_records, _PARQUET_BATCH)):
            table = record_fields_table(batch)
            if writer is None:
                writer = pq.ParquetWriter(stream, table.schema, compression="zstd")
            writer.write_table(table)
            count += len(batch)
        if writer is None:
            table = record_fields_table(())
            writer = pq.ParquetWriter(stream, table.schema, compression="zstd")
            writer.write_table(table)
        writer.add_key_value_metadata(dict(about.lines(count)))
    finally:
        if writer is not None:
            writer.close()
    return count
