"""Uploads on their way into the store: whole copies under their names, and a full or refusing disk told in words."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from store_samples import make_document

from kpi.catalog.layout import Layout
from kpi.errors import KpiError, StoreError
from kpi.ui import uploads
from kpi.ui.uploads import UPLOADS, Upload, add_to_store, keep


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    (tmp_path / "session").mkdir()
    path = tmp_path / "session" / "预算.txt"
    path.write_text("the whole content", "utf-8")
    return Upload(path.name, path, make_document("the whole content", name=path.name))


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was given to be published."""
    given: list[Path] = []
    monkeypatch.setattr(uploads, "_published", lambda paths, *_: given.extend(paths))
    return given


def test_a_copy_that_was_cut_off_is_made_anew(upload: Upload, tmp_path: Path, published: list[Path]) -> None:
    assert upload.document is not None
    sha256 = upload.document.sha256
    layout = Layout(tmp_path / "kpi")
    target = layout.root / UPLOADS / sha256[:12] / upload.name
    target.parent.mkdir(parents=True)
    target.write_text("the wh", "utf-8")  # the server was killed while it copied
    add_to_store([upload], layout.root, {})
    assert published == [target]
    assert target.read_text("utf-8") == "the whole content"
    assert layout.objects.read(layout.file_key(sha256)) == b"the whole content"
    before = target.stat()
    add_to_store([upload], layout.root, {})
    assert target.stat() == before, "a whole one stays as it is"


@pytest.mark.parametrize("place", ["", UPLOADS])
def test_a_store_that_cannot_be_written_is_told(
    upload: Upload, tmp_path: Path, published: list[Path], place: str
) -> None:
    store = tmp_path / "kpi"
    store.mkdir()
    (store / (place or "parsed")).touch()  # a file where a folder has to be
    with pytest.raises(StoreError, match="不可写"):
        add_to_store([upload], store, {})
    assert not published


def test_a_full_disk_is_told_to_who_uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    file = io.BytesIO(b"content")
    file.name = "a.txt"
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(KpiError, match="存不下") as told:
        keep([file], tmp_path)
    assert told.value.found == "No space left on device"
