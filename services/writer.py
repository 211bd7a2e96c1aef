"""Group commit: requests hand their work to one writer, which runs several in one transaction.

PERFORMANCE part 3. A request is woken only after the commit, so what it acknowledges is on the disk (G1).
Each piece of work has its own savepoint: one that fails leaves nothing behind and disturbs no neighbour.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from peewee import OperationalError

from models import database
from services.transaction import savepoint

T = TypeVar("T")

#: So many requests share one commit at the most: enough to pay for the sync, few enough to stay quick.
GROUP = 64


class WriterBusy(Exception):
    """The work was not done in time; the platform will ask again and get the stored answer."""


@dataclass
class _Work:
    act: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            with savepoint():
                self.result = self.act()
        except OperationalError:
            # A lost connection, a full disk, a deadlock: the whole group is over, not this work alone.
            raise
        except Exception as error:  # the caller gets it, whatever it is
            self.error = error


class Writer:
    """One thread that owns the writing of the callback's path."""

    def __init__(self) -> None:
        """Start the thread; it lives as long as the process."""
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def run(self, act: Callable[[], T], timeout: float = 4.5) -> T:
        """Run `act` inside a transaction of the writer and return its result after the commit.

        Raises:
            WriterBusy: when it was not committed within `timeout` seconds.
            Exception: whatever `act` raised; its writes are gone.
        """
        work = _Work(act)
        self._queue.put(work)
        if not work.done.wait(timeout):
            raise WriterBusy
        if work.error is not None:
            raise work.error
        return work.result

    def stop(self) -> None:
        """Finish what is queued and end the thread, for an orderly stop (G11)."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _loop(self) -> None:
        while (group := self._next_group()) is not None:
            try:
                self._commit(group)
            except Exception:  # the group's commit failed: each gets its own chance
                self._fresh_connection()
                for work in group:
                    self._alone(work)
            for work in group:
                work.done.set()
        database.obj.release()

    def _next_group(self) -> list[_Work] | None:
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                self._queue.put(None)
                break
            group.append(work)
        return group

    def _commit(self, group: list[_Work]) -> None:
        with database.atomic():
            for work in group:
                work.run()

    def _fresh_connection(self) -> None:
        # A connection that the server has dropped would fail every later work as well; the pool checks
        # what it takes back, so writing resumes without a restart (G9).
        with suppress(Exception):
            database.obj.release()

    def _alone(self, work: _Work) -> None:
        # Two processes that got the same pushes in another order can deadlock on PostgreSQL; one group
        # is then rolled back, and its works succeed when they run one by one.
        work.result, work.error = None, None
        try:
            with database.atomic():
                work.result = work.act()
        except Exception as error:  # the caller gets it, whatever it is
            work.error = error
