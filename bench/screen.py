"""The meeting screen while 300 people come in within two minutes: is its count right, and what does it cost.

A real browser shows the screen of one session; the scans go through the real callback, evenly over the time.
Each change of the shown number is noted by the page itself and held against the moment at which that scan was
due. The page's processor time is that of the browser's renderers, beside an empty page of the same browser in
the same run. Then the answer to an unchanged screen and a whole one are timed beside the health check, in
processor time of the server. Goals: right within 2 s, a page under 2% of a core.

    python -m bench.screen [--people 300] [--seconds 120] [--asks 1000] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import http.client
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import district, load, pushes
from bench.checkin import start
from services.arrival import codes

GOAL_LATE = 2.0
GOAL_SHARE = 0.02
#: Notes when the shown number changes, so that looking costs the page nothing.
_WATCH = """
new MutationObserver(() => {
  const shown = Number(document.getElementById('present').textContent);
  window.seen.push([Date.now() / 1000, shown]);
}).observe(document.getElementById('present'), {childList: true, characterData: true, subtree: true});
"""
_SETTLE = 5.0


@dataclass(frozen=True)
class Shown:
    """What a page showed when, its renderers' share of a core, and that of the whole browser."""

    changes: list[tuple[float, int]]
    names: int
    share: float
    whole: float


def main() -> int:
    """Load, let them come, compare; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--asks", type=int, default=1000)
    options = parser.parse_args()
    district.BRANCHES = 1
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/screen.db"
        loaded = district.fill(url, options.people)
        child, address = start("ours", url)
        try:
            missed = _meeting(address, loaded, options.people, options.seconds)
            _asks(address, _path(loaded), child.pid, options.asks)
        finally:
            child.terminate()
            child.wait(timeout=20)
    return int(missed)


def _meeting(address: tuple[str, int], loaded: district.Loaded, people: int, seconds: float) -> bool:
    host = f"{address[0]}:{address[1]}"
    with _browser() as browser:
        empty = _watch(browser, "about:blank", lambda: time.sleep(min(seconds, 20.0)))
        began: list[float] = []

        def come() -> None:
            now = int(time.time())
            scans = [loaded.scan(number) for number in range(people)]
            requests = [
                pushes.sealed_request(host, pushes.scan_xml(openid, scene, now), now)
                for openid, scene in scans
            ]
            began.append(time.time())
            result = load.run(address, requests, 20, over=seconds, patience=seconds + 30)
            if set(result.statuses) != {200} or result.unanswered:
                raise SystemExit(f"answers {result.statuses}, unanswered {result.unanswered}")
            time.sleep(_SETTLE)

        found = _watch(browser, f"http://{host}{_path(loaded)}", _beside(come, browser))
    late = _lateness(found.changes, began[0], people, seconds)
    last = found.changes[-1][1] if found.changes else 0
    print(f"{people} people in {seconds:.0f} s: shown {last}, {found.names} names, at most {late:.2f} s late")
    print(
        f"page {found.share:.2%} of a core (goal under {GOAL_SHARE:.0%}), an empty page {empty.share:.2%};"
        f" the whole browser {found.whole:.2%}, with an empty page {empty.whole:.2%}"
    )
    return last != people or late > GOAL_LATE or found.share >= GOAL_SHARE


def _beside(work: Any, browser: Any) -> Any:
    """Return what does the work in a thread while the browser's own loop goes on."""

    def both() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        page = browser.contexts[0].pages[0]
        while thread.is_alive():
            page.wait_for_timeout(500)
        thread.join()

    return both


def _watch(browser: Any, address: str, meanwhile: Any) -> Shown:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(address)
    if address != "about:blank":
        page.evaluate("window.seen = []")
        page.evaluate(_WATCH)
    page.wait_for_timeout(1000)
    first, begun = _cpu(browser), time.perf_counter()
    meanwhile()
    second, took = _cpu(browser), time.perf_counter() - begun
    changes = [(at, int(shown)) for at, shown in page.evaluate("window.seen || []")]
    names = int(page.evaluate("document.querySelectorAll('#names li').length"))
    context.close()
    return Shown(
        changes,
        names,
        (second["renderer"] - first["renderer"]) / took,
        (sum(second.values()) - sum(first.values())) / took,
    )


def _cpu(browser: Any) -> dict[str, float]:
    """Return the seconds of processor time by type of the browser's processes."""
    session = browser.new_browser_cdp_session()
    found: dict[str, float] = {"renderer": 0.0}
    for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
        found[process["type"]] = found.get(process["type"], 0.0) + process["cpuTime"]
    session.detach()
    return found


def _lateness(changes: list[tuple[float, int]], began: float, people: int, seconds: float) -> float:
    """Return the longest time for which a scan that was due did not stand on the screen."""
    worst, shown = 0.0, 0
    for at, count in changes:
        # Until this moment the screen said `shown`: the scan after those was the first that it lacked.
        if shown < people:
            worst = max(worst, at - (began + shown * seconds / people))
        shown = count
    return worst if shown == people else float("inf")


def _path(loaded: district.Loaded) -> str:
    key = loaded.scenes[0][1:11]
    return f"/s/sessions/{key}/screen?k={codes.screen_key(key)}"


def _asks(address: tuple[str, int], screen: str, pid: int, count: int) -> None:
    """Time the answers that a screen asks for, in processor time of the server."""
    state = screen.replace("/screen?", "/screen/state.json?")
    health = _took(address, "/healthz", pid, count, {})
    whole = _took(address, state, pid, count, {})
    unchanged = _took(address, state, pid, count, {"If-None-Match": ""})
    print(
        f"the server's processor time an answer: unchanged {unchanged:.2f} ms, whole {whole:.2f} ms,"
        f" health check {health:.2f} ms; ratios {unchanged / health:.1f} and {whole / health:.1f}"
    )


def _took(address: tuple[str, int], path: str, pid: int, count: int, headers: dict[str, str]) -> float:
    """Return the milliseconds of an answer; with If-None-Match each one carries the mark of the last."""
    line = http.client.HTTPConnection(*address, timeout=10)
    begun = _cpu_of(pid)
    for _ in range(count):
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        if answer.status not in {200, 304}:
            raise SystemExit(f"{path}: {answer.status}")
        if "If-None-Match" in headers:
            headers = {"If-None-Match": answer.headers["ETag"]}
    line.close()
    return (_cpu_of(pid) - begun) * 1000 / count


def _cpu_of(pid: int) -> float:
    """Return the seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from tests.fixtures_browser import ARGUMENTS, find_chromium

    found = find_chromium()
    if found is None:
        raise SystemExit("no Chromium: name one by CHROME_PATH")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
