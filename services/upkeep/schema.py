"""Bringing a database to the present schema: numbered migrations, forward only, one at a time (G13)."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from models import APPEND_ONLY, database
from models.guards import append_only

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 5_201_921


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off other processes: an advisory lock on PostgreSQL, a locked file beside SQLite's."""
    db = database.obj
    if db.server:
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        return
    with Path(f"{db.database}.migrate").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate() -> list[str]:
    """Apply what has not been applied yet and return the names.

    The guards of the ledgers are put back too, in case a restore by hand has lost them.
    """
    with _alone():
        applied = [str(name) for name in Runner(database.obj, str(FOLDER)).up()]
        for table in APPEND_ONLY:
            append_only(database.obj, table._meta.table_name)
        return applied


def pending() -> list[str]:
    """Return the names of the migrations that this database still lacks."""
    runner = Runner(database.obj, str(FOLDER))
    applied = set(runner.applied())
    return [item.name for item in runner.migrations() if item.name not in applied]
