"""Logs (日志): `text` is for people and changes nothing they see; `json` makes each line on standard error one JSON object.

The library logs events by `logging.getLogger(__name__)`: the message is the event's name (English, snake_case, stable), what
belongs to it stands in `extra`. It never configures logging; programs (`kpi`, the app, worker processes) call `configure`.
Texts of documents are not logged, only names, counts, codes and reasons.
"""

from __future__ import annotations

import atexit
import io
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from kpi.errors import UsageError

TEXT, JSON = "text", "json"
FORMATS = (TEXT, JSON)
VARIABLE = "KPI_LOG_FORMAT"
"""Environment variable; worker processes learn the form from it."""

_OWN = "kpi"
_output = logging.getLogger("kpi.output")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; the rest is the event's own."""


def configure(form: str = "") -> None:
    """Set the logs of this program up; calling it again with the same form changes nothing.

    Args:
        form: `text` or `json`; by default what the environment says, else `text`.

    Raises:
        UsageError: another form.
    """
    wanted = form or os.environ.get(VARIABLE, "") or TEXT
    if wanted not in FORMATS:
        raise UsageError("没有这种日志格式", where=VARIABLE, found=wanted, advice=f"可用：{'、'.join(FORMATS)}")
    if form:
        os.environ[VARIABLE] = form
    if wanted == JSON:
        _configure_json()
    elif not any(isinstance(handler, _PeopleHandler) for handler in logging.getLogger(_OWN).handlers):
        logging.getLogger(_OWN).addHandler(_PeopleHandler(logging.ERROR))


def as_json() -> bool:
    """Whether standard error is for machines: no progress bars, no sentences."""
    return any(isinstance(handler, _JsonHandler) for handler in logging.getLogger().handlers)


class JsonFormatter(logging.Formatter):
    """One record as one line of JSON: `time` (ISO 8601, UTC), `level`, `event`, `logger`, `process`, and the event's own."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`; records of other libraries have the event `log` and a `message`."""
        own = record.name.partition(".")[0] == _OWN and str(record.msg).isidentifier()
        plain = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(), "event": str(record.msg) if own else "log", "logger": record.name,
            "process": record.process, **({} if own else {"message": _message(record)}), **_fields(record),
        }  # fmt: skip
        if record.exc_info:
            plain["exception"] = self.formatException(record.exc_info)
        text = json.dumps(plain, ensure_ascii=False, default=str)
        # Half characters in file names become \udcxx, which JSON knows.
        return text.encode("utf-8", "backslashreplace").decode()


def _message(record: logging.LogRecord) -> str:
    """The text of another library's record; its parts where they do not fit together: that must not end what is logged."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _USUAL}


class _JsonHandler(logging.Handler):
    """Writes whole lines to what standard error was."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        try:
            self.stream.write(f"{self.format(record)}\n")
            self.stream.flush()
        except (OSError, ValueError):  # no one reads any more
            return


class _PeopleHandler(logging.Handler):
    """Bugs with their traceback; what a person has to know of anything else the commands and pages tell themselves."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        told = [record.getMessage(), *(f"{key}={value}" for key, value in _fields(record).items())]
        sys.stderr.write(" ".join(told) + "\n")
        if record.exc_info:
            sys.stderr.write(logging.Formatter().formatException(record.exc_info) + "\n")


class _Lines(io.TextIOBase):
    """Standard error for whoever writes to it past the logs: each line becomes an event `output`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._rest, self._lock = stream, "", threading.RLock()

    def writable(self) -> bool:
        """See `io.TextIOBase`."""
        return True

    def fileno(self) -> int:
        """Of the stream that programs which are started inherit."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Log the lines that are complete."""
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                _output.info("output", extra={"text": line.rstrip()})
        return len(text)

    def finish(self) -> None:
        """Log what has no line end."""
        if self._rest:
            self.write("\n")


def _configure_json() -> None:
    if as_json():
        return
    stream = sys.stderr
    root = logging.getLogger()
    root.addHandler(_JsonHandler(stream))
    logging.getLogger(_OWN).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    lines = _Lines(stream)
    sys.stderr = lines
    atexit.register(lines.finish)
    sys.excepthook = _log_crash


def _log_crash(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    logging.getLogger(_OWN).critical("crashed", exc_info=(kind, error, traceback))


def failure_fields(failure: Mapping[str, str]) -> dict[str, str]:
    """What logs tell of a failure (see `kpi.errors.error_parts`): code, reason, limit; of a bug its type.

    What was found in the document is left out.
    """
    fields = {"code": failure.get("code", ""), "reason": failure.get("what", "")}
    if failure.get("limit"):
        fields["limit"] = failure["limit"]
    if fields["code"] == "bug":
        fields["error"] = failure.get("found", "").partition(":")[0]
    return fields
