"""The scene of bench/schedulers.py: a small district with sessions to come, and a platform with faults."""

from __future__ import annotations

import json
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.pushes import SECRET
from models import database
from models.connection import connect
from models.terms import Area, SessionKind
from services import keyring, rulebook
from services.actor import OPERATOR
from services.clock import ZONE, seconds
from services.statement import run
from services.study import sessions
from services.study.session_plan import SessionPlan
from services.upkeep import schema

ROOT = Path(__file__).resolve().parent.parent
#: A Monday, a quarter of an hour before reminders may go out; the sessions are held from Tuesday on.
BEGIN = datetime(2026, 10, 19, 7, 45, tzinfo=ZONE)
BRANCHES, A_BRANCH = 30, 20


def write_rules(folder: Path) -> None:
    """Write rules in which the account has a template for every topic."""
    shutil.copytree(ROOT / "rules", folder)
    path = folder / "reminders.toml"
    path.write_text(path.read_text("utf-8").replace('template = ""', 'template = "T"'), "utf-8")


def open_database(url: str, rules: Path) -> None:
    rulebook.use(rulebook.Rulebook(rules))
    keyring.use(keyring.Keyring(SECRET))
    connect(url)


def fill(url: str, rules: Path) -> list[str]:
    """Write the district, with a session of each branch on Tuesday and on Friday; return Friday's."""
    open_database(url, rules)
    schema.migrate()
    many, true = BRANCHES * A_BRANCH, "true" if database.obj.server else "1"
    with database.atomic():
        run(
            "INSERT INTO organization (id, code, name, kind, path, sector, has_committee)"
            f" SELECT i, 'B' || i, '第' || i || '党支部', 'BRANCH', i || '.', 'ORGAN', {true}"
            f" FROM {_count(BRANCHES)}",
            (),
        )
        run(
            "INSERT INTO member (id, number, name, branch_id, category, joined_on, active_from)"
            f" SELECT i, 'M' || i, '党员' || i, (i - 1) % {BRANCHES} + 1, 'IN_SERVICE', '2010-07-01',"
            f" '2010-07-01' FROM {_count(many)}",
            (),
        )
        run(
            "INSERT INTO wechat_binding (openid, member_id, bound_at, following)"
            f" SELECT 'o' || i, i, {seconds(BEGIN)}, {true} FROM {_count(many)}",
            (),
        )
    before = BEGIN - timedelta(days=5)
    friday = []
    for number in range(1, BRANCHES + 1):
        for day in (1, 4):
            wanted = SessionPlan(
                f"B{number}",
                SessionKind.THEME_DAY,
                "主题党日",
                BEGIN + timedelta(days=day),
                90,
                (Area.THEORY,),
            )
            key = sessions.publish_new(OPERATOR, wanted, before).key
            if day == 4:
                friday.append(key)
    return friday


def _count(many: int) -> str:
    if database.obj.server:
        return f"generate_series(1, {many}) AS n(i)"
    return (
        f"(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {many}) SELECT i FROM c)"
    )


@dataclass
class Phone:
    """The stand-in: what it accepted, by the number that we gave the message."""

    accepted: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(2026))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Accept a message, refuse it for now, or accept it and hang up."""
        time.sleep(0.03)
        with self.lock:
            luck = self.chance.random()
            if luck < 0.02:
                self.faults["-1"] += 1
                return {"errcode": -1, "errmsg": "system error"}
            self.accepted[str(message["client_msg_id"])] += 1
            if luck < 0.03:
                self.faults["hung up"] += 1
                return None
            return {"errcode": 0, "errmsg": "ok", "msgid": self.accepted.total()}


@contextmanager
def platform(phone: Phone) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            # Whoever was killed in the middle of a call hangs up.
            with suppress(ConnectionError, ValueError):
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = {"access_token": "t", "expires_in": 7200}
            answer = token if "stable_token" in self.path else phone.take(json.loads(body))
            if answer is None:
                self.close_connection = True
                return
            sent = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
