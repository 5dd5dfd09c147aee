"""Scans: the pages of a synthetic PDF as pictures, a little turned, with noise and a red seal; no text layer."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from tests.generator.blocks import Block

DOTS_PER_INCH = 200
SKEW = 0.5
"""Largest turn in degrees."""
NOISE = 6.0
"""Standard deviation of the grey values' noise, of 255."""


def worn(image: Any, rng: random.Random, *, sealed: bool) -> Any:
    """The picture of a page as a scanner gives it."""
    import numpy as np
    from PIL import Image, ImageDraw

    if sealed:
        draw = ImageDraw.Draw(image)
        x, y, radius = image.width * rng.uniform(0.5, 0.8), image.height * rng.uniform(0.3, 0.7), DOTS_PER_INCH * 0.8
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(200, 60, 60), width=8)
    turned = image.rotate(rng.uniform(-SKEW, SKEW), fillcolor="white", resample=Image.Resampling.BICUBIC)
    generator = np.random.default_rng(rng.randint(0, 2**31))
    values = np.asarray(turned.convert("L"), dtype=float) + generator.normal(0, NOISE, (turned.height, turned.width))
    return Image.fromarray(values.clip(0, 255).astype("uint8"))


def render_scan(blocks: list[Block], path: Path, seed: int, name: str) -> None:
    """Write the document as a PDF of pictures."""
    import pypdfium2

    from tests.generator.render_pdf import render_pdf

    rng = random.Random(seed * 7919 + 7)
    sealed = rng.random() < 0.3
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "source.pdf"
        render_pdf(blocks, source, seed, name)
        with pypdfium2.PdfDocument(source) as pdf:
            pages = [
                worn(page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB"), rng, sealed=sealed) for page in pdf
            ]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=DOTS_PER_INCH)
