"""Makes `store_samples` importable in this folder's tests and in the processes that they start."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture
def machines(tmp_path, monkeypatch):
    """Machines that share a store on a file system without rename, append and folders."""
    from plain_storage import BEHAVIOUR
    from remote_samples import Machines

    BEHAVIOUR.reset()
    yield Machines(tmp_path, monkeypatch)
    BEHAVIOUR.reset()
