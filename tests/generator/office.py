"""The route through LibreOffice: .doc, .xls and PDF from the DOCX or XLSX, many files in one call.

`wordpdf` and `sheetpdf` are printed PDFs; every third `wordpdf` has Kangxi radicals in its text layer (⼀ for 一), as
PDFs of some printers have.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.generator.document import OFFICE_FORMATS, SUFFIXES, SyntheticDocument

SOURCES = {"doc": ("docx", "doc"), "xls": ("xlsx", "xls"), "wordpdf": ("docx", "pdf"), "sheetpdf": ("xlsx", "pdf")}
RADICALS = str.maketrans(
    "一二人力工土大女子方日月生用水火田目石立老行西里金长食高",
    "⼀⼆⼈⼒⼯⼟⼤⼥⼦⽅⽇⽉⽣⽤⽔⽕⽥⽬⽯⽴⽼⾏⻄⾥⾦⻓⻝⾼",
)
SECONDS = 300
"""Time limit of one conversion of all files."""


def with_radicals(path: Path) -> None:
    """Put radicals in the place of letters that look the same, in a DOCX's text."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["word/document.xml"] = entries["word/document.xml"].decode().translate(RADICALS).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def available() -> bool:
    """Whether LibreOffice is installed."""
    return shutil.which("soffice") is not None


def convert(documents: list[SyntheticDocument], form: str, folder: Path) -> list[Path]:
    """Render the documents in the source format and convert them all in one call; gives the files in order.

    Raises:
        RuntimeError: LibreOffice is missing or gave no file.
    """
    program = shutil.which("soffice")
    if program is None:
        raise RuntimeError("soffice is not installed (package libreoffice)")
    source, target = SOURCES[form]
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        paths = []
        for document in documents:
            path = Path(temporary) / (document.stem(form) + SUFFIXES[source])
            document.render(source, path)
            if form == "wordpdf" and document.seed % 3 == 0:
                with_radicals(path)
            paths.append(path)
        profile = f"-env:UserInstallation=file://{temporary}/profile"
        command = [program, profile, "--headless", "--convert-to", target, "--outdir", str(folder), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    for path in paths:
        result = folder / f"{path.stem}.{target}"
        if not result.exists():
            raise RuntimeError(f"soffice gave no {result.name}")
        results.append(result)
    return results


def render_all(documents: list[SyntheticDocument], form: str, folder: Path) -> list[tuple[SyntheticDocument, Path]]:
    """Write the documents of a format; those of an office program in one call."""
    if form in OFFICE_FORMATS:
        return list(zip(documents, convert(documents, form, folder), strict=True))
    paths = [folder / (document.stem(form) + SUFFIXES[form]) for document in documents]
    for document, path in zip(documents, paths, strict=True):
        document.render(form, path)
    return list(zip(documents, paths, strict=True))
