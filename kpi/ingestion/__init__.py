"""Many files through the pipeline over an executor, then a new snapshot (导入).

`ingest` parses what is new or changed and publishes it; `remove` takes documents out; `republish` replays decisions or
rebuilds. Parsed results are kept by content, so that an interrupted run goes on where it stopped.
"""

from kpi.ingestion.executor import Executor, ProcessExecutor, SerialExecutor
from kpi.ingestion.parsed import ParsedResults, parser_version
from kpi.ingestion.publishing import remove, republish
from kpi.ingestion.report import FileReport, IngestReport
from kpi.ingestion.run import ingest

__all__ = [
    "Executor",
    "FileReport",
    "IngestReport",
    "ParsedResults",
    "ProcessExecutor",
    "SerialExecutor",
    "ingest",
    "parser_version",
    "remove",
    "republish",
]
