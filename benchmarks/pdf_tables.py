"""PDF tables: `kpi.parse` against plain `pdfplumber.extract_tables`, and camelot and PyMuPDF where installed.

`python -m benchmarks.pdf_tables`: pages a second over all pages of the PDFs in corpus/, the share of indicator names that
stand whole, and the peak memory on a 500-page PDF (the four repeated). Bars: 3 times as fast as pdfplumber, whole names 1.000,
400 MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pdfplumber
import pypdfium2

from kpi.pipeline import parse
from kpi.text import fold

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FILES = sorted(CORPUS.glob("*.pdf"))
BIG_PAGES = 500
ROUNDS = 3
Reader = Callable[[Path], Iterator[str]]


def with_kpi(path: Path) -> Iterator[str]:
    """Names that `kpi.parse` gives."""
    yield from (indicator.name for indicator in parse(path).indicators)


def with_pdfplumber(path: Path) -> Iterator[str]:
    """Cells of `extract_tables` over all pages."""
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            for table in page.extract_tables():
                yield from (cell or "" for row in table for cell in row)


def with_camelot(path: Path) -> Iterator[str]:
    """Cells of camelot's lattice flavour."""
    import camelot

    for table in camelot.read_pdf(str(path), pages="all", flavor="lattice", suppress_stdout=True):
        yield from table.df.to_numpy().ravel()


def with_pymupdf(path: Path) -> Iterator[str]:
    """Cells of PyMuPDF's find_tables."""
    import pymupdf

    with pymupdf.open(path) as document:
        for page in document:
            for table in page.find_tables():
                yield from (cell or "" for row in table.extract() for cell in row)


def readers() -> dict[str, Reader]:
    """The peers that are installed."""
    found: dict[str, Reader] = {"kpi.parse": with_kpi, "pdfplumber extract_tables": with_pdfplumber}
    if find_spec("camelot"):
        found["camelot lattice"] = with_camelot
    if find_spec("pymupdf"):
        found["PyMuPDF find_tables"] = with_pymupdf
    return found


def peak_memory(path: Path) -> float:
    """Peak resident memory in MB of a process that parses one file."""
    code = (
        "import resource, sys; from kpi.pipeline import parse; document = parse(sys.argv[1]); "
        "print(document.page_count, len(document.indicators), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    shown = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True).stdout
    pages, indicators, memory = shown.split()
    print(f"\n{pages}-page PDF: {indicators} indicators, peak memory {float(memory):.0f} MB")
    return float(memory)


def repeated(folder: Path) -> Path:
    """A PDF of `BIG_PAGES` pages: the corpus over and over."""
    out = pypdfium2.PdfDocument.new()
    while len(out) < BIG_PAGES:
        for file in FILES:
            with pypdfium2.PdfDocument(file) as source:
                out.import_pages(source, list(range(min(len(source), BIG_PAGES - len(out)))))
    path = folder / "big.pdf"
    out.save(path)
    return path


def main() -> None:
    """Run and print the table."""
    pages = 0
    for file in FILES:
        with pypdfium2.PdfDocument(file) as document:
            pages += len(document)
    wanted = {file: {fold(item.name) for item in parse(file).indicators} for file in FILES}
    print(f"{pages} pages, {len(FILES)} files; names: {', '.join(file.stem for file in FILES)}")
    print(f"{'reader':28} {'pages/s':>8} {'ratio':>6}   whole names")
    base = 0.0
    rates: dict[str, float] = {}
    shares: dict[str, list[float]] = {}
    for name, reader in readers().items():
        best = float("inf")
        rounds = ROUNDS if name.startswith(("kpi", "pdfplumber")) else 1
        for _ in range(rounds):
            start = time.perf_counter()
            texts = {file: {fold(text) for text in reader(file)} for file in FILES}
            best = min(best, time.perf_counter() - start)
        rates[name] = pages / best
        shares[name] = [len(wanted[file] & texts[file]) / len(wanted[file]) for file in FILES]
    base = rates["pdfplumber extract_tables"]
    for name, rate in rates.items():
        print(f"{name:28} {rate:8.1f} {rate / base:6.2f}   {', '.join(f'{share:.3f}' for share in shares[name])}")
    with tempfile.TemporaryDirectory() as folder:
        peak_memory(repeated(Path(folder)))


if __name__ == "__main__":
    main()
