"""Two schedulers on one database, one killed again and again: each slot once, no reminder twice (G6, G7).

Two processes run all timed jobs and the deliverer, by a clock that goes faster than ours, while a third one
cancels and moves sessions. SIGKILL hits one of the two at random moments; it is started anew at once. The
platform is a stand-in that takes 30 ms, sometimes fails and sometimes hangs up after it has accepted.
The control is a scheduler without claims, which trusts its own timetable: it must do slots twice.

    python -m bench.schedulers [--seconds 90] [--speed 30] [--database URL] [--trace FILE]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import postgres
from bench.schedulers_scene import BEGIN, ROOT, Phone, fill, open_database, platform, write_rules
from models import Reminder, database
from models.connection import disconnect
from models.terms import ReminderState
from services import jobs
from services.actor import OPERATOR
from services.clock import seconds, system_clock
from services.reminders import waking
from services.study import rescheduling, sessions

#: Real seconds between two looks, between two renewals, and within which all must have been sent at the end.
LOOK, RENEW, SETTLE = 0.5, 0.5, 60.0
#: A job that is long at work, so that a kill meets it: its interval, and real seconds of work.
SLOW, WORK = "slow", 3.0
#: Slots of at least so many seconds must all be done; shorter ones may fall into the time of a restart.
SURE = 600


@dataclass
class Plan:
    """One run."""

    url: str
    rules: Path
    log: Path
    seconds: float
    speed: float
    naive: bool
    trace: Path | None = None
    origin: str = ""
    epoch: float = 0.0

    def clock(self) -> datetime:
        """Return this moment by the clock that all processes share."""
        return BEGIN + timedelta(seconds=(system_clock().timestamp() - self.epoch) * self.speed)

    def words(self) -> list[str]:
        """Return the words that start one scheduler."""
        given = {"url": self.url, "rules": self.rules, "log": self.log, "speed": self.speed,
                 "origin": self.origin, "epoch": self.epoch}  # fmt: skip
        named = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        return ["-m", "bench.schedulers", "--child", *named, *(["--naive"] if self.naive else [])]


def main() -> int:
    """Run on SQLite, on PostgreSQL and without claims; 0 when all held and the control fell."""
    options = _options()
    if options.child:
        _child(options)
        return 0
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        write_rules(Path(folder) / "rules")

        def plan(url: str, name: str, real: float, *, naive: bool = False) -> Plan:
            trace = Path(options.trace) if options.trace else None
            return Plan(url, Path(folder) / "rules", Path(folder) / name, real, options.speed, naive, trace)

        if options.database:
            return int(bool(_run(plan(options.database, "log", options.seconds))))
        faults += _run(plan(f"sqlite:///{folder}/two.db", "sqlite", options.seconds))
        with postgres.database() as url:
            faults += _run(plan(url, "postgresql", options.seconds))
        twice = _run(plan(f"sqlite:///{folder}/control.db", "control", min(options.seconds, 20), naive=True))
    print("control (no claims):", f"{twice} slots twice, as it must" if twice else "NOTHING TWICE: useless")
    return int(bool(faults) or not twice)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--speed", type=float, default=30.0)
    parser.add_argument("--database", default="")
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--naive", action="store_true")
    parser.add_argument("--trace", default="", help="where the log lines of the schedulers go")
    for name in ("url", "rules", "log", "origin"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--epoch", type=float, default=0.0)
    return parser.parse_args()


# ---- one run


def _run(plan: Plan) -> int:
    """Let two schedulers run and be killed; return the number of faults, for the control of doubled slots."""
    phone, chance, killed = Phone(), random.Random(2026), list[int]()
    ahead = fill(plan.url, plan.rules)
    with platform(phone) as plan.origin:
        plan.epoch = system_clock().timestamp()
        plan.log.touch()
        children = [_start(plan), _start(plan)]
        stop = threading.Event()
        desk = threading.Thread(target=_desk, args=(plan, ahead, stop))
        desk.start()
        until = time.monotonic() + plan.seconds
        while time.monotonic() < until:
            busy = _met(plan, killed, chance.uniform(2.0, 8.0))
            if not plan.naive:
                pids = [child.pid for child in children]
                number = pids.index(busy) if busy in pids else chance.randrange(2)
                children[number].kill()
                children[number].wait()
                killed.append(children[number].pid)
                children[number] = _start(plan)
        stop.set()
        desk.join()
        left = _settled(plan)
        while not {child.pid for child in children} <= _up(plan):
            time.sleep(0.1)
        for child in children:
            child.send_signal(signal.SIGTERM)
        ended = [child.wait(60) for child in children]
    faults = _judge(plan, phone, killed, left)
    disconnect()
    if any(ended):
        print("  a scheduler did not end in order:", ended)
        faults += 1
    return faults


def _up(plan: Plan) -> set[int]:
    """Return the schedulers that have come so far that a signal ends them in order."""
    lines = (line.split() for line in plan.log.read_text("utf-8").splitlines())
    return {int(pid) for what, _, _, pid in lines if what == "up"}


def _met(plan: Plan, killed: list[int], patience: float) -> int:
    """Wait until a scheduler is at long work that no kill has met, and return its pid; 0 after a while."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        lines = [line.split() for line in plan.log.read_text("utf-8").splitlines()]
        begun = {slot: int(pid) for what, job, slot, pid in lines if (what, job) == ("begun", SLOW)}
        met = {
            slot for what, job, slot, pid in lines if job == SLOW and (what == "done" or int(pid) in killed)
        }
        for slot, pid in begun.items():
            if slot not in met:
                time.sleep(WORK / 3)
                return pid
        time.sleep(0.2)
    return 0


def _start(plan: Plan) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL if plan.trace is None else plan.trace.open("ab")
    return subprocess.Popen([sys.executable, *plan.words()], cwd=ROOT, stdout=quiet, stderr=quiet)


def _desk(plan: Plan, ahead: list[str], stop: threading.Event) -> None:
    """Be the web: move one session after the other, cancel some, and ask for deliveries."""
    from scheduler.queue import DeliveryQueue

    waking.use(DeliveryQueue().wake)
    for number, key in enumerate(ahead):
        if stop.wait(plan.seconds / len(ahead)):
            break
        if number % 3:
            start = BEGIN + timedelta(days=3, hours=2)
            rescheduling.move(OPERATOR, key, start, None, None, plan.clock())
        else:
            sessions.cancel(OPERATOR, key, plan.clock())
    waking.use(None)
    database.obj.close()


def _settled(plan: Plan) -> int:
    """Wait until nothing is due any more and return how many rows were left."""
    waiting = (ReminderState.DUE, ReminderState.SENDING, ReminderState.FAILED)
    until = time.monotonic() + (0 if plan.naive else SETTLE)
    while (left := Reminder.select().where(Reminder.state.in_(waiting)).count()) and time.monotonic() < until:
        time.sleep(0.5)
    return left


def _judge(plan: Plan, phone: Phone, killed: list[int], left: int) -> int:
    lines = [line.split() for line in plan.log.read_text("utf-8").splitlines()]
    done = Counter((job, slot) for what, job, slot, _ in lines if what == "done")
    begun = Counter((job, slot) for what, job, slot, _ in lines if what == "begun")
    finished = {(job, slot) for what, job, slot, pid in lines if what == "done" or int(pid) in killed}
    twice = sum(count > 1 for count in done.values())
    again = sum(count > 1 for count in begun.values())
    lost = _unfinished(plan, {(job, int(slot)) for job, slot in done})
    doubled = sum(count > 1 for count in phone.accepted.values())
    states = Counter(str(row.state) for row in Reminder.select(Reminder.state))
    silent = sum(
        row.key not in phone.accepted
        for row in Reminder.select(Reminder.key).where(Reminder.state == ReminderState.ACCEPTED)
    )
    kind = "PostgreSQL" if plan.url.startswith("postgresql") else "SQLite"
    print(
        f"{kind}, {'naive' if plan.naive else 'claims'}: {plan.seconds * plan.speed / 60:.0f} minutes of"
        f" ours, {len(killed)} kills, {len(done)} slots done, {twice} twice,"
        f" {again} begun again, {len(begun.keys() - finished)} without an end,"
        f" {len(lost)} of {SURE} s and more not done\n"
        f"  {sum(states.values())} reminders {dict(sorted(states.items()))}; {len(phone.accepted)} reached a"
        f" phone, {doubled} twice; faults of the platform {dict(phone.faults)}; {left} left over",
        flush=True,
    )
    return twice if plan.naive else twice + doubled + left + silent + len(lost)


def _unfinished(plan: Plan, done: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the slots of long jobs that lay wholly within the run and were not done."""
    from scheduler.jobs import JOBS, Job

    found = []
    last = seconds(BEGIN + timedelta(seconds=plan.seconds * plan.speed))
    for job in (*JOBS, Job(SLOW, SURE, lambda _: 0)):
        if job.every >= SURE:
            # The slot of the beginning may end before the processes have started, if it is a short one.
            slot = jobs.slot_of(BEGIN, job.every) + (job.every if job.every == SURE else 0)
            while slot + job.every <= last or slot <= seconds(BEGIN):
                if (job.name, slot) not in done:
                    found.append((job.name, slot))
                slot += job.every
    return found


# ---- one scheduler


def _child(options: argparse.Namespace) -> None:
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    from scheduler.jobs import JOBS, Job
    from scheduler.queue import DeliveryQueue
    from services.writer import Writer

    plan = Plan(options.url, Path(options.rules), Path(options.log), 0, options.speed, options.naive)
    plan.origin, plan.epoch = options.origin, options.epoch
    open_database(plan.url, plan.rules)
    log = os.open(plan.log, os.O_WRONLY | os.O_APPEND)
    os.write(log, f"up - 0 {os.getpid()}\n".encode())

    def said(what: str, job: Job, now: datetime) -> None:
        os.write(log, f"{what} {job.name} {jobs.slot_of(now, job.every)} {os.getpid()}\n".encode())

    def noted(job: Job) -> Job:
        def work(now: datetime) -> int:
            said("begun", job, now)
            return job.work(now)

        return Job(job.name, job.every, work)

    writer, queue = Writer(), DeliveryQueue()
    sender = _sender(plan, writer)
    waking.use(queue.wake)
    queue.start(sender.run)
    made = [noted(job) for job in (*JOBS, Job(SLOW, SURE, lambda _: time.sleep(WORK) or 0))]
    (_naive if plan.naive else _careful)(made, plan, over, said)
    waking.use(None)
    sender.stop()
    queue.stop()
    writer.stop()
    disconnect()


def _sender(plan: Plan, writer: Any) -> Any:
    """Make what delivers, with the client of the service and the platform's stand-in."""
    from scheduler.deliver import Deliverer, Post
    from services.tokens import TokenTable
    from wechat.calls import PlatformClient
    from wechat.messenger import WechatMessenger

    client = PlatformClient(
        "wx", "s", store=TokenTable(), now=lambda: plan.clock().timestamp(), monotonic=time.monotonic,
        api_base=plan.origin,
    )  # fmt: skip
    return Deliverer(Post(WechatMessenger(client), writer, plan.clock, "https://x.test", 8))


def _careful(made: list[Any], plan: Plan, over: threading.Event, said: Callable[..., None]) -> None:
    """Wake as the service does: the database decides whose slot it is."""
    from scheduler.run import Waking, run_job

    class Noted(Waking):
        def run(self, job: Any) -> int | None:
            moments = list[datetime]()

            def clock() -> datetime:
                moments.append(plan.clock())
                return moments[-1]

            result = run_job(job, clock, RENEW)
            if result is not None:
                said("done", job, moments[0])
            return result

    waker = Noted(plan.clock, made, lambda: plan.clock().timestamp(), LOOK, RENEW)
    waker.start()
    over.wait()
    waker.stop()


def _naive(made: list[Any], plan: Plan, over: threading.Event, said: Callable[..., None]) -> None:
    """Run each job when its own timetable says so, and ask nobody."""
    last: dict[str, int] = {}
    while not over.wait(LOOK):
        for job in made:
            now = plan.clock()
            slot = jobs.slot_of(now, job.every)
            if last.get(job.name) != slot:
                last[job.name] = slot
                job.work(now)
                said("done", job, now)


if __name__ == "__main__":
    sys.exit(main())
