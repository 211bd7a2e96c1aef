"""A real Chromium for the tests: one a worker, a fresh phone for every test.

Set CHROME_PATH to name a browser. BROWSER_TESTS=required turns "none found" from a skipped test
into a failed one.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from waitress import wasyncore

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

NAMES = ("chromium", "chromium-browser", "google-chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

ARGUMENTS = [
    # The new headless mode is the real browser; the old one is another program.
    "--headless=new",
    # The sandbox does not start for root, and only our own pages are opened.
    "--no-sandbox",
    "--disable-gpu",
    # The rest keeps the browser from talking to anybody but us.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What the guarantee on accessibility (G20) names.
WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

PHONE = ViewportSize(width=390, height=844)
NARROW = ViewportSize(width=320, height=568)
DESK = ViewportSize(width=1280, height=800)

NewPage = Callable[..., Page]


@contextmanager
def running(server: Any) -> Iterator[None]:
    """Serve in a thread and end in it: a loop whose sockets somebody else closes falls over them."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(timeout=5)
        server.task_dispatcher.shutdown(timeout=1)


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None.

    Raises:
        FileNotFoundError: when CHROME_PATH names nothing, because then a wish went unheard.
    """
    wished = os.environ.get("CHROME_PATH")
    if wished:
        if not Path(wished).is_file():
            raise FileNotFoundError(f"CHROME_PATH names no file: {wished}")
        return wished
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(MAC_CHROME) if MAC_CHROME.is_file() else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; skip where there is none, unless the browser tests are required."""
    path = find_chromium()
    if path is None:
        say = pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip
        say(
            "No Chromium was found: install one (Debian: apt-get install chromium fonts-noto-cjk) "
            "or name it with CHROME_PATH."
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Give a function that opens a page with no cookies; all of them close after the test."""
    contexts = []

    def open_page(viewport: ViewportSize = PHONE, *, dark: bool = False, **options: Any) -> Page:
        touch = viewport["width"] < DESK["width"]
        context = browser.new_context(
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            **{
                "is_mobile": touch,
                "has_touch": touch,
                "locale": "zh-CN",
                "timezone_id": "Asia/Shanghai",
                # Movement makes screenshots and contrast depend on the moment.
                "reduced_motion": "reduce",
                **options,
            },
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """Give a page of a usual phone, 390×844, light."""
    return new_page(PHONE)


@pytest.fixture
def dark_phone_page(new_page: NewPage) -> Page:
    """Give the same phone with the dark theme."""
    return new_page(PHONE, dark=True)


@pytest.fixture
def narrow_page(new_page: NewPage) -> Page:
    """Give the narrowest phone that is promised, 320 px, light."""
    return new_page(NARROW)


@pytest.fixture
def dark_narrow_page(new_page: NewPage) -> Page:
    """Give the narrowest phone with the dark theme."""
    return new_page(NARROW, dark=True)


@pytest.fixture
def desk_page(new_page: NewPage) -> Page:
    """Give a page of a desk or of the meeting screen, 1280×800, light."""
    return new_page(DESK)


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it stands, one line a place; [] is the aim.

    Each line names the rule, the element and what axe says about it, ready for an assertion's message.
    """
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: run make vendor.", pytrace=False)
    # Sent through the debugger, not as a script element: the page's own policy would refuse that one.
    page.evaluate(AXE.read_text("utf-8") + "; undefined")
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        WCAG_TAGS,
    )
    return [
        f"{rule['id']} ({rule['help']}): {' '.join(map(str, node['target']))} – {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
