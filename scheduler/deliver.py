"""The deliverer: threads that send what is claimed, each with one kept connection to the platform.

One batch is claimed and judged while the threads are still busy with the last one. What is written before and
after a call goes through the group writer, so that many messages share one commit; a thread hands in the end
of one message together with the beginning of the next.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from models import database
from services.clock import Clock
from services.delivery import Letter, Tally, claims, sending
from services.delivery.sending import Answer
from services.ports import Messenger

T = TypeVar("T")

#: Answers of the platform take some 50 ms, so this is some 300 messages a second.
THREADS = 16
#: The next batch is claimed when no more letters than this are waiting or under way.
LOW = claims.BATCH // 2
#: So many answers in a row that were none end a run: the rest waits until the platform is there again.
AWAY = 8
#: Seconds that a thread waits for its commit; a slow disk must not make a message unknown.
_COMMIT = 60.0

log = structlog.get_logger("delivery")


class GroupRunner(Protocol):
    """Whatever runs work in a transaction and returns after the commit (`services/writer.py`)."""

    def run(self, act: Callable[[], T], timeout: float = ...) -> T:
        """Run the work; what it raises is raised here, and its writes are gone."""
        ...


@dataclass(frozen=True)
class Post:
    """What a deliverer needs: who carries the messages, where it commits, the clock, where our pages live."""

    messenger: Messenger
    runner: GroupRunner
    clock: Clock
    public_url: str
    threads: int = THREADS


@dataclass(frozen=True)
class _Sent:
    """A call that was made and whose outcome is not written yet."""

    letter: Letter
    attempt: int
    answer: Answer


class _UnderWay:
    """How many letters are claimed and not settled yet."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    @property
    def count(self) -> int:
        return self._count

    def add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()

    def wait_for(self, most: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._count <= most)


class Deliverer:
    """Delivers all that is due, when asked. Any number of them may run in any number of processes."""

    def __init__(self, post: Post) -> None:
        """Prepare; nothing is sent before the first run."""
        self._post = post
        self._alone = threading.Lock()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let the run that is under way finish the messages it has begun, and give the others back (G11)."""
        self._stopping.set()

    def run(self) -> Tally:
        """Send until nothing is due, the platform is away, or somebody stops us; count what came of it."""
        with self._alone:
            return _Run(self._post, self._stopping).go()


class _Run:
    """One run: the calling thread claims, the senders send."""

    def __init__(self, post: Post, stopping: threading.Event) -> None:
        self._post = post
        self._stopping = stopping
        self._away = threading.Event()
        self._unanswered = 0
        self._letters: queue.SimpleQueue[Letter | None] = queue.SimpleQueue()
        self._under_way = _UnderWay()
        self._senders: list[threading.Thread] = []
        self._tally = Tally()

    def go(self) -> Tally:
        """Claim and feed until nothing is due and nobody is under way, who might put something back."""
        try:
            while not self._ended():
                self._under_way.wait_for(LOW)
                before = self._under_way.count
                claimed = claims.claim(self._post.clock())
                self._feed(claimed.letters)
                if not claimed.won:
                    if not before:
                        break
                    self._under_way.wait_for(0)
        finally:
            for _ in self._senders:
                self._letters.put(None)
            for sender in self._senders:
                sender.join()
            database.obj.release()
        return self._tally

    def _ended(self) -> bool:
        return self._stopping.is_set() or self._away.is_set()

    def _feed(self, letters: tuple[Letter, ...]) -> None:
        self._under_way.add(len(letters))
        for letter in letters:
            self._letters.put(letter)
        for number in range(len(self._senders), min(self._post.threads, len(letters))):
            self._senders.append(threading.Thread(target=self._send, name=f"deliver-{number}", daemon=True))
            self._senders[-1].start()

    def _send(self) -> None:
        """Send letter after letter until there are none."""
        sent: _Sent | None = None
        try:
            while True:
                letter = self._take()
                if isinstance(letter, queue.Empty):
                    # Nothing to begin together with this end: write it before waiting.
                    self._write(sent, None)
                    sent, letter = None, self._letters.get()
                attempt = self._write(sent, letter)
                sent = None
                if letter is None:
                    return
                if attempt is not None:
                    sent = _Sent(letter, attempt, self._call(letter))
        finally:
            database.obj.release()

    def _take(self) -> Letter | queue.Empty | None:
        try:
            return self._letters.get_nowait()
        except queue.Empty as nothing:
            return nothing

    def _call(self, letter: Letter) -> Answer:
        answer = sending.call(letter, self._post.messenger, self._post.public_url)
        # The call may have read the token; a thread that waits for the platform must hold no connection.
        database.obj.release()
        self._unanswered = self._unanswered + 1 if answer.code == sending.NO_ANSWER else 0
        if self._unanswered >= AWAY and not self._away.is_set():
            log.warning("platform_away", unanswered=self._unanswered)
            self._away.set()
        return answer

    def _write(self, sent: _Sent | None, letter: Letter | None) -> int | None:
        """Commit the end of one letter and the beginning of the next; None when the next may not leave."""
        if sent is None and letter is None:
            return None
        attempt: int | None = None
        try:
            attempt = self._post.runner.run(lambda: self._turn(sent, letter), timeout=_COMMIT)
        except Exception:
            # The rows stay claimed until the sweep settles them by what is on record.
            log.exception("delivery_not_written")
            self._away.set()
        settled = (sent is not None) + (letter is not None and attempt is None)
        if settled:
            self._under_way.add(-settled)
        return attempt

    def _turn(self, sent: _Sent | None, letter: Letter | None) -> int | None:
        now = self._post.clock()
        if sent is not None:
            line = sending.finish(sent.letter, sent.attempt, sent.answer, now)
            self._tally.count(line.counts)
        if letter is None:
            return None
        if self._ended():
            sending.give_back(letter)
            return None
        return sending.begin(letter, now)
