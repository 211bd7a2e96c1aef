"""The phone and the wall of `pictures.py`: a browser in the demo, and pictures small enough to be shown."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

from config import process_environment
from demo import cast
from scripts.picture_house import ROOT, House, house
from tests.fixtures_browser import ARGUMENTS, find_chromium

FOLDER = ROOT / "docs" / "images"
LARGEST = 120_000
SECRETARY = cast.SECRETARY.openid
#: A phone, and as much of it as stands well beside the words of a step.
PHONE, HIGH = (390, 844), 700
_COLOURS = 64


class Studio:
    """The demo, a browser, and a wall to put pictures on."""

    def __init__(self, demo: House, browser: Browser) -> None:
        self.demo = demo
        self._browser = browser
        self.phone = self.device(PHONE, SECRETARY)

    def device(self, size: tuple[int, int], openid: str = "") -> Page:
        """Open a phone or a desk; with `openid`, that person has logged in there."""
        touch = size == PHONE
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, device_scale_factor=1.5 if touch else 1,
            is_mobile=touch, has_touch=touch, locale="zh-CN", timezone_id="Asia/Shanghai",
            color_scheme="light", reduced_motion="reduce",
        )  # fmt: skip
        if openid:
            context.add_cookies([self.demo.cookie(openid)])
        page = context.new_page()
        page.clock.set_fixed_time(self.demo.clock())
        return page

    def open(self, path: str) -> Page:
        """Open a page on the secretary's phone, with the time that it is now."""
        self.phone.clock.set_fixed_time(self.demo.clock())
        answer = self.phone.goto(self.demo.service + path)
        if answer is None or not answer.ok:
            raise RuntimeError(f"{path}: {answer and answer.status}")
        return self.phone

    def press(self, name: str) -> Page:
        """Press a button of the secretary's page and wait for the next one."""
        with self.phone.expect_navigation():
            self.phone.get_by_role("button", name=name).click()
        if self.phone.locator("#code").count():
            self._prove()
        return self.phone

    def _prove(self) -> None:
        """Ask for the digits in the chat and type them in, as the page wants it."""
        reply = self.demo.control.post(f"people/{SECRETARY}/text", content="验证")["reply"]
        [digits] = re.findall(r"\d\d \d\d \d\d", reply)
        self.phone.locator("#code").fill(digits)
        with self.phone.expect_navigation():
            self.phone.get_by_role("button", name="确认", exact=True).click()

    def keep(self, name: str, page: Page | None = None, high: int = HIGH, top: int = 0) -> None:
        """Photograph a page from `top` on, `high` pixels of it at most, into a small file."""
        page = page or self.phone
        page.wait_for_timeout(400)
        width = (page.viewport_size or {})["width"]
        whole = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": top, "width": width, "height": min(high, whole - top)}
        picture = Image.open(BytesIO(page.screenshot(full_page=True, clip=clip)))
        path = FOLDER / f"{name}.png"
        # On the white of a document the edge of a white page would not be seen.
        framed = ImageOps.expand(picture.convert("RGB"), border=2, fill="#c4c4c4")
        framed.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}  {picture.width}×{picture.height}  {size // 1000} kB")
        if size > LARGEST:
            raise RuntimeError(f"{path.name} is too large")


@contextmanager
def studio() -> Iterator[Studio]:
    """Open the demo and a browser that speaks Chinese."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium was found: install one, or name it with CHROME_PATH.")
    with house() as demo, sync_playwright() as playwright:
        # Days and times in fields are written in the browser's own language, not in that of the page.
        chinese = {**process_environment(), "LANGUAGE": "zh_CN"}
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, "--lang=zh-CN"], env=chinese
        )
        yield Studio(demo, browser)
        browser.close()
