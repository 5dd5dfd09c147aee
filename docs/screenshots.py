"""Pictures of every page for the readmes: 1280 × 800, light, of a store made of `corpus/`.

    python docs/screenshots.py [--store DIR]

Needs Chromium at /usr/bin/chromium and the extra `dev`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.app_samples import CHROMIUM, CHROMIUM_ARGUMENTS, serving  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
_REST = 1500
"""Milliseconds after the last answer: charts and pictures are drawn by then."""


def pages(store: Path) -> dict[str, str]:
    """Name of the picture → address."""
    import kpi

    with kpi.open_store(store) as opened:
        hit = opened.search("参保群众满意度", filters={"city": "焦作市", "year": "2026"}, limit=1).hits[0]
        clusters = [opened.clustering.find(name) for name in ("参保群众政策知晓率", "参保群众满意度", "项目成本")]
        ids = [cluster.id for cluster in clusters if cluster is not None]
        document = next(row.entry.sha256 for row in opened.documents.values() if row.name == "jiaozuo-2026.pdf")
    return {
        "search": "/?q=满意度&unit=%25&min=90",
        "detail": f"/detail?id={hit.record['id']}",
        "compare": "/compare?" + "&".join(f"id={identity}" for identity in ids[:1]),
        "matrix": "/compare?" + "&".join(f"id={identity}" for identity in ids),
        "clusters": "/clusters",
        "project": f"/projects?doc={document[:16]}&n=2",
        "review": "/review",
        "imports": "/imports",
        "overview": "/overview",
    }


def shoot(browser: Any, url: str, path: Path, *, upload: Path | None = None) -> None:
    """One picture, after an upload if one is given."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", color_scheme="light")
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector('[data-testid="stMainBlockContainer"] [data-testid="stElementContainer"]', state="attached")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    if upload is not None:
        page.locator("input[type='file']").set_input_files(str(upload))
        page.get_by_role("button", name="加入库").wait_for(timeout=120_000)
    page.wait_for_timeout(_REST)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.screenshot(path=path)
    context.close()


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--store", type=Path, help="a store to show; made of corpus/ when left out")
    store = parser.parse_args().store
    with tempfile.TemporaryDirectory(prefix="kpi-screenshots-") as folder:
        if store is None:
            import kpi
            from kpi.ingestion import SerialExecutor

            store = Path(folder) / "store"
            kpi.ingest([ROOT / "corpus"], store, executor=SerialExecutor())
        _write(store.resolve())


def _write(store: Path) -> None:
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    with serving(store) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS))
        for name, address in pages(store).items():
            upload = ROOT / "corpus" / "luoyang-2026.pdf" if name == "imports" else None
            shoot(browser, url + address, OUT / f"{name}.png", upload=upload)
            sys.stdout.write(f"docs/screenshots/{name}.png\n")
        browser.close()


if __name__ == "__main__":
    main()
