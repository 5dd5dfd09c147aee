"""Office files are archives with times in them; the same document must always give the same bytes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

EPOCH = (2026, 1, 5, 9, 0, 0)
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def freeze_archive(path: Path) -> None:
    """Rewrite a zip archive with one fixed time for each entry and in the file properties."""
    with zipfile.ZipFile(path) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            fixed = STAMP.sub(rb"\g<1>2026-01-05T09:00:00Z\g<2>", data) if name == "docProps/core.xml" else data
            archive.writestr(zipfile.ZipInfo(name, EPOCH), fixed, zipfile.ZIP_DEFLATED)
