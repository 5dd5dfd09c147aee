"""The app on a large store, driven with Chromium: first paint, searches, filters, memory with three sessions.

    python benchmarks/app.py --store DIR [--runs 5]

The store is that of `benchmarks/search.py --store DIR`. Nothing is written to it. Times are from the key or click to the
finished page and are of a shared machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.app_samples import CHROMIUM, CHROMIUM_ARGUMENTS, serving  # noqa: E402

QUERIES = (
    "满意度",
    "完成率 年度:2025",
    "群众 满意度",
    "培训人次",
    "资金使用 合规",
    "按时完成",
    "覆盖率 value>=90%",
    "成本",
)
SESSIONS = 3
_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def memory_megabytes(port: int) -> float:
    """Memory of the server that listens on a port, with its children, MB."""
    import psutil

    owner = next(
        item.pid for item in psutil.net_connections("tcp") if item.status == "LISTEN" and item.laddr.port == port
    )
    process = psutil.Process(owner)
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 2**20


def total_line(page: Any) -> str:
    """The line with the total and the time, which changes with every answer."""
    return str(page.locator(".st-key-toolbar").inner_text())


def paint(browser: Any, url: str) -> tuple[Any, float]:
    """A fresh browser session on the search page; seconds until its hits stand there."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    began = time.perf_counter()
    page.goto(url)
    page.locator("[class*='st-key-row-'] a").first.wait_for(timeout=60_000)
    took = time.perf_counter() - began
    page.wait_for_selector(_IDLE)
    return page, took


def searched(page: Any, words: str) -> float:
    """Seconds from Enter to the finished page."""
    box = page.locator("input[type='search']").first
    before = total_line(page)
    box.fill(words)
    began = time.perf_counter()
    box.press("Enter")
    return _until_changed(page, before, began)


def clicked(page: Any, target: Any) -> float:
    """Seconds from a click to the finished page."""
    before = total_line(page)
    began = time.perf_counter()
    target.click()
    return _until_changed(page, before, began)


def _until_changed(page: Any, before: str, began: float) -> float:
    while time.perf_counter() - began < 60:
        if total_line(page) != before and page.locator(_IDLE).count():
            return time.perf_counter() - began
        page.wait_for_timeout(10)
    raise TimeoutError(page.url)


def summary(seconds: list[float]) -> dict[str, float]:
    """Median and maximum in seconds."""
    ordered = sorted(seconds)
    return {"n": len(ordered), "median_s": round(ordered[len(ordered) // 2], 2), "max_s": round(ordered[-1], 2)}


def measure(store: Path, runs: int) -> dict[str, Any]:
    """All figures."""
    from playwright.sync_api import sync_playwright

    with serving(store) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_ARGUMENTS))
        port = int(url.rsplit(":", 1)[1])
        page, cold = paint(browser, url)
        searched(page, QUERIES[0])  # loads the dictionary
        sessions = [paint(browser, url) for _ in range(SESSIONS - 1)]
        searches, filters = [], []
        for _ in range(runs):
            searches += [searched(page, words) for words in (*QUERIES[1:], QUERIES[0])]
            city = page.locator(".st-key-address-city button").first
            filters.append(clicked(page, city))
            filters.append(clicked(page, page.locator(".st-key-chips button").first))
        for other, _ in sessions:
            searches.append(searched(other, QUERIES[1]))
        result = {
            "first_paint_cold_s": round(cold, 2), "first_paint_warm": summary([took for _, took in sessions]),
            "search": summary(searches), "filter": summary(filters), "server_mb": round(memory_megabytes(port)), "sessions": SESSIONS,
        }  # fmt: skip
        browser.close()
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.store.resolve(), chosen.runs), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
