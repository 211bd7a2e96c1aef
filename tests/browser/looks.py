"""Judging a page in all its looks: light, dark and large type, at 390, 1280 and 320 pixels (G20, PAGES).

A page is loaded once. What a phone and a desk, daylight and night make of it is set from outside, as the
browser's own tools for developers do; large type is a class, a stylesheet and the words of its switch, which
is all that the server changes (tests/web/test_every_page_is_named.py holds the templates to that).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.fixtures_browser import AXE, WCAG_TAGS

#: What depends on colours, and what on room; every other rule looks at the document alone.
COLOURS = ["color-contrast", "link-in-text-block"]
ROOM = ["target-size", "scrollable-region-focusable"]

#: One look: measure by `least` if given, let axe see by `rules` if given. Returns what is wrong, in words.
#: Where all elements show as in the look `like`, axe would say the same again, and is asked for `rest` only.
JUDGE = """const prints = {};
window.judge = async ({name, least, rules, like, rest}) => {
  const faults = [];
  if (least) measure(least);
  prints[name] = shown();
  const asked = like && prints[like] === prints[name] ? rest : rules;
  if (!asked) return faults;
  // Without `preload` axe does not read all stylesheets again, for a rule about sound that starts by itself.
  const found = await axe.run(document, {runOnly: asked, resultTypes: ['violations'], preload: false});
  for (const rule of found.violations) for (const node of rule.nodes) {
    faults.push(`${rule.id}: ${node.target.join(' ')} – ${node.failureSummary}`);
  }
  return faults;

  function shown() {
    const look = element => {
      const style = getComputedStyle(element);
      return [style.display, style.visibility, style.position, style.color, style.backgroundColor,
        style.backgroundImage, style.opacity, style.fontSize, style.fontWeight].join();
    };
    return Array.from(document.querySelectorAll('body, body *'), look).join(';');
  }

  function measure({press, main, text, care, most}) {
    const name = element => element.outerHTML.slice(0, 90);
    const pressed = 'a:not(.skip), button, select, summary, label.choice, input.field, textarea.field';
    for (const element of document.querySelectorAll(pressed)) {
      const box = element.getBoundingClientRect();
      if (!box.width || element.closest('.unseen')) continue;
      const needs = care && element.matches('.weui-btn_primary, .way, .row') ? main : press;
      if (box.width < needs || box.height < needs || box.width > most) {
        faults.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${name(element)}`);
      }
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (seen.has(element) || !walker.currentNode.data.trim()) continue;
      seen.add(element);
      if (element.closest('.unseen, .skip, noscript, [aria-hidden], option')) continue;
      if (!element.getClientRects().length) continue;
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize) * (element.currentCSSZoom || 1);
      if (size < text - 0.2) faults.push(`text of ${size.toFixed(1)} px: ${name(element)}`);
      if (care && parseFloat(style.lineHeight) / parseFloat(style.fontSize) < 1.29) {
        faults.push(`lines too tight: ${name(element)}`);
      }
    }
    const over = document.documentElement.scrollWidth - screen.width;
    if (over > 0) faults.push(`scrolls sideways by ${over}`);
  }
};
"""
#: Turn a page into its large type, as base.html does; false for a page that has none.
ENLARGE = """window.enlarge = async href => {
  const link = document.querySelector('link[href*="css/site"]');
  const button = document.querySelector('.care-switch button');
  if (!link || !button) return false;
  const care = Object.assign(document.createElement('link'), {rel: 'stylesheet', href});
  const loaded = new Promise((done, failed) => { care.onload = done; care.onerror = failed; });
  link.after(care);
  await loaded;
  document.body.classList.add('care');
  Object.assign(button, {value: 'standard', textContent: '返回标准版'});
  return true;
};
"""


Rules = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """How a page is looked at.

    Attributes:
        width, height: of the window, in pixels; below 1000 it is a phone's.
        dark: whether it is night.
        rules: what axe is asked.
        like: the name of a look; where all elements show as there, axe is asked for `rest` only.
        measure: whether sizes of what is pressed and read are measured.
    """

    width: int
    height: int
    dark: bool = False
    rules: Rules | None = None
    like: str = ""
    rest: Rules | None = None
    measure: bool = True

    @property
    def name(self) -> str:
        """Say the look in a word or two."""
        return f"{self.width}{', dark' if self.dark else ''}"


def _only(*rules: str) -> Rules:
    return {"type": "rule", "values": list(rules)}


_ALL: Rules = {"type": "tag", "values": WCAG_TAGS}
USUAL = (
    Look(390, 844, rules=_ALL),
    Look(320, 568),
    Look(390, 844, dark=True, rules=_only(*COLOURS), measure=False),
    Look(1280, 800, dark=True, rules=_only(*COLOURS), like="390, dark", measure=False),
    Look(1280, 800, rules=_ALL, like="390", rest=_only(*ROOM)),
)
#: Large type has the colours of the usual one, so its nights are those above.
LARGE = (
    Look(390, 844, rules=_only(*COLOURS, *ROOM)),
    Look(1280, 800, rules=_only(*COLOURS, *ROOM), like="390, large"),
    Look(320, 568),
)


class Eye:
    """Looks at what a browser's page shows."""

    def __init__(self, page: Page, care: str) -> None:
        """Take a page that shows nothing yet, and the address of the stylesheet of large type."""
        self._page, self._care = page, care
        page.add_init_script(path=AXE)
        page.add_init_script(JUDGE + ENLARGE)
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._dark = False

    def first(self) -> None:
        """Hold the page as a phone does by day, before it is opened."""
        self._hold(USUAL[0])

    def faults(self) -> list[str]:
        """Return what is wrong with the page that is open, in every look."""
        found = [fault for look in USUAL for fault in self._judge(look, care=False)]
        if self._ask("enlarge", self._care):
            found += [fault for look in LARGE for fault in self._judge(look, care=True)]
        return found

    def _judge(self, look: Look, *, care: bool) -> list[str]:
        self._hold(look)
        least = {
            "press": 44, "main": 60, "text": 18 if care else 14, "care": care,
            # A button as wide as a desk is none: the page keeps to a column.
            "most": 840 if care else 680,
        }  # fmt: skip
        name = f"{look.name}, large" if care else look.name
        asked = {
            "name": name, "least": least if look.measure else None,
            "rules": look.rules, "like": look.like, "rest": look.rest,
        }  # fmt: skip
        return [f"{name}: {fault}" for fault in self._ask("judge", asked)]

    def _ask(self, function: str, value: Any) -> Any:
        words = f"{function}({json.dumps(value)})"
        asked = {"expression": words, "awaitPromise": True, "returnByValue": True}
        answer = self._tools.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    def _hold(self, look: Look) -> None:
        size = {"width": look.width, "height": look.height}
        self._tools.send(
            "Emulation.setDeviceMetricsOverride",
            {**size, "screenWidth": look.width, "screenHeight": look.height, "deviceScaleFactor": 1,
             "mobile": look.width < 1000},
        )  # fmt: skip
        if look.dark != self._dark:
            self._dark = look.dark
            self._page.emulate_media(color_scheme="dark" if look.dark else "light")
