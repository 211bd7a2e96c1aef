"""Connecting: SQLite and PostgreSQL, with the durability that the guarantees need (G3)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import PostgresqlDatabase, SqliteDatabase

from models.base import database

_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -8_000,
    "secure_delete": 1,
}


class DurabilityFault(Exception):
    """The database does not keep what it acknowledges; the service refuses to start on it."""


class KeptSqlite(SqliteDatabase):
    """SQLite whose connections are kept, one per thread: reopening one costs more than a check-in."""

    server = False

    def release(self) -> None:
        """Keep the thread's connection open for its next request."""


class PooledPostgres(PostgresqlDatabase):
    """PostgreSQL through psycopg 3's pool: a request borrows a connection and gives it back."""

    server = True

    def init(self, database: str, pool_size: int = 20, **kwargs: Any) -> None:
        """Remember the size; the pool itself opens with the first connection."""
        self._pool: Any = None
        self._pool_size = pool_size
        self._pool_lock = threading.Lock()
        super().init(database, prefer_psycopg3=True, **kwargs)

    def _opened_pool(self) -> Any:
        # The import stands here because psycopg belongs to requirements-scale.txt alone.
        import psycopg
        from psycopg_pool import ConnectionPool

        with self._pool_lock:
            if self._pool is None:
                # The pool tries again in silence for ten seconds; this says at once what is wrong.
                psycopg.connect(self.database, autocommit=True, connect_timeout=10).close()
                self._pool = ConnectionPool(
                    self.database,
                    min_size=1,
                    max_size=self._pool_size,
                    kwargs={"autocommit": True},
                    check=ConnectionPool.check_connection,
                    open=True,
                )
            return self._pool

    def _connect(self) -> Any:
        self._adapter.check_driver()
        return self._opened_pool().getconn(timeout=10)

    def _close(self, conn: Any) -> None:
        self._opened_pool().putconn(conn)

    def release(self) -> None:
        """Give the thread's connection back to the pool."""
        if not self.is_closed() and not self.in_transaction():
            self.close()

    def close_pool(self) -> None:
        """Close every pooled connection, for tests and for an orderly stop."""
        with self._pool_lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


def connect(url: str) -> Any:
    """Bind the tables to the database of `url` and return it, open on this thread.

    Args:
        url: sqlite:///file or postgresql://….

    Raises:
        DurabilityFault: when its settings do not keep what is acknowledged (G3).
    """
    opened: Any
    if urlsplit(url).scheme == "postgresql":
        opened = PooledPostgres(url)
    else:
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = KeptSqlite(str(path), pragmas=_PRAGMAS, lock_type="IMMEDIATE", timeout=10)
    database.initialize(opened)
    opened.connect(reuse_if_open=True)
    check_durability(opened)
    return opened


def disconnect() -> None:
    """Close this thread's connection and, on PostgreSQL, the pool."""
    opened = database.obj
    if opened is None:
        return
    if not opened.is_closed():
        opened.close()
    if opened.server:
        opened.close_pool()


def check_durability(opened: Any) -> None:
    """Read the settings back, because a build or a server may have ignored what was asked (G3).

    Raises:
        DurabilityFault: naming each setting that is off.
    """
    wanted: dict[str, set[str]]
    if opened.server:
        wanted = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}
        found = {name: str(opened.execute_sql(f"SHOW {name}").fetchone()[0]) for name in wanted}
    else:
        wanted = {"journal_mode": {"wal"}, "synchronous": {"2", "3"}, "foreign_keys": {"1"}}
        found = {name: str(opened.execute_sql(f"PRAGMA {name}").fetchone()[0]) for name in wanted}
    faults = [f"{name} is {found[name]}" for name in wanted if found[name] not in wanted[name]]
    if faults:
        raise DurabilityFault("the database could lose acknowledged work: " + ", ".join(faults))
