"""Every page in every look: light, dark and large type, at 390 and at 320 pixels (G20, PAGES).

A page is loaded once with usual and once with large type; the other looks are those of the same document.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from models import HourEntry
from models.connection import connect, disconnect
from services import login
from tests.browser.every_page import PAGES, fill
from tests.fixtures_browser import AXE, NARROW, PHONE, WCAG_TAGS
from tests.web.world import OPENIDS, World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What an element is judged by, in pixels of the screen.
LOOK = """([least, main, height, care]) => {
  const faults = [];
  const zoom = element => element.currentCSSZoom || 1;
  const name = element => element.outerHTML.slice(0, 90);
  const pressed = 'a:not(.skip), button, select, summary, label.choice, input.field, textarea.field';
  for (const element of document.querySelectorAll(pressed)) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest('.unseen')) continue;
    const needs = care && element.matches('.weui-btn_primary, .way, .row') ? main : least;
    if (box.width < needs || box.height < needs) {
      faults.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${name(element)}`);
    }
  }
  const walker = document.createTreeWalker(document.querySelector('body'), NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (seen.has(element) || !walker.currentNode.data.trim()) continue;
    seen.add(element);
    if (element.closest('.unseen, .skip, noscript, [aria-hidden], option')) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize) * zoom(element);
    if (size < height - 0.2) faults.push(`text of ${size.toFixed(1)} px: ${name(element)}`);
    if (care && parseFloat(style.lineHeight) / parseFloat(style.fontSize) < 1.29) {
      faults.push(`lines too tight: ${name(element)}`);
    }
  }
  const over = document.documentElement.scrollWidth - screen.width;
  if (over > 0) faults.push(`scrolls sideways by ${over}`);
  return faults;
}"""
AXE_RUN = """([type, values]) => axe
  .run(document, {runOnly: {type, values}, resultTypes: ['violations']})
  .then(found => found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target.join(' ')} – ${node.failureSummary}`)))"""
#: What depends on size and colour; every other rule looks at the document, which is the same in all looks.
RENDERED = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
SIZES = {"390": PHONE, "320": NARROW}


@dataclass
class House:
    """The world behind a running server."""

    world: World
    address: str
    line: str

    def open(self, page: Page, role: str, path: str) -> None:
        """Go to a page as somebody."""
        page.context.clear_cookies(name="shuxue")
        if role in OPENIDS:
            name, _, value = self.cookie(role).partition("=")
            page.context.add_cookies([{"name": name, "value": value, "url": self.address}])
        page.goto(self.address_of(path))

    def cookie(self, role: str) -> str:
        """Log somebody in and return the cookie."""
        return f"shuxue={login.start(OPENIDS[role], self.world.clock())}"

    def address_of(self, path: str) -> str:
        """Return the whole address of a page."""
        names = {"key": self.world.session.key, "token": self.world.token(), "line": self.line}
        return self.address + path.format(**names)


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[House]:
    """Serve the small world with one of everything in it."""
    path = tmp_path / "every.db"
    shutil.copy(sqlite_template, path)
    connect(f"sqlite:///{path}")
    world = build(now, csrf=True)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    fill(world)
    line = str(HourEntry.get(HourEntry.member == world.members["member"]).id)
    server = create_server(world.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield House(world, f"http://127.0.0.1:{server.effective_port}", line)
    server.close()
    thread.join(timeout=5)
    disconnect()


@pytest.mark.parametrize("care", [False, True], ids=["usual", "large"])
def test_every_page_can_be_read_and_pressed_in_every_look(house: House, browser: Browser, care: bool) -> None:
    """Axe finds nothing, nothing is too small to read or press, nothing scrolls sideways."""
    context = browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(path=AXE)
    if care:
        context.add_cookies([{"name": "care", "value": "1", "url": house.address}])
    page = context.new_page()
    faults = {}
    for name, (role, path) in PAGES.items():
        house.open(page, role, path)
        faults[name] = [*_document(page, name), *_looks(page, care)]
    context.close()
    assert {name: found for name, found in faults.items() if found} == {}


def _document(page: Page, name: str) -> list[str]:
    """Let every rule look once, and see that it is the page that was asked for."""
    found: list[str] = page.evaluate(AXE_RUN, ["tag", WCAG_TAGS])
    if name not in {"unknown", "refusal", "stale code"} and page.locator(".message h1").count():
        found.append(f"is another page: {page.locator('.message h1').inner_text()}")
    return found


def _looks(page: Page, care: bool) -> list[str]:
    """Measure at both widths, and let the rules about size and colour look once more at 320 px in the dark.

    Sizes follow from the width and colours from the scheme, so these two looks stand for all four.
    """
    least: list[Any] = [44, 60, 18 if care else 14, care]
    found = []
    for width, size in SIZES.items():
        page.set_viewport_size(size)
        found += [f"{width}: {fault}" for fault in page.evaluate(LOOK, least)]
    page.emulate_media(color_scheme="dark")
    found += [f"320, dark: {fault}" for fault in page.evaluate(AXE_RUN, ["rule", RENDERED])]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    return found
