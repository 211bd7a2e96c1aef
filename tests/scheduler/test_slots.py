"""Each slot once: two schedulers at once, one that dies, three days away, a clock that leaps (G7, G8)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from models import Attendance, HourEntry, JobClaim, QueuedTask, Reminder, StudySession, database
from models.terms import ReminderState, SessionState, SuppressedWhy, Topic
from scheduler.jobs import JOBS, REMIND, Job
from scheduler.queue import DeliveryQueue
from scheduler.run import LOOK, Waking, _Often, _Waker, run_job
from services import jobs
from services.actor import OPERATOR
from services.clock import ZONE, seconds, system_clock
from services.reminders import waking
from services.study import sessions
from tests.builders import District, bound, confirmed, district, published, sound
from tests.fakes import FixedClock

#: A Tuesday morning on which reminders may go out, between two checkpoints.
MORNING = datetime(2026, 10, 20, 9, 0, tzinfo=ZONE)
SIX_HOURS = 21_600


def job_of(name: str) -> Job:
    return next(job for job in JOBS if job.name == name)


@dataclass
class Work:
    """What a job did: at which moments."""

    clock: Callable[[], datetime]
    done: list[datetime] = field(default_factory=list)
    on_the_way: Callable[[], None] = lambda: None

    def job(self, every: int = SIX_HOURS) -> Job:
        return Job("count", every, self._work)

    def _work(self, now: datetime) -> int:
        self.on_the_way()
        self.done.append(now)
        return 1


class Killed(BaseException):
    """Stands for SIGKILL: nothing that is written after it is written."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MORNING)


@pytest.fixture
def place(db: Any) -> District:
    made = district()
    for each in (made.secretary, made.head, made.zhang, made.li, made.wang):
        bound(each)
    return made


def killed_in_the_middle(work: Work) -> None:
    """Let a process win the slot and die before it has finished."""

    def die() -> None:
        raise Killed

    work.on_the_way = die
    with pytest.raises(Killed):
        run_job(work.job(), work.clock)
    work.on_the_way = lambda: None


# ---- two at once


def both(run: Callable[[], object]) -> None:
    """Do something in two threads at the same moment, as two processes would."""
    gate = threading.Barrier(2)

    def at_once() -> None:
        gate.wait(10)
        run()
        database.obj.close()

    threads = [threading.Thread(target=at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def naive(job: Job, clock: Callable[[], datetime]) -> None:
    """The control: a scheduler that trusts its own timetable and asks nobody."""
    job.work(clock())


@pytest.mark.usefixtures("commits")
@pytest.mark.parametrize(("scheduler", "times"), [(run_job, 1), (naive, 2)])
@pytest.mark.usefixtures("commits")
def test_of_two_schedulers_at_once_each_slot_is_done_once_and_without_claims_twice(
    db: Any, clock: FixedClock, scheduler: Callable[..., object], times: int
) -> None:
    work = Work(clock)
    for _ in range(5):
        both(lambda: scheduler(work.job(300), clock))
        clock.move(seconds=300)
    assert set(Counter(work.done).values()) == {times}
    assert len(set(work.done)) == 5


# ---- one dies


def test_what_a_dead_process_had_claimed_is_taken_over_within_minutes_not_in_six_hours(
    db: Any, clock: FixedClock
) -> None:
    work = Work(clock)
    killed_in_the_middle(work)
    clock.move(seconds=LOOK)
    assert run_job(work.job(), clock) is None, "it may still be at work"
    clock.move(seconds=jobs.LEASE)
    assert run_job(work.job(), clock) == 1
    assert run_job(work.job(), clock) is None
    assert len(work.done) == 1
    assert jobs.LEASE + 2 * LOOK < 300


@pytest.mark.usefixtures("commits")
@pytest.mark.usefixtures("commits")
def test_of_two_that_find_the_dead_one_one_takes_over(db: Any, clock: FixedClock) -> None:
    work = Work(clock)
    killed_in_the_middle(work)
    clock.move(seconds=jobs.LEASE + 1)
    both(lambda: run_job(work.job(), clock))
    assert len(work.done) == 1


@pytest.mark.usefixtures("commits")
def test_a_long_job_renews_its_claim_and_is_not_taken_for_dead(db: Any, clock: FixedClock) -> None:
    work, tried = Work(clock), []

    def long() -> None:
        for _ in range(3):
            clock.move(seconds=jobs.LEASE * 0.9)
            renewed = seconds(clock())
            until = time.monotonic() + 20
            while seconds(JobClaim.get().claimed_at) < renewed and time.monotonic() < until:
                time.sleep(0.005)
            tried.append(jobs.claim("count", jobs.slot_of(MORNING, SIX_HOURS), clock()))

    work.on_the_way = long
    assert run_job(work.job(), clock, renew_every=0.01) == 1
    assert tried == [None] * 3


def test_who_was_taken_for_dead_writes_nothing_over_the_other(db: Any, clock: FixedClock) -> None:
    slot = jobs.slot_of(clock(), 300)
    frozen = jobs.claim("count", slot, clock())
    clock.move(seconds=jobs.LEASE + 1)
    heir = jobs.claim("count", slot, clock())
    assert frozen is not None
    assert heir is not None
    assert not jobs.renew(frozen, clock())
    assert not jobs.finish(frozen, 7, clock())
    assert jobs.finish(heir, 8, clock())
    assert JobClaim.get().result == 8


# ---- three days away


def test_after_three_days_everything_due_is_done_once_and_what_is_too_late_is_reported(
    place: District, clock: FixedClock
) -> None:
    held = published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(days=1))
    ahead = published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(days=4))
    told = published(place.neighbour, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(hours=5))
    remind = job_of(REMIND)
    with structlog.testing.capture_logs() as said:
        clock.move(hours=-23)
        assert run_job(remind, clock) == 0
        # The last look before the outage was on Monday; the one on Friday finds three days missed.
        clock.move(hours=96)
        queued = run_job(remind, clock)
        again = [run_job(remind, clock), run_job(remind, clock)]
    rows = {
        (row.session.key, row.state, row.why)
        for row in Reminder.select().where(Reminder.topic == Topic.SESSION_TOMORROW)
    }
    assert (held, ReminderState.SUPPRESSED, SuppressedWhy.STALE) in rows
    assert {state for key, state, _ in rows if key == ahead} <= {ReminderState.DUE, ReminderState.INBOX}
    assert {why for key, _, why in rows if key == told} == {SuppressedWhy.UNBOUND}, "said in time"
    assert queued
    assert again == [None, None]
    events = Counter(line["event"] for line in said)
    assert (events["job_caught_up"], events["reminders_stale"]) == (1, 1)
    [caught] = [line for line in said if line["event"] == "job_caught_up"]
    assert (caught["job"], caught["missed"]) == (REMIND, 96 * 6 - 1)
    [stale] = [line for line in said if line["event"] == "reminders_stale"]
    assert stale["rows"] == Reminder.select().where(Reminder.why == SuppressedWhy.STALE).count()
    clock.move(seconds=600)
    run_job(remind, clock)
    assert Reminder.select().where(Reminder.why == SuppressedWhy.STALE).count() == stale["rows"]


def test_what_waited_in_the_outbox_too_long_is_closed_at_the_first_waking_also_at_night(
    place: District, clock: FixedClock
) -> None:
    key = published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(hours=9))
    sessions.cancel(OPERATOR, key, MORNING)
    assert {row.state for row in Reminder.select()} == {ReminderState.DUE}
    clock.at = MORNING + timedelta(hours=14)
    with structlog.testing.capture_logs() as said:
        assert run_job(job_of(REMIND), clock) == 0
    assert {(row.state, row.why) for row in Reminder.select()} == {
        (ReminderState.SUPPRESSED, SuppressedWhy.STALE)
    }
    assert [line["topics"] for line in said if line["event"] == "reminders_stale"] == [
        {"SESSION_CANCELLED": 5}
    ]


def test_without_an_outage_a_record_on_paper_is_no_missed_reminder(
    place: District, clock: FixedClock
) -> None:
    remind = job_of(REMIND)
    run_job(remind, clock)
    published(place.branch, clock(), starts_at=MORNING - timedelta(hours=2))
    clock.move(hours=2)
    published(place.branch, clock(), starts_at=clock() + timedelta(minutes=2))
    clock.move(hours=2)
    run_job(remind, clock)
    assert not Reminder.select().where(Reminder.why == SuppressedWhy.STALE).exists()


def test_a_missed_slot_is_said_once_and_a_first_start_has_missed_nothing(db: Any, clock: FixedClock) -> None:
    work = Work(clock)
    with structlog.testing.capture_logs() as said:
        for step in (0, 300, 900, 300):
            clock.move(seconds=step)
            run_job(work.job(300), clock)
    assert [line["missed"] for line in said if line["event"] == "job_caught_up"] == [2]


# ---- the queue


def test_what_a_job_queues_wakes_the_deliverer_with_the_same_commit(
    place: District, clock: FixedClock
) -> None:
    published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(days=1))
    waking.use(DeliveryQueue().wake)
    try:
        assert run_job(job_of(REMIND), clock) == 5
        assert QueuedTask.select().count() == 1
        clock.move(seconds=600)
        assert run_job(job_of(REMIND), clock) == 0
        assert QueuedTask.select().count() == 1
    finally:
        waking.use(None)


def test_a_notice_that_waited_for_the_morning_wakes_the_deliverer(place: District, clock: FixedClock) -> None:
    key = published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(days=2))
    clock.at = MORNING.replace(hour=22)
    waking.use(DeliveryQueue().wake)
    try:
        sessions.cancel(OPERATOR, key, clock())
        assert QueuedTask.select().count() == 0
        clock.at = (MORNING + timedelta(days=1)).replace(hour=8)
        run_job(job_of(REMIND), clock)
    finally:
        waking.use(None)
    assert {row.state for row in Reminder.select()} == {ReminderState.DUE}
    assert QueuedTask.select().count() == 1


# ---- a clock that leaps


@dataclass
class Machine:
    """A process whose wall clock can be set while its steady one goes on."""

    clock: FixedClock
    steady: float = 1000.0
    waking: Waking | None = None
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)

    def start(self, made: tuple[Job, ...]) -> None:
        self.waking = Waking(self.clock, map(self._counted, made), lambda: self.steady)
        self._jobs = [self._counted(job) for job in made]

    def _counted(self, job: Job) -> Job:
        def work(now: datetime) -> int:
            self.seen[job.name, jobs.slot_of(now, job.every)] += 1
            return job.work(now)

        return Job(job.name, job.every, work)

    def go_on(self, looks: int, every: int = 60) -> None:
        """Let time pass, with a look at every job after so many seconds each."""
        assert self.waking is not None
        for _ in range(looks):
            self.clock.move(seconds=every)
            self.steady += every
            for job in self._jobs:
                self.waking.run(job)


@pytest.mark.parametrize("leap", [{"hours": 2}, {"hours": -2}, {"days": 400}])
def test_a_clock_that_leaps_and_comes_back_changes_no_credit_and_sends_nothing_twice(
    place: District, clock: FixedClock, leap: dict[str, float]
) -> None:
    confirmed(place.branch, ["M1", "M2"], starts_at=MORNING - timedelta(days=20))
    key = published(place.branch, MORNING - timedelta(days=5), starts_at=MORNING + timedelta(days=1))
    machine = Machine(clock)
    machine.start(tuple(job for job in JOBS if job.name in {"confirm_overdue", "close_cycles", REMIND}))
    machine.go_on(15)
    announced = Reminder.topic == Topic.SESSION_TOMORROW
    assert Reminder.select().where(announced, Reminder.state == ReminderState.DUE).count() == 5
    ledger = HourEntry.select().count()
    with structlog.testing.capture_logs() as said:
        clock.move(**leap)
        machine.go_on(10)
        clock.move(**{unit: -size for unit, size in leap.items()})
        machine.go_on(26, every=300)
    assert sessions.find(key).state is SessionState.PUBLISHED
    assert HourEntry.select().count() == ledger
    assert Attendance.select().join(StudySession).where(StudySession.key == key).count() == 6
    told = Counter(row.member_id for row in Reminder.select().where(announced))
    assert set(told.values()) == {1}
    assert set(machine.seen.values()) == {1}, "each slot once"
    assert any(line["event"] == "clock_leapt" for line in said)
    assert machine.seen[REMIND, jobs.slot_of(clock(), 600)] == 1, "and the work goes on"
    sound()


def test_a_machine_that_has_slept_goes_on_after_a_moment(db: Any, clock: FixedClock) -> None:
    work, machine = Work(clock), Machine(clock)
    machine.start((work.job(3600),))
    machine.go_on(1)
    clock.move(hours=72)
    machine.go_on(1)
    assert len(work.done) == 1
    machine.go_on(4)
    assert len(work.done) == 2


def test_a_clock_a_year_ahead_is_not_believed_until_a_new_start(db: Any, clock: FixedClock) -> None:
    work, machine = Work(clock), Machine(clock)
    machine.start((work.job(300),))
    clock.move(days=400)
    machine.go_on(60)
    assert work.done == []
    machine.start((work.job(300),))
    machine.go_on(1)
    assert len(work.done) == 1


def test_jobs_are_woken_again_soon_after_the_clock_was_set_back() -> None:
    waker, woken = _Waker(timezone="UTC"), threading.Event()
    waker.add_job(woken.set, _Often(LOOK), id="job", next_run_time=system_clock() + timedelta(hours=2))
    waker.start()
    try:
        assert woken.wait(20)
    finally:
        waker.shutdown()
