"""Durable check-ins a second through the real callback in safe mode, beside three baselines, same server.

Baselines of the same run: (a) a bare Flask hello, (b) a wechatpy echo, (c) a WeRoBot echo; none of them
stores anything. Ours stores each scan durably (SQLite synchronous FULL, or PostgreSQL) with 100,000
members and 1,000,000 past attendance rows and hour entries loaded. The figures are ratios of medians.

    python -m bench.checkin [--database URL] [--rounds 3] [--requests 4000] [--members 100000]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import load, pushes
from bench.district import BRANCHES, Loaded, fill

TARGETS = ("hello", "wechatpy", "werobot", "ours")


def main() -> None:
    """Load the data, run the rounds in turn, print the table."""
    options = _options()
    if options.serve:
        _serve(options.serve, options.port, options.database)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.db"
        begun = time.perf_counter()
        loaded = fill(url, options.members)
        kind = "PostgreSQL" if url.startswith("postgresql") else "SQLite FULL"
        print(
            f"{kind}, {options.members} members in {BRANCHES}"
            f" branches, {loaded.past} past attendance rows, loaded in {time.perf_counter() - begun:.0f} s"
        )
        figures: dict[str, list[load.Result]] = {target: [] for target in TARGETS}
        for turn in range(options.rounds):
            for target in TARGETS:
                figures[target].append(_measure(target, url, loaded, turn, options))
        _report(figures, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", default="")
    parser.add_argument("--serve", choices=TARGETS)
    parser.add_argument("--port", type=int, default=0)
    return parser.parse_args()


def _serve(target: str, port: int, url: str) -> None:
    """Serve one target; this runs in the child process."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    from bench import peers
    from web.server import build

    if target == "ours":
        app = our_app(url)
    else:
        app = {"hello": peers.hello, "wechatpy": peers.wechatpy_echo, "werobot": peers.werobot_echo}[target]()
    build(app, "127.0.0.1", port).run()


def our_app(url: str, make_runner: Callable[[], Any] | None = None) -> Any:
    """Return the product's own application on the bench's database; a control may bring its own runner."""
    from app import create_app, open_database
    from config import load_settings

    settings = load_settings(
        database_url=url,
        secret_key=pushes.SECRET,
        wechat_app_id=pushes.APP_ID,
        wechat_app_secret="bench",
        wechat_token=pushes.TOKEN,
        wechat_aes_key=pushes.AES_KEY,
        environment="development",
    )
    open_database(settings)
    return create_app(settings, runner=make_runner() if make_runner else None)


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(target: str, url: str) -> tuple[subprocess.Popen[bytes], tuple[str, int]]:
    """Start a target in a process of its own and wait until it listens."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.checkin", "--serve", target, "--port", str(port), "--database", url],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return child, ("127.0.0.1", port)
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{target} did not start")


def _measure(target: str, url: str, loaded: Loaded, turn: int, options: argparse.Namespace) -> load.Result:
    child, address = start(target, url)
    try:
        host = f"{address[0]}:{address[1]}"
        load.run(address, _requests(target, host, loaded, turn, 200, warm=True), 16)
        result = load.run(
            address, _requests(target, host, loaded, turn, options.requests, warm=False), options.connections
        )
    finally:
        child.terminate()
        child.wait(timeout=20)
    if set(result.statuses) != {200} or result.unanswered:
        raise SystemExit(f"{target}: answers {result.statuses}, unanswered {result.unanswered}")
    return result


def _requests(target: str, host: str, loaded: Loaded, turn: int, count: int, *, warm: bool) -> list[bytes]:
    """Return as many pushes: scans of different members for ours, texts for the echoes."""
    now = int(time.time())
    if target == "hello":
        return [load.http_request(host, "POST", "/wechat", b"<xml></xml>")] * count
    if target != "ours":
        return [
            pushes.sealed_request(host, pushes.text_xml(f"o{n}", "你好", now, now * 10_000 + n), now)
            for n in range(count)
        ]
    first = (turn * 2 + (0 if warm else 1)) * 20_000
    return [
        pushes.sealed_request(host, pushes.scan_xml(openid, scene, now), now)
        for openid, scene in (loaded.scan(first + n) for n in range(count))
    ]


def _report(figures: dict[str, list[load.Result]], options: argparse.Namespace) -> None:
    names = {
        "hello": "bare Flask hello",
        "wechatpy": "wechatpy echo, safe mode",
        "werobot": "WeRoBot echo, safe mode",
        "ours": "durable check-in, safe mode",
    }
    print(
        f"{options.requests} requests, {options.connections} connections, the product's own server,"
        f" median of {options.rounds} (min-max)"
    )
    median = {name: statistics.median(run.rate for run in runs) for name, runs in figures.items()}
    for name, runs in figures.items():
        rates = [run.rate for run in runs]
        p50, p95, p99 = (statistics.median(run.percentile(p) for run in runs) for p in (0.5, 0.95, 0.99))
        print(
            f"{names[name]:28} {median[name]:7.0f}/s ({min(rates):.0f}-{max(rates):.0f})"
            f"   p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms"
        )
    ratios = {name: round(median["ours"] / median[name], 2) for name in TARGETS if name != "ours"}
    print("check-in / hello {hello}   / wechatpy {wechatpy}   / WeRoBot {werobot}".format(**ratios))
    if options.json:
        Path(options.json).write_text(json.dumps({"rates": median, "ratios": ratios}))


if __name__ == "__main__":
    main()
