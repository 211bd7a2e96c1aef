"""Group commit: what is acknowledged is committed, and one work's fault is its own (G1, G9, G11)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import peewee
import pytest

from models import Organization, database
from services.errors import ServiceError
from services.writer import GROUP, Writer, WriterBusy
from tests.builders import organization

pytestmark = pytest.mark.usefixtures("commits", "db")


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer()
    yield made
    made.stop()


class Crowd:
    """Hands works to the writer while it is busy, so that they land in one group, in the order given."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.results: dict[int, Any] = {}

    def run(self, works: list[Callable[[], Any]]) -> list[Any]:
        """Return each work's result or the exception that its caller got."""
        busy, go = threading.Event(), threading.Event()

        def hold() -> None:
            busy.set()
            assert go.wait(10)

        first = threading.Thread(target=self._one, args=(-1, hold))
        first.start()
        assert busy.wait(10)
        threads = []
        for number, work in enumerate(works):
            before = self.writer._queue.qsize()
            threads.append(threading.Thread(target=self._one, args=(number, work)))
            threads[-1].start()
            while self.writer._queue.qsize() == before:
                threads[-1].join(0.001)
        go.set()
        for thread in [first, *threads]:
            thread.join(20)
        return [self.results[number] for number in range(len(works))]

    def _one(self, number: int, work: Callable[[], Any]) -> None:
        try:
            self.results[number] = self.writer.run(work, timeout=10)
        except Exception as fault:
            self.results[number] = fault


def codes() -> list[str]:
    return [row.code for row in Organization.select().order_by(Organization.id)]


def add(code: str) -> Callable[[], str]:
    return lambda: str(organization(code).code)


def test_a_result_is_there_after_the_commit(writer: Writer) -> None:
    assert writer.run(add("A")) == "A"
    assert codes() == ["A"]


def test_works_of_one_group_keep_their_order(writer: Writer) -> None:
    names = [f"Z{number:02d}" for number in range(GROUP // 4)]
    assert Crowd(writer).run([add(name) for name in names]) == names
    assert codes() == names


def test_what_one_work_raises_leaves_nothing_of_it_and_does_not_disturb_its_neighbours(
    writer: Writer,
) -> None:
    def refuse() -> None:
        organization("B")
        raise ServiceError("ended", "已结束。")

    def break_rule() -> None:
        organization("A")

    first, refusal, doubled, last = Crowd(writer).run([add("A"), refuse, break_rule, add("C")])
    assert (first, last) == ("A", "C")
    assert isinstance(refusal, ServiceError)
    assert isinstance(doubled, peewee.IntegrityError)
    assert codes() == ["A", "C"]


def test_when_the_commit_fails_each_work_gets_its_own_chance(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(group: list[Any]) -> None:
        with database.atomic():
            for work in group:
                work.run()
            raise peewee.OperationalError("disk full")

    monkeypatch.setattr(writer, "_commit", failing)

    def wrong() -> None:
        organization("B")
        raise ZeroDivisionError

    first, fault, last = Crowd(writer).run([add("A"), wrong, add("C")])
    assert (first, last) == ("A", "C")
    assert isinstance(fault, ZeroDivisionError)
    assert codes() == ["A", "C"]


def test_a_deadlock_in_one_work_sends_the_whole_group_through_one_by_one(writer: Writer) -> None:
    tries: list[int] = []

    def once_deadlocked() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise peewee.OperationalError("deadlock detected")
        return add("B")()

    assert Crowd(writer).run([add("A"), once_deadlocked, add("C")]) == ["A", "B", "C"]
    assert codes() == ["A", "B", "C"]


def test_a_fault_that_stays_is_told_and_leaves_nothing(writer: Writer) -> None:
    def full() -> None:
        organization("B")
        raise peewee.OperationalError("disk full")

    ok, fault = Crowd(writer).run([add("A"), full])
    assert ok == "A"
    assert isinstance(fault, peewee.OperationalError)
    assert codes() == ["A"]
    assert writer.run(add("C")) == "C"


def test_who_waits_too_long_is_told_busy_and_the_work_is_done_once_all_the_same(writer: Writer) -> None:
    busy, go = threading.Event(), threading.Event()

    def slow() -> None:
        busy.set()
        assert go.wait(10)
        organization("A")

    with pytest.raises(WriterBusy):
        writer.run(slow, timeout=0.05)
    assert busy.wait(10)
    go.set()
    writer.run(lambda: None)
    assert codes() == ["A"]


def test_stopping_finishes_what_is_queued() -> None:
    writer = Writer()
    assert Crowd(writer).run([add("A"), add("B")]) == ["A", "B"]
    writer.stop()
    assert not writer._thread.is_alive()
    with pytest.raises(WriterBusy):
        writer.run(add("C"), timeout=0.05)
    assert codes() == ["A", "B"]


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_writing_resumes_after_the_server_dropped_the_connection(writer: Writer) -> None:
    mine = writer.run(lambda: database.execute_sql("SELECT pg_backend_pid()").fetchone()[0])
    database.execute_sql("SELECT pg_terminate_backend(%s)", (mine,))
    assert writer.run(add("A")) == "A"
    assert codes() == ["A"]
