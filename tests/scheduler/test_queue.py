"""The queue that wakes the deliverer: committed with the reminders, and each request answered once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from models import QueuedTask, database
from scheduler.deliver import Deliverer, Post
from scheduler.queue import DeliveryQueue
from services.delivery import upkeep
from services.reminders import waking
from services.transaction import transaction
from services.writer import Writer
from tests.builders import bound, district
from tests.fakes import FixedClock
from tests.outbox import TUESDAY, FakeMessenger, now_of, queued, with_templates

pytestmark = pytest.mark.usefixtures("commits", "db")


def test_a_request_goes_with_the_transaction_that_made_it() -> None:
    queue = DeliveryQueue()

    def fail() -> None:
        with transaction():
            queue.wake()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert QueuedTask.select().count() == 0
    with transaction():
        queue.wake()
    assert b"pickle" not in bytes(QueuedTask.get().data)
    assert bytes(QueuedTask.get().data).startswith(b'{"id"')


def test_each_request_is_answered_once_by_one_of_two_processes(caplog: pytest.LogCaptureFixture) -> None:
    queues, done = [DeliveryQueue(), DeliveryQueue()], threading.Semaphore(0)
    answered: list[int] = []

    def work(number: int) -> None:
        answered.append(number)
        done.release()

    for number, queue in enumerate(queues):
        queue.start(lambda number=number: work(number))
    for _ in range(6):
        queues[0].wake()
    assert all(done.acquire(timeout=20) for _ in range(6))
    for queue in queues:
        queue.stop()
    assert len(answered) == 6
    assert QueuedTask.select().count() == 0
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def test_a_work_that_fails_does_not_end_the_queue() -> None:
    queue, done, calls = DeliveryQueue(), threading.Semaphore(0), list[int]()

    def work() -> None:
        calls.append(1)
        done.release()
        if len(calls) == 1:
            raise ZeroDivisionError

    queue.start(work)
    queue.wake()
    queue.wake()
    assert all(done.acquire(timeout=20) for _ in range(2))
    queue.stop()


def test_the_sweep_asks_for_a_delivery_of_what_is_due_and_it_arrives(tmp_path: Any) -> None:
    with_templates(tmp_path / "rules")
    field = district()
    bound(field.zhang)
    row, arrived = queued(field.zhang), threading.Event()
    platform = FakeMessenger(before=lambda _: arrived.set())
    writer, queue = Writer(), DeliveryQueue()
    sender = Deliverer(Post(platform, writer, FixedClock(TUESDAY), "https://x.test", 2))
    waking.use(queue.wake)
    try:
        queue.start(sender.run)
        upkeep.sweep(TUESDAY)
        assert arrived.wait(20)
    finally:
        waking.use(None)
        queue.stop()
        writer.stop()
    assert now_of(row).state == "ACCEPTED"
    database.obj.release()
