"""What workers are given in tests of the executor: functions that worker processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import kpi
from kpi.errors import BadInput, MissingDependency
from kpi.model import Document


class OddError(Exception):
    """An error that pickle cannot rebuild."""

    def __init__(self, number: int, *, text: str) -> None:
        super().__init__(number)
        self.text = text


def work(task: str) -> str:
    """Do what the task says."""
    what = task.partition(" ")[0]
    if what == "sleep":
        time.sleep(600)
    elif what == "eat":
        return str(len([bytearray(10_000_000) for _ in range(300)]))
    elif what == "die":
        os._exit(7)
    elif what == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "odd":
        raise OddError(7, text="odd")
    elif what == "raise":
        raise BadInput("损坏")
    elif what == "skip":
        raise MissingDependency("没有")
    elif what == "pid":
        return str(os.getpid())
    return task.upper()


def work_or_kill_the_parent(task: str) -> str:
    """As `work`; a deadly task ends the process that started its worker, as too little memory may."""
    if task == "deadly":
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return work(task)


def parse(path: Path) -> Document:
    """The usual parser, but for files whose name says otherwise."""
    work(Path(path).stem if Path(path).stem in {"sleep", "die"} else "good")
    return kpi.parse(path)
