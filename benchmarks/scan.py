"""Scanned pages: how much of the indicators survives, and seconds a page.

The performance pages of two corpus files are rasterised at 200 dpi, turned by 0.5 degrees, given noise, and parsed as a
scan; a second round puts a red seal over the table. F1 is against what the same pages give with their text layer.

    python benchmarks/scan.py
"""

from __future__ import annotations

import sys
import tempfile
import time
import unicodedata
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image

import kpi

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
PAGES = {"jiaozuo-2023-final.pdf": range(17, 19), "luoyang-2026.pdf": range(22, 31)}
DOTS_AN_INCH = 200
SKEW = 0.5
NOISE = 12.0
"""Standard deviation in grey levels, as of an office scanner's."""


def rasterise(source: Path, pages: range, target: Path, *, seal: bool) -> None:
    """Write the pages as pictures in a PDF."""
    rng = np.random.default_rng(1)
    document = pypdfium2.PdfDocument(source)
    pictures = []
    for number in pages:
        picture = np.array(document[number - 1].render(scale=DOTS_AN_INCH / 72).to_pil().convert("RGB"))
        height, width = picture.shape[:2]
        if seal:
            centre = (width * 2 // 3, height // 2)
            ink = np.full_like(picture, 255)
            cv2.circle(ink, centre, DOTS_AN_INCH * 3 // 4, (220, 40, 40), 8)
            cv2.circle(ink, centre, DOTS_AN_INCH // 5, (220, 40, 40), -1)
            picture = np.minimum(picture, ink)  # what is printed under a seal stays dark
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), SKEW, 1)
        turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
        noisy = np.clip(turned.astype(float) + rng.normal(0, NOISE, turned.shape), 0, 255).astype(np.uint8)
        pictures.append(Image.fromarray(noisy))
    document.close()
    pictures[0].save(target, save_all=True, append_images=pictures[1:], resolution=DOTS_AN_INCH)


def placed(path: Path) -> Counter[tuple[str, ...]]:
    """The placed keys of a file's indicators."""
    return Counter(
        tuple("".join(unicodedata.normalize("NFKC", text).split()) for text in (row.project_code or row.project, row.level1, row.name, row.target))
        for row in kpi.parse(path).indicators
    )  # fmt: skip


def main() -> int:
    """Print F1 and seconds; 1 when a file is under 0.85."""
    worst = 1.0
    print(f"{'file':26s} {'seal':5s} pages  F1 placed  seconds a page")
    with tempfile.TemporaryDirectory() as folder:
        for name, pages in PAGES.items():
            wanted = placed(CORPUS / name)
            for seal in (False, True):
                scan = Path(folder) / name
                rasterise(CORPUS / name, pages, scan, seal=seal)
                start = time.perf_counter()
                got = placed(scan)
                seconds = (time.perf_counter() - start) / len(pages)
                score = 2 * (wanted & got).total() / (wanted.total() + got.total())
                worst = min(worst, score)
                print(f"{name:26s} {'yes' if seal else 'no':5s} {len(pages):5d}  {score:9.4f}  {seconds:14.1f}")
    return int(worst < 0.85)


if __name__ == "__main__":
    sys.exit(main())
