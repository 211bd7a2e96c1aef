"""Slow fault runs, each with a control that must fail: `make faults`.

Kill: 16 clients scan, every tenth push is sent twice, and the service is killed (SIGKILL) in the middle,
again and again; afterwards every acknowledged check-in must stand once. The control answers before the
commit: a harness that cannot see its losses proves nothing.

    python -m bench.faults [--kills 200] [--database URL]
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench import load, postgres, pushes
from bench.checkin import free_port
from bench.district import Loaded, fill
from models import Attendance, InboundMessage, StudySession
from models.connection import connect, disconnect
from services.writer import Writer

T = TypeVar("T")
CLIENTS, A_ROUND = 16, 400


@dataclass
class Round:
    """What the clients of one round were told: openids that got an answer with good news."""

    told: set[str] = field(default_factory=set)
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> int:
    """Run the kills on SQLite and on PostgreSQL, then the control; 0 when all stood and the control fell."""
    options = _options()
    if options.serve:
        _serve(options)
        return 0
    outcome = 0
    with tempfile.TemporaryDirectory() as folder:
        outcome |= kill_again(options.database or f"sqlite:///{folder}/kill.db", options.kills, early=False)
        if not options.database:
            with postgres.database() as url:
                outcome |= kill_again(url, max(options.kills // 4, 1), early=False)
        lost = kill_again(f"sqlite:///{folder}/control.db", max(options.kills // 10, 10), early=True)
    print(
        "control (answers before the commit):", "lost some, as it must" if lost else "LOST NOTHING: useless"
    )
    return outcome or (0 if lost else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", default="")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--early", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    return parser.parse_args()


class EarlyRunner:
    """The control: says that the work is done while it still waits to be committed."""

    def __init__(self, writer: Any) -> None:
        """Wrap the real writer."""
        self._writer = writer

    def _late(self, act: Callable[[], T]) -> None:
        with contextlib.suppress(Exception):
            self._writer.run(act)

    def stop(self) -> None:
        """End the real writer."""
        self._writer.stop()

    def run(self, act: Callable[[], T]) -> T:
        """Answer at once with words that look like a success, and commit a little later."""
        threading.Timer(0.2, self._late, (act,)).start()
        return "签到成功"  # type: ignore[return-value]


def _serve(options: argparse.Namespace) -> None:
    import logging

    from bench import checkin
    from web.server import build

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = checkin.our_app(options.database, (lambda: EarlyRunner(Writer())) if options.early else None)
    build(app, "127.0.0.1", options.port).run()


def kill_again(url: str, kills: int, *, early: bool) -> int:
    """Kill the service so many times and return how many acknowledged check-ins were lost or doubled."""
    # Nobody scans twice in a run, so that there must be just as many answers kept as places taken.
    loaded = fill(url, kills * A_ROUND)
    told: set[str] = set()
    chance = random.Random(2026)
    for number in range(kills):
        told |= _one_kill(url, loaded, number * A_ROUND, early, chance)
    faults = _compare(url, told)
    kind = "PostgreSQL" if url.startswith("postgresql") else "SQLite FULL"
    what = "control" if early else "service"
    print(f"{kind}, {what}: {kills} kills, {len(told)} acknowledged, {faults} lost or doubled", flush=True)
    return faults


def _one_kill(url: str, loaded: Loaded, first: int, early: bool, chance: random.Random) -> set[str]:
    port = free_port()
    words = [
        "-m",
        "bench.faults",
        "--serve",
        "--port",
        str(port),
        "--database",
        url,
        *(["--early"] if early else []),
    ]
    child = subprocess.Popen([sys.executable, *words], cwd=Path(__file__).resolve().parent.parent)
    round_ = Round()
    _wait(port)
    clients = [
        threading.Thread(
            target=_client, args=(port, loaded, range(first + n, first + A_ROUND, CLIENTS), round_)
        )
        for n in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    time.sleep(chance.uniform(0.02, 0.35))
    child.send_signal(signal.SIGKILL)
    child.wait()
    for client in clients:
        client.join()
    return round_.told


def _wait(port: int) -> None:
    for _ in range(400):
        try:
            if load.run(("127.0.0.1", port), [load.http_request("x", "GET", "/healthz")], 1).statuses.get(
                200
            ):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the service did not start")


def _client(port: int, loaded: Loaded, members: range, round_: Round) -> None:
    """Scan for one member after the other until the service is gone; every tenth push is sent twice."""
    address, now = ("127.0.0.1", port), int(time.time())
    for number in members:
        openid, scene = loaded.scan(number)
        request = pushes.sealed_request("x", pushes.scan_xml(openid, scene, now), now)
        try:
            result = load.run(address, [request] * (2 if number % 10 == 0 else 1), 2, patience=5)
        except OSError:
            return
        if result.statuses.get(200):
            with round_.lock:
                round_.told.add(openid)
        if result.statuses.get(0) or result.unanswered:
            return


def _compare(url: str, told: set[str]) -> int:
    """Count acknowledged members without a place taken, doubled places and answers without an act."""
    connect(url)
    rows = (
        Attendance.select(Attendance.member)
        .join(StudySession)
        .where(StudySession.state == "PUBLISHED", Attendance.status == "PRESENT")
        .tuples()
    )
    present = [f"o{member}" for (member,) in rows]
    answers = InboundMessage.select().count()
    disconnect()
    lost = len(told - set(present))
    doubled = len(present) - len(set(present))
    half = abs(answers - len(set(present)))
    return lost + doubled + half


if __name__ == "__main__":
    sys.exit(main())
