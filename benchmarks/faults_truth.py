"""What fault benchmarks compare with: documents whose every record is known beforehand, and the row of a result.

Nothing here asks the program what it thinks it holds: contents are made from a number, and read back record by record.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT / "tests" / "store", ROOT):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

CITIES = ("焦作市", "许昌市", "晋州市")
WORKER = Path(__file__).resolve().parent / "faults_worker.py"

Record = tuple[str, str, str, str]
"""File name, indicator, target as printed, value."""


@dataclass(slots=True)
class Tally:
    """One row of the table: what was done so often, and what came of it."""

    what: str
    tried: int = 0
    lost: int = 0
    """Records (of files that are whole) that are not there."""
    doubled: int = 0
    """Records that are there more often than they should be."""
    wrong: int = 0
    """Records that nobody wrote, answers of no snapshot, errors that are no message."""
    told: int = 0
    """How often the program said what had happened, where something had to be said."""
    remark: str = ""
    examples: list[str] = field(default_factory=list)
    """What was wrong, the first few."""

    def compare(self, found: Counter[Record], expected: Counter[Record], where: str) -> None:
        """Count what differs between the records that are there and those that should be."""
        missing, extra = expected - found, found - expected
        doubled = sum(count for record, count in extra.items() if record in expected)
        strange = sum(count for record, count in extra.items() if record not in expected)
        self.lost += sum(missing.values())
        self.doubled += doubled
        self.wrong += strange
        if missing or extra:
            self.note(f"{where}: missing {list(missing)[:2]}, too many {list(extra)[:2]}")

    def mistake(self, text: str) -> None:
        """Count something that should not have been."""
        self.wrong += 1
        self.note(text)

    def note(self, text: str) -> None:
        """Keep an example."""
        if len(self.examples) < 12:
            self.examples.append(text)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        return not (self.lost or self.doubled or self.wrong)


def records_of(store: Path | str) -> Counter[Record]:
    """Every record of the store, read one by one."""
    from kpi.store import open_store

    with open_store(store) as opened:
        return records_in(opened)


def records_in(opened: object) -> Counter[Record]:
    """Every record of an open store."""
    from kpi.store import Store

    assert isinstance(opened, Store)
    return Counter(_record(hit.record) for hit in opened.iterate(copies=True))


def _record(plain: dict[str, object]) -> Record:
    return str(plain["document"]), str(plain["name"]), str(plain["target"]), str(plain["value"])


# --- documents by number -----------------------------------------------------------------------------------------------------


def numbered(number: int, edition: int = 0) -> dict[str, object]:
    """The content of document `number`: one target is its own; another edition has another."""
    target = f"≥{number * 10 + edition}批"
    return {
        "city": CITIES[number % 3], "year": 2000 + number % 90, "projects": [f"项目{number}"],
        "changes": {"集中带量采购批次": target},
    }  # fmt: skip


def numbered_records(name: str, number: int, edition: int = 0) -> Counter[Record]:
    """What document `number` holds, under this file name."""
    from store_samples import ROWS

    found = {row[2]: (row[3], row[5]) for row in ROWS}
    value = number * 10 + edition
    found["集中带量采购批次"] = (f"≥{value}批", str(value))
    return Counter({(name, indicator, target, plain): 1 for indicator, (target, plain) in found.items()})


def write_numbered(folder: Path, numbers: Iterable[int], edition: int = 0) -> Counter[Record]:
    """Files for `store_samples.parse_sample`; returns what they hold."""
    from store_samples import write_sample

    expected: Counter[Record] = Counter()
    for number in numbers:
        name = f"{number:04d}.txt"
        write_sample(folder / name, **numbered(number, edition))
        expected += numbered_records(name, number, edition)
    return expected


def publish_numbered(store: Path | str, number: int, edition: int = 0) -> None:
    """Publish document `number` to a store; another edition of it stands beside the first."""
    from store_samples import make_document

    from kpi.catalog.documents import Entry
    from kpi.catalog.layout import Layout
    from kpi.catalog.publish import Change
    from kpi.ingestion import ParsedResults
    from kpi.ingestion.publishing import publish_change

    layout = Layout(store)
    layout.create()
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in numbered(number, edition).items()
    }
    document = make_document(f"{number}/{edition}", name=f"{number:04d}.txt", **values)  # type: ignore[arg-type]
    ParsedResults(layout, "test").save(document)
    path = f"in/{document.name}"
    publish_change(layout, Change(put=(Entry(sha256=document.sha256, path=path, location=f"/{path}", parser="test"),)))


def documents(numbers: Iterable[int]) -> Counter[Record]:
    """What documents published by `publish_numbered` hold together."""
    expected: Counter[Record] = Counter()
    for number in numbers:
        expected += numbered_records(f"{number:04d}.txt", number)
    return expected


# --- true files --------------------------------------------------------------------------------------------------------------

_HEADER = ("一级指标", "二级指标", "三级指标", "指标值")
GOOD_ROWS = 4


def write_good(folder: Path, number: int) -> Counter[Record]:
    """A whole file that the usual parser reads, in one of four formats; returns what it holds."""
    from tests.hostile import docx, sheet_row, word_row, word_table, xlsx

    rows = [
        ("产出指标", "数量指标", f"第{number}号培训班第{row}批人数", f"≥{number * 10 + row}人")
        for row in range(1, GOOD_ROWS + 1)
    ]
    table = (_HEADER, *rows)
    title = f"{CITIES[number % 3]}医疗保障局{2000 + number % 90}年项目绩效目标表"
    html = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in table)
    ending, data = (
        (".docx", docx(f"<w:p><w:r><w:t>{title}</w:t></w:r></w:p>{word_table(*(word_row(*row) for row in table))}")),
        (".xlsx", xlsx(f"<sheetData>{''.join(sheet_row(place, *row) for place, row in enumerate(table, 1))}</sheetData>")),
        (".html", f"<html><body><p>{title}</p><table>{html}</table></body></html>".encode()),
        (".txt", "\n".join([title, *("\t".join(row) for row in table)]).encode()),
    )[number % 4]  # fmt: skip
    name = f"good-{number:04d}{ending}"
    (folder / name).write_bytes(data)
    return Counter({(name, row[2], row[3], row[3].strip("≥人")): 1 for row in rows})


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder that goes away."""
    with tempfile.TemporaryDirectory(prefix=f"kpi-faults-{name}-") as folder:
        yield Path(folder)
