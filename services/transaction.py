"""The one way to a transaction: join the one that runs, or open one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from models import database


@contextmanager
def transaction() -> Iterator[None]:
    """Return commits, raise rolls back. Inside another transaction the outer one decides.

    A refusal that leaves a joined transaction must leave nothing behind, so the outer one
    (`services/inbox.py`, `services/writer.py`) holds a savepoint around the whole verb.
    """
    if database.in_transaction():
        yield
        return
    with database.atomic():
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """Guard a piece of work inside a running transaction: raise takes back this piece alone.

    The name is always the same, because the driver keeps prepared what it has seen; nested ones
    shadow each other as both databases define it.
    """
    db = database.obj
    db.execute_sql("SAVEPOINT work")
    try:
        yield
    except BaseException:
        db.execute_sql("ROLLBACK TO SAVEPOINT work")
        db.execute_sql("RELEASE SAVEPOINT work")
        raise
    db.execute_sql("RELEASE SAVEPOINT work")
