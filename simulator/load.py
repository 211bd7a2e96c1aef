"""The load run: many people scan within a few seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from .push import Pusher
from .records import Person
from .state import World

# Marks the people a load run made; the phone does not offer them.
LOAD_NOTE = "load"


class Tally:
    """Collects what the load's connections report."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.times: list[float] = []
        self.errors: Counter[str] = Counter()
        self.sent = self.answered = self.ok = 0

    def add(self, seconds: float, status: int | None, problem: str | None) -> None:
        """Note one answer; `seconds` run from the planned moment of the scan."""
        with self.lock:
            self.sent += 1
            self.answered += status is not None
            self.ok += problem is None
            self.times.append(seconds)
            if problem is not None:
                self.errors[problem[:120]] += 1

    def to_json(self, took: float) -> dict[str, Any]:
        """Return counts, percentiles in milliseconds and errors."""
        ordered = sorted(self.times)

        def percentile(share: float) -> int:
            if not ordered:
                return 0
            return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000)

        return {
            "sent": self.sent,
            "answered": self.answered,
            "ok": self.ok,
            "p50": percentile(0.5),
            "p95": percentile(0.95),
            "p99": percentile(0.99),
            "max": percentile(1.0),
            "took": round(took, 3),
            "errors": dict(self.errors),
        }


def run(world: World, pusher: Pusher, order: Mapping[str, Any]) -> dict[str, Any]:
    """Let people scan at evenly spread moments, without waiting for one another.

    The wait is counted from the planned moment, so that a service that falls behind
    cannot hide it. Each scan is one attempt: the retries of a slow service are not load.
    """
    people = _crowd(world, order)
    seconds = float(order.get("seconds", 10))
    connections = min(int(order.get("connections", 50)), len(people), 500)
    fields = _fields(world, order)
    tally = Tally()
    start = time.monotonic() + 0.05

    def work(first: int) -> None:
        for index in range(first, len(people), connections):
            planned = start + seconds * index / len(people)
            wait = planned - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            attempt, _ = pusher.attempt_once(people[index], fields)
            tally.add(time.monotonic() - planned, attempt.status, attempt.problem)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally.to_json(time.monotonic() - start)


def _crowd(world: World, order: Mapping[str, Any]) -> list[Person]:
    """Return those who scan: the named openids, or that many followers made for it."""
    if order.get("openids"):
        return [world.add_person(openid[:12], openid) for openid in order["openids"]]
    number = max(1, int(order.get("people", 100)))
    crowd = []
    for index in range(number):
        person = world.add_person(f"load {index}", f"oLoad{index:023d}", LOAD_NOTE)
        person.followed, person.follow_time = True, int(world.clock.now())
        crowd.append(person)
    return crowd


def _fields(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    content = str(order.get("content", ""))
    scene = str(order.get("scene") or "")
    with world.lock:
        for ticket in world.tickets.values():
            if content and content in (ticket.url, ticket.ticket):
                scene = ticket.scene
    if content.startswith("scene:"):
        scene = content.removeprefix("scene:")
    if scene:
        known = world.ticket_for_scene(scene)
        ticket_value = known.ticket if known else f"gQ{world.word(90)}=="
        return {"MsgType": "event", "Event": "SCAN", "EventKey": scene, "Ticket": ticket_value}
    if content.startswith(("http://", "https://")):
        scanned = {"ScanType": "qrcode", "ScanResult": content}
        key = str(order.get("key", "checkin"))
        return {
            "MsgType": "event",
            "Event": "scancode_waitmsg",
            "EventKey": key,
            "ScanCodeInfo": scanned,
        }
    return {"MsgType": "text", "Content": content or "签到"}
