"""A meeting's first minute: so many scans within so many seconds, each answer counted from its due moment.

python -m bench.burst [--database URL] [--scans 1000] [--seconds 5] [--connections 500]
"""

from __future__ import annotations

import argparse
import tempfile
import time

from bench import load, pushes
from bench.checkin import start
from bench.district import Loaded, fill
from models import Attendance
from models.connection import connect, disconnect


def main() -> None:
    """Load, burst, compare what was stored with what was answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--scans", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--members", type=int, default=40_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/burst.db"
        loaded = fill(url, options.members)
        first = 0
        for scans in options.scans:
            burst(url, loaded, range(first, first + scans), options.seconds, options.connections)
            first += scans


def burst(url: str, loaded: Loaded, scanning: range, seconds: float, connections: int) -> load.Result:
    """Let these members scan within `seconds`, print what came of it; exit when one was not stored once."""
    scans = len(scanning)
    child, address = start("ours", url)
    host = f"{address[0]}:{address[1]}"
    now = int(time.time())
    pairs = [loaded.scan(number) for number in scanning]
    requests = [
        pushes.sealed_request(host, pushes.scan_xml(openid, scene, now), now) for openid, scene in pairs
    ]
    try:
        load.run(address, [load.http_request(host, "GET", "/healthz")] * 50, 10)
        result = load.run(address, requests, connections, over=seconds)
    finally:
        child.terminate()
        child.wait(timeout=20)
    stored = _stored(url, pairs)
    kind = "PostgreSQL" if url.startswith("postgresql") else "SQLite FULL"
    print(
        f"{kind}: {scans} scans due within {seconds:.0f} s over {connections} connections:"
        f" answers {result.statuses}, stored {stored}, p50 {result.percentile(0.5):.0f}"
        f"  p95 {result.percentile(0.95):.0f}"
        f"  p99 {result.percentile(0.99):.0f}  max {result.percentile(1.0):.0f} ms"
    )
    if stored != scans or result.statuses != {200: scans}:
        raise SystemExit("not every scan was stored and answered once")
    return result


def _stored(url: str, pairs: list[tuple[str, str]]) -> int:
    """Count the members of these scans who now stand as present in an open session."""
    connect(url)
    members = {int(openid[1:]) for openid, _ in pairs}
    rows = Attendance.select(Attendance.member).where(
        Attendance.status == "PRESENT", Attendance.at.is_null(False)
    )
    recent = rows.join_from(Attendance, Attendance.session.rel_model).where(
        Attendance.session.rel_model.state == "PUBLISHED"
    )
    found = [member for (member,) in recent.tuples() if member in members]
    disconnect()
    return len(found)


if __name__ == "__main__":
    main()
