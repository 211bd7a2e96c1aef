"""The queue that wakes the deliverer: one row for each delivery that was asked for and not begun yet."""

from __future__ import annotations

from peewee import BlobField, CharField, FloatField

from models.base import BaseModel


class QueuedTask(BaseModel):
    """A task of the queue (`scheduler/queue.py`); what is to be sent stands in the outbox, not here."""

    queue = CharField(max_length=24)
    data = BlobField()
    priority = FloatField(default=0.0)
