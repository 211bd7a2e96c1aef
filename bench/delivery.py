"""Delivery to a stand-in that answers in 50 ms: messages a second against what the threads could do at most.

    python -m bench.delivery [--reminders 2000] [--threads 4 16] [--runs 3] [--database URL]

The bound is what the stand-in takes from as many threads that do nothing but ask; in theory threads / 0.05 s.
The goal is 90 % of it until a core is full. Every message is claimed, noted before its call, sent over HTTP
with the client of the service, and marked after it, durably; at the end each must have been received once.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from models import Member, Organization, Reminder, ReminderAttempt, WechatBinding, database
from models.connection import connect, disconnect
from models.terms import Channel, MemberCategory, OrgKind, ReminderState, Sector, Topic
from scheduler.deliver import Deliverer, Post
from services import keyring, rulebook
from services.clock import ZONE
from services.reminders import due_still
from services.tokens import TokenTable
from services.upkeep import schema
from services.writer import Writer
from wechat.calls import PlatformClient
from wechat.messenger import WechatMessenger

ANSWER = 0.05
GOAL = 0.9
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=ZONE)
ROOT = Path(__file__).resolve().parent.parent


# ---- the stand-in: its own process, so that it does not share our interpreter


def _stand_in(listener: socket.socket, seen: Any) -> None:
    while True:
        link, _ = listener.accept()
        threading.Thread(target=_serve, args=(link, seen), daemon=True).start()


def _serve(link: socket.socket, seen: Any) -> None:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pending = b""
    while True:
        while b"\r\n\r\n" not in pending:
            chunk = link.recv(65536)
            if not chunk:
                return
            pending += chunk
        head, _, rest = pending.partition(b"\r\n\r\n")
        length = next(
            (int(x[15:]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            rest += link.recv(65536)
        pending = rest[length:]
        if b"stable_token" in head.split(b"\r\n", 1)[0]:
            body = b'{"access_token":"t","expires_in":7200}'
        else:
            time.sleep(ANSWER)
            with seen.get_lock():
                seen.value += 1
                number = seen.value
            body = json.dumps({"errcode": 0, "errmsg": "ok", "msgid": number}).encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        link.sendall(answer % (len(body), body))


@contextmanager
def stand_in() -> Iterator[tuple[str, Any]]:
    context = multiprocessing.get_context("fork")
    seen = context.Value("i", 0)
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    child = context.Process(target=_stand_in, args=(listener, seen), daemon=True)
    child.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
    child.terminate()
    child.join()
    listener.close()


# ---- the outbox


def rules_with_a_template(folder: Path) -> None:
    """Use a copy of the rules in which every topic has a template, as an operator's has."""
    shutil.copytree(ROOT / "rules", folder)
    file = folder / "reminders.toml"
    file.write_text(file.read_text("utf-8").replace('template = ""', 'template = "T"'), "utf-8")
    rulebook.use(rulebook.Rulebook(folder))


def fill(count: int) -> None:
    branch = Organization.create(code="B", name="支部", kind=OrgKind.BRANCH, sector=Sector.RURAL, path="1.")
    day = date(2010, 7, 1)
    who = {"branch": branch.id, "category": MemberCategory.IN_SERVICE, "joined_on": day, "active_from": day}
    with database.atomic():
        for first in range(0, count, 500):
            some = range(first, min(first + 500, count))
            Member.insert_many([{"number": f"M{n}", "name": "甲乙", **who} for n in some]).execute()
        ids = [row[0] for row in Member.select(Member.id).order_by(Member.id).tuples()]
        for first in range(0, count, 500):
            some = ids[first : first + 500]
            WechatBinding.insert_many(
                [{"openid": f"o{n}", "member": n, "bound_at": NOW} for n in some]
            ).execute()


def queue(count: int) -> None:
    ReminderAttempt.delete().execute()
    Reminder.delete().execute()
    branch = Organization.get().id
    fields = json.dumps({"thing1": "集体学习", "time2": "2026年11月26日 14:00"}, ensure_ascii=False)
    common = {
        "branch": branch, "topic": Topic.SESSION_MOVED, "period": "p", "channel": Channel.TEMPLATE,
        "fields": fields, "words": "改到周四", "way": "/m/sessions", "edition": "2026版", "due_at": NOW,
        "not_after": NOW + timedelta(days=3), "created_at": NOW,
    }  # fmt: skip
    ids = [row[0] for row in Member.select(Member.id).order_by(Member.id).limit(count).tuples()]
    with database.atomic():
        for first in range(0, count, 200):
            Reminder.insert_many(
                [{"key": f"k{n}", "member": n, **common} for n in ids[first : first + 200]]
            ).execute()


def one_run(origin: str, seen: Any, count: int, threads: int) -> tuple[float, float]:
    """Return (messages a second, processor microseconds a message)."""
    queue(count)
    due_still.may_send(NOW)  # The calendar is read once in the life of a process.
    before, writer = seen.value, Writer()
    client = PlatformClient(
        "wx", "s", store=TokenTable(), now=time.time, monotonic=time.monotonic, api_base=origin
    )
    sender = Deliverer(Post(WechatMessenger(client), writer, lambda: NOW, "https://x.test", threads))
    began, busy = time.perf_counter(), time.process_time()
    tally = sender.run()
    took, cpu = time.perf_counter() - began, time.process_time() - busy
    writer.stop()
    states = {row.state for row in Reminder.select(Reminder.state).distinct()}
    if tally.accepted != count or seen.value - before != count or states != {ReminderState.ACCEPTED}:
        raise SystemExit(f"{tally}, {seen.value - before} received of {count}, {states}")
    return count / took, cpu / count * 1e6


def bare(origin: str, count: int, threads: int) -> float:
    """Return how many answers a second the stand-in gives to threads that do nothing but ask for them."""
    host, _, port = origin.removeprefix("http://").partition(":")
    body = b'{"touser":"o"}'
    ask = b"POST /cgi-bin/message/template/send HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"

    def go() -> None:
        with socket.create_connection((host, int(port))) as link:
            for _ in range(count // threads):
                link.sendall(ask % (len(body), body))
                link.recv(65536)

    workers = [threading.Thread(target=go) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count // threads * threads / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=2000)
    parser.add_argument("--threads", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", default="")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stand_in() as (origin, seen):
        rules_with_a_template(Path(folder) / "rules")
        keyring.use(keyring.Keyring("a secret of the bench, long enough to pass"))
        connect(words.database or f"sqlite:///{folder}/bench.db")
        schema.migrate()
        fill(words.reminders)
        met = all([_show(origin, seen, words, threads) for threads in words.threads])
        disconnect()
    return 0 if met else 1


def _show(origin: str, seen: Any, words: argparse.Namespace, threads: int) -> bool:
    takes, rates, costs = list[float](), list[float](), list[float]()
    for _ in range(words.runs):
        takes.append(bare(origin, words.reminders, threads))
        rate, cost = one_run(origin, seen, words.reminders, threads)
        rates.append(rate)
        costs.append(cost)
    take, rate, cost = (statistics.median(each) for each in (takes, rates, costs))
    full = rate * cost / 1e6
    print(
        f"{threads} threads: in theory {threads / ANSWER:.0f}/s, the stand-in takes {take:.0f}/s"
        f" ({min(takes):.0f}-{max(takes):.0f}), delivered {rate:.0f}/s ({min(rates):.0f}-{max(rates):.0f}),"
        f" ratio {rate / take:.2f} (goal {GOAL}); {cost:.0f} us of processor a message,"
        f" a core {full:.0%} full",
        flush=True,
    )
    return rate >= GOAL * take or full >= GOAL


if __name__ == "__main__":
    sys.exit(main())
