"""The queue that wakes the deliverer: huey on the service's own database, or on Redis by setting.

A task says no more than "deliver what is due": a batch of rows is claimed from the outbox when it runs, so a
task that is lost with its process loses no reminder, and the sweep of the next minute asks again. On the
database a task is committed together with the reminders, or goes with them. huey's own timetable stays off:
the slots of `jobs.py` belong to one process each, its would not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from huey import Huey
from huey.consumer import Consumer
from huey.contrib.sql_huey import SqlStorage
from huey.registry import Message
from huey.serializer import Serializer

from models import QueuedTask, database

#: Seconds: an empty queue is looked at so often, which is how soon a push reaches a phone.
_LOOK = 1.0
#: On Redis a task can be seen before the transaction that asked for it is committed; so long it waits.
_AFTER_COMMIT = 2

log = structlog.get_logger("delivery")


class _Plain(Serializer):
    """Tasks as JSON: who could write into the queue could have a pickle run anything."""

    def _serialize(self, data: Message) -> bytes:
        eta = data.eta.isoformat() if data.eta else None
        return json.dumps({"id": data.id, "name": data.name, "eta": eta}).encode()

    def _deserialize(self, data: bytes) -> Message:
        read = json.loads(data)
        eta = datetime.fromisoformat(read["eta"]) if read["eta"] else None
        return Message(id=read["id"], name=read["name"], eta=eta, args=(), kwargs={})


class _OwnTable(SqlStorage):
    """Tasks in the table of our own migrations and on our own connections; no results, no timetable."""

    def create_models(self) -> tuple[Any, Any, Any, Any]:
        return None, None, QueuedTask, None

    def create_tables(self) -> None:
        """The migrations have made the table."""

    def check_conn(self) -> None:
        self.database.connect(reuse_if_open=True)

    def dequeue(self) -> bytes | None:
        """Take a task; an empty queue is only looked at, so that idle processes take no lock for writing."""
        try:
            self.check_conn()
            return super().dequeue() if self.tasks().exists() else None
        finally:
            self.database.release()

    def read_schedule(self, timestamp: datetime) -> list[bytes]:  # noqa: ARG002 - huey asks for a moment
        return []

    def peek_many(self, keys: object) -> dict[str, bytes]:  # noqa: ARG002 - no task is ever revoked
        return {}

    def delete_data(self, key: str) -> bool:  # noqa: ARG002 - asked after each task, whether it was revoked
        return False

    def has_data_for_key(self, key: str) -> bool:  # noqa: ARG002 - no results are kept
        return False


class _QuietConsumer(Consumer):
    """A consumer inside another program, which has signal handlers of its own."""

    def _set_signal_handlers(self) -> None:
        """Leave the handlers as they are."""


class DeliveryQueue:
    """Where a delivery is asked for, and the thread that answers."""

    def __init__(self, redis_url: str = "") -> None:
        """Open the queue on the connected database, or on Redis."""
        self._redis = bool(redis_url)
        common: dict[str, Any] = {"name": "deliver", "results": False, "serializer": _Plain()}
        if redis_url:
            # The import stands here because redis belongs to requirements-scale.txt alone.
            from huey.storage import RedisStorage

            self._huey = Huey(storage_class=RedisStorage, url=redis_url, **common)
        else:
            self._huey = Huey(storage_class=_OwnTable, database=database.obj, **common)
        self._work: Callable[[], object] = lambda: None
        self._task = self._huey.task(name="deliver")(self._deliver)
        self._consumer: Consumer | None = None

    def wake(self) -> None:
        """Ask for a delivery, inside the caller's transaction if there is one."""
        if self._redis:
            self._task.schedule(delay=_AFTER_COMMIT)
        else:
            self._task()

    def start(self, work: Callable[[], object]) -> None:
        """Answer from now on: `work` delivers what is due."""
        self._work = work
        self._consumer = _QuietConsumer(
            self._huey, workers=1, periodic=False, initial_delay=0.1, backoff=1.5, max_delay=_LOOK,
            check_worker_health=False,
        )  # fmt: skip
        self._consumer.start()

    def stop(self) -> None:
        """Let the run that is under way end, and answer no more."""
        if self._consumer is not None:
            self._consumer.stop(graceful=True)

    def _deliver(self) -> None:
        try:
            self._work()
        except Exception:
            # The sweep of the next minute asks again; whatever was claimed is settled by its lease.
            log.exception("delivery_failed")
