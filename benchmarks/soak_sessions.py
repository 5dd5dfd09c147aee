"""Sessions of the load: readers who search, open, compare, review and export, and one who imports again and again."""

from __future__ import annotations

import asyncio
import io
import random
import re
import time
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks.soak_watch import Seen

PATIENCE = 180.0
"""Seconds after which an action counts as failed."""
_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_LOADING = '[data-testid="stSkeleton"]'
"""Stands where the browser is still loading what draws an element, after the server has sent it."""
_ERROR_BOXES = '[data-testid="stAlertContentError"], [data-testid="stException"]'
WORDS = ("满意度", "完成率", "覆盖率", "培训人次", "群众 满意度", "成本", "按时完成", "资金使用 合规", "补助", "维护")


@dataclass
class Known:
    """What a query must give, whatever is imported meanwhile."""

    totals: dict[str, int]
    """Address of the search page → total."""
    documents: list[str]
    """First digits of documents whose pages can be looked at."""
    names: list[str]
    """Their names."""
    clusters: list[str] = field(default_factory=list)


class ActionError(Exception):
    """An action did not come to its end."""


class Session:
    """One browser context with its page."""

    def __init__(self, page: Any, base: str, seen: Seen, seed: int) -> None:
        self.page, self.base, self.seen = page, base, seen
        self.choose = random.Random(seed)
        page.on("pageerror", lambda error: seen.wrong("exception on the page", str(error)))
        page.on("console", self._console)
        page.on("requestfailed", self._request_failed)
        page.on("response", self._response)

    def _console(self, message: Any) -> None:
        # a page below the root asks beside itself first whether the server's base is there
        if message.type == "error" and "/_stcore/h" not in str(message.location):
            self.seen.wrong("console", f"{message.text} {message.location}")

    def _request_failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the browser's own, when it leaves a page
            self.seen.wrong("request failed", f"{request.failure} {request.url}")

    def _response(self, response: Any) -> None:
        self.seen.hosts.add(urlsplit(response.url).netloc)
        if response.status >= 500:
            self.seen.wrong("HTTP 5xx", f"{response.status} {response.url}")

    async def settled(self) -> None:
        """Wait until the server has had nothing more to draw, and the browser has drawn it, for a while."""
        quiet, end = 0, time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            idle = await self.page.locator(_IDLE).count()
            drawn = await self.page.locator(
                "[data-testid='stMainBlockContainer'] [data-testid='stElementContainer']"
            ).count()
            loading = await self.page.locator(_LOADING).count()
            quiet = quiet + 1 if idle and drawn and not loading else 0
            if quiet == 3:
                break
            await asyncio.sleep(0.05)
        else:
            raise ActionError(f"not at rest: {self.page.url}")
        for box in await self.page.locator(_ERROR_BOXES).all_inner_texts():
            self.seen.wrong("error box", f"{box} {self.page.url}")

    async def open(self, path: str) -> None:
        """Load an address: a new session of the app."""
        await self.page.goto(f"{self.base}{path}")
        await self.settled()

    async def click(self, target: Any) -> bool:
        """Click the first of what is there, if anything is, and wait for the page."""
        if not await target.count():
            return False
        await target.first.click(timeout=PATIENCE * 1000)
        await asyncio.sleep(0.15)
        await self.settled()
        return True

    async def total(self) -> int:
        """The total that the search page tells."""
        found = re.search(r"共 ([\d,]+) 条", await self.page.locator(".st-key-toolbar").first.inner_text())
        if found is None:
            raise ActionError("no total")
        return int(found[1].replace(",", ""))

    async def download(self, button: Any) -> bytes:
        """What a download button gives."""
        async with self.page.expect_download(timeout=PATIENCE * 1000) as waiting:
            await button.first.click()
        path = await (await waiting.value).path()
        data = Path(path).read_bytes()
        path.unlink()
        return data

    @asynccontextmanager
    async def timed(self, kind: str) -> AsyncIterator[None]:
        """Count an action, or its failure."""
        began = time.perf_counter()
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is counted
            self.seen.wrong(f"failed: {kind}", f"{type(error).__name__} {error}")
        else:
            self.seen.done(kind, time.perf_counter() - began)


# --- readers


async def search_words(session: Session, _known: Known) -> None:
    """Type words into the box."""
    if not await session.page.locator(".st-key-row-head").count():
        await session.open("/")
    async with session.timed("search"):
        box = session.page.locator("input[type='search']").first
        await box.fill(
            f"{session.choose.choice(WORDS)} {session.choose.choice(('', 'year:2025', '-会议', 'value>=90%'))}"
        )
        await box.press("Enter")
        await asyncio.sleep(0.2)
        await session.settled()


async def check_total(session: Session, known: Known) -> None:
    """Open an address whose total is known."""
    path = session.choose.choice(list(known.totals))
    async with session.timed("open a known search"):
        await session.open(path)
        told = await session.total()
        session.seen.checked += 1
        if told != known.totals[path]:
            session.seen.wrong("wrong answer", f"{told} instead of {known.totals[path]} at {path}")


async def filter_rows(session: Session, _known: Known) -> None:
    """Choose a value at the side and take it away."""
    await session.open(f"/?q={quote(session.choose.choice(WORDS))}")
    async with session.timed("filter"):
        await session.click(session.page.locator(".st-key-address-city button"))
        await session.click(session.page.locator(".st-key-chips button"))


async def open_detail(session: Session, known: Known) -> None:
    """Open a hit with its page picture, and its other views."""
    path = f"/?q=document:{session.choose.choice(known.names)}"
    links = session.page.locator("[class*='st-key-row-'] a")
    await session.open(f"{path}&page={session.choose.randrange(1, 4)}")
    if not await links.count():  # fewer pages than that
        await session.open(path)
    if not await links.count():
        raise ActionError("no hits")
    async with session.timed("detail with page picture"):
        await session.click(links.nth(session.choose.randrange(await links.count())))
        picture = session.page.get_by_role("img", name=re.compile("原文第")).first
        await picture.wait_for(timeout=PATIENCE * 1000)
        if not await picture.evaluate("e => e.decode().then(() => e.naturalWidth)"):
            raise ActionError("no picture")
    for view in ("项目整表", "其他城市", "全部字段"):
        async with session.timed("detail, other views"):
            await session.click(session.page.get_by_role("radio", name=view))


async def compare(session: Session, known: Known) -> None:
    """Compare one or two indicators; export the chart and the workbook."""
    chosen = session.choose.sample(known.clusters, session.choose.choice((1, 2)))
    async with session.timed("compare"):
        await session.open("/compare?" + "&".join(f"id={identity}" for identity in chosen))
        await session.page.get_by_text("中位数", exact=True).first.wait_for(timeout=PATIENCE * 1000)
    async with session.timed("export comparison"):
        data = await session.download(session.page.get_by_role("button", name="导出 Excel"))
        _need(zipfile.is_zipfile(io.BytesIO(data)), "no workbook")
    async with session.timed("export chart"):
        data = await session.download(session.page.get_by_role("button", name="图 PNG"))
        _need(data.startswith(b"\x89PNG"), "no picture")


async def look_at_clusters(session: Session, known: Known) -> None:
    """The catalogue and one of its entries."""
    async with session.timed("clusters"):
        await session.open(f"/clusters?q={quote(session.choose.choice(WORDS).split()[0])}")
    async with session.timed("one cluster"):
        await session.open(f"/clusters?id={session.choose.choice(known.clusters)}")


async def review(session: Session, known: Known) -> None:
    """Findings of one document, and as a workbook."""
    async with session.timed("review"):
        await session.open(f"/review?doc={session.choose.choice(known.documents)}")
    async with session.timed("export findings"):
        data = await session.download(session.page.get_by_role("button", name="导出审核意见"))
        _need(zipfile.is_zipfile(io.BytesIO(data)), "no workbook")


async def export(session: Session, known: Known) -> None:
    """Export a result whose size is known."""
    path = session.choose.choice(list(known.totals))
    await session.open(path)
    async with session.timed("export search"):
        data = await session.download(session.page.get_by_role("button", name="CSV"))
        session.seen.checked += 1
        rows = data.decode("utf-8-sig").count("\n") - 1
        if rows < known.totals[path]:  # texts may hold line ends, so there may be more lines than rows
            session.seen.wrong("wrong answer", f"{rows} lines exported instead of {known.totals[path]} at {path}")


async def look_around(session: Session, known: Known) -> None:
    """Projects, a project, the overview."""
    async with session.timed("projects"):
        await session.open(f"/projects?q={quote(session.choose.choice(('培训', '补助', '专项')))}")
    async with session.timed("one project"):
        await session.open(f"/projects?doc={session.choose.choice(known.documents)}&n=1")
    async with session.timed("overview"):
        await session.open("/overview")


Action = Callable[[Session, Known], Awaitable[None]]
ACTIONS: tuple[Action, ...] = (
    search_words, search_words, search_words, check_total, filter_rows, open_detail, open_detail, compare, look_at_clusters,
    review, export, look_around,
)  # fmt: skip


async def read_along(session: Session, known: Known, end: float, most: int) -> None:
    """Act like a reader until the time or the number of actions is over."""
    for _ in range(most):
        if time.perf_counter() >= end:
            return
        action = session.choose.choice(ACTIONS)
        async with session.timed(f"round: {action.__name__}"):
            await action(session, known)
        await asyncio.sleep(session.choose.uniform(0.2, 1.5))


# --- the one who imports


@dataclass
class Batch:
    """A file to import and what it holds."""

    path: Path
    city: str
    rows: int


def write_batch(folder: Path, number: int, choose: random.Random) -> Batch:
    """A workbook of a city of its own with new contents; every fifth inside an archive."""
    import openpyxl

    from benchmarks import synthetic

    city = f"导入{number}市"
    book = openpyxl.Workbook()
    sheet = book.active
    rows = choose.randrange(40, 160)
    sheet.append([f"2026年{city}水利局项目支出绩效目标表"])
    sheet.append(["项目名称", f"{choose.choice(synthetic.WHAT)}{number}号项目", "", ""])
    sheet.append(["一级指标", "二级指标", "三级指标", "指标值"])
    for row in range(rows):
        name = f"{choose.choice(synthetic.WHAT)}{choose.choice(synthetic.STEP)}{row}完成率"
        sheet.append(["产出指标", "质量指标", name, f"≥{choose.randrange(50, 100)}%"])
    path = folder / f"{city}.xlsx"
    book.save(path)
    if number % 5 == 0:
        packed = folder / f"{city}.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(path, path.name)
        path.unlink()
        path = packed
    return Batch(path, city, rows)


async def import_along(session: Session, store: Path, folder: Path, end: float, most: int, kept: int = 5) -> None:
    """Import new files until the time is over; the oldest leave the store again."""
    from kpi.ingestion.publishing import remove

    held: list[Batch] = []
    for number in range(1, most + 1):
        if time.perf_counter() >= end:
            break
        batch = write_batch(folder, number, session.choose)
        async with session.timed("round: import"):
            await _import(session, batch)
            held.append(batch)
        batch.path.unlink()
        if len(held) > kept:
            oldest = held.pop(0)
            async with session.timed("remove from the store"):
                await asyncio.to_thread(remove, store, [f"{oldest.city}.xlsx"])
        await asyncio.sleep(session.choose.uniform(1.0, 4.0))


async def _import(session: Session, batch: Batch) -> None:
    page = session.page
    if session.choose.random() < 0.3 or "/imports" not in page.url:
        await session.open("/imports")
    async with session.timed("upload and parse"):
        chosen = page.locator("input[type='file']").first
        await chosen.set_input_files(str(batch.path))
        await page.get_by_text(f"{batch.rows} 条指标").first.wait_for(timeout=PATIENCE * 1000)
        await session.settled()
    async with session.timed("add and publish"):
        await page.get_by_role("button", name=re.compile("加入库")).click()
        await page.get_by_text("已加入库").wait_for(timeout=PATIENCE * 1000)
        await session.settled()
    await session.open(f"/?q={quote(f'document:{batch.city}')}")
    told = await session.total()
    session.seen.checked += 1
    if told != batch.rows:
        session.seen.wrong("wrong answer", f"{told} instead of {batch.rows} of {batch.city}")


def _need(holds: bool, told: str) -> None:
    if not holds:
        raise ActionError(told)
