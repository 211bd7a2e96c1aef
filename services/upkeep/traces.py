"""After a deletion nothing of it is left in the write-ahead log, nor in rows marked as free (G17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import TABLES, database

#: Milliseconds that readers get to finish.
_PATIENCE_MS = 500


def wipe(tables: Iterable[Any] = TABLES) -> bool:
    """Let the database really forget what was deleted, and return whether it could.

    SQLite overwrites deleted rows at once (secure_delete), but the former pages stand in the write-ahead
    log until they are written back and the log is cut. PostgreSQL keeps former rows until a VACUUM, which
    cannot run inside a transaction; its own log and free pages it overwrites in its own time.

    Inside a running transaction nothing can be done, so that the caller who opened it has to come again.
    """
    db = database.obj
    if db.in_transaction():
        return False
    if not db.server:
        return cut_log()
    for table in tables:
        # The name is one of ours, from the list of tables, never what somebody typed.
        db.execute_sql(f'VACUUM "{table._meta.table_name}"')
    return True


def cut_log() -> bool:
    """Write SQLite's log back and cut it, and return whether it could; nothing to do on PostgreSQL."""
    db = database.obj
    if db.server or db.in_transaction():
        return bool(db.server)
    # While it waits for a reader nobody can write, so it waits for a moment and not for busy_timeout.
    patience = int(db.execute_sql("PRAGMA busy_timeout").fetchone()[0])
    db.execute_sql(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        busy, _pages, _written = db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute_sql(f"PRAGMA busy_timeout = {patience}")
    return not busy
