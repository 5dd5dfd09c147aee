"""`python -m tests.generator OUTDIR --seed 1 --count 3 --layout wide --format pdf,docx`: documents with gold and manifest."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from tests.generator.document import ALL_FORMATS, FORMATS, LAYOUTS, make_document
from tests.generator.gold import write_gold
from tests.generator.office import render_all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=1, help="documents a layout, seeds one after the other")
    parser.add_argument("--layout", default="all", help=f"all, or some of {','.join(LAYOUTS)}")
    parser.add_argument(
        "--format", default="pdf", help=f"all (without LibreOffice), or some of {','.join(ALL_FORMATS)}"
    )
    options = parser.parse_args()
    layouts = list(LAYOUTS) if options.layout == "all" else options.layout.split(",")
    formats = list(FORMATS) if options.format == "all" else options.format.split(",")
    options.outdir.mkdir(parents=True, exist_ok=True)
    manifest: list[dict[str, object]] = []
    everything: list[dict[str, str]] = []
    documents = [
        make_document(layout, seed) for layout in layouts for seed in range(options.seed, options.seed + options.count)
    ]
    for form in formats:
        chosen = [document for document in documents if document.offers(form)]
        for document, path in render_all(chosen, form, options.outdir):
            manifest.append(
                {
                    "file": path.name,
                    "layout": document.layout,
                    "seed": document.seed,
                    "format": form,
                    "indicators": len(document.gold),
                }
            )
    for document in documents:
        stems = " ".join(document.stem(form) for form in formats if document.offers(form))
        everything += [row | {"file": stems} for row in document.gold]
    write_gold(everything, options.outdir / "gold.csv")
    with (options.outdir / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["file", "layout", "seed", "format", "indicators"])
        writer.writeheader()
        writer.writerows(manifest)
    print(f"{len(manifest)} files, {len(everything)} indicators in {options.outdir}")


if __name__ == "__main__":
    main()
